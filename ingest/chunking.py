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
_LONGEST_FRONTS = ((120, 200), (60, 100), (30, 50), (15, 25), (0, 0))  # characters of header and lead-in, tried in turn
_SEAMS = (re.compile(r"[;；。]\s*"), re.compile(r"[,，、]\s*"), re.compile(r"\s+"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSize:
    """Limits in word pieces: `window` is what the embedder reads at most, `target` what a chunk's own text aims at."""

    window: int = 256
    target: int = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunked:
    """A document whose statements fit, its chunks in order, and what the embedder reads for each of them."""

    document: Document
    chunks: tuple[Chunk, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Front:
    """What is embedded in front of a chunk, cut to some characters so that it takes at most half the window."""

    header: int
    lead_in: int

    def of(self, document: Document, section: str, lead_in: Span | None) -> str:
        """Title and section on a line, then the lead-in."""
        title = f"{document.title} › {section}" if section and section != document.title else document.title
        header = title if len(title) <= self.header else title[: max(self.header - 1, 0)] + "…"
        led = document.quote(lead_in)[-self.lead_in :] if lead_in and self.lead_in else ""
        return f"{header}\n{led} … " if led else f"{header}\n"


def chunked(document: Document, measure: Measure, size: ChunkSize | None = None) -> Chunked:
    """Cuts statements to fit where needed, and gathers them into chunks."""
    size = size or ChunkSize()
    front, taken = _front(document, measure, (size.window - _SPECIAL_TOKENS) // 2)
    room = min(size.target, size.window - _SPECIAL_TOKENS - taken)
    statements, lengths = _fitting(document, measure, room)
    document = replace(document, statements=statements)
    chunks: list[Chunk] = []
    for first, last in _runs(document, lengths, room):
        start = _start(document, first, room)
        chunks.append(
            Chunk(
                id=f"{document.id}-{len(chunks)}",
                document_id=document.id,
                span=Span(start=start, end=statements[last].span.end),
                statements=(first, last),
                tokens=0,
                section=_section(document, statements[first].span.start),
                lead_in=_outside(statements[first : last + 1], start),
            )
        )
    texts = tuple(front.of(document, chunk.section, chunk.lead_in) + document.quote(chunk.span) for chunk in chunks)
    sized = (replace(chunk, tokens=n + _SPECIAL_TOKENS) for chunk, n in zip(chunks, measure(texts), strict=True))
    return Chunked(document=document, chunks=tuple(sized), texts=texts)


def _front(document: Document, measure: Measure, most: int) -> tuple[_Front, int]:
    """The longest front within some word pieces, and the most that any chunk's front takes of them."""
    sections = dict.fromkeys(["", *(label.label for label in document.sections)])
    lead_ins = dict.fromkeys([None, *(statement.lead_in for statement in document.statements)])
    for header, lead_in in _LONGEST_FRONTS:
        front = _Front(header, lead_in)
        headers = measure([front.of(document, section, None) for section in sections])
        led = measure([front.of(document, "", each) for each in lead_ins])
        taken = max(headers) + max(led)
        if taken <= most:
            break
    return front, taken


def _fitting(document: Document, measure: Measure, room: int) -> tuple[tuple[Statement, ...], list[int]]:
    pending, lengths = list(document.statements), [0] * len(document.statements)
    fresh: Sequence[int] = range(len(pending))
    while fresh:
        for position, count in zip(fresh, measure([_with_gap(document, pending, i, room) for i in fresh]), strict=True):
            lengths[position] = count
        pieces: list[Statement] = []
        counts: list[int] = []
        cut: list[int] = []
        for statement, count in zip(pending, lengths, strict=True):
            halves = _halves(document.text, statement) if count > room else (statement,)
            if len(halves) > 1:
                cut.extend(range(len(pieces), len(pieces) + len(halves)))
            pieces.extend(halves)
            counts.extend([count] * len(halves))
        pending, lengths, fresh = pieces, counts, cut
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


def _with_gap(document: Document, statements: Sequence[Statement], position: int, room: int) -> str:
    """A statement with what stands before it and belongs to its chunk: bullets, headings, the lead-in line."""
    start = statements[position].span.start
    gap = _gap(statements, position)
    return document.text[start - (gap if _is_near(gap, room) else 0) : statements[position].span.end]


def _gap(statements: Sequence[Statement], position: int) -> int:
    """The characters between a statement and the one before it."""
    return statements[position].span.start - (statements[position - 1].span.end if position else 0)


def _is_near(gap: int, room: int) -> bool:
    """Whether what stands before a statement is short enough to go with it; a word piece has at least one character."""
    return 2 * gap <= room


def _runs(document: Document, lengths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Positions (first, last) of the statements of each chunk; sections are not mixed."""
    first, filled = 0, 0
    sections = [_section(document, statement.span.start) for statement in document.statements]
    for position, length in enumerate(lengths):
        apart = sections[position] != sections[first] or not _is_near(_gap(document.statements, position), room)
        if position > first and (filled + length > room or apart):
            yield first, position - 1
            first, filled = position, 0
        filled += length
    if lengths:
        yield first, len(lengths) - 1


def _start(document: Document, first: int, room: int) -> int:
    """Where a chunk begins: at the heading, bullet or lead-in line before its first statement, if that is near."""
    statement = document.statements[first].span.start
    gap = _gap(document.statements, first)
    if not _is_near(gap, room):
        return statement
    return statement - len(document.text[statement - gap : statement].lstrip())


def _outside(statements: Sequence[Statement], start: int) -> Span | None:
    """The first lead-in that a chunk's statements need and that lies before the chunk."""
    return next((each.lead_in for each in statements if each.lead_in is not None and each.lead_in.start < start), None)


def _section(document: Document, position: int) -> str:
    return next((s.label for s in document.sections if s.span.start <= position < s.span.end), "")
