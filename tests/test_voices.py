"""Doubts from the library: statements elsewhere, independent voices, single voices, and passages that question a claim."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import quoted
from assistant.answer import Answer, Claim
from assistant.answering.scoring import Quote
from assistant.chain import Assistant
from assistant.checking.verifier import Judgement, Support
from assistant.citing import Sentence
from assistant.client.reading_back import answer_value
from assistant.doubts.elsewhere import Elsewhere
from assistant.doubts.from_library import WEIGHT, FromLibrary
from assistant.events import Claimed, Done
from assistant.exporting import answer_markdown
from assistant.question import Question
from assistant.rendering import answer_lines, as_json
from assistant.writing import Written, added
from ingest.document import Document
from ingest.sources import Source, from_record, gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.retrieval import Passage
from vectorstore.store import Store

FACT = "The mill at Sorrel Bridge burned down on 4 June 2021 and 37 workers lost their jobs."
AGAIN = "On 4 June 2021 fire destroyed the mill at Sorrel Bridge, and 37 workers of the mill lost their jobs."
FILLING = " ".join(f"The council of ward {n} met in the old hall and spoke of drains and lamps." for n in range(40))


def report(name: str, outlet: str, text: str, issued: str = "2021-06-07", **more: str) -> Source:
    about = {"outlet": outlet, "kind": "report", "issued": issued} | more
    return from_record({"_id": name, "title": f"From {name}", "text": text, "metadata": about}, "test")


def notice(name: str, issuer: str, text: str, number: str) -> Source:
    about = {"issuer": issuer, "kind": "notice", "number": number, "issued": "2021-06-01"}
    return from_record({"_id": name, "title": "Notice", "text": text, "metadata": about}, "test")


def held(store: Store, name: str) -> Document:
    found = (store.library.document(each) for each in store.library.ids())
    return next(each for each in found if each is not None and each.source.endswith(name))


def claims(document: Document, *words: str) -> tuple[Claim, ...]:
    """Quoted claims for the statements that hold some words."""
    places = [n for n, each in enumerate(document.statements) if any(w in document.quote(each.span) for w in words)]
    passage = Passage(chunk=None, document=document, score=0.0, found_by="words")  # type: ignore[arg-type]
    return quoted.claims([Quote(passage=passage, position=n, score=0, coverage=0, cosine=0) for n in places])[0]


def doubted(store: Store, name: str, words: str) -> Claim:
    store.follow()
    [claim] = FromLibrary(store).doubted(claims(held(store, name), words))
    return claim


def kinds(claim: Claim) -> list[str]:
    return [doubt.kind for doubt in claim.doubts]


@pytest.fixture
def three(hashing_store: Store) -> Store:
    """Three reports by three outlets, one with the fact."""
    given = (report("a", "Sorrel Post", f"{FACT} The mayor came at noon."), report("b", "Fen Herald", FILLING))
    list(hashing_store.ingest([*given, report("c", "Moor Times", FILLING.replace("drains", "roads"))]))
    return hashing_store


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, sample_library: Path) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("home"), HashingEmbedder()) as store:
        list(store.ingest(gather([str(sample_library)])))
        yield store


def exact(store: Store, claim: Claim) -> None:
    for citation in (*claim.citations, *(each for doubt in claim.doubts for each in doubt.evidence)):
        document = store.library.document(citation.document_id)
        assert document is not None
        assert document.quote(citation.span) == citation.quote != ""


def test_a_fact_that_one_outlet_reports_is_a_single_voice_and_names_it(three: Store):
    """The reason names the outlet, and the evidence is the statement itself."""
    claim = doubted(three, "a", "Sorrel Bridge")
    assert kinds(claim) == ["single_voice"]
    assert claim.doubts[0].reason == "Only Sorrel Post says so; the library holds no second source."
    assert [each.quote for each in claim.doubts[0].evidence] == [FACT]
    assert [(voice.name, voice.copies) for voice in claim.voices] == [("Sorrel Post", 0)]


def test_a_second_voice_ends_the_doubt_and_removing_it_brings_it_back_at_once(three: Store):
    """Voices are read from the library at the moment of the answer."""
    [added] = three.ingest([report("d", "Heath Courier", f"{AGAIN} Nobody was hurt.")])
    claim = doubted(three, "a", "Sorrel Bridge")
    assert kinds(claim) == []
    assert [voice.name for voice in claim.voices] == ["Sorrel Post", "Heath Courier"]
    three.library.remove(str(added.id))  # the indexes do not know yet
    [claim] = FromLibrary(three).doubted(claims(held(three, "a"), "Sorrel Bridge"))
    assert kinds(claim) == ["single_voice"]


@settings(max_examples=8)
@given(st.integers(1, 4), st.booleans())
def test_a_copy_never_adds_a_voice(tmp_path_factory: pytest.TempPathFactory, copies: int, trimmed: bool):  # noqa: FBT001
    """However many papers reprint it, whole or without its end: the same voices, so many copies more."""
    story = (
        f"{FACT} {' '.join(f'Worker {n} told the paper about the smoke over the river that day.' for n in range(8))}"
    )
    with Store(tmp_path_factory.mktemp("home"), HashingEmbedder()) as store:
        own = [report("a", "Sorrel Post", story), report("b", "Fen Herald", FILLING)]
        cut = story[: len(story) // 2 if trimmed else None]
        list(
            store.ingest([*own, *(report(f"copy{n}", f"Reprint {n} Daily", cut, "2021-06-09") for n in range(copies))])
        )
        claim = doubted(store, "a", "Sorrel Bridge")
        assert [(voice.name, voice.copies) for voice in claim.voices] == [("Sorrel Post", copies)]
        assert kinds(claim) == ["single_voice"]
        exact(store, claim)


def test_quotation_of_one_speaker_is_one_voice(hashing_store: Store):
    """Two papers that cite the same agency are the agency."""
    given = [
        report(n, outlet, f"{FACT[:-1]}, reported Tessel Agency.")
        for n, outlet in (("a", "Fen Herald"), ("b", "Moor Times"))
    ]
    list(hashing_store.ingest([*given, report("c", "Heath Courier", FILLING)]))
    claim = doubted(hashing_store, "a", "Sorrel Bridge")
    assert [voice.name for voice in claim.voices] == ["Tessel Agency"]
    assert "single_voice" in kinds(claim)
    reason = next(doubt.reason for doubt in claim.doubts if doubt.kind == "single_voice")
    assert (
        reason
        == "Only Tessel Agency says so, as told by Fen Herald and Moor Times; the library holds no second source."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Mills must be inspected every 12 months.",
        "This notice takes effect on 1 June 2021.",
        "The inspection office answers 40 letters a day.",
    ],
)
def test_an_issuers_own_words_are_no_single_voice(three: Store, text: str):
    """A notice is the authority on its orders and on itself."""
    list(three.ingest([notice("n", "Ministry of Mills", f"{text} It is in force.", "MM [2021] 3")]))
    assert "single_voice" not in kinds(doubted(three, "n", text))


@pytest.mark.parametrize(
    "text",
    [
        "Under notice MM [2021] 3 mills must be inspected every 12 months.",
        "The mill may reopen in 14 months if money is found.",
        "We counted 37 workers at the gate of the mill.",
        "Sorrel Post asked 37 workers about the fire of 4 June 2021.",
        "The mill has not paid the 37 workers since June 2021.",
        "It burned for 14 hours before rain came to help.",
        "Two companies owned the mill by the river.",
        "Some say that the fire cost 3 million yuan.",
    ],
)
def test_what_no_second_source_could_confirm_is_left_in_peace(three: Store, text: str):
    """Retold notices, plans, a paper's own work, what is not so, what leans on the sentence before, manners of speaking."""
    list(three.ingest([report("d", "Sorrel Post", f"{text} The mayor spoke.")]))
    assert "single_voice" not in kinds(doubted(three, "d", text))


def test_a_library_of_one_publisher_says_nothing_of_voices(hashing_store: Store):
    """Where nobody else could speak, that nobody does tells nothing."""
    list(hashing_store.ingest([report("a", "Sorrel Post", FACT), report("b", "Sorrel Post", FILLING)]))
    assert kinds(doubted(hashing_store, "a", "Sorrel Bridge")) == []


def test_a_chinese_claim_is_told_in_chinese(hashing_store: Store):
    """The doubt, and the second voice that takes it away."""
    fact = "截至2021年6月4日，梅溪大桥的工厂共有370名工人领取了补助。"
    papers = [
        report("a", "青溪日报", f"{fact}市长到场。"),
        report("b", "石湾时报", "石湾的灯会在周末举行，居民可以入场。"),
    ]
    list(hashing_store.ingest([*papers, report("c", "Fen Herald", FILLING)]))
    claim = doubted(hashing_store, "a", "梅溪大桥")
    assert [doubt.reason for doubt in claim.doubts] == ["仅青溪日报一家这样说；资料库中没有第二个来源。"]
    list(hashing_store.ingest([report("d", "枫桥晚报", "梅溪大桥工厂的370名工人截至2021年6月4日领取了补助。")]))
    claim = doubted(hashing_store, "a", "梅溪大桥")
    assert [voice.name for voice in claim.voices] == ["青溪日报", "枫桥晚报"]
    assert kinds(claim) == []


def test_figures_tie_two_languages(hashing_store: Store):
    """Two figures, one of them exact, make a second voice; a date alone only keeps the doubt back."""
    english = "On 28 June 2021 the relief fund listed 1,340 families. The school of Linden opened on 3 May 2021."
    chinese = "截至2021年6月28日，救济基金共登记1340户家庭。林登学校于2021年5月3日开学。"
    others = [report("b", "青溪日报", chinese), report("c", "Moor Times", FILLING)]
    list(hashing_store.ingest([report("a", "Fen Herald", english), *others]))
    assert [voice.name for voice in doubted(hashing_store, "a", "1,340").voices] == ["Fen Herald", "青溪日报"]
    opened = doubted(hashing_store, "a", "Linden")
    assert len(opened.voices) == 1
    assert kinds(opened) == []


def test_facts_with_several_voices_in_the_sample_library_are_no_single_voice(sample: Store):
    """The table of the sample library: whichever document a fact is quoted from."""
    for name, words in (
        ("harbour-ledger-health-code.md", "went live on 11 February 2020"),
        ("civic-data-review-accuracy.pdf", "began in Linqiao on 11 February 2020"),
        ("northgate-wire-health-code.html", "endorsed it on 19 February 2020"),
        ("pavilion-trade-bulletin-supplies.html", "opened on 5 February 2020"),
        ("eastern-freight-weekly-night-routes.docx", "listed 1,340 suppliers"),
        ("qingqiao-daily-zh.txt", "1340家供应商"),
        ("eastern-freight-weekly-night-routes.docx", "38 night routes"),
        ("eastern-freight-weekly-night-routes.docx", "Caiyuan has waived"),
        ("qingqiao-daily-zh.txt", "菜园生鲜自2020年3月1日起"),
        ("lowland-medical-gazette-research.md", "scan reading room on 17 February 2020"),
    ):
        assert "single_voice" not in kinds(doubted(sample, name, words)), words


def test_the_reprint_of_the_sample_library_is_no_voice(sample: Store):
    """Quoted from either, the fact has one voice, by the name of the paper that it comes from."""
    for name in ("harbour-ledger-health-code.md", "tidewater-courier-health-code.txt"):
        claim = doubted(sample, name, "200 cities used the health code")
        assert [(voice.name, voice.copies) for voice in claim.voices] == [("Harbour Ledger", 1)]
        exact(sample, claim)


def test_every_statement_of_the_sample_library_keeps_the_laws(sample: Store):
    """Evidence to the character; each kind once, by weight; ids in order; a second run tells the same."""
    sample.follow()
    library = FromLibrary(sample)
    for document_id in sample.library.ids():
        document = sample.library.document(document_id)
        assert document is not None
        before = claims(document, "")
        after = library.doubted(before)
        assert after == library.doubted(before)
        for claim, plain in zip(after, before, strict=True):
            exact(sample, claim)
            assert len(set(kinds(claim))) == len(kinds(claim))
            assert kinds(claim) == sorted(kinds(claim), key=WEIGHT.index)  # type: ignore[arg-type]
            assert [doubt.id for doubt in claim.doubts] == [f"{claim.id}-d{n + 1}" for n in range(len(claim.doubts))]
            assert (claim.text, claim.citations, claim.verdict) == (plain.text, plain.citations, plain.verdict)


def test_a_passage_elsewhere_that_questions_the_statement_is_cited(three: Store):
    """The same statement, called unconfirmed by another paper."""
    text = "The mill at Sorrel Bridge burned down on 4 June 2021 and 37 workers lost their jobs, but the number could not be confirmed."
    list(three.ingest([report("d", "Heath Courier", text, "2021-06-09")]))
    claim = doubted(three, "a", "Sorrel Bridge")
    assert kinds(claim)[0] == "questioned"
    assert claim.doubts[0].reason.startswith("Heath Courier (9 June 2021) questions this: “")
    assert [each.quote for each in claim.doubts[0].evidence] == [text]


def test_a_passage_that_questions_a_system_touches_what_speaks_of_its_reliability_only(three: Store):
    """That the accuracy of a pass is in doubt is about how often it is right, not about how many hold it."""
    text = "The ferry pass was correct in 99 of 100 cases last year. The ferry pass has 4,000 holders in Sorrel county."
    doubting = "The accuracy of the ferry pass is in doubt."
    list(three.ingest([report("d", "Sorrel Post", text), report("e", "Fen Herald", f"{doubting} {FILLING}")]))
    touched = doubted(three, "d", "correct in 99")
    assert "questioned" in kinds(touched)
    assert [each.quote for doubt in touched.doubts if doubt.kind == "questioned" for each in doubt.evidence] == [
        doubting
    ]
    assert "questioned" not in kinds(doubted(three, "d", "4,000 holders"))


def test_a_statement_is_never_found_elsewhere_than_elsewhere(sample: Store):
    """What a claim rests on itself is not what others say; and what is found is in the library."""
    elsewhere = Elsewhere(sample)
    for document_id in sample.library.ids()[:6]:
        document = sample.library.document(document_id)
        assert document is not None
        stated = elsewhere.stated(claims(document, ""))
        for each, found in zip(stated, elsewhere.alike(stated), strict=True):
            own = {(place.document.id, place.position) for place in each.places}
            assert own
            assert own.isdisjoint((alike.document_id, alike.position) for alike in found)
            assert all(alike.text == alike.place.text for alike in found)
            assert all(0 <= alike.share <= 1 and 0 <= alike.back <= 1 for alike in found)


def test_events_and_the_answer_tell_the_same_voices(sample: Store):
    """A stream's claims are those of its `done`, voices and the library's doubts included."""

    async def heard() -> list[object]:
        return [
            event
            async for event in Assistant(sample).stream(
                Question(text="How many vans did Feiyan Express lend to the command centre?")
            )
        ]

    events = asyncio.run(heard())
    done = next(event for event in events if isinstance(event, Done))
    told = [event.claim for event in events if isinstance(event, Claimed)]
    assert tuple(told) == done.answer.claims
    assert any("single_voice" in kinds(claim) for claim in told)
    assert all(claim.voices for claim in told)


def test_a_written_claim_gets_the_librarys_doubts_too(three: Store):
    """Its voices are those of what it says, from the statement that it rests on."""
    three.follow()
    document = held(three, "a")
    written = Written(doubting=FromLibrary(three))
    judgement = Judgement(verdict="supported", support=(Support(document=document, position=0),))
    sentence = Sentence(text="The mill at Sorrel Bridge burned down on 4 June 2021.", keys=("s1",), line=0)
    claim = added(written, sentence, judgement, ())
    assert kinds(claim) == ["single_voice"]
    assert written.claims == [claim]


def test_voices_are_shown_wherever_claims_are(sample: Store):
    """In a terminal, in JSON and read back from it, and in Markdown."""
    [claim] = [
        each
        for each in (doubted(sample, "harbour-ledger-health-code.md", "went live on 11 February 2020"),)
        if each.voices
    ]
    line = "2 independent voices: Harbour Ledger (1 copy); Northgate Wire"
    answer = _answer([claim])
    assert line in [told.strip() for _, told in answer_lines(answer)]
    told = json.loads(json.dumps(as_json(answer)))
    assert answer_value(told).claims[0].voices == claim.voices
    assert "2 independent voices" in answer_markdown(told)


def _answer(claims: Sequence[Claim]) -> Answer:
    return Answer(id="a", question="When?", text=claims[0].text, claims=tuple(claims), passages=(), refused=False)
