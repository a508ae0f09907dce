"""The tables of the library, and values to rows and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import sqlalchemy as sql

from ingest.dates import periods as found_periods
from ingest.document import Chunk, Document, Label, Metadata, Relation, Span, Statement
from vectorstore.filters import NO_DATE, Filters, day_number, issuer_key

SCHEMA = "2"
IN_ONE_QUERY = 500
metadata = sql.MetaData()

documents = sql.Table(
    "documents",
    metadata,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("id", sql.String(24), unique=True, nullable=False),
    sql.Column("source", sql.Text, unique=True, nullable=False),
    sql.Column("title", sql.Text, nullable=False),
    sql.Column("search_key", sql.Text, nullable=False),
    sql.Column("text", sql.Text, nullable=False),
    sql.Column("characters", sql.Integer, nullable=False),
    sql.Column("media_type", sql.Text, nullable=False),
    sql.Column("metadata", sql.Text, nullable=False),
    sql.Column("layout", sql.Text, nullable=False),
    sql.Column("warnings", sql.Text, nullable=False),
    sql.Column("issuer_key", sql.Text, nullable=False),
    sql.Column("kind", sql.Text, nullable=False),
    sql.Column("status", sql.Text, nullable=False),
    sql.Column("language", sql.Text, nullable=False),
    sql.Column("issued", sql.Integer, nullable=False),
    sql.Column("chunks", sql.Integer, nullable=False),
    sql.Column("original", sql.String(64), nullable=False, index=True),
    sql.Column("added", sql.Text, nullable=False),
)
chunks = sql.Table(
    "chunks",
    metadata,
    sql.Column("id", sql.String(40), primary_key=True),
    sql.Column("document_id", sql.String(24), nullable=False, index=True),
    sql.Column("ordinal", sql.Integer, nullable=False),
    sql.Column("start", sql.Integer, nullable=False),
    sql.Column("end", sql.Integer, nullable=False),
    sql.Column("first", sql.Integer, nullable=False),
    sql.Column("last", sql.Integer, nullable=False),
    sql.Column("tokens", sql.Integer, nullable=False),
    sql.Column("section", sql.Text, nullable=False),
    sql.Column("lead_start", sql.Integer),
    sql.Column("lead_end", sql.Integer),
    sql.Column("vector_key", sql.String(64), nullable=False, index=True),
)
vectors = sql.Table(
    "vectors",
    metadata,
    sql.Column("key", sql.String(64), primary_key=True),
    sql.Column("data", sql.LargeBinary, nullable=False),
)
changes = sql.Table(
    "changes",
    metadata,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("removed", sql.Boolean, nullable=False),
    sql.Column("document_id", sql.String(24), nullable=False),
    sqlite_autoincrement=True,
)
facts = sql.Table(
    "facts",
    metadata,
    sql.Column("name", sql.String(60), primary_key=True),
    sql.Column("value", sql.Text, nullable=False),
)

periods = sql.Table(
    "periods",
    metadata,
    sql.Column("document_id", sql.String(24), primary_key=True),
    sql.Column("first_day", sql.Integer, primary_key=True),
    sql.Column("last_day", sql.Integer, primary_key=True),
)

LISTED = (
    documents.c.seq,
    documents.c.id,
    documents.c.title,
    documents.c.source,
    documents.c.media_type,
    documents.c.characters,
    documents.c.added,
    documents.c.metadata,
    documents.c.warnings,
)


def parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """Keys in parts that one query may name."""
    for start in range(0, len(keys), IN_ONE_QUERY):
        yield keys[start : start + IN_ONE_QUERY]


def insert_missing(connection: sql.Connection, table: sql.Table, values: Sequence[dict[str, Any]]) -> None:
    """Inserts rows whose key is not there yet."""
    if not values:
        return
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_postgresql  # noqa: PLC0415 (only where it is used)

        connection.execute(insert_postgresql(table).on_conflict_do_nothing(), list(values))
    else:
        connection.execute(sql.insert(table).prefix_with("OR IGNORE"), list(values))


def narrowed(query: sql.Select[Any], filters: Filters) -> sql.Select[Any]:
    """A query over documents with the filters as conditions."""
    low, high, dated = filters.day_range()
    if filters.issuer:
        query = query.where(documents.c.issuer_key.in_([issuer_key(each) for each in filters.issuer]))
    for column, allowed in (
        (documents.c.kind, filters.kind),
        (documents.c.status, filters.status),
        (documents.c.language, filters.language),
        (documents.c.id, filters.document_ids),
    ):
        if allowed:
            query = query.where(column.in_(allowed))
    if dated or filters.as_of:
        query = query.where(documents.c.issued.between(low, high))
    if dated:
        query = query.where(documents.c.issued != NO_DATE)
    return query


def document_row(document: Document) -> dict[str, Any]:
    """The columns of a document, but for those the library adds itself."""
    about = document.metadata
    words = " ".join(part for part in (document.title, about.issuer, about.number, about.outlet) if part)
    return {
        "id": document.id,
        "source": document.source,
        "title": document.title,
        "search_key": words.casefold(),
        "text": document.text,
        "characters": len(document.text),
        "media_type": document.media_type,
        "metadata": json.dumps(metadata_json(about), ensure_ascii=False),
        "layout": json.dumps(_layout(document), ensure_ascii=False, separators=(",", ":")),
        "warnings": json.dumps(document.warnings, ensure_ascii=False),
        "kind": about.kind,
        "status": about.status,
        "language": about.language,
        "issued": day_number(about.issued),
    }


def document(row: Any) -> Document:
    """A document out of its row."""
    layout = json.loads(row.layout)
    return Document(
        id=row.id,
        title=row.title,
        text=row.text,
        source=row.source,
        media_type=row.media_type,
        metadata=metadata_value(json.loads(row.metadata)),
        pages=tuple(_label(each) for each in layout["pages"]),
        sections=tuple(_label(each) for each in layout["sections"]),
        statements=tuple(_statement(each) for each in layout["statements"]),
        warnings=tuple(json.loads(row.warnings)),
    )


def period_rows(document: Document) -> list[dict[str, Any]]:
    """The times that a document is about: those its title names, or else the day it was issued."""
    issued = document.metadata.issued
    named = found_periods(document.title) or (((issued, issued),) if issued else ())
    return [
        {"document_id": document.id, "first_day": day_number(first), "last_day": day_number(last)}
        for first, last in named
    ]


def listed(row: Any) -> dict[str, Any]:
    """The columns of `LISTED` as the fields of a listing."""
    fields = dict(row._mapping)  # noqa: SLF001 (public by SQLAlchemy's documentation)
    return fields | {"metadata": json.loads(row.metadata), "warnings": tuple(json.loads(row.warnings))}


def metadata_json(about: Metadata) -> dict[str, Any]:
    """Metadata with dates as 2020-02-24."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(about).items()}


def metadata_value(held: dict[str, Any]) -> Metadata:
    """Metadata out of what `metadata_json` made."""
    dates = {
        name: date.fromisoformat(held[name]) if held[name] else None for name in ("issued", "effective", "expires")
    }
    relations = tuple(Relation(**each) for each in held["relations"])
    return Metadata(**(held | dates | {"relations": relations}))


def chunk_row(value: Chunk, ordinal: int, vector_key: str) -> dict[str, Any]:
    """The columns of a chunk."""
    return {
        "id": value.id,
        "document_id": value.document_id,
        "ordinal": ordinal,
        "start": value.span.start,
        "end": value.span.end,
        "first": value.statements[0],
        "last": value.statements[1],
        "tokens": value.tokens,
        "section": value.section,
        "lead_start": value.lead_in.start if value.lead_in else None,
        "lead_end": value.lead_in.end if value.lead_in else None,
        "vector_key": vector_key,
    }


def chunk(row: Any) -> Chunk:
    """A chunk out of its row."""
    return Chunk(
        id=row.id,
        document_id=row.document_id,
        span=Span(start=row.start, end=row.end),
        statements=(row.first, row.last),
        tokens=row.tokens,
        section=row.section,
        lead_in=Span(start=row.lead_start, end=row.lead_end) if row.lead_start is not None else None,
    )


def _layout(value: Document) -> dict[str, Any]:
    return {
        "pages": [[label.span.start, label.span.end, label.label] for label in value.pages],
        "sections": [[label.span.start, label.span.end, label.label] for label in value.sections],
        "statements": [
            [
                each.span.start,
                each.span.end,
                [each.lead_in.start, each.lead_in.end] if each.lead_in else None,
                [[note.start, note.end] for note in each.notes],
            ]
            for each in value.statements
        ],
    }


def _label(held: list[Any]) -> Label:
    return Label(span=Span(start=held[0], end=held[1]), label=held[2])


def _statement(held: list[Any]) -> Statement:
    start, end, lead_in, notes = held
    return Statement(
        span=Span(start=start, end=end),
        lead_in=Span(start=lead_in[0], end=lead_in[1]) if lead_in else None,
        notes=tuple(Span(start=note[0], end=note[1]) for note in notes),
    )
