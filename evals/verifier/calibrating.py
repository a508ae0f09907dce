"""How sure the reader of claims may be: the temperature under which its probabilities hold, and how far they are off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from evals.verifier.pairs import NOT_SUPPORTS
from evals.verifier.training import losses
from vectorstore.vector_rows import Vector

BINS = 15


def temperature(logits: torch.Tensor, labels: Sequence[int]) -> float:
    """The temperature under which the right classes are likeliest, on pairs that were not trained on."""
    tried = np.geomspace(0.5, 4.0, 141)
    return float(tried[int(np.argmin([float(losses(logits / float(each), labels).mean()) for each in tried]))])


def calibration_error(probabilities: Vector, labels: Sequence[int]) -> float:
    """The mean distance between how sure it is and how often it is right, over bins of the three-class pairs."""
    kept = [n for n, label in enumerate(labels) if label != NOT_SUPPORTS]
    sure, right = probabilities[kept].max(1), probabilities[kept].argmax(1) == np.array([labels[n] for n in kept])
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == b).sum() * abs(sure[bins == b].mean() - right[bins == b].mean())
        for b in range(BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps) / len(kept))
