"""Reported claims that the next sentence answers: "They say it is safe. Records show otherwise.", a rumour and the reply to it.

Unlike a sentence that refers back ("the claim could not be verified"), an answer need not point to what it answers. It counts
only right after something reported: a claim, a rumour, an article of the paper's own, a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.doubts.key_words import keys_of, share
from assistant.doubts.lexicon import Language, pattern
from assistant.doubts.words import language_of, lower, place_of
from ingest.document import Document, Span, Statement

OWN = re.compile(r"\bour (?:[a-z]+ ){1,2}|\b(?:page|p\.) ?\d|\b(?:yesterday|day|week)['’]s ")
QUESTION = re.compile(r"[?？][\"”’」]?\s*$")
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
LABEL_ABOVE = 14  # characters of a line that can only be the label of the one under it
PLEADED = re.compile(r"(?P<who>[\u4e00-\u9fff]{2,14}?)的?(?:该|上述|这一)?(?:抗辩|辩解|辩称|主张|诉称|陈述|证言|说法)")
PLEADS = re.compile(r"(?P<who>[\u4e00-\u9fff]{2,14}?)[\u4e00-\u9fff]{0,4}(?:诉称|辩称|陈述|称|提出)")
LONG_NAME = 4
FAR = 20  # statements before a finding of a court that may plead what it rejects


def answer(document: Document, statement: Statement) -> tuple[Span, Span] | None:
    """The sentence that answers a statement, or a court's finding that rejects it, with its words that do."""
    place = place_of(document, statement)
    return _answer(document, place) or next(_rejections(document, place), None)


def only_answers(document: Document, statement: Statement) -> bool:
    """Whether a statement answers the one before it, or rejects what a party pleads."""
    place = place_of(document, statement)
    if place > 0 and _answer(document, place - 1) is not None:
        return True
    earlier = range(max(0, place - FAR), place) if PLEADED.search(document.quote(statement.span)) else ()
    return any(later == statement.span for each in earlier for later, _ in _rejections(document, each))


def _answer(document: Document, place: int) -> tuple[Span, Span] | None:
    statement, following = _pair(document, place)
    if statement is None or following is None:
        return None
    said, reply = lower(document.quote(statement.span)), lower(document.quote(following.span))
    language = language_of(reply)
    cue = _labelled(document, statement, following, language) or _answers(document, place, said, reply, language)
    if cue is None:
        return None
    return following.span, Span(start=following.span.start + cue.start(), end=following.span.start + cue.end())


def _rejections(document: Document, place: int) -> Iterator[tuple[Span, Span]]:
    """Findings further on that reject what a party pleads in the statement at this place."""
    said = document.quote(document.statements[place].span) if place < len(document.statements) else ""
    for later in document.statements[place + 1 : place + 1 + FAR] if PLEADS.search(said) else ():
        text = document.quote(later.span)
        for pleaded in PLEADED.finditer(text):
            cue = pattern("doubting", "zh", "rejecting").search(text, pleaded.end())
            if cue is not None and _pleads(pleaded["who"], said):
                yield later.span, Span(start=later.span.start + cue.start(), end=later.span.start + cue.end())


def _pleads(who: str, said: str) -> bool:
    """Whether a party of this name pleads something in a sentence; other words may stand right before the name."""
    names = (
        {who[start:] for start in range(len(who) - 1)}
        if len(who) < LONG_NAME
        else {who[start:] for start in range(len(who) - 3)}
    )
    pleads = PLEADS.search(said)
    return pleads is not None and any(said[: pleads.end()].find(name) >= 0 for name in names)


def _pair(document: Document, place: int) -> tuple[Statement | None, Statement | None]:
    """A statement and the next, where both stand in one paragraph or the first is a question or has a label."""
    if place + 1 >= len(document.statements):
        return None, None
    statement, following = document.statements[place : place + 2]
    gap = document.text[statement.span.end : following.span.start]
    words = document.quote(statement.span)
    if "\n" in gap and not QUESTION.search(words) and _label(document, statement, "rumour_label") is None:
        return None, None
    if QUESTION.search(document.quote(following.span)) and "\n" not in gap and place + 2 < len(document.statements):
        following = document.statements[place + 2]
    return statement, following


def _labelled(
    document: Document, statement: Statement, following: Statement, language: Language
) -> re.Match[str] | None:
    """The reply where both have a label: "Myth: …" "Fact: …", 【网传】…【求证】…."""
    if _label(document, statement, "rumour_label") is None or _label(document, following, "reply_label") is None:
        return None
    reply = lower(document.quote(following.span))
    return (
        None if pattern("doubting", language, "confirming").search(reply) else re.match(r".{1,120}", reply, re.DOTALL)
    )


def _label(document: Document, statement: Statement, name: str) -> re.Match[str] | None:
    """The label of a statement, at its beginning or on a short line above it."""
    low = lower(document.quote(statement.span))
    language = language_of(low)
    text, start = document.text, statement.span.start
    line = text.rfind("\n", 0, start) + 1
    before, above = (
        lower(text[line:start]).strip(),
        lower(text[text.rfind("\n", 0, max(0, line - 1)) + 1 : line]).strip(),
    )
    found = pattern("doubting", language, name)
    return found.match(low) or next(
        (match for text in (before, above) if 0 < len(text) <= LABEL_ABOVE and (match := found.match(text))), None
    )


def _answers(document: Document, place: int, said: str, reply: str, language: Language) -> re.Match[str] | None:
    """The words by which a reply contradicts what is reported."""
    found = _contradiction(document, place, said, reply, language)
    return None if found is None or pattern("doubting", language, "confirming").search(reply) else found


def _contradiction(document: Document, place: int, said: str, reply: str, language: Language) -> re.Match[str] | None:
    if _own_piece(said, language):
        return _sets_right(document, place, said, reply, language)
    rumoured = pattern("doubting", language, "rumoured").search(said)
    if rumoured and (denied := pattern("doubting", language, "reply").search(reply)):
        return denied
    if not rumoured and pattern("doubting", language, "claimed").search(said) is None:
        return None
    return (
        pattern("doubting", language, "answer").match(reply)
        or _gainsays(said, reply, language)
        or _counts(said, reply, language)
    )


def _own_piece(said: str, language: Language) -> bool:
    return pattern("doubting", language, "own_piece").search(said) is not None


def _sets_right(document: Document, place: int, said: str, reply: str, language: Language) -> re.Match[str] | None:
    """The right fact after what an article said: in a column of corrections, or where it says so itself."""
    found = pattern("doubting", language, "sets_right").match(reply)
    if found is None:
        return pattern("doubting", language, "answer").match(reply)
    firm = pattern("doubting", language, "firmly").search(reply) or pattern("doubting", language, "firmly").search(said)
    after = document.statements[place + 2 : place + 3]
    sure = (
        firm is not None
        or OWN.search(said) is not None
        or any(pattern("doubting", language, "regret").search(lower(document.quote(each.span))) for each in after)
    )
    return found if sure or pattern("doubting", language, "column").search(lower(document.text)) else None


def _gainsays(said: str, reply: str, language: Language) -> re.Match[str] | None:
    """Another's denial of what was claimed, in words that both share."""
    for name, fewest in (("gainsaying", 1), ("neutrally", 2)):
        found = pattern("doubting", language, name).match(reply)
        if found is not None and share(keys_of(said), reply) >= fewest:
            return found
    return None


def _counts(said: str, reply: str, language: Language) -> re.Match[str] | None:
    """Another count than the one claimed: "Police put the crowd at 3,500."."""
    found = pattern("doubting", language, "count").match(reply)
    mine, theirs = set(NUMBER.findall(said)), set(NUMBER.findall(reply))
    return found if found and mine and theirs and mine.isdisjoint(theirs) else None
