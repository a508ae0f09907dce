"""Small models that read a question beside a passage and tell how far each of the passage's statements answers it.

Words that question and passage share tell what a passage is about, and little of whether it answers; the models have learned
from questions that a text answers in other words, and from near misses that it only seems to answer. An adapted body reads
English, small networks read Chinese; in other languages, and across two, nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from assistant.answering import Place
from assistant.answering.seen import Pieces, characters, pieces
from assistant.checking.reading import HAN, LATIN, language
from vectorstore.chinese_pairs import signed
from vectorstore.network_marking import NetworkMarker
from vectorstore.retrieval import Passage
from vectorstore.token_marking import Marked, Marker


class Reader:
    """The shipped readers: an Answering."""

    def __init__(self, body: Marker, networks: NetworkMarker) -> None:
        self._body, self._networks = body, networks

    def __call__(self, question: str, passages: Sequence[Passage]) -> dict[Place, float]:
        """The logit of each statement of the passages that are in the question's language."""
        spoken = language(question)
        if spoken == "other" or (spoken == "zh" and _mixed(question)):
            return {}
        known = [each for each in passages if language(each.text) == spoken]
        found: dict[Place, float] = {}
        for passage, cut, told in zip(known, *self._read(spoken, question, known), strict=True):
            for position, logit in _by_statement(passage, cut, told.pieces[len(cut.question) :, 0]):
                place = (passage.document.id, position)
                found[place] = max(logit, found.get(place, logit))
        return found

    def _read(self, spoken: str, question: str, known: Sequence[Passage]) -> tuple[Sequence[Pieces], Sequence[Marked]]:
        if spoken == "en":
            cut = [pieces(question, each.document, each.chunk) for each in known]
            return cut, self._body.marked([(each.question, each.passage) for each in cut])
        cut = [characters(question, each.document, each.chunk) for each in known]
        return cut, self._networks.marked([signed(each.question, each.passage) for each in cut])


def _mixed(question: str) -> bool:
    """Whether a question names Chinese things in another language: it is for the embedder, and no network has learned such."""
    return len(HAN.findall(question)) < len(LATIN.findall(question))


def _by_statement(passage: Passage, cut: Pieces, marks: np.ndarray) -> Iterator[tuple[int, float]]:
    first, last = passage.chunk.statements
    for position in range(first, last + 1):
        span = passage.document.statements[position].span
        own = [n for n, each in enumerate(cut.spans[: len(marks)]) if each is not None and span.meets(each)]
        if own:
            yield position, float(np.logaddexp.reduce(marks[own]))
