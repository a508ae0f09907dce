"""Words in quotation marks that do not stand in what is cited, exact but for white space and the style of the marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from assistant.checking.reading import quotations
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line
from ingest.document import Document, Span

GAP = re.compile(r"\s*(?:\[[^\]]*\]|\(?(?:\.\.\.|…)+\)?)\s*")
MARKS = str.maketrans(dict.fromkeys("“”„«»「」『』＂", '"') | dict.fromkeys("‘’‚`´", "'"))
TRIMMED = " \t\n.,;:!?。，；：！？、…\"'"


def check(claim: str, cited: Sequence[Line], question: str) -> tuple[list[Remark], list[Line]]:
    """Quotations that the cited statements do not hold, and the statements that hold the others."""
    remarks: list[Remark] = []
    added: list[Line] = []
    for span in quotations(claim):
        quoted = claim[span.start : span.end]
        pieces = [flat for piece in GAP.split(quoted) if (flat := _flat(piece).strip(TRIMMED))]
        if not pieces or all(piece in _flat(question) for piece in pieces):
            continue
        line = next((line for line in cited if all(piece in _flat(line.text) for piece in pieces)), None)
        if line is not None:
            added.append(line)
        elif not any(all(piece in whole for piece in pieces) for whole in _wholes(cited)):
            remarks.append(
                Remark(reason=say(claim, "quotation", said=quoted), words=span, evidence=_nearest(quoted, cited))
            )
    return remarks, added


def _wholes(cited: Sequence[Line]) -> Iterator[str]:
    """The texts of the cited passages, over the ends of statements, and the heads of their documents."""
    seen: set[tuple[str, int, int]] = set()
    for line in cited:
        key = (line.document.id, line.first, line.last)
        if key not in seen:
            seen.add(key)
            last = min(line.last, len(line.document.statements) - 1)
            start, end = line.document.statements[line.first].span.start, line.document.statements[last].span.end
            yield _flat(line.document.text[start:end])
            yield _flat(line.front)


def _nearest(quoted: str, cited: Sequence[Line]) -> tuple[tuple[Document, Span], ...]:
    """The statement that shares most words with a quotation, if any shares many."""
    wanted = set(_flat(quoted).split()) if " " in quoted else set(_flat(quoted))
    shared = [
        (len(wanted & (set(_flat(line.text).split()) if " " in quoted else set(_flat(line.text)))), line)
        for line in cited
    ]
    best = max(shared, key=lambda each: each[0], default=(0, None))
    return ((best[1].document, best[1].span),) if best[1] is not None and 2 * best[0] >= len(wanted) else ()


def _flat(text: str) -> str:
    flat = unicodedata.normalize("NFKC", text.translate(MARKS)).casefold()
    return re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", " ".join(flat.split()))
