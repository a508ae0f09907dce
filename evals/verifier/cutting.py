"""Cutting a trained body down to an adapter: differences of low rank by singular values, in float16, and the temperature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from evals.verifier.pairs import NOT_SUPPORTS
from evals.verifier.training import losses
from vectorstore.embedding import DEFAULT_WEIGHTS_SHA256
from vectorstore.pair_encoding import MATRICES, Weights
from vectorstore.vector_rows import Vector

RANK = 84
PLACES = 128  # places whose differences are kept: training reads no farther
BINS = 15
UNTRAINED = "embeddings.word"  # the mean of several runs differs from the body's by rounding alone


def cut(body: Weights, trained: Weights, rank: int = RANK, places: int = PLACES) -> dict[str, torch.Tensor]:
    """The adapter: `NAME.up` and `NAME.down` for the layers' matrices, `NAME.more` for what is small, the head as it is."""
    found: dict[str, torch.Tensor] = {}
    for name, weight in trained.items():
        if name.startswith("head."):
            found[name] = weight.half()
            continue
        if name.startswith(UNTRAINED):
            continue
        more = weight - body[name]
        if any(name.endswith(f"{each}.weight") for each in MATRICES):
            up, values, down = torch.linalg.svd(more, full_matrices=False)
            root = values[:rank].sqrt()
            found[f"{name}.up"] = (up[:, :rank] * root).half().contiguous()
            found[f"{name}.down"] = (root[:, None] * down[:rank]).half().contiguous()
        elif more.any():
            found[f"{name}.more"] = more[:places].half().contiguous() if "position" in name else more.half()
    return found


def write(file: Path, adapter: Weights, temperature: float, rank: int) -> None:
    """The adapter as it is shipped, with the body it belongs to."""
    told = {"body": DEFAULT_WEIGHTS_SHA256, "temperature": f"{temperature:.4f}", "rank": str(rank)}
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(adapter), file, metadata=told)


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
