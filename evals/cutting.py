"""Cutting a trained body down to an adapter, differences of low rank by singular values in float16, and going on from one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from vectorstore.embedding import DEFAULT_WEIGHTS_SHA256
from vectorstore.network_marking import side_by_side
from vectorstore.pair_encoding import MATRICES, Weights, adapted, body_weights

CHARACTERS = "characters.txt"  # beside the weights of a network's run: its vocabulary
UNTRAINED = "embeddings.word"  # the mean of several runs differs from the body's by rounding alone


def begun(place: Path | None, head: Weights) -> Weights:
    """What a training begins with: the folder of a run, an adapter as it is shipped, or the bare body; of another head nothing is taken."""
    if place is None:
        return body_weights()
    found = load_file(place / "weights.safetensors") if place.is_dir() else adapted(body_weights(), load_file(place))
    return {name: weight for name, weight in found.items() if not name.startswith("head.") or name in head}


def mean(runs: Sequence[Weights]) -> dict[str, torch.Tensor]:
    """The mean of what several runs have learned from one beginning."""
    return {name: torch.stack([each[name] for each in runs]).mean(0) for name in runs[0]}


def cut(body: Weights, trained: Weights, rank: int, places: int) -> dict[str, torch.Tensor]:
    """The adapter: `NAME.up` and `NAME.down` for the layers' matrices, `NAME.more` for what is small, the head as it is.

    `places` are those whose differences are kept: as many as training reads.
    """
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


def networks(folders: Sequence[Path], file: Path) -> None:
    """The small networks of several runs as they are shipped: side by side in float16, with the vocabulary of the first."""
    known = folders[0] / CHARACTERS
    told = {"characters": known.read_text(encoding="utf-8")} if known.exists() else None
    runs = [load_file(folder / "weights.safetensors") for folder in folders]
    halved = [{name: weight.half() for name, weight in run.items()} for run in runs]
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(side_by_side(halved), file, metadata=told)
