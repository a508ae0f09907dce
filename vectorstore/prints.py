"""Statements as numbers: the terms of each, in order, so that texts are compared without being read again.

A term is a 32-bit code. What is kept of a chunk is the codes of its statements, each run with its length in front, as bytes
(unsigned 32-bit, little endian).
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
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


def packed(document: Document, chunk: Chunk) -> bytes:
    """What is kept of a chunk: the codes of its statements."""
    first, last = chunk.statements
    runs = [codes(document.quote(statement.span)) for statement in document.statements[first : last + 1]]
    return _bytes(number for run in runs for number in (len(run), *run))


def unpacked(kept: bytes) -> list[Codes]:
    """The codes of each statement of a chunk, out of what was kept."""
    numbers, runs, place = _numbers(kept), [], 0
    while place < len(numbers):
        end = place + 1 + numbers[place]
        runs.append(tuple(numbers[place + 1 : end]))
        place = end
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
