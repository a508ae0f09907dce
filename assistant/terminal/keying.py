"""Keys on a terminal: made, listed and revoked, also while a server runs."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from assistant.citing import visible
from assistant.keys import Key, Keys
from assistant.settings import Settings
from ingest.errors import BadInput


def manage(given: argparse.Namespace, settings: Settings) -> int:
    """Does what was asked with the keys of the data folder."""
    keys = Keys(settings.home, settings.api_key.get_secret_value())
    if given.action == "add":
        return _add(keys, given)
    if given.action == "revoke":
        gone = keys.revoke(_id(keys, given.id))
        told = {"id": gone.id, "name": gone.name, "status": "revoked"}
        print(json.dumps(told, ensure_ascii=False) if given.json else f"Revoked {gone.id}  {visible(gone.name)}")
        return 0
    return _list(keys.listed(), as_rows=given.json)


def _add(keys: Keys, given: argparse.Namespace) -> int:
    first = not keys.asked()
    key, secret = keys.add(given.name, given.scope)
    if given.json:
        print(json.dumps(asdict(key) | {"key": secret}, ensure_ascii=False))
        return 0
    print(secret)
    note = f"caveat: the key {visible(key.name)} ({key.scope}) is told only this once."
    print(note + (" From now on the server asks everybody for a key." if first else ""), file=sys.stderr)
    return 0


def _list(listed: tuple[Key, ...], *, as_rows: bool) -> int:
    if as_rows:
        print(json.dumps({"keys": [asdict(key) for key in listed]}, ensure_ascii=False))
        return 0
    if not listed:
        print("No key has been made. `caveat keys add NAME --scope operate` makes one.")
        return 0
    table = Table(box=None, header_style="bold")
    for name in ("id", "name", "scope", "created", "last used"):
        table.add_column(name, overflow="fold", no_wrap=name == "id")
    for key in listed:
        table.add_row(key.id, visible(key.name), key.scope, key.created[:10], key.used or "never")
    console = Console() if sys.stdout.isatty() else Console(soft_wrap=True, width=10_000)
    console.print(table)
    return 0


def _id(keys: Keys, start: str) -> str:
    """The id of the one key whose id begins so."""
    found = [key.id for key in keys.listed() if start and key.id.startswith(start)]
    if len(found) > 1:
        raise BadInput(f"{len(found)} keys have an id that begins with {start}.", "Give more of its characters.")
    return found[0] if found else start
