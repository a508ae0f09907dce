"""Claims of fact in reports that one voice alone makes, where the library holds reports by others.

It is not said of an issuer's own words, of what a report says about itself or about a notice, of plans and guesses, nor where
another doubt has told already that nobody else vouches for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer import DoubtKind, Voice
from assistant.checking import wording
from assistant.checking.measuring import DOCUMENT, figures
from assistant.checking.quantities import Figure
from assistant.doubts import telling
from assistant.doubts.lexicon import pattern
from assistant.doubts.stated import Place, Raised, Stated
from assistant.doubts.voices import Heard, key
from assistant.doubts.words import language_of, lower
from ingest.document import Document
from vectorstore.terms import terms

FEWEST_PUBLISHERS = 3
"""The library holds other voices: the claim's own and two more."""
TOLD_ALREADY: frozenset[DoubtKind] = frozenset(
    {
        "disputed",
        "outdated",
        "hedged",
        "vague_source",
        "self_reported",
        "cut_off",
        "unsupported",
        "misquoted",
        "overstated",
    }
)
LABEL = re.compile(r"^[^\s:：|][^:：|.。]{0,24}[:：]\s*\S[^.。]{0,60}$")
_DIGITS = re.compile(r"(?<![A-Za-z])\d")
SHORTEST = 4  # terms


def find(stated: Stated, heard: Heard) -> Raised | None:
    """The doubt, with the claim's own words and those that copy them."""
    if len(heard.voices) != 1 or heard.perhaps or not _is_worth_asking(stated):
        return None
    places = [each.place() for each in heard.said[0]]
    evidence = dict.fromkeys((place.document.id, place.statement.span) for place in places)
    held = {place.document.id: place.document for place in places}
    return Raised(
        kind="single_voice",
        reason=_reason(stated, heard.voices[0], [held[each] for each in heard.voices[0].documents]),
        evidence=tuple((held[document_id], span) for document_id, span in evidence),
    )


def _is_worth_asking(stated: Stated) -> bool:
    if not TOLD_ALREADY.isdisjoint(doubt.kind for doubt in stated.claim.doubts):
        return False
    return all(_reports_a_fact(place) for place in stated.places)


def _reports_a_fact(place: Place) -> bool:
    """Whether a statement is a report's, and tells a number or a date of something else than itself or a notice."""
    document, about, text = place.document, place.document.metadata, place.text
    if about.kind != "report" or LABEL.match(text) or " | " in text or len(terms(text)) < SHORTEST:
        return False
    if DOCUMENT.search(document.read(place.statement)) or _leans(text) or _of_itself(place) or _says_no(text):
        return False
    if pattern("doubting", language_of(text), "duty").search(lower(text)):
        return False  # an order passed on
    return _DIGITS.search(text) is not None or any(_measured(each) for each in figures(text))


def _measured(figure: Figure) -> bool:
    """A number in words with a unit, which a second source could confirm; "two companies" is a manner of speaking."""
    return figure.kind == "number" and bool(figure.family) and figure.name != "part"


def _says_no(text: str) -> bool:
    """Whether it tells that something is not so, which nobody else would report."""
    return wording.pattern("polarity", "negation", language_of(text)).search(lower(text)) is not None


def _leans(text: str) -> bool:
    """Whether its subject is told by the statement before: its words alone do not find what says the same."""
    return pattern("single", language_of(text), "leaning").match(lower(text)) is not None


def _of_itself(place: Place) -> bool:
    """Whether a report speaks of its own work: "we", "our office", its own name in front."""
    low, outlet = lower(place.text), lower(place.document.metadata.outlet or "")
    if outlet and low.removeprefix("the ").startswith(outlet):
        return True
    return pattern("single", language_of(low), "own").search(low) is not None


def _reason(stated: Stated, voice: Voice, documents: Sequence[Document]) -> str:
    """Who alone says it: for himself or through others, and who repeats it."""
    names = dict.fromkeys(telling.name(each, chinese=stated.chinese) for each in documents)
    himself = [each for each in names if key(each) == key(voice.name)]
    others = [each for each in names if each not in himself]
    if stated.chinese:
        told = "、".join(others[:2]) + ("等" if len(others) > 2 else "")
        through = "" if not others else f"，{told}只是转载" if himself else f"（见{told}）"
        return f"仅{voice.name}一家这样说{through}；资料库中没有第二个来源。"
    told = " and ".join(others) if len(others) < 3 else f"{others[0]} and {len(others) - 1} others"
    repeats = "repeats" if len(others) == 1 else "repeat"
    through = "" if not others else f", and {told} {repeats} it" if himself else f", as told by {told}"
    return f"Only {voice.name} says so{through}; the library holds no second source."
