"""Figures that are no plain numbers: periods of years, ranks, figures in names, bounds that a value keeps."""

from __future__ import annotations

import pytest

from assistant.checking import Deterministic
from assistant.checking.eras import eras
from assistant.checking.measuring import figures
from evals.given import passages


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("in the late 1990s", ["1990-1999"]),
        ("the 1980's and the '70s", ["1980-1989", "1970-1979"]),
        ("in the early 1600s", ["1600-1699"]),
        ("in the nineteenth century", ["1801-1900"]),
        ("二十世纪90年代，上世纪八十年代", ["1990-1999", "1980-1989"]),
        ("he died in his 70s and paid 50s", []),
        ("a quarter-century ago", []),
    ],
)
def test_periods_of_years(text: str, years: list[str]):
    """A decade or a century by its first and last year; an age is none."""
    assert [found for *_, found in eras(text)] == years


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("the 37th president and the thirty-seventh", ["rank", "rank"]),
        ("Theresa May spoke in May", ["month"]),
        ("two decades, a $ 5 million fund", ["number", "number"]),
        ("the F-35 first flew", ["number", "rank"]),
    ],
)
def test_kinds_of_figures(text: str, kinds: list[str]):
    """Ranks are no counts, and a surname is no month."""
    assert [each.kind for each in figures(text) if each.kind != "clause"] == kinds


def faults(claim: str, source: str) -> list[str]:
    """The reasons of what the rules find misquoted."""
    told = Deterministic().verify(claim, passages([("", source)]), ())
    return [fault.reason for fault in told.faults if fault.kind == "misquoted"]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The bridge was built in the 1930s.", "The bridge was built in 1934."),
        ("The bridge was built in the 20th century.", "The bridge was built on 3 May 1934."),
        ("The ferry ran for five decades.", "The ferry ran for 50 years."),
        ("The fund holds more than $600,000.", "The fund holds $662,577."),
        ("The hall seats fewer than 300 people.", "The hall seats 280 people."),
        ("Mr Hale was the thirty-seventh mayor of Fenmarch.", "Mr Hale was the 37th mayor of Fenmarch."),
        ("The film High Noon was shown in Fenmarch.", "The film was shown in Fenmarch."),
        ("Mr Hale was mayor for four years.", "Mr Hale was mayor from 1991 to 1995."),
        ("The rides were popular in the early 1970's.", "The rides were popular in the late 1960s and early 1970s."),
    ],
)
def test_the_same_in_other_figures(claim: str, source: str):
    """No alarm where the source's value lies in the claim's period or bound, or where the figure is a name's."""
    assert not faults(claim, source)


@pytest.mark.parametrize(
    ("claim", "source", "said"),
    [
        ("The bridge was built in the 1930s.", "The bridge was built in 1944.", "1944"),
        ("The bridge was built in 1934.", "The bridge was built in the 1930s.", "1934"),
        ("The ferry ran for four decades.", "The ferry ran for 50 years.", "50 years"),
        ("The fund holds more than $700,000.", "The fund holds $662,577.", "662,577"),
        ("The fund holds more than $600,000.", "The fund holds more than $700,000.", "700,000"),
        ("Mr Hale was the 38th mayor of Fenmarch.", "Mr Hale was the 37th mayor of Fenmarch.", "37th mayor"),
        ("The Boeing 737 was sold.", "The Boeing 747 was sold.", "747"),
    ],
)
def test_another_figure_is_told(claim: str, source: str, said: str):
    """Another period, rank, bound or model is another figure, and the reason names the source's."""
    [reason] = faults(claim, source)
    assert said in reason


def test_a_year_is_no_count():
    """ "Two sides" is not told to be another figure than 1996."""
    assert "1996" not in " ".join(
        faults("The war had two sides.", "The war of the two valleys went on until 1996 on all sides.")
    )
