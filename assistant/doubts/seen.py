"""What readers of doubts are given: a statement and what stands around it, in word pieces or, in Chinese, in characters.

Each piece knows where it stands in the document, so that the words a reader goes by can be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from assistant.answer import DoubtKind
from assistant.doubts.caveats import footnotes
from assistant.doubts.finding import Finding
from assistant.doubts.words import place_of
from ingest.document import Document, Span, Statement
from vectorstore.network_marking import PARTS, Signed
from vectorstore.pair_encoding import CLAIM_AT_MOST, Ids
from vectorstore.token_marking import LONGEST, word_pieces

KINDS: tuple[DoubtKind, ...] = ("questioned", "cut_off", "self_reported", "vague_source", "attributed", "hedged")
AROUND = (("under", 40), ("note", 60), ("then", 64), ("next", 40), ("before", 40), ("head", 20))
"""What stands around a statement, each with the word that names it to the model and its word pieces at most."""
CHARACTERS = {"under": 60, "note": 80, "then": 100, "next": 60, "before": 60, "head": 40}
"""The same in Chinese, with its characters at most; each is opened by its number, from 1 on."""
OWN_CHARACTERS = 200
SIGNS = 2 * len(KINDS)  # on a symbol, for each kind: a rule rests on it; a rule finds it in the statement


@dataclass(frozen=True, slots=True)
class Pieces:
    """A statement and what stands around it in word pieces, and where in the document each stands; None for the words that name.

    `note` is a note among them that stands farther off.
    """

    own: Ids
    around: Ids
    spans: tuple[Span | None, ...]
    note: Span | None = None


def pieces(document: Document, statement: Statement) -> Pieces:
    """A statement as the English reader reads it."""
    own = _cut(document, statement.span, CLAIM_AT_MOST)
    around: list[tuple[int, Span | None]] = []
    passages = dict(_passages(document, statement))
    for name, most in AROUND:
        if name in passages:
            around += [(number, None) for number, _, _ in word_pieces(f"{name}:")]
            around += _cut(document, passages[name], most)
    return _pieces(own, around[: LONGEST - len(own) - 3], passages.get("note"))


def characters(document: Document, statement: Statement) -> Pieces:
    """A statement as the Chinese reader reads it: code points for word pieces."""
    around: list[tuple[int, Span | None]] = []
    passages = dict(_passages(document, statement))
    for number, (name, most) in enumerate(CHARACTERS.items(), 1):
        if name in passages:
            around += [(number, None), *_letters(document, passages[name], most)]
    return _pieces(_letters(document, statement.span, OWN_CHARACTERS), around, passages.get("note"))


def signed(cut: Pieces, ruled: Sequence[Finding]) -> Signed:
    """What the small networks are given: word pieces or characters, and on each what the rules find."""
    signs = np.zeros((len(cut.spans), SIGNS), np.float32)
    for finding in ruled:
        kind = KINDS.index(finding.kind)
        signs[:, len(KINDS) + kind] = 1
        for span in (*finding.evidence, *([finding.words] if finding.words else [])):
            signs[[n for n, each in enumerate(cut.spans) if each is not None and each.meets(span)], kind] = 1
    return Signed(list(_symbols(cut)), signs)


def _symbols(cut: Pieces) -> Iterator[int]:
    """The symbols of what is read; in place of the word pieces that name a part stands its number."""
    part = 0
    for number, span in zip((*cut.own, *cut.around), cut.spans, strict=True):
        if span is None:
            part = number if number < PARTS else _names().get(number, part)
        yield number if span is not None else part


@cache
def _names() -> Mapping[int, int]:
    """The numbers of the parts by the first word piece of their names."""
    return {word_pieces(name)[0][0]: number for number, (name, _) in enumerate(AROUND, 1)}


def _pieces(
    own: Sequence[tuple[int, Span | None]], around: Sequence[tuple[int, Span | None]], note: Span | None
) -> Pieces:
    both = [*own, *around]
    numbers, spans = [number for number, _ in both], tuple(span for _, span in both)
    return Pieces(numbers[: len(own)], numbers[len(own) :], spans, note)


def _cut(document: Document, span: Span, most: int) -> list[tuple[int, Span | None]]:
    return [
        (number, Span(start=span.start + start, end=span.start + end))
        for number, start, end in word_pieces(document.quote(span))[:most]
    ]


def _letters(document: Document, span: Span, most: int) -> list[tuple[int, Span | None]]:
    end = min(span.end, span.start + most)
    return [(max(ord(document.text[n]), PARTS), Span(start=n, end=n + 1)) for n in range(span.start, end)]


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
