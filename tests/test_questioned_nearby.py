"""Doubts that another passage of the same document raises: the sentence after, a correction, a note on a whole paragraph."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.doubts import find
from assistant.doubts.corrections import sentences
from ingest.document import Document, Metadata, Span
from ingest.sentences import statements


def questioned(text: str) -> list[str]:
    """The statements of a text that are questioned, in order."""
    about = Metadata(kind="report", outlet="Evening Post", issued=date(2021, 6, 4))
    read = Document(
        id="d", title="", text=text, source="d", media_type="text/plain", metadata=about, statements=statements(text)
    )
    found = []
    for statement in read.statements:
        for doubt in find(read, statement):
            if doubt.kind == "questioned":
                assert doubt.words is not None
                assert doubt.evidence[0].meets(doubt.words)
                found.append(read.quote(statement.span))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "The army took the fort. The Post could not verify the claim. Snow fell on Monday.",
        "The yard builds 300 boats a year. The union disputes this. The yard employs 12.",
        "A picture shows the minister at the feast. The photo is a forgery. The feast was on Monday.",
        "The strike cost 4 million a day. Economists at Tarn College say the sum is far too high. It ended in May.",
        "Lamps draw fewer moths. The study has been withdrawn by its authors. Moths of eleven kinds were caught.",
        "全县共有古树412株。此数与普查结果相差较大，待核。树龄都在百年以上。",
        "夏粮总产达320万吨。省农科院专家对该数据提出质疑。专家来自三个研究所。",
        "网上有人说水库垮坝。经核查，此为谣言。水库建于1975年。",
    ],
)
def test_a_sentence_that_refers_back_and_doubts_touches_the_one_before_it(text: str):
    """Nor does an English sentence of that kind question itself."""
    first = statements(text)[0].span
    assert questioned(text)[0] == text[first.start : first.end]
    assert len(questioned(text)) == 1 or "。" in text


@pytest.mark.parametrize(
    "text",
    [
        "The road was closed in May. That was the second closure this year. It was reopened in June.",
        "The council approved the plan. The report was published on Monday. It was not discussed.",
        "Three families lived on the rock. It is beyond dispute that the log survived, for it lies in the archive.",
        "The committee rejected the claim for damages. The claim was filed in 2018.",
        "Prices rose by 3 per cent. This was not expected by the bank.",
        "The rule was published in March. Without it, it is hard to say how many permits are wrong.",
        "Appeals are lodged within ten days. Figures that are unverified shall not be published.",
        "全市接待游客52万人次。此前有自媒体称游客突破百万，市旅游局已更正该数字。",
        "全市近视率为41%。其中两所学校的数据有待复核。",
    ],
)
def test_a_sentence_that_refers_elsewhere_or_doubts_nothing_leaves_the_one_before_in_peace(text: str):
    first = statements(text)[0].span
    assert text[first.start : first.end] not in questioned(text)


def test_a_doubt_on_the_above_report_touches_the_statement_that_shares_its_words():
    text = "知情人士称，禾川电池收购南屿材料。禾川电池股票已停牌。公司回应称，没有应披露事项。上述收购消息未经证实。"
    assert questioned(text)[0] == "知情人士称，禾川电池收购南屿材料。"
    assert "禾川电池股票已停牌。" not in questioned(text)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        (
            """The bridge reopened after nine months of repairs. Lorries took the detour. The deck is granite.

Correction, 6 June: the repairs took nine weeks. We have withdrawn the figure for lorries.""",
            ["The bridge reopened after nine months of repairs.", "Lorries took the detour."],
        ),
        (
            """The fund lost 4 million last year. It has offices in Pell.

This article was amended on 3 May because an earlier version gave the loss of the fund as 40 million.""",
            ["The fund lost 4 million last year."],
        ),
        ("本市新增绿地120公顷。公园共有14座。\n勘误：绿地面积应为102公顷。", ["本市新增绿地120公顷。"]),
        (
            "编者按：文中的亩产数字未经本刊核实。\n作者写道，新品种亩产达到960公斤。试验田共有三块。",
            ["作者写道，新品种亩产达到960公斤。"],
        ),
    ],
)
def test_a_correction_or_introduction_touches_the_statements_that_share_its_key_words(text: str, corrected: list[str]):
    told = [each for each in questioned(text) if not each.startswith(("Correction", "勘误", "编者按", "This article"))]
    assert told == corrected


def test_a_note_on_this_paragraph_touches_all_of_it_and_no_other():
    text = (
        "Convoys crossed at Dool. Each had twenty lorries. [Analyst's note: this paragraph rests on one witness.]\n\n"
        "The crossing at Pell is closed on Sundays. The toll is 14 marks."
    )
    assert questioned(text) == ["Convoys crossed at Dool.", "Each had twenty lorries."]


def test_a_note_on_the_items_of_a_list_touches_each_of_them():
    text = (
        "Reports of the week:\n(a) Halvorsen Metals has sold its stake.\n(b) Ore is stored in the open.\n"
        "Our note on (a) and (b): we rang all the parties and none would confirm.\n\nThe railway reopened on 30 August."
    )
    assert questioned(text) == ["Halvorsen Metals has sold its stake.", "Ore is stored in the open."]


def test_a_passage_falls_into_its_sentences():
    text = "Correction: the toll is 14 marks. The pier is new. 桥已修好。路未通。"
    whole = Span(start=0, end=len(text))
    found = [text[each.start : each.end] for each in sentences(text, whole)]
    assert found[:2] == ["Correction: the toll is 14 marks.", "The pier is new."]
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
