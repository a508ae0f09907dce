"""Statements as numbers: the terms of each, in order, so that texts are compared without being read again.

A term is a 32-bit code. What is kept of a chunk are its statements, each by its first and last character in the document,
whether notes touch it, the number of its terms, and their codes, as bytes (unsigned 32-bit, little endian).
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
    """A statement: its characters in the document, whether notes touch it, and the codes of its terms in order."""

    start: int
    end: int
    noted: bool
    codes: Codes


def packed(document: Document, chunk: Chunk) -> bytes:
    """What is kept of a chunk."""
    first, last = chunk.statements
    told: list[int] = []
    for statement in document.statements[first : last + 1]:
        run = codes(document.quote(statement.span))
        told += (statement.span.start, statement.span.end, bool(statement.notes), len(run), *run)
    return _bytes(told)


def unpacked(kept: bytes) -> list[Run]:
    """The statements of a chunk, out of what was kept."""
    numbers, runs, place = _numbers(kept), [], 0
    while place < len(numbers):
        start, end, noted, terms_in_it = numbers[place : place + 4]
        place += 4 + terms_in_it
        runs.append(Run(start, end, bool(noted), tuple(numbers[place - terms_in_it : place])))
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
