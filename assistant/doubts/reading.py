"""A small model that reads a statement with what stands around it, beside the rules: it finds what they miss, and overrules them.

Rules know the words they were given; the model has learned from some ten thousand labelled statements, and tells how likely a
doubt of each kind is and by which words. Both are weighed together (`reading.toml`): what a rule found is dropped where the
model sees nothing of it, unless it stands in that kind, and what no rule found is raised where the model is sure.
It knows English; other languages are the rules' alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.answer import DoubtKind
from assistant.checking.reading import language
from assistant.doubts import find
from assistant.doubts.caveats import footnotes
from assistant.doubts.finding import Finding
from assistant.doubts.words import clipped, place_of
from ingest.document import Document, Span, Statement
from vectorstore.pair_encoding import CLAIM_AT_MOST, Ids
from vectorstore.token_marking import LONGEST, Marker, word_pieces
from vectorstore.vector_rows import Vector

LIKELY = 0.5  # a false alarm costs as much as a miss: what is likelier than not is raised
BESIDE = 2.5  # how much less a neighbour of the word that tells most may tell to be shown with it
KINDS: tuple[DoubtKind, ...] = ("questioned", "cut_off", "self_reported", "vague_source", "attributed", "hedged")
AROUND = (("under", 40), ("note", 60), ("then", 64), ("next", 40), ("before", 40), ("head", 20))
"""What stands around a statement, each with the word that names it to the model and its word pieces at most."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A statement and what stands around it in word pieces, and where in the document each stands; None for the words that name."""

    own: Ids
    around: Ids
    spans: tuple[Span | None, ...]


def pieces(document: Document, statement: Statement) -> Pieces:
    """A statement as the model reads it."""
    own = _cut(document, statement.span, CLAIM_AT_MOST)
    around: list[tuple[int, Span | None]] = []
    passages = dict(_passages(document, statement))
    for name, most in AROUND:
        if name in passages:
            around += [(number, None) for number, _, _ in word_pieces(f"{name}:")]
            around += _cut(document, passages[name], most)
    both = [*own, *around[: LONGEST - len(own) - 3]]
    numbers, spans = [number for number, _ in both], tuple(span for _, span in both)
    return Pieces(numbers[: len(own)], numbers[len(own) :], spans)


def _cut(document: Document, span: Span, most: int) -> list[tuple[int, Span | None]]:
    return [
        (number, Span(start=span.start + start, end=span.start + end))
        for number, start, end in word_pieces(document.quote(span))[:most]
    ]


def _passages(document: Document, statement: Statement) -> Iterator[tuple[str, Span]]:
    place = place_of(document, statement)
    beside = {
        name: document.statements[place + step].span
        for name, step in (("before", -1), ("then", 1), ("next", 2))
        if 0 <= place + step < len(document.statements)
    }
    if statement.lead_in is not None:
        yield "under", statement.lead_in
    notes = (*statement.notes, *footnotes(document, statement.span))
    seen = (statement.span, *beside.values())
    note = next((each for each in notes if not any(each.meets(other) for other in seen)), None)
    if note is not None:
        yield "note", note
    yield from beside.items()
    head = document.text.find("\n")
    if 0 < head <= statement.span.start:
        yield "head", Span(start=0, end=head)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the model is followed in a kind: `weight` and `bias` weigh its logit, `rule` that a rule found it too.

    What a rule found `stands` in kinds where the model, overruling it, is wrong as often as right.
    """

    weight: float
    rule: float
    bias: float
    stands: bool


class Reader:
    """Doubts by rules and model together: a Doubter."""

    def __init__(self, marker: Marker) -> None:
        self._marker = marker

    def __call__(self, read: Sequence[tuple[Document, Statement]]) -> list[tuple[Finding, ...]]:
        """The doubts of statements, each kind at most once, first what would change a reader's mind first."""
        ruled = [find(document, statement) for document, statement in read]
        known = [n for n, (document, statement) in enumerate(read) if language(document.quote(statement.span)) == "en"]
        cut = [pieces(*read[n]) for n in known]
        marked = self._marker.marked([(each.own, each.around) for each in cut])
        for n, each, told in zip(known, cut, marked, strict=True):
            ruled[n] = tuple(_weighed(read[n][0], ruled[n], each, told.statement, told.pieces))
        return ruled


def _weighed(
    document: Document, ruled: Sequence[Finding], cut: Pieces, statement: Vector, marks: Vector
) -> Iterator[Finding]:
    found = {each.kind: each for each in ruled}
    for number, kind in enumerate(KINDS):
        told = found.get(kind)
        stands = told is not None and (limits()[kind].stands or not in_sight(told, cut))
        if not stands and likelihood(kind, float(statement[number]), ruled=told is not None) < LIKELY:
            continue
        if told is None and kind == "self_reported" and "vague_source" in found:
            continue  # whom nobody can name speaks of no affair of his own
        told = told or _found(document, kind, cut, marks[:, number])
        if told is not None:
            yield told


def in_sight(finding: Finding, cut: Pieces) -> bool:
    """Whether the model read the words that a rule rests on; of a note that stands farther off it cannot judge."""
    return all(any(span is not None and span.meets(each) for span in cut.spans) for each in finding.evidence)


def likelihood(kind: DoubtKind, logit: float, *, ruled: bool) -> float:
    """How likely a doubt is by the model's logit and whether a rule found it."""
    each = limits()[kind]
    return float(1 / (1 + np.exp(-(each.weight * logit + each.rule * ruled + each.bias))))


def _found(document: Document, kind: DoubtKind, cut: Pieces, marks: Vector) -> Finding | None:
    """A doubt that the model alone raises, on the words that tell most."""
    words = telling(cut, marks)
    if words is None:
        return None
    words = _whole_words(document.text, words)
    reason = reasons()[kind].replace("{words}", clipped(document.quote(words)))
    return Finding(kind=kind, reason=reason, evidence=(words,), words=words)


def _whole_words(text: str, span: Span) -> Span:
    """A span that ends where words end: a word piece may be a part of one."""
    start, end = span.start, span.end
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return Span(start=start, end=end)


def telling(cut: Pieces, marks: Vector) -> Span | None:
    """The run of words around the piece that tells most, as far as its neighbours tell about as much."""
    places = [n for n, span in enumerate(cut.spans[: len(marks)]) if span is not None]
    if not places:
        return None
    best = max(places, key=lambda n: float(marks[n]))
    first = last = best
    least = float(marks[best]) - BESIDE
    own = len(cut.own)
    while first - 1 >= 0 and (first - 1 < own) == (best < own) and cut.spans[first - 1] and marks[first - 1] >= least:
        first -= 1
    while (
        last + 1 < len(marks) and (last + 1 < own) == (best < own) and cut.spans[last + 1] and marks[last + 1] >= least
    ):
        last += 1
    start, end = cut.spans[first], cut.spans[last]
    return None if start is None or end is None else Span(start=start.start, end=end.end)


@cache
def _told() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads((Path(__file__).parent / "reading.toml").read_text(encoding="utf-8"))


@cache
def limits() -> Mapping[DoubtKind, Limits]:
    """The numbers of `reading.toml`."""
    return {kind: Limits(**_told()["limits"][kind]) for kind in KINDS}  # type: ignore[arg-type]


@cache
def reasons() -> Mapping[DoubtKind, str]:
    """How a doubt that the model alone raises is told."""
    return {kind: str(_told()["reasons"][kind]) for kind in KINDS}
