"""Questions with gold passages over one pooled library, as MTRAG's tasks give them; and their split into two halves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.sources import Source, from_record

Half = Literal["build", "report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A question, the ids of the passages that answer it (none where nothing does), and where it stands in its talk."""

    id: str
    question: str
    gold: tuple[str, ...]
    first: bool
    answerable: bool | None
    half: Half


def tasks(folder: Path) -> list[Task]:
    """The tasks of `reference.jsonl`; a conversation lies wholly in one half, chosen by a hash of its id."""
    found = []
    for record in _records(folder):
        asked = [turn["text"] for turn in record["input"] if turn["speaker"] == "user"]
        kinds = {kind.upper() for kind in record["answerability"]}
        digest = hashlib.sha256(record["conversation_id"].encode()).digest()
        found.append(
            Task(
                id=record["task_id"],
                question=asked[-1].strip(),
                gold=tuple(context["document_id"] for context in record["contexts"]),
                first=len(asked) == 1,
                answerable=True if kinds == {"ANSWERABLE"} else False if kinds == {"UNANSWERABLE"} else None,
                half="build" if digest[0] % 2 == 0 else "report",
            )
        )
    return found


def passages(folder: Path) -> Iterator[Source]:
    """Every passage of every task, each once, as a document of its own."""
    pooled = {context["document_id"]: context["text"] for record in _records(folder) for context in record["contexts"]}
    for passage_id, text in pooled.items():
        yield from_record({"_id": passage_id, "text": text}, "mtrag:")


def passage_id(source: str) -> str:
    """The id of a pooled passage out of its document's source."""
    return source.partition("#")[2]


def _records(folder: Path) -> Iterator[dict]:  # type: ignore[type-arg]
    with (folder / "reference.jsonl").open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)
