"""What the reader of doubts learns: for each kind whether a statement deserves it, and which word pieces tell so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
import torch.nn.functional as f

from assistant.doubts.reading import KINDS
from evals.doubt_reader.examples import Example
from evals.fitting import Task
from vectorstore.pair_encoding import Drop, Weights, batch
from vectorstore.token_marking import LONGEST, fresh_marks, marks, pooled

POINTING = 0.5  # how much the pieces count beside the statement


def _loss(weights: Weights, chosen: Sequence[Example], drop: Drop) -> torch.Tensor:
    told = marks(weights, batch([(each.pieces.own, each.pieces.around) for each in chosen], LONGEST), drop)
    deserved = torch.tensor([each.deserved for each in chosen], dtype=torch.float32)
    counted = torch.tensor([[not each for each in one.unsure] for one in chosen], dtype=torch.float32)
    whole = f.binary_cross_entropy_with_logits(pooled(told), deserved, reduction="none") * counted
    pointed = [
        _pointing(told[row, :, kind], each, places)
        for row, each in enumerate(chosen)
        for kind, places in enumerate(each.marks)
        if places is not None
    ]
    return whole.sum() + POINTING * (torch.stack(pointed).sum() if pointed else 0.0)


def _pointing(told: torch.Tensor, example: Example, places: frozenset[int]) -> torch.Tensor:
    """The loss of the pieces of one statement and kind: those of the cue should tell, the others not."""
    own = len(example.pieces.own)
    rows = [n + 1 if n < own else n + 2 for n in range(len(example.pieces.spans))]
    logits = told[rows]
    wanted = torch.zeros(len(rows))
    wanted[sorted(places)] = 1.0
    each = f.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (each * wanted).sum() / wanted.sum() + (each * (1 - wanted)).sum() / (1 - wanted).sum().clamp(min=1)


def _right(weights: Weights, chosen: Sequence[Example]) -> float:
    """How many of the six kinds of statements are told rightly, as a share of six."""
    told = pooled(marks(weights, batch([(each.pieces.own, each.pieces.around) for each in chosen], LONGEST))) > 0
    return float((told == torch.tensor([each.deserved for each in chosen])).float().mean(1).sum())


MARKS = Task(head=partial(fresh_marks, len(KINDS)), loss=_loss, right=_right)
