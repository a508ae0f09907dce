"""Keeps an index in step with the library: follows the change log, probes after an unclean stop, rebuilds and swaps.

An index lives in generation folders, `chroma-3`, beside a pointer file, `chroma.json`, which names the generation in use,
how far it has followed the log, the embedder's stamp, and whether it was left clean. Before the first write the pointer is
marked unclean; a process that dies leaves it so. The next one then tries the index in a child process (a spoiled one can
kill its process), and where it fails, exact search or nothing stands in while a new generation is built beside the old
one; then the pointer is swapped. Nothing is embedded for that: the vectors are in the library.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from vectorstore.filters import Filters
from vectorstore.index import Hit, Index, Query
from vectorstore.library import Library

Opener = Callable[[Path], Index]
_log = logging.getLogger("caveat.following")
_PROBE_SECONDS = 120
_PROBED = 40
_PROBE_DEPTH = 50
_SAMPLE_DOCUMENTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Which generation answers, the last change it holds, whose vectors it holds, and whether it was left clean."""

    generation: int
    cursor: int
    stamp: str
    clean: bool


class Follower:
    """An index that follows the library; one on a server outlives this process and is not `probed`.

    `notice` says in words for the reader when something else answers in its place.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        opener: Opener,
        library: Library,
        *,
        stamp: str,
        stand_in: Index | None = None,
        probed: bool = True,
    ) -> None:
        self.name = name
        self.notice = ""
        self._folder = folder
        self._opener = opener
        self._library = library
        self._stamp = stamp
        self._stand_in = stand_in
        self._probed = probed
        self._changing = threading.RLock()
        self._rebuilding: threading.Thread | None = None
        self._index: Index | None = None
        self._pointer = Pointer(generation=0, cursor=0, stamp=stamp, clean=True)
        folder.mkdir(parents=True, exist_ok=True)

    def open(self) -> None:
        """Opens the index that the pointer names, or begins a new one; an unclean one is probed first."""
        held = self._read_pointer()
        if held is None or held.stamp != self._stamp or not self._path(held.generation).is_dir():
            self._begin(held.generation + 1 if held else 1)
        elif held.clean or not self._probed or self._passes_probe(held):
            self._pointer = held
            self._index = self._opener(self._path(held.generation))
        else:
            _log.warning("index %s did not survive the last stop and is rebuilt", self.name)
            self._pointer = replace(held, cursor=0)
            self.rebuild(wait=False)
        self._clear_old()

    def follow(self) -> None:
        """Brings the index up to the newest change."""
        with self._changing:
            if self._index is not None:
                try:
                    self._pointer = self._followed(self._index, self._pointer)
                except Exception:  # noqa: BLE001 (tantivy and Chroma each fail in their own ways; the library is the truth)
                    _log.exception("index %s cannot be written and is rebuilt", self.name)
                    self._index = None
                    self.rebuild(wait=False)

    def search(self, query: Query, filters: Filters, limit: int) -> list[Hit]:
        """What the index finds; while it is being rebuilt, what the stand-in finds."""
        index = self._index or self._stand_in
        return index.search(query, filters, limit) if index else []

    @property
    def index(self) -> Index | None:
        """The index itself, or None while a new one is built."""
        return self._index

    def describe(self) -> str:
        """In words: the generation in use, whether it is in step with the library, and what is wrong with it."""
        if self._index is None:
            return self.notice
        behind = self._library.last_change() - self._pointer.cursor
        step = f"{behind} changes behind" if behind else "in step with the library"
        return " ".join(part for part in (f"generation {self._pointer.generation}, {step}", self.notice) if part)

    def rebuild(self, *, wait: bool = True) -> None:
        """Builds a new generation from the library, then swaps the pointer to it."""
        if self._rebuilding is None or not self._rebuilding.is_alive():
            self.notice = f"The {self.name} index is being rebuilt; until then this search runs without it."
            self._rebuilding = threading.Thread(target=self._rebuild, name=f"rebuild-{self.name}")
            self._rebuilding.start()
        if wait:
            self._rebuilding.join()

    def close(self) -> None:
        """Waits for a rebuild, closes the index and marks it clean."""
        if self._rebuilding is not None:
            self._rebuilding.join()
        with self._changing:
            if self._index is not None:
                self._index.close()
                self._index = None
                if not self._pointer.clean:
                    self._write_pointer(replace(self._pointer, clean=True))

    def _begin(self, generation: int) -> None:
        path = self._path(generation)
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        self._index = self._opener(path)
        self._pointer = Pointer(generation=generation, cursor=0, stamp=self._stamp, clean=True)
        self._write_pointer(self._pointer)

    def _followed(self, index: Index, pointer: Pointer, *, keep: bool = True) -> Pointer:
        """Applies the log after the pointer's cursor; repeating a part of it does no harm."""
        while changes := self._library.changes_after(pointer.cursor):
            if keep and pointer.clean:
                pointer = replace(pointer, clean=False)
                self._write_pointer(pointer)
            named = list(dict.fromkeys(change.document_id for change in changes))
            live = self._library.live(named)
            gone = [document_id for document_id in named if document_id not in live]
            index.apply(gone, self._library.chunks_of([document_id for document_id in named if document_id in live]))
            pointer = replace(pointer, cursor=changes[-1].seq)
            if keep:
                self._write_pointer(pointer)
        return pointer

    def _rebuild(self) -> None:
        try:
            self._build_anew()
        except Exception:  # noqa: BLE001 (tantivy and Chroma each fail in their own ways; the library is the truth)
            _log.exception("index %s cannot be rebuilt", self.name)
            self.notice = (
                f"The {self.name} index could not be rebuilt; until `caveat rebuild` does it, searches run without it."
            )

    def _build_anew(self) -> None:
        generation = max([self._pointer.generation, *self._generations()]) + 1
        path = self._path(generation)
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        fresh = self._opener(path)
        pointer = Pointer(generation=generation, cursor=0, stamp=self._stamp, clean=False)
        pointer = self._followed(fresh, pointer, keep=False)
        with self._changing:
            pointer = self._followed(fresh, pointer, keep=False)
            old, self._index, self._pointer = self._index, fresh, pointer
            self._write_pointer(pointer)
            self.notice = ""
            if old is not None:
                old.close()
            self._clear_old()

    def _passes_probe(self, pointer: Pointer) -> bool:
        """Whether a child process opens the index and finds known chunks in it."""
        held = self._library.page(limit=_SAMPLE_DOCUMENTS)
        samples = [
            {"chunk_id": chunk.id, "text": document.quote(chunk.span), "vector": vector.tolist()}
            for document, chunks in self._library.chunks_of([each.id for each in held])
            for chunk, vector in chunks[:: max(1, len(chunks) // 3)]
        ][:_PROBED]
        task = {"name": self.name, "path": str(self._path(pointer.generation)), "samples": samples}
        newest_indexed = pointer.cursor >= self._library.last_change()
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "vectorstore.following"],
                input=json.dumps(task).encode(),
                capture_output=True,
                timeout=_PROBE_SECONDS,
                check=False,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            return False
        if done.returncode != 0:
            return False
        found = json.loads(done.stdout or b"0")
        return not newest_indexed or found >= 0.95 * len(samples)

    def _path(self, generation: int) -> Path:
        return self._folder / f"{self.name}-{generation}"

    def _generations(self) -> list[int]:
        return [int(path.name.rsplit("-", 1)[1]) for path in self._folder.glob(f"{self.name}-*") if path.is_dir()]

    def _clear_old(self) -> None:
        for generation in self._generations():
            if generation != self._pointer.generation and (
                self._rebuilding is None or generation < self._pointer.generation
            ):
                shutil.rmtree(self._path(generation), ignore_errors=True)

    def _read_pointer(self) -> Pointer | None:
        try:
            return Pointer(**json.loads((self._folder / f"{self.name}.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def _write_pointer(self, pointer: Pointer) -> None:
        self._pointer = pointer if pointer.generation == self._pointer.generation else self._pointer
        target = self._folder / f"{self.name}.json"
        temporary = target.with_suffix(".tmp")
        with temporary.open("w") as file:
            json.dump(asdict(pointer), file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)


def probe(index: Index, samples: list[dict[str, object]]) -> int:
    """How many of some known chunks an index finds by their own words and vector."""
    found = 0
    for sample in samples:
        query = Query(text=str(sample["text"]), vector=np.asarray(sample["vector"], dtype=np.float32))
        found += any(hit.chunk_id == sample["chunk_id"] for hit in index.search(query, Filters(), _PROBE_DEPTH))
    return found


def _main() -> None:
    task = json.load(sys.stdin)
    if task["name"] == "chroma":
        from vectorstore.chroma import open_folder  # noqa: PLC0415 (only the probed one is loaded)

        index: Index = open_folder(Path(task["path"]))
    else:
        from vectorstore.words import WordIndex  # noqa: PLC0415

        index = WordIndex(Path(task["path"]))
    sys.stdout.write(json.dumps(probe(index, task["samples"])))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    _main()
