"""The checker: opens what a killed worker left and compares it with what the user was told."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evals.killing.told import (
    COMMON_WORD,
    DIMENSION,
    Change,
    Edition,
    edition,
    embedded,
    id_of,
    opened,
    passage_of,
    source_of,
)
from vectorstore.filters import Filters
from vectorstore.index import Query
from vectorstore.store import Store


@dataclass(slots=True)
class Found:
    """What a check finds: faults in words, how operations in flight ended, and figures."""

    acknowledged_lost: list[str] = field(default_factory=list)
    deleted_seen: list[str] = field(default_factory=list)
    half_documents: list[str] = field(default_factory=list)
    settled: dict[str, Edition | None] = field(default_factory=dict)
    probes_failed: int = 0
    passages_searched: int = 0
    missed_by_chroma: int = 0
    originals_left_over: int = 0
    documents: int = 0
    chunks: int = 0


class Checker:
    """Opens what a killed worker left and compares it with what the user was told."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._home = Path(task["home"])
        self._random = np.random.default_rng(task["seed"])
        self._unsure: list[Change] = [(key, edition(before), edition(after)) for key, before, after in task["unsure"]]
        self._live = {id_of(each): each for each in map(edition, task["held"]) if each}
        self._gone = {name: Edition(*each) for name, each in task["gone"].items()}
        self._found = Found()

    def run(self) -> Found:
        """Every row and every id in both indexes, and searches for the newest documents and some others."""
        with opened(self._home) as store:
            store.open_indexes()
            self._found.probes_failed = sum(each.index is None for each in (store.meaning, store.words))
            self._compare_rows()
            until = time.monotonic() + 300
            while store.meaning.index is None or store.words.index is None:
                self._look_for_gone(store, 1)
                if time.monotonic() > until:
                    raise TimeoutError("an index is not rebuilt")
            store.follow()
            self._compare_indexes(store)
            self._look_for_gone(store, 30)
            self._look_for_live(store, 30)
            self._found.documents, self._found.chunks = store.library.counts()
        return self._found

    def _compare_rows(self) -> None:
        with closing(sqlite3.connect(f"file:{self._home / 'library.db'}?mode=ro", uri=True)) as rows:
            if (state := rows.execute("PRAGMA integrity_check").fetchone()) != ("ok",):
                self._found.half_documents.append(f"library.db: {state}")
            held = {row[0]: row for row in rows.execute("SELECT id, text, chunks, original FROM documents")}
            pieces: dict[str, list[tuple[int, int, int]]] = {}
            for name, *piece in rows.execute(
                "SELECT document_id, start, end, length(data) FROM chunks LEFT JOIN vectors ON key = vector_key"
                " ORDER BY document_id, ordinal"
            ):
                pieces.setdefault(name, []).append((piece[0], piece[1], piece[2] or 0))
            unused = rows.execute("SELECT count(*) FROM vectors WHERE key NOT IN (SELECT vector_key FROM chunks)")
            if (count := unused.fetchone()[0]) != 0:
                self._found.half_documents.append(f"{count} vectors of no document")
        self._found.acknowledged_lost += [f"{each}: no row" for name, each in self._live.items() if name not in held]
        for key, before, after in self._unsure:
            now = [each for each in (before, after) if each is not None and id_of(each) in held]
            if len(now) == 2:
                self._found.half_documents.append(f"{key}: before and after at once")
            elif not now and None not in {before, after}:
                self._found.acknowledged_lost.append(f"{key}: neither before nor after a replacement")
            self._found.settled[key] = now[0] if now else None
            self._live |= {id_of(each): each for each in now}
        for name in held.keys() - self._live.keys():
            (self._found.deleted_seen if name in self._gone else self._found.half_documents).append(
                f"{name}: in the library"
            )
        self._found.half_documents += [f"{name}: chunks of no document" for name in pieces.keys() - held.keys()]
        for name in held.keys() & self._live.keys():
            if flaw := self._flaw(self._live[name], held[name], pieces.get(name, [])):
                self._found.half_documents.append(f"{self._live[name]}: {flaw}")
        named = {row[3] for row in held.values()}
        self._found.originals_left_over = sum(path.name not in named for path in (self._home / "originals").iterdir())

    def _flaw(self, wanted: Edition, row: tuple[str, str, int, str], pieces: list[tuple[int, int, int]]) -> str:
        """Why a document is not whole; empty where it is."""
        _, text, chunks, original = row
        source, path = source_of(wanted), self._home / "originals" / original
        if text != (source.record or {})["text"]:
            return "other text"
        if not path.exists() or path.read_bytes() != source.content:
            return "no original, or another one"
        between = [
            text[a:b] for a, b in zip([0, *(p[1] for p in pieces)], [*(p[0] for p in pieces), None], strict=True)
        ]
        if len(pieces) != chunks or chunks != wanted.passages or "".join(between).strip():
            return "chunks do not cover the text"
        return "" if all(size == 4 * DIMENSION for *_, size in pieces) else "vectors are missing"

    def _compare_indexes(self, store: Store) -> None:
        wanted = {f"{name}-{place}" for name, each in self._live.items() for place in range(each.passages)}
        chroma: Any = store.meaning.index
        for index, ids in (
            ("words", {hit.chunk_id for hit in store.words.search(Query(text=COMMON_WORD), Filters(), 1_000_000)}),
            ("chroma", set(chroma._collection.get(include=[])["ids"])),  # noqa: SLF001 (a search cannot list all)
        ):
            self._found.acknowledged_lost += [f"{chunk}: not in {index}" for chunk in sorted(wanted - ids)]
            self._found.deleted_seen += [f"{chunk}: in {index}" for chunk in sorted(ids - wanted)]

    def _look_for_gone(self, store: Store, most: int) -> None:
        for each in list(self._gone.values())[-most:]:
            text = embedded(each, int(self._random.integers(each.passages)))
            query = Query(text=text, vector=store.embedder.embed([text])[0])
            found = {passage.document.id for passage in store.retriever.search(text).passages}
            for follower in (store.meaning, store.words):
                found |= {hit.chunk_id.rsplit("-", 1)[0] for hit in follower.search(query, Filters(), 50)}
            self._found.deleted_seen += [f"{name}: found" for name in found - self._live.keys()]

    def _look_for_live(self, store: Store, most: int) -> None:
        names = [name for name in store.library.ids() if name in self._live]
        others = self._random.permutation(len(names))[:most]
        for name in {*names[-most:], *(names[int(at)] for at in others)}:
            for place in range(self._live[name].passages):
                found = store.retriever.search(embedded(self._live[name], place), limit=5).passages
                match = next((passage for passage in found if passage.chunk.id == f"{name}-{place}"), None)
                self._found.passages_searched += 1
                if match is None or match.found_by == "meaning" or match.text != passage_of(self._live[name], place):
                    self._found.acknowledged_lost.append(
                        f"{name}-{place}: not found" if match is None else f"{match}: not as it was told"
                    )
                else:
                    self._found.missed_by_chroma += match.found_by == "words"
