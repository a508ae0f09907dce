"""Caveat's retrieval as a LangChain retriever, for this chain and for other people's."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from ingest.document import Document
from vectorstore.filters import Filters
from vectorstore.retrieval import Passage, Retriever


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
