"""The readers of doubts, made and measured: the adapted body, which reads English, and the small networks (`--language zh` for Chinese).

python -m evals.doubt_reader train   --data ../shared/data     trains the adapted body; the same command goes on from its checkpoint
python -m evals.doubt_reader train   --network                 trains a small network instead; Chinese has no other reader
python -m evals.doubt_reader cut                               writes what is shipped
python -m evals.doubt_reader weigh                             how rules and reader are weighed: what reading.toml holds
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from assistant import wiring
from assistant.doubts.reading import LANGUAGES, Known
from evals import cutting
from evals.doubt_reader.examples import Example, flat, from_minutes, from_sample_library, from_set, from_written
from evals.doubt_reader.learning import MARKS, by_a_network
from evals.doubt_reader.weighing import weighed
from evals.doubts import SET, Label
from evals.fitting import SEED, Plan, train
from evals.labelled import DATA, half, rows
from vectorstore.network_marking import NetworkMarker, vocabulary
from vectorstore.pair_encoding import body_weights
from vectorstore.token_marking import LONGEST, Marker

WRITTEN = Path(__file__).parent / "written"
KNOWN = Path(__file__).parent / "known"
ORDINARY = Path(__file__).parent / "ordinary"
SETS = SET.parent
BUILT_ON = ("doubts_wide.jsonl", "doubts_unseen.jsonl")
RATE, RANK, UNSCALED = 1.5e-4, 32, 1.0
NETWORK_RATE, NETWORK_PASSES, NETWORK_DECAY = 2e-3, 6.0, 0.05
NETWORK_DROP: dict[Known, float] = {"en": 0.2, "zh": 0.25}
REPEATED: dict[Known, int] = {"en": 2, "zh": 4}
"""How often a pass reads what guards the rules: the half to build on, the sample library, the tests' examples."""


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.doubt_reader",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("train", "cut", "weigh"))
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--network", action="store_true", help="a small network, in place of the adapted body")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the development data")
    parser.add_argument("--folder", type=Path, default=Path("build/doubt_reader"), help="where checkpoints are kept")
    parser.add_argument("--passes", type=float, help="passes over the statements")
    parser.add_argument("--rate", type=float, help="the highest rate of learning")
    parser.add_argument(
        "--start", type=Path, help="a run's folder or an adapter to go on from with all that there is to learn"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="what the run's draws begin with")
    parser.add_argument(
        "--also", type=Path, nargs="*", default=[], help="folders of other runs: their mean is cut, of networks all are"
    )
    parser.add_argument("--rank", type=int, default=RANK, help="the rank of the adapter")
    parser.add_argument("--out", type=Path, help="what is written, or weighed in place of what is shipped")
    given = parser.parse_args()
    torch.set_num_threads(1)
    spoken: Known = given.language
    network = given.network or spoken == "zh"
    out: Path = given.out or (wiring.DOUBTS_NETWORKS[spoken] if network else wiring.DOUBTS_ADAPTER)
    if given.command == "train":
        _train(given, spoken, network=network)
    elif given.command == "cut":
        _cut(given, out, network=network)
        print(f"{out}: {out.stat().st_size:,} bytes")
    else:
        held = [each for each in _examples(WRITTEN) if each.held and each.spoken == spoken]
        held += [each for each in _examples(ORDINARY) if each.spoken == spoken]
        told = [
            NetworkMarker(out if network else wiring.DOUBTS_NETWORKS[spoken]).marked([each.signed for each in held])
        ]
        if spoken == "en":
            body = Marker(wiring.DOUBTS_ADAPTER if network else out)
            told.insert(0, body.marked([(each.pieces.own, each.pieces.around) for each in held]))
        print(weighed(spoken, [[each.statement for each in model] for model in told], held))
    return 0


def _cut(given: argparse.Namespace, out: Path, *, network: bool) -> None:
    folders = (given.folder, *given.also)
    if network:
        cutting.networks(folders, out)
    else:
        runs = [load_file(folder / "weights.safetensors") for folder in folders]
        cutting.write(out, cutting.cut(body_weights(), cutting.mean(runs), given.rank, LONGEST), UNSCALED, given.rank)


def _train(given: argparse.Namespace, spoken: Known, *, network: bool) -> None:
    labelled = frozenset(flat(each.words) for each in rows(SET, Label))
    written = _examples(WRITTEN)
    learned = [each for name in BUILT_ON for each in from_set(SETS / name, given.data)]
    learned += _half_to_build_on(given.data) * REPEATED[spoken]
    learned += from_minutes(given.data, labelled) if spoken == "en" else []
    learned += [*from_sample_library(labelled), *_examples(KNOWN)] * REPEATED[spoken]
    learned += [each for each in written if not each.held]
    learned = [each for each in learned if each.spoken == spoken]
    held = [each for each in written if each.held and each.spoken == spoken]
    print(f"{len(learned)} statements, {len(held)} held back", flush=True)
    if network:
        _train_a_network(given, spoken, learned, held)
        return
    plan = Plan(folder=given.folder, passes=given.passes or 5.0, rate=given.rate or RATE, seed=given.seed)
    train(MARKS, cutting.begun(given.start, MARKS.head(plan.seed)), learned, held, plan)


def _train_a_network(given: argparse.Namespace, spoken: Known, learned: list[Example], held: list[Example]) -> None:
    """Trains from nothing; a vocabulary of characters is kept beside the weights."""
    known = vocabulary([each.signed.symbols for each in learned]) if spoken == "zh" else None
    given.folder.mkdir(parents=True, exist_ok=True)
    if known is not None:
        (given.folder / cutting.CHARACTERS).write_text(known, encoding="utf-8")
    plan = Plan(
        folder=given.folder,
        passes=given.passes or NETWORK_PASSES,
        rate=given.rate or NETWORK_RATE,
        head_rate=given.rate or NETWORK_RATE,
        drop=NETWORK_DROP[spoken],
        decay=NETWORK_DECAY,
        seed=given.seed,
    )
    train(by_a_network(known), {}, learned, held, plan)


def _examples(folder: Path) -> list[Example]:
    return [each for file in sorted(folder.glob("*.jsonl")) for each in from_written(file)]


def _half_to_build_on(data: Path) -> list[Example]:
    """The labelled statements of the first set that rules were made on."""
    return from_set(SET, data, lambda label: half(label.id) == "build")


if __name__ == "__main__":
    sys.exit(main())
