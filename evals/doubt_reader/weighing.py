"""How rules and models are weighed: for each kind a logistic line over the models' logits and whether a rule found it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from assistant.doubts.reading import LEFT, LIKELY
from assistant.doubts.seen import KINDS
from evals.doubt_reader.examples import Example
from vectorstore.vector_rows import Vector

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]
RELIABLE = 0.85  # rules that are right so often are not overruled
ORDINARY = "ordinary"  # in the names of files of documents as they are met every day; those full of traps count no more than they in sum


def weighed(spoken: str, told: Sequence[Sequence[Vector]], held: Sequence[Example]) -> str:
    """The limits of `assistant/doubts/reading.toml`, by what models tell of documents that neither rules nor they were made on.

    `told` holds the logits of each statement by each model. Behind the limits, as comments, how well rules alone and rules with
    models do on all kinds together.
    """
    logits = np.array(told)  # shape (models, statements, kinds)
    ruled, deserved = (np.array([getattr(each, name) for each in held]) for name in ("ruled", "deserved"))
    found = [_limits(n, logits[:, :, n], ruled[:, n], deserved[:, n], _ordinary(held)) for n in range(len(KINDS))]
    both = np.column_stack([raised for _, raised in found])
    lines = [f"[{spoken}.{lines}" for lines, _ in found]
    for name, chosen in (("hard", ~_ordinary(held)), ("ordinary", _ordinary(held))):
        if chosen.any():
            alone, together = (_sums(deserved[chosen], each[chosen]) for each in (ruled, both))
            lines.append(f"# {name} documents, {chosen.sum()} statements: rules {alone}; both {together}")
    return "\n".join(lines)


def _limits(number: int, logits: Vector, ruled: Flags, deserved: Flags, ordinary: Flags) -> tuple[str, Flags]:
    """The lines of a kind, and which statements get it."""
    seen = np.column_stack((*logits, ruled))
    counted = _counted(ordinary)
    line = LogisticRegression(C=1.0).fit(seen, deserved, sample_weight=counted)
    stands = (ruled & deserved) @ counted >= RELIABLE * (ruled @ counted)
    both: Flags = (line.predict_proba(seen)[:, 1] >= np.where(ruled, LEFT, LIKELY)) | (ruled & stands)
    alone, reader, together = (_f1(deserved, told) for told in (ruled, logits[0] > 0, both))
    weights = ", ".join(f"{each:.3f}" for each in line.coef_[0][:-1])
    lines = (
        f"limits.{KINDS[number]}]  # F1 of rules {alone:.3f}, reader {reader:.3f}, both {together:.3f}\n"
        f"weights = [{weights}]\nrule = {line.coef_[0][-1]:.3f}\nbias = {line.intercept_[0]:.3f}\nstands = {str(stands).lower()}\n"
    )
    return lines, both


def _ordinary(held: Sequence[Example]) -> Flags:
    return np.array([ORDINARY in each.name for each in held])


def _counted(ordinary: Flags) -> Counts:
    """How much each statement counts: hard and ordinary documents alike in sum, where there are both."""
    if not ordinary.any():
        return np.ones(len(ordinary))
    shares = len(ordinary) / (2 * np.array([(~ordinary).sum(), ordinary.sum()]))
    counted: Counts = shares[ordinary.astype(int)]
    return counted


def _sums(deserved: Flags, told: Flags) -> str:
    alarms = told[~deserved.any(1)].any(1).mean()
    return f"F1 {_f1(deserved, told):.3f}, {100 * alarms:.1f} false alarms of 100 quiet"


def _f1(deserved: Flags, told: Flags) -> float:
    return float(2 * (deserved & told).sum() / max(1, deserved.sum() + told.sum()))
