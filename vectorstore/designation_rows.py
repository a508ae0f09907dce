"""The tables of designations: by which keys a document may be named, and which documents it supersedes or changes.

They stand beside the documents and go with them, so that a question about a document's standing is a look-up by key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sql

from ingest.designations import kinds_named, own_keys, target_keys
from ingest.document import Document
from vectorstore.rows import documents, insert_missing, metadata, parts

_VERSIONS = 8  # of one document, the newest

designations = sql.Table(
    "designations",
    metadata,
    sql.Column("key", sql.Text, primary_key=True),
    sql.Column("document_id", sql.String(24), primary_key=True, index=True),
)
relations = sql.Table(
    "relations",
    metadata,
    sql.Column("key", sql.Text, primary_key=True),
    sql.Column("document_id", sql.String(24), primary_key=True, index=True),
    sql.Column("ordinal", sql.Integer, primary_key=True),
)
_TABLES = (designations, relations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A document (`by`) that says of another (`of`) that it supersedes, amends or repeals it: its relation number `ordinal`."""

    of: str
    by: str
    ordinal: int


def keep(connection: sql.Connection, document: Document) -> None:
    """Keeps how a document may be named, and whom it supersedes, amends or repeals."""
    own = own_keys(document.title, document.metadata) or (f"#{document.id}",)
    related = [
        {"key": key, "document_id": document.id, "ordinal": ordinal}
        for ordinal, relation in enumerate(document.metadata.relations)
        for key in target_keys(relation.target)
    ]
    insert_missing(connection, designations, [{"key": key, "document_id": document.id} for key in own])
    insert_missing(connection, relations, related)


def drop(connection: sql.Connection, document_id: str) -> None:
    """Takes what was kept of a document away."""
    for table in _TABLES:
        connection.execute(sql.delete(table).where(table.c.document_id == document_id))


def lacking(connection: sql.Connection) -> list[str]:
    """The documents that nothing is kept of: they came before these tables were."""
    kept = sql.exists().where(designations.c.document_id == documents.c.id)
    return list(connection.scalars(sql.select(documents.c.id).where(~kept)))


def relating(connection: sql.Connection, document_ids: Sequence[str]) -> list[Related]:
    """Which documents say of some others that they supersede, amend or repeal them."""
    query = (
        sql.select(designations.c.document_id, relations.c.document_id, relations.c.ordinal)
        .join(relations, relations.c.key == designations.c.key)
        .where(relations.c.document_id != designations.c.document_id)
        .distinct()
    )
    return [
        Related(of=of, by=by, ordinal=ordinal)
        for part in parts(document_ids)
        for of, by, ordinal in connection.execute(query.where(designations.c.document_id.in_(part)))
    ]


def versions(connection: sql.Connection, document_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each of some documents those of its issuer with its number or title that were issued later, the newest first."""
    own, other = documents.alias(), documents.alias()
    mine, theirs = designations.alias(), designations.alias()
    place = sql.func.row_number().over(partition_by=mine.c.document_id, order_by=[other.c.issued.desc(), other.c.seq])
    ranked = (
        sql.select(mine.c.document_id.label("of"), other.c.id, place.label("place"))
        .select_from(mine)
        .join(theirs, theirs.c.key == mine.c.key)
        .join(own, own.c.id == mine.c.document_id)
        .join(other, other.c.id == theirs.c.document_id)
        .where(theirs.c.document_id != mine.c.document_id, own.c.issuer_key != "", own.c.issued > 0)
        .where(other.c.issuer_key == own.c.issuer_key, other.c.issued > own.c.issued)
    )
    found: dict[str, list[str]] = {}
    for part in parts(document_ids):
        newest = ranked.where(mine.c.document_id.in_(part)).subquery()
        query = sql.select(newest.c.of, newest.c.id).where(newest.c.place <= _VERSIONS).order_by(newest.c.place)
        for of, document_id in connection.execute(query):
            if document_id not in found.setdefault(of, []):
                found[of].append(document_id)
    return {of: tuple(ids) for of, ids in found.items()}


def named(connection: sql.Connection, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The documents that answer to each of some keys."""
    query = sql.select(designations.c.key, designations.c.document_id).order_by(designations.c.document_id)
    found: dict[str, list[str]] = {}
    for part in parts(keys):
        for key, document_id in connection.execute(query.where(designations.c.key.in_(part))):
            found.setdefault(key, []).append(document_id)
    return {key: tuple(ids) for key, ids in found.items()}


def means(target: str, document: Document) -> bool:
    """Whether a target, whose key a document answers to, is of the document's kind: a notice is not the order of that number."""
    wanted = kinds_named(target)
    own = kinds_named(f"{document.metadata.number or ''} {document.title}")
    return not wanted or not own or not wanted.isdisjoint(own)
