"""The one door into ingest: sources go in, Documents with their Chunks come out, or a typed refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

from ingest import metadata as finding
from ingest.chunking import ChunkSize, Measure, chunked
from ingest.document import Chunk, Document, Kind, Metadata, Reading, Relation, Status, document_id
from ingest.errors import BadInput, CaveatError, UnreadableFile
from ingest.isolation import Isolated
from ingest.reading import media_type_of
from ingest.sentences import statements
from ingest.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """A document ready for the library, with what is embedded for each chunk, and the bytes it was read from."""

    document: Document
    chunks: tuple[Chunk, ...]
    texts: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The same bytes from the same source are in the library already."""

    source: Source
    document_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A source that ends as no document, and why."""

    source: Source
    error: CaveatError


def ingest(
    sources: Iterable[Source],
    measure: Measure,
    *,
    known: Callable[[str], bool] = lambda _: False,
    size: ChunkSize | None = None,
    isolated: Isolated | None = None,
) -> Iterator[Ingested | Unchanged | Refused]:
    """Reads each source; `known` tells whether a document id is in the library, `measure` counts word pieces."""
    with isolated or Isolated() as reader:
        for source in sources:
            if source.error is not None:
                yield Refused(source=source, error=source.error)
                continue
            identity = document_id(source.content, source.uri)
            if known(identity):
                yield Unchanged(source=source, document_id=identity)
                continue
            try:
                document = _document(source, identity, reader)
            except CaveatError as error:
                yield Refused(source=source, error=error)
                continue
            cut = chunked(document, measure, size)
            yield Ingested(document=cut.document, chunks=cut.chunks, texts=cut.texts, content=source.content)


def _document(source: Source, identity: str, reader: Isolated) -> Document:
    if source.record is not None:
        reading, media_type = _recorded(source.record), "application/json"
        title = str(source.record.get("title") or "").strip()
        metadata = given_metadata(source.record.get("metadata") or {}, finding.find(reading, source.name))
    else:
        media_type = media_type_of(source.name, source.content)
        reading = reader.read(source.content, media_type)
        title, metadata = "", finding.find(reading, source.name)
    found = statements(reading.text, reading.sections)
    if not found:
        raise UnreadableFile("empty", f"{source.name} holds no statement.", "Give a file with text in it.")
    return Document(
        id=identity,
        title=title or finding.title_of(reading, source.name),
        text=reading.text,
        source=source.uri,
        media_type=media_type,
        metadata=metadata,
        pages=reading.pages,
        sections=reading.sections,
        statements=found,
        warnings=reading.warnings,
    )


def _recorded(record: Any) -> Reading:
    text = str(record["text"]).replace("\r\n", "\n").replace("\r", "\n")
    return Reading(text=text, title=str(record.get("title") or ""))


def given_metadata(given: Any, found: Metadata) -> Metadata:
    """What the sender states about a document, over what its text states; a bad value is a BadInput that names it."""
    if not isinstance(given, dict):
        raise BadInput("`metadata` is not an object.", 'Give it as {"issuer": "...", "issued": "2020-02-24"}.')
    changes: dict[str, Any] = {}
    changes |= {name: str(given[name]) for name in ("issuer", "number", "outlet", "language") if given.get(name)}
    for name in ("issued", "effective", "expires"):
        if given.get(name):
            try:
                changes[name] = date.fromisoformat(str(given[name]))
            except ValueError as error:
                raise BadInput(
                    f"`metadata.{name}` is not a date: {given[name]!r}.", "Write it as 2020-02-24."
                ) from error
    for name, allowed in (("kind", get_args(Kind)), ("status", get_args(Status))):
        if given.get(name):
            if given[name] not in allowed:
                raise BadInput(f"`metadata.{name}` is {given[name]!r}.", f"Use one of {', '.join(allowed)}.")
            changes[name] = given[name]
    if isinstance(given.get("relations"), list):
        changes["relations"] = tuple(_relation(each) for each in given["relations"])
    return replace(found, **changes)


def _relation(given: Any) -> Relation:
    if isinstance(given, dict) and given.get("kind") in {"supersedes", "amends", "repeals"} and given.get("target"):
        return Relation(kind=given["kind"], target=str(given["target"]))
    raise BadInput(
        "`metadata.relations` holds something else than {kind, target}.", "kind: supersedes, amends or repeals."
    )
