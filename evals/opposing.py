"""Fits how two statements are weighed as opposed: python -m evals.opposing SET ... > lines.

Each set is one of `evals.disagreements`: small libraries with the pairs that cannot both be true. Every pair of statements of two
documents that `doubts.opposing` would weigh is weighed, told apart by those labels, and one line a language is fitted. Each library is
judged by a line that has not seen it: printed is how many of the pairs above each bound are planted, and the line for `opposing.toml`,
whose names of features say what is weighed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from assistant import wiring
from assistant.checking.reading import Language
from assistant.doubts.matters import Reading
from assistant.doubts.opposing import line
from assistant.settings import Settings
from evals.disagreements import libraries, sides, touched

FOLDS = 12
STRENGTH = 0.5  # of the fit: the inverse of the penalty on weights
BOUNDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A pair of statements with its features, and whether it is planted."""

    library: str
    language: str
    features: Mapping[str, float]
    planted: bool
    words: tuple[str, str]


def main(arguments: list[str] | None = None) -> int:
    """Fits and prints."""
    parser = argparse.ArgumentParser(prog="python -m evals.opposing", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="+", type=Path, help="sets of libraries, as evals.disagreements measures them")
    parser.add_argument("--show", type=int, default=0, help="so many pairs that are likeliest opposed and not planted")
    given = parser.parse_args(arguments)
    pairs = list(_weighed(given.sets))
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        own = [each for each in pairs if each.language == language]
        if own:
            print("\n".join(_fitted(language, own, given.show)))
    return 0


def _weighed(sets: Sequence[Path]) -> Iterator[Weighed]:
    opposing = wiring.weighing(wiring.embedder(Settings()), Settings())
    for library, held in libraries(sets):
        planted = [sides(library["id"], held, pair) for pair in library["disagree"]]
        readings = [Reading(document) for document in held.values()]
        for one, other in combinations(readings, 2):
            for each in opposing.weighed(one, other):
                spans = [(told.place.document.id, told.place.statement.span) for told in (each.mine, each.theirs)]
                yield Weighed(
                    library=library["id"],
                    language=library["language"],
                    features=each.features,
                    planted=any(touched((spans[0], spans[1]), pair) for pair in planted),
                    words=(each.mine.said.text, each.theirs.said.text),
                )


def _fitted(language: Language, pairs: Sequence[Weighed], show: int) -> Iterator[str]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 (only where it is used)
    from sklearn.model_selection import GroupKFold, cross_val_predict  # noqa: PLC0415

    names = tuple(line(language).weights)
    features = np.array([[each.features[name] for name in names] for each in pairs])
    planted = np.array([each.planted for each in pairs])
    groups = [each.library for each in pairs]
    fit = LogisticRegression(max_iter=5000, C=STRENGTH)
    likely = cross_val_predict(fit, features, planted, groups=groups, cv=GroupKFold(FOLDS), method="predict_proba")[
        :, 1
    ]
    yield f"# {language}: {len(pairs)} pairs of {len(set(groups))} libraries, {planted.sum()} of them planted"
    for bound in BOUNDS:
        above = likely >= bound
        yield f"# likely >= {bound}: {planted[above].sum()} planted of {above.sum()}"
    for place in [each for each in np.argsort(-likely) if not planted[each]][:show]:
        yield f"# {likely[place]:.2f} {' || '.join(pairs[place].words)}".replace("\n", " ")
    fit.fit(features, planted)
    told = ", ".join(f"{name} = {weight:.2f}" for name, weight in zip(names, fit.coef_[0], strict=True))
    yield f"bias = {fit.intercept_[0]:.2f}\nweights = {{ {told} }}"


if __name__ == "__main__":
    sys.exit(main())
