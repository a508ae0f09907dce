"""Search by words (BM25) in tantivy. The only module that imports tantivy.

Terms are made in `terms.py` and indexed as they are; what stands in front of a chunk (title, section, lead-in) is a field
of its own that counts less than the chunk's own words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

from vectorstore.filters import NO_DATE, Filters, day_number, issuer_key
from vectorstore.index import Hit, Query, Shelf
from vectorstore.terms import query_terms, terms

_FRONT_WEIGHT = 0.4
_WRITER_MEMORY = 64_000_000
_Part = tuple[tantivy.Occur, tantivy.Query]


class WordIndex:
    """One tantivy index in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(_schema(), path=str(folder))
        self._writer: tantivy.IndexWriter | None = None

    def apply(self, removed: Sequence[str], added: Iterable[Shelf]) -> None:
        """Deletes by document, then adds chunks, in one commit."""
        if self._writer is None:
            self._writer = self._index.writer(_WRITER_MEMORY, 1)
            self._writer.garbage_collect_files()  # a killed commit's .del file would make the same commit fail for good
        for document_id in removed:
            self._writer.delete_documents_by_term("document_id", document_id)
        for document, held in added:
            self._writer.delete_documents_by_term("document_id", document.id)
            about = document.metadata
            for chunk, _ in held:
                lead_in = document.quote(chunk.lead_in) if chunk.lead_in else ""
                front = terms(f"{document.title} {about.outlet or ''} {chunk.section} {lead_in}")
                row = tantivy.Document()
                row.add_text("chunk_id", chunk.id)
                row.add_text("document_id", document.id)
                row.add_text("words", " ".join(terms(document.quote(chunk.span))))
                row.add_text("front", " ".join(front))
                for name, value in (
                    ("issuer", issuer_key(about.issuer)),
                    ("kind", about.kind),
                    ("status", about.status),
                ):
                    row.add_text(name, value)
                row.add_text("language", about.language)
                row.add_integer("issued", day_number(about.issued))
                self._writer.add_document(row)
        self._writer.commit()
        self._index.reload()

    def search(self, query: Query, filters: Filters, limit: int) -> list[Hit]:
        """BM25 over the query's terms, best first."""
        parts = self._wanted(query.text)
        return self._found(parts, filters, limit) if parts else []

    def holding(self, wanted: Sequence[str], filters: Filters, limit: int, *, among: Sequence[str] = ()) -> list[Hit]:
        """The chunks whose own words hold most of some terms, by BM25, best first; with `among`, one of those at least."""
        schema = self._index.schema
        parts: list[_Part] = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", each)) for each in wanted
        ]
        if among and parts:
            needed = tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, "words", list(among)), 0.0)
            parts = [(tantivy.Occur.Must, tantivy.Query.boolean_query(parts)), (tantivy.Occur.Must, needed)]
        return self._found(parts, filters, limit) if parts else []

    def rarity(self, wanted: Sequence[str]) -> dict[str, float]:
        """How much a term tells: its inverse document frequency (BM25's), the highest for a term that is nowhere."""
        size = self._index.searcher().num_docs
        counts = self.counts(wanted)
        return {term: math.log(1 + (size - count + 0.5) / (count + 0.5)) for term, count in counts.items()}

    def counts(self, wanted: Sequence[str]) -> dict[str, int]:
        """How many chunks hold each of some terms."""
        searcher = self._index.searcher()
        return {term: searcher.doc_freq("words", term) for term in wanted}

    def close(self) -> None:
        """Lets merges end and gives the writer's lock back."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _found(self, parts: list[_Part], filters: Filters, limit: int) -> list[Hit]:
        wanted = tantivy.Query.boolean_query(parts)
        conditions = list(_conditions(self._index.schema, filters))
        if conditions:
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, wanted), *conditions])
        searcher = self._index.searcher()
        found = searcher.search(wanted, limit, count=False).hits
        return [Hit(chunk_id=str(searcher.doc(address).get_first("chunk_id")), score=score) for score, address in found]

    def _wanted(self, text: str) -> list[_Part]:
        schema, parts = self._index.schema, []
        for term in query_terms(text):
            own = tantivy.Query.term_query(schema, "words", term)
            front = tantivy.Query.boost_query(tantivy.Query.term_query(schema, "front", term), _FRONT_WEIGHT)
            parts += [(tantivy.Occur.Should, own), (tantivy.Occur.Should, front)]
        return parts


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("chunk_id", "document_id", "issuer", "kind", "status", "language"):
        builder.add_text_field(name, stored=name == "chunk_id", tokenizer_name="raw", index_option="basic")
    for name in ("words", "front"):
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("issued", indexed=True, fast=True)
    return builder.build()


def _conditions(schema: tantivy.Schema, filters: Filters) -> Iterable[_Part]:
    """Conditions that narrow and do not score."""
    for name, values in (
        ("issuer", [issuer_key(each) for each in filters.issuer]),
        ("kind", filters.kind),
        ("status", filters.status),
        ("language", filters.language),
        ("document_id", filters.document_ids),
    ):
        if values:
            yield (
                tantivy.Occur.Must,
                tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, name, list(values)), 0.0),
            )
    low, high, dated = filters.day_range()
    if dated or filters.as_of:
        days = tantivy.Query.range_query(
            schema, "issued", tantivy.FieldType.Integer, max(low, NO_DATE + 1) if dated else low, high
        )
        yield tantivy.Occur.Must, tantivy.Query.const_score_query(days, 0.0)
