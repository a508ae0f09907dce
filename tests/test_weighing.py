"""A claim that was not written from a library: weighed by how closely it and a statement agree, and by what a reader says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant import wiring
from assistant.checking import Deterministic
from assistant.checking.chinese import CLAIM, EVIDENCE, ByLanguage, ChineseReader, as_read
from assistant.checking.prose import Reading
from assistant.checking.support import choose, lines, wanted
from assistant.checking.trained import Together
from assistant.checking.weighing import carried, features, weights
from tests.judged import judge, written
from vectorstore.chinese_pairs import TEXT
from vectorstore.embedding import HashingEmbedder
from vectorstore.network_marking import NetworkMarker, Signed
from vectorstore.token_marking import Marked
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


@pytest.mark.parametrize("name", ["en", "zh", "zh_read"])
def test_what_supports_a_claim_makes_it_likelier(name: str) -> None:
    """By the lines as shipped: nearer wording, and what the reader finds where one reads."""
    line = weights(name)
    plain = dict.fromkeys(line.weights, 0.0)
    assert 0 < line.probability(plain) < line.probability(plain | {"taken_up": 1.0}) < 1
    if name != "zh":
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


ORDER = written("学校每月可以安排一天检修校舍，学生当天在家。", name="zh")
OWN_WORDS = "校舍检修可由学校每个月留出一日来做。"


class TellsChinese(Tells):
    def understands(self, text: str) -> bool:
        return not text.isascii()


@pytest.mark.parametrize("supports", [0.02, 0.99])
def test_a_chinese_draft_is_read_by_the_reader_of_drafts(supports: float) -> None:
    """What the words leave open is the networks' to tell; the reader that knows English alone is not asked."""
    english, drafts = Tells("校舍", 0.99, 0.0), TellsChinese("校舍", supports, 0.0)
    judge_ = Together(Deterministic(HashingEmbedder()), english, doubting=True, drafts=drafts)
    told = judge_.verify(OWN_WORDS, (), [ORDER])
    assert (told.verdict == "supported") == (supports > 0.5)
    assert drafts.seen
    assert not english.seen


def test_figures_decide_over_what_the_networks_read() -> None:
    """A day that the source has otherwise is no support, however sure they are."""
    sure = TellsChinese("", 0.999, 0.0)
    judge_ = Together(Deterministic(HashingEmbedder()), Tells("", 0.5, 0.0), doubting=True, drafts=sure)
    held = written("救助站自2024年6月7日起停收旧衣。", name="zh")
    assert judge_.verify("救助站自2024年6月7日起停收旧衣。", (), [held]).verdict == "supported"
    assert judge_.verify("救助站自2024年6月9日起停收旧衣。", (), [held]).verdict != "supported"


class Reads(NetworkMarker):
    """Networks that tell support by how many characters of the evidence are a given one."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))

    def marked(self, read: Sequence[Signed]) -> list[Marked]:
        told = [np.where(np.array(each.symbols) == ord("是"), 2.0, -9.0)[:, None] for each in read]
        return [Marked(each.max(0), each) for each in told]


def test_claims_are_read_by_the_reader_of_their_language() -> None:
    """Rows sum to 1; what is told of the claim's own characters does not count, nor is an empty text read as support."""
    both = ByLanguage({"en": Tells("gate", 0.9, 0.0), "zh": ChineseReader(Reads())})
    pairs = [("是是是。", "否。"), ("The gate is shut.", "A gate."), ("开放。", "是的。"), ("开放。", "")]
    told = both.probabilities(pairs)
    assert told.shape == (4, 3)
    assert np.allclose(told.sum(1), 1)
    assert [round(float(row[0])) for row in told] == [0, 1, 1, 0]
    assert both.understands("开放。")
    assert not both.understands("Это закрыто.")
    claim, evidence = as_read("字" * 200, "文" * 900)
    assert (len(claim), len(evidence), evidence[0]) == (CLAIM, EVIDENCE + 1, TEXT)


def test_what_nothing_carries_is_shown_beside_what_comes_nearest() -> None:
    held = written("60岁以上户籍老人每餐补贴3元。食堂周末停业。")
    told = judge("养老机构的户籍老人每餐补贴也由市里承担。", [], [held])
    [fault] = told.faults
    document, span = fault.evidence[0]
    assert (told.verdict, fault.kind) == ("not_found", "unsupported")
    assert document.quote(span) == "60岁以上户籍老人每餐补贴3元。"
    assert document.quote(span) in fault.reason
    assert ([each.position for each in told.nearest], told.support) == ([0], ())
    far = judge("海关扣留了一批走私香烟。", [], [held])
    assert (far.verdict, far.nearest, far.faults[0].evidence) == ("not_found", (), ())
