"""What a family hands back: one doubt, in characters of the document."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answer import DoubtKind
from assistant.doubts.lexicon import Language
from ingest.document import Document, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A doubt that a statement deserves from its source.

    `reason` is one sentence to act on; `evidence` are the words that show it, `words` the offending words themselves.
    """

    kind: DoubtKind
    reason: str
    evidence: tuple[Span, ...]
    words: Span | None


def source_of(document: Document, language: Language) -> str:
    """The source as a reason names it: the outlet with its date, as far as the document states them."""
    about = document.metadata
    if about.outlet is None:
        return "原文" if language == "zh" else "the source"
    if language == "zh":
        issued = f"（{about.issued.year}年{about.issued.month}月{about.issued.day}日）" if about.issued else ""
        return f"{about.outlet}{issued}"
    issued = f" ({about.issued.day} {about.issued:%B %Y})" if about.issued else ""
    return f"{about.outlet}{issued}"
