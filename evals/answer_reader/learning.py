"""What the reader of answers learns: whether a passage answers a question, and which of its word pieces do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
import torch.nn.functional as f

from assistant.answering.reading import LONGEST
from evals.answer_reader.examples import Example
from evals.fitting import Task
from vectorstore.pair_encoding import Batch, Drop, Weights, batch
from vectorstore.token_marking import fresh_marks, marks, pooled

POINTING = 0.5  # how much the pieces count beside the passage


def _given(chosen: Sequence[Example]) -> Batch:
    return batch([(each.pieces.question, each.pieces.passage) for each in chosen], LONGEST)


def passage_logits(weights: Weights, chosen: Sequence[Example], drop: Drop = lambda states: states) -> torch.Tensor:
    """The logit of each piece, shape (rows, width), so low outside the passage that nothing is told there."""
    given = _given(chosen)
    return marks(weights, given, drop)[:, :, 0].masked_fill(given.sides == 0, -1e4)


def _loss(weights: Weights, chosen: Sequence[Example], drop: Drop) -> torch.Tensor:
    told = passage_logits(weights, chosen, drop)
    answered = torch.tensor([float(each.answers) for each in chosen])
    whole = f.binary_cross_entropy_with_logits(pooled(told[:, :, None])[:, 0], answered, reduction="sum")
    pointed = [_pointing(told[row], each, each.marks) for row, each in enumerate(chosen) if each.answers and each.marks]
    return whole + POINTING * (torch.stack(pointed).sum() if pointed else 0.0)


def _pointing(told: torch.Tensor, example: Example, places: frozenset[int]) -> torch.Tensor:
    """The loss of the pieces of a passage: those that answer should tell, the others not."""
    first = len(example.pieces.question) + 2
    logits = told[first : first + len(example.pieces.passage)]
    wanted = torch.zeros(len(logits))
    wanted[[n for n in places if n < len(logits)]] = 1.0
    each = f.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (each * wanted).sum() / wanted.sum().clamp(min=1) + (each * (1 - wanted)).sum() / (1 - wanted).sum().clamp(
        min=1
    )


def _right(weights: Weights, chosen: Sequence[Example]) -> float:
    told = pooled(passage_logits(weights, chosen)[:, :, None])[:, 0] > 0
    return float((told == torch.tensor([each.answers for each in chosen])).float().sum())


ANSWERS = Task(head=partial(fresh_marks, 1), loss=_loss, right=_right)
