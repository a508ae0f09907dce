"""What the user was told: editions of documents made of rare words, and how each operation ended."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ingest.document import document_id
from ingest.sources import Source, from_record
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

DIMENSION = 384
COMMON_WORD = "ledger"
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


class Edition(NamedTuple):
    """One text of a document: its key (a later edition of a key replaces it), a number, and how many passages it has."""

    key: str
    number: int
    passages: int


Change = tuple[str, Edition | None, Edition | None]
"""A key with its edition before and after an operation; None where there is none."""


def edition(held: Sequence[Any] | None) -> Edition | None:
    """An edition out of JSON."""
    return Edition(*held) if held else None


@lru_cache(maxsize=50_000)
def source_of(given: Edition) -> Source:
    """The source of an edition: each passage a sentence of rare words; every second one stands in all its editions."""
    lines = []
    for place in range(given.passages):
        number = 0 if place % 2 else given.number
        letters = hashlib.sha256(f"{given.key}/{number}/{place}".encode()).hexdigest().translate(_LETTERS)
        words = " ".join(letters[at : at + 10] for at in range(0, 60, 10))
        lines.append(f"{COMMON_WORD.title()} entry {place} of {given.key} names {words}.")
    return from_record({"_id": given.key, "title": f"Notice {given.key}", "text": "\n\n".join(lines)}, "kill:")


@lru_cache(maxsize=50_000)
def id_of(given: Edition) -> str:
    """The id that the library gives an edition."""
    return document_id(source_of(given).content, source_of(given).uri)


def passage_of(given: Edition, place: int) -> str:
    """One passage of an edition."""
    return str((source_of(given).record or {})["text"]).split("\n\n")[place]


def embedded(given: Edition, place: int) -> str:
    """What the embedder was given for a passage, so that its vector is found as it is."""
    return f"{source_of(given).name}\n{passage_of(given, place)}"


def opened(home: Path) -> Store:
    """The store over a data folder, without a model."""
    return Store(home, HashingEmbedder(DIMENSION))


@dataclass(slots=True)
class Told:
    """What the user was told: the editions held, those that are gone, and the operations whose end is not known."""

    held: dict[str, Edition] = field(default_factory=dict)
    gone: dict[str, Edition] = field(default_factory=dict)
    unsure: dict[str, Change] = field(default_factory=dict)
    acknowledged: int = 0

    def hear(self, line: dict[str, Any]) -> None:
        """Takes in a line of a worker: an intention or an acknowledgement."""
        for key, after in line.get("will", ()):
            self.unsure[key] = (key, self.held.get(key), edition(after))
        if "did" in line:
            _, _, after = self.unsure[line["did"]]
            if after is not None and line["id"] != id_of(after):
                raise RuntimeError(f"acknowledged as {line['id']}: {after}")
            self.settle(line["did"], after)
            self.acknowledged += 1

    def settle(self, key: str, now: Edition | None) -> None:
        """Ends an operation with what is held now; what was held before is gone."""
        _, *both = self.unsure.pop(key)
        self.gone |= {id_of(each): each for each in both if each is not None and each != now}
        self.held.pop(key, None)
        if now is not None:
            self.held[key] = now
            self.gone.pop(id_of(now), None)

    def task(self, home: Path, seed: int, **more: object) -> dict[str, object]:
        """All that a worker or a checker must know."""
        unsure, sure = list(self.unsure.values()), [e for e in self.held.values() if e.key not in self.unsure]
        return {"home": str(home), "seed": seed, "held": sure, "unsure": unsure, "gone": self.gone, **more}
