"""Whether an answer quotes both sides where sources disagree, and says so: python -m evals.both_sides [ASKED] [--show] [--json].

Questions to small libraries, each about a planted disagreement or about a pair that only looks like one (`evals/sets/libraries`).
They were written by language models that saw the documents and the pair, and nothing of the program.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import wiring
from assistant.answer import Answer
from assistant.disagreements import Disagreements
from assistant.settings import Settings
from evals.disagreements import Side, library, sides, touched
from evals.remembering import Remembering
from vectorstore.embedding import Embedder

LIBRARIES = Path(__file__).parent / "sets" / "libraries"
SETS = sorted([*LIBRARIES.glob("fitted/*.jsonl"), *LIBRARIES.glob("report/*.jsonl")])
ASKED = LIBRARIES / "asked" / "ordinary.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an answer made of a question: `planted` where it is about a disagreement; `invented` are disputes that nobody planted."""

    pair: str
    language: str
    question: str
    planted: bool
    claims: int
    quoted: bool
    disputed: bool
    invented: tuple[str, ...]


def main(arguments: list[str] | None = None) -> int:
    """Asks, measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m evals.both_sides", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("asked", nargs="?", type=Path, default=ASKED, help="the questions, a JSON line each")
    parser.add_argument(
        "--show", action="store_true", help="tell each question whose two sides are not quoted, and what is invented"
    )
    parser.add_argument(
        "--compared", action="store_true", help="compare the documents first, as a server does in the background"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    told = list(measure(given.asked, SETS, Remembering(), compared=given.compared))
    summed = {tongue: figures([each for each in told if each.language == tongue]) for tongue in ("en", "zh")}
    if given.json:
        print(json.dumps(summed, ensure_ascii=False))
        return 0
    for tongue, counted in summed.items():
        print(
            f"{tongue}: of {counted['planted']} disagreements asked about, both sides quoted of {counted['quoted']}, told as disputed "
            f"{counted['disputed']}; {counted['invented']} disputes invented in {counted['asked']} answers of {counted['claims']} claims"
        )
    for each in told if given.show else ():
        if each.planted and not (each.quoted and each.disputed):
            print(f"{'one side' if not each.quoted else 'not told'} {each.pair}  {each.question}")
        for words in each.invented:
            print(f"invented {each.pair}  {each.question}\n  {words}")
    return 0


def measure(asked: Path, sets: Sequence[Path], embedder: Embedder, *, compared: bool = False) -> Iterator[Told]:
    """What becomes of each question, library by library; `compared`: whose documents have been compared before."""
    questions: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in map(json.loads, asked.read_text(encoding="utf-8").splitlines()):
        questions[line["pair"].partition("|")[0]].append((line["pair"], line["question"]))
    settings = Settings()
    for line in (each for path in sets for each in map(json.loads, path.read_text(encoding="utf-8").splitlines())):
        if wanted := questions.get(line["id"]):
            with library(line, embedder) as (store, held):
                store.follow()
                if compared:
                    Disagreements(store, wiring.opposing(embedder, settings)).examine()
                assistant = wiring.assistant(store, settings)
                planted = [sides(line["id"], held, pair) for pair in line["disagree"]]
                for pair, question in wanted:
                    _, kind, number = pair.split("|")
                    both = sides(line["id"], held, line["disagree" if kind == "d" else "quiet"][int(number)])
                    yield _told(pair, question, line, both, planted, assistant.answer(question))


def _told(
    pair: str,
    question: str,
    line: Mapping[str, Any],
    both: tuple[Side, Side],
    planted: Sequence[tuple[Side, Side]],
    answer: Answer,
) -> Told:
    quoted = [(each.document_id, each.span) for claim in answer.claims for each in claim.citations]
    disputed = [
        ((own.document_id, own.span), (other.document_id, other.span), doubt.reason)
        for claim in answer.claims
        for doubt in claim.doubts
        if doubt.kind == "disputed"
        for own in claim.citations
        for other in doubt.evidence
        if (other.document_id, other.span) != (own.document_id, own.span)
    ]
    right = {reason for own, other, reason in disputed if any(touched((own, other), each) for each in planted)}
    return Told(
        pair=pair,
        language=line["language"],
        question=question,
        planted="|d|" in pair,
        claims=len(answer.claims),
        quoted=any(touched((one, other), both) for one in quoted for other in quoted if one[0] != other[0]),
        disputed=any(touched((own, other), both) for own, other, _ in disputed),
        invented=tuple(dict.fromkeys(reason for _, _, reason in disputed if reason not in right)),
    )


def figures(told: Sequence[Told]) -> dict[str, int]:
    """Of planted ones how many were quoted from both sides and told as disputed; how many disputes were invented, each once a library."""
    counted = Counter[str]()
    for each in told:
        counted["planted"] += each.planted
        counted["quoted"] += each.planted and each.quoted
        counted["disputed"] += each.planted and each.disputed
        counted["asked"] += 1
        counted["claims"] += each.claims
    invented = {(each.pair.partition("|")[0], words) for each in told for words in each.invented}
    return {name: counted[name] for name in ("planted", "quoted", "disputed", "asked", "claims")} | {
        "invented": len(invented)
    }


if __name__ == "__main__":
    raise SystemExit(main())
