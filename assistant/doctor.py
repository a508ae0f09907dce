"""`caveat doctor`: the settings in force, and a proof of each part that answers depend on."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from assistant import wiring
from assistant.settings import Settings
from ingest.errors import CaveatError
from vectorstore.embedding import Embedder
from vectorstore.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "failed", "note"]
    told: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """The settings and the checks."""

    settings: dict[str, Any]
    checks: tuple[Check, ...]


def examine(settings: Settings) -> Examination:
    """Tries each part on the data folder as it is; changes nothing in the library."""
    return Examination(settings=shown(settings), checks=tuple(_checks(settings)))


def examined(settings: Settings, store: Store) -> tuple[Check, ...]:
    """The same checks by the process that owns the data folder, with its own parts."""
    return (*_before(settings, store.embedder), *_over(settings, store))


def shown(settings: Settings) -> dict[str, Any]:
    """The settings by name, without any secret: keys are stars, and of a URL neither user, password nor query is told."""
    told = settings.model_dump(mode="json")
    for name in ("library_url", "chroma_url", "model_url"):
        told[name] = re.sub(r"\?.*", "?***", re.sub(r"(?<=://).*(?=@)", "***", told[name]))
    return told


def printed(examination: Examination, *, as_json: bool) -> int:
    """Prints it; 0 where nothing failed."""
    if as_json:
        print(json.dumps(asdict(examination), ensure_ascii=False))
    else:
        for name, value in examination.settings.items():
            about = Settings.model_fields[name].description
            print(f"CAVEAT_{name.upper():20} {value!s:24} {about}")
        print()
        for check in examination.checks:
            mark = {"ok": "ok    ", "failed": "FAILED", "note": "note  "}[check.state]
            print(f"{mark} {check.name}: {check.told}" + (f"\n       {check.hint}" if check.hint else ""))
    return 1 if any(check.state == "failed" for check in examination.checks) else 0


def _checks(settings: Settings) -> Iterator[Check]:
    yield from _before(settings, wiring.embedder(settings))
    try:
        store = wiring.open_store(settings)
    except (CaveatError, OSError) as error:
        yield _failed("library", error)
        return
    with store:
        yield from _over(settings, store)


def _before(settings: Settings, embedder: Embedder) -> Iterator[Check]:
    yield Check(name="python", state="ok", told=sys.version.split()[0])
    yield _tried("disk", lambda: _disk(settings.home))
    yield _tried("embedder", lambda: _embedder(embedder))


def _over(settings: Settings, store: Store) -> Iterator[Check]:
    yield _tried("library", lambda: _library(store))
    store.open_indexes()
    for follower in (store.meaning, store.words):
        state: Literal["ok", "note"] = "note" if follower.notice else "ok"
        yield Check(name=f"{follower.name} index", state=state, told=follower.describe())
    if wiring.names_a_model(settings):
        yield _tried("model", lambda: _model(settings))
        return
    yield Check(
        name="model", state="note", told="none is set: answers are quoted, not written, and nothing leaves this machine"
    )


def _tried(name: str, told: Callable[[], str]) -> Check:
    try:
        return Check(name=name, state="ok", told=told())
    except (CaveatError, OSError) as error:
        return _failed(name, error)


def _failed(name: str, error: CaveatError | OSError) -> Check:
    if isinstance(error, CaveatError):
        return Check(name=name, state="failed", told=error.message, hint=error.hint)
    return Check(name=name, state="failed", told=f"{error.filename}: {error.strerror}.", hint="Set CAVEAT_HOME.")


def _disk(home: Path) -> str:
    home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home).free // 1_000_000
    if free <= 500:
        raise CaveatError(f"{free} MB free", "Make room: 500 MB are wanted.")
    return f"{free} MB free"


def _embedder(embedder: Embedder) -> str:
    near, far = "The ministry issued a notice.", "Penguins swim well."
    vectors = embedder.embed(["A notice was issued by the ministry.", near, far])
    if vectors[0] @ vectors[1] <= vectors[0] @ vectors[2]:
        raise CaveatError(
            f"{embedder.stamp} finds unlike sentences more alike than like ones.",
            "Name another embedder with CAVEAT_EMBEDDER.",
        )
    return f"{embedder.stamp}, {embedder.dimension} dimensions, reads {embedder.window} word pieces"


def _library(store: Store) -> str:
    documents, chunks = store.library.counts()
    return f"{documents} documents, {chunks} passages, fingerprint {store.library.fingerprint()}"


def _model(settings: Settings) -> str:
    """Asks the model for one word."""
    from assistant import background  # noqa: PLC0415 (only where a model is set)
    from assistant.model import Reply  # noqa: PLC0415

    model, reply = wiring.chat_model(settings), Reply()

    async def asked() -> str:
        return "".join([piece async for piece in model.stream("", "Reply with the word ready.", reply)])

    said, counted = background.begun(asked()).result(), "estimated" if model.tokens.estimated else "counted by tiktoken"
    return f"{model.name} answers ({len(said)} characters); tokens are {counted} where it does not tell them"
