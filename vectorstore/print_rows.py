"""The table of fingerprints, which stands beside the chunks of the library and goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sql

from ingest.document import Chunk, Document
from vectorstore.prints import Codes, packed, unpacked
from vectorstore.rows import chunks, insert_missing, metadata

_IN_ONE_QUERY = 500

prints = sql.Table(
    "prints",
    metadata,
    sql.Column("chunk_id", sql.String(40), primary_key=True),
    sql.Column("document_id", sql.String(24), nullable=False, index=True),
    sql.Column("codes", sql.LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The statements of a chunk as codes; `first` is the position of the first among the document's statements."""

    document_id: str
    first: int
    statements: tuple[Codes, ...]


def keep(connection: sql.Connection, document: Document, cut: Sequence[Chunk]) -> None:
    """Keeps the fingerprints of a document's chunks."""
    rows = [{"chunk_id": each.id, "document_id": document.id, "codes": packed(document, each)} for each in cut]
    insert_missing(connection, prints, rows)


def drop(connection: sql.Connection, document_id: str) -> None:
    """Takes the fingerprints of a document away."""
    connection.execute(sql.delete(prints).where(prints.c.document_id == document_id))


def of_chunks(connection: sql.Connection, chunk_ids: Sequence[str]) -> dict[str, Printed]:
    """The fingerprints of the live ones among some chunks."""
    query = sql.select(chunks.c.id, chunks.c.document_id, chunks.c.first, prints.c.codes).join(
        prints, prints.c.chunk_id == chunks.c.id
    )
    found = {}
    for start in range(0, len(chunk_ids), _IN_ONE_QUERY):
        part = chunk_ids[start : start + _IN_ONE_QUERY]
        for chunk_id, document_id, first, kept in connection.execute(query.where(chunks.c.id.in_(part))):
            found[chunk_id] = Printed(document_id=document_id, first=first, statements=tuple(unpacked(kept)))
    return found
