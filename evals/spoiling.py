"""A sentence spoilt: a hedge or an attribution lost, a number, a date or a name put in another's place."""

from __future__ import annotations

import random
import re
from calendar import day_name, month_name
from collections.abc import Callable, Sequence

_HAN = re.compile(r"[\u4e00-\u9fff]")
AS_FACT = (
    (
        r"(?i)\b(?:is|are|was|were) (?:expected|likely|planned|set|due|reported|said|believed|thought|estimated) to\b",
        "will",
    ),
    (r"\b(?:may|might|could|would|should|(?:intends?|plans?|hopes?|aims?) to)\b(?! \d)", "will"),
    (r"(?i)\b(?:appears?|seems?) to be\b", "is"),
    (r"\b(is|are) (?:un)?likely\b", r"\1 certain"),
    (r"(?i)\b(?:reportedly|allegedly|apparently|probably|possibly|perhaps|presumably|likely|preliminary)\b,?", ""),
    (
        r"(?i)\b(?:about|around|approximately|roughly|nearly|almost|some|up to|more than|at least) (?=\d|[a-z]+teen\b)",
        "",
    ),
    (r"可能|或许|也许|大概|预计|预期|据称|据说|据悉|初步|有望|约(?=\d)|左右", ""),
)
_SAYING = r"(?:said|says|told [^,.]{2,40}|reported|reports|announced|stated|states|claimed|claims|wrote|warned|added|noted|notes)"
AS_OWN = (
    (rf"^[^.;“\"]{{2,80}}?\b{_SAYING}\b(?: on [\w ]{{3,20}})?,? that ", ""),
    (rf"^(?:The |An? )?[A-Z][^,.;“\"]{{1,60}}? {_SAYING} (?=(?:the|it|its|an?|they|their|there)\b)", ""),
    (r"(?i)^according to [^,]{2,60}, ", ""),
    (r",? according to [^,.;]{2,60}(?=[,.;]|$)", ""),
    (rf",[”\"]? (?:{_SAYING} [^,.;]{{2,60}}|[^,.;]{{2,60}} {_SAYING})(?=\.?$)", ""),
    (r"^据[^，。]{2,30}[，,]", ""),
    (r"^[^，。：]{2,20}(?:表示|指出|报道称|报道|认为|透露|宣称|声称|称|说)[，,：:]?", ""),
)
_MONTHS = month_name[1:]
_MONTH = re.compile("|".join(_MONTHS))
DATE = re.compile(
    r"\d{4}-\d\d-\d\d|\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日"
    rf"|(?:\b\d{{1,2}} )?\b(?:{_MONTH.pattern})\b(?: \d{{1,2}}\b)?(?:,? \d{{4}})?|\b(?:19|20)\d\d\b"
)
_COUNTS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
)
_NUMBER = re.compile(rf"\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(_COUNTS[1:-1])})\b")
_NAME = re.compile(
    r"\b(?!(?:The|An?|In|On|At|As|It|Its|This|That|These|Each|From|For|Of|By|To|And|But|No|Not|Article|Section|Notice)\b)"
    rf"(?!(?:{_MONTH.pattern}|{'|'.join(day_name)})\b)[A-Z]\w*[a-z]\w*(?:[ -](?:(?:of|and|for) (?:the )?)?[A-Z]\w+)*"
    r"|(?:^|(?<=[\s，。、：由在向对和]))[\u4e00-\u9fff]{2,6}?(?:部|省|市|公司|局|日报|委员会)"
)


def rewritten(text: str, rules: Sequence[tuple[str, str]]) -> str:
    """A sentence after some rules, which are patterns and what stands instead."""
    after = text
    for pattern, instead in rules:
        after = re.sub(pattern, instead, after)
    after = re.sub(r"\s+(?=[\s,.;])", "", after).strip(" ,，")
    return text if after == text else after[:1].upper() + after[1:]


def with_another(text: str, found: Sequence[re.Match[str]], other: Callable[[str], str], chance: random.Random) -> str:
    """The text with one of the matches, by chance, replaced."""
    if not found:
        return text
    match = chance.choice(found)
    return text[: match.start()] + other(match[0]) + text[match.end() :]


def numbers(text: str) -> list[re.Match[str]]:
    """The numbers of a sentence that belong to no date."""
    dates = [date.span() for date in DATE.finditer(text)]
    return [each for each in _NUMBER.finditer(text) if not any(start <= each.start() < end for start, end in dates)]


def names(text: str) -> list[re.Match[str]]:
    """The names of a sentence, without a lone word that opens it."""
    return [each for each in _NAME.finditer(text) if each.start() > 0 or " " in each[0] or _HAN.search(each[0])]


def other_number(number: str) -> str:
    """Another number of the same shape.

    >>> other_number("1,900"), other_number("0.5"), other_number("twelve")
    ('2,900', '1.5', 'thirteen')
    """
    if number in _COUNTS:
        return _COUNTS[_COUNTS.index(number) + 1]
    return str(int(number[0]) % 9 + 1) + number[1:]


def other_date(date: str) -> str:
    """A date near another: the day after where a day is named, else the month or the year after.

    >>> other_date("24 February 2020"), other_date("2020-02-28"), other_date("2020年12月"), other_date("March 2020")
    ('25 February 2020', '2020-02-01', '2020年1月', 'April 2020')
    """
    small = list(re.finditer(r"(?<!\d)\d{1,2}(?!\d)", date))
    if small:
        last = small[-1]
        after = int(last[0]) % (12 if date.startswith("月", last.end()) else 28) + 1
        return date[: last.start()] + str(after).zfill(2 if "-" in date else 1) + date[last.end() :]
    month = _MONTH.search(date)
    if month:
        return date.replace(month[0], _MONTHS[(_MONTHS.index(month[0]) + 1) % 12])
    return re.sub(r"\d{4}", lambda year: str(int(year[0]) + 1), date)
