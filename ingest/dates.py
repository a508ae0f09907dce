"""Dates as notices write them, in English and Chinese."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日",
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        rf"(?<!\d){_DAY}\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})(?!\d)",
        rf"\b{_MONTH}\s+(?:\d{{1,2}}\s*[-–—]\s*)?{_DAY},?\s+(?P<year>\d{{4}})(?!\d)",
        r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)",
        r"(?P<year>[〇○零一二三四五六七八九]{4})年(?P<month>[一二三四五六七八九十]{1,2})月(?P<day>[一二三四五六七八九十]{1,3})日",
    )
)
_MONTH_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_MONTH}(?:\s+\d{{1,2}}(?:\s*[-–—]\s*(?:[A-Z][a-z]+\s+)?\d{{1,2}})?)?,?\s+(?:of\s+)?(?P<year>(?:19|20)\d{{2}})(?!\d)",
        rf"(?<=[-–—])\s*{_MONTH}\s+\d{{1,2}},?\s+(?P<year>(?:19|20)\d{{2}})(?!\d)",
        r"(?P<year>(?:19|20)\d{2})\s*年\s*(?P<month>\d{1,2})\s*月",
        r"(?<!\d)(?P<year>(?:19|20)\d{2})-(?P<month>\d{2})(?:-\d{2})?(?!\d)",
    )
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_CHINESE = {figure: value for value, figure in enumerate("〇一二三四五六七八九")} | {"○": 0, "零": 0}


def first_date(text: str) -> date | None:
    """The date that stands first in a text; of a span of days such as "March 21–22, 2023" its last.

    >>> first_date("issued on 24 February 2020, in force from 2020-03-01")
    datetime.date(2020, 2, 24)
    """
    found = [(match.start(), -match.end(), match) for form in _FORMS for match in form.finditer(text)]
    for _, _, match in sorted(found, key=lambda each: each[:2]):
        if (day := _date(match)) is not None:
            return day
    return None


def days_in(text: str) -> list[tuple[int, int]]:
    """Where the full dates of a text stand, in order.

    >>> days_in("issued on 24 February 2020, in force from 2020-03-01")
    [(10, 26), (42, 52)]
    """
    found = sorted(match.span() for form in _FORMS for match in form.finditer(text) if _date(match) is not None)
    return [span for number, span in enumerate(found) if number == 0 or span[0] >= found[number - 1][1]]


def last_day(first: date, years: str) -> date | None:
    """The last of so many years from a day on, told in Arabic or Chinese figures; None for no years, or past the calendar's end.

    >>> last_day(date(2024, 10, 1), "五")
    datetime.date(2029, 9, 30)
    """
    year, leap = first.year + _number(years), (first.month, first.day) == (2, 29)
    if not first.year < year <= date.max.year:
        return None
    return (date(year, 3, 1) if leap else first.replace(year=year)) - timedelta(days=1)


def periods(text: str) -> tuple[tuple[date, date], ...]:
    """The months and years that a text names, each as its first and last day; a year inside a named month is not told again.

    >>> periods("banking stress in March 2023")
    ((datetime.date(2023, 3, 1), datetime.date(2023, 3, 31)),)
    """
    months = {(match.start(), match.end()): match for form in _MONTH_FORMS for match in form.finditer(text)}
    found = [_month(_number(match["year"]), _number(match["month"])) for _, match in sorted(months.items())]
    alone = (
        int(match[0])
        for match in _YEAR.finditer(text)
        if not any(start <= match.start() < end for start, end in months)
    )
    found += [(date(year, 1, 1), date(year, 12, 31)) for year in alone]
    return tuple(dict.fromkeys(period for period in found if period is not None))


def _month(year: int, month: int) -> tuple[date, date] | None:
    if not 1 <= month <= 12:
        return None
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _date(match: re.Match[str]) -> date | None:
    """The day that a match names, or None where the calendar has no such day."""
    try:
        return date(_number(match["year"]), _number(match["month"]), _number(match["day"]))
    except ValueError:
        return None


def _number(figure: str) -> int:
    """The value of Arabic or Chinese figures, or of the name of a month."""
    if figure.isdecimal():
        return int(figure)
    if figure[:3].lower() in _MONTHS:
        return _MONTHS.index(figure[:3].lower()) + 1
    if "十" in figure:
        tens, ones = figure.split("十", 1)
        return (_CHINESE[tens] if tens else 1) * 10 + (_CHINESE[ones] if ones else 0)
    value = 0
    for character in figure:
        value = value * 10 + _CHINESE[character]
    return value
