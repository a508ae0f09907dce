"""What every request passes: a request id, a limit on the body, and headers that keep a browser to this origin."""

from __future__ import annotations

import json
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.problems import MEDIA_TYPE

_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
_TRUSTED = "; require-trusted-types-for 'script'"
_DOCS = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class _TooLarge(Exception):
    """The body went over the limit while it was read."""


class Edge:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, largest_body: int) -> None:
        self._app = app
        self._largest = largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers that its body is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = uuid.uuid4().hex
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
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
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *self._added(scope)]
            await send(message)

        try:
            if declared.isdigit() and int(declared) > self._largest:
                raise _TooLarge
            await self._app(scope, limited, marked)
        except _TooLarge:
            if not started:
                await self._refuse(scope, marked)

    def _added(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        policy = _DOCS if scope["path"].startswith("/docs") else _POLICY + _TRUSTED
        return [
            *_HEADERS,
            (b"content-security-policy", policy.encode()),
            (b"x-request-id", scope["request_id"].encode()),
        ]

    async def _refuse(self, scope: Scope, send: Send) -> None:
        told = {
            "type": "about:blank",
            "title": "Too large",
            "status": 413,
            "code": "too_large",
            "detail": f"The request holds more than {self._largest} bytes.",
            "hint": "Send less at a time, or raise CAVEAT_LARGEST_UPLOAD.",
            "request_id": scope["request_id"],
        }
        body = json.dumps(told).encode()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})
