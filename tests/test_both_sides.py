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
from evals.both_sides import LIBRARIES, SETS
from evals.remembering import Remembering
from tests.shelved import FILLING, put
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
BOREHOLES = "How many boreholes does the licensing scheme for the Tarn Valley cover?"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Remembering()


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    with Store(tmp_path_factory.mktemp("home"), embedder) as store:
        put(store, *FILLING, NOTICE, PAPER)
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


def test_in_a_language_that_no_reader_knows_words_alone_tell(tmp_path: Path, embedder: Embedder) -> None:
    """Of Chinese, whose statements are not read, the best of each publisher is quoted too."""
    notice = "临渡县民政局关于老年助餐服务的通告\n\n临民发〔2024〕7号\n\n截至2024年3月底，全县共建成老年助餐点64个。\n\n临渡县民政局\n2024年4月2日"
    paper = "临渡日报　2024年4月5日\n\n家门口的食堂\n\n记者获悉，到3月底全县的老年助餐点已有58个，老人吃饭不再犯愁。"
    with Store(tmp_path / "home", embedder) as store:
        put(store, *FILLING, notice, paper)
        told = quoted(wiring.assistant(store, Settings()).answer("全县建成了多少个老年助餐点？"))
    assert any("64个" in each for each in told)
    assert any("58个" in each for each in told)


@pytest.mark.parametrize(
    ("head", "side"),
    [
        ("THE ESK OBSERVER\nSaturday 25 May 2024\n\nValley full of holes", True),
        ("THE ESK OBSERVER\nSaturday 4 May 2019\n\nValley full of holes", False),
        ("Rivers Authority\nNotice RA 16/2024\nRegister of wells\n\nIssued: 2 May 2024", False),
    ],
)
def test_another_side_is_of_another_publisher_at_that_time(
    tmp_path: Path, embedder: Embedder, head: str, *, side: bool
) -> None:
    """What the same authority says of something else is none, nor is what came out years before."""
    with Store(tmp_path / "home", embedder) as store:
        put(store, *FILLING, NOTICE, f"{head}\n\nA survey put the scheme at 1,240 boreholes in the Tarn Valley.")
        told = quoted(wiring.assistant(store, Settings(answers="trained")).answer(BOREHOLES))
    assert any("1,240" in each for each in told) is side


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
        put(store, *FILLING, *texts)
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
        for path in SETS
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        for kind in ("disagree", "quiet")
        for number in range(len(line[kind]))
    }
    asked = [
        json.loads(line)["pair"] for line in (LIBRARIES / "asked" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    assert set(asked) <= pairs
    assert len(asked) == len(set(asked))
