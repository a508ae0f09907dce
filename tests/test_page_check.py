"""A draft that is checked on the page, in both languages: verdicts, sources and files, in a real browser."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import docx
import pytest
from browsing import LOCALES, expect, needs_browser, opened, playwright, said, show
from crafted import Json, cited, claim, disputed, passage

pytestmark = needs_browser


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
        ("renamed.txt", "text/plain", b"MZ\x00\x01"),
        ("empty.txt", "text/plain", b""),
    ],
)
def test_a_file_that_holds_no_text_is_refused(
    browser: playwright.Browser, origin: str, language: str, name: str, media: str, content: bytes
):
    """What is typed stays, and the page says which file could not be read and why, until something is typed."""
    with opened(
        browser, origin, path="/?view=check", locale=LOCALES[language], expected=("Failed to load resource",)
    ) as page:
        draft, told = page.locator("#draft"), page.locator(".draft .callout.bad")
        draft.fill("Typed for an hour.")
        drop(page, name, media, content)
        expect(told).to_contain_text(said(language, "draft.unread").replace("{name}", name))
        expect(told).to_contain_text(said(language, "draft.kept"))
        expect(page.locator("#status")).to_contain_text(name)
        expect(draft).to_have_value("Typed for an hour.")
        assert page.evaluate("localStorage.getItem('caveat.check')") == "Typed for an hour."
        draft.press("x")
        expect(told).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "media", "content", "text"),
    [
        ("page.html", "text/html", b"<p>Marked <b>up</b>.</p>", "Marked up."),
        ("other-encoding.txt", "text/plain", "健康码由各省自行发放。".encode("gb18030"), "健康码由各省自行发放。"),
    ],
)
def test_the_server_reads_what_the_browser_cannot(
    page: playwright.Page, name: str, media: str, content: bytes, text: str
):
    page.goto("/?view=check")
    drop(page, name, media, content)
    expect(page.locator("#draft")).to_have_value(text)


def test_a_word_file_comes_back_with_comments(page: playwright.Page, language: str, tmp_path: Path):
    """Dropped, checked and saved: the words in the box are the file's, the file that is saved is the same with comments."""
    document, file = docx.Document(), io.BytesIO()
    document.add_paragraph("On the health code.")
    document.add_paragraph("The Harbour Ledger says that 310 cities used the health code in March.").runs[0].bold = True
    document.save(file)
    page.goto("/?view=check")
    drop(page, "draft.docx", "application/octet-stream", file.getvalue())
    expect(page.locator("#draft")).to_have_value(re.compile("310 cities used"))
    page.get_by_role("button", name=said(language, "check"), exact=True).click()
    with page.expect_download() as saving:
        page.get_by_role("button", name=said(language, "save.word"), exact=True).click()
    assert saving.value.suggested_filename == f"draft-{said(language, 'file.checked')}.docx"
    saving.value.save_as(tmp_path / "saved.docx")
    saved = docx.Document(str(tmp_path / "saved.docx"))
    assert [each.text for each in saved.paragraphs] == [each.text for each in document.paragraphs]
    assert saved.paragraphs[1].runs[0].bold
    assert any("200 cities" in comment.text for comment in saved.comments)
