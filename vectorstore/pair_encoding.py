"""Claims read together with evidence by the default embedder's own body, with a small adapter on it.

The body is six layers of BERT, written out here so that one function serves training and reading. An adapter is a
`.safetensors` file: low-rank differences to the body's matrices, whole differences to its biases and norms, a head of three
classes (supports, contradicts, neither), and the temperature that calibrates them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as f
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from ingest.errors import CaveatError
from vectorstore.embedding import DEFAULT_WEIGHTS_SHA256, Precision, default_folder, native_precision
from vectorstore.vector_rows import Vector

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LAYERS, HEADS, WIDTH, HIDDEN = 6, 12, 384, 192
MATRICES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
CLS, SEP = 101, 102
CLAIM_AT_MOST = 96  # word pieces of a claim that are read
WINDOW, STEP = 224, 160  # word pieces of evidence that are read at once, and between the starts of two windows
_TOKENS_PER_BATCH = 2048
_EPSILON = 1e-12

Weights = Mapping[str, torch.Tensor]
Ids = Sequence[int]
Drop = Callable[[torch.Tensor], torch.Tensor]  # what training does to states on their way: some of them go to nothing


class AdapterError(CaveatError):
    """The adapter cannot be read, or does not fit the body."""

    code = "adapter"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Pairs side by side: word pieces, which side each is of (0 claim, 1 evidence), and which are there at all."""

    ids: torch.Tensor
    sides: torch.Tensor
    there: torch.Tensor


def batch(pairs: Sequence[tuple[Ids, Ids]], longest: int = 512) -> Batch:
    """Pairs as `[CLS] claim [SEP] evidence [SEP]`, padded to the longest; evidence is cut at `longest` word pieces in all."""
    rows = [(claim[:CLAIM_AT_MOST], evidence) for claim, evidence in pairs]
    rows = [(claim, evidence[: longest - len(claim) - 3]) for claim, evidence in rows]
    width = max(len(claim) + len(evidence) + 3 for claim, evidence in rows)
    ids, sides = torch.zeros((len(rows), width), dtype=torch.long), torch.zeros((len(rows), width), dtype=torch.long)
    there = torch.zeros((len(rows), width), dtype=torch.bool)
    for row, (claim, evidence) in enumerate(rows):
        own, end = len(claim) + 2, len(claim) + len(evidence) + 3
        ids[row, :end] = torch.tensor([CLS, *claim, SEP, *evidence, SEP])
        sides[row, own:end] = 1
        there[row, :end] = True
    return Batch(ids, sides, there)


def read(weights: Weights, given: Batch, drop: Drop = lambda states: states) -> torch.Tensor:
    """The three logits of each pair, float32: supports, contradicts, neither."""
    states = body_states(weights, given, drop)
    own = (given.there & (given.sides == 0)).to(states.dtype)
    other = (given.there & (given.sides == 1)).to(states.dtype)
    claim, evidence = _mean(states, own), _mean(states, other)
    features = torch.cat((states[:, 0], claim, evidence, (claim - evidence).abs(), claim * evidence), dim=1)
    hidden = f.gelu(f.linear(drop(features), weights["head.first.weight"], weights["head.first.bias"]))
    return f.linear(drop(hidden), weights["head.last.weight"], weights["head.last.bias"]).float()


def body_states(weights: Weights, given: Batch, drop: Drop) -> torch.Tensor:
    """The last layer's state of each word piece, shape (rows, width, WIDTH)."""
    rows, width = given.ids.shape
    places = weights["embeddings.position_embeddings.weight"][:width]
    kinds = weights["embeddings.token_type_embeddings.weight"][given.sides]
    words = weights["embeddings.word_embeddings.weight"][given.ids]
    states = drop(_norm(weights, "embeddings", words + places + kinds))
    hidden = torch.zeros(given.there.shape, dtype=states.dtype).masked_fill_(~given.there, -1e4)[:, None, None, :]

    def linear(name: str, x: torch.Tensor) -> torch.Tensor:
        return f.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            linear(f"{layer}.{name}", states).view(rows, width, HEADS, -1).transpose(1, 2) for name in MATRICES[:3]
        )
        scores = torch.matmul(query * (WIDTH // HEADS) ** -0.5, key.transpose(2, 3)) + hidden
        mixed = torch.matmul(scores.softmax(-1), value).transpose(1, 2).reshape(rows, width, WIDTH)
        out = drop(linear(f"{layer}.attention.output.dense", mixed))
        states = _norm(weights, f"{layer}.attention.output", out + states)
        wide = f.gelu(linear(f"{layer}.intermediate.dense", states))
        states = _norm(weights, f"{layer}.output", drop(linear(f"{layer}.output.dense", wide)) + states)
    return states


def _norm(weights: Weights, name: str, x: torch.Tensor) -> torch.Tensor:
    return f.layer_norm(x, (WIDTH,), weights[f"{name}.LayerNorm.weight"], weights[f"{name}.LayerNorm.bias"], _EPSILON)


def _mean(states: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    return torch.bmm(chosen[:, None, :], states)[:, 0] / chosen.sum(1, keepdim=True).clamp(min=1)


def body_weights() -> dict[str, torch.Tensor]:
    """The default embedder's own weights by name, float32."""
    found = load_file(default_folder() / "model.safetensors")
    return {name: weight for name, weight in found.items() if weight.is_floating_point() and "pooler" not in name}


def fresh_head(seed: int) -> dict[str, torch.Tensor]:
    """A head as training begins with."""
    draw = torch.Generator().manual_seed(seed)
    return {
        "head.first.weight": torch.randn((HIDDEN, 5 * WIDTH), generator=draw) * 0.02,
        "head.first.bias": torch.zeros(HIDDEN),
        "head.last.weight": torch.randn((3, HIDDEN), generator=draw) * 0.02,
        "head.last.bias": torch.zeros(3),
    }


def adapted(body: Weights, adapter: Weights) -> dict[str, torch.Tensor]:
    """The body with an adapter on it; `NAME.down` and `NAME.up` are a difference of low rank, `NAME.more` is a whole one."""
    found = dict(body)
    for name, weight in adapter.items():
        own, _, kind = name.rpartition(".")
        if kind == "up":
            found[own] = body[own] + weight.float() @ adapter[f"{own}.down"].float()
        elif kind == "more":
            found[own] = body[own].clone()
            found[own][: len(weight)] += weight.float()
        elif name.startswith("head."):
            found[name] = weight.float()
    return found


def tokenizer() -> Tokenizer:
    """The default embedder's tokenizer; it cuts and pads nothing."""
    from tokenizers import Tokenizer  # noqa: PLC0415 (only where it is used)

    found = Tokenizer.from_file(str(default_folder() / "tokenizer.json"))
    found.no_truncation()
    found.no_padding()
    return found


def computed_in(precision: Precision = "auto") -> torch.dtype:
    """What the body is computed in; where the processor has no bfloat16 that takes nine times as long as float32, and `auto` spares it."""
    wanted = native_precision() if precision == "auto" else precision
    return torch.bfloat16 if wanted == "bfloat16" else torch.float32


class AdaptedBody:
    """The default embedder's body with an adapter on it, loaded when it first reads, and the cores that read; threads may share it.

    `upon` is an adapter that lies on the body below it. An AdapterError where one cannot be read or is for another body.
    """

    def __init__(self, adapter: Path, precision: Precision = "auto", upon: Path | None = None) -> None:
        self._adapters = (adapter,) if upon is None else (upon, adapter)
        self._kind = computed_in(precision)
        self._loading = threading.Lock()

    @property
    def weights(self) -> Weights:
        """The adapted body and its head."""
        return self._loaded[0]

    @property
    def told(self) -> Mapping[str, str]:
        """What the adapter states about itself."""
        return self._loaded[1]

    def each(self, parts: Sequence[list[int]], run: Callable[[list[int]], None]) -> None:
        """Runs over all parts, one on each core."""
        list(self._cores.map(run, parts))

    @cached_property
    def _cores(self) -> ThreadPoolExecutor:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return ThreadPoolExecutor(cores, thread_name_prefix="read", initializer=torch.set_num_threads, initargs=(1,))

    @cached_property
    def _loaded(self) -> tuple[Weights, Mapping[str, str]]:
        with self._loading:
            return self.__dict__.get("_loaded") or self._read()

    def _read(self) -> tuple[Weights, Mapping[str, str]]:
        weights, told = body_weights(), dict[str, str]()
        for file in self._adapters:
            adapter, told = _opened(file)
            weights = adapted(weights, adapter)
        return {name: weight.to(self._kind) for name, weight in weights.items()}, told


def _opened(file: Path) -> tuple[Weights, dict[str, str]]:
    """An adapter and what it states about itself."""
    try:
        with safe_open(file, "pt") as opened:
            told = opened.metadata() or {}
        adapter = load_file(file)
    except (OSError, SafetensorError) as error:
        raise AdapterError(f"The adapter {file.name} cannot be read.", "Install caveat again.") from error
    if told.get("body") != DEFAULT_WEIGHTS_SHA256:
        raise AdapterError(f"{file.name} is no adapter for the default embedder.", "Install caveat again.")
    return adapter, told


class AdaptedReader:
    """The shipped reader: the default embedder's body with an adapter, loaded when it first reads; threads may share it."""

    def __init__(
        self,
        adapter: Path,
        *,
        precision: Precision = "auto",
        english: Callable[[str], bool] | None = None,
        upon: Path | None = None,
    ) -> None:
        self._body = AdaptedBody(adapter, precision, upon)
        self._english = english or _latin

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Vector:
        """For each claim with its evidence, shape (pairs, 3): supports, contradicts, neither, which sum to 1.

        Evidence longer than a window is read in windows that overlap; the window that tells most, by what it does not leave
        at neither, speaks for it.
        """
        if not pairs:
            return np.zeros((0, 3), np.float32)
        encoded = self._tokenizer.encode_batch_fast(
            [_encodable(text) for pair in pairs for text in pair], add_special_tokens=False
        )
        rows: list[tuple[int, Ids, Ids]] = []
        for number in range(len(pairs)):
            claim, evidence = encoded[2 * number].ids, encoded[2 * number + 1].ids
            starts = range(0, max(len(evidence) - WINDOW, 0) + STEP, STEP)
            rows += [(number, claim, evidence[start : start + WINDOW]) for start in starts]
        read_rows = self._read([(claim, evidence) for _, claim, evidence in rows])
        found = np.zeros((len(pairs), 3), np.float32)
        found[:, 2] = 2.0
        for (number, _, _), told in zip(rows, read_rows, strict=True):
            if told[2] < found[number, 2]:
                found[number] = told
        return found

    def understands(self, text: str) -> bool:
        """It was trained on English alone."""
        return self._english(text)

    def _read(self, pairs: Sequence[tuple[Ids, Ids]]) -> Vector:
        weights, warmth = self._body.weights, float(self._body.told["temperature"])
        found = np.zeros((len(pairs), 3), np.float32)
        order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][0]) + len(pairs[n][1]))
        parts: list[list[int]] = [[]]
        for number in order:
            if parts[-1] and (len(parts[-1]) + 1) * sum(map(len, pairs[number])) > _TOKENS_PER_BATCH:
                parts.append([])
            parts[-1].append(number)

        def run(part: list[int]) -> None:
            with torch.inference_mode():
                logits = read(weights, batch([pairs[number] for number in part]))
                found[part] = (logits / warmth).softmax(1).numpy()

        self._body.each(parts, run)
        return found

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return tokenizer()


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _latin(text: str) -> bool:
    """Whether most letters are Latin: as much as is told of a language here."""
    letters = [character for character in text if character.isalpha()]
    return sum(character < "\u0250" for character in letters) * 2 > len(letters)
