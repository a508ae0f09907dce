"""The tables of fingerprints: statements as codes, documents as sketches, and which documents are near-copies.

They are made when a document is kept, from its statements and from the documents that are there, and go with it.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import sqlalchemy as sql

from ingest.document import Chunk, Document, Metadata
from vectorstore import copying, rows
from vectorstore.copying import Copied
from vectorstore.filters import issuer_key
from vectorstore.prints import Codes, Run, packed, unpacked
from vectorstore.rows import chunks, documents, insert_missing, metadata, metadata_value, parts

_ROUNDS = 4  # of asking for the copies of copies

prints = sql.Table(
    "prints",
    metadata,
    sql.Column("chunk_id", sql.String(40), primary_key=True),
    sql.Column("document_id", sql.String(24), nullable=False, index=True),
    sql.Column("codes", sql.LargeBinary, nullable=False),
)
sketches = sql.Table(
    "sketches",
    metadata,
    sql.Column("code", sql.BigInteger, primary_key=True, autoincrement=False),
    sql.Column("document_id", sql.String(24), primary_key=True, index=True),
    sqlite_with_rowid=False,
)
copies = sql.Table(
    "copies",
    metadata,
    sql.Column("document_id", sql.String(24), primary_key=True),
    sql.Column("other_id", sql.String(24), primary_key=True, index=True),
    sql.Column("share", sql.Float, nullable=False),
    sql.Column("terms", sql.Integer, nullable=False),
    sql.Column("other_terms", sql.Integer, nullable=False),
    sql.Column("whole", sql.Boolean, nullable=False),
    sql.Column("stretches", sql.Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The statements of a chunk; `first` is the position of the first among the document's statements."""

    document_id: str
    first: int
    statements: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The words of a chunk, without its document: where they begin in it, its title, and what it states about itself."""

    text: str
    start: int
    title: str
    about: Metadata


def keep(connection: sql.Connection, document: Document, cut: Sequence[Chunk]) -> None:
    """Keeps the fingerprints of a document's chunks, and which of the documents that are there it copies."""
    kept = {each.id: packed(document, each) for each in cut}
    printed = [{"chunk_id": key, "document_id": document.id, "codes": codes} for key, codes in kept.items()]
    insert_missing(connection, prints, printed)
    statements = [codes for each in kept.values() for codes in _codes(each)]
    told = copying.sketch(copying.run(statements))
    insert_missing(connection, sketches, [{"code": code, "document_id": document.id} for code in told])
    insert_missing(connection, copies, list(_copies(connection, document, statements, told)))


def keep_anew(connection: sql.Connection, document_id: str) -> None:
    """Keeps the fingerprints of a document that is in the library without them."""
    row = connection.execute(sql.select(documents).where(documents.c.id == document_id)).first()
    if row is not None:
        cut = sql.select(chunks).where(chunks.c.document_id == document_id).order_by(chunks.c.ordinal)
        keep(connection, rows.document(row), [rows.chunk(each) for each in connection.execute(cut)])


def drop(connection: sql.Connection, document_id: str) -> None:
    """Takes the fingerprints of a document away, and what it was a copy of."""
    for table in (prints, sketches, copies):
        connection.execute(sql.delete(table).where(table.c.document_id == document_id))
    connection.execute(sql.delete(copies).where(copies.c.other_id == document_id))


def of_chunks(connection: sql.Connection, chunk_ids: Sequence[str]) -> dict[str, Printed]:
    """The fingerprints of the live ones among some chunks."""
    query = sql.select(chunks.c.id, chunks.c.document_id, chunks.c.first, prints.c.codes).join(
        prints, prints.c.chunk_id == chunks.c.id
    )
    found = {}
    for part in parts(chunk_ids):
        for chunk_id, document_id, first, kept in connection.execute(query.where(chunks.c.id.in_(part))):
            found[chunk_id] = Printed(document_id=document_id, first=first, statements=tuple(unpacked(kept)))
    return found


def excerpts(connection: sql.Connection, chunk_ids: Sequence[str]) -> dict[str, Excerpt]:
    """The words of the live ones among some chunks."""
    words = sql.func.substr(documents.c.text, chunks.c.start + 1, chunks.c.end - chunks.c.start)
    query = sql.select(chunks.c.id, chunks.c.start, documents.c.title, documents.c.metadata, words)
    query = query.join(documents, documents.c.id == chunks.c.document_id)
    found = {}
    for part in parts(chunk_ids):
        for chunk_id, start, title, about, text in connection.execute(query.where(chunks.c.id.in_(part))):
            found[chunk_id] = Excerpt(text=text, start=start, title=title, about=metadata_value(json.loads(about)))
    return found


def copied(connection: sql.Connection, document_ids: Iterable[str]) -> list[Copied]:
    """The pairs that some documents make with one another, and those that they and their near-copies make as near-copies."""
    wanted, asked, found = set(document_ids), set[str](), dict[tuple[str, str], Copied]()
    given = list(parts(sorted(wanted)))
    for one, other in product(given, given):
        _take(connection, copies.c.document_id.in_(one) & copies.c.other_id.in_(other), found)
    for _ in range(_ROUNDS):
        fresh = sorted(wanted - asked)
        asked |= set(fresh)
        for part in parts(fresh):
            near = copies.c.document_id.in_(part) | copies.c.other_id.in_(part)
            wanted |= _take(connection, copies.c.whole & near, found)
    return list(found.values())


def _take(
    connection: sql.Connection, wanted: sql.ColumnElement[bool], found: dict[tuple[str, str], Copied]
) -> set[str]:
    """Adds some pairs to those found; the documents in them."""
    ids: set[str] = set()
    for row in connection.execute(sql.select(copies).where(wanted)):
        fields = dict(row._mapping)  # noqa: SLF001 (public by SQLAlchemy's documentation)
        pair = Copied(**fields | {"stretches": tuple(tuple(each) for each in json.loads(row.stretches))})
        found[row.document_id, row.other_id] = pair
        ids |= {row.document_id, row.other_id}
    return ids


def _copies(
    connection: sql.Connection, document: Document, statements: Sequence[Codes], told: Sequence[int]
) -> Iterable[dict[str, object]]:
    """The rows of what a document shares with those that are there; `told` is its sketch."""
    text, ends = copying.run(statements), _ends(statements)
    for other_id in _candidates(connection, document, told):
        others = _statements(connection, other_id)
        other, other_ends = copying.run(others), _ends(others)
        alignment = copying.aligned(text, other)
        if passages := copying.passages(alignment):
            stretches = [
                [*_touched(ends, each.start, each.end), *_touched(other_ends, each.other_start, each.other_end)]
                for each in passages
            ]
            yield {
                "document_id": document.id,
                "other_id": other_id,
                "share": round(alignment.share, 4),
                "terms": len(text),
                "other_terms": len(other),
                "whole": alignment.whole,
                "stretches": json.dumps(stretches, separators=(",", ":")),
            }


def _candidates(connection: sql.Connection, document: Document, told: Sequence[int]) -> list[str]:
    """The documents whose sketches meet a document's, those first that share most.

    Of one publisher only those that may be copies as a whole: a series repeats its own formulas.
    """
    own, met, limits = sketches.alias("own"), sql.func.count(), copying.limits()
    asked = sorted(told)[: limits.asked]
    query = (
        sql.select(sketches.c.document_id, met)
        .join(own, own.c.code == sketches.c.code)
        .where(own.c.document_id == document.id, sketches.c.document_id != document.id)
        .where(own.c.code <= (asked[-1] if asked else 0))
        .group_by(sketches.c.document_id)
        .having(met >= limits.met)
        .order_by(met.desc(), sketches.c.document_id)
        .limit(limits.candidates)
    )
    found = {document_id: int(number) for document_id, number in connection.execute(query)}
    held = sql.select(documents.c.id, documents.c.metadata).where(documents.c.id.in_(list(found)))
    others = {row.id: publisher(metadata_value(json.loads(row.metadata))) for row in connection.execute(held)}
    counted = (
        sql.select(sketches.c.document_id, sql.func.count())
        .where(sketches.c.document_id.in_(list(found)))
        .group_by(sketches.c.document_id)
    )
    sizes = {document_id: int(number) for document_id, number in connection.execute(counted)}
    mine = publisher(document.metadata)
    return [
        each
        for each, number in found.items()
        if (mine != others[each] or not mine)
        or number * len(told) >= limits.maybe * len(asked) * min(len(told), sizes[each])
    ]


def publisher(about: Metadata) -> str:
    """Who publishes a document: the outlet of a report, the issuer of anything else; empty where neither is stated."""
    return issuer_key(about.outlet or about.issuer)


def _statements(connection: sql.Connection, document_id: str) -> list[Codes]:
    query = (
        sql.select(prints.c.codes)
        .join(chunks, chunks.c.id == prints.c.chunk_id)
        .where(prints.c.document_id == document_id)
        .order_by(chunks.c.ordinal)
    )
    return [codes for kept in connection.scalars(query) for codes in _codes(kept)]


def _codes(kept: bytes) -> list[Codes]:
    return [each.codes for each in unpacked(kept)]


def _ends(statements: Sequence[Codes]) -> list[int]:
    """After how many terms each statement ends."""
    reached, ends = 0, []
    for statement in statements:
        reached += len(statement)
        ends.append(reached)
    return ends


def _touched(ends: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The first and last statement that some terms stand in."""
    first = bisect_right(ends, start)
    return first, max(first, bisect_right(ends, end - 1))
