"""A stored answer as a Word file: its claims with footnotes, its doubts as comments, and the quotations at the end.

A footnote says where the words stand (title, issuer, number, date, page and clause) and names the quotation, which stands in
the appendix under the number that it has on the page and in Markdown. A comment spans the words that are in doubt, gives the
reason, and quotes what shows it, both sides of a dispute. What is not supported is listed behind the claims.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from assistant import labels
from assistant.commenting import AUTHOR, INITIALS, clipped
from assistant.conversation import Json
from assistant.exporting import About, Block, Numbers, closing, known, opening, quoted, state, voices, where
from assistant.footnotes import Footnotes, xml_text

_LONGEST_TITLE = 255


def answer_docx(answer: Json, about: About | None = None) -> bytes:
    """The file; `about` tells what is known of documents that no passage of the answer is from."""
    import docx  # noqa: PLC0415 (only where it is used)

    document = docx.Document()
    document.core_properties.author, document.core_properties.comments = AUTHOR, ""
    document.core_properties.title = xml_text(answer["question"])[:_LONGEST_TITLE]
    held, told = known(answer, about), labels.of(answer["question"])
    claims = _Claims(document, held, told)
    _put(document, opening(answer, told))
    for number, claim in enumerate(answer["claims"], start=1):
        claims.put(number, claim)
    _put(document, closing(answer, held, told))
    if claims.quotations:
        heading = document.add_heading(told.words["quotations"], level=2)
        heading.paragraph_format.page_break_before = True
        _put(document, claims.quotations)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


class _Claims:
    """Puts claims into a document, and collects their quotations in the order of their numbers."""

    def __init__(self, document: Any, about: About, told: labels.Labels) -> None:
        self.quotations: list[Block] = []
        self._told = told
        self._document = document
        self._about = about
        self._numbers = Numbers()
        self._notes = Footnotes(document)

    def put(self, number: int, claim: Json) -> None:
        """A paragraph with the claim's words, the marks of its footnotes and its state; then its voices."""
        paragraph = self._document.add_paragraph()
        paragraph.add_run(f"{number}. ").bold = True
        runs = _in_runs(paragraph, claim)
        for citation in claim["citations"]:
            place = where(citation, self._about, self._told)
            told = self._told.say("quotation", place=place, number=self._number(citation), **citation["span"])
            self._notes.add(paragraph, told)
        paragraph.add_run(f" {state(claim, self._told)}").bold = True
        for doubt in claim["doubts"]:
            self._comment(_under(runs, doubt), self._reasons(doubt))
        if claim["verdict"] != "supported" and not claim["doubts"]:
            self._comment([run for run, _, _ in runs], [self._told.verdicts[claim["verdict"]]])
        if heard := voices(claim, self._told):
            _put(self._document, [Block(kind="item", text=heard)])

    def _number(self, citation: Json) -> str:
        """The number of a citation as it is shown; its quotation is kept for the appendix."""
        number, fresh = self._numbers.of(citation)
        if fresh:
            self.quotations.append(quoted(number, citation, self._about, self._told))
        return f"[{number}]"

    def _reasons(self, doubt: Json) -> Iterator[str]:
        yield f"{self._told.doubt(doubt['kind'])}{self._told.words['colon']}{doubt['reason']}"
        for each in doubt["evidence"]:
            place = where(each, self._about, self._told)
            yield f"{self._number(each)} {self._told.say('quote', quote=clipped(each['quote']), place=place)}"

    def _comment(self, runs: Sequence[Any], lines: Iterable[str]) -> None:
        comment = self._document.add_comment(runs, author=AUTHOR, initials=INITIALS)
        for number, line in enumerate(lines):
            paragraph = comment.paragraphs[0] if number == 0 else comment.add_paragraph()
            paragraph.add_run(xml_text(line)).bold = number == 0


def _in_runs(paragraph: Any, claim: Json) -> list[tuple[Any, int, int]]:
    """The words of a claim in runs with their characters, parted at every edge of what is in doubt."""
    text = claim["text"]
    edges = {0, len(text)}
    for doubt in claim["doubts"]:
        edges |= set((doubt["span"] or {}).values())
    cuts = sorted(each for each in edges if 0 <= each <= len(text))
    if not text:
        return [(paragraph.add_run(""), 0, 0)]
    return [(paragraph.add_run(xml_text(text[start:end])), start, end) for start, end in pairwise(cuts)]


def _under(runs: Sequence[tuple[Any, int, int]], doubt: Json) -> list[Any]:
    """The runs that a doubt is about: those of its words, else the whole claim."""
    span = doubt["span"] or {}
    found = [run for run, start, end in runs if span and span["start"] <= start and end <= span["end"]]
    return found or [run for run, _, _ in runs]


def _put(document: Any, blocks: Iterable[Block]) -> None:
    """Adds blocks to a Word document, by the styles of its template; a quote keeps its lines."""
    for block in blocks:
        text, label = xml_text(block.text), xml_text(block.label)
        match block.kind:
            case "title":
                document.add_heading(text, level=1)
            case "section":
                document.add_heading(text, level=2)
            case "quote":
                document.add_paragraph(label).paragraph_format.keep_with_next = True
                document.add_paragraph(text, style="Quote")
            case _:
                paragraph = document.add_paragraph(style="List Bullet" if block.kind == "item" else None)
                if label:
                    paragraph.add_run(f"{label} ").bold = True
                paragraph.add_run(text)
                if block.note:
                    paragraph.add_run(f" {xml_text(block.note)}").bold = True
