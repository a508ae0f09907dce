"""The seed document, statement by statement, with the doubts that it raises itself, as a table.

    python -m evals.seed_table [--data ../shared/data] [--out docs/seed.md]

The document is not ours, so that its statements are named by their first words only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant import wiring
from assistant.doubts import Doubter, by_rules
from assistant.settings import Settings
from evals.labelled import DATA, SEED, documents
from ingest.document import Document, Statement
from ingest.errors import CaveatError

OUT = Path("docs/seed.md")
LONGEST, WORDS = 12, 6
HEAD = """# The seed document and its doubts

Made by `python -m evals.seed_table`. Every statement of the document in order, named by its first words, with each doubt that the
document itself raises about it: the kind, the sentence that a reader is told, and the words it rests on. What other documents
of a library say (`single_voice`, `disputed`, `outdated`) is no part of this table.

| | Statement | Doubt | Reason | Rests on |
| --- | --- | --- | --- | --- |
"""


def lines(document: Document, doubter: Doubter = by_rules) -> Iterator[str]:
    """The rows of the table; a statement with several doubts has several."""
    doubted = doubter([(document, statement) for statement in document.statements])
    for number, (statement, found) in enumerate(zip(document.statements, doubted, strict=True), start=1):
        named = _named(document, statement)
        if not found:
            yield _row(str(number), named, "–", "", "")
        for position, finding in enumerate(found):
            shown = finding.words or finding.evidence[0]
            first = position == 0
            yield _row(
                str(number) if first else "",
                named if first else "",
                f"`{finding.kind}`",
                finding.reason,
                _clipped(document.quote(shown), WORDS),
            )


def _named(document: Document, statement: Statement) -> str:
    words = _clipped(document.quote(statement.span), LONGEST)
    if statement.lead_in is None:
        return words
    return f"{_clipped(document.quote(statement.lead_in), 4)} {words}"


def _clipped(text: str, longest: int) -> str:
    words = text.split()
    return " ".join(words[:longest]) + (" …" if len(words) > longest else "")


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 where the document does not lie there."""
    parser = argparse.ArgumentParser(prog="python -m evals.seed_table", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args(arguments)
    try:
        [document] = documents([SEED], {}, given.data).values()
    except CaveatError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return 2
    given.out.write_text(HEAD + "\n".join(lines(document, wiring.doubter(Settings()))) + "\n", encoding="utf-8")
    print(f"{given.out}: {len(document.statements)} statements")
    return 0


if __name__ == "__main__":
    sys.exit(main())
