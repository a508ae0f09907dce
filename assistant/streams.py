"""Answers that are being made: each is worked on once, followed by any number of readers, and kept when it ends.

A reader that loses its connection finds the events it missed here while the work goes on, and in the archive afterwards. When
the last reader has gone for `GRACE` seconds the work stops, the model's call included, and what was told is kept as stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.archive import Archive, NotFound
from assistant.chain import Assistant
from assistant.conversation import Begun, Ended, cited_chunks
from assistant.events import Done, Event, Failed, event_json, kind
from assistant.question import Question, asked

GRACE = 0.5
HEARTBEAT = 5.0
_STOPPED = Failed(code="stopped", message="The answer was stopped before it was finished.", hint="Ask again.")
_LEAVING = Failed(
    code="stopping", message="Caveat is being stopped; the answer is not finished.", hint="Ask again soon."
)
_NOT_KEPT = Failed(code="library", message="The answer could not be kept.", hint="Look at the disk, then ask again.")
_log = logging.getLogger("caveat.api")
Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Stream:
    """An answer on its way: the events told so far, numbered from 1."""

    begun: Begun
    answer_id: str
    events: list[Json] = field(default_factory=list)
    ended: bool = False
    readers: int = 0
    why: Failed = _STOPPED
    ending: Done | None = None
    work: asyncio.Task[None] | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, event: Event) -> None:
        """Numbers an event and wakes the readers."""
        own = event_json(event)
        told: Json = {"type": kind(event), "answer_id": self.answer_id, "conversation_id": self.begun.conversation_id}
        told |= {"turn_id": self.begun.turn_id, "event": len(self.events) + 1}
        self.events.append(own | told)
        self.ended = isinstance(event, (Done, Failed))
        self.news.set()
        self.news = asyncio.Event()

    async def follow(self, after: int = 0) -> AsyncIterator[Json | None]:
        """The events after one, to the end; None where nothing came for `HEARTBEAT` seconds."""
        after = min(after, len(self.events))
        self.readers += 1
        try:
            while True:
                news = self.news
                for event in self.events[after:]:
                    after += 1
                    yield event
                if self.ended and after >= len(self.events):
                    return
                if after >= len(self.events):
                    try:
                        await asyncio.wait_for(news.wait(), HEARTBEAT)
                    except TimeoutError:
                        yield None
        finally:
            self.readers -= 1
            if self.readers == 0 and not self.ended:
                asyncio.get_running_loop().call_later(GRACE, self._leave)

    def _leave(self) -> None:
        if self.readers == 0 and self.work is not None:
            self.work.cancel()


class Streams:
    """The answers that are being made now, by the id of their turn."""

    def __init__(self, assistant: Assistant, archive: Archive) -> None:
        self._assistant = assistant
        self._archive = archive
        self._live: dict[str, Stream] = {}

    def warm(self) -> None:
        """Loads what the first question would wait for."""
        self._assistant.warm()

    async def begin(self, question: Question, conversation_id: str | None) -> Stream:
        """Writes the question down and sets to work; NotFound for an unknown conversation, BadInput for no question."""
        asked(question)
        if conversation_id is not None:
            turns = await asyncio.to_thread(self._archive.turns, conversation_id)
            question = replace(question, turns=turns)
        question = replace(question, identity=self._assistant.identity(question))
        begun = await asyncio.to_thread(self._archive.begin, conversation_id, question.text)
        stream = Stream(begun=begun, answer_id=question.identity)
        self._live[begun.turn_id] = stream
        stream.work = asyncio.create_task(self._make(stream, question))
        return stream

    async def again(self, turn_id: str) -> Stream:
        """A stream that was begun before, live or as it was kept; NotFound where there is none."""
        if live := self._live.get(turn_id):
            return live
        kept = await asyncio.to_thread(self._archive.events, turn_id)
        if kept is None or not kept[1]:
            raise NotFound("No such answer is being made or kept here.", "Ask the question again.")
        first = kept[1][0]
        begun = Begun(conversation_id=str(first["conversation_id"]), turn_id=turn_id)
        return Stream(begun=begun, answer_id=str(first["answer_id"]), events=kept[1], ended=True)

    def count(self) -> int:
        """How many answers are being made."""
        return len(self._live)

    async def stop(self) -> None:
        """Ends every answer with an event that says why, and waits until all are kept."""
        live = [stream for stream in self._live.values() if stream.work is not None]
        for stream in live:
            stream.why = _LEAVING
            if stream.work is not None:
                stream.work.cancel()
        await asyncio.gather(*(stream.work for stream in live if stream.work), return_exceptions=True)

    async def _make(self, stream: Stream, question: Question) -> None:
        """Works on an answer to its end; whatever happens, its last event says how it ended."""
        try:
            await self._told(stream, question)
        except asyncio.CancelledError:
            await self._ended(stream, stream.ending or stream.why)
        except Exception as error:  # noqa: BLE001 (a stream always ends with an event)
            _log.exception("an answer could not be kept", exc_info=error)
            if not stream.ended:
                stream.add(_NOT_KEPT)
        finally:
            self._live.pop(stream.begun.turn_id, None)

    async def _told(self, stream: Stream, question: Question) -> None:
        events = self._assistant.stream(question)
        try:
            async for event in events:
                if isinstance(event, (Done, Failed)):
                    stream.ending = event if isinstance(event, Done) else None
                    await asyncio.shield(self._ended(stream, event))
                else:
                    stream.add(event)
        finally:
            with suppress(RuntimeError):
                await events.aclose()  # type: ignore[attr-defined]  # an async generator

    async def _ended(self, stream: Stream, event: Done | Failed) -> None:
        """Keeps the end of an answer, then tells it: what a reader was told is stored."""
        if stream.ended:
            return
        answer = event.answer if isinstance(event, Done) else None
        last = Stream(begun=stream.begun, answer_id=stream.answer_id, events=list(stream.events))
        last.add(event)
        state: Ended = "done" if answer else "failed" if event not in (_STOPPED, _LEAVING) else "stopped"
        cited = cited_chunks(answer) if answer else ()
        await asyncio.to_thread(self._archive.finish, stream.begun.turn_id, answer, last.events, state, cited)
        if not stream.ended:
            stream.add(event)


def event_id(event: Json) -> str:
    """The id of an event for `Last-Event-ID`: the turn and the event's number."""
    return f"{event['turn_id']}-{event['event']}"


def last_seen(header: str) -> tuple[str, int] | None:
    """The turn and number that a `Last-Event-ID` names; None where it names none."""
    turn_id, _, number = header.strip().rpartition("-")
    return (turn_id, int(number)) if turn_id and number.isdecimal() and len(number) < 10 else None
