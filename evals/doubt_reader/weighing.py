"""How rules and reader are weighed: for each kind a logistic line over the reader's logit and whether a rule found it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.doubts.reading import KINDS, LIKELY
from evals.doubt_reader.examples import Example
from vectorstore.token_marking import Marker

RELIABLE = 0.9  # rules that are right so often are not overruled


def weighed(marker: Marker, held: Sequence[Example]) -> str:
    """The limits of `assistant/doubts/reading.toml`, by documents that neither rules nor reader were made on."""
    logits = np.array([each.statement for each in marker.marked([(e.pieces.own, e.pieces.around) for e in held])])
    return "\n".join(_limits(n, logits[:, n], held) for n in range(len(KINDS)))


def _limits(number: int, logits: np.ndarray, held: Sequence[Example]) -> str:
    ruled = np.array([each.ruled[number] for each in held])
    deserved = np.array([each.deserved[number] for each in held])
    seen = np.column_stack((logits, ruled))
    line = LogisticRegression(C=1.0).fit(seen, deserved)
    likely = line.predict_proba(seen)[:, 1] >= LIKELY
    stands = (ruled & deserved).sum() >= RELIABLE * ruled.sum()
    both = likely | (ruled & stands)
    alone, reader, together = (_f1(deserved, told) for told in (ruled, logits > 0, both))
    return (
        f"[limits.{KINDS[number]}]  # F1 of rules {alone:.3f}, reader {reader:.3f}, both {together:.3f}\n"
        f"weight = {line.coef_[0][0]:.3f}\nrule = {line.coef_[0][1]:.3f}\nbias = {line.intercept_[0]:.3f}\nstands = {str(stands).lower()}\n"
    )


def _f1(deserved: np.ndarray, told: np.ndarray) -> float:
    return float(2 * (deserved & told).sum() / max(1, deserved.sum() + told.sum()))
