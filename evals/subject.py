"""What is measured: the program in this process, or a running server. Both speak the contract's JSON.

A follow-up is asked after the turns of its history, with the answers that the case gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from assistant.rendering import source_name
from evals.carrying import carries
from evals.case import Case, Checked, Reply
from evals.kept import Json
from ingest.errors import CaveatError
from ingest.sources import Source
from vectorstore.filters import Filters


class NotOffered(CaveatError):
    """The program has no such ability yet."""

    code = "not_offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the program said, and how long it took by step, in seconds; `total` is what the asker waited."""

    result: Json
    seconds: Mapping[str, float] = field(default_factory=dict)


class Subject(Protocol):
    """The program under measurement."""

    @property
    def name(self) -> str:
        """What it is, for people."""

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """What will make its results."""

    def documents(self) -> Mapping[str, str]:
        """Ids of its documents by their names."""

    def document(self, document_id: str) -> Json:
        """Title, text and metadata of a document."""

    def answer(self, case: Case, documents: Mapping[str, str]) -> Told:
        """The answer to a case's question; `documents` are ids by name."""

    def check(self, given: Checked) -> Told:
        """The claims of a text with their verdicts and doubts."""

    def settle(self, given: Reply, documents: Mapping[str, str]) -> Told:
        """The claims that a chat model's reply makes; `documents` are ids by name."""

    def read(self, path: Path) -> Told:
        """What becomes of a file."""


class WordOverlap:
    """The yardstick of `evals.carrying` as a checker: a floor for verdicts, and a measure of the yardstick itself."""

    name = "words"
    fingerprint: Mapping[str, str] = {"library": "none", "subject": "words"}

    def documents(self) -> Mapping[str, str]:
        """It has none."""
        return {}

    def document(self, document_id: str) -> Json:
        """It has none."""
        raise NotOffered(f"There is no document {document_id}.", "")

    def answer(self, case: Case, documents: Mapping[str, str]) -> Told:  # noqa: ARG002 (one shape for all)
        """It answers nothing."""
        raise NotOffered("The yardstick answers no questions.", "")

    def check(self, given: Checked) -> Told:
        """Supported where the sources carry the text, not found elsewhere; it never says contradicted."""
        judged = carries("\n".join(each.text for each in given.sources), given.text)
        claim = {
            "id": "c1",
            "text": given.text,
            "span": {"start": 0, "end": len(given.text)},
            "verdict": "supported" if judged.holds else "not_found",
            "citations": [],
            "doubts": [],
        }
        return Told(result={"check": {"claims": [claim], "lacks": ["claims"]}})

    def settle(self, given: Reply, documents: Mapping[str, str]) -> Told:  # noqa: ARG002 (one shape for all)
        """It settles nothing."""
        raise NotOffered("The yardstick settles no replies.", "")

    def read(self, path: Path) -> Told:
        """It reads nothing."""
        raise NotOffered(f"The yardstick does not read {path.name}.", "")


def filters_of(case: Case, documents: Mapping[str, str]) -> Filters:
    """What a case narrows its question to; `documents` are ids by name."""
    given = case.filters
    return Filters(
        issuer=given.issuer,
        kind=given.kind,
        status=given.status,
        language=given.language,
        issued_from=given.issued_from,
        issued_to=given.issued_to,
        as_of=given.as_of,
        document_ids=tuple(documents[name] for name in given.documents),
    )


def by_name(held: list[tuple[str, str]]) -> dict[str, str]:
    """Ids by name: the file's name, or the `_id` that a record came with."""
    return {document_name(source): document_id for source, document_id in held}


def document_name(source: str) -> str:
    """The name that cases call a document by.

    >>> document_name("library:a%20notice.md"), document_name("mtrag:#17-0"), document_name("notice.md")
    ('a notice.md', '17-0', 'notice.md')
    """
    name = source_name(source)
    return name.partition("#")[2] or unquote(name.removeprefix("library:"))


def named_source(path: Path, root: Path) -> Source:
    """A file of a library as a source whose identity does not depend on where the library lies."""
    relative = path.relative_to(root) if path != root else Path(path.name)
    return Source(uri=f"library:{relative.name}", name=relative.name, content=path.read_bytes())


def bare(answer: Json) -> Json:
    """An answer without the names of where it is kept, which differ each time."""
    return {name: value for name, value in answer.items() if name not in {"conversation_id", "turn_id"}}
