"""What the library disagrees with itself about: pairs of statements, both in their own words, without a winner.

Each document is examined once, when disagreements are next asked for after it came: its statements are compared with those
elsewhere that speak of the same, and what may contradict is kept in the library, to go with either document. Whether a pair
still counts (both in force today, nothing restated from an old rule) is seen when it is listed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from time import monotonic

from assistant.answer import Citation, cite
from assistant.asked import asked
from assistant.doubts import disputed, outdated
from assistant.doubts.comparing import Conflict, How
from assistant.doubts.elsewhere import Elsewhere
from assistant.doubts.matters import Reading, may_be_one_matter
from assistant.doubts.opposing import Comparer, Opposing
from assistant.doubts.standings import Standings
from assistant.doubts.stated import Alike, Place, Stated, resting_on_itself
from assistant.doubts.voices import Copying
from assistant.doubts.words import HAN
from ingest.document import Document, Span
from ingest.errors import CaveatError
from vectorstore.disagreement_rows import Pair
from vectorstore.library import LibraryError
from vectorstore.store import Store

_log = logging.getLogger("caveat")

RULES = "2"
"""Raised where statements are compared otherwise than before, so that every document is examined anew."""
_AT_ONCE = 32
_KEPT = 64  # documents that are kept read
_EVERY = 5.0  # seconds between two looks for what came
_AFTER_START = 6  # times as long before the first look, so that a server is ready first
_LONGEST_REST = 3600.0  # after troubles, one upon another


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two statements that say otherwise of one thing; `how` is a figure, a denial or a duty, `reason` tells who says what.

    `one_words` and `other_words` are what each has otherwise, in the characters of its document. `reprints` are statements of
    other documents that have one of the two from the same text: they say it again, and are no disagreement of their own.
    """

    how: How
    reason: str
    one: Citation
    other: Citation
    one_words: Span
    other_words: Span
    reprints: tuple[Citation, ...] = ()


class Disagreements:
    """The disagreements of a store's library."""

    def __init__(self, store: Store, opposing: Comparer | None = None) -> None:
        self._library = store.library
        self._elsewhere = Elsewhere(store)
        self._opposing = opposing or Opposing()
        self._readings: dict[str, Reading] = {}
        self._compared: set[frozenset[str]] = set()  # documents, two by two, since the library's last change, and kept
        self._change = -1
        self._rules = f"{RULES}, {self._opposing.rules}"

    def unexamined(self) -> int:
        """How many documents have not been examined yet."""
        return len(self._library.unexamined(self._rules))

    def examine(self, most: int | None = None, tell: Callable[[int, int], None] | None = None) -> int:
        """Examines documents that have not been, at most so many; how many it were. `tell` hears of how many so far, of all."""
        waiting = self._library.unexamined(self._rules)[:most]
        if self._change != (change := self._library.last_change()):
            self._compared.clear()
            self._change = change
        for done, document_id in enumerate(waiting, start=1):
            with suppress(LibraryError):  # one was taken away while it was read: this document stays unexamined
                if (document := self._document(document_id)) is not None:
                    opposed = self._opposed(document)
                    weighed = {pair for pairs in opposed.values() for pair in pairs}
                    self._library.keep_disagreements(document_id, self._pairs(document), weighed, self._rules)
                    self._compared.update(opposed)
            if tell is not None:
                tell(done, len(waiting))
        return len(waiting)

    def listed(self) -> list[Disagreement]:
        """Those that count today, in the order of the documents that came out first."""
        standings = Standings(self._library, asked(""))
        found: list[tuple[Disagreement, Place, Place]] = []
        for one, other in self._ordered(self._library.disagreements()):
            with suppress(LibraryError):  # taken away while it was read: no longer a pair
                counting = self._counting(one, other, standings)
                found += [(each, one, other) for each in counting]
                if not counting:
                    found += [(each, other, one) for each in self._counting(other, one, standings)]
        copying = Copying(self._library).among(place for _, *both in found for place in both)
        return _once(found, copying)

    def _counting(self, one: Place, other: Place, standings: Standings) -> list[Disagreement]:
        """The disagreement of two statements, where it counts."""
        [(_, alike)] = self._alike(one.document, [one.position])
        return [
            _disagreement(one, there, conflict)
            for there, conflict in disputed.conflicts(one, alike, standings, both=True)
            if _at(there) == _at(other)
        ]

    def _ordered(self, pairs: Sequence[Pair]) -> list[tuple[Place, Place]]:
        """The two statements of pairs, that which came out first in front, in the order in which they came out."""
        sides = (
            (self._place(each.one_id, each.one_position), self._place(each.other_id, each.other_position))
            for each in pairs
        )
        both = [sorted((one, other), key=_came_out) for one, other in sides if one is not None and other is not None]
        return [(one, other) for one, other in sorted(both, key=lambda pair: [*map(_came_out, pair)])]

    def _pairs(self, document: Document) -> set[Pair]:
        """The statements elsewhere that may contradict those of a document, by rules."""
        positions = range(len(document.statements))
        return {
            _pair(place, other)
            for start in range(0, len(positions), _AT_ONCE)
            for stated, alike in self._alike(document, list(positions[start : start + _AT_ONCE]))
            for place in stated.places
            for other, _ in disputed.candidates(place, alike)
        }

    def _opposed(self, document: Document) -> dict[frozenset[str], list[Pair]]:
        """The statements of a document, and of each about its matter, that are opposed by weight; by the two documents."""
        found: dict[frozenset[str], list[Pair]] = {}
        mine = self._reading(document)
        for other_id in self._elsewhere.of_one_matter(document):
            other, both = self._document(other_id), frozenset((document.id, other_id))
            if other is not None and both not in self._compared and may_be_one_matter(document, other):
                opposed = [
                    (each.mine.place, each.theirs.place) for each in self._opposing.between(mine, self._reading(other))
                ]
                found[both] = [_pair(*places) for places in opposed if not self._restate(*places)]
        return found

    def _restate(self, *places: Place) -> bool:
        """Whether one of some statements tells what a rule said that no longer holds."""
        standings = Standings(self._library, asked(""))
        alike = (self._alike(each.document, [each.position])[0][1] for each in places)
        return any(
            outdated.restated(place, others, standings) is not None for place, others in zip(places, alike, strict=True)
        )

    def _reading(self, document: Document) -> Reading:
        """A document as it is compared; some are kept, since those about one matter are examined one after another."""
        found = self._readings.pop(document.id, None) or Reading(document)
        self._readings[document.id] = found
        while len(self._readings) > _KEPT:
            self._readings.pop(next(iter(self._readings)))
        return found

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


@contextmanager
def in_the_background(store: Store, opposing: Comparer, wait: float = _EVERY) -> Iterator[None]:
    """Examines what comes, one document after another, and rests twice as long as each took, so that answers come first."""
    found, over = Disagreements(store, opposing), threading.Event()

    def examine() -> None:
        rest, told, trouble = _AFTER_START * wait, "", wait
        while not over.wait(rest):
            begun, rest = monotonic(), wait
            try:
                store.follow()
                if found.examine(1):
                    rest = 2 * (monotonic() - begun)
                trouble = wait
            except (
                CaveatError
            ) as error:  # the index is being made, the library is busy, a model away: tried again, later and later
                rest = trouble = min(2 * trouble, _LONGEST_REST)
                if error.message != told:
                    _log.warning("documents are not compared yet: %s %s", error.message, error.hint)
                told = error.message

    thread = threading.Thread(target=examine, name="disagreements", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _disagreement(one: Place, other: Place, conflict: Conflict) -> Disagreement:
    return Disagreement(
        how=conflict.how,
        reason=disputed.told(one, other, conflict, chinese=HAN.search(one.text) is not None),
        one=cite(one.document, one.statement.span),
        other=cite(other.document, other.statement.span),
        one_words=conflict.mine,
        other_words=conflict.theirs,
    )


def _at(place: Place) -> tuple[str, int]:
    return place.document.id, place.position


def _pair(one: Place, other: Place) -> Pair:
    """Two statements, the smaller id in front."""
    here, there = sorted(((one.document.id, one.position), (other.document.id, other.position)))
    return Pair(one_id=here[0], one_position=here[1], other_id=there[0], other_position=there[1])


def _once(found: Sequence[tuple[Disagreement, Place, Place]], copying: Copying) -> list[Disagreement]:
    """The disagreements without those that are another one's reprints, which it names."""
    kept: list[tuple[Disagreement, Place, Place]] = []
    reprints: dict[int, dict[tuple[str, Span], Citation]] = {}
    for each, one, other in found:
        first = next((n for n, before in enumerate(kept) if _again((each, one, other), before, copying)), None)
        if first is None:
            kept.append((each, one, other))
        else:
            told = kept[first][0]
            sides = {(side.document_id, side.span): side for side in (each.one, each.other)}
            own = {(side.document_id, side.span) for side in (told.one, told.other)}
            reprints.setdefault(first, {}).update({key: side for key, side in sides.items() if key not in own})
    return [replace(each, reprints=tuple(reprints.get(n, {}).values())) for n, (each, _, _) in enumerate(kept)]


def _again(
    these: tuple[Disagreement, Place, Place], those: tuple[Disagreement, Place, Place], copying: Copying
) -> bool:
    """Whether two disagreements are one: each side has its words from the same text as a side of the other."""

    def sides(told: Disagreement, one: Place, other: Place) -> list[tuple[Place, str]]:
        return [(one, one.document.quote(told.one_words)), (other, other.document.quote(told.other_words))]

    (one, mine), (other, theirs) = sides(*these)
    return these[0].how == those[0].how and any(
        mine == a and theirs == b and copying.one_text(one, first) and copying.one_text(other, second)
        for (first, a), (second, b) in (sides(*those), sides(*those)[::-1])
    )


def _came_out(place: Place) -> tuple[date, str, int]:
    """What puts statements in order: the day their documents came out, then their titles, then where they stand."""
    return place.document.metadata.issued or date.max, place.document.title, place.position
