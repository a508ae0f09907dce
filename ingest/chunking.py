"""Chunks: runs of whole statements that fit the embedder's window, measured with the embedder's own tokenizer.

A chunk is embedded with its title, its section and, where its first statement needs one, its lead-in in front; its span
stays the text alone. A statement longer than the window is cut at the best place near its middle, again and again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.document import Chunk, Document, Span, Statement

Measure = Callable[[Sequence[str]], Sequence[int]]
"""Texts to their lengths in word pieces, special tokens left out."""

_SPECIAL_TOKENS = 2
_HEADER_LENGTH = 120
_LEAD_IN_LENGTH = 200
_LONGEST_HEADING_GAP = 300
_SEAMS = (re.compile(r"[;；。]\s*"), re.compile(r"[,，、]\s*"), re.compile(r"\s+"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSize:
    """Limits in word pieces: `window` is what the embedder reads at most, `target` what a chunk's own text aims at."""

    window: int = 256
    target: int = 180


def chunked(document: Document, measure: Measure, size: ChunkSize | None = None) -> tuple[Document, tuple[Chunk, ...]]:
    """The document with its statements cut to fit where needed, and its chunks in order."""
    size = size or ChunkSize()
    room = min(size.target, size.window - _SPECIAL_TOKENS - _longest_front(document, measure))
    statements, lengths = _fitting(document, measure, max(room, 16))
    document = replace(document, statements=statements)
    chunks: list[Chunk] = []
    for first, last in _runs(document, lengths, room):
        ordinal = len(chunks)
        start = _start(document, first)
        chunks.append(
            Chunk(
                id=f"{document.id}-{ordinal}",
                document_id=document.id,
                span=Span(start=start, end=statements[last].span.end),
                statements=(first, last),
                tokens=0,
                section=_section(document, statements[first].span.start),
                lead_in=_outside(statements[first : last + 1], start),
            )
        )
    texts = [embedded_text(document, chunk) for chunk in chunks]
    return document, tuple(
        replace(chunk, tokens=count + _SPECIAL_TOKENS) for chunk, count in zip(chunks, measure(texts), strict=True)
    )


def embedded_text(document: Document, chunk: Chunk) -> str:
    """What the embedder reads for a chunk: title and section, lead-in, then the chunk's own characters."""
    front = _header(document.title, chunk.section)
    lead_in = f"{document.quote(chunk.lead_in)[-_LEAD_IN_LENGTH:]} … " if chunk.lead_in else ""
    return f"{front}\n{lead_in}{document.quote(chunk.span)}"


def _header(title: str, section: str) -> str:
    header = f"{title} › {section}" if section and section != title else title
    return header if len(header) <= _HEADER_LENGTH else header[: _HEADER_LENGTH - 1] + "…"


def _longest_front(document: Document, measure: Measure) -> int:
    """The word pieces of the longest header and lead-in that any chunk of the document can get."""
    headers = {_header(document.title, label.label) for label in document.sections} | {_header(document.title, "")}
    lead_ins = {document.quote(s.lead_in)[-_LEAD_IN_LENGTH:] for s in document.statements if s.lead_in} or {""}
    counts = measure([*headers, *lead_ins])
    return max(counts[: len(headers)]) + max(counts[len(headers) :]) + 2


def _fitting(document: Document, measure: Measure, room: int) -> tuple[tuple[Statement, ...], list[int]]:
    pending = list(document.statements)
    lengths = list(measure([_with_gap(document, pending, i) for i in range(len(pending))])) if pending else []
    while any(count > room for count in lengths):
        pieces: list[Statement] = []
        for statement, count in zip(pending, lengths, strict=True):
            pieces.extend(_halves(document.text, statement) if count > room else (statement,))
        pending = pieces
        lengths = list(measure([_with_gap(document, pending, i) for i in range(len(pending))]))
        if all(s.span.end - s.span.start <= 1 for s, n in zip(pending, lengths, strict=True) if n > room):
            break
    return tuple(pending), lengths


def _halves(text: str, statement: Statement) -> tuple[Statement, ...]:
    start, end = statement.span.start, statement.span.end
    if end - start < 2:
        return (statement,)
    middle, quarter = (start + end) // 2, max(1, (end - start) // 4)
    for seam in _SEAMS:
        cuts = [match.end() for match in seam.finditer(text, middle - quarter, middle + quarter) if match.end() < end]
        if cuts:
            cut = min(cuts, key=lambda place: abs(place - middle))
            break
    else:
        cut = middle
    first_end = cut - (len(text[start:cut]) - len(text[start:cut].rstrip()))
    spans = (Span(start=start, end=max(first_end, start + 1)), Span(start=cut, end=end))
    return tuple(
        replace(
            statement,
            span=span,
            lead_in=statement.lead_in if span.start == start else None,
            notes=tuple(note for note in statement.notes if note.meets(span) or not note.meets(statement.span)),
        )
        for span in spans
    )


def _with_gap(document: Document, statements: Sequence[Statement], position: int) -> str:
    """A statement with what stands before it and belongs to its chunk: bullets, headings, the lead-in line."""
    statement = statements[position]
    before = statements[position - 1].span.end if position else 0
    start = before if statement.span.start - before <= _LONGEST_HEADING_GAP else statement.span.start
    return document.text[min(start, statement.span.start) : statement.span.end]


def _runs(document: Document, lengths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Positions (first, last) of the statements of each chunk; sections are not mixed."""
    first, filled = 0, 0
    sections = [_section(document, statement.span.start) for statement in document.statements]
    for position, length in enumerate(lengths):
        if position > first and (filled + length > room or sections[position] != sections[first]):
            yield first, position - 1
            first, filled = position, 0
        filled += length
    if lengths:
        yield first, len(lengths) - 1


def _start(document: Document, first: int) -> int:
    """Where a chunk begins: at the heading, bullet or lead-in line before its first statement, if that is near."""
    statement = document.statements[first].span.start
    before = document.statements[first - 1].span.end if first else 0
    if not before <= statement <= before + _LONGEST_HEADING_GAP:
        return statement
    gap = document.text[before:statement]
    return before + (len(gap) - len(gap.lstrip()))


def _outside(statements: Sequence[Statement], start: int) -> Span | None:
    """The first lead-in that a chunk's statements need and that lies before the chunk."""
    return next((each.lead_in for each in statements if each.lead_in is not None and each.lead_in.start < start), None)


def _section(document: Document, position: int) -> str:
    return next((s.label for s in document.sections if s.span.start <= position < s.span.end), "")
