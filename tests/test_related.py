"""What stands beside some words: copies, voices, who agrees, who disagrees, what is left open; and the route that tells it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from test_voices import FILLING, held, notice, report

from assistant.answer import Claim, cite
from assistant.api.problems import MEDIA_TYPE, install
from assistant.api.related import RelatedOut, routes
from assistant.doubts.from_library import FromLibrary
from assistant.doubts.stated import limits
from assistant.related import MOST_STATEMENTS, Found, Related
from ingest.document import Document, Span
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

STORY = (
    "Early on Friday a fire took hold of the old paper mill below the weir. Two engines came from Linden and a third from "
    "the harbour, but the roof fell before noon. Nobody was hurt, said the foreman, who had sent the night shift home. "
    "The owner wants to build again on the same ground once the insurers have walked through the ruin with their lamps."
)
CITIES = "As of 29 February 2020, 200 cities used the health code"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, sample_library: Path) -> Iterator[Store]:
    """The sample library; nothing here changes it."""
    with Store(tmp_path_factory.mktemp("related"), HashingEmbedder()) as store:
        list(store.ingest(gather([str(sample_library)])))
        yield store


@pytest.fixture
def client(hashing_store: Store) -> Iterator[TestClient]:
    app = FastAPI()
    install(app)
    app.include_router(routes(hashing_store))
    with TestClient(app) as client:
        yield client


def beside(store: Store, name: str, words: str) -> Found:
    """What stands beside some words of a document."""
    store.follow()
    document = held(store, name)
    start = document.text.index(words)
    return Related(store).to(document, Span(start=start, end=start + len(words)))


def test_who_says_so_who_says_otherwise_and_what_is_a_copy(sample: Store):
    """The sample library's figure: a reprint is a copy and no voice, the other count stands against it with both dates."""
    found = beside(sample, "harbour-ledger-health-code.md", CITIES)
    assert [each.title for each in found.copies] == ["SCAN TO ENTER: TWO HUNDRED CITIES JOIN THE CODE"]
    [statement] = found.statements
    assert [(each.name, each.copies) for each in statement.voices] == [("Harbour Ledger", 1)]
    assert [(each.about.outlet, each.voice, each.copied) for each in statement.agreeing] == [
        ("Tidewater Courier", "Harbour Ledger", True)
    ]
    [other] = statement.disagreeing
    assert (other.how, other.reason) == (
        "figure",
        "Harbour Ledger (3 March 2020) says “200 cities”, Northgate Wire (3 March 2020) says “151 cities”.",
    )
    assert "151 cities" in other.citation.quote


def test_a_copy_that_changed_the_figure_says_something_of_its_own(hashing_store: Store):
    """A reprint that says otherwise stands there once; a copy of it with a figure of its own is no reprint."""
    told = "On 29 February 2020, {} cities used the health code. {}"
    papers = {"Harbour Ledger": 200, "Fen Herald": 200, "Marsh Courier": 180}
    copies = [report(name, name, told.format(count, STORY)) for name, count in papers.items()]
    list(hashing_store.ingest([*copies, report("own", "Northgate Wire", told.format(151, ""))]))
    [statement] = beside(hashing_store, "own", "151 cities used the health code").statements
    copied = {each.about.outlet: each.copied for each in statement.disagreeing}
    assert copied.keys() == papers.keys()
    assert copied["Harbour Ledger"] != copied["Fen Herald"]
    assert not copied["Marsh Courier"]


def test_both_sides_tell_of_each_other(sample: Store):
    """No side is the winner: opened from the other end, the same disagreement stands there, and each report against it."""
    found = beside(sample, "northgate-wire-health-code.html", "the health code was in use in 151 cities")
    [statement] = found.statements
    assert {each.about.outlet for each in statement.disagreeing} >= {"Harbour Ledger", "Tidewater Courier"}


def test_another_language_is_left_open_where_figures_alone_tie_them(sample: Store):
    """What shares a date alone is shown as undecided, and is no voice."""
    found = beside(sample, "civic-data-review-accuracy.pdf", "began in Linqiao on 11 February 2020")
    [statement] = found.statements
    assert [each.about.outlet for each in statement.undecided] == ["青桥日报"]
    assert "青桥日报" not in [each.name for each in statement.voices]


def test_what_no_longer_holds_is_told_and_disputes_nothing(sample: Store):
    """A rule that has expired: the reason, the words of the notice, and no statement against it."""
    found = beside(sample, "eastern-freight-weekly-night-routes.docx", "the road pass is free of charge")
    [statement] = found.statements
    assert statement.lapsed is not None
    assert "expired on 31 March 2020" in statement.lapsed.reason
    assert [each.citation.title for each in statement.lapsed.evidence] == [
        "TEMPORARY RULE ON ROAD PASSES FOR DELIVERY VEHICLES"
    ]
    assert statement.disagreeing == ()


def test_every_statement_is_told_as_its_doubts_tell_it(sample: Store):
    """For every statement of three reports: the voices are those of the claim that quotes it, each quote is its
    document's, a statement never stands beside itself, and agreeing ones are counted with a voice."""
    related, doubts = Related(sample), FromLibrary(sample)
    agreeing = disagreeing = 0
    for name in (
        "harbour-ledger-health-code.md",
        "northgate-wire-health-code.html",
        "kestrel-business-brief-notice.pdf",
    ):
        document = held(sample, name)
        for position, each in enumerate(document.statements):
            found = related.to(document, each.span)
            [statement] = found.statements
            [claim] = doubts.doubted([_claimed(document, position)])
            assert statement.voices == claim.voices
            others = (*statement.agreeing, *statement.disagreeing, *statement.undecided)
            for other in others:
                held_there = sample.library.document(other.citation.document_id)
                assert held_there is not None
                assert held_there.quote(other.citation.span) == other.citation.quote
                assert other.citation.document_id != document.id
            assert {other.voice for other in statement.agreeing} <= {voice.name for voice in statement.voices}
            if "disputed" in [doubt.kind for doubt in claim.doubts]:
                assert statement.disagreeing
            agreeing, disagreeing = agreeing + len(statement.agreeing), disagreeing + len(statement.disagreeing)
    assert agreeing > 20
    assert disagreeing > 2


def _claimed(document: Document, position: int) -> Claim:
    """A statement as an answer quotes it."""
    span = document.statements[position].span
    return Claim(id="c", text=document.quote(span), span=span, verdict="supported", citations=(cite(document, span),))


def test_a_notice_is_told_of_the_reports_that_tell_its_order_otherwise(hashing_store: Store):
    """The doubt is the report's alone; who opens the notice sees that it is told otherwise."""
    order = "Platforms are encouraged to waive the fees of small sellers until 30 June 2021."
    list(
        hashing_store.ingest(
            [
                notice("n", "Ministry of Mills", f"{order} It is in force.", "MM [2021] 3"),
                report("r", "Fen Herald", order.replace("are encouraged to", "must")),
                report("s", "Moor Times", FILLING),
            ]
        )
    )
    [statement] = beside(hashing_store, "n", order).statements
    assert [(each.how, each.about.outlet) for each in statement.disagreeing] == [("duty", "Fen Herald")]


def test_a_long_span_is_compared_in_part_and_says_so(hashing_store: Store):
    """So many statements are compared, and the others are counted as not compared."""
    list(hashing_store.ingest([report("a", "Fen Herald", FILLING)]))
    document = held(hashing_store, "a")
    found = Related(hashing_store).to(document, Span(start=0, end=len(document.text)))
    assert len(found.statements) == MOST_STATEMENTS
    assert found.unread == len(document.statements) - MOST_STATEMENTS


def test_what_is_found_is_bounded_however_many_say_it(hashing_store: Store):
    """Thirty papers of one fact: no more are read than the search for statements hands on."""
    fact = "The mill at Sorrel Bridge burned down on 4 June 2021 and 37 workers lost their jobs."
    papers = [
        report(f"p{n}", f"Paper {chr(65 + n)}{chr(97 + n)}", f"{fact} Ward {n} was quiet that night.")
        for n in range(24)
    ]
    list(hashing_store.ingest(papers))
    [statement] = beside(hashing_store, "p0", fact).statements
    assert 1 <= len(statement.agreeing) <= limits().kept


def test_the_route_tells_it_and_refuses_what_is_no_span(client: TestClient, hashing_store: Store):
    """A document's copies without a span; with one its statements; half a span is a bad request, one outside is not found."""
    list(hashing_store.ingest([report("a", "Sorrel Post", STORY), report("b", "Fen Herald", STORY)]))
    hashing_store.follow()
    document = held(hashing_store, "a")
    path = f"/v1/documents/{document.id}/related"
    told = client.get(path).json()
    RelatedOut.model_validate(told)
    assert [each["metadata"]["outlet"] for each in told["copies"]] == ["Fen Herald"]
    assert (told["copied"], told["statements"], told["complete"]) == (1, [], True)
    [statement] = client.get(path, params={"start": 0, "end": 5}).json()["statements"]
    assert statement["quote"] == document.quote(document.statements[0].span)
    assert [each["copied"] for each in statement["agreeing"]] == [True]
    whole = client.get(path, params={"start": 0, "end": len(document.text)}).json()
    assert client.get(path, params={"start": 0}).json() == whole
    assert client.get(path, params={"end": len(document.text)}).json() == whole
    for params, status, code in (
        ({"start": 5, "end": 5}, 404, "not_found"),
        ({"start": 0, "end": 10**6}, 404, "not_found"),
        ({"start": -1, "end": 4}, 422, "invalid"),
        ({"as_of": "yesterday"}, 422, "invalid"),
    ):
        reply = client.get(path, params=params)
        assert (reply.status_code, reply.headers["content-type"], reply.json()["code"]) == (status, MEDIA_TYPE, code)
    assert client.get("/v1/documents/nope/related").status_code == 404


def test_what_came_out_later_does_not_count_as_of_a_day(client: TestClient, hashing_store: Store):
    """With `as_of`, a statement of a document that came out after the day disputes nothing."""
    said = "As of 1 June 2021 the relief fund listed 400 families in Linden."
    list(
        hashing_store.ingest(
            [
                report("a", "Sorrel Post", said, "2021-06-02"),
                report("b", "Fen Herald", said.replace("400", "530"), "2021-06-09"),
            ]
        )
    )
    hashing_store.follow()
    path = f"/v1/documents/{held(hashing_store, 'a').id}/related?start=0&end=20"
    against = [
        len(client.get(f"{path}{day}").json()["statements"][0]["disagreeing"]) for day in ("", "&as_of=2021-06-03")
    ]
    assert against == [1, 0]
