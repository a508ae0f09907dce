"""Claims in Chinese that allow what their source forbids, or waive what it demands, and the other way round.

Negations alone do not tell: 可以兑换 has none, and 不得兑换 and 可以兑换 share every other word. So each clause that allows,
forbids, demands or waives something is read with what it is about, and the two are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import kinds, pattern
from ingest.document import Span

OPPOSITE = {"allows": "forbids", "forbids": "allows", "demands": "waives", "waives": "demands"}
KINDS = ("waives", "forbids", "demands", "allows")  # 可以不 before 可以
BINDING = frozenset({"forbids", "demands"})
ALIKE = 0.6  # of the pairs of characters of one deed that the other holds
ENDS = re.compile(r"[，。；：！？（）\n]|$")
SENTENCE = re.compile(r"[。；！？\n]")
TITLE = re.compile(r"《[^》\n]*》")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """What a clause does with a deed, and the characters of both; `bound` where it speaks of some cases only."""

    kind: str
    deed: str
    start: int
    end: int
    bound: bool


def check(claim: Wanted, chosen: Sequence[Line]) -> list[Remark]:
    """At most one remark; none where a statement that the claim rests on takes its side."""
    if claim.language != "zh":
        return []
    held = [(each, line, span) for line in chosen for span in line.spans for each in stances(line.document.quote(span))]
    for own in stances(claim.claim):
        about = [(each, line, span) for each, line, span in held if one_deed(own.deed, each.deed)]
        if any(each.kind == own.kind for each, _, _ in about):
            continue
        for each, line, span in about:
            if each.kind == OPPOSITE[own.kind] and not (each.bound and (own.bound or own.kind in BINDING)):
                shown = Span(start=span.start + each.start, end=span.start + each.end)
                reason = say(claim.claim, "opposite", source=line.document.quote(line.span))
                words = Span(start=own.start, end=own.end)
                return [Remark(reason=reason, words=words, evidence=((line.document, shown),), contradicts=True)]
    return []


def stances(text: str) -> Iterator[Stance]:
    """What each clause of a text allows, forbids, demands or waives.

    >>> [(each.kind, each.deed) for each in stances("补贴可以转让，不得兑换现金。")]
    [('allows', '转让'), ('forbids', '兑换现金')]
    """
    plain = TITLE.sub(lambda match: "\n" * len(match[0]), text)
    for match in _stance().finditer(plain):
        ends = ENDS.search(plain, match.end())
        end = ends.start() if ends else len(plain)
        bound = pattern("polarity", "bound", "zh").search(SENTENCE.split(plain[: match.start()])[-1]) is not None
        if end > match.end():
            yield Stance(
                kind=match.lastgroup or "", deed=plain[match.end() : end], start=match.start(), end=end, bound=bound
            )


def one_deed(one: str, other: str) -> bool:
    """Whether two deeds are one, the shorter of them held by the other."""
    short, long = sorted(({*pairwise(one)}, {*pairwise(other)}), key=len)
    return bool(short) and len(short & long) >= ALIKE * len(short)


@cache
def _stance() -> re.Pattern[str]:
    lists = kinds("polarity", "stance")
    return re.compile("|".join(f"(?P<{kind}>{'|'.join(lists[kind]['zh'])})" for kind in KINDS))
