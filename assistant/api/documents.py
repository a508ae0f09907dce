"""`/v1/documents`: in, listed, shown, out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response
from starlette.datastructures import UploadFile

from assistant.api.problems import RESPONSES, NotFound, UnsupportedType, body_type
from assistant.api.schema import Cursor, Day, DisagreementsOut, DocumentOut, HeldListOut, OutcomesOut
from assistant.disagreements import Disagreements
from assistant.doubts.opposing import Comparer
from assistant.rendering import as_json, held_json, source_name
from ingest.document import Label
from ingest.errors import BadInput
from ingest.sources import Source, from_json_lines, from_record, from_upload
from vectorstore.filters import Filters
from vectorstore.library import Held
from vectorstore.store import Store

_ALL = 2**31 - 1
_SECONDS = 4.0  # in which one call compares documents that came lately
_Sort = Literal[
    "", "title", "issuer", "number", "issued", "status", "-title", "-issuer", "-number", "-issued", "-status"
]
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
                    },
                }
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["text"],
                    "properties": {
                        "_id": {"type": "string"},
                        "title": {"type": "string"},
                        "text": {"type": "string"},
                        "metadata": {"description": "an object with issuer, number, issued, kind, outlet ..."},
                    },
                }
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


def disagreeing(store: Store, opposing: Comparer, *, examines: bool) -> APIRouter:
    """The route that lists what the library disagrees with itself about; `examines` what came, where that takes no chat model."""
    router = APIRouter(tags=["documents"], responses=RESPONSES)
    found, examining = Disagreements(store, opposing), threading.Lock()

    @router.get("/v1/disagreements", response_model=DisagreementsOut)
    def disagreements() -> Any:
        """What documents say otherwise than one another; each call looks at some that came lately, before it answers.

        Where a chat model compares them, they are looked at in the background alone; `unexamined` counts those left.
        """
        with examining:
            store.follow()
            ends = monotonic() + _SECONDS
            while examines and found.examine(1) and monotonic() < ends:
                pass
        listed = found.listed()
        cited = dict.fromkeys(side.document_id for each in listed for side in (each.one, each.other))
        held = [about for document_id in cited if (about := store.library.held(document_id)) is not None]
        return {
            "disagreements": [as_json(each) for each in listed],
            "documents": [{"id": each.id, "title": each.title, "metadata": each.metadata} for each in held],
            "unexamined": found.unexamined(),
        }

    return router


def routes(store: Store) -> APIRouter:
    """The routes over a store."""
    router = APIRouter(prefix="/v1/documents", tags=["documents"], responses=RESPONSES)
    ingesting = threading.Lock()

    def keep(sources: Iterable[Source]) -> dict[str, Any]:
        with ingesting:
            outcomes = list(store.ingest(sources))
        return {"documents": [as_json(outcome) for outcome in outcomes]}

    def total(filters: Filters, words: str) -> int:
        found = store.library
        return len(found.page(filters, words=words, limit=_ALL)) if words.strip() else found.counts(filters)[0]

    @router.post("", status_code=201, response_model=OutcomesOut, openapi_extra=_BODY)
    async def add(request: Request) -> Any:
        """Reads documents into the library; each gets an outcome, a refused one with its reason and how to mend it."""
        return await run_in_threadpool(keep, await _sources(request))

    @router.get("", response_model=HeldListOut)
    def listing(
        issuer: Annotated[list[str] | None, Query()] = None,
        kind: Annotated[list[str] | None, Query()] = None,
        status: Annotated[list[str] | None, Query()] = None,
        issued_from: Day | None = None,
        issued_to: Day | None = None,
        q: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        cursor: Cursor = "",
        sort: _Sort = "",
    ) -> Any:
        """Documents in the order they came, or by a column (`-issued`: the newest first), those without a value last."""
        filters = Filters(
            issuer=tuple(issuer or ()),
            kind=tuple(kind or ()),
            status=tuple(status or ()),
            issued_from=issued_from,
            issued_to=issued_to,
        )
        if sort:
            return _in_order(store.library.page(filters, words=q, limit=_ALL), sort, _after(cursor), limit)
        found = store.library.page(filters, words=q, limit=limit + 1, after=_after(cursor))
        more = len(found) > limit
        page = found[:limit]
        return {
            "documents": [held_json(held) for held in page],
            "next_cursor": str(page[-1].seq) if more else None,
            "total": total(filters, q),
        }

    @router.get("/{document_id}", response_model=DocumentOut)
    def show(document_id: str) -> Any:
        """A document's metadata, sections and pages."""
        held, document = store.library.held(document_id), store.library.document(document_id)
        if held is None or document is None:
            raise _missing(document_id)
        return held_json(held) | {
            "sections": [_label(s) for s in document.sections],
            "pages": [_label(p) for p in document.pages],
        }

    @router.get("/{document_id}/text", response_class=PlainTextResponse)
    def text(document_id: str) -> Response:
        """The text that every span counts in, to the character."""
        document = store.library.document(document_id)
        if document is None:
            raise _missing(document_id)
        return PlainTextResponse(document.text)

    @router.get("/{document_id}/original", response_class=Response)
    def original(document_id: str) -> Response:
        """The bytes that were ingested, as a download."""
        held, content = store.library.held(document_id), store.library.original(document_id)
        if held is None or content is None:
            raise _missing(document_id)
        name = quote(source_name(held.source), safe="")
        return Response(
            content,
            media_type="application/octet-stream",
            headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
        )

    @router.delete("/{document_id}", status_code=204)
    def remove(document_id: str) -> None:
        """Takes a document out of the library and its indexes."""
        if not store.remove(document_id):
            raise _missing(document_id)

    return router


async def _sources(request: Request) -> Iterator[Source]:
    kind = body_type(request)
    if kind == "multipart/form-data":
        async with request.form(max_files=1000) as form:
            files = [
                (value.filename or "upload", await value.read())
                for _, value in form.multi_items()
                if isinstance(value, UploadFile)
            ]
        if not files:
            raise BadInput("The form holds no file.", "Send files in the field `file`.")
        return (source for name, content in files for source in from_upload(name, content))
    if kind == "application/x-ndjson":
        return from_json_lines(await request.body(), "api:")
    if kind == "application/json":
        try:
            record = await request.json()
        except (ValueError, RecursionError) as error:
            raise BadInput("The body is not JSON.", 'Send {"title": "...", "text": "..."}.') from error
        return iter([from_record(record, "api:")])
    raise UnsupportedType(kind, "multipart/form-data, application/json or application/x-ndjson")


def _in_order(held: list[Held], sort: str, done: int, limit: int) -> dict[str, Any]:
    """A page of documents by a column; the cursor counts those of the pages before."""
    name, falling = sort.removeprefix("-"), sort.startswith("-")

    def value(each: Held) -> str:
        return str((each.title if name == "title" else each.metadata.get(name)) or "").casefold()

    known = sorted((each for each in held if value(each)), key=value, reverse=falling)
    ordered = known + [each for each in held if not value(each)]
    more = done + limit < len(ordered)
    return {
        "documents": [held_json(each) for each in ordered[done : done + limit]],
        "next_cursor": str(done + limit) if more else None,
        "total": len(ordered),
    }


def _after(cursor: str) -> int:
    if not cursor:
        return 0
    return int(cursor)


def _label(label: Label) -> dict[str, Any]:
    return {"start": label.span.start, "end": label.span.end, "label": label.label}


def _missing(document_id: str) -> NotFound:
    return NotFound(f"No document {document_id[:40]} is in the library.", "GET /v1/documents lists them.")
