"""Doubts from the library: what other documents say about a claim's standing, quoted or written.

A family is a plain callable: it takes a claim with the statements it rests on, and the statements elsewhere that speak of
the same, and hands back a doubt or None; those of `IN_TIME` take besides which documents hold at the time asked about.
Families are asked in the order of the two lists; a kind that a claim bears already is not said again. Who says the same is
told last, since it asks what the others found: `voices`, and `single_voice` where there is but one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import replace

from assistant.answer import Claim, Doubt, DoubtKind, cite
from assistant.asked import Asked, asked
from assistant.doubts import disputed, outdated, questioned_elsewhere, single, voices
from assistant.doubts.elsewhere import Elsewhere
from assistant.doubts.standings import Standings
from assistant.doubts.stated import Alike, Place, Raised, Stated
from vectorstore.library import LibraryError
from vectorstore.store import Store

Family = Callable[[Stated, Sequence[Alike]], Raised | None]
InTime = Callable[[Stated, Sequence[Alike], Standings], Raised | None]
Among = Callable[[Sequence[Place]], Sequence[tuple[Place, Place]]]

FAMILIES: tuple[Family, ...] = (questioned_elsewhere.find,)
IN_TIME: tuple[InTime, ...] = (outdated.find, disputed.find)
WEIGHT: tuple[DoubtKind, ...] = (
    "unsupported", "misquoted", "overstated",
    "disputed", "outdated", "questioned", "cut_off", "self_reported", "vague_source", "attributed", "hedged",
    "unchecked", "single_voice",
)  # fmt: skip
"""The kinds of doubt, first what would change a reader's mind first."""


class FromLibrary:
    """Adds the library's doubts to claims; without families it adds none. `among` finds opposed ones among what claims rest on."""

    def __init__(self, store: Store, families: Sequence[Family] = FAMILIES, among: Among | None = None) -> None:
        self._library = store.library
        self._elsewhere = Elsewhere(store)
        self._families = families
        self._among = among
        self._time: Asked | None = None
        self._publishers = (-1, 0)

    def at(self, time: Asked) -> FromLibrary:
        """The same, for a question about another time than today."""
        same = copy(self)
        same._time = time  # noqa: SLF001 (of its own kind)
        return same

    def doubted(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """The claims with what the library raises about them; one that cites nothing stays as it is."""
        try:
            return self._doubted(claims)
        except LibraryError:  # a document was taken away while it was read: the second look does not find it
            return self._doubted(claims)

    def _doubted(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        stated = self._elsewhere.stated(claims)
        told = [each for each in stated if each.places]
        if not told:
            return tuple(claims)
        alike = self._elsewhere.alike(told)
        standings = Standings(self._library, self._time or asked(""))
        resting = [place.document for each in told for place in each.places]
        standings.know(resting, [each for found in alike for each in found])
        standings.know_versions(resting)
        standings.know_opposed(resting)
        if self._among is not None:
            standings.oppose(self._among([place for each in told for place in each.places]))
        raised = [
            (self._by_families(each, others, standings), others) for each, others in zip(told, alike, strict=True)
        ]
        doubted = {each.claim.id: each.claim for each, _ in raised} | self._heard(
            [(each, others) for each, others in raised if each.claim.verdict not in {"contradicted", "not_found"}]
        )
        return tuple(doubted.get(claim.id, claim) for claim in claims)

    def _by_families(self, stated: Stated, alike: Sequence[Alike], standings: Standings) -> Stated:
        found = [family(stated, alike) for family in self._families]
        for raised in (*found, *(family(stated, alike, standings) for family in IN_TIME)):
            if raised is not None:
                stated = replace(stated, claim=_with(stated.claim, raised))
        return stated

    def _heard(self, asked: Sequence[tuple[Stated, Sequence[Alike]]]) -> dict[str, Claim]:
        """Claims by id with their voices, and the doubt where there is but one among many that could speak."""
        found = {}
        heard = voices.heard(asked, voices.Copying(self._library))
        for (stated, _), each in zip(asked, heard, strict=True):
            claim = replace(stated.claim, voices=each.voices)
            alone = single.find(stated, each)
            found[claim.id] = claim if alone is None or not self._others_could_speak() else _with(claim, alone)
        return found

    def _others_could_speak(self) -> bool:
        """Whether the library holds what several have published; asked again after a change."""
        change = self._library.last_change()
        if self._publishers[0] != change:
            self._publishers = (change, len(self._library.publishers(single.FEWEST_PUBLISHERS)))
        return self._publishers[1] >= single.FEWEST_PUBLISHERS


def _with(claim: Claim, raised: Raised) -> Claim:
    """A claim with one more doubt, unless it bears one of that kind."""
    if any(doubt.kind == raised.kind for doubt in claim.doubts):
        return claim
    return replace(claim, doubts=ordered(claim.id, (*claim.doubts, _doubt(raised))))


def ordered(claim_id: str, doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Doubts by weight, numbered in that order."""
    weighed = sorted(doubts, key=lambda doubt: WEIGHT.index(doubt.kind))
    return tuple(replace(doubt, id=f"{claim_id}-d{number}") for number, doubt in enumerate(weighed, start=1))


def _doubt(raised: Raised) -> Doubt:
    evidence = tuple(cite(document, span) for document, span in raised.evidence)
    return Doubt(id="", kind=raised.kind, reason=raised.reason, evidence=evidence, span=raised.words)
