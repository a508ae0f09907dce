"""The words of a question that nothing found holds, as far as their absence tells a reader anything.

"No passage that was found mentions Germany" tells; "... mentions put" does not: a question's verbs, and the nouns that any subject
has, have many other words beside them (`absent.toml`). Chinese is not parted into words here, and nothing is told of it.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from assistant.answering.scoring import match
from vectorstore.retrieval import Found, Passage
from vectorstore.terms import content_words, terms

_UNTOLD = re.compile(r"[\u3400-\u9fff]|['’]")  # Chinese in runs, and what is drawn together: "isn't"


def absent(question: str, found: Found) -> tuple[str, ...]:
    """The telling words of a question that stand in none of the passages found, as they are written."""
    held = {term for passage in found.passages for term in terms(_said_with(passage))}
    return tuple(
        word
        for word in content_words(question)
        if not _UNTOLD.search(word)
        and not _plain() >= set(terms(word))
        and all(match(term, held, 1.0) == 0 for term in terms(word))
    )


def _said_with(passage: Passage) -> str:
    """A passage with what its document states about itself."""
    about = passage.document.metadata
    day = "" if about.issued is None else f"{about.issued:%Y %B %-d}"
    stated = (about.outlet or "", about.issuer or "", about.number or "", day)
    return " ".join((passage.document.title, passage.chunk.section, passage.text, *stated))


@cache
def _plain() -> frozenset[str]:
    told = tomllib.loads((Path(__file__).parent / "absent.toml").read_text(encoding="utf-8"))
    return frozenset(term for word in told["words"] for term in terms(word))
