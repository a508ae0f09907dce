"""The values that doubts from the library are made of: a statement in its place, what speaks of the same, what is raised about it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from assistant.answer import Claim, DoubtKind, cite
from assistant.checking.reading import HAN
from ingest.document import Document, Metadata, Span, Statement

Tie = Literal["words", "figures", "doubt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A statement in its document."""

    document: Document
    position: int

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        return self.document.statements[self.position]

    @property
    def text(self) -> str:
        """Its own characters."""
        return self.document.quote(self.statement.span)


def standing_alone(text: str, about: Metadata, document_id: str = "", title: str = "") -> Place:
    """A statement in a document that holds nothing else."""
    statement = Statement(span=Span(start=0, end=len(text)))
    document = Document(
        id=document_id,
        title=title,
        text=text,
        source="",
        media_type="",
        metadata=about,
        statements=(statement,),
    )
    return Place(document=document, position=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A statement elsewhere that speaks of what a claim speaks of.

    `share` is the part of the claim's words that it holds, `back` the part of its words that the claim holds, `numbers` the
    part of the claim's numbers in digits that it holds (1 where there are none), all between 0 and 1. `by` figures: it is
    in another language, and only its figures and Latin names could be compared; `by` doubt: it shares little more than a
    subject with the claim. `codes` are its terms (`vectorstore.prints`). `questions` says that words of doubt stand in it,
    `noted` that notes touch it. `text` are its own characters, `title` and `about` its document's; `place` reads the
    document, which costs more than all of these.
    """

    document_id: str
    position: int
    text: str
    title: str
    about: Metadata
    share: float
    back: float
    numbers: float = 1.0
    by: Tie = "words"
    questions: bool = False
    noted: bool = False
    codes: frozenset[int] = field(default=frozenset(), repr=False)
    read: Callable[[str], Document] = field(compare=False, repr=False)

    @property
    def place(self) -> Place:
        """The statement in its document, read now; a LibraryError where it was taken away since it was found."""
        return Place(document=self.read(self.document_id), position=self.position)

    @property
    def alone(self) -> Place:
        """The statement in a document that holds nothing else, which need not be read; `position` is 0 in it."""
        return standing_alone(self.text, self.about, self.document_id, self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A claim with the statements that it rests on, which are in the library; none where it rests on nothing."""

    claim: Claim
    places: tuple[Place, ...]

    @property
    def chinese(self) -> bool:
        """Whether reasons are told in Chinese."""
        return HAN.search(self.claim.text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A doubt that the library raises about a claim.

    `reason` is one sentence to act on; `evidence` are the words that show it; `words` are characters of the claim's text.
    """

    kind: DoubtKind
    reason: str
    evidence: tuple[tuple[Document, Span], ...]
    words: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers of `elsewhere.toml`; what each does is said there."""

    asked: int
    chunks: int
    foreign: int
    score: float
    share: float
    back: float
    shared: int
    kept: int
    least: float
    most: float
    light: float
    digits: int
    figures: int
    matter: Mapping[str, Any]
    doubting: Mapping[str, Any]


@cache
def limits() -> Limits:
    """The limits as shipped."""
    return Limits(**tomllib.loads((Path(__file__).parent / "elsewhere.toml").read_text(encoding="utf-8")))


def resting_on_itself(document: Document, position: int) -> Claim:
    """A statement as the claim that it makes."""
    span = document.statements[position].span
    citations = (cite(document, span),)
    return Claim(id="", text=document.quote(span), span=span, verdict="supported", citations=citations)
