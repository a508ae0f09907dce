"""The readers of answers, made: the adapted body, which reads English, and the small networks, which read Chinese.

python -m evals.answer_reader train --start RUN  --data ../shared/data     trains the body from another run or an adapter; goes on from its checkpoint
python -m evals.answer_reader train --language zh --folder ONE             trains a small network from nothing
python -m evals.answer_reader cut                                          writes what is shipped
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from assistant import wiring
from assistant.answering.seen import LONGEST
from evals import cutting
from evals.answer_reader.examples import Example, from_asked_lines, from_chinese, from_written, shares
from evals.answer_reader.held import WRITTEN
from evals.answer_reader.learning import ANSWERS, by_a_network
from evals.fitting import Plan, train
from evals.labelled import DATA
from vectorstore.network_marking import vocabulary
from vectorstore.pair_encoding import body_weights

RATE, RANK, UNSCALED, SEED = 1.2e-4, 48, 1.0, 7
NETWORK_PASSES, NETWORK_RATE, NETWORK_DROP, NETWORK_DECAY = 4.0, 2e-3, 0.25, 0.05


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.answer_reader",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("train", "cut"))
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the development data")
    parser.add_argument("--folder", type=Path, default=Path("build/answer_reader"), help="where checkpoints are kept")
    parser.add_argument("--start", type=Path, help="a run's folder or an adapter; without it, the bare body")
    parser.add_argument("--passes", type=float, help="passes over the questions")
    parser.add_argument("--lone", type=float, default=1.0, help="the share of questions to texts on no common topic")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest rate of learning")
    parser.add_argument("--seed", type=int, default=SEED, help="what a network's draws begin with")
    parser.add_argument(
        "--also", type=Path, nargs="*", default=[], help="folders of other networks that are shipped beside it"
    )
    parser.add_argument("--rank", type=int, default=RANK, help="the rank of the adapter")
    parser.add_argument("--out", type=Path, help="what is written")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.language == "zh":
        _network(given)
    elif given.command == "train":
        learned, held = examples(given.data, given.lone)
        print(f"learned: {shares(learned)}; held back: {shares(held)}", flush=True)
        plan = Plan(folder=given.folder, passes=given.passes or 2.0, rate=given.rate)
        train(ANSWERS, cutting.begun(given.start, ANSWERS.head(plan.seed)), learned, held, plan)
    else:
        trained, out = load_file(given.folder / "weights.safetensors"), given.out or wiring.ANSWERS_ADAPTER
        cutting.write(out, cutting.cut(body_weights(), trained, given.rank, LONGEST), UNSCALED, given.rank)
        print(f"{out}: {out.stat().st_size:,} bytes")
    return 0


def _network(given: argparse.Namespace) -> None:
    """Trains a small network, its vocabulary kept beside its weights, or writes those that were trained."""
    if given.command == "cut":
        out = given.out or wiring.ANSWERS_NETWORKS
        cutting.networks((given.folder, *given.also), out)
        print(f"{out}: {out.stat().st_size:,} bytes")
        return
    written = [each for file in sorted((WRITTEN / "chinese").glob("*.jsonl")) for each in from_chinese(file)]
    learned, held = ([each for each in written if each.held is kind] for kind in (False, True))
    print(f"learned: {shares(learned)}; held back: {shares(held)}", flush=True)
    known = vocabulary([[*each.pieces.question, *each.pieces.passage] for each in learned])
    given.folder.mkdir(parents=True, exist_ok=True)
    (given.folder / cutting.CHARACTERS).write_text(known, encoding="utf-8")
    plan = Plan(
        folder=given.folder,
        passes=given.passes or NETWORK_PASSES,
        rate=NETWORK_RATE,
        head_rate=NETWORK_RATE,
        drop=NETWORK_DROP,
        decay=NETWORK_DECAY,
        seed=given.seed,
    )
    train(by_a_network(known), {}, learned, held, plan)


def examples(data: Path, lone: float = 1.0) -> tuple[list[Example], list[Example]]:
    """What is learned from, and what is held back; of the questions to texts that stand alone a share is learned from."""
    lines = data / "train_pairs" / "core_pairs.jsonl"
    written = [each for file in sorted(WRITTEN.glob("*.jsonl")) for each in from_written(file, lines)]
    learned = [each for each in written if not each.held] + from_asked_lines(lines)
    alone, beside = ([each for each in learned if each.alone is kind] for kind in (True, False))
    drawn = random.Random(SEED).sample(alone, int(len(alone) * lone))  # noqa: S311 (a choice, no secret)
    return beside + drawn, [each for each in written if each.held]


if __name__ == "__main__":
    sys.exit(main())
