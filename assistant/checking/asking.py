"""A pair reader that asks a chat model, with the prompt of `prompts/checking.md`; one question for each pair."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence

import numpy as np

import prompts
from assistant.evidence import harmless
from ingest.errors import CaveatError
from vectorstore.vector_rows import Vector

WORDS = ("SUPPORTS", "CONTRADICTS", "NEITHER")
FIRST = re.compile(rf"\W*({'|'.join(WORDS)})\b", re.IGNORECASE)


class UnreadableVerdict(CaveatError):
    """The chat model answered with none of the words that it was asked for, or with several."""

    code = "checker"


class AskedReader:
    """Asks once for each pair; `ask` takes a prompt and gives the reply."""

    def __init__(self, ask: Callable[[str], str]) -> None:
        self._ask = ask

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Vector:
        """Shape (pairs, 3), each row a 1 for what the model said: supports, contradicts, neither."""
        found = np.zeros((len(pairs), len(WORDS)), np.float32)
        told: dict[tuple[str, str], int] = {}
        for row, pair in enumerate(pairs):
            if pair not in told:
                told[pair] = self._told(*pair)
            found[row, told[pair]] = 1.0
        return found

    def understands(self, text: str) -> bool:  # noqa: ARG002 (the protocol's shape)
        """Whoever names a model knows its languages."""
        return True

    def _told(self, claim: str, evidence: str) -> int:
        prompt = prompts.load("checking")
        reply = self._ask(prompt.filled(mark=secrets.token_hex(6), evidence=harmless(evidence), claim=harmless(claim)))
        said = {word for word in WORDS if re.search(rf"\b{word}\b", reply)}
        if not said and (first := FIRST.match(reply)):
            said = {first[1].upper()}
        if len(said) != 1:
            raise UnreadableVerdict(
                "The chat model did not say whether the passage carries the claim.",
                "Set CAVEAT_CHECKER to trained, or name another model.",
            )
        return WORDS.index(said.pop())
