"""Claims that say more than their source: a hedge or an attribution is lost, a duty is raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant import doubts
from assistant.checking.duty import raised
from assistant.checking.reading import language, telling
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import pattern
from assistant.doubts import attribution, hedging
from assistant.doubts.lexicon import verbs
from assistant.doubts.words import Words, read
from ingest.document import Document, Span, Statement

CLAUSE = re.compile(
    r"[,;:.，；：。]\s*|\s+(?:and|but|while|although|though|whereas)\s+(?=(?:[\w'’-]+\s+){0,6}?(?:is|are|was|were|has|have|had|will|would|may|might|could|can|must|should|[a-z]+(?:s|ed))\b)"
)
TAKEN = 0.5  # the share of a hedged clause's own words that a claim must have to have taken it over
OVER_ALL = frozenset({"vague_source", "conditional"})


@dataclass(frozen=True)
class _Softener:
    """Words of a source that soften or attribute, in characters of its document, and the stretch that they lie on."""

    kind: str
    line: Line
    span: Span
    scope: Span


def check(claim: Wanted, chosen: Sequence[Line]) -> list[Remark]:
    """What a claim makes more of than the statements it rests on, at most one remark of each sort."""
    found = [*_lost(claim, chosen), *raised(claim, chosen)]
    return found


def _lost(claim: Wanted, chosen: Sequence[Line]) -> Iterator[Remark]:
    told: set[str] = set()
    for line in chosen:
        for softener in _softeners(line):
            name = "hedge" if softener.kind == "hedged" else "attribution"
            if name in told or not _took_over(claim, softener, chosen) or _kept(claim.claim, softener, line):
                continue
            told.add(name)
            yield Remark(
                reason=say(claim.claim, name, source=line.document.quote(softener.span)),
                evidence=((line.document, softener.span),),
            )


def _softeners(line: Line) -> Iterator[_Softener]:
    statement = line.document.statements[line.position]
    words = read(line.document, statement)
    for finding in doubts.find(line.document, statement):
        if finding.kind == "hedged" and finding.words is not None:
            cues = list(hedging.cues(words))
            for cue in cues:
                span = words.span(cue.start, cue.end)
                yield _Softener("hedged", line, span, _scope(words, cue.start, cue.end, whole=cue.name == "conditional"))
            if not cues:
                yield _Softener("hedged", line, finding.words, statement.span)
        elif finding.kind in {"attributed", "vague_source"} and finding.words is not None:
            yield _Softener(finding.kind, line, finding.words, _said(line.document, statement, finding.words))


def _scope(words: Words, start: int, end: int, *, whole: bool) -> Span:
    """The clause that a hedge stands in."""
    if whole:
        return words.span(0, len(words.whole))
    first = max((match.end() for match in CLAUSE.finditer(words.whole) if match.end() <= start), default=0)
    last = min((match.start() for match in CLAUSE.finditer(words.whole) if match.start() >= end), default=len(words.whole))
    return words.span(first, last)


def _said(document: Document, statement: Statement, speech: Span) -> Span:
    """What lies under an attribution: what follows it, or what went before where nothing does."""
    if not statement.span.holds(speech):
        return statement.span
    after = document.text[speech.end : statement.span.end]
    before = document.text[statement.span.start : speech.start]
    if len(telling(before)) <= 1 < len(telling(after)):
        return Span(start=speech.end, end=statement.span.end)
    return statement.span


def _took_over(claim: Wanted, softener: _Softener, chosen: Sequence[Line]) -> bool:
    """Whether a claim has the words that a hedge lies on, and not only others of the statement."""
    document = softener.line.document
    inside = telling(_without(document, softener.scope, softener.span))
    outside = telling(" ".join(_rest(document, softener.line.span, softener.scope)))
    others = frozenset[str]().union(*(telling(line.text) for line in chosen if line is not softener.line))
    own = inside - outside or inside
    if not own:
        return False
    mine = claim.terms.keys() | telling(claim.claim)
    held = [term for term in own if _in(term, mine)]
    return len(held) >= TAKEN * len(own) and not (held and all(term in others for term in held) and outside - others)


def _in(term: str, terms: frozenset[str] | set[str]) -> bool:
    from assistant.checking.reading import match

    return match(term, frozenset(terms)) > 0


def _without(document: Document, scope: Span, words: Span) -> str:
    if not scope.holds(words):
        return document.quote(scope)
    return f"{document.text[scope.start : words.start]} {document.text[words.end : scope.end]}"


def _rest(document: Document, whole: Span, scope: Span) -> tuple[str, str]:
    return document.text[whole.start : max(whole.start, scope.start)], document.text[min(scope.end, whole.end) : whole.end]


def _kept(claim: str, softener: _Softener, line: Line) -> bool:
    """Whether a claim has a hedge, or for an attribution a voice, of its own."""
    spoken = claim.lower()
    tongue = "zh" if language(claim) == "zh" else "en"
    if softener.kind == "hedged":
        return pattern("strength", "softened", tongue).search(spoken) is not None
    if tongue == "en" and any(re.search(rf"\b{form}\b", spoken) for form in _forms(tongue)):
        return True
    if pattern("strength", "attributed", tongue).search(spoken):
        return True
    return softener.kind == "vague_source" and pattern("strength", "softened", tongue).search(spoken) is not None


def _forms(tongue: str) -> tuple[str, ...]:
    return tuple(form.replace(" ", r"\s+") for form in verbs("en" if tongue == "en" else "zh"))


__all__ = ["attribution", "check"]
