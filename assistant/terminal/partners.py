"""Who a terminal chat talks to: the program in this process, or a server. Both tell the same events and keep the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import Protocol, Self

from assistant import wiring
from assistant.client import Client
from assistant.client.reading_back import conversation_value, event_value, listed_value
from assistant.client.told import ListedConversation, ToldConversation
from assistant.events import Done, Event
from assistant.rendering import as_json
from assistant.settings import Settings
from assistant.terminal import ids
from vectorstore.filters import Filters

_LISTED = 50
Show = Callable[[Event], None]


class Partner(Protocol):
    """Answers questions; `conversation_id` is the conversation that the next one belongs to, None where it begins one."""

    conversation_id: str | None

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def greeting(self) -> str:
        """What answers, in a line; an error where nothing does."""

    def ask(self, question: str, filters: Filters, show: Show) -> None:
        """Shows the events of an answer to the last, `Done` or `Failed`; an interrupt stops the answer."""

    def conversations(self) -> tuple[ListedConversation, ...]:
        """The conversations that were asked in last."""

    def conversation(self, conversation_id: str) -> ToldConversation:
        """A conversation whole; an error where there is none."""


class Here:
    """The program in this process, over the data folder that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self.conversation_id: str | None = None
        with ExitStack() as opened:
            self._store = opened.enter_context(wiring.open_store(settings))
            self._archive = opened.enter_context(wiring.open_archive(settings, self._store))
            self._assistant = wiring.assistant(self._store, settings)
            self._open = opened.pop_all()
        self._writes = (settings.model or "the model") if wiring.names_a_model(settings) else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def greeting(self) -> str:
        """How many documents there are, and whether answers are written."""
        documents, _ = self._store.library.counts()
        how = (
            f"{self._writes} writes, and each claim is checked" if self._writes else "answers are quoted word for word"
        )
        return f"{documents} document{'' if documents == 1 else 's'}; {how}."

    def ask(self, question: str, filters: Filters, show: Show) -> None:
        """Makes the answer here, as a server would, and keeps it; an interrupt stops it and keeps that it was stopped."""
        asyncio.run(self._made(question, ids.whole(self._store.library, filters), show))

    def conversations(self) -> tuple[ListedConversation, ...]:
        """The conversations that were asked in last."""
        return tuple(listed_value(as_json(each)) for each in self._archive.page(_LISTED).conversations)

    def conversation(self, conversation_id: str) -> ToldConversation:
        """A conversation whole."""
        from assistant.archive import NotFound  # noqa: PLC0415 (beside its only use)

        found = self._archive.conversation(conversation_id)
        if found is None:
            raise NotFound(f"No conversation {conversation_id[:40]} is kept here.", "/history lists them.")
        return conversation_value(as_json(found))

    async def _made(self, question: str, filters: Filters, show: Show) -> None:
        from assistant.question import Question  # noqa: PLC0415
        from assistant.streams import Streams  # noqa: PLC0415 (only where an answer is made)

        streams = Streams(self._assistant, self._archive)
        stream = await streams.begin(Question(text=question, filters=filters), self.conversation_id)
        self.conversation_id = stream.begun.conversation_id
        try:
            async for told in stream.follow():
                if told is not None and (event := event_value(told)) is not None:
                    show(event)
        finally:
            if stream.work is not None:
                if not stream.ended:
                    stream.work.cancel()
                await asyncio.gather(stream.work, return_exceptions=True)


class There:
    """A server by its URL."""

    def __init__(self, url: str, key: str = "") -> None:
        self.conversation_id: str | None = None
        self._client = Client(url, key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def greeting(self) -> str:
        """Where it is; Unreachable or Unauthorized where it does not let us in."""
        self._client.conversations(limit=1)
        return f"Answers come from {self._client.url}."

    def ask(self, question: str, filters: Filters, show: Show) -> None:
        """Follows the answer that the server makes; leaving off stops it there."""
        for event in self._client.stream(question, self.conversation_id, filters):
            if isinstance(event, Done):
                self.conversation_id = getattr(event.answer, "conversation_id", None) or self.conversation_id
            show(event)

    def conversations(self) -> tuple[ListedConversation, ...]:
        """The conversations that were asked in last."""
        return self._client.conversations(limit=_LISTED)

    def conversation(self, conversation_id: str) -> ToldConversation:
        """A conversation whole."""
        return self._client.conversation(conversation_id)
