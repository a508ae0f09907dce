"""Footnotes of a Word document, which python-docx does not make: the part that holds them, its styles, and the marks.

Written as ECMA-376 asks (17.11): a part of its own with two separators, which the settings name, and a note for each mark.

    notes = Footnotes(document)
    notes.add(paragraph, "Where the words stand.")
"""

from __future__ import annotations

import re
from typing import Any

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SEPARATORS = ((-1, "separator"), (0, "continuationSeparator"))
_SMALL, _DENSE = 9, 1.0  # points of a note's letters, and the height of its lines


class Footnotes:
    """The footnotes of a document that has none yet, numbered in the order of their marks."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._root: Any = None

    def add(self, paragraph: Any, text: str) -> None:
        """Puts a mark at the end of a paragraph, and the note below its page."""
        from docx.oxml.parser import OxmlElement  # noqa: PLC0415 (only where it is used)

        if self._root is None:
            self._root = self._part()
        number = len(self._root) - len(_SEPARATORS) + 1
        mark = OxmlElement("w:footnoteReference", {_name("id"): str(number)})
        paragraph.add_run("", style="footnote reference")._element.append(mark)  # noqa: SLF001 (runs have no door for marks)
        self._root.append(self._note(number, text))

    def _note(self, number: int, text: str) -> Any:
        from docx.oxml.parser import OxmlElement  # noqa: PLC0415
        from docx.text.paragraph import Paragraph  # noqa: PLC0415

        note = OxmlElement("w:footnote", {_name("id"): str(number)})
        paragraph = Paragraph(OxmlElement("w:p"), self._document.part)
        paragraph.style = "footnote text"
        note.append(paragraph._element)  # noqa: SLF001
        paragraph.add_run("", style="footnote reference")._element.append(OxmlElement("w:footnoteRef"))  # noqa: SLF001
        paragraph.add_run(f" {xml_text(text)}")
        return note

    def _part(self) -> Any:
        """A part for the notes, beside the document's."""
        from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE  # noqa: PLC0415
        from docx.opc.packuri import PackURI  # noqa: PLC0415
        from docx.opc.part import XmlPart  # noqa: PLC0415
        from docx.oxml.parser import OxmlElement  # noqa: PLC0415

        root = OxmlElement("w:footnotes")
        for number, kind in _SEPARATORS:
            note = OxmlElement("w:footnote", {_name("type"): kind, _name("id"): str(number)})
            inside = note
            for tag in ("w:p", "w:r", f"w:{kind}"):
                inside.append(OxmlElement(tag))
                inside = inside[0]
            root.append(note)
        document = self._document.part
        part = XmlPart(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, root, document.package)
        document.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        self._declare()
        self._style()
        return root

    def _declare(self) -> None:
        """Names the separators in the settings, where the schema has them stand."""
        from docx.oxml.parser import OxmlElement  # noqa: PLC0415

        told = OxmlElement("w:footnotePr")
        for number, _ in _SEPARATORS:
            told.append(OxmlElement("w:footnote", {_name("id"): str(number)}))
        settings = self._document.settings.element
        settings.find(_name("compat")).addprevious(told)

    def _style(self) -> None:
        """The two styles of Word's own names, which the template lacks."""
        from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415
        from docx.shared import Pt  # noqa: PLC0415

        styles = self._document.styles
        note = styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        note.base_style = styles["Normal"]
        note.font.size = Pt(_SMALL)
        note.paragraph_format.space_after, note.paragraph_format.line_spacing = Pt(0), _DENSE
        mark = styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER, builtin=True)
        mark.font.superscript = True


def xml_text(text: str) -> str:
    """Text with a sign in the place of characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def _name(tag: str) -> str:
    from docx.oxml.ns import qn  # noqa: PLC0415

    return str(qn(f"w:{tag}"))
