"""The seed document and the FOMC minutes, where they lie beside the project: answers that must not get worse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.chain import Assistant
from ingest.sources import gather
from vectorstore.embedding import SentenceEmbedder
from vectorstore.filters import Filters
from vectorstore.store import Store

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the development data does not lie beside the project")


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Store(tmp_path_factory.mktemp("seed"), SentenceEmbedder()) as store:
        list(store.ingest(gather([str(DATA / "seed")])))
        yield Assistant(store)


@pytest.fixture(scope="module")
def minutes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    meetings = [str(file) for file in (DATA / "demo_fomc" / "2023").glob("MeetingDate=2023-0[135]-*")]
    with Store(tmp_path_factory.mktemp("minutes"), SentenceEmbedder()) as store:
        list(store.ingest(gather(sorted(meetings))))
        yield Assistant(store)


def doubts(answer: Answer, words: str) -> dict[str, str]:
    """Kinds and reasons of the doubts about the claim that holds some words."""
    [claim] = [claim for claim in answer.claims if words in claim.text]
    return {doubt.kind: doubt.reason for doubt in claim.doubts}


def test_health_codes_are_questioned_by_the_note_itself(seed: Assistant):
    """The evidence is the note's own characters; its neighbours carry neither doubt."""
    answer = seed.answer("How accurate are the health codes?")
    [claim] = [claim for claim in answer.claims if "health code" in claim.text]
    found = {doubt.kind: doubt for doubt in claim.doubts}
    assert {"questioned", "self_reported"} <= set(found)
    assert [citation.quote for citation in found["questioned"].evidence] == [
        "CP note: the accuracy of these systems is in doubt"
    ]
    for question, words in (
        ("Were wildlife sales banned?", "banned wildlife"),
        ("What are authorities to do about e-commerce?", "facilitate e-commerce"),
    ):
        assert not {"questioned", "self_reported"} & set(doubts(seed.answer(question), words))


def test_a_broken_sentence_is_said_to_be_one(seed: Assistant):
    """Hubei's headquarters, cut off."""
    assert "cut_off" in doubts(
        seed.answer("Who set up an emergency supply chain management platform?"),
        "Hubei epidemic prevention and control headquarters",
    )


def test_a_newspapers_argument_is_the_newspapers(seed: Assistant):
    """The newspaper is named."""
    found = doubts(
        seed.answer("What do Alibaba's remote work applications do for these efforts?"), "remote work applications"
    )
    assert "21st Century Business Herald" in found["attributed"]


def test_the_notices_own_words_are_not_doubted(seed: Assistant):
    """An order in the issuer's own voice is no hearsay."""
    answer = seed.answer("Which firms' resumption should local authorities prioritise?")
    assert doubts(answer, "should prioritise the resumption of logistics, transportation and other firms") == {}


@pytest.mark.parametrize(
    "question", ["What did the notice say about semiconductor exports?", "Who won the 2018 World Cup?"]
)
def test_what_the_seed_does_not_say_is_refused(seed: Assistant, question: str):
    """No answer out of thin air."""
    assert seed.answer(question).refused


def test_a_question_about_a_meeting_is_answered_from_its_minutes(minutes: Assistant):
    """March 2023 is the meeting of March 21-22, 2023."""
    answer = minutes.answer("What did participants say about banking stress in March 2023?")
    assert not answer.refused
    assert "March 21–22, 2023" in answer.claims[0].citations[0].title
    titles = [claim.citations[0].title for claim in answer.claims]
    assert sum("March 21–22, 2023" in title for title in titles) * 2 > len(titles)


def test_a_date_filter_holds(minutes: Assistant):
    """Nothing issued outside the days that are given is cited."""
    filters = Filters(issued_from=date(2023, 5, 1), issued_to=date(2023, 5, 31))
    answer = minutes.answer("What did participants say about inflation?", filters)
    assert answer.claims
    assert {passage.document.metadata.issued for passage in answer.passages} == {date(2023, 5, 24)}
