"""`/v1/documents/{id}/related`: what the library holds beside some words: copies, voices, who agrees and who disagrees."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from assistant.api.problems import RESPONSES, NotFound
from assistant.api.schema import CitationOut, Day, VoiceOut
from assistant.doubts.comparing import How
from assistant.related import Beside, Found, Other, Related
from assistant.rendering import as_json
from ingest.document import Span
from vectorstore.rows import metadata_json
from vectorstore.store import Store

_Place = Annotated[int | None, Query(ge=0, description="a code point of the text; with both the words between them")]


class CopyOut(BaseModel):
    """A document that is a copy of this one, or of most of it."""

    document_id: str
    title: str
    metadata: dict[str, Any]


class OtherOut(CitationOut):
    """A statement of another document."""

    metadata: dict[str, Any]
    voice: str = Field(description="the voice that it is counted with, where it agrees")
    copied: bool = Field(description="whether both documents have it from one text")


class AgainstOut(OtherOut):
    """A statement that says otherwise; neither is said to be right."""

    how: How
    reason: str


class LapsedOut(BaseModel):
    """Why a statement no longer holds, and the words elsewhere that show it."""

    reason: str
    evidence: list[OtherOut]


class BesideOut(CitationOut):
    """What stands beside one statement; those that are `undecided` are in another language and share its figures."""

    voices: list[VoiceOut]
    agreeing: list[OtherOut]
    disagreeing: list[AgainstOut]
    undecided: list[OtherOut]
    lapsed: LapsedOut | None


class RelatedOut(BaseModel):
    """The copies of a document, and what stands beside the statements that a span touches."""

    copies: list[CopyOut] = Field(description="the first of them, by date")
    copied: int = Field(description="how many copies there are")
    statements: list[BesideOut]
    unread: int = Field(
        description="statements of the span that are not compared: it holds more than are compared at once"
    )
    complete: bool = Field(description="false while the index of words is being made and nothing can be found")


def routes(store: Store) -> APIRouter:
    """The route over a store."""
    router = APIRouter(tags=["documents"], responses=RESPONSES)
    related = Related(store)

    @router.get("/v1/documents/{document_id}/related", response_model=RelatedOut)
    def show(document_id: str, start: _Place = None, end: _Place = None, as_of: Day | None = None) -> Any:
        """Who else says what stands in a span, who says otherwise, and which documents are copies; by the rules of the doubts.

        Without `start` the span begins with the text, without `end` it ends with it; without both only the copies are told.
        """
        document = store.library.document(document_id)
        if document is None:
            raise NotFound(f"No document {document_id[:40]} is in the library.", "GET /v1/documents lists them.")
        if start is None and end is None:
            return _found(related.to(document, None, as_of))
        first, last = start or 0, len(document.text) if end is None else end
        if not first < last <= len(document.text):
            raise NotFound("The span does not lie in the text.", "Send code points, `start` before `end`.")
        return _found(related.to(document, Span(start=first, end=last), as_of))

    return router


def _found(found: Found) -> dict[str, Any]:
    return {
        "copies": [
            {"document_id": each.id, "title": each.title, "metadata": as_json(each.metadata)} for each in found.copies
        ],
        "copied": found.copied,
        "statements": [_beside(each) for each in found.statements],
        "unread": found.unread,
        "complete": found.complete,
    }


def _beside(beside: Beside) -> dict[str, Any]:
    told: dict[str, Any] = as_json(beside.citation)
    return told | {
        "voices": as_json(beside.voices),
        "agreeing": [_other(each) for each in beside.agreeing],
        "disagreeing": [_other(each) | {"how": each.how, "reason": each.reason} for each in beside.disagreeing],
        "undecided": [_other(each) for each in beside.undecided],
        "lapsed": beside.lapsed
        and {"reason": beside.lapsed.reason, "evidence": [_other(each) for each in beside.lapsed.evidence]},
    }


def _other(other: Other) -> dict[str, Any]:
    told: dict[str, Any] = as_json(other.citation)
    return told | {"metadata": metadata_json(other.about), "voice": other.voice, "copied": other.copied}
