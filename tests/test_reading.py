from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ingest import reading
from ingest.document import Reading
from ingest.errors import UnreadableFile

CODES = {"empty", "too_large", "encrypted", "bad_encoding", "no_text_layer", "broken"}
BULLETS = "  • outer\n    • inner\n  • outer again"


def read(content: bytes | str, media_type: str = reading.TEXT) -> Reading:
    return reading.read(content.encode() if isinstance(content, str) else content, media_type)


def refusal(content: bytes, media_type: str) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        reading.read(content, media_type)
    assert caught.value.message
    assert caught.value.hint
    return caught.value


def sections(found: Reading) -> list[tuple[str, str]]:
    return [(label.label, found.text[label.span.start : label.span.end].strip()) for label in found.sections]


def pages(found: Reading) -> list[tuple[str, str]]:
    return [(label.label, found.text[label.span.start : label.span.end].strip()) for label in found.pages]


def pdf(*sheets: list[tuple[int, str]], password: str = "", turned: int = 0, title: str = "") -> bytes:
    """A PDF whose sheets are lines with their heights."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, encrypt=password or None)
    canvas.setTitle(title)
    for sheet in sheets:
        if turned:
            canvas.setPageRotation(turned)
            canvas.rotate(turned)
            canvas.translate(0, -A4[1])
        for height, line in sheet:
            bold = line.startswith("#")
            canvas.setFont("Helvetica-Bold" if bold else "Helvetica", 11)
            canvas.drawString(72, height, line.lstrip("# "))
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def word(build: Callable[[docx.document.Document], object]) -> bytes:
    file = io.BytesIO()
    document = docx.Document()
    document.core_properties.title = ""
    build(document)
    document.save(file)
    return file.getvalue()


GOOD = {
    reading.PDF: pdf([(700, "One line of words."), (640, "Another.")]),
    reading.DOCX: word(lambda document: document.add_paragraph("Words.", "List Bullet")),
}


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.txt", b"words", reading.TEXT),
        ("A.MD", b"words", reading.MARKDOWN),
        ("a.markdown", b"words", reading.MARKDOWN),
        ("a.xhtml", b"<html/>", reading.HTML),
        ("a", b"<!-- x --> <!DOCTYPE html><p>", reading.HTML),
        ("a", b"BMW builds cars", reading.TEXT),
        ("a.txt", b"%PDF-1.7", reading.PDF),
        ("a.pdf", b"rubbish", reading.PDF),
        ("a.docx", b"rubbish", reading.DOCX),
        ("a.bin", word(lambda _: None), reading.DOCX),
        ("a.txt", "words".encode("utf-16"), reading.TEXT),
    ],
)
def test_the_kind_of_a_file_is_told(name: str, content: bytes, media_type: str) -> None:
    """First bytes come before the name, the name before the look of the text."""
    assert reading.media_type_of(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00"),
        ("a.jpg", b"\xff\xd8\xff\xe0"),
        ("a", b"\x7fELF\x02\x01\x01\x00"),
        ("a.exe", b"MZ\x90\x00\x03"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)),
        ("a.zip", b"PK\x05\x06" + bytes(18)),
        ("a.rtf", b"{\\rtf1 words}"),
        ("a", b"words\x00\x01"),
    ],
)
def test_files_without_a_reader_are_refused(name: str, content: bytes) -> None:
    """An image, a program, an archive or an old Office file is refused by its type, with a hint."""
    with pytest.raises(UnreadableFile) as caught:
        reading.media_type_of(name, content)
    assert caught.value.code == "unsupported_type"
    assert caught.value.hint


RUSSIAN = "Однажды, в студеную зимнюю пору, я из лесу вышел; был сильный мороз. Гляжу, поднимается медленно в гору."
CHINESE = "各地主管部门应当支持企业复工复产，加强疫情防控工作，并及时报告有关情况。本通知自发布之日起施行。"


@pytest.mark.parametrize(
    ("text", "encoding", "warned"),
    [
        (CHINESE, "utf-8", False),
        (CHINESE, "utf-8-sig", False),
        (CHINESE, "utf-16", False),
        (CHINESE, "utf-32", False),
        ("plain words", "utf-16-le", True),
        ("plain words", "utf-16-be", True),
        (CHINESE * 3, "gb18030", True),
        (RUSSIAN, "cp1251", True),
        ("La création à l'été, où l'on reçoit des élèves très âgés.", "cp1252", True),
    ],
)
def test_encodings_are_found(text: str, encoding: str, *, warned: bool) -> None:
    """Text is the same in every usual encoding, and a guess says that it is one."""
    found = read(text.encode(encoding))
    assert found.text == text
    assert bool(found.warnings) is warned


def test_text_is_kept_character_for_character() -> None:
    """Only line ends, NUL and byte order marks change; indents, spaces and decomposed letters stay."""
    assert read("a\r\n  b  c\rd\ufeff\te\u0301\u3000f\n").text == "a\n  b  c\nd\te\u0301\u3000f\n"


def test_a_text_cut_in_mid_character_is_read_and_says_so() -> None:
    """A few broken bytes do not make a text unreadable, but are told."""
    found = read((CHINESE * 3).encode()[:-1])
    assert found.text.startswith(CHINESE)
    assert found.warnings


def test_rubbish_is_no_text() -> None:
    """Bytes that are no text are refused, and the refusal names what was tried."""
    error = refusal(bytes(range(256)) * 40, reading.TEXT)
    assert error.code == "bad_encoding"
    assert "gb18030" in error.message


@pytest.mark.parametrize("media_type", list(reading.READERS))
def test_empty_files_are_empty(media_type: str) -> None:
    """No bytes are an empty file in every format; so is text of blanks only."""
    assert refusal(b"", media_type).code == "empty"
    assert media_type in (reading.PDF, reading.DOCX) or refusal(b" \n\n ", media_type).code == "empty"


@given(content=st.binary(max_size=300), media_type=st.sampled_from(list(reading.READERS)))
@settings(max_examples=150, deadline=None)
def test_any_bytes_end_as_text_or_refusal(content: bytes, media_type: str) -> None:
    """No bytes make a reader raise anything but `UnreadableFile`, and its text is canonical."""
    try:
        found = reading.read(content, media_type)
    except UnreadableFile as error:
        assert error.code in CODES  # noqa: PT017 - a text is as lawful an ending as a refusal
        return
    assert not {"\x00", "\r", "\ufeff"} & set(found.text)
    found.text.encode()


@given(
    place=st.floats(0, 0.999),
    patch=st.binary(min_size=1, max_size=8),
    kind=st.sampled_from([reading.PDF, reading.DOCX]),
)
@settings(max_examples=60, deadline=None)
def test_damaged_files_end_as_text_or_refusal(place: float, patch: bytes, kind: str) -> None:
    """A good file with some bytes overwritten is read or refused; no parser's own error comes through."""
    whole = GOOD[kind]
    start = int(place * len(whole))
    try:
        found = reading.read(whole[:start] + patch + whole[start + len(patch) :], kind)
    except UnreadableFile as error:
        assert error.code in CODES  # noqa: PT017 - a text is as lawful an ending as a refusal
        return
    found.text.encode()


@given(text=st.text(max_size=200), media_type=st.sampled_from([reading.TEXT, reading.MARKDOWN, reading.HTML]))
@settings(max_examples=150, deadline=None)
def test_labels_lie_in_order_within_any_text(text: str, media_type: str) -> None:
    """Sections and pages are in order, do not overlap and lie within the text."""
    try:
        found = read(f"# A\n{text}\n## B\n".encode("utf-8", "ignore"), media_type)
    except UnreadableFile:
        return
    for labels in (found.sections, found.pages):
        bounds = [edge for label in labels for edge in (label.span.start, label.span.end)]
        assert bounds == sorted(bounds)
        assert not bounds or bounds[-1] <= len(found.text)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A heading\n\nA text.", "A heading"),
        ("A sentence.\n\nA text.", ""),
        ("A line\nand its next", ""),
        ("Lead.\nTitle: Named\n\nA text.", "Named"),
    ],
)
def test_titles_of_plain_text_are_stated_not_guessed(text: str, title: str) -> None:
    """A title stands alone, short and without a full stop, or under a label."""
    assert read(text).title == title


def test_markdown_loses_its_marks_and_keeps_its_words() -> None:
    """Emphasis, links, images and code leave their words; lists, tables and breaks become canonical."""
    found = read(
        "# *Top*\n\nOne **two** [three](http://x) ![four](f.png) `five`\nsix\n汉字\n汉字\n\n"
        "- outer\n  - inner\n- outer\n  again\n\n"
        "3. third\n4. fourth\n\n|a|b|\n|-|-|\n|c|**d**|\n\n```\nif x:\n    y\n```\n\n<b>raw</b>\n",
        reading.MARKDOWN,
    )
    assert found.text == (
        "Top\n\nOne two three four five six 汉字汉字\n\n" + BULLETS + "\n  3. third\n  4. fourth\n\na | b\nc | d\n\n"
        "if x:\n    y\n\nraw"
    )
    assert found.title == "Top"


def test_markdown_headings_are_sections_by_path() -> None:
    """A section reaches from its heading to the next, and is named by the path of headings."""
    found = read("intro\n\n# A\n\none\n\n## B\n\ntwo\n\n# C\n\nthree", reading.MARKDOWN)
    assert sections(found) == [("A", "A\n\none"), ("A › B", "B\n\ntwo"), ("C", "C\n\nthree")]


def test_markdown_front_matter_is_hints() -> None:
    """Front matter is what the file states of itself, not text; header lines keep their line ends."""
    found = read('---\nTitle: "T"\ntags:\n  - a\n  - b\n发文机关：部\n---\nIssuer: X\nNumber: 3\n', reading.MARKDOWN)
    assert dict(found.hints) == {"title": "T", "tags": "a, b", "发文机关": "部"}
    assert found.text == "Issuer: X\nNumber: 3"
    assert found.title == "T"


def test_html_is_what_a_reader_sees() -> None:
    """Menus, scripts, forms and hidden words go; white space collapses; lists and tables become canonical."""
    found = read(
        "<html lang=en><head><title>The title</title><meta name=author content=Me>"
        "<meta property='article:published_time' content='2020-03-03'><script>x()</script></head>"
        "<body><header>Site</header><nav>Menu</nav><p hidden>no</p>"
        "<p style='display: none'>no</p><article><header><h1>Head</h1></header><p>One\n  <b>t</b>wo&nbsp;three<br>four"
        "<ul><li>outer<ul><li>inner</ul><li><p>outer</p><p>again</p></ul><table><caption>Cap</caption><tr><th>a<th>b<tr>"
        "<td>c<td>d<sup>2</sup></table><pre>if x:\n    y</pre></article><form><input value=q><button>Go</button></form>"
        "<footer>Foot</footer></body></html>",
        reading.HTML,
    )
    assert found.text == ("Head\n\nOne two three\nfour\n\n" + BULLETS + "\n\nCap\n\na | b\nc | d2\n\nif x:\n    y")
    assert found.title == "The title"
    assert dict(found.hints) == {"author": "Me", "date": "2020-03-03", "language": "en"}


def test_html_that_lies_about_its_encoding_is_read_right() -> None:
    """The declared encoding counts only where the bytes are not UTF-8 and fit it."""
    page = "<meta charset={}><p>" + CHINESE + "</p>"
    assert CHINESE in read(page.format("iso-8859-1").encode(), reading.HTML).text
    assert CHINESE in read(page.format("gb2312").encode("gb18030"), reading.HTML).text
    assert CHINESE in read(page.format("utf-8").encode("utf-16"), reading.HTML).text


def test_html_as_deep_as_it_likes() -> None:
    """Nesting without end neither exhausts the reader nor cuts off the text unsaid."""
    assert read("<div>" * 150 + "deep", reading.HTML).text == "deep"
    assert refusal(b"<p>start</p>" + b"<div>" * 5000 + b"deep", reading.HTML).code == "broken"


def test_markdown_as_deep_as_it_likes() -> None:
    """Nesting beyond the parser's limit is refused, and never cuts off the text unsaid."""
    assert read("> " * 60 + "deep", reading.MARKDOWN).text == "deep"
    assert refusal(b"start\n\n" + b"> " * 500 + b"deep", reading.MARKDOWN).code == "broken"


def test_html_forms_that_frame_the_page_are_kept() -> None:
    """A form that holds paragraphs is the page, not a form; its fields go all the same."""
    assert read("<form><p>Words.</p><select><option>no</select></form>", reading.HTML).text == "Words."


def test_pdf_lines_become_paragraphs_over_pages() -> None:
    """Lines join, gaps part, a sentence runs over the page break, and running lines and page numbers go."""
    head, rest = (800, "The Gazette"), "a line of text that is about as long as the others are on this page"
    found = read(
        pdf(
            [head, (740, "# A heading"), (700, f"First, {rest}"), (686, f"second, {rest}"),
             (672, "and the end."), (640, f"Then {rest}"), (626, f"which {rest},"), (30, "1")],
            [head, (700, "goes on over the page."), (670, "• outer"), (656, "• outer again"), (30, "2")],
            [head, (700, "Last."), (30, "3")],
            title="T",
        ),
        reading.PDF,
    )  # fmt: skip
    assert found.text == (
        f"A heading\n\nFirst, {rest} second, {rest} and the end.\n\n"
        f"Then {rest} which {rest}, goes on over the page.\n\n"
        "  • outer\n  • outer again\n\nLast."
    )
    assert found.title == "T"
    assert sections(found)[0][0] == "A heading"
    assert [label for label, _ in pages(found)] == ["1", "2", "3"]
    assert pages(found)[1][1].startswith("goes on over the page.")
    assert pages(found)[2][1] == "Last."


def test_pdf_hyphens_at_line_ends() -> None:
    """A hyphen at a line's end goes between small letters, and stays elsewhere."""
    rest = "words that make the line as long as a line should be, with reg-"
    found = read(pdf([(700, f"Here are {rest}"), (686, "ulations of the Sino-"), (672, "German kind.")]), reading.PDF)
    assert "regulations" in found.text
    assert "Sino-German" in found.text


def test_pdf_pages_may_be_turned() -> None:
    """A page that is shown turned reads as any other."""
    sheet = [(700, "One line of words that is quite long"), (686, "and the next.")]
    assert read(pdf(sheet, turned=90), reading.PDF).text == "One line of words that is quite long and the next."


def test_pdf_without_text_is_told() -> None:
    """A scan is refused; a page without text among others is named."""
    assert refusal(pdf([]), reading.PDF).code == "no_text_layer"
    found = read(pdf([(700, "Words.")], [], [(700, "More.")]), reading.PDF)
    assert found.warnings == ("page 2 holds no text: it may be a scan",)
    assert pages(found) == [("1", "Words."), ("3", "More.")]


def test_pdf_locked_and_broken() -> None:
    """A locked PDF and a damaged one are told apart."""
    assert refusal(pdf([(700, "Words.")], password="secret"), reading.PDF).code == "encrypted"  # noqa: S106 - a test's
    assert refusal(b"%PDF-1.4\nrubbish", reading.PDF).code == "broken"


def test_word_reads_in_the_order_of_its_body() -> None:
    """Headings, paragraphs, nested lists and tables come as they stand, sections by heading style."""

    def build(document: docx.document.Document) -> None:
        document.add_heading("Title", 0)
        document.add_heading("A", 1)
        document.add_paragraph("Authorities are to")
        document.add_paragraph("outer", "List Bullet")
        document.add_paragraph("first", "List Number")
        document.add_paragraph("second", "List Number")
        table = document.add_table(2, 2)
        for position, cell in enumerate(cell for row in table.rows for cell in row.cells):
            cell.text = "abcd"[position]
        document.add_paragraph("end")
        document.core_properties.author = "Me"

    found = read(word(build), reading.DOCX)
    assert found.text == (
        "Title\n\nA\n\nAuthorities are to\n\n  • outer\n  1. first\n  2. second\n\na | b\nc | d\n\nend"
    )
    assert found.title == "Title"
    assert [label for label, _ in sections(found)] == ["Title", "A"] or sections(found)[1][0].endswith("A")
    assert found.hints["author"] == "Me"


def test_word_tracked_changes_read_as_accepted() -> None:
    """Inserted words are in, deleted and hidden words are out; what is embedded is warned of."""

    def build(document: docx.document.Document) -> None:
        body = document.element.body
        for xml in (
            (
                "<w:p {}><w:r><w:t>kept </w:t></w:r><w:ins><w:r><w:t>inserted</w:t></w:r></w:ins>"
                "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
                "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"
            ),
            "<w:sdt {}><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>",
            "<w:altChunk {}/>",
        ):
            body.insert(len(body) - 1, parse_xml(xml.format(nsdecls("w"))))

    found = read(word(build), reading.DOCX)
    assert found.text == "kept inserted\n\nin a control"
    assert "embedded" in found.warnings[0]


def test_word_locked_broken_and_bombs() -> None:
    """A locked file, a damaged one and one that swells beyond measure are refused before they are parsed."""
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), reading.DOCX).code == "encrypted"
    whole = word(lambda _: None)
    assert refusal(whole, reading.DOCX).code == "empty"
    assert refusal(whole[: len(whole) // 2], reading.DOCX).code == "broken"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(21):
            archive.writestr(f"word/{number}.xml", bytes(10_000_000))
    assert refusal(bomb.getvalue(), reading.DOCX).code == "too_large"
