"""Questions with passages as the reader of answers learns them: word pieces, whether the passage answers, and which pieces do."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from assistant.answering.seen import Pieces, characters, pieces
from assistant.followup import bracketed
from evals.labelled import Text, documents, place
from evals.verifier.pairs import from_lines
from ingest.document import Chunk, Document, Span
from vectorstore.chinese_pairs import Told, about

HELD = 8  # of so many documents one is held back
Cut = Callable[[str, Document, Chunk], Pieces]
LONGEST, SHORTEST = 900, 250  # characters of a passage that is drawn from a document
DENSER = 0.4  # how long a Chinese one is beside it
DRAWN = 3  # times that a Chinese question is put, each time to another stretch of the text
ELSEWHERE = 0.4  # questions that are put to another document too, which does not answer them
BESIDE, FAR = 0.6, 0.2  # the same where there are others on the same topic: those, and any other
AFTER = 0.35  # of their questions those that are put with another in brackets, as a follow-up is made whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question put to a passage; `marks` are the pieces that answer, None where they are not known; `near` is a near miss; `alone` has no
    other text on its topic."""

    name: str
    pieces: Pieces
    held: bool
    answers: bool = False
    marks: frozenset[int] | None = None
    near: bool = False
    alone: bool = True
    told: Told | None = None

    @property
    def length(self) -> int:
        """Word pieces that are read."""
        return len(self.pieces.question) + len(self.pieces.passage) + 3


def from_chinese(file: Path) -> list[Example]:
    """The same of Chinese texts, in characters, with what is told of each."""
    found = [each for seed in range(DRAWN) for each in from_written(file, file, seed, cut=characters, length=DENSER)]
    return [replace(each, told=about(each.pieces.question, each.pieces.passage)) for each in found]


def from_written(
    file: Path, lines: Path, seed: int = 7, *, cut: Cut = pieces, length: float = 1.0
) -> Iterator[Example]:
    """The examples of a file of texts with questions, one a line: `A` are answered, each with the answering words where they are known,
    and `M` are near misses. `passage` in place of a text is the key of one of `train_pairs`. Of the texts on one `topic` only its own
    answers a question."""
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    known = {key(pair.evidence): pair.evidence for pair in from_lines(lines)} if "passage" in records[0] else {}
    written = {f"{file.stem}-{n}": each for n, each in enumerate(records)}
    texts = {
        name: Text(name=name, title=each.get("title", ""), body=each.get("text") or known[each["passage"]])
        for name, each in written.items()
    }
    held = documents([f"text:{name}" for name in texts], texts)
    draw = random.Random(f"{seed} {file.stem}")  # noqa: S311 (an order, no secret)
    passage = partial(_passage, draw=draw, share=length)
    names = list(texts)
    for name, record in written.items():
        topic = record.get("topic")
        beside = [each for each in names if each != name and topic is not None and written[each].get("topic") == topic]
        kept = is_held(name, record)
        made = partial(Example, name=name, held=kept, alone=not beside)
        put = partial(_put, draw=draw, others=_questions(record) if beside else ())
        yield from _asked(record, held[f"text:{name}"], made, put, cut, passage)
        for question in _questions(record):
            other = draw.choice(names)
            if (
                other != name
                and draw.random() < (FAR if beside else ELSEWHERE)
                and is_held(other, written[other]) == kept
            ):
                there = held[f"text:{other}"]
                yield made(pieces=cut(put(question), there, passage(there)))
            if beside and draw.random() < BESIDE:
                there = held[f"text:{draw.choice(beside)}"]
                yield made(pieces=cut(put(question), there, passage(there)), near=True)


def _asked(
    record: Mapping[str, Any],
    document: Document,
    made: Callable[..., Example],
    put: Callable[[str], str],
    cut: Cut,
    passage: Callable[..., Chunk],
) -> Iterator[Example]:
    """The questions to a text, put to itself."""
    for question, words in record["A"]:
        answer = place(document, words) if words else None
        if words is None or answer is not None:
            read = cut(put(question), document, passage(document, answer, whole=answer is None))
            yield made(pieces=read, marks=_marks(read, answer), answers=True)
    for question in record["M"]:
        yield made(pieces=cut(put(question), document, passage(document)), near=True)


def _questions(record: Mapping[str, Any]) -> list[str]:
    return [*(question for question, _ in record["A"]), *record["M"]]


def _put(question: str, *, draw: random.Random, others: Sequence[str]) -> str:
    """A question, or as one that follows another to the same text: only what stands in front of the bracket is to be answered."""
    before = [each for each in others if each != question]
    return bracketed(question, draw.choice(before)) if before and draw.random() < AFTER else question


def _marks(read: Pieces, answer: Span | None) -> frozenset[int] | None:
    """The pieces of a passage that answer."""
    return frozenset(n for n, span in enumerate(read.spans) if answer and span and span.meets(answer)) or None


def key(text: str) -> str:
    """What names a text of `train_pairs`."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def from_asked_lines(file: Path) -> list[Example]:
    """Questions of `train_pairs` with a sentence that answers them or does not."""
    found = []
    for pair in from_lines(file):
        if pair.source == "qnli_dev" and pair.part == "train":
            document = Document(id="", title="", text=pair.evidence, source="", media_type="text/plain")
            whole = Chunk(
                id="", document_id="", span=Span(start=0, end=len(pair.evidence)), statements=(0, 0), tokens=0
            )
            read = pieces(pair.claim, document, whole)
            found.append(Example(name="", pieces=read, held=False, answers=pair.label == 0, near=pair.label != 0))
    return found


def is_held(name: str, record: Mapping[str, Any]) -> bool:
    """Whether a written text is kept from training, with all others on its topic."""
    told = f"{name.rpartition('-')[0]} {record['topic']}" if "topic" in record else name
    return int(hashlib.sha256(told.encode()).hexdigest()[:8], 16) % HELD == 0


def _passage(
    document: Document, answer: Span | None = None, *, draw: random.Random, share: float, whole: bool = False
) -> Chunk:
    """A run of whole statements, drawn; the one that answers is among them."""
    spans = [each.span for each in document.statements]
    room = len(document.text) if whole else int(share * draw.randrange(SHORTEST, LONGEST))
    inside = [n for n, span in enumerate(spans) if answer is not None and span.meets(answer)]
    first, last = (inside[0], inside[-1]) if inside else (draw.randrange(len(spans)),) * 2
    while True:
        sides = [n for n in (first - 1, last + 1) if 0 <= n < len(spans)]
        if not sides or spans[last].end - spans[first].start > room:
            break
        side = draw.choice(sides)
        first, last = min(first, side), max(last, side)
    start = spans[first].start
    section = next((each.label for each in document.sections if each.span.start <= start < each.span.end), "")
    led = document.statements[first].lead_in
    return Chunk(
        id="",
        document_id=document.id,
        span=Span(start=start, end=spans[last].end),
        statements=(first, last),
        tokens=0,
        section=section,
        lead_in=led if led is not None and led.start < start else None,
    )


def shares(examples: Sequence[Example]) -> str:
    """How many examples there are, answered and near misses among them."""
    answered = sum(each.answers for each in examples)
    return f"{len(examples)} questions, {answered} answered, {sum(each.near for each in examples)} near misses"
