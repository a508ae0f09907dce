"""Figures and comparisons as JSON and for a terminal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evals.comparison import Comparison, Flip
from evals.gates import Judged, read_gates
from evals.kept import Json, Kept, write
from evals.latency import latencies
from evals.metrics.doubting import LABELLED
from evals.scoring import Measured

_FEW = 5


def figures_json(kept: Kept, measured: Measured, folder: Path) -> Json:
    """A run's figures; undefined ones are null."""
    return {
        "run": str(folder),
        **kept.about,
        "metrics": {
            name: {"value": value, "cases": len(measured.scores[name])} for name, value in measured.values().items()
        },
        "tags": {tag: _by_tag(measured.only(ids)) for tag, ids in _tagged(kept).items()},
        "latency_ms": latencies(kept),
        "failing": [case.id for case in kept.cases if measured.failures(case.id)],
        "not_asked": not_asked(kept),
    }


def keep_figures(folder: Path, measured: Measured, judged: Sequence[Judged]) -> None:
    """Writes a run's figures beside it, `figures.json`, for the page: the metrics that have a case, those of gates as main ones."""
    gated = {gate.metric for gate in read_gates()}
    metrics = [
        {
            "name": metric.name,
            "about": metric.about,
            "value": measured.value(metric.name),
            "cases": len(measured.scores[metric.name]),
            "better": metric.better,
            "unit": metric.unit,
            "main": metric.name in gated,
        }
        for metric in measured.metrics
        if measured.scores[metric.name]
    ]
    gates = [{"name": each.gate.name, "passed": each.passed, "told": each.told} for each in judged]
    told = {"format": 1, "metrics": metrics, "gates": gates}
    write(folder / "figures.json", json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def not_asked(kept: Kept) -> dict[str, int]:
    """How many cases ask for what the program does not offer, by the reason it gives."""
    errors = [result["error"] for result in kept.results.values() if "error" in result]
    return dict(Counter(error["message"] for error in errors if error["code"] == "not_offered"))


def _tagged(kept: Kept) -> dict[str, list[str]]:
    """The ids of the cases of each tag that has at least _FEW of them, and not all."""
    tags = sorted({tag for case in kept.cases for tag in case.tags})
    found = {tag: [case.id for case in kept.cases if tag in case.tags] for tag in tags}
    return {tag: ids for tag, ids in found.items() if _FEW <= len(ids) < len(kept.cases)}


def _by_tag(measured: Measured) -> Json:
    """The figures that the cases of a tag speak of."""
    return {
        name: {"value": value, "cases": len(measured.scores[name])}
        for name, value in measured.values().items()
        if measured.scores[name]
    }


def print_figures(kept: Kept, measured: Measured, folder: Path, workers: int) -> None:
    """A run's figures as tables; metrics that no case speaks of are left out."""
    console = Console()
    table = Table(
        title=f"{kept.about['set']}: {kept.about['cases']} cases, {kept.about['subject']}", title_justify="left"
    )
    for heading in ("metric", "figure", "cases", "what it is"):
        table.add_column(heading, justify="right" if heading in {"figure", "cases"} else "left")
    kinds = {kind: _of_kind(kind, measured) for kind in LABELLED}
    for metric in measured.metrics:
        if measured.scores[metric.name] and not any(metric.name in names for names in kinds.values()):
            cases = str(len(measured.scores[metric.name]))
            table.add_row(metric.name, _shown(measured.value(metric.name)), cases, metric.about)
    console.print(table)
    labelled = {kind: names for kind, names in kinds.items() if any(measured.value(name) is not None for name in names)}
    if labelled:
        doubts = Table(title="doubts on labelled statements", title_justify="left")
        for heading in ("kind", "precision", "recall", "f1"):
            doubts.add_column(heading, justify="left" if heading == "kind" else "right")
        for kind, names in labelled.items():
            doubts.add_row(kind, *(_shown(measured.value(name)) for name in names))
        console.print(doubts)
    _print_notes(console, kept, measured, workers)
    console.print(f"Kept in {folder}", highlight=False, soft_wrap=True)


def _print_notes(console: Console, kept: Kept, measured: Measured, workers: int) -> None:
    """Latency, what fails, and what a reader must know."""
    for stage, each in latencies(kept).items():
        told = f"{stage}: p50 {each['p50']:.1f} ms, p95 {each['p95']:.1f} ms"
        console.print(f"{told}, {workers} cases at a time" if stage == "total" else told, highlight=False)
    failing = [case.id for case in kept.cases if measured.failures(case.id)]
    named = f": {', '.join(failing[:8])}" + (" …" if len(failing) > 8 else "") if failing else "."
    console.print(f"{len(failing)} of {len(kept.cases)} cases fail something{named}", highlight=False, markup=False)
    for reason, count in not_asked(kept).items():
        console.print(f"{count} cases were not asked: {reason}", highlight=False, markup=False)
    if measured.value("verdict_checked") == 0:
        console.print(
            "No claim got a verdict: the program checks none yet, and verdict figures are 0.", highlight=False
        )


def _of_kind(kind: str, measured: Measured) -> tuple[str, ...]:
    wanted = {f"{kind}_{name}" for name in ("precision", "recall", "f1")}
    return tuple(metric.name for metric in measured.metrics if metric.name in wanted)


def _shown(value: float | None) -> str:
    return "null" if value is None else f"{value:.3f}"


def comparison_json(found: Comparison) -> Json:
    """Changes and flips, with both results of each flipped case."""
    return {
        "base": found.base.about,
        "new": found.new.about,
        "notes": list(found.notes),
        "metrics": {
            change.metric.name: {
                "base": change.base,
                "new": change.new,
                "difference": change.difference,
                "low": change.low,
                "high": change.high,
                "cases": change.cases,
                "verdict": change.verdict,
            }
            for change in found.changes
        },
        "latency_ms": {"base": latencies(found.base), "new": latencies(found.new)},
        "flips": [
            {
                "case": flip.case.id,
                "metric": flip.metric,
                "verdict": flip.verdict,
                "reason": {"base": flip.base, "new": flip.new},
                "base": found.base.results[flip.case.id],
                "new": found.new.results[flip.case.id],
            }
            for flip in found.flips
        ],
    }


def print_comparison(found: Comparison, most: int) -> None:
    """What changed, then at most `most` flipped cases with both answers side by side, broken ones first."""
    console = Console()
    table = Table(title=f"{found.new.about['set']}: {len(found.new.cases)} cases in both", title_justify="left")
    for heading in ("metric", "base", "new", "difference", "95% interval", ""):
        table.add_column(heading, justify="left" if heading in {"metric", ""} else "right")
    same = 0
    for change in found.changes:
        if change.verdict == "same":
            same += change.cases > 0
        elif change.cases:
            difference = "null" if change.difference is None else f"{change.difference:+.3f}"
            interval = "null" if change.low is None else f"{change.low:+.3f} to {change.high:+.3f}"
            table.add_row(
                change.metric.name, _shown(change.base), _shown(change.new), difference, interval, change.verdict
            )
    console.print(table) if table.row_count else None
    console.print(f"{same} metrics are the same case by case.", highlight=False)
    for note in found.notes:
        console.print(note, highlight=False)
    console.print(f"{len(found.fixed)} cases fixed, {len(found.broken)} broken.", highlight=False)
    shown = list(dict.fromkeys((*found.broken, *found.fixed)))
    for case_id in shown[:most]:
        _print_flips(console, found, [flip for flip in found.flips if flip.case.id == case_id])
    if len(shown) > most:
        console.print(f"{len(shown) - most} more: --cases {len(shown)} shows all, `report` writes them as a page.")


def _print_flips(console: Console, found: Comparison, flips: list[Flip]) -> None:
    case = flips[0].case
    asked = case.question or (case.check.text if case.check else case.read)
    table = Table(title=f"{case.id}: {asked}", title_justify="left", expand=True)
    for heading in ("", "base", "new"):
        table.add_column(heading, ratio=1 if heading else None, overflow="fold")
    for flip in flips:
        table.add_row(f"{flip.metric}, {flip.verdict}", flip.base, flip.new)
    table.add_row("answer", *(_said(run.results[case.id]) for run in (found.base, found.new)))
    console.print(table, markup=False)


def _said(result: Json) -> str:
    """A result in a few lines."""
    if "answer" in result:
        answer = result["answer"]
        if answer["refused"]:
            return "refused"
        return "\n".join(
            f"{number}. {claim['text'][:200]}" + "".join(f" [{doubt['kind']}]" for doubt in claim["doubts"])
            for number, claim in enumerate(answer["claims"], start=1)
        )
    for judged in ("check", "settled"):
        if judged in result:
            return "\n".join(
                f"{claim['verdict']}" + "".join(f" [{doubt['kind']}]" for doubt in claim["doubts"])
                for claim in result[judged]["claims"]
            )
    if "error" in result:
        return f"error: {result['error']['message']}"
    return ", ".join(end.get("code", "read") for end in result["read"]["ends"])
