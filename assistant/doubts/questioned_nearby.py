"""Statements that another passage of the same document questions: the sentence after them, a correction, an editor's introduction.

A sentence that refers back ("the claim could not be verified") touches the one before it; a correction, or a note at the head
or foot, touches what shares its key words; "this paragraph" and "this article" touch all of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache

from assistant.doubts.lexicon import Language, pattern
from assistant.doubts.words import HAN, lower
from ingest.document import Document, Span, Statement
from vectorstore.terms import query_terms

NEXT = 3  # statements looked ahead within the paragraph
AROUND = 12  # statements of a paragraph that a note on all of it may follow
FAR = 60  # statements on either side that a correction may mean
HEAD, FOOT = 1500, 3000  # characters of a document in which corrections and introductions stand
SENTENCE = re.compile(r"(?<=[a-z\d)”\"’]{2})[.!?;][”\"’]?\s+(?=[A-Za-z\u4e00-\u9fff“(])|(?<=[。！？])")
MARKS = " \t*_([【（"  # in front of a correction
OPENING = re.compile(r"^[\s\"“(\[]*(?:[^,，;；。\d百千万称]{1,24}称?[,，]\s*|(?:but|yet|and)\s)")
CLAUSE = re.compile(r"[,;:，；：]")
EXPLETIVE = re.compile(
    r"it\s+(?:is|was|has\s+been)\s+(?:\w+\s+){1,4}(?:that|to|whether|how|what|why|if|when|which|who|where)\b"
)

AT_ONCE = re.compile(
    r"(?:但|然而|不过|鉴于)?(?:对此|对(?:于)?(?:这一|该|上述|此|这种)|上述|这一(?:说法|数字)|该说法|两种说法|双方)"
)

Doubting = Callable[[str, Language], re.Match[str] | None]


def language_of(text: str) -> Language:
    """The language whose words of doubt a text would use."""
    return "zh" if HAN.search(text) else "en"


@lru_cache(maxsize=4000)
def refers_back(low: str) -> bool:
    """Whether a sentence speaks in its first clause of what was said before it: "the claim", "disputes this", 上述说法."""
    back = pattern("doubting", language_of(low), "back").search(low)
    if back is None or (back.group() in {"both", "neither"} and back.start() > 4) or EXPLETIVE.match(low, back.start()):
        return False
    return CLAUSE.search(OPENING.sub("", low[: back.start()])) is None


def only_doubts(document: Document, statement: Statement) -> bool:
    """Whether a sentence does nothing but question the one before it, so that not it is in doubt."""
    low, place = lower(document.quote(statement.span)), _place(document, statement)
    if place == 0 or not refers_back(low) or (HAN.search(low) and AT_ONCE.match(low) is None):
        return False
    before = document.statements[place - 1].span
    return before.end <= statement.span.start and "\n" not in document.text[before.end : statement.span.start]


def sentence_after(document: Document, statement: Statement, doubting: Doubting) -> tuple[Span, Span] | None:
    """The sentence that follows and questions the statement, with its words of doubt."""
    place = _place(document, statement)
    for step, later in enumerate(document.statements[place + 1 : place + 1 + NEXT]):
        low = lower(document.quote(later.span))
        if "\n\n" in document.text[statement.span.end : later.span.start]:
            return None
        cue = doubting(low, language_of(low)) if refers_back(low) else None
        if cue is not None and _is_meant(document, place, place + step, later):
            return later.span, Span(start=later.span.start + cue.start(), end=later.span.start + cue.end())
    return None


def whole_paragraph(document: Document, statement: Statement) -> Iterator[Span]:
    """Notes further on in the paragraph that speak of all of it."""
    place = _place(document, statement)
    for later in document.statements[place + 1 : place + 1 + AROUND]:
        if "\n\n" in document.text[statement.span.end : later.span.start]:
            return
        yield from (note for note in later.notes if _has("all_of_it", lower(document.quote(note))))


def corrections(document: Document, statement: Statement) -> Iterator[tuple[Span, bool]]:
    """The sentences of corrections and introductions that mean the statement, with whether all they say corrects something."""
    found = _passages(document.text)
    if any(passage.meets(statement.span) for passage in found):
        return
    for passage in found:
        corrected = _corrects(lower(document.quote(passage)))
        if not corrected and any(each.span.start < passage.start for each in document.statements[:1]):
            continue
        for sentence in sentences(document.text, passage):
            if _has("whole", lower(document.quote(sentence))) or _means(document, statement, sentence):
                yield sentence, corrected


def touches(document: Document, statement: Statement, note: Span) -> bool:
    """Whether a note under a paragraph or list means this statement of it: a correction does by key words, another note always."""
    low = lower(document.quote(note))
    place = _place(document, statement)
    group = [each for each in document.statements[max(0, place - FAR) : place + FAR] if note in each.notes]
    if len(group) < 2 or not _corrects(low):
        return True
    told = [_keys(document.quote(sentence)) for sentence in sentences(document.text, note)]
    shares = [[_share(keys, document.quote(each.span)) for each in group] for keys in told]
    mine = [_share(keys, document.quote(statement.span)) for keys in told]
    meant = any(own > 0 and 2 * own > max(row) for own, row in zip(mine, shares, strict=True))
    return meant or not any(any(row) for row in shares)


def sentences(text: str, passage: Span) -> Iterator[Span]:
    """The sentences of a passage."""
    start = passage.start
    for end in SENTENCE.finditer(text, passage.start, passage.end):
        if text[start : end.end()].strip():
            yield Span(start=start, end=end.start() + len(end.group().rstrip()))
        start = end.end()
    if text[start : passage.end].strip():
        yield Span(start=start, end=passage.end)


def _is_meant(document: Document, place: int, last: int, doubting: Statement) -> bool:
    """Whether a doubting sentence after the statement `last` means the one at `place`: the one that shares most of its words.

    The last is meant where none shares any; "both" and "these" mean all.
    """
    wanted = _keys(document.quote(doubting.span))
    earlier = document.statements[max(0, last + 1 - NEXT) : last + 1]
    pointed = _has("pointing", lower(document.quote(doubting.span)))
    shares = {each.span: _share(wanted, document.quote(each.span)) for each in earlier}
    own, most = shares[document.statements[place].span], max(shares.values())
    if place == last:
        return pointed or own == most
    return (not pointed and own == most > shares[earlier[-1].span]) or (
        _has("several", lower(document.quote(doubting.span))) and place >= last - 1
    )


def _means(document: Document, statement: Statement, sentence: Span) -> bool:
    """Whether a sentence of a correction shares more key words with this statement than with the others around it."""
    wanted, place = _keys(document.quote(sentence)), _place(document, statement)
    own = _share(wanted, document.quote(statement.span))
    if own == 0:
        return False
    around = document.statements[max(0, place - FAR) : place + FAR]
    passages = _passages(document.text)
    shares = [
        _share(wanted, document.quote(each.span))
        for each in around
        if not any(passage.meets(each.span) for passage in passages)
    ]
    many = own > 1 or _has("below", lower(document.quote(sentence)))
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
    return tuple(sorted(found))


def _corrects(low: str) -> bool:
    return pattern("doubting", language_of(low), "corrected").match(low.lstrip(MARKS)) is not None


def _has(name: str, low: str) -> bool:
    return pattern("doubting", language_of(low), name).search(low) is not None


def _place(document: Document, statement: Statement) -> int:
    return bisect_left(document.statements, statement.span.start, key=lambda each: each.span.start)


def _share(keys: frozenset[str], text: str) -> int:
    return len(keys & _keys(text))


@lru_cache(maxsize=4000)
def _keys(text: str) -> frozenset[str]:
    """The terms that tell what a text is about, without those of correcting and dating."""
    low = lower(text)
    return frozenset(query_terms(pattern("doubting", language_of(text), "generic").sub(" ", low)))
