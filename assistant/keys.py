"""Keys: who may ask, who may change the library, who looks after the server. One file of the data folder keeps their digests.

A key is told once, when it is made. What is kept of it is its SHA-256 digest, which needs neither salt nor stretching since a
key has 256 random bits. The file is read anew whenever it has changed, so that `caveat keys revoke` works while a server runs.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock, Timeout

from ingest.errors import CaveatError

Scope = Literal["ask", "edit", "operate"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a key is for; each may do what those before it may: ask and read, add and delete documents, look after the server."""
LONGEST_NAME = 100
_PREFIX, _FORMAT, _WAIT = "caveat_", 1, 5.0
_log = logging.getLogger("caveat.keys")


class KeysError(CaveatError):
    """The keys cannot be read or written; until they can, no key fits."""

    code = "keys"


class UnknownKey(CaveatError):
    """There is no such key."""

    code = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is known of a key: when it was made (a moment) and last used (a day), both as ISO texts in UTC."""

    id: str
    name: str
    scope: Scope
    created: str
    used: str | None = None


_Held = dict[str, tuple[Key, str]]
"""Keys with their digests, by id."""


class Keys:
    """The keys of a data folder; `own` is the operator's key that the settings give, "" for none. Any thread may use it."""

    def __init__(self, home: Path, own: str = "") -> None:
        self._path = home / "keys.json"
        self._own = own.encode()
        self._reading = threading.Lock()
        self._held: _Held = {}
        self._seen: tuple[int, int, int] | None = None

    def asked(self) -> bool:
        """Whether a request must bear a key."""
        return bool(self._own or self._read())

    def scope_of(self, given: str) -> Scope | None:
        """What the bearer of a key may do; None where no such key is held. The day is noted as the one of its last use."""
        sent = given.encode("utf-8", "replace")
        if self._own and hmac.compare_digest(sent, self._own):
            return "operate"
        digest = hashlib.sha256(sent).hexdigest()
        found = next((key for key, held in self._read().values() if hmac.compare_digest(digest, held)), None)
        if found is None:
            return None
        if found.used != (today := datetime.now(UTC).date().isoformat()):
            self._note(found.id, today)
        return found.scope

    def listed(self) -> tuple[Key, ...]:
        """All that are held, in the order they were made."""
        return tuple(key for key, _ in self._read().values())

    def may_lose(self, key_id: str) -> bool:
        """Whether an operator's key remains where this one is revoked."""
        return bool(self._own) or any(key.scope == "operate" and key.id != key_id for key in self.listed())

    def add(self, name: str, scope: Scope) -> tuple[Key, str]:
        """Makes a key; what is known of it, and the key itself, which is told nowhere again."""
        secret = _PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        key = Key(id=secrets.token_hex(4), name=name.strip()[:LONGEST_NAME], scope=scope, created=now)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        self._change(lambda held: held | {key.id: (key, digest)})
        return key, secret

    def revoke(self, key_id: str) -> Key:
        """Takes a key away, at once and for good; UnknownKey where there is none of that id."""
        gone: list[Key] = []

        def without(held: _Held) -> _Held:
            if key_id not in held:
                raise UnknownKey(f"No key has the id {key_id[:40]}.", "`caveat keys list` shows the ids.")
            gone.append(held[key_id][0])
            return {each: value for each, value in held.items() if each != key_id}

        self._change(without)
        return gone[0]

    def _note(self, key_id: str, day: str) -> None:
        def used(held: _Held) -> _Held:
            return {
                each: (replace(key, used=day) if each == key_id else key, digest)
                for each, (key, digest) in held.items()
            }

        try:
            self._change(used)
        except KeysError as error:  # the key is good; only the day is not kept
            _log.warning("the use of key %s was not noted: %s", key_id, error)

    def _read(self) -> _Held:
        """The keys as the file has them now. A file that was there and is gone is a fault: it must not open the server."""
        with self._reading:
            try:
                told = self._path.stat()
            except FileNotFoundError:
                if self._seen is not None:
                    raise _unreadable("it is gone") from None
                return {}
            except OSError as error:
                raise _unreadable(error.strerror or "it does not open") from error
            seen = (told.st_mtime_ns, told.st_size, told.st_ino)
            if seen != self._seen:
                self._held = _loaded(self._path)
                self._seen = seen
            return self._held

    def _change(self, changed: Callable[[_Held], _Held]) -> None:
        """Reads, changes and writes the file, one process at a time; the new file is whole or not there."""
        beside = self._path.with_name("keys.json.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_name("keys.json.lock"), timeout=_WAIT):
                held = changed(self._read())
                told = {"format": _FORMAT, "keys": [asdict(key) | {"digest": digest} for key, digest in held.values()]}
                beside.unlink(missing_ok=True)
                with os.fdopen(
                    os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
                ) as file:
                    file.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(self._path)
        except (OSError, Timeout) as error:
            raise KeysError("The keys could not be kept.", "See that the data folder can be written to.") from error


def _loaded(path: Path) -> _Held:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != _FORMAT:
            raise ValueError("another format")
        held = {}
        for each in told["keys"]:
            digest = str(each.pop("digest"))
            key = Key(**each)
            if key.scope not in SCOPES:
                raise ValueError("another scope")
            held[key.id] = (key, digest)
        return held
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable("it does not read") from error


def _unreadable(why: str) -> KeysError:
    return KeysError(
        f"The file of the keys cannot be used: {why}.",
        "Put keys.json back into the data folder, or take it away and start the server anew.",
    )
