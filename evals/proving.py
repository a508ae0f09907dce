"""Quoted answers are supported by what they cite: each claim of each answer of a set is put to the verifier.

    python -m evals.proving sample
    python -m evals.proving fomc --data ../shared/data/demo_fomc

A quoted claim is its source word for word, so whatever the verifier says but `supported` is its false alarm. Prints one JSON line
for each claim that it does not support, with its reasons, and the counts at the end.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant import wiring
from assistant.answer import Answer, Claim
from assistant.checking.verifier import Judgement, Verifier
from assistant.settings import Settings
from evals.formats import open_set
from ingest.errors import BadInput
from vectorstore.retrieval import Passage
from vectorstore.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A quoted claim with the question it answers, and what the verifier says of it."""

    question: str
    claim: Claim
    judgement: Judgement


def main() -> None:
    """Answers every question of a set and puts every claim to the verifier."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", help="a set that asks questions of a library")
    parser.add_argument("--data", type=Path, help="where its documents lie")
    parser.add_argument(
        "--home", type=Path, default=Path("eval-runs/libraries/proving"), help="where the library is kept"
    )
    given = parser.parse_args()
    chosen = open_set(given.set, given.data)
    if chosen.sources is None:
        raise BadInput(f"{given.set} has no library.", "Say with --data where its documents lie.")
    questions = [case.question for case in chosen.cases if case.question is not None and not case.history]
    settings = Settings(home=given.home / given.set)
    counts: Counter[str] = Counter()
    with wiring.open_store(settings) as store:
        list(store.ingest(chosen.sources))
        for each in proved(store, settings, questions):
            counts[each.judgement.verdict] += 1
            if each.judgement.verdict != "supported":
                told = [f"{fault.kind}: {fault.reason}" for fault in each.judgement.faults]
                _tell(question=each.question, claim=each.claim.text, verdict=each.judgement.verdict, faults=told)
    _tell(set=given.set, questions=len(questions), claims=counts.total(), **counts)


def proved(store: Store, settings: Settings, questions: list[str]) -> Iterator[Put]:
    """What the verifier says of each claim of the quoted answers to some questions, by the passage that it stands in."""
    assistant = wiring.assistant(store, settings.model_copy(update={"model": "", "model_url": ""}))
    verifier = wiring.verifier(store.embedder, assistant.rarity)
    for question in questions:
        answer = assistant.answer(question)
        for claim in answer.claims:
            yield Put(question=question, claim=claim, judgement=_put(claim, answer, verifier))


def _put(claim: Claim, answer: Answer, verifier: Verifier) -> Judgement:
    cited = [each for each in answer.passages if _holds(each, claim)]
    return verifier.verify(claim.text, cited, [each for each in answer.passages if each not in cited], answer.question)


def _holds(passage: Passage, claim: Claim) -> bool:
    """Whether a passage holds what a claim cites last, its own words after its lead-in."""
    last = claim.citations[-1]
    return passage.document.id == last.document_id and passage.chunk.span.holds(last.span)


def _tell(**told: object) -> None:
    print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
