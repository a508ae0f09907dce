"""Retrieval: meaning and words, filtered inside both searches, fused, re-read from the library, near-copies folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from ingest.dates import periods
from ingest.document import Chunk, Document
from vectorstore.embedding import Embedder
from vectorstore.exact import ExactIndex, nearest
from vectorstore.filters import Filters
from vectorstore.following import Follower
from vectorstore.index import Hit, Query
from vectorstore.library import Library
from vectorstore.terms import terms
from vectorstore.vector_rows import Vector

FoundBy = Literal["meaning", "words", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chunk that was found, in its document; `copies` are the ids of documents that hold nearly the same words."""

    chunk: Chunk
    document: Document
    score: float
    found_by: FoundBy
    copies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The passage's own characters."""
        return self.document.quote(self.chunk.span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How scores are fused: `meaning` against `1 - meaning` for words; a part is what a search adds to each list.

    Words count as BM25 over the best BM25 of the query, meaning as the cosine. Chosen on one half of the development
    questions and reported on the other, see docs/quality.md. `time` is added for a document about the month or year that the
    question names: its title or its date says so.
    """

    meaning: float = 0.75
    depth: int = 100
    narrow: int = 4000
    near_copy: float = 0.7
    time: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The passages of a search, best first, and what a reader must know about how they were found.

    `timely` are the documents about the month or year that the question names.
    """

    passages: tuple[Passage, ...]
    notices: tuple[str, ...] = ()
    timely: frozenset[str] = frozenset()
    vector: Vector | None = field(default=None, compare=False)


class Retriever:
    """Finds passages for a question; the one door out of the vector store."""

    def __init__(
        self, library: Library, embedder: Embedder, meaning: Follower, words: Follower, weights: Weights | None = None
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._meaning = meaning
        self._words = words
        self._weights = weights or Weights()
        self._exact = ExactIndex(library)

    def search(self, text: str, *, limit: int = 10, filters: Filters | None = None) -> Found:
        """The best passages for a text; at most `limit`, near-copies folded into the one that scores best."""
        filters = filters or Filters()
        vector = self._embedder.embed([text])[0] if self._embedder.understands(text) else None
        query = Query(text=text, vector=vector)
        depth = max(self._weights.depth, 3 * limit)
        by_meaning = self._by_meaning(query, filters, depth)
        by_words = self._words.search(query, filters, depth)
        timely = self._timely(text, filters)
        if timely:
            narrowed = replace(filters, document_ids=timely)
            by_meaning = _merged(by_meaning, self._by_meaning(query, narrowed, limit))
            by_words = _merged(by_words, self._words.search(query, narrowed, limit))
        ranked = self._fused(query, by_meaning, by_words, frozenset(timely))
        notices = tuple(notice for notice in (self._meaning.notice, self._words.notice) if notice)
        if vector is None:
            notices += ("The embedder does not know this language: passages were found by their words alone.",)
        kept = _without_copies(self._passages(ranked, filters, limit + 2), limit, self._weights.near_copy)
        return Found(passages=kept, notices=notices, vector=vector, timely=frozenset(timely))

    def _by_meaning(self, query: Query, filters: Filters, depth: int) -> list[Hit]:
        """Chroma; or exact search where the library is small or the filters leave little.

        An approximate index can miss all that a narrow filter admits, and is not built alike twice: a small library answers
        alike on every machine.
        """
        if query.vector is None:
            return []
        if self._library.counts()[1] <= self._weights.narrow:
            return self._exact.search(query, filters, depth)
        if filters and self._library.counts(filters)[1] <= self._weights.narrow:
            return nearest(*self._library.every_vector(filters), query.vector, depth)
        return self._meaning.search(query, filters, depth)

    def _passages(self, ranked: list[tuple[str, float, FoundBy]], filters: Filters, at_once: int) -> Iterator[Passage]:
        """What is live among ranked chunks, read from the library a few at a time, as they are asked for."""
        for start in range(0, len(ranked), at_once):
            part = ranked[start : start + at_once]
            live = self._library.passages([chunk_id for chunk_id, _, _ in part])
            for chunk_id, score, found_by in part:
                if chunk_id in live and filters.admits(live[chunk_id][1].id, live[chunk_id][1].metadata):
                    chunk, document = live[chunk_id]
                    yield Passage(chunk=chunk, document=document, score=round(score, 6), found_by=found_by)

    def _timely(self, text: str, filters: Filters) -> tuple[str, ...]:
        """The documents about the months or years that a question names, so far as the filters admit them."""
        named = tuple(document_id for first, last in periods(text) for document_id in self._library.about(first, last))
        return (
            tuple(document_id for document_id in named if document_id in filters.document_ids)
            if filters.document_ids
            else named
        )

    def _fused(
        self, query: Query, by_meaning: list[Hit], by_words: list[Hit], timely: frozenset[str]
    ) -> list[tuple[str, float, FoundBy]]:
        """Chunk ids with fused scores, best first; a chunk found by words alone gets its true cosine."""
        cosine = {hit.chunk_id: hit.score for hit in by_meaning}
        best = max((hit.score for hit in by_words), default=0.0)
        bm25 = {hit.chunk_id: hit.score / best for hit in by_words} if best > 0 else {}
        seen = set(cosine)
        if query.vector is not None:
            missing = [chunk_id for chunk_id in bm25 if chunk_id not in cosine]
            cosine |= {
                chunk_id: float(row @ query.vector) for chunk_id, row in self._library.vectors_of(missing).items()
            }
        share = self._weights.meaning if query.vector is not None else 0.0
        fused: list[tuple[str, float, FoundBy]] = []
        for chunk_id in {**cosine, **bm25}:
            score = share * max(cosine.get(chunk_id, 0.0), 0.0) + (1 - share) * bm25.get(chunk_id, 0.0)
            score += self._weights.time if chunk_id.rpartition("-")[0] in timely else 0.0
            found_by: FoundBy = (
                "both" if chunk_id in seen and chunk_id in bm25 else "meaning" if chunk_id in seen else "words"
            )
            fused.append((chunk_id, score, found_by))
        return sorted(fused, key=lambda row: (-row[1], row[0]))


def _merged(hits: list[Hit], more: list[Hit]) -> list[Hit]:
    seen = {hit.chunk_id for hit in hits}
    return [*hits, *(hit for hit in more if hit.chunk_id not in seen)]


def _without_copies(passages: Iterable[Passage], limit: int, near: float) -> tuple[Passage, ...]:
    """Folds a passage into a better one that holds nearly the same words and no other numbers."""
    kept: list[tuple[Passage, _Print]] = []
    for passage in passages:
        own = _print(passage.text)
        same = next((n for n, (_, held) in enumerate(kept) if own.copies(held, near)), None)
        if same is None and len(kept) == limit:
            break
        if same is None:
            kept.append((passage, own))
        elif passage.document.id not in ((other := kept[same][0]).document.id, *other.copies):
            kept[same] = (replace(other, copies=(*other.copies, passage.document.id)), kept[same][1])
    return tuple(passage for passage, _ in kept)


@dataclass(frozen=True, slots=True)
class _Print:
    """What near-copies share: runs of four terms, and numbers."""

    runs: frozenset[tuple[str, ...]]
    numbers: frozenset[str]

    def copies(self, other: _Print, near: float) -> bool:
        """Whether two are of like length, share most runs, and neither has a number that the longer lacks."""
        short, long = sorted((self, other), key=lambda each: len(each.runs))
        alike = 2 * len(short.runs) >= len(long.runs) and short.numbers <= long.numbers
        return alike and len(short.runs & long.runs) >= near * len(short.runs)


def _print(text: str) -> _Print:
    found = terms(text)
    runs = frozenset(tuple(found[i : i + 4]) for i in range(max(1, len(found) - 3)))
    return _Print(runs, frozenset(term for term in found if term[0].isdigit()))
