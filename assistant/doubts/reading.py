"""Small models that read a statement with what stands around it, beside the rules: they find what those miss, and overrule them.

Rules know the words they were given; a model has learned from some ten thousand labelled statements, and tells how likely a
doubt of each kind is and by which words. Both are weighed together (`reading.toml`): what a rule found is dropped where the
model sees nothing of it, unless it stands in that kind, and what no rule found is raised where the model is sure.
Small networks read English and Chinese, and English is read by an adapted body besides; other languages are the rules' alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from assistant.answer import DoubtKind
from assistant.checking.reading import KEPT_IN_MEMORY, language
from assistant.doubts import find
from assistant.doubts.finding import Finding
from assistant.doubts.seen import KINDS, Pieces, characters, pieces, signed
from assistant.doubts.words import HAN, clipped, place_of
from ingest.document import Document, Metadata, Span, Statement
from vectorstore.network_marking import NetworkMarker
from vectorstore.token_marking import Marked, Marker
from vectorstore.vector_rows import Vector

LIKELY = 0.5  # a false alarm costs as much as a miss: what is likelier than not is raised
LEFT = 0.4  # what a rule found falls where it is less likely; on the documents that are weighed by, 0.3 to 0.5 do alike
BESIDE_AT_MOST = 3  # statements from the one itself on that the model is given
BESIDE = 2.5  # how much less a neighbour of the word that tells most may tell to be shown with it
Known = Literal["en", "zh"]
LANGUAGES: tuple[Known, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the models are followed in a kind: `weights` and `bias` weigh their logits, `rule` that a rule found it too.

    What a rule found `stands` in kinds where the models, overruling it, are wrong as often as right.
    """

    weights: Sequence[float]
    rule: float
    bias: float
    stands: bool


Key = tuple[str, int, Metadata, Statement]


class Reader:
    """Doubts by rules and models together: a Doubter. What it has read it keeps: statements are quoted again and again."""

    def __init__(self, body: Marker, networks: Mapping[Known, NetworkMarker]) -> None:
        self._body, self._networks = body, networks
        self._kept: dict[Key, tuple[Finding, ...]] = {}

    def __call__(self, read: Sequence[tuple[Document, Statement]]) -> list[tuple[Finding, ...]]:
        """The doubts of statements, each kind at most once, first what would change a reader's mind first."""
        keys = [_key(*each) for each in read]
        kept = self._kept if len(self._kept) < KEPT_IN_MEMORY else {}
        self._kept = kept  # another thread may still look up what it put into the old one
        new = {key: each for key, each in zip(keys, read, strict=True) if key not in kept}
        kept.update(zip(new, self._doubts(list(new.values())), strict=True))
        return [kept[key] for key in keys]

    def _doubts(self, read: Sequence[tuple[Document, Statement]]) -> list[tuple[Finding, ...]]:
        ruled = [find(document, statement) for document, statement in read]
        for spoken in LANGUAGES:
            known = [n for n, (document, each) in enumerate(read) if language(document.quote(each.span)) == spoken]
            cut = [as_read(spoken)(*read[n]) for n in known]
            for n, each, told in zip(known, cut, self._told(spoken, cut, [ruled[n] for n in known]), strict=True):
                ruled[n] = tuple(_weighed(spoken, read[n], ruled[n], each, told))
        return ruled

    def _told(
        self, spoken: Known, cut: Sequence[Pieces], ruled: Sequence[Sequence[Finding]]
    ) -> Iterator[Sequence[Marked]]:
        """For each statement what each model tells, in the order of their weights."""
        signs = [signed(each, found) for each, found in zip(cut, ruled, strict=True)]
        told = [self._networks[spoken].marked(signs)]
        if spoken == "en":
            told.insert(0, self._body.marked([(each.own, each.around) for each in cut]))
        yield from zip(*told, strict=True)


def _key(document: Document, statement: Statement) -> Key:
    """What a statement's doubts go by: its text, and what is known of the document it stands in."""
    known = hash((document.title, document.text, document.pages, document.warnings))
    return document.id, known, document.metadata, statement


def as_read(spoken: Known) -> Callable[[Document, Statement], Pieces]:
    """How a statement is cut for the reader of its language."""
    return pieces if spoken == "en" else characters


def _weighed(
    spoken: Known,
    read: tuple[Document, Statement],
    ruled: Sequence[Finding],
    cut: Pieces,
    marked: Sequence[Marked],
) -> Iterator[Finding]:
    document, statement = read
    found = {each.kind: each for each in ruled}
    for number, kind in enumerate(KINDS):
        told, each = found.get(kind), limits(spoken)[kind]
        stands = told is not None and (each.stands or not in_sight(told, cut))
        likely = likelihood(each, [model.statement[number] for model in marked], ruled=told is not None)
        if not stands and likely < (LIKELY if told is None else LEFT):
            continue
        if told is None and kind == "self_reported" and "vague_source" in found:
            continue  # whom nobody can name speaks of no affair of his own
        marks = np.average([model.pieces[:, number] for model in marked], axis=0, weights=each.weights)
        told = told or _found(reasons(spoken)[kind], document, kind, cut, marks)
        if told is not None and (kind in found or not _in_a_note_on_another(document, statement, told)):
            yield told


def _in_a_note_on_another(document: Document, statement: Statement, found: Finding) -> bool:
    """Whether the words of a doubt stand in a note that touches a statement beside this one, and not this."""
    place = place_of(document, statement)
    beside = document.statements[max(0, place - 1) : place + BESIDE_AT_MOST]
    notes = {note for each in beside for note in each.notes if each != statement} - {*statement.notes}
    return any(note.holds(span) for note in notes for span in found.evidence)


def in_sight(finding: Finding, cut: Pieces) -> bool:
    """Whether the model may judge the words that a rule rests on: it read them, and they are no note that stands farther off.

    Such notes it is given to find more by; of whom one means it knows less than the rules.
    """
    if cut.note is not None and any(each.meets(cut.note) for each in finding.evidence):
        return False
    return all(any(span is not None and span.meets(each) for span in cut.spans) for each in finding.evidence)


def likelihood(limits: Limits, logits: Sequence[float], *, ruled: bool) -> float:
    """How likely a doubt is by the models' logits and whether a rule found it."""
    weighed = sum(weight * logit for weight, logit in zip(limits.weights, logits, strict=True))
    return float(1 / (1 + np.exp(-(weighed + limits.rule * ruled + limits.bias))))


def _found(reason: str, document: Document, kind: DoubtKind, cut: Pieces, marks: Vector) -> Finding | None:
    """A doubt that the model alone raises, on the words that tell most."""
    words = telling(cut, marks)
    if words is None:
        return None
    words = _whole_words(document.text, words)
    reason = reason.replace("{words}", clipped(document.quote(words)))
    return Finding(kind=kind, reason=reason, evidence=(words,), words=words)


def _whole_words(text: str, span: Span) -> Span:
    """A span that ends where words end: a word piece may be a part of one. Chinese is not parted into words."""
    start, end = span.start, span.end
    while start > 0 and _one_word(text[start - 1 : start + 1]):
        start -= 1
    while end < len(text) and _one_word(text[end - 1 : end + 1]):
        end += 1
    return Span(start=start, end=end)


def _one_word(letters: str) -> bool:
    return letters.isalnum() and HAN.search(letters) is None


def telling(cut: Pieces, marks: Vector) -> Span | None:
    """The run of words around the piece that tells most, as far as its neighbours tell about as much."""
    places = [n for n, span in enumerate(cut.spans[: len(marks)]) if span is not None]
    if not places:
        return None
    best = max(places, key=lambda n: float(marks[n]))
    first = last = best
    least = float(marks[best]) - BESIDE
    own = len(cut.own)
    while first - 1 >= 0 and (first - 1 < own) == (best < own) and cut.spans[first - 1] and marks[first - 1] >= least:
        first -= 1
    while (
        last + 1 < len(marks) and (last + 1 < own) == (best < own) and cut.spans[last + 1] and marks[last + 1] >= least
    ):
        last += 1
    start, end = cut.spans[first], cut.spans[last]
    return None if start is None or end is None else Span(start=start.start, end=end.end)


@cache
def _told() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return tomllib.loads((Path(__file__).parent / "reading.toml").read_text(encoding="utf-8"))


@cache
def limits(spoken: Known) -> Mapping[DoubtKind, Limits]:
    """The numbers of `reading.toml` for a language."""
    return {kind: Limits(**_told()[spoken]["limits"][kind]) for kind in KINDS}


@cache
def reasons(spoken: Known) -> Mapping[DoubtKind, str]:
    """How a doubt that the model of a language alone raises is told."""
    return {kind: str(_told()[spoken]["reasons"][kind]) for kind in KINDS}
