"""Refusing: how well the quoted answer tells answered questions from unanswered ones, and whether what it quotes answers.

    python -m evals.refusals --data ../shared/data

The lines between them (`assistant/answering/limits.toml`) are fitted by logistic regression, answered and unanswered questions
counting alike: `line`, by words and meaning, on the half of MTRAG's questions to build on; `read_line`, with the reader of answers, one half on
those and one half on the questions to the written documents that the reader was not trained on. Coverage is left out of it: near misses
would teach that a question whose words are there is not answered. `words_alone`, for languages that the embedder does not know, is the
share of the question that divides the questions to the Chinese documents best. Nothing is fitted on what else is printed: MTRAG's
other half, the sample library, the minutes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from assistant import wiring
from assistant.answering.limits import Features, Limits, Line, default_limits
from assistant.answering.scoring import Quote
from assistant.checking.reading import language
from assistant.followup import standalone
from assistant.quoting import best, features, ranked
from assistant.settings import Settings
from evals.answer_reader.held import chinese, held_back
from evals.case import Case
from evals.followups import whole
from evals.formats import Set, open_set
from evals.labelled import DATA, place
from evals.retrieval import pooled_store

LINES = {
    "line": ((("mtrag_un build",),), ("coverage", "cosine", "passage")),
    "read_line": ((("mtrag_un build",), ("written", "written_beside")), ("cosine", "passage", "answers")),
}
"""Which questions each line is fitted on, those far from every passage and near misses counting alike, and what it is drawn through."""
STRENGTH = 3.0  # lines through figures of a small range; sharper ones do no better


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question: what is seen of it, whether the library answers it, how many quotes it would get, and whether one of them answers."""

    group: str
    seen: Features
    answered: bool
    quotes: int
    holds: bool | None


def asked(pooled: Set) -> Iterator[Asked]:
    """The questions of a set, as far as it says whether they are answered."""
    with tempfile.TemporaryDirectory() as home, pooled_store(pooled, Path(home)) as store:
        measures = wiring.assistant(store, Settings(home=Path(home))).measures()
        for case in pooled.cases:
            if case.expect.refuse is None or case.question is None:
                continue
            question = whole(case, standalone)
            found = store.retriever.search(question, limit=10)
            quotes = ranked(question, found, measures)
            half = next((each for each in ("build", "report") if each in case.tags), "")
            part = half or ("zh" if language(question) == "zh" else "")
            shown = best(quotes)
            yield Asked(
                group=f"{pooled.name} {part}".strip(),
                seen=features(quotes, found),
                answered=not case.expect.refuse,
                quotes=len(shown),
                holds=_holds(case, shown),
            )


def _holds(case: Case, shown: Sequence[Quote]) -> bool | None:
    """Whether one of some quotes stands in the words that answer; None where they are not known."""
    if not case.expect.passages:
        return None
    return any(
        (span := place(quote.document, each.words)) is not None and span.meets(quote.statement.span)
        for each in case.expect.passages
        for quote in shown
    )


def fitted(questions: Sequence[Asked], name: str) -> Line:
    """A line as the questions that it is fitted on draw it."""
    sides, names = LINES[name]
    counted = {group: 1 / len(side) for side in sides for group in side}
    chosen = [each for each in questions if each.group in counted]
    sizes = Counter((each.group, each.answered) for each in chosen)
    shares = [counted[each.group] / sizes[each.group, each.answered] for each in chosen]
    weights = [len(chosen) * share / sum(shares) for share in shares]
    rows = np.array([[getattr(each.seen, one) or 0.0 for one in names] for each in chosen])
    drawn = LogisticRegression(C=STRENGTH).fit(rows, [each.answered for each in chosen], sample_weight=weights)
    slopes = dict(zip(names, map(float, drawn.coef_[0]), strict=True))
    told = {
        key: round(value, 3)
        for key, value in {**dict.fromkeys(("coverage", "cosine", "passage"), 0.0), **slopes}.items()
    }
    return Line(bias=round(float(drawn.intercept_[0]), 3), **told)


def share(questions: Sequence[Asked]) -> float:
    """The coverage that divides the questions to the Chinese documents best."""
    members = [each for each in questions if each.group == "written zh"]
    truth = [each.answered for each in members]
    tried = np.arange(0.1, 0.7, 0.01)
    good = [balanced_accuracy_score(truth, [each.seen.coverage > least for each in members]) for least in tried]
    return round(float(tried[int(np.argmax(good))]), 2)


def told(questions: Sequence[Asked], limits: Limits, *, reads: bool) -> dict[str, float]:
    """How well some limits tell answered questions from unanswered ones, with the reader or without."""
    truth = np.array([each.answered for each in questions])
    seen = [each.seen if reads else each.seen._replace(answers=None) for each in questions]
    above = np.array([limits.answered(each) for each in seen])
    return {
        "balanced_accuracy": round(float(balanced_accuracy_score(truth, above > 0)), 3),
        "answered_of_answerable": round(float((above[truth] > 0).mean()), 3),
        "refused_of_unanswerable": round(float((above[~truth] <= 0).mean()), 3),
        "area_under_curve": round(float(roc_auc_score(truth, above)), 3),
    }


def main() -> None:
    """Prints a line for each group and way, and the limits as they would be fitted today."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the development data")
    parser.add_argument("--chinese", action="store_true", help="the questions to Chinese documents alone")
    given = parser.parse_args()
    questions = [each for pooled in _sets(given.data, chinese_alone=given.chinese) for each in asked(pooled)]
    shipped, groups = default_limits(), {each.group for each in questions}
    found = {name: fitted(questions, name) for name, (sides, _) in LINES.items() if groups.issuperset(chain(*sides))}
    anew = replace(
        shipped,
        words_alone=share(questions),
        line=found.get("line", shipped.line),
        read_line=found.get("read_line", shipped.read_line),
    )
    for group in dict.fromkeys(each.group for each in questions):
        members = [each for each in questions if each.group == group]
        print(json.dumps({"group": group, "n": len(members), **_quoted(members)}), flush=True)
        for way, limits in (("shipped", shipped), ("fitted", anew)):
            for reads in (False, True):
                figures = told(members, limits, reads=reads)
                print(json.dumps({"group": group, "limits": way, "reader": reads, **figures}), flush=True)
    print(json.dumps({"words_alone": anew.words_alone, **{name: asdict(line) for name, line in found.items()}}))


def _sets(data: Path, *, chinese_alone: bool) -> Iterator[Set]:
    yield from chinese()
    if not chinese_alone:
        yield from (open_set("mtrag_un", data / "mtrag_un"), *held_back(), open_set("sample"))
        yield open_set("fomc", data / "demo_fomc")


def _quoted(questions: Sequence[Asked]) -> dict[str, float | None]:
    """How many quotes questions would get, and for how many of the answered ones a quote answers."""
    held = [each for each in questions if each.holds is not None and each.answered]
    return {
        "quotes": round(float(np.mean([each.quotes for each in questions])), 2),
        "quotes_that_answer": round(float(np.mean([bool(each.holds) for each in held])), 3) if held else None,
    }


if __name__ == "__main__":
    main()
