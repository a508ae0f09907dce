"""A small model that reads a question beside a passage and tells how far each of the passage's statements answers it.

Words that question and passage share tell what a passage is about, and little of whether it answers; the model has learned
from questions that a text answers in other words, and from near misses that it only seems to answer. It knows English;
in other languages it tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.answering import Place
from assistant.checking.reading import language
from ingest.document import Chunk, Document, Span
from vectorstore.pair_encoding import Ids
from vectorstore.retrieval import Passage
from vectorstore.token_marking import Marker, word_pieces

LONGEST = 320  # word pieces of a question, a passage and what stands in front of it
QUESTION, FRONT, LEAD_IN = 48, 32, 40  # word pieces of each that are read at most


@dataclass(frozen=True, slots=True)
class Pieces:
    """A question and a passage in word pieces, and where in the document each of the passage's stands; None for what is in front."""

    question: Ids
    passage: Ids
    spans: tuple[Span | None, ...]


def pieces(question: str, document: Document, chunk: Chunk) -> Pieces:
    """A question and a passage as the model reads them."""
    asked = [number for number, _, _ in word_pieces(question)[:QUESTION]]
    title = document.title if chunk.section in {"", document.title} else f"{document.title} › {chunk.section}"
    front = [number for number, _, _ in word_pieces(title)[:FRONT]]
    if chunk.lead_in is not None:
        front += [number for number, _, _ in word_pieces(document.quote(chunk.lead_in))[-LEAD_IN:]]
    own = word_pieces(document.quote(chunk.span))[: LONGEST - len(asked) - len(front) - 3]
    start = chunk.span.start
    spans = [Span(start=start + first, end=start + last) for _, first, last in own]
    return Pieces(asked, [*front, *(number for number, _, _ in own)], (*(None for _ in front), *spans))


class Reader:
    """The shipped reader: an Answering."""

    def __init__(self, marker: Marker) -> None:
        self._marker = marker

    def __call__(self, question: str, passages: Sequence[Passage]) -> dict[Place, float]:
        """The logit of each statement of the passages that are English."""
        if language(question) != "en":
            return {}
        known = [each for each in passages if language(each.text) == "en"]
        cut = [pieces(question, each.document, each.chunk) for each in known]
        marked = self._marker.marked([(each.question, each.passage) for each in cut])
        found: dict[Place, float] = {}
        for passage, each, told in zip(known, cut, marked, strict=True):
            marks = told.pieces[len(each.question) :, 0]
            for position, logit in _by_statement(passage, each, marks):
                place = (passage.document.id, position)
                found[place] = max(logit, found.get(place, logit))
        return found


def _by_statement(passage: Passage, cut: Pieces, marks: np.ndarray) -> list[tuple[int, float]]:
    first, last = passage.chunk.statements
    found = []
    for position in range(first, last + 1):
        span = passage.document.statements[position].span
        own = [n for n, each in enumerate(cut.spans[: len(marks)]) if each is not None and span.meets(each)]
        if own:
            found.append((position, float(np.logaddexp.reduce(marks[own]))))
    return found
