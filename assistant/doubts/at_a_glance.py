"""What shows at a glance that a statement cannot say otherwise than another, so that neither need be read for it.

Reading a statement's subject and figures costs a hundred times as much as these looks. Each only ever rules out what a
reading would rule out too: what is left is read.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from assistant.checking.measuring import may_hold_a_day
from assistant.checking.reading import HAN, KEPT_IN_MEMORY, canonical
from assistant.checking.wording import alike
from assistant.doubts.said import Said, clause, days_of, is_year, limit, one_time
from assistant.doubts.stated import Place
from assistant.doubts.words import on_one_line

_RULED = {"notice", "report"}
_FRONT = 4  # letters that words of one family share at least; the last may be a y that the stem writes as i


def same_words(one: Place, other: Place) -> bool:
    """Whether two statements are one to the letter, as reprints and standing phrases are."""
    return on_one_line(one.text) == on_one_line(other.text)


def may_be_one_time(one: Place, other: Place) -> bool:
    """Whether two statements may speak of one time; where neither names a day, their documents' days tell."""
    if may_hold_a_day(one.text) or may_hold_a_day(other.text):
        return True
    kinds = {one.document.metadata.kind, other.document.metadata.kind}
    return any(one_time(one.document, (), other.document, (), rule=rule) for rule in (False, kinds == _RULED))


def may_deny(mine: Said, text: str) -> bool:
    """Whether a text may hold so many of a statement's words that it could deny it."""
    return may_share(mine.subject, text) >= limit("denial")


def may_hold_another_figure(mine: Said, text: str) -> bool:
    """Whether a text may hold so many of the words around one of a statement's numbers that it could tell another."""
    for figure in mine.figures:
        if figure.kind != "number" or figure.apart or is_year(figure):
            continue
        days = days_of(mine, figure)
        enough = limit("other_side") if days and figure.nouns else limit("dated" if days else "undated")
        if may_share(clause(mine, figure), text) >= enough:
            return True
    return False


def may_share(terms: frozenset[str], text: str) -> float:
    """The greatest share of some terms that a text can hold."""
    return sum(may_hold(term, text) for term in terms) / len(terms) if terms else 0.0


def may_hold(term: str, text: str) -> bool:
    """Whether a text may hold a term or one of its kin: by its letters, without cutting it into words."""
    low = _letters(text)
    return any(front in low for front in _fronts(term))


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _letters(text: str) -> str:
    return canonical(unicodedata.normalize("NFKC", text)).casefold()


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _fronts(term: str) -> tuple[str, ...]:
    """What a text holds at least where it holds a term, or one that says the same."""
    if HAN.match(term):
        return (term[0],)
    return tuple(dict.fromkeys(each[: max(2, min(_FRONT, len(each) - 1))] for each in (term, *alike().get(term, ()))))
