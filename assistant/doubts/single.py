"""Claims of fact in reports that one voice alone makes, where the library holds reports by others.

It is not said of an issuer's own words, of what a report says about itself or about a notice, of plans and guesses, nor where
another doubt has told already that nobody else vouches for it.
"""

from __future__ import annotations

import re

from assistant.answer import DoubtKind
from assistant.checking.measuring import figures
from assistant.doubts import telling
from assistant.doubts.elsewhere import Place, Raised, Stated
from assistant.doubts.lexicon import pattern
from assistant.doubts.voices import COUNTED, Heard
from assistant.doubts.words import HAN, lower
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
SHORTEST = 4  # terms


def find(stated: Stated, heard: Heard) -> Raised | None:
    """The doubt, with the claim's own words and those that copy them."""
    if len(heard.voices) != 1 or heard.perhaps or not _is_worth_asking(stated):
        return None
    [voice], [places] = heard.voices, heard.places
    copying = {place.document.id: place for place in places if place.document.id not in _own(stated)}
    others = [telling.name(place.document, chinese=stated.chinese) for place in copying.values()]
    own = _last(stated)
    evidence = ((own.document, own.statement.span), *((p.document, p.statement.span) for p in copying.values()))
    return Raised(kind="single_voice", reason=_reason(stated, voice.name, others), evidence=evidence)


def _is_worth_asking(stated: Stated) -> bool:
    if not TOLD_ALREADY.isdisjoint(doubt.kind for doubt in stated.claim.doubts):
        return False
    return all(_reports_a_fact(place) for place in stated.places)


def _reports_a_fact(place: Place) -> bool:
    """Whether a statement is a report's, and tells a number or a date of something else than itself or a notice."""
    document, about, text = place.document, place.document.metadata, place.text
    if about.kind != "report" or LABEL.match(text) or " | " in text or len(terms(text)) < SHORTEST:
        return False
    told = figures(document.read(place.statement))
    if any(each.kind == "document" for each in told):
        return False
    if not any(each.kind in COUNTED and each.name != "part" for each in figures(text)):
        return False
    return not _leans(text) and not _of_itself(place)


def _leans(text: str) -> bool:
    """Whether its subject is told by the statement before: its words alone do not find what says the same."""
    return pattern("single", "zh" if HAN.search(text) else "en", "leaning").match(lower(text)) is not None


def _of_itself(place: Place) -> bool:
    """Whether a report speaks of its own work: "we", "our office", its own name in front."""
    low, outlet = lower(place.text), lower(place.document.metadata.outlet or "")
    if outlet and low.removeprefix("the ").startswith(outlet):
        return True
    return pattern("single", "zh" if HAN.search(low) else "en", "own").search(low) is not None


def _reason(stated: Stated, name: str, others: list[str]) -> str:
    own = telling.name(_last(stated).document, chinese=stated.chinese)
    if stated.chinese:
        through = "" if own == name else f"（见{own}）"
        repeated = f"，{'、'.join(others[:2])}{'等' if len(others) > 2 else ''}只是转述" if others else ""
        return f"仅{name}一家这样说{through}{repeated}；资料库中没有第二个来源。"
    through = "" if own.casefold() == name.casefold() else f", as told by {own}"
    repeated = f"; {_several(others)} {'repeats' if len(others) == 1 else 'repeat'} it" if others else ""
    return f"Only {name} says so{through}{repeated}; the library holds no second source."


def _several(names: list[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} others"


def _last(stated: Stated) -> Place:
    return stated.places[-1]


def _own(stated: Stated) -> set[str]:
    return {place.document.id for place in stated.places}
