"""Statements that the source itself questions: by an editor's note, or by saying that they are unverified."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.doubts import answered, caveats, corrections, lexicon, notes, questioned_nearby
from assistant.doubts.finding import Finding
from assistant.doubts.lexicon import Language
from assistant.doubts.words import HAN, Words, clipped, language_of, lower, matches, orders
from ingest.document import Span

OPENING = "([{（【［〔<* \t\n"
CLOSING = ")]}）】］〕>* \t\n"


def find(words: Words) -> Finding | None:
    """The note that questions the statement, its own words that say it is in doubt, or a passage nearby that does."""
    noted, own = _by_a_note(words), _in_its_own_words(words)
    if own is not None and _is_only_a_doubt(words):
        own = None
    return noted or own or _by_a_sentence_after(words) or _by_a_correction(words)


def _is_only_a_doubt(words: Words) -> bool:
    """Whether a statement does nothing but question, answer, reject or correct another."""
    document, statement = words.document, words.statement
    if questioned_nearby.only_doubts(document, statement) or answered.only_answers(document, statement):
        return True
    return any(lexicon.pattern("doubting", each, "formula").match(lower(words.whole)) for each in words.languages)


def raised(words: Words) -> Finding | None:
    """The words of doubt in a statement or its notes, of whatever statement they mean."""
    return _by_a_note(words) or _in_its_own_words(words)


def cued(text: str) -> bool:
    """Whether words of doubt stand in a text as they do in a statement or a note that questions something."""
    low = lower(text)
    language = language_of(text)
    noted = any(sign in text for sign in ("(", "[", "（", "【")) or _opener(text, language)[1] > 0
    return _cue(low, language, "statement") is not None or (noted and _cue(low, language, "note") is not None)


def speaks_of_reliability(text: str) -> bool:
    """Whether a text speaks of how far something can be relied on: its accuracy, its tests, who declares its data."""
    language = language_of(text)
    return lexicon.pattern("doubting", language, "aspect").search(lower(text)) is not None


def _by_a_note(words: Words) -> Finding | None:
    document, statement = words.document, words.statement
    for note in statement.notes:
        if note.start < statement.span.end or (
            notes.touches(document, statement, note) and notes.behind(document, statement, note)
        ):
            found = _noted(words, note)
            if found is not None:
                return found
    further = (*notes.whole_paragraph(document, statement), *caveats.footnotes(document, statement.span))
    return next((found for note in further if (found := _noted(words, note)) is not None), None)


def _noted(words: Words, note: Span) -> Finding | None:
    inner = _inside(words.document.text, note)
    text = words.document.quote(inner)
    language = language_of(text)
    cue = _cue(lower(text), language, "note")
    if cue is None:
        return None
    who, own_words = _opener(text, language)
    said = clipped(text[own_words:].strip().rstrip(".。"))
    reason = f'A note in the source{f" ({who})" if who else ""} says: "{said}".'
    if language == "zh":
        reason = f"原文的注释{f'（{who}）' if who else ''}写道：“{said}”。"
    cue_span = Span(start=inner.start + cue.start(), end=inner.start + cue.end())
    return Finding(kind="questioned", reason=reason, evidence=(inner,), words=cue_span)


def _by_a_sentence_after(words: Words) -> Finding | None:
    document, statement = words.document, words.statement
    found = (
        questioned_nearby.under_a_doubt(statement, document, _rebuttal)
        or questioned_nearby.sentence_after(document, statement, _rebuttal)
        or answered.answer(document, statement)
    )
    if found is None:
        return None
    sentence, cue = found
    said = clipped(words.document.quote(sentence).strip().rstrip(".。"))
    above = sentence.start < words.statement.span.start
    reason = f'The source itself says above it: "{said}".' if above else f'The source itself goes on to say: "{said}".'
    if HAN.search(said):
        reason = f"原文在其上方指出：“{said}”。" if above else f"原文紧接着指出：“{said}”。"
    return Finding(kind="questioned", reason=reason, evidence=(sentence,), words=cue)


def _by_a_correction(words: Words) -> Finding | None:
    """A correction, retraction or introduction of the same document that means the statement."""
    for sentence, corrected in corrections.corrections(words.document, words.statement):
        text = words.document.quote(sentence)
        language = language_of(text)
        cue = _cue(lower(text), language, "note") or _cue(lower(text), language, "statement")
        if cue is None and not corrected:
            continue
        said = clipped(text.strip().rstrip(".。"))
        reason = (
            f"原文另有更正或说明：“{said}”。" if language == "zh" else f'The source corrects this itself: "{said}".'
        )
        start, end = cue.span() if cue else (0, len(text))
        span = Span(start=sentence.start + start, end=sentence.start + end)
        return Finding(kind="questioned", reason=reason, evidence=(sentence,), words=span)
    return None


@lru_cache(maxsize=4000)
def _rebuttal(low: str, language: Language) -> re.Match[str] | None:
    cautioned = _cue(low, language, "caution")
    if cautioned or lexicon.pattern("doubting", language, "duty").search(low):
        return cautioned
    if lexicon.pattern("doubting", language, "formula").match(low):
        return None
    found = _cue(low, language, "rebuttal") or _cue(low, language, "statement")
    return found or (_cue(low, language, "note" if language == "zh" else "bracket") if low[0] in OPENING else None)


def _in_its_own_words(words: Words) -> Finding | None:
    low, noted = lower(words.whole), notes.leading_note(words.document, words.statement)
    if noted is not None and words.start == noted.start > 0:
        low = " " * (noted.end - noted.start) + low[noted.end - noted.start :]
    for language in words.languages:
        cautioned = _cue(low, language, "caution")
        bracketed = lexicon.pattern("doubting", language, "bracket").search(low)
        cue = bracketed or cautioned or _cue(low, language, "statement")
        if cue is not None and (bracketed or cautioned or not orders(words)):
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
    if name not in lexicon.classes("doubting", language):
        return None
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
