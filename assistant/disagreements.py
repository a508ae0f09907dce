"""What the library disagrees with itself about: pairs of statements, both in their own words, without a winner.

Each document is examined once, when disagreements are next asked for after it came: its statements are compared with those
elsewhere that speak of the same, and what may contradict is kept in the library, to go with either document. Whether a pair
still counts (both in force today, nothing restated from an old rule) is seen when it is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from assistant.answer import Citation, cite
from assistant.asked import asked
from assistant.doubts import disputed
from assistant.doubts.comparing import How
from assistant.doubts.elsewhere import Elsewhere
from assistant.doubts.standings import Standings
from assistant.doubts.stated import Alike, Place, Stated, resting_on_itself
from assistant.doubts.words import HAN
from ingest.document import Document, Span
from vectorstore.disagreement_rows import Pair
from vectorstore.library import LibraryError
from vectorstore.store import Store

RULES = "1"
"""Raised where statements are compared otherwise than before, so that every document is examined anew."""
_AT_ONCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two statements that say otherwise of one thing; `how` is a figure, a denial or a duty, `reason` tells who says what.

    `one_words` and `other_words` are what each has otherwise, in the characters of its document.
    """

    how: How
    reason: str
    one: Citation
    other: Citation
    one_words: Span
    other_words: Span


class Disagreements:
    """The disagreements of a store's library."""

    def __init__(self, store: Store) -> None:
        self._library = store.library
        self._elsewhere = Elsewhere(store)

    def unexamined(self) -> int:
        """How many documents have not been examined yet."""
        return len(self._library.unexamined(RULES))

    def examine(self, most: int | None = None, tell: Callable[[int, int], None] | None = None) -> int:
        """Examines documents that have not been, at most so many; how many it were. `tell` hears of how many so far, of all."""
        waiting = self._library.unexamined(RULES)[:most]
        for done, document_id in enumerate(waiting, start=1):
            with suppress(LibraryError):  # one was taken away while it was read: this document stays unexamined
                if (document := self._document(document_id)) is not None:
                    self._library.keep_disagreements(document_id, set(self._pairs(document)), RULES)
            if tell is not None:
                tell(done, len(waiting))
        return len(waiting)

    def listed(self) -> list[Disagreement]:
        """Those that count today, in the order of the documents that came out first."""
        standings = Standings(self._library, asked(""))
        sides = (
            (self._place(pair.one_id, pair.one_position), self._place(pair.other_id, pair.other_position))
            for pair in self._library.disagreements()
        )
        ordered = sorted(
            (sorted((one, other), key=_came_out) for one, other in sides if one is not None and other is not None),
            key=lambda pair: [*map(_came_out, pair)],
        )
        found = []
        for one, other in ordered:
            with suppress(LibraryError):  # taken away while it was read: no longer a pair
                found += self._counting(one, other, standings) or self._counting(other, one, standings)
        return found

    def _counting(self, one: Place, other: Place, standings: Standings) -> list[Disagreement]:
        """The disagreement of two statements, where it counts."""
        [(_, alike)] = self._alike(one.document, [one.position])
        chinese = HAN.search(one.text) is not None
        return [
            Disagreement(
                how=conflict.how,
                reason=disputed.told(one, there, conflict, chinese=chinese),
                one=cite(one.document, one.statement.span),
                other=cite(there.document, there.statement.span),
                one_words=conflict.mine,
                other_words=conflict.theirs,
            )
            for there, conflict in disputed.conflicts(one, alike, standings, both=True)
            if (there.document.id, there.position) == (other.document.id, other.position)
        ]

    def _pairs(self, document: Document) -> Iterator[Pair]:
        """The statements elsewhere that may contradict those of a document; of each pair the smaller id in front."""
        positions = range(len(document.statements))
        for start in range(0, len(positions), _AT_ONCE):
            for stated, alike in self._alike(document, list(positions[start : start + _AT_ONCE])):
                for place in stated.places:
                    for other, _ in disputed.candidates(place, alike):
                        here, there = sorted(((place.document.id, place.position), (other.document.id, other.position)))
                        yield Pair(one_id=here[0], one_position=here[1], other_id=there[0], other_position=there[1])

    def _alike(self, document: Document, positions: list[int]) -> list[tuple[Stated, tuple[Alike, ...]]]:
        """Some statements of a document with what speaks of the same elsewhere."""
        stated = self._elsewhere.stated([resting_on_itself(document, each) for each in positions])
        return list(zip(stated, self._elsewhere.alike(stated), strict=True))

    def _document(self, document_id: str) -> Document | None:
        """A document, or None where it was taken away, be it while it is read."""
        return next(iter(self._library.documents([document_id])), None)

    def _place(self, document_id: str, position: int) -> Place | None:
        document = self._document(document_id)
        if document is None or position >= len(document.statements):
            return None
        return Place(document=document, position=position)


def _came_out(place: Place) -> tuple[date, str, int]:
    """What puts statements in order: the day their documents came out, then their titles, then where they stand."""
    return place.document.metadata.issued or date.max, place.document.title, place.position
