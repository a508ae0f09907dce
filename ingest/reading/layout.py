"""Lines with their places on a page become paragraphs, headings and list items."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.document import Reading
from ingest.reading.canonical import Writing, is_label_line, is_unspaced, join_lines

_HYPHEN = "\ufffe"
_BULLET = re.compile(r"[•◦▪■□●○➢►❖✓‣⁃·\uf0b7\uf0a7\uf0d8]\s*|[-–*—]\s+")
_NUMBER = re.compile(
    r"(?:\(?\d{1,2}[.)）、]|\([a-zivx]{1,4}\)|[a-z]\)|[（(][一二三四五六七八九十]{1,3}[）)]|[一二三四五六七八九十]{1,3}、)\s*(?=\D)"
)
_CLOSED = re.compile(r"[.!?。！？…:：;；][\"'”’)\]）】」]*\d{0,2}$")
_OPENS_LOW = re.compile(r"[a-zà-öø-ÿа-я(,，、。；）]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """A line of a page and where it stands, in points from the lower left of the page as turned to read it."""

    text: str
    left: float
    right: float
    bottom: float
    height: float
    turned: int = 0
    bold: bool = False
    page: int = 0
    edge: bool = False


@dataclass(slots=True, kw_only=True)
class Block:
    """Lines that were joined; `turns` are the places in the text where a new page begins, and its number."""

    text: str
    first: Line
    last: Line
    right: float
    turns: list[tuple[int, int]]
    mark: str = ""


def flow(pages: list[list[Line]], *, title: str, hints: Mapping[str, str], warnings: list[str]) -> Reading:
    """The reading of all pages; a paragraph may run over from one page to the next."""
    lines = [line for page in pages for line in page]
    sheet = _Sheet(lines)
    blocks: list[Block] = []
    for line in lines:
        block = blocks[-1] if blocks else None
        if block is not None and (glue := sheet.glue(block, line)):
            _grow(block, line, glue)
        else:
            blocks.append(_started(line))
    return _written(blocks, sheet).reading(title=title or sheet.title(blocks), hints=hints, warnings=warnings)


def _started(line: Line) -> Block:
    """A new block, its bullet or number taken off and kept beside it."""
    bullet = _BULLET.match(line.text)
    number = _NUMBER.match(line.text)
    text, mark = line.text, ""
    if bullet and bullet.end() < len(text):
        text, mark = text[bullet.end() :], "•"
    elif number and number.end() < len(text):
        text, mark = text[number.end() :], number[0].strip()
    return Block(text=text, first=line, last=line, right=line.right, turns=[], mark=mark)


class _Sheet:
    """What is usual in a file: the size of its body, the distance between its lines, the right edge of its columns."""

    def __init__(self, lines: list[Line]) -> None:
        self.body = median(line.height for line in lines) if lines else 1.0
        self.mostly_bold = sum(line.bold for line in lines) * 2 > len(lines)
        steps: dict[int, list[float]] = {}
        rights: dict[tuple[int, int], list[float]] = {}
        for above, below in pairwise(lines):
            step = above.bottom - below.bottom
            alike = round(above.height) == round(below.height) and above.page == below.page
            if alike and 0.5 * below.height < step < 2.6 * below.height:
                steps.setdefault(round(below.height), []).append(step)
        for line in lines:
            rights.setdefault((line.page, round(line.left / 30)), []).append(line.right)
        self._leading = {size: sorted(each)[int(len(each) * 0.3)] for size, each in steps.items() if len(each) > 3}
        self._rights = {place: sorted(each)[int(len(each) * 0.9)] for place, each in rights.items()}

    def glue(self, block: Block, line: Line) -> str:
        """How a line joins a block: as the same line (" "), as a line of its own ("\\n"), or not at all ("")."""
        last = block.last
        marked = _BULLET.match(line.text) or _NUMBER.match(line.text)
        alike = last.turned == line.turned and abs(last.height - line.height) <= 0.2 * max(last.height, line.height)
        if marked or (not alike and not last.text.endswith(_HYPHEN)):
            return ""
        step = last.bottom - line.bottom
        leading = self._leading.get(round(line.height), 1.2 * line.height)
        if last.text.endswith(_HYPHEN) or (line.page == last.page and abs(step) < 0.5 * line.height):
            return " "
        if line.page != last.page or step < 0 or step > 8 * leading:
            return " " if _runs_on(last, line) else ""
        if step > 1.28 * leading or (last.bold != line.bold and not _OPENS_LOW.match(line.text)):
            return ""
        return self._margin_glue(block, line)

    def _margin_glue(self, block: Block, line: Line) -> str:
        """Whether a line break was forced by the margin, and so is only a space."""
        last = block.last
        wide = is_unspaced(line.text[0])
        width = (line.right - line.left) / max(len(line.text), 1)
        needed = width * (1.2 if wide else len(line.text.split(" ")[0]) + 1)
        edge = max(block.right, line.right, self._edge(last))
        fitted = edge - last.right > needed * 1.3 + 0.02 * (edge - last.left)
        closed = bool(_CLOSED.search(last.text))
        indented = line.left - last.left > 0.7 * line.height and not block.mark
        headed = is_label_line(last.text) and not is_label_line(line.text)
        if (closed and (indented or fitted)) or (fitted and (indented or headed)):
            return ""
        if block.mark and line.left - block.first.left > 0.3 * line.height:
            return " "
        if (fitted and not _OPENS_LOW.match(line.text)) or is_label_line(line.text):
            return "" if block.mark else "\n"
        return " "

    def _edge(self, line: Line) -> float:
        """The right edge of the column in which a line stands."""
        near = round(line.left / 30)
        return max(self._rights.get((line.page, place), 0.0) for place in (near - 1, near, near + 1))

    def is_heading(self, block: Block) -> bool:
        """Whether a block is short and set larger than the body, or bold where the body is not."""
        large = block.first.height > 1.15 * self.body
        bold = block.first.bold and block.last.bold and not self.mostly_bold
        return (large or bold) and len(block.text) <= 160 and not block.text.endswith(tuple(".:;,。：；，"))

    def title(self, blocks: list[Block]) -> str:
        """The largest heading of the first page."""
        page = [block for block in blocks if block.first.page == blocks[0].first.page and self.is_heading(block)]
        largest = max((block.first.height for block in page), default=0.0)
        return next((block.text for block in page if block.first.height > 0.95 * largest), "")


def _runs_on(last: Line, line: Line) -> bool:
    """Whether a sentence goes on in the next column or on the next page."""
    if _CLOSED.search(last.text):
        return False
    wide = is_unspaced(last.text[-1]) and is_unspaced(line.text[0])
    return bool(_OPENS_LOW.match(line.text)) or (wide and last.text[-1].isalpha() and line.text[0].isalpha())


def _grow(block: Block, line: Line, glue: str) -> None:
    """Add a line to a block."""
    text = block.text
    if text.endswith(_HYPHEN):
        text = text[:-1]
        soft = text[-1:].islower() and line.text[:1].islower()
        joined = f"{text}{'' if soft else '-'}{line.text}"
    else:
        joined = f"{text}\n{line.text}" if glue == "\n" else join_lines(text, line.text)
    if line.page != block.last.page:
        block.turns.append((len(joined) - len(line.text), line.page))
    block.text = joined
    block.last = line
    block.right = max(block.right, line.right)


def _written(blocks: list[Block], sheet: _Sheet) -> Writing:
    """The blocks in canonical form; items nest by how far they are indented, headings by their size."""
    writing = Writing()
    sizes = sorted({round(block.first.height) for block in blocks if sheet.is_heading(block)}, reverse=True)
    lefts: list[float] = []
    page = 0
    for block in blocks:
        if block.first.page != page:
            writing.page(str(block.first.page))
        if sheet.is_heading(block):
            start = _write_words(writing, block, sizes.index(round(block.first.height)) + 1)
        elif block.mark:
            start = writing.item(block.text.rstrip(_HYPHEN), _depth(lefts, block.first.left), block.mark)
        else:
            start = _write_words(writing, block, 0)
        if not block.mark:
            lefts = []
        for offset, number in block.turns:
            writing.page(str(number), start + offset)
        page = block.last.page
    return writing


def _depth(lefts: list[float], left: float) -> int:
    """How deep an item is nested, by the left edges of the items above it, to which its own is added."""
    while lefts and lefts[-1] >= left - 4:
        lefts.pop()
    lefts.append(left)
    return min(len(lefts), 6)


def _write_words(writing: Writing, block: Block, heading: int) -> int:
    """Write a paragraph or heading, and say where the block's own text starts in it."""
    front = f"{block.mark} " if block.mark else ""
    words = front + block.text.rstrip(_HYPHEN)
    return len(front) + (writing.heading(words, heading) if heading else writing.paragraph(words))
