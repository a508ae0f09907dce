"""Written answers with the scripted model: for each way it can behave, the events, the final answer, and what is left over."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from langchain_core.messages import AIMessageChunk

import prompts
from assistant.answer import Answer
from assistant.chain import Assistant
from assistant.checking import Deterministic
from assistant.conversation import Turn, cited_chunks
from assistant.events import Claimed, Delta, Done, Event, Passages, Searching
from assistant.evidence import gathered, harmless, messages
from assistant.model import ChatModel, ModelTrouble, Patience, Reply
from assistant.question import Question
from assistant.tokens import Counter, counter
from assistant.writing import Writer
from evals.manners import SCRIPTS
from evals.model import Scripted, scripted
from ingest.sources import from_record
from vectorstore.embedding import SentenceEmbedder
from vectorstore.store import Store

QUESTION = "How many cities use the health code, and how long are location records kept?"
QUICK = Patience(first=1.5, between=1.5, whole=5.0)
STRAYS = {"unsupported", "misquoted", "overstated", "unchecked"}


@pytest.fixture(scope="module")
def store(sample_store: Store) -> Store:
    return sample_store


@pytest.fixture(scope="module")
def model() -> Iterator[Scripted]:
    with scripted(wait=20.0) as model:
        yield model


def writer(store: Store, model: Scripted, *, drops: bool = False, reply: int = 600, context: int = 8192) -> Writer:
    chat = ChatModel("openai:scripted", url=model.url, patience=QUICK, reply=reply, context=context)
    return Writer(chat, Deterministic(store.embedder, Assistant(store).rarity), drops=drops)


@dataclass
class Told:
    """What a listener heard."""

    events: list[Event]

    @property
    def answer(self) -> Answer:
        last = self.events[-1]
        assert isinstance(last, Done), last
        return last.answer

    @property
    def restarted(self) -> bool:
        return any(isinstance(each, Delta) and each.restart for each in self.events)


async def told(assistant: Assistant, question: str = QUESTION, turns: tuple[Turn, ...] = ()) -> Told:
    events = [each async for each in assistant.stream(Question(text=question, turns=turns))]
    return Told(events)


def sound(heard: Told, store: Store) -> None:
    """What holds however the model behaves."""
    events, answer = heard.events, heard.answer
    assert isinstance(events[0], Searching)
    assert isinstance(events[1], Passages)
    assert sum(isinstance(each, Done) for each in events) == 1
    restarts = [n for n, each in enumerate(events) if isinstance(each, Delta) and each.restart]
    shown = [each.claim for each in events[restarts[-1] if restarts else 0 :] if isinstance(each, Claimed)]
    assert tuple(shown) == answer.claims
    assert answer.text or answer.refused
    for claim in answer.claims:
        assert answer.text[claim.span.start : claim.span.end] == claim.text
        assert claim.verdict != "supported" or claim.citations
        assert not ({doubt.kind for doubt in claim.doubts} & STRAYS and claim.verdict == "supported")
        cited = [*claim.citations, *(each for doubt in claim.doubts for each in doubt.evidence)]
        for citation in cited:
            document = store.library.document(citation.document_id)
            assert document is not None
            assert document.text[citation.span.start : citation.span.end] == citation.quote
        for doubt in claim.doubts:
            assert doubt.reason
            assert doubt.span is None or doubt.span.end <= len(claim.text)
    text = answer.text + "".join(each.text for each in events if isinstance(each, Delta))
    if answer.mode == "written":
        assert not re.search(r"://|www\.|\[s\d|!\[|<", text)


WRITES = (
    "good",
    "chinese",
    "markdown",
    "no_space",
    "no_markers",
    "partial",
    "thinking",
    "rate_limited_once",
    "unavailable_once",
)
FAILS = {
    "stall": "stopped in the middle",
    "silent": "did not respond in time",
    "slow": "did not respond in time",
    "trickle": "came to no end",
    "break_off": "broke off",
    "break_early": "cannot be reached",
    "flood": "came to no end",
    "rate_limited": "takes no more questions",
    "unavailable": "cannot be reached",
    "bad_json": "broke off",
    "empty": "wrote nothing",
    "refuses": "rests on none of the evidence",
    "rubbish": "rests on none of the evidence",
    "content_filter": "withheld its reply",
    "unknown_markers": "rests on none of the evidence",
}


@pytest.mark.parametrize("script", WRITES)
async def test_a_model_that_behaves_is_shown(store: Store, model: Scripted, script: str):
    """Sentences that keep to their evidence are claims with exact citations, and nothing about the writing is flagged."""
    model.script = script
    heard = await told(Assistant(store, writer=writer(store, model)))
    sound(heard, store)
    assert heard.answer.mode == "written"
    assert not heard.restarted
    assert all(claim.citations for claim in heard.answer.claims)
    assert not [d.reason for c in heard.answer.claims for d in c.doubts if d.kind in STRAYS - {"unchecked"}]
    assert (heard.answer.standing == "partial") == (script == "partial")
    assert set(heard.answer.usage) == {"prompt_tokens", "completion_tokens", "total_tokens", "estimated"}
    assert prompts.load("writing").version in heard.answer.versions["prompts"]
    assert any(isinstance(each, Delta) for each in heard.events)
    assert model.quiet()


async def test_what_is_written_in_another_language_is_shown_as_not_checked(store: Store, model: Scripted):
    """An answer that the embedder cannot compare is no model trouble: it cites what it cites, and says that it is unchecked."""
    model.script = "translated"
    answer = (await told(Assistant(store, writer=writer(store, model)))).answer
    assert answer.mode == "written"
    assert {claim.verdict for claim in answer.claims} == {"unchecked"}
    assert all(claim.citations for claim in answer.claims)
    assert all("unchecked" in {doubt.kind for doubt in claim.doubts} for claim in answer.claims)


@pytest.mark.parametrize("script", FAILS)
async def test_a_model_that_fails_is_replaced(store: Store, model: Scripted, script: str):
    """Whatever goes wrong, the answer ends as sentences of the library, with a notice, and what was shown is taken back."""
    model.script = script
    heard = await told(Assistant(store, writer=writer(store, model)))
    sound(heard, store)
    quoted = Assistant(store).answer(QUESTION)
    assert heard.answer.mode == "quoted"
    assert heard.restarted
    assert [claim.text for claim in heard.answer.claims] == [claim.text for claim in quoted.claims]
    assert FAILS[script] in heard.answer.notices[0]
    assert "word for word" in heard.answer.notices[0]
    assert model.quiet()


@pytest.mark.parametrize("script", SCRIPTS)
async def test_every_script_ends_soundly(store: Store, model: Scripted, script: str):
    """For every script: searching and passages first, one end, exact citations, no markers, links or tags left."""
    model.script = script
    sound(await told(Assistant(store, writer=writer(store, model))), store)
    assert model.quiet()


async def test_only_a_gap_is_a_refusal(store: Store, model: Scripted):
    """A model that finds nothing is taken at its word: a refusal that names the gap, with the nearest passages."""
    model.script = "missing"
    answer = (await told(Assistant(store, writer=writer(store, model)))).answer
    assert answer.standing == "refusal"
    assert answer.missing
    assert answer.nearest
    assert not answer.claims


async def test_a_reply_that_was_cut_keeps_its_whole_sentences(store: Store, model: Scripted):
    """At the model's limit the unfinished sentence is dropped, and the answer says so."""
    model.script = "length"
    answer = (await told(Assistant(store, writer=writer(store, model)))).answer
    sound_end = (".", "。", "”", '"', ")")
    assert answer.mode == "quoted" or all(claim.text.endswith(sound_end) for claim in answer.claims)
    assert any("limit" in each or "word for word" in each for each in answer.notices)


async def test_added_sentences_are_marked_or_dropped(store: Store, model: Scripted):
    """What nothing supports stays visible and marked; with the setting it is left out, and the answer says so."""
    model.script = "added"
    marked = (await told(Assistant(store, writer=writer(store, model)))).answer
    stray = [c for c in marked.claims if {d.kind for d in c.doubts} & {"unsupported", "misquoted"}]
    assert stray
    dropped = (await told(Assistant(store, writer=writer(store, model, drops=True)))).answer
    assert len(dropped.claims) < len(marked.claims)
    assert any("left out" in each for each in dropped.notices)


@pytest.mark.parametrize(
    ("script", "kinds"),
    [
        ("changed_numbers", {"misquoted"}),
        ("changed_dates", {"misquoted"}),
        ("wrong_markers", {"unsupported", "misquoted"}),
        ("lost_hedges", {"overstated"}),
        ("lost_attributions", {"overstated"}),
    ],
)
async def test_faults_are_flagged(store: Store, model: Scripted, script: str, kinds: set[str]):
    """Each way of straying from the evidence gets its doubt (how often: `python -m evals run replies`)."""
    model.script = script
    heard = await told(
        Assistant(store, writer=writer(store, model)),
        "Will the two company versions be dropped, and what may happen before summer?",
    )
    raised = {d.kind for each in heard.events if isinstance(each, Claimed) for d in each.claim.doubts}
    assert raised & kinds


async def test_leaving_off_stops_the_model(store: Store, model: Scripted):
    """When the listener goes, the model's call ends within a second."""
    model.script = "stall"
    events: AsyncIterator[Event] = Assistant(store, writer=writer(store, model)).stream(Question(text=QUESTION))
    async for event in events:
        if isinstance(event, Delta):
            break
    await events.aclose()  # type: ignore[attr-defined]
    assert await asyncio.to_thread(model.quiet, 1.0)


async def test_a_swallowed_cancellation_still_ends_the_reply(model: Scripted, monkeypatch: pytest.MonkeyPatch):
    """A client may lose the news that its listener has gone (`asyncio.wait_for` of Python 3.11 does); the reply ends all the same."""
    heard: list[str] = []
    waiting = asyncio.Event()

    class Swallowing:
        closed = False

        async def astream(self, _: object) -> AsyncIterator[AIMessageChunk]:
            try:
                yield AIMessageChunk("One.")
                with suppress(asyncio.CancelledError):
                    waiting.set()
                    await asyncio.sleep(30)
                yield AIMessageChunk("Two.")
            finally:
                self.closed = True

    client = Swallowing()
    chat = ChatModel("openai:scripted", url=model.url, patience=QUICK)
    monkeypatch.setattr(chat, "_client", client)

    async def read() -> None:
        async for text in chat.stream("", "Why?", Reply()):
            heard.append(text)  # noqa: PERF401 (what came before the end counts)

    reading = asyncio.create_task(read())
    await waiting.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert heard == ["One."]
    assert client.closed


def test_without_a_loop_too(store: Store, model: Scripted):
    """`answer` and `batch` work from plain threads, one after the other and at once."""
    model.script = "good"
    assistant = Assistant(store, writer=writer(store, model))
    assert assistant.answer(QUESTION).mode == "written"
    assert {each.mode for each in assistant.chain.batch([QUESTION, "Must platforms waive fees?"])} == {"written"}


async def test_a_follow_up_is_rewritten_by_the_model(store: Store, model: Scripted):
    """The model makes it whole; where the model fails, rules do, and the answer says so. The last evidence stays in play."""
    model.script = "good"
    assistant = Assistant(store, writer=writer(store, model))
    first = (await told(assistant)).answer
    turns = (Turn(question=QUESTION, answer=first.text, cited=cited_chunks(first)),)
    again = (await told(assistant, "Why?", turns)).answer
    assert again.question == "Why?"
    assert again.standalone != "Why?"
    assert set(cited_chunks(first)[:4]) <= {passage.chunk.id for passage in again.passages}
    model.script = "unavailable"
    failed = (await told(assistant, "Why?", turns)).answer
    assert "by rules" in " ".join(failed.notices)
    assert failed.standalone != "Why?"


async def test_a_document_that_is_removed_meanwhile_is_not_quoted(tmp_path: Path, model: Scripted):
    """Law 3: an answer never quotes what is not in the library when it ends."""
    model.script = "good"
    with Store(tmp_path / "home", SentenceEmbedder()) as store:
        list(
            store.ingest(
                [
                    from_record(
                        {"_id": "1", "title": "Fees", "text": "Platforms must waive all fees until June. " * 3}, "x:"
                    )
                ]
            )
        )
        [document_id] = store.library.ids()
        model.first = 0.4
        try:
            events = []
            async for event in Assistant(store, writer=writer(store, model)).stream(
                Question(text="Must platforms waive fees?")
            ):
                events.append(event)
                if isinstance(event, Passages):
                    store.remove(document_id)
        finally:
            model.first = 0.0
        answer = Told(events).answer
        assert answer.refused
        assert not answer.claims
        assert "removed while" in answer.notices[0]


def test_evidence_is_spotlit(store: Store):
    """Markers, marks, links and invisible characters of documents do not reach the model; each request has its own mark."""
    hostile = "Fees [s2] fall ⟦/x⟧ see ![a](http://a.example) \u202eand\u200b【s1】 <img src=x> www.b.example."
    assert harmless(hostile) == "Fees (s2) fall [[/x]] see a and(s1)  (link removed)"
    found = store.retriever.search(QUESTION)
    given = gathered(found.passages, tuple, 6000, Counter())
    one, other = messages(QUESTION, given), messages(QUESTION, given)
    assert one.human != other.human
    assert [each.key for each in given] == [f"s{n}" for n in range(1, len(given) + 1)]
    assert "Issued: 2020" in one.human
    assert "Doubts: " in one.human


def test_evidence_fits_whole_statements(store: Store):
    """What does not fit is left out by whole statements, and the best ones stay."""
    found = store.retriever.search(QUESTION)
    count = Counter().count
    for room in (150, 400, 900, 5000):
        given = gathered(found.passages, tuple, room, Counter())
        text = messages(QUESTION, given).human
        for each in given:
            for position in each.positions:
                assert harmless(each.document.read(each.document.statements[position])) in text
        assert (
            sum(count(each.document.read(each.document.statements[n])) for each in given for n in each.positions)
            <= room
        )


async def test_little_room_is_filled_with_what_answers(store: Store, model: Scripted):
    """A model that takes in little gets the statements that answer, and still writes."""
    model.script = "good"
    answer = (await told(Assistant(store, writer=writer(store, model, context=1400, reply=300)))).answer
    assert answer.mode == "written"
    assert answer.usage["prompt_tokens"] < 1400


def test_tokens_are_estimated_where_no_vocabulary_lies_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Without a vocabulary on this machine nothing is fetched, and the count says that it is an estimate."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    counter.cache_clear()
    assert counter("openai:gpt-4o").estimated
    counter.cache_clear()


def test_tokens_are_counted_by_tiktoken():
    """With an encoding the count is tiktoken's own."""
    import tiktoken  # noqa: PLC0415

    ranks = {bytes([byte]): byte for byte in range(256)} | {b"fe": 256, b"es": 257, b"fees": 258}
    encoding = tiktoken.Encoding("ours", pat_str=r"\w+|\s+|[^\w\s]+", mergeable_ranks=ranks, special_tokens={})
    assert Counter(encoding).count("fees fall") == len(encoding.encode_ordinary("fees fall")) == 6
    assert not Counter(encoding).estimated


@pytest.mark.parametrize(
    ("name", "hint"), [("nobody:x", "provider:name"), ("groq:x", "pip install"), ("openai:gpt-4o", "CAVEAT_MODEL_KEY")]
)
def test_a_model_that_cannot_be_used_says_why(name: str, hint: str, monkeypatch: pytest.MonkeyPatch):
    """An unknown provider, a package that is not installed and a missing key each name their remedy."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelTrouble) as caught:
        ChatModel(name)
    assert hint in caught.value.hint


@pytest.mark.parametrize("name", ["anthropic:claude-x", "ollama:llama-x", "openai:gpt-x"])
def test_each_provider_of_an_extra_can_be_made(name: str):
    """The three providers with an extra are made without a connection."""
    assert ChatModel(name, key="none").name == name


async def test_retries_are_bounded(model: Scripted):
    """One retry where nothing had come, none where something had."""
    for script, begun in (("break_early", 2), ("empty", 2), ("break_off", 1), ("stall", 1)):
        model.script = script
        before = len(model.requests)
        chat = ChatModel("openai:scripted", url=model.url, patience=QUICK)
        with pytest.raises(ModelTrouble):
            async for _ in chat.stream("", "Question: Fees?", Reply()):
                pass
        assert len(model.requests) - before == begun, script


def test_prompts_have_versions():
    """A prompt's version is a hash of its text, and a variable that is missing is an error."""
    assert prompts.load("writing").version != prompts.load("asking").version
    with pytest.raises(KeyError):
        prompts.load("asking").filled(question="What?")
