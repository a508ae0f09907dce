"""`/v1/feedback`: what readers made of flags; kept, listed, taken back, and given as cases for the evaluation."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from assistant.api.problems import RESPONSES, NotFound
from assistant.api.schema import Given
from assistant.archive import Archive
from assistant.conversation import Json
from assistant.rendering import as_json, source_name
from assistant.reviewing import case_of
from vectorstore.store import Store

_Id = Annotated[str, Field(min_length=1, max_length=200)]


class ReviewIn(Given):
    """A judgement of a flag."""

    answer_id: _Id
    claim_id: _Id
    doubt_id: _Id | None = None
    decision: Literal["confirm", "dismiss"]
    reason: str = Field(min_length=1, max_length=200, pattern=r"\S")
    note: str | None = Field(default=None, max_length=2000)


class ReviewOut(BaseModel):
    """A judgement as it is kept."""

    id: str
    answer_id: str
    claim_id: str
    doubt_id: str | None
    decision: Literal["confirm", "dismiss"]
    reason: str
    note: str | None
    decided: str


class ReviewsOut(BaseModel):
    """Judgements in the order they were made."""

    feedback: list[ReviewOut]


def routes(archive: Archive, store: Store) -> APIRouter:
    """The routes over an archive, and the store whose documents its answers cite."""
    router = APIRouter(prefix="/v1/feedback", tags=["feedback"], responses=RESPONSES)

    @router.post("", status_code=201, response_model=ReviewOut)
    def judge(given: ReviewIn) -> Any:
        """Keeps a judgement, in place of an earlier one of the same flag."""
        answer = archive.answer(given.answer_id)
        if answer is None:
            raise NotFound(f"No answer {given.answer_id[:40]} is kept here.", "It may have been deleted: ask again.")
        _found(answer, given)
        return as_json(archive.judge(given.model_dump()))

    @router.get("", response_model=ReviewsOut)
    def listing(answer_id: Annotated[str | None, Query(max_length=200)] = None) -> Any:
        """The judgements of an answer's flags, or all there are."""
        return {"feedback": [as_json(each) for each in archive.reviews(answer_id)]}

    @router.get("/cases", response_class=Response)
    def cases() -> Response:
        """Every judgement of a doubt that still stands, as a case of a question set, one JSON object a line for `python -m evals run`."""
        made = []
        for review in archive.reviews():
            answer = archive.answer(review.answer_id)
            case = case_of(review, answer, named) if answer else None
            made += [json.dumps(case, ensure_ascii=False)] if case else []
        headers = {"content-disposition": 'attachment; filename="caveat-reviews.jsonl"'}
        content = "".join(f"{line}\n" for line in made).encode()
        return Response(content, media_type="application/x-ndjson", headers=headers)

    @router.delete("/{review_id}", status_code=204)
    def take_back(review_id: str) -> None:
        """Forgets a judgement."""
        if not archive.take_back(review_id):
            raise NotFound(f"No feedback {review_id[:40]} is kept here.", "GET /v1/feedback lists it.")

    def named(document_id: str) -> str | None:
        held = store.library.held(document_id)
        return source_name(held.source) if held else None

    return router


def _found(answer: Json, given: ReviewIn) -> None:
    """Raises a NotFound where the answer has no such claim, or the claim no such doubt."""
    claim = next((each for each in answer["claims"] if each["id"] == given.claim_id), None)
    if claim is None:
        raise NotFound("The answer has no such claim.", "Send the `id` of one of its claims as `claim_id`.")
    if given.doubt_id is not None and given.doubt_id not in {each["id"] for each in claim["doubts"]}:
        raise NotFound("The claim has no such doubt.", "Send the `id` of one of its doubts as `doubt_id`.")
