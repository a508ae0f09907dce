"""A claim laid word by word beside a statement that it follows: what one of them has that the other has not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache

from assistant.checking.reading import KEPT_IN_MEMORY, Language, words
from assistant.checking.wording import listed, pattern
from vectorstore.terms import terms

FOLLOWS = 0.7  # the share of a claim's words that stand in the same order in the statement that it follows


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a Chinese character, with its place, what it is compared by, and whether it is part of a negation."""

    key: str
    text: str
    start: int
    end: int
    negates: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The claim's own words between two that both have, and the statement's; one of them may be empty."""

    own: tuple[Token, ...]
    other: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Following:
    """How much of a claim's words a statement has in their order, and where they part."""

    share: float
    changes: tuple[Change, ...]


@lru_cache(maxsize=KEPT_IN_MEMORY)
def following(claim: str, statement: str, tongue: Language) -> Following | None:
    """How a claim follows a statement; None where it goes ways of its own."""
    own, other = tokens(claim, tongue), tokens(statement, tongue)
    steps = SequenceMatcher(None, [each.key for each in own], [each.key for each in other], autojunk=False)
    share = sum(block.size for block in steps.get_matching_blocks()) / (len(own) or 1)
    if share < FOLLOWS:
        return None
    parted = (step for step in steps.get_opcodes() if step[0] != "equal")
    return Following(share, tuple(Change(own[a:b], other[c:d]) for _, a, b, c, d in parted))


@lru_cache(maxsize=KEPT_IN_MEMORY)
def tokens(text: str, tongue: Language) -> tuple[Token, ...]:
    """The words of a text, of Chinese its characters; an irregular past is compared by its verb."""
    denials = [
        found.span()
        for found in pattern("polarity", "negation", "zh" if tongue == "zh" else "en").finditer(text.lower())
    ]
    if tongue == "zh":
        pieces = [(letter, n, n + 1) for n, letter in enumerate(text) if letter.isalnum()]
    else:
        pieces = [(_key(word.text.lower(), word.terms), word.start, word.end) for word in words(text)]
    return tuple(
        Token(key, text[a:b], a, b, any(start <= a and b <= end for start, end in denials)) for key, a, b in pieces
    )


def _key(word: str, known: Sequence[str]) -> str:
    return _present().get(word) or (known[0] if known else word)


@cache
def _present() -> Mapping[str, str]:
    """Past forms that are words of their own, and what their verb is compared by."""
    pairs = (entry.split() for entry in listed("polarity", "irregular"))
    return {past: (terms(plain) or [plain])[0] for past, plain in pairs}
