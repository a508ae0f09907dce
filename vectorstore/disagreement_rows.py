"""The tables of disagreements: which statements may contradict one another, kept by document and gone with it.

`disagreements` are pairs that rules found, which are asked again when they are listed; `opposed` are those that were weighed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sql

from vectorstore.rows import documents, insert_missing, metadata

examined = sql.Table(
    "examined",
    metadata,
    sql.Column("document_id", sql.String(24), primary_key=True),
    sql.Column("rules", sql.String(20), nullable=False),
)
disagreements, opposed = (
    sql.Table(
        name,
        metadata,
        sql.Column("one_id", sql.String(24), primary_key=True),
        sql.Column("one_position", sql.Integer, primary_key=True),
        sql.Column("other_id", sql.String(24), primary_key=True, index=True),
        sql.Column("other_position", sql.Integer, primary_key=True),
    )
    for name in ("disagreements", "opposed")
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Pair:
    """Two statements, each by its document's id and its position there."""

    one_id: str
    one_position: int
    other_id: str
    other_position: int


def unexamined(connection: sql.Connection, rules: str) -> list[str]:
    """The documents that were not examined by some rules, in the order they came."""
    done = sql.exists().where(examined.c.document_id == documents.c.id, examined.c.rules == rules)
    return list(connection.scalars(sql.select(documents.c.id).where(~done).order_by(documents.c.seq)))


def keep(
    connection: sql.Connection, document_id: str, pairs: Collection[Pair], weighed: Collection[Pair], rules: str
) -> None:
    """Keeps what a document was found to disagree with, in place of what was kept of it by other rules.

    Nothing is kept of documents that are gone.
    """
    named = {document_id, *(each for pair in (*pairs, *weighed) for each in (pair.one_id, pair.other_id))}
    held = set(connection.scalars(sql.select(documents.c.id).where(documents.c.id.in_(named))))
    before = connection.scalar(sql.select(examined.c.rules).where(examined.c.document_id == document_id))
    if document_id not in held:
        return
    if before is not None and before != rules:
        _drop_older(connection, document_id, rules)
    for table, found in ((disagreements, pairs), (opposed, weighed)):
        rows = [asdict(each) for each in found if {each.one_id, each.other_id} <= held]
        insert_missing(connection, table, rows)
    insert_missing(connection, examined, [{"document_id": document_id, "rules": rules}])


def _drop_older(connection: sql.Connection, document_id: str, rules: str) -> None:
    """Takes away what other rules found of a document; what these found from a document on the other side stays."""
    by_these = sql.select(examined.c.document_id).where(examined.c.rules == rules)
    for table in (disagreements, opposed):
        for own, other in ((table.c.one_id, table.c.other_id), (table.c.other_id, table.c.one_id)):
            connection.execute(sql.delete(table).where(own == document_id, other.not_in(by_these)))
    connection.execute(sql.delete(examined).where(examined.c.document_id == document_id))


def drop(connection: sql.Connection, document_id: str) -> None:
    """Takes away what a document was found to disagree with."""
    for table in (disagreements, opposed):
        of_it = sql.or_(table.c.one_id == document_id, table.c.other_id == document_id)
        connection.execute(sql.delete(table).where(of_it))
    connection.execute(sql.delete(examined).where(examined.c.document_id == document_id))


def every(connection: sql.Connection) -> list[Pair]:
    """All pairs, those that rules found and those that were weighed, in order."""
    return _pairs(connection, sql.union(sql.select(disagreements), sql.select(opposed)))


def weighed_of(connection: sql.Connection, document_ids: Sequence[str]) -> list[Pair]:
    """The weighed pairs of some documents, in order."""
    of_them = sql.or_(opposed.c.one_id.in_(document_ids), opposed.c.other_id.in_(document_ids))
    return _pairs(connection, sql.select(opposed).where(of_them))


def _pairs(connection: sql.Connection, query: sql.Select[Any] | sql.CompoundSelect[Any]) -> list[Pair]:
    return sorted(Pair(**row._mapping) for row in connection.execute(query))  # noqa: SLF001 (public by SQLAlchemy's documentation)
