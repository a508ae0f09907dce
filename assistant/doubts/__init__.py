"""Doubts from the source: who says so, how firmly, on whose figures, who questions it, and whether it is whole.

>>> from ingest.document import Document, Span, Statement
>>> text = "Deliveries may rise to 3m."
>>> document = Document(id="a", title="", text=text, source="a.txt", media_type="text/plain")
>>> [found] = find(document, Statement(span=Span(start=0, end=len(text))))
>>> found.kind, document.quote(found.words)
('hedged', 'may')
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.doubts import attribution, cut_off, hedging, interested, questioned, vague
from assistant.doubts.attribution import Attribution, attributions, speeches
from assistant.doubts.finding import Finding
from assistant.doubts.words import read
from ingest.document import Document, Span, Statement

__all__ = ["Attribution", "Doubter", "Finding", "attributions", "by_rules", "find", "softening"]

Doubter = Callable[[Sequence[tuple[Document, Statement]]], Sequence[tuple[Finding, ...]]]
"""What finds the doubts of statements, of each those that its document raises: the rules alone, or a reader beside them."""


def by_rules(read: Sequence[tuple[Document, Statement]]) -> list[tuple[Finding, ...]]:
    """The doubts of statements that rules find."""
    return [find(document, statement) for document, statement in read]


def find(document: Document, statement: Statement) -> tuple[Finding, ...]:
    """The doubts of a statement, each kind at most once, first what would change a reader's mind first."""
    words = read(document, statement)
    lead = None if statement.lead_in is None else read(document, statement, of=statement.lead_in)
    said = speeches(words)
    unnamed, named = vague.find(words, said), attribution.find(words, said)
    if lead is not None and unnamed is None and named is None:
        said_before = speeches(lead)
        unnamed, named = vague.find(lead, said_before), attribution.find(lead, said_before)
    found = (
        questioned.find(words),
        cut_off.find(words),
        interested.find(words, said),
        unnamed,
        named,
        hedging.find(words, lead),
    )
    return tuple(finding for finding in found if finding is not None)


def softening(document: Document, statement: Statement) -> tuple[Span, ...]:
    """The words that make a sentence hedged or vague at all, in order.

    These are those of its doubts, and weasel words ("some", "widely regarded") that are too common for a doubt each.
    """
    raised = (finding.words for finding in find(document, statement) if finding.kind in {"hedged", "vague_source"})
    words = read(document, statement)
    weak = (words.span(cue.start, cue.end) for cue in hedging.cues(words, raised=False))
    return tuple(sorted({span for span in (*raised, *weak) if span is not None}))
