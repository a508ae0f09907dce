"""Work for a client that may go away: it ends with the client, within a second, whether or not anything is being sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from fastapi import Request

from assistant.streams import HEARTBEAT
from ingest.errors import CaveatError

T = TypeVar("T")


class Left(CaveatError):
    """The client went away before it had its answer, and will not see this."""

    code = "stopped"

    def __init__(self) -> None:
        super().__init__("The client went away.", "Ask again.")


async def while_here(work: Coroutine[Any, Any, T], request: Request) -> T:
    """What the work gives; it is stopped when the client goes away."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise Left
    finally:
        working.cancel()
        leaving.cancel()


async def beating(events: AsyncIterator[T]) -> AsyncIterator[T | None]:
    """The events, and None where nothing came for `HEARTBEAT` seconds; leaving off ends them at once."""
    coming: asyncio.Future[T] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(events))
            if not (await asyncio.wait({coming}, timeout=HEARTBEAT))[0]:
                yield None
                continue
            came, coming = coming, None
            try:
                event = came.result()
            except StopAsyncIteration:
                return
            yield event
    finally:
        if coming is not None:
            coming.cancel()
        with suppress(RuntimeError):  # it ends by itself where it was being waited for
            await events.aclose()  # type: ignore[attr-defined]  # an async generator


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
