"""What the library disagrees with itself about, on a terminal: who says what, and both statements in their own words."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from assistant import wiring
from assistant.citing import visible
from assistant.disagreements import Disagreement, Disagreements
from assistant.rendering import as_json
from assistant.settings import Settings
from ingest.errors import CaveatError
from vectorstore.store import Store


def disagreements(store: Store, settings: Settings, *, as_rows: bool) -> int:
    """Compares the documents that came since the last time with the rest, then lists all disagreements."""
    store.follow()
    found = Disagreements(store, wiring.opposing(store.embedder, settings))
    trouble = _examine(found, shown=not as_rows)
    listed = found.listed()
    if as_rows:
        rows = {"disagreements": [as_json(each) for each in listed], "unexamined": found.unexamined()}
        print(json.dumps(rows, ensure_ascii=False), flush=True)
        return trouble
    console = Console() if sys.stdout.isatty() else Console(soft_wrap=True, width=10_000)
    for each in listed:
        _print(console, each)
    documents = store.library.counts()[0]
    left = f", {unexamined} of them not compared yet" if (unexamined := found.unexamined()) else ""
    told = f"{len(listed)} disagreement{'' if len(listed) == 1 else 's'} among {documents} documents{left}."
    console.print(told, style="bold", highlight=False)
    return trouble


def _examine(found: Disagreements, *, shown: bool) -> int:
    """Compares what came; a trouble with that is told, and what was compared before it is kept: 1 instead of 0."""
    try:
        with _bar(shown=shown) as tell:
            found.examine(tell=tell)
    except CaveatError as error:
        print(visible(f"{error.message} {error.hint}"), file=sys.stderr)
        return 1
    return 0


def _print(console: Console, disagreement: Disagreement) -> None:
    console.print(visible(disagreement.reason), markup=False, highlight=False)
    for citation in (disagreement.one, disagreement.other):
        place = f", {citation.locator}" if citation.locator else ""
        quote = visible(f"    “{citation.quote}” ({citation.title}{place})")
        console.print(quote, style="cyan", markup=False, highlight=False)
    if disagreement.reprints:
        again = "; ".join(dict.fromkeys(each.title for each in disagreement.reprints))
        console.print(visible(f"    reprinted in: {again}"), markup=False, highlight=False)


@contextmanager
def _bar(*, shown: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error over the documents that are looked through; silent where nobody looks."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield None
        return
    columns = (TextColumn("Comparing new documents"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
