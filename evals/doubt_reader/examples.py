"""Statements with their doubts as the reader learns them: word pieces, which kinds they deserve, and which pieces tell it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.checking.reading import language
from assistant.doubts import find
from assistant.doubts.reading import LANGUAGES, Known, as_read, in_sight
from assistant.doubts.seen import KINDS, Pieces, signed
from evals.doubts import Deserved, Label
from evals.labelled import DATA, MINUTES, Text, documents, place, rows, statements
from evals.planted import documents as sample_library
from ingest.document import Document, Span
from vectorstore.network_marking import Signed

HELD = 6  # of so many documents one is held back, to weigh rules and model by
EVERY = 8  # of so many statements of minutes one is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A statement; `marks` are the pieces that tell a kind, None where they are not known; `ruled` are the kinds that rules find by words
    that are read here; `signed` is what the small networks are given."""

    name: str
    spoken: Known
    pieces: Pieces
    signed: Signed
    deserved: tuple[bool, ...]
    unsure: tuple[bool, ...]
    marks: tuple[frozenset[int] | None, ...]
    ruled: tuple[bool, ...]
    held: bool

    @property
    def length(self) -> int:
        """Word pieces that are read."""
        return len(self.pieces.own) + len(self.pieces.around) + 3


def from_written(file: Path) -> Iterator[Example]:
    """The examples of a file of labelled documents, one a line."""
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = {f"{file.stem}-{n}": Text(name=f"{file.stem}-{n}", body=each["text"]) for n, each in enumerate(records)}
    held = documents([f"text:{name}" for name in texts], texts)
    labels = [
        Label.model_validate(
            {
                "id": f"{name}-{n}",
                "document": f"text:{name}",
                "words": told["words"],
                "doubts": [{"kind": each["kind"], "words": each["words"]} for each in told["doubts"]],
            }
        )
        for name, record in zip(texts, records, strict=True)
        for n, told in enumerate(record["statements"])
    ]
    yield from _examples(labels, held)


def from_set(file: Path, data: Path = DATA, chosen: Callable[[Label], bool] = lambda _: True) -> list[Example]:
    """The examples of a set of `python -m evals.doubts`, as far as they are chosen."""
    labels = rows(file, Label)
    texts = {label.text.name or label.id: label.text for label in labels if label.text is not None}
    held = documents((label.name for label in labels), texts, data)
    return list(_examples([label for label in labels if chosen(label)], held))


def from_minutes(data: Path, labelled: frozenset[str]) -> list[Example]:
    """One of so many statements of real minutes with what the rules find, which know such text well; none of those `labelled`."""
    names = [f"{MINUTES}{file.name}" for file in sorted((data / "demo_fomc").rglob("*.txt"))]
    return _ruled(documents(names, {}, data), labelled, EVERY)


def from_sample_library(labelled: frozenset[str]) -> list[Example]:
    """The statements of the sample library with what the rules find: its planted doubts and all that is quiet beside them."""
    return _ruled(sample_library(), labelled, 1)


def _ruled(held: dict[str, Document], labelled: frozenset[str], every: int) -> list[Example]:
    return list(_examples([each for name in held for each in _as_ruled(name, held[name], labelled, every)], held))


def _as_ruled(name: str, document: Document, labelled: frozenset[str], every: int) -> Iterator[Label]:
    for n, statement in enumerate(document.statements[::every]):
        words = document.quote(statement.span)
        if flat(words) not in labelled:
            doubts = tuple(Deserved.model_validate({"kind": each.kind}) for each in find(document, statement))
            yield Label(id=f"{name}-{n}", document=name, words=words, doubts=doubts)


def flat(words: str) -> str:
    """Words with one space between them."""
    return " ".join(words.split())


def _examples(labels: Sequence[Label], held: dict[str, Document]) -> Iterator[Example]:
    for label in labels:
        document = held[label.name]
        words = place(document, label.words)
        about = list(statements(document, words)) if words is not None else []
        spoken = _spoken(label.words)
        if not about or spoken is None:
            continue
        read = as_read(spoken)(document, about[0])
        found = [finding for each in about for finding in find(document, each)]
        ruled = {finding.kind for finding in found if in_sight(finding, read)}
        wanted: dict[str, str] = {doubt.kind: doubt.words for doubt in label.doubts}
        spans = {kind: place(document, cue, about[0].span) if cue else None for kind, cue in wanted.items()}
        yield Example(
            name=label.name,
            spoken=spoken,
            pieces=read,
            signed=signed(read, found),
            deserved=tuple(kind in wanted for kind in KINDS),
            unsure=tuple(kind in label.unsure for kind in KINDS),
            marks=tuple(_marks(read, spans.get(kind)) for kind in KINDS),
            ruled=tuple(kind in ruled for kind in KINDS),
            held=int(hashlib.sha256(label.name.encode()).hexdigest()[:8], 16) % HELD == 0,
        )


def _spoken(words: str) -> Known | None:
    return next((each for each in LANGUAGES if each == language(words)), None)


def _marks(read: Pieces, cue: Span | None) -> frozenset[int] | None:
    """The pieces that a cue covers; None where it does not stand in what is read."""
    if cue is None:
        return None
    return frozenset(n for n, span in enumerate(read.spans) if span is not None and span.meets(cue)) or None
