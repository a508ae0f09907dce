"""What comes in over HTTP, checked; and what goes out, for the OpenAPI document."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from assistant.answer import DoubtKind, Mode, Standing, Verdict
from assistant.doubts.comparing import How
from vectorstore.filters import Filters


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_Value = Annotated[str, Field(max_length=1000)]  # a measured string is read as Unicode, so lone surrogates are refused
Several = Annotated[
    list[_Value],
    BeforeValidator(_listed),
    Field(max_length=1000),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": 1000},
                {"type": "array", "items": {"type": "string", "maxLength": 1000}, "maxItems": 1000},
            ]
        }
    ),
]
Cursor = Annotated[str, Query(pattern=r"^[0-9]{0,18}$", description="`next_cursor` of the page before")]


def _written_day(value: Any) -> Any:
    if not isinstance(value, date) and value is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        raise ValueError("a date is written as 2020-02-24")  # pydantic would take 0 for the first day of 1970
    return value


Day = Annotated[date, BeforeValidator(_written_day)]
Asked = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class Given(BaseModel):
    """A body whose unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class FiltersIn(Given):
    """Which documents a question is about; one value or a list where several are alternatives."""

    issuer: Several = []
    kind: Several = []
    status: Several = []
    language: Several = []
    issued_from: Day | None = None
    issued_to: Day | None = None
    document_ids: Several = []
    as_of: Day | None = None

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

    query: Asked
    limit: int = Field(default=10, ge=1, le=100)
    filters: FiltersIn = FiltersIn()


class QuestionIn(Given):
    """A question."""

    question: Asked
    conversation_id: str | None = Field(
        default=None, max_length=200, description="the conversation it goes on with; a new one begins without it"
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


class VoiceOut(BaseModel):
    """Somebody independent of the others who says the same; `copies` of the documents only repeat it."""

    name: str
    documents: list[str]
    copies: int


class ClaimOut(BaseModel):
    """One thing the answer says; `span` in characters of the answer's text."""

    id: str
    text: str
    span: SpanOut
    verdict: Verdict
    citations: list[CitationOut]
    doubts: list[DoubtOut]
    voices: list[VoiceOut] = Field(default=[], description="who in the library says the same, its own source first")


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
    standalone: str = Field(description="the question as it was searched for: a follow-up made whole")
    choices: list[str] = Field(description="questions to choose from, where Caveat asks back")
    standing: Standing = Field(description="how far the answer goes")
    conversation_id: str | None = Field(default=None, description="the conversation that the answer belongs to")
    turn_id: str | None = None


class DisagreementOut(BaseModel):
    """Two statements of the library that say otherwise of one thing; neither is said to be right."""

    how: How
    reason: str
    one: CitationOut
    other: CitationOut
    one_words: SpanOut = Field(description="what the one has otherwise, in the characters of its document")
    other_words: SpanOut
    reprints: list[CitationOut] = Field(description="statements that have one of the two from the same text")


class AboutOut(BaseModel):
    """What a document states about itself."""

    id: str
    title: str
    metadata: dict[str, Any]


class DisagreementsOut(BaseModel):
    """All that are known; `unexamined` documents came lately and are looked at in the next calls."""

    disagreements: list[DisagreementOut]
    documents: list[AboutOut] = Field(description="the documents that they cite, each once")
    unexamined: int


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
