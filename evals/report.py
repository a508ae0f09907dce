"""A run as one HTML page: gates, figures, plots and every case, with nothing that is fetched from elsewhere.

Words of documents reach the page as escaped text alone, and its policy (a hash) lets no script run but its own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals.case import Case
from evals.comparison import Change, Comparison, Flip
from evals.drawing import ms
from evals.expectations import DOUBTS, VERDICT_WORDS, Wanted, expectations, word
from evals.kept import Json, Kept
from evals.metrics import METRICS
from evals.plots import CHANGE_WORDS, KINDS, kind_counts, plots
from evals.scoring import Measured, Metric, measure

LISTED = 600
AROUND = 200
_CUT_WORD, _WORD_CUT = re.compile(r"^(?:\S{0,20}\s+)?"), re.compile(r"(?:\s+\S{0,20})?$")
_BLANK = re.compile(r"\n\s*\n")
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PARTS = ("precision", "recall", "f1")
_OF_KINDS = {f"{kind}_{part}" for kind in KINDS for part in _PARTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A metric of the summary; with a comparison, the figures are those of the cases that both runs share."""

    metric: Metric
    value: float | None
    cases: int
    failing: int
    change: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A case with all that is shown of it; `before` is the base's result where the case flipped."""

    case: Case
    result: Json
    before: Json | None
    seconds: float | None
    failures: Mapping[str, str]
    figures: Mapping[str, tuple[float | None, str]]
    flips: tuple[Flip, ...]
    wanted: Mapping[str, Sequence[Wanted]]

    @property
    def state(self) -> str:
        """How the case ended, in a word; the names of its failures say more."""
        if error := self.result.get("error"):
            return "not asked" if error["code"] == "not_offered" else "error"
        return "fails" if self.failures else "passes" if self.figures else "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A citation with the text around it, three dots where that is cut; `amiss` says what is wrong where the quote is not the text at its place."""

    before: str
    quote: str
    after: str
    name: str
    amiss: str = ""


def page(
    kept: Kept, *, comparison: Comparison | None = None, gates: Sequence[tuple[str, bool | None, str]] = ()
) -> str:
    """The page; `gates` are (name, passed or None where not applicable, what was found)."""
    measured = measure(kept, METRICS)
    flipped = {flip.case.id for flip in comparison.flips} if comparison else set()
    failures = _failures(measured)
    ended = ((case.id, kept.results[case.id].get("error", {}).get("code")) for case in kept.cases)
    errors = {case_id for case_id, code in ended if code not in {None, "not_offered"}}
    failing = errors.union(*failures.values())
    worth = failing | flipped
    listable = [case for case in kept.cases if len(kept.cases) <= LISTED or case.id in worth]
    cases = [_shown(case, kept, measured, comparison) for case in listable[:LISTED]]
    rows = _rows(measured, comparison, failures)
    by_name = {row.metric.name: row for row in rows}
    template = _environment().get_template("report.html")
    html = template.render(
        kept=kept,
        comparison=comparison,
        gates=gates,
        rows=[row for row in rows if row.metric.name not in _OF_KINDS],
        kinds=[
            (DOUBTS[kind], hits + misses, [by_name[f"{kind}_{part}"] for part in _PARTS])
            for kind, (hits, _, misses) in kind_counts(measured).items()
        ],
        plots=plots(kept, measured, comparison),
        cases=cases,
        listable=len(listable),
        failing=len(failing),
        flipped=len(flipped),
        tags=_counted(tag for each in cases for tag in each.case.tags),
        failures=_counted(name for each in cases for name in each.failures),
    )
    return showable(html.lstrip())


def surroundings(citation: Json, documents: Mapping[str, Json]) -> Quoted:
    """A citation's quote with AROUND characters of its document on either side, blank lines there left out."""
    words, document = citation["quote"], documents.get(citation["document_id"])
    if document is None:
        name = citation.get("title") or citation["document_id"]
        return Quoted(before="", quote=words, after="", name=name, amiss="The text of its document is not kept.")
    text, start, end = document["text"], citation["span"]["start"], citation["span"]["end"]
    there, before, after = text[start:end], text[max(start - AROUND, 0) : start], text[end : end + AROUND]
    cut_before, cut_after = start > AROUND, end + AROUND < len(text)
    return Quoted(
        before=_BLANK.sub("\n", _CUT_WORD.sub("… ", before, count=1) if cut_before else before),
        quote=words,
        after=_BLANK.sub("\n", _WORD_CUT.sub(" …", after, count=1) if cut_after else after),
        name=document["name"],
        amiss="" if there == words else f"Not exact: at this place the document says “{there}”.",
    )


def showable(text: str) -> str:
    """A text whose characters a page can hold: others are replaced one by one, and line ends stay as they are."""
    return _UNSHOWABLE.sub("\ufffd", text).replace("\r", "&#13;")


def _shown(case: Case, kept: Kept, measured: Measured, comparison: Comparison | None) -> Shown:
    flips = tuple(flip for flip in comparison.flips if flip.case.id == case.id) if comparison else ()
    return Shown(
        case=case,
        result=kept.results[case.id],
        before=comparison.base.results[case.id] if comparison and flips else None,
        seconds=kept.timings.get(case.id, {}).get("seconds", {}).get("total"),
        failures=measured.failures(case.id),
        figures=measured.of_case(case.id),
        flips=flips,
        wanted=expectations(case, kept.results[case.id], kept.documents),
    )


def _failures(measured: Measured) -> dict[str, set[str]]:
    """The cases that fail each strict metric, as `Measured.failures` tells of one case, told of all at once."""
    found = {}
    for metric in measured.metrics:
        scores = measured.scores[metric.name]
        if metric.strict and scores:
            own = metric.combine(np.asarray([score.counts for score in scores.values()], dtype=np.float64))
            wrong = np.abs(own - metric.best) > 1e-9  # False where the figure is undefined
            found[metric.name] = {case_id for case_id, each in zip(scores, wrong, strict=True) if each}
    return found


def _rows(measured: Measured, comparison: Comparison | None, failures: Mapping[str, set[str]]) -> list[Row]:
    """A row for each metric that has a case."""
    found = []
    for metric in measured.metrics:
        change, cases = comparison.change(metric.name) if comparison else None, len(measured.scores[metric.name])
        value, cases = (change.new, change.cases) if change else (measured.value(metric.name), cases)
        if cases:
            found.append(
                Row(metric=metric, value=value, cases=cases, failing=len(failures.get(metric.name, ())), change=change)
            )
    return found


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    """Words with how often they come, the most frequent first."""
    return sorted(Counter(words).items(), key=lambda each: (-each[1], each[0]))


def _figure(value: float | None, *, sign: bool = False) -> str:
    """A figure to three places, null where it is undefined."""
    return "null" if value is None else f"{value:+.3f}".replace("-", "−") if sign else f"{value:.3f}"


@cache
def _environment() -> Environment:
    """The templates beside this module, everything escaped."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"surroundings": surroundings, "change_words": CHANGE_WORDS, "verdict_words": VERDICT_WORDS}
    made.filters |= {
        "figure": _figure,
        "word": word,
        "ms": ms,
        "anchor": lambda text: quote(showable(text), safe=""),
        "digest": lambda text: base64.b64encode(hashlib.sha256(str(text).encode()).digest()).decode(),
    }
    return made
