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
import secrets
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sql

from assistant import archive_rows as rows
from assistant.answer import Answer
from assistant.conversation import Begun, Conversation, Ended, Exchange, Json, Page, Review, State, Turn
from ingest.errors import CaveatError
from vectorstore.library import LibraryError

_LONGEST_TITLE = 100
_OWNERS = 0x63617665  # "cave": the class of our advisory locks in PostgreSQL, which number the processes that are alive


class NotFound(CaveatError):
    """There is no such conversation."""

    code = "not_found"


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
        home = uuid.uuid4().hex if conversation_id is None else rows.storable(conversation_id)
        begun = Begun(conversation_id=home, turn_id=uuid.uuid4().hex)
        question, now = rows.storable(question), _now()
        turn = {"id": begun.turn_id, "conversation_id": home, "owner": self._owner}
        turn |= {"state": "running", "asked": now, "question": question, "search_key": question.casefold()}
        with self._write() as connection:
            if conversation_id is None:
                title = _shortened(question)
                made = {"id": home, "title": title, "search_key": title.casefold(), "created": now}
                connection.execute(sql.insert(rows.conversations).values(made | {"last": 0}))
            seq = connection.scalar(sql.insert(rows.turns).values(turn).returning(rows.turns.c.seq))
            newest = sql.update(rows.conversations).where(rows.conversations.c.id == home).values(last=seq)
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
        held: dict[str, Any] = {"state": state, "ended": _now(), "events": rows.dumped(list(events))}
        with self._write() as connection:
            if answer is not None:
                held |= rows.columns(answer, cited)
                held["search_key"] = rows.turns.c.search_key + rows.storable(f"\n{answer.text}".casefold())
            open_turn = (rows.turns.c.id == rows.storable(turn_id)) & rows.turns.c.ended.is_(None)
            return connection.execute(sql.update(rows.turns).where(open_turn).values(held)).rowcount == 1

    def turns(self, conversation_id: str) -> tuple[Turn, ...]:
        """What a follow-up needs of the questions that were answered, in order; none where there is no such conversation."""
        kept = (
            rows.turns.c.question,
            rows.turns.c.standalone,
            rows.turns.c.answer,
            rows.turns.c.choices,
            rows.turns.c.cited,
        )
        query = (
            sql.select(*kept)
            .where(rows.turns.c.conversation_id == rows.storable(conversation_id), rows.turns.c.state == "done")
            .where(rows.turns.c.answer.is_not(None))
            .order_by(rows.turns.c.seq)
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
        query = sql.select(rows.turns.c.answer).where(rows.turns.c.answer_id == rows.storable(answer_id))
        with self._engine.connect() as connection:
            return rows.loaded(connection.scalar(query.order_by(rows.turns.c.seq.desc()).limit(1)))

    def events(self, turn_id: str) -> tuple[State, list[Json]] | None:
        """How far a turn is, and every event of it once it is finished."""
        query = sql.select(rows.turns.c.state, rows.turns.c.events).where(rows.turns.c.id == rows.storable(turn_id))
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return (row.state, json.loads(row.events or "[]")) if row else None

    def conversation(self, conversation_id: str) -> Conversation | None:
        """A conversation with its turns."""
        shown = (
            rows.turns.c.id,
            rows.turns.c.question,
            rows.turns.c.state,
            rows.turns.c.asked,
            rows.turns.c.ended,
            rows.turns.c.answer,
        )
        ours = rows.turns.c.conversation_id == rows.storable(conversation_id)
        with self._engine.connect() as connection:
            found = connection.execute(sql.select(*shown).where(ours).order_by(rows.turns.c.seq)).all()
            held = connection.execute(
                sql.select(rows.conversations).where(rows.conversations.c.id == rows.storable(conversation_id))
            ).first()
        if held is None:
            return None
        turns = tuple(Exchange(**(row._asdict() | {"answer": rows.loaded(row.answer)})) for row in found)
        return Conversation(id=held.id, title=held.title, created=held.created, turns=turns)

    def page(self, limit: int = 50, cursor: int | None = None, words: str = "") -> Page:
        """Conversations, the last one asked in first; each of `words` must stand in the title, a question or an answer."""
        query = sql.select(rows.conversations)
        for word in rows.storable(words).casefold().split():
            said = sql.exists().where(
                rows.turns.c.conversation_id == rows.conversations.c.id,
                rows.turns.c.search_key.contains(word, autoescape=True),
            )
            query = query.where(rows.conversations.c.search_key.contains(word, autoescape=True) | said)
        wanted = query if cursor is None else query.where(rows.conversations.c.last < cursor)
        newest = wanted.order_by(rows.conversations.c.last.desc()).limit(limit + 1)
        told = (
            rows.turns.c.conversation_id,
            rows.turns.c.state,
            rows.turns.c.asked,
            rows.turns.c.ended,
            rows.turns.c.tally,
        )
        with self._engine.connect() as connection:
            total = connection.scalar(sql.select(sql.func.count()).select_from(query.subquery())) or 0
            found = connection.execute(newest).all()
            within = rows.turns.c.conversation_id.in_([row.id for row in found[:limit]])
            turns: dict[str, list[Any]] = {}
            for turn in connection.execute(
                sql.select(*told, rows.turns.c.sources).where(within).order_by(rows.turns.c.seq)
            ):
                turns.setdefault(turn.conversation_id, []).append(turn)
        listed = tuple(rows.listed(row, turns[row.id]) for row in found[:limit] if row.id in turns)
        return Page(
            conversations=listed, next_cursor=found[limit - 1].last if len(found) > limit else None, total=total
        )

    def rename(self, conversation_id: str, title: str) -> str | None:
        """Gives a conversation another title and tells how it is kept; None where there is no such conversation."""
        title = rows.storable(" ".join(title.split()))
        ours = rows.conversations.c.id == rows.storable(conversation_id)
        with self._write() as connection:
            named = sql.update(rows.conversations).where(ours).values(title=title, search_key=title.casefold())
            return title if connection.execute(named).rowcount else None

    def delete(self, conversation_id: str) -> bool:
        """Takes a conversation away with its turns, answers and events; False where there was none.

        In SQLite its words are then off the disk too; PostgreSQL overwrites them when it vacuums.
        """
        conversation_id = rows.storable(conversation_id)
        with self._write() as connection:
            gone = connection.execute(
                sql.delete(rows.conversations).where(rows.conversations.c.id == conversation_id)
            ).rowcount
            connection.execute(sql.delete(rows.turns).where(rows.turns.c.conversation_id == conversation_id))
            kept = sql.select(rows.turns.c.answer_id).where(rows.turns.c.answer_id.is_not(None))
            connection.execute(sql.delete(rows.reviews).where(rows.reviews.c.answer_id.not_in(kept)))
        if gone and self._embedded:  # its words still stand in the write-ahead log
            with self._writing, self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone == 1

    def judge(self, given: Json) -> Review:
        """Keeps a reader's judgement of a flag, in place of an earlier one of the same flag; `given` has the fields of a Review
        but for `id` and `decided`."""
        told: dict[str, Any] = {name: value and rows.storable(value) for name, value in given.items()}
        columns = rows.reviews.c
        same = (columns.answer_id == told["answer_id"]) & (columns.claim_id == told["claim_id"])
        same &= columns.doubt_id == told["doubt_id"] if told["doubt_id"] is not None else columns.doubt_id.is_(None)
        review = Review(id=uuid.uuid4().hex, decided=_now(), **told)
        with self._write() as connection:
            connection.execute(sql.delete(rows.reviews).where(same))
            connection.execute(sql.insert(rows.reviews).values(asdict(review)))
        return review

    def reviews(self, answer_id: str | None = None) -> tuple[Review, ...]:
        """The judgements of an answer's flags, or all there are, in the order they were made."""
        query = sql.select(rows.reviews).order_by(rows.reviews.c.decided, rows.reviews.c.id)
        if answer_id is not None:
            query = query.where(rows.reviews.c.answer_id == rows.storable(answer_id))
        with self._engine.connect() as connection:
            return tuple(Review(**row._mapping) for row in connection.execute(query))  # noqa: SLF001

    def take_back(self, review_id: str) -> bool:
        """Forgets a judgement; False where there is none of that id."""
        with self._write() as connection:
            gone = sql.delete(rows.reviews).where(rows.reviews.c.id == rows.storable(review_id))
            return connection.execute(gone).rowcount == 1

    def _prepare(self, connection: sql.Connection) -> None:
        """Makes the tables and stops the turns that nobody is answering any more."""
        left = rows.turns.c.state == "running"
        if not self._embedded:  # elsewhere another process may be answering: its lock tells that it is alive
            self._owner = 1 + secrets.randbelow(2**31 - 1)
            self._presence = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._presence.execute(sql.select(sql.func.pg_advisory_lock(_OWNERS, self._owner)))
            alive = sql.select(sql.cast(rows.locks.c.objid, sql.BigInteger))
            left &= rows.turns.c.owner.not_in(alive.where(sql.cast(rows.locks.c.classid, sql.BigInteger) == _OWNERS))
            connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_OWNERS)))  # one makes tables at a time
        rows.tables.create_all(connection)
        for table in rows.tables.sorted_tables:
            held = {column["name"] for column in sql.inspect(connection).get_columns(table.name)}
            if held != set(table.columns.keys()):
                raise LibraryError(
                    "The conversations were kept by another version of Caveat.", "Use the Caveat that kept them."
                )
        connection.execute(sql.update(rows.turns).where(left).values(state="stopped"))

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
