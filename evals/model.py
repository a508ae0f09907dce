"""A scripted chat model in OpenAI's shape on loopback, for tests and for trying things by hand.

python -m evals.model --port 8700 --script good --first 0.3 --each 0.015

In a test: `with scripted("stall") as model:` and a client of `model.url`. A model named scripted-stall asks for that script
whatever the server's own is; any other name gets the server's own.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from evals.manners import SCRIPTS, Reply, reply_to
from evals.scripting import asked

Json = dict[str, Any]
_LONGEST_WHOLE = 4096
_LOOPBACK = "127.0.0.1"
_WAITING = 512


class Scripted:
    """The server's state: which script it follows, how fast, and what it saw.

    `open` counts answers under way, `begun` all that were begun, `abandoned` those whose client went away before the end; what
    is refused by its status is in none of them. `requests` holds the bodies of all chat requests in order. `order` is what the
    script `obeys` says besides, whether or not the evidence orders it.
    """

    def __init__(
        self,
        script: str = "good",
        *,
        first: float = 0.0,
        each: float = 0.0,
        wait: float = 20.0,
        retry_after: float = 1.0,
        seed: int = 0,
    ) -> None:
        self.first, self.each, self.wait, self.retry_after, self.seed = first, each, wait, retry_after, seed
        self.url = self.order = ""
        self.open = self.begun = self.abandoned = 0
        self.requests: list[Json] = []
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._script = ""
        self.script = script

    @property
    def script(self) -> str:
        """The script that the next request gets; setting it counts attempts anew."""
        return self._script

    @script.setter
    def script(self, name: str) -> None:
        if name not in SCRIPTS:
            raise ValueError(f"There is no script {name!r}, only {', '.join(SCRIPTS)}.")
        self._script = name
        self._attempts.clear()

    def quiet(self, within: float = 1.0) -> bool:
        """Whether no answer is under way, now or within so many seconds."""
        until = time.monotonic() + within
        while self.open and time.monotonic() < until:
            time.sleep(0.005)
        return not self.open

    async def serve(self, listening: socket.socket, stopped: asyncio.Event) -> None:
        """Answers on the socket until it is stopped; whatever is under way then is cut off."""
        server = await asyncio.start_server(self._connected, sock=listening, backlog=_WAITING)
        await stopped.wait()
        server.close()
        await asyncio.sleep(0)  # lets connections that were just made reach their own clean-up
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._answered(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path, content = await _request(reader)
        if (method, path) == ("GET", "/v1/models"):
            names = ["scripted", *(f"scripted-{name}" for name in SCRIPTS)]
            listed = [{"id": name, "object": "model", "created": 0, "owned_by": "caveat"} for name in names]
            writer.write(_whole(200, {"object": "list", "data": listed}))
            return
        if (method, path) != ("POST", "/v1/chat/completions"):
            writer.write(_problem(404, f"There is no {method} {path}."))
            return
        try:
            body: Json = json.loads(content)
            said = {message["role"]: _text(message.get("content")) for message in body["messages"]}
            name = str(body["model"])
        except (ValueError, KeyError, TypeError) as error:
            writer.write(_problem(400, f"This is no chat request: {error!r}."))
            return
        self.requests.append(body)
        script = name.removeprefix("scripted-") if name.startswith("scripted-") else self.script
        if script not in SCRIPTS:
            writer.write(_problem(404, f"The model {name!r} does not exist."))
            return
        question = asked(said.get("system", said.get("developer", "")), said.get("user", ""))
        self._attempts[script, question.question] += 1
        attempt = self._attempts[script, question.question]
        reply = reply_to(script, replace(question, seed=self.seed, attempt=attempt, wait=self.wait, order=self.order))
        if reply.status != 200:
            writer.write(_problem(reply.status, f"The script {script!r} refuses.", self.retry_after))
            return
        answer = _streamed if body.get("stream") else _at_once
        await self._while_listened_to(answer(writer, body, self._paced(reply)), reader)

    def _paced(self, reply: Reply) -> Reply:
        return replace(reply, first=self.first + reply.first, each=max(self.each, reply.each))

    async def _while_listened_to(self, answer: Coroutine[Any, Any, None], reader: asyncio.StreamReader) -> None:
        """Sends an answer to its end or until the client goes away, which is the only thing that it can send meanwhile."""
        self.begun += 1
        self.open += 1
        sending, leaving = asyncio.create_task(answer), asyncio.create_task(reader.read())
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            self.abandoned += not sending.done() or isinstance(sending.exception(), ConnectionError)
            if sending.done():
                sending.result()
        finally:
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            self.open -= 1


@contextmanager
def scripted(
    script: str = "good",
    *,
    port: int = 0,
    first: float = 0.0,
    each: float = 0.0,
    wait: float = 20.0,
    retry_after: float = 1.0,
    seed: int = 0,
) -> Iterator[Scripted]:
    """A scripted model on a port of loopback, a free one where none is given, in a thread of its own.

    `first` seconds pass before the first piece and `each` between pieces; `wait` is for slow scripts, `retry_after` for 429.
    """
    model = Scripted(script, first=first, each=each, wait=wait, retry_after=retry_after, seed=seed)
    loop, stopped = asyncio.new_event_loop(), asyncio.Event()
    with socket.create_server((_LOOPBACK, port), backlog=_WAITING) as listening:
        model.url = f"http://{_LOOPBACK}:{listening.getsockname()[1]}/v1"
        thread = threading.Thread(
            target=loop.run_until_complete, args=(model.serve(listening, stopped),), name="scripted"
        )
        thread.start()
        try:
            yield model
        finally:
            loop.call_soon_threadsafe(stopped.set)
            thread.join()
            loop.close()


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    """Method, path and body; a ConnectionError where it is no request in HTTP with a length."""
    line, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    try:
        method, path, _ = line.split(" ")
        lengths = [
            value for name, _, value in (field.partition(":") for field in fields) if name.lower() == "content-length"
        ]
        size = int(lengths[0]) if lengths else 0
    except ValueError as error:
        raise ConnectionError(line) from error
    return method, path.partition("?")[0], await reader.readexactly(size)


async def _streamed(writer: asyncio.StreamWriter, body: Json, reply: Reply) -> None:
    """Server-sent events: the role, the pieces, the finish, the usage where it is asked for, [DONE]."""
    loop = asyncio.get_running_loop()
    with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    about = json.dumps(_about(body, "chat.completion.chunk"))[:-1]

    def chunk(delta: str, finish: str = "null") -> bytes:
        usage = ',"usage":null' if with_usage else ""
        choice = f'{{"index":0,"delta":{{{delta}}},"logprobs":null,"finish_reason":{finish}}}'
        return _chunked(f'data: {about},"choices":[{choice}]{usage}}}\n\n'.encode())

    if reply.opens:
        writer.write(_head(200, "content-type: text/event-stream; charset=utf-8", "transfer-encoding: chunked"))
        due, count = loop.time() + reply.first, 0
        await asyncio.sleep(reply.first)
        writer.write(chunk('"role":"assistant","content":""'))
        for piece in reply.pieces:
            await asyncio.sleep(max(0.0, due - loop.time()))
            writer.write(_chunked(piece) if isinstance(piece, bytes) else chunk(f'"content":{json.dumps(piece)}'))
            await writer.drain()
            due += reply.each
            count += 1
    await _hung(reply)
    if reply.ends == "finished":
        usage = f'data: {about},"choices":[],"usage":{json.dumps(_usage(body, count))}}}\n\n' if with_usage else ""
        writer.write(chunk("", f'"{reply.finish}"') + _chunked(f"{usage}data: [DONE]\n\n".encode()) + _chunked(b""))


async def _at_once(writer: asyncio.StreamWriter, body: Json, reply: Reply) -> None:
    """The whole answer as one JSON object, after as long as it takes to write; broken off, the half of it."""
    pieces = list(itertools.islice(reply.pieces, _LONGEST_WHOLE))
    await asyncio.sleep(reply.first + reply.each * len(pieces))
    await _hung(reply)
    message = {
        "role": "assistant",
        "content": "".join(each for each in pieces if isinstance(each, str)),
        "refusal": None,
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish}
    told = _whole(200, {**_about(body, "chat.completion"), "choices": [choice], "usage": _usage(body, len(pieces))})
    if any(isinstance(each, bytes) for each in pieces):
        told = told[:-1] + b","
    writer.write(told[: len(told) * 3 // 5 * reply.opens] if reply.ends == "closed" else told)


async def _hung(reply: Reply) -> None:
    if reply.ends == "hanging":
        await asyncio.Event().wait()


def _about(body: Json, kind: str) -> Json:
    return {"id": f"chatcmpl-{id(body):x}", "object": kind, "created": int(time.time()), "model": body["model"]}


def _usage(body: Json, written: int) -> Json:
    """Counts of tokens, those that were read only roughly."""
    read = sum(len(_text(message.get("content"))) for message in body["messages"]) // 4
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _text(content: Any) -> str:
    """The text of a message, which may come in parts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


def _head(status: int, *fields: str) -> bytes:
    lines = (f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "connection: close", *fields)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


def _chunked(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _whole(status: int, content: Json, *fields: str) -> bytes:
    told = json.dumps(content).encode()
    return _head(status, "content-type: application/json", f"content-length: {len(told)}", *fields) + told


def _problem(status: int, message: str, retry_after: float = 0.0) -> bytes:
    """An error in OpenAI's shape; a 429 says when to come again."""
    kinds = {400: "invalid_request_error", 404: "not_found_error", 429: "rate_limit_exceeded"}
    error = {"message": message, "type": kinds.get(status, "server_error"), "param": None, "code": kinds.get(status)}
    return _whole(status, {"error": error}, *((f"retry-after: {retry_after:g}",) if status == 429 else ()))


def main() -> int:
    """Serves until Ctrl-C."""
    told = "\n".join(f"  {name:20}{script.__doc__}" for name, script in SCRIPTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m evals.model",
        description=f"{__doc__}\nscripts:\n{told}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8700, help="0 for a free one (default: 8700)")
    parser.add_argument(
        "--script", choices=SCRIPTS, default="good", metavar="NAME", help="one of the above (default: good)"
    )
    parser.add_argument("--first", type=float, default=0.0, help="seconds before the first piece")
    parser.add_argument("--each", type=float, default=0.0, help="seconds between pieces")
    parser.add_argument("--wait", type=float, default=20.0, help="seconds that slow scripts wait (default: 20)")
    parser.add_argument("--retry-after", type=float, default=1.0, help="seconds that a 429 asks for (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="for another choice of what is spoilt")
    try:
        with scripted(**vars(parser.parse_args())) as model:
            print(f"{model.url} follows the script {model.script!r}; Ctrl-C stops it.", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        print(f"evals.model: {error.strerror}; choose another --port.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
