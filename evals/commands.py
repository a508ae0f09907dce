"""What the commands do: the set, the subject and the run are put together here, and figures are printed."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant import wiring
from assistant.settings import Settings, read_settings
from assistant.versions import package_hash
from evals import judging
from evals.case import Case
from evals.comparison import Comparison, compared
from evals.formats import Set, open_set
from evals.gates import DEFAULT, EVERY_CASE, Gate, Judged, judge, junit, read_gates
from evals.in_process import InProcess
from evals.kept import Kept, RunError, load, save, write
from evals.metrics import METRICS
from evals.printing import comparison_json, figures_json, keep_figures, print_comparison, print_figures
from evals.run import Plan
from evals.run import run as run_plan
from evals.scoring import measure
from evals.server import Server
from evals.subject import Subject, WordOverlap
from ingest.errors import BadInput
from vectorstore.store import Store

BASELINES = Path(__file__).parent / "baselines"
_told = Console(stderr=True)


def run(given: argparse.Namespace) -> int:
    """Runs a set and prints its figures; with --gate, what the gates say."""
    chosen = open_set(given.set, given.data)
    if given.renew and (given.limit or given.tag or given.url):
        raise BadInput("A baseline is of a whole set, in this process.", "Leave out --limit, --tag and --url.")
    cases = _chosen(chosen.cases, given.tag, given.limit)
    gates = _gates(given)
    plan = Plan(name=chosen.name, cases=cases, runs=given.runs, workers=given.workers, again=given.again)
    with _subject(given, chosen) as subject, _bar(f"{chosen.name}: {len(cases)} cases") as progress:
        folder, kept = run_plan(plan, subject, progress)
    measured = measure(kept, METRICS)
    judgements = judging.judge(folder, kept, given.judge, given.judge_url) if given.judge else None
    judged = judge(gates, kept, measured, _with_baseline(kept)) if gates else ()
    if given.limit or given.tag:
        judged = tuple(each for each in judged if each.gate.name != EVERY_CASE)
    keep_figures(folder, measured, judged)
    if given.json:
        told = figures_json(kept, measured, folder) | ({"advisory": judgements} if judgements else {})
        print(json.dumps(told | {"gates": [_gate_json(each) for each in judged]}, ensure_ascii=False, indent=2))
    else:
        print_figures(kept, measured, folder, given.workers)
        if judgements:
            print(judging.told(judgements))
    code = _gated(given, kept, judged) if gates else 0
    if given.renew:
        if code:
            raise BadInput(
                "The baseline is not renewed while gates fail.", "Leave out --gate where the change is meant."
            )
        save(BASELINES / chosen.name, replace(kept, timings={}))
        _told.print(
            f"The baseline of {chosen.name} is renewed: {BASELINES / chosen.name}", highlight=False, soft_wrap=True
        )
    return code


def compare(given: argparse.Namespace) -> int:
    """Prints what changed between two runs, and the cases that flipped with both answers."""
    gates = _gates(given)
    found = compared(load(given.base), load(given.new), across_libraries=given.across_libraries)
    judged = judge(gates, found.new, found.new_measured, found) if gates else ()
    if given.json:
        told = comparison_json(found) | {"gates": [_gate_json(each) for each in judged]}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print_comparison(found, given.cases)
    return _gated(given, found.new, judged) if gates else 0


def report(given: argparse.Namespace) -> int:
    """Writes a run as one HTML file."""
    from evals.report import page  # noqa: PLC0415 (only where it is used)

    kept = load(given.run)
    found: Comparison | None = None
    if given.base:
        found = compared(load(given.base), kept, across_libraries=given.across_libraries)
    else:
        try:
            found = _with_baseline(kept)
        except RunError as error:
            _told.print(f"Not compared with the baseline: {error.message}", highlight=False, soft_wrap=True)
    gates = [
        (each.gate.name, each.passed, each.told) for each in judge(read_gates(), kept, measure(kept, METRICS), found)
    ]
    out = given.out or given.run / "report.html"
    write(out, page(kept, comparison=found, gates=gates))
    print(f"Written: {out}")
    return 0


def speed(given: argparse.Namespace) -> int:
    """Runs `evals.speed` with what follows."""
    from evals import speed as measured  # noqa: PLC0415 (it loads every part of the program)

    sys.argv = ["python -m evals speed", *given.rest]
    measured.main()
    return 0


def _gates(given: argparse.Namespace) -> tuple[Gate, ...]:
    """The gates that are asked for, by --gate, --gates or --junit."""
    given.gate = bool(given.gate or given.gates or given.junit)
    return read_gates(given.gates or DEFAULT) if given.gate else ()


def _gated(given: argparse.Namespace, kept: Kept, judged: Sequence[Judged]) -> int:
    """Prints what became of the gates; 1 where one failed. That none could be judged is an error, never a pass."""
    if given.junit:
        junit(given.junit, kept, judged)
    told = Console(stderr=given.json)
    for each in judged:
        word = "ok" if each.passed else "skipped" if each.passed is None else "FAILED"
        told.print(f"{word:8}{each.gate.name}: {each.told}", highlight=False, markup=False, soft_wrap=True)
    passed, skipped, failed = (sum(each.passed is state for each in judged) for state in (True, None, False))
    told.print(f"{passed} gates passed, {skipped} skipped, {failed} failed.", highlight=False)
    if failed:
        told.print("If the change is meant: --renew without --gate makes it the new baseline.", highlight=False)
    asked = sum("error" not in result for result in kept.results.values())
    if not failed and (not asked or not passed):
        raise RunError("Nothing was measured, so no gate says anything.", "See why the cases were not asked.")
    return 1 if failed else 0


def _gate_json(judged: Judged) -> dict[str, object]:
    return {"name": judged.gate.name, "metric": judged.gate.metric, "passed": judged.passed, "told": judged.told}


def _with_baseline(kept: Kept) -> Comparison | None:
    """The comparison with the set's baseline; None where there is none."""
    folder = BASELINES / str(kept.about["set"])
    if not (folder / "run.json").exists():
        return None
    held = load(folder)
    if held.fingerprint.get("library") != kept.fingerprint.get("library"):
        raise RunError(
            f"The baseline of {kept.about['set']} is of another library.",
            "Make a new baseline with --renew, without --gate.",
        )
    return compared(held, kept)


@contextmanager
def _subject(given: argparse.Namespace, chosen: Set) -> Iterator[Subject]:
    """The server, the yardstick, or this process over a library that holds just the set's documents."""
    if given.url:
        with Server(given.url, given.key) as server:
            yield server
    elif given.subject == "words":
        yield WordOverlap()
    elif chosen.sources is None:
        if any(case.asks == "answer" for case in chosen.cases):
            raise BadInput(
                f"{chosen.name} asks questions and has no library.", "Say with --data where its documents lie."
            )
        yield InProcess(_settings(given, Path()))
    else:
        settings = _settings(given, Path())
        home = _home(given.runs, chosen, wiring.embedder(settings).stamp)
        settings = settings.model_copy(update={"home": home})
        with wiring.open_store(settings) as store:
            _fill(store, chosen)
            store.retriever.search("warm")  # what the first question would wait for is no latency of a case
            yield InProcess(settings, store)


def _settings(given: argparse.Namespace, home: Path) -> Settings:
    precision = given.precision or ("float32" if given.gate or given.renew else "auto")
    own = {"home": home, "precision": precision, "library_url": "", "chroma_url": ""}
    return Settings.model_validate(read_settings().model_dump() | own)


def _home(runs: Path, chosen: Set, embedder: str) -> Path:
    """The data folder of a set's library: another one where a document, the embedder or the code that makes a library differs."""
    held = hashlib.sha256("\0".join((embedder, package_hash("ingest"), package_hash("vectorstore"))).encode())
    for source in sorted(chosen.sources or (), key=lambda each: each.uri):
        held.update(source.uri.encode() + b"\0" + hashlib.sha256(source.content).digest())
    return runs / "libraries" / f"{chosen.name}-{held.hexdigest()[:8]}"


def _fill(store: Store, chosen: Set) -> None:
    """Brings the library up to the set's documents; those that cannot be read are told."""
    sources = chosen.sources or ()
    with _bar(f"{chosen.name}: library of {len(sources)} documents") as progress:
        for outcome in store.ingest(sources, progress=progress):
            if outcome.status == "refused":
                _told.print(f"{outcome.title} is left out: {outcome.reason}", highlight=False)
    store.follow()


def _chosen(cases: tuple[Case, ...], tags: list[str], limit: int | None) -> tuple[Case, ...]:
    kept = [case for case in cases if all(tag in case.tags for tag in tags)]
    if not kept:
        raise BadInput(f"No case has the tags {', '.join(tags)}.", "Look at the tags of the set.")
    if limit is not None and limit < len(kept):
        drawn = {case.id for case in sorted(kept, key=lambda case: hashlib.sha256(case.id.encode()).digest())[:limit]}
        kept = [case for case in kept if case.id in drawn]
    return tuple(kept)


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, where it is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_told, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
