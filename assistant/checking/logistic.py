"""What several features say together: a logistic line, and the odds of a probability as one of its features."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log

LEAST = 1e-4  # of a probability whose odds are weighed


def probability(bias: float, weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Between 0 and 1; every feature that has a weight must be there."""
    return 1 / (1 + exp(-bias - sum(weight * features[name] for name, weight in weights.items())))


def odds(likely: float) -> float:
    """The logarithm of a probability's odds, a fifth of it: some two either way at most."""
    return log(max(likely, LEAST) / max(1 - likely, LEAST)) / 5
