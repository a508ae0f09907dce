"""Running a set: several cases at a time, each result kept as it comes, an interrupted run taken up where it stopped.

A run's folder is named by what it measures (set, library, code, models, settings), so the same command finds its own
unfinished work, and a finished run is not made twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from evals.case import BadSet, Case, check_words, digest
from evals.kept import FORMAT, Json, Kept, RunError, line, load, save, slimmed, unwritable, write
from evals.subject import Subject, Told
from ingest.errors import CaveatError

Progress = Callable[[int, int], None]
_SYNC = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run: the set's name, its cases, how many at once, and where runs are kept."""

    name: str
    cases: tuple[Case, ...]
    runs: Path
    workers: int = 2
    again: bool = False

    def about(self, subject: Subject, fingerprint: Mapping[str, str]) -> Json:
        """The head of the run: what it measures and what will make its results."""
        return {
            "format": FORMAT,
            "set": self.name,
            "cases": len(self.cases),
            "digest": digest(self.cases),
            "subject": subject.name,
            "fingerprint": dict(fingerprint),
        }


def run(plan: Plan, subject: Subject, progress: Progress = lambda _done, _all: None) -> tuple[Path, Kept]:
    """Asks every case that has no result yet; the folder of the run and the run."""
    about = plan.about(subject, subject.fingerprint)
    folder = plan.runs / f"{plan.name}-{hashlib.sha256(line(about).encode()).hexdigest()[:8]}"
    if (folder / "run.json").exists() and not plan.again:
        return folder, load(folder)
    by_name = subject.documents()
    texts = _texts(plan, subject, by_name)
    check_words(plan.cases, {each["name"]: each["text"] for each in texts.values()}, plan.name)
    with _Journal(folder / "part.jsonl", about) as journal:
        _ask_all(plan, subject, by_name, journal, progress)
        if subject.fingerprint != about["fingerprint"]:
            journal.discard()
            raise RunError("The library or the program changed while it ran.", "Run it again: the results are mixed.")
        results = journal.results
        for document_id in _told_of(results.values()) - set(texts):
            texts[document_id] = _document(subject, document_id, by_name)
        kept = Kept(
            about=about,
            cases=plan.cases,
            results=results,
            documents=texts,
            timings=journal.timings,
        )
        save(folder, kept)
        journal.discard()
    return folder, kept


def _ask_all(plan: Plan, subject: Subject, by_name: Mapping[str, str], journal: _Journal, progress: Progress) -> None:
    """Asks what is left, a few at once; on any trouble what is under way is waited for and kept."""
    left = [case for case in plan.cases if case.id not in journal.results]
    progress(len(journal.results), len(plan.cases))
    with ThreadPoolExecutor(plan.workers) as pool:
        waiting: set[Future[tuple[str, Told]]] = set()
        try:
            for case in left:
                waiting.add(pool.submit(_ask, subject, case, by_name))
                if len(waiting) >= 2 * plan.workers:
                    waiting = _taken(waiting, journal)
                    progress(len(journal.results), len(plan.cases))
            while waiting:
                waiting = _taken(waiting, journal)
                progress(len(journal.results), len(plan.cases))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _taken(waiting: set[Future[tuple[str, Told]]], journal: _Journal) -> set[Future[tuple[str, Told]]]:
    """Keeps what is done before it raises what went wrong."""
    done, rest = wait(waiting, return_when=FIRST_COMPLETED)
    for future in sorted(done, key=lambda each: each.exception() is not None):
        case_id, told = future.result()
        journal.keep(case_id, told)
    return rest


def _ask(subject: Subject, case: Case, by_name: Mapping[str, str]) -> tuple[str, Told]:
    """One case; what goes wrong with it alone is its result, what ends the run is raised."""
    try:
        if case.check is not None:
            told = subject.check(case.check)
        elif case.reply is not None:
            told = subject.settle(case.reply, by_name)
        elif case.read is not None:
            told = subject.read(Path(case.read))
        else:
            told = subject.answer(case, by_name)
            told = Told(result={"answer": slimmed(told.result["answer"])}, seconds=told.seconds)
    except RunError:
        raise
    except CaveatError as error:
        return case.id, Told(result={"error": {"code": error.code, "message": str(error)}})
    except Exception as error:  # noqa: BLE001 (a crash on one case is that case's result, not the end of the run)
        return case.id, Told(result={"error": {"code": "crash", "message": f"{type(error).__name__}: {error}"}})
    return case.id, told


def _texts(plan: Plan, subject: Subject, by_name: Mapping[str, str]) -> dict[str, Json]:
    """The documents that cases name, by id."""
    names = {each if isinstance(each, str) else each.document for case in plan.cases for each in case.named()}
    lost = sorted(names - set(by_name))
    if lost and by_name:
        number, case = next(
            (number, case)
            for number, case in enumerate(plan.cases, start=1)
            if lost[0] in {each if isinstance(each, str) else each.document for each in case.named()}
        )
        raise BadSet(
            f"{plan.name}: case {number} ({case.id}) names {lost[0]!r}, which the library does not hold"
            + (f"; so do others name {len(lost) - 1} more." if len(lost) > 1 else "."),
            f"The library holds {len(by_name)} documents, such as {min(by_name)!r}: mend the case, or ingest the document.",
        )
    if lost:
        raise BadSet(f"{plan.name} names {lost[0]!r}, and the library is empty.", "Ingest the set's documents first.")
    return {by_name[name]: _document(subject, by_name[name], by_name) for name in sorted(names)}


def _document(subject: Subject, document_id: str, by_name: Mapping[str, str]) -> Json:
    name = next((name for name, each in by_name.items() if each == document_id), document_id)
    return {"name": name, **subject.document(document_id)}


def _told_of(results: Iterable[Json]) -> set[str]:
    """The ids of all documents that answers cite or were drawn from."""
    found = set()
    for result in results:
        answer = result.get("answer") or {}
        for passage in answer.get("passages", ()):
            found |= {passage["document_id"], *passage["copies"]}
        for claim in answer.get("claims", ()):
            cited = [*claim["citations"], *(each for doubt in claim["doubts"] for each in doubt["evidence"])]
            found |= {each["document_id"] for each in cited}
    return found


class _Journal:
    """Results as they come, a line each, after a line that says what the run measures; a torn last line is asked again."""

    def __init__(self, path: Path, about: Json) -> None:
        self._path = path
        self.results: dict[str, Json] = {}
        self.timings: dict[str, Json] = {}
        self._synced = time.monotonic()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            head = line(about)
            lines, torn = _sound_lines(path, head)
            if torn:
                write(path, "".join(f"{each}\n" for each in (head, *lines)))
            self._file = path.open("a", encoding="utf-8", errors="surrogatepass", newline="\n")
        except OSError as error:
            raise unwritable(path, error) from error
        for each in lines:
            self._note(json.loads(each))

    def __enter__(self) -> _Journal:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._file.close()
        except OSError as error:
            raise unwritable(self._path, error) from error

    def keep(self, case_id: str, told: Told) -> None:
        """Puts a result on disk."""
        seconds = {name: round(value, 6) for name, value in sorted(told.seconds.items())}
        record = {"id": case_id, "result": told.result, "seconds": seconds}
        self._write(record)
        self._note(record)

    def discard(self) -> None:
        """The run stands in its own files now, or must not be gone on with."""
        self._path.unlink(missing_ok=True)

    def _note(self, record: Json) -> None:
        self.results[record["id"]] = record["result"]
        self.timings[record["id"]] = {"seconds": record["seconds"]}

    def _write(self, record: Json) -> None:
        try:
            self._file.write(line(record) + "\n")
            self._file.flush()
            if time.monotonic() - self._synced > _SYNC:
                os.fdatasync(self._file.fileno())
                self._synced = time.monotonic()
        except OSError as error:
            raise unwritable(self._path, error) from error


def _sound_lines(path: Path, head: str) -> tuple[list[str], bool]:
    """The result lines of an earlier try of the same run, and whether the file must be written anew to hold just these."""
    if not path.exists():
        return [], True
    lines = [_decoded(each) for each in path.read_bytes().split(b"\n")]
    if lines[0] != head:
        return [], True
    whole = [each for each in lines[1:-1] if _is_result(each)]
    return whole, len(whole) != len(lines) - 2 or lines[-1] != ""


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return "torn"


def _is_result(text: str) -> bool:
    try:
        record = json.loads(text)
        return isinstance(record["id"], str) and bool(record["result"]) and isinstance(record["seconds"], dict)
    except (ValueError, KeyError, TypeError):
        return False
