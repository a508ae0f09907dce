"""What the readers of doubts learn: for each kind whether a statement deserves it, and which word pieces tell so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as f

from assistant.doubts.seen import KINDS, SIGNS
from evals.doubt_reader.examples import Example
from evals.fitting import Task, forgetful
from vectorstore import network_marking
from vectorstore.pair_encoding import Drop, Weights, batch
from vectorstore.token_marking import LONGEST, fresh_marks, marks, pooled

POINTING = 0.5  # how much the pieces count beside the statement


Marks = Callable[[Weights, Sequence[Example], Drop], tuple[torch.Tensor, int]]
"""The logits of all that some examples read, and how many places in front of and behind a statement hold nothing of the document."""


def _whole(states: torch.Tensor) -> torch.Tensor:
    return states


def _by_the_body(weights: Weights, chosen: Sequence[Example], drop: Drop) -> tuple[torch.Tensor, int]:
    return marks(weights, batch([(each.pieces.own, each.pieces.around) for each in chosen], LONGEST), drop), 1


def _by_a_network(
    characters: str | None, weights: Weights, chosen: Sequence[Example], drop: Drop
) -> tuple[torch.Tensor, int]:
    known = None if characters is None else network_marking.places(characters)
    read = forgetful(network_marking.batch([each.signed for each in chosen], known), known, drop)
    return network_marking.marks(weights, read, drop), 0


def _loss(marked: Marks, weights: Weights, chosen: Sequence[Example], drop: Drop) -> torch.Tensor:
    told, beside = marked(weights, chosen, drop)
    deserved = torch.tensor([each.deserved for each in chosen], dtype=torch.float32)
    counted = torch.tensor([[not each for each in one.unsure] for one in chosen], dtype=torch.float32)
    whole = f.binary_cross_entropy_with_logits(pooled(told), deserved, reduction="none") * counted
    pointed = [
        _pointing(told[row, :, kind], each, places, beside)
        for row, each in enumerate(chosen)
        for kind, places in enumerate(each.marks)
        if places is not None
    ]
    return whole.sum() + POINTING * (torch.stack(pointed).sum() if pointed else 0.0)


def _pointing(told: torch.Tensor, example: Example, places: frozenset[int], beside: int) -> torch.Tensor:
    """The loss of the pieces of one statement and kind: those of the cue should tell, the others not."""
    own = len(example.pieces.own)
    rows = [n + beside if n < own else n + 2 * beside for n in range(len(example.pieces.spans))]
    logits = told[rows]
    wanted = torch.zeros(len(rows))
    wanted[sorted(places)] = 1.0
    each = f.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (each * wanted).sum() / wanted.sum() + (each * (1 - wanted)).sum() / (1 - wanted).sum().clamp(min=1)


def _right(marked: Marks, weights: Weights, chosen: Sequence[Example]) -> float:
    """How many of the six kinds of statements are told rightly, as a share of six."""
    told = pooled(marked(weights, chosen, _whole)[0]) > 0
    return float((told == torch.tensor([each.deserved for each in chosen])).float().mean(1).sum())


MARKS = Task(
    head=partial(fresh_marks, len(KINDS)), loss=partial(_loss, _by_the_body), right=partial(_right, _by_the_body)
)


def by_a_network(characters: str | None) -> Task[Example]:
    """What a small network learns, with a vocabulary of its own, or None for the word pieces of the body; it begins with nothing."""
    marked = partial(_by_a_network, characters)
    fresh = partial(network_marking.fresh, None if characters is None else len(characters), SIGNS, len(KINDS))
    return Task(head=fresh, loss=partial(_loss, marked), right=partial(_right, marked))
