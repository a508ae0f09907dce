"""Parts of a claim that nothing carries although the rest is carried: a clause put in front of, or behind, a good sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.checking.measuring import figures
from assistant.checking.reading import HAN, held, match, subject
from assistant.checking.remarks import Remark, listing, say
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import limits, stems
from assistant.instructions import instructs
from ingest.document import Span

BETWEEN = re.compile(r"(?:[;:](?=\s)|\s[–—-](?=\s)|—|[；：，。])\s*")
INTRODUCES = re.compile(r"\s*[:：]\s*[“\"「『‘]")  # a quotation, which is compared by itself
LEAST_TERMS = 2


def check(claim: Wanted, chosen: Sequence[Line], readable: Sequence[Line]) -> list[Remark]:
    """The part of a claim, where it has several, of which no statement it cites holds more than a little."""
    told = [line for line in readable if not instructs(line.text)]
    spans, counted = list(_parts(claim.claim)), figures(claim.claim)
    for span in spans if len(spans) > 1 else ():
        text = claim.claim[span.start : span.end]
        terms = subject(text) - stems("wording", "light") - claim.asked
        sums_up = any(each.may_be_reckoned and span.start <= each.start < span.end for each in counted)
        quotes = INTRODUCES.match(claim.claim, span.end) is not None
        if (
            len(terms) >= LEAST_TERMS
            and not (sums_up or quotes)
            and not any(_carries(line, text, terms) for line in told)
        ):
            reason = say(claim.claim, "words", said=listing(claim.claim, (text.strip(),)))
            shown = tuple((line.document, line.span) for line in chosen[:1])
            return [Remark(reason=reason, words=span, evidence=shown)]
    return []


def _carries(line: Line, part: str, terms: frozenset[str]) -> bool:
    """Whether a statement holds enough of a part: its terms, its figures, or, in Chinese, its characters."""
    own = held(line.text) | held(line.front)
    told = [*(each for _, each in line.figures), *figures(line.front)]
    if any(figure.same(each) for figure in figures(part) for each in told):
        return True
    letters = HAN.findall(part)
    known = sum(letter in own for letter in letters)
    return sum(match(term, own) for term in terms) > limits().part * len(terms) or 2 * known >= len(letters) > 0


def _parts(claim: str) -> Iterator[Span]:
    start = 0
    for mark in BETWEEN.finditer(claim):
        if mark.start() > start:
            yield Span(start=start, end=mark.start())
        start = mark.end()
    if start < len(claim):
        yield Span(start=start, end=len(claim))
