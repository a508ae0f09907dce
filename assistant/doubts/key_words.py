"""The words by which a doubt is laid to what it means: key words that two texts share, and signs in the language of a text."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.doubts.lexicon import pattern
from assistant.doubts.words import language_of, lower
from vectorstore.terms import query_terms

POSSESSIVE = re.compile(r"['’]s\b")


def has(name: str, low: str) -> bool:
    """Whether a text in lower case holds a sign of a class of `doubting`."""
    return pattern("doubting", language_of(low), name).search(low) is not None


def share(keys: frozenset[str], text: str) -> int:
    """How many of some key words a text has."""
    return len(keys & keys_of(text))


@lru_cache(maxsize=4000)
def keys_of(text: str) -> frozenset[str]:
    """The terms that tell what a text is about, without those of correcting and dating."""
    low = POSSESSIVE.sub("", lower(text))
    return frozenset(query_terms(pattern("doubting", language_of(text), "generic").sub(" ", low)))
