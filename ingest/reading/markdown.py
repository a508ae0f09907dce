"""Markdown: its tokens become canonical text; marks go, words stay."""

from __future__ import annotations

import html
import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.document import Reading
from ingest.errors import UnreadableFile
from ingest.reading.canonical import Writing, is_head, is_label_line, join_lines
from ingest.reading.text import decode

_FRONT = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY_VALUE = re.compile(r"([A-Za-z][\w .-]{0,40}|[\u4e00-\u9fff]{2,10})[ \t]*[:：][ \t]*(.*)")
_TAG = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_DEEPEST = 100
_OPENING = 300  # characters in front of a paragraph that may still be of the head


def read(content: bytes) -> Reading:
    """The text of a Markdown file, with a section for each heading."""
    text, warnings = decode(content)
    hints, body = front_matter(text)
    page = _Page()
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    tokens = parser.parse(body)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        raise UnreadableFile(
            "broken", "The text is nested too deeply to be read.", "Save it as plain text and add that."
        )
    for token in tokens:
        page.take(token)
    return page.writing.reading(title=hints.get("title", page.title), hints=hints, warnings=warnings)


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The "key: value" lines between two rules at the top, and the text after them."""
    found = _FRONT.match(text.lstrip("\n"))
    if found is None:
        return {}, text
    hints: dict[str, str] = {}
    key = ""
    for line in found[1].split("\n"):
        pair = _KEY_VALUE.match(line)
        if pair:
            key = pair[1].strip().lower()
            hints[key] = pair[2].strip().strip("\"'")
        elif key and line.strip():
            item = line.strip().removeprefix("- ").strip("\"'")
            hints[key] = f"{hints[key]}, {item}" if hints[key].strip("|>- ") else item
    return hints, text.lstrip("\n")[found.end() :]


class _Page:
    """The state of the walk over the tokens: which list, which item, which table row is open."""

    def __init__(self) -> None:
        self.writing = Writing()
        self.title = ""
        self._lists: list[int | None] = []
        self._mark = ""
        self._heading = 0
        self._rows: list[list[str]] | None = None

    def take(self, token: Token) -> None:  # noqa: C901, PLR0912 - one arm for each kind of token
        """Write what a token says, or note what it opens and closes."""
        match token.type:
            case "heading_open":
                self._heading = int(token.tag[1])
            case "heading_close":
                self._heading = 0
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._mark = self._next_mark()
            case "table_open":
                self._rows = []
            case "tr_open" if self._rows is not None:
                self._rows.append([])
            case "table_close":
                self.writing.table(self._rows or [])
                self._rows = None
            case "fence" | "code_block":
                self._code(token.content)
            case "html_block":
                self._words(html.unescape(_TAG.sub("", token.content)))
            case "inline":
                self._words(
                    words_of(token.children or [], opening=not self._lists and len(self.writing.text) < _OPENING)
                )
            case _:
                pass

    def _next_mark(self) -> str:
        number = self._lists[-1]
        if number is None:
            return "•"
        self._lists[-1] = number + 1
        return f"{number}."

    def _code(self, content: str) -> None:
        if self._lists:
            self._words(content)
        else:
            self.writing.verbatim(content)

    def _words(self, words: str) -> None:
        """Write words where they belong: a table cell, a heading, a list item or a paragraph."""
        if self._rows is not None:
            self._rows[-1].append(words)
        elif self._heading:
            self.title = self.title or words
            self.writing.heading(words, self._heading)
        elif self._mark and words.strip():
            self.writing.item(words, len(self._lists), self._mark)
            self._mark = ""
        elif self._lists:
            self.writing.more(words)
        else:
            self.writing.paragraph(words)


def words_of(tokens: list[Token], *, opening: bool = False) -> str:
    """The words of an inline run: link text, alternative text of images, code; no marks and no addresses.

    `opening` tells that a document opens with them: then lines of its head stay lines.
    """
    lines = [""]
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                lines[-1] += token.content
            case "image":
                lines[-1] += words_of(token.children or [])
            case "softbreak":
                lines.append("")
            case "hardbreak":
                lines[-1] += "\n"
                lines.append("")
            case "html_inline" if re.match(r"<br\b", token.content, re.IGNORECASE):
                lines[-1] += "\n"
            case _:
                pass
    if len(lines) > 1 and is_head(lines, opening=opening):
        return "\n".join(line.rstrip("\n") for line in lines)
    whole = lines[0]
    for line in lines[1:]:
        if is_label_line(line) and not whole.endswith("\n"):
            whole += "\n"
        whole = whole + line if whole.endswith("\n") else join_lines(whole, line)
    return whole
