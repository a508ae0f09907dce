"""Statements read with what stands around them by small networks of their own: how much each tells, for each of some kinds.

A network reads signs of writing one after another, characters of Chinese or word pieces of English, learned from nothing but
labelled statements: each with the part of the text that it stands in and what others have set on it, three layers that look at
neighbours farther and farther off, and one that looks at everything. Characters have vectors of the network's own; word pieces
those that the default embedder's body has for them, made narrower. Several networks, begun from other numbers, are read beside
one another, and their mean counts. What is handed back is what `vectorstore.token_marking` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as f
from safetensors import SafetensorError, safe_open

from vectorstore.pair_encoding import WIDTH as BODY
from vectorstore.pair_encoding import AdapterError, Drop, Ids, Weights, body_weights
from vectorstore.token_marking import Marked, fresh_marks, pooled
from vectorstore.vector_rows import Vector

CHARACTERS_WIDE, PIECES_WIDE = 96, 128  # how wide a network is over characters and over word pieces
HEADS = 4
STEPS, REACH = (1, 2, 4), 5  # how far apart the symbols are that a layer lays side by side, and how many
PARTS = 8  # the statement itself, and the parts around it by the marks that open them: symbols 1 to 7
UNKNOWN, UNKNOWN_PIECE = 1, 100  # the place of a character that is not known; the word piece [UNK]
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Signed:
    """A statement and what stands around it, as code points or the numbers of word pieces; a part around it is opened by its number, 1 to 7.

    `signs`: what others have set on each of them, shape (symbols, signs).
    """

    symbols: Ids
    signs: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Statements side by side: symbols, the part that each stands in, its signs, and which are there at all."""

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


def batch(read: Sequence[Signed], known: Mapping[int, int] | None) -> Rows:
    """Statements as a network reads them, padded to the longest; `known` are the places of characters in the vocabulary, None for word pieces."""
    rows = [np.array(each.symbols) for each in read]
    width = max(map(len, rows), default=1)
    ids, parts = (torch.zeros((len(rows), width), dtype=torch.long) for _ in range(2))
    signs = torch.zeros((len(rows), width, read[0].signs.shape[1]))
    there = torch.zeros((len(rows), width), dtype=torch.bool)
    for number, row in enumerate(rows):
        end = len(row)
        opened = np.where(row < PARTS, row, 0)
        own = np.where(row < PARTS, 0, row) if known is None else [known.get(int(each), UNKNOWN) for each in row]
        last = np.maximum.accumulate(np.where(opened > 0, np.arange(end), 0))
        ids[number, :end] = torch.from_numpy(np.asarray(own))
        parts[number, :end] = torch.from_numpy(opened[last])
        signs[number, :end] = torch.from_numpy(np.asarray(read[number].signs, dtype=np.float32))
        there[number, :end] = True
    return Rows(ids, parts, signs, there)


def places(characters: str) -> dict[int, int]:
    """The place of each character of a vocabulary; 0 is nothing, 1 a character that it does not hold."""
    return {ord(each): place for place, each in enumerate(characters, UNKNOWN + 1)}


def marks(weights: Weights, given: Rows, drop: Drop = lambda states: states) -> torch.Tensor:
    """The logits of each symbol, shape (rows, width, kinds), float32; where nothing is, so low that nothing is told."""
    there = given.there[:, :, None]
    signed = f.linear(given.signs.to(weights["signs.weight"].dtype), weights["signs.weight"])
    states = drop(_vectors(weights, given.ids) + weights["parts"][given.parts] + signed) * there
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


def _vectors(weights: Weights, ids: torch.Tensor) -> torch.Tensor:
    """The vectors of characters, or those of word pieces as the body has them, made narrower."""
    if "characters" in weights:
        return weights["characters"][ids]
    return f.linear(_word_vectors()[ids].to(weights["pieces.weight"].dtype), weights["pieces.weight"])


@cache
def _word_vectors() -> torch.Tensor:
    """The default embedder's vector of each word piece, shape (word pieces, BODY), as far apart on average as random ones of spread 1."""
    found = body_weights()["embeddings.word_embeddings.weight"]
    return found / found.std()


def _mixed(weights: Weights, states: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    rows, width, wide = states.shape
    query, key, value = (
        f.linear(states, weights[f"far.{name}.weight"], weights[f"far.{name}.bias"])
        .view(rows, width, HEADS, -1)
        .transpose(1, 2)
        for name in ("query", "key", "value")
    )
    scores = torch.matmul(query * (wide // HEADS) ** -0.5, key.transpose(2, 3))
    scores = scores.masked_fill(~there[:, None, None, :], -1e4)
    mixed = torch.matmul(scores.softmax(-1), value).transpose(1, 2).reshape(rows, width, wide)
    return f.linear(mixed, weights["far.out.weight"], weights["far.out.bias"])


def _norm(weights: Weights, name: str, states: torch.Tensor) -> torch.Tensor:
    return f.layer_norm(states, states.shape[-1:], weights[f"{name}.norm.weight"], weights[f"{name}.norm.bias"])


def fresh(characters: int | None, signs: int, kinds: int, seed: int) -> dict[str, torch.Tensor]:
    """A network as training begins with, for a vocabulary of so many characters, or for word pieces."""
    draw = torch.Generator().manual_seed(seed)
    wide = PIECES_WIDE if characters is None else CHARACTERS_WIDE

    def drawn(*shape: int, spread: float) -> torch.Tensor:
        return torch.randn(shape, generator=draw) * spread

    found = (
        {"pieces.weight": drawn(wide, BODY, spread=BODY**-0.5)}
        if characters is None
        else {"characters": drawn(characters + UNKNOWN + 1, wide, spread=0.1)}
    )
    found |= {"parts": drawn(PARTS, wide, spread=0.1), "signs.weight": drawn(wide, signs, spread=0.1)}
    shapes: dict[str, tuple[int, ...]] = {f"near.{number}": (wide, wide, REACH) for number in range(len(STEPS))}
    shapes |= {f"far.{name}": (wide, wide) for name in ("query", "key", "value", "out")}
    shapes |= {"wide": (2 * wide, wide), "narrow": (wide, 2 * wide)}
    for name, shape in shapes.items():
        inputs = int(np.prod(shape[1:]))
        found |= {f"{name}.weight": drawn(*shape, spread=inputs**-0.5), f"{name}.bias": torch.zeros(shape[0])}
    for name in (*(f"near.{number}" for number in range(len(STEPS))), "far", "last"):
        found |= {f"{name}.norm.weight": torch.ones(wide), f"{name}.norm.bias": torch.zeros(wide)}
    head = fresh_marks(kinds, seed)
    return {**found, **head, "head.marks.weight": head["head.marks.weight"][:, :wide].clone()}


def side_by_side(networks: Sequence[Weights]) -> dict[str, torch.Tensor]:
    """Networks of one vocabulary as one file holds them: each weight under the number of its network."""
    return {f"{number}/{name}": weight for number, each in enumerate(networks) for name, weight in each.items()}


class NetworkMarker:
    """The shipped networks, loaded when they first read; threads may share them."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def marked(self, read: Sequence[Signed]) -> list[Marked]:
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
    def _loaded(self) -> tuple[Mapping[int, int] | None, Sequence[Weights]]:
        try:
            with safe_open(self._file, framework="pt") as file:
                characters = (file.metadata() or {}).get("characters")
                networks: dict[str, dict[str, torch.Tensor]] = {}
                for key in file.keys():  # noqa: SIM118 (no mapping)
                    number, _, name = key.partition("/")
                    networks.setdefault(number, {})[name] = file.get_tensor(key).float()
        except (OSError, SafetensorError) as error:
            raise self._unreadable() from error
        needed = {"head.marks.weight", "pieces.weight" if characters is None else "characters"}
        if not networks or any(needed - each.keys() for each in networks.values()):
            raise self._unreadable()
        return None if characters is None else places(characters), list(networks.values())

    def _unreadable(self) -> AdapterError:
        return AdapterError(
            f"The networks {self._file} cannot be read.",
            "Install Caveat again, or go on without: CAVEAT_DOUBTS=rules, CAVEAT_ANSWERS=words, CAVEAT_CHECKER=rules.",
        )
