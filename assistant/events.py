"""What an answer tells while it is made: searching, passages, delta*, claim*, and at the end done or error.

The same events come with and without a chat model. A `delta` is text as it arrives, not checked yet; the `claim` of the same
`claim_id` replaces it. A delta with `restart` takes back everything told so far: the model failed, and what follows are
sentences from the library. `done` bears the whole answer, which alone counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.answer import Answer, Claim
from assistant.rendering import as_json
from vectorstore.filters import Filters
from vectorstore.retrieval import Passage

Kind = Literal["searching", "passages", "delta", "claim", "done", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """The question as it is searched for, its terms, and how much is searched."""

    question: str
    terms: tuple[str, ...]
    filters: Filters
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """What was found, best first, after so many seconds."""

    passages: tuple[Passage, ...]
    notices: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Words of the claim that is being written; with `restart`, everything told so far is withdrawn."""

    claim_id: str
    text: str
    restart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A claim, checked."""

    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The whole answer, its claims counted by verdict and doubts, and the seconds of each step."""

    answer: Answer
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why there is no answer, and what can be done."""

    code: str
    message: str
    hint: str = ""


Event = Searching | Passages | Delta | Claimed | Done | Failed
Tell = Callable[[Event], None]


def kind(event: Event) -> Kind:
    """The event's name in the contract."""
    match event:
        case Searching():
            return "searching"
        case Passages():
            return "passages"
        case Delta():
            return "delta"
        case Claimed():
            return "claim"
        case Done():
            return "done"
        case Failed():
            return "error"


def event_json(event: Event) -> dict[str, Any]:
    """The event's own fields; a claim and the answer of `done` lie flat, with the field names of the contract."""
    match event:
        case Claimed(claim=claim):
            return dict(as_json(claim)) | {"claim_id": claim.id}
        case Done(answer=answer, seconds=seconds):
            return dict(as_json(answer)) | {"counts": counts(answer), "seconds": as_json(seconds)}
        case Failed(code=code, message=message, hint=hint):
            return {"code": code, "title": "Error", "detail": message, "message": message, "hint": hint}
        case _:
            return dict(as_json(event))


def counts(answer: Answer) -> dict[str, int]:
    """Claims by verdict, those supported but in doubt apart; the parts sum to `claims`."""
    return tallied(answer.claims)


def tallied(claims: Sequence[Claim]) -> dict[str, int]:
    """Claims by verdict, as `counts` of an answer; what is unchecked counts as nothing else."""
    told = {"claims": len(claims), "supported": 0, "supported_with_doubts": 0, "contradicted": 0}
    told |= {"not_found": 0, "unchecked": 0}
    for claim in claims:
        told["supported_with_doubts" if claim.verdict == "supported" and claim.doubts else claim.verdict] += 1
    return told
