"""Answers without a model: the statements that answer a question, verbatim, or the finding that none does.

A statement counts by how many of the question's terms it holds, each weighed by how rare it is in the library, and by the
cosine of its meaning. Terms in its title, section, lead-in and neighbours count in part: they say what it is about. Where
the best statement holds too little of the question, the question is refused; the limits are in `quoting.toml`, chosen on
one half of the development questions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.instructions import ordering
from ingest.document import Document, Span, Statement
from vectorstore.embedding import Embedder
from vectorstore.retrieval import Found, Passage
from vectorstore.terms import query_terms, terms
from vectorstore.vector_rows import Vector


class Rarity(Protocol):
    """How much each of some terms tells in a library: high for rare ones."""

    def rarity(self, wanted: Sequence[str]) -> Mapping[str, float]:
        """Inverse document frequencies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers of `quoting.toml`; what each does is said there."""

    meaning: float
    context: float
    stem: float
    embedded: int
    answers: int
    near_best: float
    asked: float
    time: float
    same: float
    bias: float
    coverage: float
    cosine: float
    passage: float
    words_alone: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A statement that is worth quoting, where it stands, and how well it answers."""

    passage: Passage
    position: int
    score: float
    coverage: float
    cosine: float

    @property
    def document(self) -> Document:
        """The document it stands in."""
        return self.passage.document

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        return self.document.statements[self.position]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The quotes in the order they are read; none for a refusal. `absent` are the question's words that nothing found holds."""

    quotes: tuple[Quote, ...]
    answered: float
    absent: tuple[str, ...]
    searched: tuple[str, ...]


def select(
    question: str, found: Found, embedder: Embedder, words: Rarity, asked: str = "", limits: Limits | None = None
) -> Selection:
    """The statements of some passages that answer a question; `answered` above 0 says that they do.

    `asked` is the question as it was put, where `question` is a follow-up made whole: its own words tell more.
    """
    limits = limits or default_limits()
    wanted = _weights(question, words)
    quotes = _scored(found, embedder, wanted, limits, _weights(question, words, asked, limits.asked))
    answered = _answered(quotes, found, limits)
    chosen = _in_order(_best(quotes, limits)) if answered > 0 else ()
    return Selection(quotes=chosen, answered=answered, absent=_absent(question, wanted, found), searched=tuple(wanted))


def ranked(question: str, found: Found, embedder: Embedder, words: Rarity) -> tuple[Quote, ...]:
    """The statements of some passages, those first that answer best, whether or not they answer enough."""
    return tuple(_scored(found, embedder, _weights(question, words), default_limits()))


@cache
def default_limits() -> Limits:
    """The limits of `quoting.toml`."""
    with (Path(__file__).parent / "quoting.toml").open("rb") as file:
        return Limits(**tomllib.load(file))


def _weights(question: str, words: Rarity, asked: str = "", more: float = 1.0) -> dict[str, float]:
    """The question's terms with their shares of it, which sum to 1; those of `asked` count so many times more."""
    own = set(query_terms(asked)) if asked and asked != question else set()
    rarity = {
        term: value * (more if term in own else 1.0) for term, value in words.rarity(query_terms(question)).items()
    }
    total = sum(rarity.values()) or 1.0
    return {term: value / total for term, value in rarity.items()}


def _scored(
    found: Found,
    embedder: Embedder,
    wanted: Mapping[str, float],
    limits: Limits,
    telling: Mapping[str, float] | None = None,
) -> list[Quote]:
    """Every statement of some passages; its `coverage` by the terms wanted, its score by those that tell more."""
    candidates: dict[tuple[str, int], Quote] = {}
    for passage in found.passages:
        document = passage.document
        front = set(terms(f"{document.title} {document.metadata.outlet or ''} {passage.chunk.section}"))
        first, last = passage.chunk.statements
        held = {
            position: set(terms(document.read(document.statements[position]))) for position in range(first, last + 1)
        }
        for position, own in held.items():
            if (document.id, position) in candidates or not _says_something(document, document.statements[position]):
                continue
            around = front | held.get(position - 1, set()) | held.get(position + 1, set())
            match = {
                term: max(_match(term, own, limits.stem), limits.context * _match(term, around, limits.stem))
                for term in wanted
            }
            candidates[document.id, position] = Quote(
                passage=passage,
                position=position,
                score=sum(share * match[term] for term, share in (telling or wanted).items()),
                coverage=sum(share * match[term] for term, share in wanted.items()),
                cosine=0.0,
            )
    return _with_meaning(list(candidates.values()), found, embedder, limits)


def _with_meaning(quotes: list[Quote], found: Found, embedder: Embedder, limits: Limits) -> list[Quote]:
    """The most promising by words and passage, scored by meaning too, best first."""
    promising = sorted(quotes, key=lambda quote: -(quote.score + quote.passage.score))[: limits.embedded]
    if not promising:
        return []
    if found.vector is None:
        cosines: Vector = np.zeros(len(promising), np.float32)
        share = 0.0
    else:
        cosines = embedder.embed([quote.document.read(quote.statement) for quote in promising]) @ found.vector
        share = limits.meaning
    scored = [
        Quote(
            passage=quote.passage,
            position=quote.position,
            coverage=quote.coverage,
            cosine=float(cosine),
            score=share * max(float(cosine), 0.0)
            + (1 - share) * quote.score
            + (limits.time if quote.document.id in found.timely else 0.0),
        )
        for quote, cosine in zip(promising, cosines, strict=True)
    ]
    return sorted(scored, key=lambda quote: (-quote.score, quote.document.id, quote.position))


def features(question: str, found: Found, embedder: Embedder, words: Rarity) -> tuple[float, float, float]:
    """What tells an answered question: the best coverage and cosine of any statement, and the best passage's score."""
    return _features(_scored(found, embedder, _weights(question, words), default_limits()), found)


def _features(quotes: Sequence[Quote], found: Found) -> tuple[float, float, float]:
    coverage = max((quote.coverage for quote in quotes), default=0.0)
    cosine = max((quote.cosine for quote in quotes), default=0.0)
    return coverage, cosine, found.passages[0].score if found.passages else 0.0


def _answered(quotes: Sequence[Quote], found: Found, limits: Limits) -> float:
    """Above 0 where the best statement holds enough of the question, in words and in meaning."""
    coverage, cosine, passage = _features(quotes, found)
    if found.vector is None:
        return coverage - limits.words_alone
    return limits.bias + limits.coverage * coverage + limits.cosine * cosine + limits.passage * passage


def _best(quotes: Sequence[Quote], limits: Limits) -> list[Quote]:
    """Those near the best, without repetition; of two that say the same, the notice is quoted rather than the report."""
    kept: list[Quote] = []
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


def _match(term: str, held: set[str], stem: float) -> float:
    """1 for the term itself, `stem` for a word of the same stem that the stemmer keeps apart (accurate, accuracy)."""
    if term in held:
        return 1.0
    if len(term) < 5 or not term.isascii() or not term.isalpha():
        return 0.0
    needed = max(5, len(term) - 3)
    near = (
        other
        for other in held
        if len(other) <= len(term) + 3 and _shared_start(term, other) >= max(needed, len(other) - 3)
    )
    return stem if any(near) else 0.0


def _shared_start(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _absent(question: str, wanted: Mapping[str, float], found: Found) -> tuple[str, ...]:
    """The words of the question that stand in none of the passages found."""
    held = {
        term
        for passage in found.passages
        for term in terms(f"{passage.document.title} {passage.chunk.section} {passage.text}")
    }
    missing = {term for term in wanted if _match(term, held, 1.0) == 0}
    words = re.findall(r"[^\W_]+", question)
    return tuple(dict.fromkeys(word for word in words if (own := set(terms(word)) & set(wanted)) and own <= missing))


def _says_something(document: Document, statement: Statement) -> bool:
    """Whether a statement is one: not a question, not a scrap of one or two words, not words to a program."""
    text = document.read(statement)
    return not text.rstrip().endswith(("?", "？")) and len(terms(text)) >= 3 and not ordering(document, statement)


def _shingles(quote: Quote) -> frozenset[tuple[str, ...]]:
    found = terms(quote.document.quote(quote.statement.span))
    return frozenset(tuple(found[i : i + 3]) for i in range(max(1, len(found) - 2)))


def _overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)


def rendered(document: Document, statement: Statement) -> tuple[str, tuple[Span, ...]]:
    """A claim's text and the spans it is made of: the lead-in, where the sense needs it, and the statement."""
    spans = (statement.span,) if statement.lead_in is None else (statement.lead_in, statement.span)
    return document.read(statement), spans
