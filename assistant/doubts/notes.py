"""Which statements a note in brackets or under a paragraph means: by a number, by "all of these", else by key words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.doubts.corrections import sentences
from assistant.doubts.key_words import has, keys_of, share
from assistant.doubts.words import language_of, lower, place_of
from ingest.document import Document, Span, Statement

AROUND = 12  # statements of a paragraph that a note on all of it may follow
TELLING = 2  # key words that a note shares with what it means
FAR = 60  # statements on either side that a correction may mean
LEADING = re.compile(r"[（(【\[][^（）()【】\[\]]{2,160}[。.!！][）)】\]](?=\s*\S)")
NUMBER = re.compile(r"(?<![a-z\d])(?:\d{1,2}|[a-h])(?![a-z\d])|[一二三四五六七八九十]")
ITEM = r"\(?(?:\d{1,2}|[a-h]|[一二三四五六七八九十])\)?(?![a-z\d])[条项点款则]?"
NUMBERED = re.compile(
    r"(?:\b(?:items?|points?|entry|entries|lines?|nos?\.|notes? (?:on|to)|numbers?)|第)\s*"
    rf"{ITEM}(?:\s*(?:,|and|to|or|through|–|-|、|和|至|及|与)\s*第?{ITEM}){{0,8}}"
)
RANGE = re.compile(r"\bto\b|through|–|-|至")
ORDERS = ("abcdefgh", "123456789", "一二三四五六七八九十")


def touches(document: Document, statement: Statement, note: Span) -> bool:
    """Whether a note under a paragraph or list means this statement of it.

    It does where it names its number, speaks of all or of how figures are to be taken, and else where it shares key words
    with it as with no other; a note that shares none with any of them means them all, unless it speaks of a passage elsewhere.
    """
    low = lower(document.quote(note))
    place = place_of(document, statement)
    around = document.statements[max(0, place - FAR) : place + FAR]
    group = [each for each in around if note in each.notes]
    if len(group) < 2:
        return True
    named = _numbers(low)
    if named & {_number(document, each) for each in group}:
        return _number(document, statement) in named
    if has("all_of_it", low) or (language_of(low) == "en" and has("caution", low)):
        return True
    told = [keys_of(document.quote(sentence)) for sentence in sentences(document.text, note)]
    shares = [[share(keys, document.quote(each.span)) for each in group] for keys in told]
    mine = [share(keys, document.quote(statement.span)) for keys in told]
    if any(own > 0 and 2 * own > max(row) for own, row in zip(mine, shares, strict=True)):
        return True
    elsewhere = (each for each in around if note not in each.notes and not note.meets(each.span))
    return not any(any(row) for row in shares) and all(
        share(keys, document.quote(each.span)) < TELLING for each in elsewhere for keys in told
    )


def behind(document: Document, statement: Statement, note: Span) -> bool:
    """Whether a note right behind a statement means it, and not one before it in the paragraph whose words it takes up."""
    place = place_of(document, statement)
    start = document.text.rfind("\n\n", 0, statement.span.start)
    group = [each for each in document.statements[max(0, place - AROUND) : place] if each.span.start > start]
    return _meant(document, note, [*group, statement]) in {None, len(group)}


def whole_paragraph(document: Document, statement: Statement) -> Iterator[Span]:
    """Notes further on in the paragraph that speak of all of it, or of this statement rather than of the one they stand behind."""
    place = place_of(document, statement)
    for step, later in enumerate(document.statements[place + 1 : place + 1 + AROUND], 1):
        if "\n\n" in document.text[statement.span.end : later.span.start]:
            return
        group = document.statements[place : place + step + 1]
        yield from (
            note
            for note in later.notes
            if note not in statement.notes
            and (
                has("all_of_it", lower(document.quote(note)))
                or (note.start >= later.span.end and _meant(document, note, group) == 0)
            )
        )


def leading_note(document: Document, statement: Statement) -> Span | None:
    """A whole sentence in brackets in front of a statement: a note on the one before it that was not told apart from this."""
    found = LEADING.match(document.quote(statement.span))
    return None if found is None else Span(start=statement.span.start, end=statement.span.start + found.end())


def _meant(document: Document, note: Span, group: Sequence[Statement]) -> int | None:
    """Which statement of a paragraph shares key words with a note behind the last, which shares none; none where it says "this"."""
    if has("pointing", lower(document.quote(note))):
        return None
    keys = keys_of(document.quote(note))
    shares = [share(keys, document.quote(each.span)) for each in group]
    most = max(shares)
    return shares.index(most) if most > 0 and shares[-1] == 0 and shares.count(most) == 1 else None


def _numbers(low: str) -> set[str]:
    """The numbers of the items that a note speaks of: "items (a) and (b)", "note on 2", 第三条."""
    found = NUMBERED.search(low)
    if found is None:
        return set()
    named = NUMBER.findall(found.group())
    if RANGE.search(found.group()) and len(named) == 2 and len(named[0]) == len(named[1]) == 1:
        order = next((each for each in ORDERS if named[0] in each and named[1] in each), "")
        return set(order[order.find(named[0]) : order.find(named[1]) + 1])
    return set(named)


def _number(document: Document, statement: Statement) -> str:
    """The number of a list item."""
    before = document.text[document.text.rfind("\n", 0, statement.span.start) + 1 : statement.span.start]
    return "".join(NUMBER.findall(before.lower()))
