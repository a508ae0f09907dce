"""The words by which people are told how an answer was made, what became of a claim, and what kind of doubt there is.

The page has its own in `web/kinds.js`, in its own case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

MADE = {
    "quoted": "These are sentences from the library, word for word.",
    "written": "Written by a language model from passages of the library; each sentence was checked against them.",
}
VERDICTS = {
    "contradicted": "Contradicted by its source.",
    "not_found": "Not found as stated.",
    "unchecked": "Could not be checked.",
}
"""Of a claim that is not supported. What its source says more carefully is not found as stated either."""
SIGNS = {"supported": "✓", "contradicted": "✗", "not_found": "∅", "unchecked": "?"}
"""Before a verdict, so that no two look alike where there is no colour."""
DOUBTS = {
    "questioned": "Questioned",
    "self_reported": "Self-reported",
    "hedged": "Hedged",
    "attributed": "Attributed",
    "vague_source": "Vague source",
    "cut_off": "Text cut off",
    "single_voice": "Single voice",
    "disputed": "Disputed",
    "outdated": "Outdated",
    "unsupported": "Unsupported",
    "misquoted": "Misquoted",
    "overstated": "Overstated",
    "unchecked": "Not checked",
}
_COUNTED = {"not_found": "not found as stated", "unchecked": "not checked"}


def voices(told: Sequence[tuple[str, int]]) -> str:
    """The voices of a claim by name and copies; empty where there is one and nothing repeats it.

    >>> voices([("the notice MDI IT [2020] 14", 0), ("Northgate Wire", 2)])
    '2 independent voices: the notice MDI IT [2020] 14; Northgate Wire (2 copies)'
    """
    if len(told) < 2 and not any(copies for _, copies in told):
        return ""
    named = "; ".join(
        name + (f" ({copies} {'copy' if copies == 1 else 'copies'})" if copies else "") for name, copies in told
    )
    return f"{'1 voice' if len(told) == 1 else f'{len(told)} independent voices'}: {named}"


def state(verdict: str, *, doubted: bool) -> str:
    """A claim's state as it is counted.

    >>> state("supported", doubted=True), state("not_found", doubted=True)
    ('supported, with doubts', 'not found as stated')
    """
    told = _COUNTED.get(verdict, verdict)
    return f"{told}, with doubts" if told == "supported" and doubted else told


def tally(states: Iterable[str]) -> str:
    """Counts, never a score.

    >>> tally(["supported", "not checked", "supported"])
    '3 claims: 2 supported, 1 not checked'
    """
    counts = Counter(states)
    number = counts.total()
    return f"{number} claim{'' if number == 1 else 's'}: " + ", ".join(f"{n} {each}" for each, n in counts.items())
