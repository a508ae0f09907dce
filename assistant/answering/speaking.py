"""Whose words a question asks for, and whether a statement gives them: "What did participants say about prices?"."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from assistant.doubts import lexicon
from assistant.doubts.attribution import attributions
from assistant.doubts.speakers import head_of
from assistant.doubts.words import language_of
from ingest.document import Document, Statement
from vectorstore.terms import terms


def asked_for(question: str) -> frozenset[str]:
    """The terms that name whose words a question asks for; none where it asks for nobody's, or for a document's.

    >>> sorted(asked_for("What did several participants at the March meeting say about prices?"))
    ['particip']
    """
    language = language_of(question)
    for pattern in _patterns(language):
        found = pattern.search(question)
        if found is not None:
            return _names(found["who"]) if language == "en" else frozenset(terms(found["who"]))
    return frozenset()


def speaks(document: Document, statement: Statement, who: frozenset[str]) -> bool:
    """Whether a statement gives the words of those who are asked for."""
    return any(not who.isdisjoint(terms(each.name)) for each in attributions(document, statement))


def _names(who: str) -> frozenset[str]:
    head = head_of(who.lower())
    if head in lexicon.words("speakers", "en", "own") | lexicon.words("grammar", "en", "pronoun"):
        return frozenset()
    return frozenset(terms(head))


@cache
def _patterns(language: lexicon.Language) -> tuple[re.Pattern[str], ...]:
    told = _told()
    verbs = f"(?:{'|'.join(told['verbs'])})"
    name = "english" if language == "en" else "chinese"
    return tuple(re.compile(each.replace("VERBS", verbs)) for each in told[name])


@cache
def _told() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "speaking.toml").read_text(encoding="utf-8"))
