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
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from evals.killing.checker import Checker, Found
from evals.killing.told import Told, edition
from evals.killing.worker import FAILED, Worker, to_the_end

ROOT = Path(__file__).resolve().parents[1]
_AIMS = {"work": 0.35, "opening": 0.15, "index files": 0.25, "an operation": 0.25}


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
        if self._worker.returncode != expected or FAILED in complaints:
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


def _command(role: str) -> list[str]:
    return [sys.executable, "-m", "evals.kill", "--role", role]


def _play(role: str) -> None:
    """The part of a child; its task comes as JSON on standard input."""
    task = json.load(sys.stdin)
    if role == "check":
        print(json.dumps(asdict(Checker(task).run())))
    else:
        worker = Worker(task)
        to_the_end(worker.prepare if role == "prepare" else worker.work)
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
