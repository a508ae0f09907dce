"""The time that a question is about: the day a filter names, the days its words name, or today.

A date that only names a document ("the notice of 24 February 2020", "MDI IT [2020] 6") is not the time asked about.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from assistant.checking.values import values
from ingest.dates import periods
from ingest.designations import blanked


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The first and the last day that a question is about; `told` where it or a filter names them, else they are today.

    `as_of` is the day whose knowledge a filter asks for: what came out later does not count.
    """

    first: date
    last: date
    told: bool = False
    as_of: date | None = None


def asked(question: str, as_of: date | None = None, today: date | None = None) -> Asked:
    """The time that a question is about; `today` may be given.

    >>> asked("What did firms have to report in February 2020?").last
    datetime.date(2020, 2, 29)
    """
    day = today or date.today()  # noqa: DTZ011 (the reader's own day)
    if as_of is not None:
        return Asked(first=as_of, last=as_of, told=True, as_of=as_of)
    named = list(_periods(question, day))
    if not named:
        return Asked(first=day, last=day)
    return Asked(first=min(first for first, _ in named), last=max(last for _, last in named), told=True)


def _periods(question: str, today: date) -> Iterator[tuple[date, date]]:
    """The days that the words of a question name as a time, those behind "since" up to today."""
    text = _pattern("naming").sub(_spaces, blanked(question))
    days = [each.day.split("-") for each in values(text) if each.day and "*" not in each.day]
    exact = [date(int(year), int(month), int(day)) for year, month, day in days if _real(year, month, day)]
    since = bool(_pattern("since").search(text))
    for first, last in periods(text):
        inside = [day for day in exact if first <= day <= last]
        begins, ends = (min(inside), max(inside)) if inside else (first, last)
        yield begins, max(today, ends) if since else ends


def _real(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(_words()[name]["patterns"]), re.IGNORECASE)


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "asked.toml").read_text(encoding="utf-8"))
