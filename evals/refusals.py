"""Refusing: how well the quoted answer tells answered questions from unanswered ones, over pooled passages.

    python -m evals.refusals ../shared/data/mtrag_un

The line between them (bias, coverage, cosine, passage in `assistant/quoting.toml`) is fitted on one half of the questions by
logistic regression with balanced classes, and reported on the other, beside the line that is shipped. It is regularised
(C = 0.1) so that coverage, cosine and passage weigh about alike: sharper lines do no better on the other half.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from assistant.chain import Assistant
from assistant.quoting import Limits, default_limits, features
from evals.case import Case
from evals.formats import open_set
from evals.retrieval import pooled_store

NAMES = ("coverage", "cosine", "passage")


def main() -> None:
    """Fits on one half, reports on the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    pooled = open_set("mtrag_un", given.folder)
    asked = [case for case in pooled.cases if case.expect.refuse is not None]
    with tempfile.TemporaryDirectory() as home, pooled_store(pooled, Path(home)) as store:
        words = Assistant(store).rarity()
        seen = {
            case.id: features(
                str(case.question), store.retriever.search(str(case.question), limit=10), store.embedder, words
            )
            for case in asked
        }
    build, report = ([case for case in asked if half in case.tags] for half in ("build", "report"))
    fitted = LogisticRegression(class_weight="balanced", C=0.1).fit(
        _rows(build, seen), [not case.expect.refuse for case in build]
    )
    line = {"bias": float(fitted.intercept_[0]), **dict(zip(NAMES, map(float, fitted.coef_[0]), strict=True))}
    shipped = default_limits()
    for half, members in (("build", build), ("report", report)):
        for way, numbers in (("fitted", line), ("shipped", _line(shipped))):
            guessed = [
                sum(numbers[n] * v for n, v in zip(NAMES, seen[case.id], strict=True)) + numbers["bias"] > 0
                for case in members
            ]
            truth = [not case.expect.refuse for case in members]
            told = {
                "balanced_accuracy": round(float(balanced_accuracy_score(truth, guessed)), 3),
                "answered_of_answerable": round(
                    float(np.mean([g for g, t in zip(guessed, truth, strict=True) if t])), 3
                ),
                "refused_of_unanswerable": round(
                    float(np.mean([not g for g, t in zip(guessed, truth, strict=True) if not t])), 3
                ),
            }
            print(
                json.dumps(
                    {
                        "half": half,
                        "n": len(members),
                        "line": way,
                        **told,
                        **{k: round(v, 2) for k, v in numbers.items()},
                    }
                )
            )


def _rows(members: Sequence[Case], seen: dict[str, tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    return [seen[case.id] for case in members]


def _line(limits: Limits) -> dict[str, float]:
    return {"bias": limits.bias, "coverage": limits.coverage, "cosine": limits.cosine, "passage": limits.passage}


if __name__ == "__main__":
    main()
