"""A text as one statement, and the doubts that it raises itself."""

import re

from assistant.doubts import Finding, find
from ingest.document import Document, Kind, Metadata, Span, Statement


def document(text: str, *, kind: Kind = "other", issuer: str | None = None) -> Document:
    return Document(
        id="d",
        title="",
        text=text,
        source="d.txt",
        media_type="text/plain",
        metadata=Metadata(kind=kind, issuer=issuer),
    )


def part(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start=start, end=start + len(words))


def doubts(text: str, *, kind: Kind = "other", issuer: str | None = None) -> list[Finding]:
    notes = tuple(
        Span(start=note.start(), end=note.end())
        for note in re.finditer(r"\([^()]*(?:[Nn]ote:|Ed\.)[^()]*\)|（[^（）]*(?:注|按)[：:][^（）]*）", text)
    )
    whole = document(text, kind=kind, issuer=issuer)
    return list(find(whole, Statement(span=Span(start=0, end=len(text)), notes=notes)))
