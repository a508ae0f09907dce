"""`caveat check`: a draft goes in, its sentences are told as they are checked, and files come out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from assistant import labels, wiring
from assistant.answer import Claim
from assistant.checkworthy import WHY
from assistant.citing import visible
from assistant.commenting import commented
from assistant.drafts import EMPTY, Checked, CheckedDraft, Checker, collected, only, read_draft
from assistant.exporting import draft_markdown
from assistant.rendering import as_json, claim_lines, tally
from assistant.settings import Settings
from assistant.terminal import ids
from assistant.terminal.showing import STYLES, Line
from ingest.errors import BadInput
from ingest.reading import DOCX
from ingest.sources import Source, from_file, gather
from vectorstore.filters import Filters


def check(given: argparse.Namespace, settings: Settings, filters: Filters) -> int:
    """Checks a draft; 0 when it was checked to its end, whatever was found."""
    outputs = _outputs(given)
    source = _draft(given.file)
    draft = read_draft(source)
    sources = list(gather(given.source))
    if sources and filters:
        raise BadInput("Filters choose documents of the library.", "Leave them out, or leave --source out.")
    told = Console() if sys.stdout.isatty() else Console(soft_wrap=True, width=10_000)
    with _checker(settings, filters, against_library=not sources) as (checker, chosen, notices):
        both: list[Checked] = []
        for each in checker.check(draft, sources, chosen):
            both.append(each)
            if not given.json:
                _put(told, _lines(each))
    checked = collected(draft, both, notices)
    if given.json:
        print(json.dumps(as_json(checked), ensure_ascii=False), flush=True)
    for form, path in outputs.items():
        _write(path, _file(form, checked, source.content if draft.media_type == DOCX else None))
    if given.json:
        return 0
    _put(told, _ending(checked))
    _put(told, (("quiet", f"Written: {path}") for path in outputs.values()))
    return 0


def _outputs(given: argparse.Namespace) -> dict[str, Path]:
    """The files that are asked for, by their form; whether they can be made is asked before the work."""
    outputs = {form: Path(name) for form in ("docx", "markdown") if (name := getattr(given, form)) is not None}
    for path in outputs.values():
        if path.exists():
            raise BadInput(f"{path} is there already.", "Give another name, or move it away.")
        if not path.parent.is_dir():
            raise BadInput(f"{path.parent} is no folder.", "Make it, or give another name.")
    if len(set(outputs.values())) < len(outputs):
        raise BadInput("Both files have one name.", "Give them two.")
    return outputs


def _draft(name: str) -> Source:
    if name == "-":
        return Source(uri="stdin:draft", name="standard input", content=sys.stdin.buffer.read())
    path = Path(name)
    if not path.is_file():
        raise BadInput(f"{path} is no file.", "Check the path; a draft is one file, or - for standard input.")
    return only(from_file(path), path.name)


@contextmanager
def _checker(
    settings: Settings, filters: Filters, *, against_library: bool
) -> Iterator[tuple[Checker, Filters, tuple[str, ...]]]:
    """What checks, by which filters; the data folder is left alone where sources are given, since another process may own it."""
    if not against_library:
        yield wiring.checker(settings), filters, ()
        return
    with wiring.open_store(settings) as store:
        empty = () if store.library.counts()[0] else (EMPTY,)
        checker = wiring.checker(settings, store)
        yield checker, ids.whole(store.library, filters), (*empty, *store.notices)


def _lines(checked: Checked) -> Iterator[Line]:
    yield "plain", ""
    if not isinstance(checked, Claim):
        yield "quiet", f"{checked.text}  ({WHY[checked.why]})"
        return
    head, *rest = claim_lines(int(checked.id.removeprefix("c")), checked, quoting=True)
    yield head
    if checked.verdict == "supported":
        yield "supported", f"   {labels.SIGNS['supported']} Supported{', with doubts' if checked.doubts else ''}."
    yield from rest


def _ending(checked: CheckedDraft) -> Iterator[Line]:
    yield "plain", ""
    yield (
        "question",
        f"{tally(checked.claims)}." if checked.claims else "The draft claims nothing that could be checked.",
    )
    yield from (("quiet", notice) for notice in checked.notices)


def _put(told: Console, lines: Iterator[Line]) -> None:
    for style, line in lines:
        told.print(visible(line), style=STYLES[style], markup=False, highlight=False)
    sys.stdout.flush()


def _file(form: str, checked: CheckedDraft, original: bytes | None) -> bytes:
    return commented(checked, original) if form == "docx" else draft_markdown(as_json(checked)).encode()


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
