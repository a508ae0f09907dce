"""The small networks that read a draft's Chinese sentence beside the statements of a library.

python -m evals.verifier.chinese train --start RUN --folder ONE    goes on from a network that reads questions (`evals.answer_reader --language zh`)
python -m evals.verifier.chinese cut --folder ONE --also TWO       writes what is shipped
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file

from assistant import wiring
from assistant.answering.seen import Pieces
from assistant.checking.chinese import as_read
from evals import cutting
from evals.answer_reader.examples import Example, shares
from evals.answer_reader.learning import by_a_network
from evals.both_sides import LIBRARIES
from evals.fitting import Plan, train
from evals.verifier.drafted import from_drafts
from evals.verifier.pairs import SUPPORTS
from vectorstore.chinese_pairs import about

TRAINED = LIBRARIES / "checked" / "trained.jsonl"
HELD = 8  # of so many libraries one is held back
PASSES, RATE, DROP, DECAY = 4.0, 1e-3, 0.25, 0.05


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.verifier.chinese",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("train", "cut"))
    parser.add_argument("--start", type=Path, help="the folder of the run to go on from")
    parser.add_argument("--folder", type=Path, default=Path("build/chinese_drafts"), help="where checkpoints are kept")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="folders of other networks, shipped beside it")
    parser.add_argument("--passes", type=float, default=PASSES, help="passes over the pairs")
    parser.add_argument("--out", type=Path, default=wiring.DRAFTS_NETWORKS, help="what is written")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.command == "cut":
        cutting.networks((given.folder, *given.also), given.out)
        print(f"{given.out}: {given.out.stat().st_size:,} bytes")
        return 0
    if given.start is None:
        parser.error("--start says which network goes on")
    read = list(examples(TRAINED))
    learned, held = ([each for each in read if each.held is kind] for kind in (False, True))
    print(f"learned: {shares(learned)}; held back: {shares(held)}", flush=True)
    known = (given.start / cutting.CHARACTERS).read_text(encoding="utf-8")
    given.folder.mkdir(parents=True, exist_ok=True)
    (given.folder / cutting.CHARACTERS).write_text(known, encoding="utf-8")
    plan = Plan(
        folder=given.folder, passes=given.passes, rate=RATE, head_rate=RATE, drop=DROP, decay=DECAY, keep_every=100
    )
    train(by_a_network(known), load_file(given.start / "weights.safetensors"), learned, held, plan)
    return 0


def examples(sentences: Path) -> Iterator[Example]:
    """The Chinese sentences of a set with what the program would read them beside; a claim is the question, one that is supported is answered."""
    lines = sentences.read_text(encoding="utf-8").splitlines()
    libraries = {line["text"]: line["library"] for line in map(json.loads, lines)}
    for pair in from_drafts(sentences, "zh"):
        claim, evidence = as_read(pair.claim, pair.evidence)
        yield Example(
            name=libraries[pair.claim],
            pieces=Pieces(claim, evidence, (None,) * len(evidence)),
            held=int(hashlib.sha256(libraries[pair.claim].encode()).hexdigest()[:8], 16) % HELD == 0,
            answers=pair.label == SUPPORTS,
            near=pair.label != SUPPORTS,
            told=about(claim, evidence),
        )


if __name__ == "__main__":
    sys.exit(main())
