"""Every metric, in the order it is shown."""

from __future__ import annotations

from evals.metrics import answering, checking, doubting, finding, writing
from evals.scoring import Metric

METRICS: tuple[Metric, ...] = (
    *answering.METRICS,
    *finding.METRICS,
    *doubting.METRICS,
    *checking.METRICS,
    *writing.METRICS,
)
