"""How the readers of doubts are made: what training points at, and how rules and models are weighed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.doubts.seen import KINDS, Pieces, signed
from evals.doubt_reader.examples import Example, from_written
from evals.doubt_reader.learning import MARKS, by_a_network
from evals.doubt_reader.weighing import weighed
from evals.fitting import Plan, train
from vectorstore import network_marking, pair_encoding
from vectorstore.pair_encoding import body_weights
from vectorstore.token_marking import fresh_marks, marks, pooled


def example(name: str, *, deserved: bool, ruled: bool) -> Example:
    """A statement of a document that deserves each kind, and is ruled to, or not."""
    every, nothing = (deserved,) * len(KINDS), (False,) * len(KINDS)
    none = Pieces(own=(), around=(), spans=())
    return Example(
        name=name, spoken="en", pieces=none, signed=signed(none, ()), deserved=every, unsure=nothing, marks=(None,) * len(KINDS),
        ruled=(ruled,) * len(KINDS), held=True,
    )  # fmt: skip


@pytest.mark.parametrize(("right", "stands"), [(9, "true"), (6, "false")])
def test_rules_stand_that_are_right_in_hard_and_ordinary_documents_alike(right: int, stands: str) -> None:
    """Right in all of twenty ordinary findings: how many of ten hard ones are right decides, since both count alike in sum."""
    hard = [example("en_a-1", deserved=n < right, ruled=True) for n in range(10)]
    hard += [example("en_a-2", deserved=False, ruled=False) for _ in range(10)]
    ordinary = [example("en_ordinary_a-1", deserved=n < 20, ruled=n < 20) for n in range(40)]
    held = [*hard, *ordinary]
    told = weighed("en", [[np.full(len(KINDS), 1.0 if each.deserved[0] else -1.0) for each in held]], held)
    assert told.count(f"stands = {stands}") == len(KINDS)
    assert f"# hard documents, 20 statements: rules F1 {2 * right / (10 + right):.3f}" in told


def hedged_and_quiet(folder: Path, hedged: str, cue: str, quiet: str) -> list[Example]:
    """Two statements of one document, the first hedged by its cue."""
    told = [{"words": hedged, "doubts": [{"kind": "hedged", "words": cue}]}, {"words": quiet, "doubts": []}]
    record = {"name": "a", "kind": "report", "text": f"{hedged} {quiet}", "statements": told}
    (folder / "two.jsonl").write_text(json.dumps(record), encoding="utf-8")
    return list(from_written(folder / "two.jsonl"))


def test_training_points_at_the_cue(tmp_path: Path) -> None:
    """After some steps on two statements the cue's piece tells more than any other of its statement, and the quiet one less."""
    hedged, quiet = examples = hedged_and_quiet(tmp_path, "The quay may close.", "may", "The quay is shut.")
    assert hedged.marks[KINDS.index("hedged")] == {2}
    assert quiet.deserved == (False,) * len(KINDS)
    weights = train(MARKS, body_weights(), examples * 40, (), Plan(folder=tmp_path / "run", size=4, warm=2, drop=0.0))
    kind = KINDS.index("hedged")
    told = marks(weights, pair_encoding.batch([(each.pieces.own, each.pieces.around) for each in examples]))
    assert int(told[0, 1:6, kind].argmax()) == 2
    assert float(pooled(told)[0, kind]) > float(pooled(told)[1, kind]) + 1
    assert set(fresh_marks(3, 1)) == {"head.marks.weight", "head.marks.bias"}


@pytest.mark.parametrize(
    ("hedged", "cue", "quiet"),
    [("码头说不准要关。", "说不准", "码头已经关了。"), ("The quay may close.", "may", "The quay is shut.")],
)
def test_a_network_learns_from_nothing(tmp_path: Path, hedged: str, cue: str, quiet: str) -> None:
    """After some steps on two statements a symbol of the cue tells more than all others, and the quiet statement less."""
    first, second = examples = hedged_and_quiet(tmp_path, hedged, cue, quiet)
    known = network_marking.vocabulary([each.signed.symbols for each in examples]) if first.spoken == "zh" else None
    plan = Plan(folder=tmp_path / "run", size=4, rate=2e-3, head_rate=2e-3, warm=2, drop=0.0)
    weights = train(by_a_network(known), {}, examples * 80, (), plan)
    kind = KINDS.index("hedged")
    places = None if known is None else network_marking.places(known)
    told = network_marking.marks(weights, network_marking.batch([each.signed for each in examples], places))
    assert int(told[0, : len(first.pieces.own), kind].argmax()) in (first.marks[kind] or ())
    assert float(pooled(told)[0, kind]) > float(pooled(told)[1, kind]) + 1
    assert (first.deserved[kind], second.deserved[kind]) == (True, False)
