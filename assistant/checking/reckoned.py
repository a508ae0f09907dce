"""Figures of a claim that stand nowhere in its source and follow from it: a share, a difference, a sum, a ratio, the year of "last year"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import combinations

from assistant.checking.measuring import A_YEAR, figures
from assistant.checking.quantities import Figure
from assistant.checking.support import Line
from assistant.checking.wording import kinds
from ingest.document import Document

EXACTLY, ROUGHLY = (
    Fraction(1, 100),
    Fraction(1, 14),
)  # how far a share may be from the one told, by itself and as "about"
TENTH = Fraction(1, 10)
FROM_A_BOUND = Fraction(
    3, 10
)  # how far a share may lie from the bound that it keeps: "fewer than one in ten" of 8.6 per cent
BESIDE = 4  # characters between a weekday and its date
NEAR = 10  # days from a document's own within which it names a day by its weekday
AT_MOST = 12  # figures of some statements that are reckoned with: of many, some fit by chance
YEARS = {
    -2: "before_last_year",
    -1: "last_year",
    0: "this_year",
    1: "next_year",
}  # by how far they are from the document's
SMALLEST = 3  # differences and sums below it fit by chance


def works_out(claim: str, figure: Figure, chosen: Sequence[Line]) -> bool:
    """Whether a figure that a claim has follows from the statements that the claim rests on."""
    if figure.kind in {"date", "weekday", "month"} or (figure.years.isdecimal() and int(figure.years) in A_YEAR):
        return any(_near_by_name(figure, line) or _told_by_its_day(claim, figure, line) for line in chosen)
    if figure.kind != "number" or figure.amount is None:
        return False
    plain = [line for line in chosen if "|" not in line.text]
    told = [each for line in plain for _, each in line.figures if each.kind == "number" and each.amount]
    return len(told) <= AT_MOST and (_is_a_share(claim, figure, told) or _is_a_difference(figure, told))


def _is_a_share(claim: str, figure: Figure, told: Sequence[Figure]) -> bool:
    """Whether a share, a percentage or a multiple is that of two figures of one kind, or the same share told otherwise."""
    share = _share(claim, figure)
    if share is None or figure.amount is None:
        return False
    if figure.side in {"less", "more"}:
        least, most = (1 - FROM_A_BOUND, 1) if figure.side == "less" else (1, 1 + FROM_A_BOUND)
        return any(least * share <= each <= most * share for each in _shares(told))
    loosely = figure.about or _loosely(claim, figure)
    if loosely and figure.family == "%" and figure.in_words:  # 一成多, 刚过六成: up to the next tenth
        return any(share - ROUGHLY * share <= each < share + TENTH for each in _shares(told))
    return any(abs(each - share) <= (ROUGHLY if loosely else EXACTLY) * share for each in _shares(told))


def _share(claim: str, figure: Figure) -> Fraction | None:
    amount = figure.amount
    if amount is None:
        return None
    if figure.family == "%":
        return amount / 100
    if figure.name == "part":
        return amount
    times = re.match(_words()["times"], claim[figure.start : figure.end + 6].lower())
    return amount if times else None


def _shares(told: Sequence[Figure]) -> Iterator[Fraction]:
    """The shares that some figures tell or make: a of b, and what is left or has come to it."""
    for each in told:
        if each.family == "%" and each.amount:
            yield from (each.amount / 100, 1 - each.amount / 100)
        elif each.name == "part" and each.amount:
            yield from (each.amount, 1 - each.amount)
    for one, other in combinations(told, 2):
        if one.family == other.family != "%" and "part" not in {one.name, other.name} and one.amount and other.amount:
            small, large = sorted((one.amount, other.amount))
            yield from (small / large, 1 - small / large, large / small, large / small - 1)


def _is_a_difference(figure: Figure, told: Sequence[Figure]) -> bool:
    """Whether a number is the difference or the sum of two of one unit."""
    if figure.amount is None or figure.amount < SMALLEST or figure.name == "part":
        return False
    pairs = [(a, b) for a, b in combinations(told, 2) if a.family == b.family in {figure.family, ""}]
    return any(
        figure.amount in {abs(a.amount - b.amount), a.amount + b.amount} for a, b in pairs if a.amount and b.amount
    )


def _loosely(claim: str, figure: Figure) -> bool:
    """Whether the words around a figure make it a rough one: nearly, 出头, 以上."""
    around = claim[max(0, figure.start - 14) : figure.start].lower(), claim[figure.start + 1 : figure.end + 6].lower()
    return any(
        re.search(_words()[name], text) is not None for name, text in zip(("before", "behind"), around, strict=True)
    )


def _told_by_its_day(claim: str, figure: Figure, line: Line) -> bool:
    """Whether a day, month or year is the one that a statement means by "today", "last year", 去年 or without its year."""
    if figure.kind == "weekday":
        return _weekday_fits(claim, figure, line.document)
    issued, text = line.document.metadata.issued, line.text.lower()
    if issued is None:
        return False
    if figure.kind == "month":
        return int(figure.name) + 1 == issued.month and _says("this_month", text)
    year, month, day = (figure.day or f"{figure.years}-*-*").split("-")
    today = _says("today", text) and {(month, day)} <= {("*", "*"), (str(issued.month), str(issued.day))}
    if not year.isdecimal() or today:
        return today and year in {"*", str(issued.year)}
    told = any(_says(name, text) and issued.year + shift == int(year) for shift, name in YEARS.items())
    if month == "*":
        return told
    falls = any(_falls_on(each, month, day) for _, each in line.figures if each.kind in {"month", "date"})
    return falls and (told or issued.year == int(year))


def _near_by_name(figure: Figure, line: Line) -> bool:
    """Whether a day is the "yesterday" or the weekday that a statement names, near the day its document came out."""
    issued = line.document.metadata.issued
    meant = _meant(figure, line.document)
    if issued is None or meant is None:
        return False
    apart, weekdays = (meant - issued).days, {int(each.name) for _, each in line.figures if each.kind == "weekday"}
    by_name = {-1: "yesterday", 1: "tomorrow"}.get(apart)
    return (abs(apart) <= NEAR and meant.weekday() in weekdays) or (
        by_name is not None and _says(by_name, line.text.lower())
    )


def _falls_on(told: Figure, month: str, day: str) -> bool:
    if told.kind == "month":
        return day == "*" and int(told.name) + 1 == int(month)
    own_year, own_month, own_day = told.day.split("-")
    return own_year == "*" and own_month == month and own_day in {day, "*"}


def _weekday_fits(claim: str, figure: Figure, document: Document) -> bool:
    """Whether a weekday is that of a date that the claim tells beside it."""
    for each in figures(claim):
        beside = min(abs(each.start - figure.end), abs(figure.start - each.end)) <= BESIDE
        if each.kind == "date" and beside and (meant := _meant(each, document)) is not None:
            return meant.weekday() == int(figure.name)
    return False


def _meant(figure: Figure, document: Document) -> date | None:
    """The day of a figure, of the year its document came out where it tells none; None for what is no day."""
    issued, told = document.metadata.issued, figure.day.split("-")
    year = told[0] if told[0].isdecimal() else str(issued.year) if issued else ""
    try:
        return date(*map(int, (year, *told[1:])))
    except (ValueError, TypeError):  # a month alone, 30 February, no day at all
        return None


def _says(name: str, text: str) -> bool:
    return re.search(_words()[name], text) is not None


@cache
def _words() -> dict[str, str]:
    return dict(kinds("figures", "reckoned"))
