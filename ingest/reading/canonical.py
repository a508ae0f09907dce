"""The canonical text being written, block by block, with the sections and pages that cover it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ingest.document import Label, Reading, Span
from ingest.errors import UnreadableFile

INDENT = "  "
_GONE = re.compile("[\x00\ufeff\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_UNSPACED = "[\u2e80-\u30ff\u31f0-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_LABEL_LINE = re.compile(r"(?:[A-Z][\w-]*(?: [\w-]+){0,2}:[ \t]|[\u4e00-\u9fff]{2,8}：)[ \t]*\S")
_UNSPACED_JOINT = re.compile(f"{_UNSPACED}\n{_UNSPACED}")
_HEAD_LINE, _OPENING_LINE = 60, 110  # characters
_BEGINS = re.compile(r"[^\Wa-z]|[“‘\"'《【（(]|(?:on|concerning|regarding|relating to) ")
_RUNS_ON = re.compile(
    r"\b(?:of|the|a|an|and|or|for|on|in|at|to|by|with|from|that|which|is|are|was|were|its|their|his|her)$|[。，、]"
)
_SENTENCE_ENDS = (".", "。", ";", "；", ",", "，", "、")
_NUMBER_OR_DAY = re.compile(
    r"[\u4e00-\u9fff]{1,14}[〔\[［（(]\d{4}[〕\]］）)]第?\d{1,5}号|\d{4}年\d{1,2}月\d{1,2}日(?:\s*星期.)?|"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?(?:\d{1,2} [A-Z][a-z]+|[A-Z][a-z]+ \d{1,2},) \d{4}"
)


def clean(text: str) -> str:
    """The text with `\\n` as its only line end, and without NUL, byte order marks and lone surrogates."""
    return _GONE.sub("", _LINE_END.sub("\n", text))


def collapse(text: str) -> str:
    """The text as a browser shows it: runs of spaces and line ends become one space, hard spaces stay."""
    return re.sub("[ \t\n]+", " ", _CONTROL.sub("", clean(text))).strip(" ")


def join_lines(first: str, second: str) -> str:
    """Two lines of one paragraph as one: a space between them, none between characters of Chinese or Japanese."""
    if first and second and _UNSPACED_JOINT.match(f"{first[-1]}\n{second[0]}"):
        return first + second
    return f"{first} {second}"


def is_label_line(line: str) -> bool:
    """Whether a line states something under a label, such as "Issued: 24 February 2020", and so stands alone."""
    return bool(_LABEL_LINE.match(line))


def is_head(lines: Sequence[str], *, opening: bool) -> bool:
    """Whether lines are the head of a document, each standing alone: short, no sentences, one of them a number or a day.

    Where a document opens, lines that each begin as a name or a heading does are enough, unless one runs on into the next.
    """
    bare = [line.strip() for line in lines]
    if any(line.endswith(_SENTENCE_ENDS) for line in bare):
        return False
    if all(len(line) <= _HEAD_LINE for line in bare) and any(map(_NUMBER_OR_DAY.fullmatch, bare)):
        return True
    names = all(len(line) <= _OPENING_LINE and _BEGINS.match(line) for line in bare)
    return opening and names and not any(map(_RUNS_ON.search, bare[:-1]))


def is_unspaced(character: str) -> bool:
    """Whether a character belongs to Chinese or Japanese, which part no words by spaces."""
    return bool(re.match(_UNSPACED, character))


class Writing:
    """Collects paragraphs, headings, list items and tables, and becomes a `Reading`."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._last = ""
        self._path: list[tuple[int, str]] = []
        self._sections: list[tuple[int, str]] = []
        self._pages: list[tuple[int, str]] = []

    @property
    def text(self) -> str:
        """What has been written so far."""
        return "".join(self._parts)

    def _write(self, text: str, kind: str) -> int:
        """Write a block and say where it starts."""
        if self._parts:
            gap = "\n" if kind == self._last == "item" else "\n\n"
            self._parts.append(gap)
            self._length += len(gap)
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        self._last = kind
        return start

    def paragraph(self, text: str) -> int:
        """Write a paragraph, which may hold line ends, and say where it starts."""
        text = "\n".join(line.strip(" \t") for line in clean(text).split("\n") if line.strip())
        return self._write(text, "paragraph") if text else self._length

    def verbatim(self, text: str) -> None:
        """Write lines as they stand, indent included, such as code."""
        text = clean(text).strip("\n")
        if text.strip():
            self._write(text, "paragraph")

    def heading(self, text: str, level: int) -> int:
        """Write a heading, which opens a section named by the path of the headings above it; say where it starts."""
        text = collapse(text)
        if not text:
            return self._length
        start = self._write(text, "heading")
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, text))
        self._sections.append((start, " › ".join(name for _, name in self._path)))
        return start

    def item(self, text: str, level: int, mark: str = "•") -> int:
        """Write a list item, the outermost level being 1, and say where its words start."""
        text = collapse(text)
        if not text:
            return self._length
        front = f"{INDENT * max(level, 1)}{mark} "
        return self._write(front + text, "item") + len(front)

    def more(self, text: str) -> None:
        """Write a further paragraph of a list item, on the item's own line while that is still open."""
        text = collapse(text)
        if self._last == "item" and text:
            self._parts.append(f" {text}")
            self._length += len(text) + 1
        else:
            self.paragraph(text)

    def table(self, rows: list[list[str]]) -> None:
        """Write a table: a line for each row, its cells parted by bars."""
        lines = [" | ".join(collapse(cell) for cell in row) for row in rows if any(cell.strip() for cell in row)]
        self.paragraph("\n".join(lines))

    def page(self, label: str, at: int | None = None) -> None:
        """Begin a page, with what is written next or at a position of what has been written."""
        self._pages.append((self._length if at is None else at, label))

    def reading(self, *, title: str = "", hints: Mapping[str, str] | None = None, warnings: list[str]) -> Reading:
        """What has been written, or `UnreadableFile("empty")` where that is nothing."""
        text = self.text
        return finished(
            Reading(
                text=text,
                title=collapse(title),
                pages=labels(self._pages, len(text)),
                sections=labels(self._sections, len(text)),
                hints={key: collapse(value) for key, value in (hints or {}).items() if value.strip()},
                warnings=tuple(warnings),
            )
        )


def labels(starts: list[tuple[int, str]], end: int) -> tuple[Label, ...]:
    """Labels that each reach to the start of the next one; those that would be empty are left out."""
    bounds = [min(start, end) for start, _ in starts] + [end]
    return tuple(
        Label(span=Span(start=bounds[position], end=bounds[position + 1]), label=label)
        for position, (_, label) in enumerate(starts)
        if bounds[position] < bounds[position + 1]
    )


def finished(reading: Reading) -> Reading:
    """The reading itself, unless it holds no text."""
    if not reading.text.strip():
        raise UnreadableFile("empty", "The file holds no text.", "Check that it is the right file and is not blank.")
    return reading
