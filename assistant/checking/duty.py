"""Duties that a claim makes stronger than its source does: encouraged becomes must, 鼓励 becomes 必须."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.checking.reading import Language, language, match, telling, words
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import kinds
from assistant.doubts.lexicon import spaced
from ingest.document import Span

SAME = 2  # of them, those that must agree
GOVERNED = 4  # telling words behind a duty that say what it asks for
FAR = 60  # characters behind a duty in which they stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A word of duty with its level, its characters, and the terms of what it asks for."""

    level: int
    text: str
    start: int
    end: int
    asks: tuple[str, ...]
    raises: bool = False
    certain: bool = False


def raised(claim: Wanted, chosen: Sequence[Line]) -> Iterator[Remark]:
    """At most one duty that binds in the claim and is only advised or left free in the source."""
    for duty in duties(claim.claim):
        source = _counterpart(duty, chosen)
        if source is not None and duty.raises and source[0].level < duty.level:
            own, line = source
            yield Remark(
                reason=say(claim.claim, "duty", said=duty.text, source=own.text),
                words=Span(start=duty.start, end=duty.end),
                evidence=((line.document, Span(start=own.start, end=own.end)),),
            )
            return


def duties(text: str) -> tuple[Duty, ...]:
    """The words of duty of a text in order."""
    tongue: Language = "zh" if language(text) == "zh" else "en"
    low = text.lower() if len(text.lower()) == len(text) else text
    return tuple(
        Duty(
            level=kinds("strength", "duty")[match.lastgroup or "free"]["level"],
            text=match[0],
            start=match.start(),
            end=match.end(),
            asks=_asked(low[match.end() : match.end() + FAR]),
            raises=tongue in kinds("strength", "duty")[match.lastgroup or "free"]["raises"],
            certain=match.lastgroup == "certain",
        )
        for match in _pattern(tongue).finditer(low)
    )


def _asked(behind: str) -> tuple[str, ...]:
    """The first telling terms behind a word of duty, in the same clause."""
    clause = re.split(r"[.;。；]", behind)[0]
    return tuple(term for word in words(clause) for term in word.terms if term in telling(word.text))[:GOVERNED]


def _counterpart(duty: Duty, chosen: Sequence[Line]) -> tuple[Duty, Line] | None:
    """The duty of the source that asks for the same; else the strongest of the first statement."""
    asked = duty.asks[:SAME]
    for line in chosen:
        own = _of(line)
        alike = [each for each in own if any(match(term, frozenset(each.asks[:SAME])) > 0 for term in asked)]
        if alike:
            return max(alike, key=lambda each: each.level), line
    own = _of(chosen[0]) if chosen and not duty.certain else []
    return (max(own, key=lambda each: each.level), chosen[0]) if own else None


def _of(line: Line) -> list[Duty]:
    """The duties of a statement, its lead-in's first, with their places in the document."""
    found: list[Duty] = []
    own = line.document.quote(line.span)
    for span in reversed(line.spans[:2]):
        leads = span != line.span
        for duty in duties(line.document.quote(span)):
            asks = duty.asks or (_asked(own) if leads else ())
            found.append(replace(duty, asks=asks, start=span.start + duty.start, end=span.start + duty.end))
    return found


@cache
def _pattern(tongue: Language) -> re.Pattern[str]:
    groups = []
    for name in ("binding", "certain", "advised", "asked", "free"):
        entries = sorted(kinds("strength", "duty")[name][tongue], key=len, reverse=True)
        if not entries:
            continue
        groups.append(f"(?P<{name}>{'|'.join(spaced(each) for each in entries)})")
    choice = "|".join(groups)
    return re.compile(rf"\b(?:{choice})(?!\w)" if tongue == "en" else choice)
