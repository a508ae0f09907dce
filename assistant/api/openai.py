"""`/v1/chat/completions` and `/v1/models` in OpenAI's shape, so that chat pages and clients made for it can ask Caveat.

The last user message is the question, what was said before it the conversation. The text of the reply is `chat_text`, and the
whole answer stands in the extra field `caveat`: of the response, or of the chunk that bears the finish reason.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import cache
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from assistant.answer import Answer
from assistant.api.chat_text import WITHDRAWN, ChatText, chat_text, remembered
from assistant.api.leaving import beating, while_here
from assistant.api.problems import MEDIA_TYPE, RESPONSES, Problem, UnsupportedType, body_type, described, openai_error
from assistant.api.schema import AnswerOut, FiltersIn
from assistant.chain import Assistant
from assistant.conversation import Turn
from assistant.events import Claimed, Delta, Done, Event, Failed
from assistant.followup import standalone
from assistant.question import LONGEST_QUESTION, Question, asked
from assistant.rendering import as_json
from ingest.errors import BadInput, CaveatError

MODEL = "caveat"
_TURNS = 10
_LONGEST = 1_000_000
Json = dict[str, Any]


class PartIn(BaseModel):
    """A part of a message; text is read, other types are refused."""

    type: str = Field(max_length=100)
    text: str | None = Field(default=None, max_length=_LONGEST)


class MessageIn(BaseModel):
    """A message; those of the user and the assistant are read."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: list[PartIn] | str | None = Field(default=None, max_length=_LONGEST)


class StreamOptionsIn(BaseModel):
    """What a stream is to tell besides the text."""

    include_usage: bool | None = None


class CompletionIn(BaseModel):
    """A chat so far. Fields of OpenAI's that are not named here are taken and ignored: Caveat has no use for them."""

    messages: list[MessageIn] = Field(min_length=1, max_length=10_000)
    model: str = Field(default=MODEL, max_length=200, description="any name; one and the same answers")
    stream: bool | None = None
    stream_options: StreamOptionsIn | None = None
    n: int | None = Field(default=None, description="1 answer is given")
    filters: FiltersIn | None = Field(default=None, description="which documents are asked; not a field of OpenAI's")


class _OpenAIRoute(APIRoute):
    """A route whose errors are problem documents that also bear OpenAI's `error`, which its clients show."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except CaveatError as error:
                told = error
            except RequestValidationError as error:
                told = _invalid(request, error)
            return JSONResponse(_problem(request, told), described(told.code)[0], media_type=MEDIA_TYPE)

        return handled


def routes(make: Callable[[], Assistant]) -> APIRouter:
    """The routes; the assistant is made when it is first asked, since its model is loaded by then."""
    router = APIRouter(tags=["OpenAI's shape"], route_class=_OpenAIRoute)
    assistant = cache(make)

    @router.get("/v1/models")
    def models() -> Json:
        """The one model there is."""
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]}

    @router.post("/v1/chat/completions", response_model=None, responses=RESPONSES)
    async def complete(given: CompletionIn, request: Request) -> Response:
        """An answer as a chat completion, or as chunks of one with `stream`; `caveat` in it is the answer of `/v1/answers`.

        The last user message is the question. System and developer messages are not obeyed, and sampling settings, tools and
        response formats are ignored: what an answer may rest on is the library alone. Nothing is kept.
        """
        question = _question(given)
        events = assistant().stream(question)
        if given.stream:
            headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
            chunks = _chunks(beating(events), given, request)
            return StreamingResponse(chunks, media_type="text/event-stream", headers=headers)
        answer = await while_here(_answer(events), request)
        message = {"role": "assistant", "content": chat_text(as_json(answer)), "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        completion = _head(given, "chat.completion") | {"choices": [choice], "usage": _usage(answer)}
        return JSONResponse(completion | {"caveat": _whole(answer)})

    return router


def _question(given: CompletionIn) -> Question:
    """The last user message with the turns before it; a BadInput where there is none."""
    if given.n not in {None, 1}:
        raise BadInput(f"{given.n} answers are asked for; there is one.", "Leave `n` out, or send 1.")
    said: list[tuple[str, str]] = [
        (each.role, _text(each)) for each in given.messages if each.role in {"user", "assistant"}
    ]
    last = max((place for place, (role, _) in enumerate(said) if role == "user"), default=None)
    if last is None:
        raise BadInput("No message is a user's.", 'Send the question as {"role": "user", "content": "..."}.')
    filters = (given.filters or FiltersIn()).value()
    return asked(Question(text=said[last][1], filters=filters, turns=_turns(said[:last])))


def _text(message: MessageIn) -> str:
    """What a message says; a BadInput where it holds more than text."""
    if not isinstance(message.content, list):
        return message.content or ""
    for part in message.content:
        if part.type not in {"text", "input_text", "output_text", "refusal"}:
            raise BadInput(
                f"A message holds a part of type {part.type[:40]}; Caveat reads text only.",
                "Send the question as text, and documents to POST /v1/documents.",
            )
    return "\n".join(part.text for part in message.content if part.text)


def _turns(said: list[tuple[str, str]]) -> tuple[Turn, ...]:
    """The last turns of a conversation, each question made whole from those before it."""
    pairs: list[tuple[str, str]] = []
    for role, text in said:
        if role == "user" and text.strip():
            pairs.append((text[:LONGEST_QUESTION], ""))
        elif role == "assistant" and pairs:
            pairs[-1] = (pairs[-1][0], text)
    turns: list[Turn] = []
    for question, text in pairs[-_TURNS:]:
        answer, choices = remembered(text)
        meant = standalone(question, turns)
        turns.append(Turn(question=question, standalone=meant, answer=answer, choices=choices))
    return tuple(turns)


async def _answer(events: AsyncIterator[Event]) -> Answer:
    """The answer that events end in; what failed, as an error."""
    async for event in events:
        if isinstance(event, Done):
            return event.answer
        if isinstance(event, Failed):
            raise _Failure(event)
    raise _Failure(Failed(code="stopped", message="The answer was stopped before it was finished.", hint="Ask again."))


class _Failure(CaveatError):
    """An answer ended in an error event."""

    def __init__(self, event: Failed) -> None:
        super().__init__(event.message, event.hint)
        self.code = event.code


async def _chunks(events: AsyncIterator[Event | None], given: CompletionIn, request: Request) -> AsyncIterator[bytes]:
    """A completion in chunks: claims as they are settled, then what stands behind them, the finish and its usage."""
    counted = bool(given.stream_options and given.stream_options.include_usage)
    head = _head(given, "chat.completion.chunk") | ({"usage": None} if counted else {})

    def chunk(delta: Json, finish: str | None = None) -> Json:
        return head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}

    yield _sent(chunk({"role": "assistant", "content": ""}))
    text = ChatText()
    async for event in events:
        match event:
            case None:
                yield b": still here\n\n"
            case Claimed(claim=claim):
                yield _sent(chunk({"content": text.claim(as_json(claim))}))
            case Delta(restart=True) if text.told:
                yield _sent(chunk({"content": WITHDRAWN}))
                text = ChatText()
            case Failed():
                yield _sent({"error": _problem(request, _Failure(event))["error"]})
                return
            case Done(answer=answer):
                whole = chat_text(as_json(answer))
                kept = whole.startswith(text.told)
                yield _sent(chunk({"content": whole[len(text.told) :] if kept else WITHDRAWN + whole}))
                yield _sent(chunk({}, "stop") | {"caveat": _whole(answer)})
                if counted:
                    yield _sent(head | {"choices": [], "usage": _usage(answer)})
                yield b"data: [DONE]\n\n"


def _sent(data: Json) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


def _head(given: CompletionIn, kind: str) -> Json:
    return {"id": f"chatcmpl-{time.time_ns():x}", "object": kind, "created": int(time.time()), "model": given.model}


def _whole(answer: Answer) -> Json:
    return AnswerOut.model_validate(as_json(answer)).model_dump(mode="json")


def _usage(answer: Answer) -> Json:
    """Tokens of the chat model, none where none wrote; `estimated` where they were not counted by the model."""
    told = {name: int(answer.usage.get(name, 0)) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    return told | {"estimated": bool(answer.usage.get("estimated"))}


def _problem(request: Request, error: CaveatError) -> Json:
    """A problem document with OpenAI's `error` in it."""
    status, title = described(error.code)
    request_id = str(request.scope.get("request_id", ""))
    told = Problem(
        title=title, status=status, code=error.code, detail=error.message, hint=error.hint, request_id=request_id
    )
    return told.model_dump() | openai_error(status, error.code, str(error))


def _invalid(request: Request, error: RequestValidationError) -> CaveatError:
    if "json" not in body_type(request):
        return UnsupportedType(body_type(request), "application/json")
    first = [f"{'.'.join(str(part) for part in each['loc'][1:]) or 'body'}: {each['msg']}" for each in error.errors()]
    return BadInput(f"{'; '.join(first[:5])}.", "See /docs for the fields.")
