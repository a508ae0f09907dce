"""Sentences of drafts about small libraries: the sets hold together, and what is measured of them is counted rightly."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.settings import Settings
from evals.both_sides import LIBRARIES, SETS
from evals.case import BadSet
from evals.checked import Judged, figures, measure
from evals.verifier.chinese import examples
from evals.verifier.drafted import from_drafts
from evals.verifier.pairs import CONTRADICTS, NEITHER, SUPPORTS
from vectorstore.embedding import HashingEmbedder

CHECKED = LIBRARIES / "checked"
KINDS = {"close", "free", "tricky"}


def read(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (CHECKED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_what_is_trained_fitted_and_reported_are_other_libraries() -> None:
    """And every line quotes a document of its library to the character, half of them sound."""
    libraries = {
        line["id"]: {each["name"]: each["text"] for each in line["documents"]}
        for path in SETS
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    }
    seen: set[str] = set()
    for name in ("trained", "fitted", "report"):
        lines = read(name)
        own = {line["library"] for line in lines}
        assert not own & seen
        seen |= own
        assert len({line["text"] for line in lines}) == len(lines)
        for line in lines:
            assert line["quote"] in libraries[line["library"]].get(line["document"], ""), line
            assert (line["verdict"] == "supported") == (line["kind"] in KINDS), line
        halves = Counter((line["library"], line["verdict"] == "supported") for line in lines)
        assert all(halves[each, True] == halves[each, False] for each in own)


def judged(expected: str, told: str, kind: str = "figure") -> Judged:
    return Judged(library="l", language="en", text="t", expected=expected, kind=kind, told=told, reasons=())


def test_a_sound_sentence_is_right_where_supported_and_a_wrong_one_where_not() -> None:
    """Left in peace or unchecked is neither sound nor wrong's verdict of support."""
    told = [
        judged("supported", "supported", "free"),
        judged("supported", "unchecked", "free"),
        judged("contradicted", "supported"),
        judged("contradicted", "not_found"),
        judged("overstated", "left", "duty"),
    ]
    assert figures(told) == {
        "sound": [1, 2],
        "wrong": [2, 3],
        "kinds": {"duty": [1, 1], "figure": [1, 2], "free": [1, 2]},
    }


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """A library of one notice, and four sentences about it."""
    text = "Harbour Board\n\nNotice 7/2024\n\nThe north gate is closed from 6 May 2024. Permits cost 40 crowns."
    library = {
        "id": "en-x-1",
        "language": "en",
        "documents": [{"name": "n.md", "text": text}],
        "disagree": [],
        "quiet": [],
    }
    quote = "Permits cost 40 crowns."
    lines = [
        {
            "text": "Permits cost 40 crowns.",
            "verdict": "supported",
            "kind": "close",
            "document": "n.md",
            "quote": quote,
        },
        {
            "text": "Permits cost 60 crowns.",
            "verdict": "contradicted",
            "kind": "figure",
            "document": "n.md",
            "quote": quote,
        },
        {"text": "Dogs must be insured.", "verdict": "not_found", "kind": "unsaid", "document": "", "quote": ""},
    ]
    for name, rows in (("libraries", [library]), ("sentences", [{"library": "en-x-1", **line} for line in lines])):
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path / "libraries", tmp_path / "sentences"


@pytest.mark.parametrize("given", [False, True])
def test_each_sentence_is_checked_against_its_library(small: tuple[Path, Path], *, given: bool) -> None:
    """As `caveat check` does, by the rules here; against the same documents as sources it comes out the same."""
    settings = Settings(checker="rules", embedder="hashing")
    found = list(measure(small[1], [small[0]], HashingEmbedder(), settings, given=given))
    assert [each.told for each in found] == ["supported", "contradicted", "not_found"]
    assert all(each.right for each in found)
    assert any("40 crowns" in reason for reason in found[1].reasons)


def test_a_quotation_that_no_document_holds_is_told(small: tuple[Path, Path]) -> None:
    """And a library that is not there."""
    lines = small[1].read_text(encoding="utf-8")
    for old, new in (('cost 40 crowns."}', 'cost 41 crowns."}'), ("en-x-1", "en-x-2")):
        small[1].write_text(lines.replace(old, new), encoding="utf-8")
        with pytest.raises(BadSet):
            list(measure(small[1], [small[0]], HashingEmbedder(), Settings(checker="rules")))


def test_pairs_to_learn_from_have_the_evidence_that_the_program_reads(
    small: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sound sentence is supported by its evidence, a wrong one contradicted by what it turns, what nobody says is carried by nothing."""
    monkeypatch.setattr("evals.verifier.drafted.SETS", [small[0]])
    monkeypatch.setattr("evals.verifier.drafted.Remembering", HashingEmbedder)
    labels: dict[str, set[int]] = {}
    for pair in from_drafts(small[1]):
        labels.setdefault(pair.claim, set()).add(pair.label)
        assert pair.source == "drafts"
        assert "40 crowns" in pair.evidence or pair.label != CONTRADICTS
    assert labels["Permits cost 40 crowns."] == {SUPPORTS}
    assert CONTRADICTS in labels["Permits cost 60 crowns."]
    assert labels["Dogs must be insured."] == {NEITHER}


def test_chinese_sentences_are_learned_beside_what_the_program_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sound sentence is to be supported by its evidence, a wrong one by nothing; other languages are no examples."""
    text = "港务局\n\n通告〔2024〕7号\n\n北门自2024年5月6日起关闭。通行证每张40元。"
    line = {
        "id": "zh-x-1",
        "language": "zh",
        "documents": [{"name": "n.md", "text": text}],
        "disagree": [],
        "quiet": [],
    }
    quoted = {"library": "zh-x-1", "document": "n.md", "quote": "通行证每张40元。"}
    rows = [
        {**quoted, "text": "办一张通行证要40元。", "verdict": "supported", "kind": "free"},
        {**quoted, "text": "办一张通行证要60元。", "verdict": "contradicted", "kind": "figure"},
    ]
    (tmp_path / "libraries").write_text(json.dumps(line), encoding="utf-8")
    (tmp_path / "sentences").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    monkeypatch.setattr("evals.verifier.drafted.SETS", [tmp_path / "libraries"])
    monkeypatch.setattr("evals.verifier.drafted.Remembering", HashingEmbedder)
    found = list(examples(tmp_path / "sentences"))
    told = {"".join(map(chr, each.pieces.question)): each.answers for each in found}
    assert told == {rows[0]["text"]: True, rows[1]["text"]: False}
    assert all("40元" in "".join(map(chr, each.pieces.passage)) for each in found if each.answers)
    assert len({each.held for each in found}) == 1
    assert not list(from_drafts(tmp_path / "sentences"))
