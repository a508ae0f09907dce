"""Pages of a PDF as pictures, and where on them some words stand; drawn in a child process with limits, as files are read.

    picture = draw(content, 3)                          # PNG
    places = place(content, [(3, "the words", 0)])      # boxes as shares of the page: left, top, right, bottom

Words are placed by their visible characters in the page's own order; which of several places is meant is told by how often
they stand on the page before. Where they do not stand there as they are, there is no box.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ingest.errors import UnreadableFile

Box = tuple[float, float, float, float]
Wanted = tuple[int, str, int]
"""The number of a page from 1, the words, and how many places of the same words come before on the page."""
_SECONDS = 20.0
_MEMORY = 2 << 30
_LENGTH = 8  # bytes that tell how long the question in front of the file is
_WIDTH = 1400
"""Pixels of a picture's width: sharp on a screen of twice the usual density beside the text."""
_UNSEEN = re.compile(r"[\s\u00ad\u200b\ufeff\ufffe\x00-\x1f-]")


def draw(content: bytes, number: int) -> bytes:
    """A page, counted from 1, as a PNG; an UnreadableFile where it cannot be drawn."""
    return _asked("draw", {"number": number}, content)


def place(content: bytes, wanted: Sequence[Wanted]) -> list[list[Box]]:
    """The boxes of the lines of each of the wanted words, none where they do not stand on their page as they are."""
    told = json.loads(_asked("place", {"wanted": list(wanted)}, content))
    return [[(box[0], box[1], box[2], box[3]) for box in boxes] for boxes in told]


def bare(text: str) -> str:
    """The visible characters of a text, without those that a line's end adds or takes.

    >>> bare("self-\\ndeclared health")
    'selfdeclaredhealth'
    """
    return _UNSEEN.sub("", text)


def _asked(task: str, given: dict[str, object], content: bytes) -> bytes:
    home = str(Path(__file__).resolve().parents[1])
    command = [sys.executable, "-P", "-c", _CHILD, home, task]
    told = json.dumps(given).encode()
    sent = len(told).to_bytes(_LENGTH, "big") + told + content
    try:
        done = subprocess.run(command, input=sent, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603 (our own interpreter and module)
    except (subprocess.SubprocessError, OSError) as error:
        raise UnreadableFile("broken", "The page cannot be drawn.", "Open the original in its own program.") from error
    return done.stdout


_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from ingest.drawing import serve; serve(sys.argv[2])"


def serve(task: str) -> None:
    """The child: what is asked and the file on standard input, the answer on standard output."""
    from ingest.isolation import limit  # noqa: PLC0415

    limit(_MEMORY)
    sent = sys.stdin.buffer
    told = json.loads(sent.read(int.from_bytes(sent.read(_LENGTH), "big")))
    content = sent.read()
    answer = _draw(content, told["number"]) if task == "draw" else _place(content, told["wanted"])
    sys.stdout.buffer.write(answer)


def _draw(content: bytes, number: int) -> bytes:
    import pypdfium2  # noqa: PLC0415 (in the child alone)

    page = pypdfium2.PdfDocument(content)[number - 1]
    picture = page.render(scale=min(3.0, _WIDTH / page.get_width())).to_pil().convert("RGB")
    file = io.BytesIO()
    picture.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def _place(content: bytes, wanted: Sequence[Wanted]) -> bytes:
    import pypdfium2  # noqa: PLC0415 (in the child alone)

    document = pypdfium2.PdfDocument(content)
    return json.dumps([_boxes(document, *each) for each in wanted]).encode()


def _boxes(document: object, number: int, words: str, before: int) -> list[Box]:
    """The boxes of words on a page, one for each line of them."""
    page = document[number - 1]  # type: ignore[index]
    text = page.get_textpage()
    width, height = page.get_size()
    seen = [(text.get_text_range(at, 1), at) for at in range(text.count_chars())]
    shown = [(bare(character), at) for character, at in seen if bare(character)]
    whole, sought = "".join(character for character, _ in shown), bare(words)
    found = [match.start() for match in re.finditer(f"(?={re.escape(sought)})", whole)] if sought else []
    if len(found) <= before:
        return []
    lines: list[list[float]] = []
    for _, at in shown[found[before] : found[before] + len(sought)]:
        left, bottom, right, top = text.get_charbox(at, loose=True)
        last = lines[-1] if lines else None
        if last and abs(last[1] - bottom) < (top - bottom) / 2 and left >= last[0]:
            last[2], last[3] = max(last[2], right), max(last[3], top)
        else:
            lines.append([left, bottom, right, top])
    return [(left / width, 1 - top / height, right / width, 1 - bottom / height) for left, bottom, right, top in lines]
