"""A checked draft as a Word file with a comment at each doubtful place: what was found, why, and the words that show it.

A draft that came as a Word file keeps everything it has; another becomes a plain one. A comment spans the claim's own words,
so that a reader sees which sentence is meant.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from assistant import labels
from assistant.answer import Citation, Claim
from assistant.drafts import CheckedDraft
from assistant.footnotes import xml_text
from ingest.errors import UnreadableFile

AUTHOR, INITIALS = "Caveat", "C"
_TEXTS = {"t": None, "tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_LONGEST_QUOTE = 600


def commented(checked: CheckedDraft, original: bytes | None = None) -> bytes:
    """The draft as a Word file with comments; `original` are the bytes of the Word file that it came as.

    A claim whose words are not found in the original as they were read (in a text box, across a table) is told in a comment
    at the file's first words, so that nothing is left unsaid.
    """
    document = _opened(original) if original is not None else _typed(checked.text)
    paragraphs = [_Paragraph(each) for each in document.element.body.iter(_name("p"))]
    paragraphs = [each for each in paragraphs if each.text.strip()]
    after = (0, 0)
    for claim in checked.claims:
        place = _place(paragraphs, claim.text, after)
        if place is not None:
            after = (place[0], place[2])
        if claim.verdict == "supported" and not claim.doubts:
            continue
        number, start, end = place or (0, 0, len(paragraphs[0].text) if paragraphs else 0)
        if paragraphs:
            runs = paragraphs[number].runs(start, end)
            comment = document.add_comment(runs, author=AUTHOR, initials=INITIALS)
            _say(comment, claim, elsewhere=place is None)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def lines(claim: Claim) -> Iterator[str]:
    """What a comment says, paragraph by paragraph: the verdict, each doubt with the words that show it, and the sources."""
    told = labels.of(claim.text)
    yield told.verdicts.get(claim.verdict, told.words["doubtful"])
    for doubt in claim.doubts:
        yield f"{told.doubt(doubt.kind)}{told.words['colon']}{doubt.reason}"
        yield from (_shown(each, told) for each in doubt.evidence)
    shown = {(each.document_id, each.span) for doubt in claim.doubts for each in doubt.evidence}
    rest = [each for each in claim.citations if (each.document_id, each.span) not in shown]
    if rest:
        yield told.words["compared"]
        yield from (_shown(each, told) for each in rest)


def _shown(citation: Citation, told: labels.Labels) -> str:
    where = told.words["comma"].join(part for part in (citation.title, citation.locator) if part)
    place = told.say("place", place=where, start=citation.span.start, end=citation.span.end)
    return told.say("quote", quote=clipped(citation.quote), place=place)


def clipped(quote: str) -> str:
    """A quote as a comment has room for it."""
    return quote if len(quote) <= _LONGEST_QUOTE else quote[:_LONGEST_QUOTE] + " …"


def _say(comment: Any, claim: Claim, *, elsewhere: bool) -> None:
    told = [labels.of(claim.text).say("of", text=claim.text)] * elsewhere + list(lines(claim))
    for number, line in enumerate(told):
        paragraph = comment.paragraphs[0] if number == 0 else comment.add_paragraph()
        paragraph.add_run(xml_text(line)).bold = number == 0


def _opened(content: bytes) -> Any:
    import docx  # noqa: PLC0415 (only where it is used)

    try:
        return docx.Document(io.BytesIO(content))
    except Exception as error:  # a parser can fail in any way on a hostile file
        raise UnreadableFile(
            "broken", "The Word file can be read, but comments cannot be put into it.", "Save it anew in Word."
        ) from error


def _typed(text: str) -> Any:
    """A draft that came as plain text, a paragraph for each of its lines."""
    import docx  # noqa: PLC0415 (only where it is used)

    document = docx.Document()
    for line in text.split("\n"):
        if line.strip():
            document.add_paragraph(xml_text(line.rstrip()))
    return document


def _place(paragraphs: Sequence[_Paragraph], words: str, after: tuple[int, int]) -> tuple[int, int, int] | None:
    """The paragraph and characters where some words stand next, or at all; runs of white space count alike."""
    form = re.compile(r"\s+".join(map(re.escape, words.split())))
    first, behind = after
    for number in (*range(first, len(paragraphs)), *range(min(first + 1, len(paragraphs)))):
        if found := form.search(paragraphs[number].text, behind if number == first else 0):
            return number, *found.span()
        behind = 0
    return None


class _Paragraph:
    """A paragraph's runs, those in links too, with the characters that each holds."""

    def __init__(self, element: Any) -> None:
        self._element = element
        self.text = "".join(_run_text(run) for run in self._runs())

    def _runs(self) -> list[Any]:
        return [run for run in self._element.iter(_name("r")) if _nearest(run, "p") is self._element]

    def runs(self, start: int, end: int) -> list[Any]:
        """The runs of some characters and no others; runs that hold more are parted."""
        from docx.text.run import Run  # noqa: PLC0415 (only where it is used)

        for cut in (start, end):
            at = 0
            for run in self._runs():
                length = len(_run_text(run))
                if at < cut < at + length:
                    _part(run, cut - at)
                at += length
        found, at = [], 0
        for run in self._runs():
            length = len(_run_text(run))
            if length and start <= at and at + length <= end:
                found.append(Run(run, self._element))
            at += length
        return found


def _part(run: Any, cut: int) -> None:
    """Makes two runs of one, alike in all but their characters."""
    rest = copy.deepcopy(run)
    run.addnext(rest)
    at = 0
    for first, second in zip(_told(run), _told(rest), strict=True):
        text = _text_of(first)
        kept = max(0, min(len(text), cut - at))
        at += len(text)
        for element, words in ((first, text[:kept]), (second, text[kept:])):
            if not words:
                element.getparent().remove(element)
            elif words != text:
                element.text = words
                element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _told(run: Any) -> list[Any]:
    return [each for each in run if isinstance(each.tag, str) and each.tag.rpartition("}")[2] in _TEXTS]


def _text_of(element: Any) -> str:
    fixed = _TEXTS[element.tag.rpartition("}")[2]]
    return fixed if fixed is not None else element.text or ""


def _run_text(run: Any) -> str:
    return "".join(_text_of(each) for each in _told(run))


def _nearest(element: Any, name: str) -> Any:
    return next(element.iterancestors(_name(name)), None)


def _name(local: str) -> str:
    from docx.oxml.ns import qn  # noqa: PLC0415 (only where it is used)

    return str(qn(f"w:{local}"))
