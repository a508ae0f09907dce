"""How far two readers who labelled the same statements, neither having seen the program, agree about their doubts.

    python -m evals.agreement evals/sets/doubts_official.jsonl evals/sets/second/doubts_official.jsonl

What one labels and the other does not counts against them as it would against the program: F1 by kind, and how often of 100
statements that the first left quiet the second did not. No program can be told to agree with labels better than people do.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from evals.case import BadSet
from evals.doubts import KINDS, Deserved, Kind, Label, ratio, shown
from evals.labelled import rows
from ingest.errors import CaveatError


class Second(BaseModel):
    """The doubts that a second reader gives a statement; `unsure` kinds, about which readers may differ, are not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    doubts: tuple[Deserved, ...] = ()
    unsure: tuple[Kind, ...] = ()


def compared(first: Sequence[Label], second: Sequence[Second]) -> str:
    """The figures as a table; a BadSet where the second reader labelled a statement that the first did not."""
    labels = {label.id: label for label in first}
    both, alone, other = Counter[str](), Counter[str](), Counter[str]()
    quiet = alarmed = 0
    for read in second:
        if read.id not in labels:
            raise BadSet(f"{read.id} is not in the first reader's set.", "Give both readers' labels of one set.")
        wanted = {doubt.kind for doubt in labels[read.id].doubts} - set(labels[read.id].unsure)
        told = {doubt.kind for doubt in read.doubts} - set(labels[read.id].unsure)
        both.update(wanted & told)
        alone.update(wanted - told)
        other.update(told - wanted)
        quiet += not wanted
        alarmed += bool(told) and not wanted
    lines = [f"{len(second)} statements            F1   both  first alone  second alone"]
    for kind in (*KINDS, "all"):
        a, b, c = (sum(each.values()) if kind == "all" else each[kind] for each in (both, alone, other))
        lines.append(f"  {kind:<20}{shown(ratio(2 * a, 2 * a + b + c)):>9}{a:>7}{b:>13}{c:>14}")
    lines.append(f"  of 100 statements that the first left quiet the second flags {shown(ratio(100 * alarmed, quiet))}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 where a file cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m evals.agreement", description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    given = parser.parse_args(arguments)
    try:
        print(compared(rows(given.first, Label), rows(given.second, Second)))
    except CaveatError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
