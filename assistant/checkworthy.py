"""Which sentences of a draft claim anything that a source could carry, and why the others do not.

A sentence is left in peace only where its own words say that it claims nothing: a question, a greeting, a step from one part
to the next, an order to the reader, a view of the writer's own. In doubt it is a claim, since what is left in peace is not
looked for in any source. What somebody is named for saying is a claim, however it is put.

>>> idle("How did prices move?"), idle("This note summarises the minutes."), idle("Prices rose by 2 percent.")
('question', 'transition', None)
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from assistant.checking.measuring import figures
from assistant.doubts import find
from ingest.document import Document, Span, Statement

Idle = Literal[
    "heading", "lead_in", "note", "fragment", "question", "greeting", "transition", "instruction", "opinion"
]  # fmt: skip
WHY: Mapping[Idle, str] = {
    "heading": "a heading",
    "lead_in": "the line that a list completes",
    "note": "a note",
    "fragment": "no sentence",
    "question": "a question",
    "greeting": "a greeting",
    "transition": "a step to the next part",
    "instruction": "an order to the reader",
    "opinion": "a view of the writer's own",
}
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MARKUP = re.compile(r"^\s*(?:>\s*)*(?:[-*+•]\s+|\d{1,2}[.)]\s+)?|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
_HEADING = re.compile(r"\s*#{1,6}\s|\s*(?:[=*_-]\s*){3,}$")
_ANNOUNCES = 12
_SHORTEST, _SHORTEST_HAN = 3, 4
_OPENINGS: Sequence[tuple[str, Idle]] = (
    ("transition", "transition"),
    ("greeting", "greeting"),
    ("instruction", "instruction"),
    ("left_open", "opinion"),
)


def idle(sentence: str) -> Idle | None:
    """Why a sentence claims nothing; None where it claims something."""
    if _HEADING.match(sentence):
        return "heading"
    text = _MARKUP.sub("", sentence).strip()
    if text.endswith(("?", "？")):
        return "question"
    bare, told = _without_front(text), bool(figures(text))
    if not told and (scrap := _scrap(text, bare)):
        return scrap
    if opening := next((why for name, why in _OPENINGS if _opens(name, bare)), None):
        return opening
    judges = _opens("own_view", bare) or _judges(bare)
    return "opinion" if judges and not told and not _said_by_somebody(text) else None


def _scrap(text: str, bare: str) -> Idle | None:
    """What a text without a figure is that is too short to say anything, or only announces what follows it."""
    if text.endswith((":", "：")) and len(_WORD.findall(text)) <= _ANNOUNCES:
        return "lead_in"
    if _length(bare) >= (_SHORTEST_HAN if _HAN.search(bare) else _SHORTEST):
        return None
    return "greeting" if _opens("greeting", text) else "fragment"


def _length(text: str) -> int:
    return len(_HAN.findall(text)) or len(_WORD.findall(text))


def _without_front(text: str) -> str:
    """A sentence without what only introduces it: "Note that …", "In addition, …"."""
    while (match := _pattern("front").match(text)) is not None and match.end() > 0:
        text = text[match.end() :].lstrip(" ,，")
    return text


def _opens(name: str, text: str) -> bool:
    return _pattern(name).match(text) is not None


def _judges(text: str) -> bool:
    return _pattern("judged").search(text) is not None


def _said_by_somebody(text: str) -> bool:
    """Whether somebody is told to hold a view; "I think", with which a sentence opens, names nobody."""
    opening = _pattern("own_view").match(_without_front(text))
    if _pattern("voiced").search(text, len(text) - len(_without_front(text)) + (opening.end() if opening else 0)):
        return True
    document = Document(id="", title="", text=text, source="", media_type="text/plain")
    found = find(document, Statement(span=Span(start=0, end=len(text))))
    return any(each.kind in {"attributed", "vague_source"} for each in found)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    english = "|".join(each.replace(" ", r"\s+") for each in _lexicon()[name]["en"])
    return re.compile(rf"\b(?:{english})|{'|'.join(_lexicon()[name]['zh'])}", re.IGNORECASE)


@cache
def _lexicon() -> Mapping[str, Mapping[str, Sequence[str]]]:
    with (Path(__file__).parent / "checkworthy.toml").open("rb") as file:
        return tomllib.load(file)
