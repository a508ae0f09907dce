"""What the library holds beside some words of a document: who else says so, who says otherwise, and what is a copy of it.

The words' statements are compared with those elsewhere by the rules that raise doubts (`doubts.voices`, `doubts.disputed`,
`doubts.outdated`), read from the library at this moment; no side is the winner. A few statements are compared, not more.

    related = Related(store)
    related.to(document, Span(start=120, end=214))
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answer import Citation, Voice, cite
from assistant.asked import Asked, asked
from assistant.doubts import disputed, outdated, voices
from assistant.doubts.comparing import How
from assistant.doubts.elsewhere import Elsewhere
from assistant.doubts.standings import Standings
from assistant.doubts.stated import Alike, Place, Raised, Stated, resting_on_itself
from assistant.doubts.voices import Copying, Heard
from ingest.document import Document, Metadata, Span
from vectorstore.copying import families
from vectorstore.library import Held, LibraryError
from vectorstore.store import Store

MOST_STATEMENTS = 6
MOST_COPIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A statement of another document, by the name of the voice that it is counted with, where it agrees.

    `copied` says that the two documents have these words from one text; of those that disagree, that one before them has.
    """

    citation: Citation
    about: Metadata
    voice: str = ""
    copied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Against(Other):
    """A statement that says otherwise: another figure, a denial or another duty; `reason` tells who says what."""

    how: How
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """Why a statement no longer holds, and the words that show it."""

    reason: str
    evidence: tuple[Other, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside one statement.

    `voices` are who says it, its own source first; `agreeing` are their words in other documents. `undecided` are in
    another language and share its figures: whether they say the same is open.
    """

    citation: Citation
    voices: tuple[Voice, ...]
    agreeing: tuple[Other, ...]
    disagreeing: tuple[Against, ...]
    undecided: tuple[Other, ...]
    lapsed: Lapsed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The copies of a document (`copies` of `copied` in all) and what stands beside its statements.

    `unread` statements of the span are not compared; without `complete` nothing was looked for elsewhere, since the index
    of words is being made.
    """

    copies: tuple[Held, ...]
    copied: int
    statements: tuple[Beside, ...]
    unread: int
    complete: bool


class Related:
    """Looks in a store's library."""

    def __init__(self, store: Store) -> None:
        self._library = store.library
        self._elsewhere = Elsewhere(store)

    def to(self, document: Document, span: Span | None, as_of: date | None = None) -> Found:
        """What is beside the words of a span, at the time asked about; without a span the copies of the document alone."""
        time = asked("", as_of)
        try:
            return self._to(document, span, time)
        except LibraryError:  # a document was taken away while it was read: the second look does not find it
            return self._to(document, span, time)

    def _to(self, document: Document, span: Span | None, time: Asked) -> Found:
        copies = self._copies(document.id)
        positions = _positions(document, span) if span is not None else []
        stated = self._elsewhere.stated([resting_on_itself(document, each) for each in positions[:MOST_STATEMENTS]])
        standings, copying = Standings(self._library, time), Copying(self._library)
        return Found(
            copies=tuple(copies[:MOST_COPIES]),
            copied=len(copies),
            statements=tuple(
                _beside(each, alike, standings, copying)
                for each, alike in zip(stated, self._elsewhere.alike(stated), strict=True)
                if each.places
            ),
            unread=max(0, len(positions) - MOST_STATEMENTS),
            complete=self._elsewhere.ready,
        )

    def _copies(self, document_id: str) -> list[Held]:
        """The near-copies of a document, those that came out first in front."""
        found = families(self._library.copied([document_id]))
        same = [each for each, family in found.items() if family == found.get(document_id) and each != document_id]
        held = [row for each in same if (row := self._library.held(each)) is not None]
        return sorted(held, key=lambda each: (each.metadata.get("issued") or "9999", each.id))


def _positions(document: Document, span: Span) -> list[int]:
    """The statements that a span touches."""
    first = bisect_right(document.statements, span.start, key=lambda each: each.span.end)
    return list(_touched(document, span, first))


def _touched(document: Document, span: Span, first: int) -> Iterator[int]:
    for position in range(first, len(document.statements)):
        if document.statements[position].span.start >= span.end:
            return
        yield position


def _beside(stated: Stated, alike: Sequence[Alike], standings: Standings, copying: Copying) -> Beside:
    place = stated.places[0]
    [heard] = voices.heard([(stated, alike)], copying)
    agreeing = tuple(_agreeing(place, heard, copying))
    found = list(disputed.conflicts(place, alike, standings, both=True))
    copying.among(other for other, _ in found)
    against = [
        Against(
            citation=cite(other.document, other.statement.span),
            about=other.document.metadata,
            how=conflict.how,
            reason=disputed.told(place, other, conflict, chinese=stated.chinese),
            copied=any(
                copying.one_text(other, before)
                and other.document.quote(conflict.theirs) == before.document.quote(told.theirs)
                for before, told in found[:number]
            ),
        )
        for number, (other, conflict) in enumerate(found)
    ]
    return Beside(
        citation=stated.claim.citations[0],
        voices=heard.voices,
        agreeing=agreeing,
        disagreeing=tuple(against),
        undecided=tuple(_in_order(_other(each.place) for each in heard.undecided)),
        lapsed=_lapsed(stated, outdated.find(stated, alike, standings)),
    )


def _lapsed(stated: Stated, raised: Raised | None) -> Lapsed | None:
    if raised is None:
        return None
    own = (stated.places[0].document.id, stated.places[0].statement.span)
    shown = [(each, span) for each, span in raised.evidence if (each.id, span) != own]
    evidence = tuple(Other(citation=cite(each, span), about=each.metadata) for each, span in shown)
    return Lapsed(reason=raised.reason, evidence=evidence)


def _agreeing(place: Place, heard: Heard, copying: Copying) -> list[Other]:
    """The statements of other documents by which the voices are heard."""
    own = next(each for group in heard.said for each in group if each.document.id == place.document.id)
    return _in_order(
        _other(each.place(), voice=voice.name, copied=copying.one_text(own, each))
        for voice, group in zip(heard.voices, heard.said, strict=True)
        for each in group
        if each.document.id != place.document.id
    )


def _other(place: Place, *, voice: str = "", copied: bool = False) -> Other:
    citation = cite(place.document, place.statement.span)
    return Other(citation=citation, about=place.document.metadata, voice=voice, copied=copied)


def _in_order(others: Iterable[Other]) -> list[Other]:
    """Those whose documents came out first in front, undated ones last."""
    return sorted(others, key=lambda each: (each.about.issued or date.max, each.citation.document_id))
