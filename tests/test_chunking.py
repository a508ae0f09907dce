"""Chunks: whole statements within the window."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ingest.chunking import ChunkSize, chunked
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
                "各地主管部门应当按照以下各项要求做好有关工作" * 5 + "：\n",
                "x" * 90 + " ",
                "Editor's note: " + "no one knows this " * 30 + "\n\n",
                "Heading\n\n",
                "目录第一章总则\n\n",
            ]
        ),
        max_size=60,
    ).map("".join),
)
TITLES = st.sampled_from(["A title", "关于运用数字工具做好疫情防控和复工复产的通知" * 8, "a, b; " * 40, ""])


def document(text: str, title: str = "A title", sections: tuple[Label, ...] = ()) -> Document:
    found = statements(text, sections)
    return Document(
        id="d", title=title, text=text, source="d", media_type="text/plain", sections=sections, statements=found
    )


@given(TEXTS, TITLES)
def test_every_statement_is_in_exactly_one_chunk(text: str, title: str):
    """Chunks hold whole statements, each once and in order, and their spans are exact."""
    found = chunked(document(text, title), measure, SIZE)
    cut, chunks = found.document, found.chunks
    covered = [position for chunk in chunks for position in range(chunk.statements[0], chunk.statements[1] + 1)]
    assert covered == list(range(len(cut.statements)))
    for chunk in chunks:
        for position in range(chunk.statements[0], chunk.statements[1] + 1):
            assert chunk.span.holds(cut.statements[position].span)
    for before, after in itertools.pairwise(chunks):
        assert before.span.end <= after.span.start


@given(TEXTS, TITLES)
def test_no_chunk_is_longer_than_the_window(text: str, title: str):
    """What is embedded fits the embedder's window, so nothing is silently cut off."""
    found = chunked(document(text, title), measure, SIZE)
    cut, chunks = found.document, found.chunks
    for chunk, words in zip(chunks, found.texts, strict=True):
        assert chunk.tokens == measure([words])[0] + 2
        assert words.endswith(cut.quote(chunk.span))
        assert chunk.tokens <= SIZE.window


@given(TEXTS)
def test_cutting_a_long_statement_loses_no_word(text: str):
    """A statement longer than the window is cut into statements that hold all its characters but blanks."""
    before = document(text)
    after = chunked(before, measure, SIZE).document
    joined = ["".join("".join(d.quote(s.span) for s in d.statements).split()) for d in (before, after)]
    assert joined[0] == joined[1]


def test_a_chunk_is_embedded_with_title_section_and_lead_in_in_front():
    """The front is embedded; the span stays the text alone."""
    text = "Firms\n\nFirms are to\n  • " + "report by noon and again at night, " * 8 + "\n  • wait"
    labelled = document(text, sections=(Label(span=Span(start=0, end=len(text)), label="Duties"),))
    found = chunked(labelled, measure, SIZE)
    cut, last = found.document, found.chunks[-1]
    assert found.texts[-1].startswith("A title › Duties\nFirms are to … ")
    assert cut.quote(last.span).endswith("wait")
    assert "Firms are to" not in cut.quote(last.span)


def test_sections_are_not_mixed():
    """A chunk belongs to one section."""
    text = "One is here.\n\nTwo is here."
    sections = (Label(span=Span(start=0, end=14), label="1"), Label(span=Span(start=14, end=26), label="2"))
    chunks = chunked(document(text, sections=sections), measure, SIZE).chunks
    assert [chunk.section for chunk in chunks] == ["1", "2"] or len(chunks) == 0
