"""Filters: which documents a search or a listing is about."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from ingest.document import Metadata

NO_DATE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All that are given must hold; several values of one are alternatives.

    `issued_from` and `issued_to` are inclusive and leave out documents without a date. `as_of` leaves out what was
    issued later, and keeps documents without a date.
    """

    issuer: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    issued_from: date | None = None
    issued_to: date | None = None
    document_ids: tuple[str, ...] = ()
    as_of: date | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def admits(self, document_id: str, metadata: Metadata) -> bool:
        """Whether a document passes; the reference that every index is tested against."""
        issued = day_number(metadata.issued)
        low, high, dated = self.day_range()
        return (
            (not self.issuer or issuer_key(metadata.issuer) in {issuer_key(each) for each in self.issuer})
            and (not self.kind or metadata.kind in self.kind)
            and (not self.status or metadata.status in self.status)
            and (not self.language or metadata.language in self.language)
            and (not self.document_ids or document_id in self.document_ids)
            and low <= issued <= high
            and not (dated and issued == NO_DATE)
        )

    def day_range(self) -> tuple[int, int, bool]:
        """The lowest and highest day number that passes, and whether a document must have a date at all."""
        dated = self.issued_from is not None or self.issued_to is not None
        low = day_number(self.issued_from) if self.issued_from else (1 if dated else NO_DATE)
        highs = [day_number(day) for day in (self.issued_to, self.as_of) if day]
        return low, min(highs, default=99_991_231), dated


def day_number(day: date | None) -> int:
    """A date as the number 20200224, which sorts as dates do; 0 for no date."""
    return day.year * 10_000 + day.month * 100 + day.day if day else NO_DATE


def issuer_key(issuer: str | None) -> str:
    """An issuer's name as it is compared: case and runs of spaces do not count."""
    return " ".join((issuer or "").casefold().split())
