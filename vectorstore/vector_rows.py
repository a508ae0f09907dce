"""The vectors of the library: one for each text and embedder, kept by a key of both, and read back through chunks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray

from ingest.document import Chunk, Document
from vectorstore import rows
from vectorstore.filters import Filters
from vectorstore.rows import chunks, documents, parts, vectors

Vector = NDArray[np.float32]


def keep(connection: sql.Connection, fresh: dict[str, Vector]) -> None:
    """Keeps those that are not kept yet."""
    rows.insert_missing(connection, vectors, [{"key": key, "data": each.tobytes()} for key, each in fresh.items()])


def of_chunks(connection: sql.Connection, chunk_ids: Sequence[str]) -> dict[str, Vector]:
    """Chunk ids to their vectors, float32 of unit length."""
    query = sql.select(chunks.c.id, vectors.c.data).join(vectors, vectors.c.key == chunks.c.vector_key)
    return {
        chunk_id: np.frombuffer(data, dtype=np.float32)
        for part in parts(chunk_ids)
        for chunk_id, data in connection.execute(query.where(chunks.c.id.in_(part)))
    }


def known(connection: sql.Connection, keys: Sequence[str]) -> set[str]:
    """Which keys are kept."""
    return {
        key
        for part in parts(keys)
        for key in connection.scalars(sql.select(vectors.c.key).where(vectors.c.key.in_(part)))
    }


def every(connection: sql.Connection, filters: Filters) -> tuple[list[str], Vector]:
    """All chunk ids in order with their vectors as one matrix (chunks, dimension)."""
    query = (
        sql.select(chunks.c.id, vectors.c.data)
        .join(vectors, vectors.c.key == chunks.c.vector_key)
        .join(documents, documents.c.id == chunks.c.document_id)
        .order_by(documents.c.seq, chunks.c.ordinal)
    )
    found = connection.execute(rows.narrowed(query, filters)).all()
    if not found:
        return [], np.empty((0, 0), np.float32)
    matrix = np.frombuffer(b"".join(data for _, data in found), dtype=np.float32)
    return [chunk_id for chunk_id, _ in found], matrix.reshape(len(found), -1)


def with_chunks(connection: sql.Connection, document_id: str) -> tuple[Document, list[tuple[Chunk, Vector]]] | None:
    """A document with its chunks and their vectors; None where it has none, or is gone."""
    query = (
        sql.select(chunks, vectors.c.data)
        .join(vectors, vectors.c.key == chunks.c.vector_key)
        .where(chunks.c.document_id == document_id)
        .order_by(chunks.c.ordinal)
    )
    found = connection.execute(query).all()
    row = connection.execute(sql.select(documents).where(documents.c.id == document_id)).first()
    if not found or row is None:  # it may have been taken away between the two reads
        return None
    return rows.document(row), [(rows.chunk(each), np.frombuffer(each.data, dtype=np.float32)) for each in found]


def drop_unused(connection: sql.Connection, keys: Sequence[str]) -> None:
    """Drops those of some vectors that no chunk has any more."""
    used = sql.exists().where(chunks.c.vector_key == vectors.c.key)
    for part in parts(keys):
        connection.execute(sql.delete(vectors).where(vectors.c.key.in_(part), ~used))
