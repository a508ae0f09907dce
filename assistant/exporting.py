"""Stored answers as files to pass on: Markdown and Word.

Both are drawn from the same blocks. Words of documents stay words: in Markdown every character that could make a link, an
image, HTML or a list out of them is escaped, and runs of white space become one space; in Word a quote keeps its lines.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant import labels
from assistant.conversation import Conversation, Json

_UNANSWERED = {
    "running": "This question is still being answered.",
    "stopped": "The answer was stopped before it was whole; nothing of it is kept.",
    "failed": "This question could not be answered.",
    "done": "Nothing was shown.",
}
_ACTIVE = re.compile(r"[\\`*_{}\[\]<>&!|~$^@#+=]|[.:/](?=\S)|^-|(?<=\d)[.)](?=\s|$)")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph; `label` before it and `note` behind it are in bold, which no word of a document is.

    Behind a quote, `label` says where the words stand.
    """

    kind: Literal["title", "section", "plain", "claim", "quote", "item"]
    text: str
    label: str = ""
    note: str = ""


def answer_markdown(answer: Json) -> str:
    """A stored answer as Markdown."""
    return _page(_blocks(answer))


def answer_docx(answer: Json) -> bytes:
    """A stored answer as a Word file."""
    import docx  # noqa: PLC0415 (only where it is used)

    document = docx.Document()
    document.core_properties.author, document.core_properties.comments = "Caveat", ""
    document.core_properties.title = xml_text(answer["question"])[:255]
    for block in _blocks(answer):
        _put(document, block)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def conversation_markdown(conversation: Conversation, changed_since: Sequence[str] = ()) -> str:
    """A conversation as Markdown, a chapter for each question; `changed_since` tells what no longer holds."""
    chapters = [_page([Block(kind="title", text=conversation.title)])]
    for turn in conversation.turns:
        blocks = _blocks(turn.answer) if turn.answer else _unanswered(turn.question, turn.state)
        chapters.append(_page(blocks, deeper=1))
    if changed_since:
        chapters.append(_page(_section("What changed since", changed_since)))
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


def tally(claims: Sequence[Json]) -> str:
    """Counts, never a score: `3 claims: 1 supported, 2 supported, with doubts`."""
    return labels.tally(map(_state, claims))


def _blocks(answer: Json) -> Iterator[Block]:
    """An answer from top to bottom."""
    yield Block(kind="title", text=answer["question"])
    if answer.get("standalone") and answer["standalone"] != answer["question"]:
        yield Block(kind="plain", label="Searched as:", text=answer["standalone"])
    if answer["claims"]:
        yield Block(kind="plain", text=f"{tally(answer['claims'])}. {labels.MADE.get(answer['mode'], '')}".strip())
        yield from _claims(answer["claims"])
    else:
        yield Block(kind="plain", text=answer["text"])
    yield from _section("It may have been meant as", answer.get("choices", ()))
    yield from _section("What is missing", answer["missing"])
    if answer["nearest"]:
        yield Block(kind="section", text="Nearest passages, none of which is an answer")
        for passage in answer["nearest"]:
            where = f"{passage['title']}, characters {passage['start']}–{passage['end']}"
            yield Block(kind="quote", text=passage["text"], label=where)
    yield from _section("Notices", answer["notices"])
    made = {"answer": answer["id"], "mode": answer["mode"]} | answer["versions"] | answer["usage"]
    yield from _section("What made this answer", [f"{name}: {value}" for name, value in made.items()])


def _draft_blocks(checked: Json) -> Iterator[Block]:
    """A checked draft from top to bottom; what claims nothing stands between the claims as it did."""
    yield Block(kind="title", text=f"Checked: {checked['title'] or 'a draft'}")
    yield Block(kind="plain", text=f"{tally(checked['claims'])}." if checked["claims"] else "It claims nothing.")
    claimed = _claims(checked["claims"])
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
    yield from _section("Notices", checked["notices"])


def _left(left: Json) -> Block:
    if left["why"] == "heading":
        return Block(kind="section", text=left["text"].lstrip("# "))
    return Block(kind="plain", text=left["text"])


def _claims(claims: Sequence[Json]) -> Iterator[Block]:
    """Claims with their quotes and doubts; a citation keeps its number wherever it is cited again."""
    numbers: dict[tuple[Any, ...], int] = {}

    def cited(citations: Sequence[Json]) -> tuple[str, list[Block]]:
        marks, quotes = [], []
        for citation in citations:
            key = (citation["document_id"], *citation["span"].values())
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                quotes.append(_quote(numbers[key], citation))
            marks.append(f"[{numbers[key]}]")
        return " ".join(dict.fromkeys(marks)), quotes

    for number, claim in enumerate(claims, start=1):
        marks, quotes = cited(claim["citations"])
        yield Block(kind="claim", label=f"{number}.", text=claim["text"], note=f"{marks} {_state(claim)}".lstrip())
        yield from quotes
        if voices := labels.voices([(each["name"], each["copies"]) for each in claim.get("voices", ())]):
            yield Block(kind="item", text=voices)
        for doubt in claim["doubts"]:
            marks, quotes = cited(doubt["evidence"])
            name = labels.DOUBTS.get(doubt["kind"], doubt["kind"])
            yield Block(kind="item", label=f"{name}:", text=doubt["reason"], note=marks)
            yield from quotes


def _quote(number: int, citation: Json) -> Block:
    span = citation["span"]
    where = ", ".join(part for part in (citation["title"], citation["locator"]) if part)
    label = f"[{number}] {where}, characters {span['start']}–{span['end']}"
    return Block(kind="quote", text=citation["quote"], label=label)


def _section(title: str, items: Sequence[str]) -> Iterator[Block]:
    if items:
        yield Block(kind="section", text=title)
        yield from (Block(kind="item", text=item) for item in items)


def _unanswered(question: str, state: str) -> Iterator[Block]:
    yield Block(kind="title", text=question)
    yield Block(kind="plain", text=_UNANSWERED[state])


def _state(claim: Json) -> str:
    return labels.state(claim["verdict"], doubted=bool(claim["doubts"]))


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


def _put(document: Any, block: Block) -> None:
    """Adds a block to a Word document, by the styles of its template."""
    text, label = xml_text(block.text), xml_text(block.label)
    match block.kind:
        case "title":
            document.add_heading(text, level=1)
        case "section":
            document.add_heading(text, level=2)
        case "quote":
            paragraph = document.add_paragraph(text, style="Quote")
            paragraph.add_run(f"\n{label}").italic = False
        case _:
            paragraph = document.add_paragraph(style="List Bullet" if block.kind == "item" else None)
            if label:
                paragraph.add_run(f"{label} ").bold = True
            paragraph.add_run(text)
            if block.note:
                paragraph.add_run(f" {xml_text(block.note)}").bold = True


def xml_text(text: str) -> str:
    """Text with a sign in the place of characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
