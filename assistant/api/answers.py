"""Search, answers, and answers as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from assistant.api.leaving import while_here
from assistant.api.problems import RESPONSES, problem_of
from assistant.api.schema import AnswerOut, QuestionIn, SearchIn, SearchOut
from assistant.question import Question
from assistant.rendering import as_json
from assistant.streams import Stream, Streams, event_id, last_seen
from ingest.errors import BadInput, CaveatError
from vectorstore.store import Store

_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events: searching, passages, delta*, claim*, and at the end done or error; each a JSON object with "
        "`type`, `answer_id`, `conversation_id`, `turn_id` and a rising number `event`. `Last-Event-ID` goes on after one.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "object",
                    "required": ["id", "event", "data"],
                    "properties": {
                        "id": {"type": "string"},
                        "event": {"enum": ["searching", "passages", "delta", "claim", "done", "error"]},
                        "data": {"type": "string", "contentMediaType": "application/json"},
                    },
                }
            }
        },
    }
}
LastEventId = Annotated[
    str, Header(max_length=100, pattern=r"^$|^[0-9a-zA-Z]+-[0-9]{1,9}$", description="id of the last event that came")
]


class AnswerFailed(CaveatError):
    """The answer ended in an error event."""

    def __init__(self, event: dict[str, Any]) -> None:
        super().__init__(str(event["message"]), str(event["hint"]))
        self.code = str(event["code"])


def routes(store: Store, streams: Callable[[], Streams]) -> APIRouter:
    """The routes; `streams` is asked for when a question comes, since the model is loaded by then."""
    router = APIRouter(tags=["answers"])

    @router.post("/v1/search", response_model=SearchOut, responses=RESPONSES)
    def search(asked: SearchIn) -> Any:
        """Passages for a query, best first."""
        found = store.retriever.search(asked.query, limit=asked.limit, filters=asked.filters.value())
        return {"passages": as_json(found.passages), "notices": list(found.notices)}

    @router.post("/v1/answers", response_model=AnswerOut, responses=RESPONSES)
    async def answer(asked: QuestionIn, request: Request, response: Response) -> Any:
        """An answer made of claims with citations and doubts, or a refusal; `Server-Timing` tells what each step took."""
        stream = await streams().begin(_question(asked), asked.conversation_id)
        last = await while_here(_last(stream), request)
        if last["type"] != "done":
            raise AnswerFailed(last)
        response.headers["server-timing"] = ", ".join(
            f"{name};dur={1000 * seconds:.1f}" for name, seconds in last["seconds"].items()
        )
        return last

    @router.post("/v1/chat", response_class=StreamingResponse, responses=RESPONSES | _EVENTS)
    async def chat(asked: QuestionIn, request: Request, last_event_id: LastEventId = "") -> StreamingResponse:
        """The same answer as events while it is made; `Last-Event-ID` resumes a stream that was begun before."""
        if last_event_id:
            return await _resumed(streams(), last_event_id, request)
        stream = await streams().begin(_question(asked), asked.conversation_id)
        return _sent(stream, 0, request)

    @router.get("/v1/chat/{turn_id}", response_class=StreamingResponse, responses=RESPONSES | _EVENTS)
    async def again(turn_id: str, request: Request, last_event_id: LastEventId = "") -> StreamingResponse:
        """The events of an answer that is being made or was, from the first or after `Last-Event-ID`."""
        seen = last_seen(last_event_id)
        return _sent(await streams().again(turn_id), seen[1] if seen else 0, request)

    return router


async def _last(stream: Stream) -> dict[str, Any]:
    """How an answer ended."""
    return [event async for event in stream.follow() if event is not None][-1]


async def _resumed(streams: Streams, last_event_id: str, request: Request) -> StreamingResponse:
    seen = last_seen(last_event_id)
    if seen is None:
        raise BadInput("Last-Event-ID names no event.", "Send the id of the last event that came, or none.")
    return _sent(await streams.again(seen[0]), seen[1], request)


def _question(asked: QuestionIn) -> Question:
    return Question(text=asked.question, filters=asked.filters.value())


def _sent(stream: Stream, after: int, request: Request) -> StreamingResponse:
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_frames(stream, after, request), media_type="text/event-stream", headers=headers)


async def _frames(stream: Stream, after: int, request: Request) -> AsyncIterator[bytes]:
    """Server-sent events; a comment where nothing happens, so that nobody takes the line for dead."""
    async for event in stream.follow(after):
        if event is None:
            yield b": still here\n\n"
            continue
        told = event | problem_of(event, request) if event["type"] == "error" else event
        data = json.dumps(told, ensure_ascii=False)
        yield format_sse_event(data_str=data, event=event["type"], id=event_id(event))
