"""The trained verifier, made and measured.

python -m evals.verifier train   --data ../shared/data     trains the body; the same command goes on from its checkpoint
python -m evals.verifier go-on   --begin build/verifier    goes on from a run, or the adapter as shipped, with sentences of drafts
python -m evals.verifier cut     --data ../shared/data     cuts it down to the adapter that is shipped, and calibrates it
python -m evals.verifier measure --data ../shared/data     every figure of the model card
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

from assistant import wiring
from evals import cutting
from evals.both_sides import LIBRARIES
from evals.fitting import Plan, train
from evals.verifier.calibrating import calibration_error, temperature
from evals.verifier.drafted import from_drafts
from evals.verifier.measuring import every
from evals.verifier.pairs import Pair, altered_lines, from_lines, from_minutes, headed, minutes, mirrored
from evals.verifier.training import LONGEST, PAIRS, Encoded, losses
from vectorstore.pair_encoding import Weights, adapted, batch, body_weights, computed_in, fresh_head, read, tokenizer

WATCHED, RANK = 1200, 84
SENTENCES, KEPT = LIBRARIES / "checked" / "trained.jsonl", 5000


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.verifier", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("train", "go-on", "cut", "measure"))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of the development data")
    parser.add_argument("--folder", type=Path, default=Path("build/verifier"), help="where checkpoints are kept")
    parser.add_argument(
        "--begin", type=Path, default=wiring.ADAPTER, help="what is gone on from: a run's folder, or an adapter"
    )
    parser.add_argument("--sentences", type=Path, default=SENTENCES, help="the sentences of drafts")
    parser.add_argument("--kept", type=int, default=KEPT, help="pairs of the first training among them")
    parser.add_argument("--passes", type=float, default=1.0, help="passes over the pairs")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="folders of other runs: their mean is cut")
    parser.add_argument("--upon", type=Path, help="the adapter that the one cut lies on")
    parser.add_argument("--rank", type=int, default=RANK, help="the rank of the adapter")
    parser.add_argument("--out", type=Path, default=wiring.ADAPTER, help="the adapter that is written, or measured")
    parser.add_argument("--only", choices=("rules", "trained", "both"), default="", help="measure one verifier alone")
    parser.add_argument("--limit", type=int, help="claims of each set that are measured")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.command == "train":
        _train(given)
    elif given.command == "go-on":
        _go_on(given)
    elif given.command == "cut":
        _cut(given)
    else:
        _measure(given)
    return 0


def _train(given: argparse.Namespace) -> None:
    lines, pairs = _first(given.data)
    encoded = encode(pairs)
    print(f"{len(pairs)} pairs, {sum(each.length for each in encoded)} word pieces", flush=True)
    watched = encode([each for each in lines if each.part == "calibrate"][:WATCHED])
    train(PAIRS, body_weights(), encoded, watched, Plan(folder=given.folder, passes=given.passes))


def _go_on(given: argparse.Namespace) -> None:
    """Sentences of drafts, with some of the pairs that were trained on before, so that those are not forgotten."""
    lines, pairs = _first(given.data)
    drafted = list(from_drafts(given.sentences))
    kept = random.Random(KEPT).sample(pairs, given.kept)  # noqa: S311 (drawing pairs, no secret)
    encoded = encode([*drafted, *kept])
    print(
        f"{len(drafted)} pairs of drafts, {len(encoded)} in all, {sum(each.length for each in encoded)} word pieces",
        flush=True,
    )
    watched = encode([each for each in lines if each.part == "calibrate"][:WATCHED])
    begun = cutting.begun(given.begin, fresh_head(0))
    train(PAIRS, begun, encoded, watched, Plan(folder=given.folder, passes=given.passes, rate=5e-5, head_rate=1e-4))


def _first(data: Path) -> tuple[list[Pair], list[Pair]]:
    """The lines of `train_pairs`, and all pairs of the first training."""
    lines = from_lines(data / "train_pairs" / "core_pairs.jsonl")
    pairs = [each for each in lines if each.part == "train"]
    pairs += altered_lines(lines, 0.5, seed=1)
    pairs += mirrored(lines, 0.5, seed=4)
    pairs = list(headed(pairs, 0.3, seed=3))
    return lines, pairs + list(from_minutes(minutes(data / "demo_fomc", held_back=False), 0.6, seed=2))


def _cut(given: argparse.Namespace) -> None:
    body = dict(body_weights()) if given.upon is None else cutting.begun(given.upon, {})
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
