"""The store: a data folder with its library, its embedder and its indexes, opened by one process at a time.

store = Store(Path("caveat-data"), SentenceEmbedder())
for outcome in store.ingest(gather(["notices/"])): ...
store.retriever.search("How accurate are the health codes?")
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import filelock

from ingest.chunking import ChunkSize, chunked
from ingest.pipeline import Ingested, Refused, Unchanged, ingest
from ingest.sources import Source
from vectorstore.embedding import Embedder, vector_key
from vectorstore.exact import ExactIndex
from vectorstore.following import Follower
from vectorstore.index import Index
from vectorstore.library import Entry, Library, LibraryError
from vectorstore.retrieval import Retriever, Weights

_CHUNKS_TOGETHER = 512
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a source; for a refused one, `code`, `reason` and `hint` say why and how to mend it."""

    id: str | None
    title: str
    source: str
    status: Literal["added", "unchanged", "replaced", "refused"]
    chunks: int = 0
    code: str = ""
    reason: str = ""
    hint: str = ""
    warnings: tuple[str, ...] = ()


class Store:
    """The library and what follows it. `library_url` and `chroma_url` name servers where several processes share them."""

    def __init__(
        self,
        home: Path,
        embedder: Embedder,
        *,
        library_url: str = "",
        chroma_url: str = "",
        weights: Weights | None = None,
        adopt: bool = False,
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.embedder = embedder
        self._chroma_url = chroma_url
        self._lock = _owned(home)
        self._keeping, self._opening = threading.Lock(), threading.Lock()
        try:
            self.library = Library(library_url or f"sqlite:///{home / 'library.db'}", home / "originals")
        except BaseException:
            self._lock.release()
            raise
        if not adopt:
            self._check_stamp()
        exact = ExactIndex(self.library)
        self.meaning = Follower(
            "chroma",
            home / "indexes",
            self._open_chroma,
            self.library,
            stamp=embedder.stamp,
            stand_in=exact,
            probed=not chroma_url,
        )
        self.words = Follower("words", home / "indexes", _open_words, self.library, stamp="words@1")
        self._weights = weights
        self._opened = False

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ingest(
        self, sources: Iterable[Source], *, size: ChunkSize | None = None, progress: Progress | None = None
    ) -> Iterator[Outcome]:
        """Reads, embeds and keeps sources; an outcome is given once it is on disk.

        `progress` is called with chunks embedded so far and chunks read so far. The indexes are brought up to date when
        the outcomes have been taken.
        """
        waiting: list[Ingested | Outcome] = []
        done = read = 0
        size = size or ChunkSize(window=self.embedder.window)

        def tell(more: int) -> None:
            nonlocal done
            done += more
            if progress:
                progress(done, read)

        together = 0
        for result in ingest(sources, self.embedder.measure, known=self.library.holds, size=size):
            if isinstance(result, Ingested):
                waiting.append(result)
                together += len(result.chunks)
                read += len(result.chunks)
            elif waiting:
                waiting.append(self._outcome(result))
            else:
                yield self._outcome(result)
            if together >= _CHUNKS_TOGETHER:
                yield from self._keep(waiting, tell)
                waiting, together = [], 0
        if waiting:
            yield from self._keep(waiting, tell)
        self.follow()

    def remove(self, document_id: str) -> bool:
        """Takes a document out of the library and the indexes; False where there was none."""
        with self._keeping:
            removed = self.library.remove(document_id)
        if removed:
            self.follow()
        return removed

    def follow(self) -> None:
        """Brings the indexes up to date with the library."""
        self.open_indexes()
        for follower in (self.meaning, self.words):
            follower.follow()

    def rebuild(self) -> None:
        """Throws the indexes away and builds them anew from the library; embeds nothing."""
        self.open_indexes()
        for follower in (self.meaning, self.words):
            follower.rebuild()
            if follower.notice:
                raise LibraryError(follower.notice, "The log says why; see that the disk has room.")

    def embed_again(self) -> int:
        """Cuts and embeds every document anew with this embedder, whose stamp the library then bears; how many passages."""
        embedded = 0
        self.library.state("embedder", f"an unfinished change to {self.embedder.stamp}")
        for document_id in self.library.ids():
            document, content = self.library.document(document_id), self.library.original(document_id)
            if document is not None and content is not None:
                cut = chunked(document, self.embedder.measure, ChunkSize(window=self.embedder.window))
                embedded += len(cut.chunks)
                again = Ingested(document=cut.document, chunks=cut.chunks, texts=cut.texts, content=content)
                list(self._keep([again], lambda _: None))
        self.library.state("embedder", self.embedder.stamp)
        self.follow()
        return embedded

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader must know about the indexes: that one is being rebuilt, or could not be."""
        return tuple(follower.notice for follower in (self.meaning, self.words) if follower.notice)

    @cached_property
    def retriever(self) -> Retriever:
        """The way out: search over indexes that are in step with the library."""
        self.follow()
        return Retriever(self.library, self.embedder, self.meaning, self.words, self._weights)

    def open_indexes(self) -> None:
        """Opens the indexes once; probing and rebuilding them where the last process did not end well."""
        with self._opening:
            if not self._opened:
                self.meaning.open()
                self.words.open()
                self._opened = True

    def close(self) -> None:
        """Closes the indexes and the library and gives the data folder free."""
        if self._opened:
            self.meaning.close()
            self.words.close()
        self.library.close()
        self._lock.release()

    def _outcome(self, result: Unchanged | Refused) -> Outcome:
        source = result.source
        if isinstance(result, Unchanged):
            held = self.library.held(result.document_id)
            title = held.title if held else source.name
            return Outcome(id=result.document_id, title=title, source=source.uri, status="unchanged")
        error = result.error
        return Outcome(
            id=None,
            title=source.name,
            source=source.uri,
            status="refused",
            code=error.code,
            reason=error.message,
            hint=error.hint,
        )

    def _keep(self, waiting: list[Ingested | Outcome], tell: Callable[[int], None]) -> Iterator[Outcome]:
        """Embeds what is new in some documents and keeps them in one transaction; gives outcomes in the order of the sources."""
        read = [each for each in waiting if isinstance(each, Ingested)]
        keyed = [[(vector_key(self.embedder.stamp, text), text) for text in each.texts] for each in read]
        texts = {key: text for pairs in keyed for key, text in pairs}
        with self._keeping:  # what is known, and an original that is there, must not be taken away before it is named
            known = self.library.known_vectors(list(texts))
            fresh = {key: text for key, text in texts.items() if key not in known}
            vectors = list(self.embedder.embed(list(fresh.values()), tell)) if fresh else []
            tell(len(texts) - len(fresh))
            entries = [
                Entry(
                    document=each.document,
                    chunks=each.chunks,
                    vector_keys=tuple(key for key, _ in pairs),
                    content=each.content,
                )
                for each, pairs in zip(read, keyed, strict=True)
            ]
            statuses = iter(self.library.add(entries, dict(zip(fresh, vectors, strict=True))))
        for each in waiting:
            yield each if isinstance(each, Outcome) else _kept(each, next(statuses))

    def _check_stamp(self) -> None:
        held = self.library.fact("embedder")
        if held is None:
            self.library.state("embedder", self.embedder.stamp)
        elif held != self.embedder.stamp:
            self._lock.release()
            raise LibraryError(
                f"The library's vectors come from {held}, and the embedder is {self.embedder.stamp}.",
                "Set CAVEAT_EMBEDDER (and CAVEAT_PRECISION) back, or run `caveat rebuild --embed` to embed the library anew.",
            )

    def _open_chroma(self, folder: Path) -> Index:
        from vectorstore import chroma  # noqa: PLC0415 (a second of import)

        if self._chroma_url:
            return chroma.open_server(self._chroma_url, f"caveat-{self.library.uid}-{folder.name}")
        return chroma.open_folder(folder)


def _kept(ingested: Ingested, status: str) -> Outcome:
    document = ingested.document
    return Outcome(
        id=document.id,
        title=document.title,
        source=document.source,
        status="replaced" if status == "replaced" else "added",
        chunks=len(ingested.chunks),
        warnings=document.warnings,
    )


def _open_words(folder: Path) -> Index:
    from vectorstore.words import WordIndex  # noqa: PLC0415 (only where it is used)

    return WordIndex(folder)


def _owned(home: Path) -> filelock.FileLock:
    lock = filelock.FileLock(home / "owner.lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        owner = (home / "owner").read_text().strip() if (home / "owner").exists() else "another process"
        raise LibraryError(
            f"{home}, a data folder, is in use by process {owner}.",
            "One process owns a data folder: stop the other, ask it over HTTP (`caveat serve`), or set CAVEAT_HOME to another folder.",
        ) from error
    (home / "owner").write_text(str(os.getpid()))
    return lock
