"""The worker: changes a store without end, and says before and after each operation what it does."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from evals.killing.told import (
    COMMON_WORD,
    Edition,
    edition,
    id_of,
    opened,
    source_of,
)
from ingest.chunking import ChunkSize

FAILED = "the worker failed by itself"


class Worker:
    """Changes a store without end and says so, in two threads as a server would: one ingests, the other deletes."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._home = Path(task["home"])
        self._random = np.random.default_rng(task["seed"])
        self._held = {each.key: each for each in map(edition, task["held"]) if each}
        taken = {key for key, *_ in task["unsure"]} | self._held.keys()
        self._removed = [each for each in map(edition, task["gone"].values()) if each and each.key not in taken]
        self._round = int(task["round"])
        self._next = self._round * 100_000
        self._target = int(task["target"])
        self._using, self._saying = threading.Lock(), threading.Lock()

    def prepare(self) -> None:
        """Fills the folder to the wanted number of chunks."""
        self._store = opened(self._home)
        while (missing := self._target - self._chunks()) > 0:
            self._put([self._new(missing) for _ in range(40)])
        self._store.close()

    def work(self) -> None:
        """Works until it is killed, or has lost its parent."""
        parent = os.getppid()
        self._say(state="opening")
        self._store = opened(self._home)
        self._store.open_indexes()
        self._say(state="working")
        threading.Thread(target=to_the_end, args=(self._remove_at_times,)).start()
        while os.getppid() == parent:
            dice = self._random.random()
            if dice < 0.06:
                self._store.rebuild()
            elif dice < 0.14:
                with self._using:
                    self._store.close()
                    self._store = opened(self._home)
            else:
                self._put(self._chosen(60 if dice < 0.3 else 4))

    def _chosen(self, most: int) -> list[Edition]:
        """New editions of documents held, new documents, and some that were removed before, the same to the byte."""
        chosen: dict[str, Edition] = {}
        for _ in range(int(self._random.integers(1, most + 1))):
            dice = self._random.random()
            mine = [key for key in list(self._held) if self._mine(key)]
            if dice < 0.5 and mine:
                fresh = self._new()._replace(key=mine[int(self._random.integers(len(mine)))])
            elif dice < 0.6 and self._removed and self._removed[-1].key not in self._held:
                fresh = self._removed.pop()
            elif self._chunks() < 1.1 * self._target:
                fresh = self._new()
            else:
                continue
            chosen[fresh.key] = fresh
        return list(chosen.values())

    def _new(self, most: int = 20) -> Edition:
        self._next += 1
        return Edition(f"n{self._next}", self._next, int(self._random.integers(1, min(most, 20) + 1)))

    def _chunks(self) -> int:
        return sum(each.passages for each in list(self._held.values()))

    def _mine(self, key: str) -> bool:
        """Whether the ingesting thread may replace a document; the other ones are deleted by the other thread."""
        return (int(key[1:]) + self._round) % 2 == 0

    def _put(self, wanted: list[Edition]) -> None:
        by_source = {source_of(each).uri: each for each in wanted}
        self._say(will=[(each.key, each) for each in wanted])
        for outcome in self._store.ingest((source_of(each) for each in wanted), size=ChunkSize(target=24)):
            if outcome.status not in {"added", "replaced"}:
                raise RuntimeError(f"{outcome.source} is {outcome.status}: {outcome.reason}")
            self._say(did=by_source[outcome.source].key, id=outcome.id)
            self._held[by_source[outcome.source].key] = by_source[outcome.source]

    def _remove_at_times(self) -> None:
        """Deletes and searches until the process is killed."""
        dice = np.random.default_rng(self._next)
        while True:
            time.sleep(dice.uniform(0, 0.3))
            theirs = [key for key in list(self._held) if not self._mine(key)]
            with self._using:
                self._store.retriever.search(COMMON_WORD)
                if theirs and self._chunks() > 0.9 * self._target:
                    gone = self._held.pop(theirs[int(dice.integers(len(theirs)))])
                    self._say(will=[(gone.key, None)])
                    if not self._store.remove(id_of(gone)):
                        raise RuntimeError(f"{gone} was not there to be removed")
                    self._say(did=gone.key)
                    self._removed.append(gone)

    def _say(self, **line: object) -> None:
        with self._saying:
            print(json.dumps(line), flush=True)


def to_the_end(run: Callable[[], None]) -> None:
    """Runs a thread's work; an error ends the process, whatever the other thread does."""
    try:
        run()
    except BaseException:  # noqa: BLE001 (whatever it is, the process must not live on with one thread)
        print(FAILED, file=sys.stderr)
        traceback.print_exc()
        os._exit(9)
