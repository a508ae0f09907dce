"""Chunks: whole statements within the window."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ingest.chunking import ChunkSize, chunked, embedded_text
from ingest.document import Document, Label, Span
from ingest.sentences import statements
from vectorstore.embedding import HashingEmbedder

SIZE = ChunkSize(window=64, target=40)
measure = HashingEmbedder().measure
TEXTS = st.one_of(
    st.text(alphabet="ab 一二三，。.;\n•😀", max_size=600),
    st.lists(
        st.sampled_from(
            [
                "Firms must report by noon. ",
                "健康码已在全国推广。",
                "\n\n",
                "  • item to come\n",
                "are to:\n",
                "x" * 90 + " ",
            ]
        ),
        max_size=60,
    ).map("".join),
)


def document(text: str, title: str = "A title", sections: tuple[Label, ...] = ()) -> Document:
    found = statements(text, sections)
    return Document(
        id="d", title=title, text=text, source="d", media_type="text/plain", sections=sections, statements=found
    )


@given(TEXTS)
def test_every_statement_is_in_exactly_one_chunk(text: str):
    """Chunks hold whole statements, each once and in order, and their spans are exact."""
    cut, chunks = chunked(document(text), measure, SIZE)
    covered = [position for chunk in chunks for position in range(chunk.statements[0], chunk.statements[1] + 1)]
    assert covered == list(range(len(cut.statements)))
    for chunk in chunks:
        for position in range(chunk.statements[0], chunk.statements[1] + 1):
            assert chunk.span.holds(cut.statements[position].span)
    for before, after in itertools.pairwise(chunks):
        assert before.span.end <= after.span.start


@given(TEXTS)
def test_no_chunk_is_longer_than_the_window(text: str):
    """What is embedded fits the embedder's window, so nothing is silently cut off."""
    cut, chunks = chunked(document(text), measure, SIZE)
    for chunk in chunks:
        assert chunk.tokens == measure([embedded_text(cut, chunk)])[0] + 2
        assert chunk.tokens <= SIZE.window


@given(TEXTS)
def test_cutting_a_long_statement_loses_no_word(text: str):
    """A statement longer than the window is cut into statements that hold all its characters but blanks."""
    before = document(text)
    after, _ = chunked(before, measure, SIZE)
    joined = ["".join("".join(d.quote(s.span) for s in d.statements).split()) for d in (before, after)]
    assert joined[0] == joined[1]


def test_a_chunk_is_embedded_with_title_section_and_lead_in_in_front():
    """The front is embedded; the span stays the text alone."""
    text = "Firms\n\nFirms are to\n  • " + "report by noon and again at night, " * 8 + "\n  • wait"
    labelled = document(text, sections=(Label(span=Span(start=0, end=len(text)), label="Duties"),))
    cut, chunks = chunked(labelled, measure, SIZE)
    last = chunks[-1]
    assert embedded_text(cut, last).startswith("A title › Duties\nFirms are to … ")
    assert cut.quote(last.span).endswith("wait")
    assert "Firms are to" not in cut.quote(last.span)


def test_sections_are_not_mixed():
    """A chunk belongs to one section."""
    text = "One is here.\n\nTwo is here."
    sections = (Label(span=Span(start=0, end=14), label="1"), Label(span=Span(start=14, end=26), label="2"))
    _, chunks = chunked(document(text, sections=sections), measure, SIZE)
    assert [chunk.section for chunk in chunks] == ["1", "2"] or len(chunks) == 0
