"""Documents that the readers of answers were not trained on, as libraries with questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.answer_reader.examples import is_held
from evals.case import Case, Expected, Words
from evals.formats import Set
from evals.labelled import Text, record
from ingest.sources import from_record

WRITTEN, CHINESE = (Path(__file__).parent / name for name in ("written", "chinese"))
EVERY = 3  # of so many questions one is asked


def held_back() -> tuple[Set, Set]:
    """One of so many questions to each document that was held back, near misses among them: to documents on a topic of their own, and to
    those that lie beside others on theirs."""
    held = {name: each for name, each in _read(WRITTEN, "en_?.jsonl") if is_held(name, each)}
    beside = {name: each for name, each in held.items() if "topic" in each}
    alone = {name: each for name, each in held.items() if name not in beside}
    return _asked("written", alone, EVERY), _asked("written_beside", beside, EVERY)


def chinese() -> tuple[Set, Set, Set]:
    """All questions to Chinese documents: to some on a topic of their own, half of whose unanswered ones are near misses and half about
    something else; to those in threes on one topic that were held back, near misses alone; and to others of these that nothing is fitted on."""
    alone = _asked("written", dict(_read(CHINESE, "zh_?.jsonl")), 1)
    held = {name: each for name, each in _read(WRITTEN / "chinese", "zh_?.jsonl") if is_held(name, each)}
    return alone, _asked("written_beside", held, 1), _asked("written_report", dict(_read(CHINESE, "report.jsonl")), 1)


def _read(folder: Path, files: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(folder.glob(files)):
        for n, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
            yield f"{file.stem}-{n}", json.loads(line)


def _asked(name: str, kept: dict[str, dict[str, Any]], every: int) -> Set:
    sources = [
        from_record(record(key, Text(name=key, title=each["title"], body=each["text"])), name)
        for key, each in kept.items()
    ]
    cases = [case for key, each in kept.items() for case in list(_cases(key, each))[::every]]
    return Set(name=name, cases=tuple(cases), sources=tuple(sources))


def _cases(name: str, told: dict[str, Any]) -> Iterator[Case]:
    for n, (question, words) in enumerate(told["A"]):
        answered = Expected(refuse=False, passages=(Words(document=name, words=words),))
        yield Case(id=f"{name}-a{n}", question=question, expect=answered)
    for n, question in enumerate(told["M"]):
        yield Case(id=f"{name}-m{n}", question=question, expect=Expected(refuse=True))
