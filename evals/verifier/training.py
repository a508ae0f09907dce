"""What the verifier learns: three classes of a pair, of which the last two are one where it is not known which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from evals.fitting import Task
from evals.verifier.pairs import NOT_SUPPORTS
from vectorstore.pair_encoding import Drop, Ids, Weights, batch, fresh_head, read

LONGEST = 160  # word pieces of a pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A pair in word pieces."""

    claim: Ids
    evidence: Ids
    label: int

    @property
    def length(self) -> int:
        """Word pieces that are read."""
        return min(len(self.claim) + len(self.evidence) + 3, LONGEST)


def losses(logits: torch.Tensor, labels: Sequence[int]) -> torch.Tensor:
    """Minus the log of the right class's probability; of contradicts and neither together where it is not known which."""
    told = logits.log_softmax(1)
    neither = torch.logsumexp(told[:, 1:], dim=1, keepdim=True)
    wide = torch.cat((told, neither), dim=1)
    return -wide.gather(1, torch.tensor(labels)[:, None])[:, 0]


def _loss(weights: Weights, chosen: Sequence[Encoded], drop: Drop) -> torch.Tensor:
    logits = read(weights, batch([(each.claim, each.evidence) for each in chosen], LONGEST), drop)
    return losses(logits, [each.label for each in chosen]).sum()


def _right(weights: Weights, chosen: Sequence[Encoded]) -> float:
    """How many classes are right; of two-class pairs, whether supported or not is."""
    told = read(weights, batch([(each.claim, each.evidence) for each in chosen], LONGEST)).argmax(1)
    return float(
        sum((n > 0) if each.label == NOT_SUPPORTS else n == each.label for n, each in zip(told, chosen, strict=True))
    )


PAIRS = Task(head=fresh_head, loss=_loss, right=_right)
