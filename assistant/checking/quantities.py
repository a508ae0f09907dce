"""The value of a figure: a number with unit and noun, a date, an hour, a weekday, the number of a document or an article."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

from assistant.checking.eras import holds
from assistant.checking.values import Value

Kind = Literal["number", "date", "era", "clock", "weekday", "month", "season", "rank", "document", "clause"]
Side = Literal["", "less", "more", "opens", "closes"]
NAMED_KINDS = frozenset({"number", "clock", "month", "weekday", "season"})
COUNTABLE = 10  # counts in words up to this may sum up a list


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: its value, what it counts, the terms around it (read when they are asked for), and its characters, noun included.

    `amount` is the value in the smallest unit of its `family` of units; `side` is the bound or the end of a period that it
    is given as; `apart` says that it tells a distance from another time ("two days later"), `in_words` that it is spelled out.
    """

    kind: Kind
    value: Value | None
    name: str
    family: str
    amount: Fraction | None
    nouns: tuple[str, ...]
    side: Side
    about: bool
    apart: bool
    in_words: bool
    text: str
    start: int
    end: int
    read_around: Callable[[], frozenset[str]] = field(compare=False, repr=False)
    read_named: Callable[[], bool] = field(compare=False, repr=False)

    @cached_property
    def around(self) -> frozenset[str]:
        """The terms of the words on either side."""
        return self.read_around()

    @cached_property
    def named(self) -> bool:
        """Whether it is part of a name: "High Noon", "Thirty Years' War"."""
        return self.kind in NAMED_KINDS and self.read_named()

    @property
    def may_be_reckoned(self) -> bool:
        """Whether it may stand nowhere: the count of what a list holds, the distance from another time."""
        counted = self.amount is not None and self.in_words and not self.family and self.amount <= COUNTABLE
        return counted or self.apart

    def same(self, other: Figure) -> bool:
        """Whether the other, a source's, tells this value: with its unit where both have one, and no less of a date."""
        if self.kind == "era":
            return holds(self.name, other.years)
        if self.value is not None and other.value is not None:
            if self.family and other.family:
                return self.family == other.family and self.amount == other.amount
            return self.value.same(other.value) and not _less_told(other.value.day, self.value.day)
        if self.kind == other.kind:
            return self.name == other.name or _alike.get(self.kind, _never)(self.name, other.name)
        clock, number = (self, other) if self.kind == "clock" else (other, self)
        if (clock.kind, number.kind) == ("clock", "number"):
            return number.in_words and number.amount is not None and str(number.amount) in _hours(clock.name)
        return (self.kind, other.kind) == ("month", "date") and other.day.split("-")[1:2] == [str(int(self.name) + 1)]

    @property
    def years(self) -> str:
        """The year that it tells, of a period the first and the last; empty for what tells none."""
        if self.kind == "number":
            year = self.amount is not None and not self.family and self.amount.denominator == 1 and not self.in_words
            return str(self.amount) if year else ""
        return self.name if self.kind == "era" else self.day.split("-")[0]

    @property
    def day(self) -> str:
        """The date as `year-month-day`; empty for what is none."""
        return self.value.day if self.value is not None else ""


def _less_told(source: str, claim: str) -> bool:
    """Whether a source's date lacks the month or day that a claim's has; a day whose month is told elsewhere lacks nothing."""
    if source.startswith("*-*-"):
        return False
    return any(a == "*" != b for a, b in zip(source.split("-")[1:], claim.split("-")[1:], strict=False))


def _one_number(one: str, other: str) -> bool:
    """Whether two document numbers agree; letters are compared where both have some in one writing."""
    (letters, year, number), (others, another, its) = one.split("/"), other.split("/")
    comparable = letters and others and letters.isascii() == others.isascii()
    if comparable and not (letters.endswith(others) or others.endswith(letters)):
        return False
    return number == its and (not year or not another or year == another)


def _one_hour(one: str, other: str) -> bool:
    """Whether two hours may be one, half a day apart: "half past five" and 17:30."""
    return other in _hours(one) or one in _hours(other)


def _hours(name: str) -> set[str]:
    hour, _, minute = name.partition(":")
    return {name, *(f"{each}:{minute}".rstrip(":") for each in (int(hour) + 12, int(hour) - 12))}


def _never(*_: str) -> bool:
    return False


_alike: dict[str, Callable[[str, str], bool]] = {"document": _one_number, "clock": _one_hour}
