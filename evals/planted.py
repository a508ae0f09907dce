"""Doubts against the table of what is planted in the sample library, and against its list of what only looks like a doubt.

    python -m evals.planted

The table was written from the documents, before the program's output was seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from assistant import wiring
from assistant.answer import DoubtKind
from assistant.doubts import Doubter, by_rules
from assistant.settings import Settings
from ingest.document import Document
from ingest.pipeline import Ingested, ingest
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder

LIBRARY = Path(__file__).parent / "library"
FROM_THE_SOURCE = frozenset(get_args(DoubtKind)[:6])
_FILE = re.compile(r"`([^`]+\.(?:md|txt|html|pdf|docx))`")
_QUIET = "What only looks like a doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Exact words of a document with the kinds they should raise; none for a quiet row. `allowed` may be raised besides."""

    file: str
    words: str
    kinds: frozenset[str]
    allowed: frozenset[str]


def rows() -> Iterator[Row]:
    """The rows about doubts from the source alone."""
    quiet = False
    for line in (LIBRARY / "README.md").read_text(encoding="utf-8").splitlines():
        quiet = quiet or _QUIET in line
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        file = next((match[1] for cell in cells if (match := _FILE.fullmatch(cell))), None)
        if file is None or len(cells) != (3 if quiet else 5):
            continue
        kinds = frozenset(re.findall(r"[a-z_]+", cells[-1])) & FROM_THE_SOURCE
        if quiet or (kinds and cells[0][0] in "cdfgjlm"):
            for words in re.findall(r"`([^`]+)`", cells[1 if quiet else 3]):
                yield Row(
                    file=file,
                    words=words,
                    kinds=frozenset() if quiet else kinds,
                    allowed=kinds if quiet else FROM_THE_SOURCE,
                )


def documents() -> dict[str, Document]:
    """The documents of the sample library by file name."""
    results = ingest(gather([str(LIBRARY / "documents")]), HashingEmbedder().measure)
    return {each.document.source.rsplit("/", 1)[-1]: each.document for each in results if isinstance(each, Ingested)}


def raised(document: Document, words: str, doubter: Doubter = by_rules) -> frozenset[str]:
    """The kinds raised by the statements that some words touch."""
    start = document.text.index(words)
    end = start + len(words)
    touched = [(document, each) for each in document.statements if each.span.start < end and start < each.span.end]
    return frozenset(finding.kind for findings in doubter(touched) for finding in findings)


def main() -> None:
    """Prints each miss and false alarm, then the counts."""
    held, doubter = documents(), wiring.doubter(Settings())
    counts = {"planted": 0, "found": 0, "quiet": 0, "false_alarms": 0}
    for row in rows():
        kinds = raised(held[row.file], row.words, doubter)
        if row.kinds:
            counts["planted"] += len(row.kinds)
            counts["found"] += len(row.kinds & kinds)
        else:
            counts["quiet"] += 1
            counts["false_alarms"] += bool(kinds - row.allowed)
        if not row.kinds <= kinds or not kinds <= row.kinds | row.allowed:
            print(
                json.dumps(
                    {"words": row.words, "expected": sorted(row.kinds), "raised": sorted(kinds)}, ensure_ascii=False
                )
            )
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
