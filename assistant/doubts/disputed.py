"""Claims that another passage of the library contradicts: both quotes side by side, never a winner.

A notice is the authority on what it orders: a report that tells its order otherwise is disputed, the notice is not. What is
superseded or expired disputes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from string import Template
from tomllib import loads

from assistant.doubts import comparing, outdated, telling
from assistant.doubts.comparing import Conflict, may_be_compared, otherwise
from assistant.doubts.matters import Matter, Reading
from assistant.doubts.said import binds, limit
from assistant.doubts.standings import Standings
from assistant.doubts.stated import Alike, Place, Raised, Stated
from assistant.doubts.words import clipped
from ingest.document import Metadata

SHOWN = 3  # statements elsewhere that are shown as evidence


def find(stated: Stated, alike: Sequence[Alike], standings: Standings) -> Raised | None:
    """The first statement elsewhere that says otherwise than one of those the claim rests on."""
    for place in stated.places:
        found = list(conflicts(place, alike, standings))
        if found:
            return _raised(stated, place, found[:SHOWN])
    return None


def conflicts(
    place: Place, alike: Sequence[Alike], standings: Standings, *, both: bool = False
) -> Iterator[tuple[Place, Conflict]]:
    """The statements elsewhere that say otherwise than a statement, so far as both hold at the time asked about.

    With `both`, the reports that tell a notice's order otherwise are told of the notice too.
    """
    if standings.lapse(place.document) is not None:
        return
    found = candidates(place, [each for each in alike if _counts(place, each, standings, both=both)])
    weighed = [each for each in standings.opposed(place) if both or not _orders(place, each.document.metadata)]
    if (found or weighed) and outdated.restated(place, alike, standings) is None:
        yield from found
        told = [other for other, _ in found]
        yield from ((each, _otherwise(place, each)) for each in weighed if each not in told)


def candidates(place: Place, alike: Sequence[Alike]) -> list[tuple[Place, Conflict]]:
    """The statements among some that say otherwise than a statement, whatever holds; those that came out first in front.

    A document that says elsewhere what the statement says does not dispute it; nor does any report where a notice says so.
    """
    others = [(each, each.alone) for each in alike if _near(each) and may_be_compared(place, each)]
    worth_reading = [each.place for each, alone in others if comparing.may_say_otherwise(place, alone)]
    found = [(other, conflict) for other in worth_reading if (conflict := otherwise(place, other)) is not None]
    if not found:
        return []
    agreeing = {each.document_id: each for each, alone in others if comparing.agrees(place, alone)}
    if binds(place.text) and any(each.about.kind == "notice" for each in agreeing.values()):
        return []
    rest = [each for each in found if each[0].document.id not in agreeing]
    return sorted(rest, key=lambda each: (each[0].document.metadata.issued or date.max, each[0].document.id))


def _near(alike: Alike) -> bool:
    return alike.by == "words" and max(alike.share, alike.back) >= limit("near")


def _counts(place: Place, other: Alike, standings: Standings, *, both: bool) -> bool:
    """Whether a statement elsewhere may dispute this one: it holds, had come out, and is no report about this notice."""
    issued, as_of = other.about.issued, standings.asked.as_of
    if (as_of is not None and issued is not None and issued > as_of) or standings.lapsed(other) is not None:
        return False
    return both or not _orders(place, other.about)


def _orders(place: Place, other: Metadata) -> bool:
    """Whether a statement orders something in a notice, which what is no notice does not dispute."""
    return place.document.metadata.kind == "notice" and other.kind != "notice" and binds(place.text)


def _otherwise(one: Place, other: Place) -> Conflict:
    """What two statements that were weighed have otherwise: two figures, or each the whole of what it says."""
    compared = Matter(mine := Reading(one.document), theirs := Reading(other.document)).compared(
        mine.told[one.position], theirs.told[other.position]
    )
    if compared is None or compared.figures is None:
        return Conflict(how="statement", mine=one.statement.span, theirs=other.statement.span)
    a, b = compared.figures
    return Conflict(how="figure", mine=comparing.placed(one, a), theirs=comparing.placed(other, b))


def told(place: Place, other: Place, conflict: Conflict, *, chinese: bool) -> str:
    """Who says what, in one sentence."""
    reason = Template(_reasons()["zh" if chinese else "en"][conflict.how]).substitute(
        here=telling.dated(place.document, chinese=chinese),
        there=telling.dated(other.document, chinese=chinese),
        mine=clipped(place.document.quote(conflict.mine)),
        theirs=clipped(other.document.quote(conflict.theirs)),
    )
    return reason[:1].upper() + reason[1:]


def _raised(stated: Stated, place: Place, found: Sequence[tuple[Place, Conflict]]) -> Raised:
    other, conflict = found[0]
    evidence = (
        (place.document, place.statement.span),
        *((each.document, each.statement.span) for each, _ in found),
    )
    return Raised(kind="disputed", reason=told(place, other, conflict, chinese=stated.chinese), evidence=evidence)


@cache
def _reasons() -> dict[str, dict[str, str]]:
    reasons: dict[str, dict[str, str]] = loads((Path(__file__).parent / "disputed.toml").read_text(encoding="utf-8"))
    return reasons
