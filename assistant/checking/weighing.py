"""Whether statements carry a claim that was not written from them: what each holds of the other, weighed by one line a language.

Words alone tell little there: a claim may turn every word and be right, or turn one and be wrong. How much of the statement
the claim takes up tells more, and so do figures, once they have been compared. The lines are in `weighing.toml`, made by
`python -m evals.weighing`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.checking.logistic import odds, probability
from assistant.checking.prose import Reading
from assistant.checking.reading import content, nearly
from assistant.checking.support import Line, Wanted

ABSENT = 0.3  # a word of the claim that statements hold less well is not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A line: a claim is carried from a probability of `carried` on."""

    bias: float
    carried: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """Of a claim with these features being carried."""
        return probability(self.bias, self.weights, features)


def carried(claim: Wanted, chosen: Sequence[Line], reading: Reading | None = None) -> bool:
    """Whether the statements chosen carry a claim; `reading` is what a reader says of them."""
    by = weights("en" if claim.language != "zh" else "zh" if reading is None else "zh_read")
    return bool(chosen) and by.probability(features(claim, chosen, reading)) >= by.carried


def features(claim: Wanted, chosen: Sequence[Line], reading: Reading | None = None) -> dict[str, float]:
    """What is weighed, each between 0 and 1 or so."""
    text = "\n".join(part for line in chosen for part in (line.text, line.front))
    held = {term: nearly(term, text) for term in claim.terms}
    whole = sum(claim.terms.values()) or 1.0
    shares = [_taken_up(claim, line) for line in chosen]
    told = {"supports": reading.supports, "contradicts": reading.contradicts} if reading is not None else {}
    return {
        "holds": sum(weight * held[term] for term, weight in claim.terms.items()) / whole,
        "absent": sum(weight for term, weight in claim.terms.items() if held[term] < ABSENT) / whole,
        "taken_up": max(shares, default=0.0),
        "a_figure": float(len(claim.figures) > 0),
        "figures": float(len(claim.figures) > 1),
        **{name: odds(told.get(name, 0.5)) for name in ("supports", "contradicts")},
    }


def _taken_up(claim: Wanted, line: Line) -> float:
    """The share of a statement's words that a claim holds."""
    words = content(line.text)
    return sum(nearly(word, claim.claim) for word in words) / (len(words) or 1)


@cache
def weights(tongue: str) -> Weights:
    """The line of a language as shipped."""
    return Weights(**tomllib.loads((Path(__file__).parent / "weighing.toml").read_text(encoding="utf-8"))[tongue])
