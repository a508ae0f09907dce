"""The kill loop: what the user was told is stored, is stored, and what was deleted is gone, after any SIGKILL.

    python -m evals.kill --kills 100 --chunks 5000 --seed 1

A worker ingests, replaces, deletes, rebuilds and reopens, and writes a line before each operation and one after the store
has acknowledged it. It is killed at a random moment: at work, in an operation, while it opens, or just as Chroma writes its files;
now and then the next worker opens what was left and is killed too. Then a checker, in a process of its own so that a crash takes
nothing else with it, opens the folder and compares the library's rows, both indexes and the retriever's passages with
what the worker was told. What was begun and not acknowledged may be wholly done or wholly not done.

The exit code is 1 unless nothing acknowledged was lost, nothing deleted was seen, no document was half there, and no
restart needed a hand. Figures that follow for information: probes that failed (the index was then rebuilt), originals on
disk that no document names, and live passages that Chroma holds and does not find by their own vector.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ingest.chunking import ChunkSize
from ingest.document import document_id
from ingest.sources import Source, from_record
from vectorstore.embedding import HashingEmbedder
from vectorstore.filters import Filters
from vectorstore.index import Query
from vectorstore.store import Store

ROOT = Path(__file__).resolve().parents[1]
DIMENSION = 384
COMMON_WORD = "ledger"
_FAILED = "the worker failed by itself"
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_AIMS = {"work": 0.35, "opening": 0.15, "index files": 0.25, "an operation": 0.25}


class Edition(NamedTuple):
    """One text of a document: its key (a later edition of a key replaces it), a number, and how many passages it has."""

    key: str
    number: int
    passages: int


Change = tuple[str, Edition | None, Edition | None]
"""A key with its edition before and after an operation; None where there is none."""


def edition(held: Sequence[Any] | None) -> Edition | None:
    """An edition out of JSON."""
    return Edition(*held) if held else None


@lru_cache(maxsize=50_000)
def source_of(given: Edition) -> Source:
    """The source of an edition: each passage a sentence of rare words; every second one stands in all its editions."""
    lines = []
    for place in range(given.passages):
        number = 0 if place % 2 else given.number
        letters = hashlib.sha256(f"{given.key}/{number}/{place}".encode()).hexdigest().translate(_LETTERS)
        words = " ".join(letters[at : at + 10] for at in range(0, 60, 10))
        lines.append(f"{COMMON_WORD.title()} entry {place} of {given.key} names {words}.")
    return from_record({"_id": given.key, "title": f"Notice {given.key}", "text": "\n\n".join(lines)}, "kill:")


@lru_cache(maxsize=50_000)
def id_of(given: Edition) -> str:
    """The id that the library gives an edition."""
    return document_id(source_of(given).content, source_of(given).uri)


def passage_of(given: Edition, place: int) -> str:
    """One passage of an edition."""
    return str((source_of(given).record or {})["text"]).split("\n\n")[place]


@dataclass(slots=True)
class Told:
    """What the user was told: the editions held, those that are gone, and the operations whose end is not known."""

    held: dict[str, Edition] = field(default_factory=dict)
    gone: dict[str, Edition] = field(default_factory=dict)
    unsure: dict[str, Change] = field(default_factory=dict)
    acknowledged: int = 0

    def hear(self, line: dict[str, Any]) -> None:
        """Takes in a line of a worker: an intention or an acknowledgement."""
        for key, after in line.get("will", ()):
            self.unsure[key] = (key, self.held.get(key), edition(after))
        if "did" in line:
            _, _, after = self.unsure[line["did"]]
            if after is not None and line["id"] != id_of(after):
                raise RuntimeError(f"acknowledged as {line['id']}: {after}")
            self.settle(line["did"], after)
            self.acknowledged += 1

    def settle(self, key: str, now: Edition | None) -> None:
        """Ends an operation with what is held now; what was held before is gone."""
        _, *both = self.unsure.pop(key)
        self.gone |= {id_of(each): each for each in both if each is not None and each != now}
        self.held.pop(key, None)
        if now is not None:
            self.held[key] = now
            self.gone.pop(id_of(now), None)

    def task(self, home: Path, seed: int, **more: object) -> dict[str, object]:
        """All that a worker or a checker must know."""
        unsure, sure = list(self.unsure.values()), [e for e in self.held.values() if e.key not in self.unsure]
        return {"home": str(home), "seed": seed, "held": sure, "unsure": unsure, "gone": self.gone, **more}


@dataclass(slots=True)
class Figures:
    """What the kills did."""

    kills: int = 0
    kills_by_aim: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_AIMS, 0))
    acknowledged: int = 0
    in_flight: int = 0
    in_flight_done: int = 0
    acknowledged_lost: int = 0
    deleted_seen: int = 0
    half_documents: int = 0
    restarts_needing_a_hand: int = 0
    probes_failed: int = 0
    passages_searched: int = 0
    missed_by_chroma: int = 0
    originals_left_over: int = 0
    documents: int = 0
    chunks: int = 0
    slowest_restart_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def faults(self) -> int:
        """How often law 2 was broken."""
        return self.acknowledged_lost + self.deleted_seen + self.half_documents + self.restarts_needing_a_hand


class Loop:
    """Kills and checks in turn over one data folder."""

    def __init__(self, folder: Path, *, chunks: int, seed: int) -> None:
        self.home = folder / "data"
        self.figures = Figures()
        self._said, self._complaints = folder / "said.jsonl", folder / "complaints.txt"
        self._told = Told()
        self._random = np.random.default_rng(seed)
        self._target = chunks
        self._round = 0

    def run(self, kills: int) -> Figures:
        """Prepares the folder, then kills and checks."""
        began = time.monotonic()
        self._begin("prepare")
        while self._worker.poll() is None:
            time.sleep(0.1)
        self._ended(expected=0)
        self._check()
        while self.figures.kills < kills:
            self._kill(str(self._random.choice(list(_AIMS), p=list(_AIMS.values()))))
            if self._random.random() < 0.25 and self.figures.kills < kills:
                self._kill("opening")
            self._check()
            faults = f"{self.figures.faults} faults, {self.figures.probes_failed} failed probes"
            print(f"{self.figures.kills} kills, {self._told.acknowledged} acknowledged: {faults}", file=sys.stderr)
        self.figures.acknowledged = self._told.acknowledged
        self.figures.seconds = round(time.monotonic() - began, 1)
        return self.figures

    def _kill(self, aim: str) -> None:
        self._begin("work")
        self._wait_for("opening" if aim == "opening" else "working")
        if aim == "index files":
            before, until = self._index_files(), time.monotonic() + 4
            while self._worker.poll() is None and time.monotonic() < until and before == self._index_files():
                time.sleep(0.0005)
            time.sleep(self._random.uniform(0, 0.03))
        elif aim == "an operation":
            time.sleep(self._random.uniform(0.05, 1.5))
            said = self._said.stat().st_size
            while self._worker.poll() is None and b'{"will"' not in self._said.read_bytes()[said:]:
                time.sleep(0.0005)
            time.sleep(self._random.uniform(0, 0.05))
        else:
            time.sleep(self._random.uniform(0.05, 2.5 if aim == "opening" else 3))
        self._worker.send_signal(signal.SIGKILL)
        self._worker.wait()
        self._ended(expected=-signal.SIGKILL)
        self.figures.kills += 1
        self.figures.kills_by_aim[aim] += 1

    def _begin(self, role: str) -> None:
        self._round += 1
        task = self._told.task(self.home, int(self._random.integers(1 << 30)), round=self._round, target=self._target)
        with self._said.open("wb") as said, self._complaints.open("wb") as complaints:
            self._worker = subprocess.Popen(
                _command(role), stdin=subprocess.PIPE, stdout=said, stderr=complaints, cwd=ROOT
            )
        with self._worker.stdin as given:  # type: ignore[union-attr]
            given.write(json.dumps(task).encode())

    def _wait_for(self, state: str) -> None:
        while self._worker.poll() is None and f'"{state}"'.encode() not in self._said.read_bytes():
            time.sleep(0.002)

    def _index_files(self) -> dict[str, int]:
        found = {}
        for path in (self.home / "indexes").glob("chroma-*/*/*.bin"):
            try:
                found[str(path)] = path.stat().st_mtime_ns
            except FileNotFoundError:
                continue
        return found

    def _ended(self, *, expected: int) -> None:
        for line in self._said.read_bytes().split(b"\n")[:-1]:
            self._told.hear(json.loads(line))
        complaints = self._complaints.read_text()
        self.figures.probes_failed += complaints.count("did not survive")
        if self._worker.returncode != expected or _FAILED in complaints:
            self._by_hand(f"the worker ended with {self._worker.returncode}", complaints)

    def _check(self) -> None:
        figures = self.figures
        task = self._told.task(self.home, int(self._random.integers(1 << 30)))
        began = time.monotonic()
        asked = json.dumps(task).encode()
        try:
            done = subprocess.run(
                _command("check"), input=asked, capture_output=True, cwd=ROOT, check=False, timeout=600
            )
        except subprocess.TimeoutExpired:
            self._by_hand("the checker did not end", "")
            return
        if done.returncode != 0:
            self._by_hand(f"the checker ended with {done.returncode}", done.stderr.decode())
            return
        figures.slowest_restart_seconds = max(figures.slowest_restart_seconds, round(time.monotonic() - began, 1))
        found = Found(**json.loads(done.stdout))
        for name in ("acknowledged_lost", "deleted_seen", "half_documents"):
            setattr(figures, name, getattr(figures, name) + len(getattr(found, name)))
            for each in getattr(found, name)[:20]:
                print(f"{name}: {each}", file=sys.stderr)
        figures.probes_failed += found.probes_failed
        figures.passages_searched += found.passages_searched
        figures.missed_by_chroma += found.missed_by_chroma
        figures.originals_left_over = found.originals_left_over
        figures.documents, figures.chunks = found.documents, found.chunks
        figures.in_flight += len(self._told.unsure)
        for key, now in found.settled.items():
            figures.in_flight_done += edition(now) == self._told.unsure[key][2]
            self._told.settle(key, edition(now))

    def _by_hand(self, what: str, complaint: str) -> None:
        """Counts, and does what a person would do: puts the indexes aside, so that they are built anew."""
        self.figures.restarts_needing_a_hand += 1
        print(f"restart needing a hand: {what}\n{complaint[-4000:]}", file=sys.stderr)
        (self.home / "indexes").rename(self.home.parent / f"indexes-{self.figures.restarts_needing_a_hand}")


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
        self._store = _opened(self._home)
        while (missing := self._target - self._chunks()) > 0:
            self._put([self._new(missing) for _ in range(40)])
        self._store.close()

    def work(self) -> None:
        """Works until it is killed, or has lost its parent."""
        parent = os.getppid()
        self._say(state="opening")
        self._store = _opened(self._home)
        self._store.open_indexes()
        self._say(state="working")
        threading.Thread(target=_to_the_end, args=(self._remove_at_times,)).start()
        while os.getppid() == parent:
            dice = self._random.random()
            if dice < 0.06:
                self._store.rebuild()
            elif dice < 0.14:
                with self._using:
                    self._store.close()
                    self._store = _opened(self._home)
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
        with _opened(self._home) as store:
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
            text = _embedded(each, int(self._random.integers(each.passages)))
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
                found = store.retriever.search(_embedded(self._live[name], place), limit=5).passages
                match = next((passage for passage in found if passage.chunk.id == f"{name}-{place}"), None)
                self._found.passages_searched += 1
                if match is None or match.found_by == "meaning" or match.text != passage_of(self._live[name], place):
                    self._found.acknowledged_lost.append(
                        f"{name}-{place}: not found" if match is None else f"{match}: not as it was told"
                    )
                else:
                    self._found.missed_by_chroma += match.found_by == "words"


def _embedded(given: Edition, place: int) -> str:
    """What the embedder was given for a passage, so that its vector is found as it is."""
    return f"{source_of(given).name}\n{passage_of(given, place)}"


def _opened(home: Path) -> Store:
    return Store(home, HashingEmbedder(DIMENSION))


def _to_the_end(run: Callable[[], None]) -> None:
    """Runs a thread's work; an error ends the process, whatever the other thread does."""
    try:
        run()
    except BaseException:  # noqa: BLE001 (whatever it is, the process must not live on with one thread)
        print(_FAILED, file=sys.stderr)
        traceback.print_exc()
        os._exit(9)


def _command(role: str) -> list[str]:
    return [sys.executable, "-m", "evals.kill", "--role", role]


def _play(role: str) -> None:
    """The part of a child; its task comes as JSON on standard input."""
    task = json.load(sys.stdin)
    if role == "check":
        print(json.dumps(asdict(Checker(task).run())))
    else:
        worker = Worker(task)
        _to_the_end(worker.prepare if role == "prepare" else worker.work)
        os._exit(0)


def main() -> None:
    """Prints the figures as one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--chunks", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--role", choices=("prepare", "work", "check"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        _play(given.role)
        return
    with tempfile.TemporaryDirectory(prefix="caveat-kill-") as folder:
        figures = Loop(Path(folder), chunks=given.chunks, seed=given.seed).run(given.kills)
    print(json.dumps(asdict(figures)))
    sys.exit(1 if figures.faults else 0)


if __name__ == "__main__":
    main()
