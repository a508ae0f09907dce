"""The app: routes, the page, health; and `caveat serve`."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from assistant import wiring
from assistant.api import (
    answers,
    checks,
    conversations,
    documents,
    drafts,
    evaluations,
    feedback,
    holdings,
    openai,
    operator,
    pages,
    related,
)
from assistant.api.edge import Edge, is_loopback
from assistant.api.problems import RESPONSES, Problem, install
from assistant.archive import Archive
from assistant.disagreements import in_the_background
from assistant.keys import Keys
from assistant.settings import Settings
from assistant.streams import Streams
from assistant.versions import versions
from ingest.errors import BadInput
from vectorstore.store import Store

_WEB = Path(__file__).parent.parent / "web"


def create_app(store: Store, settings: Settings) -> FastAPI:
    """The app over an open store; closing the store is its maker's business."""
    archive, keys = wiring.open_archive(settings, store), Keys(store.home, settings.api_key.get_secret_value())
    ready: dict[str, Streams] = {}

    def streams() -> Streams:
        if "streams" not in ready:
            ready["streams"] = Streams(wiring.assistant(store, settings), archive)
        return ready["streams"]

    @asynccontextmanager
    async def warmed(_: FastAPI) -> AsyncIterator[None]:
        from fastapi.concurrency import run_in_threadpool  # noqa: PLC0415

        ready["streams"] = await run_in_threadpool(_warm, store, settings, archive)
        yield
        await ready["streams"].stop()
        archive.close()

    app = FastAPI(
        title="Caveat", version="1", lifespan=warmed, docs_url=None, redoc_url=None, openapi_url="/openapi.json"
    )
    app.state.streams = streams
    app.add_middleware(
        Edge,
        largest_body=settings.largest_upload,
        host=settings.host,
        keys=keys,
    )
    install(app)
    app.include_router(documents.routes(store))
    comparer = wiring.opposing(store.embedder, settings)
    app.include_router(documents.disagreeing(store, comparer, examines=settings.checker != "chat"))
    app.include_router(answers.routes(store, streams))
    app.include_router(checks.routes(store, cache(lambda: wiring.checker(settings, store))))
    app.include_router(drafts.routes())
    app.include_router(conversations.routes(archive, store))
    app.include_router(feedback.routes(archive, store))
    app.include_router(holdings.routes(store))
    app.include_router(pages.routes(store))
    app.include_router(related.routes(store))
    app.include_router(operator.routes(store, settings, keys))
    app.include_router(evaluations.routes(settings.runs))
    app.include_router(openai.routes(lambda: wiring.assistant(store, settings)))

    @app.get("/healthz", tags=["health"])
    def alive() -> dict[str, Any]:
        """Whether the process answers."""
        model = settings.model or settings.model_url or None
        return {"status": "ok", "documents": store.library.counts()[0], "model": model}

    @app.get("/readyz", tags=["health"], responses={503: RESPONSES[503]})
    def is_ready() -> JSONResponse:
        """Whether questions can be answered: the embedder is loaded and the indexes are open; and what would answer them."""
        notices = list(store.notices)
        state = "ready" if ready else "starting"
        told = {"status": state, "notices": notices, "versions": versions(store, settings)}
        return JSONResponse(told, status_code=200 if ready else 503)

    _mount_pages(app)
    return app


class _Server(uvicorn.Server):
    """Tells its address once it serves, and ends the answers that are being made before it waits for its connections."""

    def __init__(self, config: uvicorn.Config, address: str, streams: Callable[[], Streams]) -> None:
        super().__init__(config)
        self._address = address
        self._streams = streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"Caveat at {self._address}  (API: /docs; stop with Ctrl-C)", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._streams().stop()
        await super().shutdown(sockets)


def serve(settings: Settings, host: str | None, port: int | None) -> int:
    """Serves until it is told to stop."""
    host, port = host or settings.host, settings.port if port is None else port
    if not is_loopback(host) and not Keys(settings.home, settings.api_key.get_secret_value()).asked():
        raise BadInput(
            f"Caveat does not listen on {host} without a key: anybody there could read and change the library.",
            "Set CAVEAT_API_KEY to a long random text, make a key with `caveat keys add`, or listen on 127.0.0.1.",
        )
    with _listening(host, port) as listener, wiring.open_store(settings) as store:
        named, port = f"[{host}]" if ":" in host else host, listener.getsockname()[1]
        app = create_app(store, settings.model_copy(update={"host": host}))
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3)
        opposing = wiring.opposing(store.embedder, settings)
        with suppress(KeyboardInterrupt), in_the_background(store, opposing):  # the way to stop it
            _Server(config, f"http://{named}:{port}", app.state.streams).run(sockets=[listener])
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


def _warm(store: Store, settings: Settings, archive: Archive) -> Streams:
    """Loads what the first question would wait for."""
    streams = Streams(wiring.assistant(store, settings), archive)
    streams.warm()
    return streams


def _mount_pages(app: FastAPI) -> None:
    app.mount("/static", GZipMiddleware(StaticFiles(directory=_WEB)), name="static")
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
