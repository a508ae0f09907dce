"""Whether passages answer a question, read by a trained reader rather than counted by words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from vectorstore.retrieval import Passage

Place = tuple[str, int]
"""A document's id and the position of a statement in it."""


class Answering(Protocol):
    """Tells how far statements answer a question."""

    def __call__(self, question: str, passages: Sequence[Passage]) -> Mapping[Place, float]:
        """The logit of each statement that was read: above 0 where it is likelier than not that it answers."""


def by_words(question: str, passages: Sequence[Passage]) -> Mapping[Place, float]:  # noqa: ARG001 (an Answering)
    """Reads nothing: whether a question is answered is told by its words and their meaning alone."""
    return {}
