"""The figures of a text with what stands next to them: numbers with unit and noun, dates, hours, weekdays, document numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Literal

from assistant.checking.reading import HAN, KEPT_IN_MEMORY, telling, words
from assistant.checking.values import Value, folded, values
from assistant.checking.wording import kinds, listed, pattern, stems

Kind = Literal["number", "date", "clock", "weekday", "month", "season", "rank", "document"]
Side = Literal["", "less", "more", "opens", "closes"]
DOCUMENT = re.compile(
    r"(?:(?P<letters>(?:[A-Z][A-Za-z]*\s)*[A-Z]{2,}\s?|[\u4e00-\u9fff]{1,4})?[\[〔［（(](?P<year>(?:19|20)\d\d)[\]〕］）)]\s?"
    r"(?:No\.?\s?|第)?(?P<number>\d{1,4})\s?号?)|(?<!\d)(?P<short>\d{1,4})\s?号(?=通知|文|规定|令|公告)"
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
AROUND = 5  # words on either side that tell what a figure is about
AFTER = 26  # characters behind a figure in which its unit and noun stand
MONEY = {"¥": "yuan", "￥": "yuan", "$": "dollar", "€": "euro"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure: its value, what it counts, the terms around it, and its characters, noun included.

    `amount` is the value in the smallest unit of its `family` of units; `side` is the bound or the end of a period that it
    is given as; `in_words` says that it is spelled out.
    """

    kind: Kind
    value: Value | None
    name: str
    family: str
    amount: Fraction | None
    nouns: tuple[str, ...]
    around: frozenset[str]
    side: Side
    about: bool
    in_words: bool
    text: str
    start: int
    end: int

    def same(self, other: Figure) -> bool:
        """Whether the other, a source's, tells this value: with its unit where both have one, and no less of a date."""
        if self.value is not None and other.value is not None:
            if self.family and other.family:
                return self.family == other.family and self.amount == other.amount
            return self.value.same(other.value) and not _less_told(other.value.day, self.value.day)
        if (self.kind, other.kind) == ("month", "date") and other.value is not None:
            return other.value.day.split("-")[1] == str(int(self.name) + 1)
        if {self.kind, other.kind} == {"clock", "number"}:
            clock, number = (self, other) if self.kind == "clock" else (other, self)
            hours = {clock.name, str(int(clock.name) - 12) if clock.name.isdigit() else ""}
            return number.in_words and number.amount is not None and str(number.amount) in hours
        if self.kind == other.kind == "document":
            return _one_number(self.name.split("/"), other.name.split("/"))
        if self.kind == other.kind == "clock":
            return self.name == other.name or _afternoon(self.name) == other.name or _afternoon(other.name) == self.name
        return self.kind == other.kind and self.name == other.name


def _less_told(source: str, claim: str) -> bool:
    """Whether a source's date lacks the month or day that a claim's has."""
    return any(a == "*" != b for a, b in zip(source.split("-")[1:], claim.split("-")[1:], strict=False))


def _one_number(one: list[str], other: list[str]) -> bool:
    """Whether two document numbers agree; letters are compared where both have some in one writing."""
    letters, others = one[0], other[0]
    comparable = letters and others and letters.isascii() == others.isascii()
    if comparable and not (letters.endswith(others) or others.endswith(letters)):
        return False
    return one[2] == other[2] and (not one[1] or not other[1] or one[1] == other[1])


def _afternoon(name: str) -> str:
    hour, _, minute = name.partition(":")
    return f"{int(hour) + 12}:{minute}".rstrip(":")


@lru_cache(maxsize=KEPT_IN_MEMORY)
def figures(text: str) -> tuple[Figure, ...]:
    """The figures of a text in order; `start` and `end` are its own characters.

    >>> [(each.text, each.family or each.nouns[0]) for each in figures("200 cities within 24 hours")]
    [('200 cities', 'citi'), ('24 hours', 'time')]
    """
    found = list(_documents(text))
    rest = _blanked(text, found)
    clocks = list(_clocks(rest))
    rest = _blanked(rest, clocks)
    numbers = list(_numbers(text, rest))
    rest = _blanked(rest, numbers)
    return tuple(sorted((*found, *clocks, *numbers, *_calendar(text, rest)), key=lambda each: each.start))


def _documents(text: str) -> Iterator[Figure]:
    for match in DOCUMENT.finditer(text):
        letters = re.sub(r"[^A-Z\u4e00-\u9fff]", "", match["letters"] or "")
        name = f"{letters}/{match['year'] or ''}/{int(match['number'] or match['short'])}"
        yield _figure(text, "document", match.start(), match.end(), name=name)


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


def _numbers(text: str, rest: str) -> Iterator[Figure]:
    yield from _first_days(text, rest)
    rest = RANGE.sub(lambda m: " " * len(m["first"]) + m[0][len(m["first"]) :], rest)
    place = _Placing(rest)
    found = values(rest)
    for value in found:
        start, end = place(value)
        yield _figure(text, "date" if value.day else "number", start, end, value=value)
    for share, written in kinds("figures", "parts").items():
        for match in re.finditer(
            "|".join(rf"\b{each}\b" if each.isascii() else each for each in written), rest, re.IGNORECASE
        ):
            if not any(each.text == match[0].lower() for each in found):
                value = Value(number=Fraction(share), text=match[0], start=match.start(), end=match.end())
                yield _figure(text, "number", match.start(), match.end(), value=value, name="part")


def _first_days(text: str, rest: str) -> Iterator[Figure]:
    """The first day of "2 to 6 March 2020"."""
    for match in RANGE.finditer(rest):
        for value in values(f"{match['first']} {match['day']}")[:1]:
            if value.day:
                yield _figure(text, "date", match.start("first"), match.end("first"), value=value)


def _calendar(text: str, rest: str) -> Iterator[Figure]:
    for kind in ("weekday", "month", "season", "rank"):
        for match in _calendar_names(kind).finditer(rest):
            ambiguous = match[0].lower() in {"may", "march", "second"}
            if ambiguous and kind == "month" and not (match[0][0].isupper() and rest[: match.start()].strip()):
                continue
            yield _figure(text, kind, match.start(), match.end(), name=str((match.lastindex or 1) - 1))  # type: ignore[arg-type]


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
    family, size, taken = _unit(after.lower()) if kind == "number" and name != "part" else ("", 1, 0)
    family = family or MONEY.get(before[-1:], "")
    if value is not None and value.unit:
        family, taken = value.unit, 0
    number = value.number if value is not None else None
    nouns, reach = _nouns(after[taken:]) if kind in {"number", "rank"} else ((), 0)
    stop = end + taken + (reach if not family else 0)
    return Figure(
        kind=kind,
        value=value,
        name=name,
        family=family,
        amount=None if number is None else number * size,
        nouns=nouns,
        around=_around(text, start, end),
        side=_side(before, text[end + taken : end + taken + 4].lstrip()),
        about=bool(_before("about", before)),
        in_words=value is not None and not any(letter.isdigit() for letter in value.text),
        text=" ".join(text[start:stop].split()),
        start=start,
        end=stop,
    )


def _unit(after: str) -> tuple[str, int, int]:
    match = _units().match(after)
    if match is None:
        return "", 1, 0
    unit = kinds("figures", "units")[match.lastgroup or ""]
    return unit["family"], unit["size"], match.end()


@cache
def _units() -> re.Pattern[str]:
    between = "|".join((*listed("figures", "between", "en"), *listed("figures", "between", "zh")))
    units = sorted(kinds("figures", "units").items(), key=lambda each: -max(map(len, each[1]["words"])))
    choice = "|".join(
        f"(?P<{name}>{'|'.join(re.sub(r'[(](?![?])', '(?:', each) + (r'(?![a-z])' if each[0].isascii() else '') for each in unit['words'])})"
        for name, unit in units
    )
    return re.compile(rf"(?:[\s-]*(?:{between})(?![a-z]))?[\s-]*(?:{choice})")


def _nouns(after: str) -> tuple[tuple[str, ...], int]:
    """What is counted: the first words behind the figure, up to a mark or another figure, and where they end."""
    clause = re.match(r"[^,.;:|，。；：()（）\d\n]*", after)
    text = clause[0] if clause else ""
    counter = re.match(rf"\s*(?:{'|'.join(listed('figures', 'between', 'zh'))})+", text)
    skipped = counter.end() if counter else 0
    found: list[str] = []
    reach = 0
    for word in words(text[skipped:])[:3]:
        own = [term for term in word.terms if term in telling(word.text) - stems("wording", "frame")][:3]
        if own and (len(found) < 1 or word.text.islower()):
            found.extend(own)
            reach = skipped + (word.end if word.text.isascii() else min(word.end, word.start + 2))
        elif found:
            break
    return tuple(found), reach if found else 0


def _around(text: str, start: int, end: int) -> frozenset[str]:
    """The terms of the words on either side, in the same sentence; of Chinese text, of some characters."""
    if HAN.search(text[max(0, start - 1) : end + 1]):
        return telling(re.split(r"[。；\n]", text[max(0, start - 9) : start])[-1]) | telling(
            re.split(r"[。；\n]", text[end : end + 9])[0]
        )
    before = words(re.split(r"[.;]\s|\n", text[max(0, start - 60) : start])[-1])[-AROUND:]
    after = words(re.split(r"[.;]\s|\n", text[end : end + 60])[0])[:AROUND]
    return telling(" ".join(word.text for word in (*before, *after)))


def _side(before: str, after: str) -> Side:
    for side in ("less", "more", "opens", "closes"):
        if after.startswith(listed("figures", side, "after")):
            return side  # type: ignore[return-value]
    if re.search(r"\b(?:no|not)\s+(?:more|later) than\s+$", before):
        return "less"
    for side in ("less", "more", "opens", "closes"):
        if _before(side, before):
            return side  # type: ignore[return-value]
    return ""


def _before(name: str, before: str) -> bool:
    return any(_ending(name, language).search(before) is not None for language in ("en", "zh"))


@cache
def _ending(name: str, language: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern('figures', name, language).pattern}\s*[$¥€]?\s*$")


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
