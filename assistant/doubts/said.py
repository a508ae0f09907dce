"""A statement as it is compared with others: its figures, its days, its names, and the terms that tell what it is about.

A figure belongs to the day that its own clause names, else to the one that opens the statement; a month without a year is
the last one before the document came out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property, lru_cache
from pathlib import Path
from tomllib import loads

from assistant.checking.duty import duties
from assistant.checking.figures import YEARS
from assistant.checking.measuring import figures
from assistant.checking.naming import Name, names, stands
from assistant.checking.quantities import Figure
from assistant.checking.reading import KEPT_IN_MEMORY, language, match, subject
from assistant.checking.values import Value
from assistant.checking.wording import pattern
from assistant.doubts import lexicon
from assistant.doubts.standing import cue
from assistant.doubts.stated import Place
from ingest.document import Document, Metadata
from vectorstore.filters import issuer_key

CLAUSE = re.compile(r"[;:；：]\s|,\s(?!\d)|，|、(?=[^、]{8})")
LANGUAGES: tuple[lexicon.Language, ...] = ("en", "zh")
ANY_DAY = "*"
NEAR = 20  # characters in front of a day in which "as of" stands


@dataclass(frozen=True, kw_only=True)
class Said:
    """A statement as it is compared; what it holds is read when it is asked for. `issued` is the day of its document."""

    text: str
    issued: date | None

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures in order."""
        return figures(self.text)

    @cached_property
    def days(self) -> tuple[Value, ...]:
        """The days, months and years that it names."""
        return tuple(_days(self.figures, self.issued))

    @cached_property
    def subject(self) -> frozenset[str]:
        """The terms that tell what it is about."""
        return subject(self.text)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The names in it that are surely names."""
        return tuple(each for each in names(self.text) if each.sure)


def said(place: Place) -> Said:
    """A statement as it is compared."""
    return _read(place.text, place.document.metadata.issued)


def publisher(about: Metadata) -> str:
    """Who brought a document out, as it is compared."""
    return issuer_key(about.outlet or about.issuer)


def binds(text: str) -> bool:
    """Whether a statement lays down what somebody must, should or may do."""
    return bool(duties(text))


def denies(text: str) -> bool:
    """Whether a statement has a negation."""
    return pattern("polarity", "negation", "zh" if language(text) == "zh" else "en").search(text.lower()) is not None


def tells_as_of(text: str) -> bool:
    """Whether a statement may tell a figure as of a day."""
    return _as_of_a_day().search(text) is not None


def as_of(said: Said) -> str:
    """The last day that a statement tells its figures as of."""
    found = [each for each in said.days if cue("as_of", said.text[max(0, each.start - NEAR) : each.start])]
    return max(map(_sortable, found), default="")


def rivals(mine: Said, theirs: Said) -> bool:
    """Whether each names somebody or something that the other does not: then they speak of different things."""
    own = [each for each in mine.names if not stands(each, theirs.text)]
    other = [each for each in theirs.names if not stands(each, mine.text)]
    return bool(own and other)


def one_time(one: Document, mine: Sequence[Value], other: Document, theirs: Sequence[Value], *, rule: bool) -> bool:
    """Whether what two documents say is about one time: both name it, or they came out close to one another.

    A rule holds from its notice on, so a report that came out later is about its time. Two documents of one publisher are
    about one time only where both name the day.
    """
    if mine and theirs:
        agree = all(any(one_day(each, their) for their in theirs) for each in mine)
        agree = agree or all(any(one_day(each, their) for their in mine) for each in theirs)
        exact = all(any(ANY_DAY not in each.day for each in days) for days in (mine, theirs))
        return agree and (exact or publisher(one.metadata) != publisher(other.metadata))
    first, then = one.metadata.issued, other.metadata.issued
    if (
        publisher(one.metadata) == publisher(other.metadata)
        or first is None
        or then is None
        or (bool(mine or theirs) and not rule)
    ):
        return False
    if rule and {one.metadata.kind, other.metadata.kind} == {"notice", "report"}:
        return first <= then if one.metadata.kind == "notice" else then <= first
    return abs((first - then).days) <= limit("days")


def days_of(said: Said, figure: Figure) -> tuple[Value, ...]:
    """The days that the clause of a figure names, else those of the clause that opens the statement."""
    start, end = _bounds(said, figure)
    own = tuple(each for each in said.days if start <= each.start < end)
    opening = next((each.start() for each in CLAUSE.finditer(said.text)), 0)
    return own or tuple(each for each in said.days if each.start < opening)


def clause(said: Said, figure: Figure) -> frozenset[str]:
    """The terms of the clause that a figure stands in, as far as they tell what it is about."""
    start, end = _bounds(said, figure)
    return subject(said.text[start:end]) & said.subject or said.subject


def is_year(figure: Figure) -> bool:
    """Whether a figure is a bare year."""
    amount = figure.amount
    if figure.kind != "number" or figure.family or figure.nouns or amount is None:
        return False
    return amount.denominator == 1 and YEARS[0] <= amount <= YEARS[1]


def share(terms: frozenset[str], others: frozenset[str]) -> float:
    """The share of some terms that others hold."""
    return sum(match(term, others) for term in terms) / len(terms) if terms else 0.0


def limit(name: str) -> float:
    """A number of `comparing.toml`; what each does is said there."""
    return _limits()[name]


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _read(text: str, issued: date | None) -> Said:
    return Said(text=text, issued=issued)


def _days(found: Sequence[Figure], issued: date | None) -> Iterator[Value]:
    """The days, months and years that some figures name; what they leave out is told by a day before them, else by the issue.

    A month without a year is the last one before the issue, a day without a month the last such day.
    """
    before = ""
    for each in found:
        day = ""
        if each.kind == "date" and each.value is not None:
            day = _completed(each.day, before, issued)
        elif each.kind == "month" and issued is not None:
            named = int(each.name) + 1
            day = f"{_last_year(named, issued)}-{named}-*"
        elif is_year(each):
            day = f"{each.amount}-*-*"
        if day:
            before = day
            yield Value(day=day, text=each.text, start=each.start, end=each.end)


def _completed(day: str, before: str, issued: date | None) -> str:
    """A day with what it leaves out."""
    year, month, of_month = day.split("-")
    if month == ANY_DAY != of_month:
        known = before.split("-") if before else []
        if known and known[1] != ANY_DAY:
            return f"{known[0]}-{known[1]}-{of_month}"
        if issued is not None:
            last = issued if int(of_month) <= issued.day else issued.replace(day=1) - timedelta(days=1)
            return f"{last.year}-{last.month}-{of_month}"
    if year == ANY_DAY and issued is not None and month != ANY_DAY:
        year = _last_year(int(month), issued)
    return f"{year}-{month}-{of_month}"


def _last_year(month: int, issued: date) -> str:
    """The year of the last such month before a document came out."""
    return str(issued.year - (month > issued.month))


def _sortable(day: Value) -> str:
    """A day as 2020-02-29, so far as it is told; a month counts as its first day."""
    year, month, of_month = day.day.split("-")
    if ANY_DAY in {year, month}:
        return ""
    return f"{int(year):04}-{int(month):02}-{int(of_month) if of_month != ANY_DAY else 1:02}"


def one_day(one: Value, other: Value) -> bool:
    """Whether two dates are one, to the month at least unless both tell a year alone."""
    told = [each.day.split("-")[1] != ANY_DAY for each in (one, other)]
    return one.same(other) and told[0] == told[1]


def _bounds(said: Said, figure: Figure) -> tuple[int, int]:
    ends = [each.span() for each in CLAUSE.finditer(said.text)]
    start = max((end for _, end in ends if end <= figure.start), default=0)
    return start, min((start for start, _ in ends if start >= figure.end), default=len(said.text))


@cache
def _as_of_a_day() -> re.Pattern[str]:
    english, chinese = (lexicon.choice("standing", tongue, "as_of") for tongue in LANGUAGES)
    return re.compile(rf"\b(?i:{english})\s+(?:\d|[A-Z])|{chinese}\s*\d")


@cache
def _limits() -> dict[str, float]:
    limits: dict[str, float] = loads((Path(__file__).parent / "comparing.toml").read_text(encoding="utf-8"))
    return limits
