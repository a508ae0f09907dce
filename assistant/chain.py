"""The chain: a question becomes a checked answer. A LangChain Runnable over a LangChain retriever.

    chain = Assistant(store).chain            # Runnable: str or Question in, Answer out
    chain.invoke("How accurate are the health codes?")

Its steps are Runnables too, so `invoke`, `astream`, `batch` and any LangChain callback work, and the retriever can be used
in other people's chains.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from langsmith import tracing_context
from pydantic import ConfigDict, Field

from assistant import doubts
from assistant.answer import Answer, Claim, Doubt, cite
from assistant.quoting import Quote, Rarity, Selection, rendered, select
from assistant.stages import Stages
from assistant.versions import caveat_version
from ingest.document import Document, Span
from ingest.errors import BadInput
from vectorstore.filters import Filters
from vectorstore.retrieval import Found, Passage, Retriever
from vectorstore.store import Store

LONGEST_QUESTION = 2000
_NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and of which documents."""

    text: str
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A question with what was found for it."""

    question: Question
    found: Found


class PassageRetriever(BaseRetriever):
    """Caveat's retrieval as a LangChain retriever: page content is the passage, metadata its span and source."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    k: int = 10
    filters: Filters = Field(default_factory=Filters)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain's shape)
        k: int | None = None,
        **_: Any,
    ) -> list[LangChainDocument]:
        found = self.retriever.search(query, limit=self.k if k is None else k, filters=self.filters)
        return [_langchain_document(passage) for passage in found.passages]


class Assistant:
    """Answers questions from a store; `chain` is the whole way as one Runnable."""

    def __init__(self, store: Store, *, passages: int = 10) -> None:
        self._store = store
        self._passages = passages
        self.chain: Runnable[str | Question, Answer] = (
            RunnableLambda(_asked).with_config(run_name="question")
            | RunnableLambda(self._search).with_config(run_name="search")
            | RunnableLambda(self._quote).with_config(run_name="quote")
        )

    def answer(self, text: str, filters: Filters | None = None, stages: Stages | None = None) -> Answer:
        """The answer to a question; a refusal is an Answer too. LangChain's tracing, which would leave the machine, is off.

        `stages` collects how long each step took.
        """
        with tracing_context(enabled=False):
            return self.chain.invoke(
                Question(text=text, filters=filters or Filters()), {"callbacks": [stages] if stages else None}
            )

    def retriever(self, *, k: int = 10, filters: Filters | None = None) -> PassageRetriever:
        """The retriever alone, for other chains."""
        return PassageRetriever(retriever=self._store.retriever, k=k, filters=filters or Filters())

    def _search(self, question: Question) -> Searched:
        return Searched(
            question=question,
            found=self._store.retriever.search(question.text, limit=self._passages, filters=question.filters),
        )

    def _quote(self, searched: Searched) -> Answer:
        selection = select(searched.question.text, searched.found, self._store.embedder, self.rarity())
        versions = {
            "caveat": caveat_version(),
            "embedder": self._store.embedder.stamp,
            "library": str(self._store.library.last_change()),
        }
        identity = _identity(searched.question, versions)
        if not selection.quotes:
            return self._refusal(searched, selection, identity, versions)
        claims, text = _claims(selection.quotes)
        return Answer(
            id=identity,
            question=searched.question.text,
            text=text,
            claims=claims,
            passages=searched.found.passages,
            refused=False,
            notices=searched.found.notices,
            missing=_missing(selection),
            versions=versions,
        )

    def _refusal(self, searched: Searched, selection: Selection, identity: str, versions: Mapping[str, str]) -> Answer:
        documents, chunks = self._store.library.counts(searched.question.filters)
        if documents == 0:
            empty = not searched.question.filters
            text = (
                "The library is empty. Add a notice or report to ask about it."
                if empty
                else "No document matches the filters."
            )
        else:
            text = f"The library does not answer this. Searched {_several(chunks, 'passage')} of {_several(documents, 'document')}."
        return Answer(
            id=identity,
            question=searched.question.text,
            text=text,
            claims=(),
            passages=searched.found.passages,
            refused=True,
            missing=_missing(selection),
            nearest=searched.found.passages[:_NEAREST],
            notices=searched.found.notices,
            versions=versions,
        )

    def rarity(self) -> Rarity:
        """How much a term tells in this library."""
        from vectorstore.words import WordIndex  # noqa: PLC0415 (only where it is used)

        index = self._store.words.index
        return index if isinstance(index, WordIndex) else _EqualRarity()


class _EqualRarity:
    """Every term as rare as any other: while the word index is being rebuilt."""

    def rarity(self, wanted: Any) -> Mapping[str, float]:
        return dict.fromkeys(wanted, 1.0)


def _asked(question: str | Question | Mapping[str, Any]) -> Question:
    if isinstance(question, Mapping):
        question = Question(text=str(question.get("question", "")), filters=question.get("filters") or Filters())
    if isinstance(question, str):
        question = Question(text=question)
    if not question.text.strip():
        raise BadInput("The question is empty.", "Ask something, such as: What must local authorities do?")
    if len(question.text) > LONGEST_QUESTION:
        raise BadInput(f"The question has {len(question.text)} characters; {LONGEST_QUESTION} are read.", "Shorten it.")
    return question


def _claims(quotes: tuple[Quote, ...]) -> tuple[tuple[Claim, ...], str]:
    """A claim for each quote, and the text that they make, a line for each."""
    claims, text = [], ""
    for number, quote in enumerate(quotes, start=1):
        words, spans = rendered(quote.document, quote.statement)
        start = len(text)
        text += words + "\n"
        claims.append(
            Claim(
                id=f"c{number}",
                text=words,
                span=Span(start=start, end=start + len(words)),
                verdict="supported",
                citations=tuple(cite(quote.document, span) for span in spans),
                doubts=_doubts(f"c{number}", quote, words),
            )
        )
    return tuple(claims), text.rstrip("\n")


def _doubts(claim_id: str, quote: Quote, words: str) -> tuple[Doubt, ...]:
    """The doubts that the source raises about a statement, with their evidence cited."""
    document, statement = quote.document, quote.statement
    offset = len(words) - (statement.span.end - statement.span.start)
    found = []
    for number, finding in enumerate(doubts.find(document, statement), start=1):
        named = finding.words
        inside = named is not None and statement.span.holds(named)
        found.append(
            Doubt(
                id=f"{claim_id}-d{number}",
                kind=finding.kind,
                reason=finding.reason,
                evidence=tuple(cite(document, span) for span in finding.evidence),
                span=Span(
                    start=named.start - statement.span.start + offset, end=named.end - statement.span.start + offset
                )
                if named is not None and inside
                else None,
            )
        )
    return tuple(found)


def _missing(selection: Selection) -> tuple[str, ...]:
    if not selection.absent:
        return ()
    named = ", ".join(f"“{word}”" for word in selection.absent)
    return (f"No passage that was found mentions {named}.",)


def _identity(question: Question, versions: Mapping[str, str]) -> str:
    """The same question to the same library has the same answer, and the same id."""
    told = json.dumps([question.text, asdict(question.filters), versions], default=str, sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _langchain_document(passage: Passage) -> LangChainDocument:
    document: Document = passage.document
    return LangChainDocument(
        id=passage.chunk.id,
        page_content=passage.text,
        metadata={
            "document_id": document.id,
            "title": document.title,
            "start": passage.chunk.span.start,
            "end": passage.chunk.span.end,
            "score": passage.score,
            "found_by": passage.found_by,
        },
    )


def _several(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
