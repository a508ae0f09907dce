"""Statements whose beginning is lost: the text sets in in the middle of a sentence, after a gap, a column or a page."""

from __future__ import annotations

import re

from assistant.doubts.finding import Finding
from assistant.doubts.lexicon import pattern
from assistant.doubts.words import HAN, Words, lower

FEWEST = 3  # words; less is a caption or a label
CASUAL = 3  # paragraphs
FIRST_WORD = re.compile(r"[a-z][a-z’']*(?=[\s,])")
NAMES = frozenset(
    {"von", "van", "de", "del", "della", "di", "da", "le", "la", "al", "el", "bin", "ibn", "http", "https", "www"}
)
DOTS = re.compile(r"[ \t]*(?:…+|\.{3,})[ \t]*")  # before words that it cuts from what they belong to
ENDED = re.compile(r"[.!?][\"”’)\]]*$")
ENDED_CHINESE = re.compile(r"[。！？；][”’」』）]*$")
LEADS_ON = re.compile(r"[:：;；,，—–-]\s*$")
MARKED = re.compile(r"[\])〕】）>=~]\s*$")
LOST = re.compile(
    r"[，、。；：）」』]|的(?![确士卢黎哥姐])|们|了(?![解却结断])|[\u4e00-\u9fff](?<![好是对行有无否能不])。$"
)
REST = re.compile(
    r"(?:[年月日时分秒元人台件个户吨米亩里度万亿次条座辆家套页层斤][，。、以之内起左]|"
    r"(?:以及|及其|并(?!非)|而(?!今)|且|和(?![平谐])|与(?![会此])|或|性|化|得(?![知到])|着(?![力眼手])|过(?![去年后])|等(?!到)))"
)  # Chinese words that after a gap are the rest of what was lost
CUT_WORD = re.compile(r"(?:000(?=[\s,])|[,;)](?=\s))")


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
    dots = DOTS.match(whole)
    rest = whole[dots.end() if dots else 0 :]
    if HAN.search(rest[:4]):
        lost = dots is not None or LOST.match(whole) or (REST.match(whole) and _after_a_gap(before))
        return _told(words, whole[:6]) if lost and ENDED_CHINESE.search(whole) else None
    first = CUT_WORD.match(rest) or FIRST_WORD.match(rest)
    if first is None or first[0] in NAMES or len(rest.split()) < FEWEST or not ENDED.search(whole) or _casual(text):
        return None
    return _told(words, " ".join(whole.split()[:FEWEST]))


def _after_a_gap(before: str) -> bool:
    """Whether the line before says that a page or some lines are missing, or that this goes on from elsewhere."""
    line = lower(before.rstrip().rpartition("\n")[2])
    return any(pattern("endings", language, "continued").search(line) for language in ("zh", "en"))


def _casual(text: str) -> bool:
    """Whether the writer begins sentences with small letters, as in a chat."""
    paragraphs = [each.lstrip() for each in text.split("\n\n") if ENDED.search(each.rstrip())]
    small = sum(each[0].islower() for each in paragraphs)
    return small >= CASUAL and 2 * small > len(paragraphs)


def _told(words: Words, opening: str) -> Finding:
    start = len(words.whole) - len(words.whole.lstrip())
    found = re.compile(r"\s+".join(map(re.escape, opening.split()))).match(words.whole, start)
    span = words.span(start, found.end() if found else len(words.whole))
    reason = f'The source sets in in the middle of a sentence ("{opening}"); what comes before is not in the library.'
    if HAN.search(opening):
        reason = f"原文从句子中间开始（“{opening}”），前文不在资料库中。"
    return Finding(kind="cut_off", reason=reason, evidence=(span,), words=span)
