"""Fits how a claim is weighed that was not written from its sources: python -m evals.weighing SET ... > lines.

Each set is one of `evals.checked`. Weighed are the sentences in which the rules find nothing wrong, told apart by their labels, and
one line is fitted for each language, for Chinese two: with what the networks read and without. Each library is judged by a line that
has not seen it: printed is how many sound sentences lie above each bound and how many wrong ones below it, and the line for
`weighing.toml`, whose names of features say what is weighed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from assistant import wiring
from assistant.checking.deterministic import Deterministic
from assistant.checking.prose import PairReader
from assistant.checking.support import beside, choose, lines
from assistant.checking.trained import nearest
from assistant.checking.weighing import features, weights
from assistant.settings import Settings
from evals.both_sides import SETS
from evals.checked import PASSAGES, stores
from evals.remembering import Remembering
from vectorstore.store import Store

FOLDS, STRENGTH = 11, 3.0


class Fits(NamedTuple):
    """What a line is for: sentences of a language, and whether a reader has read them."""

    language: str
    reads: bool


LINES = {"en": Fits("en", reads=True), "zh": Fits("zh", reads=False), "zh_read": Fits("zh", reads=True)}
BOUNDS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A sentence with its features, and whether it is sound."""

    library: str
    line: str
    features: Mapping[str, float]
    sound: bool


def main(arguments: list[str] | None = None) -> int:
    """Fits and prints."""
    parser = argparse.ArgumentParser(prog="python -m evals.weighing", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="+", type=Path, help="sets of sentences, as evals.checked measures them")
    parser.add_argument("--line", choices=tuple(LINES), help="one line alone")
    given = parser.parse_args(arguments)
    names = (given.line,) if given.line else tuple(LINES)
    weighed = list(_weighed(given.sets, names))
    for name in names:
        own = [each for each in weighed if each.line == name]
        if own:
            print("\n".join(_fitted(name, own)))
    return 0


def _weighed(sets: Sequence[Path], names: Sequence[str]) -> Iterator[Weighed]:
    embedder, settings = Remembering(), Settings()
    reader = wiring.drafts_reader("float32")
    for path in sets:
        for line, wanted, store in stores(path, SETS, embedder):
            rules = Deterministic(embedder, wiring.assistant(store, settings).rarity)
            for name in (each for each in names if LINES[each].language == line["language"]):
                for each in wanted:
                    told = _features(each["text"], store, rules, reader if LINES[name].reads else None)
                    if told is not None:
                        sound = each["verdict"] == "supported"
                        yield Weighed(library=line["id"], line=name, features=told, sound=sound)


def _features(text: str, store: Store, rules: Deterministic, reader: PairReader | None) -> dict[str, float] | None:
    """What is weighed of a sentence; None where the rules find something wrong with it."""
    asked = rules.wanted(text)
    known = [
        line for line in lines(store.retriever.search(text, limit=PASSAGES).passages) if line.language == asked.language
    ]
    chosen = choose(asked, known, None, strictly=True).lines
    reading = nearest(asked, known, reader, chosen, apart=True) if known and reader is not None else None
    resting = reading.lines if reading is not None else chosen
    rest, named = beside(resting, known), asked.language != "en"
    if rules.resting(asked, resting, rest, "", named=named, known=known).faults:
        return None
    return features(asked, resting, reading)


def _fitted(line: str, weighed: Sequence[Weighed]) -> Iterator[str]:
    names = tuple(weights(line).weights)
    rows = np.array([[each.features[name] for name in names] for each in weighed])
    sound = np.array([each.sound for each in weighed])
    fit = LogisticRegression(C=STRENGTH, max_iter=5000)
    groups = [each.library for each in weighed]
    unseen = cross_val_predict(fit, rows, sound, groups=groups, cv=GroupKFold(FOLDS), method="predict_proba")[:, 1]
    for bound in BOUNDS:
        kept, flagged = int((unseen[sound] >= bound).sum()), int((unseen[~sound] < bound).sum())
        yield f"# {line} from {bound}: {kept} of {sound.sum()} sound ones carried, {flagged} of {(~sound).sum()} wrong ones not"
    fit.fit(rows, sound)
    yield f"[{line}]\nbias = {fit.intercept_[0]:.2f}\n\n[{line}.weights]"
    yield from (f"{name} = {weight:.2f}" for name, weight in zip(names, fit.coef_[0], strict=True))


if __name__ == "__main__":
    raise SystemExit(main())
