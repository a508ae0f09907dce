"""`/v1/evaluations`: the figures of the evaluation runs in a folder, as `python -m evals run` keeps them there.

A run's folder is read as data: `run.json` says what was run on what, `figures.json` what came of it. A run without figures is
listed as one; what does not read is told by the name of its folder.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationError

from assistant.api.problems import RESPONSES

_MOST, _LARGEST = 200, 2_000_000
"""Runs that are listed, the newest; bytes of a file that is read."""


class FigureOut(BaseModel):
    """A figure of a run; `main` ones are those that gates speak of, `value` is null where it is undefined."""

    name: str
    about: str
    value: float | None
    cases: int
    better: Literal["higher", "lower"]
    unit: str
    main: bool


class GateOut(BaseModel):
    """What became of a gate; `passed` is null where it does not apply."""

    name: str
    passed: bool | None
    told: str


class RunOut(BaseModel):
    """A run: its set, who was asked, what made its results, and what came of it."""

    id: str
    set: str
    subject: str
    cases: int
    ended: str
    fingerprint: dict[str, str]
    measured: bool = Field(description="whether figures are kept; without them the same command measures them")
    figures: list[FigureOut]
    gates: list[GateOut]


class RunsOut(BaseModel):
    """The newest runs first; `configured` says whether the server is told of a folder, `unreadable` names what does not read."""

    configured: bool
    runs: list[RunOut]
    unreadable: list[str]


def routes(folder: str) -> APIRouter:
    """The route over a folder of runs; "" for none."""
    router = APIRouter(prefix="/v1", tags=["evaluation"], responses={503: RESPONSES[503]})

    @router.get("/evaluations", response_model=RunsOut)
    def evaluations() -> Any:
        """The runs with their figures, to be shown and compared."""
        found: list[RunOut] = []
        unreadable: list[str] = []
        for each in _folders(Path(folder)) if folder else ():
            try:
                found.append(_run(each))
            except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError):
                unreadable.append(each.name)
        return RunsOut(configured=bool(folder), runs=found, unreadable=unreadable)

    return router


def _folders(folder: Path) -> list[Path]:
    """The folders of finished runs, the newest first."""
    try:
        found = [(each.stat().st_mtime, each.parent) for each in folder.glob("*/run.json")]
    except OSError:
        return []
    return [each for _, each in sorted(found, reverse=True)][:_MOST]


def _run(folder: Path) -> RunOut:
    about, measured = _json(folder / "run.json"), (folder / "figures.json").is_file()
    told = _json(folder / "figures.json") if measured else {"metrics": [], "gates": []}
    ended = datetime.fromtimestamp((folder / "run.json").stat().st_mtime, UTC)
    return RunOut(
        id=folder.name,
        set=about["set"],
        subject=about["subject"],
        cases=about["cases"],
        ended=ended.isoformat(timespec="seconds"),
        fingerprint=about["fingerprint"],
        measured=measured,
        figures=told["metrics"],
        gates=told["gates"],
    )


def _json(file: Path) -> dict[str, Any]:
    if file.stat().st_size > _LARGEST:
        raise ValueError("too large")
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told
