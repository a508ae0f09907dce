"""The reader of answers, made and measured.

python -m evals.answer_reader train --start RUN  --data ../shared/data     trains the body from a run of evals.verifier; goes on from its checkpoint
python -m evals.answer_reader cut                                          cuts it down to the adapter that is shipped
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from assistant import wiring
from assistant.answering.reading import LONGEST
from evals import cutting
from evals.answer_reader.examples import Example, from_asked_lines, from_written, shares
from evals.answer_reader.held import WRITTEN
from evals.answer_reader.learning import ANSWERS
from evals.fitting import Plan, train
from evals.labelled import DATA
from vectorstore.pair_encoding import Weights, body_weights

RATE, RANK, UNSCALED = 1.2e-4, 48, 1.0


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.answer_reader",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("train", "cut"))
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the development data")
    parser.add_argument("--folder", type=Path, default=Path("build/answer_reader"), help="where checkpoints are kept")
    parser.add_argument("--start", type=Path, help="the folder of a run of evals.verifier; without it, the bare body")
    parser.add_argument("--passes", type=float, default=2.0, help="passes over the questions")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest rate of learning")
    parser.add_argument("--rank", type=int, default=RANK, help="the rank of the adapter")
    parser.add_argument("--out", type=Path, default=wiring.ANSWERS_ADAPTER, help="the adapter that is written")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.command == "train":
        learned, held = examples(given.data)
        print(f"learned: {shares(learned)}; held back: {shares(held)}", flush=True)
        plan = Plan(folder=given.folder, passes=given.passes, rate=given.rate)
        train(ANSWERS, _start(given.start), learned, held, plan)
    else:
        trained = load_file(given.folder / "weights.safetensors")
        cutting.write(given.out, cutting.cut(body_weights(), trained, given.rank, LONGEST), UNSCALED, given.rank)
        print(f"{given.out}: {given.out.stat().st_size:,} bytes")
    return 0


def examples(data: Path) -> tuple[list[Example], list[Example]]:
    """What is learned from, and what is held back."""
    lines = data / "train_pairs" / "core_pairs.jsonl"
    written = [each for file in sorted(WRITTEN.glob("*.jsonl")) for each in from_written(file, lines)]
    learned = [each for each in written if not each.held] + from_asked_lines(lines)
    return learned, [each for each in written if each.held]


def _start(run: Path | None) -> Weights:
    """A body to begin with: one that has learned to read claims beside evidence comes farther on few questions."""
    if run is None:
        return body_weights()
    found = load_file(run / "weights.safetensors")
    return {name: weight for name, weight in found.items() if not name.startswith("head.")}


if __name__ == "__main__":
    sys.exit(main())
