"""Hedged or vaguely sourced sentences against a labelled set, nothing trained on it.

    python -m evals.hedges ../shared/data/wikiweasel_train

A sentence counts as found when it gets the doubt `hedged` or `vague_source`.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path

from sklearn.metrics import precision_recall_fscore_support

from assistant.doubts import find
from ingest.document import Document, Span, Statement


def sentences(folder: Path) -> Iterator[tuple[str, bool]]:
    """The sentences of `train.csv` and whether they are marked."""
    with (folder / "train.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if text := row["text"].strip():
                yield text, row["label"] == "1"


def is_flagged(text: str) -> bool:
    """Whether a sentence that stands alone is doubted as hedged or vaguely sourced."""
    document = Document(id="", title="", text=text, source="", media_type="text/plain")
    found = find(document, Statement(span=Span(start=0, end=len(text))))
    return any(finding.kind in {"hedged", "vague_source"} for finding in found)


def main() -> None:
    """Prints precision, recall and F1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    texts, truth = zip(*sentences(given.folder), strict=True)
    guessed = [is_flagged(text) for text in texts]
    precision, recall, f1, _ = precision_recall_fscore_support(truth, guessed, average="binary")
    print(
        json.dumps(
            {
                "sentences": len(texts),
                "marked": sum(truth),
                "precision": round(precision, 3),
                "recall": round(recall, 3),
                "f1": round(f1, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
