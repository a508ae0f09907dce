"""Chinese words: a text cut into them, and how near two of them are in meaning, by a table of vectors that is shipped.

The table (`chinese/words.safetensors`, see `MODEL.md` beside it) holds words in the order of how common they are. A text is
cut where the words of the table together are the most common; what is in no word stands as a single character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from vectorstore.vector_rows import Vector

TABLE = Path(__file__).parent / "chinese" / "words.safetensors"
LONGEST = 6  # characters of a word
UNKNOWN = 16.0  # what a character costs that is in no word; a common word costs 3, the rarest of the table 11
COMMON = 10
_RUN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The words with their ranks, and their vectors, shape (words, 64), of unit length."""

    ranks: dict[str, int]
    vectors: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class ChineseWord:
    """A word and its characters in a text."""

    text: str
    start: int
    end: int


def cut(text: str) -> list[ChineseWord]:
    """The Chinese words of a text in order.

    >>> [word.text for word in cut("3家食堂已停业整顿")]
    ['家', '食堂', '已', '停业', '整顿']
    """
    return [
        ChineseWord(text=word, start=run.start() + start, end=run.start() + start + len(word))
        for run in _RUN.finditer(text)
        for start, word in _cut(run[0])
    ]


@lru_cache(maxsize=200_000)
def likeness(word: str, others: frozenset[str]) -> float:
    """How near the nearest of some words is: 1 for itself, 0 where the table has the word or all others not."""
    if word in others:
        return 1.0
    place, rows = table().ranks.get(word), _rows(others)
    if place is None or len(rows) == 0:
        return 0.0
    return max(0.0, float((rows @ table().vectors[place]).max()))


def place(word: str) -> int:
    """The place of a word in the table, -1 where it is none."""
    return table().ranks.get(word, -1)


def rare(word: str) -> float:
    """How rare a word is, from 0 for the most common to 1; a character that is no word of the table is as rare as can be."""
    place = table().ranks.get(word)
    return 1.0 if place is None else (log(place + COMMON) - log(COMMON)) / (log(len(table().ranks)) - log(COMMON))


@cache
def table() -> Table:
    """The table as shipped, read when it is first asked for."""
    tensors = load_file(TABLE)
    words = bytes(tensors["words"]).decode("utf-8").split("\n")
    vectors = tensors["vectors"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Table(ranks={word: place for place, word in enumerate(words)}, vectors=vectors)


@lru_cache(maxsize=8000)
def _rows(words: Iterable[str]) -> Vector:
    places = [place for word in words if (place := table().ranks.get(word)) is not None]
    return np.asarray(table().vectors[places])


@lru_cache(maxsize=8000)
def _cut(run: str) -> tuple[tuple[int, str], ...]:
    """The cheapest way to part a run of characters into words."""
    best, back = [0.0], [0]
    for end in range(1, len(run) + 1):
        options = [
            (best[start] + cost, start)
            for start in range(max(0, end - LONGEST), end)
            if (cost := _cost(run[start:end])) is not None
        ]
        cheapest, start = min(options)
        best.append(cheapest)
        back.append(start)
    parts: list[tuple[int, str]] = []
    end = len(run)
    while end:
        parts.append((back[end], run[back[end] : end]))
        end = back[end]
    return tuple(reversed(parts))


def _cost(word: str) -> float | None:
    place = table().ranks.get(word)
    if place is not None:
        return log(place + COMMON)
    return UNKNOWN if len(word) == 1 else None
