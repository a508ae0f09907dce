"""Retrieval on pooled passages: words alone, meaning alone, fused.

    python -m evals.retrieval ../shared/data/mtrag_un

The weight of meaning is chosen on one half of the questions and reported on the other.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import ir_measures
from ir_measures import R, nDCG

from evals.case import Case
from evals.formats import Set, open_set
from evals.subject import document_name
from vectorstore.embedding import Embedder, SentenceEmbedder
from vectorstore.retrieval import Retriever, Weights
from vectorstore.store import Store

MEASURES = (nDCG @ 5, R @ 10)
GRID = tuple(round(0.05 * step, 2) for step in range(21))
Figures = dict[str, float]


def measured(store: Store, asked: Sequence[Case], weights: Weights) -> Figures:
    """nDCG@5 and Recall@10 of the questions that have gold passages."""
    retriever = Retriever(store.library, store.embedder, store.meaning, store.words, weights)
    run = []
    for case in asked:
        best: dict[str, float] = {}
        for passage in retriever.search(str(case.question), limit=30).passages:
            key = document_name(passage.document.source)
            best.setdefault(key, passage.score)
        run += [ir_measures.ScoredDoc(case.id, key, score) for key, score in best.items()]
    gold = [ir_measures.Qrel(case.id, key, 1) for case in asked for key in case.expect.documents]
    found = ir_measures.calc_aggregate(MEASURES, gold, run)
    return {str(measure): round(float(found[measure]), 4) for measure in MEASURES}


def pooled_store(pooled: Set, home: Path, embedder: Embedder | None = None) -> Store:
    """A store over the pooled passages, near-copies kept apart since each has its own gold id."""
    store = Store(home, embedder or SentenceEmbedder())
    for outcome in store.ingest(pooled.sources or ()):
        if outcome.status == "refused":
            raise SystemExit(f"{outcome.title}: {outcome.reason}")
    store.follow()
    return store


def main() -> None:
    """Chooses on one half, reports on the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--precision", default="auto", choices=("auto", "float32", "bfloat16"), help="what the embedder computes in"
    )
    given = parser.parse_args()
    embedder = SentenceEmbedder(precision=given.precision)
    apart = Weights(near_copy=2.0)
    pooled = open_set("mtrag_un", given.folder)
    asked = [case for case in pooled.cases if case.expect.documents]
    build, report = ([case for case in asked if half in case.tags] for half in ("build", "report"))
    with tempfile.TemporaryDirectory() as home, pooled_store(pooled, Path(home), embedder) as store:
        chosen = max(GRID, key=lambda share: tuple(measured(store, build, replace(apart, meaning=share)).values()))
        ways = {"words": 0.0, "meaning": 1.0, "fused, chosen": chosen, "fused, as shipped": Weights().meaning}
        groups = {"build": build, "report": report, "first questions": [case for case in asked if "first" in case.tags]}
        for group, members in groups.items():
            for way, share in ways.items():
                figures = measured(store, members, replace(apart, meaning=share))
                print(json.dumps({"questions": group, "n": len(members), "way": way, "meaning": share, **figures}))


if __name__ == "__main__":
    main()
