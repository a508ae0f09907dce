"""The chat model: text as it comes, within deadlines, and one kind of error for all that can go wrong with it.

Any model that LangChain's `init_chat_model` knows, as `provider:name`, or any server that speaks OpenAI's shape, by URL.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from assistant.tokens import Counter, counter
from ingest.errors import CaveatError

Trouble = Literal["slow", "away", "limited", "refused", "broke_off", "empty", "wrong"]
_WAITS = (0.5, 1.5)
_LONGEST_WAIT = 5.0
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_WHOLE = frozenset({"stop", "end_turn", "stop_sequence", "eos", "complete", "completed"})
_CUT = frozenset({"length", "max_tokens", "max_output_tokens"})
_WITHHELD = frozenset({"content_filter", "refusal", "safety"})


class ModelTrouble(CaveatError):
    """The chat model did not give a whole reply; `trouble` says how, `told` is a notice for the reader."""

    code = "model"

    def __init__(self, trouble: Trouble, message: str, hint: str = "", *, wait: float | None = None) -> None:
        super().__init__(message, hint or "The answer is quoted instead. `caveat doctor` tries the model.")
        self.trouble = trouble
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a model is waited for, in seconds: for its first words, between words, for all of them."""

    first: float = 20.0
    between: float = 10.0
    whole: float = 90.0


@dataclass(slots=True, kw_only=True)
class Reply:
    """What is known of a reply besides its text: why it ended, and its tokens where the model tells them."""

    finish: str = ""
    usage: dict[str, float] = field(default_factory=dict)


class ChatModel:
    """A chat model by name. `context` and `reply` are tokens: what it can take in all, and what it may write."""

    def __init__(
        self,
        name: str,
        *,
        url: str = "",
        key: str = "",
        patience: Patience | None = None,
        context: int = 8192,
        reply: int = 1024,
    ) -> None:
        self.name = name
        self.told = f"The language model ({name})"
        self.context = context
        self.reply = reply
        self.tokens: Counter = counter(name)
        self._patience = patience or Patience()
        self._client = _client(name, url, key, reply, self._patience.whole)

    async def stream(self, system: str, human: str, reply: Reply) -> AsyncGenerator[str]:
        """The text of a reply in pieces; a ModelTrouble where it does not come whole. Tried once more where nothing came yet.

        A reply that ended because it had become too long ends here without an error, and `reply.finish` is "length".
        """
        ends = time.monotonic() + self._patience.whole
        for left in (1, 0):
            came = False
            try:
                async with aclosing(self._once(system, human, reply, ends)) as texts:
                    async for text in texts:
                        came = came or bool(text.strip())
                        yield text
            except ModelTrouble as trouble:
                wait = random.uniform(*_WAITS) if trouble.wait is None else trouble.wait  # noqa: S311 (no secret)
                again = trouble.trouble in {"away", "limited", "empty", "broke_off"} and not came and left
                if not again or wait > min(_LONGEST_WAIT, ends - time.monotonic()):
                    raise
                await asyncio.sleep(wait)
            else:
                return

    async def _once(self, system: str, human: str, reply: Reply, ends: float) -> AsyncGenerator[str]:
        came, last, wait = False, "", self._patience.first
        sent = [SystemMessage(system), HumanMessage(human)] if system else [HumanMessage(human)]
        pieces = self._client.astream(sent)
        try:
            while True:
                try:
                    async with asyncio.timeout(max(0.0, min(wait, ends - time.monotonic()))):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    break
                _stop_where_left()
                text = str(piece.text)
                _note(piece, reply)
                if text:
                    came, last, wait = True, text, self._patience.between
                    yield text
        except TimeoutError as error:
            late = _endless(self.told) if came and time.monotonic() >= ends else _late(self.told, came=came)
            raise ModelTrouble("slow", late) from error
        except (ModelTrouble, asyncio.CancelledError, GeneratorExit):
            raise
        except Exception as error:
            raise _trouble(self.told, error, came=came) from error
        finally:
            await pieces.aclose()  # type: ignore[attr-defined]  # an async generator, by LangChain's own docs
        _whole(self.told, reply, last, came=came)


def _client(name: str, url: str, key: str, reply: int, whole: float) -> BaseChatModel:
    from langchain.chat_models import init_chat_model  # noqa: PLC0415 (seconds of import, only where a model is set)

    if url and ":" not in name:
        name = f"openai:{name}"
    sent: dict[str, Any] = {"temperature": 0, "timeout": whole, "max_retries": 0}
    if name.startswith("openai:"):
        sent |= {"stream_usage": True, "max_tokens": reply}
        sent |= {"base_url": url, "api_key": key or "none"} if url else {}
    elif name.startswith("ollama:"):
        sent = {"temperature": 0, "num_predict": reply, "client_kwargs": {"timeout": whole}}
        sent |= {"base_url": url} if url else {}
    else:
        sent |= {"max_tokens": reply} | ({"base_url": url} if url else {})
    if key:
        sent["api_key"] = key
    try:
        return init_chat_model(name, **sent)  # type: ignore[no-any-return]
    except ImportError as error:
        provider = name.partition(":")[0]
        raise ModelTrouble(
            "wrong", f"CAVEAT_MODEL={name} needs a package that is not installed.", f"pip install 'caveat[{provider}]'"
        ) from error
    except ValueError as error:
        raise ModelTrouble("wrong", f"CAVEAT_MODEL={name} is not a model: {error}", "Write provider:name.") from error
    except Exception as error:  # a client's own error, such as a missing key
        raise ModelTrouble(
            "wrong", f"CAVEAT_MODEL={name} cannot be used: {error}", "Set CAVEAT_MODEL_KEY or the provider's variable."
        ) from error


def _stop_where_left() -> None:
    """Ends a reply nobody listens to: a client that waits with Python 3.11's `asyncio.wait_for` can swallow the cancellation."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _note(piece: Any, reply: Reply) -> None:
    """Keeps what a piece tells of the end and of tokens."""
    told: Mapping[str, Any] = piece.response_metadata or {}
    reply.finish = str(told.get("finish_reason") or told.get("stop_reason") or told.get("done_reason") or reply.finish)
    usage = piece.usage_metadata
    if usage:
        for ours, theirs in (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens")):
            reply.usage[ours] = max(float(usage.get(theirs) or 0), reply.usage.get(ours, 0.0))


def _whole(name: str, reply: Reply, last: str, *, came: bool) -> None:
    """Raises where a reply ended without being one."""
    finish = reply.finish.lower()
    if finish in _WITHHELD:
        raise ModelTrouble("refused", f"{name} withheld its reply ({finish}).")
    if finish in _CUT:
        reply.finish = "length"
        return
    if not came:
        raise ModelTrouble("empty", f"{name} wrote nothing.")
    ended = last.rstrip().endswith((".", "!", "?", "]", "。", "！", "？", "】", '"', "”"))
    if finish not in _WHOLE and not (not finish and ended):
        raise ModelTrouble("broke_off", f"{name} broke off.")


def _endless(name: str) -> str:
    return f"{name} came to no end."


def _late(name: str, *, came: bool) -> str:
    return f"{name} stopped in the middle of its reply." if came else f"{name} did not respond in time."


def _trouble(name: str, error: Exception, *, came: bool) -> ModelTrouble:
    """The trouble behind a client's error, whichever client it is."""
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    what = type(error).__name__
    if came:
        return ModelTrouble("broke_off", f"{name} broke off ({what}).")
    if status == 429:
        return ModelTrouble("limited", f"{name} takes no more questions for now (429).", wait=_retry_after(error))
    if status in {401, 403}:
        return ModelTrouble("wrong", f"{name} refused the key ({status}).", "Set CAVEAT_MODEL_KEY.")
    if isinstance(status, int) and status not in _PASSING:
        return ModelTrouble("wrong", f"{name} answered with status {status}.", "Check CAVEAT_MODEL and its limits.")
    if "timeout" in what.lower():
        return ModelTrouble("slow", _late(name, came=False))
    return ModelTrouble("away", f"{name} cannot be reached ({f'status {status}' if status else what}).")


def _retry_after(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    told = str(headers.get("retry-after", ""))
    return float(told) if told.replace(".", "", 1).isdecimal() else None
