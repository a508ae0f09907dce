"""`/v1/documents/{id}/pages/{number}` and `/boxes`: a PDF as it looks, and where on it the characters of a span stand."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from assistant.api.problems import RESPONSES, NotFound
from ingest.document import Document, Label, Span
from ingest.drawing import Wanted, bare, draw, place
from vectorstore.store import Store

_PDF = "application/pdf"
_KEPT = 32
_PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}}


class PageOut(BaseModel):
    """A page with boxes: left, top, right and bottom as shares of its width and height."""

    number: int
    label: str
    boxes: list[tuple[float, float, float, float]]


class BoxesOut(BaseModel):
    """The pages on which the characters stand; none where they cannot be placed exactly."""

    pages: list[PageOut]


def routes(store: Store) -> APIRouter:
    """The routes over a store."""
    router = APIRouter(prefix="/v1/documents", tags=["documents"], responses=RESPONSES)

    @lru_cache(maxsize=_KEPT)
    def drawn(document_id: str, number: int) -> bytes:
        return draw(content(document_id), number)

    def content(document_id: str) -> bytes:
        held, original = store.library.held(document_id), store.library.original(document_id)
        if held is None or original is None:
            raise NotFound(f"No document {document_id[:40]} is in the library.", "GET /v1/documents lists them.")
        if held.media_type != _PDF:
            raise NotFound("This document has no pages to draw: it is not a PDF.", "Read its text instead.")
        return original

    def opened(document_id: str) -> Document:
        content(document_id)
        document = store.library.document(document_id)
        if document is None:
            raise NotFound(f"No document {document_id[:40]} is in the library.", "GET /v1/documents lists them.")
        return document

    @router.get("/{document_id}/pages/{number}", response_class=Response, responses=_PNG)
    def picture(document_id: str, number: int) -> Response:
        """A page, counted from 1, as a picture."""
        if not any(label.label == str(number) for label in opened(document_id).pages):
            raise NotFound(f"The document has no page {number} with text.", "GET /v1/documents/{id} lists its pages.")
        return Response(drawn(document_id, number), media_type="image/png")

    @router.get("/{document_id}/boxes", response_model=BoxesOut)
    def boxes(document_id: str, start: Annotated[int, Query(ge=0)], end: Annotated[int, Query(ge=1)]) -> Any:
        """Where the characters of a span stand on their pages."""
        document = opened(document_id)
        if not start < end <= len(document.text):
            raise NotFound("The span does not lie in the text.", "Send code points, `start` before `end`.")
        span = Span(start=start, end=end)
        on = [page for page in document.pages if page.span.meets(span) and page.label.isdigit()]
        places = place(content(document_id), [_wanted(document, page, span) for page in on])
        if not all(places):
            return {"pages": []}
        return {
            "pages": [
                {"number": int(page.label), "label": page.label, "boxes": boxes}
                for page, boxes in zip(on, places, strict=True)
            ]
        }

    return router


def _wanted(document: Document, page: Label, span: Span) -> Wanted:
    """The part of a span on a page, and how often the same visible characters stand before it there."""
    start, end = max(span.start, page.span.start), min(span.end, page.span.end)
    words, before = bare(document.text[start:end]), bare(document.text[page.span.start : start])
    earlier = before + words[:-1]
    count = sum(earlier.startswith(words, at) for at in range(len(earlier))) if words else 0
    return int(page.label), document.text[start:end], count
