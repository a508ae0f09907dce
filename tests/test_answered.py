"""A claim that the next sentence answers is questioned, without a word that points back; and the doubts of many kinds of text stay found."""

from __future__ import annotations

import pytest

from assistant.doubts import find
from evals.doubts import SET, Label, judge
from evals.labelled import Text, documents, place, rows, statements


def questioned(text: str, words: str) -> str:
    """What questions the statement that holds some words; empty where nothing does."""
    held = documents(["text:one"], {"one": Text(name="one", body=text)})["text:one"]
    span = place(held, words)
    assert span is not None
    found = [each for one in statements(held, span) for each in find(held, one) if each.kind == "questioned"]
    return " ".join(held.quote(each.evidence[0]) for each in found)


@pytest.mark.parametrize(
    ("text", "words", "by"),
    [
        (
            "Posts shared since Sunday say that the Tolmey dam let water out. The dam was closed all week. The posts are false.",
            "Posts shared",
            "false",
        ),
        (
            (
                "CORRECTIONS\n\nIn a report on the Fenner inquest we stated that the driver had been convicted before. "
                "He has no previous convictions, and we apologise.\n"
            ),
            "In a report",
            "no previous convictions",
        ),
        (
            "Harbourfield claims that its sales rose 9% in May. We would not lean on that number.",
            "Harbourfield claims",
            "not lean on",
        ),
        ("【网传】清河大桥桥墩开裂，禁止车辆上桥。\n【求证】假的。桥墩没有开裂。\n", "清河大桥", "假的"),
    ],
)
def test_what_is_answered_is_questioned(text: str, words: str, by: str):
    """The statement that is answered is marked with the answer."""
    assert by in questioned(text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The bridge carries 300 cars an hour. The tunnel does not carry lorries.", "The bridge"),
        ("注：因四舍五入，部分数据合计数与分项之和略有出入。\n\n出口增长8.3%。\n", "出口增长"),
        ("Totals may not add up owing to rounding.\n\nExports rose by 8.3%.\n", "Exports rose"),
    ],
)
def test_what_is_not_answered_is_not(text: str, words: str):
    """A sentence about something else, and a note on rounding, question nothing here."""
    assert not questioned(text, words)


def test_the_texts_that_the_rules_were_widened_on_stay_read():
    """Many kinds of text, English and Chinese: what is found there is not lost again (`docs/quality.md` tells how unseen texts fare)."""
    labels = rows(SET.with_name("doubts_wide.jsonl"), Label)
    texts = {label.text.name: label.text for label in labels if label.text is not None}
    tally = judge(labels, documents((label.name for label in labels), texts), whole=True)["report"]
    true, false, missed = (sum(counts.values()) for counts in (tally.true, tally.false, tally.missed))
    assert 2 * true / (2 * true + false + missed) >= 0.92
    assert tally.alarmed / tally.quiet <= 0.05
