"""The client, plain and async, against the app in a server of its own on loopback."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.answer import Answer, Claim
from assistant.api.serving import create_app
from assistant.client import AsyncClient, Client, NotFound, Refused, Unauthorized, Unreachable, reading_back, replies
from assistant.events import Claimed, Delta, Done, Event, Failed, Passages, Searching
from assistant.rendering import as_json
from assistant.settings import Settings
from evals.serving import serving
from ingest.errors import BadInput, CaveatError
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.filters import Filters
from vectorstore.store import Store

QUESTION = "Is the health code reliable?"
UNANSWERED = "What did the ministry say about semiconductor exports?"
KEY = "a-long-random-text"


@contextmanager
def served(home: Path, library: Path | None = None, **settings: Any) -> Iterator[str]:
    """The address of a server over a data folder of its own."""
    with Store(home, HashingEmbedder()) as store:
        if library:
            assert {outcome.status for outcome in store.ingest(gather([str(library)]))} == {"added"}
        app = create_app(store, Settings(home=home, embedder="hashing", **settings))
        with serving(app) as origin:
            yield origin


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, sample_library: Path) -> Iterator[str]:
    """A server over the sample library."""
    with served(tmp_path_factory.mktemp("client") / "data", sample_library) as origin:
        yield origin


@pytest.fixture
def caveat(origin: str) -> Iterator[Client]:
    with Client(origin) as caveat:
        yield caveat


class Breaking(httpx.BaseTransport):
    """Passes requests on, and breaks each reply to `/v1/chat...` off after as many bytes as `cuts` says."""

    def __init__(self, cuts: Iterator[int]) -> None:
        self._inner = httpx.HTTPTransport()
        self._cuts = cuts
        self.sent: list[tuple[str, str]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((request.method, request.url.path))
        if len(self.sent) > 1 and request.url.path.startswith("/v1/chat/"):
            assert "-" in request.headers["last-event-id"]
        reply = self._inner.handle_request(request)
        if not request.url.path.startswith("/v1/chat"):
            return reply
        return httpx.Response(reply.status_code, headers=reply.headers, stream=_Cut(reply, next(self._cuts, 10**9)))

    def close(self) -> None:
        self._inner.close()


class _Cut(httpx.SyncByteStream):
    def __init__(self, reply: httpx.Response, cut: int) -> None:
        self._reply, self._cut = reply, cut

    def __iter__(self) -> Iterator[bytes]:
        left = self._cut
        for part in self._reply.iter_raw():
            yield part[:left]
            left -= len(part)
            if left < 0:
                raise httpx.ReadError("cut")

    def close(self) -> None:
        self._reply.close()


class Answering(httpx.BaseTransport):
    """A server that is none: it says what it is told to."""

    def __init__(self, *said: Callable[[], httpx.Response] | Exception) -> None:
        self._said = itertools.chain(said, itertools.repeat(httpx.ConnectError("refused")))
        self.count = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.count += 1
        said = next(self._said)
        if isinstance(said, Exception):
            raise said
        return said()


def frames(*events: dict[str, Any], end: str = "\n\n") -> httpx.Response:
    told = "".join(
        f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=False)}\nid: t-{e['event']}{end}" for e in events
    )
    return httpx.Response(200, content=told.encode())


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_PAUSES", (0.0, 0.0, 0.0))


# ---------- answers ----------


def test_an_answer_is_the_values_that_the_api_made_its_json_of(caveat: Client, origin: str):
    """ask() reads the JSON whole: written back, nothing but the event's own frame is missing; claims are Claims."""
    answer = caveat.ask(QUESTION)
    assert isinstance(answer, Answer)
    assert all(isinstance(claim, Claim) for claim in answer.claims)
    assert answer.standing == "caveat"
    assert answer.claims[0].doubts[0].evidence[0].quote
    told = httpx.get(f"{origin}/v1/answers/{answer.id}").json()
    assert json.loads(json.dumps(as_json(answer))) == told | {
        "conversation_id": answer.conversation_id,
        "turn_id": answer.turn_id,
    }
    assert as_json(caveat.answer(answer.id)) == as_json(answer) | {"conversation_id": None, "turn_id": None}


def test_every_span_of_an_answer_quotes_the_text_that_the_server_gives(caveat: Client):
    """Law 1 over HTTP: text(document_id)[span] is the quote and the passage, to the character."""
    answer = caveat.ask("How many cities use the health code?")
    for citation in (each for claim in answer.claims for each in claim.citations):
        assert caveat.text(citation.document_id)[citation.span.start : citation.span.end] == citation.quote
    for passage in answer.passages:
        span = passage.chunk.span
        assert caveat.text(passage.document.id)[span.start : span.end] == passage.text


def test_a_passage_says_that_the_text_of_its_document_is_not_here(caveat: Client):
    """Quoting from a document that was not sent is an error, never the empty text."""
    passage = caveat.search("health code", limit=1).passages[0]
    assert passage.text
    assert passage.document.metadata.kind in {"notice", "report", "other"}
    with pytest.raises(BadInput, match="not here"):
        passage.document.quote(passage.chunk.span)


def test_a_refusal_is_an_answer(caveat: Client):
    answer = caveat.ask(UNANSWERED)
    assert (answer.refused, answer.standing, answer.claims) == (True, "refusal", ())
    assert answer.nearest[0].text


def test_filters_hold(caveat: Client):
    """Filters go with questions and searches; dates as dates."""
    filters = Filters(kind=("notice",), issued_from=date(2020, 1, 1))
    for passages in (caveat.ask(QUESTION, filters=filters).passages, caveat.search("health", filters=filters).passages):
        assert {passage.document.metadata.kind for passage in passages} == {"notice"}
    searching = next(iter(caveat.stream(QUESTION, filters=filters)))
    assert isinstance(searching, Searching)
    assert searching.filters == filters


# ---------- events ----------


def test_a_stream_tells_the_events_in_the_contracts_order_and_ends_with_the_whole_answer(caveat: Client):
    """searching, passages, delta and claim in turn, done; the claims told are those of the answer."""
    events = list(caveat.stream(QUESTION))
    first, second, *middle, last = kinds(events)
    assert (first, second, last) == (Searching, Passages, Done)
    assert set(middle) == {Delta, Claimed}
    assert isinstance(events[-1], Done)
    assert tuple(event.claim for event in events if isinstance(event, Claimed)) == events[-1].answer.claims
    assert events[-1].seconds


@pytest.mark.parametrize("cut", [1200, 1700, 5000, 9000, 13000, 20000])
def test_a_stream_that_breaks_goes_on_where_it_broke(origin: str, caveat: Client, cut: int):
    """Wherever the line breaks, and however often, the events are those of a stream that does not; the question is sent once."""
    whole = list(caveat.stream(QUESTION))
    transport = Breaking(iter([cut, 10, cut // 3]))
    with Client(origin, transport=transport) as broken:
        told = list(broken.stream(QUESTION))
    assert kinds(told) == kinds(whole)
    assert [e.claim for e in told if isinstance(e, Claimed)] == [e.claim for e in whole if isinstance(e, Claimed)]
    (method, path), *again = transport.sent
    assert (method, path) == ("POST", "/v1/chat")
    assert again
    assert {method for method, _ in again} == {"GET"}


@pytest.mark.usefixtures("at_once")
def test_a_stream_that_cannot_go_on_ends_as_failed():
    """After a few tries in vain the last event is Failed; and where nothing was told yet, the trouble is raised."""
    begun = {"type": "delta", "claim_id": "c1", "text": "A", "turn_id": "t", "event": 1}
    transport = Answering(lambda: frames(begun))
    with Client("http://127.0.0.1:1", transport=transport) as caveat:
        *_, last = caveat.stream("Who?")
        assert isinstance(last, Failed)
        assert (last.code, transport.count) == ("unreachable", 4)
        with pytest.raises(Unreachable):
            next(iter(caveat.stream("Who?")))
        assert transport.count == 5


@pytest.mark.usefixtures("at_once")
def test_a_stream_whose_answer_is_gone_ends_as_failed():
    """What the server says when the stream is taken up again is told as the last event, not raised."""
    begun = {"type": "delta", "claim_id": "c1", "text": "A", "turn_id": "t", "event": 1}
    gone = {"code": "not_found", "detail": "No such answer.", "hint": "Ask again."}
    transport = Answering(lambda: frames(begun), lambda: httpx.Response(404, json=gone))
    with Client("http://127.0.0.1:1", transport=transport) as caveat:
        *_, last = caveat.stream("Who?")
    assert isinstance(last, Failed)
    assert (last.code, last.message) == ("not_found", "No such answer.")


@pytest.mark.usefixtures("at_once")
def test_events_are_read_whatever_their_lines_hold():
    """Line ends of Unicode inside the words part no events; CRLF does; unknown kinds, fields and repeated events are passed over."""
    said = [
        {"type": "delta", "claim_id": "c1", "text": "a\u2028b\x85c", "turn_id": "t", "event": 1, "newer": {}},
        {"type": "thinking", "turn_id": "t", "event": 2},
        {"type": "delta", "claim_id": "c1", "text": "again", "turn_id": "t", "event": 1},
        {"type": "error", "code": "stopped", "message": "Stopped.", "turn_id": "t", "event": 3},
    ]
    for end in ("\n\n", "\r\n\r\n"):
        with Client("http://127.0.0.1:1", transport=Answering(lambda end=end: frames(*said, end=end))) as caveat:
            assert list(caveat.stream("Who?")) == [
                Delta(claim_id="c1", text="a\u2028b\x85c"),
                Failed(code="stopped", message="Stopped."),
            ]


def test_what_a_newer_server_adds_is_left_out(caveat: Client):
    """An unknown field anywhere in an answer changes nothing."""
    told = json.loads(json.dumps(as_json(caveat.ask(QUESTION))))
    expected = reading_back.answer_value(told)

    def grown(value: Any) -> Any:
        if isinstance(value, dict):
            free = "claims" in value or "quote" in value or "verdict" in value or "reason" in value or "score" in value
            return {name: grown(each) for name, each in value.items()} | (
                {"newer": 1} if free or "issuer" in value else {}
            )
        return [grown(each) for each in value] if isinstance(value, list) else value

    assert reading_back.answer_value(grown(told)) == expected


# ---------- documents and conversations ----------


def test_documents_go_in_are_listed_read_and_taken_out(caveat: Client, tmp_path: Path):
    """What add() answers is what became of each document; a refused one has its reason."""
    (tmp_path / "rule.md").write_text("# Marzipan rule\n\nThe levy on marzipan is 40 percent.\n", encoding="utf-8")
    (tmp_path / "empty.txt").write_bytes(b"")
    added, refused = caveat.add(tmp_path / "rule.md", str(tmp_path / "empty.txt"))
    assert (added.status, refused.status, refused.code) == ("added", "refused", "empty")
    assert refused.hint
    text = caveat.add_text("The levy on nougat is 50 percent.", "Nougat rule", {"kind": "notice"})
    assert (text.status, text.title) == ("added", "Nougat rule")
    assert [each.title for each in caveat.documents("nougat")] == ["Nougat rule"]
    assert text.id in {each.id for each in caveat.documents(filters=Filters(kind=("notice",)))}
    assert caveat.text(str(added.id)).startswith("Marzipan rule")
    assert caveat.document(str(added.id)).sections[0].label == "Marzipan rule"
    for each in (added, text):
        caveat.remove(str(each.id))
    with pytest.raises(NotFound):
        caveat.document(str(added.id))
    with pytest.raises(BadInput, match="as_of"):
        next(caveat.documents(filters=Filters(as_of=date(2020, 1, 1))))


def test_a_conversation_goes_on_is_reopened_renamed_and_deleted(caveat: Client):
    """The second question belongs to the first's conversation, which is told as it was shown."""
    first = caveat.ask("Who set up an emergency supply platform?")
    second = caveat.ask(QUESTION, first.conversation_id)
    home = str(second.conversation_id)
    assert first.conversation_id == home
    shown = caveat.conversation(home)
    assert [turn.answer and turn.answer.claims for turn in shown.turns] == [first.claims, second.claims]
    assert [turn.state for turn in shown.turns] == ["done", "done"]
    assert caveat.rename(home, "Platforms") == "Platforms"
    [listed] = caveat.conversations("Platforms", limit=1)
    assert (listed.id, listed.turns, listed.tally and listed.tally["standing"]) == (home, 2, second.standing)
    caveat.delete(home)
    with pytest.raises(NotFound) as caught:
        caveat.conversation(home)
    assert (caught.value.status, caught.value.code) == (404, "not_found")


# ---------- errors ----------


def test_a_problem_document_is_raised_with_all_that_it_says(caveat: Client):
    """422 and 404 are Refused, with the hint and the id that the server's log has."""
    with pytest.raises(Refused) as caught:
        caveat.ask("")
    assert (caught.value.status, caught.value.code) == (422, "invalid")
    assert caught.value.hint
    assert len(caught.value.request_id) == 32
    for missing in (lambda: caveat.ask("Who?", "nowhere"), lambda: next(iter(caveat.stream("Who?", "nowhere")))):
        with pytest.raises(NotFound):
            missing()
    for name in ("", ".."):
        with pytest.raises(BadInput):
            caveat.remove(name)


def test_a_key_opens_and_a_wrong_one_does_not(tmp_path: Path):
    """Without the key every call is Unauthorized; with it, all works."""
    with served(tmp_path / "data", api_key=KEY) as origin:
        with Client(origin, KEY) as caveat:
            assert caveat.ask(QUESTION).refused
            assert isinstance(list(caveat.stream(QUESTION))[-1], Done)
        for key in ("", "wrong"):
            with Client(origin, key) as caveat:
                for call in (lambda c=caveat: c.ask(QUESTION), lambda c=caveat: list(c.stream(QUESTION))):
                    with pytest.raises(Unauthorized) as caught:
                        call()
                    assert caught.value.hint
    with pytest.raises(BadInput):
        Client("http://127.0.0.1:1", "schlüssel")


def test_a_server_that_is_away_or_is_not_caveat_is_unreachable():
    """Nobody listening, a proxy without a server behind it, another kind of server: Unreachable, and the hint says what to do."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Client(f"http://127.0.0.1:{port}") as caveat, pytest.raises(Unreachable) as caught:
        caveat.ask("Who?")
    assert "caveat serve" in caught.value.hint
    for reply in (
        lambda: httpx.Response(502, text="bad gateway"),
        lambda: httpx.Response(200, text="<html>"),
        lambda: httpx.Response(200, json=[]),
        lambda: httpx.Response(307, headers={"location": "/elsewhere"}),
    ):
        for call in (lambda c: c.ask("Who?"), lambda c: list(c.stream("Who?"))):
            with Client("http://127.0.0.1:1", transport=Answering(reply)) as caveat, pytest.raises(Unreachable):
                call(caveat)
    for address in ("127.0.0.1:8600", "ftp://a", "http://"):
        with pytest.raises(BadInput):
            Client(address)


def test_nothing_is_sent_twice():
    """A call that fails is not repeated: what was written might be written again."""
    transport = Answering()
    with Client("http://127.0.0.1:1", transport=transport) as caveat:
        for call in (lambda: caveat.add_text("words"), lambda: caveat.ask("Who?"), lambda: list(caveat.stream("Who?"))):
            with pytest.raises(CaveatError):
                call()
    assert transport.count == 3


# ---------- async ----------


async def test_the_async_client_does_all_that_the_plain_one_does(origin: str, caveat: Client, tmp_path: Path):
    """The two have the same methods with the same parameters, and tell the same."""
    public = [{name for name in dir(kind) if not name.startswith("_")} for kind in (Client, AsyncClient)]
    assert public[0] == public[1]
    (tmp_path / "rule.md").write_text("The levy on liquorice is 40 percent.\n", encoding="utf-8")
    async with AsyncClient(origin) as other:
        events = [event async for event in other.stream(QUESTION)]
        answer = await other.ask(QUESTION)
        assert kinds(events) == kinds(list(caveat.stream(QUESTION)))
        assert (await other.answer(answer.id)).claims == answer.claims == caveat.ask(QUESTION).claims
        assert (await other.search("health")).passages == caveat.search("health").passages
        [added] = await other.add(tmp_path / "rule.md")
        text = await other.add_text("The levy on toffee is 50 percent.", "Toffee rule")
        assert [each.title async for each in other.documents("toffee")] == ["Toffee rule"]
        assert (await other.document(str(text.id))).characters == len(await other.text(str(text.id)))
        await other.remove(str(added.id))
        await other.remove(str(text.id))
        home = str(answer.conversation_id)
        assert await other.rename(home, "Codes") == "Codes"
        assert home in {each.id for each in await other.conversations()}
        assert (await other.conversation(home)).title == "Codes"
        await other.delete(home)
        with pytest.raises(NotFound):
            await other.conversation(home)
        with pytest.raises(Refused):
            await other.ask("")


@pytest.mark.usefixtures("at_once")
async def test_async_streams_break_and_end_alike(origin: str):
    """A broken line is taken up again, a dead one ends as Failed, and what keeps an answer from being begun is raised."""
    begun = {"type": "delta", "claim_id": "c1", "text": "A", "turn_id": "t", "event": 1}
    said = iter([frames(begun)])

    def answer(_: httpx.Request) -> httpx.Response:
        try:
            return next(said)
        except StopIteration:
            raise httpx.ConnectError("refused") from None

    async with AsyncClient("http://127.0.0.1:1", transport=httpx.MockTransport(answer)) as caveat:
        assert kinds([event async for event in caveat.stream("Who?")]) == [Delta, Failed]
        with pytest.raises(Unreachable):
            [event async for event in caveat.stream("Who?")]
    async with AsyncClient(origin) as caveat:
        with pytest.raises(NotFound):
            [event async for event in caveat.stream("Who?", "nowhere")]
        events = caveat.stream(QUESTION)
        assert isinstance(await anext(aiter(events)), Searching)
        await events.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(0)
