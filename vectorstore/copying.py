"""Near-copies: texts whose shingles meet, aligned term by term. Reprints, trimmed, lightly paraphrased, or a passage only.

A shingle is three terms in a row, as a 64-bit number. A document's sketch are those of its shingles whose number is small
(FracMinHash: one in `SCALE`), so that a passage meets a whole text as well as a text meets another. Documents whose sketches
meet are aligned: shingles that are alone of their kind in both texts and follow one another in both make stretches.

    aligned(run(one), run(other)).share          # how much of the shorter text stands in the other
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.prints import Codes

Numbers = NDArray[np.uint64]
SCALE = 8
_WIDE = 3
_OPEN = 8  # stretches that a shingle may continue
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers of `copying.toml`; what each does is said there."""

    met: int
    maybe: float
    candidates: int
    asked: int
    gap: int
    seeds: int
    dense: float
    passage: int
    whole: float
    least: int
    longer: float
    nearly: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Terms of one text that stand in another: from `start` to `end` there, from `other_start` to `other_end` here."""

    start: int
    end: int
    other_start: int
    other_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """The stretches that two texts share, and how much of the shorter of them they are (0 to 1)."""

    stretches: tuple[Stretch, ...]
    share: float

    @property
    def whole(self) -> bool:
        """Whether one text is a copy of the other, or of most of it."""
        terms = sum(each.end - each.start for each in self.stretches)
        return self.share >= limits().whole and terms >= limits().least


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Two documents that share a passage, or are near-copies (`whole`) of one another.

    `share` is the part of the shorter that stands in the longer, `terms` and `other_terms` are their lengths; a stretch is
    the first and last position of the statements that it touches, in `document_id` and then in `other_id`.
    """

    document_id: str
    other_id: str
    share: float
    terms: int
    other_terms: int
    whole: bool
    stretches: tuple[tuple[int, int, int, int], ...]


@cache
def limits() -> Limits:
    """The limits as shipped."""
    held: dict[str, Any] = tomllib.loads((Path(__file__).parent / "lexicon" / "copying.toml").read_text("utf-8"))
    return Limits(**held)


def run(statements: Sequence[Codes]) -> Numbers:
    """The terms of a text in a row."""
    return np.array([code for statement in statements for code in statement], dtype=np.uint64)


def shingles(text: Numbers) -> Numbers:
    """The shingles of a text in order, one for each term but the last two."""
    if len(text) < _WIDE:
        return np.empty(0, np.uint64)
    mixed = text[:-2] * _MIX[0] ^ (text[1:-1] + _MIX[1]) * _MIX[2] ^ (text[2:] + _MIX[2]) * _MIX[1]
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX[0]
    found: Numbers = mixed ^ (mixed >> np.uint64(32))
    return found


def sketch(text: Numbers) -> list[int]:
    """The shingles that stand for a text when texts are looked for, as numbers of 63 bits."""
    told = np.unique(shingles(text))
    return [int(each) for each in told[told < np.uint64(2**64 // SCALE)] >> np.uint64(1)]


def aligned(one: Numbers, other: Numbers) -> Alignment:
    """Where two texts run alike."""
    grown = _stretches(_pairs(shingles(one), shingles(other)))
    kept = [each for each in grown if each[4] >= max(limits().seeds, limits().dense * (each[1] - each[0]))]
    stretches = tuple(
        Stretch(start=each[0], end=each[1] + _WIDE, other_start=each[2], other_end=each[3] + _WIDE) for each in kept
    )
    shorter = min(len(one), len(other))
    spans = [
        (each.start, each.end) if len(one) <= len(other) else (each.other_start, each.other_end) for each in stretches
    ]
    return Alignment(stretches=stretches, share=_covered(spans) / shorter if shorter else 0.0)


def passages(alignment: Alignment) -> tuple[Stretch, ...]:
    """The stretches that are long enough to have been copied: two writers do not hit upon them."""
    least = limits().least if alignment.whole else limits().passage
    return tuple(each for each in alignment.stretches if each.end - each.start >= least)


def families(pairs: Iterable[Copied]) -> dict[str, str]:
    """Documents that are near-copies, each with the id that stands for its family.

    A copy is laid to the texts that hold most of it, or nearly most: two texts of one series do not become one by a short
    extract, much of which could be of either.
    """
    laid: dict[str, list[tuple[float, str]]] = {}
    for pair in pairs:
        if pair.whole and pair.other_terms >= limits().longer * pair.terms:
            laid.setdefault(pair.document_id, []).append((pair.share, pair.other_id))
        if pair.whole and pair.terms >= limits().longer * pair.other_terms:
            laid.setdefault(pair.other_id, []).append((pair.share, pair.document_id))
    root: dict[str, str] = {}

    def top(each: str) -> str:
        while root.setdefault(each, each) != each:
            each = root[each]
        return each

    for own, others in laid.items():
        for share, other in others:
            if share >= limits().nearly * max(others)[0]:
                first, second = sorted((top(own), top(other)))
                root[second] = first
    return {each: top(each) for each in list(root)}


def _pairs(one: Numbers, other: Numbers) -> list[tuple[int, int]]:
    """Where shingles that are alone of their kind in both texts stand."""
    mine, yours = _alone(one), _alone(other)
    _, first, second = np.intersect1d(one[mine], other[yours], assume_unique=True, return_indices=True)
    pairs = zip(mine[first].tolist(), yours[second].tolist(), strict=True)
    return sorted(pairs)


def _alone(numbers: Numbers) -> NDArray[np.intp]:
    _, places, counts = np.unique(numbers, return_index=True, return_counts=True)
    found: NDArray[np.intp] = places[counts == 1]
    return found


def _stretches(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Pairs that follow one another closely in both texts: first and last place in each, and how many pairs."""
    gap, grown = limits().gap, list[list[int]]()
    for mine, yours in pairs:
        for each in reversed(grown[-_OPEN:]):
            if 0 < mine - each[1] <= gap and 0 < yours - each[3] <= gap:
                each[1], each[3], each[4] = mine, yours, each[4] + 1
                break
        else:
            grown.append([mine, mine, yours, yours, 1])
    return grown


def _covered(spans: Sequence[tuple[int, int]]) -> int:
    """How many places some spans cover together."""
    covered, reached = 0, 0
    for start, end in sorted(spans):
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered
