"""What a family hands back: one doubt, in characters of the document."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answer import DoubtKind
from ingest.document import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A doubt that a statement deserves from its source.

    `reason` is one sentence to act on; `evidence` are the words that show it, `words` the offending words themselves.
    """

    kind: DoubtKind
    reason: str
    evidence: tuple[Span, ...]
    words: Span | None
