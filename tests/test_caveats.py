"""Doubts raised elsewhere than in the statement: of all figures, at the head, in a footnote; and texts that set in amid a sentence."""

from __future__ import annotations

import pytest

from assistant.doubts import find
from evals.labelled import Text, documents, place, statements


def doubts(text: str, words: str) -> dict[str, str]:
    """Each kind of doubt of the statement that holds some words, with the characters that show it."""
    held = documents(["text:one"], {"one": Text(name="one", body=text)})["text:one"]
    span = place(held, words)
    assert span is not None
    found = [finding for each in statements(held, span) for finding in find(held, each)]
    return {finding.kind: held.quote(finding.evidence[0]) for finding in found}


RELEASE = (
    "Corlen Ferries plc: half-year statement\n\n"
    "Revenue rose 11% to 84.6 million. The crossing to Aske carries 310 cars. {}\n\n"
    "The office stands at 4 Quay Street. We expect 90 million for the year.\n"
)


@pytest.mark.parametrize(
    "caveat",
    [
        "The figures in this statement have not been audited.",
        "All results given above are provisional and subject to revision.",
        "This statement contains preliminary figures.",
    ],
)
def test_what_is_said_of_all_figures_touches_each(caveat: str):
    """A number that measures is marked with the sentence; an address and what is to come are not."""
    text = RELEASE.format(caveat)
    assert doubts(text, "Revenue rose 11% to 84.6 million")["self_reported"] == caveat
    assert "self_reported" not in doubts(text, "The office stands at 4 Quay Street")
    assert "self_reported" not in doubts(text, "We expect 90 million for the year")


def test_the_head_may_say_it():
    """ "First estimate" over a table of figures is said of them all; an audited one is named as such."""
    text = "Statistics Fenmarch\nOutput of the ports, first estimate\n\nOutput rose by 2.4%. The final figure for May, as certified, was 113.2.\n"
    assert doubts(text, "Output rose by 2.4%")["self_reported"] == "Output of the ports, first estimate"
    assert "self_reported" not in doubts(text, "The final figure for May")


def test_a_footnote_is_read():
    """A mark behind the figure leads to the line at the foot that begins with it."""
    text = "民间投资增长1.2%〔2〕。公路长318公里〔1〕。\n\n〔1〕按里程碑计。\n〔2〕民间投资数据由企业自主申报。\n"
    assert "自主申报" in doubts(text, "民间投资增长1.2%")["self_reported"]
    assert "self_reported" not in doubts(text, "公路长318公里")


@pytest.mark.parametrize("mark", ["*", "†", "(2)", "[b]", "(p)"])
def test_a_footnote_may_question(mark: str):
    """ "Could not be verified" at the foot is said of the statement with its mark, and of no other."""
    text = f"The pier carried 900 people{mark}. The quay carried 300.\n\nDogs are welcome.\n\n{mark} This count could not be verified.\n"
    assert "could not be verified" in doubts(text, "The pier carried")["questioned"]
    assert "questioned" not in doubts(text, "The quay carried")


@pytest.mark.parametrize(
    ("rule", "mark"), [("paragraph (b)", "(b)"), ("paragraph (2)", "(2)"), ("Section 4(2)", "(2)")]
)
def test_a_reference_to_a_rule_is_no_footnote(rule: str, mark: str):
    """ "Under paragraph (b)" points to the rule of that letter, whatever stands in it."""
    text = f"The fee is refused under {rule}. Dogs stay ashore.\n\nA late form is void.\n\n{mark} Its accuracy is in doubt.\n"
    assert "questioned" not in doubts(text, "The fee is refused")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[page 2 missing]\n\nfeet of clay now lie open to the spring tide. The wall is safe.\n", "feet of clay"),
        ("(from page 1) and that inhalers ran out in the village shop. The shop is open.\n", "and that inhalers"),
        ("The wall stands.\n\nthem and the port was shut by noon. The port is open.\n", "them and the"),
        ("The wall stands.\n\nwith sixty-three ferries a year before. The port is open.\n", "with sixty-three ferries"),
    ],
)
def test_a_text_that_sets_in_amid_a_sentence_is_cut_off(text: str, words: str):
    """What comes before a small letter at the beginning of a paragraph is lost."""
    assert doubts(text, words)["cut_off"] in {words, " ".join(words.split()[:3]), "(from page 1)"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "The following are needed:\n\na passport or a card with a photograph.\n\nproof of the address.\n",
            "a passport",
        ),
        ("iPhone sales rose in May.\n", "iPhone"),
        ("hi all, the port opens at nine.\n\nthe ferry runs too.\n\nbring your card.\n", "the ferry"),
        ("The wall stands. it was built in 1912.\n", "it was built"),
    ],
)
def test_small_letters_that_cut_nothing_off(text: str, words: str):
    """Items of a list, names, and those who always write small."""
    assert "cut_off" not in doubts(text, words)


def test_a_question_and_an_instruction_hedge_nothing():
    """ "Why might I want a loan?" claims nothing, and "if you pay by card" is the case that an instruction is for."""
    assert not doubts("Why might prices rise again?\n", "Why might")
    assert "hedged" not in doubts("If you pay by card, the fee will be waived.\n", "If you pay")
    assert "hedged" in doubts("If rates rise again, the fund will shrink.\n", "If rates")


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (
            "Sales rose 3% in May. {} The shops in the harbour stayed shut.",
            "The estimates are based on a sample of 500 shops that report their own takings.",
        ),
        ("Spending fell 4%. {} It stood at 9.1 million.", "That figure is taken from the club's own ledger."),
        ("受访门店共售出3.2万件。{}其余未作统计。", "样本以一线城市门店居多，上述推算数由企业自行填报。"),
    ],
)
def test_a_sentence_on_how_far_figures_go_is_not_doubted_itself(text: str, remark: str):
    """What it speaks of is; the same words behind a number of their own are a doubt about that number."""
    assert "self_reported" not in doubts(text.format(remark), remark)


def test_a_figure_with_its_caveat_in_one_sentence_is_doubted():
    """A number in front of the caveat makes it a statement of that number."""
    text = "The figures show 9.1 million visits, unaudited. The office is shut."
    assert doubts(text, "The figures show 9.1 million")["self_reported"] == "unaudited"
