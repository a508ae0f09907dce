"""Where a program asks Caveat: the data folder of its own process (`Here`), or a running server (`There`).

Both take and give what the contract's HTTP API takes and gives, so that what stands above need not know which it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from assistant.api.checks import CheckIn, begun
from assistant.api.schema import FiltersIn
from assistant.drafts import Checked, Checker
from assistant.question import Question
from assistant.rendering import as_json, held_json
from assistant.streams import Streams
from ingest.errors import BadInput, CaveatError
from vectorstore.store import Store

Json = dict[str, Any]
Say = Callable[[str], Awaitable[None]]
_PATIENCE = httpx.Timeout(240.0, connect=5.0)


class Unanswered(CaveatError):
    """There is no answer; `code` tells what kind of error it was."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.code = code


class Reach(Protocol):
    """What can be asked; every method raises a CaveatError for what a person can mend."""

    async def search(self, query: str, limit: int, filters: FiltersIn) -> Json:
        """Passages, as /v1/search gives them."""

    async def ask(self, question: str, conversation_id: str | None, filters: FiltersIn, say: Say) -> Json:
        """An answer, as /v1/answers gives it; `say` hears how far it is."""

    async def check(self, asked: CheckIn, say: Say) -> Json:
        """A checked draft, as /v1/checks gives it; `say` hears how far it is."""

    async def document(self, document_id: str) -> Json:
        """A document, as /v1/documents/{id} gives it, with its `text`."""

    async def close(self) -> None:
        """Ends what is still being answered."""


class Here:
    """The library of this process; answers are kept among its conversations."""

    def __init__(self, store: Store, streams: Streams, checker: Callable[[], Checker]) -> None:
        self._store = store
        self._streams = streams
        self._checker = checker

    async def warm(self) -> None:
        """Loads what the first question would wait for."""
        await asyncio.to_thread(self._streams.warm)

    async def search(self, query: str, limit: int, filters: FiltersIn) -> Json:
        """Passages for a query."""
        search = self._store.retriever.search
        found = await asyncio.to_thread(lambda: search(query, limit=limit, filters=filters.value()))
        return {"passages": as_json(found.passages), "notices": list(found.notices)}

    async def ask(self, question: str, conversation_id: str | None, filters: FiltersIn, say: Say) -> Json:
        """An answer; leaving off stops the work."""
        stream = await self._streams.begin(Question(text=question, filters=filters.value()), conversation_id)
        last: Json = {}
        async for event in stream.follow():
            last = event or last
            await say(_told(last))
        if last.get("type") != "done":
            raise Unanswered(str(last["code"]), str(last["message"]), str(last["hint"]))
        return last

    async def check(self, asked: CheckIn, say: Say) -> Json:
        """A checked draft; leaving off stops the work."""
        work = await begun(self._store, self._checker, asked)
        both: list[Checked] = []
        async for each in work.settled():
            both.append(each)
            await say(f"Settled: {each.text}")
        return work.told(both)

    async def document(self, document_id: str) -> Json:
        """A document with its text."""
        library = self._store.library
        held, document = await asyncio.to_thread(lambda: (library.held(document_id), library.document(document_id)))
        if held is None or document is None:
            message = f"No document {document_id[:40]} is in the library."
            raise Unanswered("not_found", message, "A search gives the ids of documents.")
        return held_json(held) | {"text": document.text}

    async def close(self) -> None:
        """Ends what is being answered."""
        await self._streams.stop()


class There:
    """A server at a URL, with its key where it asks for one. A proxy that is set for the machine is not used."""

    def __init__(self, url: str, key: str = "") -> None:
        if not url.startswith(("http://", "https://")):
            raise BadInput(f"{url} is not the address of a server.", "Give it as http://127.0.0.1:8600.")
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._url = url.rstrip("/")
        self._client = httpx.AsyncClient(base_url=self._url, headers=headers, timeout=_PATIENCE, trust_env=False)

    async def search(self, query: str, limit: int, filters: FiltersIn) -> Json:
        """Passages for a query."""
        return await self._post("/v1/search", {"query": query, "limit": limit, "filters": _set(filters)})

    async def ask(self, question: str, conversation_id: str | None, filters: FiltersIn, say: Say) -> Json:
        """An answer; leaving off closes the connection, which stops the work."""
        await say("Asked")
        asked = {"question": question, "conversation_id": conversation_id, "filters": _set(filters)}
        return await self._post("/v1/answers", asked)

    async def check(self, asked: CheckIn, say: Say) -> Json:
        """A checked draft; leaving off closes the connection, which stops the work."""
        await say("Sent")
        return await self._post("/v1/checks", asked.model_dump(mode="json", exclude_defaults=True))

    async def document(self, document_id: str) -> Json:
        """A document with its text."""
        path = f"/v1/documents/{quote(document_id, safe='')}"
        async with self._reached():
            held, text = _good(await self._client.get(path)), _good(await self._client.get(f"{path}/text"))
        return dict(held.json()) | {"text": text.text}

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _post(self, path: str, body: Json) -> Json:
        async with self._reached():
            return dict(_good(await self._client.post(path, json=body)).json())

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Unanswered(
                "unreachable",
                f"No Caveat answers at {self._url}: {error.__class__.__name__}.",
                "Start one with `caveat serve`, or give the address of one that runs with --url.",
            ) from error


def _good(reply: httpx.Response) -> httpx.Response:
    """A reply that is none of a problem; the problem as an error."""
    if reply.is_success:
        return reply
    told = reply.json() if "json" in reply.headers.get("content-type", "") else {}
    message = str(told.get("detail") or f"The server answered with status {reply.status_code}.")
    hint = str(told.get("hint") or "See the log of the server.")
    hint = "Set CAVEAT_API_KEY to the key of the server." if reply.status_code == 401 else hint
    raise Unanswered(str(told.get("code", "server")), message, hint)


def _set(filters: FiltersIn) -> Json:
    return filters.model_dump(mode="json", exclude_defaults=True)


def _told(event: Json) -> str:
    """How far an answer is, in words."""
    match event.get("type"):
        case "searching":
            return f"Searching {event['documents']} documents"
        case "passages":
            return f"Reading {len(event['passages'])} passages"
        case "claim":
            return f"Settled: {event['text']}"
        case _:
            return "Answering"
