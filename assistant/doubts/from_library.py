"""Doubts from the library: what other documents say about a claim's standing, quoted or written.

A family is a plain callable: it takes a claim with the statements it rests on, and the statements elsewhere that speak of
the same, and hands back a doubt or None; those of `IN_TIME` take the standing of documents at the time asked about besides.
Families are asked in the order of the two lists; a kind that a claim bears already is not said again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from assistant.answer import Claim, Doubt, DoubtKind, cite
from assistant.asked import Asked, asked
from assistant.doubts import disputed, outdated, questioned_elsewhere
from assistant.doubts.elsewhere import Alike, Elsewhere, Raised, Stated
from assistant.doubts.standings import Standings
from vectorstore.store import Store

Family = Callable[[Stated, Sequence[Alike]], Raised | None]
InTime = Callable[[Stated, Sequence[Alike], Standings], Raised | None]

FAMILIES: tuple[Family, ...] = (questioned_elsewhere.find,)
IN_TIME: tuple[InTime, ...] = (outdated.find, disputed.find)
WEIGHT: tuple[DoubtKind, ...] = (
    "unsupported", "misquoted", "overstated",
    "disputed", "outdated", "questioned", "cut_off", "self_reported", "vague_source", "attributed", "hedged",
    "unchecked", "single_voice",
)  # fmt: skip
"""The kinds of doubt, first what would change a reader's mind first."""


class FromLibrary:
    """Adds the library's doubts to claims; without families it adds none."""

    def __init__(
        self,
        store: Store,
        families: Sequence[Family] = FAMILIES,
        in_time: Sequence[InTime] = IN_TIME,
        time: Asked | None = None,
    ) -> None:
        self._store = store
        self._elsewhere = Elsewhere(store)
        self._families = families
        self._in_time = in_time
        self._time = time

    def at(self, time: Asked) -> FromLibrary:
        """The same, for a question about another time than today."""
        return FromLibrary(self._store, self._families, self._in_time, time)

    def doubted(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """The claims with what the library raises about them; one that cites nothing stays as it is."""
        stated = self._elsewhere.stated(claims)
        told = [each for each in stated if each.places]
        alike = dict(zip((each.claim.id for each in told), self._elsewhere.alike(told), strict=True))
        standings = Standings(self._store.library, self._time or asked(""))
        standings.know(place.document for each in told for place in each.places)
        standings.know(each.place.document for found in alike.values() for each in found)
        return tuple(self._with_doubts(each, alike.get(each.claim.id, ()), standings) for each in stated)

    def _with_doubts(self, stated: Stated, alike: Sequence[Alike], standings: Standings) -> Claim:
        if not stated.places:
            return stated.claim
        found = [family(stated, alike) for family in self._families]
        found += [family(stated, alike, standings) for family in self._in_time]
        for raised in found:
            if raised is not None and all(doubt.kind != raised.kind for doubt in stated.claim.doubts):
                doubts = ordered(stated.claim.id, (*stated.claim.doubts, _doubt(raised)))
                stated = replace(stated, claim=replace(stated.claim, doubts=doubts))
        return stated.claim


def ordered(claim_id: str, doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Doubts by weight, numbered in that order."""
    weighed = sorted(doubts, key=lambda doubt: WEIGHT.index(doubt.kind))
    return tuple(replace(doubt, id=f"{claim_id}-d{number}") for number, doubt in enumerate(weighed, start=1))


def _doubt(raised: Raised) -> Doubt:
    evidence = tuple(cite(document, span) for document, span in raised.evidence)
    return Doubt(id="", kind=raised.kind, reason=raised.reason, evidence=evidence, span=raised.words)
