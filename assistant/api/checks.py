"""`POST /v1/checks`: a draft is checked against the library or given sources; whole, or as events where those are asked for."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel, Field

from assistant.answer import Claim
from assistant.api.leaving import beating, while_here
from assistant.api.problems import RESPONSES, problem_of
from assistant.api.schema import ClaimOut, FiltersIn, Given, SpanOut
from assistant.checkworthy import Idle
from assistant.drafts import EMPTY, Checked, Checker, collected, draft_of
from assistant.events import Claimed, Failed, event_json, tallied
from assistant.rendering import as_json
from ingest.document import Document
from ingest.errors import CaveatError
from ingest.sources import Source, from_record
from vectorstore.store import Store

LONGEST_DRAFT, LONGEST_SOURCE, MOST_SOURCES = 200_000, 1_000_000, 50
EVENTS = "text/event-stream"
_log = logging.getLogger("caveat.api")
_Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class SourceIn(Given):
    """A source to check against."""

    title: Annotated[str, Field(max_length=1000)] = ""
    text: Annotated[_Text, Field(max_length=LONGEST_SOURCE)]


class CheckIn(Given):
    """A draft, and what to check it against: the sources, or where there are none the library, narrowed by the filters."""

    text: Annotated[_Text, Field(max_length=LONGEST_DRAFT)]
    sources: list[SourceIn] = Field(default=[], max_length=MOST_SOURCES)
    filters: FiltersIn = FiltersIn()


class LeftOut(BaseModel):
    """A sentence of the draft that claims nothing, and why; `span` in characters of the draft."""

    text: str
    span: SpanOut
    why: Idle


class CountsOut(BaseModel):
    """Claims by verdict, those supported but in doubt apart; the parts sum to `claims`."""

    claims: int
    supported: int
    supported_with_doubts: int
    contradicted: int
    not_found: int
    unchecked: int


class CheckedOut(BaseModel):
    """A checked draft. Spans of claims count in the draft as it was sent.

    Citations count in the text of their document; a given source is `source-1`, `source-2` … in the order sent, its text
    counted with every end of line as one character and without NUL.
    """

    claims: list[ClaimOut]
    left: list[LeftOut] = Field(description="sentences that claim nothing, which were left in peace")
    notices: list[str]
    counts: CountsOut


_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The checked draft; with `Accept: text/event-stream` as events: claim*, and at the end done or error, each "
        "a JSON object with `type`, `check_id` and a rising number `event`. Heartbeats come in between.",
        "content": {
            EVENTS: {
                "schema": {
                    "type": "object",
                    "required": ["id", "event", "data"],
                    "properties": {
                        "id": {"type": "string"},
                        "event": {"enum": ["claim", "done", "error"]},
                        "data": {"type": "string", "contentMediaType": "application/json"},
                    },
                }
            }
        },
    }
}


def routes(store: Store, checker: Callable[[], Checker]) -> APIRouter:
    """The route; `checker` is asked for when a draft comes, since the model is loaded by then."""
    router = APIRouter(tags=["checks"])

    @router.post("/v1/checks", response_model=CheckedOut, responses=RESPONSES | _STREAMED)
    async def check(
        asked: CheckIn, request: Request, accept: Annotated[str, Header(include_in_schema=False)] = ""
    ) -> Any:
        """Every sentence of a draft: claims with verdict, citations and doubts, and what claims nothing."""
        work = await while_here(begun(store, checker, asked), request)
        if EVENTS in accept.lower():
            headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
            return StreamingResponse(_frames(work, request), media_type=EVENTS, headers=headers)
        return JSONResponse(work.told(await while_here(_whole(work), request)))

    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A check that is under way: its draft, what a reader must know, what came first, and what is still to come."""

    draft: Document
    notices: tuple[str, ...]
    first: Checked | None
    coming: Iterator[Checked]

    async def settled(self) -> AsyncIterator[Checked]:
        """The sentences as they are settled, one at a time in a thread: leaving off ends the work with the sentence."""
        item = self.first
        while item is not None:
            yield item
            item = await asyncio.to_thread(next, self.coming, None)

    def told(self, both: Sequence[Checked]) -> dict[str, Any]:
        """The checked draft as `CheckedOut` describes it."""
        checked = collected(self.draft, both, self.notices)
        parts = {"claims": checked.claims, "left": checked.left, "notices": checked.notices}
        return dict(as_json(parts)) | {"counts": tallied(checked.claims)}


async def begun(store: Store, checker: Callable[[], Checker], asked: CheckIn) -> Begun:
    """A check once its sources are read and its first sentence is settled, so that what keeps it from beginning is raised."""

    def begin() -> Begun:
        draft = draft_of(asked.text)
        coming = checker().check(draft, _sources(asked), asked.filters.value())
        empty = () if asked.sources or store.library.counts()[0] else (EMPTY,)
        notices = () if asked.sources else store.notices
        return Begun(draft=draft, notices=(*empty, *notices), first=next(coming, None), coming=coming)

    return await asyncio.to_thread(begin)


def _sources(asked: CheckIn) -> list[Source]:
    return [
        from_record({"_id": str(number), "title": each.title, "text": each.text}, "given:", f"source {number}")
        for number, each in enumerate(asked.sources, start=1)
    ]


async def _whole(work: Begun) -> list[Checked]:
    return [each async for each in work.settled()]


async def _frames(work: Begun, request: Request) -> AsyncIterator[bytes]:
    """Server-sent events; a comment where nothing happens, so that nobody takes the line for dead."""
    check_id, number, both = secrets.token_hex(10), 0, list[Checked]()

    def frame(kind: str, told: dict[str, Any]) -> bytes:
        nonlocal number
        number += 1
        event = told | {"type": kind, "check_id": check_id, "event": number}
        data = json.dumps(event, ensure_ascii=False)
        return bytes(format_sse_event(data_str=data, event=kind, id=f"{check_id}-{number}"))

    try:
        async for each in beating(work.settled()):
            if each is None:
                yield b": still here\n\n"
                continue
            both.append(each)
            if isinstance(each, Claim):
                yield frame("claim", event_json(Claimed(claim=each)))
        yield frame("done", work.told(both))
    except CaveatError as error:
        yield frame("error", _failed(Failed(code=error.code, message=error.message, hint=error.hint), request))
    except Exception as error:  # noqa: BLE001 (a stream always ends with an event)
        _log.exception("a check failed", exc_info=error)
        failed = Failed(code="internal", message="Something went wrong in Caveat.", hint="Its log says what.")
        yield frame("error", _failed(failed, request))


def _failed(failed: Failed, request: Request) -> dict[str, Any]:
    told = event_json(failed)
    return told | problem_of(told, request)
