"""How long each step of the chain took, as a LangChain callback."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler


class Stages(BaseCallbackHandler):
    """Collects `seconds` by the name of the step: question, search, quote."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began: dict[UUID, tuple[str, float]] = {}

    def on_chain_start(
        self,
        serialized: Any,  # noqa: ARG002 (LangChain's shape)
        inputs: Any,  # noqa: ARG002
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        """Notes when a step of the chain begins."""
        if parent_run_id is not None:
            self._began[run_id] = (str(kwargs.get("name") or "step"), time.perf_counter())

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:  # noqa: ARG002 (LangChain's shape)
        """Adds what the step took."""
        if run_id in self._began:
            name, began = self._began.pop(run_id)
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
