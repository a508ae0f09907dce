"""What a claim may rest on: one document where no source is named, and figures that tell as much as the claim does."""

from __future__ import annotations

import pytest

from assistant.checking import strength
from assistant.checking.naming import names
from assistant.checking.softening import Softener
from assistant.checking.support import Line
from assistant.doubts.words import Words
from ingest.document import Span
from tests.judged import judge, written


def test_a_claim_is_not_put_together_out_of_several_documents() -> None:
    """One document carries it or none: words of two that have nothing to do with each other carry nothing."""
    one = written("南屿省渔业部门不得向休渔渔船供油、供冰。", name="one")
    other = written("清单聚焦医药、民航和渔民关心的保险行业，已为企业列明购买范围。", name="other")
    claim = "南屿省渔业部门已为渔民购买保险。"
    assert judge(claim, (), [one, other]).verdict == "not_found"
    both = written("南屿省渔业部门不得向休渔渔船供油、供冰。该部门已为渔民购买保险。")
    assert judge(claim, (), [both, other]).verdict == "supported"


def test_a_figure_elsewhere_in_another_document_mends_nothing() -> None:
    """The document that the claim rests on has another figure: that is told, whoever else has the claim's."""
    notice = written("生育二孩及以上家庭购买首套住房的，贷款额度上浮20%。", name="notice")
    paper = written("多孩家庭买首套房，额度上浮30%。", name="paper")
    judgement = judge("二孩及以上家庭购买首套住房的，贷款额度上浮30%。", (), [notice, paper])
    assert judgement.verdict == "contradicted"
    assert "20%" in judgement.faults[0].reason


def test_a_year_in_the_lead_in_does_not_tell_a_day() -> None:
    """It stands for every day of that year until the source tells another day of the same thing."""
    source = written("《负面清单（2026年版）》已经公布，该清单自2026年6月1日起施行。")
    judgement = judge("该清单自2026年7月1日起施行。", [source])
    assert judgement.verdict == "contradicted"
    assert judge("该清单自2026年6月1日起施行。", [source]).verdict == "supported"


def test_words_that_join_are_no_part_of_a_chinese_name() -> None:
    """由, 从 and their like stand in front of a name, not in it."""
    assert [each.text for each in names("补贴由市、区两级财政分担，由临川市承担。")] == ["临川市"]


def test_a_statement_that_is_quoted_makes_no_more_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever spoke in a sentence before; put in other words it does."""
    source = written("Members judged that risks were balanced. The board decided to raise its rate to 4 percent.")
    voice, said = Span(start=0, end=len("Members judged")), source.document.statements[1].span

    def spoken(line: Line, _: Words) -> list[Softener]:
        return [Softener("attributed", line, voice, said)] if line.position == 1 else []

    monkeypatch.setattr(strength, "softeners", spoken)
    assert judge("The board decided to raise its rate to 4 percent.", [source]).faults == ()
    assert judge("The board has decided to raise its rate to 4 percent.", [source]).faults != ()
