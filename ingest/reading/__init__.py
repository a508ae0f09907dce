"""From the bytes of a file to its canonical text: what kind of file it is, and the reader for that kind."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import PurePath
from typing import cast

from ingest.document import Reading
from ingest.errors import UnreadableFile

TEXT = "text/plain"
MARKDOWN = "text/markdown"
HTML = "text/html"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

READERS: Mapping[str, str] = {
    TEXT: "ingest.reading.text",
    MARKDOWN: "ingest.reading.markdown",
    HTML: "ingest.reading.html",
    PDF: "ingest.reading.pdf",
    DOCX: "ingest.reading.docx",
}

_EXTENSIONS = {
    ".txt": TEXT,
    ".text": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
    ".docx": DOCX,
    ".docm": DOCX,
}
_FOREIGN_MAGIC = {
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"II*\x00": "an image",
    b"MM\x00*": "an image",
    b"BM": "an image",
    b"RIFF": "a media file",
    b"ID3": "a sound file",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"\xcf\xfa\xed\xfe": "a program",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
    b"BZh": "a compressed file",
    b"\xfd7zXZ": "a compressed file",
    b"{\\rtf": "an RTF file",
    b"SQLite format": "a database",
}
_FOREIGN_NAMES = {
    ".doc", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".rtf", ".epub", ".eml", ".msg", ".xml", ".json", ".exe",
    ".dll", ".so", ".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".svg", ".mp3", ".mp4", ".zip",
    ".tar", ".gz", ".7z",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_HINT = "Save it as PDF, Word (.docx), HTML, Markdown or plain text and add that."


def media_type_of(name: str, content: bytes) -> str:
    """The media type of a file, by its first bytes, then by its name, then by what its text begins with.

    Raises `UnreadableFile("unsupported_type")` for what has no reader.
    """
    extension = PurePath(name).suffix.lower()
    named = _EXTENSIONS.get(extension)
    if content.startswith(b"%PDF-") or (b"%PDF-" in content[:1024] and named in (PDF, None)):
        return PDF
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _inside_zip(content, named)
    if content.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in content:
            return DOCX
        raise _unsupported(name, "an old Office file")
    if named in (PDF, DOCX):
        return named
    if foreign := _foreign(content, extension, named):
        raise _unsupported(name, foreign)
    if named is not None:
        return named
    return HTML if _HTML_START.match(content[:4096]) else TEXT


def read(content: bytes, media_type: str) -> Reading:
    """The canonical text of a file's bytes; every failure is an `UnreadableFile`."""
    if media_type not in READERS:
        raise UnreadableFile("unsupported_type", f"There is no reader for {media_type}.", _HINT)
    if not content:
        raise UnreadableFile("empty", "The file holds no bytes.", "Check that it was saved or downloaded in full.")
    reader = cast("Callable[[bytes], Reading]", import_module(READERS[media_type]).read)
    try:
        return reader(content)
    except UnreadableFile:
        raise
    except MemoryError:
        raise UnreadableFile(
            "too_large", "The file needs more memory than one file may take.", "Split it into smaller files."
        ) from None
    except Exception as error:  # a parser can fail in any way on a hostile file
        raise UnreadableFile(
            "broken",
            f"The file cannot be read ({type(error).__name__}).",
            "Open it in its own program and save it anew.",
        ) from error


def _inside_zip(content: bytes, named: str | None) -> str:
    """Whether a ZIP is a Word file; one that cannot be listed is taken at its name's word."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        parts = {"word/document.xml"} if named == DOCX else set()
    if "word/document.xml" in parts or (named == DOCX and "[Content_Types].xml" in parts):
        return DOCX
    raise UnreadableFile("unsupported_type", "The file is a ZIP, but not a Word file.", _HINT)


def _foreign(content: bytes, extension: str, named: str | None) -> str:
    """What a file without a reader is, in words; nothing where it may be text."""
    for magic, what in _FOREIGN_MAGIC.items():
        readable_start = magic.isalnum() and b"\x00" not in content[:1024]
        if content.startswith(magic) and not readable_start:
            return what
    if named is None and extension in _FOREIGN_NAMES:
        return f"a {extension} file"
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "a binary file" if named is None and not wide and b"\x00" in content[:1024] else ""


def _unsupported(name: str, what: str) -> UnreadableFile:
    return UnreadableFile("unsupported_type", f"“{PurePath(name).name}” is {what}, which cannot be read.", _HINT)
