"""Checks: verdicts on claims, unsupported stretches of answers, hedged sentences, sentences that claim anything, files read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np

from assistant.answer import Verdict
from evals.case import Case
from evals.kept import Json
from evals.scoring import Combine, Metric, Score, Sums, balanced_accuracy, f1, precision, ratio, recall

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_CLASSES = VERDICTS[:3]
_HEDGES = {"hedged", "vague_source"}
_NOT_CARRIED = {"unsupported", "misquoted", "overstated"}
_TYPED = {"empty", "unsupported_type", "too_large", "encrypted", "bad_encoding", "no_text_layer", "broken", "timed_out", "bad_input"}  # fmt: skip


def judged(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001 (one shape for all)
    """One cell of the confusion matrix of a claim whose verdict is known to be one: 3 expected by 4 given, row by row."""
    expected, given = case.expect.verdict, _verdict(result)
    if len(expected) != 1 or expected[0] not in _CLASSES or given is None:
        return None
    cells = [0.0] * (len(_CLASSES) * len(VERDICTS))
    cells[_CLASSES.index(expected[0]) * len(VERDICTS) + VERDICTS.index(given)] = 1.0
    return Score(counts=tuple(cells), reason=f"{given}, expected {expected[0]}")


def sided(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001
    """Supported or not: counts rightly supported, all supported, rightly not, all not; then checked, right, all."""
    expected, given = case.expect.verdict, _verdict(result)
    if not expected or given is None:
        return None
    right = float(given in expected)
    carried = expected == ("supported",)
    apart = float(given != "unchecked" and (given == "supported") == carried)
    counts = (apart, 1.0, 0.0, 0.0) if carried else (0.0, 0.0, apart, 1.0)
    checked = float(given != "unchecked")
    return Score(counts=(*counts, checked, right, 1.0), reason=f"{given}, expected {' or '.join(expected)}")


def hedged(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001
    """Whether a hedged or vague sentence is known as such, by its doubts or weasel words: counts true, false, missed."""
    expected, check = case.expect.hedged, result.get("check")
    if expected is None or check is None:
        return None
    sentences = (*check["claims"], *check.get("left", ()))
    raised = {doubt["kind"] for each in sentences for doubt in each.get("doubts", ())} & _HEDGES
    raised |= {"weasel words" for each in sentences if each.get("softening")}
    counts = (float(bool(raised) and expected), float(bool(raised) and not expected), float(not raised and expected))
    return Score(counts=counts, reason=f"flagged {', '.join(sorted(raised))}" if raised else "not flagged")


def stretched(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001
    """Characters of the checked text that are not carried: counts true, false, missed."""
    expected, check = case.expect.unsupported, result.get("check")
    if expected is None or check is None or case.check is None:
        return None
    length = len(case.check.text)
    wanted, found = np.zeros(length, dtype=bool), np.zeros(length, dtype=bool)
    for each in expected:
        wanted[each.start : each.end] = True
    for claim in check["claims"]:
        doubts = {doubt["kind"] for doubt in claim["doubts"]}
        if claim["verdict"] in {"contradicted", "not_found"} or doubts & _NOT_CARRIED:
            found[claim["span"]["start"] : claim["span"]["end"]] = True
    counts = (int((wanted & found).sum()), int((found & ~wanted).sum()), int((wanted & ~found).sum()))
    return Score(
        counts=tuple(map(float, counts)),
        reason=f"{counts[0]} characters found, {counts[1]} wrongly, {counts[2]} missed",
    )


def claiming(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001
    """Whether a sentence is taken for a claim: counts right claims, claims, rightly left in peace, others."""
    expected, check = case.expect.checkable, result.get("check")
    if expected is None or check is None or "claims" in check.get("lacks", ()):
        return None
    right = float(bool(check["claims"]) == expected)
    counts = (right, 1.0, 0.0, 0.0) if expected else (0.0, 0.0, right, 1.0)
    return Score(counts=counts, reason="taken for a claim" if check["claims"] else "left in peace")


def handled(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001
    """Whether a file ends as text with exact spans or as a typed refusal: counts handled, read, files."""
    read = result.get("read")
    if case.read is None or read is None:
        return None
    wrong = [end for end in read["ends"] if not (end["exact"] if end["status"] == "added" else end["code"] in _TYPED)]
    added = [end for end in read["ends"] if end["status"] == "added"]
    told = ", ".join(end.get("code", "read") for end in read["ends"]) or "nothing came of it"
    return Score(counts=(float(bool(read["ends"]) and not wrong), float(bool(added)), 1.0), reason=told)


def _verdict(result: Json) -> Verdict | None:
    """One verdict for a checked text: contradicted if any claim is, supported if all are, unchecked where it claims nothing."""
    claims = (result.get("check") or {}).get("claims")
    if claims is None:
        return None
    if not claims:
        return "unchecked"
    given = {claim["verdict"] for claim in claims}
    if len(given) == 1:
        return next(each for each in VERDICTS if each in given)
    return next(each for each in ("contradicted", "not_found", "unchecked") if each in given)


def _of_class(number: int, combine: Combine) -> Combine:
    """A figure of one class out of the confusion matrix."""

    def combined(sums: Sums) -> Sums:
        return combine(_hits(sums, number))

    return combined


def _hits(sums: Sums, number: int) -> Sums:
    """True, false and missed of one class."""
    matrix = sums.reshape(*sums.shape[:-1], len(_CLASSES), len(VERDICTS))
    true = matrix[..., number, number]
    return np.stack((true, matrix[..., :, number].sum(-1) - true, matrix[..., number, :].sum(-1) - true), axis=-1)


def _macro_f1(sums: Sums) -> Sums:
    """The mean F1 of the classes that the set has."""
    matrix = sums.reshape(*sums.shape[:-1], len(_CLASSES), len(VERDICTS))
    each = np.stack([f1(_hits(sums, number)) for number in range(len(_CLASSES))], axis=-1)
    there = matrix.sum(-1) > 0
    total = there.sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, np.where(there, np.nan_to_num(each), 0.0).sum(-1) / total, np.nan)


METRICS = (
    Metric(name="verdict_macro_f1", about="mean F1 of the verdicts that the set has", judge=judged, combine=_macro_f1),
    *(
        Metric(name=f"{verdict}_{name}", about=f"{name} of `{verdict}`", judge=judged, combine=_of_class(number, combine))
        for number, verdict in enumerate(_CLASSES)
        for name, combine in (("precision", precision), ("recall", recall), ("f1", f1))
    ),
    Metric(name="verdict_balanced", about="balanced accuracy of supported or not", judge=sided, combine=balanced_accuracy),
    Metric(name="verdict_checked", about="claims that got a verdict at all", judge=sided, combine=ratio(4, 6)),
    Metric(name="verdict_right", about="claims with the right verdict", judge=sided, combine=ratio(5, 6), strict=True),
    Metric(name="hedge_precision", about="flagged sentences that are hedged or vague", judge=hedged, combine=precision, strict=True),
    Metric(name="hedge_recall", about="hedged or vague sentences that are flagged", judge=hedged, combine=recall, strict=True),
    Metric(name="hedge_f1", about="F1 of the two", judge=hedged, combine=f1),
    Metric(name="unsupported_precision", about="flagged characters that are unsupported", judge=stretched, combine=precision),
    Metric(name="unsupported_recall", about="unsupported characters that are flagged", judge=stretched, combine=recall),
    Metric(name="unsupported_f1", about="F1 of the two", judge=stretched, combine=f1),
    Metric(name="claims_told", about="balanced accuracy of claims against other sentences", judge=claiming, combine=balanced_accuracy),
    Metric(name="files_handled", about="files that end as exact text or as a typed refusal", judge=handled, combine=ratio(0, 2), strict=True),
    Metric(name="files_read", about="files that end as text", judge=handled, combine=ratio(1, 2)),
)  # fmt: skip
