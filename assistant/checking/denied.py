"""Claims of what their source says somebody denies, and claims that somebody denies what the source has them say.

"Aster denied that a buy-out was planned" holds every word of "A buy-out was planned": words alone take the one for support of
the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.checking.polarity import says_no
from assistant.checking.reading import Language, language, match, telling
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import limits, pattern, stems
from ingest.document import Span

FEWEST = 2  # terms that are denied
ENDS = re.compile(r"[.;。；！\n]|[,，](?=\s*(?:but|and|saying|adding|while|但|并|称|同时))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """Who denies and what, by their terms, and the characters of the words that do."""

    speaker: frozenset[str]
    denied: frozenset[str]
    start: int
    end: int


def check(claim: Wanted, chosen: Sequence[Line]) -> list[Remark]:
    """At most one remark; none where a statement that the claim rests on says it without a denial."""
    held = [
        (line, span, each)
        for line in chosen
        if line.language == claim.language
        for span in line.spans
        for each in denials(line.document.quote(span))
    ]
    own = list(denials(claim.claim))
    if held and not own and not _leaves_open(claim.claim):
        return _affirms(claim, chosen, held)
    if own and not held:
        return _denies(claim, chosen, own[0])
    return []


def denials(text: str) -> Iterator[Denial]:
    """The denials of a text.

    >>> [sorted(each.denied) for each in denials("Aster denied on Friday that any buy-out was planned.")]
    [['buy', 'plan']]
    """
    tongue: Language = "zh" if language(text) == "zh" else "en"
    low = text.lower() if len(text.lower()) == len(text) else text
    for found in pattern("polarity", "denying", tongue).finditer(low):
        ends = ENDS.search(text, found.end())
        denied = _terms(text[found.end() : ends.start() if ends else len(text)])
        if len(denied) >= FEWEST:
            before = re.split(r"[.;,。；，\n]", text[: found.start()])[-1]
            yield Denial(speaker=_terms(before), denied=denied, start=found.start(), end=found.end())


def _affirms(claim: Wanted, chosen: Sequence[Line], held: Sequence[tuple[Line, Span, Denial]]) -> list[Remark]:
    others = [line for line in chosen if not any(line is denying for denying, _, _ in held)]
    for line, span, each in held:
        if _holds(claim.claim, each.denied) and not any(_holds(other.text, each.denied) for other in others):
            shown = Span(start=span.start + each.start, end=span.start + each.end)
            reason = say(claim.claim, "denied", source=line.document.quote(span))
            return [Remark(reason=reason, evidence=((line.document, shown),), contradicts=True)]
    return []


def _denies(claim: Wanted, chosen: Sequence[Line], own: Denial) -> list[Remark]:
    for line in chosen:
        text = line.document.quote(line.span)
        said = _holds(text, own.denied) and own.speaker and _holds(text, own.speaker)
        if line.language == claim.language and said and not _leaves_open(text):
            reason = say(claim.claim, "opposite", source=text)
            words = Span(start=own.start, end=own.end)
            return [Remark(reason=reason, words=words, evidence=((line.document, line.span),), contradicts=True)]
    return []


def _holds(text: str, terms: frozenset[str]) -> bool:
    """Whether a text says most of what some terms say."""
    there = telling(text)
    return sum(match(term, there) > 0 for term in terms) >= limits().denied * len(terms)


def _leaves_open(text: str) -> bool:
    """Whether a text says no itself, or tells of a rumour, a report, an accusation."""
    tongue: Language = "zh" if language(text) == "zh" else "en"
    return says_no(text) or pattern("polarity", "alleging", tongue).search(text.lower()) is not None


def _terms(text: str) -> frozenset[str]:
    return telling(text) - stems("wording", "frame")
