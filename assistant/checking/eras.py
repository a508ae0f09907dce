"""Periods of years as texts name them, each by its first and last year: the 1990s, the 20th century, 20世纪90年代."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.checking.values import values

AGE = re.compile(r"\b(?:his|her|their|my|our|your)\s(?:early |mid |mid-|late )?[2-9]0['’]?s\b", re.IGNORECASE)
ERA = re.compile(
    r"(?<![\w.,:/$€£-])(?:the )?(?:early |mid |mid-|late )?(?:(?P<decade>1\d\d0|20\d0)"
    r"|(?:(?<=\bthe )|(?<=\bearly )|(?<=\blate )|(?<=\bmid[ -])|(?<=['’]))(?P<short>[2-9]0))['’]?s\b"
    r"|\b(?P<century>\d{1,2}(?:st|nd|rd|th)|[a-z]{5,11}(?:-first)?)[ -]century\b"
    r"|(?P<han>\d{1,2}|[一二三四五六七八九十]{1,3})世纪(?:(?P<part>[1-9]0|[一二三四五六七八九]十)年代)?"
    r"|上个?世纪(?P<last>[1-9]0|[一二三四五六七八九]十)年代",
    re.IGNORECASE,
)
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
    "seventeenth eighteenth nineteenth twentieth twenty-first"
)
WRITTEN = {word: number for number, word in enumerate(_ORDINALS.split(), start=1)}
LAST = 19  # centuries that were full when this one began


def may_hold_a_period(text: str) -> bool:
    """Whether a text may name a period of years; reading them costs much more."""
    return any(sign in text for sign in ("0s", "0's", "0’s", "0S", "entur", "ENTUR", "世纪"))


def eras(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each stands and its years as `first-last`.

    >>> [years for *_, years in eras("in the late 1990s, the 20th century and 20世纪80年代")]
    ['1990-1999', '1901-2000', '1980-1989']
    """
    for match in ERA.finditer(text):
        years = _years(match)
        if years is not None:
            yield match.start(), match.end(), f"{years[0]}-{years[1]}"


def holds(era: str, year: str) -> bool:
    """Whether a year, or another period, lies in a period."""
    first, last = map(int, era.split("-"))
    ends = year.split("-")
    return all(each.isdecimal() and first <= int(each) <= last for each in ends)


def _years(match: re.Match[str]) -> tuple[int, int] | None:
    if match["decade"]:
        first = int(match["decade"])
        return first, first + (99 if first % 100 == 0 and first < 2000 else 9)
    if match["short"] or match["last"]:
        first = 100 * LAST + _number(match["short"] or match["last"])
        return first, first + 9
    century = _century(match["century"].lower()) if match["century"] else _number(match["han"])
    if not century:
        return None
    if match["part"]:
        first = 100 * (century - 1) + _number(match["part"])
        return first, first + 9
    return 100 * (century - 1) + 1, 100 * century


def _century(word: str) -> int:
    return WRITTEN.get(word, 0) if word.isalpha() or "-" in word else int(re.sub(r"\D", "", word))


def _number(written: str) -> int:
    told = values(f"{written}个")
    return int(told[0].number or 0) if told else 0
