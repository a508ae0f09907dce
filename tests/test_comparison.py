"""Two runs side by side: intervals that hold the truth as often as they say, and flips that name what was lost and gained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evals import comparison
from evals.case import Case
from evals.comparison import compared
from evals.kept import Kept, RunError
from evals.scoring import Metric, Score, f1, ratio

TEXT = "Firms must report by noon. Banks close at six."
FIRST, SECOND = "Firms must report by noon.", "Banks close at six."
DOCUMENTS = {"d": {"name": "notice.md", "text": TEXT}}
ERROR = {"error": {"code": "crash", "message": "KeyError: 'text'"}}
MEAN = Metric(
    name="mean",
    about="a mean",
    judge=lambda _case, result, _documents: Score(counts=(result["x"], 1.0), reason=f"{result['x']}") if "x" in result else None,
    combine=ratio(0, 1),
)  # fmt: skip


def kept(results: list[Any], cases: list[Case] | None = None, **fingerprint: str) -> Kept:
    cases = cases or [Case(id=f"c{number}", question="q") for number in range(len(results))]
    return Kept(
        about={"set": "s", "fingerprint": {"library": "one"} | fingerprint},
        cases=tuple(cases),
        results={case.id: result for case, result in zip(cases, results, strict=True)},
        documents=DOCUMENTS,
    )


def numbers(values: Any, **fingerprint: str) -> Kept:
    return kept([{"x": float(value)} for value in values], **fingerprint)


def answered(*words: str, doubts: tuple[str, ...] = ()) -> dict[str, Any]:
    claims = []
    for each in words:
        span = {"start": TEXT.index(each), "end": TEXT.index(each) + len(each)}
        citations = [{"document_id": "d", "quote": each, "span": span}]
        raised = [{"kind": kind, "evidence": []} for kind in doubts]
        claims.append({"text": each, "span": span, "verdict": "supported", "citations": citations, "doubts": raised})
    return {"answer": {"claims": claims, "refused": not claims, "passages": []}}


LABELLED = {"claims": [{"document": "notice.md", "words": FIRST}], "points": [["report by noon"]], "refuse": False}
CASE = Case.model_validate({"id": "c", "question": "Who?", "expect": LABELLED})
GOOD, OTHER, LOUD, REFUSED = answered(FIRST), answered(SECOND), answered(FIRST, doubts=("hedged",)), answered()
RESULTS = st.lists(st.sampled_from([GOOD, OTHER, LOUD, REFUSED, ERROR]), min_size=1, max_size=8)


def flips(base: Any, new: Any) -> list[tuple[str, str]]:
    return [(flip.metric, flip.verdict) for flip in compared(kept([base], [CASE]), kept([new], [CASE])).flips]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "RESAMPLES", 300)


@settings(max_examples=15)
@given(RESULTS)
def test_a_run_is_the_same_as_itself(results: list[Any]):
    """No difference, no interval but 0, no flip and nothing to note, whatever the results are."""
    run = kept(results, [CASE.model_copy(update={"id": f"c{number}"}) for number in range(len(results))])
    told = compared(run, run)
    assert {change.verdict for change in told.changes} == {"same"}
    assert {(c.difference, c.low, c.high) for c in told.changes} <= {(0.0, 0.0, 0.0), (None, None, None)}
    assert (told.flips, told.broken, told.fixed, told.notes) == ((), (), (), ())


@settings(max_examples=15)
@given(RESULTS, st.data())
def test_a_comparison_turned_round_is_the_opposite(results: list[Any], data: st.DataObject):
    """Better is worse, an interval changes its sign: the same cases are drawn for both runs, the same way each time."""
    others = data.draw(st.lists(st.sampled_from([GOOD, OTHER, LOUD]), min_size=len(results), max_size=len(results)))
    cases = [CASE.model_copy(update={"id": f"c{number}"}) for number in range(len(results))]
    there = compared(kept(results, cases), kept(others, cases))
    back = compared(kept(others, cases), kept(results, cases))
    turned = {"better": "worse", "worse": "better", "same": "same", "unclear": "unclear"}
    for one, other in zip(there.changes, back.changes, strict=True):
        assert turned[one.verdict] == other.verdict
        assert (one.difference is None) == (other.difference is None)
        if one.low is not None and one.high is not None:
            assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
            assert one.low <= one.high


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("kind", ["mean", "share"])
def test_the_interval_holds_the_true_difference_about_95_times_in_100(kind: str):
    """200 pairs of runs are drawn whose true difference is known; correlated, as two runs of one set are."""
    random, held, zero = np.random.default_rng(7), 0, 0
    for _ in range(200):
        ease = random.normal(size=60)
        old, new = ease + random.normal(size=60), ease + random.normal(size=60) + 0.3
        truth = 0.3
        if kind == "share":
            old, new, truth = old > 0, new > 0, stats.norm.cdf(0.3 / np.sqrt(2)) - 0.5
        change = compared(numbers(old), numbers(new), metrics=[MEAN]).changes[0]
        assert change.low is not None
        assert change.high is not None
        held += change.low <= truth <= change.high
        zero += change.verdict == "unclear"
    assert 178 <= held <= 199
    assert 0 < zero < 200


@pytest.mark.usefixtures("few")
def test_runs_that_differ_by_chance_alone_are_seldom_told_apart():
    """Where nothing changed, a verdict is a false one: about 5 in 100."""
    random = np.random.default_rng(11)
    told = [compared(numbers(random.normal(size=60)), numbers(random.normal(size=60)), metrics=[MEAN]) for _ in range(200)]  # fmt: skip
    assert sum(each.changes[0].verdict != "unclear" for each in told) <= 24


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_of_a_mean_is_that_of_scipy(seed: int):
    """The percentile bootstrap of paired values, but for the draw."""
    random = np.random.default_rng(seed)
    old, new = random.exponential(size=(2, 50))
    new = new + old
    expected = stats.bootstrap(
        (new, old), lambda a, b, axis: a.mean(axis) - b.mean(axis), paired=True, method="percentile", n_resamples=4000,
        rng=np.random.default_rng(seed),
    ).confidence_interval  # fmt: skip
    change = compared(numbers(old), numbers(new), metrics=[MEAN]).changes[0]
    assert change.difference == pytest.approx(new.mean() - old.mean())
    assert (change.low, change.high) == pytest.approx((expected.low, expected.high), abs=0.06)


def test_the_interval_of_an_f1_is_that_of_resampled_cases():
    """A figure that is no mean is made anew out of each draw's sums, not averaged over cases."""
    random = np.random.default_rng(3)
    counts = random.integers(0, 4, size=(2, 40, 3)).astype(float)
    metric = Metric(name="f1", about="", judge=lambda _c, r, _d: Score(counts=tuple(r["x"]), reason="r"), combine=f1)
    base, new = (kept([{"x": list(row)} for row in run]) for run in counts)
    change = compared(base, new, metrics=[metric]).changes[0]
    drawn = random.integers(0, 40, size=(4000, 40))
    differences = f1(counts[1][drawn].sum(axis=1)) - f1(counts[0][drawn].sum(axis=1))
    assert (change.low, change.high) == pytest.approx(tuple(np.quantile(differences, [0.025, 0.975])), abs=0.02)


def test_better_and_worse_follow_what_is_better():
    """More errors are worse, more answer points better, and a difference within the interval is neither."""
    cases = [CASE.model_copy(update={"id": f"c{number}"}) for number in range(20)]
    bad, good, once = ([each] * 20 for each in (ERROR, GOOD, REFUSED))
    worse, better = compared(kept(good, cases), kept(bad, cases)), compared(kept(once, cases), kept(good, cases))
    assert (worse.change("errors").verdict, better.change("points").verdict) == ("worse", "better")
    assert (worse.broken, len(better.fixed)) == (tuple(case.id for case in cases), 20)
    assert worse.change("points").new is None
    assert worse.change("points").difference is None
    mixed = compared(kept(good, cases), kept([*good[:-1], REFUSED], cases))
    assert (mixed.change("points").verdict, mixed.change("points").cases) == ("unclear", 20)


def test_runs_on_different_libraries_are_compared_only_when_told_to():
    """Answers differ for the library alone; a comparison across libraries says so."""
    base, new = numbers([1, 2]), numbers([1, 2], library="two")
    with pytest.raises(RunError, match=r"libraries differ \(one and two\).*--across-libraries"):
        compared(base, new)
    told = compared(base, new, across_libraries=True, metrics=[MEAN])
    assert "The libraries differ." in told.notes


def test_what_made_the_runs_differ_is_noted():
    """Another model or other settings are no secret of the figures."""
    told = compared(numbers([1], model="none", settings="a"), numbers([1], model="some", settings="a"), metrics=[MEAN])
    assert told.notes == ("Model: none before, some now.",)


def test_only_cases_that_are_the_same_in_both_are_compared():
    """A case that was changed or added is left out and counted; no shared case is an error."""
    cases = [Case(id=each, question="q") for each in "abc"]
    results = [{"x": 1.0}, {"x": 2.0}, {"x": 3.0}]
    changed = [cases[0].model_copy(update={"question": "another"}), cases[1], Case(id="d", question="q")]
    told = compared(kept(results, cases), kept(results[::-1], changed), metrics=[MEAN])
    assert ([case.id for case in told.base.cases], told.changes[0].cases) == (["b"], 1)
    assert len(told.notes) == 1
    assert told.notes[0].startswith("1 cases are the same in both; base has 3, new has 3")
    with pytest.raises(RunError, match="share no case"):
        compared(kept(results[:1], cases[:1]), kept(results[:1], cases[1:2]))


def test_a_case_that_one_run_does_not_score_counts_nothing_there():
    """The figures are each run's own; the interval draws from the cases of both."""
    told = compared(kept([{"x": 1.0}, {}, {"x": 0.0}]), kept([{"x": 1.0}, {"x": 1.0}, {}]), metrics=[MEAN]).changes[0]
    assert (told.base, told.new, told.difference, told.cases, told.verdict) == (0.5, 1.0, 0.5, 3, "unclear")
    none = compared(kept([{}]), kept([{"x": 1.0}]), metrics=[MEAN]).changes[0]
    assert (none.base, none.difference, none.low, none.verdict) == (None, None, None, "unclear")


def test_flips_are_told_with_both_reasons():
    """What passed and fails is broken, what failed and passes is fixed, with what either run said for itself."""
    broken = compared(kept([GOOD], [CASE]), kept([REFUSED], [CASE]))
    assert {flip.metric for flip in broken.flips} == {"points", "refusals_right"}
    [points] = [flip for flip in broken.flips if flip.metric == "points"]
    assert (points.verdict, points.case) == ("broken", CASE)
    assert (points.base, points.new) == ("all 1 points said", "“report by noon” is not said: the answer was refused")
    assert (broken.broken, broken.fixed) == (("c",), ())
    fixed = compared(kept([REFUSED], [CASE]), kept([GOOD], [CASE]))
    assert (fixed.broken, fixed.fixed) == ((), ("c",))
    assert {(flip.base, flip.new) for flip in fixed.flips} == {(flip.new, flip.base) for flip in broken.flips}
    assert flips(GOOD, ERROR) == [("errors", "broken")]
    assert flips(GOOD, LOUD) == [("doubts_precision", "broken"), ("false_alarms", "broken")]
    assert flips(LOUD, GOOD) == [("doubts_precision", "fixed"), ("false_alarms", "fixed")]


def test_a_statement_that_was_not_reached_before_is_no_break():
    """A false alarm on a statement that the answer holds now was not passed before, but never judged."""
    assert flips(OTHER, LOUD) == [("points", "fixed")]
    assert flips(GOOD, LOUD)[0] == ("doubts_precision", "broken")


@pytest.mark.parametrize(("base", "new"), [(REFUSED, ERROR), (LOUD, OTHER)])
def test_what_is_not_judged_any_more_is_not_fixed(base: Any, new: Any):
    """A case that ends in an error, or an answer that lost the statement, passes nothing that it failed."""
    assert "fixed" not in {verdict for _, verdict in flips(base, new)}
