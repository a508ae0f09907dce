"""Answers without a model: the statements that answer a question, verbatim, or the finding that none does.

Statements come with their scores (`assistant.answering.scoring`); those near the best are quoted, each thing once. Where
nothing answers enough, the question is refused; the limits are in `assistant/answering/limits.toml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.absent import absent
from assistant.answering.counting import asks_for_a_figure
from assistant.answering.limits import Features, default_limits
from assistant.answering.scoring import Measures, Quote, scored, weights
from assistant.checking.measuring import figures
from assistant.checking.quantities import Figure
from assistant.doubts.matters import comparable, may_be_one_matter, tells
from assistant.doubts.said import publisher
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
    chosen = _in_order(_with_others(question, best(quotes), quotes, found)) if answered > 0 else ()
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
        same = next((n for n, other in enumerate(kept) if _say_the_same(quote, other)), None)
        if same is None:
            kept.append(quote)
        elif quote.document.metadata.kind == "notice" != kept[same].document.metadata.kind:
            kept[same] = quote
    return kept


def _with_others(question: str, kept: list[Quote], quotes: Sequence[Quote], found: Found) -> list[Quote]:
    """What is quoted, and what other publishers say: the best of each, where it answers too, or has another figure where one is asked for."""
    limits, told, counts = default_limits(), list(kept), asks_for_a_figure(question)
    for quote in quotes:
        if len(told) == len(kept) + limits.others:
            break
        read = quote.answers is not None or found.vector is None  # a language that no reader of answers knows
        rival = counts and any(_another_figure(quote, each) for each in kept)
        share, least = (limits.rival, limits.rival_answers) if rival else (limits.other, limits.other_answers)
        answers = read and quote.score >= share * quotes[0].score and (quote.answers or 0.0) >= least
        if answers and all(_of_another(quote, each) for each in told):
            told.append(quote)
    return told


def _of_another(quote: Quote, other: Quote) -> bool:
    """Whether two statements are of two publishers, one of which is known, about one matter for all that is known, and do not say the same."""
    named = any(publisher(each.document.metadata) for each in (quote, other))
    return named and may_be_one_matter(quote.document, other.document) and not _say_the_same(quote, other)


def _another_figure(one: Quote, other: Quote) -> bool:
    """Whether two statements count the same thing, or give a value of one unit, and no number of one is a number of the other."""
    pairs = [(a, b) for a in _numbers(one) for b in _numbers(other) if comparable(a, b) and (a.family or a.nouns)]
    return bool(pairs) and not any(tells(a, b) for a, b in pairs)


def _say_the_same(one: Quote, other: Quote) -> bool:
    """Whether two statements share most of their runs of words and all of their figures."""
    if _overlap(_shingles(one), _shingles(other)) <= default_limits().same:
        return False
    return _figures(one) == _figures(other)


def _figures(quote: Quote) -> frozenset[tuple[str, object, str]]:
    told = (each for each in figures(_text(quote)) if each.kind in {"number", "date", "month", "clock"})
    return frozenset((each.kind, each.amount, each.day) for each in told)


def _numbers(quote: Quote) -> list[Figure]:
    return [each for each in figures(_text(quote)) if each.kind == "number" and each.amount is not None]


def _text(quote: Quote) -> str:
    return quote.document.quote(quote.statement.span)


def _in_order(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Document by document, the one with the best quote first; inside a document in the order of the text."""
    rank: dict[str, int] = {}
    for quote in quotes:
        rank.setdefault(quote.document.id, len(rank))
    return tuple(sorted(quotes, key=lambda quote: (rank[quote.document.id], quote.position)))


def _shingles(quote: Quote) -> frozenset[tuple[str, ...]]:
    found = terms(_text(quote))
    return frozenset(tuple(found[i : i + 3]) for i in range(max(1, len(found) - 2)))


def _overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)


def rendered(document: Document, statement: Statement) -> tuple[str, tuple[Span, ...]]:
    """A claim's text and the spans it is made of: the lead-in, where the sense needs it, and the statement."""
    spans = (statement.span,) if statement.lead_in is None else (statement.lead_in, statement.span)
    return document.read(statement), spans
