"""Originals: the bytes that documents were read from, as files named by their hash."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Set as AbstractSet
from pathlib import Path


class Originals:
    """A folder of originals. A file is written under a temporary name, synced and renamed, so it is whole or not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes) -> None:
        """Writes the bytes, once; they are on disk when this returns."""
        path = self._folder / name_of(content)
        if path.exists():
            return
        temporary = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.tmp")
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, name: str) -> bytes:
        """The bytes under a name; a FileNotFoundError where they are not here."""
        return (self._folder / name).read_bytes()

    def forget(self, name: str) -> None:
        """Deletes the bytes under a name, if they are here."""
        (self._folder / name).unlink(missing_ok=True)

    def sweep(self, named: AbstractSet[str]) -> None:
        """Deletes what no document names: what a killed process wrote before its transaction, or left after it."""
        for path in self._folder.iterdir() if named else ():
            if path.name not in named:
                path.unlink(missing_ok=True)


def name_of(content: bytes) -> str:
    """The name of an original: the SHA-256 of its bytes."""
    return hashlib.sha256(content).hexdigest()
