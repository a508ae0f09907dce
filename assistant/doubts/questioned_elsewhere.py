"""Claims that another passage of the library questions: the statement itself, or the reliability of what it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.checking.reading import telling as telling_terms
from assistant.doubts import questioned, telling
from assistant.doubts.stated import Alike, Place, Raised, Stated
from assistant.doubts.words import clipped, read
from ingest.document import Document, Span
from vectorstore.terms import terms

SAME_SHARE, SAME_BACK = 0.6, 0.45  # of a statement that says nearly what the claim says


def find(stated: Stated, alike: Sequence[Alike]) -> Raised | None:
    """The first passage elsewhere that questions the claim, with its words."""
    reliability = questioned.speaks_of_reliability(stated.claim.text)
    for each in alike:
        touched = reliability and each.questions and not _pairs(stated.claim.text).isdisjoint(_pairs(each.text))
        if (_the_same(each) and (each.noted or each.questions)) or (touched and questioned.cued(each.text)):
            place = each.place
            shown = _doubting(place)
            if shown is not None and _touches(reliability, place.document.quote(shown), same=_the_same(each)):
                return _raised(stated, place.document, shown)
    return None


def _the_same(alike: Alike) -> bool:
    """Whether a statement says nearly what the claim says."""
    return alike.by == "words" and alike.share >= SAME_SHARE and alike.back >= SAME_BACK


def _doubting(place: Place) -> Span | None:
    """The note that questions a statement, or the statement itself where it is the doubt."""
    finding = questioned.raised(read(place.document, place.statement))
    if finding is None:
        return None
    [said, *_] = finding.evidence
    return said if any(note.holds(said) for note in place.statement.notes) else place.statement.span


def _touches(reliability: bool, doubting: str, *, same: bool) -> bool:  # noqa: FBT001 (what the claim speaks of)
    """Whether what is questioned is the claim: the same statement, or the reliability of the system that it speaks of."""
    return (
        reliability or not questioned.speaks_of_reliability(doubting)
        if same
        else reliability and questioned.speaks_of_reliability(doubting)
    )


@lru_cache(maxsize=4000)
def _pairs(text: str) -> frozenset[tuple[str, str]]:
    """Telling terms that stand side by side: "health code", 健康码."""
    told, found = telling_terms(text), terms(text)
    return frozenset((a, b) for a, b in pairwise(found) if a in told and b in told)


def _raised(stated: Stated, document: Document, shown: Span) -> Raised:
    who = telling.dated(document, chinese=stated.chinese)
    said = clipped(document.quote(shown).strip().rstrip(".。"))
    reason = f"{who}对此提出怀疑：“{said}”。" if stated.chinese else f"{who} questions this: “{said}”."
    return Raised(kind="questioned", reason=reason, evidence=((document, shown),))
