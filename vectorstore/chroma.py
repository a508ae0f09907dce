"""Search by meaning in Chroma, embedded in a folder or on a server. The only module that imports chromadb.

Cosine is asked for (the default is L2), no embedding function is ever set, rows are upserted (`add` ignores an id that is
there), batches stay under Chroma's limit, and metadata holds no None: an absent date is 0, an absent issuer "".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings

from vectorstore.filters import NO_DATE, Filters, day_number, issuer_key
from vectorstore.index import Hit, Query, Shelf

MOST_IDS_IN_FILTER = 1000
_BATCH = 2000
_COLLECTION = "chunks"


class ChromaIndex:
    """One collection of chunk vectors under the ids of the chunks."""

    def __init__(self, client: Any, collection: str = _COLLECTION) -> None:
        self._client = client
        self._collection = client.get_or_create_collection(
            collection,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": 200, "ef_construction": 200}},
        )

    def apply(self, removed: Sequence[str], added: Iterable[Shelf]) -> None:
        """Deletes by document, then upserts chunks."""
        for start in range(0, len(removed), 100):
            self._collection.delete(where={"document_id": {"$in": list(removed[start : start + 100])}})
        for batch in _batches(added):
            ids, vectors, metadatas = zip(*batch, strict=True)
            self._collection.upsert(ids=list(ids), embeddings=np.stack(vectors), metadatas=list(metadatas))

    def search(self, query: Query, filters: Filters, limit: int) -> list[Hit]:
        """Cosine similarity, nearest first."""
        if query.vector is None:
            return []
        found = self._collection.query(
            query_embeddings=[query.vector], n_results=limit, where=_where(filters), include=["distances"]
        )
        return [Hit(chunk_id=i, score=1 - d) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def close(self) -> None:
        """Closes the client and its files."""
        self._client.close()


def open_folder(folder: Path) -> ChromaIndex:
    """Chroma in this process, over a folder."""
    return ChromaIndex(chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False)))


def open_server(url: str, collection: str) -> ChromaIndex:
    """Chroma's own server (`chroma run`); it has no authentication, so it belongs on a private network."""
    parts = urlsplit(url)
    client = chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or 8000,
        ssl=parts.scheme == "https",
        settings=Settings(anonymized_telemetry=False),
    )
    return ChromaIndex(client, collection)


def _batches(added: Iterable[Shelf]) -> Iterator[list[tuple[str, Any, dict[str, Any]]]]:
    batch: list[tuple[str, Any, dict[str, Any]]] = []
    for document, held in added:
        about = document.metadata
        metadata = {
            "document_id": document.id,
            "issuer": issuer_key(about.issuer),
            "kind": about.kind,
            "status": about.status,
            "language": about.language,
            "issued": day_number(about.issued),
        }
        for chunk, vector in held:
            batch.append((chunk.id, vector, metadata))
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _where(filters: Filters) -> Any:
    conditions: list[dict[str, Any]] = []
    for name, values in (
        ("issuer", [issuer_key(each) for each in filters.issuer]),
        ("kind", filters.kind),
        ("status", filters.status),
        ("language", filters.language),
        ("document_id", filters.document_ids),
    ):
        if values:
            conditions.append({name: {"$in": list(values)}})
    low, high, dated = filters.day_range()
    if dated or filters.as_of:
        conditions += [{"issued": {"$gte": low}}, {"issued": {"$lte": high}}]
    if dated:
        conditions.append({"issued": {"$ne": NO_DATE}})
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}
