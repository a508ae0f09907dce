"""What the commands do. Results go to standard output, progress and warnings to standard error."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from assistant import wiring
from assistant.answer import Answer
from assistant.citing import visible
from assistant.rendering import answer_lines, as_json, held_json, source_name
from assistant.settings import Settings, read_settings, unread
from assistant.terminal import ids
from assistant.terminal.showing import STYLES
from ingest.errors import BadInput
from ingest.sources import Source, count, gather
from vectorstore.filters import Filters
from vectorstore.library import Held
from vectorstore.store import Outcome, Store


def run(given: argparse.Namespace) -> int:
    """Runs the command that was given."""
    settings = read_settings()
    for notice in unread(os.environ):
        print(f"caveat: {notice}", file=sys.stderr)
    if given.command == "doctor":
        from assistant.doctor import examine, printed  # noqa: PLC0415 (only where it is used)

        return printed(examine(settings), as_json=given.json)
    if given.command == "serve":
        from assistant.api.serving import serve  # noqa: PLC0415 (only where it is used)

        return serve(settings, given.host, given.port)
    if given.command == "keys":
        from assistant.terminal.keying import manage  # noqa: PLC0415 (only where it is used)

        return manage(given, settings)
    if given.command == "mcp":
        from assistant.mcp.serving import serve_http, serve_stdio  # noqa: PLC0415 (only where it is used)

        if given.http:
            return serve_http(settings, given.url, given.host, given.port)
        if given.host is not None or given.port is not None:
            raise BadInput("--host and --port are for --http.", "Add --http, or leave them out.")
        return serve_stdio(settings, given.url)
    actions = {"ask": _ask, "chat": _chat, "check": _check, "ingest": _ingest, "library": _library, "rebuild": _rebuild}
    return actions[given.command](given, settings)


def _chat(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.terminal.chatting import chat  # noqa: PLC0415 (only where it is used)

    return chat(settings, _filters(given), given.conversation, given.url, given.key)


def _check(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.terminal.drafting import check  # noqa: PLC0415 (only where it is used)

    return check(given, settings, _filters(given))


def _ingest(given: argparse.Namespace, settings: Settings) -> int:
    total = count(given.path)
    outcomes = []
    with wiring.open_store(settings) as store, _bar(total, shown=not (given.quiet or given.json)) as bar:
        for outcome in store.ingest(_foreign(gather(given.path), given.path, settings.home), progress=bar):
            outcomes.append(outcome)
            if given.json:
                _print_json(as_json(outcome))
        for notice in store.notices:
            print(f"caveat: {notice}", file=sys.stderr)
    if not given.json:
        _print_outcomes(outcomes)
    return 1 if outcomes and all(outcome.status == "refused" for outcome in outcomes) else 0


def _foreign(sources: Iterable[Source], paths: list[str], home: Path) -> Iterator[Source]:
    """Leaves out the data folder's own files, which stand below the folder one works in (`caveat ingest .`)."""
    inside = home.resolve()
    named = any(path != "-" and Path(path).resolve().is_relative_to(inside) for path in paths)
    return (source for source in sources if named or not source.uri.startswith(f"{inside.as_uri()}/"))


def _ask(given: argparse.Namespace, settings: Settings) -> int:
    filters = _filters(given)
    with wiring.open_store(settings) as store:
        answer = wiring.assistant(store, settings).answer(given.question, ids.whole(store.library, filters))
    if given.json:
        _print_json(as_json(answer))
    else:
        print_answer(answer)
    return 0


def print_answer(answer: Answer) -> None:
    """An answer for people; colour only on a terminal."""
    console = _console()
    for style, line in answer_lines(answer):
        console.print(visible(line), style=STYLES[style], markup=False, highlight=False)


def _library(given: argparse.Namespace, settings: Settings) -> int:
    with wiring.open_store(settings) as store:
        if given.action == "list":
            filters = ids.whole(store.library, _filters(given))
            return _list(store.library.page(filters, words=given.words, limit=given.limit), as_rows=given.json)
        if given.action == "show":
            return _show(store, ids.held(store.library, given.id), whole=given.json)
        if given.action == "remove":
            return _remove(store, [ids.held(store.library, each) for each in given.id], told=given.json)
        if given.action == "disagreements":
            from assistant.terminal.disagreeing import disagreements  # noqa: PLC0415 (only where it is used)

            return disagreements(store, settings, as_rows=given.json)
        for document_id in store.library.ids():
            held, document = store.library.held(document_id), store.library.document(document_id)
            if held is not None and document is not None:
                _print_json({"_id": held.id, "title": held.title, "text": document.text, "metadata": held.metadata})
        return 0


def _rebuild(given: argparse.Namespace, settings: Settings) -> int:
    if given.embed:
        embedded = wiring.embed_again(settings)
    else:
        embedded = 0
        with wiring.open_store(settings) as store:
            store.rebuild()
    with wiring.open_store(settings) as store:
        documents, chunks = store.library.counts()
    if given.json:
        _print_json({"documents": documents, "chunks": chunks, "embedded": embedded})
    else:
        print(f"Indexes rebuilt. Documents: {documents}, passages: {chunks}, embedded anew: {embedded}.")
    return 0


def _list(held: list[Held], *, as_rows: bool) -> int:
    if as_rows:
        _print_json({"documents": [held_json(each) for each in held]})
        return 0
    if not held:
        print("No document matches. Add some with `caveat ingest PATH`.")
        return 0
    table = Table(box=None, header_style="bold")
    for name in ("id", "title", "issuer or outlet", "number", "issued", "status"):
        table.add_column(name, overflow="fold", no_wrap=name in {"id", "issued"})
    for each in held:
        about = each.metadata
        said = [
            about["issuer"] or about["outlet"] or "–",
            about["number"] or "–",
            about["issued"] or "–",
            about["status"],
        ]
        table.add_row(each.id[:10], visible(each.title), *map(visible, said))
    _console().print(table)
    return 0


def _show(store: Store, held: Held, *, whole: bool) -> int:
    document = store.library.document(held.id)
    if document is None:
        raise BadInput(f"Document {held.id} is gone.", "It was removed a moment ago.")
    if whole:
        statements = [{"start": s.span.start, "end": s.span.end, "text": document.read(s)} for s in document.statements]
        _print_json(
            held_json(held)
            | {"sections": as_json(document.sections), "pages": as_json(document.pages), "statements": statements}
        )
        return 0
    console = _console()
    console.print(visible(held.title), style="bold", markup=False, highlight=False)
    console.print(
        f"{held.id}  {source_name(held.source)}  {held.media_type}  {held.characters} characters",
        style="dim",
        markup=False,
    )
    for name, value in held.metadata.items():
        if value and value != "unknown":
            console.print(f"{name}: {visible(str(value))}", markup=False, highlight=False)
    for warning in held.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)
    for number, statement in enumerate(document.statements, start=1):
        console.print(f"{number:4} {visible(document.read(statement))}", markup=False, highlight=False)
    return 0


def _remove(store: Store, held: list[Held], *, told: bool) -> int:
    for each in held:
        store.remove(each.id)
        if told:
            _print_json({"id": each.id, "title": each.title, "status": "removed"})
        else:
            print(f"Removed {each.id[:10]}  {visible(each.title)}")
    return 0


def _filters(given: argparse.Namespace) -> Filters:
    return Filters(
        issuer=tuple(given.issuer),
        kind=tuple(given.kind),
        status=tuple(given.status),
        language=tuple(given.language),
        document_ids=tuple(getattr(given, "document", ())),
        issued_from=_day(given.issued_from, "--from"),
        issued_to=_day(given.issued_to, "--to"),
        as_of=_day(given.as_of, "--as-of"),
    )


def _day(text: str | None, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{option} is not a date: {text}.", "Write it as 2020-02-24.") from error


def _print_outcomes(outcomes: list[Outcome]) -> None:
    console = _console()
    if len(outcomes) <= 60:
        table = Table(box=None, header_style="bold")
        for name in ("status", "document", "passages", "remark"):
            table.add_column(name, overflow="fold", justify="right" if name == "passages" else "left")
        for each in outcomes:
            remark = f"{each.code}: {each.reason} {each.hint}" if each.status == "refused" else " ".join(each.warnings)
            table.add_row(each.status, visible(each.title), str(each.chunks or ""), remark)
        console.print(table)
    else:
        for each in outcomes:
            if each.status == "refused":
                console.print(
                    f"refused  {visible(each.title)}  {each.code}: {each.reason} {each.hint}",
                    markup=False,
                    highlight=False,
                )
    counts = Counter(each.status for each in outcomes)
    console.print(
        ", ".join(f"{counts[status]} {status}" for status in ("added", "unchanged", "replaced", "refused")),
        style="bold",
    )


@contextmanager
def _bar(total: int, *, shown: bool) -> Iterator[Any]:
    """A bar on standard error over the passages embedded so far; silent where nobody looks."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"Reading {total} file{'' if total == 1 else 's'}", total=None, told="")
        yield lambda done, read: progress.update(
            task, completed=done, total=read, told=f"{done} of {read} passages so far"
        )


def _console() -> Console:
    if sys.stdout.isatty():
        return Console()
    return Console(soft_wrap=True, width=10_000)  # a pipe gets whole lines, in tables too


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)  # a line that is told is told now
