"""Sources that disagree, measured on the minutes: python -m evals.conflicts [--data ../shared/data/demo_fomc] [--json].

`sets/fomc_conflicts.jsonl` holds pairs of statements with a judgement: a hundred claims of the minutes, each with the
statement of other minutes that is nearest to it and has another figure or a negation, read and judged one by one; and forty
statements with a report beside them, invented for this set, that tells one figure otherwise. Measured is what the program says
of each claim when the whole library is searched; nothing is embedded.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answer import Claim, cite
from assistant.asked import asked
from assistant.doubts import disputed
from assistant.doubts.elsewhere import Elsewhere
from assistant.doubts.standings import Standings
from evals.case import BadSet
from evals.labelled import place, statements
from ingest.document import Document
from ingest.sources import from_record, gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

SET = Path(__file__).parent / "sets" / "fomc_conflicts.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Claims of the minutes that are called disputed (`alarms` of `quiet`), and planted conflicts that are found.

    Of a planted one both sides count: the minutes' claim and the report's.
    """

    alarms: tuple[str, ...]
    quiet: int
    found: int
    planted: int

    def lines(self) -> Iterator[str]:
        """The figures, for people."""
        yield f"false conflicts: {len(self.alarms)} of {self.quiet} claims of the minutes"
        yield from (f"  {alarm}" for alarm in self.alarms)
        yield f"planted conflicts found: {self.found} of {self.planted} sides"


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m evals.conflicts", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/demo_fomc"), help="the minutes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    measured = measure(given.data)
    if given.json:
        told = {"alarms": list(measured.alarms), "quiet": measured.quiet}
        print(json.dumps(told | {"found": measured.found, "planted": measured.planted}))
    else:
        print("\n".join(measured.lines()))
    return 0


def measure(data: Path, pairs: Path = SET) -> Measured:
    """What the program says of the claims of a set; a BadSet where a document does not hold a claim's words."""
    lines = [json.loads(line) for line in pairs.read_text(encoding="utf-8").splitlines()]
    alarms, found = [], 0
    with tempfile.TemporaryDirectory() as home, Store(Path(home), HashingEmbedder()) as store:
        list(store.ingest(gather([str(data)])))
        every = (store.library.document(each) for each in store.library.ids())
        held = {each.source.rpartition("/")[2]: each for each in every if each is not None}
        for line in lines:
            document = held.get(line["one"]["document"])
            if document is None:
                raise BadSet(f"{line['id']}: there is no {line['one']['document']}.", "Name the folder with --data.")
            if line["conflict"]:
                found += _planted(store, document, line)
            elif (reason := _said(store, document, line["one"]["words"])) is not None:
                alarms.append(f"{line['id']}: {reason}")
    planted = sum(line["conflict"] for line in lines)
    return Measured(alarms=tuple(alarms), quiet=len(lines) - planted, found=found, planted=2 * planted)


def _planted(store: Store, document: Document, line: Mapping[str, Any]) -> int:
    """On how many of the two sides a planted conflict is found."""
    other = line["other"]
    about = {"outlet": other["outlet"], "issued": other["issued"], "kind": "report"}
    record = {"_id": line["id"], "title": f"From the wire, {line['id']}", "text": other["words"], "metadata": about}
    [outcome] = store.ingest([from_record(record, "evals:")])
    report = store.library.document(str(outcome.id))
    if report is None:
        raise BadSet(f"{line['id']}: the report was not kept.", outcome.reason)
    sides = ((document, line["one"]["words"]), (report, other["words"]))
    found = sum(_said(store, each, words) is not None for each, words in sides)
    store.remove(report.id)
    return found


def _said(store: Store, document: Document, words: str) -> str | None:
    """The reason of `disputed` on the statement with these words; None where it is quiet."""
    where = place(document, words)
    statement = next(statements(document, where), None) if where is not None else None
    if statement is None:
        raise BadSet(f"{document.title} holds no statement “{words}”.", "Statements are cut by ingest.sentences.")
    span = statement.span
    claim = Claim(id="c1", text=document.quote(span), span=span, verdict="supported", citations=(cite(document, span),))
    elsewhere = Elsewhere(store)
    stated = elsewhere.stated([claim])
    [alike] = elsewhere.alike(stated)
    raised = disputed.find(stated[0], alike, Standings(store.library, asked("")))
    return raised.reason if raised is not None else None


if __name__ == "__main__":
    sys.exit(main())
