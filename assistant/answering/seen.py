"""What the readers of answers are given: a question beside a passage, in word pieces of English or in Chinese characters."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.document import Chunk, Document, Span
from vectorstore.chinese_pairs import FRONT, TEXT, UNDER, codes
from vectorstore.pair_encoding import Ids
from vectorstore.token_marking import word_pieces

LONGEST = 320  # word pieces of a question, a passage and what stands in front of it
QUESTION, TITLE, LEAD_IN = 48, 32, 40  # word pieces of each that are read at most
CHARACTERS = {"question": 60, "title": 40, "lead_in": 60, "passage": 560}  # the same of Chinese


@dataclass(frozen=True, slots=True)
class Pieces:
    """A question and a passage in word pieces or code points, and where in the document each of the passage's stands; None for what is in front."""

    question: Ids
    passage: Ids
    spans: tuple[Span | None, ...]


def pieces(question: str, document: Document, chunk: Chunk) -> Pieces:
    """A question and a passage as the English reader reads them."""
    asked = [number for number, _, _ in word_pieces(question)[:QUESTION]]
    front = [number for number, _, _ in word_pieces(_heading(document, chunk, " › "))[:TITLE]]
    if chunk.lead_in is not None:
        front += [number for number, _, _ in word_pieces(document.quote(chunk.lead_in))[-LEAD_IN:]]
    own = word_pieces(document.quote(chunk.span))[: LONGEST - len(asked) - len(front) - 3]
    start = chunk.span.start
    spans = [Span(start=start + first, end=start + last) for _, first, last in own]
    return Pieces(asked, [*front, *(number for number, _, _ in own)], (*(None for _ in front), *spans))


def characters(question: str, document: Document, chunk: Chunk) -> Pieces:
    """The same as the Chinese ones do: code points, each part behind the question opened by its number."""
    front = [FRONT, *codes(_heading(document, chunk, " ")[: CHARACTERS["title"]])]
    if chunk.lead_in is not None:
        front += [UNDER, *codes(document.quote(chunk.lead_in)[-CHARACTERS["lead_in"] :])]
    front.append(TEXT)
    own, start = document.quote(chunk.span)[: CHARACTERS["passage"]], chunk.span.start
    spans = [Span(start=start + n, end=start + n + 1) for n in range(len(own))]
    asked = list(codes(question[: CHARACTERS["question"]]))
    return Pieces(asked, [*front, *codes(own)], (*(None for _ in front), *spans))


def _heading(document: Document, chunk: Chunk, between: str) -> str:
    return document.title if chunk.section in {"", document.title} else f"{document.title}{between}{chunk.section}"
