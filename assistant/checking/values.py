"""Numbers and dates as values: `4-3/4 percent` is `4.75%`, `1.2亿` is `120 million`, `24 February 2020` is `2020年2月24日`.

The evals' yardstick reads values with this too: a fault here would blind both, so it has tests of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}\s*年\s*(?P<month>\d{{1,2}})\s*月(?:\s*(?P<day>\d{{1,2}})\s*日)?",
        r"(?P<year>[〇零一二三四五六七八九]{4})年(?P<month>[一二三四五六七八九十]{1,2})月(?:(?P<day>[一二三四五六七八九十]{1,3})日)?",
        r"(?<!\d)(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日",
        rf"(?<![\d-]){_YEAR}-(?P<month>\d\d)(?:-(?P<day>\d\d))?(?!\d)",
        rf"(?<!\d){_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?(?![\w])",
        rf"\b{_MONTH}\s+{_DAY}(?!\d)(?:\s*-\s*(?P<last>\d{{1,2}})(?!\d))?(?:,?\s+{_YEAR})?",
        rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}(?!\d)",
    )
)
_SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12,
}  # fmt: skip
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: value for value, word in enumerate(_ONES.split())} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), start=2)
}
_PARTS = {"one-half": "1/2", "one-third": "1/3", "two-thirds": "2/3", "one-quarter": "1/4", "three-quarters": "3/4", "one-fourth": "1/4"}  # fmt: skip
_HAN = {figure: value for value, figure in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000}
_LONGEST = 40
_SPELLED = f"(?:{'|'.join(_WORDS)})"
_SCALE = "(?:hundred|thousand|million|billion|trillion)"
_SPELLED_NUMBER = rf"{_SPELLED}(?:[- ]{_SPELLED}|[- ]{_SCALE}(?: and(?= {_SPELLED}\b))?)*"
_HAN_NUMBER = (
    r"[零〇一二两三四五六七八九十百千](?:[零〇一二两三四五六七八九十]|[百千](?!分之)|[万亿](?=[零一二三四五六七八九]))*"
    r"(?:点[零〇一二三四五六七八九]+)?"
)
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = r"percentage points?|per ?cent(?:age)?|basis points?|bps?|%|％"
SPELLED_OR_DIGIT = rf"\d|[零〇一二两三四五六七八九十百千万亿]|{'|'.join(_WORDS)}|{'|'.join(_PARTS)}"
_NUMBER = re.compile(
    rf"(?P<per>百分之)?(?:(?<![\w.])(?P<whole>\d+)[-– ](?P<mixed>\d+/\d+)|(?<![\w./])(?P<fraction>\d+/\d+)(?![/\d])"
    rf"|(?<![\d.,])(?P<figure>{_FIGURE})"
    rf"|\b(?P<part>{'|'.join(_PARTS)})\b|\b(?P<words>{_SPELLED_NUMBER})\b|(?P<han>{_HAN_NUMBER}))"
    rf"(?:[ -]?(?P<scale>{_SCALE})\b|(?P<han_scale>万亿|亿|万|千|百(?!分之)))?(?:[ -]?(?P<unit>{_UNIT}))?"
)
_SHORT = re.compile(
    r" ?(?P<sure>mn|bn|tn)\b|(?P<m>m)\b(?P<counts>(?=\s+(?:[a-z-]+ )?(?:people|passengers?|containers|households|homes|doses|jobs|workers"
    r"|customers|users|voters|residents|children|patients|visitors|tourists|tonnes|tons|barrels|shares|accounts|crowns|dollars|euros?|pounds"
    r"|yuan|marks|francs)\b))?"
)  # "1.31m containers", "3.5bn"; "12m vessels" are of twelve metres
_SHORTENED = {"m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
_MONEY = frozenset("£$€¥")
_COUNTED = re.compile(r"[年月日天个家条辆人次元小时分钟点号名项倍城市周万亿%％]")
_NO_NUMBERS = re.compile(r"十分(?![之钟])|万一|千万(?!\d)(?=[不别要])|统一|唯一|一些|一般|一律|一样|一起")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A number with its unit (`%`, `points` or none), or a date as `year-month-day` with `*` for what is not told."""

    number: Fraction | None = None
    unit: str = ""
    day: str = ""
    text: str
    start: int
    end: int

    def same(self, other: Value) -> bool:
        """Whether two are one value; a date agrees with one that tells less of it, down to its year; a bare number with any unit."""
        if self.day and other.day:
            parts = zip(self.day.split("-"), other.day.split("-"), strict=True)
            return all("*" in (a, b) or a == b for a, b in parts)
        if self.day or other.day:
            date, number = (self, other) if self.day else (other, self)
            return not number.unit and date.day.split("-")[0] == str(number.number)
        return self.number == other.number and (not self.unit or not other.unit or self.unit == other.unit)


def values(text: str) -> tuple[Value, ...]:
    """The dates and numbers of a text in order; `start` and `end` are characters of its folded form.

    >>> [str(value.number or value.day) for value in values("4-3/4 percent on 24 February 2020, 1.2亿 and two million")]
    ['19/4', '2020-2-24', '120000000', '2000000']
    """
    flat = folded(text)
    dates = list(_dates(flat, _unfolded_case(text, flat)))
    taken = [(each.start, each.end) for each in dates] + [match.span() for match in _NO_NUMBERS.finditer(flat)]
    numbers = (each for each in _numbers(flat) if not any(a < each.end and each.start < b for a, b in taken))
    return tuple(sorted((*dates, *numbers), key=lambda each: each.start))


def folded(text: str) -> str:
    """Full width folded, lower case, vulgar fractions spelled out: `3½` is `3-1/2`."""
    return _flat(text).lower()


def _flat(text: str) -> str:
    text = re.sub(
        r"(?<=\d)\s?[¼-¾⅐-⅞]|[¼-¾⅐-⅞]",
        lambda m: ("-" if m.start() and (m[0][0] == " " or text[m.start() - 1].isdigit()) else "") + unicodedata.normalize("NFKC", m[0].strip()),
        text,
    )  # fmt: skip
    return unicodedata.normalize("NFKC", text).replace("\u2044", "/").replace("\u2013", "-").replace("‑", "-")


def _unfolded_case(text: str, flat: str) -> str:
    """The folded text with its capitals, where folding them changes no length."""
    cased = _flat(text)
    return cased if len(cased) == len(flat) else flat


def _dates(text: str, cased: str) -> Iterator[Value]:
    taken: list[tuple[int, int]] = []
    for form in _DATES:
        for match in form.finditer(text):
            if any(a < match.end() and match.start() < b for a, b in taken):
                continue
            told = {key: value for key, value in match.groupdict().items() if value}
            is_a_verb = told["month"] == "may" and "year" not in told and cased[match.start("month")] == "m"
            if is_a_verb or (day := _day(told)) is None:
                continue
            taken.append(match.span())
            yield Value(day=day, text=match[0], start=match.start(), end=match.end())
            if "last" in told and (last := _day(told | {"day": told["last"]})):
                yield Value(day=last, text=match[0], start=match.start(), end=match.end())


def _day(told: dict[str, str]) -> str | None:
    month = told["month"]
    number = _MONTHS.index(month[:3]) + 1 if month[:3] in _MONTHS else whole(month)
    day = whole(told.get("day", "1"))
    if not (1 <= number <= 12 and 1 <= day <= 31):
        return None
    return f"{whole(told['year']) if 'year' in told else '*'}-{number}-{day if 'day' in told else '*'}"


def whole(figures: str) -> int:
    """A whole number in figures, Latin or Chinese."""
    return int(figures) if figures.isdecimal() else int(_han(figures))


def _numbers(text: str) -> Iterator[Value]:
    for match in _NUMBER.finditer(text):
        number = _number(match, text)
        if number is None:
            continue
        end = match.end()
        if (
            match["figure"]
            and not (match["scale"] or match["han_scale"] or match["unit"])
            and (short := _SHORT.match(text, end))
            and (short["sure"] or short["counts"] is not None or text[match.start() - 1 : match.start()] in _MONEY)
        ):
            number, end = number * _SHORTENED[short["sure"] or short["m"]], short.end()
        unit = match["unit"] or ""
        if unit.startswith(("basis", "bp")):
            number, unit = number / 100, "points"
        elif unit:
            unit = "points" if "point" in unit else "%"
        elif match["per"]:
            unit = "%"
        yield Value(number=number, unit=unit, text=text[match.start() : end], start=match.start(), end=end)


def _number(match: re.Match[str], text: str) -> Fraction | None:
    """The value of a match; None where it is no number: 1/0, "one of", 一 in 一些, a row of figures without end."""
    scale = Fraction(_SCALES.get(match["scale"] or match["han_scale"] or "", 1))
    if match.end() - match.start() > _LONGEST and not match["words"]:
        return None
    if written := match["mixed"] or match["fraction"] or match["part"]:
        top, bottom = _PARTS.get(written, written).split("/")
        return None if int(bottom) == 0 else (int(match["whole"] or 0) + Fraction(int(top), int(bottom))) * scale
    if match["figure"]:
        return Fraction(match["figure"].replace(",", "")) * scale
    measured = match["scale"] or match["han_scale"] or match["unit"] or match["per"]
    if match["words"]:
        return None if match["words"] == "one" and not measured else _spelled(match["words"]) * scale
    inside_a_word = len(match["han"]) == 1 and not measured and not _COUNTED.match(text, match.end())
    return None if inside_a_word and match.end() - match.start() < len(text) else _han(match["han"]) * scale


def _spelled(words: str) -> Fraction:
    """Two thousand five hundred, one hundred and five, twenty-five."""
    total = current = 0
    for word in re.split(r"[- ]+", words):
        if word in _WORDS:
            current += _WORDS[word]
        elif word == "hundred":
            current *= 100
        elif word in _SCALES:
            total, current = total + current * _SCALES[word], 0
    return Fraction(total + current)


def _han(figures: str) -> Fraction:
    """一万二千, 一百二十, 二〇二〇, 三点五."""
    whole, _, part = figures.partition("点")
    if part:
        return _han(whole) + Fraction(int("".join(str(_HAN[figure]) for figure in part)), 10 ** len(part))
    if not re.search("[十百千万亿]", whole):
        return Fraction(int("".join(str(_HAN[figure]) for figure in whole)))
    total = section = current = 0
    for figure in whole:
        if figure in _HAN:
            current = _HAN[figure]
        elif figure in _HAN_SCALES:
            section, current = section + (current or 1) * _HAN_SCALES[figure], 0
        else:
            total, section, current = (total + section + current) * _SCALES[figure], 0, 0
    return Fraction(total + section + current)
