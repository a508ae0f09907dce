"""Statements in Chinese read with what stands around them, character by character: how much each tells, for each of some kinds.

The default embedder's body knows English alone, so this is a small network of its own, learned from nothing but labelled
statements: characters, the part of the text that they stand in and signs that others set on them, three layers that look at
neighbours farther and farther off, and one that looks at everything. Several of them, begun from other numbers, are read beside
one another, and their mean counts. What is handed back is what `vectorstore.token_marking` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as f
from safetensors import SafetensorError, safe_open

from vectorstore.pair_encoding import AdapterError, Drop, Ids, Weights
from vectorstore.token_marking import Marked, fresh_marks, pooled
from vectorstore.vector_rows import Vector

WIDTH, WIDER, HEADS = 96, 192, 4
STEPS, REACH = (1, 2, 4), 5  # how far apart the characters are that a layer lays side by side, and how many
PARTS = 8  # the statement itself, and the parts around it by the marks that open them: characters 1 to 7
UNKNOWN = 1
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Lettered:
    """A statement and what stands around it, as code points; a part around it is opened by its number, 1 to 7.

    `signs`: what others have set on each of them, shape (characters, signs).
    """

    own: Ids
    around: Ids
    signs: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Letters:
    """Statements side by side: characters, the part that each stands in, its signs, and which are there at all."""

    ids: torch.Tensor
    parts: torch.Tensor
    signs: torch.Tensor
    there: torch.Tensor


def vocabulary(texts: Sequence[Ids], least: int = 2) -> str:
    """The characters that texts hold at least so many times, in order; those that open a part are none."""
    counts: dict[int, int] = {}
    for text in texts:
        for character in text:
            counts[character] = counts.get(character, 0) + 1
    return "".join(chr(each) for each in sorted(counts) if counts[each] >= least and each >= PARTS)


def batch(read: Sequence[Lettered], known: Mapping[int, int]) -> Letters:
    """Statements as the network reads them, padded to the longest; `known` are the places of characters in the vocabulary."""
    rows = [[*each.own, *each.around] for each in read]
    width = max(map(len, rows), default=1)
    ids, parts = (torch.zeros((len(rows), width), dtype=torch.long) for _ in range(2))
    signs = torch.zeros((len(rows), width, read[0].signs.shape[1]))
    there = torch.zeros((len(rows), width), dtype=torch.bool)
    for number, row in enumerate(rows):
        end = len(row)
        ids[number, :end] = torch.tensor([known.get(each, UNKNOWN) for each in row])
        opened = np.array([0 if each >= PARTS else each for each in row])
        last = np.maximum.accumulate(np.where(opened > 0, np.arange(end), 0))
        parts[number, :end] = torch.from_numpy(opened[last])
        signs[number, :end] = torch.from_numpy(np.asarray(read[number].signs, dtype=np.float32))
        there[number, :end] = True
    return Letters(ids, parts, signs, there)


def places(characters: str) -> dict[int, int]:
    """The place of each character of a vocabulary; 0 is nothing, 1 a character that it does not hold."""
    return {ord(each): place for place, each in enumerate(characters, UNKNOWN + 1)}


def marks(weights: Weights, given: Letters, drop: Drop = lambda states: states) -> torch.Tensor:
    """The logits of each character, shape (rows, width, kinds), float32; where nothing is, so low that nothing is told."""
    there = given.there[:, :, None]
    signed = f.linear(given.signs.to(weights["signs.weight"].dtype), weights["signs.weight"])
    states = drop(weights["characters"][given.ids] + weights["parts"][given.parts] + signed) * there
    for number, step in enumerate(STEPS):
        layer = f"near.{number}"
        near = f.conv1d(
            states.transpose(1, 2),
            weights[f"{layer}.weight"],
            weights[f"{layer}.bias"],
            padding=step * (REACH // 2),
            dilation=step,
        )
        states = _norm(weights, layer, states + drop(f.gelu(near.transpose(1, 2)))) * there
    states = _norm(weights, "far", states + drop(_mixed(weights, states, given.there)))
    wide = f.gelu(f.linear(states, weights["wide.weight"], weights["wide.bias"]))
    states = _norm(weights, "last", states + drop(f.linear(wide, weights["narrow.weight"], weights["narrow.bias"])))
    logits = f.linear(drop(states), weights["head.marks.weight"], weights["head.marks.bias"]).float()
    return logits.masked_fill(~there, -1e4)


def _mixed(weights: Weights, states: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    rows, width, _ = states.shape
    query, key, value = (
        f.linear(states, weights[f"far.{name}.weight"], weights[f"far.{name}.bias"])
        .view(rows, width, HEADS, -1)
        .transpose(1, 2)
        for name in ("query", "key", "value")
    )
    scores = torch.matmul(query * (WIDTH // HEADS) ** -0.5, key.transpose(2, 3))
    scores = scores.masked_fill(~there[:, None, None, :], -1e4)
    mixed = torch.matmul(scores.softmax(-1), value).transpose(1, 2).reshape(rows, width, WIDTH)
    return f.linear(mixed, weights["far.out.weight"], weights["far.out.bias"])


def _norm(weights: Weights, name: str, states: torch.Tensor) -> torch.Tensor:
    return f.layer_norm(states, (WIDTH,), weights[f"{name}.norm.weight"], weights[f"{name}.norm.bias"])


def fresh(characters: int, signs: int, kinds: int, seed: int) -> dict[str, torch.Tensor]:
    """The network as training begins with, for a vocabulary of so many characters."""
    draw = torch.Generator().manual_seed(seed)

    def drawn(*shape: int, spread: float) -> torch.Tensor:
        return torch.randn(shape, generator=draw) * spread

    found = {
        "characters": drawn(characters + UNKNOWN + 1, WIDTH, spread=0.1),
        "parts": drawn(PARTS, WIDTH, spread=0.1),
        "signs.weight": drawn(WIDTH, signs, spread=0.1),
    }
    shapes: dict[str, tuple[int, ...]] = {f"near.{number}": (WIDTH, WIDTH, REACH) for number in range(len(STEPS))}
    shapes |= {f"far.{name}": (WIDTH, WIDTH) for name in ("query", "key", "value", "out")}
    shapes |= {"wide": (WIDER, WIDTH), "narrow": (WIDTH, WIDER)}
    for name, shape in shapes.items():
        inputs = int(np.prod(shape[1:]))
        found |= {f"{name}.weight": drawn(*shape, spread=inputs**-0.5), f"{name}.bias": torch.zeros(shape[0])}
    for name in (*(f"near.{number}" for number in range(len(STEPS))), "far", "last"):
        found |= {f"{name}.norm.weight": torch.ones(WIDTH), f"{name}.norm.bias": torch.zeros(WIDTH)}
    head = fresh_marks(kinds, seed)
    return {**found, **head, "head.marks.weight": head["head.marks.weight"][:, :WIDTH].clone()}


def side_by_side(networks: Sequence[Weights]) -> dict[str, torch.Tensor]:
    """Networks of one vocabulary as one file holds them: each weight under the number of its network."""
    return {f"{number}/{name}": weight for number, each in enumerate(networks) for name, weight in each.items()}


class CharacterMarker:
    """The shipped networks, loaded when they first read; threads may share them."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def marked(self, read: Sequence[Lettered]) -> list[Marked]:
        """For each statement and what stands around it what tells; an AdapterError where the file cannot be used."""
        if not read:
            return []
        known, networks = self._loaded
        found: dict[int, Marked] = {}
        order = sorted(range(len(read)), key=lambda n: len(read[n].signs))
        for first in range(0, len(order), _AT_ONCE):
            part = order[first : first + _AT_ONCE]
            with torch.inference_mode():
                given = batch([read[n] for n in part], known)
                told = torch.stack([marks(weights, given) for weights in networks]).mean(0)
                whole = pooled(told).numpy()
            for row, n in enumerate(part):
                found[n] = Marked(whole[row], told[row, : len(read[n].signs)].numpy())
        return [found[n] for n in range(len(read))]

    @cached_property
    def _loaded(self) -> tuple[Mapping[int, int], Sequence[Weights]]:
        try:
            with safe_open(self._file, framework="pt") as file:
                characters = (file.metadata() or {})["characters"]
                networks: dict[str, dict[str, torch.Tensor]] = {}
                for key in file.keys():  # noqa: SIM118 (no mapping)
                    number, _, name = key.partition("/")
                    networks.setdefault(number, {})[name] = file.get_tensor(key).float()
        except (OSError, SafetensorError, KeyError) as error:
            raise AdapterError(
                f"The Chinese reader {self._file} cannot be read.",
                "Install Caveat again, or set CAVEAT_DOUBTS=rules to go on without it.",
            ) from error
        return places(characters), list(networks.values())
