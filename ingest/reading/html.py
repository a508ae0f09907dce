"""HTML: what a reader of the page sees, without its menus, scripts and forms."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element

from ingest import heads
from ingest.document import Reading
from ingest.errors import UnreadableFile
from ingest.reading.canonical import Writing, clean, collapse
from ingest.reading.text import decode

_DROPPED = {
    "script", "style", "nav", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "head",
    "button", "input", "select", "textarea", "datalist", "map", "audio", "video", "dialog", "menu",
}  # fmt: skip
_BOILERPLATE_ROLES = {"navigation", "banner", "contentinfo", "search", "menu", "menubar", "dialog"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "main",
    "p", "section", "summary", "tbody", "td", "tfoot", "th", "thead", "tr", "table", "ul", "ol", "li", "pre",
    "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_BOILERPLATE_NAMES = {
    "menu", "nav", "navbar", "navigation", "breadcrumb", "breadcrumbs", "foot", "footer", "cookie-banner",
    "skip-link", "sr-only", "visually-hidden", "screen-reader-text", "element-invisible",
}  # fmt: skip
_INVISIBLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)", re.IGNORECASE
)
_META_CHARSET = re.compile(rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252",
              "shift_jis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "iso-8859-9": "cp1254"}  # fmt: skip
_HINTS = {
    "author": "author",
    "article:author": "author",
    "date": "date",
    "pubdate": "date",
    "publishdate": "date",
    "dc.date": "date",
    "dc.date.issued": "date",
    "dcterms.issued": "date",
    "dcterms.date": "date",
    "article:published_time": "date",
    "publisher": "publisher",
    "dc.publisher": "publisher",
    "dcterms.publisher": "publisher",
    "og:site_name": "site_name",
    "og:title": "title",
    "contentsource": "source",
    "dc.language": "language",
}
_BEHIND_TITLE = re.compile(r"\s*[-–—|_·]\s*(?P<site>[^-–—|_·]{2,40})")
_DEEPEST = 200
_LONGEST_CELL = 500


def read(content: bytes) -> Reading:
    """The text of a web page, with a section for each heading."""
    declared = _META_CHARSET.search(content[:8192])
    charset = declared[1].decode("ascii", "replace").lower() if declared else ""
    text, warnings = decode(content, _SUPERSETS.get(charset, charset))
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring((text or " ").encode("utf-8"), parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadableFile("broken", "The page is nested too deeply to be read.", "Save its text and add that.")
    if root is None:
        return Writing().reading(warnings=warnings)
    hints = _hints(root)
    page = _Page(whole=False)
    page.walk(root)
    if not page.writing.text:
        page = _Page(whole=True)
        page.walk(root)
    titles = (_first(root, "title"), _first(root, "h1"), hints.get("title", ""))
    title = next((said for said in titles if said), "")
    behind = _BEHIND_TITLE.fullmatch(title.removeprefix(titles[1])) if titles[1] else None
    if behind and heads.names_a_paper(behind["site"]):
        title = titles[1]
        hints.setdefault("site_name", behind["site"])
    return page.writing.reading(title=title, hints=hints, warnings=warnings)


def _first(root: _Element, tag: str) -> str:
    """The words of the first element of a kind that has any."""
    return next((words for element in root.iter(tag) if (words := collapse("".join(element.itertext())))), "")


def _hints(root: _Element) -> dict[str, str]:
    """What the page states about itself in its head; of two statements the first counts."""
    hints: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").strip().lower()
        value = collapse(meta.get("content") or "")
        if name in _HINTS and value:
            hints.setdefault(_HINTS[name], value)
    language = next((element.get("lang") or "" for element in root.iter("html")), "")
    if language:
        hints.setdefault("language", language)
    return hints


class _Page:
    """The walk over the elements: inline words gather until a block begins or ends."""

    def __init__(self, *, whole: bool) -> None:
        self.writing = Writing()
        self._whole = whole
        self._words: list[str] = []
        self._lists: list[int | None] = []
        self._mark = ""
        self._in_item = False

    def walk(self, element: _Element, depth: int = 0) -> None:
        """Write an element and all in it; what lies deeper than any sane page is written as bare words."""
        if not isinstance(element.tag, str) or self._skipped(element):
            return
        tag = element.tag.lower()
        if depth > _DEEPEST:
            self._words.append("".join(element.itertext()))
        elif tag == "br":
            self._words.append("\x02")
        elif tag == "img":
            self._words.append(element.get("alt") or "")
        elif tag in _BLOCKS:
            self._flush()
            self._block(tag, element, depth)
            self._flush()
        else:
            self._inside(element, depth)

    def inside(self, element: _Element) -> None:
        """Write all that is in an element as a block of its own."""
        self._inside(element, 0)
        self._flush()

    def _inside(self, element: _Element, depth: int) -> None:
        self._words.append(element.text or "")
        for child in element:
            self.walk(child, depth + 1)
            self._words.append(child.tail or "")

    def _block(self, tag: str, element: _Element, depth: int) -> None:
        if re.fullmatch("h[1-6]", tag):
            self._inside(element, depth)
            self.writing.heading(self._taken().replace("\n", " "), int(tag[1]))
        elif tag == "pre" and not self._in_item:
            self.writing.verbatim("".join(element.itertext()))
        elif tag in ("ul", "ol", "dir"):
            self._list(tag, element, depth)
        elif tag == "li":
            self._item(element, depth)
        elif tag == "table" and (rows := _data_rows(element)):
            for caption in element.iterchildren("caption"):
                self.walk(caption, depth + 1)
                self._flush()
            self.writing.table(rows)
        else:
            self._inside(element, depth)

    def _list(self, tag: str, element: _Element, depth: int) -> None:
        start = element.get("start") or "1"
        self._lists.append((int(start) if start.isdecimal() else 1) if tag == "ol" else None)
        self._inside(element, depth)
        self._flush()
        self._lists.pop()

    def _item(self, element: _Element, depth: int) -> None:
        if not self._lists:
            self._lists.append(None)
            self._item(element, depth)
            self._lists.pop()
            return
        number = self._lists[-1]
        outer = self._in_item
        self._in_item = True
        self._mark = "•" if number is None else f"{number}."
        self._inside(element, depth)
        self._flush()
        self._mark, self._in_item = "", outer
        if number is not None:
            self._lists[-1] = number + 1

    def _taken(self) -> str:
        """The gathered words, white space collapsed, line breaks kept."""
        words = clean("".join(self._words).replace("\xad", "").replace("\xa0", " "))
        self._words = []
        return "\n".join(collapse(line) for line in words.split("\x02")).strip("\n")

    def _flush(self) -> None:
        """Write the gathered words as a list item or as paragraphs; two line breaks part paragraphs."""
        words = self._taken()
        if not words:
            return
        if self._in_item and self._mark:
            self.writing.item(words, len(self._lists), self._mark)
            self._mark = ""
        elif self._in_item:
            self.writing.more(words)
        else:
            for paragraph in re.split("\n{2,}", words):
                self.writing.paragraph(paragraph)

    def _skipped(self, element: _Element) -> bool:
        """Whether a reader of the page does not see the element, or sees it on every page of the site."""
        if element.tag in _DROPPED and not (element.tag == "dialog" and element.get("open") is not None):
            return True
        if element.get("hidden") is not None or _INVISIBLE.search(element.get("style") or ""):
            return True
        if self._whole:
            return False
        if element.tag in ("header", "footer"):
            return not any(True for _ in element.iterancestors("article", "main", "blockquote", "section"))
        if element.tag == "form":
            return next(element.iter("p", "h1", "h2", "h3", "article", "table"), None) is None
        names = f"{element.get('id') or ''} {element.get('class') or ''}".lower().split()
        return (element.get("role") or "").lower() in _BOILERPLATE_ROLES or not _BOILERPLATE_NAMES.isdisjoint(names)


def _data_rows(table: _Element) -> list[list[str]]:
    """The cells of a table of data; none for a table that only lays out the page."""
    if next(table.iterdescendants("table", "ul", "ol", "h1", "h2", "h3", "h4", "form", "article"), None) is not None:
        return []
    rows = [[_cell_words(cell) for cell in row.iterchildren("td", "th")] for row in table.iter("tr")]
    widest = max((len(row) for row in rows), default=0)
    longest = max((len(words) for row in rows for words in row), default=0)
    return rows if widest > 1 and longest <= _LONGEST_CELL else []


def _cell_words(cell: _Element) -> str:
    """The words of a cell that are seen, its blocks parted by spaces."""
    inner = _Page(whole=True)
    inner.inside(cell)
    return collapse(inner.writing.text)
