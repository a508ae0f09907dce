"""The words of `labels.toml`, by which people are told what became of a claim: in the language of what they asked or wrote."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from assistant.checking.reading import HAN, LATIN

SIGNS = {"supported": "✓", "contradicted": "✗", "not_found": "∅", "unchecked": "?"}
"""Before a verdict, so that no two look alike where there is no colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The words of one language."""

    chinese: bool
    made: Mapping[str, str]
    verdicts: Mapping[str, str]
    states: Mapping[str, str]
    doubts: Mapping[str, str]
    unanswered: Mapping[str, str]
    words: Mapping[str, str]

    def say(self, name: str, **given: object) -> str:
        """A phrase with what it speaks of."""
        return Template(self.words[name]).substitute({key: str(value) for key, value in given.items()})

    def doubt(self, kind: str) -> str:
        """The name of a kind of doubt; one that is not known by its own."""
        return self.doubts.get(kind, kind)

    def voices(self, told: Sequence[tuple[str, int]]) -> str:
        """The voices of a claim by name and copies; empty where there is one and nothing repeats it.

        >>> of("").voices([("the notice MDI IT [2020] 14", 0), ("Northgate Wire", 2)])
        '2 independent voices: the notice MDI IT [2020] 14; Northgate Wire (2 copies)'
        """
        if len(told) < 2 and not any(copies for _, copies in told):
            return ""
        named = self.words["semicolon"].join(name + self._copies(copies) for name, copies in told)
        return f"{self._count('voice', len(told))}{self.words['colon']}{named}"

    def state(self, verdict: str, *, doubted: bool) -> str:
        """A claim's state as it is counted.

        >>> of("").state("supported", doubted=True), of("").state("not_found", doubted=True)
        ('supported, with doubts', 'not found as stated')
        """
        return self.states["doubted" if verdict == "supported" and doubted else verdict]

    def tally(self, states: Iterable[str]) -> str:
        """Counts, never a score.

        >>> of("").tally(["supported", "not checked", "supported"])
        '3 claims: 2 supported, 1 not checked'
        """
        counts = Counter(states)
        each = self.words["comma"].join(f"{number}{self._gap}{state}" for state, number in counts.items())
        return self.say("tally", claims=self._count("claim", counts.total()), counts=each)

    @property
    def _gap(self) -> str:
        return "条" if self.chinese else " "

    def _count(self, what: str, number: int) -> str:
        return self.say(f"one_{what}" if number == 1 else f"{what}s", number=number)

    def _copies(self, number: int) -> str:
        return self.say("one_copy" if number == 1 else "copies", number=number) if number else ""


def of(text: str) -> Labels:
    """The words for somebody who asked or wrote this: Chinese where most of its letters are, else English.

    >>> of("有多少城市？").states["supported"], of("What is 健康码?").states["supported"]
    ('有原文支持', 'supported')
    """
    return _labels("zh" if len(HAN.findall(text)) * 2 > len(LATIN.findall(text)) else "en")


@cache
def _labels(language: str) -> Labels:
    told = tomllib.loads(Path(__file__).with_name("labels.toml").read_text(encoding="utf-8"))[language]
    return Labels(chinese=language == "zh", **told)


EN = of("")
