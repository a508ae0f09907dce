"""The word lists and limits of the checks, read from the .toml files beside this module when first asked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.doubts.lexicon import spaced
from vectorstore.terms import terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers of `limits.toml`; what each does is said there."""

    carried: float
    uncited: float
    lost: float
    words_alone: float
    bias: float
    bias_uncited: float
    coverage: float
    cosine: float
    kin: float
    alike: float
    characters: float
    far: float
    close: float
    front: float
    near: float
    adds: float
    adds_apart: float
    embedded: int
    subject: float
    denied: float
    part: float
    alone_contradicts: float
    alone_supports: float
    prose_contradicts: float
    prose_supports: float
    prose_named: float
    prose_doubts: float


@cache
def limits() -> Limits:
    """The limits as shipped."""
    return Limits(**_file("limits"))


@cache
def listed(file: str, name: str, field: str = "words") -> tuple[str, ...]:
    """A list of a file, as written."""
    return tuple(_file(file)[name][field])


@cache
def stems(file: str, name: str, field: str = "words") -> frozenset[str]:
    """The terms of a list of plain words."""
    return frozenset(term for entry in listed(file, name, field) for term in terms(entry))


@cache
def pattern(file: str, name: str, language: str) -> re.Pattern[str]:
    """A list of a language as one expression; an English one stands between word boundaries."""
    entries = sorted(listed(file, name, language), key=len, reverse=True)
    choice = "|".join(spaced(entry) for entry in entries)
    return re.compile(rf"\b(?:{choice})(?!\w)" if language == "en" else f"(?:{choice})")


@cache
def kinds(file: str, name: str) -> Mapping[str, Any]:
    """A table of a file."""
    table: Mapping[str, Any] = _file(file)[name]
    return table


@cache
def alike() -> Mapping[str, frozenset[str]]:
    """For a term, the terms that say the same in notices and reports."""
    found: dict[str, set[str]] = {}
    for line in listed("wording", "alike", "groups"):
        group = set(terms(line.replace("-", " ")))
        for term in group:
            found.setdefault(term, set()).update(group - {term})
    return {term: frozenset(others) for term, others in found.items()}


@cache
def _file(name: str) -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
