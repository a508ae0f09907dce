"""What a document says elsewhere of a statement's figures: of all its figures at once, or in the footnote that the statement points to.

"The figures in this statement have not been audited"; "1.2% [2]" with "[2] As declared by the firms." at its foot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.doubts.lexicon import pattern
from assistant.doubts.words import language_of, lower
from ingest.document import Document, Span, Statement

MARK = re.compile(
    r"[〔\[［（(](?P<number>\d{1,2}|\*)[〕\]］）)]|(?P<small>[¹²³⁴-⁹①-⑳†‡※]|(?<=[\w.,;:!?)\]%\"”’])\*{1,3}(?![\w*]))"
    r"|(?<!\d)(?P<letter>[(\[](?:[a-z]|[ivx]{2,4})[)\]])(?=\s*(?:[,.;:]|$))"
)
REFERRING = re.compile(  # "as paragraph (a)" and "section 4(2)" point to a rule, and not to a note
    r"\b(?:(?:(?:sub-?)?(?:paragraph|section|clause)s?|items?|points?|articles?|regulations?|rules?|part|head|limb)(?:\s*\d+[a-z]?)?"
    r"|under|or|and|to|in|of|by)\s*$",
    re.IGNORECASE,
)
LINES, SHORT, LONG = 6, 100, 160  # lines of a head, characters of one, and of a sentence on some figures
CHECKED = re.compile(
    r"\b(?:audited|certified|final|register(?:ed)?|unchanged)\b(?<!un)|\bconfirmed (?!cases)|(?<!未)经[^，。；]{0,16}(?:审计|核实|核定)|终审"
)
COMPARED = re.compile(r"\b(?:compared|against|from|than|since|on)\b[^,.;]{0,30}(?:19|20)\d\d")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
POINTS_BACK = re.compile(
    r"\s*(?:the|these)\s+(?:figures|numbers|data|results|totals|counts|estimates|accounts)\s+(?:is|are|remain|have)\b"
)
COMMON = frozenset({"the", "and", "for", "all", "this", "that", "these", "are", "our", "its", "with", "from"})
WORD = re.compile(r"[a-z]{3,}|[0-9]{4}")
HAN_PARTS = re.compile(r"[及和与、的]")
TAIL = 5  # characters at the end of a Chinese name that tell what it names


def over_all(document: Document, statement: Statement) -> Iterator[Span]:
    """The sentences, and the line at the head or above a table, that speak of all figures of a document or of this one's matter."""
    text = lower(document.quote(statement.span))
    years = set(YEAR.findall(COMPARED.sub("", text)))
    for passage in (*_heads(document), *_titles(document, statement), *_sweeping(document)):
        told = lower(document.quote(passage))
        same_years = not years or not YEAR.search(told) or not years.isdisjoint(YEAR.findall(told))
        if not passage.meets(statement.span) and same_years and _near(document, passage, statement):
            yield passage
    language = language_of(text)
    if pattern("interest", language, "share").search(text):
        yield from (each for each in _holding(document, "of_a_survey", LONG) if not each.meets(statement.span))
    for passage in _holding(document, "partly", LONG):
        if not passage.meets(statement.span) and _shared(lower(document.quote(passage)), text):
            yield passage


def is_one(document: Document, statement: Statement) -> bool:
    """Whether a statement is itself such a sentence, on the figures of others."""
    return len(document.statements) > 1 and any(each.meets(statement.span) for each in _sweeping(document))


def _near(document: Document, passage: Span, statement: Statement) -> bool:
    """Whether "the figures are provisional" stands in the paragraph of a statement or in the next one."""
    if POINTS_BACK.match(lower(document.quote(passage))) is None:
        return True
    between = document.text[statement.span.end : passage.start]
    return statement.span.end <= passage.start and between.count("\n\n") <= 1


def _shared(passage: str, text: str) -> bool:
    """Whether a sentence on the figures of some matter names what a statement is about."""
    language = language_of(passage)
    told = pattern("interest", language, "partly").search(passage)
    if told is None:
        return False
    if language == "zh":
        about = re.split(r"均?[为系是]", told.group(), maxsplit=1)[0]
        tails = {part[-TAIL:].removesuffix("数据") for part in HAN_PARTS.split(about)}
        return any(len(tail) > 1 and tail in text for tail in tails)
    about = re.split(r"\s+(?:is|are|remains?|were|was)\b", told.group(), maxsplit=1)[0]
    about = re.sub(r"\b(?:figures?|data|numbers|counts?|estimates?|results?|totals?)\b", "", about)
    return any(word in text for word in WORD.findall(about) if word not in COMMON)


def footnotes(document: Document, span: Span) -> Iterator[Span]:
    """The lines at the foot of a document that begin with a mark of a statement."""
    text = document.text
    words = document.quote(span) + text[span.end : span.end + 4].split("\n")[0]
    for mark in MARK.finditer(words):
        if mark["small"] is None and REFERRING.search(words, 0, mark.start()):
            continue
        line = re.compile(rf"^[ \t]*{re.escape(mark.group())}[ \t]*(?=\S)[^\n]+", re.MULTILINE)
        for found in line.finditer(text, span.end):
            yield Span(start=found.start(), end=found.end())


def checked(text: str) -> bool:
    """Whether a statement says of its own figures that somebody has checked them."""
    return CHECKED.search(lower(text)) is not None


@lru_cache(maxsize=256)
def _heads(document: Document) -> tuple[Span, ...]:
    """The lines at the head of a document that call its figures first or preliminary ones."""
    found, at = [], 0
    for line in document.text.split("\n", LINES)[:LINES]:
        language = language_of(line)
        short = line.strip() and len(line) <= SHORT and line.rstrip()[-1] not in ".。;；"
        if short and pattern("interest", language, "headed").search(lower(line)):
            found.append(Span(start=at, end=at + len(line)))
        at += len(line) + 1
    return tuple(found)


def _titles(document: Document, statement: Statement) -> Iterator[Span]:
    """The title right above a statement's table or section where it calls the figures preliminary or unaudited."""
    text = document.text
    end = text.rfind("\n", 0, statement.span.start)
    while end >= 0:
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end]
        if line.strip() and len(line) <= SHORT and line.rstrip()[-1] not in ".。;；!?！？":
            if pattern("interest", language_of(line), "headed").search(lower(line).strip()):
                yield Span(start=start, end=end)
            return
        end = start - 1


@lru_cache(maxsize=512)
def _holding(document: Document, name: str, longest: int) -> tuple[Span, ...]:
    """The sentences up to a length that hold words of a class: on all figures, on those of some matter, on answers to a survey."""
    found = []
    for statement in document.statements:
        text = lower(document.quote(statement.span))
        if len(text) <= longest and pattern("interest", language_of(text), name).search(text):
            found.append(statement.span)
    return tuple(found)


def _sweeping(document: Document) -> tuple[Span, ...]:
    """The sentences that speak of the figures of the whole document."""
    return _holding(document, "sweeping", len(document.text))
