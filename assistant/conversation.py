"""The values of a conversation: its turns, and what a follow-up needs to know of them."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answer import Answer


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


def cited_chunks(answer: Answer) -> tuple[str, ...]:
    """The ids of the chunks that an answer's claims rest on, in the order of its passages."""
    spans = [(each.document_id, each.span) for claim in answer.claims for each in claim.citations]
    return tuple(
        passage.chunk.id
        for passage in answer.passages
        if any(document == passage.document.id and passage.chunk.span.meets(span) for document, span in spans)
    )
