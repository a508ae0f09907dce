"""Which statements of two documents about one matter cannot both be true: what `matters` counts, weighed by one line a language.

English pairs are read by the trained reader of pairs besides, both ways, and compared by meaning; Chinese ones by words,
figures and permissions alone. The lines are in `opposing.toml`, made by `python -m evals.opposing`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Protocol

from assistant.checking.logistic import odds, probability
from assistant.checking.prose import PairReader
from assistant.checking.reading import Language
from assistant.doubts.matters import Compared, Matter, Reading, Told, may_be_one_matter
from assistant.doubts.stated import Place
from vectorstore.embedding import Embedder
from vectorstore.vector_rows import Vector

RULES = "2"
"""Raised where pairs are found otherwise than before."""
MOST = 40  # pairs of statements of two documents that are read
LONGEST = 400  # statements of a document that is compared while somebody waits
KEPT = 4000  # statements whose meaning is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Opposed:
    """Two statements, the first document's and the other's, that cannot both be true; `features` are what is weighed."""

    mine: Told
    theirs: Told
    features: Mapping[str, float]
    likely: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How features are weighed: a statement is compared whose words are held in `words`, and opposed from `likely` on.

    Two that answer one question are opposed from `answering` on, whatever words they share, or where each holds `same_words` of
    the other's words, and of those beside the figures that rival.
    """

    words: float
    contrasts: float
    bias: float
    likely: float
    answering: float
    same_words: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """Of the two being opposed."""
        return probability(self.bias, self.weights, features)


class Comparer(Protocol):
    """What tells the opposed statements of two documents."""

    @property
    def rules(self) -> str:
        """What it finds by, in at most 16 characters, so that documents are examined anew where that changes."""

    def between(self, one: Reading, other: Reading) -> list[Opposed]:
        """The opposed statements of two documents, each statement at most once; a CaveatError where it cannot tell."""


class Opposing:
    """Finds them by weight; `reader` reads English, whose statements are compared by meaning by `embedder`: without both English is left out."""

    def __init__(self, reader: PairReader | None = None, embedder: Embedder | None = None) -> None:
        self._vectors: dict[str, Vector] = {}
        self._reads = (reader, embedder) if reader is not None and embedder is not None else None

    @property
    def rules(self) -> str:
        """What it finds by, so that documents are examined anew where that changes."""
        return RULES if self._reads else f"{RULES}, words"

    def between(self, one: Reading, other: Reading) -> list[Opposed]:
        """The opposed statements of two documents, each statement at most once, the likeliest first."""
        found = [each for each in self.weighed(one, other) if each.likely >= line(each.mine.language).likely]
        kept: list[Opposed] = []
        for each in sorted(found, key=lambda each: -each.likely):
            if not any(each.mine is other.mine or each.theirs is other.theirs for other in kept):
                kept.append(each)
        return kept

    def among(self, places: Sequence[Place]) -> list[tuple[Place, Place]]:
        """Those of some statements, all of which answer one question, that are opposed; long documents are left to `between`."""
        short = [each for each in places if len(each.document.statements) <= LONGEST]
        readings = {each.document.id: Reading(each.document) for each in short}
        near = []
        for one, other in combinations(dict.fromkeys((each.document.id, each.position) for each in short), 2):
            a, b = readings[one[0]], readings[other[0]]
            if may_be_one_matter(a.document, b.document):
                mine, theirs = a.told[one[1]], b.told[other[1]]
                compared = Matter(a, b).compared(mine, theirs)
                if compared is not None and _near(compared, line(mine.language), mine.language):
                    near.append((mine, theirs, compared))
        found = self._weighed(near)
        return [(each.mine.place, each.theirs.place) for each in found if _opposed_answers(each)]

    def weighed(self, one: Reading, other: Reading) -> list[Opposed]:
        """All pairs that are near enough to be compared, with what is weighed of each."""
        return self._weighed(list(candidates(one, other)))

    def _weighed(self, compared_pairs: Sequence[tuple[Told, Told, Compared]]) -> list[Opposed]:
        near = [each for each in compared_pairs if self._reads or each[0].language != "en"]
        near = sorted(near, key=lambda each: -_unread(each[0], each[2]))[:MOST]
        english = [(mine, theirs) for mine, theirs, _ in near if mine.language == "en"]
        read = iter(self._read(english))
        found = []
        for mine, theirs, compared in near:
            features = dict(compared.features) | (next(read) if mine.language == "en" else {})
            likely = line(mine.language).probability(features)
            found.append(Opposed(mine=mine, theirs=theirs, features=features, likely=likely))
        return found

    def _read(self, pairs: Sequence[tuple[Told, Told]]) -> Iterator[dict[str, float]]:
        """What meaning and the trained reader tell of some pairs."""
        if not pairs or self._reads is None:
            return
        reader, embedder = self._reads
        if len(self._vectors) > KEPT:
            self._vectors = {}  # another thread may still look up what it put into the old one
        vectors = self._vectors
        new = list(dict.fromkeys(each.said.text for pair in pairs for each in pair if each.said.text not in vectors))
        vectors.update(zip(new, embedder.embed(new) if new else (), strict=True))
        told = [(_whole(mine), _whole(theirs)) for mine, theirs in pairs]
        read = reader.probabilities([*told, *((theirs, mine) for mine, theirs in told)])
        for number, (mine, theirs) in enumerate(pairs):
            ways = read[number], read[number + len(pairs)]
            contradicts = [odds(float(each[1])) for each in ways]
            near = float(vectors[mine.said.text] @ vectors[theirs.said.text])
            yield {
                "near": near,
                "contradicts_more": max(contradicts),
                "contradicts_less": min(contradicts),
                "supports": max(odds(float(each[0])) for each in ways),
            }


def candidates(one: Reading, other: Reading) -> Iterator[tuple[Told, Told, Compared]]:
    """The statements of two documents that share enough words, and no words by which they speak of different things."""
    matter = Matter(one, other)
    for mine in one.told:
        for theirs in other.told:
            by = line(mine.language)
            compared = matter.compared(mine, theirs, by.words)
            if compared is not None and _near(compared, by, mine.language):
                yield mine, theirs, compared


def _opposed_answers(pair: Opposed) -> bool:
    """Whether two answers to one question are opposed: as weighed, or for the same words with figures that rival in the same words."""
    features, by = pair.features, line(pair.mine.language)
    apart = features["contrasts"] > 0 or features["other_day"] > 0
    rival = features["figure"] > 0 and min(features["less"], features["figure_less"]) >= by.same_words
    return pair.likely >= by.answering or (rival and not apart)


def _unread(mine: Told, compared: Compared) -> float:
    """How far two statements are opposed by what is counted of them alone."""
    weights = line(mine.language).weights
    return sum(weights.get(name, 0.0) * value for name, value in compared.features.items())


def _near(compared: Compared, by: Line, tongue: Language) -> bool:
    features = compared.features
    if features["contrasts"] > by.contrasts:
        return False
    if tongue == "en":
        return True
    turned = not features["other_day"] and any(features[name] > 0 for name in ("permission", "opposite", "denial"))
    return not features["places"] and (features["figure"] > 0 or turned)


def _whole(told: Told) -> str:
    return told.place.document.read(told.place.statement)


@cache
def line(tongue: Language) -> Line:
    """The line of a language as shipped."""
    told = tomllib.loads((Path(__file__).parent / "opposing.toml").read_text(encoding="utf-8"))
    return Line(**told["zh" if tongue == "zh" else "en"])
