"""Who says it and over which words, against statements that people labelled.

    python -m evals.attribution [evals/sets/fomc_attribution.jsonl] [--data ../shared/data] [--show]

A row has `document`, `words` (the statement), `speaker` and `scope` (both empty where nobody else speaks). The program's
main attribution is judged: whether its speaker, or the name that its pronoun stands for, is the labelled one to the
character (case and a leading "the" aside),
the F1 of its scope's words against the labelled scope's, and how often it finds a speaker where there is none.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.doubts import Attribution, attributions
from evals.case import BadSet
from evals.doubts import ratio, shown
from evals.labelled import DATA, MINUTES, OWN, Text, documents, place, rows, statements
from ingest.document import Document
from ingest.errors import CaveatError

SET = Path(__file__).parent / "sets" / "fomc_attribution.jsonl"
WORD = re.compile(r"[^\W_]+(?:[-’'.][^\W_]+)*")


class Label(BaseModel):
    """A statement with its speaker and what that speaker says; neither where the text speaks itself."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = ""
    document: str = ""
    text: Text | None = None
    words: Annotated[str, Field(pattern=r"\S")]
    speaker: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A label with what the program found: its speaker, whether that is right, and the F1 of the scope's words."""

    label: Label
    found: str
    right: bool
    f1: float


def judged(labels: Sequence[Label], held: dict[str, Document]) -> Iterator[Judged]:
    """Each label with the program's main attribution."""
    for label in labels:
        document = held[named(label)]
        words = place(document, label.words)
        if words is None:
            raise BadSet(f"{named(label)} does not hold “{label.words[:60]}”.", "Quote it to the character.")
        said = [each for about in statements(document, words) for each in attributions(document, about)]
        within = [each for each in said if words.meets(each.words)] or said
        yield _judged(label, document, within[0] if within else None)


def _judged(label: Label, document: Document, main: Attribution | None) -> Judged:
    speaker = "" if main is None else " ".join(document.quote(main.speaker).split())
    scope = "" if main is None else " ".join(document.quote(span) for span in main.scope)
    names = {_plain(speaker), _plain(main.name if main else "")}
    right = bool(label.speaker) and _plain(label.speaker or "") in names
    return Judged(
        label=label, found=f"{speaker} | {' '.join(scope.split())}", right=right, f1=overlap(scope, label.scope or "")
    )


def overlap(found: str, wanted: str) -> float:
    """F1 of the words of two texts, each word as often as it stands there; Han by the character."""
    mine, theirs = Counter(_words(found)), Counter(_words(wanted))
    shared = (mine & theirs).total()
    return 2 * shared / (mine.total() + theirs.total()) if shared else 0.0


def _words(text: str) -> list[str]:
    spaced = re.sub(r"([\u3400-\u9fff])", r" \1 ", text.lower())
    return WORD.findall(spaced)


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).removeprefix("the ").strip(" ,.")


def named(label: Label) -> str:
    """The document of a label, as documents are asked for; a bare name is one of the minutes."""
    if label.text is not None or not label.document:
        return f"{OWN}{(label.text and label.text.name) or label.id}"
    known = label.document.startswith((MINUTES, OWN)) or label.document == "seed"
    return label.document if known or not label.document.startswith("MeetingDate") else f"{MINUTES}{label.document}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 where the set cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m evals.attribution", description=__doc__)
    parser.add_argument("set", nargs="?", type=Path, default=SET)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args(arguments)
    try:
        labels = rows(given.set, Label)
        texts = {label.text.name or label.id: label.text for label in labels if label.text is not None}
        found = list(judged(labels, documents((named(label) for label in labels), texts, given.data)))
    except CaveatError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return 2
    loud = [each for each in found if each.label.speaker]
    quiet = [each for each in found if not each.label.speaker]
    alarms = [each for each in quiet if each.found.strip(" |")]
    print(
        f"speakers right to the character: {shown(ratio(sum(each.right for each in loud), len(loud)))} of {len(loud)}"
    )
    print(f"scope, mean F1 of its words:     {shown(ratio(sum(each.f1 for each in loud), len(loud)))}")
    print(f"false attributions:              {len(alarms)} of {len(quiet)} statements without one")
    if given.show:
        for each in found:
            if each in alarms or (each.label.speaker and (not each.right or each.f1 < 0.8)):
                print(
                    f"- {each.label.words[:200]}\n    labelled: {each.label.speaker} | {each.label.scope}\n    found:    {each.found}"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
