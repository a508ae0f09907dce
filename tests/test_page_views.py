"""What a reader does on the page, in both languages: a real server, the sample library, a real browser."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import (
    DOCUMENTS,
    LOCALES,
    NARROW,
    ask,
    expect,
    kept,
    launched,
    needs_browser,
    opened,
    playwright,
    sample_served,
)
from crafted import Json, cited, claim, conversation, passage

from evals.case import check_words, read_set

pytestmark = needs_browser
QUESTION = "How reliable is the health code?"
UNANSWERED = "What did the ministry say about semiconductor exports?"
WORDS: dict[str, dict[str, str]] = {}


def said(language: str, key: str) -> str:
    """The interface's words for a key, read from the page's own dictionary."""
    if language not in WORDS:
        source = (Path(__file__).parent.parent / "assistant" / "web" / f"{language}.js").read_text(encoding="utf-8")
        found = re.findall(r'(?:"([^"\n]+)"|\b([a-z]\w*)): ("(?:[^"\\]|\\.)*")', source[source.index("words: {") :])
        WORDS[language] = {quoted or bare: json.loads(text) for quoted, bare, text in found}
    return WORDS[language][key]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the sample library."""
    with sample_served(tmp_path_factory.mktemp("views") / "data") as origin:
        yield origin


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: playwright.Browser, origin: str, language: str) -> Iterator[playwright.Page]:
    """A page in the language."""
    with opened(browser, origin, locale=LOCALES[language], permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page


@pytest.fixture
def english(browser: playwright.Browser, origin: str) -> Iterator[playwright.Page]:
    """A page in English, for what does not depend on the language."""
    with opened(browser, origin, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page


def show(page: playwright.Page, made: Json) -> None:
    """Opens a conversation that was made by hand."""
    page.route("**/v1/conversations/crafted", lambda route: route.fulfill(json=made))
    page.goto("/?c=crafted&t=t1")
    expect(page.locator("#claim-1")).to_be_visible()


def disputed(origin: str) -> Json:
    """An answer with two sources that disagree, and independent voices."""
    one, other = passage(origin, "harbour-ledger-health-code.md"), passage(origin, "qingqiao-daily-zh.txt")
    first, second = cited(one, "200 cities used the health code"), cited(other, other["text"][60:100])
    doubt = {
        "kind": "disputed",
        "reason": "Harbour Ledger says 200 cities; another source says otherwise.",
        "evidence": [first, second],
    }
    voices = [
        {"name": "Harbour Ledger", "documents": [{"id": one["id"], "title": one["title"]}], "copies": 2},
        {"name": "Qingqiao Daily", "documents": [{"id": other["id"], "title": other["title"]}], "copies": 0},
    ]
    return conversation(
        [claim("The health code was used in 200 cities.", [first], [doubt], voices=voices)], [one, other]
    )


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
    expect(page.locator(".ledger tbody tr:visible")).to_have_count(1)
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


# ---------- library and conversations ----------


def test_the_library_is_filtered_and_sorted(page: playwright.Page, language: str):
    """Kind and date narrow the list, a column head sorts it and says so, and filters that leave nothing can be cleared."""
    page.goto("/?view=library")
    expect(page.locator("tbody tr")).to_have_count(16)
    page.locator("#library-kind").select_option("notice")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.locator('[data-sort="issued"]').click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    expect(page.locator("tbody tr").first).to_contain_text("2020")
    page.locator('[data-sort="issued"]').click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    page.locator("#library-issued_to").fill("2001-01-01")
    expect(page.locator("#library-view")).to_contain_text(said(language, "no.match"))
    page.locator("#library-view").get_by_role("button", name=said(language, "scope.clear")).click()
    expect(page.locator("tbody tr")).to_have_count(16)


def test_filters_stay_when_the_library_changes(english: playwright.Page):
    """What the list is narrowed to is kept when a file is added or a document goes, also where nothing fits it any more."""
    page = english
    page.clock.install()
    page.goto("/?view=library")
    rows = page.locator("tbody tr")
    page.locator("#library-kind").select_option("notice")
    page.locator("#library-issued_from").fill("2020-01-02")
    expect(rows).to_have_count(4)
    order = b"# Order on bells\n\nIssuer: Bell Office (sample)\nIssued: 4 May 2021\nKind: notice\n\nEvery ferry must carry a bell.\n"
    page.locator("#library-view input[type=file]").set_input_files(
        [{"name": "bells.md", "mimeType": "text/markdown", "buffer": order}]
    )
    expect(page.locator(".uploads .added")).to_be_visible()
    issuer = page.locator("#library-issuer")
    expect(issuer.locator("option").filter(has_text="Bell Office")).to_have_count(1)
    expect(page.locator("#library-kind")).to_have_value("notice")
    expect(page.locator("#library-issued_from")).to_have_value("2020-01-02")
    expect(rows).to_have_count(5)
    issuer.select_option("Bell Office (sample)")
    expect(rows).to_have_count(1)
    rows.get_by_role("button", name="Delete").click()
    expect(page.locator(".undos li")).to_have_count(1)
    page.clock.fast_forward(9_000)
    expect(page.locator(".undos li")).to_have_count(0)
    expect(issuer.locator("option").filter(has_text="Bell Office (sample) (1)")).to_have_count(0)
    expect(issuer).to_have_value("Bell Office (sample)")
    expect(page.locator("#library-view")).to_contain_text("No document matches.")
    page.locator("#library-view").get_by_role("button", name="Clear filters").click()
    expect(rows).to_have_count(16)


def test_the_count_leaves_out_only_what_is_listed(page: playwright.Page, language: str):
    """A document that is being deleted is left out of a count that it is part of, and of no other."""
    page.goto("/?view=library")
    total = page.locator("#library-view .page-head .meta").first

    def counted(key: str, number: int) -> str:
        forms = said(language, "document").split("|")
        return said(language, key).replace("{documents}", forms[-1].replace("#", str(number)))

    expect(total).to_have_text(counted("library.all", 16))
    row = page.get_by_role("row").filter(has_text="Health code reaches 200 cities")
    row.get_by_role("button", name=said(language, "delete")).click()
    expect(total).to_have_text(counted("library.all", 15))
    page.locator("#library-kind").select_option("notice")
    expect(total).to_have_text(counted("library.fitting", 4))
    held = page.request.get("/v1/documents?kind=report").json()["total"]
    page.locator("#library-kind").select_option("report")
    expect(total).to_have_text(counted("library.fitting", held - 1))
    page.locator(".undos button").click()
    expect(total).to_have_text(counted("library.fitting", held))


def test_a_deletion_can_be_taken_back(page: playwright.Page, language: str):
    """A deleted document leaves the list at once and comes back with Undo; nothing was deleted meanwhile."""
    page.goto("/?view=library")
    row = page.get_by_role("row").filter(has_text="Health code reaches 200 cities")
    row.get_by_role("button", name=said(language, "delete")).click()
    expect(row).to_have_count(0)
    expect(page.locator(".undos button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_have_count(1)
    assert page.request.get("/v1/documents").json()["total"] == 16


def test_refused_files_say_why_and_what_to_do(page: playwright.Page, language: str):
    """Each file has its own line: a refusal has a code, a reason and a remedy; a file that is held already says so."""
    page.goto("/?view=library")
    bell = {
        "name": "bell.md",
        "mimeType": "text/markdown",
        "buffer": b"# Bell order\n\nEvery ferry must carry a bell.\n",
    }
    tool = {"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x00\x01" * 400}
    page.locator("#library-view input[type=file]").set_input_files([tool, bell, bell])
    lines = page.locator(".uploads li")
    expect(lines.nth(0).locator("code")).to_have_text(re.compile(r"^[a-z_]+$"))
    expect(lines.nth(0)).to_contain_text(said(language, "outcome.refused"))
    expect(lines.nth(0).locator(".fix")).not_to_be_empty()
    expect(lines.nth(1)).to_contain_text(said(language, "outcome.added"))
    expect(lines.nth(2)).to_contain_text(said(language, "outcome.unchanged"))
    lines.nth(0).get_by_role("button").click()
    expect(lines).to_have_count(2)
    [made] = page.request.get("/v1/documents?q=bell").json()["documents"]
    page.request.delete(f"/v1/documents/{made['id']}")


def test_a_file_is_dropped(english: playwright.Page):
    """A file that is dropped on the library is added; the way with the keyboard is the file input behind the same label."""
    page = english
    page.goto("/?view=library")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.evaluate(
        """() => {
          const dropped = new DataTransfer();
          dropped.items.add(new File(["# Dropped order\\n\\nEvery ferry must carry a bell."], "dropped.md", { type: "text/markdown" }));
          const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: dropped });
          document.querySelector("#library-view .drop").dispatchEvent(drop);
        }"""
    )
    expect(page.locator(".uploads .added")).to_contain_text("Added")
    [made] = page.request.get("/v1/documents?q=dropped").json()["documents"]
    page.request.delete(f"/v1/documents/{made['id']}")


def test_an_upload_that_is_too_large_is_explained(browser: playwright.Browser, origin: str, language: str):
    """Where the server takes no file of that size, the line says so and what to do, in the reader's language."""
    problem = {
        "title": "Too large",
        "status": 413,
        "code": "too_large",
        "detail": "more than 9 bytes",
        "hint": "",
        "request_id": "r",
    }
    with opened(browser, origin, path="/?view=library", locale=LOCALES[language], expected=("413",)) as page:
        page.route(
            "**/v1/documents",
            lambda route: (
                route.fulfill(status=413, json=problem) if route.request.method == "POST" else route.continue_()
            ),
        )
        page.locator("#library-view input[type=file]").set_input_files(
            [{"name": "big.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}]
        )
        expect(page.locator(".uploads .refused")).to_contain_text(said(language, "error.too_large"))
        expect(page.locator(".uploads .refused code")).to_have_text("too_large")


# ---------- checking a draft ----------


def checked(origin: str) -> list[Json]:
    """A sentence of each verdict."""
    source = passage(origin, "harbour-ledger-health-code.md")
    quote = cited(source, "200 cities used the health code")
    doubt = {
        "id": "d1",
        "kind": "misquoted",
        "reason": "The source says 200.",
        "evidence": [quote],
        "span": {"start": 0, "end": 3},
    }
    verdicts: list[tuple[str, list[Json], list[Json]]] = [
        ("supported", [quote], []),
        ("contradicted", [quote], [doubt]),
        ("not_found", [], []),
        ("unchecked", [], []),
    ]
    return [
        {
            "id": f"c{number}",
            "text": f"210 sentence {number}.",
            "span": {"start": 0, "end": 1},
            "verdict": verdict,
            "citations": citations,
            "doubts": doubts,
        }
        for number, (verdict, citations, doubts) in enumerate(verdicts, start=1)
    ]


def test_each_verdict_of_a_draft_looks_different(page: playwright.Page, language: str, origin: str):
    """The four verdicts differ in sign, in words and in the line beside them; the wrong words are underlined; a numeral opens
    the source; the counts sum up."""
    page.route("**/v1/checks", lambda route: route.fulfill(json={"claims": checked(origin)}))
    page.goto("/?view=check")
    page.locator("#draft").fill("A draft.")
    page.get_by_role("button", name=said(language, "check"), exact=True).click()
    finds = page.locator(".finds .find")
    expect(finds).to_have_count(4)
    signs = finds.locator(".gut use").evaluate_all("nodes => nodes.map((node) => node.getAttribute('href'))")
    assert len(set(signs)) == 4
    lines = finds.evaluate_all("nodes => nodes.map((node) => getComputedStyle(node).borderLeft)")
    assert len(set(lines)) == 4
    for verdict, found in zip(("supported", "contradicted", "not_found", "unchecked"), finds.all(), strict=True):
        expect(found.locator(".verdict")).to_contain_text(said(language, f"verdict.{verdict}"))
    expect(finds.nth(1).locator(".u.f-strays")).to_have_text("210")
    finds.nth(0).locator(".cite").first.click()
    expect(page.locator("#source .hit").first).to_be_in_viewport()


def test_a_draft_that_cannot_be_checked_is_kept(browser: playwright.Browser, origin: str, language: str):
    """Where the server fails, the page says so, keeps the draft and what was checked before."""
    with opened(browser, origin, path="/?view=check", locale=LOCALES[language], expected=("ERR_FAILED",)) as page:
        page.route("**/v1/checks", lambda route: route.abort())
        page.locator("#draft").fill("A draft.")
        page.get_by_role("button", name=said(language, "check"), exact=True).click()
        expect(page.locator(".finds .callout.bad")).to_contain_text(said(language, "draft.kept"))
        expect(page.locator("#draft")).to_have_value("A draft.")


def finding(document: Json, quote: str) -> Json:
    """A supported sentence of a draft."""
    return claim(quote, [cited(document, quote)], id="c1", span={"start": 0, "end": len(quote)})


def streamed(finding: Json) -> str:
    """A finding as the server sends it, without the end of the stream."""
    return f"data: {json.dumps(finding | {'type': 'claim'})}\n\n"


def drop(page: playwright.Page, name: str, media: str, content: bytes) -> None:
    """Drops a file on the form of a draft."""
    expect(page.locator(".draft")).to_be_visible()
    page.evaluate(
        """([name, type, bytes]) => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([new Uint8Array(bytes)], name, { type }));
          const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: dropped });
          document.querySelector(".draft .drop").dispatchEvent(drop);
        }""",
        [name, media, list(content)],
    )


HELD_OPEN = """([path, sent]) => {
  const real = window.fetch;
  window.fetch = (asked, options) => asked !== path ? real(asked, options) : Promise.resolve(new Response(new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode(sent));
      options.signal.addEventListener("abort", () => stream.error(options.signal.reason));
    },
  }), { headers: { "Content-Type": "text/event-stream" } }));
}"""
"""A reply whose stream stays open until the reader stops it."""


def test_a_finding_opens_its_source_before_all_is_checked(english: playwright.Page, origin: str):
    """A numeral opens the source while the other sentences are still being checked, and when the check was stopped."""
    page, source = english, passage(origin, "harbour-ledger-health-code.md")
    page.goto("/?view=check")
    page.evaluate(HELD_OPEN, ["/v1/checks", streamed(finding(source, "200 cities used the health code"))])
    page.locator("#draft").fill("A draft.")
    page.get_by_role("button", name="Check the draft", exact=True).click()
    numeral, hit = page.locator(".finds .find .cite"), page.locator("#source .hit")
    numeral.click()
    expect(hit).to_have_text("200 cities used the health code")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".finds .callout")).to_contain_text("Stopped.")
    numeral.click()
    expect(hit).to_have_text("200 cities used the health code")


def test_a_finding_opens_the_source_of_its_own_draft(english: playwright.Page, origin: str):
    """Where a later check breaks off, its numerals open what it found, not what the check before it found."""
    page = english
    first = finding(passage(origin, "harbour-ledger-health-code.md"), "200 cities used the health code")
    later = finding(passage(origin, "mdi-2020-14-notice.md"), "recognise the health codes of other provinces")
    page.goto("/?view=check")
    page.route("**/v1/checks", lambda route: route.fulfill(json={"claims": [first]}))
    page.locator("#draft").fill("A draft.")
    page.get_by_role("button", name="Check the draft", exact=True).click()
    page.locator(".finds .find .cite").click()
    expect(page.locator("#source .hit")).to_have_text(first["text"])
    page.keyboard.press("Escape")
    page.route("**/v1/checks", lambda route: route.fulfill(body=streamed(later), content_type="text/event-stream"))
    page.get_by_role("button", name="Check the draft", exact=True).click()
    expect(page.locator(".finds .callout.bad")).to_contain_text("Your draft is kept.")
    page.locator(".finds .find .cite").click()
    expect(page.locator("#source .hit")).to_have_text(later["text"])


def test_the_signs_above_a_draft_lead_to_its_sentences(english: playwright.Page, origin: str):
    """Also where an answer is open behind the draft, the sign of a sentence leads to that sentence."""
    page = english
    show(page, disputed(origin))
    page.route("**/v1/checks", lambda route: route.fulfill(json={"claims": checked(origin)}))
    page.get_by_role("link", name="Check a draft", exact=True).click()
    page.locator("#draft").fill("A draft.")
    page.get_by_role("button", name="Check the draft", exact=True).click()
    finds, signs = page.locator(".finds .find"), page.locator(".finds .strip a")
    expect(finds).to_have_count(4)
    for number in (0, 3):
        signs.nth(number).click()
        expect(finds.nth(number)).to_be_focused()
        expect(finds.nth(number)).to_be_in_viewport()
    page.get_by_role("link", name="Ask", exact=True).click()
    page.locator(".answer .strip a").first.click()
    expect(page.locator("#claim-1")).to_be_focused()


def test_a_file_replaces_a_draft_only_when_told_to(page: playwright.Page, language: str):
    """A file fills an empty box at once; where something is in the box, the page asks, and what is kept stays as it was."""
    page.goto("/?view=check")
    draft, dialog = page.locator("#draft"), page.locator("#confirm")

    def held(text: str) -> None:
        expect(draft).to_have_value(text)
        expect(draft).to_be_focused()
        assert page.evaluate("localStorage.getItem('caveat.check')") == text

    drop(page, "first.md", "text/markdown", "First 从文件.\r\nAll of it.".encode())
    held("First 从文件.\nAll of it.")
    expect(dialog).to_be_hidden()
    draft.fill("Typed for an hour.")
    drop(page, "other.md", "text/markdown", b"Other.")
    expect(dialog).to_contain_text(said(language, "draft.replace").replace("{name}", "other.md"))
    dialog.get_by_role("button", name=said(language, "keep"), exact=True).click()
    expect(dialog).to_be_hidden()
    held("Typed for an hour.")
    page.locator("#check-view input[type=file]").set_input_files(
        [{"name": "chosen.txt", "mimeType": "text/plain", "buffer": b"Chosen."}]
    )
    dialog.get_by_role("button", name=said(language, "replace"), exact=True).click()
    expect(dialog).to_be_hidden()
    held("Chosen.")
    expect(page.locator("#status")).to_have_text(said(language, "taken").replace("{name}", "chosen.txt"))


@pytest.mark.parametrize(
    ("name", "media", "content"),
    [
        ("report.pdf", "application/pdf", b"%PDF-1.7 plain to the eye"),
        ("report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
        ("page.html", "text/html", b"<p>Marked up.</p>"),
        ("renamed.txt", "text/plain", b"MZ\x00\x01"),
        ("other-encoding.txt", "text/plain", "健康码".encode("gb18030")),
        ("empty.txt", "text/plain", b""),
    ],
)
def test_a_file_that_is_no_text_is_refused(page: playwright.Page, language: str, name: str, media: str, content: bytes):
    """What is typed stays, and the page says which file it could not read and what can be done, until something is typed."""
    page.goto("/?view=check")
    draft, told = page.locator("#draft"), page.locator(".draft .callout.bad")
    draft.fill("Typed for an hour.")
    drop(page, name, media, content)
    expect(told).to_contain_text(said(language, "draft.unread").replace("{name}", name))
    expect(told).to_contain_text(said(language, "draft.unread.hint"))
    expect(told.locator("code")).to_have_text("caveat check FILE")
    expect(page.locator("#status")).to_contain_text(name)
    expect(draft).to_have_value("Typed for an hour.")
    assert page.evaluate("localStorage.getItem('caveat.check')") == "Typed for an hour."
    draft.press("x")
    expect(told).to_have_count(0)


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
