"""What a reader does on the page, in both languages: a real server, the sample library, a real browser."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from browsing import (
    DOCUMENTS,
    LOCALES,
    NARROW,
    ask,
    expect,
    kept,
    needs_browser,
    opened,
    playwright,
    said,
    show,
)
from crafted import disputed

from evals.case import check_words, read_set

pytestmark = needs_browser
QUESTION = "How reliable is the health code?"
UNANSWERED = "What did the ministry say about semiconductor exports?"


# ---------- the frame ----------


def test_the_interface_speaks_the_readers_language(page: playwright.Page, language: str):
    """The browser's language is the page's: its lang, its words, nothing of the other; a switch changes it for good."""
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("#home-title")).to_have_text(said(language, "home.title"))
    expect(page.locator("#library-state")).to_contain_text(said(language, "in.library"))
    other = "en" if language == "zh" else "zh"
    page.locator("#language").click()
    expect(page.locator("#home-title")).to_have_text(said(other, "home.title"))
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", other)


def test_the_home_page_tells_what_is_held_and_asked(page: playwright.Page, language: str):
    """Before anything is asked: how many documents of which kinds, and the last questions with what came of them."""
    ask(page, UNANSWERED)
    page.goto("/")
    facts = page.locator("#library-state .facts")
    expect(facts).to_contain_text("16")
    expect(facts).to_contain_text(said(language, "type.notice"))
    expect(page.locator(".tries li").first).to_contain_text(UNANSWERED)
    expect(page.locator(".tries li").first).to_contain_text(said(language, "standing.refusal"))


def test_a_theme_stays_chosen(english: playwright.Page):
    """The theme follows the system until one is chosen, which then outlives a reload."""
    page = english
    page.emulate_media(color_scheme="dark")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(21, 23, 27)"
    page.locator("#theme").click()
    assert page.evaluate(ground) == "rgb(252, 252, 251)"
    page.reload()
    expect(page.locator("#theme")).to_have_text("Light")
    assert page.evaluate(ground) == "rgb(252, 252, 251)"


# ---------- asking ----------


def test_filters_narrow_what_is_searched(page: playwright.Page, language: str):
    """A filter under the box narrows the search, is said beside the answer, stands in the address and is kept for a follow-up."""
    page.locator("#scope summary").click()
    page.locator("#scope-kind").select_option("notice")
    expect(page.locator("#scope-line")).to_contain_text(said(language, "type.notice"))
    ask(page, "What must local authorities do?")
    assert {each["metadata"]["kind"] for each in kept(page)["passages"]} == {"notice"}
    assert "kind=notice" in page.url
    expect(page.locator(".q-head")).to_contain_text(said(language, "type.notice"))
    page.reload()
    expect(page.locator("#claim-1")).to_be_visible()
    expect(page.locator("#scope-line")).to_contain_text(said(language, "type.notice"))
    page.locator("#scope-clear").click()
    expect(page.locator("#scope-line")).to_contain_text("16")


def test_a_filter_that_leaves_nothing_is_told(english: playwright.Page):
    """As of a day before anything was issued nothing dated is searched; the refusal offers to ask without the filters."""
    page = english
    page.locator("#scope summary").click()
    page.locator("#scope-issuer").select_option(index=1)
    page.locator("#scope-issued_to").fill("2001-01-01")
    ask(page, QUESTION)
    expect(page.locator(".verdict-line")).to_be_visible()
    page.get_by_role("button", name="Ask without the filters").click()
    expect(page.locator("#claim-1")).to_be_visible()
    assert "issuer" not in page.url


def test_earlier_questions_come_back(english: playwright.Page):
    """Up and Down in an empty box bring back what was asked; what the reader has typed is never replaced."""
    page = english
    box = page.locator("#question")
    ask(page, QUESTION)
    ask(page, UNANSWERED)
    box.press("ArrowUp")
    expect(box).to_have_value(UNANSWERED)
    box.press("ArrowUp")
    expect(box).to_have_value(QUESTION)
    box.press("ArrowDown")
    expect(box).to_have_value(UNANSWERED)
    box.fill("mine")
    box.press("ArrowUp")
    expect(box).to_have_value("mine")


def test_nothing_typed_is_lost(english: playwright.Page):
    """A half-typed question and a draft outlive a reload and the way to another view."""
    page = english
    page.locator("#question").fill("Who may")
    page.get_by_role("link", name="Check a draft").click()
    page.locator("#draft").fill("The health code works.")
    page.reload()
    expect(page.locator("#draft")).to_have_value("The health code works.")
    page.goto("/")
    expect(page.locator("#question")).to_have_value("Who may")


def test_a_question_survives_a_server_that_is_away(browser: playwright.Browser, origin: str, language: str):
    """Where nobody answers, the page says so in the reader's language and keeps the question."""
    with opened(browser, origin, locale=LOCALES[language], expected=("ERR_FAILED",)) as page:
        page.route("**/v1/chat", lambda route: route.abort())
        page.locator("#question").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator("#answer .callout.bad")).to_contain_text(said(language, "away"))
        expect(page.locator("#question")).to_have_value(QUESTION)
        page.unroute("**/v1/chat")
        page.get_by_role("button", name=said(language, "try.now")).click()
        expect(page.locator("#claim-1")).to_be_visible()


# ---------- the answer ----------


def test_a_refusal_tells_what_was_searched(page: playwright.Page, language: str):
    """A refusal says how much was searched, which words nothing has, what came near, and what can be done."""
    ask(page, UNANSWERED)
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text(said(language, "refusal"))
    expect(refusal).to_contain_text("16")
    assert page.locator(".terms li").all_text_contents() == ["semiconductor", "exports"]
    expect(refusal.get_by_role("link", name=said(language, "add.one"))).to_be_visible()
    expect(page.locator("#status")).to_have_text(said(language, "refusal"))


def test_the_ledger_holds_every_claim(page: playwright.Page, language: str):
    """l shows a row for each claim with its verdict, doubts and evidence; chips filter; a number leads back; r reads again."""
    ask(page, QUESTION)
    answer = kept(page)
    doubts = [doubt for each in answer["claims"] for doubt in each["doubts"]]
    page.keyboard.press("l")
    rows = page.locator(".ledger tbody tr")
    expect(rows).to_have_count(len(answer["claims"]))
    expect(page.locator(".ledger .why")).to_have_count(len(doubts))
    for doubt in doubts:
        expect(page.locator(".ledger")).to_contain_text(doubt["reason"])
    page.get_by_role("button", name=said(language, "filter.conflict")).click()
    conflicting = [c for c in answer["claims"] if {"questioned", "disputed"} & {doubt["kind"] for doubt in c["doubts"]}]
    expect(page.locator(".ledger tbody tr:visible")).to_have_count(len(conflicting))
    page.locator(".ledger [data-read]").first.click()
    expect(page.locator("#claim-1")).to_be_focused()
    page.keyboard.press("l")
    page.keyboard.press("r")
    expect(page.locator("#claims")).to_be_visible()


def test_a_review_is_kept_shown_and_taken_back(page: playwright.Page, language: str, origin: str):
    """A flag is dismissed with a reason and a note, by keyboard; it is there after a reload, and Undo takes it back."""
    ask(page, QUESTION)
    note = page.locator("#doubt-b")
    note.get_by_role("button", name=said(language, "review")).first.press("Enter")
    note.get_by_role("radio", name=said(language, "dismiss")).check()
    note.get_by_label(said(language, "reason.kept")).check()
    note.get_by_label(said(language, "note.for")).fill("Said <b>before</b>.")
    note.get_by_role("button", name=said(language, "save")).click()
    expect(note.locator(".judged")).to_contain_text(said(language, "judged.dismiss"))
    page.reload()
    expect(note.locator(".judged")).to_contain_text("Said <b>before</b>.")
    expect(note.locator(".judged")).to_contain_text(said(language, "reason.kept"))
    [record] = page.request.get(f"{origin}/v1/feedback?answer_id={kept(page)['id']}").json()["feedback"]
    assert (record["decision"], record["reason"], record["doubt_id"]) == (
        "dismiss",
        "kept",
        kept(page)["claims"][0]["doubts"][1]["id"],
    )
    page.keyboard.press("l")
    expect(page.locator(".ledger")).to_contain_text(said(language, "judged.dismiss"))
    page.keyboard.press("r")
    note.get_by_role("button", name=said(language, "undo.review").replace("{name}", "b")).click()
    expect(note.locator(".judged")).to_have_count(0)
    assert page.request.get(f"{origin}/v1/feedback").json()["feedback"] == []


def test_reviews_become_cases_of_the_evaluation(english: playwright.Page, tmp_path: Path):
    """The export is a question set that the evaluation reads: the confirmed kind is expected, of the words it was about."""
    page = english
    ask(page, QUESTION)
    answer = kept(page)
    first = answer["claims"][0]
    given = {
        "answer_id": answer["id"],
        "claim_id": first["id"],
        "doubt_id": first["doubts"][0]["id"],
        "decision": "confirm",
    }
    made = page.request.post("/v1/feedback", data=given | {"reason": "right"}).json()
    page.get_by_role("link", name="Conversations").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save reviews as cases").click()
    page.request.delete(f"/v1/feedback/{made['id']}")
    path = tmp_path / "cases.jsonl"
    download.value.save_as(path)
    [case] = read_set(path)
    assert case.question == QUESTION
    assert case.expect.claims[0].doubts[0].kind == first["doubts"][0]["kind"]
    texts = {
        each.name: each.read_text(encoding="utf-8") for each in DOCUMENTS.iterdir() if each.suffix in {".md", ".txt"}
    }
    name = case.expect.claims[0].document
    check_words([case], {name: re.sub(r"^ *- ", "", texts[name], flags=re.MULTILINE)}, "cases")


def test_an_answer_is_copied_with_its_quotes(page: playwright.Page, language: str):
    """Copied as text it holds the question, the tally, each claim, each doubt's reason and each quote; as Markdown and JSON too."""
    ask(page, QUESTION)
    answer = kept(page)
    page.locator(f'[data-copy="{said(language, "text")}"]').click()
    expect(page.locator("#status")).to_contain_text(said(language, "text"))
    text = page.evaluate("navigator.clipboard.readText()")
    first = answer["claims"][0]
    assert text.startswith(QUESTION)
    assert all(
        part in text
        for part in (first["text"], first["citations"][0]["quote"], *(each["reason"] for each in first["doubts"]))
    )
    assert said(language, f"kind.{first['doubts'][0]['kind']}") in text
    page.locator('[data-copy="JSON"]').click()
    expect(page.locator("#status")).to_contain_text("JSON")
    assert json.loads(page.evaluate("navigator.clipboard.readText()"))["id"] == answer["id"]


@pytest.mark.parametrize("form", ["docx", "md", "json"])
def test_an_answer_is_saved(english: playwright.Page, form: str):
    """Word, Markdown and JSON are saved as files that hold the claim."""
    page = english
    ask(page, QUESTION)
    with page.expect_download() as download:
        page.locator(f'[data-save="{form}"]').click()
    content = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename.endswith(f".{form}")
    if form == "docx":
        content = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml")
    assert b"self-declared" in content.replace(b"\\-", b"-")


def test_sources_that_disagree_stand_side_by_side(page: playwright.Page, language: str, origin: str):
    """A dispute opens as two quotes with issuer and date in order of issue; what only one of them says is marked; no winner."""
    made = disputed(origin)
    show(page, made)
    page.get_by_role("button", name=said(language, "compare")).click()
    expect(page.locator("#compare-title")).to_be_focused()
    expect(page.locator(".side")).to_have_count(2)
    evidence = made["turns"][0]["answer"]["claims"][0]["doubts"][0]["evidence"]
    for side, quoted in zip(page.locator(".side").all(), evidence, strict=True):
        shown = side.locator("blockquote").evaluate(
            "node => { const copy = node.cloneNode(true); copy.querySelector('.cite').remove(); return copy.textContent; }"
        )
        assert shown.strip() == quoted["quote"].strip()
    expect(page.locator(".side").first).to_contain_text("Harbour Ledger")
    expect(page.locator(".cmp")).to_contain_text(said(language, "differs"))
    page.locator(".side .cite").first.click()
    expect(page.locator("#source .hit").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=said(language, "compare.back").replace("{number}", "1")).click()
    expect(page.locator("#claim-1")).to_be_focused()


def test_independent_voices_are_named(page: playwright.Page, language: str, origin: str):
    """How many independent voices say a thing, who they are, and how many copies were counted with them."""
    show(page, disputed(origin))
    voices = page.locator(".voices")
    expect(voices).to_contain_text(said(language, "voice").split("|")[-1].replace("#", "2"))
    expect(voices).to_contain_text("Harbour Ledger")
    expect(voices).to_contain_text("Qingqiao Daily")
    expect(voices).to_contain_text(said(language, "copy.count").split("|")[-1].replace("#", "2"))


def test_keys_step_through_doubts_and_can_be_switched_off(english: playwright.Page):
    """d goes from doubt to doubt; with the single keys off, no letter does anything, and Escape still works."""
    page = english
    ask(page, QUESTION)
    page.keyboard.press("d")
    expect(page.locator("#doubt-a")).to_be_focused()
    page.keyboard.press("d")
    expect(page.locator("#doubt-b")).to_be_focused()
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.locator(".ledger")).to_have_count(0)


# ---------- the source ----------


def test_the_address_holds_the_claim_and_the_citation(english: playwright.Page):
    """#claim-1 goes to the claim, #cite-2 opens the second citation, also for somebody who is sent the link."""
    page = english
    ask(page, QUESTION)
    page.locator('[data-cite="2"]').first.click()
    expect(page.locator("#source .hit").first).to_be_in_viewport()
    address = page.url
    assert address.endswith("#cite-2")
    page.goto("/")
    page.goto(address)
    expect(page.locator("#source .src-bar b")).to_have_text("2")
    expect(page.locator("#source .hit").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    page.goto(address.replace("#cite-2", "#claim-1"))
    page.reload()
    expect(page.locator("#claim-1")).to_be_focused()


def test_a_source_says_whose_it_is(page: playwright.Page, language: str):
    """Issuer, number, dates and status stand above the text; what the source does not state is said to be so."""
    page.goto("/?view=library")
    page.get_by_role(
        "button", name="Notice on epidemic control and work resumption with digital tools", exact=True
    ).click()
    head = page.locator("#source .src-head")
    for text in (
        "Ministry of Digital Industry (sample)",
        "MDI IT [2020] 14",
        said(language, "status.in_force"),
        said(language, "relation.supersedes"),
    ):
        expect(head).to_contain_text(text)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Health code reaches 200 cities", exact=True).click()
    expect(head).to_contain_text(said(language, "not.stated"))
    expect(page.locator("#source .src-id")).to_contain_text(said(language, "status.unknown"))


def test_a_pdf_is_shown_as_printed_with_boxes(english: playwright.Page):
    """The page of a cited PDF is drawn, and the colour of the box lies on it where the cited words stand."""
    page = english
    ask(page, "How many residents said that their colour was wrong in Yunbu?")
    cited = page.locator(".cite").all()
    for numeral in cited:
        numeral.click()
        expect(page.locator("#source .proof")).to_be_visible()
        if page.locator(".page-fold").count():
            break
        page.keyboard.press("Escape")
    page.locator(".page-fold summary").click()
    canvas = page.locator(".page-fold canvas").first
    expect(canvas).to_be_visible()
    yellow = """(node) => {
      const { data } = node.getContext("2d").getImageData(0, 0, node.width, node.height);
      let found = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at] > 240 && data[at + 1] > 215 && data[at + 2] < 170) found += 1;
      return found;
    }"""
    assert canvas.evaluate(yellow) > 1000


# ---------- a narrow screen ----------


@pytest.mark.parametrize("view", ["ledger", "compare", "check", "conversations", "review"])
def test_every_view_fits_a_phone(browser: playwright.Browser, origin: str, language: str, view: str):
    """At 390 px nothing is wider than the window."""
    with opened(browser, origin, viewport=NARROW, locale=LOCALES[language]) as page:
        prepared(page, origin, view, language)
        assert int(page.evaluate("document.scrollingElement.scrollWidth - innerWidth")) <= 0


def prepared(page: playwright.Page, origin: str, view: str, language: str) -> None:
    """Brings a view about."""
    if view in {"check", "conversations"}:
        page.goto(f"/?view={view}")
        expect(page.locator(f"#{view}-view h1")).to_be_visible()
        return
    show(page, disputed(origin))
    if view == "ledger":
        page.keyboard.press("l")
        expect(page.locator(".ledger")).to_be_visible()
    elif view == "compare":
        page.get_by_role("button", name=said(language, "compare")).click()
    else:
        page.locator("[data-review]").first.click()
        expect(page.locator(".review-form")).to_be_visible()
