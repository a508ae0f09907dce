"""Fits how two statements are weighed as opposed: python -m evals.opposing SET ... [--keep FILE] > lines.

Each set is one of `evals.disagreements`: small libraries with the pairs that cannot both be true. Every pair of statements of two
documents that `doubts.opposing` would weigh is weighed, told apart by those labels, and one line a language is fitted. Each library is
judged by a line that has not seen it: printed is how many of the pairs above each bound are planted, and the line for `opposing.toml`.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from assistant import wiring
from assistant.doubts.matters import Reading
from assistant.settings import Settings
from evals.disagreements import libraries, sides, touched

FOLDS = 12
STRENGTH = 0.5  # of the fit: the inverse of the penalty on weights
BOUNDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
FEATURES = {
    "en": ("less", "more", "shared", "same_figures", "day", "other_day", "one_dated", "apart", "names", "contrasts", "figure", "no_figures",
           "figure_less", "figure_contrasts", "figure_dated", "figure_ratio", "figure_side", "figure_names",
           "near", "contradicts_more", "contradicts_less", "supports"),
    "zh": ("less", "more", "shared", "same_figures", "day", "one_dated", "apart", "names", "denial", "opposite", "permission", "contrasts",
           "figure", "figure_less", "figure_contrasts", "figure_noun", "figure_percent", "figure_ratio", "figure_dated", "figure_near",
           "figure_names"),
}  # fmt: skip


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
    parser.add_argument("--keep", type=Path, help="a file that keeps what was weighed, so that it is not read again")
    parser.add_argument("--show", type=int, default=0, help="so many pairs that are likeliest opposed and not planted")
    given = parser.parse_args(arguments)
    if given.keep and given.keep.exists():
        pairs: list[Weighed] = pickle.loads(given.keep.read_bytes())  # noqa: S301 (written by this program)
    else:
        pairs = list(_weighed(given.sets))
        if given.keep:
            given.keep.write_bytes(pickle.dumps(pairs))
    for language in ("en", "zh"):
        own = [each for each in pairs if each.language == language]
        if own:
            print("\n".join(_fitted(language, own, given.show)))
    return 0


def _weighed(sets: Sequence[Path]) -> Iterator[Weighed]:
    opposing = wiring.opposing(wiring.embedder(Settings()), Settings())
    for line, held in libraries(sets):
        planted = [sides(line["id"], held, pair) for pair in line["disagree"]]
        readings = [Reading(document) for document in held.values()]
        for one, other in combinations(readings, 2):
            for each in opposing.weighed(one, other):
                spans = [(told.place.document.id, told.place.statement.span) for told in (each.mine, each.theirs)]
                yield Weighed(
                    library=line["id"],
                    language=line["language"],
                    features=each.features,
                    planted=any(touched((spans[0], spans[1]), pair) for pair in planted),
                    words=(each.mine.said.text, each.theirs.said.text),
                )


def _fitted(language: str, pairs: Sequence[Weighed], show: int) -> Iterator[str]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 (only where it is used)
    from sklearn.model_selection import GroupKFold, cross_val_predict  # noqa: PLC0415

    names = FEATURES[language]
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
