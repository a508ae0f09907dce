"""The client of `assistant.client`, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from assistant.client import calls, replies
from assistant.client.calls import Call
from assistant.client.replies import Following
from assistant.client.told import ListedConversation, ListedDocument, Sent, Told, ToldConversation
from assistant.drafts import CheckedDraft
from assistant.events import Event
from ingest.errors import CaveatError
from vectorstore.filters import Filters
from vectorstore.retrieval import Found

T = TypeVar("T")


class AsyncClient:
    """A server by its URL, as `Client` is; close it, or use it in an `async with`."""

    def __init__(
        self, url: str, key: str = "", *, timeout: float = 180.0, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.AsyncClient(**calls.connection(self.url, key, timeout), transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._http.aclose()

    async def ask(self, question: str, conversation_id: str | None = None, filters: Filters | None = None) -> Told:
        """The whole answer to a question; without a conversation, a new one begins."""
        return await self._value(calls.answering("/v1/answers", question, conversation_id, filters))

    async def stream(
        self, question: str, conversation_id: str | None = None, filters: Filters | None = None
    ) -> AsyncIterator[Event]:
        """The answer as it is made; `Done` or `Failed` comes last, also where the connection breaks for good.

        What keeps the answer from being begun is raised. Closing the iterator early (`aclose`) stops the answer.
        """
        following = Following(self.url)
        call: Call[Any] = calls.answering("/v1/chat", question, conversation_id, filters)
        while not following.ended:
            await asyncio.sleep(following.pause)
            broken: Iterator[Event] = iter(())
            try:
                sent = self._http.stream(call.method, call.path, **call.sent, timeout=calls.patience(self._http))
                async with sent as reply:
                    if reply.status_code != 200:
                        await reply.aread()
                    replies.sound(reply)
                    async for part in reply.aiter_bytes():
                        for event in following.feed(part):
                            yield event
                        if following.ended:
                            return
                broken = following.broke()
            except CaveatError as error:
                broken = following.refused(error)
            except httpx.RequestError as error:
                broken = following.broke(error)
            for event in broken:
                yield event
            call = calls.resuming(following.turn_id, following.last_event_id)

    async def search(self, query: str, limit: int = 10, filters: Filters | None = None) -> Found:
        """Passages, best first."""
        return await self._value(calls.searching(query, limit, filters))

    async def check(
        self, text: str, sources: Sequence[tuple[str, str]] = (), filters: Filters | None = None
    ) -> CheckedDraft:
        """A draft checked, sentence by sentence, against sources (title and text of each) or else the library."""
        return await self._value(calls.checking(text, sources, filters))

    async def add(self, *paths: Path | str) -> tuple[Sent, ...]:
        """Reads files into the library; what became of each document, a refused one with its reason."""
        return await self._value(await asyncio.to_thread(calls.adding, paths))

    async def add_text(self, text: str, title: str = "", metadata: Mapping[str, Any] | None = None) -> Sent:
        """Reads a text into the library."""
        return (await self._value(calls.adding_text(text, title, metadata)))[0]

    async def documents(self, words: str = "", filters: Filters | None = None) -> AsyncIterator[ListedDocument]:
        """Every document in the order they came, fetched as far as it is read."""
        cursor: str | None = ""
        while cursor is not None:
            found, cursor = await self._value(calls.documents(words, filters, cursor))
            for each in found:
                yield each

    async def document(self, document_id: str) -> ListedDocument:
        """What a document states about itself, with its sections and pages."""
        return await self._value(calls.document(document_id))

    async def text(self, document_id: str) -> str:
        """The text of a document, which every span counts in."""
        return await self._value(calls.text(document_id))

    async def remove(self, document_id: str) -> None:
        """Takes a document out of the library."""
        await self._value(calls.removing(document_id))

    async def conversations(self, words: str = "", limit: int = 50) -> tuple[ListedConversation, ...]:
        """The conversations that were asked in last, at most 200; `words` must stand in title, question or answer."""
        return await self._value(calls.conversations(words, limit))

    async def conversation(self, conversation_id: str) -> ToldConversation:
        """A conversation with its questions and answers as they were shown."""
        return await self._value(calls.conversation(conversation_id))

    async def rename(self, conversation_id: str, title: str) -> str:
        """Gives a conversation another title, and tells how it is kept."""
        return await self._value(calls.renaming(conversation_id, title))

    async def delete(self, conversation_id: str) -> None:
        """Deletes a conversation with its answers."""
        await self._value(calls.deleting(conversation_id))

    async def answer(self, answer_id: str) -> Told:
        """An answer that was given before, as it was shown."""
        return await self._value(calls.answer(answer_id))

    async def _value(self, call: Call[T]) -> T:
        try:
            reply = await self._http.request(call.method, call.path, **call.sent)
        except httpx.RequestError as error:
            raise replies.away(self.url, error) from error
        return replies.value(reply, call.read)
