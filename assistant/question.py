"""The question on its way through the chain: as asked, as understood, as searched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from assistant.conversation import Turn
from assistant.events import Event, Tell
from ingest.errors import BadInput
from vectorstore.filters import Filters
from vectorstore.retrieval import Found

LONGEST_QUESTION = 2000


def _unheard(_: Event) -> None:
    """Where nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, of which documents, after which turns.

    `tell` hears the events while the answer is made; `identity` is the id that the answer is to have, where that is settled.
    """

    text: str
    filters: Filters = field(default_factory=Filters)
    turns: tuple[Turn, ...] = ()
    identity: str = ""
    tell: Tell = field(default=_unheard, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A question made whole (`whole`), what a reader must know of that, and when the work on it began (perf_counter)."""

    question: Question
    whole: str
    identity: str
    versions: Mapping[str, str]
    began: float
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A question with what was found for it."""

    understood: Understood
    found: Found


def asked(question: str | Question | Mapping[str, Any]) -> Question:
    """A question out of what the chain is invoked with; a BadInput where it is none."""
    if isinstance(question, Mapping):
        question = Question(text=str(question.get("question", "")), filters=question.get("filters") or Filters())
    if isinstance(question, str):
        question = Question(text=question)
    if not question.text.strip():
        raise BadInput("The question is empty.", "Ask something, such as: What must local authorities do?")
    if len(question.text) > LONGEST_QUESTION:
        raise BadInput(f"The question has {len(question.text)} characters; {LONGEST_QUESTION} are read.", "Shorten it.")
    return question


def identity(question: Question, versions: Mapping[str, str], day: date) -> str:
    """The same question about the same day to the same library has the same answer, and the same id.

    `day` is the last that it is about: what expires on the next is in doubt from then on.
    """
    told: list[Any] = [question.text, asdict(question.filters), versions, day]
    told += [[turn.meant, turn.cited] for turn in question.turns]
    text = json.dumps(told, default=str, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
