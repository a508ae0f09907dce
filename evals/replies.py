"""Planted faults in replies of a chat model: how many the verifier finds with the right kind of doubt, and its false alarms.

    python -m evals.replies [--half build] [--misses]

Each reply is split as the program splits it, and each sentence judged against the passages of the sample library that hold
the words of its evidence. A fault counts as found where a right kind is raised; a sentence without one is a false alarm where
anything is raised about the writing. Passages are cut by words, as they were when the set was labelled; the model's own
measure cuts some Chinese ones shorter, which leaves a few sentences without their evidence. Misses are told for the build half only: the other half is for reporting.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.chain import Assistant
from assistant.checking import Deterministic, Judgement, Verifier
from assistant.citing import split
from assistant.evidence import Evidence
from assistant.writing import judged
from evals.case import Case, Sentence, Words, read_set
from ingest.document import Chunk, Document
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder, SentenceEmbedder
from vectorstore.retrieval import Passage
from vectorstore.store import Store

HERE = Path(__file__).parent
ABOUT_WRITING = frozenset({"unsupported", "misquoted", "overstated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A labelled sentence with what the verifier made of it; no judgement where the reply was split otherwise."""

    case: Case
    sentence: Sentence
    judgement: Judgement | None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of doubt about the writing that were raised."""
        return frozenset(fault.kind for fault in self.judgement.faults) & ABOUT_WRITING if self.judgement else frozenset()

    @property
    def right(self) -> bool:
        """Whether a fault was told as one of the right kinds, or nothing was told of a sentence without one."""
        if self.judgement is None:
            return False
        return bool(self.kinds & set(self.sentence.doubts)) if self.sentence.fault else not self.kinds


def main() -> None:
    """Prints recall by kind of fault, false alarms by language, and how long a sentence takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", default="replies")
    parser.add_argument("--half", choices=["build", "report"], default="build")
    parser.add_argument("--cut", choices=["words", "model"], default="words", help="what passages are measured in")
    parser.add_argument("--misses", action="store_true", help="tell each miss; build half only")
    given = parser.parse_args()
    cases = [case for case in read_set(HERE / "sets" / f"{given.set}.jsonl") if given.half in case.tags]
    cut_by = HashingEmbedder() if given.cut == "words" else SentenceEmbedder()
    with tempfile.TemporaryDirectory() as home, Store(Path(home), cut_by) as store:
        list(store.ingest(gather([str(HERE / "library" / "documents")])))
        checks = Deterministic(SentenceEmbedder(), Assistant(store).rarity)
        held = {document.source.rsplit("/", 1)[-1]: (document, chunks) for document, chunks in _held(store)}
        started = time.perf_counter()
        told = [each for case in cases for each in tell(case, held, checks)]
        spent = (time.perf_counter() - started) / (len(told) or 1)
    if given.misses and given.half == "build":
        for each in told:
            if not each.right:
                print(_miss(each))
    for line in figures(told):
        print(json.dumps(line, ensure_ascii=False))
    print(json.dumps({"sentences": len(told), "seconds_each": round(spent, 4)}))


def tell(case: Case, held: Mapping[str, tuple[Document, Sequence[Chunk]]], checks: Verifier) -> Iterator[Told]:
    """Each labelled sentence of a reply with its judgement."""
    if case.reply is None:
        return
    given = tuple(
        Evidence(key=f"s{number}", passage=passage, positions=(), doubts=())
        for number, passage in enumerate((_passage(words, held) for words in case.reply.evidence), start=1)
    )
    written = list(split(case.reply.text, len(given)))
    for sentence in case.expect.sentences:
        place = next((n for n, each in enumerate(written) if _flat(each.text) == _flat(sentence.words)), None)
        if place is None:
            yield Told(case=case, sentence=sentence, judgement=None)
        else:
            yield Told(case=case, sentence=sentence, judgement=judged(written.pop(place), given, checks, case.reply.question))


def figures(told: Sequence[Told]) -> Iterator[dict[str, object]]:
    """Recall for each kind of fault and all, false alarms for each language and all."""
    faulty, quiet = [each for each in told if each.sentence.fault], [each for each in told if not each.sentence.fault]
    for fault in (*sorted({each.sentence.fault for each in faulty}), "all"):
        own = [each for each in faulty if fault in {each.sentence.fault, "all"}]
        if own:
            yield {"fault": fault, "planted": len(own), "recall": round(sum(each.right for each in own) / len(own), 3)}
    for language in ("en", "zh", "all"):
        own = [each for each in quiet if language == "all" or language in each.case.tags]
        if own:
            raised = sum(len(each.kinds) for each in own)
            kinds = Counter(kind for each in own for kind in each.kinds)
            unchecked = sum(each.judgement is not None and each.judgement.verdict == "unchecked" for each in own)
            yield {
                "untouched": len(own),
                "language": language,
                "false_alarms_per_100": round(100 * raised / len(own), 1),
                "raised": dict(kinds),
                "unchecked": unchecked,
            }


def _held(store: Store) -> Iterator[tuple[Document, Sequence[Chunk]]]:
    for document, cut in store.library.chunks_of(store.library.ids()):
        yield document, [chunk for chunk, _ in cut]


def _passage(words: Words, held: Mapping[str, tuple[Document, Sequence[Chunk]]]) -> Passage:
    document, chunks = held[words.document]
    chunk = next(chunk for chunk in chunks if _flat(words.words) in _flat(document.quote(chunk.span)))
    return Passage(chunk=chunk, document=document, score=1.0, found_by="both")


def _miss(told: Told) -> str:
    judgement = told.judgement
    if judgement is None:
        return f"{told.case.id} NOT SPLIT SO: {told.sentence.words}"
    faults = "; ".join(f"{fault.kind}: {fault.reason}" for fault in judgement.faults) or "no fault"
    rests = " + ".join(each.document.read(each.statement)[:160] for each in judgement.support)
    return f"{told.case.id} [{told.sentence.fault or 'untouched'}] {told.sentence.words}\n    → {judgement.verdict}, {faults}\n    rests on: {rests}"


def _flat(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
