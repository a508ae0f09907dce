"""What the readers of answers learn: whether a passage answers a question, and which of its word pieces or characters do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as f

from assistant.answering.seen import LONGEST
from evals.answer_reader.examples import Example
from evals.fitting import Task, forgetful
from vectorstore import network_marking
from vectorstore.chinese_pairs import SIGNS, TEXT, signed
from vectorstore.pair_encoding import Drop, Weights, batch
from vectorstore.token_marking import fresh_marks, marks, pooled

POINTING = 0.5  # how much the pieces count beside the passage
NOTHING = -1e4

Marks = Callable[[Weights, Sequence[Example], Drop], tuple[torch.Tensor, int]]
"""The logit of each place, shape (rows, width), so low outside the passage that nothing is told there; and how many marks stand before it."""


def _by_the_body(weights: Weights, chosen: Sequence[Example], drop: Drop) -> tuple[torch.Tensor, int]:
    given = batch([(each.pieces.question, each.pieces.passage) for each in chosen], LONGEST)
    return marks(weights, given, drop)[:, :, 0].masked_fill(given.sides == 0, NOTHING), 2


def _by_a_network(characters: str, weights: Weights, chosen: Sequence[Example], drop: Drop) -> tuple[torch.Tensor, int]:
    known = network_marking.places(characters)
    read = [signed(each.pieces.question, each.pieces.passage, each.told) for each in chosen]
    given = forgetful(network_marking.batch(read, known), known, drop)
    told = network_marking.marks(weights, given, drop)[:, :, 0]
    return told.masked_fill((given.parts != TEXT) | (given.ids == 0), NOTHING), 0


def _whole(states: torch.Tensor) -> torch.Tensor:
    return states


def _loss(marked: Marks, weights: Weights, chosen: Sequence[Example], drop: Drop) -> torch.Tensor:
    told, before = marked(weights, chosen, drop)
    answered = torch.tensor([float(each.answers) for each in chosen])
    whole = f.binary_cross_entropy_with_logits(pooled(told[:, :, None])[:, 0], answered, reduction="sum")
    pointed = [
        _pointing(told[row], each, each.marks, before) for row, each in enumerate(chosen) if each.answers and each.marks
    ]
    return whole + POINTING * (torch.stack(pointed).sum() if pointed else 0.0)


def _pointing(told: torch.Tensor, example: Example, places: frozenset[int], before: int) -> torch.Tensor:
    """The loss of the pieces of a passage: those that answer should tell, the others not."""
    first = len(example.pieces.question) + before
    logits = told[first : first + len(example.pieces.passage)]
    wanted = torch.zeros(len(logits))
    wanted[[n for n in places if n < len(logits)]] = 1.0
    each = f.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (each * wanted).sum() / wanted.sum().clamp(min=1) + (each * (1 - wanted)).sum() / (1 - wanted).sum().clamp(
        min=1
    )


def _right(marked: Marks, weights: Weights, chosen: Sequence[Example]) -> float:
    told = pooled(marked(weights, chosen, _whole)[0][:, :, None])[:, 0] > 0
    return float((told == torch.tensor([each.answers for each in chosen])).float().sum())


ANSWERS = Task(head=partial(fresh_marks, 1), loss=partial(_loss, _by_the_body), right=partial(_right, _by_the_body))


def by_a_network(characters: str) -> Task[Example]:
    """What a small network learns in Chinese, with a vocabulary of its own; it begins with nothing."""
    marked = partial(_by_a_network, characters)
    fresh = partial(network_marking.fresh, len(characters), SIGNS, 1)
    return Task(head=fresh, loss=partial(_loss, marked), right=partial(_right, marked))
