"""Questions with passages as the reader of answers learns them: word pieces, whether the passage answers, and which pieces do."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answering.reading import Pieces, pieces
from evals.labelled import Text, documents, place
from evals.verifier.pairs import from_lines
from ingest.document import Chunk, Document, Span

HELD = 8  # of so many documents one is held back
LONGEST, SHORTEST = 900, 250  # characters of a passage that is drawn from a document
ELSEWHERE = 0.4  # questions that are put to another document too, which does not answer them


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question put to a passage; `marks` are the pieces that answer, None where they are not known; `near` is a near miss."""

    name: str
    pieces: Pieces
    answers: bool
    marks: frozenset[int] | None
    near: bool
    held: bool

    @property
    def length(self) -> int:
        """Word pieces that are read."""
        return len(self.pieces.question) + len(self.pieces.passage) + 3


def from_written(file: Path, lines: Path, seed: int = 7) -> Iterator[Example]:
    """The examples of a file of texts with questions, one a line: `A` are answered, each with the answering words where they are known,
    and `M` are near misses. `passage` in place of a text is the key of one of `train_pairs`."""
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    known = {key(pair.evidence): pair.evidence for pair in from_lines(lines)} if "passage" in records[0] else {}
    texts = {
        name: Text(name=name, title=each.get("title", ""), body=each.get("text") or known[each["passage"]])
        for name, each in ((f"{file.stem}-{n}", each) for n, each in enumerate(records))
    }
    held = documents([f"text:{name}" for name in texts], texts)
    draw = random.Random(f"{seed} {file.stem}")  # noqa: S311 (an order, no secret)
    names = list(texts)
    for name, record in zip(names, records, strict=True):
        document = held[f"text:{name}"]
        for question, words in record["A"]:
            answer = place(document, words) if words else None
            if words is None or answer is not None:
                passage = _passage(document, draw, answer, whole=answer is None)
                yield _example(name, question, document, passage, answer, answers=True)
        for question in record["M"]:
            yield _example(name, question, document, _passage(document, draw), None, near=True)
        for question in [*(question for question, _ in record["A"]), *record["M"]]:
            other = names[draw.randrange(len(names))]
            if other != name and draw.random() < ELSEWHERE and is_held(other) == is_held(name):
                there = held[f"text:{other}"]
                yield _example(name, question, there, _passage(there, draw), None)


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
            found.append(
                Example(name="", pieces=read, answers=pair.label == 0, marks=None, near=pair.label != 0, held=False)
            )
    return found


def _example(
    name: str,
    question: str,
    document: Document,
    chunk: Chunk,
    answer: Span | None,
    *,
    answers: bool = False,
    near: bool = False,
) -> Example:
    read = pieces(question, document, chunk)
    marks = frozenset(n for n, span in enumerate(read.spans) if answer and span is not None and span.meets(answer))
    return Example(name=name, pieces=read, answers=answers, marks=marks or None, near=near, held=is_held(name))


def is_held(name: str) -> bool:
    """Whether a written text is kept from training."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % HELD == 0


def _passage(document: Document, draw: random.Random, answer: Span | None = None, *, whole: bool = False) -> Chunk:
    """A run of whole statements, drawn; the one that answers is among them."""
    spans = [each.span for each in document.statements]
    room = len(document.text) if whole else draw.randrange(SHORTEST, LONGEST)
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
