"""Figures that stand nowhere in a source and follow from it, and how often something is done."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.checking.frequency import frequencies
from assistant.checking.measuring import figures
from ingest.document import Metadata
from tests.judged import judge, written

FOLLOWS = [
    ("现场实有工人231名，低于施工计划要求的300名。", "现场实有工人比施工计划要求少69名。"),
    ("检查了3000家企业，其中750家不合格。", "检查的企业里，不合格的占四分之一。"),
    ("晚上用电高峰电价比平段高六成。", "晚上用电高峰电价比平段高60%。"),
    ("新建污水管网86公里，修复老旧管网41公里。", "新建污水管网是修复老旧管网的两倍多。"),
    ("医院保持不少于30天用量的药品储备。", "医院保持30天以上用量的药品储备。"),
    ("末班船为19时30分。", "末班船为晚上七点半。"),
    ("Of the 12 belts inspected, 4 lacked guards.", "Of the belts inspected, a third lacked guards."),
    ("The office employs 231 of the 300 clerks planned.", "The office employs 69 fewer clerks than planned, of 300."),
    ("Of the 190 licences, 19 are partnership licences.", "One in ten of the licences are partnership licences."),
]
WRONG = [
    ("检查了3000家企业，其中750家不合格。", "检查的企业里，不合格的占三分之一。"),
    ("现场实有工人231名，低于施工计划要求的300名。", "现场实有工人比施工计划要求少59名。"),
    ("医院保持不少于30天用量的药品储备。", "医院保持30天以下用量的药品储备。"),
    ("Of the 12 belts inspected, 4 lacked guards.", "Of the belts inspected, a quarter lacked guards."),
    ("过渡安置费每户每月发放1200元。", "过渡安置费每户每季度发放1200元。"),
    ("The board inspects the depot twice a year.", "The board inspects the depot every month."),
]


@pytest.mark.parametrize(("source", "claim"), FOLLOWS)
def test_what_follows_from_figures_is_no_other_figure(source: str, claim: str) -> None:
    """A share, a difference, a multiple, tenths, a bound put otherwise, an hour in words."""
    assert judge(claim, [written(source)]).faults == ()


@pytest.mark.parametrize(("source", "claim"), WRONG)
def test_what_does_not_follow_is_told(source: str, claim: str) -> None:
    """Another share, another difference, the bound turned round, another frequency."""
    assert {fault.kind for fault in judge(claim, [written(source)]).faults} == {"misquoted"}


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("2023年全市发生事故6起，比2022年少1起。", True),
        ("2022年全市发生事故6起，比2021年少1起。", False),
        ("2024年3月5日星期二本报讯：全市去年发生事故6起。", True),
        ("2024年3月5日星期三本报讯：全市去年发生事故6起。", False),
    ],
)
def test_last_year_is_told_by_the_day_of_a_document(claim: str, *, right: bool) -> None:
    """去年 in March 2024 is 2023; a weekday is that of its date."""
    passage = written(
        "3月5日本报讯：全市去年发生事故6起，比前年少1起。", about=Metadata(issued=date(2024, 3, 5), outlet="晚报")
    )
    assert (judge(claim, [passage]).faults == ()) is right


def test_a_name_that_the_document_bears_is_not_missing_from_a_statement() -> None:
    """The city of 全市, the body of 我局 by its abbreviation; a city that another document bears is."""
    about = Metadata(issuer="青岑市人力资源和社会保障局")
    passage = written("5月13日，吴某家属向我局提出工伤认定申请，我局于5月20日受理。", about=about)
    assert judge("青岑市人社局5月20日受理吴某家属的工伤认定申请。", [passage]).faults == ()
    assert judge("云州市人社局5月20日受理吴某家属的工伤认定申请。", [passage]).faults != ()


def test_frequencies_are_periods() -> None:
    """However they are put."""
    assert [each.days for each in frequencies("twice a year, half-yearly, every six months", "en")] == pytest.approx(
        [182.5] * 3, abs=0.2
    )
    assert [each.days for each in frequencies("每48小时、每2天；一次性；每半年", "zh")] == pytest.approx(
        [2.0, 2.0, 0.0, 182.5], abs=0.01
    )
    assert list(frequencies("每人每次限购5只。", "zh")) == []


def test_numbers_of_events_and_years_count_nothing() -> None:
    """“9·03”案 is a name, 2022年 a year, 6起 six cases."""
    assert [each.text for each in figures("“9·03”案冻品650吨")] == ["650吨"]
    assert [(each.family, each.years) for each in figures("比2022年少")] == [("", "2022")]
    assert [each.side for each in figures("发生事故6起")] == [""]


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("The Shore Road will be closed from 26 June.", True),
        ("The Shore Road will be closed from 27 June.", False),
        ("Fewer than one in ten complaints were upheld.", True),
        ("Fewer than one in twenty complaints were upheld.", False),
    ],
)
def test_a_day_is_told_by_its_weekday_and_a_bound_by_what_keeps_it(claim: str, *, right: bool) -> None:
    """ "Thursday" of a paper of Tuesday 24 June is the 26th; 36 of 418 are fewer than one in ten."""
    text = "The Shore Road will be closed from Thursday. Complaints: 418 received, 36 of the complaints were upheld."
    passage = written(text, about=Metadata(issued=date(2025, 6, 24), outlet="The Shore Post"))
    assert (judge(claim, [passage]).faults == ()) is right
