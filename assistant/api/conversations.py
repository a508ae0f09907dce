"""`/v1/conversations` and `/v1/answers/{id}`: what was asked before, reopened exactly as it was shown, renamed, deleted, passed on.

A stored answer is sent as it is stored: the models here describe it and do not touch it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from assistant import exporting, word_file
from assistant.answer import Standing
from assistant.api.problems import RESPONSES, NotFound
from assistant.api.schema import AnswerOut, Cursor, Given
from assistant.archive import Archive
from assistant.conversation import Conversation, Json, Listed, State
from assistant.rendering import as_json
from vectorstore.store import Store

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MARKDOWN = "text/markdown; charset=utf-8"


class TitleIn(Given):
    """Another title."""

    title: str = Field(min_length=1, max_length=200, pattern=r"\S")


class NamedOut(BaseModel):
    """A conversation by its title."""

    id: str
    title: str


class TallyOut(BaseModel):
    """The claims of an answer by verdict, those supported but in doubt apart; the parts sum to `claims`."""

    claims: int
    supported: int
    supported_with_doubts: int
    contradicted: int
    not_found: int
    unchecked: int
    standing: Standing


class TurnOut(BaseModel):
    """A question with its answer as it was shown; without one while it is running, and where it was stopped or failed."""

    id: str
    question: str
    state: State
    asked: str
    ended: str | None
    answer: AnswerOut | None


class ConversationOut(NamedOut):
    """A conversation; `gone` are the cited documents that the library no longer holds, `changed_since` says it in words."""

    created: str
    turns: list[TurnOut]
    gone: list[str]
    changed_since: list[str]


class ListedOut(NamedOut):
    """A conversation in the list; `state` and `updated` are those of its last turn, `tally` that of its last answer."""

    created: str
    updated: str
    turns: int
    state: State
    tally: TallyOut | None
    gone: list[str]
    changed_since: list[str]


class ConversationListOut(BaseModel):
    """A page of the list; `next_cursor` asks for the next one."""

    conversations: list[ListedOut]
    next_cursor: str | None
    total: int


def routes(archive: Archive, store: Store) -> APIRouter:
    """The routes over an archive, and the store whose documents its answers cite."""
    router = APIRouter(prefix="/v1", tags=["conversations"], responses=RESPONSES)

    def opened(conversation_id: str) -> tuple[Conversation, Json]:
        conversation = archive.conversation(conversation_id)
        if conversation is None:
            raise _missing(conversation_id)
        cited = _cited(turn.answer for turn in conversation.turns if turn.answer)
        gone = _gone(store, list(cited))
        facts = [
            f"“{cited[each]}” is no longer in the library: it was removed, or another version took its place."
            for each in gone
        ]
        return conversation, as_json(conversation) | {"gone": gone, "changed_since": facts}

    def kept(answer_id: str) -> Json:
        answer = archive.answer(answer_id)
        if answer is None:
            raise NotFound(f"No answer {answer_id[:40]} is kept here.", "It may have been deleted: ask again.")
        return answer

    @router.get("/conversations", response_model=ConversationListOut)
    def listing(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Cursor = "",
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> Any:
        """Conversations, the last one asked in first; `q` looks in titles, questions and answers."""
        page = archive.page(limit, _before(cursor), q)
        gone = set(_gone(store, [source for listed in page.conversations for source in listed.sources]))
        return {
            "conversations": [
                _listed(listed, [each for each in listed.sources if each in gone]) for listed in page.conversations
            ],
            "next_cursor": None if page.next_cursor is None else str(page.next_cursor),
            "total": page.total,
        }

    @router.get("/conversations/{conversation_id}", responses={200: {"model": ConversationOut}})
    def show(conversation_id: str) -> JSONResponse:
        """A conversation as it was shown, and what changed in the library since."""
        return JSONResponse(opened(conversation_id)[1])

    @router.patch("/conversations/{conversation_id}", response_model=NamedOut)
    def rename(conversation_id: str, given: TitleIn) -> Any:
        """Gives a conversation another title."""
        title = archive.rename(conversation_id, given.title)
        if title is None:
            raise _missing(conversation_id)
        return {"id": conversation_id, "title": title}

    @router.delete("/conversations/{conversation_id}", status_code=204)
    def remove(conversation_id: str) -> None:
        """Deletes a conversation with its answers; one that is being made meanwhile is not kept either."""
        if not archive.delete(conversation_id):
            raise _missing(conversation_id)

    @router.get("/conversations/{conversation_id}/export", response_class=Response)
    def export_conversation(conversation_id: str, format: Literal["md", "json"] = "md") -> Response:  # noqa: A002 (the contract's name)
        """A conversation as a file."""
        conversation, shown = opened(conversation_id)
        name = f"conversation-{conversation.id}.{format}"
        if format == "json":
            return _file(_json(shown), "application/json", name)
        about = _about(store, [turn.answer for turn in conversation.turns if turn.answer])
        told = exporting.conversation_markdown(conversation, shown["changed_since"], about)
        return _file(told.encode(), _MARKDOWN, name)

    @router.get("/answers/{answer_id}", responses={200: {"model": AnswerOut}}, tags=["answers"])
    def answer(answer_id: str) -> JSONResponse:
        """An answer as it was shown; the latest, where the same question was asked again."""
        return JSONResponse(kept(answer_id))

    @router.get("/answers/{answer_id}/export", response_class=Response, tags=["answers"])
    def export_answer(answer_id: str, format: Literal["md", "docx", "json"] = "md") -> Response:  # noqa: A002 (the contract's name)
        """An answer as a file, with its quotes, doubts and versions."""
        answered = kept(answer_id)
        name = f"answer-{answered['id']}.{format}"
        if format == "json":
            return _file(_json(answered), "application/json", name)
        about = _about(store, [answered])
        if format == "docx":
            return _file(word_file.answer_docx(answered, about), _WORD, name)
        return _file(exporting.answer_markdown(answered, about).encode(), _MARKDOWN, name)

    return router


def _cited(answers: Iterable[Json]) -> dict[str, str]:
    """The documents that answers cite, for a claim or for a doubt, with the titles they had."""
    return {
        citation["document_id"]: citation["title"]
        for answer in answers
        for claim in answer["claims"]
        for cited in (claim["citations"], *(doubt["evidence"] for doubt in claim["doubts"]))
        for citation in cited
    }


def _about(store: Store, answers: Iterable[Json]) -> dict[str, Json]:
    """What the library holds of the documents that answers cite."""
    found = ((each, store.library.held(each)) for each in _cited(answers))
    return {each: dict(held.metadata) for each, held in found if held is not None}


def _gone(store: Store, document_ids: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(document_ids))
    live = store.library.live(wanted)
    return [each for each in wanted if each not in live]


def _listed(listed: Listed, gone: list[str]) -> Json:
    fact = "1 cited document is" if len(gone) == 1 else f"{len(gone)} cited documents are"
    told = dict(as_json(listed)) | {
        "gone": gone,
        "changed_since": [f"{fact} no longer in the library."] if gone else [],
    }
    del told["sources"]
    return told


def _before(cursor: str) -> int | None:
    if not cursor:
        return None
    return int(cursor)


def _json(shown: Json) -> bytes:
    return json.dumps(shown, ensure_ascii=False, indent=2).encode()


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


def _missing(conversation_id: str) -> NotFound:
    return NotFound(f"No conversation {conversation_id[:40]} is kept here.", "GET /v1/conversations lists them.")
