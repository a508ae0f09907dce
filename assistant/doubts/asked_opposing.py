"""Which statements of two documents about one matter cannot both be true, as a chat model tells: in any words, in any language.

It is shown both documents, numbered, with the prompt of `prompts/opposing.md`, and names pairs by number; of each pair that it
names it is asked once more, the two alone (`prompts/checking.md`). So it can point, and nothing that it writes is ever shown.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import product

import prompts
from assistant.checking.asking import AskedReader, UnreadableVerdict
from assistant.doubts import telling
from assistant.doubts.matters import Reading, Told
from assistant.doubts.opposing import Opposed
from assistant.doubts.words import clipped
from assistant.evidence import harmless
from assistant.tokens import Counter

PAIR = re.compile(r"\bA(\d{1,4})\W{1,5}B(\d{1,4})\b")
NONE = re.compile(r"\bNONE\b")
MOST = 16  # times that a model is shown parts of two documents; of longer ones it sees those that share the most words
LONGEST = 600  # characters of a statement that are shown
_CONTRADICTS = 1
_log = logging.getLogger("caveat")


class AskedOpposing:
    """Asks a chat model, named for what it finds; `room` is how many tokens of statements it can be shown at once."""

    def __init__(self, ask: Callable[[str], str], model: str, *, tokens: Counter, room: int) -> None:
        self._ask = ask
        self._reader = AskedReader(ask)
        self._tokens = tokens
        self._room = max(room // 2, 1)
        words = "".join(prompts.load(each).version for each in ("opposing", "checking"))
        self.rules = f"chat {hashlib.sha256(f'{model} {words}'.encode()).hexdigest()[:8]}"

    def between(self, one: Reading, other: Reading) -> list[Opposed]:
        """The opposed statements of two documents, each statement at most once; an UnreadableVerdict where the model tells nothing."""
        found: list[tuple[Told, Told]] = []
        for mine, theirs in self._parts(one, other):
            for a, b in self._named(one, mine, other, theirs):
                if not any(a is kept or b is its for kept, its in found):
                    found.append((a, b))
        return [Opposed(mine=a, theirs=b, features={}, likely=1.0) for a, b in found if self._confirmed(a, b)]

    def _confirmed(self, mine: Told, theirs: Told) -> bool:
        """Whether one is contradicted by the other for who sees these two alone; no clear word is a no."""
        with suppress(UnreadableVerdict):
            [verdict] = self._reader.probabilities([(mine.said.text, theirs.said.text)])
            return bool(verdict[_CONTRADICTS] == 1)
        return False

    def _named(
        self, one: Reading, mine: Sequence[Told], other: Reading, theirs: Sequence[Told]
    ) -> list[tuple[Told, Told]]:
        """The pairs that the model names of two parts; a number that it was not shown counts for nothing."""
        prompt = prompts.load("opposing").filled(
            mark=secrets.token_hex(6),
            first=_by(one),
            one=_numbered("A", mine),
            second=_by(other),
            other=_numbered("B", theirs),
        )
        reply = self._ask(prompt)
        pairs = [(int(a), int(b)) for a, b in PAIR.findall(reply)]
        if not pairs and not NONE.search(reply):
            raise UnreadableVerdict(
                "The chat model did not say which statements cannot both be true.",
                "Set CAVEAT_CHECKER to trained, or name another model.",
            )
        return [(mine[a - 1], theirs[b - 1]) for a, b in pairs if 0 < a <= len(mine) and 0 < b <= len(theirs)]

    def _parts(self, one: Reading, other: Reading) -> list[tuple[list[Told], list[Told]]]:
        """Parts of both that the model can take in beside one another."""
        both = list(product(self._packed(one), self._packed(other)))
        if len(both) > MOST:
            _log.warning(
                "“%s” and “%s” are long: the chat model compares %d of their %d parts.",
                one.document.title, other.document.title, MOST, len(both),
            )  # fmt: skip
        return sorted(both, key=lambda parts: -_shared(*parts))[:MOST]

    def _packed(self, reading: Reading) -> list[list[Told]]:
        packed: list[list[Told]] = []
        left = 0
        for told in reading.told:
            needs = self._tokens.count(clipped(told.said.text, LONGEST)) + 4
            if needs > left:
                packed.append([])
                left = self._room
            packed[-1].append(told)
            left -= needs
        return packed


def _numbered(side: str, part: Sequence[Told]) -> str:
    lines = (harmless(clipped(told.said.text, LONGEST)) for told in part)
    return "\n".join(f"{side}{number}  {line}" for number, line in enumerate(lines, start=1))


def _by(reading: Reading) -> str:
    return harmless(telling.dated(reading.document, chinese=False))


def _shared(mine: Sequence[Told], theirs: Sequence[Told]) -> int:
    held = {term for told in mine for term in told.said.subject}
    return len(held & {term for told in theirs for term in told.said.subject})
