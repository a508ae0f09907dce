"""The reader of doubts, made and measured.

python -m evals.doubt_reader train   --data ../shared/data     trains the body; the same command goes on from its checkpoint
python -m evals.doubt_reader cut                               cuts it down to the adapter that is shipped
python -m evals.doubt_reader weigh                             how rules and reader are weighed: what reading.toml holds
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from assistant import wiring
from evals import cutting
from evals.doubt_reader.examples import Example, flat, from_minutes, from_sample_library, from_set, from_written
from evals.doubt_reader.learning import MARKS
from evals.doubt_reader.weighing import weighed
from evals.doubts import SET, Label
from evals.fitting import Plan, train
from evals.labelled import DATA, half, rows
from vectorstore.pair_encoding import body_weights
from vectorstore.token_marking import LONGEST, Marker

WRITTEN = Path(__file__).parent / "written"
KNOWN = Path(__file__).parent / "known" / "examples.jsonl"
SETS = SET.parent
BUILT_ON = ("doubts_wide.jsonl", "doubts_unseen.jsonl")
RATE, RANK, UNSCALED = 1.5e-4, 32, 1.0
REPEATED = 2  # how often a pass reads what guards the rules: the half to build on, the sample library, the examples of the tests


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.doubt_reader",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("train", "cut", "weigh"))
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the development data")
    parser.add_argument("--folder", type=Path, default=Path("build/doubt_reader"), help="where checkpoints are kept")
    parser.add_argument("--passes", type=float, default=5.0, help="passes over the statements")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest rate of learning")
    parser.add_argument(
        "--start", type=Path, help="a run's folder or an adapter to go on from with all that there is to learn"
    )
    parser.add_argument("--rank", type=int, default=RANK, help="the rank of the adapter")
    parser.add_argument(
        "--out", type=Path, default=wiring.DOUBTS_ADAPTER, help="the adapter that is written or weighed"
    )
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.command == "train":
        _train(given)
    elif given.command == "cut":
        trained = load_file(given.folder / "weights.safetensors")
        cutting.write(given.out, cutting.cut(body_weights(), trained, given.rank, LONGEST), UNSCALED, given.rank)
        print(f"{given.out}: {given.out.stat().st_size:,} bytes")
    else:
        print(weighed(Marker(given.out), [each for each in _written() if each.held]))
    return 0


def _train(given: argparse.Namespace) -> None:
    labelled = frozenset(flat(each.words) for each in rows(SET, Label))
    written = _written()
    learned = [each for name in BUILT_ON for each in from_set(SETS / name, given.data)]
    learned += _half_to_build_on(given.data) * REPEATED
    learned += from_minutes(given.data, labelled)
    learned += [*from_sample_library(labelled), *from_written(KNOWN)] * REPEATED
    learned += [each for each in written if not each.held]
    held = [each for each in written if each.held]
    print(f"{len(learned)} statements, {len(held)} held back", flush=True)
    plan = Plan(folder=given.folder, passes=given.passes, rate=given.rate)
    train(MARKS, cutting.begun(given.start, MARKS.head(plan.seed)), learned, held, plan)


def _written() -> list[Example]:
    return [each for file in sorted(WRITTEN.glob("*.jsonl")) for each in from_written(file)]


def _half_to_build_on(data: Path) -> list[Example]:
    """The labelled statements of the first set that rules were made on."""
    return from_set(SET, data, lambda label: half(label.id) == "build")


if __name__ == "__main__":
    sys.exit(main())
