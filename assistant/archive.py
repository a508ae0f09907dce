"""The archive: conversations and how each of their answers came about, kept word for word in SQL.

A turn is begun before anything is searched and finished once, with the whole answer as it was shown and every event on the
way to it. SQLite (WAL, synchronous=FULL) in the data folder, or the library's PostgreSQL. What was finished outlives any
kill; a turn that was running when its process died is stopped when an archive is next opened, and has no answer.

    with Archive("sqlite:///conversations.db") as archive:
        begun = archive.begin(None, "Must platforms waive fees?")
        archive.finish(begun.turn_id, answer, events, "done", cited=["d1:0"])
        archive.turns(begun.conversation_id)
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sql

from assistant.answer import Answer
from assistant.conversation import Turn
from assistant.events import counts
from assistant.rendering import as_json
from ingest.errors import CaveatError
from vectorstore.library import LibraryError

Json = dict[str, Any]
Ended = Literal["done", "stopped", "failed"]
State = Literal["running", "done", "stopped", "failed"]

_LONGEST_TITLE = 100
_OWNERS = 0x63617665  # "cave": the class of our advisory locks in PostgreSQL, which number the processes that are alive
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_tables = sql.MetaData()
_conversations = sql.Table(
    "conversations",
    _tables,
    sql.Column("id", sql.String(32), primary_key=True),
    sql.Column("title", sql.Text, nullable=False),
    sql.Column("search_key", sql.Text, nullable=False),
    sql.Column("created", sql.Text, nullable=False),
    sql.Column("last", sql.Integer, nullable=False, index=True),  # its newest turn, which the list is in order of
)
_turns = sql.Table(
    "turns",
    _tables,
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
_locks = sql.table("pg_locks", sql.column("classid"), sql.column("objid"))


class NotFound(CaveatError):
    """There is no such conversation."""

    code = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A turn that was written down before it is answered."""

    conversation_id: str
    turn_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and what was shown for it; `answer` is the stored JSON, None until the turn is done."""

    id: str
    question: str
    state: State
    asked: str
    ended: str | None
    answer: Json | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation whole, its turns in the order they were asked."""

    id: str
    title: str
    created: str
    turns: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A conversation in the list.

    `state` and `updated` are those of its last turn; `tally` counts the claims of its last answer and bears its
    `standing`; `sources` are the ids of the documents that any of its answers cites.
    """

    id: str
    title: str
    created: str
    updated: str
    turns: int
    state: State
    tally: Mapping[str, int | str] | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of the list, newest first; `next_cursor` asks for what follows, `total` counts all that fit."""

    conversations: tuple[Listed, ...]
    next_cursor: int | None
    total: int


class Archive:
    """Conversations by id; may be used from any number of threads."""

    def __init__(self, url: str) -> None:
        self._writing = threading.Lock()
        self._owner = 0
        self._presence: sql.Connection | None = None
        with _opening():
            self._engine = sql.create_engine(url, pool_pre_ping=True)
        self._embedded = self._engine.dialect.name == "sqlite"
        if self._embedded:
            sql.event.listen(self._engine, "connect", _durable)
        try:
            with _opening(), self._engine.begin() as connection:
                self._prepare(connection)
        except CaveatError:
            self.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database."""
        if self._presence is not None:
            self._presence.close()
        self._engine.dispose()

    def begin(self, conversation_id: str | None, question: str) -> Begun:
        """Writes down a question as a running turn, in a new conversation where no id is given; NotFound for an unknown id."""
        home = uuid.uuid4().hex if conversation_id is None else _storable(conversation_id)
        begun = Begun(conversation_id=home, turn_id=uuid.uuid4().hex)
        question, now = _storable(question), _now()
        turn = {"id": begun.turn_id, "conversation_id": home, "owner": self._owner}
        turn |= {"state": "running", "asked": now, "question": question, "search_key": question.casefold()}
        with self._write() as connection:
            if conversation_id is None:
                title = _shortened(question)
                made = {"id": home, "title": title, "search_key": title.casefold(), "created": now}
                connection.execute(sql.insert(_conversations).values(made | {"last": 0}))
            seq = connection.scalar(sql.insert(_turns).values(turn).returning(_turns.c.seq))
            newest = sql.update(_conversations).where(_conversations.c.id == home).values(last=seq)
            if not connection.execute(newest).rowcount:
                raise NotFound(f"No conversation {home[:40]} is kept here.", "Ask without one to begin a new one.")
        return begun

    def finish(
        self, turn_id: str, answer: Answer | None, events: Sequence[Json], state: Ended, cited: Sequence[str] = ()
    ) -> bool:
        """Keeps what became of a turn; when this returns, all of it is on disk.

        `events` are JSON objects in the order they were told, `cited` the ids of the chunks that the claims rest on. False
        where the conversation was deleted meanwhile or the turn was finished before: then nothing is written.
        """
        held: dict[str, Any] = {"state": state, "ended": _now(), "events": _dumped(list(events))}
        with self._write() as connection:
            if answer is not None:
                held |= _columns(answer, cited)
                held["search_key"] = _turns.c.search_key + _storable(f"\n{answer.text}".casefold())
            open_turn = (_turns.c.id == _storable(turn_id)) & _turns.c.ended.is_(None)
            return connection.execute(sql.update(_turns).where(open_turn).values(held)).rowcount == 1

    def turns(self, conversation_id: str) -> tuple[Turn, ...]:
        """What a follow-up needs of the questions that were answered, in order; none where there is no such conversation."""
        kept = (_turns.c.question, _turns.c.standalone, _turns.c.answer, _turns.c.choices, _turns.c.cited)
        query = (
            sql.select(*kept)
            .where(_turns.c.conversation_id == _storable(conversation_id), _turns.c.state == "done")
            .where(_turns.c.answer.is_not(None))
            .order_by(_turns.c.seq)
        )
        with self._engine.connect() as connection:
            return tuple(
                Turn(
                    question=row.question,
                    standalone=row.standalone,
                    answer=json.loads(row.answer)["text"],
                    choices=tuple(json.loads(row.choices)),
                    cited=tuple(json.loads(row.cited)),
                )
                for row in connection.execute(query)
            )

    def answer(self, answer_id: str) -> Json | None:
        """The answer with this id as it was shown; the latest, where a question was asked again."""
        query = sql.select(_turns.c.answer).where(_turns.c.answer_id == _storable(answer_id))
        with self._engine.connect() as connection:
            return _loaded(connection.scalar(query.order_by(_turns.c.seq.desc()).limit(1)))

    def events(self, turn_id: str) -> tuple[State, list[Json]] | None:
        """How far a turn is, and every event of it once it is finished."""
        query = sql.select(_turns.c.state, _turns.c.events).where(_turns.c.id == _storable(turn_id))
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return (row.state, json.loads(row.events or "[]")) if row else None

    def conversation(self, conversation_id: str) -> Conversation | None:
        """A conversation with its turns."""
        shown = (_turns.c.id, _turns.c.question, _turns.c.state, _turns.c.asked, _turns.c.ended, _turns.c.answer)
        ours = _turns.c.conversation_id == _storable(conversation_id)
        with self._engine.connect() as connection:
            found = connection.execute(sql.select(*shown).where(ours).order_by(_turns.c.seq)).all()
            held = connection.execute(
                sql.select(_conversations).where(_conversations.c.id == _storable(conversation_id))
            ).first()
        if held is None:
            return None
        turns = tuple(Exchange(**(row._asdict() | {"answer": _loaded(row.answer)})) for row in found)
        return Conversation(id=held.id, title=held.title, created=held.created, turns=turns)

    def page(self, limit: int = 50, cursor: int | None = None, words: str = "") -> Page:
        """Conversations, the last one asked in first; each of `words` must stand in the title, a question or an answer."""
        query = sql.select(_conversations)
        for word in _storable(words).casefold().split():
            said = sql.exists().where(
                _turns.c.conversation_id == _conversations.c.id, _turns.c.search_key.contains(word, autoescape=True)
            )
            query = query.where(_conversations.c.search_key.contains(word, autoescape=True) | said)
        wanted = query if cursor is None else query.where(_conversations.c.last < cursor)
        newest = wanted.order_by(_conversations.c.last.desc()).limit(limit + 1)
        told = (_turns.c.conversation_id, _turns.c.state, _turns.c.asked, _turns.c.ended, _turns.c.tally)
        with self._engine.connect() as connection:
            total = connection.scalar(sql.select(sql.func.count()).select_from(query.subquery())) or 0
            found = connection.execute(newest).all()
            within = _turns.c.conversation_id.in_([row.id for row in found[:limit]])
            turns: dict[str, list[Any]] = {}
            for turn in connection.execute(sql.select(*told, _turns.c.sources).where(within).order_by(_turns.c.seq)):
                turns.setdefault(turn.conversation_id, []).append(turn)
        listed = tuple(_listed(row, turns[row.id]) for row in found[:limit] if row.id in turns)
        return Page(
            conversations=listed, next_cursor=found[limit - 1].last if len(found) > limit else None, total=total
        )

    def rename(self, conversation_id: str, title: str) -> str | None:
        """Gives a conversation another title and tells how it is kept; None where there is no such conversation."""
        title = _storable(" ".join(title.split()))
        ours = _conversations.c.id == _storable(conversation_id)
        with self._write() as connection:
            named = sql.update(_conversations).where(ours).values(title=title, search_key=title.casefold())
            return title if connection.execute(named).rowcount else None

    def delete(self, conversation_id: str) -> bool:
        """Takes a conversation away with its turns, answers and events; False where there was none.

        In SQLite its words are then off the disk too; PostgreSQL overwrites them when it vacuums.
        """
        conversation_id = _storable(conversation_id)
        with self._write() as connection:
            gone = connection.execute(sql.delete(_conversations).where(_conversations.c.id == conversation_id)).rowcount
            connection.execute(sql.delete(_turns).where(_turns.c.conversation_id == conversation_id))
        if gone and self._embedded:  # its words still stand in the write-ahead log
            with self._writing, self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone == 1

    def _prepare(self, connection: sql.Connection) -> None:
        """Makes the tables and stops the turns that nobody is answering any more."""
        left = _turns.c.state == "running"
        if not self._embedded:  # elsewhere another process may be answering: its lock tells that it is alive
            self._owner = 1 + secrets.randbelow(2**31 - 1)
            self._presence = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._presence.execute(sql.select(sql.func.pg_advisory_lock(_OWNERS, self._owner)))
            alive = sql.select(sql.cast(_locks.c.objid, sql.BigInteger))
            left &= _turns.c.owner.not_in(alive.where(sql.cast(_locks.c.classid, sql.BigInteger) == _OWNERS))
            connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_OWNERS)))  # one makes tables at a time
        _tables.create_all(connection)
        for table in _tables.sorted_tables:
            held = {column["name"] for column in sql.inspect(connection).get_columns(table.name)}
            if held != set(table.columns.keys()):
                raise LibraryError(
                    "The conversations were kept by another version of Caveat.", "Use the Caveat that kept them."
                )
        connection.execute(sql.update(_turns).where(left).values(state="stopped"))

    @contextmanager
    def _write(self) -> Iterator[sql.Connection]:
        try:
            with self._writing, self._engine.begin() as connection:
                yield connection
        except sql.exc.OperationalError as error:
            raise LibraryError(
                "The conversation could not be kept.", "See that the disk has room and the database answers."
            ) from error


@contextmanager
def _opening() -> Iterator[None]:
    try:
        yield
    except (sql.exc.SQLAlchemyError, ImportError) as error:
        raise LibraryError(
            "The conversations cannot be opened.",
            f"Check CAVEAT_LIBRARY_URL and the data folder: {error.__class__.__name__}.",
        ) from error


def _columns(answer: Answer, cited: Sequence[str]) -> dict[str, Any]:
    """What a turn keeps of its answer."""
    evidence = [each for claim in answer.claims for doubt in claim.doubts for each in doubt.evidence]
    sources = [each.document_id for each in (*(c for claim in answer.claims for c in claim.citations), *evidence)]
    return {
        "answer_id": answer.id,
        "standalone": _storable(answer.standalone),
        "choices": _dumped(answer.choices),
        "cited": _dumped(list(cited)),
        "sources": _dumped(list(dict.fromkeys(sources))),
        "tally": _dumped(counts(answer) | {"standing": answer.standing}),
        "versions": _dumped(dict(answer.versions)),
        "answer": _dumped(as_json(answer)),
    }


def _listed(held: Any, turns: Sequence[Any]) -> Listed:
    tallies = [turn.tally for turn in turns if turn.tally]
    sources = [each for turn in turns for each in json.loads(turn.sources or "[]")]
    return Listed(
        id=held.id,
        title=held.title,
        created=held.created,
        updated=turns[-1].ended or turns[-1].asked,
        turns=len(turns),
        state=turns[-1].state,
        tally=_loaded(tallies[-1]) if tallies else None,
        sources=tuple(dict.fromkeys(sources)),
    )


def _loaded(text: str | None) -> Json | None:
    return json.loads(text) if text else None


def _dumped(value: Any) -> str:
    return _storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _storable(text: str) -> str:
    """Text without what no database takes: NUL, and halves of surrogate pairs."""
    return _UNSTORABLE.sub("\ufffd", text)


def _shortened(question: str) -> str:
    flat = " ".join(question.split())
    if len(flat) <= _LONGEST_TITLE:
        return flat
    cut = flat.rfind(" ", _LONGEST_TITLE // 2, _LONGEST_TITLE)  # Chinese has no spaces to cut at
    return flat[: cut if cut > 0 else _LONGEST_TITLE - 1] + "…"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _durable(connection: Any, _: object) -> None:
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
