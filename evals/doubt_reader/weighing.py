"""How rules and reader are weighed: for each kind a logistic line over the reader's logit and whether a rule found it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.doubts.reading import LIKELY
from assistant.doubts.seen import KINDS
from evals.doubt_reader.examples import Example
from vectorstore.vector_rows import Vector

RELIABLE = 0.85  # rules that are right so often in documents full of traps are not overruled
ORDINARY = "ordinary"  # in the names of files of documents as they are met every day; those full of traps count no more than they in sum


def weighed(spoken: str, told: Sequence[Vector], held: Sequence[Example]) -> str:
    """The limits of `assistant/doubts/reading.toml`, by what a reader tells of documents that neither rules nor reader were made on."""
    logits = np.array(told)
    return "\n".join(f"[{spoken}.{_limits(n, logits[:, n], held)}" for n in range(len(KINDS)))


def _limits(number: int, logits: np.ndarray, held: Sequence[Example]) -> str:
    ruled = np.array([each.ruled[number] for each in held])
    deserved = np.array([each.deserved[number] for each in held])
    seen = np.column_stack((logits, ruled))
    line = LogisticRegression(C=1.0).fit(seen, deserved, sample_weight=_counted(held))
    likely = line.predict_proba(seen)[:, 1] >= LIKELY
    hard = ruled & ~_ordinary(held)
    stands = (hard & deserved).sum() >= RELIABLE * hard.sum()
    both = likely | (ruled & stands)
    alone, reader, together = (_f1(deserved, told) for told in (ruled, logits > 0, both))
    return (
        f"limits.{KINDS[number]}]  # F1 of rules {alone:.3f}, reader {reader:.3f}, both {together:.3f}\n"
        f"weight = {line.coef_[0][0]:.3f}\nrule = {line.coef_[0][1]:.3f}\nbias = {line.intercept_[0]:.3f}\nstands = {str(stands).lower()}\n"
    )


def _ordinary(held: Sequence[Example]) -> np.ndarray:
    return np.array([ORDINARY in each.name for each in held])


def _counted(held: Sequence[Example]) -> np.ndarray:
    """How much each statement counts: hard and ordinary documents alike in sum, where there are both."""
    ordinary = _ordinary(held)
    if not ordinary.any():
        return np.ones(len(held))
    shares = len(held) / (2 * np.array([(~ordinary).sum(), ordinary.sum()]))
    counted: np.ndarray = shares[ordinary.astype(int)]
    return counted


def _f1(deserved: np.ndarray, told: np.ndarray) -> float:
    return float(2 * (deserved & told).sum() / max(1, deserved.sum() + told.sum()))
