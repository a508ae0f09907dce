"""The embedder as shipped, which embeds no text twice: for programs that read one library again and again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vectorstore.embedding import Progress, SentenceEmbedder
from vectorstore.vector_rows import Vector


class Remembering(SentenceEmbedder):
    """Keeps every vector that it made, in float32, as long as it lives."""

    def __init__(self) -> None:
        super().__init__(precision="float32")
        self._known: dict[str, Vector] = {}

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vector:
        """The vectors of some texts, those that are new made now."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            self._known |= dict(zip(fresh, super().embed(fresh, progress), strict=True))
        return np.asarray([self._known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)
