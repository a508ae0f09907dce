"""What a family hands back: one doubt, in characters of the document."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answer import DoubtKind
from assistant.doubts.lexicon import Language
from assistant.doubts.telling import day
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
    if about.issued is None:
        return about.outlet
    told = day(about.issued, chinese=language == "zh")
    return f"{about.outlet}（{told}）" if language == "zh" else f"{about.outlet} ({told})"
