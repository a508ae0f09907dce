"""A run as it is kept: a folder that holds all that is needed to measure, compare and show it again.

    run.json         what was run, on what: the set, its digest, the fingerprint of library, code, prompts, models, settings
    cases.jsonl      the cases
    results.jsonl    what the program said, one line a case, in the order of the cases
    documents.jsonl  the texts of the documents that results and cases name, each once
    timings.jsonl    how long each case took, by step, in seconds: the only file that differs from run to run
    figures.json     the figures and the gates as they were last measured, for the page

An answer is kept whole; only the words and metadata of its passages are left out, since `documents.jsonl` holds them.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.case import Case, digest, read_set
from ingest.errors import CaveatError

Json = dict[str, Any]
FORMAT = 1
_PASSAGE = ("document_id", "chunk_id", "start", "end", "score", "found_by", "copies")


class RunError(CaveatError):
    """A run that cannot go on, or cannot be read; what was measured is kept."""

    code = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A finished run. `results` by case id: {"answer": ...}, {"check": ...}, {"read": ...} or {"error": {code, message}}."""

    about: Json
    cases: tuple[Case, ...]
    results: Mapping[str, Json]
    documents: Mapping[str, Json]
    timings: Mapping[str, Json] = field(default_factory=dict)

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """What made the results."""
        return dict(self.about["fingerprint"])

    def only(self, keep: Iterable[str]) -> Kept:
        """The same run with some of its cases."""
        ids = set(keep)
        return Kept(
            about=self.about,
            cases=tuple(case for case in self.cases if case.id in ids),
            results={key: value for key, value in self.results.items() if key in ids},
            documents=self.documents,
            timings={key: value for key, value in self.timings.items() if key in ids},
        )


def slimmed(answer: Json) -> Json:
    """An answer whose passages are named by document and span alone."""
    short = {key: [{name: each[name] for name in _PASSAGE} for each in answer[key]] for key in ("passages", "nearest")}
    return answer | short


def save(folder: Path, kept: Kept) -> None:
    """Writes a run, each file whole or not at all, `run.json` last."""
    order = [case.id for case in kept.cases]
    cases = (case.model_dump(mode="json", exclude_defaults=True) for case in kept.cases)
    documents = ({"id": key, **kept.documents[key]} for key in sorted(kept.documents))
    write_lines(folder / "cases.jsonl", cases)
    write_lines(folder / "results.jsonl", ({"id": key, **kept.results[key]} for key in order))
    write_lines(folder / "documents.jsonl", documents)
    if kept.timings:
        write_lines(
            folder / "timings.jsonl", ({"id": key, **kept.timings[key]} for key in order if key in kept.timings)
        )
    write(folder / "run.json", json.dumps(kept.about, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def load(folder: Path) -> Kept:
    """Reads a finished run; a RunError says what is missing."""
    if not (folder / "run.json").is_file():
        unfinished = (folder / "part.jsonl").exists()
        raise RunError(
            f"{folder} holds no finished run.",
            "It was stopped half-way: the command that began it goes on with it."
            if unfinished
            else "Give a folder that `python -m evals run` wrote.",
        )
    try:
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        kept = Kept(
            about=about,
            cases=read_set(folder / "cases.jsonl"),
            results=_by_id(folder / "results.jsonl"),
            documents=_by_id(folder / "documents.jsonl"),
            timings=_by_id(folder / "timings.jsonl") if (folder / "timings.jsonl").exists() else {},
        )
        if about["format"] != FORMAT:
            raise RunError(f"{folder} is kept in an older way.", "Run it again with --again.")
        if about["digest"] != digest(kept.cases):
            raise RunError(f"{folder} holds other cases than were run.", "Run it again with --again.")
        for case_id, result in kept.results.items():
            _check_shape(case_id, result)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{folder} cannot be read: {error!r}.", "Run it again with --again.") from error
    except CaveatError as error:
        raise RunError(f"{folder} cannot be read: {error.message}", "Run it again with --again.") from error
    lost = [case.id for case in kept.cases if case.id not in kept.results]
    if lost:
        raise RunError(
            f"{folder} lacks the results of {len(lost)} cases, such as {lost[0]}.", "Run it again with --again."
        )
    return kept


def _check_shape(case_id: str, result: Json) -> None:
    """Raises a KeyError or TypeError where a result is none of the sorts."""
    [sort] = result.keys() & {"answer", "check", "read", "settled", "error"}
    for name in {
        "answer": ("claims", "passages", "refused"),
        "check": ("claims",),
        "read": ("ends",),
        "settled": ("claims",),
        "error": ("code",),
    }[sort]:
        if name not in result[sort]:
            raise KeyError(f"{case_id}: no {name}")


def write_lines(path: Path, lines: Iterable[Json]) -> None:
    """JSON lines, keys sorted, so that equal runs are equal bytes."""
    write(path, "".join(line(each) + "\n" for each in lines))


def line(record: Json) -> str:
    """One record as JSON on one line."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True)


def write(path: Path, text: str) -> None:
    """Writes a file beside its place and moves it there, so that it is whole or not there."""
    beside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> RunError:
    """What to do about a file that cannot be written."""
    full = error.errno in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
    hint = "Make room" if full else "See that the folder can be written to"
    return RunError(
        f"{path} cannot be written: {error.strerror or error}.",
        f"{hint}, and give the same command again: what was measured is kept.",
    )


def _by_id(path: Path) -> dict[str, Json]:
    found = {}
    with path.open(encoding="utf-8", errors="surrogatepass") as file:
        for each in file:
            record = json.loads(each)
            found[record.pop("id")] = record
    return found
