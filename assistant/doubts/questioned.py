"""Statements that the source itself questions: by an editor's note, or by saying that they are unverified."""

from __future__ import annotations

import re

from assistant.doubts import lexicon
from assistant.doubts.finding import Finding
from assistant.doubts.lexicon import Language
from assistant.doubts.words import HAN, Words, clipped, lower, matches, next_remark, orders
from ingest.document import Span

OPENING = "([{（【［〔<* \t\n"
CLOSING = ")]}）】］〕>* \t\n"


def find(words: Words) -> Finding | None:
    """The note that questions the statement, else the statement's own words that say it is in doubt."""
    return _by_a_note(words) or _in_its_own_words(words) or _by_the_next(words)


def cued(text: str) -> bool:
    """Whether words of doubt stand in a text as they do in a statement or a note that questions something."""
    low = lower(text)
    language: Language = "zh" if HAN.search(text) else "en"
    noted = any(sign in text for sign in ("(", "[", "（", "【")) or _opener(text, language)[1] > 0
    return _cue(low, language, "statement") is not None or (noted and _cue(low, language, "note") is not None)


def speaks_of_reliability(text: str) -> bool:
    """Whether a text speaks of how far something can be relied on: its accuracy, its tests, who declares its data."""
    language: Language = "zh" if HAN.search(text) else "en"
    return lexicon.pattern("doubting", language, "aspect").search(lower(text)) is not None


def _by_a_note(words: Words) -> Finding | None:
    for note in words.statement.notes:
        inner = _inside(words.document.text, note)
        text = words.document.quote(inner)
        language: Language = "zh" if HAN.search(text) else "en"
        cue = _cue(lower(text), language, "note")
        if cue is None:
            continue
        who, own_words = _opener(text, language)
        said = clipped(text[own_words:].strip().rstrip(".。"))
        reason = f'A note in the source{f" ({who})" if who else ""} says: "{said}".'
        if language == "zh":
            reason = f"原文的注释{f'（{who}）' if who else ''}写道：“{said}”。"
        cue_span = Span(start=inner.start + cue.start(), end=inner.start + cue.end())
        return Finding(kind="questioned", reason=reason, evidence=(inner,), words=cue_span)
    return None


def _by_the_next(words: Words) -> Finding | None:
    """The sentence after it that says of its figure or claim that it is in doubt."""
    remark = next_remark(words)
    found = None if remark is None else _in_its_own_words(remark)
    if remark is None or found is None:
        return None
    said = clipped(remark.whole.strip().rstrip(".。"))
    chinese = HAN.search(said) is not None
    reason = f"原文紧接着指出：“{said}”。" if chinese else f'The source itself goes on to say: "{said}".'
    return Finding(kind="questioned", reason=reason, evidence=found.evidence, words=found.words)


def _in_its_own_words(words: Words) -> Finding | None:
    low = lower(words.whole)
    for language in words.languages:
        cautioned = _cue(low, language, "caution") if "caution" in lexicon.classes("doubting", language) else None
        cue = cautioned or _cue(low, language, "statement")
        if cue is not None and (cautioned or not orders(words)):
            span = words.span(cue.start(), cue.end())
            quoted = words.quote(cue.start(), cue.end())
            reason = (
                f"原文自己提出怀疑：“{quoted}”。"
                if language == "zh"
                else f'The source itself questions this: "{quoted}".'
            )
            return Finding(kind="questioned", reason=reason, evidence=(span,), words=span)
    return None


def _cue(low: str, language: Language, name: str) -> re.Match[str] | None:
    quiet = [match.span() for match in matches(low, "doubting", language, "not_doubting")]
    for match in matches(low, "doubting", language, name):
        if not any(start < match.end() and match.start() < end for start, end in quiet):
            return match
    return None


def _inside(text: str, note: Span) -> Span:
    """The note without its brackets."""
    start, end = note.start, min(note.end, len(text))
    while start < end and text[start] in OPENING:
        start += 1
    while end > start and text[end - 1] in CLOSING:
        end -= 1
    return Span(start=start, end=max(start, end))


def _opener(text: str, language: Language) -> tuple[str, int]:
    """Who writes the note, as far as it says so, and where its own words begin."""
    opener = _openers(language).match(text)
    if opener is None:
        return "", 0
    who = opener["who"].strip(" .,:") or ("the editor" if re.match(r"(?i)\W*ed", text) else "")
    return who, opener.end()


def _openers(language: Language) -> re.Pattern[str]:
    [entry] = lexicon.words("doubting", language, "opener")
    return re.compile(entry, re.IGNORECASE)
