"""What an index is: it takes documents in and out, and finds chunks. Indexes are disposable; the library is the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.document import Chunk, Document
from vectorstore.filters import Filters
from vectorstore.vector_rows import Vector

Shelf = tuple[Document, list[tuple[Chunk, Vector]]]
"""A document with its chunks and their vectors, as the library hands it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for: its words, and its vector of unit length."""

    text: str
    vector: Vector | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A chunk that was found; a score compares with others of the same index and query only."""

    chunk_id: str
    score: float


class Index(Protocol):
    """Chroma, tantivy and exact search; `apply` may be repeated with the same documents and changes nothing then."""

    def apply(self, removed: Sequence[str], added: Iterable[Shelf]) -> None:
        """Takes documents away by id, then takes documents in; durable when it returns."""

    def search(self, query: Query, filters: Filters, limit: int) -> list[Hit]:
        """The best chunks, best first, of documents that the filters admit."""

    def close(self) -> None:
        """Lets go of files."""
