"""What comes back from a server: values, problems raised as errors, and events that are followed to their end.

CaveatError
├── Unreachable        the server is away, or what answers there is not Caveat
└── Refused            the server's problem document: `status`, `code`, `hint`, `request_id`
    ├── NotFound       no such document, conversation or answer (404)
    └── Unauthorized   the key is missing or wrong (401)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx

from assistant.client.reading_back import Json, event_value
from assistant.events import Done, Event, Failed
from ingest.errors import CaveatError

_AWAY = frozenset({502, 503, 504})
_PAUSES = (0.0, 0.1, 0.4, 1.5, 4.0)
"""Seconds before each try to go on; the first at once, since an answer that nobody listens to is soon stopped."""
_WRONG = (KeyError, TypeError, ValueError, AttributeError)
T = TypeVar("T")


class Unreachable(CaveatError):
    """The server cannot be reached, or what answers there is not Caveat."""

    code = "unreachable"


class Refused(CaveatError):
    """The server answered with a problem; `request_id` is what its log calls the request."""

    def __init__(self, message: str, hint: str = "", *, status: int, code: str, request_id: str = "") -> None:
        super().__init__(message, hint)
        self.status = status
        self.code = code
        self.request_id = request_id


class NotFound(Refused):
    """There is no such thing on the server."""


class Unauthorized(Refused):
    """The server asks for a key, and what was sent does not fit."""


class Following:
    """How far the events of an answer were read: takes bytes as they come, gives events, and says how to go on.

    Nothing was told yet: what goes wrong is raised. Something was told: it ends in `Done` or `Failed`, whatever happens.
    """

    def __init__(self, url: str) -> None:
        self.ended = False
        self.turn_id = ""
        self.last_event_id = ""
        self.pause = 0.0
        self._url = url
        self._seen = 0
        self._tries = 0
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that are whole with these bytes; lines end as the standard of server-sent events says."""
        *frames, self._rest = (self._rest + data).replace(b"\r\n", b"\n").split(b"\n\n")
        for frame in frames:
            lines = [line.partition(b":") for line in frame.split(b"\n")]
            parts = [(name, value.removeprefix(b" ")) for name, _, value in lines]
            said = b"\n".join(value for name, value in parts if name == b"data")
            if not said or self.ended:
                continue
            try:
                told = json.loads(said)
                event = event_value(told) if self._is_news(told, dict(parts).get(b"id", b"")) else None
            except _WRONG as error:
                yield from self._gave_up(_strange(self._url), error)
                return
            if event is not None:
                self.ended = isinstance(event, (Done, Failed))
                yield event

    def broke(self, error: Exception | None = None) -> Iterator[Event]:
        """The connection ended too early: `pause` says how long to wait before going on, or a `Failed` comes."""
        self._rest = b""
        if self.ended:
            return
        if not self.turn_id or self._tries == len(_PAUSES):
            why = away(self._url, error) if error else _strange(self._url)
            yield from self._gave_up(why, error)
            return
        self.pause = _PAUSES[self._tries]
        self._tries += 1

    def refused(self, error: CaveatError) -> Iterator[Event]:
        """The server answered with a problem: it is raised, or told where something was told before."""
        if isinstance(error, Unreachable) and self.turn_id:
            return self.broke(error)
        return self._gave_up(error, None)

    def _is_news(self, told: Json, event_id: bytes) -> bool:
        """Whether an event was not told before; notes where to go on after it."""
        number = int(told["event"])
        if number <= self._seen:
            return False
        self._seen, self._tries = number, 0
        self.turn_id = str(told["turn_id"])
        self.last_event_id = event_id.decode("ascii")
        return True

    def _gave_up(self, error: CaveatError, cause: Exception | None) -> Iterator[Event]:
        self.ended = True
        if not self.turn_id:
            raise error from cause
        hint = f"{error.hint} What became of the answer stands in its conversation.".lstrip()
        yield Failed(code=error.code, message=error.message, hint=hint)


def sound(response: httpx.Response) -> None:
    """Raises what a reply says is wrong: Refused where it is a problem document, Unreachable where nobody is behind it."""
    if response.status_code < 300:
        return
    told: Json = {}
    if "json" in response.headers.get("content-type", ""):
        with _understood(response):
            told = dict(response.json())
    status, there = response.status_code, f"{response.url.scheme}://{response.url.netloc.decode()}"
    if not told.get("code") and (status in _AWAY or status < 400):
        raise Unreachable(f"{there} answers {status}, not as Caveat does.", "See whether the address is Caveat's.")
    kind = {404: NotFound, 401: Unauthorized}.get(status, Refused)
    message = str(told.get("detail") or told.get("title") or f"{there} answers {status} to {response.url.path}.")
    hint = str(told.get("hint") or ("" if told else "See whether the address is Caveat's."))
    request_id = str(told.get("request_id") or response.headers.get("x-request-id", ""))
    raise kind(message, hint, status=status, code=str(told.get("code") or "refused"), request_id=request_id)


def value(response: httpx.Response, read: Callable[[httpx.Response], T]) -> T:
    """What a whole reply holds."""
    sound(response)
    with _understood(response):
        return read(response)


def away(url: str, error: Exception) -> Unreachable:
    """What to say of a server that cannot be reached."""
    why = str(error) or type(error).__name__
    return Unreachable(f"{url} cannot be reached: {why}.", "See that the server runs there: `caveat serve` starts one.")


@contextmanager
def _understood(response: httpx.Response) -> Iterator[None]:
    try:
        yield
    except _WRONG as error:
        raise _strange(f"{response.url.scheme}://{response.url.netloc.decode()}") from error


def _strange(url: str) -> Unreachable:
    return Unreachable(
        f"{url} does not answer as Caveat does.",
        "See whether the address is Caveat's, and whether its version fits this client's.",
    )
