"""Whether a question asks for a figure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path


def asks_for_a_figure(question: str) -> bool:
    """Whether a question asks how much, how many, or what share.

    >>> asks_for_a_figure("How many cities use the code?"), asks_for_a_figure("罚款标准是什么？"), asks_for_a_figure("Who uses it?")
    (True, True, False)
    """
    return _asking().search(question.lower()) is not None


@cache
def _asking() -> re.Pattern[str]:
    words = tomllib.loads((Path(__file__).parent / "counting.toml").read_text(encoding="utf-8"))
    return re.compile(f"{words['en']}|{words['zh']}")
