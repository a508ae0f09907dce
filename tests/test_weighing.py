"""A claim that was not written from a library: weighed by how closely it and a statement agree, and by what a reader says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from assistant import wiring
from assistant.checking import Deterministic
from assistant.checking.prose import Reading
from assistant.checking.support import choose, lines, wanted
from assistant.checking.trained import Together
from assistant.checking.weighing import carried, features, weights
from tests.judged import judge, written
from vectorstore.embedding import HashingEmbedder
from vectorstore.vector_rows import Vector

NOTICE = written("Schools may set aside one day a month for repairs. Pupils stay at home on that day.")
SENTENCE = "One day in each month may be set aside by schools for repairs."


class Tells:
    """A reader that finds support where a word stands in the evidence, and otherwise the same of every pair."""

    def __init__(self, word: str, supports: float, contradicts: float) -> None:
        self.word, self.told = word, (supports, contradicts, 1 - supports - contradicts)
        self.seen: list[str] = []

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Vector:
        self.seen += [evidence for _, evidence in pairs]
        return np.array([self.told if self.word in evidence else (0.0, 0.0, 1.0) for _, evidence in pairs], np.float32)

    def understands(self, text: str) -> bool:
        return text.isascii()


def weighed(claim: str, reading: tuple[float, float] = (0.5, 0.2)) -> dict[str, float]:
    asked = wanted(claim, None)
    chosen = choose(asked, lines([NOTICE]), None, strictly=True).lines
    return features(asked, chosen, Reading(lines=chosen, supports=reading[0], contradicts=reading[1], neither=0.3))


def test_what_the_two_have_of_one_another_is_counted() -> None:
    """A claim in the words of a statement holds it and is held; one about another matter does neither."""
    same, other = weighed(SENTENCE), weighed("Harbour pilots went on strike over their pensions.")
    assert same["holds"] > 0.8 > 0.3 + other["holds"]
    assert same["taken_up"] > 0.8 > 0.3 + other["taken_up"]
    assert same["absent"] < 0.2 < other["absent"]
    assert weighed("Schools set aside 12 days.")["a_figure"] == 1.0
    assert weighed(SENTENCE)["figures"] == 0.0


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_what_supports_a_claim_makes_it_likelier(tongue: str) -> None:
    """By the lines as shipped: nearer wording, and in English what the reader finds."""
    line = weights(tongue)
    plain = dict.fromkeys(line.weights, 0.0)
    assert 0 < line.probability(plain) < line.probability(plain | {"taken_up": 1.0}) < 1
    if tongue == "en":
        assert (
            line.probability(plain | {"supports": 1.0})
            > line.probability(plain)
            > line.probability(plain | {"supports": -1.0})
        )
    assert not carried(wanted(SENTENCE, None), ())


def test_a_draft_is_read_by_the_reader_of_drafts() -> None:
    """And a claim that names its source by the other."""
    first, drafts = Tells("repairs", 0.0, 0.0), Tells("repairs", 0.99, 0.0)
    judge_ = Together(Deterministic(HashingEmbedder()), first, doubting=True, drafts=drafts)
    assert judge_.verify(SENTENCE, (), [NOTICE]).verdict == "supported"
    assert drafts.seen
    assert not first.seen
    assert judge_.verify(SENTENCE, [NOTICE], ()).verdict != "supported"
    assert first.seen


@pytest.mark.parametrize(("told", "verdict"), [((0.0, 0.02), "not_found"), ((0.0, 0.98), "contradicted")])
def test_a_draft_that_nothing_carries_is_told(told: tuple[float, float], verdict: str) -> None:
    """With the statement that was nearest."""
    drafts = Tells("repairs", *told)
    judge_ = Together(Deterministic(HashingEmbedder()), drafts, doubting=True)
    judgement = judge_.verify(SENTENCE, (), [NOTICE])
    assert judgement.verdict == verdict
    assert "repairs" in judgement.faults[0].reason


def test_chinese_is_weighed_by_words() -> None:
    """Other words for the same are carried; another matter in the same words is not."""
    notice = written("6号楼已于今年1月整体拆除，其余12栋经检测合格，自2月下旬起分批复工。")
    assert judge("6号楼今年1月已整栋拆掉，其余12栋检测合格，2月下旬起分批复工。", (), [notice]).verdict == "supported"
    assert judge("6号楼的住户已经领到赔偿，没有人再上访。", (), [notice]).verdict == "not_found"


def test_the_reader_of_drafts_lies_on_the_first_adapter() -> None:
    """Both are shipped; the second is a small difference."""
    assert wiring.DRAFTS_ADAPTER.stat().st_size < 2_500_000
    reader = wiring.drafts_reader("float32")
    told = reader.probabilities([(SENTENCE, NOTICE.document.text), (SENTENCE, "Harbour pilots went on strike.")])
    assert told[0, 0] > 0.5 > told[1, 0]
