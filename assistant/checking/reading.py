"""A text as the checks read it: its language, its words with their places, and the terms that tell what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from assistant.checking.values import folded, values
from assistant.checking.wording import alike, limits, listed, stems
from ingest.document import Span
from vectorstore.chinese_words import cut, likeness
from vectorstore.terms import query_terms, terms

Language = Literal["en", "zh", "other"]
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
LOWER = re.compile(r"(?<![\w-])[a-z\u00e0-\u024f]+(?![\w-])")  # whole words: the e of e-commerce is no Italian
WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+(?:['’-][^\W\d_\u3400-\u9fff]+)*|\d+(?:[.,:]\d+)*|[\u3400-\u9fff]+")
QUOTED = re.compile(
    r"“(?P<a>[^“”]+)”|「(?P<b>[^「」]+)」|『(?P<c>[^『』]+)』|\"(?P<d>[^\"]+)\"|‘(?P<e>[^‘’]+(?:’(?=\w)[^‘’]+)*)’(?!\w)"
    r"|(?<!\w)'(?P<f>[^'\n]+(?:'(?=\w)[^'\n]+)*)'(?!\w)|＂(?P<g>[^＂]+)＂"
)
KEPT_IN_MEMORY = 8000
ANCHOR = "qqq"
SHORTEST_KIN = 4  # letters; "not" is no kin of "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a text, or a run of Chinese characters, with the terms that it is searched by."""

    text: str
    start: int
    end: int
    terms: tuple[str, ...]


@lru_cache(maxsize=KEPT_IN_MEMORY)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order, with their places in it."""
    return tuple(
        Word(text=match[0], start=match.start(), end=match.end(), terms=tuple(terms(match[0])))
        for match in WORD.finditer(text)
    )


@lru_cache(maxsize=KEPT_IN_MEMORY)
def held(text: str) -> frozenset[str]:
    """All terms of a text, and its Chinese characters."""
    same = canonical(text)
    return frozenset(terms(same)) | frozenset(HAN.findall(same))


@lru_cache(maxsize=KEPT_IN_MEMORY)
def subject(text: str) -> frozenset[str]:
    """The terms that tell what a text is about: without its frame, its function words and its values."""
    bare = folded(text)
    for value in reversed(values(text)):
        bare = f"{bare[: value.start]} {bare[value.end :]}"
    found = telling(bare)
    return found - stems("wording", "frame") or found


@lru_cache(maxsize=KEPT_IN_MEMORY)
def content(text: str) -> frozenset[str]:
    """What a text is about as it is looked for in others: its subject, of Chinese in words."""
    if language(text) != "zh":
        return subject(text)
    bare = folded(text)
    for value in reversed(values(text)):
        bare = f"{bare[: value.start]} {bare[value.end :]}"
    found = frozenset(word.text for word in cut(_chinese_frame().sub(" ", canonical(bare))))
    latin = frozenset(term for term in subject(text) if not HAN.match(term))
    return (found | latin) - function_words() or found | latin


@lru_cache(maxsize=KEPT_IN_MEMORY)
def telling(text: str) -> frozenset[str]:
    """The terms of a text without function words and numbers; none where nothing else is there."""
    if HAN.search(text):
        text = _chinese_frame().sub(" ", canonical(text))
    # Where a query is nothing but function words, query_terms gives them all: the anchor keeps it from that.
    return frozenset(term for term in query_terms(f"{ANCHOR} {text}") if term != ANCHOR and not term[0].isdigit())


@lru_cache(maxsize=KEPT_IN_MEMORY)
def language(text: str) -> Language:
    """English, Chinese, or another language, told by the writing and by function words."""
    han, latin = len(HAN.findall(text)), len(LATIN.findall(text))
    letters = sum(map(str.isalpha, text))
    if letters == 0:
        return "en"
    if 3 * han >= latin and 2 * (han + latin) > letters:
        return "zh"
    if 2 * latin <= letters:
        return "other"
    spoken = LOWER.findall(text.lower())
    if _function_words("foreign").isdisjoint(spoken):
        return "en"
    english, foreign = (sum(word in _function_words(name) for word in spoken) for name in ("english", "foreign"))
    return "other" if foreign > max(1, english) and foreign > 0.12 * len(spoken) else "en"


def quotations(text: str) -> Iterator[Span]:
    """What stands in quotation marks, without them."""
    for match in QUOTED.finditer(text):
        start, end = match.span(match.lastgroup or 0)
        yield Span(start=start, end=end)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def canonical(text: str) -> str:
    """A text with each Chinese word that has others of its sense replaced by the one that stands for them."""
    if not HAN.search(text):
        return text
    pattern, first = _canonical()
    return pattern.sub(lambda found: first[found[0]], text)


@lru_cache(maxsize=200_000)
def match(term: str, others: frozenset[str]) -> float:
    """How well some terms hold a term: 1 for itself, less for a word of its family or one that says the same."""
    if term in others:
        return 1.0
    if not alike().get(term, frozenset()).isdisjoint(others):
        return limits().alike
    if HAN.match(term):
        return limits().characters if len(term) > 1 and all(letter in others for letter in term) else 0.0
    if len(term) < 4 or not term.isascii() or not term.isalpha():
        return 0.0
    return limits().kin if any(_kin(term, other) for other in _by_opening(others).get(term[:SHORTEST_KIN], ())) else 0.0


@lru_cache(maxsize=400_000)
def nearly(term: str, text: str) -> float:
    """How well a text holds a term of `content`: a Chinese word stands in it, letter by letter, or a word near it in meaning does."""
    if not HAN.match(term):
        return match(term, held(text))
    there = canonical(text)
    if term in there:
        return 1.0
    apart = limits().characters if len(term) > 1 and all(letter in there for letter in term) else 0.0
    near = (likeness(term, written(text)) - limits().far) / (limits().close - limits().far)
    return max(apart, min(near, 1.0))


@lru_cache(maxsize=KEPT_IN_MEMORY)
def written(text: str) -> frozenset[str]:
    """The Chinese words of a text."""
    return frozenset(word.text for word in cut(canonical(text)))


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _by_opening(terms: frozenset[str]) -> Mapping[str, list[str]]:
    """Terms by the letters that words of one family share at least."""
    found: dict[str, list[str]] = {}
    for term in terms:
        found.setdefault(term[:SHORTEST_KIN], []).append(term)
    return found


@lru_cache(maxsize=100_000)
def _kin(one: str, other: str) -> bool:
    """Whether two words are of one family: accurate, accuracy."""
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST_KIN:
        return False
    needed = len(short) if len(short) < 6 else max(5, len(short) - 2)
    return len(long) - len(short) <= (2 if len(short) < 6 else 4) and short[:needed] == long[:needed]


@lru_cache(maxsize=1)
def _chinese_frame() -> re.Pattern[str]:
    return re.compile("|".join(sorted(listed("wording", "frame", "chinese"), key=len, reverse=True)))


@cache
def function_words() -> frozenset[str]:
    """Chinese words that tell nothing of what a text is about."""
    return frozenset(listed("wording", "light", "chinese"))


@cache
def _function_words(name: str) -> frozenset[str]:
    return frozenset(listed("wording", name))


@cache
def _canonical() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Chinese words that say the same, and the one word that stands for each of them."""
    first = {word: group.split()[0] for group in listed("wording", "alike", "chinese") for word in group.split()}
    return re.compile("|".join(sorted(first, key=len, reverse=True))), first
