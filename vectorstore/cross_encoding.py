"""Another pair reader by name: any sentence-transformers CrossEncoder on this machine, of three classes or of one score."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.errors import CaveatError
from vectorstore.vector_rows import Vector

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_NAMES = (("entail", "support"), ("contradict", "refut"), ("neutral", "neither", "not enough", "nei"))


class ReaderError(CaveatError):
    """The cross-encoder cannot be loaded, or its classes cannot be told."""

    code = "checker"


class NamedReader:
    """A cross-encoder that reads evidence first, then the claim, as those trained on NLI do; loaded when it first reads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loading = threading.Lock()

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Vector:
        """Shape (pairs, 3): supports, contradicts, neither. A model of one score tells only how far it supports."""
        if not pairs:
            return np.zeros((0, 3), np.float32)
        model, columns = self._model
        told = np.asarray(model.predict([(evidence, claim) for claim, evidence in pairs], show_progress_bar=False))
        if not columns:
            score = told.reshape(-1)
            return np.stack((score, np.zeros_like(score), 1 - score), axis=1).astype(np.float32)
        raised = np.exp(told - told.max(1, keepdims=True))
        shares = raised / raised.sum(1, keepdims=True)
        return np.stack([shares[:, column] for column in columns], axis=1).astype(np.float32)

    def understands(self, text: str) -> bool:  # noqa: ARG002 (the protocol's shape)
        """Whoever names a model knows its languages."""
        return True

    @cached_property
    def _model(self) -> tuple[CrossEncoder, tuple[int, ...]]:
        with self._loading:
            return self.__dict__.get("_model") or self._loaded()

    def _loaded(self) -> tuple[CrossEncoder, tuple[int, ...]]:
        from sentence_transformers import CrossEncoder  # noqa: PLC0415 (seconds of import)

        hint = "Set CAVEAT_CHECKER to the folder of a sentence-transformers CrossEncoder, or leave it out for the shipped one."
        try:
            model = CrossEncoder(self._name, device="cpu", local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise ReaderError(f"The checker {Path(self._name).name} is not on this machine.", hint) from error
        if model.config.num_labels == 1:
            return model, ()
        labels = {int(key): str(value).lower() for key, value in model.config.id2label.items()}
        found = [[key for key, value in labels.items() if any(name in value for name in names)] for names in _NAMES]
        if any(len(each) != 1 for each in found):
            raise ReaderError(
                f"The classes of {Path(self._name).name} are not known: {', '.join(labels.values())}.", hint
            )
        return model, tuple(each[0] for each in found)
