"""The values of a conversation: its turns, and what a follow-up needs to know of them."""

from __future__ import annotations

from dataclasses import dataclass


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
