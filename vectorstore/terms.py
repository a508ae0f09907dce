"""Terms: a text as the word index and the quoting see it. English words stemmed, Chinese as bigrams, full width folded."""

from __future__ import annotations

import re
import threading
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import snowballstemmer

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff"
_PIECE = re.compile(rf"[{_HAN}]+|\d+(?:[.,]\d+)*|[^\W\d_{_HAN}]+(?:['’][^\W\d_{_HAN}]+)?")
_APOSTROPHE = re.compile(r"['’]s?$|['’](?=\w)")
_FIRST_HAN = "\u3040"


def terms(text: str) -> list[str]:
    """All terms in order: `Health codes` is `health code`, `健康码` is `健康 康码`, `２,０００` is `2000`."""
    found: list[str] = []
    for piece in _PIECE.findall(unicodedata.normalize("NFKC", text).casefold()):
        found.extend(_piece_terms(piece))
    return found


def query_terms(text: str) -> list[str]:
    """The terms of a question without its frame ("what did ... say"); all of them where nothing else is left."""
    kept = _without_frame(unicodedata.normalize("NFKC", text).casefold())
    found = [term for piece in kept for term in _piece_terms(piece)]
    return list(dict.fromkeys(found or terms(text)))


def content_words(text: str) -> list[str]:
    """The words of a question without its frame, as they are written: `does Germany pay?` is `Germany`, `pay`; Chinese in runs."""
    return list(dict.fromkeys(_without_frame(unicodedata.normalize("NFKC", text))))


def _without_frame(text: str) -> list[str]:
    pieces = _PIECE.findall(_without_chinese_frame(text))
    return [piece for piece in pieces if _bare(piece.casefold()) not in _stopwords()["english"]]


@cache
def function_words() -> frozenset[str]:
    """The terms of the English words that a query leaves out."""
    return frozenset(term for word in _stopwords()["english"] for term in terms(word))


@lru_cache(maxsize=200_000)
def _piece_terms(piece: str) -> tuple[str, ...]:
    if piece[0] >= _FIRST_HAN and re.match(f"[{_HAN}]", piece):
        return (piece,) if len(piece) == 1 else tuple(piece[i : i + 2] for i in range(len(piece) - 1))
    if piece[0].isdigit():
        return (piece.replace(",", ""),)
    return (_STEMMER.stem(_bare(piece)),)


def _bare(piece: str) -> str:
    return _APOSTROPHE.sub("", piece) if "'" in piece or "’" in piece else piece


def _without_chinese_frame(text: str) -> str:
    """Question and function words give way to a space, so that no bigram is made across them."""
    return _chinese_frame().sub(" ", text)


@cache
def _chinese_frame() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_stopwords()["chinese"], key=len, reverse=True)))


@cache
def _stopwords() -> dict[str, frozenset[str]]:
    with (Path(__file__).parent / "lexicon" / "terms.toml").open("rb") as file:
        return {name: frozenset(words) for name, words in tomllib.load(file).items()}


class _Stemmer(threading.local):
    """A stemmer for each thread: it keeps the word it works on in itself."""

    def __init__(self) -> None:
        self.stem = snowballstemmer.stemmer("english").stemWord


_STEMMER = _Stemmer()
