"""A draft with planted faults, checked against the minutes: what is found, what is flagged wrongly, and how long it takes.

    python -m evals.drafts [--data ../shared/data/demo_fomc] [--draft evals/drafts_planted/minutes.jsonl] [--rounds 3]

A draft is JSON lines, one for each sentence: {text, expect: supported | fault | idle, fault}; an empty text parts paragraphs.
Sentences whose `fault` is `unsure` are checked and counted neither way. Prints one JSON line for each figure and each sentence
that was judged wrongly; seconds are wall time and CPU time of the whole process, indexes open and the
model loaded; the first round is told apart, since later ones find what was read in memory.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from assistant import wiring
from assistant.answer import Claim
from assistant.drafts import Checked, Checker, Left, draft_of
from assistant.settings import Settings
from ingest.document import Document
from ingest.sources import gather

PLANTED = Path(__file__).parent / "drafts_planted" / "minutes.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A sentence of a draft with what it is: `supported`, a `fault` of some kind, or `idle`."""

    text: str
    expect: str = ""
    fault: str = ""


def main() -> None:
    """Fills a library with the minutes and checks the draft against it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/demo_fomc"), help="the folder of documents")
    parser.add_argument("--draft", type=Path, default=PLANTED, help="the draft, as JSON lines")
    parser.add_argument(
        "--home", type=Path, default=Path("eval-runs/libraries/drafts"), help="where the library is kept"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often the draft is checked")
    given = parser.parse_args()
    planted = read(given.draft)
    draft = written(planted)
    settings = Settings(home=given.home)
    with wiring.open_store(settings) as store:
        for outcome in store.ingest(gather([str(given.data)])):
            print(f"{outcome.status}: {outcome.title}", file=sys.stderr)
        checker = wiring.checker(settings, store)
        store.retriever.search("warm")
        rounds = [_round(checker, draft) for _ in range(given.rounds)]
    checked = rounds[-1][0]
    _tell(words=len(draft.text.split()), claims=sum(isinstance(each, Claim) for each in checked))
    _tell(first_wall_seconds=rounds[0][1], first_cpu_seconds=rounds[0][2])
    _tell(
        wall_seconds=median(wall for _, wall, _ in rounds),
        cpu_seconds=median(cpu for _, _, cpu in rounds),
        load=os.getloadavg()[0],
        rounds=given.rounds,
    )
    figures(planted, checked)


def read(path: Path) -> tuple[Planted, ...]:
    """The sentences of a draft."""
    return tuple(Planted(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def written(planted: Sequence[Planted]) -> Document:
    """The draft as a text."""
    paragraphs: list[list[str]] = [[]]
    for each in planted:
        if each.text:
            paragraphs[-1].append(each.text)
        else:
            paragraphs.append([])
    return draft_of("\n\n".join(" ".join(each) for each in paragraphs if each))


def figures(planted: Sequence[Planted], checked: Sequence[Checked]) -> None:
    """Shares of faults that are not supported, of sound sentences that are, of idle ones left in peace; and what is wrong."""
    counts = {"fault": [0, 0], "supported": [0, 0], "idle": [0, 0]}
    for each in planted:
        if not each.text or each.fault == "unsure":
            continue
        exact = [own for own in checked if own.text == each.text]
        found = exact or [own for own in checked if own.text in each.text or each.text in own.text]
        right = bool(found) and all(_right(each, own) for own in found)
        counts[each.expect][0] += right
        counts[each.expect][1] += 1
        if not right:
            _tell(wrong=each.text, expect=each.expect, fault=each.fault, told=[_told(own) for own in found])
    for name, (right_ones, all_of_them) in counts.items():
        _tell(figure=name, right=right_ones, of=all_of_them)


def _right(planted: Planted, checked: Checked) -> bool:
    if isinstance(checked, Left):
        return planted.expect == "idle"
    return planted.expect != "idle" and (checked.verdict == "supported") == (planted.expect == "supported")


def _told(checked: Checked) -> str:
    if isinstance(checked, Left):
        return checked.why
    return f"{checked.verdict}: " + " ".join(f"{doubt.kind}: {doubt.reason}" for doubt in checked.doubts)


def _round(checker: Checker, draft: Document) -> tuple[list[Checked], float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    checked = list(checker.check(draft))
    return checked, time.perf_counter() - wall, time.process_time() - cpu


def _tell(**told: object) -> None:
    print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
