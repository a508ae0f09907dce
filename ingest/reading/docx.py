"""Word files: the body in order, as it reads with every tracked change accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from docx.opc.exceptions import OpcError, PackageNotFoundError
from docx.opc.package import OpcPackage
from docx.opc.part import Part
from lxml import etree
from lxml.etree import _Element

from ingest.document import Reading
from ingest.errors import UnreadableFile
from ingest.reading.canonical import Writing, collapse
from ingest.reading.numbering import Numbering, Styles

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_LARGEST = 200_000_000
_OLE = b"\xd0\xcf\x11\xe0"
_WRAPPERS = {f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}customXml", f"{W}smartTag"}
_UNSEEN = {f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}delText", f"{W}pPr", f"{W}rPr"}
_BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t", f"{W}noBreakHyphen": "-"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CORE = {"title": "title", "creator": "author", "created": "created", "modified": "modified", "language": "language",
         "subject": "subject", "keywords": "keywords"}  # fmt: skip


def read(content: bytes) -> Reading:
    """The text of a Word file, with a section for each heading."""
    _check(content)
    try:
        package = OpcPackage.open(io.BytesIO(content))
        main = package.main_document_part
    except (KeyError, ValueError, OpcError, PackageNotFoundError, zipfile.BadZipFile, etree.XMLSyntaxError, OSError):
        raise _broken() from None
    hints = _hints(package)
    page = _Page(Styles(_related(main, "styles")), Numbering(_related(main, "numbering")))
    body = _parsed(main).find(f"{W}body")
    for element in body if body is not None else ():
        page.take(element)
    for note in _notes(_related(main, "footnotes")):
        page.writing.paragraph(note)
    if page.warnings and not page.writing.text:
        raise UnreadableFile("empty", page.warnings[0], "Open it in Word and save it anew.")
    return page.writing.reading(title=page.title or hints.get("title", ""), hints=hints, warnings=page.warnings)


def _check(content: bytes) -> None:
    """Refuse what is locked, damaged or would swell beyond all measure, before any of it is parsed."""
    if content.startswith(_OLE):
        raise UnreadableFile(
            "encrypted", "The Word file is locked with a password.", "Save a copy without the password and add that."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            locked = any(entry.flag_bits & 1 for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise _broken() from None
    if size > _LARGEST:
        raise UnreadableFile(
            "too_large", f"The Word file unpacks to {size // 1_000_000} MB.", "Split it, or take out its pictures."
        )
    if locked:
        raise UnreadableFile("encrypted", "The Word file is encrypted.", "Save a copy without encryption and add that.")


def _broken() -> UnreadableFile:
    return UnreadableFile("broken", "The Word file is damaged or incomplete.", "Open it in Word and save it anew.")


def _parsed(part: Part) -> _Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    blob = part.blob.replace(_STRICT, W[1:-1].encode())
    try:
        return etree.fromstring(blob, parser)
    except etree.XMLSyntaxError:
        raise _broken() from None


def _related(part: Part, name: str) -> _Element | None:
    """The root of a part that the document relies on, where there is one that can be read."""
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{name}"):
            try:
                return _parsed(relation.target_part)
            except UnreadableFile:
                return None
    return None


def _hints(package: OpcPackage) -> dict[str, str]:
    """The properties that the file itself states."""
    for relation in package.rels.values():
        if not relation.is_external and relation.reltype.endswith("/core-properties"):
            try:
                root = _parsed(relation.target_part)
            except UnreadableFile:
                return {}
            found = ((etree.QName(child).localname, collapse(child.text or "")) for child in root)
            return {_CORE[name]: value for name, value in found if name in _CORE and value}
    return {}


def _notes(root: _Element | None) -> Iterator[str]:
    """The footnotes with their numbers, without the rules that part them from the page."""
    notes = (
        [] if root is None else [note for note in root.iter(f"{W}footnote") if note.get(f"{W}type") in (None, "normal")]
    )
    for number, note in enumerate(notes, 1):
        words = collapse(" ".join(words_of(paragraph) for paragraph in note.iter(f"{W}p")))
        if words:
            yield f"[footnote {number}] {words}"


def words_of(element: _Element) -> str:
    """The words of a paragraph or run: what was inserted is in, what was deleted or hidden is out."""
    words: list[str] = []
    for child in element:
        if child.tag in _UNSEEN or child.tag == _FALLBACK or not isinstance(child.tag, str) or _hidden(child):
            continue
        if child.tag == f"{W}t":
            words.append(child.text or "")
        elif child.tag in _BREAKS:
            words.append(_BREAKS[child.tag])
        elif child.tag == f"{W}txbxContent":
            words.append(" " + " ".join(words_of(paragraph) for paragraph in child.iter(f"{W}p")) + " ")
        else:
            words.append(words_of(child))
    return "".join(words)


def _hidden(element: _Element) -> bool:
    vanish = element.find(f"{W}rPr/{W}vanish") if element.tag == f"{W}r" else None
    return vanish is not None and vanish.get(f"{W}val") not in ("0", "false", "off")


class _Page:
    """The walk over the body."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self.writing = Writing()
        self.title = ""
        self.warnings: list[str] = []
        self._styles = styles
        self._numbering = numbering

    def take(self, element: _Element) -> None:
        """Write a paragraph, a table, or what a wrapper holds."""
        if element.tag == f"{W}p":
            self._paragraph(element)
        elif element.tag == f"{W}tbl":
            self._table(element)
        elif element.tag == f"{W}altChunk":
            self.warnings.append("A part of the document is embedded in another format and was not read.")
        elif element.tag in _WRAPPERS:
            for child in element:
                self.take(child)

    def _paragraph(self, element: _Element) -> None:
        words = words_of(element)
        if not words.strip():
            return
        style = self._styles.of(element)
        mark, level = self._numbering.mark(element, style)
        if style.title:
            self.title = self.title or words
            self.writing.heading(words, 1)
        elif style.heading:
            self.writing.heading(f"{mark} {words}" if mark and mark != "•" else words, style.heading)
        elif mark:
            self.writing.item(words, level + 1, mark)
        else:
            self.writing.paragraph(words.replace("\t", " "))

    def _table(self, element: _Element) -> None:
        """Write a table row by row; a table of one column only frames its text."""
        rows = [list(_inside(row, f"{W}tc")) for row in _inside(element, f"{W}tr")]
        if max((len(row) for row in rows), default=0) > 1:
            self.writing.table([[_cell_words(cell) for cell in row] for row in rows])
            return
        for row in rows:
            for child in row[0] if row else ():
                self.take(child)


def _inside(element: _Element, tag: str) -> Iterator[_Element]:
    """The rows of a table or the cells of a row, also where a content control or a tracked change wraps them."""
    for child in element:
        if child.tag == tag and child.find(f"{W}trPr/{W}del") is None:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)


def _cell_words(cell: _Element) -> str:
    """The words of a cell, those of a table inside it included."""
    framed = cell.xpath(".//*[local-name()='p'][not(ancestor::*[local-name()='txbxContent'])]")
    return " ".join(words_of(paragraph) for paragraph in framed if paragraph.tag == f"{W}p")
