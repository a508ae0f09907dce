"""Claims that say the opposite of their source: by a negation, by an opposite, by allowing what is forbidden."""

from __future__ import annotations

import pytest

from assistant.checking import Deterministic, Judgement
from evals.given import passages
from vectorstore.embedding import HashingEmbedder


def judge(claim: str, source: str) -> Judgement:
    return Deterministic(HashingEmbedder()).verify(claim, passages([("", source)]), ())


TURNED = [
    ("Foreign inflation remained subdued but rose a bit.", "Foreign inflation did not remain subdued but rose a bit.", "did not"),
    ("Stock market indexes rose, though few were traded.", "Stock market indexes did not rise, though few were traded.", "did not"),
    ("The ferries are not yet exempt from the only toll.", "The ferries are exempt from the only toll.", None),
    ("Members agreed to continue reducing the holdings of bonds.", "Members agreed to stop reducing the holdings of bonds.", "stop"),
    ("各地使用该系统采集信息，仅限本省。", "各地未使用该系统采集信息，仅限本省。", "未"),
    ("全国登记用户数在三月上升。", "全国登记用户数在三月下降。", "下降"),
]  # fmt: skip
SAME_SENSE = [
    ("Prices did not rise in March but rose in April.", "Prices rose in April."),
    ("Local authorities must not ask a firm for the figures on paper.", "No local authority is allowed to ask a firm for the figures on paper."),
    ("The Board approved the plan, not the Council.", "The plan was approved by the Board."),
    ("The rate did not decline below five percent.", "The rate did not go down below five percent."),
    ("Such policies might not be as effective in future as in the past.", "Such policies might be less effective in future than in the past."),
    ("不得向企业重复收集同一数据。", "不应向企业重复收集同一数据。"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "claim", "words"), TURNED)
def test_a_claim_that_follows_its_source_and_turns_it_round_is_contradicted(
    source: str, claim: str, words: str | None
) -> None:
    """A negation that only one has between the same words, or an opposite in a word's place, tells, whatever else says no."""
    judgement = judge(claim, source)
    assert judgement.verdict == "contradicted"
    span = next(fault.words for fault in judgement.faults if fault.kind == "unsupported")
    assert (claim[span.start : span.end] if span is not None else None) == words


ALLOWED = [
    ("补贴以电子服务券形式发放，不得兑换现金。", "补贴可以兑换现金。", "contradicted"),
    ("经营者不得向消费者收取押金。", "经营者可以收取押金。", "contradicted"),
    ("严禁物业收集人脸信息。", "物业可以收集人脸信息。", "contradicted"),
    ("企业应当公示排放数据。", "企业可以不公示排放数据。", "contradicted"),
    ("申请人须提交身份证明。", "申请人不必提交身份证明。", "contradicted"),
    ("企业未经批准不得提前拆除设备。", "企业可以提前拆除设备。", "contradicted"),
    ("经批准企业可以提前拆除设备，未经批准不得提前拆除设备。", "经批准企业可以提前拆除设备。", "supported"),
    ("使用人可以携带证件入场，不得携带宠物入场。", "使用人可以携带证件入场。", "supported"),
    ("企业可以申请延期，但不得超过三十日。", "企业可以申请延期。", "supported"),
    ("补贴标准不得低于每月200元，可以适当提高。", "补贴标准不得低于每月200元。", "supported"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "claim", "verdict"), ALLOWED)
def test_in_chinese_what_is_forbidden_is_not_allowed_nor_what_is_demanded_waived(
    source: str, claim: str, verdict: str
) -> None:
    """可以 and 不得 share every other word: the deed behind them is compared, and a case of which alone a clause speaks is left alone."""
    assert judge(claim, source).verdict == verdict


@pytest.mark.parametrize(("source", "claim"), SAME_SENSE)
def test_a_negation_that_moved_or_was_left_out_with_its_clause_contradicts_nothing(source: str, claim: str) -> None:
    """As many denials on either side, or a denial that went with the words it denies, leave the sense as it was."""
    assert judge(claim, source).verdict == "supported"


DENIED = [
    ("Aster denied on Friday that any buy-out was planned.", "Aster said a buy-out was planned.", "contradicted"),
    ("Aster denied on Friday that any buy-out was planned.", "A buy-out of Aster is planned.", "contradicted"),
    ("Aster said on Friday that a buy-out was planned.", "Aster denied that a buy-out was planned.", "contradicted"),
    ("The port denies dumping spoil near the reef.", "The port dumps spoil near the reef.", "contradicted"),
    ("The minister ruled out a second increase of the levy.", "The levy will be increased a second time.", "contradicted"),
    ("The firm was denied a licence for the second quarry.", "The firm has a licence for the second quarry.", "contradicted"),
    ("公司否认与医院存在价格垄断协议。", "公司与医院存在价格垄断协议。", "contradicted"),
    ("我市从未出台允许提取住房公积金用于装修的政策。", "我市出台了允许提取住房公积金用于装修的政策。", "contradicted"),
    ("我市从未出台允许提取住房公积金用于装修的政策。", "我市允许提取住房公积金用于装修。", "contradicted"),
    ("公司承认与医院存在价格垄断协议。", "公司否认与医院存在价格垄断协议。", "contradicted"),
    ("Aster denied on Friday that any buy-out was planned.", "Aster denied that a buy-out was planned.", "supported"),
    ("Aster denied on Friday that any buy-out was planned.", "No buy-out is planned, Aster said on Friday.", "supported"),
    ("The union alleged that the yard planned layoffs; it denied planning layoffs.", "The union alleged that the yard planned layoffs.", "supported"),
    ("公司否认与医院存在价格垄断协议。", "公司否认与医院有价格垄断协议。", "supported"),
]  # fmt: skip


def test_another_document_that_says_it_itself_is_no_denial() -> None:
    """What one document denies and another says is carried by the other, though both stand at one place in theirs."""
    sources = [("", "Aster denied that a buy-out of the yard was planned."), ("", "A buy-out of the yard was planned.")]
    judgement = Deterministic(HashingEmbedder()).verify("A buy-out of the yard was planned.", passages(sources), ())
    assert judgement.verdict == "supported"


@pytest.mark.parametrize(("source", "claim", "verdict"), DENIED)
def test_what_somebody_denies_is_not_what_they_say(source: str, claim: str, verdict: str) -> None:
    """A denial holds every word of what it denies; one in other words, or of what others allege, contradicts nothing."""
    assert judge(claim, source).verdict == verdict


def test_chinese_opposites_are_told_though_the_claim_is_worded_anew() -> None:
    """照常 and 暂停 of the same thing; not where a clause about something else has the other."""
    source = "停水期间电梯、门禁照常运行。垃圾清运暂停两天。"
    assert judge("停水的时候，电梯和门禁将暂停运行。", source).verdict == "contradicted"
    assert judge("停水的时候，电梯和门禁照常运行。", source).faults == ()
    assert judge("停水期间垃圾清运暂停两天。", source).faults == ()
