"""The recipe of the trained checker: pairs that are altered and reworded, training that resumes, cutting and temperature."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from evals.cutting import CHARACTERS, begun, cut, mean, write
from evals.cutting import networks as networks_of
from evals.fitting import Plan, train
from evals.verifier.altering import KINDS, altered, reworded
from evals.verifier.calibrating import calibration_error, temperature
from evals.verifier.pairs import CONTRADICTS, NOT_SUPPORTS, SUPPORTS, Pair, minimal_changes, minutes, mirrored
from evals.verifier.training import PAIRS, Encoded, losses
from vectorstore.network_marking import NetworkMarker, Signed, fresh, vocabulary
from vectorstore.pair_encoding import AdaptedReader, adapted, body_weights, fresh_head
from vectorstore.token_marking import fresh_marks

SENTENCE = (
    "The Committee agreed in March 2021 that Japan would likely see higher rates of 2.5 percent, and it should act."
)


def test_an_adapter_of_full_rank_gives_the_trained_body_back(tmp_path: Path) -> None:
    """Cutting loses only what the rank leaves out, and float16."""
    draw = torch.Generator().manual_seed(1)
    body = body_weights()
    trained = {
        name: each + 0.01 * torch.randn(each.shape, generator=draw) for name, each in body.items() if "layer.0" in name
    }
    trained |= {name: each for name, each in body.items() if name not in trained} | fresh_head(2)
    found = adapted(body, cut(body, trained, rank=384, places=128))
    for name, weight in trained.items():
        assert torch.allclose(found[name], weight, atol=2e-3), name
    write(tmp_path / "a.safetensors", cut(body, trained, rank=4, places=128), 1.5, 4)
    assert AdaptedReader(tmp_path / "a.safetensors").probabilities([("a", "b")]).shape == (1, 3)


def test_the_mean_of_several_runs_ships_no_word_embeddings() -> None:
    """They are not trained; what rounding makes of their mean is no difference."""
    body = body_weights()
    name = "embeddings.word_embeddings.weight"
    trained = mean([{name: body[name]}] * 3) | fresh_head(2)
    assert (trained[name] != body[name]).any()
    assert all(each.startswith("head.") for each in cut(body, trained, rank=4, places=128))


def test_training_begins_with_a_run_or_with_an_adapter(tmp_path: Path) -> None:
    """A run's weights and those of the adapter cut from it are the same but for rounding; of a head that is not trained nothing is taken."""
    body, name = body_weights(), "encoder.layer.0.output.dense.weight"
    run = body | {name: body[name] + 0.01} | fresh_marks(2, 7) | fresh_head(2)
    save_file(run, tmp_path / "weights.safetensors")
    write(tmp_path / "a.safetensors", cut(body, run, rank=8, places=128), 1.0, 8)
    for place in (tmp_path, tmp_path / "a.safetensors"):
        found = begun(place, fresh_marks(2, 7))
        assert set(found) == set(body) | set(fresh_marks(2, 7)), place
        for each in (name, "head.marks.weight"):
            assert torch.allclose(found[each], run[each], atol=2e-3), each
    assert torch.equal(begun(None, {})[name], body[name])


def test_a_line_of_two_classes_trains_both_of_the_second() -> None:
    """Minus the log of the sum of contradicts and neither."""
    logits = torch.tensor([[0.0, 1.0, 2.0]])
    told = logits.softmax(1)[0]
    assert float(losses(logits, [NOT_SUPPORTS])[0]) == pytest.approx(float(-(told[1] + told[2]).log()))
    assert float(losses(logits, [1])[0]) == pytest.approx(float(-told[1].log()))


def test_a_run_that_was_stopped_ends_where_it_would_have(tmp_path: Path) -> None:
    """Going on from a checkpoint gives the weights of a run that was never stopped."""
    draw = random.Random(3)  # noqa: S311 (numbers, no secret)
    pairs = [
        Encoded(
            claim=[draw.randint(2000, 9000) for _ in range(5)],
            evidence=[draw.randint(2000, 9000) for _ in range(6)],
            label=n % 4,
        )
        for n in range(24)
    ]
    body = body_weights()
    whole = train(PAIRS, body, pairs, (), Plan(folder=tmp_path / "whole", size=4, warm=2))
    train(PAIRS, body, pairs, (), Plan(folder=tmp_path / "parted", size=4, warm=2, until=4))
    parted = train(PAIRS, body, pairs, (), Plan(folder=tmp_path / "parted", size=4, warm=2))
    for name, weight in whole.items():
        assert torch.equal(weight, parted[name]), name


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_thing_is_altered(kind: str) -> None:
    """Each kind changes the sentence, by the same seed in the same way, and most of it stays."""
    base = SENTENCE if kind != "attribution" else f"Several participants noted that {SENTENCE}"
    first, again = (altered(kind, random.Random(5), base) for _ in range(2))  # noqa: S311
    assert first is not None
    assert first == again != base
    assert len(set(first.split()) ^ set(base.split())) <= 6


def test_rewording_keeps_figures_and_names() -> None:
    """What is said in other words keeps every number and every name."""
    for seed in range(30):
        told = reworded(random.Random(seed), SENTENCE) or SENTENCE  # noqa: S311
        assert "Japan" in told
        assert "2.5" in told


def test_everyday_words_are_kept_from_the_test() -> None:
    """The test of changes rewords without them, so that training on them cannot help it."""
    plain, everyday = (
        {reworded(random.Random(seed), "The film was released in 1990.", everyday=each) for seed in range(40)}  # noqa: S311
        for each in (False, True)
    )
    assert plain == {None}
    assert "The movie was released in 1990." in everyday


def test_contradictions_alone_are_turned_round() -> None:
    """Of the lines of three classes that train: an entailment the other way round is none, and two classes do not tell."""
    pairs = [
        Pair(claim="a", evidence="b", label=CONTRADICTS, source="mnli_dev"),
        Pair(claim="c", evidence="d", label=SUPPORTS, source="mnli_dev"),
        Pair(claim="e", evidence="f", label=CONTRADICTS, source="fever_symmetric"),
        Pair(claim="g", evidence="h", label=CONTRADICTS, source="snli_dev", part="report"),
    ]
    [turned] = mirrored(pairs, 1.0, seed=1)
    assert (turned.claim, turned.evidence, turned.label) == ("b", "a", CONTRADICTS)


def test_the_test_of_changes_is_made_of_documents_held_back(tmp_path: Path) -> None:
    """No sentence that training may see is in the test, even where documents repeat one another."""
    for n in range(8):
        text = f"The Committee agreed that rates would be near {n}.5 percent in March. The staff noted that prices rose by 3 percent."
        (tmp_path / f"MeetingDate={n}.txt").write_text(text, encoding="utf-8")
    trained = {each for document in minutes(tmp_path, held_back=False) for each in document.sentences}
    rows = minimal_changes(tmp_path, seed=1)
    assert len(trained) == 7
    assert rows
    assert {row[2] for row in rows} & trained == set()
    assert {row[2] for row in rows} <= {
        each for document in minutes(tmp_path, held_back=True) for each in document.sentences
    }


def test_the_temperature_takes_back_what_is_too_sure() -> None:
    """Logits that are twice as sure as they are right are divided by about two, and the calibration error falls."""
    draw = np.random.default_rng(1)
    true = draw.normal(size=(4000, 3)) * 1.5
    shares = np.exp(true) / np.exp(true).sum(1, keepdims=True)
    labels = [int(draw.choice(3, p=row)) for row in shares]
    logits = torch.tensor(true * 2, dtype=torch.float32)
    warmth = temperature(logits, labels)
    assert warmth == pytest.approx(2.0, abs=0.2)
    before, after = (calibration_error((logits / each).softmax(1).numpy(), labels) for each in (1.0, warmth))
    assert after < 0.03 < before


def test_networks_of_several_runs_are_one_file_with_their_vocabulary(tmp_path: Path) -> None:
    """What each marks is averaged; characters keep their places."""
    known = vocabulary([[ord(each) for each in "码头码头"]])
    networks = [fresh(len(known), 2, 1, seed) for seed in (7, 8)]
    for name, run in zip(("one", "two"), networks, strict=True):
        (tmp_path / name).mkdir()
        save_file(run, tmp_path / name / "weights.safetensors")
        (tmp_path / name / CHARACTERS).write_text(known, encoding="utf-8")
    read = Signed([ord(each) for each in "码头。"], np.zeros((3, 2), np.float32))
    told = []
    for folders in ((tmp_path / "one",), (tmp_path / "two",), (tmp_path / "one", tmp_path / "two")):
        networks_of(folders, tmp_path / "shipped" / "zh.safetensors")
        told.append(NetworkMarker(tmp_path / "shipped" / "zh.safetensors").marked([read])[0].pieces)
    assert not np.allclose(told[0], told[1], atol=1e-3)
    assert np.allclose((told[0] + told[1]) / 2, told[2], atol=1e-4)
