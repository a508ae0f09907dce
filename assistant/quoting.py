"""Answers without a model: the statements that answer a question, verbatim, or the finding that none does.

Statements come with their scores (`assistant.answering.scoring`); those near the best are quoted, each thing once. Where
nothing answers enough, the question is refused; the limits are in `assistant/answering/limits.toml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.absent import absent
from assistant.answering.limits import Features, default_limits
from assistant.answering.scoring import Measures, Quote, scored, weights
from ingest.document import Document, Span, Statement
from vectorstore.retrieval import Found
from vectorstore.terms import terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The quotes in the order they are read; none for a refusal. `absent` are the question's telling words that nothing found holds."""

    quotes: tuple[Quote, ...]
    answered: float
    absent: tuple[str, ...]
    searched: tuple[str, ...]


def select(question: str, found: Found, by: Measures, asked: str = "") -> Selection:
    """The statements of some passages that answer a question; `answered` above 0 says that they do.

    `asked` is the question as it was put, where `question` is a follow-up made whole: its own words tell more.
    """
    limits = default_limits()
    wanted = weights(question, by.words)
    quotes = scored(question, found, by, wanted, weights(question, by.words, asked, limits.asked))
    answered = limits.answered(features(quotes, found))
    chosen = _in_order(best(quotes)) if answered > 0 else ()
    return Selection(quotes=chosen, answered=answered, absent=absent(question, found), searched=tuple(wanted))


def ranked(question: str, found: Found, by: Measures) -> tuple[Quote, ...]:
    """The statements of some passages, those first that answer best, whether or not they answer enough."""
    return tuple(scored(question, found, by, weights(question, by.words)))


def features(quotes: Sequence[Quote], found: Found) -> Features:
    """What tells whether a question is answered, by the statements found."""
    return Features(
        coverage=max((quote.coverage for quote in quotes), default=0.0),
        cosine=None if found.vector is None else max((quote.cosine for quote in quotes), default=0.0),
        passage=found.passages[0].score if found.passages else 0.0,
        answers=max((quote.answers for quote in quotes if quote.answers is not None), default=None),
    )


def best(quotes: Sequence[Quote]) -> list[Quote]:
    """Of statements, best first, those near the best, without repetition; of two that say the same, the notice is quoted rather than the report."""
    limits, kept = default_limits(), list[Quote]()
    for quote in quotes:
        if quote.score < limits.near_best * quotes[0].score or len(kept) == limits.answers:
            break
        own = _shingles(quote)
        same = next((n for n, other in enumerate(kept) if _overlap(own, _shingles(other)) > limits.same), None)
        if same is None:
            kept.append(quote)
        elif quote.document.metadata.kind == "notice" != kept[same].document.metadata.kind:
            kept[same] = quote
    return kept


def _in_order(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Document by document, the one with the best quote first; inside a document in the order of the text."""
    rank: dict[str, int] = {}
    for quote in quotes:
        rank.setdefault(quote.document.id, len(rank))
    return tuple(sorted(quotes, key=lambda quote: (rank[quote.document.id], quote.position)))


def _shingles(quote: Quote) -> frozenset[tuple[str, ...]]:
    found = terms(quote.document.quote(quote.statement.span))
    return frozenset(tuple(found[i : i + 3]) for i in range(max(1, len(found) - 2)))


def _overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)


def rendered(document: Document, statement: Statement) -> tuple[str, tuple[Span, ...]]:
    """A claim's text and the spans it is made of: the lead-in, where the sense needs it, and the statement."""
    spans = (statement.span,) if statement.lead_in is None else (statement.lead_in, statement.span)
    return document.read(statement), spans
