"""What a chat model writes, as it comes: sentences, and the markers in them that name evidence.

Markers are parsed by their grammar ([s1], [s1, s3], [s1-s3], 【s2】), never found by substring; whatever else stands in
brackets is text. Markup, links, images and invisible characters are taken out before anything is shown: a written answer is
plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.sentences import sentences

_ITEM = r"[sS]\s?\d{1,3}"
_MARKER = re.compile(rf"[\[【]\s*{_ITEM}(?:\s*(?:[,;，、；–~-]|and|to|和|至)?\s*[sS]?\s?\d{{1,3}})*\s*[\]】]")
_BARE = re.compile(r"[\[【]\s*\d{1,2}(?:\s*[,;，、；]\s*\d{1,2})*\s*[\]】]")
_KEYS = re.compile(r"(?P<range>[–~-]|to|至)?\s*[sS]?\s?(?P<number>\d{1,3})")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\s?\([^)\n]*\)?")
_LINK = re.compile(r"\[([^\]\n]*)\]\s?(?:\([^)\n]*\)?|\[[^\]\n]*\]|:\s*\S+)")
_TAG = re.compile(r"</?[A-Za-z!][^<>\n]{0,2000}>?")
_ADDRESS = re.compile(
    r"[^\s<>\"'“”‘’()（）\[\]【】，。；、]*://[^\s<>\"'“”’)\]】，。；、]*|\bwww\.[^\s<>\"'“”’)\]】，。；、]+"
    r"|\b(?:javascript|data|mailto|tel|file):(?=\S)[^\s，。；、]+|(?<![\w@.])[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|(?<![\w@/.])(?:[a-z0-9-]+\.)+(?:com|net|org|io|example|invalid|test|info|biz|cn|ru|xyz|top|app|dev|ai|co)\b(?:/[^\s)\]】]*)?",
    re.IGNORECASE,
)
_LINE_MARKUP = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+•·][ \t]+|\d{1,2}[.)][ \t]+|\|)+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*{1,3}(?=\S)([^*\n]*[^*\s])\*{1,3}|(?<!\w)_{1,2}(?=\S)([^_\n]*[^_\s])_{1,2}(?!\w)|`{1,3}")
_MISSING = re.compile(r"^\W{0,3}(?:MISSING|缺失|未提及)\W{0,3}[:：]\s*", re.IGNORECASE)
_UNSPACED = re.compile(r"(?<=[a-z0-9)\]%\"”][.!?])(?=[A-Z\"“][a-zA-Z])")
_UNFINISHED_WORD = re.compile(r"[^\s\u2e80-\uffef]+$")
_PAIRS = {"[": "]", "【": "】", "<": ">", "(": ")", "（": "）"}
_BEGUN = re.compile(r"^[^\s\[【]\S*\s|^[^\s\[【]{12}|^[\u3040-\u9fff]|[。！？]")
_MARKED_END = re.compile(rf"(?:{_MARKER.pattern}\s*[.!?]|[.!?]\s*{_MARKER.pattern})\s+(?![\[【])")
_MARKERS_FIRST = re.compile(rf"\s*(?:{_MARKER.pattern}\s*)+[.。]?\s*")
REMOVED = "(link removed)"


def without_thoughts(text: str) -> str:
    """A reply without what its model thought aloud; an unfinished thought stays.

    >>> without_thoughts("<think>A1 B1?</think>NONE")
    'NONE'
    """
    return _THOUGHT.sub(lambda m: "" if m[0].lower().endswith(">") and "</" in m[0] else m[0], text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence as written, without its markers; `keys` are the evidence it names, `line` the line it stands in.

    `missing` says that it names a gap (the line began with MISSING:), `removed` that a link or image was taken out of it.
    """

    text: str
    keys: tuple[str, ...] = ()
    line: int = 0
    missing: bool = False
    removed: bool = False


class Splitter:
    """Takes a reply in pieces and gives its sentences, each as soon as it is sure to be whole.

    >>> splitter = Splitter(known=3)
    >>> splitter.feed("Fees are waived [s1]. The rest, it sa"), splitter.pending
    ([Sentence(text='Fees are waived.', keys=('s1',), line=0, missing=False, removed=False)], 'The rest, it ')
    >>> splitter.close()[0].text
    'The rest, it sa'
    """

    def __init__(self, known: int = 0) -> None:
        self._known = known
        self._text = ""
        self._lines = 0

    def feed(self, text: str) -> list[Sentence]:
        """The sentences that are whole with this piece; a sentence is whole when the next one has begun."""
        self._text += text
        found: list[Sentence] = []
        while "\n" in self._seen():
            line, _, rest = self._seen().partition("\n")
            found += self._sentences(line)
            self._text, self._lines = rest, self._lines + 1
        line = self._seen()
        *whole, last = self._split(line) or [("", 0, 0)]
        if whole and _BEGUN.search(last[0].lstrip()):
            found += self._sentences(line[: last[1]])
            self._text = line[last[1] :]
        return found

    def close(self) -> list[Sentence]:
        """What is left, whole or not."""
        found, self._text = self._sentences(self._seen()), ""
        return found

    @property
    def pending(self) -> str:
        """The words of the sentence that is being written, as far as they are sure to be shown."""
        line = self._seen()
        if _MISSING.match(line) or "MISSING".startswith(line.strip().upper()[:7]):
            return ""
        parts = self._split(line)
        first = parts[0][0] if parts else ""
        shown = _without_markers(_settled(first) if len(parts) < 2 else first, self._known)[0]
        return _plain(shown).replace("*", "").lstrip()

    def _seen(self) -> str:
        """The text so far without what a model thinks aloud, an unfinished thought included."""
        if "<think" in self._text:
            self._text = without_thoughts(self._text)
            if "<think" in self._text:
                return self._text[: self._text.index("<think")]
        return self._text

    def _split(self, line: str) -> list[tuple[str, int, int]]:
        """The stretches of a line, each a sentence with the markers that follow it."""
        bare = _MARKER.sub(lambda m: " " * len(m[0]), line)
        ends = [span.start for span in sentences(bare)] + [m.start() for m in _UNSPACED.finditer(bare)]
        ends += [m.end() for m in _MARKED_END.finditer(line)]
        ends += [m.end() for m in re.finditer(r"[。！？][”」』]?(?:\s*[\[【][sS\d][^\]】]*[\]】])*", line)]
        starts = sorted({0, *(each for each in ends if 0 < each < len(line))})
        parts = [(line[a:b], a, b) for a, b in zip(starts, [*starts[1:], len(line)], strict=True)]
        return _with_markers_behind(line, [part for part in parts if part[0].strip()])

    def _sentences(self, line: str) -> list[Sentence]:
        told = _MISSING.match(line)
        parts = [line[told.end() :]] if told else [part for part, _, _ in self._split(line)]
        found = []
        for part in parts:
            words, keys = _without_markers(part, self._known)
            plain = _plain(words).strip()
            if re.search(r"\w", plain):
                removed = REMOVED in plain or _leads_elsewhere(words)
                found.append(
                    Sentence(text=plain, keys=keys, line=self._lines, missing=told is not None, removed=removed)
                )
        return found


def _leads_elsewhere(text: str) -> bool:
    """Whether a text as it was written holds an image or a link."""
    links = (match for match in _LINK.finditer(text) if not _BARE.fullmatch(match[0]))
    tags = (
        match
        for match in _TAG.finditer(text)
        if re.match(r"<\s*(?:a|img|iframe|form|script|link)\b", match[0], re.IGNORECASE)
    )
    return bool(_IMAGE.search(text)) or any(True for _ in links) or any(True for _ in tags)


def split(text: str, known: int = 0) -> tuple[Sentence, ...]:
    """The sentences of a whole reply; `known` is how many pieces of evidence there are, s1 the first."""
    splitter = Splitter(known)
    return (*splitter.feed(text), *splitter.close())


def plain(text: str) -> str:
    """A text without markup, links, images and invisible characters.

    >>> plain("See **this** ![x](http://a.example/?q=1) at https://b.example/c.")
    'See this x at (link removed)'
    """
    return _plain(text)


def visible(text: str) -> str:
    """A text without characters that nobody sees: formats, tags, private use, controls but for line ends and tabs."""
    kept = (each for each in text if each in "\n\t" or unicodedata.category(each) not in {"Cf", "Cc", "Co", "Cn", "Cs"})
    return "".join(each for each in kept if not "\ufe00" <= each <= "\ufe0f")


def unlinked(text: str) -> str:
    """A text without invisible characters, and with the words of links and images in place of them."""
    shown = _IMAGE.sub(r"\1", visible(text))
    shown = _LINK.sub(lambda m: m[0] if _BARE.fullmatch(m[0]) else m[1], shown)
    return _ADDRESS.sub(REMOVED, _TAG.sub("", shown))


def _plain(text: str) -> str:
    shown = unlinked(text)
    shown = _LINE_MARKUP.sub("", shown)
    shown = _EMPHASIS.sub(lambda m: m[1] or m[2] or "", shown)
    return re.sub(r"[ \t]{2,}", " ", shown)


def _without_markers(text: str, known: int) -> tuple[str, tuple[str, ...]]:
    """A text without its markers, and the keys they name in order; a bare [2] is one only where there is such evidence."""
    keys: list[str] = []

    def taken(match: re.Match[str]) -> str:
        found = list(_numbers(match[0]))
        if match.re is _BARE and not all(1 <= each <= known for each in found):
            return match[0]
        keys.extend(f"s{each}" for each in found)
        return ""

    rest = _BARE.sub(taken, _MARKER.sub(taken, text))
    if keys:
        rest = re.sub(r"[ \t]+([.!?,;:。！？，；：])", r"\1", rest)
        rest = re.sub(r"([.!?。！？])\1+(?=\s|$)", r"\1", rest)
    return rest, tuple(dict.fromkeys(keys))


def _numbers(marker: str) -> Iterator[int]:
    """The numbers that a marker names, ranges written out."""
    last: int | None = None
    for match in _KEYS.finditer(marker[1:-1]):
        number = int(match["number"])
        if match["range"] and last is not None and last < number <= last + 20:
            yield from range(last + 1, number)
        yield number
        last = number


def _with_markers_behind(line: str, parts: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Markers that stand behind a sentence's full stop belong to it."""
    kept: list[tuple[str, int, int]] = []
    for _, start, end in parts:
        lead = _MARKERS_FIRST.match(line[start:end]) if kept else None
        begins = start + lead.end() if lead else start
        if lead:
            begun = kept[-1][1]
            kept[-1] = (line[begun:begins], begun, begins)
        if line[begins:end].strip():
            kept.append((line[begins:end], begins, end))
    return kept


def _settled(text: str) -> str:
    """A text up to what may still become a marker, a link or a tag."""
    shown = _UNFINISHED_WORD.sub("", text)
    for place, letter in enumerate(shown):
        if letter in _PAIRS:
            end = shown.find(_PAIRS[letter], place)
            if end >= 0 and letter in "[【" and shown[end + 1 : end + 2] in {"(", "["}:
                end = shown.find(_PAIRS[shown[end + 1]], end)
            if end < 0:
                return shown[:place].rstrip("!")
    return shown.rstrip("!")
