"""What softens a statement: its hedges and its voices, each with the stretch of the statement that it lies on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from assistant import doubts
from assistant.checking.measuring import DOCUMENT
from assistant.checking.reading import telling
from assistant.checking.support import Line
from assistant.doubts import hedging
from assistant.doubts.words import Words
from ingest.document import Document, Span

CLAUSE = re.compile(
    r"[,;:.，；：。]\s*|\s+(?:and|but|while|although|though|whereas)\s+(?=(?:[\w'’-]+\s+){0,6}?(?:is|are|was|were|has|have|had|will|would|may|might|could|can|must|should|[a-z]+(?:s|ed))\b)"
)
FOLLOWS = re.compile(r"\s*(?:that\b|:|：)")
PASSIVE = re.compile(
    r"(?:is|are|was|were|be|been|being|has been|have been|widely|commonly|critically|often|popularly|universally|highly|largely)\b",
    re.IGNORECASE,
)
BEYOND = re.compile(r",\s+(?:a|an|the)\s+\w+\s+(?:that|which)\b|,\s+which\b|[（(\[]")

Kind = Literal["hedged", "attributed", "vague_source"]
VOICES: Mapping[str, Kind] = {"attributed": "attributed", "vague_source": "vague_source"}


@dataclass(frozen=True)
class Softener:
    """Words of a source that soften or attribute, in characters of its document, and the stretch that they lie on."""

    kind: Kind
    line: Line
    span: Span
    scope: Span


def softeners(line: Line, words: Words) -> Iterator[Softener]:
    """The hedges and voices of a statement; a notice that is named by its number speaks for itself."""
    statement = line.support.statement
    for finding in doubts.find(line.document, statement):
        if finding.kind == "hedged" and finding.words is not None:
            cues = list(hedging.cues(words))
            for cue in cues:
                span = words.span(cue.start, cue.end)
                yield Softener("hedged", line, span, scope(words, cue.start, cue.end, whole=cue.name == "conditional"))
            if not cues:
                yield Softener("hedged", line, finding.words, statement.span)
        elif finding.kind in VOICES and finding.words is not None and not _numbered(line.document, finding.words):
            yield Softener(VOICES[finding.kind], line, finding.words, _said(line.document, words, finding.words))


def scope(words: Words, start: int, end: int, *, whole: bool) -> Span:
    """The clause that a hedge stands in."""
    if whole:
        return words.span(0, len(words.whole))
    first = max((match.end() for match in CLAUSE.finditer(words.whole) if match.end() <= start), default=0)
    last = min(
        (match.start() for match in CLAUSE.finditer(words.whole) if match.start() >= end), default=len(words.whole)
    )
    return words.span(first, last)


def _said(document: Document, words: Words, speech: Span) -> Span:
    """What lies under an attribution: what follows it, or what went before where nothing does; under a passive its clause."""
    statement = words.statement
    if not statement.span.holds(speech):
        return statement.span
    if PASSIVE.match(document.text, speech.start):
        return scope(words, speech.start - words.start, speech.end - words.start, whole=False)
    beyond = BEYOND.search(document.text, speech.end, statement.span.end)
    after = Span(start=speech.end, end=beyond.start() if beyond else statement.span.end)
    nothing_before = (
        len(telling(document.text[statement.span.start : speech.start])) <= 1 < len(telling(document.quote(after)))
    )
    return after if nothing_before or FOLLOWS.match(document.text, speech.end) else statement.span


def _numbered(document: Document, speech: Span) -> bool:
    """Whether the number of a document stands in an attribution or right before it."""
    return DOCUMENT.search(document.text, max(0, speech.start - 20), speech.end) is not None
