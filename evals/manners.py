"""How a scripted model sends what it says: whole, slowly, half, never, or not at all; and every script by its name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from evals.scripting import WRITING, Asked, good

_TOKEN = re.compile(r"\s?[^\W\d_\u4e00-\u9fff]{1,6}|\d{1,3}|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is sent: pieces of text (bytes go out as they stand), and how it begins and ends.

    `opens`: whether anything is sent at all; `first` is waited before the first piece, `each` at least between pieces, in seconds.
    """

    pieces: Iterable[str | bytes] = ()
    finish: str = "stop"
    ends: Literal["finished", "hanging", "closed"] = "finished"
    opens: bool = True
    status: int = 200
    first: float = 0.0
    each: float = 0.0


def stall(asked: Asked) -> Reply:
    """Some words, then nothing more; the connection stays open."""
    return Reply(pieces=_half(asked), ends="hanging")


def silent(_: Asked) -> Reply:
    """Accepts, and never sends a byte."""
    return Reply(opens=False, ends="hanging")


def slow(asked: Asked) -> Reply:
    """Good, but long to the first word: --wait seconds."""
    return Reply(pieces=tokens(good(asked)), first=asked.wait)


def trickle(asked: Asked) -> Reply:
    """Good, one character at a time, a twentieth of --wait seconds between them."""
    return Reply(pieces=good(asked), each=asked.wait / 20)


def break_off(asked: Asked) -> Reply:
    """Closes the connection in mid-sentence."""
    return Reply(pieces=_half(asked), ends="closed")


def break_early(_: Asked) -> Reply:
    """Closes the connection before it sends anything."""
    return Reply(opens=False, ends="closed")


def length(asked: Asked) -> Reply:
    """Finishes in mid-sentence, for length."""
    return Reply(pieces=_half(asked), finish="length")


def content_filter(asked: Asked) -> Reply:
    """Finishes in mid-sentence, for a content filter."""
    return Reply(pieces=_half(asked), finish="content_filter")


def flood(asked: Asked) -> Reply:
    """The good answer over and over until the client goes; not streamed, for 4096 pieces."""
    return Reply(pieces=itertools.cycle(tokens(f"{good(asked)} ")), finish="length", each=0.001)


def rate_limited(_: Asked) -> Reply:
    """429, with Retry-After."""
    return Reply(status=429)


def rate_limited_once(asked: Asked) -> str | Reply:
    """429 the first time that a question is asked, then good."""
    return rate_limited(asked) if asked.attempt == 1 else good(asked)


def unavailable(_: Asked) -> Reply:
    """503."""
    return Reply(status=503)


def unavailable_once(asked: Asked) -> str | Reply:
    """503 the first time that a question is asked, then good."""
    return unavailable(asked) if asked.attempt == 1 else good(asked)


def bad_json(asked: Asked) -> Reply:
    """Good, but with a broken chunk in the middle."""
    told = tokens(good(asked))
    broken = b'data: {"id":"chatcmpl-0","choices":[{"index":0,"delta":{"content":"brok\n\n'
    return Reply(pieces=[*told[: len(told) // 2], broken, *told[len(told) // 2 :]])


def empty(_: Asked) -> str:
    """Finishes without any text."""
    return ""


def refuses(_: Asked) -> str:
    """I'm sorry, but I can't help with that."""
    return "I'm sorry, but I can't help with that."


def rubbish(asked: Asked) -> str:
    """Random words and wrongly decoded characters."""
    chance, letters = asked.chance, "abcdefghijklmnopqrstuvwxyz" * 3 + "Ã©â€™ï»¿\ufffdåœ‹"
    return " ".join("".join(chance.sample(letters, 6)) for _ in range(40))


def thinking(asked: Asked) -> str:
    """A <think>…</think> block, then good."""
    return f"<think>\nThe question is about {asked.question} I should cite [s1]. MISSING: nothing.\n</think>\n\n{good(asked)}"


SCRIPTS: dict[str, Callable[[Asked], str | Reply]] = {
    **WRITING,
    **{
        each.__name__: each
        for each in (
            stall, silent, slow, trickle, break_off, break_early, length, flood, rate_limited, rate_limited_once, unavailable,
            unavailable_once, bad_json, empty, refuses, rubbish, content_filter, thinking,
        )
    },
}  # fmt: skip
"""Every script by its name; its docstring is its help."""


def tokens(text: str) -> list[str]:
    """A text in the pieces that a model would send, about as long as tokens; a marker falls into several.

    >>> tokens("Fees are waived [s1].")
    ['Fees', ' are', ' waived', ' ', '[', 's', '1', ']', '.']
    """
    return _TOKEN.findall(text)


def reply_to(name: str, asked: Asked) -> Reply:
    """What a script answers; asked to rewrite a question, every script that writes from evidence is good."""
    script = good if asked.conversation is not None and name in WRITING else SCRIPTS[name]
    told = script(asked)
    return Reply(pieces=tokens(told)) if isinstance(told, str) else told


def _half(asked: Asked) -> list[str]:
    told = tokens(good(asked))
    return told[: len(told) * 3 // 5]
