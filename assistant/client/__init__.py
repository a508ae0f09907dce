"""A client of Caveat's API, plain and async.

    with Client("http://127.0.0.1:8600") as caveat:
        caveat.add("notice.pdf")
        for claim in caveat.ask("Must platforms waive fees?").claims:
            print(claim.text, [citation.quote for citation in claim.citations], [doubt.reason for doubt in claim.doubts])

Answers, claims, citations, doubts and events are the values of `assistant.answer` and `assistant.events`. A passage comes
without the text of its document (`told.FoundPassage`), and an answer knows its conversation (`told.Told`).

CaveatError
├── BadInput           what was given cannot be sent
├── Unreachable        the server is away, or what answers there is not Caveat
└── Refused            the server's problem document: `status`, `code`, `hint`, `request_id`
    ├── NotFound       no such document, conversation or answer (404)
    └── Unauthorized   the key is missing or wrong (401)

Nothing is sent twice: only a stream of events, which changes nothing, is taken up again where it broke off.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from assistant.client import calls, replies
from assistant.client.async_client import AsyncClient
from assistant.client.calls import Call
from assistant.client.replies import Following, NotFound, Refused, Unauthorized, Unreachable
from assistant.client.told import ListedConversation, ListedDocument, Sent, Told, ToldConversation
from assistant.drafts import CheckedDraft
from assistant.events import Event
from ingest.errors import CaveatError
from vectorstore.filters import Filters
from vectorstore.retrieval import Found

__all__ = ["AsyncClient", "Client", "NotFound", "Refused", "Unauthorized", "Unreachable"]

T = TypeVar("T")


class Client:
    """A server by its URL; `key` is sent as a bearer token, `timeout` is in seconds. Close it, or use it in a `with`."""

    def __init__(
        self, url: str, key: str = "", *, timeout: float = 180.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(**calls.connection(self.url, key, timeout), transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connections."""
        self._http.close()

    def ask(self, question: str, conversation_id: str | None = None, filters: Filters | None = None) -> Told:
        """The whole answer to a question; without a conversation, a new one begins."""
        return self._value(calls.answering("/v1/answers", question, conversation_id, filters))

    def stream(
        self, question: str, conversation_id: str | None = None, filters: Filters | None = None
    ) -> Iterator[Event]:
        """The answer as it is made; `Done` or `Failed` comes last, also where the connection breaks for good.

        What keeps the answer from being begun is raised. Closing the iterator early stops the answer.
        """
        following = Following(self.url)
        call: Call[Any] = calls.answering("/v1/chat", question, conversation_id, filters)
        while not following.ended:
            time.sleep(following.pause)
            try:
                with self._http.stream(
                    call.method, call.path, **call.sent, timeout=calls.patience(self._http)
                ) as reply:
                    if reply.status_code != 200:
                        reply.read()
                    replies.sound(reply)
                    for part in reply.iter_bytes():
                        yield from following.feed(part)
                        if following.ended:
                            return
                yield from following.broke()
            except CaveatError as error:
                yield from following.refused(error)
            except httpx.RequestError as error:
                yield from following.broke(error)
            call = calls.resuming(following.turn_id, following.last_event_id)

    def search(self, query: str, limit: int = 10, filters: Filters | None = None) -> Found:
        """Passages, best first."""
        return self._value(calls.searching(query, limit, filters))

    def check(self, text: str, sources: Sequence[tuple[str, str]] = (), filters: Filters | None = None) -> CheckedDraft:
        """A draft checked, sentence by sentence, against sources (title and text of each) or else the library."""
        return self._value(calls.checking(text, sources, filters))

    def add(self, *paths: Path | str) -> tuple[Sent, ...]:
        """Reads files into the library; what became of each document, a refused one with its reason."""
        return self._value(calls.adding(paths))

    def add_text(self, text: str, title: str = "", metadata: Mapping[str, Any] | None = None) -> Sent:
        """Reads a text into the library."""
        return self._value(calls.adding_text(text, title, metadata))[0]

    def documents(self, words: str = "", filters: Filters | None = None) -> Iterator[ListedDocument]:
        """Every document in the order they came, fetched as far as it is read."""
        cursor: str | None = ""
        while cursor is not None:
            found, cursor = self._value(calls.documents(words, filters, cursor))
            yield from found

    def document(self, document_id: str) -> ListedDocument:
        """What a document states about itself, with its sections and pages."""
        return self._value(calls.document(document_id))

    def text(self, document_id: str) -> str:
        """The text of a document, which every span counts in."""
        return self._value(calls.text(document_id))

    def remove(self, document_id: str) -> None:
        """Takes a document out of the library."""
        self._value(calls.removing(document_id))

    def conversations(self, words: str = "", limit: int = 50) -> tuple[ListedConversation, ...]:
        """The conversations that were asked in last, at most 200; `words` must stand in title, question or answer."""
        return self._value(calls.conversations(words, limit))

    def conversation(self, conversation_id: str) -> ToldConversation:
        """A conversation with its questions and answers as they were shown."""
        return self._value(calls.conversation(conversation_id))

    def rename(self, conversation_id: str, title: str) -> str:
        """Gives a conversation another title, and tells how it is kept."""
        return self._value(calls.renaming(conversation_id, title))

    def delete(self, conversation_id: str) -> None:
        """Deletes a conversation with its answers."""
        self._value(calls.deleting(conversation_id))

    def answer(self, answer_id: str) -> Told:
        """An answer that was given before, as it was shown."""
        return self._value(calls.answer(answer_id))

    def _value(self, call: Call[T]) -> T:
        try:
            reply = self._http.request(call.method, call.path, **call.sent)
        except httpx.RequestError as error:
            raise replies.away(self.url, error) from error
        return replies.value(reply, call.read)
