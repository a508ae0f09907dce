"""Plots of a run. Every number that is drawn is also written, and colour is never the only sign."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answer import DoubtKind
from evals.comparison import Comparison
from evals.drawing import HATCH, WIDTH, Plot, dot, line, ms, plot, rect, scale, text, ticks
from evals.expectations import DOUBTS, VERDICT_WORDS
from evals.kept import Kept
from evals.latency import latencies
from evals.metrics import doubting
from evals.metrics.checking import VERDICTS
from evals.scoring import Measured

CHANGE_WORDS = {"better": "✓ better", "worse": "✗ worse", "unclear": "? unclear", "same": "= same"}
KINDS = tuple(kind for kind in doubting.KINDS if f"{kind}_f1" in {metric.name for metric in doubting.METRICS})
_BINS = 44


def plots(kept: Kept, measured: Measured, comparison: Comparison | None = None) -> list[Plot]:
    """The plots that a run has data for."""
    drawn = (
        _differences(comparison) if comparison else None,
        _points(measured),
        _refusals(measured),
        _verdicts(measured),
        _doubts(measured),
        _latency(kept, comparison.base if comparison else None),
    )
    return [each for each in drawn if each]


def kind_counts(measured: Measured) -> dict[DoubtKind, tuple[int, int, int]]:
    """Found, false alarms and missed by kind of doubt, of the kinds that were expected or said on a labelled statement."""
    summed = ((kind, _summed(measured, f"{kind}_f1")) for kind in KINDS)
    return {
        kind: (int(each[0]), int(each[1]), int(each[2])) for kind, each in summed if each is not None and each.any()
    }


def _doubts(measured: Measured) -> Plot | None:
    """A stacked bar for each kind: found, missed, false alarm."""
    counts = kind_counts(measured)
    if not counts:
        return None
    longest, parts, said = max(map(sum, counts.values())), [HATCH], []
    for row, (kind, (hits, alarms, misses)) in enumerate(counts.items()):
        top, left = 40.0 * row, 0.0
        words = f"{hits} found, {misses} missed, {alarms} false alarm{'' if alarms == 1 else 's'}"
        said.append(f"{DOUBTS[kind]}: {words}")
        parts += [text(0, top + 14, DOUBTS[kind], "name"), text(WIDTH, top + 14, words, "end")]
        for number, look in ((hits, "found"), (misses, "missed"), (alarms, "alarm")):
            width = number * WIDTH / longest
            if number:
                parts.append(rect((left + 0.75, top + 20), (max(width - 1.5, 1.5), 12), look))
            left += width
    told = "On labelled statements that the answer holds. Filled: found. Hollow: missed. Hatched: false alarm."
    return plot("Doubts by kind", told, 40.0 * len(counts), parts, said)


def _latency(kept: Kept, base: Kept | None) -> Plot | None:
    """A histogram for each step over one axis of time, logarithmic where times lie far apart."""
    figures, before = latencies(kept), latencies(base) if base else {}
    if not figures:
        return None
    taken = [each["seconds"] for each in kept.timings.values()]
    steps = sorted(figures, key=lambda step: (step == "total", step))
    times = {step: [1000 * each[step] for each in taken if step in each] for step in steps}
    together = [value for values in times.values() for value in values]
    low, high = max(min(together), 0.01), max(*together, 0.02)
    place, logs = scale(low, high)
    parts, said = [], []
    for row, step in enumerate(steps):
        each, floor = figures[step], (90.0 if before else 76.0) * (row + 1) - 16
        words = f"p50 {ms(each['p50'])}, p95 {ms(each['p95'])}"
        top = floor - (60 if before else 46)
        parts += [text(0, top, step, "name"), text(WIDTH, top, words, "end")]
        if step in before:
            was = f"base p50 {ms(before[step]['p50'])}, p95 {ms(before[step]['p95'])}"
            parts.append(text(WIDTH, top + 14, was, "end"))
            words += f"; {was}"
        said.append(f"{step}: {words}")
        heights, edges = np.histogram([place(value) for value in times[step]], bins=_BINS, range=(0, WIDTH))
        for edge, height in zip(edges[:-1], 38 * heights / heights.max(), strict=True):
            if height:
                parts.append(rect((edge, floor - max(height, 1)), (WIDTH / _BINS - 1, max(height, 1)), "bar"))
        parts.append(line((0, floor), (WIDTH, floor), "rule"))
        for name in ("p50", "p95"):
            parts.append(line((place(each[name]), floor - 40), (place(each[name]), floor), f"mid {name}"))
    for tick in ticks(low, high, logs=logs):
        at = place(tick)
        anchor = "end" if at > WIDTH - 20 else "middle" if at > 20 else ""
        parts += [line((at, floor), (at, floor + 4), "rule"), text(at, floor + 18, ms(tick), anchor)]
    told = "Full line: p50. Dashed line: p95. As the asker saw it, while other cases ran at the same time."
    return plot("Latency by step", ("Logarithmic scale. " if logs else "") + told, floor + 24, parts, said)


def _points(measured: Measured) -> Plot | None:
    """How many cases have how much of their answer points found."""
    scores = measured.scores.get("points", {})
    if not scores:
        return None
    bins = {"none": 0, "under half": 0, "half or more": 0, "all": 0}
    for score in scores.values():
        share = score.counts[0] / score.counts[1]
        bins["none" if not share else "all" if share == 1 else "half or more" if share >= 0.5 else "under half"] += 1
    parts, said = [], []
    for row, (name, number) in enumerate(bins.items()):
        top, width = 28.0 * row, 140 * number / max(bins.values())
        words = f"{number} case{'' if number == 1 else 's'}, {number / len(scores):.0%}"
        said.append(f"{name}: {words}")
        parts += [text(0, top + 16, name, "name"), text(100 + width, top + 16, words)]
        if number:
            parts.append(rect((92, top + 3), (width, 18), "bar"))
    return plot(
        "Answer points found", "Cases by the share of their points that is said.", 28.0 * len(bins), parts, said
    )


def _refusals(measured: Measured) -> Plot | None:
    """Answered or refused, by what should have been done."""
    counts = _summed(measured, "refusals_right")
    if counts is None:
        return None
    answered, to_answer, refused, to_refuse = (int(count) for count in counts[:4])
    cells = [[answered, to_answer - answered], [to_refuse - refused, refused]]
    told = "Rows: what should be done. Columns: what was done. A thick frame is right."
    return _matrix("Answering and refusing", told, (("to answer", "to refuse"), ("answered", "refused")), cells)


def _verdicts(measured: Measured) -> Plot | None:
    """The confusion matrix of verdicts."""
    counts = _summed(measured, "verdict_macro_f1")
    if counts is None:
        return None
    columns = tuple(VERDICT_WORDS[each] for each in VERDICTS)
    told = "Rows: the expected verdict. Columns: the verdict given. A thick frame is right."
    return _matrix(
        "Verdicts", told, (columns[:-1], columns), [[int(n) for n in row] for row in counts.reshape(-1, len(columns))]
    )


def _matrix(title: str, told: str, names: tuple[Sequence[str], Sequence[str]], cells: list[list[int]]) -> Plot:
    """Counts with their share of the row; what is right stands on the diagonal. Rows without a case are left out."""
    left, width, said = 84.0, (WIDTH - 84) / len(names[1]), []
    look = "middle tight" if len(names[1]) > 2 else "middle"
    parts = [text(left + width * (at + 0.5), 13, name, look) for at, name in enumerate(names[1])]
    shown = [(row, name) for row, name in enumerate(names[0]) if sum(cells[row])]
    for place, (row, name) in enumerate(shown):
        top = 20 + 58.0 * place
        parts.append(text(0, top + 33, name, "name"))
        for at, number in enumerate(cells[row]):
            share, middle = number / sum(cells[row]), left + width * (at + 0.5)
            parts += [
                rect(
                    (left + width * at + 2, top + 3), (width - 4, 52), f"cell{' right' if at == row else ''}", share / 2
                ),
                text(middle, top + 29, str(number), "big middle"),
                text(middle, top + 45, f"{share:.0%}", "middle"),
            ]
        said.append(f"{name}: " + ", ".join(f"{n} {column}" for n, column in zip(cells[row], names[1], strict=True)))
    return plot(title, told, 22 + 58.0 * len(shown), parts, said)


def _differences(comparison: Comparison) -> Plot | None:
    """The figures that changed: each difference with its interval, in percentage points."""
    shown = []
    for change in comparison.changes:
        size = {"share": 100.0, "of 100": 1.0}.get(change.metric.unit, 0.0)
        if size and change.difference and None not in (bounds := (change.low, change.difference, change.high)):
            shown.append((change.metric.name, change.verdict, [size * (bound or 0.0) for bound in bounds]))
    if not shown:
        return None
    low, high = min(0.0, *(each[2][0] for each in shown)), max(0.0, *(each[2][2] for each in shown))
    low, high = (low, high) if high > low else (-1.0, 1.0)

    def place(points: float) -> float:
        return 128 + 146 * (points - low) / (high - low)

    floor, parts, said = 22.0 * len(shown) + 4, [], []
    for tick in ticks(low, high, logs=False):
        parts += [
            line((place(tick), 0), (place(tick), floor), "rule" if tick else "zero"),
            text(place(tick), floor + 16, f"{tick:+g}" if tick else "0", "middle"),
        ]
    for row, (name, verdict, (least, difference, most)) in enumerate(shown):
        middle = 22.0 * row + 13
        parts += [
            text(0, middle + 4, name, "name"),
            line((place(least), middle), (place(most), middle), f"interval {verdict}"),
            dot((place(difference), middle), verdict),
            text(WIDTH, middle + 4, CHANGE_WORDS[verdict], f"end {verdict}"),
        ]
        said.append(f"{name}: {difference:+.1f}, from {least:+.1f} to {most:+.1f}, {verdict}")
    told = (
        "New less base, in percentage points: a dot with its 95% interval. Figures that stayed the same are left out."
    )
    return plot("What changed", told, floor + 22, parts, said)


def _summed(measured: Measured, name: str) -> NDArray[np.float64] | None:
    """The counts of a metric over its cases, None where it has none."""
    scores = measured.scores.get(name, {})
    return np.asarray([score.counts for score in scores.values()]).sum(axis=0) if scores else None
