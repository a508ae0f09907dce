"""Concrete parts out of settings: the only place that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.settings import Settings
from vectorstore.embedding import Embedder, HashingEmbedder, SentenceEmbedder
from vectorstore.store import Store

if TYPE_CHECKING:
    from assistant.chain import Assistant


def embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; its model is loaded when it first embeds."""
    if settings.embedder == "hashing":
        return HashingEmbedder()
    return SentenceEmbedder(settings.embedder, precision=settings.precision, download=settings.embedder_download)


def open_store(settings: Settings) -> Store:
    """The data folder, owned by this process until it is closed."""
    return Store(settings.home, embedder(settings), library_url=settings.library_url, chroma_url=settings.chroma_url)


def embed_again(settings: Settings) -> int:
    """Embeds every passage of the library with the embedder that is set; how many."""
    with Store(
        settings.home, embedder(settings), library_url=settings.library_url, chroma_url=settings.chroma_url, adopt=True
    ) as store:
        return store.embed_again()


def assistant(store: Store, settings: Settings) -> Assistant:
    """The chain that answers from a store."""
    from assistant.chain import Assistant  # noqa: PLC0415 (langchain takes a second to import)

    return Assistant(store, passages=settings.passages)
