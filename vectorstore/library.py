"""The library: the one truth about documents, chunks, vectors and originals, in SQL.

SQLite (WAL, synchronous=FULL) by default, PostgreSQL by URL. One transaction makes documents visible and takes their old
versions away; every change is written to a log that the indexes follow. Originals are files named by their hash, written
to a temporary name, synced and renamed before the transaction that names them.
"""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sql

from ingest.document import Chunk, Document
from ingest.errors import CaveatError
from vectorstore import designation_rows, disagreement_rows, print_rows, rows, vector_rows
from vectorstore.copying import Copied
from vectorstore.designation_rows import Related
from vectorstore.disagreement_rows import Pair
from vectorstore.filters import Filters, day_number, issuer_key
from vectorstore.originals import Originals, name_of
from vectorstore.print_rows import Excerpt, Printed
from vectorstore.rows import changes, chunks, documents, facts, parts, periods
from vectorstore.vector_rows import Vector


class LibraryError(CaveatError):
    """The library cannot be opened or does not fit what is asked of it."""

    code = "library"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document to keep, with its chunks, the keys of their vectors, and the bytes it was read from."""

    document: Document
    chunks: tuple[Chunk, ...]
    vector_keys: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line of the change log."""

    seq: int
    removed: bool
    document_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A document as it is listed: its row without the text."""

    seq: int
    id: str
    title: str
    source: str
    media_type: str
    characters: int
    added: str
    metadata: dict[str, Any]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gone:
    """What a dropped document leaves to be cleared: its original, and vectors that others may still use."""

    original: str
    vector_keys: tuple[str, ...]


class Library:
    """Documents by id, chunks by id, vectors by key, and the log of what changed."""

    def __init__(self, url: str, originals: Path) -> None:
        self._originals = Originals(originals)
        self._writing = threading.Lock()
        try:
            self._engine = sql.create_engine(url)
            if self._engine.dialect.name == "sqlite":
                sql.event.listen(self._engine, "connect", _durable)
            rows.metadata.create_all(self._engine)
            self._check_schema()
            self._designate()
            if self._engine.dialect.name == "sqlite":  # elsewhere another process may be about to name them
                self._sweep_originals()
        except (sql.exc.SQLAlchemyError, ImportError) as error:
            raise LibraryError(
                "The library cannot be opened.", f"Check CAVEAT_LIBRARY_URL and the file: {error.__class__.__name__}."
            ) from error
        self._cached = lru_cache(maxsize=256)(self._load)

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    def add(self, entries: Sequence[Entry], fresh: dict[str, Vector]) -> list[str]:
        """Keeps documents in one transaction, with the new vectors they need; "added" or "replaced" for each.

        A document from the same source as an older one takes its place. When this returns, all of it is on disk.
        """
        for entry in entries:
            self._originals.keep(entry.content)
        outcomes: list[str] = []
        gone: list[_Gone] = []
        with self._write() as connection:
            vector_rows.keep(connection, fresh)
            for entry in entries:
                old = connection.scalars(
                    sql.select(documents.c.id).where(documents.c.source == entry.document.source)
                ).all()
                for document_id in old:
                    gone += self._drop(connection, document_id)
                self._insert(connection, entry)
                outcomes.append("replaced" if old else "added")
            vector_rows.drop_unused(connection, [key for each in gone for key in each.vector_keys])
        self._forget_originals(gone)
        if gone:
            self._cached.cache_clear()  # a document kept anew under its id may be cut into other statements
        return outcomes

    def remove(self, document_id: str) -> bool:
        """Takes a document away, with its chunks, its own vectors and its original; False where there was none."""
        with self._write() as connection:
            gone = self._drop(connection, document_id)
            vector_rows.drop_unused(connection, [key for each in gone for key in each.vector_keys])
        self._forget_originals(gone)
        return bool(gone)

    def holds(self, document_id: str) -> bool:
        """Whether a document is in the library now."""
        with self._engine.connect() as connection:
            return connection.scalar(sql.select(documents.c.seq).where(documents.c.id == document_id)) is not None

    def document(self, document_id: str) -> Document | None:
        """A document whole, or None where it is not in the library now."""
        return self._cached(document_id) if self.holds(document_id) else None

    def documents(self, document_ids: Sequence[str]) -> list[Document]:
        """The live ones among documents, whole."""
        found = []
        for document_id in self.live(document_ids):
            with suppress(LibraryError):  # taken away since: not live, so not found
                found.append(self._cached(document_id))
        return found

    def held(self, document_id: str) -> Held | None:
        """A document's row, without its text."""
        with self._engine.connect() as connection:
            row = connection.execute(sql.select(*rows.LISTED).where(documents.c.id == document_id)).first()
        return Held(**rows.listed(row)) if row else None

    def page(self, filters: Filters | None = None, *, words: str = "", limit: int = 100, after: int = 0) -> list[Held]:
        """Documents in the order they came, those after row `after`; `words` must stand in title, issuer or number."""
        query = sql.select(*rows.LISTED).where(documents.c.seq > after).order_by(documents.c.seq).limit(limit)
        for word in words.casefold().split():
            query = query.where(documents.c.search_key.contains(word, autoescape=True))
        with self._engine.connect() as connection:
            found = connection.execute(rows.narrowed(query, filters or Filters()))
            return [Held(**rows.listed(row)) for row in found]

    def publishers(self, enough: int) -> set[str]:
        """Who publishes what the library holds: outlets of reports, issuers of the rest; no more than `enough` are looked for."""
        found: set[str] = set()
        with self._engine.connect() as connection:
            for about in connection.scalars(sql.select(documents.c.metadata).order_by(documents.c.seq.desc())):
                found |= {print_rows.publisher(rows.metadata_value(json.loads(about)))} - {""}
                if len(found) >= enough:
                    break
        return found

    def ids(self) -> tuple[str, ...]:
        """The ids of all documents in the order they came."""
        with self._engine.connect() as connection:
            return tuple(connection.scalars(sql.select(documents.c.id).order_by(documents.c.seq)))

    def counts(self, filters: Filters | None = None) -> tuple[int, int]:
        """How many documents and chunks there are."""
        query = sql.select(sql.func.count(documents.c.seq), sql.func.coalesce(sql.func.sum(documents.c.chunks), 0))
        with self._engine.connect() as connection:
            row = connection.execute(rows.narrowed(query, filters or Filters())).one()
        return int(row[0]), int(row[1])

    def about(self, first: date, last: date, limit: int = 500) -> tuple[str, ...]:
        """Documents that are about a time, by their title or their date: those about a part of it, the newest first."""
        within = (periods.c.first_day >= day_number(first), periods.c.last_day <= day_number(last))
        query = (
            sql.select(documents.c.id)
            .join(periods, periods.c.document_id == documents.c.id)
            .where(*within)
            .order_by(documents.c.issued.desc(), documents.c.seq)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(dict.fromkeys(connection.scalars(query)))

    def relating(self, document_ids: Sequence[str]) -> list[Related]:
        """Which documents say of some others that they supersede, amend or repeal them."""
        with self._engine.connect() as connection:
            return designation_rows.relating(connection, document_ids)

    def versions(self, document_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """For each of some documents those of its issuer with its number or title that were issued later, the newest first."""
        with self._engine.connect() as connection:
            return designation_rows.versions(connection, document_ids)

    def named(self, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The documents that answer to each of some keys (`ingest.designations`)."""
        with self._engine.connect() as connection:
            return designation_rows.named(connection, keys)

    def unexamined(self, rules: str) -> list[str]:
        """The documents whose disagreements were not looked for by some rules yet."""
        with self._engine.connect() as connection:
            return disagreement_rows.unexamined(connection, rules)

    def keep_disagreements(
        self, document_id: str, pairs: Collection[Pair], weighed: Collection[Pair], rules: str
    ) -> None:
        """Keeps what a document was found to disagree with, by rules and by weight; nothing where it is gone."""
        with self._write() as connection:
            disagreement_rows.keep(connection, document_id, pairs, weighed, rules)

    def opposed(self, document_ids: Sequence[str]) -> list[Pair]:
        """The pairs of statements of some documents that were weighed and cannot both be true."""
        with self._engine.connect() as connection:
            return disagreement_rows.weighed_of(connection, document_ids)

    def disagreements(self) -> list[Pair]:
        """The pairs of statements that may contradict one another, by rules or by weight."""
        with self._engine.connect() as connection:
            return disagreement_rows.every(connection)

    def original(self, document_id: str) -> bytes | None:
        """The bytes a document was read from."""
        with self._engine.connect() as connection:
            name = connection.scalar(sql.select(documents.c.original).where(documents.c.id == document_id))
        try:
            return self._originals.read(name) if name else None
        except FileNotFoundError as error:
            raise LibraryError(
                "The original is not in this data folder.", "Ask the machine that ingested it."
            ) from error

    def passages(self, chunk_ids: Sequence[str]) -> dict[str, tuple[Chunk, Document]]:
        """The live ones among chunks, with their documents."""
        found: dict[str, Chunk] = {}
        with self._engine.connect() as connection:
            for part in parts(chunk_ids):
                for row in connection.execute(sql.select(chunks).where(chunks.c.id.in_(part))):
                    found[row.id] = rows.chunk(row)
        loaded: dict[str, Document] = {}
        for document_id in {chunk.document_id for chunk in found.values()}:
            with suppress(LibraryError):  # taken away since its chunks were read: not live, so not found
                loaded[document_id] = self._cached(document_id)
        return {
            chunk_id: (chunk, loaded[chunk.document_id])
            for chunk_id, chunk in found.items()
            if chunk.document_id in loaded
        }

    def prints(self, chunk_ids: Sequence[str]) -> dict[str, Printed]:
        """The statements of the live ones among chunks, as codes of their terms."""
        with self._engine.connect() as connection:
            return print_rows.of_chunks(connection, chunk_ids)

    def excerpts(self, chunk_ids: Sequence[str]) -> dict[str, Excerpt]:
        """The words of the live ones among chunks, without their documents."""
        with self._engine.connect() as connection:
            return print_rows.excerpts(connection, chunk_ids)

    def copied(self, document_ids: Sequence[str]) -> list[Copied]:
        """The pairs of some documents that share passages, and of these and others that are near-copies."""
        with self._engine.connect() as connection:
            return print_rows.copied(connection, document_ids)

    def vectors_of(self, chunk_ids: Sequence[str]) -> dict[str, Vector]:
        """Chunk ids to their vectors, float32 of unit length."""
        with self._engine.connect() as connection:
            return vector_rows.of_chunks(connection, chunk_ids)

    def known_vectors(self, keys: Sequence[str]) -> set[str]:
        """Which vector keys need not be embedded again."""
        with self._engine.connect() as connection:
            return vector_rows.known(connection, keys)

    def chunk_ids(self, filters: Filters) -> list[str]:
        """The ids of the chunks that some filters admit."""
        query = sql.select(chunks.c.id).join(documents, documents.c.id == chunks.c.document_id)
        with self._engine.connect() as connection:
            return list(connection.execute(rows.narrowed(query, filters)).scalars())

    def every_vector(self, filters: Filters | None = None) -> tuple[list[str], Vector]:
        """All chunk ids in order with their vectors as one matrix (chunks, dimension)."""
        with self._engine.connect() as connection:
            return vector_rows.every(connection, filters or Filters())

    def chunks_of(self, document_ids: Sequence[str]) -> Iterator[tuple[Document, list[tuple[Chunk, Vector]]]]:
        """The live ones among documents, each with its chunks and their vectors."""
        for document_id in document_ids:
            with self._engine.connect() as connection:
                found = vector_rows.with_chunks(connection, document_id)
            if found is not None:
                yield found

    def live(self, document_ids: Sequence[str]) -> set[str]:
        """Which documents are in the library now."""
        found: set[str] = set()
        with self._engine.connect() as connection:
            for part in parts(document_ids):
                found.update(connection.scalars(sql.select(documents.c.id).where(documents.c.id.in_(part))))
        return found

    def changes_after(self, seq: int, limit: int = 200) -> list[Change]:
        """The next lines of the log."""
        query = sql.select(changes).where(changes.c.seq > seq).order_by(changes.c.seq).limit(limit)
        with self._engine.connect() as connection:
            return [Change(seq=r.seq, removed=r.removed, document_id=r.document_id) for r in connection.execute(query)]

    def last_change(self) -> int:
        """The newest line of the log; 0 where it is empty."""
        with self._engine.connect() as connection:
            return connection.scalar(sql.select(sql.func.coalesce(sql.func.max(changes.c.seq), 0))) or 0

    def fact(self, name: str) -> str | None:
        """Something the library knows of itself, such as the embedder's stamp."""
        with self._engine.connect() as connection:
            return connection.scalar(sql.select(facts.c.value).where(facts.c.name == name))

    def state(self, name: str, value: str) -> None:
        """Writes such a fact."""
        with self._write() as connection:
            connection.execute(sql.delete(facts).where(facts.c.name == name))
            connection.execute(sql.insert(facts).values(name=name, value=value))

    @property
    def uid(self) -> str:
        """What tells this library from every other; it names its collections on a Chroma server."""
        return self.fact("uid") or "unnamed"

    def fingerprint(self) -> str:
        """A hash over what the library holds, the same wherever the same documents are held."""
        query = sql.select(documents.c.title, documents.c.original).order_by(documents.c.original, documents.c.title)
        with self._engine.connect() as connection:
            return hashlib.sha256(json.dumps([list(row) for row in connection.execute(query)]).encode()).hexdigest()[
                :16
            ]

    def _load(self, document_id: str) -> Document:
        with self._engine.connect() as connection:
            row = connection.execute(sql.select(documents).where(documents.c.id == document_id)).first()
        if row is None:
            raise LibraryError(
                f"Document {document_id} is not in the library.", "It may have been removed a moment ago: search again."
            )
        return rows.document(row)

    def _insert(self, connection: sql.Connection, entry: Entry) -> None:
        document = entry.document
        connection.execute(
            sql.insert(documents).values(
                **rows.document_row(document),
                issuer_key=issuer_key(document.metadata.issuer),
                chunks=len(entry.chunks),
                original=name_of(entry.content),
                added=datetime.now(UTC).isoformat(timespec="seconds"),
            )
        )
        if entry.chunks:
            connection.execute(
                sql.insert(chunks),
                [rows.chunk_row(c, n, k) for n, (c, k) in enumerate(zip(entry.chunks, entry.vector_keys, strict=True))],
            )
        if about := rows.period_rows(document):
            connection.execute(sql.insert(periods), about)
        designation_rows.keep(connection, document)
        print_rows.keep(connection, document, entry.chunks)
        connection.execute(sql.insert(changes).values(removed=False, document_id=document.id))

    def _drop(self, connection: sql.Connection, document_id: str) -> list[_Gone]:
        original = connection.scalar(sql.select(documents.c.original).where(documents.c.id == document_id))
        if original is None:
            return []
        keys = connection.scalars(sql.select(chunks.c.vector_key).where(chunks.c.document_id == document_id)).all()
        connection.execute(sql.delete(chunks).where(chunks.c.document_id == document_id))
        connection.execute(sql.delete(periods).where(periods.c.document_id == document_id))
        designation_rows.drop(connection, document_id)
        disagreement_rows.drop(connection, document_id)
        print_rows.drop(connection, document_id)
        connection.execute(sql.delete(documents).where(documents.c.id == document_id))
        connection.execute(sql.insert(changes).values(removed=True, document_id=document_id))
        return [_Gone(original=original, vector_keys=tuple(keys))]

    def _forget_originals(self, gone: Sequence[_Gone]) -> None:
        with self._writing, self._engine.connect() as connection:
            for name in {each.original for each in gone}:
                used = sql.select(documents.c.seq).where(documents.c.original == name).limit(1)
                if connection.scalar(used) is None:
                    self._originals.forget(name)

    def _designate(self) -> None:
        """Keeps the designations of documents that came before they were kept."""
        with self._engine.connect() as connection:
            lacking = designation_rows.lacking(connection)
        for document_id in lacking:
            with self._write() as connection:
                row = connection.execute(sql.select(documents).where(documents.c.id == document_id)).first()
                if row is not None:
                    designation_rows.keep(connection, rows.document(row))

    def _sweep_originals(self) -> None:
        with self._engine.connect() as connection:
            self._originals.sweep(set(connection.scalars(sql.select(documents.c.original))))

    def _check_schema(self) -> None:
        held = self.fact("schema")
        if held == "1":
            held = self._brought_on()
        if held is None:
            self.state("schema", rows.SCHEMA)
            self.state("uid", uuid.uuid4().hex[:12])
        elif held != rows.SCHEMA:
            raise LibraryError(
                f"The library has schema {held}; this Caveat reads schema {rows.SCHEMA}.",
                "Use the Caveat that wrote it, or export and ingest again.",
            )

    def _brought_on(self) -> str:
        """Brings a library of schema 1 to this one, document by document: it gets the fingerprints that it lacks."""
        for document_id in self.ids():
            with self._write() as connection:
                print_rows.keep_anew(connection, document_id)
        self.state("schema", rows.SCHEMA)
        return rows.SCHEMA

    @contextmanager
    def _write(self) -> Iterator[sql.Connection]:
        with self._writing, self._engine.begin() as connection:
            yield connection


def _durable(connection: Any, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "mmap_size=268435456"):
        connection.execute(f"PRAGMA {pragma}")
