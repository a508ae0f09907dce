"""Whether two statements speak of the same thing and say otherwise of it: another figure, the opposite, another duty.

The same quantity is the same subject, attribute, unit and period; a different period is no conflict, and where the period of
one of two figures cannot be told, they are not compared. Everything is pure and works in English and Chinese; statements
in two languages are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from tomllib import loads
from typing import Literal

from assistant.asked import Asked
from assistant.checking import polarity
from assistant.checking.duty import Duty, duties
from assistant.checking.figures import OPPOSITE, YEARS, rounds
from assistant.checking.measuring import figures
from assistant.checking.naming import Name, names, stands
from assistant.checking.quantities import Figure
from assistant.checking.reading import KEPT_IN_MEMORY, language, match, subject
from assistant.checking.support import Line, wanted
from assistant.checking.values import Value
from assistant.checking.wording import pattern
from assistant.doubts import lexicon
from assistant.doubts.elsewhere import Place
from assistant.doubts.standing import cue
from ingest.document import Document, Span

How = Literal["figure", "denial", "duty"]
CLAUSE = re.compile(r"[;:；：]\s|,\s(?!\d)|，|、(?=[^、]{8})")
A_DAY = re.compile(r"[A-Z][a-z]{2,8}\.? \d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2}|\d\s?日|\d{4}-\d\d-\d\d")
LANGUAGES: tuple[lexicon.Language, ...] = ("en", "zh")
ANY_DAY = "*"
NEAR = 20  # characters in front of a day in which "as of" stands
TOGETHER = 2  # of the first three terms that two duties ask for, those that must agree


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What two statements have otherwise, in the characters of their documents."""

    how: How
    mine: Span
    theirs: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A statement as it is compared."""

    text: str
    figures: tuple[Figure, ...]
    days: tuple[Value, ...]
    subject: frozenset[str]
    names: tuple[Name, ...]


def otherwise(one: Place, other: Place) -> Conflict | None:
    """What the other statement has otherwise than this one; None where they agree or speak of different things."""
    if one.document.id == other.document.id or not _may_be_compared(one, other):
        return None
    mine, theirs = _said(one), _said(other)
    if _rivals(mine, theirs):
        return None
    figure = _other_figure(one.document, mine, other.document, theirs)
    if figure is not None:
        return Conflict(how="figure", mine=_placed(one, figure[0]), theirs=_placed(other, figure[1]))
    if not _one_time(one.document, mine.days, other.document, theirs.days, rule=_rules(mine, theirs)):
        return None
    duty = _other_duty(one, mine, other, theirs)
    if duty is not None:
        return Conflict(how="duty", mine=_placed(one, duty[0]), theirs=_placed(other, duty[1]))
    return _denial(one, mine, other, theirs)


def followed(one: Place, other: Place, asked: Asked) -> tuple[Figure, Figure] | None:
    """A figure told as of a day, and the other's for the same as of a later day, which the question still takes in."""
    if one.document.id == other.document.id or language(one.text) != language(other.text):
        return None
    mine, theirs = _said(one), _said(other)
    first, then = _as_of(mine), _as_of(theirs)
    if not first or not then or not first < then <= asked.last.isoformat() or _rivals(mine, theirs):
        return None
    if (asked.told and first >= asked.first.isoformat()) or binds(mine.text) or binds(theirs.text):
        return None
    for a, b in _pairs(mine, theirs):
        if min(_share(_clause(mine, a), theirs.subject), _share(_clause(theirs, b), mine.subject)) >= limit("followed"):
            return a, b
    return None


def binds(text: str) -> bool:
    """Whether a statement lays down what somebody must, should or may do."""
    return bool(duties(text))


def agrees(one: Place, other: Place) -> bool:
    """Whether the other statement says what this one says: the same figures, duties and subject."""
    mine, theirs = _said(one), _said(other)
    told = [each for each in mine.figures if each.kind not in {"document", "clause"}]
    if not all(any(each.same(their) for their in theirs.figures) for each in told):
        return False
    if _share(mine.subject, theirs.subject) < limit("agrees") or _denies(mine.text) != _denies(theirs.text):
        return False
    return {each.level for each in duties(mine.text)} == {each.level for each in duties(theirs.text)}


def tells_as_of(text: str) -> bool:
    """Whether a statement may tell a figure as of a day."""
    return _as_of_a_day().search(text) is not None


@cache
def _as_of_a_day() -> re.Pattern[str]:
    english, chinese = (lexicon.choice("standing", tongue, "as_of") for tongue in LANGUAGES)
    return re.compile(rf"\b(?i:{english})\s+(?:\d|[A-Z])|{chinese}\s*\d")


def publisher(document: Document) -> str:
    """Who brought a document out, as it is compared."""
    return " ".join((document.metadata.outlet or document.metadata.issuer or "").casefold().split())


def _said(place: Place) -> Said:
    return _read(place.text, _month_of_issue(place.document))


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _read(text: str, issued: tuple[int, int] | None) -> Said:
    found = figures(text)
    return Said(
        text=text,
        figures=found,
        days=tuple(_days(found, issued)),
        subject=subject(text),
        names=tuple(each for each in names(text) if each.sure),
    )


def _month_of_issue(document: Document) -> tuple[int, int] | None:
    issued = document.metadata.issued
    return (issued.year, issued.month) if issued is not None else None


def _days(found: Sequence[Figure], issued: tuple[int, int] | None) -> Iterator[Value]:
    """The days, months and years that some figures name; a month without a year is the last one before the issue."""
    for each in found:
        if each.kind == "date" and each.value is not None:
            year, month, day = each.day.split("-")
            if year == ANY_DAY and issued is not None and month != ANY_DAY:
                year = _last_year(int(month), issued)
            yield Value(day=f"{year}-{month}-{day}", text=each.text, start=each.start, end=each.end)
        elif each.kind == "month" and issued is not None:
            named = int(each.name) + 1
            yield Value(day=f"{_last_year(named, issued)}-{named}-*", text=each.text, start=each.start, end=each.end)
        elif _is_year(each):
            yield Value(day=f"{each.amount}-*-*", text=each.text, start=each.start, end=each.end)


def _last_year(month: int, issued: tuple[int, int]) -> str:
    """The year of the last such month before a document came out."""
    return str(issued[0] - (month > issued[1]))


def _is_year(figure: Figure) -> bool:
    amount = figure.amount
    if figure.kind != "number" or figure.family or figure.nouns or amount is None:
        return False
    return amount.denominator == 1 and YEARS[0] <= amount <= YEARS[1]


def _sortable(day: Value) -> str:
    """A day as 2020-02-29, so far as it is told; a month counts as its first day."""
    year, month, of_month = day.day.split("-")
    if ANY_DAY in {year, month}:
        return ""
    return f"{int(year):04}-{int(month):02}-{int(of_month) if of_month != ANY_DAY else 1:02}"


def _as_of(said: Said) -> str:
    """The last day that a statement tells its figures as of."""
    found = [each for each in said.days if cue("as_of", said.text[max(0, each.start - NEAR) : each.start])]
    return max(map(_sortable, found), default="")


def _may_be_compared(one: Place, other: Place) -> bool:
    """Whether two statements are in one language, and two of one publisher name a day each."""
    if publisher(one.document) == publisher(other.document) != "":
        return all(A_DAY.search(each.text) for each in (one, other)) and language(one.text) == language(other.text)
    return language(one.text) == language(other.text)


def _rules(mine: Said, theirs: Said) -> bool:
    return binds(mine.text) and binds(theirs.text)


def _rivals(mine: Said, theirs: Said) -> bool:
    """Whether each names somebody or something that the other does not: then they speak of different things."""
    own = [each for each in mine.names if not stands(each, theirs.text)]
    other = [each for each in theirs.names if not stands(each, mine.text)]
    return bool(own and other)


def _one_time(one: Document, mine: Sequence[Value], other: Document, theirs: Sequence[Value], *, rule: bool) -> bool:
    """Whether what two documents say is about one time: both name it, or they came out close to one another.

    A rule holds from its notice on, so a report that came out later is about its time. Two documents of one publisher are
    about one time only where both name the day.
    """
    if mine and theirs:
        agree = all(any(_same_time(each, their) for their in theirs) for each in mine)
        agree = agree or all(any(_same_time(each, their) for their in mine) for each in theirs)
        exact = all(any(ANY_DAY not in each.day for each in days) for days in (mine, theirs))
        return agree and (exact or publisher(one) != publisher(other))
    first, then = one.metadata.issued, other.metadata.issued
    if publisher(one) == publisher(other) or first is None or then is None or (bool(mine or theirs) and not rule):
        return False
    if rule and {one.metadata.kind, other.metadata.kind} == {"notice", "report"}:
        return first <= then if one.metadata.kind == "notice" else then <= first
    return abs((first - then).days) <= limit("days")


def _same_time(one: Value, other: Value) -> bool:
    """Whether two dates are one, to the month at least unless both tell a year alone."""
    told = [each.day.split("-")[1] != ANY_DAY for each in (one, other)]
    return one.same(other) and told[0] == told[1]


def _other_figure(one: Document, mine: Said, other: Document, theirs: Said) -> tuple[Figure, Figure] | None:
    """A figure of each for one and the same quantity."""
    if one.metadata.issued != other.metadata.issued and (cue("forecast", mine.text) or cue("forecast", theirs.text)):
        return None
    for a, b in _pairs(mine, theirs):
        own, their = _days_of(mine, a), _days_of(theirs, b)
        if not _one_time(one, own, other, their, rule=_rules(mine, theirs)):
            continue
        shares = (_share(_clause(mine, a), theirs.subject), _share(_clause(theirs, b), mine.subject))
        enough = limit("dated" if own else "undated")
        one_side = own and a.nouns and max(shares) >= limit("one_side") and min(shares) >= limit("other_side")
        if min(shares) >= enough or one_side:
            return a, b
    return None


def _days_of(said: Said, figure: Figure) -> tuple[Value, ...]:
    """The days that the clause of a figure names, else those of the clause that opens the statement."""
    start, end = _bounds(said, figure)
    own = tuple(each for each in said.days if start <= each.start < end)
    opening = next((each.start() for each in CLAUSE.finditer(said.text)), 0)
    return own or tuple(each for each in said.days if each.start < opening)


def _pairs(mine: Said, theirs: Said) -> Iterator[tuple[Figure, Figure]]:
    """A figure of each that may be two values of one quantity, and that the other statement has nowhere."""
    for a in mine.figures:
        for b in theirs.figures:
            if not _comparable(a, b) or _ranks(mine) != _ranks(theirs):
                continue
            if any(a.same(each) for each in theirs.figures) or any(b.same(each) for each in mine.figures):
                continue
            if not (rounds(a, b) and a.about) and not (rounds(b, a) and b.about) and not _bounded(a, b):
                yield a, b


def _comparable(a: Figure, b: Figure) -> bool:
    """Whether two figures are of one unit, or count the same thing."""
    if {a.kind, b.kind} != {"number"} or a.apart or b.apart or _is_year(a) or _is_year(b) or a.family != b.family:
        return False
    if a.family and a.family not in {"%", "points"}:
        return True
    if not a.nouns or not b.nouns:
        return bool(a.family) and a.nouns == b.nouns
    return match(a.nouns[0], frozenset(b.nouns[:1])) > 0


def _ranks(said: Said) -> frozenset[tuple[str, str]]:
    """Quarters, halves and seasons, which are part of the period: "the third quarter"."""
    return frozenset((each.kind, each.name) for each in said.figures if each.kind in {"rank", "season", "weekday"})


def _bounded(a: Figure, b: Figure) -> bool:
    """Whether one is a bound that the other keeps, or the two are the ends of a period."""
    if a.amount is None or b.amount is None:
        return True
    if OPPOSITE.get(a.side) == b.side != "":
        return True
    one = (a.side == "more" and b.amount >= a.amount) or (a.side == "less" and b.amount <= a.amount)
    return one or (b.side == "more" and a.amount >= b.amount) or (b.side == "less" and a.amount <= b.amount)


def _clause(said: Said, figure: Figure) -> frozenset[str]:
    """The terms of the clause that a figure stands in, as far as they tell what it is about."""
    start, end = _bounds(said, figure)
    return subject(said.text[start:end]) & said.subject or said.subject


def _bounds(said: Said, figure: Figure) -> tuple[int, int]:
    ends = [each.span() for each in CLAUSE.finditer(said.text)]
    start = max((end for _, end in ends if end <= figure.start), default=0)
    return start, min((start for start, _ in ends if start >= figure.end), default=len(said.text))


def _other_duty(one: Place, mine: Said, other: Place, theirs: Said) -> tuple[Duty, Duty] | None:
    """A duty that a notice lays down in one strength and a report tells in another."""
    if {one.document.metadata.kind, other.document.metadata.kind} != {"notice", "report"}:
        return None
    if max(_share(mine.subject, theirs.subject), _share(theirs.subject, mine.subject)) < limit("duty"):
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


def _denial(one: Place, mine: Said, other: Place, theirs: Said) -> Conflict | None:
    """The same words, with a negation that only one of the two has."""
    shares = (_share(mine.subject, theirs.subject), _share(theirs.subject, mine.subject))
    if min(shares) < limit("denial") or len(mine.subject) < 3:
        return None
    told = [each for each in (*mine.figures, *theirs.figures) if each.kind == "number"]
    if not all(any(each.same(own) for own in side.figures) for each in told for side in (mine, theirs)):
        return None
    line = Line(other.document, other.position, other.position, other.position)
    if not polarity.check(wanted(mine.text, None), [line]):
        return None
    return Conflict(how="denial", mine=one.statement.span, theirs=other.statement.span)


def _denies(text: str) -> bool:
    return pattern("polarity", "negation", "zh" if language(text) == "zh" else "en").search(text.lower()) is not None


def _share(terms: frozenset[str], others: frozenset[str]) -> float:
    """The share of some terms that others hold."""
    return sum(match(term, others) for term in terms) / len(terms) if terms else 0.0


def _placed(place: Place, found: Figure | Duty) -> Span:
    """Where a figure or duty stands in the document; a figure with its noun, without a verb behind it."""
    start, end = place.statement.span.start + found.start, place.statement.span.start + found.end
    text = place.document.text[start:end]
    return Span(start=start, end=start + len(re.sub(r"(\D+)\s[a-z]+ed$", r"\1", text)))


def limit(name: str) -> float:
    """A number of `comparing.toml`; what each does is said there."""
    return _limits()[name]


@cache
def _limits() -> dict[str, float]:
    limits: dict[str, float] = loads((Path(__file__).parent / "comparing.toml").read_text(encoding="utf-8"))
    return limits
