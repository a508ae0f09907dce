"""Training: the whole body for so many passes over what it is to read, on two threads, with checkpoints to go on from."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import torch
from safetensors.torch import load_file, save_file

from vectorstore.network_marking import PARTS, UNKNOWN, UNKNOWN_PIECE, Rows
from vectorstore.pair_encoding import Drop, Weights, computed_in

THREADS = 2
SEED = 7
POOL = 24  # batches whose pairs are sorted by length together
TOLD_EVERY, WATCHED_EVERY = 50, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How it is trained; the same plan on the same pairs gives the same weights on the same kind of processor.

    `until` ends this run after so many steps, to be gone on with.
    """

    folder: Path
    passes: float = 1.0
    size: int = 32
    rate: float = 1.5e-4
    head_rate: float = 1e-3
    warm: int = 150
    decay: float = 0.01
    drop: float = 0.1
    seed: int = SEED
    keep_every: int = 200
    until: int | None = None


class Item(Protocol):
    """Something to read."""

    @property
    def length(self) -> int:
        """Word pieces that are read."""


T = TypeVar("T", bound=Item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[T]):
    """What is learned: `loss` is the summed loss of some items, `right` how many of some are told rightly."""

    head: Callable[[int], Weights]
    loss: Callable[[Weights, Sequence[T], Drop], torch.Tensor]
    right: Callable[[Weights, Sequence[T]], float]


def train(
    task: Task[T], start: Weights, items: Sequence[T], watched: Sequence[T], plan: Plan
) -> dict[str, torch.Tensor]:
    """The trained weights, float32; word embeddings stay as they are. Goes on from the last checkpoint of the folder."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)
    master = {name: weight.float().clone() for name, weight in {**task.head(plan.seed), **start}.items()}
    moving = [name for name in master if not name.startswith("embeddings.word")]
    steps = int(len(items) * plan.passes / plan.size)
    optimizer, schedule = _course(master, moving, steps, plan)
    done = _go_on(plan.folder, master, optimizer, schedule)
    copies = [_copy(master, moving) for _ in range(THREADS)]
    lost: list[float] = []
    with ThreadPoolExecutor(THREADS, initializer=torch.set_num_threads, initargs=(1,)) as threads:
        for step, chosen in enumerate(_batches(items, plan, steps)):
            if step < done:
                continue
            if step == plan.until:
                break
            _refresh(copies, master, moving)
            halves = [chosen[n::THREADS] for n in range(THREADS)]
            drops = [_dropping(plan, step * THREADS + n) for n in range(THREADS)]
            found = list(threads.map(partial(_descend, task, len(chosen)), copies, halves, drops))
            for name in moving:
                halved = [grad.float() for each in copies if (grad := each[name].grad) is not None]
                master[name].grad = torch.stack(halved).sum(0)
            torch.nn.utils.clip_grad_norm_([master[name] for name in moving], 1.0)
            optimizer.step()
            schedule.step()
            lost.append(sum(found))
            if (step + 1) % TOLD_EVERY == 0:
                told = {"step": step + 1, "of": steps, "loss": round(sum(lost[-200:]) / len(lost[-200:]), 4)}
                if (step + 1) % WATCHED_EVERY == 0:
                    told["watched"] = round(_right(task, copies[0], watched, threads), 4)
                print(json.dumps(told), flush=True)
            if (step + 1) % plan.keep_every == 0 or step + 1 in {steps, plan.until}:
                _keep(plan.folder, master, optimizer, schedule, step + 1)
    return master


def forgetful(read: Rows, known: Mapping[int, int] | None, drop: Drop) -> Rows:
    """Where states are dropped, now and then a symbol is unknown too: so a network learns what to make of those it will not know."""
    unknown, least = (UNKNOWN_PIECE, PARTS) if known is None else (UNKNOWN, UNKNOWN + 1)
    lost = (drop(torch.ones(read.ids.shape)) == 0) & (drop(torch.ones(read.ids.shape)) == 0) & (read.ids >= least)
    read.ids[lost] = unknown
    return read


def _course(
    master: Weights, moving: Sequence[str], steps: int, plan: Plan
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    """AdamW with a rate that rises to its height and falls to nothing, both in a straight line."""
    heads = {name for name in moving if name.startswith("head")}
    optimizer = torch.optim.AdamW(
        [
            {"params": [master[name] for name in moving if name not in heads], "lr": plan.rate},
            {"params": [master[name] for name in moving if name in heads], "lr": plan.head_rate},
        ],
        weight_decay=plan.decay,
        betas=(0.9, 0.98),
    )
    return optimizer, torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / plan.warm, max(steps - n, 0) / (steps - plan.warm))
    )


def _dropping(plan: Plan, number: int) -> Drop:
    """Drops the plan's share of states; each thread of each step draws for itself, so that a run gone on with ends the same."""
    draw = torch.Generator().manual_seed(plan.seed * 1_000_003 + number)
    kept = 1 - plan.drop

    def drop(states: torch.Tensor) -> torch.Tensor:
        return states * torch.empty_like(states).bernoulli_(kept, generator=draw).div_(kept)

    return drop


def _descend(task: Task[T], whole: int, copy: Weights, chosen: Sequence[T], drop: Drop) -> float:
    loss = task.loss(copy, chosen, drop) / whole
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.item()


def _copy(master: Weights, moving: Sequence[str]) -> dict[str, torch.Tensor]:
    return {name: weight.to(computed_in(), copy=True).requires_grad_(name in moving) for name, weight in master.items()}


def _refresh(copies: Sequence[Weights], master: Weights, moving: Sequence[str]) -> None:
    with torch.no_grad():
        for copy in copies:
            for name in moving:
                copy[name].copy_(master[name])
                copy[name].grad = None


def _batches(items: Sequence[T], plan: Plan, steps: int) -> Iterator[list[T]]:
    """Batches of like length in drawn order, pass after pass, so many as there are steps."""
    draw, given = random.Random(plan.seed), 0  # noqa: S311 (an order, no secret)
    while given < steps:
        order = draw.sample(range(len(items)), len(items))
        for first in range(0, len(order), plan.size * POOL):
            pool = sorted(order[first : first + plan.size * POOL], key=lambda n: items[n].length)
            parts = [pool[n : n + plan.size] for n in range(0, len(pool), plan.size)]
            draw.shuffle(parts)
            for part in parts:
                if len(part) == plan.size and given < steps:
                    given += 1
                    yield [items[n] for n in part]


def _right(task: Task[T], weights: Weights, watched: Sequence[T], threads: ThreadPoolExecutor) -> float:
    """The share of items that are told rightly."""
    ordered = sorted(watched, key=lambda each: each.length)
    parts = [ordered[n : n + 32] for n in range(0, len(ordered), 32)]
    return sum(threads.map(lambda part: _told(task, weights, part), parts)) / (len(ordered) or 1)


def _told(task: Task[T], weights: Weights, part: Sequence[T]) -> float:
    with torch.no_grad():
        return task.right(weights, part)


def _keep(
    folder: Path,
    master: Weights,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
    step: int,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: weight.detach() for name, weight in master.items()}, folder / "weights.part")
    torch.save(
        {"optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "step": step}, folder / "state.part"
    )
    (folder / "state.part").replace(folder / "state.pt")
    (folder / "weights.part").replace(folder / "weights.safetensors")


def _go_on(
    folder: Path,
    master: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
) -> int:
    if not (folder / "state.pt").exists():
        return 0
    for name, weight in load_file(folder / "weights.safetensors").items():
        master[name].copy_(weight)
    state = torch.load(folder / "state.pt", weights_only=True)
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
