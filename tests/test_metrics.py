"""Scores and metrics: the figures are those of scikit-learn and ir-measures, and each judge tells right from wrong with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_recall_fscore_support

from evals.case import Case
from evals.kept import Kept
from evals.metrics import METRICS
from evals.metrics.answering import _admitted
from evals.metrics.checking import VERDICTS
from evals.metrics.doubting import KINDS
from evals.metrics.finding import MEASURES
from evals.scoring import Score, figure, measure
from ingest.document import Metadata
from vectorstore.filters import Filters

NAMED = {metric.name: metric for metric in METRICS}
ABOUT = {"issuer": "MDI", "kind": "notice", "status": "in_force", "language": "en", "issued": "2020-02-24"}
REPORT, CITIES = "Firms must report by noon.", "The code may be used in 151 cities."
NOTE, SPREAD, HEARD = "Note: its accuracy is in doubt.", "健康码已在全国推广。", "据悉，平台可能上线。"
DOCUMENTS: dict[str, Any] = {
    "n": {"name": "notice.md", "text": f"{REPORT} {CITIES}\n\n{NOTE}\n\n{CITIES}", "metadata": ABOUT},
    "z": {"name": "通知.txt", "text": SPREAD + HEARD, "metadata": ABOUT | {"language": "zh", "issued": "2020-06-01"}},
    "r": {"name": "reprint.md", "text": f"Reprinted: {REPORT}", "metadata": ABOUT | {"issued": None}},
}  # fmt: skip


close = np.testing.assert_allclose


def cited(key: str, words: str, *, late: int = 0, last: bool = False) -> Any:
    text = DOCUMENTS[key]["text"]
    start = (text.rindex if last else text.index)(words) + late
    return {"document_id": key, "quote": words, "span": {"start": start, "end": start + len(words)}}


def claim(words: str, key: str = "n", *doubts: Any, text: str = "", verdict: str = "supported", **how: Any) -> Any:
    raised = [{"kind": each, "evidence": []} if isinstance(each, str) else each for each in doubts]
    citations = [cited(key, words, **how)] if key else []
    span = {"start": 0, "end": len(text or words)}
    return {"text": text or words, "span": span, "verdict": verdict, "citations": citations, "doubts": raised}


def doubt(kind: str, key: str, words: str, **how: Any) -> Any:
    return {"kind": kind, "evidence": [cited(key, words, **how)]}


def answered(*claims: Any, passages: Sequence[tuple[str, str]] = (), copies: Sequence[str] = ()) -> Any:
    places = [(key, DOCUMENTS[key]["text"].index(words), len(words)) for key, words in passages]
    ranked = [{"document_id": key, "start": at, "end": at + size, "copies": list(copies)} for key, at, size in places]
    return {"answer": {"claims": list(claims), "refused": not claims, "passages": ranked}}


def checked(*claims: Any, **more: Any) -> Any:
    return {"check": {"claims": list(claims), **more}}


def asked(**expect: Any) -> Case:
    rest = {key: expect.pop(key) for key in ("history", "filters") if key in expect}
    return Case.model_validate({"id": "c", "question": "q", "expect": expect, **rest})


def checking(text: str = REPORT, **expect: Any) -> Case:
    return Case.model_validate({"id": "c", "check": {"text": text}, "expect": expect})


def label(words: str, *doubts: Any, name: str = "notice.md", unsure: Sequence[str] = ()) -> Any:
    told = [{"kind": each} if isinstance(each, str) else each for each in doubts]
    return {"document": name, "words": words, "doubts": told, "unsure": list(unsure)}


def end(**told: Any) -> Any:
    return {"read": {"ends": [told] if told else []}}


NOON, LATE, RUN = claim(REPORT), claim(REPORT, late=1), [{"question": "earlier"}]
MAY, SHOWN = {"kind": "hedged", "words": "may"}, doubt("hedged", "n", "may")
AGAINST, HEDGED = {"kind": "disputed", "words": "可能", "document": "通知.txt"}, answered(claim(CITIES, "n", "hedged"))
FIRST, THEN = ({"document": "notice.md", "words": words} for words in (REPORT, NOTE))
EMPTY, SAID = answered(), answered(NOON)
READ, ORDER = Case(id="c", read="f"), asked(refuse=False)
MUST = asked(points=[["noon is the deadline", "report by noon"]])
JUDGED = [  # metric, case, a right result, a wrong result, the figure of the wrong one
    ("errors", asked(), SAID, {"error": {"code": "crash", "message": "KeyError"}}, 1),
    ("citation_exact", asked(), SAID, answered(NOON, LATE), 0.5),
    ("citation_exact", asked(), SAID, answered(claim(SPREAD, "z", doubt("hedged", "z", "可能", late=1))), 0.5),
    ("citation_exact", asked(), SAID, answered(NOON | {"citations": [cited("n", REPORT) | {"document_id": "gone"}]}), 0),
    ("citation_recall", asked(), SAID, answered(claim(REPORT, text="The code was used in 152 cities.")), 0),
    ("citation_recall", asked(), answered(claim(SPREAD, "z")), answered(claim(SPREAD, "z", text="口罩在各地已经售罄。")), 0),
    ("citation_recall", asked(), answered(NOON, claim(NOTE, text="Banks close at 6.", verdict="unchecked")), answered(claim(REPORT, "")), 0),
    ("citation_precision", asked(), SAID, answered(NOON | {"citations": [cited("n", REPORT), cited("n", NOTE)]}), 0.5),
    ("points", MUST, SAID, EMPTY, 0), ("points", MUST, SAID, answered(claim(REPORT, text="Firms must not report by noon.")), 0),
    ("points", asked(points=[["全国推广"], ["上线"]]), answered(claim(SPREAD, "z"), claim(HEARD, "z")), answered(claim(HEARD, "z")), 0.5),
    ("follow_up_points", asked(points=[["noon"]], history=RUN), SAID, EMPTY, 0),
    ("quotations", asked(quotations=[FIRST, THEN]), answered(NOON, claim(NOTE)), answered(NOON, claim(REPORT, text=NOTE)), 0.5),
    ("filters_held", asked(filters={"issued_to": "2020-02-24"}), SAID, answered(NOON, claim(SPREAD, "z"), claim(REPORT, "r")), 1 / 3),
    ("filters_held", asked(filters={"documents": ["通知.txt"], "language": ["zh"]}), answered(claim(HEARD, "z")), SAID, 0),
    ("refusals_right", ORDER, SAID, EMPTY, 0), ("refusals_right", asked(refuse=True), EMPTY, SAID, 0),
    ("answered", ORDER, SAID, EMPTY, 0), ("refused", asked(refuse=True), EMPTY, SAID, 0),
    ("recall@5", asked(documents=["通知.txt"]), answered(passages=[("n", NOTE), ("z", HEARD)]), answered(passages=[("n", NOTE)]), 0),
    ("recall@5", asked(documents=["reprint.md"]), answered(passages=[("n", REPORT)], copies=["r"]), EMPTY, 0),
    ("map", asked(passages=[FIRST]), answered(passages=[("n", REPORT)]), answered(passages=[("n", NOTE), ("n", REPORT)]), 0.5),
    ("ndcg@5", asked(passages=[FIRST, THEN]), answered(passages=[("n", REPORT + " " + CITIES), ("n", NOTE)]),
     answered(passages=[("z", HEARD), ("n", NOTE)]), 1 / np.log2(3) / (1 + 1 / np.log2(3))),
    ("recall@10", asked(passages=[FIRST]), answered(passages=[("r", REPORT)], copies=["n"]), answered(passages=[("r", REPORT)]), 0),
    ("labelled_reached", asked(claims=[label(REPORT)]), SAID, answered(claim(NOTE)), 0),
    ("labelled_reached", asked(claims=[label(REPORT)]), answered(claim(REPORT, "r")), EMPTY, 0),
    ("doubts_precision", asked(claims=[label(CITIES, "hedged")]), HEDGED, answered(claim(CITIES, "n", "hedged", "cut_off")), 0.5),
    ("doubts_recall", asked(claims=[label(HEARD, "hedged", "vague_source", name="通知.txt")]),
     answered(claim(HEARD, "z", "hedged", "vague_source")), answered(claim(HEARD, "z", "hedged")), 0.5),
    ("hedged_recall", asked(claims=[label(CITIES, "hedged")]), HEDGED, answered(claim(CITIES, "n", "cut_off")), 0),
    ("false_alarms", asked(claims=[label(CITIES, unsure=["hedged"]), label(NOTE)]), HEDGED, answered(claim(CITIES), claim(NOTE, "n", "hedged")), 50),
    ("doubt_evidence", asked(claims=[label(CITIES, MAY)]), answered(claim(CITIES, "n", SHOWN)),
     answered(claim(CITIES, "n", doubt("hedged", "n", NOTE))), 0),
    ("doubt_evidence", asked(claims=[label(SPREAD, AGAINST, name="通知.txt")]),
     answered(claim(SPREAD, "z", doubt("disputed", "z", HEARD))), answered(claim(SPREAD, "z", doubt("disputed", "z", SPREAD))), 0),
    ("doubt_evidence", asked(claims=[label(CITIES, MAY)]), answered(claim(CITIES, "n", doubt("hedged", "n", "may", last=True))), EMPTY, None),
    ("labelled_reached", asked(claims=[label(CITIES)]), answered(claim(CITIES, text=f"{CITIES} {CITIES}", last=True)), EMPTY, 0),
    ("unwanted_doubts", asked(absent=["hedged"]), answered(claim(REPORT, "n", "cut_off")), answered(claim(REPORT, "n", "hedged")), 1),
    ("verdict_right", checking(verdict=["contradicted", "not_found"]), checked(claim(REPORT, verdict="not_found")), checked(NOON), 0),
    ("verdict_right", checking(verdict=["supported"]), checked(NOON), checked(NOON, claim(NOTE, verdict="unchecked")), 0),
    ("verdict_checked", checking(verdict=["supported"]), checked(NOON), checked(claim(REPORT, verdict="unchecked")), 0),
    ("contradicted_recall", checking(verdict=["contradicted"]), checked(NOON, claim(NOTE, verdict="contradicted")), checked(NOON), 0),
    ("hedge_recall", checking(HEARD, hedged=True), checked(claim(HEARD, "z", "vague_source")), checked(claim(HEARD, "z", "cut_off")), 0),
    ("hedge_precision", checking(HEARD, hedged=True), checked(claim(HEARD, "z", "hedged")), checked(), None),
    ("unsupported_recall", checking(unsupported=[{"start": 0, "end": 5}]), checked(claim("Firms", verdict="not_found")), checked(NOON), 0),
    ("unsupported_precision", checking(unsupported=[{"start": 0, "end": 5}]), checked(claim("Firms", "n", "unsupported")),
     checked(claim("Firms must", "n", "misquoted")), 0.5),
    ("files_handled", READ, end(status="added", exact=True), end(status="added", exact=False), 0),
    ("files_handled", READ, end(status="refused", code="encrypted"), end(status="refused", code="crash"), 0),
    ("files_read", READ, end(status="added", exact=True), end(), 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "case", "right", "wrong", "worst"), JUDGED)
def test_each_judge_tells_right_from_wrong_with_a_reason(name: str, case: Case, right: Any, wrong: Any, worst: Any):
    """A right result has the best figure there is, a wrong one its own, and either a reason."""
    metric = NAMED[name]
    for result, expected in ((right, metric.best), (wrong, worst)):
        score = metric.judge(case, result, DOCUMENTS)
        assert (score and figure(metric, [score])) == (None if expected is None else pytest.approx(expected))
        assert score is None or score.reason


NOTHING_SAID = [
    (asked(), EMPTY, {"errors"}),
    (asked(), answered(claim(REPORT, "n", SHOWN), passages=[("n", NOTE)]), {"errors", "citation_exact", "citation_recall", "citation_precision"}),
    (checking(), checked(claim(REPORT, "n", "hedged")), {"errors"}),
    (READ, {"error": {"code": "crash", "message": "m"}}, {"errors"}),
    (READ, {"error": {"code": "not_offered", "message": "m"}}, set()),
    (checking(checkable=True), checked(NOON, lacks=["claims"]), {"errors"}),
    (MUST, {"error": {"code": "crash", "message": "m"}}, {"errors"}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "result", "scored"), NOTHING_SAID)
def test_what_a_case_leaves_out_is_not_measured(case: Case, result: Any, scored: set[str]):
    """No judge scores a case that says nothing for it; but errors and the answer's own quotations need no labels."""
    told = {metric.name: metric.judge(case, result, DOCUMENTS) for metric in METRICS}
    assert {name for name, score in told.items() if score is not None} == scored
    assert all(score.reason for score in told.values() if score)


def ran(told: Sequence[tuple[Case, Any]]) -> Kept:
    cases = tuple(case.model_copy(update={"id": f"c{number}"}) for number, (case, _) in enumerate(told))
    results = {case.id: result for case, (_, result) in zip(cases, told, strict=True)}
    return Kept(about={"fingerprint": {}}, cases=cases, results=results, documents=DOCUMENTS)


def told_by(told: Sequence[tuple[Case, Any]]) -> Any:
    """Every figure of a run; what is undefined is None, as NaN for the comparison with scikit-learn."""
    found = measure(ran(told), METRICS).values()
    assert all(value is None or np.isfinite(value) for value in found.values())
    return {name: np.nan if value is None else value for name, value in found.items()}


def test_undefined_is_none():
    """No case and 0/0 are no figure, in every metric, never a number; and a case is failed by no such figure."""
    assert set(measure(ran([]), METRICS).values().values()) == {None}
    for metric in METRICS:
        assert figure(metric, [Score(counts=(0.0,) * 12, reason="r")]) is None
    quiet = measure(ran([(asked(claims=[label(REPORT)]), SAID)]), METRICS)
    assert (quiet.value("doubts_precision"), quiet.failures("c0")) == (None, {})
    assert quiet.of_case("c0")["doubts_precision"] == (None, "rightly quiet")


@given(st.lists(st.lists(st.integers(0, 9), min_size=12, max_size=12), min_size=1, max_size=5))
def test_resampled_sums_are_combined_as_single_ones(sums: list[list[int]]):
    """`combine` works along the last axis, so that thousands of resamples are one call."""
    rows = np.asarray(sums, dtype=float)
    for metric in METRICS:
        np.testing.assert_array_equal(metric.combine(rows), [metric.combine(row) for row in rows])


BOTH = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30)


@given(BOTH)
def test_precision_recall_f1_and_balanced_accuracy_are_those_of_scikit_learn(pairs: list[tuple[bool, bool]]):
    """Flags of hedges, and answers against refusals, on random data."""
    wanted, given_ = zip(*pairs, strict=True)
    flags = told_by([(checking(hedged=w), checked(claim(REPORT, "n", *["hedged"] * g))) for w, g in pairs])
    expected = precision_recall_fscore_support(wanted, given_, average="binary", zero_division=np.nan)
    close([flags[f"hedge_{name}"] for name in ("precision", "recall", "f1")], expected[:3])
    told = told_by([(asked(refuse=w), EMPTY if g else SAID) for w, g in pairs])
    balanced = balanced_accuracy_score(wanted, given_) if len(set(wanted)) == 2 else np.nan
    close([told["refusals"], told["refusals_right"]], [balanced, np.mean(np.equal(wanted, given_))])
    sides = told_by([(checking(verdict=["supported" if w else "not_found"]),
                      checked(claim(REPORT, verdict="supported" if g else "contradicted"))) for w, g in pairs])  # fmt: skip
    close(sides["verdict_balanced"], balanced)


@given(st.lists(st.tuples(st.sampled_from(VERDICTS[:3]), st.sampled_from(VERDICTS)), min_size=1, max_size=40))
def test_the_figures_of_verdicts_are_those_of_scikit_learn(pairs: list[tuple[Any, Any]]):
    """Each class, and the macro F1 of the classes that the set has; an unchecked claim is missed, never supported."""
    wanted, given_ = zip(*pairs, strict=True)
    told = told_by([(checking(verdict=[w]), checked(claim(REPORT, verdict=g))) for w, g in pairs])
    found = precision_recall_fscore_support(wanted, given_, labels=VERDICTS[:3], average=None, zero_division=np.nan)
    for name, figures in zip(("precision", "recall", "f1"), found[:3], strict=True):
        close([told[f"{verdict}_{name}"] for verdict in VERDICTS[:3]], figures)
    macro = f1_score(wanted, given_, labels=sorted(set(wanted)), average="macro", zero_division=0)
    close([told["verdict_macro_f1"], told["verdict_right"]], [macro, np.mean(np.equal(wanted, given_))])


SETS_OF_KINDS = st.sets(st.sampled_from(KINDS[:9]))


@given(st.lists(st.tuples(SETS_OF_KINDS, SETS_OF_KINDS, SETS_OF_KINDS), min_size=1, max_size=12))
def test_the_figures_of_doubts_are_those_of_scikit_learn(told: list[tuple[set[str], set[str], set[str]]]):
    """Micro figures over all kinds and each kind's own; what is raised where a case is unsure counts neither way."""
    labels = (label(REPORT, *wanted, unsure=sorted(unsure - wanted)) for wanted, _, unsure in told)
    results = (answered(claim(REPORT, "n", *raised)) for _, raised, _ in told)
    run = told_by([(asked(claims=[each]), result) for each, result in zip(labels, results, strict=True)])
    wanted = np.asarray([[kind in w for kind in KINDS[:9]] for w, _, _ in told], dtype=int)
    raised = np.asarray([[kind in r - (u - w) for kind in KINDS[:9]] for w, r, u in told], dtype=int)
    micro = precision_recall_fscore_support(wanted, raised, average="micro", zero_division=np.nan)
    each = precision_recall_fscore_support(wanted, raised, average=None, zero_division=np.nan)
    for place, name in enumerate(("precision", "recall", "f1")):
        close(run[f"doubts_{name}"], micro[place])
        close([run[f"{kind}_{name}"] for kind in KINDS[:9]], each[place])


QUERY = st.tuples(st.permutations(range(14)), st.integers(0, 14), st.sets(st.integers(0, 16), min_size=1))


@settings(max_examples=25)
@given(st.lists(QUERY, min_size=1, max_size=6))
def test_the_figures_of_retrieval_are_those_of_ir_measures(queries: list[tuple[list[int], int, set[int]]]):
    """Random rankings of documents, some empty, some gold documents never found: the mean over all queries."""
    documents = {f"d{n}": {"name": f"n{n}", "text": ""} for n in range(17)}
    kept = ran([(asked(documents=[f"n{n}" for n in sorted(gold)]),
                 {"answer": {"passages": [{"document_id": f"d{n}", "start": 0, "end": 0, "copies": []} for n in ranking[:size]]}})
                for ranking, size, gold in queries])  # fmt: skip
    retrieval = METRICS[METRICS.index(NAMED["recall@5"]) :][:6]
    found = measure(Kept(about={}, cases=kept.cases, results=kept.results, documents=documents), retrieval).values()
    qrels = [ir_measures.Qrel(str(q), f"d{n}", 1) for q, (_, _, gold) in enumerate(queries) for n in gold]
    run = [ir_measures.ScoredDoc(str(q), f"d{n}", -float(place))
           for q, (ranking, size, _) in enumerate(queries) for place, n in enumerate(ranking[:size])]  # fmt: skip
    expected = ir_measures.calc_aggregate(MEASURES, qrels, run or [ir_measures.ScoredDoc("0", "none", 0.0)])
    close(list(found.values()), [expected[each] for each in MEASURES], atol=1e-12)


STRETCHES = st.lists(st.sampled_from([(a, b) for a in range(26) for b in range(a + 1, 27)]), max_size=4)


@given(STRETCHES, STRETCHES)
def test_unsupported_characters_are_counted_once_each(wanted: list[tuple[int, int]], found: list[tuple[int, int]]):
    """Overlapping stretches count no character twice: the figures of scikit-learn over characters."""
    masks = [[any(a <= n < b for a, b in spans) for n in range(len(REPORT))] for spans in (wanted, found)]
    claims = [claim(REPORT, verdict="not_found") | {"span": {"start": a, "end": b}} for a, b in found]
    told = told_by([(checking(unsupported=[{"start": a, "end": b} for a, b in wanted]), checked(*claims))])
    expected = precision_recall_fscore_support(*masks, average="binary", zero_division=np.nan)
    close([told[f"unsupported_{name}"] for name in ("precision", "recall", "f1")], expected[:3])


ISSUER = st.sampled_from(["MDI", "mdi", "Ministry of X", "MINISTRY of x"])
GIVEN = st.fixed_dictionaries(
    {"issuer": st.lists(ISSUER, max_size=2)}
    | {key: st.none() | st.dates() for key in ("issued_from", "issued_to", "as_of")}
)


@given(GIVEN, st.none() | ISSUER, st.none() | st.dates())
def test_filters_are_read_as_the_program_promises(filters: Any, issuer: Any, issued: Any):
    """The yardstick's own reading of the filters admits what the contract's admits."""
    promised = Filters(**filters | {"issuer": tuple(filters["issuer"])}).admits(
        "n", Metadata(issuer=issuer, issued=issued)
    )
    held = ABOUT | {"issuer": issuer, "issued": issued and issued.isoformat()}
    assert _admitted(asked(filters=filters).filters, {"name": "n", "metadata": held}) == promised


def test_an_issuer_is_compared_as_the_program_compares_it():
    """Case and runs of spaces do not count."""
    assert _admitted(asked(filters={"issuer": [" mdi"]}).filters, {"name": "n", "metadata": ABOUT})


@pytest.mark.parametrize("checkable", [True, False])
def test_sentences_that_claim_nothing_are_to_be_left_in_peace(checkable: bool):  # noqa: FBT001
    """Balanced accuracy needs both kinds; a judge scores each."""
    for result, right in ((checked(NOON), checkable), (checked(), not checkable)):
        score = NAMED["claims_told"].judge(checking(checkable=checkable), result, DOCUMENTS)
        assert score is not None
        assert (sum(score.counts[::2]), sum(score.counts[1::2]), bool(score.reason)) == (float(right), 1.0, True)
