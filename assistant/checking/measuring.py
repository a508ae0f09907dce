"""The figures of a text, each with what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache, lru_cache, partial

from assistant.checking import beside
from assistant.checking.eras import AGE, WRITTEN, eras, may_hold_a_period
from assistant.checking.quantities import Figure, Kind
from assistant.checking.reading import KEPT_IN_MEMORY
from assistant.checking.values import SPELLED_OR_DIGIT, Value, folded, values, whole
from assistant.checking.wording import kinds

DOCUMENT = re.compile(
    r"(?:(?P<letters>(?<![A-Za-z])(?:[A-Z][A-Za-z]{0,20}\s){0,4}[A-Z]{2,12}\s?|[\u4e00-\u9fff]{1,4})?[\[〔［（(](?P<year>(?:19|20)\d\d)[\]〕］）)]\s?"
    r"(?:No\.?\s?|第)?(?P<number>\d{1,4})\s?号?)|(?<!\d)(?P<short>\d{1,4})\s?号(?=通知|文|规定|令|公告)"
)
A_CLAUSE = re.compile(
    r"第\s?(?P<han>[一二三四五六七八九十百零〇\d]{1,5})\s?[条款章节项]"
    r"|\b(?:article|section|clause|paragraph|chapter|annex|item)s?\s(?P<number>\d{1,3}(?:\.\d{1,3})*)",
    re.IGNORECASE,
)
CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-4])[:：](?P<minute>[0-5]\d)(?![\d:])(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"|\b(?:(?P<past>half|quarter) (?P<way>past|to) )(?P<spelled>[a-z]+|1[0-2]|[1-9])\b|\b(?P<spelled2>[a-z]+) o['’]clock\b"
    r"|(?<![\d:.])(?P<hour2>1[0-2]|[1-9])\s?(?P<half2>[ap])\.?m\b\.?|\b(?P<noon>noon|midday|midnight)\b|(?P<noon2>中午|正午|午夜)",
    re.IGNORECASE,
)
RANGE = re.compile(
    r"(?<![\d.])(?P<first>\d{1,2})(?=(?:\s?[–-]\s?|\s(?:to|and|until|through)\s)\d{1,2}\s(?P<day>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?(?:,?\s(?:19|20)\d\d)?))"
)
CHINESE_TIME = re.compile("[月日时点]")
ONE = re.compile(r"\bone(?=[ -][a-z])", re.IGNORECASE)  # with a unit behind it a number, which values() leaves out
ORDINAL = re.compile(rf"(?:st|nd|rd|th)\b|[- ](?P<last>{'|'.join(list(WRITTEN)[:9])})\b", re.IGNORECASE)
TENS = range(20, 100, 10)
CALENDAR: tuple[Kind, ...] = ("weekday", "month", "season", "rank")
_OF_A_DAY = re.compile(r"\d|[零〇一二三四五六七八九十百千]|thousand|hundred")
AFTER = 26  # characters behind a figure in which its unit and noun stand
A_YEAR = range(1900, 2101)
MONEY = {"¥": "yuan", "￥": "yuan", "$": "dollar", "€": "euro"}


@lru_cache(maxsize=KEPT_IN_MEMORY)
def figures(text: str) -> tuple[Figure, ...]:
    """The figures of a text in order; `start` and `end` are its own characters.

    >>> [(each.text, each.family or each.nouns[0]) for each in figures("200 cities within 24 hours")]
    [('200 cities', 'citi'), ('24 hours', 'time')]
    """
    found = [*_documents(text), *_clauses(text)]
    rest = _events().sub(lambda match: " " * len(match[0]), _blanked(text, found))
    clocks = list(_clocks(rest))
    rest = _blanked(rest, clocks)
    periods: list[Figure] = []
    if may_hold_a_period(text):
        rest = AGE.sub(lambda match: " " * len(match[0]), rest)
        periods = [_figure(text, "era", start, end, name=years) for start, end, years in eras(rest)]
        rest = _blanked(rest, periods)
    times = list(_chinese_times(text, rest)) if CHINESE_TIME.search(rest) else []
    rest = _blanked(rest, times)
    shares = list(_shares(text, rest))
    rest = _blanked(rest, shares)
    numbers = [*shares, *_numbers(text, rest)]
    rest = _blanked(rest, numbers)
    return tuple(
        sorted((*found, *clocks, *periods, *times, *numbers, *_calendar(text, rest)), key=lambda each: each.start)
    )


def may_hold_numbers(text: str) -> bool:
    """Whether a text may hold a figure of the kind `number`; reading its figures costs a hundred times as much."""
    return _numeric().search(text.lower()) is not None


def may_hold_a_day(text: str) -> bool:
    """Whether a text may name a day, a month or a year; "may" and "march" are months with a capital alone."""
    low = text.lower()
    return (
        any(each in low for each in _written("month") if each not in {"may", "march"})
        or any(map(text.__contains__, ("May", "MAY", "March", "MARCH")))
        or _OF_A_DAY.search(low) is not None
    )


@cache
def _written(kind: str) -> tuple[str, ...]:
    """The names of months, days or seasons as a text holds them, without what stands around them."""
    names = "|".join(kinds("figures", "calendar")[kind]["names"]).replace("\\.", ".").split("|")
    bare = [re.sub(r"\(\?<!.*?\)", "", each) for each in names]
    return tuple(sorted({re.sub(r"(\w)\?", kept, each) for each in bare for kept in ("", r"\1")}))


@cache
def _numeric() -> re.Pattern[str]:
    written = [each for share in kinds("figures", "parts").values() for each in share]
    return re.compile("|".join((SPELLED_OR_DIGIT, *written)))


def _documents(text: str) -> Iterator[Figure]:
    for match in DOCUMENT.finditer(text):
        letters = re.sub(r"[^A-Z\u4e00-\u9fff]", "", match["letters"] or "")
        name = f"{letters}/{match['year'] or ''}/{int(match['number'] or match['short'])}"
        yield _figure(text, "document", match.start(), match.end(), name=name)


def _clauses(text: str) -> Iterator[Figure]:
    """Articles and sections that are named by their number."""
    for match in A_CLAUSE.finditer(text):
        number = match["han"] or match["number"]
        told = values(f"{number}个") if match["han"] else ()
        name = str(told[0].number) if told else number
        yield _figure(text, "clause", match.start(), match.end(), name=name)


def _clocks(text: str) -> Iterator[Figure]:
    for match in CLOCK.finditer(text):
        name = _hour(match)
        if name:
            yield _figure(text, "clock", match.start(), match.end(), name=name)


def _hour(match: re.Match[str]) -> str:
    """An hour of the day as `22` or `5:30`; empty where the words are no hour."""
    if noon := (match["noon"] or match["noon2"] or "").lower():
        return "24" if noon in {"midnight", "午夜"} else "12"
    if spelled := match["spelled"] or match["spelled2"]:
        told = values(spelled.lower()) or values(f"{spelled.lower()} hundred")
        if not told or told[0].number is None:
            return ""
        hour = int(told[0].number) if told[0].number <= 24 else int(told[0].number / 100)
        minute = {"half": "30", "quarter": "15"}.get((match["past"] or "").lower(), "")
        return f"{hour}:{minute}" if minute else str(hour)
    hour, half = int(match["hour"] or match["hour2"]), (match["half"] or match["half2"] or "").lower()
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return str(hour) + (f":{match['minute']}" if int(match["minute"] or 0) else "")


def _chinese_times(text: str, rest: str) -> Iterator[Figure]:
    """Months without a year, days whose month is told elsewhere, hours of the day: 9月底, 23日, 10时30分."""
    for match in _chinese_time("month").finditer(rest):
        yield _figure(text, "month", match.start(), match.end(), name=str(int(match["month"]) - 1))
    for match in _chinese_time("day").finditer(rest):
        value = Value(day=f"*-*-{int(match['day'])}", text=match[0], start=match.start(), end=match.end())
        yield _figure(text, "date", match.start(), match.end(), value=value)
    for match in _chinese_time("hour").finditer(rest):
        hour = int(match["hour"]) if match["hour"] else whole(match["spelled"])
        minute = 30 if match["half"] else int(match["minute"] or 0)
        hour = hour % 12 + 12 if match["late"] and hour <= 12 else hour
        yield _figure(text, "clock", match.start(), match.end(), name=f"{hour}:{minute:02}" if minute else str(hour))


@cache
def _chinese_time(name: str) -> re.Pattern[str]:
    return re.compile(kinds("figures", "chinese_time")[name])


def _numbers(text: str, rest: str) -> Iterator[Figure]:
    yield from _first_days(text, rest)
    rest = RANGE.sub(lambda m: " " * len(m["first"]) + m[0][len(m["first"]) :], rest)
    place = _Placing(rest)
    found = values(rest)
    for value in found:
        start, end = place(value)
        ordinal = ORDINAL.match(text, end) if value.number is not None and not value.unit else None
        if ordinal is not None and (ordinal["last"] is None or (value.text.isalpha() and value.number in TENS)):
            number = int(value.number or 0) + (WRITTEN[ordinal["last"].lower()] if ordinal["last"] else 0)
            yield _figure(text, "rank", start, ordinal.end(), name=str(number))
        else:
            yield _figure(text, "date" if value.day else "number", start, end, value=value)
    for match in ONE.finditer(rest):
        value = Value(number=Fraction(1), text=match[0].lower(), start=match.start(), end=match.end())
        figure = _figure(text, "number", match.start(), match.end(), value=value)
        if figure.family:
            yield figure
    for share, written in _parts().items():
        for match in written.finditer(rest):
            if not any(each.text == match[0].lower() for each in found):
                value = Value(number=Fraction(share), text=match[0], start=match.start(), end=match.end())
                yield _figure(text, "number", match.start(), match.end(), value=value, name="part")


@cache
def _parts() -> Mapping[str, re.Pattern[str]]:
    """The words of each share: half, 一半."""
    return {
        share: re.compile("|".join(rf"\b{each}\b" if each.isascii() else each for each in written), re.IGNORECASE)
        for share, written in kinds("figures", "parts").items()
    }


def _shares(text: str, rest: str) -> Iterator[Figure]:
    """Shares told by two numbers, and tenths, which are percentages: one in ten, 五分之一, 六成."""
    for language in ("en", "zh") if "分之" in rest or " in " in rest or " of " in rest else ():
        for match in _share(language).finditer(rest):
            top, parts = (_count(match[name]) for name in ("top", "whole"))
            if 0 < top < parts and match["whole"] != "百":
                value = Value(number=Fraction(top, parts), text=match[0], start=match.start(), end=match.end())
                yield _figure(text, "number", match.start(), match.end(), value=value, name="part")
    for match in _share("tenths").finditer(rest) if "成" in rest else ():
        more = 5 if match["more"] == "半" else whole(match["more"] or "0")
        value = Value(
            number=Fraction(10 * whole(match["tenths"]) + more),
            unit="%",
            text=match[0],
            start=match.start(),
            end=match.end(),
        )
        yield _figure(text, "number", match.start(), match.end(), value=value)


def _count(written: str) -> int:
    """The number of a share, in figures or in words of either language."""
    if written.isascii() and written.isalpha():
        return 1 if written.lower() == "one" else int(values(written)[0].number or 0)
    return whole(written)


@cache
def _share(name: str) -> re.Pattern[str]:
    return re.compile(kinds("figures", "shares")[name], re.IGNORECASE)


@cache
def _events() -> re.Pattern[str]:
    return re.compile(kinds("figures", "events")["pattern"])


def _first_days(text: str, rest: str) -> Iterator[Figure]:
    """The first day of "2 to 6 March 2020"."""
    for match in RANGE.finditer(rest):
        for value in values(f"{match['first']} {match['day']}")[:1]:
            if value.day:
                yield _figure(text, "date", match.start("first"), match.end("first"), value=value)


def _calendar(text: str, rest: str) -> Iterator[Figure]:
    low = rest.lower()
    for kind in CALENDAR:
        if not any(map(low.__contains__, _written(kind))):
            continue
        for match in _calendar_names(kind).finditer(rest):
            ambiguous = match[0].lower() in {"may", "march", "second"}
            if ambiguous and kind == "month" and not (match[0][0].isupper() and rest[: match.start()].strip()):
                continue
            if ambiguous and kind == "month" and beside.in_a_name(rest, match.start(), match.end()):
                continue
            name = (match.lastindex or 1) - 1
            yield _figure(text, kind, match.start(), match.end(), name=str(name + 1 if kind == "rank" else name))


@cache
def _calendar_names(kind: str) -> re.Pattern[str]:
    names: list[str] = kinds("figures", "calendar")[kind]["names"]
    groups = (
        "|".join(
            rf"\b{each}{'' if kind == 'rank' else 's?'}\b" if each[0].isascii() and each[0].isalpha() else each
            for each in name.split("|")
        )
        for name in names
    )
    return re.compile("|".join(f"({group})" for group in groups), re.IGNORECASE)


def _figure(text: str, kind: Kind, start: int, end: int, *, value: Value | None = None, name: str = "") -> Figure:
    after, before = text[end : end + AFTER], text[max(0, start - 24) : start].lower()
    family, size, taken = beside.unit(after.lower()) if kind == "number" and name != "part" else ("", 1, 0)
    if value is not None and value.number in A_YEAR and after.startswith("年"):
        family, size, taken = "", 1, 1  # 2022年 is a year and no length of time
    family = family or MONEY.get(before.rstrip(" ")[-1:], "")
    if value is not None and value.unit:
        family, taken = value.unit, 0
    number = value.number if value is not None else None
    nouns, reach = beside.nouns(after[taken:]) if kind in {"number", "rank"} else ((), 0)
    stop = end + taken + (reach if not family else 0)
    behind = text[end + taken : end + taken + 4].lstrip()
    counted = kind == "number" and not family and behind.startswith("起")  # 6起 counts cases, 2020年起 begins
    return Figure(
        kind=kind,
        value=value,
        name=name,
        family=family,
        amount=None if number is None else number * size,
        nouns=nouns,
        read_around=partial(beside.around, text, start, end),
        side=beside.side(before, "" if counted else behind),
        about=beside.said_before("about", before),
        apart=family in {"time", "months"} and beside.apart(text[stop:]),
        in_words=value is not None and not any(letter.isdigit() for letter in value.text),
        read_named=partial(beside.in_a_name, text, start, end),
        text=" ".join(text[start:stop].split()),
        start=start,
        end=stop,
    )


class _Placing:
    """Where characters of the folded text stand in the text as written."""

    def __init__(self, text: str) -> None:
        self._text, self._flat = text, folded(text)
        self._starts: list[int] | None = None
        if len(self._flat) != len(text):
            pieces = [folded(letter) for letter in text]
            if "".join(pieces) == self._flat:
                self._starts = [place for place, piece in enumerate(pieces) for _ in piece] + [len(text)]

    def __call__(self, value: Value) -> tuple[int, int]:
        if len(self._flat) == len(self._text):
            return value.start, value.end
        if self._starts is not None:
            return self._starts[value.start], self._starts[value.end - 1] + 1
        start = self._text.lower().find(value.text)
        return (start, start + len(value.text)) if 0 <= start <= len(self._text) - len(value.text) else (0, 0)


def _blanked(text: str, found: list[Figure]) -> str:
    """The text with the bare figures blanked, their nouns left."""
    for each in found:
        end = each.start + len(each.value.text) if each.value is not None else each.end
        text = text[: each.start] + " " * (min(end, len(text)) - each.start) + text[end:]
    return text
