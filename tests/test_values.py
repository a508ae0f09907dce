"""The yardstick's own reading: numbers and dates as values, and whether a text says a point or carries a claim."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.checking.measuring import figures
from assistant.checking.values import folded, values
from evals.carrying import carries, says


def read(text: str) -> list[str]:
    return [each.day or f"{each.number}{each.unit and ' ' + each.unit}" for each in values(text)]


ONE_VALUE = [
    ("4.75%", "4-3/4 percent", "4¾ per cent", "４.７５％", "4 3/4 %", "百分之4.75"),
    ("5%", "百分之五", "five percent", "5 per cent"),
    ("0.25 percentage point", "25 basis points", "1/4 percentage point", "25bps", "one-quarter percentage point"),
    ("120 million", "1.2亿", "12000万", "120,000,000", "一百二十 million"),
    ("30,000,000", "三千万", "30 million", "thirty million", "3000万"),
    ("151", "一百五十一", "１５１", "151.0"),
    ("25", "twenty-five", "二十五"),
    ("205 cities", "二百零五个城市", "二〇五个"),
    ("24 February 2020", "February 24, 2020", "Feb. 24, 2020", "24th of February 2020", "2020年2月24日", "2020-02-24",
     "２０２０年２月２４日", "2020 年 2 月 24 日"),
    ("February 2020", "2020年2月", "Feb 2020", "2020-02"),
    ("3 September", "Sept. 3", "9月3日"),
]  # fmt: skip
PAIRS_OF_ONE = [(first, other) for first, *others in ONE_VALUE for other in others] + [
    ("2.5 million", "2-1/2 million"),
    ("3.2 percent", "3⅕ percent"),
    ("2,500", "two thousand five hundred"),
    ("105", "one hundred and five"),
    ("1.31 million containers", "1.31m containers"),
    ("£2.5 million", "£2.5m"),
    ("3.5 billion marks", "3.5bn marks"),
    ("12000", "一万二千"),
    ("3.5%", "百分之三点五"),
    ("2020", "二〇二〇"),
    ("24 February 2020", "二〇二〇年二月二十四日"),
]


def test_metres_are_no_millions() -> None:
    """An m behind a number is a million before what is counted in millions, and behind a sign of money."""
    assert read("vessels over 12m, 12m vessels and a wall 2.5m high") == ["12", "12", "5/2"]


@pytest.mark.parametrize(("one", "other"), PAIRS_OF_ONE)
def test_one_value_is_one_value_however_it_is_written(one: str, other: str):
    """Fractions, percent, scales, figures of English and Chinese, full width and dates are read to the same value."""
    [left], [right] = values(one), values(other)
    assert left.same(right)
    assert right.same(left)


@pytest.mark.parametrize(
    ("one", "other"),
    [("4.75%", "4.5%"), ("5%", "5 percentage points"), ("1.2亿", "1.2万"), ("24 February 2020", "25 February 2020"),
     ("24 February 2020", "2020年3月"), ("3 May", "May 2020 3 April"), ("151", "15"), ("24 February", "24")],
)  # fmt: skip
def test_different_values_are_not_taken_for_one(one: str, other: str):
    """Another number, unit, scale or date is another value."""
    assert not values(one)[0].same(values(other)[-1])


def test_what_tells_less_agrees_with_what_tells_more():
    """A date without a year or a day, or a number without a unit, agrees with one that has it."""
    for less, more in (("24 February", "24 February 2020"), ("2020年2月", "2020年2月24日"), ("5", "5%")):
        assert values(less)[0].same(values(more)[0])


def test_a_year_alone_agrees_with_a_date_in_it():
    """A date that tells less agrees with one that tells more, down to its year."""
    assert values("2020")[0].same(values("24 February 2020")[0])


@pytest.mark.parametrize(
    "text",
    ["", "one of them", "一些城市", "唯一的办法", "1/0", "the may have",
     "各项要求已经统一。",
     "工作十分重要",
     "Banks of section 3 may merge"],
)  # fmt: skip
def test_a_word_is_no_number_for_looking_like_one(text: str):
    """“one of”, 一 in 一些, a division by nothing and “may” as a verb are no values, but for the numbers beside them."""
    assert [each for each in values(text) if each.day or each.number != 3] == []


def test_a_range_of_days_is_its_first_and_its_last():
    """Minutes tell a meeting by its days; both are values, in order, and numbers in a date are no values of their own."""
    assert read("on January 30–31, 2024, 19 of 20") == ["2024-1-30", "2024-1-31", "19", "20"]
    assert read("13月1日")[:1] == ["13"]


PIECES = "1 2020 年 月 日 24 February may 3/ 1/2 ½ ⅕ % percent 亿 百分之 一 十 one twenty million - – , . 0 basis points İ ² ①"


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=25).map("".join)))
def test_no_text_is_too_strange_and_every_value_is_where_it_says(text: str):
    """Any text is read; each value's text stands at its place in the folded form, and values are in order."""
    found, flat = values(text), folded(text)
    assert [each.start for each in found] == sorted(each.start for each in found)
    for each in found:
        assert flat[each.start : each.end] == each.text
        assert each.same(each)
        assert (each.number is None) == bool(each.day)


@given(st.integers(0, 10**12), st.booleans())
def test_any_whole_number_is_read_with_and_without_commas(number: int, commas: bool):  # noqa: FBT001
    """1,234,567 and 1234567 are the number itself."""
    [found] = values(f"there were {number:,} cities" if commas else f"there were {number} cities")
    assert found.number == Fraction(number)


def test_a_very_long_number_is_read_or_left_out():
    """A row of figures ends no run."""
    values("9" * 5000)


YES, NO = True, False
SAYS = [
    ("Records must be deleted after 30 days.", ("delete records", "thirty days"), YES),
    ("Rates were raised to 4-3/4 percent.", ("raised to 4.75%",), YES),
    ("Rates were raised to 4-3/4 percent.", ("raised to 4.5%",), NO),
    ("The notice of 24 February 2020 covers platforms.", ("2020年2月24日",), YES),
    ("Records need not be deleted.", ("records deleted",), NO),
    ("Records need not be deleted.", ("not deleted",), YES),
    ("It is not so. Records must be deleted.", ("records deleted",), YES),
    ("Firms cannot resell the data.", ("resell data",), NO),
    ("健康码已在全国推广。", ("全国推广",), YES),
    ("健康码已在全国推广。", ("全省推广",), NO),
    ("企业应当在三十日内删除记录。", ("不存在", "30日内删除"), YES),
    ("企业应当在三十日内删除记录。", ("30日",), YES),
    ("企业不得推广健康码。", ("推广健康码",), NO),
    ("平台没有删除记录。", ("删除记录",), NO),
    ("The meeting of March 17-18, 2020 was quiet.", ("March 17-18, 2020 purchases",), NO),
]  # fmt: skip


@pytest.mark.parametrize(("text", "alternatives", "holds"), SAYS)
def test_a_point_is_said_by_its_words_and_values_and_without_negation(text: str, alternatives: tuple, holds: bool):  # noqa: FBT001
    """All words of one alternative, numbers and dates by value, no negation of its own; with a reason either way."""
    judged = says(text, alternatives)
    assert judged.holds is holds
    assert judged.reason


CARRIES = [
    ("In all, 151 cities used the code.", "In all, 151  cities used\nthe code.", YES),
    ("In all, 151 cities used the code.", "The code was used in 151 cities.", YES),
    ("In all, 151 cities used the code.", "The code was used in 200 cities.", NO),
    ("The fee was raised to 4-3/4 percent by the council in May.", "The council raised the fee to 4.75% in May.", YES),
    ("The fee was raised to 4-3/4 percent.", "It was raised to 4.75%.", YES),
    ("It was given on 24 February 2020.", "It was given on 25 February 2020.", NO),
    ("The port reopened.", "Masks were sold out in the whole province.", NO),
    ("健康码已在全国推广。", "健康码已在全国推广", YES),
    ("健康码已在全国推广。", "口罩在各地已经售罄", NO),
    ("In all, 151 cities used the code.", "51 cities used the code.", NO),
    ("The notice of 24 February 2020 covers platforms.", "The notice of 2020 covers platforms.", YES),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "claim", "holds"), CARRIES)
def test_a_claim_is_carried_by_most_of_its_words_and_all_its_values(evidence: str, claim: str, holds: bool):  # noqa: FBT001
    """Word for word, or most words and each number and date; with a reason either way."""
    judged = carries(evidence, claim)
    assert judged.holds is holds
    assert judged.reason


@given(st.text(min_size=1, max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_every_text_carries_itself(claim: str, before: str, after: str):
    """A claim that stands in its evidence word for word is carried, whatever stands around it."""
    assert carries(f"{before} {claim} {after}", claim).holds
    assert says(before, (claim,)).reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("到9月底达到86.5%", [("month", "8"), ("number", "")]),
        ("9月份失业率", [("month", "8")]),
        ("23日14时水位", [("date", "*-*-23"), ("clock", "14")]),
        ("10时30分恢复", [("clock", "10:30")]),
        ("下午4时恢复", [("clock", "16")]),
        ("7月1日20时至2日20时", [("date", "*-7-1"), ("clock", "20"), ("date", "*-*-2"), ("clock", "20")]),
        ("应于15日内提交", [("number", "")]),
        ("为期5日", [("number", "")]),
        ("历时26小时", [("number", "")]),
        ("前5个月增长", [("number", "")]),
    ],
)
def test_chinese_months_days_and_hours_are_no_counts(text: str, told: list[tuple[str, str]]) -> None:
    """A month, a day of the month and an hour of the day are told from lengths of time, which say so."""
    assert [(each.kind, each.day or each.name) for each in figures(text)] == told
