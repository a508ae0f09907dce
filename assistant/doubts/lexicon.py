"""The word lists, read from `lexicon/*.toml` when first asked for, and compiled once.

A list stands under its language and its class (`[en.modal]`). An entry is a regular expression of lower-case words in
which a space stands for any white space; its groups do not capture.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["en", "zh"]

FOLDER = Path(__file__).parent / "lexicon"


@cache
def lists(file: str) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """All lists of a lexicon file: language, then class, then `words` (or `verbs`), `says` and `raised`."""
    return tomllib.loads((FOLDER / f"{file}.toml").read_text(encoding="utf-8"))


@cache
def classes(file: str, language: Language, *, raised: bool | None = None) -> tuple[str, ...]:
    """The classes of a language, all of them or only those that do (or do not) raise a doubt."""
    found = lists(file)[language]
    return tuple(name for name, entry in found.items() if raised is None or entry.get("raised", True) is raised)


@cache
def says(file: str, language: Language, name: str) -> str:
    """How a class is told to a reader."""
    return str(lists(file)[language][name].get("says", ""))


@cache
def weak(file: str, language: Language, name: str) -> bool:
    """Whether a class makes a sentence vague without being a doubt on its own."""
    return bool(lists(file)[language][name].get("weak", False))


@cache
def words(file: str, language: Language, name: str) -> frozenset[str]:
    """A list of plain words, as a set."""
    return frozenset(lists(file)[language][name]["words"])


@cache
def pattern(file: str, language: Language, *names: str) -> re.Pattern[str]:
    """One expression for several classes; `match.lastgroup` names the class that matched."""
    groups = "|".join(
        f"(?P<{name}>{'|'.join(spaced(entry) for entry in lists(file)[language][name]['words'])})" for name in names
    )
    return re.compile(rf"(?<!\w)(?:{groups})(?!\w)" if language == "en" else groups)


@cache
def choice(file: str, language: Language, name: str) -> str:
    """A list as one alternative to stand inside another expression, the longest entries first."""
    entries = sorted(lists(file)[language][name]["words"], key=len, reverse=True)
    return f"(?:{'|'.join(spaced(entry) for entry in entries)})"


@cache
def verbs(language: Language) -> Mapping[str, tuple[str, str]]:
    """Every form of every verb of saying, with its stance and what a reader is told ("said", "声称")."""
    found: dict[str, tuple[str, str]] = {}
    for stance, entry in lists("speech")[language].items():
        for line in entry["verbs"]:
            forms = line.split() if language == "en" else [line]
            told = forms[-1].replace(r"\s+", " ")
            found.update({form.replace(r"\s+", " "): (stance, told) for form in forms})
    return found


def spaced(entry: str) -> str:
    """An entry as an expression: spaces match any white space, plain groups do not capture."""
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", entry).replace("[ ]", "\x00").replace(" ", r"\s+").replace("\x00", " ")
