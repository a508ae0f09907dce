"""Duties that a claim makes stronger than its source does: encouraged becomes must, 鼓励 becomes 必须."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.checking.reading import Language, language, match, telling
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import kinds, pattern
from assistant.doubts.lexicon import spaced
from ingest.document import Span

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


def raised(claim: Wanted, chosen: Sequence[Line]) -> Iterator[Remark]:
    """At most one duty that binds in the claim and is only advised or left free in the source."""
    for duty in duties(claim.claim):
        if duty.level < 2:
            continue
        for line in chosen:
            source = _counterpart(duty, line)
            if source is None:
                continue
            own, span = source
            if own.level < duty.level:
                yield Remark(
                    reason=say(claim.claim, "duty", said=duty.text, source=own.text),
                    words=Span(start=duty.start, end=duty.end),
                    evidence=((line.document, Span(start=span.start + own.start, end=span.start + own.end)),),
                )
                return
            break


def duties(text: str) -> tuple[Duty, ...]:
    """The words of duty of a text in order."""
    tongue: Language = "zh" if language(text) == "zh" else "en"
    low = text.lower() if len(text.lower()) == len(text) else text
    found: list[Duty] = []
    for m in _pattern(tongue).finditer(low):
        level = next(entry["level"] for name, entry in kinds("strength", "duty").items() if name == m.lastgroup)
        clause = re.split(r"[.;。；]", low[m.end() : m.end() + FAR])[0]
        asks = tuple(term for word in re.findall(r"[a-z'-]+|[\u4e00-\u9fff]+", clause) for term in _ordered(word))[:GOVERNED]
        found.append(Duty(level=level, text=m[0], start=m.start(), end=m.end(), asks=asks))
    return tuple(found)


def _ordered(word: str) -> list[str]:
    from vectorstore.terms import terms

    told = telling(word)
    return [term for term in terms(word) if term in told]


def _counterpart(duty: Duty, line: Line) -> tuple[Duty, Span] | None:
    """The duty of a statement that asks for the same, else its strongest; in its lead-in where it has none."""
    for span in line.spans[:2]:
        own = duties(line.document.quote(span))
        if not own:
            continue
        asked = frozenset(duty.asks[:2])
        for each in reversed(own):
            if any(match(term, frozenset(each.asks[:2])) > 0 for term in asked):
                return each, span
        return max(own, key=lambda each: each.level), span
    return None


@cache
def _pattern(tongue: Language) -> re.Pattern[str]:
    groups = []
    for name in ("binding", "advised", "free"):
        entries = sorted(kinds("strength", "duty")[name][tongue], key=len, reverse=True)
        groups.append(f"(?P<{name}>{'|'.join(spaced(each) for each in entries)})")
    choice = "|".join(groups)
    return re.compile(rf"\b(?:{choice})(?!\w)" if tongue == "en" else choice)


__all__ = ["Duty", "duties", "pattern", "raised"]
