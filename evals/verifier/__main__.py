"""The trained verifier, made and measured.

python -m evals.verifier train   --data ../shared/data     trains the body; the same command goes on from its checkpoint
python -m evals.verifier cut     --data ../shared/data     cuts it down to the adapter that is shipped, and calibrates it
python -m evals.verifier measure --data ../shared/data     every figure of the model card
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

from assistant import wiring
from evals import cutting
from evals.fitting import Plan, train
from evals.verifier.calibrating import calibration_error, temperature
from evals.verifier.measuring import every
from evals.verifier.pairs import Pair, altered_lines, from_lines, from_minutes, headed, minutes, mirrored
from evals.verifier.training import LONGEST, PAIRS, Encoded, losses
from vectorstore.pair_encoding import Weights, adapted, batch, body_weights, computed_in, read, tokenizer

WATCHED, RANK = 1200, 84


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.verifier", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("train", "cut", "measure"))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of the development data")
    parser.add_argument("--folder", type=Path, default=Path("build/verifier"), help="where checkpoints are kept")
    parser.add_argument("--passes", type=float, default=1.0, help="passes over the pairs")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="folders of other runs: their mean is cut")
    parser.add_argument("--rank", type=int, default=RANK, help="the rank of the adapter")
    parser.add_argument("--out", type=Path, default=wiring.ADAPTER, help="the adapter that is written, or measured")
    parser.add_argument("--only", choices=("rules", "trained", "both"), default="", help="measure one verifier alone")
    parser.add_argument("--limit", type=int, help="claims of each set that are measured")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.command == "train":
        _train(given)
    elif given.command == "cut":
        _cut(given)
    else:
        _measure(given)
    return 0


def _train(given: argparse.Namespace) -> None:
    lines = from_lines(given.data / "train_pairs" / "core_pairs.jsonl")
    pairs = [each for each in lines if each.part == "train"]
    pairs += altered_lines(lines, 0.5, seed=1)
    pairs += mirrored(lines, 0.5, seed=4)
    pairs = list(headed(pairs, 0.3, seed=3))
    pairs += from_minutes(minutes(given.data / "demo_fomc", held_back=False), 0.6, seed=2)
    encoded = encode(pairs)
    print(f"{len(pairs)} pairs, {sum(each.length for each in encoded)} word pieces", flush=True)
    watched = encode([each for each in lines if each.part == "calibrate"][:WATCHED])
    train(PAIRS, body_weights(), encoded, watched, Plan(folder=given.folder, passes=given.passes))


def _cut(given: argparse.Namespace) -> None:
    body = body_weights()
    runs = [load_file(folder / "weights.safetensors") for folder in (given.folder, *given.also)]
    adapter = cutting.cut(body, cutting.mean(runs), given.rank, LONGEST)
    lines = from_lines(given.data / "train_pairs" / "core_pairs.jsonl")
    held = [each for each in lines if each.part == "calibrate"]
    labels, encoded = [each.label for each in held], encode(held)
    logits = _logits({name: each.to(computed_in()) for name, each in adapted(body, adapter).items()}, encoded)
    warmth = temperature(logits, labels)
    loss = float(losses(logits / warmth, labels).mean())
    error = calibration_error((logits / warmth).softmax(1).numpy(), labels)
    print(f"loss {loss:.4f}, temperature {warmth:.2f}, calibration error {error:.3f}", flush=True)
    cutting.write(given.out, adapter, warmth, given.rank)
    print(f"{given.out}: {given.out.stat().st_size:,} bytes")


def _measure(given: argparse.Namespace) -> None:
    from vectorstore.pair_encoding import AdaptedReader  # noqa: PLC0415 (only here)

    for name, figures in every(given.data, AdaptedReader(given.out), given.only, given.limit):
        print(f"{name:32}" + "  ".join(f"{key} {value:.3f}" for key, value in figures.items()), flush=True)


def encode(pairs: Sequence[Pair]) -> list[Encoded]:
    """Pairs in word pieces."""
    pieces = tokenizer()
    claims = pieces.encode_batch_fast([each.claim for each in pairs], add_special_tokens=False)
    evidence = pieces.encode_batch_fast([each.evidence for each in pairs], add_special_tokens=False)
    both = zip(pairs, claims, evidence, strict=True)
    return [Encoded(claim=a.ids, evidence=b.ids, label=each.label) for each, a, b in both]


def _logits(weights: Weights, encoded: Sequence[Encoded]) -> torch.Tensor:
    order = sorted(range(len(encoded)), key=lambda n: encoded[n].length)
    found = torch.zeros((len(encoded), 3))
    with torch.inference_mode():
        for first in range(0, len(order), 32):
            part = order[first : first + 32]
            found[part] = read(weights, batch([(encoded[n].claim, encoded[n].evidence) for n in part]))
    return found


if __name__ == "__main__":
    sys.exit(main())
