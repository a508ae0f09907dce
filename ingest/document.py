"""The values that ingest makes: a Document with exact spans, its Statements and its Chunks.

Every offset counts characters (code points) of `Document.text`, end exclusive, so that `document.quote(span)` is the
quoted text, to the character, in every language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["notice", "report", "other"]
Status = Literal["draft", "trial", "in_force", "amended", "repealed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A stretch of characters, `start` inclusive, `end` exclusive."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def holds(self, other: Span) -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Span) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A labelled stretch of the text: a page ("3") or a section ("II. Measures › Health codes")."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a document says of another: `supersedes`, `amends` or `repeals` the one named in `target`, its number or title."""

    kind: Literal["supersedes", "amends", "repeals"]
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the text or its file states about a document; what is not stated is None or "unknown", never guessed."""

    issuer: str | None = None
    number: str | None = None
    kind: Kind = "other"
    issued: date | None = None
    effective: date | None = None
    expires: date | None = None
    status: Status = "unknown"
    relations: tuple[Relation, ...] = ()
    language: str = "und"
    outlet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader gets out of a file.

    The text is canonical: paragraphs are parted by a blank line; each list item is a line of its own that starts with two
    spaces per level of nesting and a bullet ("• ") or its number ("1. "); headings are lines of their own, parted by
    blank lines; `\\n` ends a line; there is no NUL, no byte order mark and no lone surrogate. `hints` is what the file
    itself states (title, author, publisher, created, language ...), `sections` and `pages` are in order and do not overlap.
    """

    text: str
    title: str = ""
    pages: tuple[Label, ...] = ()
    sections: tuple[Label, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence or list item.

    `lead_in` is the open line that a list item completes ("Authorities are to ..."); `notes` are the editor's and
    analyst's notes that touch the statement, brackets included.
    """

    span: Span
    lead_in: Span | None = None
    notes: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text with where it came from and what it states about itself."""

    id: str
    title: str
    text: str
    source: str
    media_type: str
    metadata: Metadata = Metadata()
    pages: tuple[Label, ...] = ()
    sections: tuple[Label, ...] = ()
    statements: tuple[Statement, ...] = ()
    warnings: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Of what tells documents apart: a text keeps its hash, that of thousands of statements would be reckoned each time."""
        return hash((self.id, self.text))

    def quote(self, span: Span) -> str:
        """The characters of a span."""
        return self.text[span.start : span.end]

    def read(self, statement: Statement) -> str:
        """A statement as a person reads it: its lead-in, where it has one, then its own words."""
        words = self.quote(statement.span)
        if statement.lead_in is None:
            return words
        return f"{self.quote(statement.lead_in)} … {words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A run of whole statements that fits the embedder's window.

    `statements` are the positions [first, last] in `Document.statements`; `tokens` is the length of what is embedded,
    in word pieces, special tokens included; `lead_in` is embedded in front where a statement needs one that lies
    outside the span.
    """

    id: str
    document_id: str
    span: Span
    statements: tuple[int, int]
    tokens: int
    section: str = ""
    lead_in: Span | None = None


def document_id(content: bytes, source: str) -> str:
    """The identity of a document: 24 hexadecimal digits of a hash over its content and its source."""
    digest = hashlib.sha256(hashlib.sha256(content).digest() + source.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:24]
