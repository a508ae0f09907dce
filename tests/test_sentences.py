"""Statements: exact, in order, with their lead-ins and notes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Label, Span, Statement
from ingest.sentences import statements

DIGEST = """The ministry issued a notice on winter fuel. Authorities are to

  • open depots and publish prices
    • Gas firms such as North Gas lowered prices, reported Daily Example
    • The county office set up a depot with
  • help households with meters
    • ‘Warm code’ systems, which rest on self-reported data, are in use, reported Example Wire (EX note: the accuracy of these systems is in doubt)
    • Markets banned coal sales

Local offices, says the notice, should serve hospitals first.
"""


def read(text: str, found: tuple[Statement, ...]) -> list[tuple[str | None, str, list[str]]]:
    def cut(span: Span | None) -> str | None:
        return None if span is None else text[span.start : span.end]

    return [(cut(s.lead_in), cut(s.span) or "", [cut(n) or "" for n in s.notes]) for s in found]


def test_a_list_item_is_read_with_the_open_line_it_completes():
    """An instruction in a list has its lead-in; a report nested under it stands for itself."""
    found = {own: lead_in for lead_in, own, _ in read(DIGEST, statements(DIGEST))}
    assert found["open depots and publish prices"] == "Authorities are to"
    assert found["help households with meters"] == "Authorities are to"
    assert found["Markets banned coal sales"] is None
    assert "Authorities are to" not in found


def test_a_note_belongs_to_the_item_it_stands_in():
    """A bracketed note touches its own item and not its neighbours."""
    noted = {own[:12]: notes for _, own, notes in read(DIGEST, statements(DIGEST)) if notes}
    assert noted == {"‘Warm code’ ": ["(EX note: the accuracy of these systems is in doubt)"]}


@pytest.mark.parametrize(
    ("text", "touched"),
    [
        ("The rate fell. It rose again.\n\nEditor's note: the rate is disputed.", ["The rate fell.", "It rose again."]),
        ("Rules:\n1. test\n2. trace\n\n编者按：以上内容有待核实", ["test", "trace"]),
        ("It rose. (Ed.: not confirmed. Really.) It fell.", ["It rose."]),
        ("（一）公布数据（编者注：该数据存疑）\n（二）停止检查", ["公布数据（编者注：该数据存疑）"]),
    ],
)
def test_notes_have_the_scope_of_where_they_stand(text: str, touched: list[str]):
    """A note under a paragraph touches it, under a list the list, after a sentence that sentence."""
    assert [own for _, own, notes in read(text, statements(text)) if notes] == touched


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The rate was approx. 5 percent. 35 cities joined.", ["The rate was approx. 5 percent.", "35 cities joined."]),
        ("See No. 14 of the list. It holds.", ["See No. 14 of the list.", "It holds."]),
        ("It rose in May. Total output fell.", ["It rose in May.", "Total output fell."]),
        ("收入为18.6亿元。2022年亏损！3月好转。", ["收入为18.6亿元。", "2022年亏损！", "3月好转。"]),
        ("他说：“好。”2022年开始，价格为3。5元。", ["他说：“好。”", "2022年开始，价格为3。5元。"]),
        ("健康码已推广。数据由用户申报！Next one.", ["健康码已推广。", "数据由用户申报！", "Next one."]),
        ("😀 One. 😀 Two.", ["😀 One.", "😀 Two."]),
        ("It (see Ed. 2. There is more.) holds. Next.", ["It (see Ed. 2. There is more.) holds.", "Next."]),
        (
            "Firms that were\nclosed must report\nby noon. Others wait.",
            ["Firms that were\nclosed must report\nby noon.", "Others wait."],
        ),
        ("Issuer: Ministry\nNumber: 14\n\nIt holds.", ["Issuer: Ministry", "Number: 14", "It holds."]),
        ("3.1 Firms must report.\n3.2 They may wait.", ["Firms must report.", "They may wait."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]):
    """Abbreviations, months, brackets, wrapped lines and header lines do not break or join sentences wrongly."""
    assert [own for _, own, _ in read(text, statements(text))] == expected


def test_headings_are_no_statements():
    """A heading that the reader of the file marked, or that stands alone, is not quoted as a statement."""
    text = "Measures\n\nFirms must report by noon.\n\nII. Fees\n\nFees are waived."
    sections = [
        Label(span=Span(start=0, end=37), label="Measures"),
        Label(span=Span(start=38, end=len(text)), label="II. Fees"),
    ]
    assert [own for _, own, _ in read(text, statements(text, sections))] == [
        "Firms must report by noon.",
        "Fees are waived.",
    ]


def test_a_short_line_that_breaks_off_is_no_heading():
    """What ends in a word that no heading ends in is a statement, though it stands alone."""
    text = "Scope of the rule\n\nThe office pointed to the outlook, the\n\nIt binds all."
    assert [own for _, own, _ in read(text, statements(text))] == [
        "The office pointed to the outlook, the",
        "It binds all.",
    ]


def test_a_heading_ends_what_a_lead_in_leads_in():
    """The items of the next section do not complete the open line of the one before."""
    text = "2. Measures\n\nFirms are to\n\n  • test\n\n3. Duties\n\n3.1 Operators must publish the rule.\n\n3.2 They may wait."
    assert [(lead_in, own) for lead_in, own, _ in read(text, statements(text))] == [
        ("Firms are to", "test"),
        (None, "Operators must publish the rule."),
        (None, "They may wait."),
    ]


def test_the_last_item_of_a_list_is_no_heading():
    """A short numbered item before a paragraph is an item where others stand before it."""
    text = "Firms must:\n1. test\n2. trace\n\nOthers wait."
    assert [own for _, own, _ in read(text, statements(text))] == ["test", "trace", "Others wait."]


PIECES = st.sampled_from(
    [
        "Firms must report. ",
        "健康码已推广。",
        "\n",
        "\n\n",
        "  • ",
        "1. ",
        "（一）",
        "approx. 5 ",
        "(CP note: in doubt) ",
        "to\n\n  • ",
        "😀",
        "é ",
        "Editor's note: no. ",
        "(",
        "）",
        "\t",
    ]
)


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2009", "\u3000", "\t"])
def test_an_initial_before_a_wide_space_and_a_stop_breaks_nothing(space: str):
    """Whatever space stands before its full stop, both sentences are found, to the character."""
    text = f"Ferries leave from pier B{space}. Buses leave from the square."
    assert [text[each.span.start : each.span.end] for each in statements(text)][-1].endswith(
        "Buses leave from the square."
    )


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join)))
def test_statements_are_exact_ordered_and_apart(text: str):
    """Law 1: for any text, spans lie inside it, do not overlap, are not blank, and notes and lead-ins are spans of it too."""
    found = statements(text)
    for before, after in itertools.pairwise(found):
        assert before.span.end <= after.span.start
    for statement in found:
        own = text[statement.span.start : statement.span.end]
        assert own
        assert own == own.strip()
        assert all(span.end <= len(text) for span in (statement.lead_in, *statement.notes) if span)


@given(
    st.lists(
        st.sampled_from(["Firms must report by noon.", "健康码已在全国推广。", "Rates fell to 3.5 percent."]),
        min_size=1,
        max_size=8,
    )
)
def test_no_sentence_is_lost(sentences: list[str]):
    """Plain sentences in a paragraph come back one by one."""
    text = " ".join(sentences)
    assert [own for _, own, _ in read(text, statements(text))] == sentences


def test_a_long_quotation_is_read_sentence_by_sentence():
    """A paragraph between quotation marks, or one that only seems to be, is not one statement; a short one with its speaker is."""
    gates = ("first", "second", "third", "fourth", "fifth")
    told = " ".join(f"The {gate} gate was opened before the tide and closed after it by hand." for gate in gates)
    long = f'"{told}"'
    found = [long[each.span.start : each.span.end] for each in statements(long)]
    assert len(found) == 5
    assert all(each.rstrip('"').endswith("by hand.") for each in found)
    short = '"It was late. We were tired," said the keeper of the gate.'
    assert len(statements(short)) == 1


def test_a_chinese_paragraph_without_its_full_stop_is_no_heading():
    """Clauses and sentences are told apart from the heading above them, so that no paragraph is lost."""
    text = "义诊预告\n10月20日上午，我院在城东广场举行义诊，市民可免费测量血压。义诊当天，营养科两名营养师将到场为市民讲解\n\n下转第3版\n"
    assert any("免费测量血压" in text[each.span.start : each.span.end] for each in statements(text))
