"""Words that tell one thing from another of its kind: senses of a group, opposites, places."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from assistant.checking import polarity
from assistant.checking.reading import Language


def contrasts(one: str, other: str, tongue: Language) -> float:
    """In how many groups of words two texts differ that tell one figure from another; half for words that one has alone.

    >>> contrasts("The average wait was 12 weeks", "The median wait was 14 weeks", "en")
    1.0
    """
    found = 0.0
    for senses in _contrasting("zh" if tongue == "zh" else "en"):
        mine, theirs = ({n for n, each in enumerate(senses) if each.search(text.lower())} for text in (one, other))
        if mine != theirs:
            found += 1.0 if mine - theirs and theirs - mine else 0.5
    return found


def other_place(one: str, other: str) -> bool:
    """Whether two Chinese texts each name a place or a house of one kind, and none that the other names.

    >>> other_place("岚江水文站水位26.84米", "柳坪水文站水位41.20米")
    True
    """
    mine, theirs = (Counter((each["kind"], each["name"]) for each in _place().finditer(text)) for text in (one, other))
    kinds = {kind for kind, _ in mine} & {kind for kind, _ in theirs}
    return bool(kinds) and not (mine & theirs)


@cache
def _place() -> re.Pattern[str]:
    return re.compile(_lexicon()["place"]["zh"])


def opposites(one: str, other: str, tongue: Language) -> bool:
    """Whether one text has a word whose opposite the other has in its place."""
    return any(
        (a in mine and b in theirs and a not in theirs and b not in mine)
        for mine, theirs in _both_ways(one, other, tongue)
        for a, b in polarity.opposites(tongue)
    )


def _both_ways(one: str, other: str, tongue: Language) -> list[tuple[frozenset[str] | str, frozenset[str] | str]]:
    mine, theirs = (one, other) if tongue == "zh" else (polarity.keys(one), polarity.keys(other))
    return [(mine, theirs), (theirs, mine)]


@cache
def _contrasting(tongue: str) -> tuple[tuple[re.Pattern[str], ...], ...]:
    groups = _lexicon()[tongue]
    edge = r"\b" if tongue == "en" else ""
    return tuple(tuple(re.compile(f"{edge}(?:{sense}){edge}") for sense in group) for group in groups.values())


@cache
def _lexicon() -> dict[str, dict[str, Any]]:
    lexicon: dict[str, dict[str, Any]] = tomllib.loads(
        (Path(__file__).parent / "contrasts.toml").read_text(encoding="utf-8")
    )
    return lexicon
