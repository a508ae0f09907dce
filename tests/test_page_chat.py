"""The page while answers are made: a scripted chat model, a real server, a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from browsing import NARROW, PATIENCE, WIDE, expect, listens, needs_browser, playwright

from assistant.api.serving import create_app
from assistant.settings import Settings
from evals.model import Scripted, scripted
from evals.serving import serving
from vectorstore.store import Store

pytestmark = needs_browser
QUESTION = "What must local authorities do?"
OTHER = "How reliable is the health code?"
KEY = "a-key-of-this-test"
_SLOW = 0.03
"""Seconds between the model's words where a test looks at the middle of an answer."""

_BREAKS = """(() => {
  const fetch = window.fetch;
  window.seen = [];
  window.fetch = async (path, options) => {
    if (!String(path).startsWith("/v1/chat")) return fetch(path, options);
    window.seen.push(options?.headers?.["Last-Event-ID"] ?? "");
    if (window.down) throw new TypeError("network error");
    const response = await fetch(path, options);
    if (!window.breaks) return response;
    let events = 0, cut = false;
    const left = window.breaks;
    return new Response(response.body.pipeThrough(new TransformStream({
      transform(piece, out) {
        if (cut) return;
        const bytes = new TextDecoder("latin1").decode(piece), places = [...bytes.matchAll(/event: claim/g)].map((found) => found.index);
        events += places.length;
        cut = events >= left;
        const last = cut ? bytes.indexOf("\\n\\n", places[places.length - 1 - (events - left)]) : -1;
        out.enqueue(last < 0 ? piece : piece.slice(0, last + 2));
        if (!cut) return;
        window.breaks = 0;
        window.down = window.goesDown;
        setTimeout(() => out.error(new TypeError("network error")));
      },
    })), { headers: response.headers });
  };
})()"""
"""Lets the line of an answer break after `breaks` claims, and with `goesDown` stay broken."""


@pytest.fixture(scope="module")
def model() -> Iterator[Scripted]:
    """The chat model; each test sets its script and pace."""
    with scripted() as model:
        yield model


@pytest.fixture(scope="module")
def origin(sample_store: Store, model: Scripted) -> Iterator[str]:
    """A server whose answers are written; it waits for the model's words for two seconds."""
    settings = Settings(
        home=sample_store.home, model="scripted", model_url=model.url, model_first=4.0, model_between=2.0, api_key=""
    )
    with serving(create_app(sample_store, settings)) as address:
        yield address


@contextmanager
def opened(
    browser: playwright.Browser, origin: str, expected: tuple[str, ...] = (), **options: Any
) -> Iterator[playwright.Page]:
    """A page; at the end no error but the expected ones stood in its console, and no policy was violated."""
    with browser.new_context(base_url=origin, **({"viewport": WIDE} | options)) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        errors: list[str] = []
        page.on(
            "console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(_BREAKS)
        page.goto("/")
        listens(page)
        yield page
        assert [error for error in errors if not any(part in error for part in expected)] == []


@pytest.fixture
def page(browser: playwright.Browser, origin: str, model: Scripted) -> Iterator[playwright.Page]:
    """A page at 1280 px; the model is good and quick."""
    model.script, model.first, model.each = "good", 0.0, 0.0
    with opened(browser, origin) as page:
        yield page


def ask(page: playwright.Page, question: str) -> None:
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    expect(page.locator("#question-title")).to_have_text(question)


def ended(page: playwright.Page) -> None:
    expect(page.locator("#answer:not([aria-busy])")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".stages")).to_have_count(0)


def conversation(page: playwright.Page) -> dict[str, Any]:
    """The conversation that the address names, as the server keeps it."""
    named = page.evaluate("new URLSearchParams(location.search).get('c')")
    return dict(page.request.get(f"/v1/conversations/{named}").json())


def answered(page: playwright.Page, question: str) -> dict[str, Any]:
    """Asks, and gives the answer as the server keeps it."""
    ask(page, question)
    ended(page)
    kept = conversation(page)
    return dict(kept["turns"][-1]["answer"]) | {"conversation_id": kept["id"]}


def sideways(page: playwright.Page) -> int:
    return int(page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))


_WORDS = """(node) => {
  const copy = node.cloneNode(true);
  copy.querySelectorAll(".refs, .verdict").forEach((part) => part.remove());
  return copy.textContent;
}"""


def test_enter_pressed_before_the_page_listens_asks(browser: playwright.Browser, origin: str, model: Scripted):
    """A question typed and sent while the page's words are still on their way is asked when they have come."""
    model.script, model.first, model.each = "good", 0.0, 0.0
    with opened(browser, origin) as page:
        held: dict[str, playwright.Route] = {}
        page.route("**/static/en.js", lambda route: held.update(words=route))
        page.reload()
        page.locator("#question").fill(QUESTION)
        page.locator("#question").press("Enter")
        expect(page.locator("#question")).to_have_value(f"{QUESTION}\n")
        assert page.locator("#theme").get_attribute("aria-label") is None
        held["words"].continue_()
        expect(page.locator("#question-title")).to_have_text(QUESTION)
        ended(page)
        assert len(conversation(page)["turns"]) == 1


def test_words_come_grey_and_become_claims(page: playwright.Page, model: Scripted):
    """While an answer is made its words stand there unchecked, outside any live region, behind the claims that are checked;
    in the end it is the server's answer, its tally is spoken, and the page is no longer busy."""
    model.each = _SLOW
    page.evaluate(
        "window.spoken = []; new MutationObserver(() => spoken.push(document.getElementById('status').textContent))"
        ".observe(document.getElementById('status'), { childList: true, characterData: true, subtree: true })"
    )
    ask(page, QUESTION)
    expect(page.locator("#claim-1")).to_be_visible()
    expect(page.locator(".pending")).to_contain_text("Local")
    expect(page.locator(".pending")).to_have_css("text-decoration-line", "none")
    assert page.locator("[aria-live], [role=status]").filter(has_text="Local").count() == 0
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".stages li[aria-current]")).to_have_count(2)
    assert page.evaluate("['.strip li', '.claim'].map((each) => document.querySelectorAll(each).length)") in [
        [n, n] for n in range(1, 9)
    ]
    ended(page)
    answer = conversation(page)["turns"][-1]["answer"]
    assert answer["mode"] == "written"
    expect(page.locator(".pending")).to_have_count(0)
    shown = [page.locator(f"#claim-{number}").evaluate(_WORDS) for number in range(1, len(answer["claims"]) + 1)]
    assert shown == [claim["text"] for claim in answer["claims"]]
    expect(page.locator("#answer .q-head")).to_contain_text("Written by a language model (scripted)")
    spoken = page.evaluate("spoken")
    assert spoken[-1].startswith(f"{len(answer['claims'])} claims: ")
    assert not any("Local" in each for each in spoken)
    expect(page.locator("#health")).to_contain_text("model scripted")


def test_the_paragraph_reads_as_the_answer_does(page: playwright.Page, model: Scripted):
    """Checked claims and the words behind them make the answer's text, with the spaces between its sentences."""
    model.each = _SLOW
    ask(page, QUESTION)
    expect(page.locator("#claim-3")).to_be_visible()
    before = page.locator(".row-of-claims .prose").evaluate(
        """(node) => {
          const copy = node.cloneNode(true);
          copy.querySelectorAll(".refs, .verdict, .checking").forEach((part) => part.remove());
          return copy.textContent;
        }"""
    )
    ended(page)
    text = conversation(page)["turns"][-1]["answer"]["text"]
    sentences = [page.locator(f"#claim-{number}").evaluate(_WORDS) for number in (1, 2, 3)]
    assert text.startswith(" ".join(sentences))
    assert before.startswith(" ".join(sentences))


def test_a_citation_opens_while_the_answer_is_made(page: playwright.Page, model: Scripted):
    """A numeral of a checked claim opens its source before the answer is whole, and the source stays open when it is."""
    model.each = _SLOW
    ask(page, QUESTION)
    page.locator('[data-cite="1"]').first.click()
    expect(page.locator("#source .hit").first).to_be_in_viewport()
    ended(page)
    expect(page.locator("#source .hit").first).to_be_in_viewport()
    expect(page.locator('#answer [data-cite="1"]').first).to_have_attribute("aria-current", "true")
    count = page.locator("#answer [data-cite]").evaluate_all("nodes => new Set(nodes.map((n) => n.dataset.cite)).size")
    expect(page.locator("#source .src-bar")).to_contain_text(f"1 of {count}")


def test_a_follow_up_goes_on_in_the_conversation(page: playwright.Page):
    """The box under an answer asks in its conversation; the earlier question stands above it and opens as it was shown."""
    first = answered(page, QUESTION)
    expect(page.locator("#question-label")).to_have_text("Ask a follow-up")
    expect(page.locator("#question")).to_have_value("")
    shown = page.locator("#claims").inner_text()
    second = answered(page, "and in Hubei?")
    assert second["conversation_id"] == first["conversation_id"]
    assert second["standalone"] != second["question"]
    expect(page.locator(".standalone")).to_have_text(second["standalone"])
    earlier = page.get_by_role("navigation", name="Earlier in this conversation")
    expect(earlier).to_contain_text("supported")
    earlier.get_by_role("link", name=QUESTION).click()
    expect(page.locator("#question-title")).to_have_text(QUESTION)
    assert page.locator("#claims").inner_text() == shown
    page.reload()
    expect(page.locator("#claim-1")).to_be_visible()
    assert page.locator("#claims").inner_text() == shown
    page.get_by_role("navigation", name="Later in this conversation").get_by_role("link").click()
    expect(page.locator("#question-title")).to_have_text("and in Hubei?")
    page.get_by_role("link", name="begin a new one").click()
    expect(page.locator("#home-title")).to_be_visible()
    third = answered(page, OTHER)
    assert third["conversation_id"] != first["conversation_id"]
    expect(page.locator(".turns")).to_have_count(0)


def test_going_back_never_asks_again(page: playwright.Page, model: Scripted):
    """The address of an answer is where it is kept: back, forth and reload show it, and the model is not asked."""
    answered(page, QUESTION)
    answered(page, OTHER)
    asked = len(model.requests)
    page.go_back()
    expect(page.locator("#question-title")).to_have_text(QUESTION)
    page.go_forward()
    expect(page.locator("#question-title")).to_have_text(OTHER)
    page.reload()
    expect(page.locator("#claim-1")).to_be_visible()
    assert len(model.requests) == asked
    page.goto(f"/?q={OTHER}")
    ended(page)
    assert len(model.requests) == asked + 1


def test_what_caveat_asks_back_can_be_chosen(page: playwright.Page, monkeypatch: pytest.MonkeyPatch):
    """Where Caveat asks back, each choice is a button that asks that question in the conversation."""
    choices = ("What must local authorities do about fees?", "What must local authorities do about reports?")
    monkeypatch.setattr("assistant.chain.choices", lambda question, _: choices if question == QUESTION else ())
    first = answered(page, QUESTION)
    expect(page.locator(".verdict-line")).to_have_text(first["text"])
    expect(page.locator(".choices button")).to_have_text(list(choices))
    expect(page.locator(".tally")).to_have_count(0)
    page.get_by_role("button", name=choices[1]).click()
    expect(page.locator("#question-title")).to_have_text(choices[1])
    ended(page)
    expect(page.get_by_role("navigation", name="Earlier in this conversation")).to_contain_text("Asked back")
    assert [turn["question"] for turn in conversation(page)["turns"]] == [QUESTION, choices[1]]


def test_withdrawn_words_are_taken_away(page: playwright.Page, model: Scripted):
    """Where the model stops, its words and claims go, a line says what follows, and the answer is of the library's sentences."""
    model.script, model.each = "stall", 0.01
    page.evaluate(
        "new MutationObserver(() => { const told = document.querySelector('.stages + div .callout');"
        " if (told) window.told = [told.textContent, document.querySelectorAll('.pending').length]; })"
        ".observe(document.getElementById('answer'), { childList: true, subtree: true })"
    )
    ask(page, QUESTION)
    expect(page.locator(".claim, .pending").first).to_be_visible()
    ended(page)
    text, _ = page.evaluate("told")
    assert text == "What the language model wrote is withdrawn. Sentences from the library follow, word for word."
    expect(page.locator("#answer .callout")).to_contain_text("sentences from the library, word for word, closest first")
    answer = conversation(page)["turns"][-1]["answer"]
    assert answer["mode"] == "quoted"
    for number, claim in enumerate(answer["claims"], start=1):
        assert page.locator(f"#claim-{number}").evaluate(_WORDS) == claim["text"]


def test_stopping_keeps_what_has_arrived(page: playwright.Page, model: Scripted):
    """Esc stops the model; the checked claims stay with their citations, the unchecked words go, and it can be asked again."""
    model.each = _SLOW
    ask(page, QUESTION)
    expect(page.locator("#claim-2")).to_be_visible()
    page.keyboard.press("Escape")
    ended(page)
    kept = page.locator(".claim").count()
    expect(page.locator("#answer .callout")).to_contain_text(f"Stopped. {kept} claims arrived and were checked")
    expect(page.locator(".pending")).to_have_count(0)
    assert model.quiet(within=3)
    until = time.monotonic() + 5
    while conversation(page)["turns"][-1]["state"] == "running" and time.monotonic() < until:
        time.sleep(0.05)
    assert conversation(page)["turns"][-1]["state"] == "stopped"
    page.locator('[data-cite="1"]').first.click()
    expect(page.locator("#source .hit").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator("#answer .callout")).to_contain_text("stopped before it was finished")
    assert page.locator(".claim").count() >= kept
    model.each = 0.0
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".after").first).to_be_visible()
    ended(page)
    expect(page.locator(".turns")).to_have_count(0)
    assert [turn["state"] for turn in conversation(page)["turns"]] == ["stopped", "done"]


def test_a_broken_line_is_taken_up_again(page: playwright.Page, model: Scripted):
    """Where the line breaks, the page goes on behind the last event that came; nothing is doubled and nothing is missing."""
    model.each = _SLOW
    page.evaluate("window.breaks = 2")
    ask(page, QUESTION)
    ended(page)
    turn = conversation(page)["turns"][-1]
    seen = page.evaluate("seen")
    assert len(seen) == 2
    assert seen[1].startswith(f"{turn['id']}-")
    assert [page.locator(f"#claim-{n}").evaluate(_WORDS) for n in range(1, page.locator(".claim").count() + 1)] == [
        claim["text"] for claim in turn["answer"]["claims"]
    ]


def test_a_line_that_stays_broken_is_said(page: playwright.Page, model: Scripted):
    """After a few tries the page says that the connection ended and how much has arrived, and keeps that."""
    model.each = _SLOW
    page.evaluate("window.breaks = 2; window.goesDown = true")
    ask(page, QUESTION)
    expect(page.locator("#answer .callout.bad")).to_contain_text(
        "The connection ended before the answer was finished. 2 claims arrived and were checked; the rest is missing.",
        timeout=PATIENCE,
    )
    expect(page.locator(".claim")).to_have_count(2)
    expect(page.locator("#answer")).not_to_have_attribute("aria-busy", "true")
    assert len(page.evaluate("seen")) > 3


def test_a_server_that_is_away_is_asked_again(page: playwright.Page):
    """Where nobody answers, the page says so and keeps the question; asking now, or waiting, asks it again."""
    page.evaluate("window.down = true")
    ask(page, QUESTION)
    expect(page.locator("#answer .callout.bad")).to_contain_text("The server is not answering. Your question is kept.")
    expect(page.locator("#question")).to_have_value(QUESTION)
    page.evaluate("window.down = false")
    page.get_by_role("button", name="Try now").click()
    ended(page)
    expect(page.locator("#claim-1")).to_be_visible()
    assert len(conversation(page)["turns"]) == 1


def test_what_is_being_read_stays_in_its_place(browser: playwright.Browser, origin: str, model: Scripted):
    """When the answer is whole, the stages above it go; the claim that is being read does not move."""
    model.script, model.first, model.each = "good", 0.0, 0.05
    with opened(browser, origin, viewport={"width": 390, "height": 500}) as page:
        ask(page, QUESTION)
        expect(page.locator("#claim-2")).to_be_visible()
        page.locator("#claim-1").evaluate("node => scrollTo(0, node.getBoundingClientRect().top + scrollY - 40)")
        top = "document.getElementById('claim-1').getBoundingClientRect().top"
        before = page.evaluate(top)
        ended(page)
        assert abs(page.evaluate(top) - before) <= 2


def test_an_error_keeps_the_claims_that_arrived(page: playwright.Page, monkeypatch: pytest.MonkeyPatch):
    """An `error` event shows the problem with its hint above the claims that had arrived."""

    def fails(*_: object) -> None:
        raise RuntimeError("of this test")

    monkeypatch.setattr("assistant.chain.Assistant._still_there", fails)
    ask(page, QUESTION)
    expect(page.locator("#answer .callout.bad")).to_contain_text("Something went wrong in Caveat.")
    expect(page.locator("#answer .callout.bad")).to_contain_text("arrived and were checked; the rest is missing.")
    assert page.locator(".claim").count() > 1
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_conversations_are_listed_renamed_and_deleted(page: playwright.Page):
    """The list shows title, time and tally; a title can be changed; a deleted conversation is gone for good."""
    answered(page, QUESTION)
    address = page.url
    page.get_by_role("link", name="Conversations").click()
    row = page.locator(".convs li").first
    expect(row).to_contain_text(QUESTION)
    expect(row).to_contain_text("1 question")
    expect(row).to_contain_text("supported")
    row.get_by_role("button", name="Rename").click()
    page.locator("#new-title").fill("Duties <b>of</b> authorities")
    page.keyboard.press("Enter")
    expect(row.get_by_role("link")).to_have_text("Duties <b>of</b> authorities")
    page.get_by_placeholder("Words of a question").fill("duties <b>of")
    expect(page.locator(".convs li")).to_have_count(1)
    row.get_by_role("link").click()
    expect(page.locator("#question-title")).to_have_text(QUESTION)
    assert page.url == address
    page.get_by_role("link", name="Conversations").click()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".convs li")).to_have_count(0)
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.locator("#home-title")).to_be_visible()


def test_a_reopened_answer_says_what_has_changed(page: playwright.Page):
    """Where a cited document has left the library, the answer still stands as it was and says so."""
    record = {"title": "Quokka order", "text": "Wardens must count quokkas every Monday at the northern gate."}
    [made] = page.request.post("/v1/documents", data=record).json()["documents"]
    answered(page, "When must wardens count quokkas at the gate?")
    expect(page.locator("#claim-1")).to_contain_text("Monday")
    page.get_by_role("link", name="Library", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Quokka order")
    row.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    expect(page.locator(".undos li")).to_have_count(0, timeout=PATIENCE)
    assert page.request.get(f"/v1/documents/{made['id']}").status == 404
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.locator("#answer .callout").first).to_contain_text("“Quokka order” is no longer in the library")
    expect(page.locator("#claim-1")).to_contain_text("Monday")
    expect(page.locator(".sources")).to_contain_text("No longer held")
    page.get_by_role("link", name="Conversations").click()
    expect(page.locator(".convs li").first).to_contain_text("no longer in the library")


def test_a_key_is_asked_for_once(browser: playwright.Browser, sample_store: Store, model: Scripted):
    """A server with a key is asked with it from the moment it is given; a wrong one is asked for again; none is no end."""
    model.script, model.first, model.each = "good", 0.0, 0.0
    settings = Settings(home=sample_store.home, model="scripted", model_url=model.url, api_key=KEY)
    with serving(create_app(sample_store, settings)) as origin, opened(browser, origin, expected=("401",)) as page:
        dialog = page.get_by_role("dialog", name="This server asks for a key")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#library-state .callout.bad")).to_contain_text("This server asks for a key")
        ask(page, QUESTION)
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#answer .callout.bad")).to_contain_text("This server asks for a key")
        page.get_by_role("button", name="Try again").click()
        page.get_by_label("Key", exact=True).fill("wrong")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text("did not take that key")
        page.get_by_label("Key", exact=True).fill(KEY)
        page.keyboard.press("Enter")
        ended(page)
        expect(page.locator("#claim-1")).to_be_visible()
        page.locator('[data-cite="1"]').first.click()
        expect(page.locator("#source .hit").first).to_be_in_viewport()
        page.reload()
        expect(page.locator("#claim-1")).to_be_visible()
        page.get_by_role("link", name="Library", exact=True).click()
        expect(page.get_by_role("row").nth(3)).to_be_visible()
        expect(dialog).to_have_count(0)
        assert page.evaluate("document.cookie") == ""
        assert not page.evaluate("(key) => Object.values(localStorage).some((value) => value.includes(key))", KEY)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_scrolls_one_way(
    browser: playwright.Browser, origin: str, model: Scripted, monkeypatch: pytest.MonkeyPatch, scheme: str
):
    """At 390 px nothing is wider than the window: mid-stream, done, follow-up, choices, conversations, their dialogs."""
    choices = ("Who issued the first notice?", f"Who issued the {'very ' * 20}long notice?")
    monkeypatch.setattr("assistant.chain.choices", lambda question, _: choices if "Who issued" in question else ())
    model.script, model.each = "lost_attributions", _SLOW
    with opened(browser, origin, viewport=NARROW, color_scheme=scheme) as page:
        ask(page, OTHER)
        expect(page.locator(".pending")).to_be_visible()
        assert sideways(page) <= 0
        ended(page)
        assert sideways(page) <= 0
        model.each = 0.0
        ask(page, "Who issued the notice?")
        expect(page.locator(".choices button")).to_have_count(2)
        assert sideways(page) <= 0
        page.get_by_role("link", name="Conversations").click()
        page.get_by_role("button", name="Rename").first.click()
        assert sideways(page) <= 0
