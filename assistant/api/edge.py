"""What every request passes: a request id, a limit on the body, a look at where it comes from, and headers that keep a
browser to this origin. An error that nobody foresaw ends here too, so that its answer bears the same headers."""

from __future__ import annotations

import ipaddress
import json
import logging
import uuid

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.problems import MEDIA_TYPE, TITLES, openai_error
from assistant.keys import SCOPES, Keys, KeysError
from assistant.keys import Scope as Reach

_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
_TRUSTED = "; require-trusted-types-for 'script'"
_DOCS = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_FORWARDED = (b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")
_OPENAI = frozenset({"/v1/chat/completions", "/v1/models"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_log = logging.getLogger("caveat.api")
_Refusal = tuple[int, str, str, str]
"""Status, code, detail, hint."""


class _TooLarge(Exception):
    """The body went over the limit while it was read."""


class Edge:
    """ASGI middleware. `host` is the address that is listened on, a name that the server may be called by besides those of this machine.

    Once there are `keys`, whatever reads or changes the library needs one whose scope takes it in, from any machine, and any
    name may be called. Without keys only what comes from this machine itself may see the operator's routes, and nothing is
    served where others could reach it.
    """

    def __init__(self, app: ASGIApp, *, largest_body: int, keys: Keys, host: str = "127.0.0.1") -> None:
        self._app = app
        self._keys = keys
        self._away = not is_loopback(host)
        self._largest = largest_body
        self._hosts = _LOOPBACK | {host.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = uuid.uuid4().hex
        started, seen = False, 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._largest:
                raise _TooLarge
            return message

        async def marked(message: Message) -> None:
            nonlocal started
            if seen > self._largest and not started:
                return  # FastAPI takes _TooLarge for a body that does not parse
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *self._added(scope)]
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            try:
                await self._app(scope, limited, marked)
            except (_TooLarge, ClientDisconnect):
                pass  # told below, or told to nobody
            except Exception as error:
                if started:
                    raise
                _log.exception("request %s failed", scope["request_id"], exc_info=error)
                hint = "The log of the server has it under the request id."
                refusal = (500, "internal", "Something went wrong in Caveat.", hint)
            if seen > self._largest and not started:
                seen, refusal = 0, self._too_large()
        if refusal is not None:
            await self._refuse(scope, marked, refusal)

    def _refusal(self, scope: Scope) -> _Refusal | None:
        """Why a request is not passed on, where its headers tell."""
        headers = {name: value.decode("latin-1").strip() for name, value in scope["headers"]}
        host, site = headers.get(b"host", "").lower(), headers.get(b"sec-fetch-site", "none")
        try:
            asked = self._away or self._keys.asked()
            if scope["path"].startswith("/v1/") and (barred := self._barred(scope, headers, asked=asked)):
                return barred
        except KeysError as error:
            return 503, error.code, error.message, error.hint
        if not asked and host and host.rsplit(":", 1)[0] not in self._hosts and host not in self._hosts:
            # A page of another site can have its own name point here (DNS rebinding) and would then read the library.
            return (
                421,
                "misdirected",
                "Caveat is not served under the name in the Host header.",
                "Call it by 127.0.0.1 or localhost; a server in front sends its Host as 127.0.0.1.",
            )
        if scope["method"] not in _READING and site not in {"same-origin", "none"}:
            # A form of another site can send files without being asked by the browser whether it may.
            hint = "Send it from Caveat's own page, or from a program."
            return 403, "cross_site", "A page of another site may not change or question this library.", hint
        declared = headers.get(b"content-length", "0")
        if declared.isdigit() and (len(declared) > 18 or int(declared) > self._largest):
            return self._too_large()
        return None

    def _barred(self, scope: Scope, headers: dict[bytes, str], *, asked: bool) -> _Refusal | None:
        """Why whoever sends a request may not have it answered."""
        wanted = _wanted(scope["method"], scope["path"])
        if not asked:
            if wanted != "operate" or _from_here(scope, headers):
                return None
            hint = "Make a key on the server with `caveat keys add NAME --scope operate`, and send it."
            return 403, "operator_only", "Without keys, settings are shown on the server's own machine alone.", hint
        scheme, _, given = headers.get(b"authorization", "").partition(" ")
        given = given.strip() if scheme.lower() == "bearer" else headers.get(b"x-api-key", "")
        held = self._keys.scope_of(given)
        if held is None:
            hint = "Send it as `Authorization: Bearer KEY`."
            return 401, "unauthorized", "This server asks for a key, and the request bears none that fits.", hint
        if SCOPES.index(held) < SCOPES.index(wanted):
            hint = f"It is for `{held}`; this takes a key for `{wanted}`. Whoever runs the server can make one."
            return 403, "scope", "The key does not reach so far.", hint
        return None

    def _too_large(self) -> _Refusal:
        detail = f"The request holds more than {self._largest} bytes."
        return 413, "too_large", detail, "Send less at a time, or raise CAVEAT_LARGEST_UPLOAD."

    def _added(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        policy = _DOCS if scope["path"].startswith("/docs") else _POLICY + _TRUSTED
        return [
            *_HEADERS,
            (b"content-security-policy", policy.encode()),
            (b"x-request-id", scope["request_id"].encode()),
        ]

    async def _refuse(self, scope: Scope, send: Send, refusal: _Refusal) -> None:
        status, code, detail, hint = refusal
        told = {
            "type": "about:blank",
            "title": TITLES[status],
            "status": status,
            "code": code,
            "detail": detail,
            "hint": hint,
            "request_id": scope["request_id"],
        }
        if scope["path"] in _OPENAI:
            told |= openai_error(status, code, f"{detail} {hint}".strip())
        body = json.dumps(told).encode()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *([(b"www-authenticate", b"Bearer")] if status == 401 else []),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wanted(method: str, path: str) -> Reach:
    """What a key must be for."""
    if path.startswith("/v1/operator"):
        return "operate"
    return "edit" if path.startswith("/v1/documents") and method not in _READING else "ask"


def _from_here(scope: Scope, headers: dict[bytes, str]) -> bool:
    """Whether a request comes from this machine, and from no server in front that hands on those of others."""
    peer = (scope.get("client") or ("",))[0]
    return is_loopback(peer) and not any(name in headers for name in _FORWARDED)
