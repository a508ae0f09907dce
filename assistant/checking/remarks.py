"""What a check found wrong with a claim, and how a reader is told of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from assistant.checking.reading import language
from assistant.doubts.words import clipped
from ingest.document import Document, Span

LONGEST = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that is wrong: its reason, the offending characters of the claim, the characters of documents that show it.

    `contradicts` says that the source has another value for the same thing.
    """

    reason: str
    words: Span | None = None
    evidence: tuple[tuple[Document, Span], ...] = ()
    contradicts: bool = False


def say(claim: str, name: str, *, said: str = "", source: str = "") -> str:
    """A reason in the language of the claim.

    >>> say("300 cities use it.", "changed", said="300 cities", source="200 cities")
    'The source says “200 cities”, not “300 cities”.'
    """
    told = _told()["zh" if language(claim) == "zh" else "en"]
    return Template(told[name]).substitute(said=clipped(said, LONGEST), source=clipped(source, LONGEST))


def listing(claim: str, words: tuple[str, ...]) -> str:
    """Some words in quotation marks, as a list in the language of the claim."""
    return ("、" if language(claim) == "zh" else ", ").join(f"“{clipped(word, LONGEST)}”" for word in words)


@cache
def _told() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((Path(__file__).parent / "reasons.toml").read_text(encoding="utf-8"))
