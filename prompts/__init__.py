"""Prompts: words only, one .md file each with $variables. `load` gives a prompt's text and its version, a hash of the text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt as it stands in its file."""

    name: str
    text: str
    version: str

    def filled(self, **variables: str) -> str:
        """The text with its variables filled in; a KeyError names one that is missing."""
        return Template(self.text).substitute(variables)


@cache
def load(name: str) -> Prompt:
    """The prompt of a file in this folder.

    >>> load("writing").name
    'writing'
    """
    text = (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8").strip()
    return Prompt(name=name, text=text, version=hashlib.sha256(text.encode()).hexdigest()[:16])
