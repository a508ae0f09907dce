"""Statements whose beginning is lost: the text sets in in the middle of a sentence, after a gap, a column or a page."""

from __future__ import annotations

import re

from assistant.doubts.finding import Finding
from assistant.doubts.words import HAN, Words

FEWEST = 3  # words; less is a caption or a label
CASUAL = 3  # paragraphs
FIRST_WORD = re.compile(r"[a-z][a-z’']*(?=[\s,])")
NAMES = frozenset(
    {"von", "van", "de", "del", "della", "di", "da", "le", "la", "al", "el", "bin", "ibn", "http", "https", "www"}
)
ENDED = re.compile(r"[.!?][\"”’)\]]*$")
LEADS_ON = re.compile(r"[:：;；,，—–-]\s*$")
MARKED = re.compile(r"[\])]\s*$")
LOST = re.compile(r"[，、。；：）」』]")


def find(words: Words) -> Finding | None:
    """The first words of a statement that sets in in the middle of a sentence."""
    text, whole = words.document.text, words.whole.strip()
    before = text[: words.start]
    opens = (
        not before.strip()
        or before.rstrip(" \t").endswith("\n\n")
        or MARKED.search(before.rpartition("\n\n")[2]) is not None
    )
    if not opens or words.statement.lead_in is not None or LEADS_ON.search(before.rstrip()[-2:]):
        return None
    if HAN.search(whole[:4]):
        return _told(words, whole[:6]) if LOST.match(whole) else None
    first = FIRST_WORD.match(whole)
    if first is None or first[0] in NAMES or len(whole.split()) < FEWEST or not ENDED.search(whole) or _casual(text):
        return None
    return _told(words, " ".join(whole.split()[:FEWEST]))


def _casual(text: str) -> bool:
    """Whether the writer begins sentences with small letters, as in a chat."""
    paragraphs = [each.lstrip() for each in text.split("\n\n") if ENDED.search(each.rstrip())]
    small = sum(each[0].islower() for each in paragraphs)
    return small >= CASUAL and 2 * small > len(paragraphs)


def _told(words: Words, opening: str) -> Finding:
    start = len(words.whole) - len(words.whole.lstrip())
    end = (
        start + len(words.whole.lstrip()) - len(words.whole.lstrip().split(opening.rsplit(maxsplit=1)[-1], 1)[1])
        if opening
        else start
    )
    span = words.span(start, end)
    reason = f'The source sets in in the middle of a sentence ("{opening}"); what comes before is not in the library.'
    if HAN.search(opening):
        reason = f"原文从句子中间开始（“{opening}”），前文不在资料库中。"
    return Finding(kind="cut_off", reason=reason, evidence=(span,), words=span)
