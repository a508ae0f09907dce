"""Answers quote what others than the first publisher say to the question, and tell at once where the two cannot both be true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import wiring
from assistant.answer import Answer
from assistant.chain import Assistant
from assistant.settings import Settings
from evals import both_sides
from evals.both_sides import LIBRARIES
from evals.remembering import Remembering
from ingest.sources import from_json_lines
from vectorstore.embedding import Embedder
from vectorstore.store import Store

NOTICE = (
    "Rivers Authority\nNotice RA 17/2024\nLicensing of groundwater\n\nIssued: 14 May 2024\n\n"
    "The licensing scheme for the Tarn Valley covers 1,860 boreholes. Meters must be fitted before 1 March 2025."
)
PAPER = (
    "THE TARN GAZETTE\nThursday 23 May 2024\n\nMeter man at the gate\n\n"
    "Growers were up in arms. The licensing scheme covers 2,400 boreholes across the Tarn Valley, a spokesman said."
)
OLDER = (
    "Rivers Authority\nNotice RA 3/2019\nRegister of wells\n\nIssued: 2 May 2019\n\n"
    "The register for the Tarn Valley covers 1,240 boreholes. Wells in the Esk Valley are not registered."
)
FILLING = tuple(
    f"Report {n}\n\nOutlet: Paper {n}\nPublished: {n} March 2020\n\n{text}"
    for n, text in enumerate(
        ("The harbour office has bought a crane.", "A ferry ran aground.", "Fees rise from June."), 1
    )
)
BOREHOLES = "How many boreholes does the licensing scheme for the Tarn Valley cover?"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Remembering()


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    with Store(tmp_path_factory.mktemp("home"), embedder) as store:
        lines = [json.dumps({"_id": text, "text": text}) for text in (*FILLING, NOTICE, PAPER, OLDER)]
        list(store.ingest(from_json_lines("\n".join(lines).encode(), "test:")))
        store.follow()
        yield wiring.assistant(store, Settings(embedder=embedder.name, precision="float32"))  # type: ignore[attr-defined]


def quoted(answer: Answer) -> list[str]:
    return [claim.text for claim in answer.claims]


def test_another_figure_for_what_was_asked_is_quoted_beside_the_first(assistant: Assistant) -> None:
    """The paper's count stands beside the notice's, and each bears the dispute, though nobody compared the documents before."""
    answer = assistant.answer(BOREHOLES)
    held = {figure: next(c for c in answer.claims if figure in c.text) for figure in ("1,860", "2,400")}
    for figure, other in (("1,860", "2,400"), ("2,400", "1,860")):
        [told] = [doubt for doubt in held[figure].doubts if doubt.kind == "disputed"]
        assert other in told.reason


def test_the_publisher_of_the_first_is_not_asked_twice(assistant: Assistant) -> None:
    """What the authority said years ago of something else is no other side, nor is what came out at another time."""
    assert not any("1,240" in text for text in quoted(assistant.answer(BOREHOLES)))


def test_two_statements_in_the_same_words_with_other_figures_are_both_quoted(
    tmp_path: Path, embedder: Embedder
) -> None:
    """A superseded buffer and the one in force differ in a figure alone: they are not one statement."""
    texts = [
        f"Office of Merrow\n\nNotice {number}\nLiquidity buffer\n\nIssued: {day}\n\n{more}"
        f"An institution must hold liquid assets of at least {share} per cent of its outstanding electronic money."
        for number, day, share, more in (
            ("P-8/2023", "6 November 2023", 12, ""),
            (
                "P-3/2025",
                "10 February 2025",
                15,
                "Notice P-8/2023 (Liquidity buffer) is superseded by this notice.\n\n",
            ),
        )
    ]
    with Store(tmp_path / "home", embedder) as store:
        lines = [json.dumps({"_id": text, "text": text}) for text in (*FILLING, *texts)]
        list(store.ingest(from_json_lines("\n".join(lines).encode(), "test:")))
        store.follow()
        answer = wiring.assistant(store, Settings()).answer(
            "What share of electronic money must be held in liquid assets?"
        )
    shares = {share: next(c for c in answer.claims if f"{share} per cent" in c.text) for share in (12, 15)}
    assert "outdated" in {doubt.kind for doubt in shares[12].doubts}
    assert "outdated" not in {doubt.kind for doubt in shares[15].doubts}


def test_questions_to_small_libraries_are_measured(tmp_path: Path, embedder: Embedder) -> None:
    """Whether both sides are quoted and told, and what is told that nobody planted; a planted pair can be missed."""
    sides = (
        ["a.txt", "The licensing scheme for the Tarn Valley covers 1,860 boreholes."],
        [
            "b.txt",
            "The licensing scheme covers 2,400 boreholes across the Tarn Valley, a spokesman said.",
        ],
    )
    meters = ["a.txt", "Meters must be fitted before 1 March 2025."], ["b.txt", "Growers were up in arms."]
    line = {
        "id": "x",
        "language": "en",
        "documents": [{"name": "a.txt", "text": NOTICE}, {"name": "b.txt", "text": PAPER}],
        "disagree": [{"left": left, "right": right, "kind": "count", "why": ""} for left, right in (sides, meters)],
        "quiet": [],
    }
    asked = [{"pair": "x|d|0", "question": BOREHOLES}, {"pair": "x|d|1", "question": "When must meters be fitted?"}]
    (tmp_path / "set.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    (tmp_path / "asked.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    told = list(both_sides.measure(tmp_path / "asked.jsonl", [tmp_path / "set.jsonl"], embedder))
    assert [(each.quoted, each.disputed) for each in told] == [(True, True), (False, False)]
    figures = both_sides.figures(told)
    assert (figures["planted"], figures["quoted"], figures["disputed"], figures["invented"]) == (2, 1, 1, 0)


@pytest.mark.parametrize("name", ["fitted", "ordinary", "reworded"])
def test_every_question_is_about_a_pair_of_a_library(name: str) -> None:
    """None hangs in the air, and none is put twice."""
    pairs = {
        f"{line['id']}|{kind[0]}|{number}"
        for path in LIBRARIES.glob("*/*.jsonl")
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        if "documents" in line
        for kind in ("disagree", "quiet")
        for number in range(len(line[kind]))
    }
    asked = [
        json.loads(line)["pair"] for line in (LIBRARIES / "asked" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    assert set(asked) <= pairs
    assert len(asked) == len(set(asked))
