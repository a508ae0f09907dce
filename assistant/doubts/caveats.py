"""What a document says elsewhere of a statement's figures: of all its figures at once, or in the footnote that the statement points to.

"The figures in this statement have not been audited"; "1.2% [2]" with "[2] As declared by the firms." at its foot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.doubts.lexicon import pattern
from assistant.doubts.words import HAN, Words, lower
from ingest.document import Document, Span, Statement

MARK = re.compile(r"[〔\[［（(](?P<number>\d{1,2}|\*)[〕\]］）)]|(?P<small>[¹²³⁴-⁹①-⑳])")
LINES, SHORT = 6, 100  # lines of a head, characters of one
CHECKED = re.compile(r"\b(?:audited|certified|final|confirmed)\b(?<!un)|经(?:最终)?(?:审计|核实|核定)|终审")


def over_all(document: Document, statement: Statement) -> Iterator[Span]:
    """The sentences of a document, or the line at its head, that speak of all its figures, where the statement is none of them."""
    yield from _heads(document)
    for sentence in _sweeping(document):
        if not sentence.meets(statement.span):
            yield sentence


def footnotes(words: Words) -> Iterator[Span]:
    """The lines at the foot of a document that begin with a mark of the statement."""
    text = words.document.text
    after = words.start + len(words.whole)
    for mark in MARK.finditer(words.whole + text[after : after + 4].split("\n")[0]):
        line = re.compile(rf"^[ \t]*{re.escape(mark.group())}[ \t]*(?=\S)[^\n]+", re.MULTILINE)
        for found in line.finditer(text, after):
            yield Span(start=found.start(), end=found.end())


def checked(text: str) -> bool:
    """Whether a statement says of its own figures that somebody has checked them."""
    return CHECKED.search(lower(text)) is not None


@lru_cache(maxsize=256)
def _heads(document: Document) -> tuple[Span, ...]:
    """The lines at the head of a document that call its figures first or preliminary ones."""
    found, at = [], 0
    for line in document.text.split("\n", LINES)[:LINES]:
        language = "zh" if HAN.search(line) else "en"
        short = line.strip() and len(line) <= SHORT and line.rstrip()[-1] not in ".。;；"
        if short and pattern("interest", language, "headed").search(lower(line)):
            found.append(Span(start=at, end=at + len(line)))
        at += len(line) + 1
    return tuple(found)


@lru_cache(maxsize=256)
def _sweeping(document: Document) -> tuple[Span, ...]:
    """The sentences that speak of the figures of the whole document."""
    found = []
    for statement in document.statements:
        text = lower(document.quote(statement.span))
        language = "zh" if HAN.search(text) else "en"
        if pattern("interest", language, "sweeping").search(text):
            found.append(statement.span)
    return tuple(found)
