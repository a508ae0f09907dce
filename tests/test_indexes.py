"""Chroma, tantivy and exact search: one law over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Chunk, Document, Metadata, Span
from vectorstore.chroma import open_folder
from vectorstore.exact import ExactIndex
from vectorstore.filters import Filters
from vectorstore.index import Index, Query, Shelf
from vectorstore.library import Entry, Library
from vectorstore.terms import query_terms, terms
from vectorstore.words import WordIndex

DIMENSION = 16
Filled = Callable[[list[Shelf]], Index]


def shelf(number: int, text: str = "", **about: object) -> Shelf:
    """A document of one chunk with a vector of its own."""
    text = text or f"Statement number{number} tells of barley and rye."
    span = Span(start=0, end=len(text))
    document = Document(
        id=f"d{number:03}",
        title=f"Title {number}",
        text=text,
        source=f"s{number}",
        media_type="text/plain",
        metadata=Metadata(**about),  # type: ignore[arg-type]
    )
    vector = np.random.default_rng(number).normal(size=DIMENSION).astype(np.float32)
    chunk = Chunk(id=f"d{number:03}-0", document_id=document.id, span=span, statements=(0, 0), tokens=9)
    return document, [(chunk, vector / np.linalg.norm(vector))]


@pytest.fixture(params=["chroma", "words", "exact"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Filled]:
    """Makes an index that holds some documents."""
    library = Library(f"sqlite:///{tmp_path / 'library.db'}", tmp_path / "originals")
    held: list[Index] = []

    def fill(shelves: list[Shelf]) -> Index:
        index: Index
        if request.param == "exact":
            index = ExactIndex(library)
            for document, chunks in shelves:
                key = document.id
                entry = Entry(
                    document=document,
                    chunks=tuple(c for c, _ in chunks),
                    vector_keys=(key,),
                    content=document.text.encode(),
                )
                library.add([entry], {key: chunks[0][1]})
        else:
            index = open_folder(tmp_path / "c") if request.param == "chroma" else WordIndex(tmp_path / "w")
            index.apply([], shelves)
        held.append(index)
        return index

    yield fill
    for index in held:
        index.close()
    library.close()


def ids(index: Index, shelves: list[Shelf], filters: Filters, limit: int = 100) -> set[str]:
    hits = index.search(Query(text="barley", vector=shelves[0][1][0][1]), filters, limit)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    return {hit.chunk_id[:4] for hit in hits}


START = date(2020, 1, 1)
LIBRARY = [
    shelf(
        n,
        issuer=[None, "MIIT", "Ministry of  Health"][n % 3],
        kind=["notice", "report", "other"][n % 3],
        status=["in_force", "unknown"][n % 2],
        language=["en", "zh"][n % 2],
        issued=START + timedelta(days=30 * n) if n % 4 else None,
    )
    for n in range(24)
]
FILTERS = [
    Filters(issuer=("miit",)),
    Filters(issuer=("MINISTRY of health", "MIIT")),
    Filters(kind=("notice",)),
    Filters(kind=("notice", "report"), status=("in_force",)),
    Filters(language=("zh",)),
    Filters(issued_from=date(2020, 6, 1)),
    Filters(issued_to=date(2020, 6, 1)),
    Filters(issued_from=date(2020, 3, 1), issued_to=date(2020, 12, 1), kind=("other",)),
    Filters(as_of=date(2020, 6, 1)),
    Filters(as_of=date(2020, 6, 1), issued_from=date(2020, 2, 1)),
    Filters(document_ids=("d001", "d002", "nothing")),
    Filters(issuer=("nobody",)),
]


def test_filters_hold_inside_every_index(filled: Filled):
    """An index gives exactly the documents that `Filters.admits`; no filter leaves too few or lets one slip."""
    index = filled(LIBRARY)
    for filters in FILTERS:
        assert ids(index, LIBRARY, filters) == {d.id for d, _ in LIBRARY if filters.admits(d.id, d.metadata)}, filters


def test_the_library_filters_as_the_indexes_do(tmp_path: Path):
    """The list of documents and the counts follow the same filters."""
    library = Library(f"sqlite:///{tmp_path / 'library.db'}", tmp_path / "originals")
    for document, chunks in LIBRARY:
        entry = Entry(document=document, chunks=tuple(c for c, _ in chunks), vector_keys=(document.id,), content=b"x")
        library.add([entry], {document.id: chunks[0][1]})
    for filters in FILTERS:
        admitted = {d.id for d, _ in LIBRARY if filters.admits(d.id, d.metadata)}
        assert {held.id for held in library.page(filters)} == admitted
        assert library.counts(filters) == (len(admitted), len(admitted))
    library.close()


def test_the_nearest_comes_first(filled: Filled):
    """A chunk is the best hit for its own vector and words."""
    shelves = [shelf(n) for n in range(30)]
    index = filled(shelves)
    for document, [(chunk, vector)] in shelves:
        [best, *_] = index.search(Query(text=f"number{int(document.id[1:])}", vector=vector), Filters(), 3)
        assert best.chunk_id == chunk.id


def test_what_is_taken_away_is_not_found(filled: Filled):
    """A removed document is gone; a document applied twice is there once, with its newest words."""
    shelves = [shelf(n) for n in range(6)]
    index = filled(shelves)
    if isinstance(index, ExactIndex):  # reads the library, whose removals the store's tests cover
        index.apply(["d001"], [])
        assert ids(index, shelves, Filters()) == {document.id for document, _ in shelves}
        return
    index.apply(["d001", "never"], [shelf(2), shelf(3)])
    assert ids(index, shelves, Filters()) == {"d000", "d002", "d003", "d004", "d005"}
    hits = index.search(Query(text="barley", vector=shelves[0][1][0][1]), Filters(), 100)
    assert len(hits) == 5


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("各地推广健康码。", "健康码"),
        ("已有２，０００家企业复工。", "2000家"),
        ("ＭＩＩＴ issued it.", "MIIT"),
        ("Firms are resuming production.", "resumed"),
        ("The café’s licences lapsed.", "licence"),
    ],
)
def test_words_are_found_as_people_write_them(tmp_path: Path, text: str, query: str):
    """English words match by stem, Chinese ones inside longer runs, full width as half width."""
    index = WordIndex(tmp_path)
    index.apply([], [shelf(1, text), shelf(2, "Nothing of the kind. 没有。")])
    assert [hit.chunk_id for hit in index.search(Query(text=query), Filters(), 5)][:1] == ["d001-0"]
    index.close()


def test_rare_terms_tell_more(tmp_path: Path):
    """A term that is nowhere is the rarest, one that is everywhere the commonest."""
    index = WordIndex(tmp_path)
    index.apply([], [shelf(n) for n in range(9)])
    rarity = index.rarity(["barley", "3", "marzipan"])
    assert rarity["barley"] < rarity["3"] < rarity["marzipan"]
    index.close()


def test_a_question_is_searched_by_what_it_is_about():
    """The frame of a question is no search term; a question of nothing but frame keeps its words."""
    assert query_terms("What did the notice say about health codes?") == ["notic", "health", "code"]
    assert query_terms("健康码是什么？") == ["健康", "康码"]
    assert query_terms("What is it?") == terms("What is it?")


@given(st.text(max_size=200))
def test_terms_never_fail(text: str):
    """Any text has terms without blanks, and its query terms are among them or its frame alone."""
    assert all(term and not any(c.isspace() for c in term) for term in [*terms(text), *query_terms(text)])


def test_terms_are_the_same_from_every_thread():
    """Stemming in several threads at once gives what one thread gives."""
    words = [
        f"{stem}{end}" for stem in ("regul", "notif", "organ", "oper") for end in ("ations", "ying", "ization", "ators")
    ]
    texts = [" ".join(f"{word}{n}x {word}" for word in words) for n in range(200)]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(terms, texts))
    assert together == [terms(text) for text in texts]
