"""Whether two statements speak of the same thing and say otherwise of it: another figure, the opposite, another duty.

The same quantity is the same subject, attribute, unit and period; a different period is no conflict, and where the period of
one of two figures cannot be told, they are not compared. Everything is pure and works in English and Chinese; statements
in two languages are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from assistant.asked import Asked
from assistant.checking import polarity
from assistant.checking.duty import Duty, duties
from assistant.checking.figures import bounded, rounds
from assistant.checking.measuring import may_hold_numbers
from assistant.checking.quantities import Figure
from assistant.checking.reading import language, match
from assistant.checking.support import Line, wanted
from assistant.doubts import at_a_glance
from assistant.doubts.said import (
    Said,
    as_of,
    binds,
    clause,
    days_of,
    denies,
    is_year,
    limit,
    one_time,
    publisher,
    rivals,
    said,
    share,
)
from assistant.doubts.standing import cue
from assistant.doubts.stated import Alike, Place
from ingest.document import Document, Span

How = Literal["figure", "denial", "duty", "statement"]
A_DAY = re.compile(r"[A-Z][a-z]{2,8}\.? \d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2}|\d\s?日|\d{4}-\d\d-\d\d")
FEWEST = 3  # terms of a statement that another may deny
TOGETHER = 2  # of the first three terms that two duties ask for, those that must agree


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What two statements have otherwise, in the characters of their documents."""

    how: How
    mine: Span
    theirs: Span


def otherwise(one: Place, other: Place) -> Conflict | None:
    """What the other statement has otherwise than this one; None where they agree or speak of different things."""
    if one.document.id == other.document.id or language(one.text) != language(other.text):
        return None
    found = _figure_or_duty(one, other)
    if found is not None:
        return found
    return _denial(one, other) if _may_deny(one, other) else None


def may_say_otherwise(one: Place, other: Place) -> bool:
    """Whether it is worth reading the document of the other statement, which here may hold that statement alone."""
    if at_a_glance.same_words(one, other) or not at_a_glance.may_be_one_time(one, other):
        return False
    return _figure_or_duty(one, other) is not None or _may_deny(one, other)


def _figure_or_duty(one: Place, other: Place) -> Conflict | None:
    """Another figure or duty; the two statements and what their documents state about themselves tell it."""
    mine, theirs = said(one), said(other)
    counted = may_hold_numbers(mine.text) and may_hold_numbers(theirs.text)
    counted = counted and at_a_glance.may_hold_another_figure(mine, theirs.text)
    figure = _other_figure(one.document, mine, other.document, theirs) if counted else None
    if figure is not None and not rivals(mine, theirs):
        return Conflict(how="figure", mine=placed(one, figure[0]), theirs=placed(other, figure[1]))
    duty = _other_duty(one, mine, other, theirs) if figure is None else None
    if duty is None or rivals(mine, theirs):
        return None
    if not one_time(one.document, mine.days, other.document, theirs.days, rule=_rules(mine, theirs)):
        return None
    return Conflict(how="duty", mine=placed(one, duty[0]), theirs=placed(other, duty[1]))


def followed(one: Place, other: Place, asked: Asked) -> tuple[Figure, Figure] | None:
    """A figure told as of a day, and the other's for the same as of a later day, which the question still takes in."""
    if one.document.id == other.document.id or language(one.text) != language(other.text):
        return None
    mine, theirs = said(one), said(other)
    first, then = as_of(mine), as_of(theirs)
    if not first or not then or not first < then <= asked.last.isoformat() or rivals(mine, theirs):
        return None
    if (asked.told and first >= asked.first.isoformat()) or binds(mine.text) or binds(theirs.text):
        return None
    for a, b in _pairs(mine, theirs):
        if min(share(clause(mine, a), theirs.subject), share(clause(theirs, b), mine.subject)) >= limit("followed"):
            return a, b
    return None


def agrees(one: Place, other: Place) -> bool:
    """Whether the other statement says what this one says: the same figures, duties and subject."""
    mine, theirs = said(one), said(other)
    told = [each for each in mine.figures if each.kind not in {"document", "clause"}]
    if not all(any(each.same(their) for their in theirs.figures) for each in told):
        return False
    if share(mine.subject, theirs.subject) < limit("agrees") or denies(mine.text) != denies(theirs.text):
        return False
    return {each.level for each in duties(mine.text)} == {each.level for each in duties(theirs.text)}


def may_be_compared(one: Place, other: Alike) -> bool:
    """Whether two statements are in one language, and two of one publisher name a day each."""
    if one.document.id == other.document_id or language(one.text) != language(other.text):
        return False
    if publisher(one.document.metadata) == publisher(other.about) != "":
        return all(A_DAY.search(each) is not None for each in (one.text, other.text))
    return True


def _rules(mine: Said, theirs: Said) -> bool:
    return binds(mine.text) and binds(theirs.text)


def _other_figure(one: Document, mine: Said, other: Document, theirs: Said) -> tuple[Figure, Figure] | None:
    """A figure of each for one and the same quantity."""
    if one.metadata.issued != other.metadata.issued and (cue("forecast", mine.text) or cue("forecast", theirs.text)):
        return None
    for a, b in _pairs(mine, theirs):
        own, their = days_of(mine, a), days_of(theirs, b)
        if not one_time(one, own, other, their, rule=_rules(mine, theirs)):
            continue
        shares = (share(clause(mine, a), theirs.subject), share(clause(theirs, b), mine.subject))
        enough = limit("dated" if own else "undated")
        one_side = own and a.nouns and max(shares) >= limit("one_side") and min(shares) >= limit("other_side")
        if min(shares) >= enough or one_side:
            return a, b
    return None


def _pairs(mine: Said, theirs: Said) -> Iterator[tuple[Figure, Figure]]:
    """A figure of each that may be two values of one quantity, and that the other statement has nowhere."""
    for a in mine.figures:
        for b in theirs.figures:
            if not _comparable(a, b) or _ranks(mine) != _ranks(theirs):
                continue
            if any(a.same(each) for each in theirs.figures) or any(b.same(each) for each in mine.figures):
                continue
            if not (rounds(a, b) and a.about) and not (rounds(b, a) and b.about) and not bounded(a, b):
                yield a, b


def _comparable(a: Figure, b: Figure) -> bool:
    """Whether two figures are of one unit, or count the same thing."""
    if {a.kind, b.kind} != {"number"} or a.apart or b.apart or is_year(a) or is_year(b) or a.family != b.family:
        return False
    if a.family and a.family not in {"%", "points"}:
        return True
    if not a.nouns or not b.nouns:
        return bool(a.family) and a.nouns == b.nouns
    return match(a.nouns[0], frozenset(b.nouns[:1])) > 0


def _ranks(said: Said) -> frozenset[tuple[str, str]]:
    """Quarters, halves and seasons, which are part of the period: "the third quarter"."""
    return frozenset((each.kind, each.name) for each in said.figures if each.kind in {"rank", "season", "weekday"})


def _other_duty(one: Place, mine: Said, other: Place, theirs: Said) -> tuple[Duty, Duty] | None:
    """A duty that a notice lays down in one strength and a report tells in another."""
    if {one.document.metadata.kind, other.document.metadata.kind} != {"notice", "report"}:
        return None
    if max(share(mine.subject, theirs.subject), share(theirs.subject, mine.subject)) < limit("duty"):
        return None
    for a in duties(mine.text):
        nearest = max(duties(theirs.text), key=partial(_asks, a), default=None)
        if nearest is not None and _asks(a, nearest) >= TOGETHER and _stronger(a, nearest, mine.text):
            return a, nearest
    return None


def _asks(a: Duty, b: Duty) -> int:
    """How many of the first terms that two duties ask for agree."""
    return sum(match(term, frozenset(b.asks)) > 0 for term in a.asks[:3])


def _stronger(a: Duty, b: Duty, text: str) -> bool:
    low, high = sorted((a, b), key=lambda each: each.level)
    if low.certain or high.certain or low.text in {"may", "might", "could", "can"}:
        return False
    return high.level == 2 and (low.level == 0 or (low.level == 1 and language(text) == "en"))


def _may_deny(one: Place, other: Place) -> bool:
    """Whether two statements have the same words and figures at the same time, so that one of them may deny the other."""
    mine, theirs = said(one), said(other)
    if len(mine.subject) < FEWEST or not at_a_glance.may_deny(mine, theirs.text):
        return False
    if min(share(mine.subject, theirs.subject), share(theirs.subject, mine.subject)) < limit("denial"):
        return False
    told = [each for each in (*mine.figures, *theirs.figures) if each.kind == "number"]
    if not all(any(each.same(own) for own in side.figures) for each in told for side in (mine, theirs)):
        return False
    if rivals(mine, theirs):
        return False
    return one_time(one.document, mine.days, other.document, theirs.days, rule=_rules(mine, theirs))


def _denial(one: Place, other: Place) -> Conflict | None:
    """The same words, with a negation that only one of the two has."""
    line = Line(other.document, other.position, other.position, other.position)
    if not polarity.check(wanted(one.text, None), [line]):
        return None
    return Conflict(how="denial", mine=one.statement.span, theirs=other.statement.span)


def placed(place: Place, found: Figure | Duty) -> Span:
    """Where a figure or duty stands in the document; a figure with its noun, without a verb behind it."""
    start, end = place.statement.span.start + found.start, place.statement.span.start + found.end
    text = place.document.text[start:end]
    return Span(start=start, end=start + len(re.sub(r"(\D+)\s[a-z]+(?:ed|ing)$", r"\1", text)))
