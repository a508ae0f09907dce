"""Doubts of one statement, marked in a text that tests write for it."""

from __future__ import annotations

from assistant.doubts import find
from evals.labelled import place, statements
from ingest.pipeline import Ingested, ingest
from ingest.sources import from_record
from vectorstore.embedding import HashingEmbedder


def kinds_marked(kind: str, text: str) -> set[str]:
    """The kinds of doubt of the statement between ⟦ and ⟧, in a report or in another text."""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    paper, society = ("北港日报", "北港理事会") if chinese else ("Northport Daily", "Harbour Society")
    about = {"kind": kind, "outlet": paper} if kind == "report" else {"kind": kind, "issuer": society}
    body = text.replace("⟦", "").replace("⟧", "")
    record = {"_id": "one", "title": "记录" if chinese else "A record", "text": body, "metadata": about}
    [read] = ingest([from_record(record, "test")], HashingEmbedder().measure)
    assert isinstance(read, Ingested)
    span = place(read.document, text[text.index("⟦") + 1 : text.index("⟧")])
    assert span is not None
    return {doubt.kind for each in statements(read.document, span) for doubt in find(read.document, each)}
