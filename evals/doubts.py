"""Doubts that a source raises itself, against statements that people labelled.

    python -m evals.doubts [evals/sets/doubts.jsonl] [--data ../shared/data] [--rules] [--whole] [--language zh] [--show] [--report]

Per kind precision, recall and F1, how often a right doubt lies on the labelled words, and false alarms of 100 quiet
statements, for the half to build on and the half to report on; with `--whole` of a set that nothing was built on at once.
What is measured is what answers show, the rules with the trained reader beside them; with `--rules` the rules alone.
`--language` takes the statements in one alone. `--show` prints the misses and false alarms of the half to build on; only
with `--report` also those of the other.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant import wiring
from assistant.checking.reading import language
from assistant.doubts import Doubter, Finding, attributions, by_rules
from assistant.settings import Settings
from evals.case import BadSet
from evals.labelled import DATA, OWN, Half, Text, documents, half, place, rows, statements
from ingest.document import Document, Statement
from ingest.errors import CaveatError

SET = Path(__file__).parent / "sets" / "doubts.jsonl"
HALVES: tuple[Half, ...] = ("build", "report")
Kind = Literal["questioned", "self_reported", "hedged", "attributed", "vague_source", "cut_off"]
KINDS: tuple[Kind, ...] = ("questioned", "self_reported", "hedged", "attributed", "vague_source", "cut_off")


class Deserved(BaseModel):
    """A doubt that a statement deserves, its words in the document, and for an attribution who speaks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    words: str = ""
    speaker: str = ""
    why: str = ""


class Label(BaseModel):
    """A statement with all the doubts it deserves; `unsure` kinds count neither way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    language: str = ""
    document: str = ""
    text: Text | None = None
    words: Annotated[str, Field(pattern=r"\S")]
    doubts: tuple[Deserved, ...] = ()
    unsure: tuple[Kind, ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        """The document it stands in."""
        return self.document or f"{OWN}{(self.text and self.text.name) or self.id}"


@dataclass
class Tally:
    """Counts of one half: by kind true, false and missed doubts, and right ones on their words and with their speaker."""

    true: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    placed: Counter[str] = field(default_factory=Counter)
    with_words: Counter[str] = field(default_factory=Counter)
    quiet: int = 0
    alarmed: int = 0
    speakers: int = 0
    right_speakers: int = 0
    told: list[str] = field(default_factory=list)


def judge(
    labels: Sequence[Label], held: dict[str, Document], doubter: Doubter = by_rules, *, whole: bool = False
) -> dict[Half, Tally]:
    """The counts of both halves; with `whole` all of them are to report on."""
    tallies: dict[Half, Tally] = {each: Tally() for each in HALVES}
    abouts = [_about(label, held[label.name]) for label in labels]
    doubted = iter(
        doubter([(held[label.name], each) for label, about in zip(labels, abouts, strict=True) for each in about])
    )
    for label, about in zip(labels, abouts, strict=True):
        found = [finding for findings in islice(doubted, len(about)) for finding in findings]
        _count(tallies["report" if whole else half(label.id)], label, held[label.name], about, found)
    return tallies


def _about(label: Label, document: Document) -> list[Statement]:
    words = place(document, label.words)
    if words is None:
        raise BadSet(f"{label.id}: {label.name} does not hold “{label.words[:60]}”.", "Quote it to the character.")
    return list(statements(document, words))


def _count(
    tally: Tally, label: Label, document: Document, about: Sequence[Statement], found: Sequence[Finding]
) -> None:
    raised = {finding.kind: finding for finding in reversed(found)}
    wanted = {doubt.kind for doubt in label.doubts}
    sure = [kind for kind in KINDS if kind not in label.unsure and kind in wanted | raised.keys()]
    for kind in sure:
        counts = tally.false if kind not in wanted else tally.true if kind in raised else tally.missed
        counts[kind] += 1
        if counts is not tally.true:
            tally.told.append(_told(label, kind, document, raised.get(kind)))
    if not label.doubts:
        tally.quiet += 1
        tally.alarmed += bool(sure)
    for doubt in label.doubts:
        if doubt.kind in raised and doubt.words and doubt.kind not in label.unsure:
            _place(tally, doubt, document, about, found)


def _told(label: Label, kind: Kind, document: Document, finding: Finding | None) -> str:
    words = " ".join(label.words.split())[:150]
    if finding is None:
        return f"{label.id}: {kind} is missed on “{words}” ({_why(label, kind)})"
    on = document.quote(finding.words) if finding.words else ""
    return f"{label.id}: {kind} is a false alarm on “{words}” (“{on}”)"


def _why(label: Label, kind: Kind) -> str:
    return "; ".join(doubt.words or doubt.why for doubt in label.doubts if doubt.kind == kind)


def _place(
    tally: Tally, doubt: Deserved, document: Document, about: Sequence[Statement], found: Sequence[Finding]
) -> None:
    """Whether a right doubt lies on the labelled words, and names the labelled speaker."""
    near = place(document, doubt.words, about[0].span)
    right = [finding for finding in found if finding.kind == doubt.kind]
    spans = [span for finding in right for span in (finding.words, *finding.evidence) if span is not None]
    tally.with_words[doubt.kind] += 1
    tally.placed[doubt.kind] += near is not None and any(span.meets(near) for span in spans)
    if doubt.kind == "attributed" and doubt.speaker:
        tally.speakers += 1
        voices = [each for statement in about for each in attributions(document, statement)]
        names = {_plain(name) for each in voices for name in (document.quote(each.speaker), each.name)}
        tally.right_speakers += _plain(doubt.speaker) in names


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).removeprefix("the ").strip("《》“”\"' ")


def ratio(part: float, whole: float) -> float | None:
    """A ratio, undefined where there is nothing to divide by."""
    return part / whole if whole else None


def shown(value: float | None) -> str:
    """A figure for people."""
    return "  –  " if value is None else f"{value:.3f}"


def printed(name: Half, tally: Tally) -> str:
    """The figures of a half as a table."""
    lines = [f"{name}: kind            precision  recall     F1  on its words   labelled"]
    for kind in (*KINDS, "all"):
        true, false, missed, placed, worded = (
            sum(counts.values()) if kind == "all" else counts[kind]
            for counts in (tally.true, tally.false, tally.missed, tally.placed, tally.with_words)
        )
        f1 = ratio(2 * true, 2 * true + false + missed)
        figures = (ratio(true, true + false), ratio(true, true + missed), f1, ratio(placed, worded))
        lines.append(f"  {kind:<20}" + "".join(f"{shown(each):>9}" for each in figures) + f"{true + missed:>14}")
    alarms = ratio(100 * tally.alarmed, tally.quiet)
    lines.append(f"  false alarms of 100 quiet statements: {shown(alarms)} ({tally.alarmed} of {tally.quiet})")
    lines.append(
        f"  speakers named as labelled: {shown(ratio(tally.right_speakers, tally.speakers))} of {tally.speakers}"
    )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 where the set cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m evals.doubts", description=__doc__)
    parser.add_argument("set", nargs="?", type=Path, default=SET)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--language", choices=("en", "zh"))
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--report", action="store_true")
    given = parser.parse_args(arguments)
    try:
        labels = rows(given.set, Label)
        texts = {label.text.name or label.id: label.text for label in labels if label.text is not None}
        doubter = by_rules if given.rules else wiring.doubter(Settings())
        if given.language is not None:
            labels = [label for label in labels if language(label.words) == given.language]
        held = documents((label.name for label in labels), texts, given.data)
        tallies = judge(labels, held, doubter, whole=given.whole)
    except CaveatError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return 2
    for name, tally in tallies.items():
        if given.whole and name == "build":
            continue
        print(printed(name, tally))
        if given.show and (name == "build" or given.report):
            print("\n".join(f"  {line}" for line in tally.told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
