"""How many tokens a text is to a chat model: by tiktoken where its vocabulary lies on this machine, else by an estimate that says so.

tiktoken fetches a vocabulary on first use. Caveat opens no connection that it was not told of, so a vocabulary is used only
where it is in tiktoken's cache already (TIKTOKEN_CACHE_DIR, or the folder that tiktoken itself would use).
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

_CACHED = {
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
}
"""The names of vocabularies in tiktoken's cache: SHA-1 of where each is fetched from."""
_PIECE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|\w+|[^\w\s]")
_LETTERS_IN_A_TOKEN = 4


class Encoding(Protocol):
    """What counting needs of a tiktoken encoding."""

    def encode_ordinary(self, text: str) -> list[int]:
        """The tokens of a text, special ones not recognised."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts tokens; without an encoding it estimates."""

    encoding: Encoding | None = None

    @property
    def estimated(self) -> bool:
        """Whether the count is an estimate."""
        return self.encoding is None

    def count(self, text: str) -> int:
        """The tokens of a text; the estimate errs on the high side for English and Chinese.

        >>> Counter().count("The ministry waives fees."), Counter().count("免收费用")
        (6, 4)
        """
        if self.encoding is not None:
            return len(self.encoding.encode_ordinary(text))
        return sum(-(-len(piece) // _LETTERS_IN_A_TOKEN) for piece in _PIECE.findall(text))


@cache
def counter(model: str) -> Counter:
    """The counter for a chat model, `provider:name` or a bare name."""
    import tiktoken  # noqa: PLC0415 (only where a model is set)

    try:
        name = tiktoken.encoding_name_for_model(model.rpartition(":")[2])
    except KeyError:
        name = "o200k_base"
    held = _CACHED.get(name)
    if held is None or not (_cache() / held).is_file():
        return Counter()
    try:
        return Counter(tiktoken.get_encoding(name))
    except (OSError, ValueError):
        return Counter()


def _cache() -> Path:
    given = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    return Path(given) if given else Path(tempfile.gettempdir()) / "data-gym-cache"
