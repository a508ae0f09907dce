"""Readers run in a child process with limits, so that a hostile file can harm no one but the child.

    with Isolated() as reader:
        reading = reader.read(content, "application/pdf")

The two speak in frames over pipes: eight bytes of length, then that many bytes. A request is two frames, the media type
and the content; the answer is one frame of JSON, `{"reading": {...}}` or `{"refused": {...}}`.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from ingest import reading
from ingest.document import Label, Reading, Span
from ingest.errors import UnreadableFile

LONGEST_TEXT = 20_000_000
_LARGEST_ANSWER = 1 << 28
_LENGTH = struct.Struct(">Q")
_AT_HOME = (reading.TEXT, reading.MARKDOWN)


class Isolated:
    """Reads files, the risky kinds in a child that is started when first needed and again after each failure.

    `memory` is the address space of the child in bytes, `seconds` the time for one file; `module` is where the child
    finds `read(content, media_type)`. One file is read at a time; other threads wait their turn.
    """

    def __init__(self, *, memory: int = 2 << 30, seconds: float = 60.0, module: str = reading.__name__) -> None:
        self._memory = memory
        self._seconds = seconds
        self._module = module
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, content: bytes, media_type: str) -> Reading:
        """The reading of a file's bytes; every failure, a crash or endless loop included, is an `UnreadableFile`."""
        if media_type in _AT_HOME and self._module == reading.__name__:
            return _of_bearable_length(reading.read(content, media_type))
        with self._turn:
            answer = self._asked(content, media_type)
        try:
            if "refused" in answer:
                raise UnreadableFile(*(str(answer["refused"][key]) for key in ("code", "message", "hint")))
            return _of_bearable_length(reading_of(answer["reading"]))
        except (KeyError, TypeError, ValueError):
            raise _broken() from None

    def close(self) -> None:
        """End the child, if there is one."""
        with self._turn:
            self._end()

    def _asked(self, content: bytes, media_type: str) -> dict[str, Any]:
        """The child's answer; a child that gave none in time, or died, is done away with."""
        child = self._child = self._started()
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        watch = threading.Timer(self._seconds, stop)
        watch.start()
        try:
            _send(cast("IO[bytes]", child.stdin), media_type.encode(), content)
            answer = json.loads(_received(cast("IO[bytes]", child.stdout)))
        except (OSError, EOFError, ValueError):
            self._end()
            raise (_timed_out(self._seconds) if late.is_set() else _broken()) from None
        except BaseException:
            self._end()
            raise
        finally:
            watch.cancel()
        return answer if isinstance(answer, dict) else {}

    def _started(self) -> subprocess.Popen[bytes]:
        """The child that waits for a file: the one at hand, or a new one."""
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        home = str(Path(__file__).resolve().parents[1])
        path = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH", "")) if part)
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-P", "-m", "ingest.isolation", self._module, str(self._memory), str(self._seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            try:
                cast("IO[bytes]", pipe).close()
            except OSError:
                continue
        child.wait()


def reading_of(record: dict[str, Any]) -> Reading:
    """The Reading that a record describes; a ValueError where its spans do not fit its text."""
    text = str(record["text"])
    labelled = {
        name: tuple(
            Label(span=Span(start=int(start), end=int(end)), label=str(label)) for start, end, label in record[name]
        )
        for name in ("pages", "sections")
    }
    if any(label.span.end > len(text) for labels in labelled.values() for label in labels):
        raise ValueError("a label lies outside the text")
    return Reading(
        text=text,
        title=str(record["title"]),
        pages=labelled["pages"],
        sections=labelled["sections"],
        hints={str(key): str(value) for key, value in record["hints"].items()},
        warnings=tuple(map(str, record["warnings"])),
    )


def record_of(found: Reading) -> dict[str, Any]:
    """A Reading as plain lists and strings."""
    return {
        "text": found.text,
        "title": found.title,
        "pages": [(label.span.start, label.span.end, label.label) for label in found.pages],
        "sections": [(label.span.start, label.span.end, label.label) for label in found.sections],
        "hints": dict(found.hints),
        "warnings": list(found.warnings),
    }


def _of_bearable_length(found: Reading) -> Reading:
    if len(found.text) > LONGEST_TEXT:
        raise UnreadableFile(
            "too_large", f"The file holds more than {LONGEST_TEXT:,} characters.", "Split it into smaller files."
        )
    return found


def _broken() -> UnreadableFile:
    return UnreadableFile("broken", "The file made its reader crash.", "Open it in its own program and save it anew.")


def _timed_out(seconds: float) -> UnreadableFile:
    return UnreadableFile(
        "timed_out",
        f"The file was not read within {seconds:g} seconds.",
        "Split it, or save it anew in a simpler form.",
    )


def _send(pipe: IO[bytes], *frames: bytes) -> None:
    for frame in frames:
        pipe.write(_LENGTH.pack(len(frame)))
        pipe.write(frame)
    pipe.flush()


def _received(pipe: IO[bytes], limit: int = _LARGEST_ANSWER) -> bytes:
    """The next frame; EOFError where the other side is gone, ValueError where the frame is over the limit."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    length = _LENGTH.unpack(head)[0]
    if length > limit:
        raise ValueError("the frame is too long")
    frame = pipe.read(length)
    if len(frame) < length:
        raise EOFError
    return frame


def _answer(read: Callable[[bytes, str], Reading], content: bytes, media_type: str) -> dict[str, Any]:
    """What the child answers to one file."""
    try:
        return {"reading": record_of(_of_bearable_length(read(content, media_type)))}
    except UnreadableFile as error:
        return {"refused": {"code": error.code, "message": error.message, "hint": error.hint}}


def limit(memory: int) -> None:
    """Bound the address space of this process, where the platform can."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - exists on Unix only

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(module: str, memory: int, seconds: float) -> None:
    """The child's loop: read the files that come in on standard input until it closes.

    Standard output is moved away first, so that nothing a parser prints mixes with the answers. An alarm ends a child
    whose parent is gone while it reads.
    """
    requests = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        limit(memory)
        read = cast("Callable[[bytes, str], Reading]", import_module(module).read)
        while True:
            try:
                media_type = _received(requests).decode()
                content = _received(requests, sys.maxsize)
            except EOFError:
                return
            _alarm(seconds + 5)
            _send(answers, json.dumps(_answer(read, content, media_type)).encode())
            _alarm(0)


def _alarm(seconds: float) -> None:
    if sys.platform != "win32":
        import signal  # noqa: PLC0415 - its timers exist on Unix only

        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
