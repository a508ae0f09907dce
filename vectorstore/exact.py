"""Exact search by meaning over the library's own vectors: for small libraries, as the reference for Chroma, and in its place."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import numpy as np

from vectorstore.filters import Filters
from vectorstore.index import Hit, Query, Shelf
from vectorstore.library import Library
from vectorstore.vector_rows import Vector


class ExactIndex:
    """All vectors in memory as one matrix, read again from the library after a change."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._held: tuple[int, list[str], Vector] | None = None
        self._reading = threading.Lock()

    def apply(self, removed: Sequence[str], added: Iterable[Shelf]) -> None:
        """Nothing to do: the library is read."""

    def search(self, query: Query, filters: Filters, limit: int) -> list[Hit]:
        """Cosine of every admitted chunk."""
        if query.vector is None:
            return []
        ids, matrix = self._all()
        if filters:
            admitted = set(self._library.chunk_ids(filters))
            rows = [row for row, chunk_id in enumerate(ids) if chunk_id in admitted]
            ids, matrix = [ids[row] for row in rows], matrix[rows]
        return nearest(ids, matrix, query.vector, limit)

    def close(self) -> None:
        """Lets go of the matrix."""
        self._held = None

    def _all(self) -> tuple[list[str], Vector]:
        with self._reading:
            newest = self._library.last_change()
            if self._held is None or self._held[0] != newest:
                self._held = (newest, *self._library.every_vector())
            return self._held[1], self._held[2]


def nearest(ids: Sequence[str], matrix: Vector, vector: Vector, limit: int) -> list[Hit]:
    """The rows of a matrix of unit vectors nearest to a unit vector, best first; ties in order of rows."""
    if not ids:
        return []
    scores = matrix @ vector
    best = np.argsort(-scores, kind="stable")[:limit]
    return [Hit(chunk_id=ids[i], score=float(scores[i])) for i in best]
