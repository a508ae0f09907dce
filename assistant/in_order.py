"""Work on several things at once, handed out in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def in_order(work: Callable[[_Given], _Made], given: Iterable[_Given], at_once: int) -> Iterator[_Made]:
    """What work makes of each, as soon as it and those before it are done; `work` must be safe to call from several threads.

    What it raises ends the rest; what was not begun when the caller breaks off is left.
    """
    waiting = deque[Future[_Made]]()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for each in given:
                waiting.append(pool.submit(work, each))
                if len(waiting) > at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
