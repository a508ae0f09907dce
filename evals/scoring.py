"""Scores and metrics: what a case contributes, and how contributions make a figure.

A metric sums the counts of its cases and combines the sums, so that a ratio, an F1 and a balanced accuracy are all resampled
alike. What is undefined (no case, 0/0) is NaN inside and None outside, never a number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals.case import Case
from evals.kept import Json, Kept

Sums = NDArray[np.float64]
Combine = Callable[[Sums], Sums]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one case adds to a metric's counts, and why."""

    counts: tuple[float, ...]
    reason: str


Judge = Callable[[Case, Json, Mapping[str, Json]], Score | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure over a run.

    `judge` scores one case out of the case, the result and the documents by id, or gives None where the case says nothing;
    `combine` makes the figure out of summed counts, along the last axis. `strict` metrics fail a case whose own figure is
    not the best there is; `if_held` ones judge only what an answer happens to hold. `unit` is `share` (0 to 1) or what is counted.
    """

    name: str
    about: str
    judge: Judge
    combine: Combine
    better: Literal["higher", "lower"] = "higher"
    strict: bool = False
    if_held: bool = False
    unit: str = "share"

    @property
    def best(self) -> float:
        """The figure of a case that passes."""
        return 1.0 if self.better == "higher" else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The scores of a run by metric and case."""

    metrics: tuple[Metric, ...]
    scores: Mapping[str, Mapping[str, Score]]

    def value(self, name: str) -> float | None:
        """A metric's figure over all its cases."""
        metric = next(each for each in self.metrics if each.name == name)
        return figure(metric, list(self.scores[name].values()))

    def values(self) -> dict[str, float | None]:
        """Every metric's figure by its name."""
        return {metric.name: figure(metric, list(self.scores[metric.name].values())) for metric in self.metrics}

    def only(self, case_ids: Collection[str]) -> Measured:
        """The same scores of some cases."""
        keep = set(case_ids)
        return Measured(
            metrics=self.metrics,
            scores={
                name: {key: each for key, each in held.items() if key in keep} for name, held in self.scores.items()
            },
        )

    def of_case(self, case_id: str) -> dict[str, tuple[float | None, str]]:
        """A case's own figures with their reasons, by metric."""
        return {
            metric.name: (figure(metric, [score]), score.reason)
            for metric in self.metrics
            if (score := self.scores[metric.name].get(case_id)) is not None
        }

    def failures(self, case_id: str) -> dict[str, str]:
        """The strict metrics that a case fails, with reasons."""
        return {
            metric.name: score.reason
            for metric in self.metrics
            if metric.strict
            and (score := self.scores[metric.name].get(case_id)) is not None
            and (own := figure(metric, [score])) is not None
            and abs(own - metric.best) > 1e-9
        }


def measure(kept: Kept, metrics: Sequence[Metric]) -> Measured:
    """Scores every case of a run by every metric; each judge looks at a case once."""
    judged: dict[Judge, dict[str, Score]] = {}
    for judge in {metric.judge for metric in metrics}:
        scores = ((case.id, judge(case, kept.results[case.id], kept.documents)) for case in kept.cases)
        judged[judge] = {case_id: score for case_id, score in scores if score is not None}
    return Measured(metrics=tuple(metrics), scores={metric.name: judged[metric.judge] for metric in metrics})


def figure(metric: Metric, scores: Sequence[Score]) -> float | None:
    """The figure that some scores make; None where it is undefined."""
    if not scores:
        return None
    value = float(metric.combine(np.asarray([score.counts for score in scores], dtype=np.float64).sum(axis=0)))
    return None if np.isnan(value) else value


def ratio(top: int, bottom: int, scale: float = 1.0) -> Combine:
    """One count over another.

    >>> float(ratio(0, 1)(np.asarray([3.0, 4.0])))
    0.75
    """

    def combined(sums: Sums) -> Sums:
        return _divided(scale * sums[..., top], sums[..., bottom])

    return combined


def precision(sums: Sums) -> Sums:
    """tp / (tp + fp) of counts that begin tp, fp, fn."""
    return _divided(sums[..., 0], sums[..., 0] + sums[..., 1])


def recall(sums: Sums) -> Sums:
    """tp / (tp + fn) of counts that begin tp, fp, fn."""
    return _divided(sums[..., 0], sums[..., 0] + sums[..., 2])


def f1(sums: Sums) -> Sums:
    """2 tp / (2 tp + fp + fn) of counts that begin tp, fp, fn."""
    return _divided(2 * sums[..., 0], 2 * sums[..., 0] + sums[..., 1] + sums[..., 2])


def balanced_accuracy(sums: Sums) -> Sums:
    """The mean of right / all of two classes, from counts right, all, right, all."""
    return (_divided(sums[..., 0], sums[..., 1]) + _divided(sums[..., 2], sums[..., 3])) / 2


def _divided(top: Sums, bottom: Sums) -> Sums:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, np.asarray(top) / np.asarray(bottom), np.nan)
