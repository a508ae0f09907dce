"""Retrieval: are the passages that answer among the first that an answer was drawn from. Figures by ir-measures.

A case with expected passages is judged by them, one with expected documents alone by documents. A folded copy counts as found
where its better twin stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial

import ir_measures
from ir_measures import AP, R, Success, nDCG

from evals.case import Case, Words
from evals.kept import Json
from evals.scoring import Metric, Score, ratio

MEASURES = (R @ 5, R @ 10, nDCG @ 5, nDCG @ 10, AP, Success @ 10)
_NAMES = ("recall@5", "recall@10", "ndcg@5", "ndcg@10", "map", "success@10")


def ranked(case: Case, result: Json, documents: Mapping[str, Json], *, follow_ups: bool = False) -> Score | None:
    """Recall, nDCG and average precision of one case: counts are 1 and then MEASURES."""
    answer, expect = result.get("answer"), case.expect
    gold: Sequence[Words | str] = expect.passages or expect.documents
    if answer is None or not gold or (follow_ups and not case.history):
        return None
    keys = list(_keys(answer["passages"], gold, documents))
    run = [ir_measures.ScoredDoc("q", key, float(len(keys) - place)) for place, key in enumerate(keys)]
    qrels = [ir_measures.Qrel("q", str(number), 1) for number in range(len(gold))]
    found = ir_measures.calc_aggregate(MEASURES, qrels, run or [ir_measures.ScoredDoc("q", "nothing", 0.0)])
    places = [place for place, key in enumerate(keys, start=1) if not key.startswith("other")]
    told = f"at place {', '.join(map(str, places))}" if places else "nowhere"
    return Score(
        counts=(1.0, *(float(found[measure]) for measure in MEASURES)),
        reason=f"{len(gold)} expected, found {told} of {len(keys)}",
    )


def _keys(passages: list[Json], gold: Sequence[Words | str], documents: Mapping[str, Json]) -> Iterator[str]:
    """The ranking as numbers of gold passages or documents, each told once, and `other` for whatever else stands between."""
    told: set[int] = set()
    others: set[str] = set()
    by_document = isinstance(gold[0], str)
    for place, passage in enumerate(passages):
        held = {n for n, each in enumerate(gold) if _holds(passage, each, documents)}
        document = passage["document_id"]
        if held - told:
            yield from map(str, sorted(held - told))
        elif not by_document or (not held and document not in others):
            yield f"other{document if by_document else place}"
        told |= held
        others.add(document)


def _holds(passage: Json, gold: Words | str, documents: Mapping[str, Json]) -> bool:
    own = documents[passage["document_id"]]
    names = {own["name"], *(documents[copy]["name"] for copy in passage["copies"])}
    if isinstance(gold, str):
        return gold in names
    if gold.document not in names:
        return False
    text = own["text"]
    if own["name"] == gold.document:
        return any(start < passage["end"] and passage["start"] < end for start, end in places_of(text, gold.words))
    return bool(places_of(text[passage["start"] : passage["end"]], gold.words))


@lru_cache(maxsize=20_000)
def places_of(text: str, words: str) -> tuple[tuple[int, int], ...]:
    """Where words stand in a text, runs of white space being one space.

    >>> places_of("as of\\n  May 3, as of May 4", "of May")
    ((3, 11), (18, 24))
    """
    wanted = re.compile(r"\s+".join(map(re.escape, words.split())))
    return tuple(match.span() for match in wanted.finditer(text)) if words.strip() else ()


_follow_ups = partial(ranked, follow_ups=True)
METRICS = (
    *(
        Metric(
            name=name,
            about=f"{measure} of expected passages or documents",
            judge=ranked,
            combine=ratio(place, 0),
            strict=measure == Success @ 10,
        )
        for place, (name, measure) in enumerate(zip(_NAMES, MEASURES, strict=True), start=1)
    ),
    Metric(
        name="follow_up_recall@10",
        about="recall@10 of questions with a history",
        judge=_follow_ups,
        combine=ratio(2, 0),
    ),
)
