"""Statements that a sentence beside them questions: the one after them that refers back, or the line above a list.

A sentence that refers back ("the claim could not be verified") touches the one before it, or the one whose key words it takes up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from assistant.doubts.corrections import MARKS
from assistant.doubts.key_words import has, keys_of, share
from assistant.doubts.lexicon import Language, pattern
from assistant.doubts.notes import leading_note
from assistant.doubts.words import HAN, language_of, lower, place_of
from ingest.document import Document, Span, Statement

NEXT = 3  # statements looked ahead within the paragraph
SOON = 24  # characters from words of doubt to what they doubt
CLOSING = ")]】）"
OPENING = re.compile(
    r"^[\s\"“(\[]*(?:[^,，;；。\d百千万称]{1,24}称?[,，]\s*|[^,;.]{3,80},\s+so\s|(?:but|yet|and)\s)"
    r"(?:[^,;.\d]{2,40},\s*"
    r"(?=(?:has|have|had|is|was|did|does|say|says|said|dispute|disputes|den|reject|question|call|contest)))?"
)
CLAUSE = re.compile(r"[,;:，；：]")
EXPLETIVE = re.compile(
    r"it\s+(?:is|was|has\s+been)\s+(?:\w+\s+){1,4}(?:that|to|whether|how|what|why|if|when|which|who|where)\b"
)
AT_ONCE = re.compile(
    r"(?:但|然而|不过|鉴于)?(?:对此|对(?:于)?(?:这一|该|上述|此|这种)|上述|这一(?:说法|数字)|该说法|两种说法|双方)"
)
Doubting = Callable[[str, Language], re.Match[str] | None]


@lru_cache(maxsize=4000)
def refers_back(low: str) -> bool:
    """Whether a sentence speaks in its first clause of what was said before it: "the claim", "disputes this", 上述说法."""
    back = pattern("doubting", language_of(low), "back").search(low)
    if back is None or (back.group() in {"both", "neither"} and back.start() > 4) or EXPLETIVE.match(low, back.start()):
        return False
    return CLAUSE.search(OPENING.sub("", low[: back.start()])) is None


def only_doubts(document: Document, statement: Statement) -> bool:
    """Whether a sentence does nothing but question the one before it, so that not it is in doubt."""
    low, place = lower(document.quote(statement.span)), place_of(document, statement)
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
    cue = doubting(low, language_of(low)) if has("whole", low) else None
    return None if cue is None else (lead, Span(start=lead.start + cue.start(), end=lead.start + cue.end()))


def sentence_after(document: Document, statement: Statement, doubting: Doubting) -> tuple[Span, Span] | None:
    """The sentence that follows and questions the statement, with its words of doubt."""
    place = place_of(document, statement)
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


def _line_above(text: str, span: Span) -> Span | None:
    """The first line of a paragraph of lines where it ends in a colon."""
    gap = text.rfind("\n\n", 0, span.start)
    start = gap + 2 if gap >= 0 else 0
    end = text.find("\n", start)
    line = text[start:end].rstrip()
    return (
        Span(start=start, end=start + len(line)) if start <= end < span.start and line.endswith((":", "：")) else None
    )


def _is_about(low: str, cue: re.Match[str]) -> bool:
    """Whether what a sentence refers back to is what it doubts: it stands before the words of doubt, or soon after them."""
    return any(back.start() <= cue.end() + SOON for back in pattern("doubting", language_of(low), "back").finditer(low))


def _is_meant(document: Document, place: int, last: int, doubting: Statement) -> bool:
    """Whether a doubting sentence after the statement `last` means the one at `place`: the one that shares most of its words.

    The last is meant where none shares any; "both" and "these" mean all.
    """
    wanted = keys_of(document.quote(doubting.span))
    earlier = document.statements[max(0, last + 1 - NEXT) : last + 1]
    low = lower(document.quote(doubting.span))
    back = pattern("doubting", language_of(low), "back").search(low)
    pointed = has("pointing", low if HAN.search(low) or back is None else back.group())
    shares = {each.span: share(wanted, document.quote(each.span)) for each in earlier}
    own, most = shares[document.statements[place].span], max(shares.values())
    several = has("several", low) and place >= last - 1
    if place == last:
        return pointed or several or own == most
    return several or (not pointed and own == most > shares[earlier[-1].span])
