"""Doubts: on the statements that a case labels, which were said, which missed, which were false alarms.

Only labelled statements that the answer holds are judged, so that retrieval is not measured twice; how many it holds is a
metric of its own. Kinds that a case calls unsure count neither way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import get_args

from assistant.answer import DoubtKind
from evals.case import Case, ExpectedClaim
from evals.kept import Json
from evals.metrics.finding import places_of
from evals.scoring import Metric, Score, f1, precision, ratio, recall

KINDS = get_args(DoubtKind)
LABELLED = KINDS[:9]
_JUST = 1.2


def reached(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:
    """Labelled statements that the answer holds: counts those, all."""
    if not case.expect.claims or "answer" not in result:
        return None
    held = [label for label, claim in _labelled(case, result, documents) if claim is not None]
    total = len(case.expect.claims)
    return Score(
        counts=(float(len(held)), float(total)), reason=f"{len(held)} of {total} labelled statements in the answer"
    )


def doubted(case: Case, result: Json, documents: Mapping[str, Json], *, kinds: tuple[str, ...] = KINDS) -> Score | None:
    """Doubts on labelled statements: counts true, false, missed."""
    hits, alarms, misses = [], [], []
    judged = False
    for label, claim in _labelled(case, result, documents):
        if claim is None:
            continue
        raised = {doubt["kind"] for doubt in claim["doubts"]} & set(kinds)
        wanted = {doubt.kind for doubt in label.doubts} & set(kinds)
        judged = True
        where = f"“{label.words[:50]}”"
        hits += [f"{kind} on {where}" for kind in sorted(wanted & raised)]
        alarms += [f"{kind} is a false alarm on {where}" for kind in sorted(raised - wanted - set(label.unsure))]
        misses += [f"{kind} is missed on {where}" for kind in sorted(wanted - raised)]
    if not judged:
        return None
    told = "; ".join((*alarms, *misses)) or (f"found: {'; '.join(hits)}" if hits else "rightly quiet")
    return Score(counts=(float(len(hits)), float(len(alarms)), float(len(misses))), reason=told)


def alarmed(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:
    """Quiet statements with a doubt: counts those, all quiet ones in the answer."""
    alarms, quiet = [], 0
    for label, claim in _labelled(case, result, documents):
        if claim is None or label.doubts:
            continue
        quiet += 1
        raised = sorted({doubt["kind"] for doubt in claim["doubts"]} - set(label.unsure))
        if raised:
            alarms.append(f"{', '.join(raised)} on “{label.words[:50]}”")
    if not quiet:
        return None
    return Score(counts=(float(len(alarms)), float(quiet)), reason="; ".join(alarms) or f"{quiet} left in peace")


def evidenced(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:
    """Doubts rightly said whose evidence shows the words they rest on: counts those, all with such words."""
    wrong, total = [], 0
    for label, claim in _labelled(case, result, documents):
        for wanted in label.doubts:
            said = [doubt for doubt in (claim or {}).get("doubts", ()) if doubt["kind"] == wanted.kind]
            if not said or not wanted.words:
                continue
            total += 1
            if not any(_shows(doubt, wanted.words, wanted.document or label.document, documents) for doubt in said):
                wrong.append(f"{wanted.kind}: the evidence does not show “{wanted.words[:50]}”")
    if not total:
        return None
    return Score(
        counts=(float(total - len(wrong)), float(total)), reason="; ".join(wrong) or f"{total} doubts with their words"
    )


def unwanted(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001 (one shape for all)
    """Whether an answer says a kind of doubt that it must not: counts such answers, answers."""
    absent = set(case.expect.absent)
    if not absent or "answer" not in result:
        return None
    raised = sorted({doubt["kind"] for claim in result["answer"]["claims"] for doubt in claim["doubts"]} & absent)
    return Score(
        counts=(float(bool(raised)), 1.0), reason=f"said: {', '.join(raised)}" if raised else "none of them said"
    )


def _labelled(case: Case, result: Json, documents: Mapping[str, Json]) -> Iterator[tuple[ExpectedClaim, Json | None]]:
    """Each labelled statement with the answer's claim that holds it."""
    claims = (result.get("answer") or {}).get("claims", ())
    for label in case.expect.claims:
        yield label, next((claim for claim in claims if _is(claim, label, documents)), None)


def _is(claim: Json, label: ExpectedClaim, documents: Mapping[str, Json]) -> bool:
    """Whether a claim holds a labelled statement: it cites most of those words, or says just them from a reprint."""
    for citation in claim["citations"]:
        document = documents.get(citation["document_id"])
        if document and document["name"] == label.document:
            start, end = citation["span"]["start"], citation["span"]["end"]
            for first, last in places_of(document["text"], label.words):
                if 2 * (min(end, last) - max(start, first)) >= min(end - start, last - first):
                    return True
    words, text = " ".join(label.words.split()), " ".join(claim["text"].split())
    return words in text and len(text) <= _JUST * len(words)


def _shows(doubt: Json, words: str, document: str, documents: Mapping[str, Json]) -> bool:
    for citation in doubt["evidence"]:
        cited, span = documents.get(citation["document_id"]), citation["span"]
        if cited and cited["name"] == document:
            places = places_of(cited["text"], words)
            if any(span["start"] < last and first < span["end"] for first, last in places):
                return True
        elif places_of(citation["quote"], words):
            return True
    return False


def _of_kind(kind: str) -> tuple[Metric, ...]:
    judge = partial(doubted, kinds=(kind,))
    return tuple(
        Metric(name=f"{kind}_{name}", about=f"{name} of `{kind}` on labelled statements", judge=judge, combine=combine)
        for name, combine in (("precision", precision), ("recall", recall), ("f1", f1))
    )


METRICS = (
    Metric(name="labelled_reached", about="labelled statements that the answer holds", judge=reached, combine=ratio(0, 1)),
    Metric(name="doubts_precision", about="doubts that belong where they stand", judge=doubted, combine=precision, strict=True, if_held=True),
    Metric(name="doubts_recall", about="expected doubts that are said", judge=doubted, combine=recall, strict=True, if_held=True),
    Metric(name="doubts_f1", about="F1 of all kinds together", judge=doubted, combine=f1),
    Metric(name="false_alarms", about="quiet statements with a doubt, of 100", judge=alarmed, combine=ratio(0, 1, 100.0),
           better="lower", strict=True, if_held=True, unit="of 100"),
    Metric(name="doubt_evidence", about="doubts that show the expected words", judge=evidenced, combine=ratio(0, 1), strict=True, if_held=True),
    Metric(name="unwanted_doubts", about="answers with a kind of doubt that they must not have", judge=unwanted, combine=ratio(0, 1),
           better="lower", strict=True),
    *(metric for kind in LABELLED for metric in _of_kind(kind)),
)  # fmt: skip
