"""Statements read with what stands around them by the default embedder's own body: how much each word tells, for each of some kinds.

The body and its adapter are those of `vectorstore.pair_encoding`; the head gives every word piece a logit for each kind. A
statement's logit for a kind is a soft maximum over its words and those around it, so that the words that tell can be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as f

from vectorstore.embedding import Precision
from vectorstore.pair_encoding import (
    CLAIM_AT_MOST,
    WIDTH,
    AdaptedBody,
    Batch,
    Drop,
    Ids,
    Weights,
    batch,
    body_states,
    tokenizer,
)
from vectorstore.vector_rows import Vector

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST = 224  # word pieces of a statement and what stands around it
_AT_ONCE = 4
_SELDOM = -6.0  # what a fresh head's logits begin with


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """The logit of a statement for each kind, shape (kinds,), and of each word piece, shape (pieces, kinds), as they were given."""

    statement: Vector
    pieces: Vector


def marks(weights: Weights, given: Batch, drop: Drop = lambda states: states) -> torch.Tensor:
    """The logits of each word piece, shape (rows, width, kinds), float32; where nothing is, so low that nothing is told."""
    states = drop(body_states(weights, given, drop))
    logits = f.linear(states, weights["head.marks.weight"], weights["head.marks.bias"]).float()
    return logits.masked_fill(~given.there[:, :, None], -1e4)


def pooled(marks: torch.Tensor) -> torch.Tensor:
    """The logits of each row, shape (rows, kinds): a soft maximum over its word pieces."""
    return marks.logsumexp(1)


def fresh_marks(kinds: int, seed: int) -> dict[str, torch.Tensor]:
    """A head as training begins with."""
    draw = torch.Generator().manual_seed(seed)
    return {
        "head.marks.weight": torch.randn((kinds, WIDTH), generator=draw) * 0.02,
        "head.marks.bias": torch.full((kinds,), _SELDOM),
    }


@cache
def _cut() -> Tokenizer:
    return tokenizer()


def word_pieces(text: str) -> list[tuple[int, int, int]]:
    """The word pieces of a text: the number of each, and where it starts and ends in the text."""
    found = _cut().encode(text, add_special_tokens=False)
    return [(number, start, end) for number, (start, end) in zip(found.ids, found.offsets, strict=True)]


class Marker:
    """The shipped marker: the default embedder's body with an adapter, loaded when it first reads; threads may share it."""

    def __init__(self, adapter: Path, *, precision: Precision = "auto", longest: int = LONGEST) -> None:
        self._body = AdaptedBody(adapter, precision)
        self._longest = longest

    def marked(self, read: Sequence[tuple[Ids, Ids]]) -> list[Marked]:
        """For each statement and what stands around it, in word pieces, what tells; an AdapterError where the adapter cannot be used."""
        if not read:
            return []
        found: dict[int, Marked] = {}
        order = sorted(range(len(read)), key=lambda n: len(read[n][0]) + len(read[n][1]))
        weights = self._body.weights

        def run(part: list[int]) -> None:
            with torch.inference_mode():
                told = marks(weights, batch([read[n] for n in part], self._longest))
                whole = pooled(told).numpy()
            for row, n in enumerate(part):
                found[n] = Marked(whole[row], _without_marks(told[row].numpy(), read[n]))

        self._body.each([order[first : first + _AT_ONCE] for first in range(0, len(order), _AT_ONCE)], run)
        return [found[n] for n in range(len(read))]


def _without_marks(told: Vector, pair: tuple[Ids, Ids]) -> Vector:
    """The rows of the word pieces alone: without the mark in front, the one between and the one behind."""
    own = min(len(pair[0]), CLAIM_AT_MOST)
    rows = [*range(1, own + 1), *range(own + 2, own + 2 + len(pair[1]))]
    return told[[row for row in rows if row < len(told)]]
