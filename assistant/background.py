"""One event loop, in a thread of its own, on which chat models are read.

Clients of chat models keep connections that belong to the loop that opened them; on one loop they live as long as the
process, whether an answer is asked for in a thread, in a server or in somebody else's loop.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def begun(work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
    """The work, under way; cancelling the future cancels the work."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="caveat-models", daemon=True).start()
    return loop
