"""The numbers by which quotes are chosen and questions refused: those of `limits.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Features(NamedTuple):
    """What tells an answered question: the best coverage and cosine of any statement, the best passage's score, the best answer's logit.

    The cosine is None where the embedder does not know the language, the logit where nothing was read.
    """

    coverage: float
    cosine: float | None
    passage: float
    answers: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The line between answered and refused."""

    bias: float
    coverage: float
    cosine: float
    passage: float
    answers: float = 0.0

    def above(self, seen: Features) -> float:
        """Above 0 where a question counts as answered."""
        weighed = self.coverage * seen.coverage + self.cosine * (seen.cosine or 0.0) + self.passage * seen.passage
        return self.bias + weighed + self.answers * (seen.answers or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers of `limits.toml`; what each does is said there."""

    meaning: float
    context: float
    stem: float
    embedded: int
    read: int
    reading: float
    answers: int
    near_best: float
    asked: float
    time: float
    spoken: float
    same: float
    others: int
    other: float
    other_answers: float
    rival: float
    rival_answers: float
    words_alone: float
    whole: float
    sure: float
    line: Line
    read_line: Line

    def answered(self, seen: Features) -> float:
        """Above 0 where a question counts as answered, by as much as is known of it.

        The Chinese networks tell which statement answers, and are no judge of whether one does.
        """
        if seen.cosine is None:
            return seen.coverage - self.words_alone
        if seen.answers is None:
            return self.line.above(seen)
        if seen.coverage >= self.whole and seen.answers >= self.sure:
            return seen.answers
        return self.read_line.above(seen)


@cache
def default_limits() -> Limits:
    """The limits of `limits.toml`."""
    with (Path(__file__).parent / "limits.toml").open("rb") as file:
        told = tomllib.load(file)
    return Limits(**told | {"line": Line(**told["line"]), "read_line": Line(**told["read_line"])})
