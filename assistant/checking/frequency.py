"""How often something is done or paid: a claim that says "every quarter" where its source says "every year"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.checking.reading import Language
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted
from assistant.checking.values import whole
from assistant.checking.wording import kinds
from ingest.document import Span

ONCE = 0.0
NEAR = 0.05  # by which two periods may differ: twice a year, every 182 days


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """A period in days between two times, ONCE for what is done one time only, and the characters that tell it."""

    days: float
    text: str
    start: int
    end: int

    def same(self, other: Frequency) -> bool:
        """Whether the two are one, however they are put."""
        return abs(self.days - other.days) <= NEAR * max(self.days, other.days)


def check(claim: Wanted, chosen: Sequence[Line], rest: Sequence[Line]) -> list[Remark]:
    """At most one remark: a statement that the claim rests on tells another frequency, and nothing beside it the claim's."""
    own = list(frequencies(claim.claim, claim.language))
    told = [
        (each, line, span)
        for line in chosen
        for span in line.spans
        for each in frequencies(line.document.quote(span), claim.language)
    ]
    beside = [each for line in rest for each in frequencies(line.text, claim.language)] if own and told else []
    known = [*(each for each, _, _ in told), *beside]
    rivals = [found for found in told if not any(found[0].same(each) for each in own)]
    for each in own if rivals else ():
        if not any(each.same(other) for other in known):
            other, line, span = rivals[0]
            shown = Span(start=span.start + other.start, end=span.start + other.end)
            reason = say(claim.claim, "changed", said=each.text, source=other.text)
            words = Span(start=each.start, end=each.end)
            return [Remark(reason=reason, words=words, evidence=((line.document, shown),), contradicts=True)]
    return []


def frequencies(text: str, language: Language) -> Iterator[Frequency]:
    """What a text says of how often, in order.

    >>> [each.days for each in frequencies("Reports are due twice a year, and every 14 days in winter.", "en")]
    [182.5, 14.0]
    """
    tongue = "zh" if language == "zh" else "en"
    for match in _pattern(tongue).finditer(text.lower()):
        told = match.groupdict()
        unit = _units(tongue).get(told["unit"] or told["adverb"] or "", ONCE)
        count = _count(told["every"]) / _count(told["times"])
        yield Frequency(days=unit * count, text=text[match.start() : match.end()], start=match.start(), end=match.end())


def _count(written: str | None) -> float:
    if not written:
        return 1.0
    words = kinds("figures", "frequency")["counts"]
    return float(words[written]) if written in words else float(whole(written.removesuffix(" times")))


@cache
def _units(tongue: str) -> dict[str, float]:
    table = kinds("figures", "frequency")[f"{tongue}_units"]
    return {word: float(days) for days, words in table.items() for word in words}


@cache
def _pattern(tongue: str) -> re.Pattern[str]:
    return re.compile(kinds("figures", "frequency")[tongue])
