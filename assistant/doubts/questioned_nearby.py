"""Statements that another passage of the same document questions: the sentence after them, a correction, an editor's introduction.

A sentence that refers back ("the claim could not be verified") touches the one before it; a correction, or a note at the head
or foot, touches what shares its key words; "this paragraph" and "this article" touch all of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from assistant.doubts.lexicon import Language, pattern
from assistant.doubts.words import HAN, lower
from ingest.document import Document, Span, Statement
from vectorstore.terms import query_terms

NEXT = 3  # statements looked ahead within the paragraph
AROUND = 12  # statements of a paragraph that a note on all of it may follow
TELLING = 2  # key words that a note shares with what it means
FAR = 60  # statements on either side that a correction may mean
BLANK_LINES = re.compile(r"\n[ \t]*\n")
SOON = 24  # characters from words of doubt to what they doubt
HEADING = 40  # characters of a line that may be a heading of notes
HEAD, FOOT = 1500, 3000  # characters of a document in which corrections and introductions stand
SENTENCE = re.compile(r"(?<=[a-z\d)”\"’]{2})[.!?;][”\"’]?\s+(?=[A-Za-z\u4e00-\u9fff“(])|(?<=[。！？])")
CLOSING = ")]】）"
LEADING = re.compile(r"[（(【\[][^（）()【】\[\]]{2,160}[。.!！][）)】\]](?=\s*\S)")
MARKS = " \t*_([【（"  # in front of a correction
OPENING = re.compile(
    r"^[\s\"“(\[]*(?:[^,，;；。\d百千万称]{1,24}称?[,，]\s*|[^,;.]{3,80},\s+so\s|(?:but|yet|and)\s)"
    r"(?:[^,;.\d]{2,40},\s*"
    r"(?=(?:has|have|had|is|was|did|does|say|says|said|dispute|disputes|den|reject|question|call|contest)))?"
)
POSSESSIVE = re.compile(r"['’]s\b")
CLAUSE = re.compile(r"[,;:，；：]")
EXPLETIVE = re.compile(
    r"it\s+(?:is|was|has\s+been)\s+(?:\w+\s+){1,4}(?:that|to|whether|how|what|why|if|when|which|who|where)\b"
)

AT_ONCE = re.compile(
    r"(?:但|然而|不过|鉴于)?(?:对此|对(?:于)?(?:这一|该|上述|此|这种)|上述|这一(?:说法|数字)|该说法|两种说法|双方)"
)

NUMBER = re.compile(r"(?<![a-z\d])(?:\d{1,2}|[a-h])(?![a-z\d])|[一二三四五六七八九十]")
ITEM = r"\(?(?:\d{1,2}|[a-h]|[一二三四五六七八九十])\)?(?![a-z\d])[条项点款则]?"
NUMBERED = re.compile(
    r"(?:\b(?:items?|points?|entry|entries|lines?|nos?\.|notes? (?:on|to)|numbers?)|第)\s*"
    rf"{ITEM}(?:\s*(?:,|and|to|or|through|–|-|、|和|至|及|与)\s*第?{ITEM}){{0,8}}"
)
RANGE = re.compile(r"\bto\b|through|–|-|至")
ORDERS = ("abcdefgh", "123456789", "一二三四五六七八九十")

ANOTHER = re.compile(r"《([^《》]{4,40})》(?:一文|报道|一稿|的报道|中)")

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


def under_a_doubt(statement: Statement, document: Document, doubting: Doubting) -> tuple[Span, Span] | None:
    """The line above a list that questions its items: "The following reports are unconfirmed:", with its words of doubt."""
    lead = statement.lead_in or _line_above(document.text, statement.span)
    if lead is None:
        return None
    low = lower(document.quote(lead))
    cue = doubting(low, language_of(low)) if _has("whole", low) else None
    return None if cue is None else (lead, Span(start=lead.start + cue.start(), end=lead.start + cue.end()))


def _line_above(text: str, span: Span) -> Span | None:
    """The first line of a paragraph of lines where it ends in a colon."""
    gap = text.rfind("\n\n", 0, span.start)
    start = gap + 2 if gap >= 0 else 0
    end = text.find("\n", start)
    line = text[start:end].rstrip()
    return (
        Span(start=start, end=start + len(line)) if start <= end < span.start and line.endswith((":", "：")) else None
    )


def sentence_after(document: Document, statement: Statement, doubting: Doubting) -> tuple[Span, Span] | None:
    """The sentence that follows and questions the statement, with its words of doubt."""
    place = _place(document, statement)
    for step, later in enumerate(document.statements[place + 1 : place + 1 + NEXT]):
        leading = leading_note(document, later) if step == 0 else None
        low = lower(document.quote(leading or later.span))
        if "\n\n" in document.text[statement.span.end : later.span.start]:
            return None
        bracketed = leading is not None or (step == 0 and low[0] in MARKS and low.rstrip(". ")[-1] in CLOSING)
        cue = doubting(low, language_of(low)) if bracketed or refers_back(low) else None
        said = leading or later.span
        if cue is not None and (bracketed or (_is_about(low, cue) and _is_meant(document, place, place + step, later))):
            return said, Span(start=said.start + cue.start(), end=said.start + cue.end())
    return None


def leading_note(document: Document, statement: Statement) -> Span | None:
    """A whole sentence in brackets in front of a statement: a note on the one before it that was not told apart from this."""
    found = LEADING.match(document.quote(statement.span))
    return None if found is None else Span(start=statement.span.start, end=statement.span.start + found.end())


def _is_about(low: str, cue: re.Match[str]) -> bool:
    """Whether what a sentence refers back to is what it doubts: it stands before the words of doubt, or soon after them."""
    return any(back.start() <= cue.end() + SOON for back in pattern("doubting", language_of(low), "back").finditer(low))


def whole_paragraph(document: Document, statement: Statement) -> Iterator[Span]:
    """Notes further on in the paragraph that speak of all of it, or of this statement rather than of the one they stand behind."""
    place = _place(document, statement)
    for step, later in enumerate(document.statements[place + 1 : place + 1 + AROUND], 1):
        if "\n\n" in document.text[statement.span.end : later.span.start]:
            return
        group = document.statements[place : place + step + 1]
        yield from (
            note
            for note in later.notes
            if note not in statement.notes
            and (
                _has("all_of_it", lower(document.quote(note)))
                or (note.start >= later.span.end and _meant(document, note, group) == 0)
            )
        )


def behind(document: Document, statement: Statement, note: Span) -> bool:
    """Whether a note right behind a statement means it, and not one before it in the paragraph whose words it takes up."""
    place = _place(document, statement)
    start = document.text.rfind("\n\n", 0, statement.span.start)
    group = [each for each in document.statements[max(0, place - AROUND) : place] if each.span.start > start]
    return _meant(document, note, [*group, statement]) in {None, len(group)}


def _meant(document: Document, note: Span, group: Sequence[Statement]) -> int | None:
    """Which statement of a paragraph shares key words with a note behind the last, which shares none; none where it says "this"."""
    if _has("pointing", lower(document.quote(note))):
        return None
    keys = _keys(document.quote(note))
    shares = [_share(keys, document.quote(each.span)) for each in group]
    most = max(shares)
    return shares.index(most) if most > 0 and shares[-1] == 0 and shares.count(most) == 1 else None


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
            if _has("whole", lower(document.quote(sentence))) or _means(document, statement, sentence):
                yield sentence, corrected


def _on_another_article(document: Document, passage: Span) -> bool:
    """Whether a correction names an article that is not this one: 《……》一文 of another day."""
    named = ANOTHER.search(document.quote(passage))
    return named is not None and document.text.count(named[1]) == 1 and named[1] not in document.title


def touches(document: Document, statement: Statement, note: Span) -> bool:
    """Whether a note under a paragraph or list means this statement of it.

    It does where it names its number, speaks of all or of how figures are to be taken, and else where it shares key words
    with it as with no other; a note that shares none with any of them means them all, unless it speaks of a passage elsewhere.
    """
    low = lower(document.quote(note))
    place = _place(document, statement)
    around = document.statements[max(0, place - FAR) : place + FAR]
    group = [each for each in around if note in each.notes]
    if len(group) < 2:
        return True
    named = _numbers(low)
    if named & {_number(document, each) for each in group}:
        return _number(document, statement) in named
    if _has("all_of_it", low) or (language_of(low) == "en" and _has("caution", low)):
        return True
    told = [_keys(document.quote(sentence)) for sentence in sentences(document.text, note)]
    shares = [[_share(keys, document.quote(each.span)) for each in group] for keys in told]
    mine = [_share(keys, document.quote(statement.span)) for keys in told]
    if any(own > 0 and 2 * own > max(row) for own, row in zip(mine, shares, strict=True)):
        return True
    elsewhere = (each for each in around if note not in each.notes and not note.meets(each.span))
    return not any(any(row) for row in shares) and all(
        _share(keys, document.quote(each.span)) < TELLING for each in elsewhere for keys in told
    )


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
    low = lower(document.quote(doubting.span))
    back = pattern("doubting", language_of(low), "back").search(low)
    pointed = _has("pointing", low if HAN.search(low) or back is None else back.group())
    shares = {each.span: _share(wanted, document.quote(each.span)) for each in earlier}
    own, most = shares[document.statements[place].span], max(shares.values())
    several = _has("several", low) and place >= last - 1
    if place == last:
        return pointed or several or own == most
    return several or (not pointed and own == most > shares[earlier[-1].span])


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
        headed = len(first) <= HEADING and _has("notes_heading", first)
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


def _has(name: str, low: str) -> bool:
    return pattern("doubting", language_of(low), name).search(low) is not None


def _place(document: Document, statement: Statement) -> int:
    return bisect_left(document.statements, statement.span.start, key=lambda each: each.span.start)


def _share(keys: frozenset[str], text: str) -> int:
    return len(keys & _keys(text))


@lru_cache(maxsize=4000)
def _keys(text: str) -> frozenset[str]:
    """The terms that tell what a text is about, without those of correcting and dating."""
    low = POSSESSIVE.sub("", lower(text))
    return frozenset(query_terms(pattern("doubting", language_of(text), "generic").sub(" ", low)))
