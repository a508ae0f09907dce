"""The app: routes, the page, health; and `caveat serve`."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from assistant import wiring
from assistant.api import documents
from assistant.api.edge import Edge
from assistant.api.problems import RESPONSES, Problem, install
from assistant.api.schema import AnswerOut, QuestionIn, SearchIn, SearchOut
from assistant.rendering import as_json
from assistant.settings import Settings
from assistant.versions import versions
from ingest.errors import BadInput
from vectorstore.store import Store

_WEB = Path(__file__).parent.parent / "web"


def create_app(store: Store, settings: Settings) -> FastAPI:
    """The app over an open store; closing the store is its maker's business."""
    ready: dict[str, Any] = {"assistant": None}

    @asynccontextmanager
    async def warmed(_: FastAPI) -> AsyncIterator[None]:
        from fastapi.concurrency import run_in_threadpool  # noqa: PLC0415

        ready["assistant"] = await run_in_threadpool(_warm, store, settings)
        yield

    app = FastAPI(
        title="Caveat", version="1", lifespan=warmed, docs_url=None, redoc_url=None, openapi_url="/openapi.json"
    )
    app.add_middleware(Edge, largest_body=settings.largest_upload, host=settings.host)
    install(app)
    app.include_router(documents.routes(store))

    @app.post("/v1/search", response_model=SearchOut, tags=["answers"], responses=RESPONSES)
    def search(asked: SearchIn) -> Any:
        """Passages for a query, best first."""
        found = store.retriever.search(asked.query, limit=asked.limit, filters=asked.filters.value())
        return {"passages": as_json(found.passages), "notices": list(found.notices)}

    @app.post("/v1/answers", response_model=AnswerOut, tags=["answers"], responses=RESPONSES)
    def answer(asked: QuestionIn, response: Response) -> Any:
        """An answer made of claims with citations and doubts, or a refusal; `Server-Timing` tells what each step took."""
        from assistant.stages import Stages  # noqa: PLC0415 (langchain takes a second to import)

        stages, assistant = Stages(), ready["assistant"] or wiring.assistant(store, settings)
        answered = assistant.answer(asked.question, asked.filters.value(), stages)
        response.headers["server-timing"] = ", ".join(
            f"{name};dur={1000 * seconds:.1f}" for name, seconds in stages.seconds.items()
        )
        return as_json(answered)

    @app.get("/healthz", tags=["health"])
    def alive() -> dict[str, Any]:
        """Whether the process answers."""
        return {"status": "ok", "documents": store.library.counts()[0], "model": None}

    @app.get("/readyz", tags=["health"], responses={503: RESPONSES[503]})
    def is_ready() -> JSONResponse:
        """Whether questions can be answered: the embedder is loaded and the indexes are open; and what would answer them."""
        notices = list(store.notices)
        state = "ready" if ready["assistant"] else "starting"
        told = {"status": state, "notices": notices, "versions": versions(store, settings)}
        return JSONResponse(told, status_code=200 if ready["assistant"] else 503)

    _mount_pages(app)
    return app


def serve(settings: Settings, host: str | None, port: int | None) -> int:
    """Serves until it is told to stop."""
    host, port = host or settings.host, settings.port if port is None else port
    if host not in {"127.0.0.1", "localhost", "::1"}:
        raise BadInput(
            f"Caveat does not listen on {host}: it has no keys yet.",
            "Listen on 127.0.0.1 and put a server that asks for keys in front.",
        )
    with _listening(host, port) as listener, wiring.open_store(settings) as store:
        named, port = f"[{host}]" if ":" in host else host, listener.getsockname()[1]
        with suppress(KeyboardInterrupt):  # the way to stop it
            print(f"Caveat at http://{named}:{port}  (API: /docs; stop with Ctrl-C)", flush=True)
            config = uvicorn.Config(create_app(store, settings), log_level="warning", timeout_graceful_shutdown=5)
            uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listening(host: str, port: int) -> socket.socket:
    """A socket bound to the address, port 0 being any free one; bound first, so that what is printed is true."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        raise BadInput(
            f"Caveat cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}.",
            "Give another with --port; 0 takes any free one.",
        ) from error


def _warm(store: Store, settings: Settings) -> Any:
    """Loads what the first question would wait for."""
    assistant = wiring.assistant(store, settings)
    store.retriever.search("warm")
    return assistant


def _mount_pages(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=_WEB), name="static")
    app.mount("/docs/assets", StaticFiles(packages=[("fastapi_swagger", "resources")]), name="docs-assets")

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(_WEB / "index.html")

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse((_WEB / "docs.html").read_text(encoding="utf-8"))

    app.openapi_schema = None
    original = app.openapi

    def with_problem() -> dict[str, Any]:
        schema = original()
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        return schema

    app.openapi = with_problem  # type: ignore[method-assign]
