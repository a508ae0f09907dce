"""The seam of checking: does what a claim cites carry it, and if so, with which words?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answer import DoubtKind, Verdict
from ingest.document import Document, Span, Statement
from vectorstore.retrieval import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A statement that a claim rests on."""

    document: Document
    position: int

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        return self.document.statements[self.position]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a claim beside its sources.

    `reason` is one sentence to act on; `words` are the offending characters of the claim, `evidence` the characters of
    documents that show it.
    """

    kind: DoubtKind
    reason: str
    words: Span | None = None
    evidence: tuple[tuple[Document, Span], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with the statements it rests on, best first, and what is wrong.

    `nearest` are statements that a claim does not rest on, shown where nothing carries it.
    """

    verdict: Verdict
    support: tuple[Support, ...] = ()
    faults: tuple[Fault, ...] = ()
    nearest: tuple[Support, ...] = ()


class Verifier(Protocol):
    """Judges one claim at a time; must be safe to call from several threads."""

    def verify(self, claim: str, cited: Sequence[Passage], others: Sequence[Passage], question: str = "") -> Judgement:
        """The judgement of a claim (its text without markers) by what it cites.

        `cited` are the passages whose markers it bears; none where it bears none. `others` is the rest of the evidence that
        was given: a claim without markers is looked for there, and a claim that its own passages do not carry is told
        which of these does. `question` is what was asked: its names need no source.
        """
