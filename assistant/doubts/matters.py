"""Two statements of documents about one matter: how far they speak of one thing, and what they tell otherwise.

Everything is counted from the words, figures and days of the two documents alone, in English and Chinese; `opposing` weighs
it. A figure that the other document tells too is no rival of anything there, however it is rounded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, log1p

from assistant.checking.figures import bounded, rounds
from assistant.checking.naming import stands
from assistant.checking.permission import OPPOSITE, Stance, one_deed, stances
from assistant.checking.quantities import Figure
from assistant.checking.reading import Language, language, match, subject
from assistant.checking.values import Value
from assistant.doubts.contrasts import contrasts, opposites, other_place
from assistant.doubts.said import (
    Said,
    clause,
    days_of,
    denies,
    is_year,
    limit,
    one_day,
    publisher,
    rivals,
    said,
)
from assistant.doubts.stated import Place
from ingest.document import Document

SEGMENT = re.compile(r"[,，;；。、:：\n|（）()]|\b(?:and|while|but)\b")
DIGITS = re.compile(r"\d[\d,]*(?:\.(?P<part>\d+))?")
_TO_THE_LETTER = 0.5  # of the words that two statements must share, the part that is there in the same form
MOST = {"shared": 12.0, "contrasts": 3.0, "figures": 3.0, "ratio": 3.0}  # what a feature counts at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What two statements have of one another, each feature between -1 and 1 or so, and the two figures that rival."""

    features: Mapping[str, float]
    figures: tuple[Figure, Figure] | None


@dataclass(frozen=True, kw_only=True)
class Told:
    """A statement as it is compared here: what it says, its numbers, and the words beside each of them."""

    place: Place
    said: Said

    @cached_property
    def numbers(self) -> tuple[Figure, ...]:
        """Its numbers that are no years."""
        return tuple(
            each
            for each in self.said.figures
            if each.kind == "number" and each.amount is not None and not is_year(each)
        )

    @cached_property
    def named(self) -> frozenset[str]:
        """The documents and articles that it names by number."""
        return frozenset(each.name for each in self.said.figures if each.kind in {"document", "clause"})

    @cached_property
    def language(self) -> Language:
        """The language it is written in."""
        return language(self.said.text)

    @cached_property
    def stances(self) -> tuple[Stance, ...]:
        """What it allows, forbids, demands or waives; of Chinese alone."""
        return tuple(stances(self.said.text)) if self.language == "zh" else ()

    def beside(self, figure: Figure) -> str:
        """The words of the clause around a figure, up to the figures beside it."""
        return self._beside[figure.start]

    @cached_property
    def _beside(self) -> Mapping[int, str]:
        found, before = {}, 0
        marks = [each.span() for each in SEGMENT.finditer(self.said.text)]
        for each in self.said.figures:
            start = max((end for _, end in marks if before < end <= each.start), default=before)
            end = min((start for start, _ in marks if start >= each.end), default=len(self.said.text))
            found[each.start] = f"{self.said.text[start : each.start]} {self.said.text[each.end : end]}"
            before = max(before, each.end)
        return found


class Reading:
    """A document as it is compared; what it holds is read once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        places = (Place(document=document, position=each) for each in range(len(document.statements)))
        self.told = [Told(place=each, said=said(each)) for each in places]

    @cached_property
    def numbers(self) -> list[Figure]:
        """All its numbers."""
        return [number for each in self.told for number in each.numbers]


def may_be_one_matter(one: Document, other: Document) -> bool:
    """Whether two documents may tell of one matter: of two publishers, and, so far as it is known, of one time."""
    by, first, then = publisher(one.metadata), one.metadata.issued, other.metadata.issued
    if one.id == other.id or (by and by == publisher(other.metadata)):
        return False
    return first is None or then is None or abs((first - then).days) <= limit("matter")


class Matter:
    """Two documents about one matter. Words that many of their statements hold tell little."""

    def __init__(self, one: Reading, other: Reading) -> None:
        self.one, self.other = one, other
        every = [*one.told, *other.told]
        held = Counter(term for each in every for term in each.said.subject)
        self._statements = len(every)
        self._weights = {term: log((self._statements + 1) / (count + 0.5)) for term, count in held.items()}
        self._wholes: dict[frozenset[str], float] = {}
        first, then = one.document.metadata.issued, other.document.metadata.issued
        self._apart = abs((first - then).days) if first and then else None

    def compared(self, mine: Told, theirs: Told, words: float = 0.0) -> Compared | None:
        """What a statement of each has of the other; None where the two cannot be about one thing.

        `words`: the share of the words of one that the other must hold.
        """
        a, b = mine.said, theirs.said
        if mine.language != theirs.language or mine.language == "other" or not self._near(a.subject, b.subject, words):
            return None
        shares = (self._share(a.subject, b.subject), self._share(b.subject, a.subject))
        if max(shares) < words or (mine.named and theirs.named and mine.named.isdisjoint(theirs.named)):
            return None
        rival = max(self._rivals(mine, theirs), key=lambda each: each[1]["near"], default=None)
        if rival is None and self._told_apart(mine, theirs):
            return None
        same = sum(any(tells(x, y) for y in theirs.numbers) for x in mine.numbers)
        english = mine.language == "en"
        features = {
            "less": min(shares),
            "more": max(shares),
            "shared": self._counted("shared", sum(self._weight(x) for x in a.subject if match(x, b.subject) > 0)),
            "same_figures": self._counted("figures", same),
            "day": float(_share_a_day(a.days, b.days)),
            "other_day": float(bool(a.days and b.days) and not _share_a_day(a.days, b.days)),
            "one_dated": float(bool(a.days) != bool(b.days)),
            "apart": log1p(self._apart or 0) / 5,
            "names": float(rivals(a, b)),
            "places": float(other_place(a.text, b.text)),
            "denial": float(denies(a.text) != denies(b.text)),
            "opposite": float(opposites(a.text, b.text, "en" if english else "zh")),
            "permission": float(_allowed_otherwise(mine.stances, theirs.stances)),
            "contrasts": self._counted("contrasts", contrasts(a.text, b.text, mine.language)),
            "figure": float(rival is not None),
            "no_figures": float(not mine.numbers and not theirs.numbers),
            "figure_names": float(rival is not None) * _strangers(a, b),
            **{f"figure_{name}": value for name, value in (rival[1] if rival else _NO_RIVAL).items()},
        }
        return Compared(features=features, figures=rival[0] if rival else None)

    def _rivals(self, mine: Told, theirs: Told) -> Iterator[tuple[tuple[Figure, Figure], dict[str, float]]]:
        """Figures that may be two values of one quantity, with what stands beside them; none of statements of two times."""
        if mine.said.days and theirs.said.days and not _share_a_day(mine.said.days, theirs.said.days):
            return
        for a in mine.numbers:
            for b in theirs.numbers:
                if not comparable(a, b) or tells(a, b) or bounded(a, b):
                    continue
                days = days_of(mine.said, a), days_of(theirs.said, b)
                if all(days) and not _share_a_day(*days):
                    continue
                if not self._in_the_other(a) and not self._in_the_one(b):
                    yield (a, b), self._beside(mine, a, theirs, b, dated=all(days))

    def _told_apart(self, mine: Told, theirs: Told) -> bool:
        """Whether two statements have numbers of one unit or noun, each of which the other document tells elsewhere: rows of one list."""
        named = [each for each in mine.numbers if (each.family or each.nouns) and self._in_the_other(each)]
        rows = [each for each in theirs.numbers if self._in_the_one(each)]
        return any(comparable(a, b) and not tells(a, b) for a in named for b in rows)

    def _in_the_other(self, figure: Figure) -> bool:
        return any(tells(figure, each) for each in self.other.numbers)

    def _in_the_one(self, figure: Figure) -> bool:
        return any(tells(figure, each) for each in self.one.numbers)

    def _beside(self, mine: Told, a: Figure, theirs: Told, b: Figure, *, dated: bool) -> dict[str, float]:
        own, their = mine.beside(a), theirs.beside(b)
        terms = subject(own) or clause(mine.said, a), subject(their) or clause(theirs.said, b)
        shares = self._share(*terms), self._share(*terms[::-1])
        ratio = (
            abs(log(float(a.amount) / float(b.amount))) if a.amount and b.amount and a.amount * b.amount > 0 else 3.0
        )
        found = {
            "less": min(shares),
            "more": max(shares),
            "contrasts": self._counted("contrasts", contrasts(own, their, mine.language)),
            "noun": float(_count_one_thing(a, b)),
            "percent": float(a.family in {"%", "points"}),
            "ratio": self._counted("ratio", ratio),
            "dated": float(dated),
            "side": float(a.side != b.side),
        }
        near = 2 * found["less"] + found["more"] + 0.5 * found["noun"] - found["contrasts"] - 0.3 * found["ratio"]
        return found | {"near": near / 3}

    def _near(self, terms: frozenset[str], others: frozenset[str], words: float) -> bool:
        """Whether some terms and others hold enough of one another to the letter that their kin may make up for the rest."""
        both = sum(map(self._weight, terms & others))
        return both > 0 and both >= words * _TO_THE_LETTER * min(self._whole(terms), self._whole(others))

    def _whole(self, terms: frozenset[str]) -> float:
        if terms not in self._wholes:
            self._wholes[terms] = sum(map(self._weight, terms))
        return self._wholes[terms]

    def _share(self, terms: frozenset[str], others: frozenset[str]) -> float:
        whole = self._whole(terms)
        return sum(self._weight(each) * match(each, others) for each in terms) / whole if whole else 0.0

    def _weight(self, term: str) -> float:
        return self._weights.get(term) or log((self._statements + 1) / 0.5)

    @staticmethod
    def _counted(name: str, value: float) -> float:
        return min(value, MOST[name]) / MOST[name]


_NO_RIVAL = dict.fromkeys(("less", "more", "contrasts", "noun", "percent", "ratio", "dated", "side", "near"), 0.0)


def comparable(a: Figure, b: Figure) -> bool:
    """Whether two numbers are of one unit, or may count the same thing."""
    if a.apart or b.apart or a.family != b.family:
        return False
    return bool(a.family) or not a.nouns or not b.nouns or _count_one_thing(a, b)


def _count_one_thing(a: Figure, b: Figure) -> bool:
    """Whether the nouns of two numbers name one thing."""
    one, other = frozenset(a.nouns[:2]), frozenset(b.nouns[:2])
    return any(match(noun, other) > 0 for noun in a.nouns[:1]) or any(match(noun, one) > 0 for noun in b.nouns[:1])


def tells(a: Figure, b: Figure) -> bool:
    """Whether two comparable numbers are one value, one of them perhaps rounded to its last digit."""
    if not comparable(a, b) or a.amount is None or b.amount is None:
        return False
    if a.same(b) or (a.about and rounds(a, b)) or (b.about and rounds(b, a)):
        return True
    last = max(_half_of_the_last_digit(a), _half_of_the_last_digit(b))
    return a.amount != 0 and abs(float(a.amount - b.amount)) <= last


def _half_of_the_last_digit(figure: Figure) -> float:
    """Half of what the last digit counts that a number is told to: 0.05 of 4.7, 5,000 of 240 thousand."""
    written = DIGITS.search(figure.value.text) if figure.value is not None else None
    bare = written[0].replace(",", "") if written else ""
    if not bare or not float(bare) or figure.amount is None:
        return 0.0
    zeros = len(bare) - len(bare.rstrip("0")) if "." not in bare and len(bare) > 2 else 0
    last = 10.0 ** (zeros - len((written["part"] or "") if written else ""))
    return 1.0001 * last * float(figure.amount) / float(bare) / 2


def _allowed_otherwise(mine: Sequence[Stance], theirs: Sequence[Stance]) -> bool:
    return any(OPPOSITE[a.kind] == b.kind and one_deed(a.deed, b.deed) for a in mine for b in theirs)


def _strangers(mine: Said, theirs: Said) -> float:
    """Whether one statement names what the other does not, a half, or both do."""
    own = any(not stands(each, theirs.text) for each in mine.names)
    other = any(not stands(each, mine.text) for each in theirs.names)
    return (own + other) / 2


def _share_a_day(mine: Sequence[Value], theirs: Sequence[Value]) -> bool:
    return any(one_day(a, b) for a in mine for b in theirs)
