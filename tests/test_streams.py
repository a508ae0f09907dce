"""Answers as server-sent events over real HTTP: complete, numbered, resumable, always ended, and stopped when nobody reads."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from httpx_sse import aconnect_sse

from assistant import streams
from assistant.api.serving import create_app
from assistant.settings import Settings
from evals.load import served as server_process
from evals.load import through_caveat
from evals.model import Scripted, scripted
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

QUESTION = "How many cities use the health code?"
KINDS = ["searching", "passages", "delta", "claim", "done", "error"]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def model() -> Iterator[Scripted]:
    with scripted(wait=20.0) as model:
        yield model


@pytest.fixture(autouse=True)
def _good(model: Scripted) -> Iterator[None]:
    model.script, model.first, model.each = "good", 0.0, 0.0
    yield
    model.script, model.first, model.each = "good", 0.0, 0.0


class Served:
    """The app in a thread of its own."""

    def __init__(self, url: str, app: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.url, self.app, self.loop = url, app, loop

    def tasks(self) -> int:
        """How many tasks the server's loop has now."""
        return asyncio.run_coroutine_threadsafe(self._count(), self.loop).result(5)

    async def _count(self) -> int:
        return len(asyncio.all_tasks())


@contextmanager
def served(store: Store, **settings: Any) -> Iterator[Served]:
    app = create_app(store, Settings(home=store.home, embedder="hashing", **settings))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="on"))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Served(f"http://127.0.0.1:{port}", app, loop)
    finally:
        server.should_exit = True
        thread.join(20)
        loop.close()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    documents = Path(__file__).parent.parent / "evals" / "library" / "documents"
    with Store(tmp_path_factory.mktemp("home") / "data", HashingEmbedder()) as store:
        list(store.ingest(gather([str(documents)])))
        yield store


@pytest.fixture(scope="module")
def quoting(library: Store) -> Iterator[Served]:
    with served(library) as each:
        yield each


@pytest.fixture(scope="module")
def writing(library: Store, model: Scripted) -> Iterator[Served]:
    quick = {"model_first": 5.0, "model_between": 5.0}
    with served(library, model="openai:scripted", model_url=model.url, **quick) as each:
        yield each


@asynccontextmanager
async def asked(url: str, headers: dict[str, str] | None = None, **body: Any) -> AsyncIterator[AsyncIterator[Any]]:
    body = {"question": QUESTION} | body
    async with (
        httpx.AsyncClient(timeout=20) as client,
        aconnect_sse(client, "POST", f"{url}/v1/chat", json=body, headers=headers or {}) as source,
    ):
        assert source.response.status_code == 200, await source.response.aread()
        yield source.aiter_sse()


async def heard(url: str, headers: dict[str, str] | None = None, **body: Any) -> list[Any]:
    async with asked(url, headers, **body) as events:
        return [event async for event in events]


@pytest.mark.parametrize("mode", ["quoted", "written"])
async def test_the_events_of_the_contract(mode: str, quoting: Served, writing: Served):
    """searching, passages, delta*, claim*, done: each complete JSON with a rising number, alike with and without a model."""
    events = await heard((writing if mode == "written" else quoting).url)
    told = [json.loads(event.data) for event in events]
    assert [each["type"] for each in told] == [event.event for event in events]
    assert [each["event"] for each in told] == list(range(1, len(told) + 1))
    assert [event.id for event in events] == [f"{each['turn_id']}-{each['event']}" for each in told]
    assert len({(each["answer_id"], each["conversation_id"], each["turn_id"]) for each in told}) == 1
    assert told[0]["type"] == "searching"
    assert told[1]["type"] == "passages"
    assert told[-1]["type"] == "done"
    assert {each["type"] for each in told[2:-1]} == {"delta", "claim"}
    done = told[-1]
    assert done["mode"] == mode
    assert done["id"] == done["answer_id"]
    claims = [{k: v for k, v in each.items() if k in done["claims"][0]} for each in told if each["type"] == "claim"]
    assert claims == done["claims"]
    assert done["counts"]["claims"] == len(done["claims"]) == sum(v for k, v in done["counts"].items() if k != "claims")


async def test_an_answer_is_the_same_streamed_and_whole(quoting: Served):
    """/v1/answers gives what `done` bears."""
    done = json.loads((await heard(quoting.url))[-1].data)
    async with httpx.AsyncClient() as client:
        whole = (await client.post(f"{quoting.url}/v1/answers", json={"question": QUESTION})).json()
    keep = set(whole) - {"conversation_id", "turn_id"}
    assert {name: whole[name] for name in keep} == {name: done[name] for name in keep}


async def test_what_was_shown_is_kept(writing: Served):
    """Reopening a conversation shows the answer as it was shown, and its events can be read again from any number."""
    events = await heard(writing.url)
    done = json.loads(events[-1].data)
    async with httpx.AsyncClient(base_url=writing.url) as client:
        again = (await client.get(f"/v1/conversations/{done['conversation_id']}")).json()
        kept = again["turns"][0]["answer"]
        assert kept == {name: done[name] for name in kept}
        assert (await client.get(f"/v1/answers/{done['id']}")).json()["claims"] == done["claims"]
        replayed = (await client.get(f"/v1/chat/{done['turn_id']}")).text
        assert [json.loads(line[6:]) for line in replayed.splitlines() if line.startswith("data: ")] == [
            json.loads(event.data) for event in events
        ]
        rest = (await client.get(f"/v1/chat/{done['turn_id']}", headers={"last-event-id": events[1].id})).text
        assert rest.count("data: ") == len(events) - 2


async def test_a_broken_line_is_taken_up_again(writing: Served, model: Scripted):
    """A reader that comes back with Last-Event-ID gets exactly what it missed, from the same work."""
    model.each = 0.01
    before, seen, last = model.begun, [], ""
    async with asked(writing.url) as events:
        async for event in events:
            seen.append(json.loads(event.data))
            last = event.id
            if event.event == "delta":
                break
    seen += [json.loads(event.data) for event in await heard(writing.url, {"last-event-id": last})]
    assert [each["event"] for each in seen] == list(range(1, len(seen) + 1))
    assert seen[-1]["type"] == "done"
    assert model.begun == before + 1


async def test_two_readers_of_one_answer(writing: Served, model: Scripted):
    """A second reader of a running answer hears all of it; the work goes on when only one of them leaves."""
    model.each = 0.01
    async with asked(writing.url) as events:
        first = json.loads((await anext(events)).data)
        async with httpx.AsyncClient(timeout=20) as client:
            reading = asyncio.create_task(client.get(f"{writing.url}/v1/chat/{first['turn_id']}"))
            await asyncio.sleep(0.05)
            rest = [json.loads(event.data) async for event in events]
            text = (await reading).text
    assert text.count("data: ") == len(rest) + 1


async def test_nobody_reads_and_the_work_stops(writing: Served, model: Scripted):
    """The client gone means that the model's call ends within a second; what was told is kept, and ends in an error."""
    model.script = "stall"
    async with asked(writing.url) as events:
        async for event in events:
            if event.event == "delta":
                turn_id = json.loads(event.data)["turn_id"]
                break
    assert await asyncio.to_thread(model.quiet, 1.0)
    ended = await heard(writing.url, {"last-event-id": f"{turn_id}-0"})
    assert ended[-1].event == "error"
    assert json.loads(ended[-1].data)["code"] == "stopped"


async def test_heartbeats(writing: Served, model: Scripted, monkeypatch: pytest.MonkeyPatch):
    """While nothing happens, comments show that the line is alive."""
    monkeypatch.setattr(streams, "HEARTBEAT", 0.1)
    model.first = 0.8
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("POST", f"{writing.url}/v1/chat", json={"question": QUESTION}) as response,
    ):
        text = "".join([part async for part in response.aiter_text()])
    assert text.count(": still here\n\n") >= 3
    assert text.rstrip().rsplit("event: ", 1)[1].startswith("done")


async def test_disconnects_leave_nothing_behind(writing: Served, model: Scripted):
    """After many readers that went away at any moment, no task and no call of the model is left."""
    model.each = 0.01
    await heard(writing.url)
    before = writing.tasks()

    async def leaves(client: httpx.AsyncClient, after: float) -> None:
        asking = asyncio.create_task(through_caveat(client, writing.url, QUESTION))
        await asyncio.sleep(after)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    for _ in range(2):
        async with httpx.AsyncClient(timeout=20) as client:
            await asyncio.gather(*(leaves(client, 0.02 * n) for n in range(30)))
    assert await asyncio.to_thread(model.quiet, 5.0)
    for _ in range(100):
        if writing.app.state.streams().count() == 0 and writing.tasks() <= before:
            break
        await asyncio.sleep(0.05)
    assert writing.app.state.streams().count() == 0
    assert writing.tasks() <= before


async def test_a_conversation_goes_on(quoting: Served):
    """A follow-up is made whole from the turn before, and keeps its conversation."""
    first = json.loads((await heard(quoting.url))[-1].data)
    events = await heard(quoting.url, question="Why?", conversation_id=first["conversation_id"])
    done = json.loads(events[-1].data)
    assert done["conversation_id"] == first["conversation_id"]
    assert done["question"] == "Why?"
    assert "cities" in done["standalone"]
    assert json.loads(events[0].data)["question"] == done["standalone"]


async def test_what_cannot_be_streamed_is_a_problem(quoting: Served):
    """An unknown conversation, an empty question and a wrong Last-Event-ID are refused before anything is sent."""
    async with httpx.AsyncClient(base_url=quoting.url) as client:
        for body, headers, status in (
            ({"question": QUESTION, "conversation_id": "nobody"}, {}, 404),
            ({"question": "  "}, {}, 422),
            ({"question": QUESTION}, {"last-event-id": "what"}, 422),
            ({"question": QUESTION}, {"last-event-id": "nobody-3"}, 404),
        ):
            reply = await client.post("/v1/chat", json=body, headers=headers)
            assert reply.status_code == status
            assert reply.json()["hint"]
        assert (await client.get("/v1/chat/nobody")).status_code == 404


async def test_a_key_is_asked_for(library: Store):
    """With a key set, everything under /v1 needs it, in either header; health and the page do not."""
    with served(library, api_key="a long secret") as keyed:
        async with httpx.AsyncClient(base_url=keyed.url) as client:
            for headers in (
                {},
                {"authorization": "Bearer no"},
                {"x-api-key": "a long secre"},
                {"authorization": "Bearer"},
            ):
                reply = await client.post("/v1/answers", json={"question": QUESTION}, headers=headers)
                assert reply.status_code == 401
                assert reply.headers["www-authenticate"] == "Bearer"
                assert "Bearer" in reply.json()["hint"]
            for headers in ({"authorization": "Bearer a long secret"}, {"x-api-key": "a long secret"}):
                reply = await client.post("/v1/answers", json={"question": QUESTION}, headers=headers)
                assert reply.status_code == 200
            for path in ("/healthz", "/readyz", "/", "/docs"):
                assert (await client.get(path)).status_code == 200


def test_sigterm_ends_every_stream(model: Scripted, tmp_path: Path):
    """Told to stop under open streams, the server ends each with an event and is gone within five seconds."""
    model.script = "stall"

    async def last(client: httpx.AsyncClient, url: str) -> str:
        kind = "none"
        async with aconnect_sse(client, "POST", f"{url}/v1/chat", json={"question": QUESTION}) as source:
            async for event in source.aiter_sse():
                kind = event.event
        return kind

    async def under_streams(url: str, process: Any) -> list[str]:
        async with httpx.AsyncClient(timeout=20) as client:
            reading = [asyncio.create_task(last(client, url)) for _ in range(12)]
            while model.open < 12:
                await asyncio.sleep(0.02)
            process.terminate()
            return list(await asyncio.gather(*reading))

    with Store(tmp_path / "home", HashingEmbedder()) as store:
        list(store.ingest(gather([str(Path(__file__).parent.parent / "evals" / "library" / "documents")])))
    with server_process(tmp_path / "home", model.url, embedder="hashing") as server:
        assert asyncio.run(under_streams(server.url, server.process)) == ["error"] * 12
        server.process.wait(5)
