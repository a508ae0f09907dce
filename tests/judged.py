"""Claims judged by the rules, against documents of one text each."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.checking import Deterministic, Judgement
from ingest.document import Chunk, Document, Metadata, Span
from ingest.sentences import statements
from vectorstore.embedding import HashingEmbedder
from vectorstore.retrieval import Passage


def written(text: str, title: str = "", name: str = "d", about: Metadata | None = None) -> Passage:
    """A passage of one document with this text."""
    read = statements(text)
    document = Document(
        id=name,
        title=title,
        text=text,
        source="d.txt",
        media_type="text/plain",
        metadata=about or Metadata(),
        statements=read,
    )
    span, last = Span(start=0, end=len(text)), len(read) - 1
    chunk = Chunk(id=f"{name}-0", document_id=name, span=span, statements=(0, last), tokens=0)
    return Passage(chunk=chunk, document=document, score=1.0, found_by="both")


def judge(claim: str, cited: Sequence[Passage], others: Sequence[Passage] = (), question: str = "") -> Judgement:
    """The judgement of a claim."""
    return Deterministic(HashingEmbedder()).verify(claim, cited, others, question)
