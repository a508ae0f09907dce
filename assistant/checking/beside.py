"""What stands beside a figure and tells what it means: its unit, its noun, its limit, the words around it."""

from __future__ import annotations

import re
from functools import cache

from assistant.checking.quantities import Side
from assistant.checking.reading import HAN, telling, words
from assistant.checking.wording import kinds, listed, pattern, stems

SIDES: tuple[Side, ...] = ("less", "more", "opens", "closes")
LATER = re.compile(
    r"\s+(?:later|earlier|ago)\b|\s+(?:before(?:hand)?|after(?:wards)?|on|prior)(?=\s*[.,;:)]|$)|(?:之?后|之?前|以前|以后)(?=[，。,]|$)"
)
NAME_BEFORE = re.compile(r"\b([A-Z][a-z][\w-]*) $")
NAME_ENDS = re.compile(
    r"[^\w%]*$|[.,;:)?!’'\"”]|\s(?:is|was|are|were|has|had|will|would|said|says|in|at|for|by|to|and|or)\b"
)
INSIDE = re.compile(r"[\w,’'] $")
AROUND = 5  # words on either side that tell what a figure is about


def unit(after: str) -> tuple[str, int, int]:
    """The family of the unit that follows a number, its size in the family's smallest unit, and where it ends."""
    match = _units().match(after)
    if match is None:
        return "", 1, 0
    found = kinds("figures", "units")[match.lastgroup or ""]
    return found["family"], found["size"], match.end()


@cache
def _units() -> re.Pattern[str]:
    between = "|".join((*listed("figures", "between", "en"), *listed("figures", "between", "zh")))
    units = sorted(kinds("figures", "units").items(), key=lambda each: -max(map(len, each[1]["words"])))
    choice = "|".join(
        f"(?P<{name}>{'|'.join(re.sub(r'[(](?![?])', '(?:', each) + (r'(?![a-z])' if each[0].isascii() else '') for each in unit['words'])})"
        for name, unit in units
    )
    return re.compile(rf"(?:[\s-]*(?:{between})(?![a-z]))?[\s-]*(?:{choice})")


def nouns(after: str) -> tuple[tuple[str, ...], int]:
    """What is counted: the first words behind the figure, up to a mark or another figure, and where they end."""
    clause = re.match(r"[^,.;:|，。；：()（）\d\n]*", after)
    text = clause[0] if clause else ""
    counter = re.match(rf"\s*(?:{'|'.join(listed('figures', 'between', 'zh'))})+", text)
    skipped = counter.end() if counter else 0
    found: list[str] = []
    reach = 0
    for word in words(text[skipped:])[:3]:
        if word.text in _between_clauses():
            break
        own = [term for term in word.terms if term in telling(word.text) - stems("wording", "frame")][:3]
        if own and (len(found) < 1 or word.text.islower()):
            found.extend(own)
            reach = skipped + (word.end if word.text.isascii() else min(word.end, word.start + 2))
        elif found:
            break
    return tuple(found), reach if found else 0


@cache
def _between_clauses() -> frozenset[str]:
    return frozenset(listed("figures", "no_nouns"))


def in_a_name(text: str, start: int, end: int) -> bool:
    """Whether a figure is part of a name: "Thirty Years' War", "High Noon", "Theresa May", "Blade Runner 2049"."""
    before = NAME_BEFORE.search(text[max(0, start - 30) : start])
    named = before is not None and before[1].lower() not in _no_names()
    if text[start].isdigit():
        return named and NAME_ENDS.match(text, end) is not None
    if text[start:end].lower() == "may":
        return named
    return (
        text[start].isupper() and INSIDE.search(text[:start]) is not None and text[start:end].lower() not in _no_names()
    )


@cache
def _no_names() -> frozenset[str]:
    """Words with a capital that name nothing: those that open a sentence, months, days."""
    days = [kinds("figures", "calendar")[kind]["names"] for kind in ("month", "weekday")]
    calendar = [name for names in days for each in names for name in each.replace("\\", "").split("|")]
    return frozenset((*listed("figures", "no_names"), *calendar))


def around(text: str, start: int, end: int) -> frozenset[str]:
    """The terms of the words on either side, in the same sentence; of Chinese text, of some characters."""
    if HAN.search(text[max(0, start - 1) : end + 1]):
        return telling(re.split(r"[。；\n]", text[max(0, start - 9) : start])[-1]) | telling(
            re.split(r"[。；\n]", text[end : end + 9])[0]
        )
    before = words(re.split(r"[.;]\s|\n", text[max(0, start - 60) : start])[-1])[-AROUND:]
    after = words(re.split(r"[.;]\s|\n", text[end : end + 60])[0])[:AROUND]
    return telling(" ".join(word.text for word in (*before, *after)))


def side(before: str, after: str) -> Side:
    """The bound or the end of a period that the words around a figure make of it."""
    for each in SIDES:
        if after.startswith(listed("figures", each, "after")):
            return each
    starts = {each: start for each in SIDES if (start := _ending_at(each, before)) is not None}
    return min(starts, key=lambda each: (starts[each], SIDES.index(each)), default="")  # 不低于 before 低于


def said_before(name: str, before: str) -> bool:
    """Whether the words in front of a figure end with one of a list."""
    return _ending_at(name, before) is not None


def _ending_at(name: str, before: str) -> int | None:
    """Where the words of a list begin that the words in front of a figure end with."""
    found = (_ending(name, language).search(before) for language in ("en", "zh"))
    return min((match.start() for match in found if match is not None), default=None)


@cache
def _ending(name: str, language: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern('figures', name, language).pattern}\s*[$¥€]?\s*$")


def apart(behind: str) -> bool:
    """Whether the words behind a length of time make it a distance from another time: "two days later"."""
    return LATER.match(behind) is not None
