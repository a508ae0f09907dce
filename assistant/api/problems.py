"""Errors as RFC 9457 problem documents with a request id and a hint; never a stack trace or a path of the machine."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from ingest.errors import CaveatError

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger("caveat.api")
_STATUS = {
    "library": 503,
    "embedder": 503,
    "settings": 503,
    "not_found": 404,
    "too_large": 413,
    "unsupported_type": 415,
}
_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    413: "Too large",
    415: "Unsupported type",
    422: "Unprocessable",
    503: "Not available",
}


class Problem(BaseModel):
    """What an error looks like."""

    type: str = Field(default="about:blank", description="a name for the kind of problem")
    title: str
    status: int
    code: str
    detail: str
    hint: str = ""
    request_id: str


class NotFound(CaveatError):
    """There is no such thing here."""

    code = "not_found"


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": _TITLES[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status in (400, 404, 413, 422, 503)
}


def problem(
    request: Request, status: int, code: str, detail: str, hint: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    """A problem document as a response."""
    body = Problem(
        title=_TITLES.get(status, "Error"),
        status=status,
        code=code,
        detail=detail,
        hint=hint,
        request_id=request.scope.get("request_id", ""),
    )
    return JSONResponse(body.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Answers every error of an app with a problem document."""

    @app.exception_handler(CaveatError)
    def caveat(request: Request, error: CaveatError) -> JSONResponse:
        return problem(request, _STATUS.get(error.code, 400), error.code, error.message, error.hint)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        told = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'][1:]) or 'body'}: {each['msg']}" for each in error.errors()[:5]
        )
        return problem(request, 422, "invalid", told, "See /docs for the fields.")

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        hint = "See /docs for what there is." if error.status_code in {404, 405} else ""
        headers = dict(error.headers) if error.headers else None
        return problem(
            request,
            error.status_code,
            _TITLES.get(error.status_code, "error").lower().replace(" ", "_"),
            str(error.detail),
            hint,
            headers,
        )

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        _log.error("request %s failed", request.scope.get("request_id", ""), exc_info=error)
        return problem(
            request,
            500,
            "internal",
            "Something went wrong in Caveat.",
            "The log of the server has it under the request id.",
        )
