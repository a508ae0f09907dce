"""What stands beside an open source on the page, in both languages: a real server, the sample library, a real browser."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from browsing import (
    LOCALES,
    NARROW,
    ask,
    expect,
    needs_browser,
    opened,
    playwright,
    said,
    sideways,
)
from crafted import cited, claim, conversation, passage

pytestmark = needs_browser
QUESTION = "How many cities used the health code?"
OTHER = "As of 29 February 2020, the health code was in use in 151 cities."


def quoting(page: playwright.Page, quote: str) -> None:
    """Opens the citation that quotes some words."""
    ask(page, QUESTION)
    numbers = page.locator(".cite[data-cite]").evaluate_all("all => [...new Set(all.map(each => each.dataset.cite))]")
    for number in numbers:
        page.locator(f'[data-cite="{number}"]').first.click()
        expect(page.locator("#source .hit").first).to_be_visible()
        if quote in "".join(page.locator("#source .hit").all_text_contents()):
            return
        page.keyboard.press("Escape")
        expect(page.locator("#source")).to_be_hidden()
    pytest.fail(f"nothing cites {quote}")


def _answer(reply: dict[str, Any], route: playwright.Route) -> None:
    route.fulfill(json=reply)


def test_a_source_tells_who_else_says_so_and_who_says_otherwise(
    browser: playwright.Browser, origin: str, language: str
):
    """Voices with their copies, the other figure with issuer, date and exact quote, the copy of the document; said aloud too."""
    with opened(browser, origin, locale=LOCALES[language]) as page:
        quoting(page, "200 cities used the health code")
        beside = page.locator(".beside:not([aria-busy])")
        expect(beside.locator("summary")).to_contain_text(said(language, "beside"))
        expect(beside.locator("summary .kind.f-conflict")).to_have_text(
            said(language, "beside.against").split("|")[0].replace("#", "1")
        )
        against = beside.locator("section.f-conflict li")
        expect(against).to_have_count(1)
        expect(against.locator("blockquote")).to_have_text(OTHER)
        expect(against.locator(".by")).to_contain_text("Northgate Wire")
        expect(against.locator(".by")).to_contain_text("2020年3月3日" if language == "zh" else "3\u00a0Mar\u00a02020")
        expect(against).to_contain_text("says “200 cities”, Northgate Wire (3 March 2020) says “151 cities”.")
        expect(beside).to_contain_text(said(language, "beside.order"))
        voice = beside.locator(".voice").first
        expect(voice).to_contain_text("Harbour Ledger")
        expect(voice).to_contain_text(said(language, "copy.count").split("|")[0].replace("#", "1"))
        expect(voice.locator("li")).to_contain_text("Tidewater Courier")
        expect(voice.locator("li")).to_contain_text(said(language, "beside.copied"))
        expect(beside.get_by_role("button", name="SCAN TO ENTER")).to_have_count(2)
        expect(page.locator("#status")).to_contain_text(said(language, "beside.against").split("|")[0][1:])


def test_a_statement_elsewhere_opens_at_its_place_and_leads_back(
    browser: playwright.Browser, origin: str, language: str
):
    """By keyboard: the other statement is highlighted in its own document, beside it stands the first; back gives the focus to
    the statement that was opened, and Escape to the numeral."""
    with opened(browser, origin, locale=LOCALES[language]) as page:
        quoting(page, "200 cities used the health code")
        number = page.locator("#source .src-bar b").inner_text()
        first = page.locator('[data-other="0"]')
        first.press("Enter")
        expect(page.locator("#source .hit")).to_have_text(OTHER)
        expect(page.locator("#source .hit")).to_be_in_viewport()
        expect(page.locator(".beside:not([aria-busy]) section.f-conflict")).to_contain_text("200 cities")
        page.keyboard.press("]")
        expect(page.locator("#source .src-bar b")).to_have_text("2")
        back = page.locator(".src-back button")
        expect(back).to_contain_text(number)
        back.press("Enter")
        expect(first).to_be_focused()
        expect(page.locator("#source .hit")).to_contain_text("200 cities used the health code")
        page.keyboard.press("Escape")
        expect(page.locator(f'[data-cite="{number}"]').first).to_be_focused()


def test_on_a_phone_the_text_comes_first(browser: playwright.Browser, origin: str):
    """At 390 px the fold is a line until it is opened; opened, the cited words stay in view; a statement that is opened from it is
    seen at once; nothing is wider than the window; what the reader chose is kept."""
    with opened(browser, origin, viewport=NARROW) as page:
        quoting(page, "200 cities used the health code")
        fold = page.locator(".beside:not([aria-busy])")
        expect(fold.locator("summary")).to_be_in_viewport()
        expect(page.locator('[data-other="0"]')).to_be_hidden()
        fold.locator("summary").press("Enter")
        expect(page.locator('[data-other="0"]')).to_be_visible()
        expect(page.locator("#source .hit").first).to_be_in_viewport()
        assert sideways(page) <= 0
        assert page.locator("#source").evaluate("pane => pane.scrollWidth - pane.clientWidth") <= 0
        page.locator('[data-other="0"]').click()
        expect(page.locator("#source .hit")).to_have_text(OTHER)
        expect(page.locator("#source .hit")).to_be_in_viewport()
        expect(page.locator('[data-other="0"]')).to_be_hidden()
        assert page.locator("#source").evaluate("pane => pane.scrollWidth - pane.clientWidth") <= 0
        page.keyboard.press("Escape")
        quoting(page, "200 cities used the health code")
        expect(page.locator('[data-other="0"]')).to_be_visible()


def test_what_cannot_be_read_is_said_and_tried_again(browser: playwright.Browser, origin: str, language: str):
    """While it is looked for that is said; a failure is told beside the source, which stays readable; trying again mends it."""
    with opened(browser, origin, locale=LOCALES[language], expected=("503",)) as page:
        waiting: list[playwright.Route] = []
        page.route("**/related?*", lambda route: waiting.append(route))  # noqa: PLW0108 (a handler is asked for its parameters)
        quoting(page, "200 cities used the health code")
        beside = page.locator(".beside")
        expect(beside.locator("summary")).to_contain_text(said(language, "beside.looking"))
        expect(beside).to_have_attribute("aria-busy", "true")
        problem = {"title": "Not available", "status": 503, "code": "library", "detail": "It is away.", "hint": ""}
        for route in waiting:
            route.fulfill(status=503, content_type="application/problem+json", json=problem)
        expect(beside.locator("summary")).to_contain_text(said(language, "beside.unread"))
        expect(beside.locator(".callout")).to_contain_text(
            said("zh", "error.library") if language == "zh" else "It is away."
        )
        expect(page.locator("#source .hit").first).to_be_in_viewport()
        page.unroute("**/related?*")
        beside.get_by_role("button", name=said(language, "again")).click()
        expect(beside.locator("section.f-conflict li")).to_have_count(1)


def test_nothing_beside_it_is_said_to_be_so(browser: playwright.Browser, origin: str, language: str):
    """A statement that nobody else makes says that; one of several statements is told of each; words that are no statement too."""
    with opened(browser, origin, locale=LOCALES[language]) as page:
        nothing = {"copies": [], "copied": 0, "unread": 3, "complete": True, "statements": []}
        voice = {"name": "Harbour Ledger", "documents": [], "copies": 0}
        alone = {
            "document_id": "d",
            "title": "T",
            "span": {"start": 0, "end": 1},
            "quote": "<b>Alone</b>",
            "locator": "",
        }
        alone |= {"voices": [voice], "agreeing": [], "disagreeing": [], "undecided": [], "lapsed": None}
        replies = [nothing, nothing | {"statements": [alone]}, nothing | {"statements": [alone, alone]}]
        replies.append(nothing | {"complete": False})
        keys = ("beside.nothing.said", "beside.alone", "beside.alone", "beside.unready")
        page.route("**/v1/conversations/crafted", partial(_answer, disputed(origin)))
        for reply, key in zip(replies, keys, strict=True):
            page.route("**/related?*", partial(_answer, reply))
            page.goto("/?c=crafted&t=t1")
            page.locator('[data-cite="1"]').first.click()
            expect(page.locator(".beside:not([aria-busy]) .beside-body")).to_contain_text(said(language, key))
            rest = said(language, "beside.unread.rest").replace(
                "{sentences}", said(language, "statement").split("|")[-1]
            )
            expect(page.locator(".beside-body")).to_contain_text(rest.replace("#", "3"))
            if len(reply["statements"]) > 1:
                expect(page.locator(".beside-one h3").first).to_have_text("<b>Alone</b>")
            page.unroute("**/related?*")


def test_a_document_of_the_library_names_its_copies(browser: playwright.Browser, origin: str, language: str):
    """Opened from the library, a document has no cited words: its copies are named, and one that has none says so."""
    with opened(browser, origin, locale=LOCALES[language], path="/?view=library") as page:
        page.get_by_role("button", name="Health code reaches 200 cities", exact=True).click()
        beside = page.locator(".beside:not([aria-busy])")
        expect(beside.locator("summary")).to_contain_text(
            said(language, "beside.copies").split("|")[0].replace("#", "1")
        )
        beside.get_by_role("button", name="SCAN TO ENTER").click()
        expect(page.locator("#source .src-head h2")).to_have_text("SCAN TO ENTER: TWO HUNDRED CITIES JOIN THE CODE")
        page.locator("#source .close").click()
        page.get_by_role("button", name="Night routes bring the goods to the county towns", exact=True).click()
        expect(beside.locator("summary")).to_contain_text(said(language, "beside.no.copies"))


def disputed(origin: str) -> dict[str, Any]:
    """An answer whose doubt cites a document that none of its passages is from."""
    one, other = passage(origin, "harbour-ledger-health-code.md"), passage(origin, "northgate-wire-health-code.html")
    first, second = cited(one, "200 cities used the health code"), cited(other, OTHER)
    doubt = {"kind": "disputed", "reason": "Northgate Wire says “151 cities”.", "evidence": [first, second]}
    voices = [{"name": "Harbour Ledger", "documents": [one["id"]], "copies": 1}]
    voices.append({"name": "Civic Data Review", "documents": [], "copies": 0})
    return conversation([claim("It was 200 cities.", [first], [doubt], voices=voices)], [one])


def test_copied_text_names_the_voices_and_both_sides(browser: playwright.Browser, origin: str, language: str):
    """The voices by name with their copies; of the other side the outlet and the date, though no passage is from it."""
    allowed = ["clipboard-read", "clipboard-write"]
    with opened(browser, origin, locale=LOCALES[language], permissions=allowed) as page:
        page.route("**/v1/conversations/crafted", partial(_answer, disputed(origin)))
        page.goto("/?c=crafted&t=t1")
        page.locator(f'[data-copy="{said(language, "text")}"]').click()
        expect(page.locator("#status")).to_contain_text(said(language, "text"))
        text = page.evaluate("navigator.clipboard.readText()")
        copies = said(language, "copies").replace(
            "{copies}", said(language, "copy.count").split("|")[0].replace("#", "1")
        )
        voice = said(language, "voice").split("|")[-1].replace("#", "2")
        named = f"Harbour Ledger {copies}{said(language, 'semicolon')}Civic Data Review"
        assert f"   {voice}{said(language, 'colon')}{named}" in text.split("\n")
        assert "Northgate Wire says “151 cities”. [1][2]" in text
        [source] = [line for line in text.split("\n") if line.startswith("[2]")]
        day = "2020年3月3日" if language == "zh" else "3\u00a0Mar\u00a02020"
        assert f"Northgate Wire, {day}" in source
        assert OTHER in source
        page.get_by_role("button", name=said(language, "compare")).click()
        expect(page.locator("#compare-title")).to_be_focused()
        expect(page.locator(".side h2").last).to_have_text(f"Northgate Wire, {day}")
        expect(page.locator(".cmp")).to_contain_text(said(language, "issued"))
