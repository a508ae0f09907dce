"""Near-copies: aligned term by term, kept with the documents, and gone with them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sql
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources import Source, from_record, gather
from vectorstore import rows
from vectorstore.copying import Copied, aligned, families, passages, run
from vectorstore.embedding import HashingEmbedder
from vectorstore.prints import codes, packed, unpacked
from vectorstore.store import Store

WORDS = (
    "harbour",
    "ferry",
    "ledger",
    "permit",
    "notice",
    "market",
    "price",
    "bridge",
    "orchard",
    "platform",
    "freight",
)
CHINESE = "港口渡船许可通知市场价格大桥果园平台货运县城夜间线路编码大门船厂医院学校仓库道路"


def paragraph(seed: int, length: int = 60, *, chinese: bool = False) -> str:
    rng = random.Random(seed)  # noqa: S311 (made-up text)
    if chinese:
        return "".join(rng.choice(CHINESE) for _ in range(length)) + "。"
    return " ".join(f"{rng.choice(WORDS)}{rng.randint(0, 40)}" for _ in range(length)).capitalize() + "."


def text(*seeds: int, chinese: bool = False) -> str:
    return "\n\n".join(paragraph(seed, chinese=chinese) for seed in seeds)


def record(name: str, body: str, outlet: str = "") -> Source:
    given = {"_id": name, "title": f"Title {name}", "text": body}
    return from_record(given | ({"metadata": {"outlet": outlet}} if outlet else {}), "test")


def kept(store: Store, *records: Source) -> list[str]:
    return [str(outcome.id) for outcome in store.ingest(records)]


def together(store: Store, ids: Sequence[str]) -> bool:
    found = families(store.library.copied(ids))
    return len({found.get(each, each) for each in ids}) == 1


@given(st.lists(st.integers(0, 30), min_size=3, max_size=12, unique=True), st.data(), st.booleans())
def test_a_trimmed_text_is_a_copy_and_another_text_is_none(seeds: list[int], data: st.DataObject, chinese: bool):  # noqa: FBT001
    """What was kept of a text stands in it, in any part of it; of a text that was made apart no passage does."""
    left = data.draw(st.lists(st.sampled_from(seeds), min_size=1, unique=True))
    trimmed = [seed for seed in seeds if seed in left]
    whole, part = (run([codes(text(*chosen, chinese=chinese))]) for chosen in (seeds, trimmed))
    found = aligned(part, whole)
    assert found.whole
    assert found.share > 0.9
    assert all(0 <= each.start < each.end <= len(part) for each in found.stretches)
    other = run([codes(text(*(seed + 100 for seed in seeds), chinese=chinese))])
    assert passages(aligned(part, other)) == ()


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_statements_come_back_as_they_were_packed(texts: list[str]):
    """The codes of each statement, in order, whatever its characters."""
    from ingest.document import Chunk, Document, Span, Statement  # noqa: PLC0415 (only here)

    whole, spans = "", []
    for each in texts:
        spans.append(Span(start=len(whole), end=len(whole) + len(each)))
        whole += each
    statements = tuple(Statement(span=span) for span in spans)
    document = Document(id="a", title="", text=whole, source="a", media_type="text/plain", statements=statements)
    chunk = Chunk(
        id="a-0", document_id="a", span=Span(start=0, end=len(whole)), statements=(0, len(texts) - 1), tokens=0
    )
    kept = unpacked(packed(document, chunk))
    assert [each.codes for each in kept] == [codes(each) for each in texts]
    assert [(each.start, each.end) for each in kept] == [(span.start, span.end) for span in spans]


def test_a_passage_that_was_taken_over_is_found_and_the_texts_stay_two():
    """Sixty words in a row are no chance; the rest is each writer's own."""
    one, other = run([codes(text(1, 2, 3, 4))]), run([codes(text(11, 12, 3, 14, 15))])
    found = aligned(one, other)
    assert not found.whole
    [stretch] = passages(found)
    assert stretch.end - stretch.start >= 48


def test_two_texts_of_a_series_do_not_become_one_by_an_extract():
    """The extract is laid to the text that holds most of it."""

    def pair(one: str, other: str, share: float, terms: tuple[int, int]) -> Copied:
        whole = {"document_id": one, "other_id": other, "share": share, "whole": True, "stretches": ()}
        return Copied(terms=terms[0], other_terms=terms[1], **whole)

    found = families([pair("january", "extract", 1.0, (900, 100)), pair("march", "extract", 0.7, (950, 100))])
    assert found["january"] == found["extract"] != found.get("march", "march")


@pytest.mark.parametrize("chinese", [False, True])
def test_copies_are_known_when_they_are_kept_and_forgotten_when_removed(home: Path, chinese: bool):  # noqa: FBT001
    """In either order of arrival; what was removed is nobody's copy at once."""
    with Store(home, HashingEmbedder()) as store:
        bodies = (text(1, 2, 3, 4, chinese=chinese), text(2, 3, 4, chinese=chinese), text(7, 8, chinese=chinese))
        first, trimmed, other = kept(store, *(record(str(n), body) for n, body in enumerate(bodies)))
        assert together(store, [first, trimmed])
        assert not together(store, [first, other])
        assert store.remove(trimmed)
        assert store.library.copied([first, trimmed, other]) == []


def test_copies_are_found_however_many_documents_are_asked_for(home: Path, monkeypatch: pytest.MonkeyPatch):
    """Asked for in parts, the pairs of all parts are found, within one and across two."""
    with Store(home, HashingEmbedder()) as store:
        ids = kept(store, *(record(name, text(1, 2)) for name in "abc"), record("d", text(8, 9)))
        whole = sorted(store.library.copied(ids), key=repr)
        assert len(whole) == 3
        monkeypatch.setattr(rows, "IN_ONE_QUERY", 1)
        assert sorted(store.library.copied(ids), key=repr) == whole


def test_the_same_bytes_again_write_no_fingerprint(home: Path, sample_library: Path):
    """Law 4 for fingerprints, sketches and copies: the rows are those of the first time."""
    with Store(home, HashingEmbedder()) as store:

        def rows() -> list[list[tuple[object, ...]]]:
            engine = sql.create_engine(f"sqlite:///{home / 'library.db'}")
            with engine.connect() as connection:
                names = ("prints", "sketches", "copies")
                found = [connection.execute(sql.text(f"SELECT * FROM {name}")).all() for name in names]  # noqa: S608
            engine.dispose()
            return [[tuple(row) for row in table] for table in found]

        list(store.ingest(gather([str(sample_library)])))
        before = rows()
        assert all(before)
        list(store.ingest(gather([str(sample_library)])))
        assert rows() == before


def test_a_library_without_fingerprints_gets_them_when_it_is_opened(home: Path, sample_library: Path):
    """A library of schema 1 ends as one that was made anew."""
    with Store(home, HashingEmbedder()) as store:
        list(store.ingest(gather([str(sample_library)])))
        ids = store.library.ids()
        wanted = sorted(store.library.copied(ids), key=repr)
        chunks = [hit.chunk_id for hit in store.words.index.holding(["code", "health"], _no_filters(), 50)]  # type: ignore[union-attr]
        printed = store.library.prints(chunks)
    engine = sql.create_engine(f"sqlite:///{home / 'library.db'}")
    with engine.begin() as connection:
        for name in ("prints", "sketches", "copies"):
            connection.execute(sql.text(f"DROP TABLE {name}"))
        connection.execute(sql.text("UPDATE facts SET value = '1' WHERE name = 'schema'"))
    engine.dispose()
    with Store(home, HashingEmbedder()) as store:
        again = store.library.copied(ids)
        assert {frozenset((p.document_id, p.other_id)) for p in again} == {
            frozenset((p.document_id, p.other_id)) for p in wanted
        }
        assert wanted
        assert store.library.prints(chunks) == printed != {}
        assert store.library.fact("schema") == "2"


def _no_filters() -> object:
    from vectorstore.filters import Filters  # noqa: PLC0415 (only here)

    return Filters()
