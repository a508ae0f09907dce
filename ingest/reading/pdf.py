"""PDF: the text layer, page by page, its lines joined into paragraphs."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.document import Reading
from ingest.errors import UnreadableFile
from ingest.reading.canonical import collapse, is_unspaced
from ingest.reading.layout import Line, flow

_HYPHEN = "\ufffe"
_PAGE_NUMBER = re.compile(
    r"[-–—\s·]*(?:(?:page|pagina|página|seite|стр\.?)\s*)?(?:第\s*)?[\d０-９\s]{1,6}(?:\s*页)?(?:\s*(?:/|of|共)\s*\d{1,5}\s*页?)?[-–—\s·]*",
    re.IGNORECASE,
)
_BOLD = re.compile(rb"bold|black|heavy|semibold|simhei|-medi\b", re.IGNORECASE)
_EMPTY_TITLE = re.compile(
    r"(?i)untitled|document\d*|microsoft word - .*|.*\.(?:docx?|indd|qxd|pdf|tex|wps)|(?:文档|无标题)\d*"
)
_EDGE = 0.13


def read(content: bytes) -> Reading:
    """The text of a PDF, with a label for each page that holds text."""
    document = _opened(content)
    try:
        pages = [list(_lines(document, number)) for number in range(len(document))]
        hints = _hints(document)
    finally:
        document.close()
    silent = [number for number, lines in enumerate(pages, 1) if not lines]
    if len(silent) == len(pages):
        raise UnreadableFile(
            "no_text_layer",
            "No page of the PDF holds text: it may be a scan.",
            "Run text recognition (OCR) on it first.",
        )
    warnings = [f"page {number} holds no text: it may be a scan" for number in silent[:20]]
    if len(silent) > 20:
        warnings.append(f"{len(silent) - 20} further pages hold no text")
    return flow(_without_running_lines(pages), title=hints.get("title", ""), hints=hints, warnings=warnings)


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    """The parsed file, or the refusal that says why it cannot be opened."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise UnreadableFile(
                "encrypted", "The PDF is locked with a password.", "Save a copy without the password and add that."
            ) from None
        raise _broken() from None
    if len(document) == 0:
        document.close()
        raise _broken()
    return document


def _broken() -> UnreadableFile:
    return UnreadableFile(
        "broken", "The PDF is damaged and cannot be opened.", "Open it in a PDF viewer and save it anew."
    )


def _hints(document: pypdfium2.PdfDocument) -> dict[str, str]:
    stated = document.get_metadata_dict(skip_empty=True)
    names = {
        "Title": "title",
        "Author": "author",
        "Subject": "subject",
        "Keywords": "keywords",
        "CreationDate": "created",
    }
    found = {hint: collapse(stated[name]) for name, hint in names.items() if name in stated}
    if _EMPTY_TITLE.fullmatch(found.get("title", "")):
        del found["title"]
    return found


def _lines(document: pypdfium2.PdfDocument, number: int) -> Iterator[Line]:
    """The lines of a page in the order in which pdfium reads them; none where the page cannot be parsed."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return
    try:
        text = page.get_textpage()
        shown = page.get_size()
        size = shown if page.get_rotation() in (0, 180) else shown[::-1]
        start = 0
        characters = _codes(text)
        for position, code in enumerate([*characters, 10]):
            if code not in (10, 13, 2, 0xFFFE):
                continue
            hyphen = code in (2, 0xFFFE)
            line = _line(text, characters, start, position)
            start = position + 1
            if line is not None:
                length = size[1] if line.turned in (0, 180) else size[0]
                edge = not _EDGE * length < line.bottom % length < (1 - _EDGE) * length
                yield replace(line, page=number + 1, edge=edge, text=line.text + (_HYPHEN if hyphen else ""))
        text.close()
    except pypdfium2.PdfiumError:
        return
    finally:
        page.close()


def _codes(text: pypdfium2.PdfTextPage) -> list[int]:
    """The code of each character of a page; asked for one by one only where some have no code at all."""
    count = text.count_chars()
    whole = text.get_text_range() if count else ""
    if len(whole) == count:
        return list(map(ord, whole))
    return [pdfium.FPDFText_GetUnicode(text, position) for position in range(count)]


def _line(text: pypdfium2.PdfTextPage, codes: list[int], start: int, end: int) -> Line | None:
    """The words and the place of some characters, the page turned so that they run to the right."""
    seen = [position for position in range(start, end) if codes[position] > 32 and codes[position] != 0xA0]
    if not seen:
        return None
    units = "".join(map(chr, codes[seen[0] : seen[-1] + 1])).encode("utf-16-le", "surrogatepass")
    words = _unspread(collapse(units.decode("utf-16-le", "ignore").replace("\xad", "")))
    if not words:
        return None
    turned = _direction(text, seen[0], seen[-1])
    first, last = (_box(text, position, turned) for position in (seen[0], seen[-1]))
    return Line(
        text=words,
        left=min(first[0], last[0]),
        right=max(first[2], last[2]),
        bottom=first[1],
        height=max(first[3] - first[1], 1.0),
        turned=turned,
        bold=_is_bold(text, seen[0]) and _is_bold(text, seen[-1]),
    )


def _is_bold(text: pypdfium2.PdfTextPage, position: int) -> bool:
    """Whether a character is set in bold, by the name of its font or by its weight."""
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text, position, name, len(name), ctypes.byref(ctypes.c_int()))
    return bool(_BOLD.search(name.value)) or pdfium.FPDFText_GetFontWeight(text, position) >= 600


def _direction(text: pypdfium2.PdfTextPage, first: int, last: int) -> int:
    """How far the page must be turned, clockwise, for the line to run from left to right."""
    angle = math.degrees(pdfium.FPDFText_GetCharAngle(text, first)) % 360
    if not 45 < angle < 315:
        return 0
    if 135 < angle < 225:
        return 180
    return 90 if _box(text, last, 0)[1] >= _box(text, first, 0)[1] else 270


def _box(text: pypdfium2.PdfTextPage, position: int, turned: int) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a character on the page when that is turned."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text, position, ctypes.byref(box))
    left, bottom, right, top = box.left, box.bottom, box.right, box.top
    match turned:
        case 90:
            left, bottom, right, top = bottom, -right, top, -left
        case 180:
            left, bottom, right, top = -right, -top, -left, -bottom
        case 270:
            left, bottom, right, top = -top, left, -bottom, right
        case _:
            pass
    return left, bottom, right, top


def _unspread(words: str) -> str:
    """A line of Chinese set with a gap after every character, without the gaps."""
    parts = words.split(" ")
    single = sum(1 for part in parts if len(part) == 1 and (is_unspaced(part) or not part.isascii()))
    return "".join(parts) if len(parts) > 3 and single > len(parts) * 0.6 else words


def _without_running_lines(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without page numbers and without the headers and footers that repeat at their edges."""
    counts = Counter(_shape(line) for page in pages for line in {_shape(line): line for line in _edges(page)}.values())
    filled = sum(1 for page in pages if page)
    often = {shape for shape, count in counts.items() if count >= max(2, min(filled * 0.3, 3 + filled * 0.1))}
    kept = []
    for page in pages:
        running = [line for line in _edges(page) if _shape(line) in often or _PAGE_NUMBER.fullmatch(line.text)]
        kept.append([line for line in page if line not in running] if len(running) < len(page) else page)
    return kept


def _edges(page: list[Line]) -> list[Line]:
    """The two highest and the two lowest lines of a page that stand near its edges."""
    ordered = sorted(page, key=lambda line: line.bottom)
    return [line for line in {id(line): line for line in ordered[:2] + ordered[-2:]}.values() if line.edge]


def _shape(line: Line) -> tuple[str, int]:
    """The words of a line with its numbers blotted out, and its height on the page."""
    return re.sub(r"\d+", "#", line.text).strip(_HYPHEN), round(line.bottom / 6)
