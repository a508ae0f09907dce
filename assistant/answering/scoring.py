"""How well statements answer a question: by its words, by its meaning, and by a reader of answers.

A statement counts by how many of the question's terms it holds, each weighed by how rare it is in the library, by the cosine
of its meaning, by how far a reader finds that it answers, and by whether it gives the words of those whom the question names.
Terms in its title, section, lead-in and neighbours count in part: they say what it is about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from assistant.answering import Answering, by_words
from assistant.answering.limits import Limits, default_limits
from assistant.answering.speaking import asked_for, speaks
from assistant.instructions import ordering
from ingest.document import Document, Statement
from vectorstore.embedding import Embedder
from vectorstore.retrieval import Found, Passage
from vectorstore.terms import query_terms, terms
from vectorstore.vector_rows import Vector


class Rarity(Protocol):
    """How much each of some terms tells in a library: high for rare ones."""

    def rarity(self, wanted: Sequence[str]) -> Mapping[str, float]:
        """Inverse document frequencies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What statements are measured by: meaning, the rarity of words, and a reader of answers."""

    embedder: Embedder
    words: Rarity
    answering: Answering = by_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A statement that is worth quoting, where it stands, and how well it answers; `answers` is None where it was not read."""

    passage: Passage
    position: int
    score: float
    coverage: float
    cosine: float
    answers: float | None = None

    @property
    def document(self) -> Document:
        """The document it stands in."""
        return self.passage.document

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        return self.document.statements[self.position]


def weights(question: str, words: Rarity, asked: str = "", more: float = 1.0) -> dict[str, float]:
    """The question's terms with their shares of it, which sum to 1; those of `asked` count so many times more."""
    own = set(query_terms(asked)) if asked and asked != question else set()
    rarity = {
        term: value * (more if term in own else 1.0) for term, value in words.rarity(query_terms(question)).items()
    }
    total = sum(rarity.values()) or 1.0
    return {term: value / total for term, value in rarity.items()}


def scored(
    question: str,
    found: Found,
    by: Measures,
    wanted: Mapping[str, float],
    telling: Mapping[str, float] | None = None,
) -> list[Quote]:
    """The most promising statements of some passages, best first; `coverage` goes by the terms wanted, the score by those that tell more.

    Those passages are read in which the statements stand that words and meaning put first.
    """
    limits = default_limits()
    quotes = _weighed(_candidates(found, wanted, telling or wanted, limits), found, by.embedder, limits)
    quotes = _spoken(quotes, asked_for(question), limits)
    passages = list({quote.passage.chunk.id: quote.passage for quote in quotes}.values())[: limits.read]
    answers = by.answering(question, passages)
    return _by_score([_read(quote, answers.get((quote.document.id, quote.position)), limits) for quote in quotes])


def _candidates(found: Found, wanted: Mapping[str, float], telling: Mapping[str, float], limits: Limits) -> list[Quote]:
    """The statements of some passages as far as their words tell."""
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
            matched = {
                term: max(match(term, own, limits.stem), limits.context * match(term, around, limits.stem))
                for term in wanted
            }
            candidates[document.id, position] = Quote(
                passage=passage,
                position=position,
                score=sum(share * matched[term] for term, share in telling.items()),
                coverage=sum(share * matched[term] for term, share in wanted.items()),
                cosine=0.0,
            )
    return list(candidates.values())


def _weighed(quotes: Sequence[Quote], found: Found, embedder: Embedder, limits: Limits) -> list[Quote]:
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
    return _by_score(
        replace(
            quote,
            cosine=float(cosine),
            score=share * max(float(cosine), 0.0)
            + (1 - share) * quote.score
            + (limits.time if quote.document.id in found.timely else 0.0),
        )
        for quote, cosine in zip(promising, cosines, strict=True)
    )


def _spoken(quotes: list[Quote], who: frozenset[str], limits: Limits) -> list[Quote]:
    """Where a question asks for somebody's words, and some statements give them, those first."""
    speaking = [bool(who) and speaks(quote.document, quote.statement, who) for quote in quotes]
    if not any(speaking):
        return quotes
    less = (0.0 if each else limits.spoken for each in speaking)
    return _by_score(replace(quote, score=quote.score - each) for quote, each in zip(quotes, less, strict=True))


def _read(quote: Quote, answers: float | None, limits: Limits) -> Quote:
    """A statement scored by how likely it answers, too, where it was read."""
    if answers is None:
        return quote
    return replace(quote, answers=answers, score=quote.score + limits.reading / (1 + math.exp(-answers)))


def _by_score(quotes: Iterable[Quote]) -> list[Quote]:
    return sorted(quotes, key=lambda quote: (-quote.score, quote.document.id, quote.position))


def match(term: str, held: set[str], stem: float) -> float:
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


def _says_something(document: Document, statement: Statement) -> bool:
    """Whether a statement is one: not a question, not a scrap of one or two words, not words to a program."""
    text = document.read(statement)
    return not text.rstrip().endswith(("?", "？")) and len(terms(text)) >= 3 and not ordering(document, statement)
