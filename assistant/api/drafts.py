"""Drafts that are files: `POST /v1/drafts` reads one, `POST /v1/drafts/word` gives a checked one out with comments; neither is kept."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from assistant.api.problems import RESPONSES, UnsupportedType, body_type
from assistant.commenting import commented
from assistant.drafts import CheckedDraft, only, read_draft
from ingest.errors import BadInput
from ingest.reading import DOCX
from ingest.sources import from_upload


class DraftOut(BaseModel):
    """The text of a draft as it is checked; spans count in it. `warnings` tell what could not be read."""

    title: str
    text: str
    media_type: str
    warnings: list[str]


_FORMS = {"multipart/form-data", "application/x-www-form-urlencoded"}  # the second where there is no file
_FILE = {"type": "string", "format": "binary"}
_READ = {"type": "object", "required": ["file"], "properties": {"file": _FILE}}
_WORD = {
    "type": "object",
    "required": ["checked"],
    "properties": {
        "checked": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "what `POST /v1/checks` answered, with the `text` that was sent and a `title`",
        },
        "file": _FILE | {"description": "the Word file that the draft came as, which keeps everything it has"},
    },
}


def routes() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/v1/drafts", tags=["checks"], responses=RESPONSES)

    @router.post("", response_model=DraftOut, openapi_extra=_body(_READ))
    async def read(request: Request) -> Any:
        """The text of a draft that comes as txt, Markdown, HTML, PDF or DOCX."""
        async with _form(request) as form:
            sent = await _file(form)
        if sent is None:
            raise BadInput("The form holds no file.", "Send the draft in the field `file`.")
        name, content = sent
        draft = await run_in_threadpool(lambda: read_draft(only(from_upload(name, content), name)))
        return {
            "title": draft.title,
            "text": draft.text,
            "media_type": draft.media_type,
            "warnings": list(draft.warnings),
        }

    @router.post("/word", response_class=Response, responses={200: {"content": {DOCX: {}}}}, openapi_extra=_body(_WORD))
    async def word(request: Request) -> Response:
        """A checked draft as a Word file with a comment at each doubtful place."""
        async with _form(request) as form:
            told, original = await _told(form), await _file(form)
        checked = _checked(told)
        made = await run_in_threadpool(commented, checked, original[1] if original is not None else None)
        return Response(
            made, media_type=DOCX, headers={"content-disposition": 'attachment; filename="caveat-check.docx"'}
        )

    return router


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def _form(request: Request) -> Any:
    if (kind := body_type(request)) not in _FORMS:
        raise UnsupportedType(kind, "multipart/form-data")
    return request.form(max_files=2)


async def _file(form: FormData) -> tuple[str, bytes] | None:
    found = form.get("file")
    return (found.filename or "draft", await found.read()) if isinstance(found, UploadFile) else None


async def _told(form: FormData) -> bytes | str:
    found = form.get("checked")
    return await found.read() if isinstance(found, UploadFile) else found or ""


def _checked(told: bytes | str) -> CheckedDraft:
    try:
        return _checked_draft().validate_json(told)
    except ValidationError as error:
        raise BadInput(
            "The field `checked` holds no checked draft.",
            "Send what POST /v1/checks answered, with the `text` that was checked and a `title`.",
        ) from error


@cache
def _checked_draft() -> TypeAdapter[CheckedDraft]:
    return TypeAdapter(CheckedDraft)
