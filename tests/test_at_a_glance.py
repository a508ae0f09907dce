"""Looks that spare a reading: whatever they rule out, a reading rules out too."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from assistant.checking.measuring import may_hold_a_day
from assistant.checking.reading import language, subject
from assistant.doubts import at_a_glance
from assistant.doubts.comparing import may_say_otherwise, otherwise
from assistant.doubts.said import said, share
from assistant.doubts.stated import Place, standing_alone
from ingest.document import Metadata
from ingest.pipeline import Ingested, ingest
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder


@pytest.fixture(scope="module")
def places(sample_library: Path) -> list[Place]:
    read = ingest(gather([str(sample_library)]), HashingEmbedder().measure)
    documents = [each.document for each in read if isinstance(each, Ingested)]
    return [Place(document=each, position=n) for each in documents for n in range(len(each.statements))]


def test_a_text_holds_no_more_of_a_statement_than_is_seen_at_a_glance(places: list[Place]):
    pairs = [(a, b) for a, b in combinations(places, 2) if language(a.text) == language(b.text)][::7]
    assert len(pairs) > 1000
    for one, other in pairs:
        terms = subject(one.text)
        assert at_a_glance.may_share(terms, other.text) >= share(terms, subject(other.text)), (one.text, other.text)


def test_who_names_a_day_may_hold_one(places: list[Place]):
    dated = [each for each in places if said(each).days]
    assert len(dated) > 50
    assert all(may_hold_a_day(each.text) for each in dated)


def test_what_says_otherwise_is_worth_reading(places: list[Place]):
    pairs = [(a, b) for a, b in combinations(places, 2) if len(subject(a.text) & subject(b.text)) >= 3]
    conflicts = [(a, b) for a, b in pairs if otherwise(a, b) is not None]
    assert len(conflicts) >= 5
    for one, other in conflicts:
        alone = standing_alone(other.text, other.document.metadata, other.document.id)
        assert may_say_otherwise(one, alone), (one.text, other.text)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("It may rise for a second time, and the march goes on.", False),
        ("In May it rose.", True),
        ("It rose in march.", False),
        ("It rose by Sept. that year.", True),
        ("In the year two thousand it fell.", True),
        ("It fell in 2020.", True),
        ("三月起执行。", True),
        ("有关单位遵照执行。", False),
    ],
)
def test_days_at_a_glance(*, text: str, holds: bool):
    assert may_hold_a_day(text) is holds


def test_reprints_are_seen_by_their_letters():
    one, other = (
        standing_alone(text, Metadata(), name) for text, name in (("Prices\nrose.", "a"), ("Prices rose.", "b"))
    )
    assert at_a_glance.same_words(one, other)
    assert not may_say_otherwise(one, other)
