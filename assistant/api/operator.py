"""`/v1/operator`: the settings in force, what works, and the keys; for whoever runs the server.

The edge lets only an operator's key pass; without any keys, only what comes from the server's own machine. Keys are made and
revoked here by bearers of such a key alone: the first one is made on the command line, by whoever owns the data folder.
"""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, SecretStr

from assistant.api.problems import RESPONSES, TITLES
from assistant.api.schema import Given
from assistant.doctor import examined, shown
from assistant.keys import LONGEST_NAME, Keys, Scope
from assistant.settings import Settings
from assistant.versions import caveat_version
from ingest.errors import CaveatError
from vectorstore.store import Store

_PRIVATE = {"cache-control": "no-store"}


class FirstKey(CaveatError):
    """Keys are not managed over HTTP before there is one."""

    code = "first_key"

    def __init__(self) -> None:
        super().__init__(
            "The first key is made on the server itself.", "Run `caveat keys add NAME --scope operate` there."
        )


class LastOperator(CaveatError):
    """Nobody could manage keys here any more."""

    code = "last_operator"

    def __init__(self) -> None:
        super().__init__(
            "This is the last key for `operate`: without it nobody could manage keys here.",
            "Make another one first, or run `caveat keys revoke` on the server.",
        )


class SettingOut(BaseModel):
    """A setting in force; a secret has no value here, only whether it is set."""

    name: str = Field(description="the variable that sets it")
    value: str | int | float | bool | None
    about: str
    secret: bool
    given: bool = Field(description="whether it is set to something else than its default")


class SettingsOut(BaseModel):
    """The settings, and whether requests must bear a key."""

    version: str
    settings: list[SettingOut]
    keys_asked: bool


class CheckOut(BaseModel):
    """One part that was tried."""

    name: str
    state: Literal["ok", "failed", "note"]
    told: str
    hint: str


class ChecksOut(BaseModel):
    """What works and what does not, as `caveat doctor` says it."""

    checks: list[CheckOut]


class KeyIn(Given):
    """A key to make."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]
    scope: Scope


class KeyOut(BaseModel):
    """What is known of a key; `created` is a moment, `used` the day of its last use."""

    id: str
    name: str
    scope: Scope
    created: str
    used: str | None


class KeysOut(BaseModel):
    """The keys that are held; `own` says that the settings give one besides, which is for `operate`."""

    keys: list[KeyOut]
    own: bool


class MadeOut(KeyOut):
    """A key that was made, with the key itself, which is told this once."""

    key: str


def routes(store: Store, settings: Settings, keys: Keys) -> APIRouter:
    """The routes over a store and its keys."""
    own: dict[int | str, dict[str, Any]] = {
        status: RESPONSES[400] | {"description": TITLES[status]} for status in (401, 403, 409)
    }
    router = APIRouter(prefix="/v1/operator", tags=["operator"], responses=RESPONSES | own)
    examining, managing = threading.Lock(), threading.Lock()

    @router.get("/settings", response_model=SettingsOut)
    def in_force() -> Any:
        """The settings in force, without any secret."""
        told = {"version": caveat_version(), "settings": _settings(settings), "keys_asked": keys.asked()}
        return JSONResponse(told, headers=_PRIVATE)

    @router.post("/checks", response_model=ChecksOut)
    def checks() -> Any:
        """Tries each part that answers depend on, as `caveat doctor` does; a chat model is asked for one word."""
        with examining:
            return JSONResponse({"checks": [asdict(each) for each in examined(settings, store)]}, headers=_PRIVATE)

    @router.get("/keys", response_model=KeysOut)
    def listed() -> Any:
        """The keys, without the keys themselves."""
        told = {"keys": [asdict(each) for each in keys.listed()], "own": bool(settings.api_key.get_secret_value())}
        return JSONResponse(told, headers=_PRIVATE)

    @router.post("/keys", status_code=201, response_model=MadeOut)
    def make(given: KeyIn) -> Any:
        """Makes a key, and tells it this once."""
        if not keys.asked():
            raise FirstKey
        key, secret = keys.add(given.name, given.scope)
        return JSONResponse(asdict(key) | {"key": secret}, status_code=201, headers=_PRIVATE)

    @router.delete("/keys/{key_id}", status_code=204)
    def revoke(key_id: str) -> None:
        """Takes a key away, at once and for good."""
        with managing:
            if any(each.id == key_id for each in keys.listed()) and not keys.may_lose(key_id):
                raise LastOperator
            keys.revoke(key_id)

    return router


def _settings(settings: Settings) -> list[dict[str, Any]]:
    found = []
    for name, value in shown(settings).items():
        field, secret = Settings.model_fields[name], isinstance(getattr(settings, name), SecretStr)
        found.append(
            {
                "name": f"CAVEAT_{name.upper()}",
                "value": None if secret else value,
                "about": field.description or "",
                "secret": secret,
                "given": getattr(settings, name) != field.default,
            }
        )
    return found
