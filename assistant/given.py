"""Sources that are given with a text to be checked: read, cut and embedded in memory, searched, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.chunking import ChunkSize
from ingest.errors import BadInput
from ingest.pipeline import Ingested, Refused, ingest
from ingest.sources import Source
from vectorstore.embedding import Embedder
from vectorstore.filters import Filters
from vectorstore.retrieval import Found, Passage, Weights
from vectorstore.terms import query_terms, terms
from vectorstore.vector_rows import Vector


class GivenSources:
    """The passages of some sources, the n-th of which bears the id `source-n`; a BadInput where one cannot be read."""

    def __init__(self, sources: Sequence[Source], embedder: Embedder) -> None:
        self._embedder = embedder
        self._passages: list[Passage] = []
        self._texts: list[str] = []
        size = ChunkSize(window=embedder.window)
        for number, read in enumerate(ingest(sources, embedder.measure, size=size), start=1):
            if isinstance(read, Refused):
                raise BadInput(f"Source {number} cannot be read: {read.error.message}", read.error.hint) from read.error
            if isinstance(read, Ingested):
                self._add(f"source-{number}", read)
        self._held = [frozenset(terms(text)) for text in self._texts]
        self._vectors: Vector | None = None

    def search(self, text: str, *, limit: int = 10, filters: Filters | None = None) -> Found:  # noqa: ARG002 (none to filter)
        """The passages nearest to a text by meaning and words; all of them where they are no more than `limit`."""
        if len(self._passages) <= limit:
            return Found(passages=tuple(self._passages))
        scores = self._scores(text)
        best = sorted(range(len(scores)), key=lambda n: (-scores[n], n))[:limit]
        return Found(passages=tuple(replace(self._passages[n], score=round(scores[n], 6)) for n in best))

    def _add(self, name: str, read: Ingested) -> None:
        document = replace(read.document, id=name)
        for chunk, text in zip(read.chunks, read.texts, strict=True):
            own = replace(chunk, id=chunk.id.replace(read.document.id, name, 1), document_id=name)
            self._passages.append(Passage(chunk=own, document=document, score=1.0, found_by="both"))
            self._texts.append(text)

    def _scores(self, text: str) -> list[float]:
        """Fused as the library's: the cosine, and the share of the text's terms that a passage holds, rare ones counting more."""
        wanted = {term: 1 / (1 + sum(term in held for held in self._held)) for term in set(query_terms(text))}
        total = sum(wanted.values()) or 1.0
        by_words = [sum(wanted[term] for term in held & wanted.keys()) / total for held in self._held]
        if not self._embedder.understands(text):
            return by_words
        if self._vectors is None:
            self._vectors = self._embedder.embed(self._texts)
        share = Weights().meaning
        cosines = np.maximum(self._vectors @ self._embedder.embed([text])[0], 0.0)
        return [share * float(near) + (1 - share) * held for near, held in zip(cosines, by_words, strict=True)]
