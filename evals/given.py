"""Sources that come with a text to be checked, as passages: each a document of its own, read whole."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.document import Chunk, Document, Span, Statement
from ingest.sentences import statements
from vectorstore.retrieval import Passage


def passages(sources: Sequence[tuple[str, str]]) -> list[Passage]:
    """One passage for each title and text that says anything."""
    return [_passage(f"given-{n}", title, text) for n, (title, text) in enumerate(sources, start=1) if text.strip()]


def _passage(key: str, title: str, text: str) -> Passage:
    whole = Span(start=0, end=len(text))
    read = statements(text) or (Statement(span=whole),)
    document = Document(id=key, title=title, text=text, source=key, media_type="text/plain", statements=read)
    chunk = Chunk(id=f"{key}-0", document_id=key, span=whole, statements=(0, len(read) - 1), tokens=0)
    return Passage(chunk=chunk, document=document, score=1.0, found_by="both")
