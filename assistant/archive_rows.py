"""The tables of the archive, and how values become rows and rows values again."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sql

from assistant.answer import Answer
from assistant.conversation import Json, Listed
from assistant.events import counts
from assistant.rendering import as_json

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

tables = sql.MetaData()
conversations = sql.Table(
    "conversations",
    tables,
    sql.Column("id", sql.String(32), primary_key=True),
    sql.Column("title", sql.Text, nullable=False),
    sql.Column("search_key", sql.Text, nullable=False),
    sql.Column("created", sql.Text, nullable=False),
    sql.Column("last", sql.Integer, nullable=False, index=True),  # its newest turn, which the list is in order of
)
turns = sql.Table(
    "turns",
    tables,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("id", sql.String(32), unique=True, nullable=False),
    sql.Column("conversation_id", sql.Text, nullable=False, index=True),
    sql.Column("owner", sql.Integer, nullable=False),
    sql.Column("state", sql.String(10), nullable=False, index=True),
    sql.Column("asked", sql.Text, nullable=False),
    sql.Column("ended", sql.Text),
    sql.Column("question", sql.Text, nullable=False),
    sql.Column("search_key", sql.Text, nullable=False),
    sql.Column("answer_id", sql.Text, index=True),
    sql.Column("standalone", sql.Text),
    sql.Column("choices", sql.Text),
    sql.Column("cited", sql.Text),
    sql.Column("sources", sql.Text),
    sql.Column("tally", sql.Text),
    sql.Column("versions", sql.Text),
    sql.Column("answer", sql.Text),
    sql.Column("events", sql.Text),
    sqlite_autoincrement=True,  # a cursor of the list never comes to mean another turn
)
reviews = sql.Table(
    "reviews",
    tables,
    sql.Column("id", sql.String(32), primary_key=True),
    sql.Column("answer_id", sql.Text, nullable=False, index=True),
    sql.Column("claim_id", sql.Text, nullable=False),
    sql.Column("doubt_id", sql.Text),
    sql.Column("decision", sql.String(10), nullable=False),
    sql.Column("reason", sql.Text, nullable=False),
    sql.Column("note", sql.Text),
    sql.Column("decided", sql.Text, nullable=False),
)
locks = sql.table("pg_locks", sql.column("classid"), sql.column("objid"))


def columns(answer: Answer, cited: Sequence[str]) -> dict[str, Any]:
    """What a turn keeps of its answer."""
    evidence = [each for claim in answer.claims for doubt in claim.doubts for each in doubt.evidence]
    sources = [each.document_id for each in (*(c for claim in answer.claims for c in claim.citations), *evidence)]
    return {
        "answer_id": answer.id,
        "standalone": storable(answer.standalone),
        "choices": dumped(answer.choices),
        "cited": dumped(list(cited)),
        "sources": dumped(list(dict.fromkeys(sources))),
        "tally": dumped(counts(answer) | {"standing": answer.standing}),
        "versions": dumped(dict(answer.versions)),
        "answer": dumped(as_json(answer)),
    }


def listed(held: Any, asked: Sequence[Any]) -> Listed:
    """A conversation in the list, of its row and those of its turns."""
    tallies = [turn.tally for turn in asked if turn.tally]
    sources = [each for turn in asked for each in json.loads(turn.sources or "[]")]
    return Listed(
        id=held.id,
        title=held.title,
        created=held.created,
        updated=asked[-1].ended or asked[-1].asked,
        turns=len(asked),
        state=asked[-1].state,
        tally=loaded(tallies[-1]) if tallies else None,
        sources=tuple(dict.fromkeys(sources)),
    )


def loaded(text: str | None) -> Json | None:
    """The JSON of a column."""
    return json.loads(text) if text else None


def dumped(value: Any) -> str:
    """JSON for a column."""
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def storable(text: str) -> str:
    """Text without what no database takes: NUL, and halves of surrogate pairs."""
    return _UNSTORABLE.sub("\ufffd", text)
