"""How the readers of answers are made: what they learn from, what is held back, and how far what ships tells answers from near misses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from assistant import wiring
from assistant.answering.seen import LONGEST
from evals.answer_reader.examples import Example, from_chinese, from_written, is_held
from evals.answer_reader.held import CHINESE, WRITTEN, chinese, held_back
from evals.answer_reader.learning import ANSWERS, by_a_network
from evals.fitting import Plan, train
from vectorstore.chinese_pairs import signed
from vectorstore.network_marking import NetworkMarker, vocabulary
from vectorstore.pair_encoding import body_weights
from vectorstore.token_marking import Marker

TITLE = "Quay of Tolmen"
BODY = (
    "The quay of Tolmen reopened on 4 March. Lorries must book a slot one day ahead. "
    "The harbour office looks after the cranes. Traders had asked for longer hours."
)
ZH_BODY = "码头于三月四日重新开放。港务处负责吊车的保养。货车须提前一天预约。"
QUESTION_ASKED = "When did the quay of Tolmen reopen?"


def test_the_shipped_reader_tells_answers_from_near_misses() -> None:
    """Of questions to documents that it was not trained on: three of four pairs of an answered one and a near miss in the right order."""
    file = WRITTEN / "en_a.jsonl"
    held = [each for each in from_written(file, Path("nowhere")) if each.held and (each.answers or each.near)][:60]
    marker = Marker(wiring.ANSWERS_ADAPTER, longest=LONGEST)
    marked = marker.marked([(each.pieces.question, each.pieces.passage) for each in held])
    best = [
        float(np.logaddexp.reduce(told.pieces[len(each.pieces.question) :, 0]))
        for each, told in zip(held, marked, strict=True)
    ]
    answered = [logit for each, logit in zip(held, best, strict=True) if each.answers]
    missed = [logit for each, logit in zip(held, best, strict=True) if each.near]
    pairs = [one > other for one in answered for other in missed]
    assert len(answered) > 20 < len(missed)
    assert sum(pairs) > 0.75 * len(pairs)


def examples(tmp_path: Path) -> list[Example]:
    record = {"title": TITLE, "text": BODY, "A": [[QUESTION_ASKED, "reopened on 4 March"]], "M": ["Why did it close?"]}
    file = tmp_path / "made.jsonl"
    file.write_text(json.dumps(record) + "\n" + json.dumps(record | {"title": "Other"}) + "\n", encoding="utf-8")
    return list(from_written(file, tmp_path / "none"))


def test_examples_hold_the_answer_and_know_its_pieces(tmp_path: Path) -> None:
    """Of an answered question the passage that is drawn holds the answering words; a near miss is put to the same document."""
    answered = [each for each in examples(tmp_path) if each.answers]
    assert len(answered) == 2
    for each in answered:
        assert each.marks
        assert [n for n in each.marks if each.pieces.spans[n] is None] == []
    assert sum(each.near for each in examples(tmp_path)) == 2


def test_training_learns_its_examples(tmp_path: Path) -> None:
    """A few steps tell an answered question from a near miss."""
    given = examples(tmp_path)[:2] * 4
    weights = train(
        ANSWERS, body_weights(), given, given[:2], Plan(folder=tmp_path / "run", passes=6.0, size=2, warm=5)
    )
    assert ANSWERS.right(weights, given[:2]) == 2


def test_a_network_learns_its_examples(tmp_path: Path) -> None:
    """The same in Chinese, from nothing: each question is put to several stretches of its text."""
    record = {
        "title": "港口公告",
        "text": ZH_BODY,
        "A": [["吊车谁来保养？", "港务处负责吊车的保养"]],
        "M": ["码头为什么关过？"],
    }
    file = tmp_path / "zh.jsonl"
    file.write_text(json.dumps(record) + "\n" + json.dumps(record | {"title": "另一公告"}) + "\n", encoding="utf-8")
    found = from_chinese(file)
    answered, missed = next(each for each in found if each.answers), next(each for each in found if each.near)
    assert sum(each.answers for each in found) > 2
    assert {chr(answered.pieces.passage[n]) for n in answered.marks or ()} == set("港务处负责吊车的保养")
    known = vocabulary([[*each.pieces.question, *each.pieces.passage] for each in found])
    task, pair = by_a_network(known), [answered, missed]
    plan = Plan(folder=tmp_path / "run", passes=6.0, size=2, rate=3e-3, head_rate=3e-3, warm=5, drop=0.0)
    weights = train(task, {}, pair * 8, pair, plan)
    assert task.right(weights, pair) == 2


def test_the_shipped_networks_tell_answers_from_near_misses() -> None:
    """Of Chinese questions that they were not trained on: two of three pairs in the right order, where words alone are wrong oftener than right."""
    file = CHINESE / "zh_x.jsonl"
    held = [each for each in from_chinese(file)[::7] if each.answers or each.near][:80]
    marked = NetworkMarker(wiring.ANSWERS_NETWORKS).marked(
        [signed(each.pieces.question, each.pieces.passage, each.told) for each in held]
    )
    best = [
        float(
            np.logaddexp.reduce(
                [told.pieces[len(each.pieces.question) + n, 0] for n, span in enumerate(each.pieces.spans) if span]
            )
        )
        for each, told in zip(held, marked, strict=True)
    ]
    pairs = [
        one > other
        for one, answered in zip(best, held, strict=True)
        for other, missed in zip(best, held, strict=True)
        if answered.answers and missed.near
    ]
    assert len(pairs) > 400
    assert sum(pairs) > 0.67 * len(pairs)


def test_what_chinese_limits_are_fitted_on_is_not_learned() -> None:
    """Nor what is reported on, of which nothing is fitted."""
    alone, beside, report = chinese()
    learned = {
        each["text"]
        for file in (WRITTEN / "chinese").glob("*.jsonl")
        for n, each in enumerate(map(json.loads, file.read_text(encoding="utf-8").splitlines()))
        if not is_held(f"{file.stem}-{n}", each)
    }
    texts = [{(source.record or {})["text"] for source in pooled.sources} for pooled in (alone, beside, report)]
    assert all(texts)
    assert not learned & set().union(*texts)
    assert len(set().union(*texts)) == sum(map(len, texts))


def test_what_is_held_back_is_not_learned() -> None:
    """The questions that the line is fitted on are to documents that the reader was not trained on."""
    written = {
        f"{file.stem}-{n}": json.loads(line)
        for file in WRITTEN.glob("en_?.jsonl")
        for n, line in enumerate(file.read_text(encoding="utf-8").splitlines())
    }
    for pooled in held_back():
        names = {case.id.rpartition("-")[0] for case in pooled.cases}
        assert names
        assert all(is_held(name, written[name]) for name in names)
        topics = {written[name].get("topic") for name in names} - {None}
        assert {name for name, each in written.items() if each.get("topic") in topics} <= names
        assert {case.expect.refuse for case in pooled.cases} == {True, False}


def test_texts_on_one_topic_are_learned_apart(tmp_path: Path) -> None:
    """A question is put to other texts on its topic too, which do not answer it; all of a topic are held back or none."""
    beside = {"topic": "road", "text": "The road is long.\nIt has four lanes.", "A": [], "M": []}
    record = {"topic": "road", "text": BODY, "A": [[QUESTION_ASKED, "reopened on 4 March"]] * 20, "M": []}
    file = tmp_path / "made.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in (record, beside)), encoding="utf-8")
    found = list(from_written(file, tmp_path / "none"))
    assert sum(each.answers for each in found) == 20
    assert 5 < sum(each.near for each in found) < 20
    assert not any(each.alone for each in found)
    assert is_held("en_a-1", beside) == is_held("en_a-7", beside)
