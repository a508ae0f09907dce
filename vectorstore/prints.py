"""Statements as numbers: the terms of each, in order, so that texts are compared without being read again.

A term is a 32-bit code. What is kept of a chunk are its statements, each by its first and last character in the document, the
number of its terms, and their codes, as bytes (unsigned 32-bit, little endian).
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from ingest.document import Chunk, Document
from vectorstore.terms import terms

Codes = tuple[int, ...]


@lru_cache(maxsize=200_000)
def code(term: str) -> int:
    """The number that stands for a term, the same in every process."""
    return crc32(term.encode("utf-8", "surrogatepass"))


def codes(text: str) -> Codes:
    """The codes of all terms of a text, in order."""
    return tuple(code(term) for term in terms(text))


@dataclass(frozen=True, slots=True)
class Run:
    """A statement: its characters in the document, and the codes of its terms in order."""

    start: int
    end: int
    codes: Codes


def packed(document: Document, chunk: Chunk) -> bytes:
    """What is kept of a chunk."""
    first, last = chunk.statements
    spans = [statement.span for statement in document.statements[first : last + 1]]
    told = [(span.start, span.end, codes(document.quote(span))) for span in spans]
    return _bytes(number for start, end, run in told for number in (start, end, len(run), *run))


def unpacked(kept: bytes) -> list[Run]:
    """The statements of a chunk, out of what was kept."""
    numbers, runs, place = _numbers(kept), [], 0
    while place < len(numbers):
        start, end, terms_in_it = numbers[place : place + 3]
        place += 3 + terms_in_it
        runs.append(Run(start, end, tuple(numbers[place - terms_in_it : place])))
    return runs


def _bytes(numbers: Iterable[int]) -> bytes:
    told = array("I", numbers)
    if sys.byteorder == "big":
        told.byteswap()
    return told.tobytes()


def _numbers(kept: bytes) -> Sequence[int]:
    told = array("I")
    told.frombytes(kept)
    if sys.byteorder == "big":
        told.byteswap()
    return told
