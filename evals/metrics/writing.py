"""Replies of a chat model: which planted faults got the doubt that is right, which untouched sentences were flagged.

Only doubts about the writing count (unsupported, misquoted, overstated, unchecked, and the verdicts that go with them); what
the sources themselves raise is judged on labelled statements elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import get_args

from assistant.answer import DoubtKind
from evals.case import Case, Sentence
from evals.kept import Json
from evals.scoring import Metric, Score, ratio

STRAYS = frozenset(get_args(DoubtKind)[9:])
FAULTS = ("hedge", "attribution", "duty", "number", "date", "name", "wrong_marker", "unknown_marker", "added")


def caught(
    case: Case,
    result: Json,
    documents: Mapping[str, Json],  # noqa: ARG001 (one shape for all)
    *,
    faults: tuple[str, ...] = FAULTS,
) -> Score | None:
    """Planted faults with a right doubt: counts those, all."""
    missed, total = [], 0
    for sentence, raised in _sentences(case, result):
        if sentence.fault in faults:
            total += 1
            if not raised & set(sentence.doubts):
                told = ", ".join(sorted(raised)) or "nothing"
                missed.append(f"{sentence.fault} on “{sentence.words[:60]}”: {told}")
    if not total:
        return None
    return Score(counts=(float(total - len(missed)), float(total)), reason="; ".join(missed) or f"{total} caught")


def flagged(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001 (one shape for all)
    """Untouched sentences with a doubt about the writing: counts those, all."""
    alarms, total = [], 0
    for sentence, raised in _sentences(case, result):
        if not sentence.fault:
            total += 1
            if raised:
                alarms.append(f"{', '.join(sorted(raised))} on “{sentence.words[:60]}”")
    if not total:
        return None
    return Score(counts=(float(len(alarms)), float(total)), reason="; ".join(alarms) or f"{total} left in peace")


def _sentences(case: Case, result: Json) -> Iterator[tuple[Sentence, set[str]]]:
    """Each labelled sentence with the kinds that were raised on the claim it became; one that became none was lost."""
    if "settled" not in result:
        return
    claims = {_flat(claim["text"]): claim for claim in result["settled"]["claims"]}
    for sentence in case.expect.sentences:
        claim = claims.get(_flat(sentence.words))
        raised = {"lost"} if claim is None else {doubt["kind"] for doubt in claim["doubts"]} & STRAYS
        if claim is not None and claim["verdict"] != "supported" and not raised:
            raised = {str(claim["verdict"])}
        yield sentence, raised


def _flat(text: str) -> str:
    return "".join(text.split())


METRICS = (
    Metric(name="planted_caught", about="planted faults that got a right doubt", judge=caught, combine=ratio(0, 1), strict=True),
    Metric(name="untouched_flagged", about="untouched sentences that were flagged, of 100", judge=flagged,
           combine=ratio(0, 1, 100.0), better="lower", strict=True, unit="of 100"),
    *(Metric(name=f"caught_{fault}", about=f"planted faults of the kind {fault} that got a right doubt",
             judge=partial(caught, faults=(fault,)), combine=ratio(0, 1)) for fault in FAULTS),
)  # fmt: skip
