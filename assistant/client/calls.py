"""What a client sends for each thing that it asks of a server, and how it reads the reply; and what it connects with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from assistant.client import reading_back as read
from assistant.client.told import ListedConversation, ListedDocument, Sent, Told, ToldConversation
from assistant.drafts import CheckedDraft
from assistant.events import Event
from assistant.rendering import as_json
from ingest.errors import BadInput
from vectorstore.filters import Filters
from vectorstore.retrieval import Found

_LISTED_BY = frozenset({"issuer", "kind", "status", "issued_from", "issued_to"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SILENCE = 20.0
"""Seconds without a byte after which a stream of events is taken for broken; a server that is well sends one every 5."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """A request, and how its reply is read."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    sent: Mapping[str, Any] = field(default_factory=dict)


def answering(path: str, question: str, conversation_id: str | None, filters: Filters | None) -> Call[Told]:
    """A question, to `/v1/answers` or as events to `/v1/chat`."""
    asked = {"question": question, "filters": as_json(filters or Filters())}
    if conversation_id is not None:
        asked["conversation_id"] = conversation_id
    return Call(method="POST", path=path, read=lambda reply: read.answer_value(reply.json()), sent=_json(asked))


def resuming(turn_id: str, last_event_id: str) -> Call[Event | None]:
    """The events of an answer after the last that came."""
    headers = {"last-event-id": last_event_id}
    return Call(method="GET", path=f"/v1/chat/{_named(turn_id)}", read=lambda _: None, sent={"headers": headers})


def searching(query: str, limit: int, filters: Filters | None) -> Call[Found]:
    """A search."""

    def found(reply: httpx.Response) -> Found:
        told = reply.json()
        passages = tuple(read.passage_value(each) for each in told["passages"])
        return Found(passages=passages, notices=tuple(told["notices"]))

    asked = {"query": query, "limit": limit, "filters": as_json(filters or Filters())}
    return Call(method="POST", path="/v1/search", read=found, sent=_json(asked))


def checking(text: str, sources: Sequence[tuple[str, str]], filters: Filters | None) -> Call[CheckedDraft]:
    """A draft, and the titles and texts of what it is to be checked against."""
    asked = {
        "text": text,
        "sources": [{"title": title, "text": body} for title, body in sources],
        "filters": as_json(filters or Filters()),
    }
    return Call(
        method="POST", path="/v1/checks", read=lambda reply: read.checked_value(reply.json(), text), sent=_json(asked)
    )


def adding(paths: Sequence[Path | str]) -> Call[tuple[Sent, ...]]:
    """Files, read here and now."""
    if not paths:
        raise BadInput("No file is named.", 'Name some, as in add("notice.pdf").')
    files = [("file", (Path(path).name, Path(path).read_bytes())) for path in paths]
    return Call(method="POST", path="/v1/documents", read=_sent, sent={"files": files})


def adding_text(text: str, title: str, metadata: Mapping[str, Any] | None) -> Call[tuple[Sent, ...]]:
    """A text with its title and what is known about it."""
    record = {"title": title, "text": text, "metadata": as_json(metadata or {})}
    return Call(method="POST", path="/v1/documents", read=_sent, sent=_json(record))


def documents(words: str, filters: Filters | None, cursor: str) -> Call[tuple[list[ListedDocument], str | None]]:
    """A page of the documents, and the cursor of the next."""
    given = {name: value for name, value in as_json(filters or Filters()).items() if value}
    if unknown := sorted(given.keys() - _LISTED_BY):
        raise BadInput(f"Documents are not listed by {', '.join(unknown)}.", f"By {', '.join(sorted(_LISTED_BY))}.")
    params = given | {"q": words, "limit": 1000} | ({"cursor": cursor} if cursor else {})

    def page(reply: httpx.Response) -> tuple[list[ListedDocument], str | None]:
        return [read.document_value(each) for each in reply.json()["documents"]], reply.json()["next_cursor"]

    return Call(method="GET", path="/v1/documents", read=page, sent={"params": params})


def document(document_id: str) -> Call[ListedDocument]:
    """What a document states, its sections and pages."""
    return Call(method="GET", path=_document_path(document_id), read=lambda reply: read.document_value(reply.json()))


def text(document_id: str) -> Call[str]:
    """The text of a document."""
    path = f"{_document_path(document_id)}/text"
    return Call(method="GET", path=path, read=lambda reply: reply.content.decode("utf-8"))


def removing(document_id: str) -> Call[None]:
    """A document out of the library."""
    return Call(method="DELETE", path=_document_path(document_id), read=lambda _: None)


def conversations(words: str, limit: int) -> Call[tuple[ListedConversation, ...]]:
    """The conversations that were asked in last."""

    def listed(reply: httpx.Response) -> tuple[ListedConversation, ...]:
        return tuple(read.listed_value(each) for each in reply.json()["conversations"])

    return Call(method="GET", path="/v1/conversations", read=listed, sent={"params": {"q": words, "limit": limit}})


def conversation(conversation_id: str) -> Call[ToldConversation]:
    """A conversation whole."""
    path = _conversation_path(conversation_id)
    return Call(method="GET", path=path, read=lambda reply: read.conversation_value(reply.json()))


def renaming(conversation_id: str, title: str) -> Call[str]:
    """Another title for a conversation."""
    path = _conversation_path(conversation_id)
    return Call(method="PATCH", path=path, read=lambda reply: str(reply.json()["title"]), sent=_json({"title": title}))


def deleting(conversation_id: str) -> Call[None]:
    """A conversation out of the archive."""
    return Call(method="DELETE", path=_conversation_path(conversation_id), read=lambda _: None)


def answer(answer_id: str) -> Call[Told]:
    """An answer that was given before."""
    path = f"/v1/answers/{_named(answer_id)}"
    return Call(method="GET", path=path, read=lambda reply: read.answer_value(reply.json()))


def connection(url: str, key: str, timeout: float) -> dict[str, Any]:
    """What both clients are made with; a server on this machine is called directly, whatever proxy the environment names."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise BadInput(f"{url} is no address: {error}.", "Write it as http://127.0.0.1:8600.") from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise BadInput(f"{url} is no address of a server.", "Write it as http://127.0.0.1:8600.")
    if not key.isascii() or not key.isprintable():
        raise BadInput("The key holds characters that cannot be sent.", "Copy it again; it is plain letters and signs.")
    return {
        "base_url": address,
        "headers": {"authorization": f"Bearer {key}"} if key else {},
        "timeout": httpx.Timeout(timeout, connect=min(timeout, 10.0)),
        "trust_env": address.host not in _LOOPBACK,
    }


def patience(http: httpx.Client | httpx.AsyncClient) -> httpx.Timeout:
    """How long a stream waits for the next bytes."""
    held = http.timeout
    return httpx.Timeout(held.read, connect=held.connect, read=min(held.read or _SILENCE, _SILENCE))


def _json(value: Any) -> dict[str, Any]:
    return {"content": json.dumps(value), "headers": {"content-type": "application/json"}}


def _sent(reply: httpx.Response) -> tuple[Sent, ...]:
    return tuple(read.sent_value(each) for each in reply.json()["documents"])


def _named(name: str) -> str:
    if not name.strip("."):
        raise BadInput(f"“{name}” is no id.", "The lists tell the ids.")
    return quote(name, safe="")


def _document_path(document_id: str) -> str:
    return f"/v1/documents/{_named(document_id)}"


def _conversation_path(conversation_id: str) -> str:
    return f"/v1/conversations/{_named(conversation_id)}"
