"""Two Chinese texts beside each other, as small networks read them: characters, and on each what its word tells.

The networks begin with nothing and know no words. So on each character they are told whether the other text holds its word or
the pair of characters that it begins or ends, how near the nearest word there is, how rare its word is, and the vector
that `vectorstore.chinese_words` has for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vectorstore import chinese_words
from vectorstore.network_marking import PARTS, Signed
from vectorstore.pair_encoding import Ids
from vectorstore.vector_rows import Vector

FRONT, UNDER, TEXT = 1, 2, 3  # what opens the parts behind the first text
TOLD = 7
SIGNS = TOLD + 64  # what is told of a character's word, and the vector of that word
LOUDER = 2.0  # how much larger the vectors are than the table has them, in which each number is small
_OTHER = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+")


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is told of each character but for its word's vector, shape (characters, TOLD), and the place of the word in the table, or -1."""

    told: Vector
    words: Ids


def codes(text: str) -> Iterator[int]:
    """The code points of a text; none of them opens a part."""
    yield from (max(ord(each), PARTS) for each in text)


def signed(first: Ids, second: Ids, told: Told | None = None) -> Signed:
    """What the networks are given, the second text with what opens its parts; `told` where it has been told before."""
    told = told or about(first, second)
    places = np.asarray(told.words)
    vectors = chinese_words.table().vectors[np.maximum(places, 0)] * (LOUDER * (places >= 0))[:, None]
    return Signed([*first, *second], np.concatenate([told.told, vectors], axis=1))


def about(first: Ids, second: Ids) -> Told:
    """What each character's word tells beside the other text."""
    one, two = ("".join(map(chr, each)) for each in (first, second))
    rows, places = np.zeros((len(one) + len(two), TOLD), np.float32), [-1] * (len(one) + len(two))
    rows[: len(one), 0] = 1
    for begin, own, other in ((0, one, two), (len(one), two, one)):
        words = frozenset(word for word, _, _ in _words(other))
        for n in range(len(own) - 1):
            if own[n : n + 2] in other:
                rows[begin + n : begin + n + 2, 1] = 1
        for word, start, end in _words(own):
            rare, near = chinese_words.rare(word), chinese_words.likeness(word, words)
            same = float(word in words or (len(word) > 1 and word in other))
            rows[begin + start : begin + end, 2:] = (same, same * rare, near, rare, float(word[0].isdigit()))
            places[begin + start : begin + end] = [chinese_words.place(word)] * (end - start)
    return Told(rows, places)


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text, numbers and Latin words among them."""
    yield from ((word.text, word.start, word.end) for word in chinese_words.cut(text))
    yield from ((found[0].casefold(), found.start(), found.end()) for found in _OTHER.finditer(text))
