"""Where files come from: paths, folders, standard input, JSON lines, uploads. One Source is one document to be."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import BadInput, CaveatError, UnreadableFile

LARGEST_FILE = 200_000_000
_RECORD_SUFFIXES = {".jsonl", ".ndjson"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Bytes with a name for people and a `uri` that says whether a later one takes this one's place.

    `record` is set where title, text and metadata came as JSON; `error` where the bytes could not be had.
    """

    uri: str
    name: str
    content: bytes = b""
    record: Mapping[str, Any] | None = field(default=None)
    error: CaveatError | None = None


def gather(paths: Iterable[str]) -> Iterator[Source]:
    """The sources under files, folders (all files below, in order of name, hidden ones left out) and `-` (standard input)."""
    for path in paths:
        if path == "-":
            yield from _standard_input(sys.stdin.buffer.read())
        else:
            for file in _files(Path(path)):
                yield from from_file(file)


def count(paths: Iterable[str]) -> int:
    """How many files `gather` will open; for a progress bar."""
    return sum(1 if path == "-" else sum(1 for _ in _files(Path(path))) for path in paths)


def from_file(path: Path) -> Iterator[Source]:
    """The one source of a file, or one for each line of a JSON lines file."""
    uri = path.resolve().as_uri()
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UnreadableFile(
                "too_large", f"{path.name} is larger than {LARGEST_FILE // 1_000_000} MB.", "Split it."
            )
        content = path.read_bytes()
    except UnreadableFile as error:
        yield Source(uri=uri, name=path.name, error=error)
    except OSError as error:
        yield Source(
            uri=uri, name=path.name, error=UnreadableFile("broken", f"{path.name} cannot be read: {error.strerror}.")
        )
    else:
        if path.suffix.lower() in _RECORD_SUFFIXES:
            yield from from_json_lines(content, uri)
        else:
            yield Source(uri=uri, name=path.name, content=content)


def from_upload(name: str, content: bytes) -> Iterator[Source]:
    """The sources of an uploaded file; a later upload of the same name takes its place."""
    name = Path(name.replace("\\", "/")).name or "upload"
    uri = f"upload:{name}"
    if Path(name).suffix.lower() in _RECORD_SUFFIXES:
        yield from from_json_lines(content, uri)
    else:
        yield Source(uri=uri, name=name, content=content)


def from_json_lines(content: bytes, uri: str) -> Iterator[Source]:
    """One source for each line `{_id, title, text, metadata}`; a bad line is a source with an error that names the line."""
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            yield Source(
                uri=f"{uri}#line{number}",
                name=f"line {number}",
                error=BadInput(f"Line {number} is not JSON.", "Each line is one object: {_id, title, text, metadata}."),
            )
        else:
            yield from_record(record, uri, f"line {number}")


def from_record(sent: object, uri: str, where: str = "the document") -> Source:
    """The source of one JSON object; its identity is its `_id`, or its text where it has none."""
    hint = 'Give an object such as {"_id": "1", "title": "...", "text": "...", "metadata": {"issuer": "..."}}.'
    if not isinstance(sent, dict) or not isinstance(sent.get("text"), str):
        return Source(uri=f"{uri}#{where}", name=where, error=BadInput(f"{where} has no field `text`.", hint))
    record: dict[str, Any] = _storable(sent)
    given = record.get("_id", record.get("id"))
    title = record.get("title") or ""
    if not isinstance(title, str) or not isinstance(given, (str, int, type(None))):
        return Source(
            uri=f"{uri}#{where}", name=where, error=BadInput(f"{where} has a title or _id that is no text.", hint)
        )
    kept = {"text": record["text"]} | {key: record[key] for key in ("title", "metadata") if record.get(key)}
    content = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()
    key = str(given) if given is not None else hashlib.sha256(content).hexdigest()[:16]
    return Source(uri=f"{uri}#{key}", name=title or key, content=content, record=kept)


def _storable(value: Any) -> Any:
    """JSON with NUL and lone surrogates, which no text can hold, taken out of its strings."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {str(_storable(key)): _storable(each) for key, each in value.items()}
    return [_storable(each) for each in value] if isinstance(value, list) else value


def _standard_input(content: bytes) -> Iterator[Source]:
    first = content.lstrip()[:1]
    if first == b"{":
        yield from from_json_lines(content, "stdin:")
    else:
        digest = hashlib.sha256(content).hexdigest()[:16]
        yield Source(uri=f"stdin:{digest}", name="standard input", content=content)


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise BadInput(f"{path} does not exist.", "Check the path; a folder, a file or - is wanted.")
    if not path.is_dir():
        yield path
        return
    for child in sorted(path.iterdir()):
        if (
            not child.name.startswith(".") and child.exists()
        ):  # a link that leads nowhere, or round in a circle, does not
            yield from _files(child)
