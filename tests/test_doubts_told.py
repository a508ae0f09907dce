"""How doubts from the source are told: reasons that name who and when, their order, and what no text, however odd, may do to them."""

from datetime import date

import pytest
from doubted import document, doubts, part
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.doubts import find
from ingest.document import Document, Label, Metadata, Span, Statement


def test_a_reason_names_the_outlet_and_its_date():
    text = "The road was open, Xinhua reported."
    metadata = Metadata(kind="report", outlet="Harbour Ledger", issued=date(2021, 3, 4))
    whole = Document(id="d", title="", text=text, source="d", media_type="text/plain", metadata=metadata)
    [found] = find(whole, Statement(span=Span(start=0, end=len(text))))
    assert found.reason == (
        "Only as reported by Xinhua; Harbour Ledger (4 March 2021) does not say it in its own voice."
    )


def test_the_stance_of_the_verb_is_kept_in_the_reason():
    reasons = [
        doubts(f"The company {verb} that the app is safe.")[0].reason for verb in ("said", "claimed", "confirmed")
    ]
    assert reasons == [
        "Only as said by the company; the source does not say it in its own voice.",
        "Only as claimed by the company, a word that keeps its distance; the source does not vouch for it.",
        "Only as confirmed by the company, whom the source believes; it does not say it in its own voice.",
    ]


def test_a_chain_of_voices_is_told_whole():
    [found] = doubts("Reuters, citing two ministries, said the plant was shut.")
    assert "Reuters, citing two ministries" in found.reason


def test_a_pronoun_is_told_with_the_name_it_stands_for():
    text = "Li Wei said that the road was open. He added that tolls were gone."
    first, second = part(text, "Li Wei said that the road was open."), part(text, "He added that tolls were gone.")
    whole = Document(
        id="d",
        title="",
        text=text,
        source="d",
        media_type="text/plain",
        statements=(Statement(span=first), Statement(span=second)),
    )
    [found] = find(whole, whole.statements[1])
    assert found.kind == "attributed"
    assert "Li Wei" in found.reason
    assert len(found.evidence) == 2


def test_the_source_named_in_a_lead_in_is_the_source_of_its_items():
    text = "Xinhua reported that:\n\n  • two plants closed"
    statement = Statement(span=part(text, "two plants closed"), lead_in=part(text, "Xinhua reported that:"))
    [found] = find(document(text), statement)
    assert found.kind == "attributed"


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Authorities are to\n\n  • open the port", "Authorities are to"),
        ("Firms file\n\n  1. the name, and\n  2. the address", "the name, and"),
        ("The list covers:\n\n  • masks\n  • gloves", "masks"),
        ("Notice on Work Resumption\n\nFirms reopened.", "Notice on Work Resumption"),
        ("Firms reopened.\n\nMinistry of Industry\n\n12 March 2020", "12 March 2020"),
    ],
)
def test_lead_ins_items_headings_and_signatures_end_without_a_stop_and_are_whole(text: str, item: str):
    assert find(document(text), Statement(span=part(text, item))) == ()


def test_the_last_sentence_without_a_stop_breaks_off_where_its_neighbours_have_one():
    text = "The port reopened in May. The second terminal was closed by order of the bureau until later inspections"
    last = part(text, text.split(". ")[1])
    assert [found.kind for found in find(document(text), Statement(span=last))] == ["cut_off"]


def test_doubts_come_in_the_order_of_their_weight():
    order = ["questioned", "cut_off", "self_reported", "vague_source", "attributed", "hedged"]
    text = "Xinhua reported that, according to multiple reports, unaudited profits might fall; this is disputed by the"
    kinds = [doubt.kind for doubt in doubts(text)]
    assert kinds == [kind for kind in order if kind in kinds]
    assert len(kinds) >= 5


def test_a_sentence_before_a_page_that_could_not_be_read_is_cut_off():
    """Only where it has no full stop, and only before that page."""
    text = "The port is open.\n\nThe second terminal stayed closed until later checks\n\nThe end is near"
    first, last = part(text, "The second terminal stayed closed until later checks"), part(text, "The end is near")
    pages = (Label(span=Span(start=0, end=first.end), label="1"), Label(span=last, label="3"))
    for warnings, kinds in ((("page 2 holds no text: it may be a scan",), ["cut_off"]), ((), [])):
        whole = Document(
            id="d", title="", text=text, source="d", media_type="application/pdf", pages=pages, warnings=warnings
        )
        assert [doubt.kind for doubt in find(whole, Statement(span=first))] == kinds
        assert find(whole, Statement(span=part(text, "The port is open."))) == ()


PIECES = """X said that , . ( ) [ ] “ ” the company may İ reported , according to sources • note: in doubt with …
据 报道 称 ， 。 （ ） 可能 拟 表示 《 》 3 Xinhua it its if could which :"""
WORDS = st.sampled_from([*PIECES.split(), "\n"])
TEXTS = st.one_of(
    st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join), st.lists(WORDS, max_size=30).map("".join)
)


@settings(deadline=None, max_examples=400)
@given(text=TEXTS, cuts=st.lists(st.integers(0, 200), min_size=6, max_size=6))
def test_no_text_is_too_strange_and_every_span_lies_in_it(text: str, cuts: list[int]):
    ends = [min(cut, len(text)) for cut in cuts]
    spans = [Span(start=min(pair), end=max(pair)) for pair in zip(ends[::2], ends[1::2], strict=True)]
    found = find(document(text), Statement(span=spans[0], lead_in=spans[1], notes=(spans[2],)))
    assert len({doubt.kind for doubt in found}) == len(found)
    for doubt in found:
        assert doubt.reason
        assert doubt.evidence
        for span in (*doubt.evidence, *([doubt.words] if doubt.words else [])):
            assert 0 <= span.start < span.end <= len(text)


def test_a_long_line_is_read_in_time_that_grows_with_its_length():
    text = "The company, which may apply, said on the part of the ministry " * 400
    doubts(text)


def test_a_name_that_ends_like_an_adverb_is_the_whole_speaker():
    """Weekly and Daily are parts of names, not of verbs."""
    [found] = doubts("The firm lent 400 vans, Eastern Freight Weekly has learned.")
    assert found.kind == "attributed"
    assert "Eastern Freight Weekly" in found.reason


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["则", "常", "总是总", "再次再", "的", "2020年", "对外", "发布"])
def test_repeated_words_before_a_verb_of_saying_take_no_longer_than_others(piece: str):
    """No text makes the reading of a speaker run away."""
    for verb in ("甲表示出口增长百分之三。", "显示出口增长百分之三。", "表示出口增长百分之三。"):
        for times in (24, 36, 400):
            doubts(piece * times + verb)
