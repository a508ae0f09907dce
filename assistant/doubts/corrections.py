"""Corrections, introductions of an editor and notes under a heading, and which statement of the document each means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.doubts.key_words import has, keys_of, share
from assistant.doubts.lexicon import pattern
from assistant.doubts.words import language_of, lower, place_of
from ingest.document import Document, Span, Statement

FAR = 60  # statements on either side that a correction may mean
BLANK_LINES = re.compile(r"\n[ \t]*\n")
HEADING = 40  # characters of a line that may be a heading of notes
HEAD, FOOT = 1500, 3000  # characters of a document in which corrections and introductions stand
SENTENCE = re.compile(r"(?<=[a-z\d)”\"’]{2})[.!?;][”\"’]?\s+(?=[A-Za-z\u4e00-\u9fff“(])|(?<=[。！？])")
MARKS = " \t*_([【（"  # in front of a correction
ANOTHER = re.compile(r"《([^《》]{4,40})》(?:一文|报道|一稿|的报道|中)")


def corrections(document: Document, statement: Statement) -> Iterator[tuple[Span, bool]]:
    """The sentences of corrections and introductions that mean the statement, with whether all they say corrects something."""
    found = _passages(document.text)
    if any(passage.meets(statement.span) for passage in found):
        return
    noted = _under_a_heading(document.text)
    for passage in found:
        if _on_another_article(document, passage):
            continue
        corrected = _corrects(lower(document.quote(passage)))
        below = any(each.span.start < passage.start for each in document.statements[:1])
        if below and not corrected and passage not in noted:
            continue
        for sentence in sentences(document.text, passage):
            if has("whole", lower(document.quote(sentence))) or _means(document, statement, sentence):
                yield sentence, corrected


def sentences(text: str, passage: Span) -> Iterator[Span]:
    """The sentences of a passage."""
    start = passage.start
    for end in SENTENCE.finditer(text, passage.start, passage.end):
        if text[start : end.end()].strip():
            yield Span(start=start, end=end.start() + len(end.group().rstrip()))
        start = end.end()
    if text[start : passage.end].strip():
        yield Span(start=start, end=passage.end)


def _on_another_article(document: Document, passage: Span) -> bool:
    """Whether a correction names an article that is not this one: 《……》一文 of another day."""
    named = ANOTHER.search(document.quote(passage))
    return named is not None and document.text.count(named[1]) == 1 and named[1] not in document.title


def _means(document: Document, statement: Statement, sentence: Span) -> bool:
    """Whether a sentence of a correction shares more key words with this statement than with the others around it."""
    wanted, place = keys_of(document.quote(sentence)), place_of(document, statement)
    own = share(wanted, document.quote(statement.span))
    if own == 0:
        return False
    around = document.statements[max(0, place - FAR) : place + FAR]
    passages = _passages(document.text)
    shares = [
        share(wanted, document.quote(each.span))
        for each in around
        if not any(passage.meets(each.span) for passage in passages)
    ]
    many = own > 1 or has("below", lower(document.quote(sentence)))
    return own == max(shares, default=0) and (many or shares.count(own) == 1)


@lru_cache(maxsize=64)
def _passages(text: str) -> tuple[Span, ...]:
    """The corrections at the head and foot of a text, and introductions of its editor: a paragraph each."""
    foot = max(HEAD, len(text) - FOOT)
    found = set()
    for start, end in ((0, min(HEAD, len(text))), (foot, len(text))):
        low = lower(text[start:end])
        for match in pattern("doubting", language_of(low), "correction").finditer(low):
            begin = start + match.start()
            if not text[text.rfind("\n", 0, begin) + 1 : begin].strip(MARKS):
                stop = text.find("\n", begin)
                found.add(Span(start=begin, end=stop if stop >= 0 else len(text)))
    return tuple(sorted(found | set(_under_a_heading(text))))


@lru_cache(maxsize=64)
def _under_a_heading(text: str) -> tuple[Span, ...]:
    """The notes under a heading that is all there is on its line ("Analyst's notes"), a line each."""
    found: list[Span] = []
    start, noting = 0, False
    for block in BLANK_LINES.split(text):
        begin = text.index(block, start)
        start = begin + len(block)
        first = lower(block.split("\n", 1)[0]).strip(MARKS + ":：】）)")
        headed = len(first) <= HEADING and has("notes_heading", first)
        if headed or noting:
            ends = [match.start() for match in re.finditer(r"\n|$", block)]
            lines = zip([0, *(end + 1 for end in ends)], ends, strict=False)
            found += [
                Span(start=begin + at, end=begin + end) for at, end in lines if end > at and not (headed and at == 0)
            ]
        noting = headed and "\n" not in block
    return tuple(found)


def _corrects(low: str) -> bool:
    return pattern("doubting", language_of(low), "corrected").match(low.lstrip(MARKS)) is not None
