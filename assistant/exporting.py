"""Stored answers as Markdown, and the blocks that a Word file is drawn from too (`word_file`).

Words of documents stay words: every character that could make a link, an image, HTML or a list out of them is escaped, and
runs of white space become one space. What is known of a document (issuer, number, date) comes with the answer's passages;
`about` adds it for those that only a doubt cites.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from assistant import labels
from assistant.conversation import Conversation, Json
from assistant.doubts.telling import day
from assistant.labels import Labels

About = Mapping[str, Json]
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ACTIVE = re.compile(r"[\\`*_{}\[\]<>&!|~$^@#+=]|[.:/](?=\S)|^-|(?<=\d)[.)](?=\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph; `label` before it and `note` behind it are in bold, which no word of a document is.

    Behind a quote, `label` says where the words stand.
    """

    kind: Literal["title", "section", "plain", "claim", "quote", "item"]
    text: str
    label: str = ""
    note: str = ""


def answer_markdown(answer: Json, about: About | None = None) -> str:
    """A stored answer as Markdown."""
    return _page(_blocks(answer, known(answer, about)))


def conversation_markdown(
    conversation: Conversation, changed_since: Sequence[str] = (), about: About | None = None
) -> str:
    """A conversation as Markdown, a chapter for each question; `changed_since` tells what no longer holds."""
    chapters = [_page([Block(kind="title", text=conversation.title)])]
    for turn in conversation.turns:
        blocks = (
            _blocks(turn.answer, known(turn.answer, about)) if turn.answer else _unanswered(turn.question, turn.state)
        )
        chapters.append(_page(blocks, deeper=1))
    if changed_since:
        told = labels.of(conversation.turns[-1].question if conversation.turns else conversation.title)
        chapters.append(_page(_section(told.words["changed"], changed_since)))
    return "\n".join(chapters)


def draft_markdown(checked: Json) -> str:
    """A checked draft as Markdown: its sentences in order, each claim with its state, its sources and its doubts."""
    return _page(_draft_blocks(checked))


def escaped(text: str) -> str:
    """Words as Markdown that shows them and does nothing else.

    >>> print(escaped("See [here](http://x.example) <b>now</b>\\n# 1. Scope"))
    See \\[here\\](http\\:\\/\\/x\\.example) \\<b\\>now\\<\\/b\\> \\# 1\\. Scope
    """
    return _ACTIVE.sub(lambda found: "\\" + found[0], " ".join(text.split()))


def tally(claims: Sequence[Json], told: Labels = labels.EN) -> str:
    """Counts, never a score: `3 claims: 1 supported, 2 supported, with doubts`."""
    return told.tally(state(each, told) for each in claims)


def known(answer: Json, about: About | None = None) -> About:
    """What is known of the documents of an answer, by id."""
    passages = (*answer.get("passages", ()), *answer.get("nearest", ()))
    return dict(about or {}) | {each["document_id"]: each["metadata"] for each in passages}


def where(citation: Json, about: About, told: Labels = labels.EN) -> str:
    """Title, issuer, number, date, page and clause, as far as they are known.

    >>> held = {"issuer": "Ministry of Mills", "number": "MM [2021] 3", "issued": "2021-06-01"}
    >>> where({"document_id": "a", "title": "Notice", "locator": "p. 2"}, {"a": held})
    'Notice, Ministry of Mills, MM [2021] 3, 1 June 2021, p. 2'
    """
    data = about.get(citation["document_id"])
    parts = [citation["title"]]
    if data is not None:
        issued = str(data.get("issued") or "")
        parts += [str(data.get("issuer") or data.get("outlet") or ""), str(data.get("number") or "")]
        dated = _DAY.fullmatch(issued) is not None
        parts.append(day(date.fromisoformat(issued), chinese=told.chinese) if dated else told.words["undated"])
    parts.append(str(citation.get("locator") or ""))
    return told.words["comma"].join(part for part in parts if part)


def opening(answer: Json, told: Labels) -> Iterator[Block]:
    """An answer before its claims; all that it says where it claims nothing."""
    yield Block(kind="title", text=answer["question"])
    if answer.get("standalone") and answer["standalone"] != answer["question"]:
        yield Block(kind="plain", label=told.words["searched"], text=answer["standalone"])
    if answer["claims"]:
        counted, made = tally(answer["claims"], told) + told.words["stop"], told.made.get(answer["mode"], "")
        yield Block(kind="plain", text=(counted + made if told.chinese else f"{counted} {made}").strip())
    else:
        yield Block(kind="plain", text=answer["text"])


def closing(answer: Json, about: About, told: Labels) -> Iterator[Block]:
    """An answer behind its claims: what is not carried, what is missing, what came near, what made it."""
    strays = [
        told.say("stray", number=number, text=claim["text"], state=state(claim, told))
        for number, claim in enumerate(answer["claims"], start=1)
        if claim["verdict"] != "supported"
    ]
    yield from _section(told.words["strays"], strays)
    yield from _section(told.words["choices"], answer.get("choices", ()))
    yield from _section(told.words["missing"], answer["missing"])
    if answer["nearest"]:
        yield Block(kind="section", text=told.words["nearest"])
        for passage in answer["nearest"]:
            place = told.say("place", place=where(passage, about, told), start=passage["start"], end=passage["end"])
            yield Block(kind="quote", text=passage["text"], label=place)
    yield from _section(told.words["notices"], answer["notices"])
    made = {"answer": answer["id"], "mode": answer["mode"]} | answer["versions"] | answer["usage"]
    yield from _section(told.words["made_by"], [f"{name}: {value}" for name, value in made.items()])


def voices(claim: Json, told: Labels) -> str:
    """Who says what a claim says, where that is more than its own source."""
    return told.voices([(each["name"], each["copies"]) for each in claim.get("voices", ())])


def state(claim: Json, told: Labels) -> str:
    """A claim's state in words."""
    return told.state(claim["verdict"], doubted=bool(claim["doubts"]))


class Numbers:
    """The numbers of an answer's citations: each keeps its own wherever it is cited again, in the order of the page."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, ...], int] = {}

    def of(self, citation: Json) -> tuple[int, bool]:
        """A citation's number, and whether it is cited for the first time."""
        key = (citation["document_id"], *citation["span"].values())
        fresh = key not in self._numbers
        return self._numbers.setdefault(key, len(self._numbers) + 1), fresh


def _blocks(answer: Json, about: About) -> Iterator[Block]:
    """An answer from top to bottom."""
    told = labels.of(answer["question"])
    yield from opening(answer, told)
    yield from _claims(answer["claims"], about, told)
    yield from closing(answer, about, told)


def _draft_blocks(checked: Json) -> Iterator[Block]:
    """A checked draft from top to bottom; what claims nothing stands between the claims as it did."""
    told = labels.of(checked["text"])
    yield Block(kind="title", text=told.say("checked", title=checked["title"] or told.words["draft"]))
    counted = tally(checked["claims"], told) + told.words["stop"]
    yield Block(kind="plain", text=counted if checked["claims"] else told.words["nothing"])
    claimed = _claims(checked["claims"], {}, told)
    left = sorted(checked["left"], key=lambda each: int(each["span"]["start"]))
    starts = [int(claim["span"]["start"]) for claim in checked["claims"]]
    claim = -1
    for block in claimed:
        if block.kind == "claim":
            claim += 1
            while left and left[0]["span"]["start"] < starts[claim]:
                yield _left(left.pop(0))
        yield block
    yield from map(_left, left)
    yield from _section(told.words["notices"], checked["notices"])


def _left(left: Json) -> Block:
    if left["why"] == "heading":
        return Block(kind="section", text=left["text"].lstrip("# "))
    return Block(kind="plain", text=left["text"])


def _claims(claims: Sequence[Json], about: About, told: Labels) -> Iterator[Block]:
    """Claims with their quotes and doubts."""
    numbers = Numbers()

    def cited(citations: Sequence[Json]) -> tuple[str, list[Block]]:
        found = [(citation, *numbers.of(citation)) for citation in citations]
        marks = dict.fromkeys(f"[{number}]" for _, number, _ in found)
        return " ".join(marks), [quoted(number, citation, about, told) for citation, number, fresh in found if fresh]

    for number, claim in enumerate(claims, start=1):
        marks, quotes = cited(claim["citations"])
        yield Block(kind="claim", label=f"{number}.", text=claim["text"], note=f"{marks} {state(claim, told)}".lstrip())
        yield from quotes
        if heard := voices(claim, told):
            yield Block(kind="item", text=heard)
        for doubt in claim["doubts"]:
            marks, quotes = cited(doubt["evidence"])
            yield Block(
                kind="item",
                label=f"{told.doubt(doubt['kind'])}{told.words['colon'].rstrip()}",
                text=doubt["reason"],
                note=marks,
            )
            yield from quotes


def quoted(number: int, citation: Json, about: About, told: Labels) -> Block:
    """A citation's exact words, and where they stand."""
    place = told.say("place", place=where(citation, about, told), **citation["span"])
    return Block(kind="quote", text=citation["quote"], label=f"[{number}] {place}")


def _section(title: str, items: Sequence[str]) -> Iterator[Block]:
    if items:
        yield Block(kind="section", text=title)
        yield from (Block(kind="item", text=item) for item in items)


def _unanswered(question: str, state: str) -> Iterator[Block]:
    yield Block(kind="title", text=question)
    yield Block(kind="plain", text=labels.of(question).unanswered[state])


def _page(blocks: Iterable[Block], deeper: int = 0) -> str:
    """Blocks as Markdown; items that follow each other are one list."""
    text, before = "", ""
    for block in blocks:
        apart = before and (before, block.kind) != ("item", "item")
        text += "\n" * bool(apart) + _markdown(block, deeper) + "\n"
        before = block.kind
    return text


def _markdown(block: Block, deeper: int) -> str:
    text, label, note = escaped(block.text), escaped(block.label), escaped(block.note)
    match block.kind:
        case "title":
            return f"{'#' * (1 + deeper)} {text}"
        case "section":
            return f"{'#' * (2 + deeper)} {text}"
        case "quote":
            return f"> {text}\n>\n> {label}"
        case _:
            parts = (f"**{label}**" if label else "", text, f"**{note}**" if note else "")
            return ("- " if block.kind == "item" else "") + " ".join(part for part in parts if part)
