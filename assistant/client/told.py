"""What a server tells, where the program's own values hold more than is sent: passages, answers, conversations, documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.answer import Answer
from assistant.conversation import State
from ingest.document import Document, Label, Metadata, Span
from ingest.errors import BadInput
from vectorstore.retrieval import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere(Document):
    """A document whose text was not sent: its id, title and metadata hold, all else is empty."""

    def quote(self, span: Span) -> str:
        """A BadInput: the text is not here."""
        raise BadInput(
            f"The text of document {self.id} is not here to quote {span.start}–{span.end} from.",
            "A passage's `text` and a citation's `quote` are; Client.text(id) gets the whole.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPassage(Passage):
    """A passage as the API sends it: its own words (`text`), its span and section, and a document without its text.

    Which statements and how many tokens its chunk holds is not sent: there they are (0, 0) and 0.
    """

    document: Elsewhere
    words: str

    @property
    def text(self) -> str:
        """The passage's own characters."""
        return self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Answer):
    """An answer as the API sends it: its passages are FoundPassages, and it knows its conversation and turn."""

    passages: tuple[FoundPassage, ...]
    nearest: tuple[FoundPassage, ...] = ()
    conversation_id: str | None = None
    turn_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTurn:
    """A question with its answer as it was shown; without one while it runs, and where it was stopped or failed."""

    id: str
    question: str
    state: State
    asked: str
    ended: str | None
    answer: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldConversation:
    """A conversation whole; `gone` are cited documents that the library no longer holds, `changed_since` says it in words."""

    id: str
    title: str
    created: str
    turns: tuple[ToldTurn, ...]
    gone: tuple[str, ...] = ()
    changed_since: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedConversation:
    """A conversation in the list; `state` and `updated` are those of its last turn, `tally` counts its last answer's claims."""

    id: str
    title: str
    created: str
    updated: str
    turns: int
    state: State
    tally: Mapping[str, int | str] | None = None
    changed_since: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDocument:
    """A document as a server lists it; sections and pages come where one document is asked for."""

    id: str
    title: str
    source: str
    media_type: str
    characters: int
    added: str
    metadata: Metadata
    warnings: tuple[str, ...] = ()
    sections: tuple[Label, ...] = ()
    pages: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a document that was sent: added, unchanged, replaced, or refused with a reason and how to mend it."""

    id: str | None
    title: str
    status: str
    code: str = ""
    reason: str = ""
    hint: str = ""
    warnings: tuple[str, ...] = ()
