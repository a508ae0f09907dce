"""Claims that another passage of the library questions: the statement itself, or the reliability of what it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.checking.reading import telling as telling_terms
from assistant.doubts import lexicon, questioned, telling
from assistant.doubts.elsewhere import Alike, Place, Raised, Stated
from assistant.doubts.finding import Finding
from assistant.doubts.lexicon import Language
from assistant.doubts.words import HAN, clipped, lower, read
from vectorstore.terms import terms

SAME_SHARE, SAME_BACK = 0.6, 0.45  # of a statement that says nearly what the claim says


def find(stated: Stated, alike: Sequence[Alike]) -> Raised | None:
    """The first passage elsewhere that questions the claim, with its words."""
    for each in alike:
        finding = _questions(each.place)
        if finding is not None and _touches(stated, each, each.place.document.quote(finding.evidence[0])):
            return _raised(stated, each.place, finding)
    return None


def _questions(place: Place) -> Finding | None:
    return questioned.find(read(place.document, place.statement))


def _touches(stated: Stated, alike: Alike, doubting: str) -> bool:
    """Whether what is questioned is the claim: the same statement, or the reliability of the system that it speaks of."""
    claim = stated.claim.text
    if _aspect(doubting):
        return _aspect(claim) and not _pairs(claim).isdisjoint(_pairs(alike.place.text))
    return alike.by == "words" and alike.share >= SAME_SHARE and alike.back >= SAME_BACK


def _aspect(text: str) -> bool:
    """Whether a text speaks of how far something can be relied on."""
    language: Language = "zh" if HAN.search(text) else "en"
    return lexicon.pattern("doubting", language, "aspect").search(lower(text)) is not None


@lru_cache(maxsize=4000)
def _pairs(text: str) -> frozenset[tuple[str, str]]:
    """Telling terms that stand side by side: "health code", 健康码."""
    told, found = telling_terms(text), terms(text)
    return frozenset((a, b) for a, b in pairwise(found) if a in told and b in told)


def _raised(stated: Stated, place: Place, finding: Finding) -> Raised:
    document, [span, *_] = place.document, finding.evidence
    if span.end - span.start < place.statement.span.end - place.statement.span.start and not place.statement.notes:
        span = place.statement.span
    who = telling.dated(document, chinese=stated.chinese)
    said = clipped(document.quote(span).strip().rstrip(".。"))
    reason = f"{who}对此提出怀疑：“{said}”。" if stated.chinese else f"{who} questions this: “{said}”."
    return Raised(kind="questioned", reason=reason, evidence=((document, span),))
