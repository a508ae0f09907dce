"""The values of an answer: claims, the exact words they rest on, and what to doubt about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ingest.document import Document, Span
from vectorstore.retrieval import Passage

Verdict = Literal["supported", "contradicted", "not_found", "unchecked"]
Mode = Literal["quoted", "written"]
Standing = Literal["answer", "caveat", "partial", "choice", "refusal"]
DoubtKind = Literal[
    # from the source
    "questioned", "self_reported", "hedged", "attributed", "vague_source", "cut_off",
    # from the library
    "single_voice", "disputed", "outdated",
    # from the answer
    "unsupported", "misquoted", "overstated", "unchecked",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Exact words of a document: `quote` is `text[span.start:span.end]`; `locator` (page, section) is for people."""

    document_id: str
    title: str
    span: Span
    quote: str
    locator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What should make a careful reader pause.

    `reason` is one sentence to act on; `evidence` are the words that show it; `span` are the offending words, in
    characters of the claim's text, where they can be named.
    """

    id: str
    kind: DoubtKind
    reason: str
    evidence: tuple[Citation, ...]
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Somebody independent of others who says what a claim says: an outlet, an issuer or a speaker.

    `documents` are the ids of those in which this voice is heard; `copies` of them only repeat it.
    """

    name: str
    documents: tuple[str, ...]
    copies: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that the answer says; `span` is where it stands in the answer's text.

    `voices` are those in the library that say the same, the claim's own source first; none where that was not looked for.
    """

    id: str
    text: str
    span: Span
    verdict: Verdict
    citations: tuple[Citation, ...]
    doubts: tuple[Doubt, ...] = ()
    voices: tuple[Voice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A checked answer; or a refusal that tells what was searched (`missing`) and what came nearest; or a question back.

    `standalone` is the question as it was searched for, a follow-up made whole; `choices` are the questions that it may
    have meant, where Caveat asks back. `usage` counts the chat model's tokens; `estimated` in it says that they were not
    counted by the model.
    """

    id: str
    question: str
    text: str
    claims: tuple[Claim, ...]
    passages: tuple[Passage, ...]
    refused: bool
    missing: tuple[str, ...] = ()
    nearest: tuple[Passage, ...] = ()
    mode: Mode = "quoted"
    notices: tuple[str, ...] = ()
    usage: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    standalone: str = ""
    choices: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing:
        """How far the answer goes: whole, with something to doubt, with a gap that it names, a question back, or none."""
        if self.refused:
            return "refusal"
        if self.choices:
            return "choice"
        if self.missing:
            return "partial"
        return "caveat" if any(claim.doubts for claim in self.claims) else "answer"


def cite(document: Document, span: Span) -> Citation:
    """The citation of a span of a document, with its page and section for people."""
    page = next(
        (f"p. {label.label}" for label in document.pages if label.span.start <= span.start < label.span.end), ""
    )
    section = next((label.label for label in document.sections if label.span.start <= span.start < label.span.end), "")
    section = section.removeprefix(document.title).removeprefix(" › ")
    return Citation(
        document_id=document.id,
        title=document.title,
        span=span,
        quote=document.quote(span),
        locator=", ".join(part for part in (page, section) if part),
    )
