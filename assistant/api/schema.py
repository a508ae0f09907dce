"""What comes in over HTTP, checked; and what goes out, for the OpenAPI document."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from assistant.answer import DoubtKind, Mode, Verdict
from vectorstore.filters import Filters


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_Value = Annotated[str, Field(max_length=1000)]  # a measured string is read as Unicode, so lone surrogates are refused
Several = Annotated[list[_Value], BeforeValidator(_listed), Field(max_length=1000)]


class Given(BaseModel):
    """A body whose unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class FiltersIn(Given):
    """Which documents a question is about; one value or a list where several are alternatives."""

    issuer: Several = []
    kind: Several = []
    status: Several = []
    language: Several = []
    issued_from: date | None = None
    issued_to: date | None = None
    document_ids: Several = []
    as_of: date | None = None

    def value(self) -> Filters:
        """The filters as the store takes them."""
        return Filters(
            issuer=tuple(self.issuer),
            kind=tuple(self.kind),
            status=tuple(self.status),
            language=tuple(self.language),
            issued_from=self.issued_from,
            issued_to=self.issued_to,
            document_ids=tuple(self.document_ids),
            as_of=self.as_of,
        )


class SearchIn(Given):
    """A search."""

    query: str = Field(min_length=1, max_length=2000)
    limit: int = Field(default=10, ge=1, le=100)
    filters: FiltersIn = FiltersIn()


class QuestionIn(Given):
    """A question."""

    question: str = Field(min_length=1, max_length=2000)
    conversation_id: str | None = Field(
        default=None, max_length=200, description="kept for conversations, which are not stored yet"
    )
    filters: FiltersIn = FiltersIn()


class SpanOut(BaseModel):
    """Code points, end exclusive."""

    start: int
    end: int


class LabelOut(BaseModel):
    """A page or section."""

    start: int
    end: int
    label: str


class CitationOut(BaseModel):
    """Exact words of a document."""

    document_id: str
    title: str
    span: SpanOut
    quote: str
    locator: str


class DoubtOut(BaseModel):
    """What to doubt about a claim; `span` in characters of the claim's text."""

    id: str
    kind: DoubtKind
    reason: str
    evidence: list[CitationOut]
    span: SpanOut | None


class ClaimOut(BaseModel):
    """One thing the answer says; `span` in characters of the answer's text."""

    id: str
    text: str
    span: SpanOut
    verdict: Verdict
    citations: list[CitationOut]
    doubts: list[DoubtOut]


class PassageOut(BaseModel):
    """A passage that was found; `start` and `end` are code points of the document's text."""

    document_id: str
    chunk_id: str
    title: str
    text: str
    start: int
    end: int
    section: str
    score: float
    found_by: Literal["meaning", "words", "both"]
    copies: list[str]
    metadata: dict[str, Any]


class SearchOut(BaseModel):
    """Passages, best first."""

    passages: list[PassageOut]
    notices: list[str]


class AnswerOut(BaseModel):
    """A checked answer, or a refusal."""

    id: str
    question: str
    text: str
    claims: list[ClaimOut]
    passages: list[PassageOut]
    refused: bool
    missing: list[str]
    nearest: list[PassageOut]
    mode: Mode
    notices: list[str]
    usage: dict[str, float]
    versions: dict[str, str]


class OutcomeOut(BaseModel):
    """What became of a document that was sent."""

    id: str | None
    title: str
    status: Literal["added", "unchanged", "replaced", "refused"]
    code: str
    reason: str
    hint: str
    warnings: list[str]


class OutcomesOut(BaseModel):
    """One outcome for each document, in the order they came."""

    documents: list[OutcomeOut]


class HeldOut(BaseModel):
    """A document as it is listed."""

    id: str
    title: str
    source: str
    media_type: str
    characters: int
    added: str
    metadata: dict[str, Any]
    warnings: list[str]


class HeldListOut(BaseModel):
    """A page of the list; `next_cursor` asks for the next one."""

    documents: list[HeldOut]
    next_cursor: str | None
    total: int


class DocumentOut(HeldOut):
    """A document with its sections and pages."""

    sections: list[LabelOut]
    pages: list[LabelOut]
