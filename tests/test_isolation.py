from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import reading
from ingest.errors import UnreadableFile
from ingest.isolation import Isolated, reading_of, record_of

UNRULY = """
import ctypes, os, time
from ingest.document import Label, Reading, Span
from ingest.errors import UnreadableFile

def read(content, media_type):
    match content.decode():
        case "hang":
            time.sleep(600)
        case "exit":
            os._exit(3)
        case "segfault":
            ctypes.string_at(0)
        case "greed":
            try:
                return Reading(text=str(len(bytearray(8 << 30))))
            except MemoryError:
                raise UnreadableFile("too_large", "too much", "less") from None
        case "error":
            raise RuntimeError("unforeseen")
        case "noise":
            os.write(1, b"noise on standard output")
        case "flood":
            return Reading(text="x" * 20_000_001)
        case "modules":
            import sys
            return Reading(text=" ".join(sys.modules))
        case "pid":
            return Reading(text=str(os.getpid()))
    return Reading(text="quiet 静", pages=(Label(span=Span(start=0, end=7), label="1"),))
"""


@pytest.fixture
def unruly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Isolated]:
    (tmp_path / "unruly.py").write_text(UNRULY, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Isolated(module="unruly", seconds=20) as isolated:
        yield isolated


def code_of(isolated: Isolated, content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refusal:
        isolated.read(content, reading.PDF)
    return refusal.value.code


def test_a_reading_crosses_the_pipe_unchanged(unruly: Isolated) -> None:
    """What the child read arrives to the character, spans included."""
    found = unruly.read(b"", reading.PDF)
    assert found.text == "quiet 静"
    assert [(label.span.end, label.label) for label in found.pages] == [(7, "1")]
    assert reading_of(record_of(found)) == found


@pytest.mark.parametrize("way", [b"exit", b"segfault", b"error"])
def test_a_crash_is_a_refusal_and_the_next_file_is_read(unruly: Isolated, way: bytes) -> None:
    """A child that dies, in whatever way, costs only the file it died on."""
    assert code_of(unruly, way) == "broken"
    assert unruly.read(b"", reading.PDF).text == "quiet 静"


def test_a_hang_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not read in time is refused, its child is killed, and the next file is read."""
    (tmp_path / "unruly.py").write_text(UNRULY, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Isolated(module="unruly", seconds=3) as isolated:
        began = time.monotonic()
        assert code_of(isolated, b"hang") == "timed_out"
        assert time.monotonic() - began < 15
        assert isolated.read(b"", reading.PDF).text == "quiet 静"


def test_memory_is_bounded(unruly: Isolated) -> None:
    """A reader that asks for more memory than the limit gets none, and says so."""
    assert code_of(unruly, b"greed") == "too_large"


def test_a_flood_of_text_is_refused(unruly: Isolated) -> None:
    """More text than twenty million characters never reaches the parent."""
    assert code_of(unruly, b"flood") == "too_large"


def test_noise_on_standard_output_does_no_harm(unruly: Isolated) -> None:
    """What a parser prints never mixes with the answer."""
    assert unruly.read(b"noise", reading.PDF).text == "quiet 静"


def test_the_child_is_kept_and_is_light(unruly: Isolated) -> None:
    """One child reads many files, and loads no model or index library."""
    assert unruly.read(b"pid", reading.PDF) == unruly.read(b"pid", reading.PDF)
    loaded = unruly.read(b"modules", reading.PDF).text.split()
    assert not {"torch", "chromadb", "langchain", "numpy"} & {name.split(".")[0] for name in loaded}


def test_closing_ends_the_child(unruly: Isolated) -> None:
    """After `close` the child's process is gone."""
    process = Path("/proc") / unruly.read(b"pid", reading.PDF).text
    assert process.exists()
    unruly.close()
    assert not process.exists()


def test_the_real_readers_run_in_the_child() -> None:
    """HTML is read in the child, text at home; both give what the readers give."""
    page = b"<html><title>T</title><body><p>Words.</p></body></html>"
    with Isolated() as isolated:
        assert isolated.read(page, reading.HTML) == reading.read(page, reading.HTML)
        assert isolated.read(b"Words.", reading.TEXT).text == "Words."
        assert code_of(isolated, b"%PDF-1.4 rubbish") == "broken"
