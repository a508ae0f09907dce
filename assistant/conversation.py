"""The values of a conversation: what a follow-up needs to know of its turns, and how it is kept and listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from assistant.answer import Answer

Json = dict[str, Any]
Ended = Literal["done", "stopped", "failed"]
State = Literal["running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An earlier question with its answer.

    `standalone` is the question as it was searched for (the question itself where nothing had to be put in), `choices` what
    Caveat asked back, `cited` the ids of the chunks that the answer's claims rest on.
    """

    question: str
    standalone: str = ""
    answer: str = ""
    choices: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()

    @property
    def meant(self) -> str:
        """The question in full."""
        return self.standalone or self.question


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A turn that was written down before it is answered."""

    conversation_id: str
    turn_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and what was shown for it; `answer` is the stored JSON, None until the turn is done."""

    id: str
    question: str
    state: State
    asked: str
    ended: str | None
    answer: Json | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation whole, its turns in the order they were asked."""

    id: str
    title: str
    created: str
    turns: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A conversation in the list.

    `state` and `updated` are those of its last turn; `tally` counts the claims of its last answer and bears its
    `standing`; `sources` are the ids of the documents that any of its answers cites.
    """

    id: str
    title: str
    created: str
    updated: str
    turns: int
    state: State
    tally: Mapping[str, int | str] | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a reader made of a flag: of a doubt, or of a claim that has none where `doubt_id` is None."""

    id: str
    answer_id: str
    claim_id: str
    doubt_id: str | None
    decision: Literal["confirm", "dismiss"]
    reason: str
    note: str | None
    decided: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of the list, newest first; `next_cursor` asks for what follows, `total` counts all that fit."""

    conversations: tuple[Listed, ...]
    next_cursor: int | None
    total: int


def cited_chunks(answer: Answer) -> tuple[str, ...]:
    """The ids of the chunks that an answer's claims rest on, in the order of its passages."""
    spans = [(each.document_id, each.span) for claim in answer.claims for each in claim.citations]
    return tuple(
        passage.chunk.id
        for passage in answer.passages
        if any(document == passage.document.id and passage.chunk.span.meets(span) for document, span in spans)
    )
