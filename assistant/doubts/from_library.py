"""Doubts from the library: what other documents say about a claim's standing, quoted or written.

A family is a plain callable: it takes a claim with the statements it rests on, and the statements elsewhere that speak of
the same, and hands back a doubt or None. Families are asked in the order of `FAMILIES`; a kind that a claim bears already is
not said again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from assistant.answer import Claim, Doubt, DoubtKind, cite
from assistant.doubts import questioned_elsewhere
from assistant.doubts.elsewhere import Alike, Elsewhere, Raised, Stated
from vectorstore.store import Store

Family = Callable[[Stated, Sequence[Alike]], Raised | None]

FAMILIES: tuple[Family, ...] = (questioned_elsewhere.find,)
WEIGHT: tuple[DoubtKind, ...] = (
    "unsupported", "misquoted", "overstated",
    "disputed", "outdated", "questioned", "cut_off", "self_reported", "vague_source", "attributed", "hedged",
    "unchecked", "single_voice",
)  # fmt: skip
"""The kinds of doubt, first what would change a reader's mind first."""


class FromLibrary:
    """Adds the library's doubts to claims; without families it adds none."""

    def __init__(self, store: Store, families: Sequence[Family] = FAMILIES) -> None:
        self._elsewhere = Elsewhere(store)
        self._families = families

    def doubted(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """The claims with what the library raises about them; one that cites nothing stays as it is."""
        stated = self._elsewhere.stated(claims)
        told = [each for each in stated if each.places]
        alike = dict(zip((each.claim.id for each in told), self._elsewhere.alike(told), strict=True))
        return tuple(self._with_doubts(each, alike.get(each.claim.id, ())) for each in stated)

    def _with_doubts(self, stated: Stated, alike: Sequence[Alike]) -> Claim:
        for family in self._families if stated.places else ():
            raised = family(stated, alike)
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
