"""Parts of a claim that nothing carries although the rest is carried: a clause put in front of, or behind, a good sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.checking import polarity
from assistant.checking.measuring import figures
from assistant.checking.reading import HAN, content, nearly
from assistant.checking.reckoned import works_out
from assistant.checking.remarks import Remark, listing, say
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import limits, stems
from assistant.instructions import instructs
from ingest.document import Span

BETWEEN = re.compile(r"(?:[;:](?=\s)|\s[–—-](?=\s)|—|[；：，。])\s*")
INTRODUCES = re.compile(r"\s*[:：]\s*[“\"「『‘]")  # a quotation, which is compared by itself
NUMBER = re.compile(r"\d+")
LEAST_TERMS = 2
BESIDE = 2  # statements before or after one


def check(claim: Wanted, chosen: Sequence[Line], readable: Sequence[Line]) -> list[Remark]:
    """The part of a claim, where it has several, of which no statement it cites holds more than a little."""
    told = [line for line in readable if _near(line, chosen) and not instructs(line.text)]
    spans, counted = list(_parts(claim.claim)), figures(claim.claim)
    for span in spans if len(spans) > 1 else ():
        text = claim.claim[span.start : span.end]
        terms = content(text) - stems("wording", "light") - claim.asked
        here = [each for each in counted if span.start <= each.start < span.end]
        end = span.start + len(text.rstrip())  # a number behind a name, "Rule Nine", is no count
        worked_out = any(
            (each.may_be_reckoned and (each.amount or 0) >= 2 and each.end < end)
            or works_out(claim.claim, each, chosen)
            for each in here
        )
        quotes = INTRODUCES.match(claim.claim, span.end) is not None
        says_something = len(terms) >= LEAST_TERMS or (not terms and NUMBER.search(text) is not None)
        skipped = worked_out or quotes or not says_something
        if not skipped and not any(_carries(line, text, terms) for line in told):
            reason = say(claim.claim, "words", said=listing(claim.claim, (text.strip(),)))
            shown = tuple((line.document, line.span) for line in chosen[:1])
            return [Remark(reason=reason, words=span, evidence=shown)]
    return []


def _near(line: Line, chosen: Sequence[Line]) -> bool:
    """Whether a statement is one that the claim rests on, or stands beside one."""
    return any(line.document.id == each.document.id and abs(line.position - each.position) <= BESIDE for each in chosen)


def _carries(line: Line, part: str, terms: frozenset[str]) -> bool:
    """Whether a statement holds enough of a part: its terms, a figure of it, or, in Chinese, its characters; and denies where it denies."""
    own = f"{line.text}\n{line.front}"
    if not terms:
        numbers = NUMBER.findall(own)
        return all(number in numbers for number in NUMBER.findall(part))
    if polarity.denies(part) and not polarity.says_no(line.text):
        return False
    told = [*(each for _, each in line.figures), *figures(line.front)]
    named = content(_without_figures(part))
    if any(figure.same(each) for figure in figures(part) for each in told):
        return not named or HAN.search(part) is not None or any(nearly(term, own) > 0 for term in named)
    letters = HAN.findall(_without_figures(part))
    known = sum(letter in own for letter in letters)
    return sum(nearly(term, own) for term in terms) > limits().part * len(terms) or 2 * known >= len(letters) > 0


def _without_figures(part: str) -> str:
    for each in reversed(figures(part)):
        part = part[: each.start] + part[each.end :]
    return part


def _parts(claim: str) -> Iterator[Span]:
    start = 0
    for mark in BETWEEN.finditer(claim):
        if mark.start() > start:
            yield Span(start=start, end=mark.start())
        start = mark.end()
    if start < len(claim):
        yield Span(start=start, end=len(claim))
