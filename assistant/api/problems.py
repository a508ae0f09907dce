"""Errors as RFC 9457 problem documents with a request id and a hint; never a stack trace or a path of the machine."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from ingest.errors import CaveatError

MEDIA_TYPE = "application/problem+json"
_STATUS = {
    "library": 503,
    "embedder": 503,
    "settings": 503,
    "not_found": 404,
    "too_large": 413,
    "unsupported_type": 415,
    "model": 503,
    "stopped": 503,
    "stopping": 503,
    "internal": 500,
    "keys": 503,
    "operator_only": 403,
    "first_key": 409,
    "last_operator": 409,
}
TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported type",
    421: "Misdirected",
    422: "Unprocessable",
    500: "Internal error",
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


class UnsupportedType(CaveatError):
    """The body is of a type that this route does not read."""

    code = "unsupported_type"

    def __init__(self, kind: str, readable: str) -> None:
        super().__init__(f"A body of type {kind or 'nothing'} is not read.", f"Send {readable}.")


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": TITLES[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status in (400, 404, 413, 415, 422, 503)
}


def problem(
    request: Request, status: int, code: str, detail: str, hint: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    """A problem document as a response."""
    body = Problem(
        title=TITLES.get(status, "Error"),
        status=status,
        code=code,
        detail=detail,
        hint=hint,
        request_id=request.scope.get("request_id", ""),
    )
    return JSONResponse(body.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def problem_of(event: dict[str, Any], request: Request) -> dict[str, Any]:
    """The problem document of an error, as the event bears it."""
    status, title = described(str(event["code"]))
    told = Problem(
        title=title,
        status=status,
        code=str(event["code"]),
        detail=str(event["message"]),
        hint=str(event["hint"]),
        request_id=str(request.scope.get("request_id", "")),
    )
    return {name: value for name, value in told.model_dump().items() if name != "type"}


def described(code: str) -> tuple[int, str]:
    """The status and title that go with an error's code."""
    status = _STATUS.get(code, 400)
    return status, TITLES.get(status, "Error")


def openai_error(status: int, code: str, message: str) -> dict[str, Any]:
    """The member by which OpenAI's clients know an error."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def body_type(request: Request) -> str:
    """The media type of a request's body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def install(app: FastAPI) -> None:
    """Answers every error of an app with a problem document; one that nobody foresaw is answered by `Edge`."""

    @app.exception_handler(CaveatError)
    def caveat(request: Request, error: CaveatError) -> JSONResponse:
        return problem(request, described(error.code)[0], error.code, error.message, error.hint)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if request.method == "POST" and "json" not in body_type(request):
            return caveat(request, UnsupportedType(body_type(request), "application/json"))
        told = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'][1:]) or 'body'}: {each['msg']}" for each in error.errors()[:5]
        )
        return problem(request, 422, "invalid", told, "See /docs for the fields.")

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        hint = "See /docs for what there is." if error.status_code in {404, 405} else "See /docs for what is read."
        headers = dict(error.headers) if error.headers else None
        if error.status_code == 405:
            headers = {"allow": ", ".join(sorted(_methods(app, request)))}
        return problem(
            request,
            error.status_code,
            TITLES.get(error.status_code, "error").lower().replace(" ", "_"),
            str(error.detail),
            hint,
            headers,
        )


def _methods(app: FastAPI, request: Request) -> set[str]:
    """The methods that a path takes: Starlette tells those of one of its routes only."""
    paths = app.openapi()["paths"]
    if request.url.path in paths:
        return {method.upper() for method in paths[request.url.path]}
    methods: set[str] = set()
    for path, operations in paths.items():
        form = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/"))
        if re.fullmatch(form, request.url.path):
            methods |= {method.upper() for method in operations}
    return methods
