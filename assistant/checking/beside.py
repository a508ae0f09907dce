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
        own = [term for term in word.terms if term in telling(word.text) - stems("wording", "frame")][:3]
        if own and (len(found) < 1 or word.text.islower()):
            found.extend(own)
            reach = skipped + (word.end if word.text.isascii() else min(word.end, word.start + 2))
        elif found:
            break
    return tuple(found), reach if found else 0


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
    if re.search(r"\b(?:no|not)\s+(?:more|later) than\s+$", before):
        return "less"
    return next((each for each in SIDES if said_before(each, before)), "")


def said_before(name: str, before: str) -> bool:
    """Whether the words in front of a figure end with one of a list."""
    return any(_ending(name, language).search(before) is not None for language in ("en", "zh"))


@cache
def _ending(name: str, language: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern('figures', name, language).pattern}\s*[$¥€]?\s*$")


def apart(behind: str) -> bool:
    """Whether the words behind a length of time make it a distance from another time: "two days later"."""
    return LATER.match(behind) is not None
