"""The table of disagreements: which statements may contradict one another, kept by document and gone with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sql

from vectorstore.rows import documents, insert_missing, metadata

examined = sql.Table(
    "examined",
    metadata,
    sql.Column("document_id", sql.String(24), primary_key=True),
    sql.Column("rules", sql.String(20), nullable=False),
)
disagreements = sql.Table(
    "disagreements",
    metadata,
    sql.Column("one_id", sql.String(24), primary_key=True),
    sql.Column("one_position", sql.Integer, primary_key=True),
    sql.Column("other_id", sql.String(24), primary_key=True, index=True),
    sql.Column("other_position", sql.Integer, primary_key=True),
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


def keep(connection: sql.Connection, document_id: str, pairs: Collection[Pair], rules: str) -> None:
    """Keeps what a document was found to disagree with, in place of what was kept of it by other rules.

    Nothing is kept of documents that are gone.
    """
    named = {document_id, *(each for pair in pairs for each in (pair.one_id, pair.other_id))}
    held = set(connection.scalars(sql.select(documents.c.id).where(documents.c.id.in_(named))))
    before = connection.scalar(sql.select(examined.c.rules).where(examined.c.document_id == document_id))
    if document_id not in held:
        return
    if before is not None and before != rules:
        _drop_older(connection, document_id, rules)
    rows = [
        {
            "one_id": each.one_id,
            "one_position": each.one_position,
            "other_id": each.other_id,
            "other_position": each.other_position,
        }
        for each in pairs
        if {each.one_id, each.other_id} <= held
    ]
    insert_missing(connection, disagreements, rows)
    insert_missing(connection, examined, [{"document_id": document_id, "rules": rules}])


def _drop_older(connection: sql.Connection, document_id: str, rules: str) -> None:
    """Takes away what other rules found of a document; what these found from a document on the other side stays."""
    by_these = sql.select(examined.c.document_id).where(examined.c.rules == rules)
    for own, other in (
        (disagreements.c.one_id, disagreements.c.other_id),
        (disagreements.c.other_id, disagreements.c.one_id),
    ):
        connection.execute(sql.delete(disagreements).where(own == document_id, other.not_in(by_these)))
    connection.execute(sql.delete(examined).where(examined.c.document_id == document_id))


def drop(connection: sql.Connection, document_id: str) -> None:
    """Takes away what a document was found to disagree with."""
    of_it = sql.or_(disagreements.c.one_id == document_id, disagreements.c.other_id == document_id)
    connection.execute(sql.delete(disagreements).where(of_it))
    connection.execute(sql.delete(examined).where(examined.c.document_id == document_id))


def every(connection: sql.Connection) -> list[Pair]:
    """All pairs, in order."""
    return sorted(Pair(**row._mapping) for row in connection.execute(sql.select(disagreements)))  # noqa: SLF001 (public by SQLAlchemy's documentation)
