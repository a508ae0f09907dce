"""Two runs of one set side by side: what each figure gained or lost, by how much it may be chance, and which cases flipped.

Intervals are paired bootstraps over cases: both runs are resampled by the same cases, 2,000 times, seeded, so that the same
two runs give the same interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evals.case import Case
from evals.kept import Kept, RunError
from evals.metrics import METRICS
from evals.scoring import Measured, Metric, figure, measure

RESAMPLES = 2000
LEVEL = 0.95
_SEED = 20200224
_AT_ONCE = 100
_UNDEFINED = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A metric's figures in both runs over the cases they share; `low` and `high` bound the difference new - base.

    `verdict` is better or worse where the interval leaves out 0, same where nothing moves, else unclear.
    """

    metric: Metric
    base: float | None
    new: float | None
    difference: float | None
    low: float | None
    high: float | None
    cases: int
    verdict: Literal["better", "worse", "same", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A case that passes a strict metric in one run and fails it in the other, or is scored in one alone."""

    case: Case
    metric: str
    verdict: Literal["fixed", "broken"]
    base: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All changes and flips; `notes` say what a reader must know about how the runs differ.

    `left_out` are the ids of the base's cases that the new run lacks or expects something else of.
    """

    base: Kept
    new: Kept
    base_measured: Measured
    new_measured: Measured
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]
    notes: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def change(self, name: str) -> Change:
        """The change of one metric."""
        return next(each for each in self.changes if each.metric.name == name)

    @property
    def broken(self) -> tuple[str, ...]:
        """The ids of the cases that fail something which they passed."""
        return tuple(dict.fromkeys(flip.case.id for flip in self.flips if flip.verdict == "broken"))

    @property
    def fixed(self) -> tuple[str, ...]:
        """The ids of the cases that pass something which they failed."""
        return tuple(dict.fromkeys(flip.case.id for flip in self.flips if flip.verdict == "fixed"))


def compared(
    base: Kept, new: Kept, *, across_libraries: bool = False, metrics: Sequence[Metric] = METRICS
) -> Comparison:
    """The comparison of two runs over the cases that are the same in both.

    Raises a RunError where their libraries differ, unless told not to mind, and where they share no case.
    """
    ours, theirs = base.fingerprint.get("library"), new.fingerprint.get("library")
    if ours != theirs and not across_libraries:
        raise RunError(
            f"The libraries differ ({ours} and {theirs}), so answers may differ for that alone.",
            "Run both on one library, or say --across-libraries.",
        )
    held = {case.id: _bare(case) for case in base.cases}
    shared = [case.id for case in new.cases if held.get(case.id) == _bare(case)]
    if not shared:
        raise RunError(f"The runs share no case ({base.about['set']}, {new.about['set']}).", "Compare runs of one set.")
    notes = []
    if len(shared) < len(base.cases) or len(shared) < len(new.cases):
        notes.append(
            f"{len(shared)} cases are the same in both; base has {len(base.cases)}, new has {len(new.cases)}: the others are left out."
        )
    if ours != theirs:
        notes.append("The libraries differ.")
    was, now = base.fingerprint, new.fingerprint
    notes += [
        f"{part.capitalize()}: {was.get(part)} before, {now.get(part)} now."
        for part in ("embedder", "model", "settings", "prompts")
        if was.get(part) != now.get(part)
    ]
    left_out = tuple(sorted(held.keys() - set(shared)))
    base, new = base.only(shared), new.only(shared)
    before, after = measure(base, metrics), measure(new, metrics)
    return Comparison(
        base=base,
        new=new,
        base_measured=before,
        new_measured=after,
        changes=tuple(_change(metric, before, after) for metric in metrics),
        flips=tuple(_flips(new.cases, before, after)),
        notes=tuple(notes),
        left_out=left_out,
    )


def _bare(case: Case) -> Case:
    """A case without its tags and note, which change nothing that is asked or expected."""
    return case.model_copy(update={"tags": (), "note": ""})


def _change(metric: Metric, before: Measured, after: Measured) -> Change:
    old, new = before.scores[metric.name], after.scores[metric.name]
    keys = sorted(old.keys() | new.keys())
    base, now = figure(metric, list(old.values())), figure(metric, list(new.values()))
    difference = None if base is None or now is None else now - base
    alike = {key: score.counts for key, score in old.items()} == {key: score.counts for key, score in new.items()}
    low, high = (None, None) if difference is None else (0.0, 0.0) if alike else _interval(metric, before, after, keys)
    verdict: Literal["better", "worse", "same", "unclear"] = "unclear"
    if (base is None and now is None) or (difference == 0 and low == high):
        verdict = "same"
    elif low is not None and high is not None and (low > 0 or high < 0):
        verdict = "better" if (low > 0) == (metric.better == "higher") else "worse"
    return Change(
        metric=metric, base=base, new=now, difference=difference, low=low, high=high, cases=len(keys), verdict=verdict
    )


def _interval(metric: Metric, before: Measured, after: Measured, keys: list[str]) -> tuple[float | None, float | None]:
    """The bootstrap interval of new - base; a case that one run does not score counts nothing there.

    None where more than a tenth of the resamples leave a figure undefined: it rests on too few cases to say.
    """
    some = next(iter((before.scores[metric.name] or after.scores[metric.name]).values()))
    nothing = (0.0,) * len(some.counts)
    old, new = (
        np.asarray([scores[key].counts if key in scores else nothing for key in keys])
        for scores in (before.scores[metric.name], after.scores[metric.name])
    )
    random, differences = np.random.default_rng(_SEED), []
    for _ in range(RESAMPLES // _AT_ONCE):
        drawn = random.multinomial(len(keys), np.full(len(keys), 1 / len(keys)), size=_AT_ONCE)
        differences.append(metric.combine(drawn @ new) - metric.combine(drawn @ old))
    found = np.concatenate(differences)
    if np.isnan(found).mean() > _UNDEFINED:
        return None, None
    found = found[~np.isnan(found)]
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _flips(cases: Sequence[Case], before: Measured, after: Measured) -> list[Flip]:
    found = []
    conditional = {metric.name for metric in after.metrics if metric.if_held}
    for case in cases:
        was, now = before.failures(case.id), after.failures(case.id)
        old, new = before.of_case(case.id), after.of_case(case.id)
        for name in sorted(was.keys() ^ now.keys()):
            broken = name in now
            if broken and name not in old and name in conditional:
                continue  # judged now since the answer holds the statement now: no pass was lost
            if not broken and name not in new:
                continue  # not judged any more is not passed
            found.append(
                Flip(
                    case=case,
                    metric=name,
                    verdict="broken" if broken else "fixed",
                    base=old[name][1] if name in old else "not judged",
                    new=new[name][1] if name in new else "not judged",
                )
            )
    return found
