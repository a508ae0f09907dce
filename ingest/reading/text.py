"""Plain text: the bytes decoded, otherwise kept character for character."""

from __future__ import annotations

import codecs
import re

import charset_normalizer

from ingest.document import Reading
from ingest.errors import UnreadableFile
from ingest.reading.canonical import clean, finished

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSES = [
    *("gb18030", "big5", "cp932", "euc_jp", "cp949"),
    *("cp1251", "koi8_r", "cp866", "cp1252", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "latin_1"),
]
_STRAY_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_TITLE_LINE = re.compile(r"(?:title|标题)[ \t]*[:：][ \t]*(\S.*)", re.IGNORECASE)
_LONGEST_TITLE = 160


def read(content: bytes) -> Reading:
    """The text of a plain text file."""
    text, warnings = decode(content)
    return finished(Reading(text=text, title=_title(text), warnings=tuple(warnings)))


def decode(content: bytes, declared: str = "") -> tuple[str, list[str]]:
    """The characters of the bytes, and a warning where their encoding had to be guessed.

    `declared` is the encoding that the file names for itself; it counts only if the bytes decode with it and are not
    valid UTF-8. Raises `UnreadableFile("bad_encoding")` where nothing fits.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return clean(content[len(mark) :].decode(encoding, "replace")), []
    if text := _two_byte(content):
        return clean(text), ["The encoding is not stated; it was read as UTF-16."]
    for encoding in ("utf-8", declared):
        decoded = _decoded(content, encoding)
        if decoded is not None:
            return clean(decoded), []
    if text := _almost_utf8(content):
        return clean(text), ["Some bytes are not UTF-8; each stands in the text as “\ufffd”."]
    return _guessed(content)


def _two_byte(content: bytes) -> str:
    """The text of UTF-16 without a byte order mark, told by its NUL bytes; "" for anything else."""
    head = content[:4096]
    if len(head) < 4 or head.count(0) < len(head) * 0.2:
        return ""
    encoding = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    return _decoded(content[: len(content) // 2 * 2], encoding) or ""


def _decoded(content: bytes, encoding: str) -> str | None:
    """The decoded text, or None where the encoding is unknown, does not fit, or yields control characters."""
    try:
        text = content.decode(encoding) if encoding else None
    except (UnicodeDecodeError, LookupError):
        return None
    return None if text is None or _is_rubbish(text) else text


def _is_rubbish(text: str) -> bool:
    strays = len(_STRAY_CONTROL.findall(text[:100_000]))
    return strays > max(2, len(text[:100_000]) * 0.01)


def _almost_utf8(content: bytes) -> str:
    """UTF-8 with a few broken bytes, such as a file cut off in mid-character; "" for anything else."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for character in text if character > "\x7f") - broken
    return text if broken * 20 <= whole and not _is_rubbish(text) else ""


def _guessed(content: bytes) -> tuple[str, list[str]]:
    """The text in the likeliest of the encodings in use for notices."""
    matches = list(charset_normalizer.from_bytes(content, cp_isolation=_GUESSES, preemptive_behaviour=False))
    level = [match for match in matches if (match.chaos, match.coherence) == (matches[0].chaos, matches[0].coherence)]
    best = min(level, key=lambda match: _GUESSES.index(match.encoding), default=None)
    decoded = _decoded(content, best.encoding) if best is not None else None
    if best is None or decoded is None:
        raise UnreadableFile(
            "bad_encoding",
            f"The bytes are not text in any encoding tried (UTF-8, UTF-16, {', '.join(_GUESSES)}).",
            "Save the file as UTF-8 and add it again.",
        )
    return clean(decoded), [f"The encoding is not stated; it was read as {best.encoding}, which is a guess."]


def _title(text: str) -> str:
    """A "Title:" line near the top, or a short first line that stands alone; otherwise nothing."""
    lines = text.lstrip("\n").split("\n", 12)
    for line in lines[:12]:
        if stated := _TITLE_LINE.match(line.strip()):
            return stated[1].strip()
    first = lines[0].strip()
    alone = len(lines) > 1 and not lines[1].strip()
    closed = first.endswith(tuple(".!?。！？;；,，:："))
    return first if alone and len(first) <= _LONGEST_TITLE and not closed else ""
