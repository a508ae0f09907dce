"""Retrieval: fused, filtered, timely, without near-copies."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from ingest.dates import periods
from ingest.sources import Source, from_json_lines
from vectorstore.filters import Filters
from vectorstore.following import Follower
from vectorstore.index import Hit, Query
from vectorstore.retrieval import Retriever, Weights
from vectorstore.store import Store


def records(*given: dict[str, object]) -> Iterable[Source]:
    return from_json_lines(
        "\n".join(json.dumps({"_id": str(n), **each}) for n, each in enumerate(given)).encode(), "t:"
    )


REPORT = "The harbour office counted 140 ships in the outer port on Monday and said that nine of them were waiting for pilots."


def test_near_copies_do_not_fill_the_list(hashing_store: Store):
    """A reprint is folded into the passage that it copies, which names it."""
    list(
        hashing_store.ingest(
            records(
                {"title": "Ships", "text": REPORT},
                {"title": "Ships again", "text": REPORT.replace("on Monday", "this Monday")},
                {
                    "title": "Other ships",
                    "text": "The outer port has room for ships of nine metres draught, the harbour office writes.",
                },
            )
        )
    )
    passages = hashing_store.retriever.search("ships in the outer port").passages
    assert sorted(passage.document.title for passage in passages) in (
        ["Other ships", "Ships"],
        ["Other ships", "Ships again"],
    )
    assert sum(len(passage.copies) for passage in passages) == 1


def test_filters_hold_in_what_is_found(hashing_store: Store):
    """No passage of a document that the filters leave out is found, by meaning or by words."""
    list(
        hashing_store.ingest(
            records(
                *(
                    {
                        "title": f"n{n}",
                        "text": f"Ships of kind{n} may enter.",
                        "metadata": {"issued": f"2020-0{n + 1}-01"},
                    }
                    for n in range(6)
                )
            )
        )
    )
    found = hashing_store.retriever.search(
        "which ships may enter", filters=Filters(issued_from=periods("March 2020")[0][0])
    )
    assert {passage.document.title for passage in found.passages} == {"n2", "n3", "n4", "n5"}


def test_a_question_about_a_month_prefers_its_documents(hashing_store: Store):
    """The month that a question names is matched with what documents are about, not with any mention of it."""
    list(
        hashing_store.ingest(
            records(
                {
                    "title": "Minutes of the board, June 2023",
                    "text": "Members spoke of bank stress in March.",
                },
                {"title": "Minutes of the board, March 21-22, 2023", "text": "Members spoke of bank stress."},
            )
        )
    )
    found = hashing_store.retriever.search("What did members say of bank stress in March 2023?")
    assert found.passages[0].document.title == "Minutes of the board, March 21-22, 2023"
    assert found.timely == {found.passages[0].document.id}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in March 2023", [("2023-03-01", "2023-03-31")]),
        ("Minutes, January 31–February 1, 2023", [("2023-01-01", "2023-01-31"), ("2023-02-01", "2023-02-28")]),
        ("2020年2月和2021", [("2020-02-01", "2020-02-29"), ("2021-01-01", "2021-12-31")]),
        ("2020-02-24", [("2020-02-01", "2020-02-29")]),
        ("notice 20204 of 1600 words", []),
    ],
)
def test_periods_are_read_as_written(text: str, expected: list[tuple[str, str]]):
    """Months and years in English, Chinese and figures."""
    assert [(first.isoformat(), last.isoformat()) for first, last in periods(text)] == expected


def test_passages_are_exact(hashing_store: Store):
    """Law 1: a passage's text is its span of its document."""
    list(hashing_store.ingest(records({"title": "😀", "text": "😀 健康码已推广。\n\nShips may enter. 😀"})))
    for passage in hashing_store.retriever.search("健康码 ships").passages:
        assert passage.text == passage.document.text[passage.chunk.span.start : passage.chunk.span.end]


def test_a_small_library_is_searched_exactly_and_a_larger_one_by_chroma(
    hashing_store: Store, monkeypatch: pytest.MonkeyPatch
):
    """Up to `narrow` passages the nearest are found by comparing all, filtered or not; beyond it Chroma is asked."""
    list(hashing_store.ingest(records(*({"title": f"Ship {n}", "text": f"Ship {n} carries coal."} for n in range(6)))))
    asked: list[str] = []
    sound = Follower.search

    def search(self: Follower, query: Query, filters: Filters, limit: int) -> list[Hit]:
        asked.append(self.name)
        return sound(self, query, filters, limit)

    monkeypatch.setattr(Follower, "search", search)
    small = hashing_store.retriever
    exact = [passage.chunk.id for passage in small.search("Ship 3 carries coal.").passages]
    named = small.search("Ship 3 carries coal.", filters=Filters(document_ids=(exact[2].rpartition("-")[0],)))
    assert (asked, [passage.chunk.id for passage in named.passages]) == (["words", "words"], [exact[2]])
    large = Retriever(
        hashing_store.library, hashing_store.embedder, hashing_store.meaning, hashing_store.words, Weights(narrow=0)
    )
    assert [passage.chunk.id for passage in large.search("Ship 3 carries coal.").passages] == exact
    assert "chroma" in asked
