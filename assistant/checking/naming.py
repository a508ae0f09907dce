"""The names of a text: persons, bodies, places, papers and products, in English and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.checking.measuring import DOCUMENT, figures
from assistant.checking.reading import HAN, KEPT_IN_MEMORY, quotations
from assistant.checking.wording import listed

CAPITAL = r"[A-Z\u00c0-\u00de][\w&’'-]*(?:\.(?=[A-Z]))?"
RUN = re.compile(rf"(?<![\w’'-]){CAPITAL}(?:(?:\s+(?:of|for|de|&)(?:\s+the)?)?[ \u00a0]{CAPITAL})*")
START = re.compile(r"(?:^|[.!?:;]\s+|[\"“‘(\n•]\s*)$")
SKIPPED = r"[\u4e00-\u9fff]{0,6}"  # characters that an abbreviation leaves out between two of its own
BOOK = re.compile(r"《([^《》]{2,40})》")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name and its characters; `parts` are its words in lower case.

    `sure` is False for a lone word that opens a sentence; `shorter` is a name that opens one without its first word, which
    may be an ordinary one.
    """

    text: str
    start: int
    end: int
    parts: tuple[str, ...]
    sure: bool = True
    shorter: Name | None = None

    @property
    def own(self) -> tuple[str, ...]:
        """The parts that tell it from others of its kind."""
        return tuple(part for part in self.parts if part not in _generic()) or self.parts


@lru_cache(maxsize=KEPT_IN_MEMORY)
def names(text: str) -> tuple[Name, ...]:
    """The names of a text in order; months, weekdays and document numbers are none, nor is what stands in quotation marks.

    >>> [name.text for name in names("The Ministry of Digital Industry met Banshan in Linqiao on Friday.")]
    ['Ministry of Digital Industry', 'Banshan', 'Linqiao']
    """
    taken = [(span.start, span.end) for span in quotations(text)]
    taken += [match.span() for match in DOCUMENT.finditer(text)]
    taken += [
        (each.start, each.end) for each in figures(text) if each.kind in {"date", "month", "weekday", "season", "clock"}
    ]
    found = (*_latin(text), *_chinese(text))
    return tuple(name for name in found if not any(start < name.end and name.start < end for start, end in taken))


def stands(name: Name, text: str) -> bool:
    """Whether a text names it: in the same words, in one of its names that holds them, or by initials."""
    low = text.lower()
    if HAN.search(name.text):
        return "".join(name.text.split()) in "".join(low.split())
    if _stands_alone(name.text.lower(), low):
        return True
    others = [other for other in names(text) if not HAN.search(other.text)]
    if any(all(any(_alike(part, own) for own in other.parts) for part in name.own) for other in others):
        return True
    wanted = _initials(name)
    if any(wanted in {_initials(other), "".join(other.text.split())} and len(wanted) > 1 for other in others) or (
        name.text.isupper() and any(name.text in _initials(other) for other in others)
    ):
        return True
    return len(name.own) == 1 and any(_alike(name.own[0], word) for word in re.findall(r"[^\W\d_]{4,}", low))


def known_to(name: Name, text: str) -> bool:
    """Whether a long text has a name anywhere: its telling words or, in Chinese, a place without its rank, a body by an abbreviation.

    >>> known_to(names("青岑市人社局")[1], "青岑市人力资源和社会保障局")
    True
    """
    if not HAN.search(name.text):
        low = text.lower()
        return all(_stands_alone(part, low) for part in name.own)
    stem, ending = name.text[:-1], name.text[-1]
    if ending in endings("places"):
        return stem in text
    if ending not in endings("bodies"):
        return name.text in text
    return re.search(SKIPPED.join((*stem, ending)), text) is not None


def endings(kind: str) -> frozenset[str]:
    """The last characters of Chinese names of a kind: places, bodies, papers."""
    return frozenset(listed("names", "chinese", kind))


def _stands_alone(word: str, text: str) -> bool:
    """Whether a word stands in a text with no letter, digit or underscore on either side; compiled patterns cost more."""
    start = text.find(word)
    while start >= 0:
        sides = text[max(0, start - 1) : start], text[start + len(word) : start + len(word) + 1]
        if not any(side.isalnum() or side == "_" for side in sides):
            return True
        start = text.find(word, start + 1)
    return False


def _latin(text: str) -> Iterator[Name]:
    for match in RUN.finditer(text):
        start, end = match.span()
        opens = START.search(text[:start]) is not None
        words = [(word.start() + start, word[0]) for word in re.finditer(r"\S+", match[0])]
        while (
            words
            and _bare(words[0][1]) in _ordinary()
            and not (len(words) > 1 and not opens and _bare(words[0][1]) not in {"the", "a"})
        ):
            words, opens = words[1:], False
        while words and words[-1][1] in {"of", "for", "de", "&", "the"}:
            words = words[:-1]
        while words and words[0][1] in {"of", "for", "de", "&", "the"}:
            words = words[1:]
        if not words or (len(words) == 1 and _bare(words[0][1]) in _ordinary()):
            continue
        start, end = words[0][0], words[-1][0] + len(words[-1][1])
        written = re.sub(r"['’]s?$", "", text[start:end])
        parts = tuple(
            part for part in (_bare(word) for _, word in words) if part not in {"of", "for", "de", "&", "the"}
        )
        sure = not opens or len(parts) > 1 or any(letter.isupper() for letter in written[1:])
        shorter = next(iter(_latin(" " + written.partition(" ")[2])), None) if opens and len(parts) > 1 else None
        yield Name(text=written, start=start, end=start + len(written), parts=parts, sure=sure, shorter=shorter)


def _chinese(text: str) -> Iterator[Name]:
    if not HAN.search(text):
        return
    taken: list[tuple[int, int]] = []
    for match in BOOK.finditer(text):
        taken.append(match.span(1))
        yield Name(text=match[1], start=match.start(1), end=match.end(1), parts=(match[1],))
    for match in _suffixed().finditer(text):
        name = match["name"]
        if any(name.endswith(each) for each in listed("names", "chinese", "unlike")):
            continue
        if not any(start < match.end() and match.start() < end for start, end in taken):
            yield Name(text=name, start=match.start("name"), end=match.end("name"), parts=(name,))


@cache
def _suffixed() -> re.Pattern[str]:
    suffixes = "|".join(sorted(listed("names", "chinese", "suffixes"), key=len, reverse=True))
    joining = "".join(listed("names", "chinese", "joining"))
    return re.compile(
        rf"(?=(?P<name>(?:(?![{joining}])[\u4e00-\u9fff]){{2}}(?:{suffixes}))(?![门分署告道送社会区员托级域别场民])).",
        re.DOTALL,
    )


def _initials(name: Name) -> str:
    return "".join(part[0] for part in name.parts).upper()


def _alike(one: str, other: str) -> bool:
    """Chinese and China, Linqiao's and Linqiao."""
    if one == other:
        return True
    short = min(len(one), len(other))
    if short == 3 and one[:3] == other[:3]:
        return True
    return short >= 4 and abs(len(one) - len(other)) <= 3 and one[: max(4, short - 1)] == other[: max(4, short - 1)]


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).strip(".,;:").lower()


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(listed("names", "ordinary"))


@cache
def _generic() -> frozenset[str]:
    return frozenset(listed("names", "generic"))
