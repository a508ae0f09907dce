"""How documents name one another: by number or title, read as keys that are equal wherever the same document is named.

A number's key is its letters, a stroke, and its figures, a year first: `MDI IT [2020] 6` and `Notice MDI IT [2020]6` are
`mdiit/2020-6`, `数信〔2020〕6号` is `数信/2020-6`. A title's key is its letters and figures, with `=` in front.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ingest.document import Metadata

_PIECE = re.compile(r"[a-z]+|[\u3400-\u9fff]+|\d+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BOOK = re.compile(r"《(?P<title>[^》\n]{2,80})》")
_MARKED = re.compile(r"《(?P<title>[^》\n]{2,80})》|[“\"](?P<quoted>[^”\"\n]{4,160})[”\"]")
_LONGEST = 160
_LONGEST_FIGURE, _MOST_FIGURES = 12, 8  # what is longer or more is no document's number
_YEARS = range(1900, 2101)
_SHORTEST = {
    True: 6,
    False: 12,
}  # characters of a title's key, of Han and of others, that tell one document from another


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Where a text names a document, and the keys that it may mean, the fullest first."""

    start: int
    end: int
    keys: tuple[str, ...]


def namings(text: str) -> Iterator[Naming]:
    """The documents that a text names by a number with letters in it, or by a title in 《》.

    >>> [each.keys[0] for each in namings("The rules come from notice MDI IT [2020] 6.")]
    ['mdiit/2020-6']
    """
    for match in _number().finditer(text):
        keys = tuple(key for key in number_keys(match[0]) if not key.startswith("/"))
        if keys:
            yield Naming(start=match.start(), end=match.end(), keys=keys)
    for match in _BOOK.finditer(text):
        if key := title_key(match["title"]):
            yield Naming(start=match.start(), end=match.end(), keys=(key,))


def blanked(text: str) -> str:
    """A text with blanks in place of the numbers of documents, whose years are no dates."""
    return _number().sub(lambda match: " " * len(match[0]), text)


def target_keys(target: str) -> tuple[str, ...]:
    """The keys of a document that another names in one of its relations: by number where it has one, and by title."""
    numbers = [key for match in _number().finditer(target) for key in number_keys(match[0])]
    titles = [title_key(match["title"] or match["quoted"]) for match in _MARKED.finditer(target)]
    whole = [] if numbers or titles else [title_key(target)]
    return tuple(dict.fromkeys(key for key in (*numbers, *titles, *whole) if key))


def own_keys(title: str, about: Metadata) -> tuple[str, ...]:
    """The keys that a document answers to: its number, its title, and the title in marks that a notice issues."""
    number = number_keys(about.number)[:1] if about.number else ()
    bare = title.removeprefix(about.issuer) if about.issuer else title
    issued = re.search(_words()["issues"]["pattern"], title)
    titles = (title, bare, issued["title"] if issued else "")
    return tuple(dict.fromkeys((*number, *filter(None, map(title_key, titles)))))


def number_keys(number: str) -> tuple[str, ...]:
    """The keys of a number; Chinese words may stand in front of its letters, so each ending of two or more is one.

    >>> number_keys("按照数信〔2020〕6号"), number_keys("Notice No. 7 of 2019")
    (('按照数信/2020-6', '照数信/2020-6', '数信/2020-6'), ('/2019-7',))
    """
    generic = _words()["generic"]
    pieces = _PIECE.findall(unicodedata.normalize("NFKC", number).casefold())
    figures = [str(int(piece)) for piece in pieces if piece.isdecimal() and len(piece) <= _LONGEST_FIGURE]
    if not figures:
        return ()
    figures.sort(key=lambda each: int(each) not in _YEARS)
    words = [_trimmed(piece) for piece in pieces if not piece.isdecimal() and piece not in generic["words"]]
    letters, value = "".join(words)[-_LONGEST:], "-".join(figures[:_MOST_FIGURES])
    if not _HAN.search(letters):
        return (f"{letters}/{value}",)
    return tuple(f"{letters[start:]}/{value}" for start in range(max(1, len(letters) - 1)))


def title_key(title: str) -> str:
    """The key of a title; empty where it is too short to tell one document from another."""
    letters = "".join(each for each in unicodedata.normalize("NFKC", title).casefold() if each.isalnum())
    return f"={letters[:_LONGEST]}" if len(letters) >= _SHORTEST[bool(_HAN.search(letters))] else ""


def kinds_named(text: str) -> frozenset[str]:
    """The kinds of document that a text names: notice, order, 令."""
    low = text.casefold()
    return frozenset(kind for kind in _words()["kinds"]["words"] if re.search(rf"(?<![a-z]){kind}(?![a-rt-z])", low))


def _trimmed(piece: str) -> str:
    """A run of Chinese characters without the marks of a number around it."""
    for mark in _words()["generic"]["marks"]:
        piece = piece.removeprefix(mark).removesuffix(mark)
    return piece


@cache
def _number() -> re.Pattern[str]:
    return re.compile(_words()["number"]["pattern"])


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files("ingest").joinpath("lexicon/designations.toml").read_text("utf-8"))
