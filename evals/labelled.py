"""Statements that people labelled, with the documents they stand in: the sample library's, the minutes', the seed, or short texts of a set's own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.case import BadSet
from ingest.document import Document, Kind, Span, Statement
from ingest.errors import BadInput
from ingest.pipeline import Ingested, ingest
from ingest.sources import Source, from_record, gather
from vectorstore.embedding import HashingEmbedder

LIBRARY = Path(__file__).parent / "library" / "documents"
DATA = Path("../shared/data")
MINUTES, SEED, OWN = "fomc:", "seed", "text:"
HALF = 2  # a label belongs to a statement where they share at least one half of either

Half = Literal["build", "report"]
Row = TypeVar("Row", bound=BaseModel)


class Text(BaseModel):
    """A short document of a set's own; other rows refer to it by its `name`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    title: str = ""
    kind: Kind = "other"
    issuer: str | None = None
    outlet: str | None = None
    issued: date | None = None
    body: Annotated[str, Field(pattern=r"\S")]


def rows(path: Path, row: type[Row]) -> list[Row]:
    """The rows of a JSON lines file; what is wrong with one is told with its line."""
    if not path.exists():
        raise BadInput(f"{path} does not exist.", "Name a file of JSON lines.")
    found: list[Row] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                found.append(row.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                raise BadSet(
                    f"{path}:{number}: {where}: {first['msg']}.", "docs/evals.md describes the rows."
                ) from error
    return found


def half(key: str) -> Half:
    """The half of a set that an id falls into, by its hash: one to build on, one to report on."""
    return "report" if hashlib.sha256(key.encode()).digest()[0] % 2 else "build"


def documents(names: Iterable[str], texts: Mapping[str, Text], data: Path = DATA) -> dict[str, Document]:
    """The named documents, each read as a file or record of a library is."""
    wanted = sorted(set(names))
    sources = {name: _source(name, texts, data) for name in wanted}
    read = ingest(sources.values(), HashingEmbedder().measure)
    found: dict[str, Document] = {}
    for name, each in zip(wanted, read, strict=True):
        if not isinstance(each, Ingested):
            raise BadSet(f"{name} cannot be read.", "Give it in a format that the library reads.")
        found[name] = each.document
    return found


def _source(name: str, texts: Mapping[str, Text], data: Path) -> Source:
    if name.startswith(OWN):
        if name.removeprefix(OWN) not in texts:
            raise BadSet(f"No row gives the text of {name!r}.", "Give it once under `text`, with that `name`.")
        return from_record(record(name, texts[name.removeprefix(OWN)]), "labelled")
    if name == SEED:
        paths = sorted((data / "seed").glob("*.txt"))
    elif name.startswith(MINUTES):
        paths = sorted((data / "demo_fomc").rglob(name.removeprefix(MINUTES)))
    else:
        paths = [LIBRARY / name]
    if len(paths) != 1 or not paths[0].exists():
        raise BadSet(f"There is no document {name!r}.", f"--data says where the development data lie; now {data}.")
    [source] = gather([str(paths[0])])
    return source


def record(name: str, text: Text) -> dict[str, Any]:
    """A text as a record of JSON lines."""
    stated = {"kind": text.kind, "issuer": text.issuer, "outlet": text.outlet}
    metadata = {key: value for key, value in stated.items() if value}
    if text.issued is not None:
        metadata["issued"] = text.issued.isoformat()
    return {"_id": name, "title": text.title, "text": text.body, "metadata": metadata}


def place(document: Document, words: str, near: Span | None = None) -> Span | None:
    """Where words stand in a document, runs of white space counting as one; of several places the one next to `near`."""
    parts = [re.escape(part) for part in words.split()]
    found = [Span(start=match.start(), end=match.end()) for match in re.finditer(r"\s+".join(parts), document.text)]
    if near is None or not found:
        return found[0] if found else None
    return min(found, key=lambda span: abs(span.start - near.start))


def statements(document: Document, words: Span) -> Iterator[Statement]:
    """The statements that labelled words are about."""
    for statement in document.statements:
        shared = min(statement.span.end, words.end) - max(statement.span.start, words.start)
        shorter = min(statement.span.end - statement.span.start, words.end - words.start)
        if shared > 0 and HALF * shared >= shorter:
            yield statement
