"""Which statements elsewhere in the library speak of what a claim speaks of.

The word index finds chunks that hold the claim's rarest terms; their statements are compared with the claim by the codes
that the library keeps of them (`vectorstore.prints`), read from the library at that moment, so that what was removed is
never found. Nothing is embedded. Across languages figures and Latin names alone can tell; such a find says so in `by`.

    elsewhere = Elsewhere(store)
    [stated] = elsewhere.stated([claim])
    [alike] = elsewhere.alike([stated])          # best first
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from assistant.answer import Claim
from assistant.doubts.nearing import (
    Near,
    best,
    doubt_codes,
    doubting_hits,
    foreign_hits,
    wanted_of,
    word_hits,
)
from assistant.doubts.stated import Alike, Place, Stated, Tie, limits
from ingest.document import Document
from vectorstore.filters import Filters
from vectorstore.index import Hit
from vectorstore.library import LibraryError
from vectorstore.print_rows import Excerpt
from vectorstore.store import Store
from vectorstore.terms import query_terms
from vectorstore.words import WordIndex

_MOST_CITED = 6  # statements of a citation that are taken for what a claim rests on


class Elsewhere:
    """Finds such statements in a store; while its word index is being rebuilt it finds none."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._languages: tuple[int, tuple[bool, bool]] = (-1, (False, False))

    @property
    def ready(self) -> bool:
        """Whether there is a word index to find anything in."""
        return isinstance(self._store.words.index, WordIndex)

    def stated(self, claims: Sequence[Claim]) -> list[Stated]:
        """Claims with the statements behind their citations."""
        ids = {citation.document_id for claim in claims for citation in claim.citations}
        held = {document.id: document for document in self._store.library.documents(list(ids))}
        return [Stated(claim=claim, places=tuple(_places(claim, held))) for claim in claims]

    def alike(self, stated: Sequence[Stated]) -> list[tuple[Alike, ...]]:
        """For each claim what speaks of the same, best first; never a statement that it rests on itself."""
        index = self._store.words.index
        if not isinstance(index, WordIndex):
            return [() for _ in stated]
        wanted = [wanted_of(each, index) for each in stated]
        others = self._other_languages()
        hits: list[dict[Tie, list[Hit]]] = [
            {
                "words": word_hits(each, index),
                "figures": foreign_hits(each, index, others),
                "doubt": doubting_hits(said, each, index),
            }
            for said, each in zip(stated, wanted, strict=True)
        ]
        ids = {hit.chunk_id for each in hits for found in each.values() for hit in found}
        printed = self._store.library.prints(list(ids))
        return self._read([best(want, each, printed) for want, each in zip(wanted, hits, strict=True)])

    def of_one_matter(self, document: Document) -> list[str]:
        """The documents that hold most of a document's rarest words, best first, as far as they come near to it itself."""
        index = self._store.words.index
        if not isinstance(index, WordIndex):
            return []
        bound = limits().matter
        counts = index.counts(sorted(query_terms(document.text)))
        shared = [term for term, count in counts.items() if count > 1]
        rarest = sorted(shared, key=counts.__getitem__)[: bound["asked"]]
        hits = index.holding(rarest, Filters(), bound["chunks"])
        printed = self._store.library.prints([hit.chunk_id for hit in hits])
        best: dict[str, float] = {}
        for hit in hits:
            if hit.chunk_id in printed:
                best.setdefault(printed[hit.chunk_id].document_id, hit.score)
        own = best.pop(document.id, 0.0)
        return [each for each, score in best.items() if score >= bound["score"] * own][: bound["documents"]]

    def _read(self, found: Sequence[Sequence[Near]]) -> list[tuple[Alike, ...]]:
        """What was found, in the words of the library at this moment."""
        excerpts = self._store.library.excerpts(list({each.chunk_id for part in found for each in part}))
        return [
            tuple(self._told(each, excerpts[each.chunk_id]) for each in part if each.chunk_id in excerpts)
            for part in found
        ]

    def _told(self, near: Near, excerpt: Excerpt) -> Alike:
        return Alike(
            document_id=near.document_id,
            position=near.position,
            text=excerpt.text[near.run.start - excerpt.start : near.run.end - excerpt.start],
            title=excerpt.title,
            about=excerpt.about,
            share=near.share,
            back=near.back,
            numbers=near.numbers,
            by=near.by,
            questions=not doubt_codes().isdisjoint(near.run.codes),
            noted=near.run.noted,
            codes=frozenset(near.run.codes),
            read=self._document,
        )

    def _document(self, document_id: str) -> Document:
        document = self._store.library.document(document_id)
        if document is None:
            raise LibraryError(f"Document {document_id} was taken away a moment ago.", "Ask again.")
        return document

    def _other_languages(self) -> tuple[bool, bool]:
        """Whether there are documents in Chinese, and documents in other languages; asked again after a change."""
        change = self._store.library.last_change()
        if self._languages[0] != change:
            counts = self._store.library.counts
            chinese, every = counts(Filters(language=("zh",)))[0], counts()[0]
            self._languages = (change, (chinese > 0, every > chinese))
        return self._languages[1]


def _places(claim: Claim, held: Mapping[str, Document]) -> Iterator[Place]:
    seen = set()
    for citation in claim.citations:
        document = held.get(citation.document_id)
        if document is None:
            continue
        first = bisect_left(document.statements, citation.span.start, key=lambda each: each.span.start)
        for position in range(first, min(first + _MOST_CITED, len(document.statements))):
            if not citation.span.holds(document.statements[position].span):
                break
            if (document.id, position) not in seen:
                seen.add((document.id, position))
                yield Place(document=document, position=position)
