"""What a chat model is given: passages keyed [s1], [s2] ... with who says so, when, and what to doubt, and the prompt around them.

Text of documents stands between marks with a random word that no document can know, without invisible characters and without
anything that looks like a marker or a mark (spotlighting: Hines et al. 2024), so that instructions inside documents stay text
and a marker written in a document never becomes a citation. What does not fit is left out by whole statements, the best kept.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import prompts
from assistant import doubts
from assistant.answering.scoring import Quote
from assistant.citing import unlinked
from assistant.instructions import instructs, ordering
from assistant.tokens import Counter
from ingest.document import Document
from vectorstore.retrieval import Passage

Rank = Callable[[], Sequence[Quote]]
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_LIKE_A_MARKER = re.compile(r"[\[【]\s*([sS]?\s?\d{1,3}(?:\s*[,;–-]\s*[sS]?\d{1,3})*)\s*[\]】]")
_ELLIPSIS = "[…]"
_HEAD = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A passage under its key, the statements of it that are given, and the kinds of doubt that these raise."""

    key: str
    passage: Passage
    positions: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()
    withheld: int = 0

    @property
    def document(self) -> Document:
        """The document it stands in."""
        return self.passage.document


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What is sent to the model."""

    system: str
    human: str
    prompts: str


def gathered(passages: Sequence[Passage], rank: Rank, room: int, tokens: Counter) -> tuple[Evidence, ...]:
    """The evidence that fits into some tokens, best passages first; a passage that does not fit gives its best statements.

    `rank` is asked for the worth of statements only where some must be left out.
    """
    chosen: list[Evidence] = []
    worth = cache(lambda: {(quote.document.id, quote.position): quote.score for quote in rank()})
    for passage in passages:
        first, last = passage.chunk.statements
        safe = [n for n in range(first, last + 1) if not ordering(passage.document, passage.document.statements[n])]
        positions, cost = _fitting(passage, safe, worth, room - _HEAD, tokens)
        if positions:
            room -= cost + _HEAD
            chosen.append(
                Evidence(
                    key=f"s{len(chosen) + 1}",
                    passage=passage,
                    positions=positions,
                    doubts=_kinds(passage.document, positions),
                    withheld=last - first + 1 - len(safe),
                )
            )
    return tuple(chosen)


def messages(question: str, given: Sequence[Evidence]) -> Messages:
    """The prompt for a question and its evidence."""
    mark = secrets.token_hex(6)
    writing, asking = prompts.load("writing"), prompts.load("asking")
    return Messages(
        system=writing.filled(mark=mark, language=language(question)),
        human=asking.filled(evidence="\n\n".join(_block(each, mark) for each in given), question=harmless(question)),
        prompts=f"writing {writing.version}, asking {asking.version}",
    )


def language(question: str) -> str:
    """The language to answer in, as a prompt names it."""
    letters = len(_LETTER.findall(question)) or 1
    return (
        "Chinese, the language of the question"
        if len(_HAN.findall(question)) / letters > 0.3
        else "the language of the question"
    )


def harmless(text: str) -> str:
    """A text of a document or a reader as a prompt may hold it."""
    return _LIKE_A_MARKER.sub(r"(\1)", unlinked(text)).replace("⟦", "[[").replace("⟧", "]]")


def _block(given: Evidence, mark: str) -> str:
    document = given.document
    about = document.metadata
    told = (
        ("Title", document.title),
        ("Issuer", about.issuer or about.outlet),
        ("Number", about.number),
        ("Issued", about.issued.isoformat() if about.issued else None),
        ("Kind", about.kind if about.kind != "other" else None),
        ("Status", about.status if about.status != "unknown" else None),
        ("Doubts", ", ".join(given.doubts)),
    )
    head = " | ".join(f"{name}: {_one_line(value)}" for name, value in told if value)
    return f"[{given.key}] {head}\n⟦{mark}⟧\n{harmless(_text(given))}\n⟦/{mark}⟧"


def _one_line(text: str) -> str:
    line = " ".join(harmless(text).split()).replace("|", "/")
    if instructs(line):
        return "(withheld)"
    return line if len(line) <= 160 else line[:160].rsplit(" ", 1)[0] + " …"


def _text(given: Evidence) -> str:
    """The given statements in order, a gap marked where some were left out."""
    lines: list[str] = []
    for before, position in zip((None, *given.positions), given.positions, strict=False):
        if before is not None and position != before + 1:
            lines.append(_ELLIPSIS)
        lines.append(given.document.read(given.document.statements[position]))
    return "\n".join(lines)


def _fitting(
    passage: Passage,
    positions: Sequence[int],
    worth: Callable[[], Mapping[tuple[str, int], float]],
    room: int,
    tokens: Counter,
) -> tuple[tuple[int, ...], int]:
    """Which of a passage's statements fit into some tokens, the most telling chosen first; and what they cost."""
    document = passage.document
    cost = {n: tokens.count(document.read(document.statements[n])) + 3 for n in positions}
    if sum(cost.values()) <= room:
        return tuple(positions), sum(cost.values())
    kept: list[int] = []
    spent = 0
    value = {n: worth().get((document.id, n), 0.0) for n in positions}
    for position in sorted(positions, key=lambda n: (-value[n], n)):
        if spent + cost[position] <= room and value[position] > 0:
            kept.append(position)
            spent += cost[position]
    return tuple(sorted(kept)), spent


def _kinds(document: Document, positions: Sequence[int]) -> tuple[str, ...]:
    found = (finding.kind for n in positions for finding in doubts.find(document, document.statements[n]))
    return tuple(dict.fromkeys(found))
