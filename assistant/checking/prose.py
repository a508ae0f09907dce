"""What a pair reader makes of a claim beside some statements: how far they support it, contradict it, or do neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.checking.support import Line, Wanted, about
from assistant.checking.wording import limits
from vectorstore.vector_rows import Vector

WORDS_AROUND = 90  # words of statements that a claim is read with, its own and those beside them
BINDING = re.compile(r"\bshall\b")  # notices write it for "must"; readers have learned from texts that hardly do
PROMISING = 3  # statements that are read by themselves where none of them clearly carries a claim


class PairReader(Protocol):
    """Reads claims beside evidence; must be safe to call from several threads."""

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Vector:
        """Shape (pairs, 3): supports, contradicts, neither; each row sums to 1."""

    def understands(self, text: str) -> bool:
        """Whether it knows the language of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Statements that a claim was read beside, and the three probabilities."""

    lines: tuple[Line, ...]
    supports: float
    contradicts: float
    neither: float


def readings(
    claim: Wanted, groups: Sequence[Sequence[Line]], candidates: Sequence[Line], reader: PairReader
) -> tuple[Reading, ...]:
    """One for each group of statements: the mean of how it reads by itself and with what stands around it."""
    texts = [told_of(group, candidates) for group in groups]
    wanted = list(dict.fromkeys(text for both in texts for text in both))
    pairs = [(_plainly(claim.claim), text) for text in wanted]
    told = dict(zip(wanted, reader.probabilities(pairs), strict=True))
    means = [(told[alone] + told[around]) / 2 for alone, around in texts]
    return tuple(
        Reading(lines=tuple(group), supports=float(each[0]), contradicts=float(each[1]), neither=float(each[2]))
        for group, each in zip(groups, means, strict=True)
    )


def told_of(group: Sequence[Line], candidates: Sequence[Line]) -> tuple[str, str]:
    """Some statements as a claim is read beside them: by themselves, and with what stands around them."""
    return _plainly(_told(group)), _plainly(_told(_around(group, candidates)))


def _plainly(text: str) -> str:
    return BINDING.sub("must", text)


def promising(claim: Wanted, candidates: Sequence[Line]) -> list[list[Line]]:
    """The statements that hold most of a claim, each by itself; none that is about something else."""
    shares = {id(line): about(claim, line) for line in candidates}
    ordered = sorted(candidates, key=lambda line: -shares[id(line)])
    return [[line] for line in ordered[:PROMISING] if shares[id(line)] >= limits().subject]


def _around(group: Sequence[Line], candidates: Sequence[Line]) -> list[Line]:
    """A group with the statements beside it in its passages, the nearest first, up to a number of words."""
    found, left = list(group), WORDS_AROUND - sum(len(line.text.split()) for line in group)
    places = {(line.document.id, line.position): line for line in candidates}
    for step in (-1, 1, -2, 2):
        for line in group:
            beside = places.get((line.document.id, line.position + step))
            if beside is not None and beside not in found and len(beside.text.split()) <= left:
                found.append(beside)
                left -= len(beside.text.split())
    return found


def _told(group: Sequence[Line]) -> str:
    """Statements in their order, those of each document under its heading."""
    ordered = sorted(group, key=lambda line: (line.document.id, line.position))
    told: list[str] = []
    for number, line in enumerate(ordered):
        if line.heading and (number == 0 or line.document.id != ordered[number - 1].document.id):
            told.append(f"{line.heading}.")
        told.append(" ".join(line.document.read(line.support.statement).split()))
    return " ".join(told)
