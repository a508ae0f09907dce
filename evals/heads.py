"""What documents state about themselves, against labels: python -m evals.heads [LABELS SET ...] [--show] [--json].

A label tells of one document of a set of libraries (`evals.disagreements`) the day it came out, who speaks in it, and which kinds it
may be taken for, as somebody read it who had not seen the program. Told is how many are read right, and how many wrong, not left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.case import BadSet
from ingest.document import Metadata, Reading
from ingest.metadata import find
from ingest.reading import markdown

LIBRARIES = Path(__file__).parent / "sets" / "libraries"
LABELS, SETS = LIBRARIES / "about" / "report.jsonl", (LIBRARIES / "report" / "reworded.jsonl",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One thing that is read of a document: right, or else left out or told wrong."""

    document: str
    name: str
    right: bool
    told: str
    label: str


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m evals.heads", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("labels", nargs="?", type=Path, default=LABELS, help="the labels, a JSON line a document")
    parser.add_argument("sets", nargs="*", type=Path, help="the sets that hold the documents")
    parser.add_argument("--show", action="store_true", help="tell what is not read right")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    read = measure(given.labels, given.sets or SETS)
    if given.json:
        print(json.dumps(figures(read)))
        return 0
    for name, (right, wrong, of) in figures(read).items():
        print(f"{name}: {right} of {of} right, {wrong} told wrong")
    for each in read if given.show else ():
        if not each.right:
            print(f"{each.document} {each.name}: {each.told or 'nothing'} for {each.label or 'nothing'}")
    return 0


def measure(labels: Path, sets: Sequence[Path]) -> list[Read]:
    """What is read of each labelled document; a BadSet where no set holds one."""
    lines = (json.loads(line) for path in sets for line in path.read_text(encoding="utf-8").splitlines())
    texts = {(line["id"], each["name"]): each["text"] for line in lines for each in line["documents"]}
    found: list[Read] = []
    for label in map(json.loads, labels.read_text(encoding="utf-8").splitlines()):
        text = texts.get((label["id"], label["name"]))
        if text is None:
            raise BadSet(f"No set holds {label['name']} of {label['id']}.", "Name the sets behind the labels.")
        found += _read(label, _about(label["name"], text))
    return found


def figures(read: Sequence[Read]) -> dict[str, tuple[int, int, int]]:
    """By name: how many are right, how many told wrong, of how many."""
    return {
        name: (
            sum(each.right for each in read if each.name == name),
            sum(not each.right and each.told != "" for each in read if each.name == name),
            sum(each.name == name for each in read),
        )
        for name in ("day", "source", "kind")
    }


def _about(name: str, text: str) -> Metadata:
    return find(markdown.read(text.encode()) if name.endswith(".md") else Reading(text=text), name)


def _read(label: Mapping[str, Any], about: Metadata) -> Iterator[Read]:
    document, source = f"{label['id']}/{label['name']}", about.outlet or about.issuer or ""
    day, names = str(about.issued or ""), [label["source"] or "", *label["alternatives"]]
    yield Read(
        document=document, name="day", right=day == (label["issued"] or ""), told=day, label=label["issued"] or ""
    )
    same = _letters(source) in map(_letters, names)
    yield Read(document=document, name="source", right=same, told=source, label=label["source"] or "")
    kinds = " or ".join(label["kinds"])
    yield Read(document=document, name="kind", right=about.kind in label["kinds"], told=about.kind, label=kinds)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold())).removeprefix("the")


if __name__ == "__main__":
    sys.exit(main())
