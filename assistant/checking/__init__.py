"""Checking what a model wrote against what it cites: a verdict, the exact statements it rests on, and what is wrong."""

from __future__ import annotations

from assistant.checking.deterministic import Deterministic
from assistant.checking.verifier import Fault, Judgement, Support, Verifier

__all__ = ["Deterministic", "Fault", "Judgement", "Support", "Verifier"]
