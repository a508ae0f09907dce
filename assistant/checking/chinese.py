"""Small networks that read a Chinese claim beside Chinese evidence: a PairReader that tells support alone, no contradiction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.checking.prose import PairReader
from assistant.checking.reading import Language, language
from vectorstore.chinese_pairs import TEXT, codes, signed
from vectorstore.network_marking import NetworkMarker
from vectorstore.pair_encoding import Ids
from vectorstore.vector_rows import Vector

CLAIM, EVIDENCE = 90, 560  # characters of each that are read at most


class ChineseReader:
    """The shipped networks, loaded when they first read; threads may share them."""

    def __init__(self, networks: NetworkMarker) -> None:
        self._networks = networks

    def understands(self, text: str) -> bool:
        """Whether a text is Chinese."""
        return language(text) == "zh"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Vector:
        """Shape (pairs, 3): supports, contradicts (0), neither; each row sums to 1."""
        cut = [as_read(*pair) for pair in pairs]
        marked = self._networks.marked([signed(*each) for each in cut])
        found = np.zeros((len(pairs), 3), np.float32)
        for row, ((claim, _), told) in enumerate(zip(cut, marked, strict=True)):
            found[row, 0] = 1 / (1 + np.exp(-np.logaddexp.reduce(told.pieces[len(claim) + 1 :, 0])))
        found[:, 2] = 1 - found[:, 0]
        return found


class ByLanguage:
    """Readers of several languages as one: a PairReader; what none of them knows is told as neither."""

    def __init__(self, readers: Mapping[Language, PairReader]) -> None:
        self._readers = readers

    def understands(self, text: str) -> bool:
        """Whether one of them knows the language of a text."""
        return language(text) in self._readers

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Vector:
        """Shape (pairs, 3): supports, contradicts, neither; each row sums to 1."""
        found = np.tile(np.array([0.0, 0.0, 1.0], np.float32), (len(pairs), 1))
        spoken = [language(claim) for claim, _ in pairs]
        for name, reader in self._readers.items():
            own = [n for n, each in enumerate(spoken) if each == name]
            if own:
                found[own] = reader.probabilities([pairs[n] for n in own])
        return found


def as_read(claim: str, evidence: str) -> tuple[Ids, Ids]:
    """A claim and its evidence as the networks read them, the evidence behind what opens it."""
    return list(codes(claim[:CLAIM])), [TEXT, *codes(evidence[:EVIDENCE])]
