"""Latency of a run: p50 and p95 of each step in milliseconds, as the asker saw it."""

from __future__ import annotations

import numpy as np

from evals.kept import Kept

Latencies = dict[str, dict[str, float]]


def latencies(kept: Kept) -> Latencies:
    """By step; a run without timings has none. Other cases ran at the same time."""
    seconds: dict[str, list[float]] = {}
    for each in kept.timings.values():
        for stage, value in each["seconds"].items():
            seconds.setdefault(stage, []).append(value)
    return {
        stage: {
            "p50": round(1000 * float(np.percentile(values, 50)), 3),
            "p95": round(1000 * float(np.percentile(values, 95)), 3),
            "cases": float(len(values)),
        }
        for stage, values in sorted(seconds.items())
    }
