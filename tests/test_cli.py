"""The command line: what it prints and with which status; in a process of its own where the process matters."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from assistant import cli
from assistant.settings import unread

ROOT = Path(__file__).parent.parent
CAVEAT = [sys.executable, "-m", "assistant.cli"]
HEAVY = ("torch", "chromadb", "langchain_core", "sqlalchemy", "rich", "pydantic", "fastapi", "numpy", "tantivy")


class Shell:
    """Runs `caveat` over a data folder of its own, without a model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("CAVEAT_") or name in {"CAVEAT_ANSWERS", "CAVEAT_DOUBTS"}
        }
        self.environment |= {
            "CAVEAT_HOME": str(folder / "data"),
            "CAVEAT_EMBEDDER": "hashing",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "default",
        }

    def __call__(self, *arguments: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
        """In this process, which has loaded already what takes seconds to load."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2))
        with (
            contextlib.chdir(self.folder),
            mock.patch.dict(os.environ, self.environment | environment, clear=True),
            mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(given))),
            mock.patch.multiple(sys, stdout=out, stderr=err),
        ):
            try:
                status = cli.main(arguments)
            except SystemExit as left:
                status = int(left.code or 0)
            told = []
            for stream in (out, err):
                stream.flush()
                told.append(stream.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
        return subprocess.CompletedProcess(arguments, status, *told)

    def process(self, *arguments: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
        """In a process of its own, as people run it."""
        done = subprocess.run(
            [*CAVEAT, *arguments],
            input=given,
            capture_output=True,
            cwd=self.folder,
            env=self.environment | environment,
            timeout=120,
            check=False,
        )
        out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*CAVEAT, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env=self.environment,
            text=True,
        )

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def caveat(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(done: subprocess.CompletedProcess[str], message: str, status: int = 1) -> None:
    """An error is a message, then on the next line how to mend it, both on standard error."""
    assert done.returncode == status, done
    assert done.stdout == ""
    told = done.stderr.splitlines()
    assert len(told) == 2, done.stderr
    assert told[0].startswith("caveat: ")
    assert message in told[0]
    assert re.match(r" {8}\S", told[1])


def test_help_loads_nothing_heavy():
    """`caveat --help` and that of every command answer without importing a model, a database or a framework."""
    program = (
        "import contextlib, io, json, sys\n"
        "from assistant import cli\n"
        "for words in ([], ['ingest'], ['ask'], ['library'], ['library', 'list'], ['serve'], ['doctor']):\n"
        "    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "        cli.main([*words, '--help'])\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=ROOT, check=True)
    loaded = json.loads(done.stdout)
    assert [name for name in loaded if name.split(".")[0] in HEAVY] == []
    assert "assistant.commands" not in loaded


def test_wrong_usage_is_told_with_status_two(caveat: Shell):
    """No command, an unknown one, or a number out of range: usage, and status 2."""
    assert caveat().returncode == 2
    for words in (["fly"], ["ask"], ["library"], ["serve", "--port", "99999"], ["library", "list", "--limit", "0"]):
        done = caveat(*words)
        assert done.returncode == 2
        assert "usage: caveat" in done.stderr
    assert "'-5' is not a number" in caveat("library", "list", "--limit", "-5").stderr


def test_ingest_tells_what_became_of_each_file(caveat: Shell):
    """A table with a row and a count for each outcome; a second run changes nothing; a changed file is replaced; a
    refused file has its code, reason and hint, and status 1 is for a run in which everything was refused."""
    caveat.write("in/codes.txt", "Health codes are mandatory.")
    caveat.write("in/deep/masks.md", "# Masks\n\nMasks must be worn indoors by all.")
    first = caveat("ingest", "in")
    assert first.returncode == 0
    assert first.stderr == ""
    assert [row.split()[0] for row in first.stdout.splitlines()] == ["status", "added", "added", "2"]
    assert first.stdout.splitlines()[-1] == "2 added, 0 unchanged, 0 replaced, 0 refused"
    assert caveat("ingest", "in").stdout.endswith("0 added, 2 unchanged, 0 replaced, 0 refused\n")
    caveat.write("in/codes.txt", "Health codes are advised.")
    tool = caveat.write("tool.exe", b"MZ\x00\x01")
    second = caveat("ingest", "in", str(tool))
    assert second.returncode == 0
    assert second.stdout.endswith("0 added, 1 unchanged, 1 replaced, 1 refused\n")
    assert re.search(r"refused +tool.exe +unsupported_type: .+\. .+", second.stdout)
    assert caveat("ingest", "tool.exe").returncode == 1


def test_ingest_prints_one_json_object_for_each_document(caveat: Shell):
    """`--json`: a line for each document with id, status, code, reason and hint, in a pipe that others can read."""
    caveat.write("a.txt", "Health codes are mandatory.")
    caveat.write("b.txt", "")
    first = lines(caveat.process("ingest", "--json", "a.txt", "b.txt"))
    by_status = {each["status"]: each for each in first}
    assert set(by_status) == {"added", "refused"}
    assert by_status["refused"]["code"] == "empty"
    assert by_status["refused"]["reason"]
    assert by_status["refused"]["hint"]
    again = lines(caveat("ingest", "--json", "a.txt"))
    assert [(each["id"], each["status"]) for each in again] == [(by_status["added"]["id"], "unchanged")]


def test_ingest_reads_standard_input(caveat: Shell):
    """`-` reads a text, or JSON lines, of which a bad one is refused by its number; an empty input is refused."""
    assert lines(caveat("ingest", "--json", "-", given=b"Masks are worn by all."))[0]["status"] == "added"
    outcomes = lines(caveat("ingest", "--json", "-", given=b'{"_id": 1, "text": "It is so."}\n{bad\n'))
    assert sorted(each["status"] for each in outcomes) == ["added", "refused"]
    assert any("Line 2" in each["reason"] for each in outcomes)
    assert caveat("ingest", "-").returncode == 1


def test_ingest_leaves_the_data_folder_out(caveat: Shell):
    """`caveat ingest .` in the folder that holds the data folder reads the documents, not the library's own files."""
    caveat.write("a.txt", "Health codes are mandatory.")
    for _ in range(2):
        assert caveat("ingest", ".").returncode == 0
    assert len(json.loads(caveat("library", "list", "--json").stdout)["documents"]) == 1


def test_ask_answers_in_words_and_as_json(caveat: Shell):
    """In words: the claim, its source and characters; as JSON: the whole answer with exact spans (law 1)."""
    text = "Intro of the notice.\nHealth codes are mandatory, analysts reportedly said.\n"
    caveat.write("a.txt", text)
    caveat("ingest", "a.txt")
    told = caveat("ask", "Are health codes mandatory?")
    assert (told.returncode, told.stderr) == (0, "")
    assert "1. Health codes are mandatory" in told.stdout
    assert re.search(r"\[1\] .+, characters 21–\d+", told.stdout)
    assert re.search(r"^   \? (Hedged|Attributed|Vague source): \S", told.stdout, re.MULTILINE)
    answer = json.loads(caveat("ask", "--json", "Are health codes mandatory?").stdout)
    for citation in answer["claims"][0]["citations"]:
        assert text[citation["span"]["start"] : citation["span"]["end"]] == citation["quote"]
    assert json.loads(caveat("ask", "--json", "--kind", "report", "codes?").stdout)["refused"]
    [citation, *_] = answer["claims"][0]["citations"]
    start = citation["document_id"][:10]
    assert json.loads(caveat("ask", "--json", "Are health codes mandatory?", "--document", start).stdout)["claims"]
    assert lines(caveat("library", "list", "--json", "--document", start))[0]["documents"]
    assert "claim" in caveat("check", "-", "--document", start, given=b"Health codes are mandatory.").stdout
    for command in (["ask", "x"], ["library", "list"], ["check", "a.txt"]):
        assert "No document has the id zz." in caveat(*command, "--document", "zz").stderr


def test_a_refusal_is_an_answer(caveat: Shell):
    """What the library does not answer, or an empty library, is told in words with status 0."""
    empty = caveat("ask", "Are health codes mandatory?")
    assert empty.returncode == 0
    assert "The library is empty" in empty.stdout
    caveat.write("a.txt", "Penguins swim well.")
    caveat("ingest", "a.txt")
    done = caveat("ask", "Are semiconductor exports banned?")
    assert done.returncode == 0
    assert "does not answer" in done.stdout
    assert "Nearest passages, none of which is an answer" in done.stdout


def test_a_pipe_gets_whole_lines_without_colour(caveat: Shell):
    """No escape code, no folded line and no progress bar reaches a pipe, even where colour is asked for by the terminal."""
    title = (
        "A notice with a title that is far too long for eighty columns of a terminal, and so it would be folded there"
    )
    caveat.write("a.md", f"# {title}\n\nHealth codes may be mandatory, it is said by officials of the ministry.")
    commands = (["ingest", "a.md"], ["library", "list"], ["ask", "health codes?"])
    told = [caveat.process(*words, TERM="xterm-256color", COLUMNS="40") for words in commands]
    for done in told:
        assert done.returncode == 0
        assert "\x1b" not in done.stdout + done.stderr
    assert all(title in done.stdout for done in told[:2])


def test_text_is_utf8_whatever_the_locale(caveat: Shell):
    """A pipe gets UTF-8 even where the locale is ASCII; an argument that is no UTF-8 is an ordinary, fruitless question."""
    caveat.write("a.txt", "健康码是必须的。Health codes – “mandatory”.")
    caveat("ingest", "a.txt")
    assert "健康码" in caveat.process("library", "list", PYTHONIOENCODING="ascii").stdout
    assert "“" in caveat.process("ask", "--json", "Health codes?", PYTHONIOENCODING="latin-1").stdout
    odd = os.fsdecode(b"a\xff")
    for words in (["ask", odd], ["ask", "a", "--issuer", odd], ["library", "list", "--words", odd]):
        assert caveat(*words).returncode == 0


def test_the_library_is_listed_shown_and_emptied(caveat: Shell):
    """`list` finds by words and filters, `show` reads every statement exactly, `remove` takes away by the id's beginning."""
    assert "No document matches" in caveat("library", "list").stdout
    records = [
        {"_id": "a", "title": "Alpha", "text": "Codes are green. Masks are worn.", "metadata": {"kind": "notice"}},
        {"_id": "b", "title": "Beta", "text": "Codes are red.", "metadata": {"issuer": "City", "issued": "2020-02-24"}},
    ]
    caveat("ingest", "-", given="\n".join(json.dumps(record) for record in records).encode())

    def titles(*words: str) -> list[str]:
        return [each["title"] for each in json.loads(caveat("library", "list", "--json", *words).stdout)["documents"]]

    assert titles() == ["Alpha", "Beta"]
    assert titles("--words", "city") == titles("--from", "2020-01-01") == titles("--issuer", "CITY") == ["Beta"]
    assert titles("--limit", "1") == titles("--kind", "notice") == ["Alpha"]
    held = json.loads(caveat("library", "list", "--json").stdout)["documents"]
    shown = json.loads(caveat("library", "show", "--json", held[0]["id"][:8]).stdout)
    text = records[0]["text"]
    assert [text[s["start"] : s["end"]] for s in shown["statements"]] == ["Codes are green.", "Masks are worn."]
    assert "   1 Codes are green." in caveat("library", "show", held[0]["id"]).stdout
    assert caveat("library", "remove", held[0]["id"][:6]).stdout.startswith("Removed ")
    assert titles() == ["Beta"]
    refused(caveat("library", "remove", held[0]["id"]), "No document has the id")
    refused(caveat("library", "remove", ""), "No document has the id")
    assert titles() == ["Beta"]


def test_export_and_ingest_give_the_same_texts(caveat: Shell, tmp_path: Path):
    """`export` through `ingest -` into another library keeps every title, text and stated fact."""
    caveat.write("a.md", "# Codes\r\n\r\nIssuer: City\r\nIssued: 24 February 2020\r\n\r\n- one 𝔘\r\n- two\u2028 x\r\n")
    caveat.write("b.txt", "工信部通知。各地要推广。\n\n\n“Quoted” text\there.\n")
    caveat("ingest", "a.md", "b.txt")
    exported = caveat("library", "export")
    other = Shell(tmp_path)
    other.environment["CAVEAT_HOME"] = str(tmp_path / "other")
    assert other("ingest", "-", given=exported.stdout.encode()).returncode == 0
    again = other("library", "export")

    def facts(done: subprocess.CompletedProcess[str]) -> list[tuple[str, ...]]:
        return sorted((each["title"], each["text"], str(each["metadata"])) for each in lines(done))

    assert len(facts(exported)) == 2
    assert facts(again) == facts(exported)


def test_rebuild_embeds_nothing_and_answers_stay(caveat: Shell):
    """Law 5: indexes are thrown away and built from the library, without embedding; the answer is the same after."""
    caveat.write("a.txt", "Health codes are mandatory.")
    caveat("ingest", "a.txt")
    before = json.loads(caveat("ask", "--json", "Are health codes mandatory?").stdout)
    told = json.loads(caveat("rebuild", "--json").stdout)
    assert told == {"documents": 1, "chunks": 1, "embedded": 0}
    assert json.loads(caveat("ask", "--json", "Are health codes mandatory?").stdout) == before
    assert caveat("rebuild").stdout == "Indexes rebuilt. Documents: 1, passages: 1, embedded anew: 0.\n"


def test_doctor_prints_settings_and_proves_parts(caveat: Shell):
    """Each setting with its meaning and each part with its state; no password; what fails has a hint, and status 1."""
    done = caveat("doctor")
    assert done.returncode == 0
    assert all(f"ok     {part}" in done.stdout for part in ("disk", "embedder", "library", "chroma index"))
    assert "CAVEAT_LARGEST_UPLOAD" in done.stdout
    told = json.loads(caveat("doctor", "--json").stdout)
    assert {check["state"] for check in told["checks"]} == {"ok", "note"}
    secret = caveat("doctor", CAVEAT_LIBRARY_URL="postgresql://ann:hunter2@127.0.0.1:1/x")
    assert secret.returncode == 1
    assert "hunter2" not in secret.stdout + secret.stderr
    assert "FAILED library: The library cannot be opened." in secret.stdout
    assert "FAILED disk: /dev/null" in caveat("doctor", CAVEAT_HOME="/dev/null").stdout


def test_a_variable_that_is_no_setting_is_told():
    """A misspelt name is no silent default; what others read, and any other program's variables, are left in peace."""
    given = dict.fromkeys(("CAVEAT_DATA", "CAVEAT_HOMES", "CAVEAT_HOME", "CAVEAT_KEY", "caveat_port", "HOME"), "x")
    assert list(unread(given)) == [
        "CAVEAT_DATA is no setting and is not read; `caveat doctor` lists those that are.",
        "CAVEAT_HOMES is no setting and is not read; CAVEAT_HOME is one.",
    ]


def test_the_notice_of_a_variable_goes_to_standard_error(caveat: Shell):
    """The answer of a command stays what it is."""
    done = caveat("library", "list", "--json", CAVEAT_DATA="elsewhere")
    assert done.returncode == 0
    assert "CAVEAT_DATA is no setting" in done.stderr
    assert "CAVEAT_DATA" not in done.stdout


ERRORS: list[tuple[str, list[str], dict[str, str], str]] = [
    ("path", ["ingest", "nowhere.txt"], {}, "nowhere.txt does not exist"),
    ("date", ["ask", "x", "--from", "2020-02-30"], {}, "--from is not a date: 2020-02-30"),
    ("as-of", ["ask", "x", "--as-of", "soon"], {}, "--as-of is not a date"),
    ("empty", ["ask", " "], {}, "The question is empty"),
    ("long", ["ask", "a" * 2001], {}, "The question has 2001 characters"),
    ("id", ["library", "show", "zz"], {}, "No document has the id zz"),
    ("home", ["library", "list"], {"CAVEAT_HOME": "/dev/null"}, "/dev/null"),
    ("setting", ["doctor"], {"CAVEAT_PORT": "high"}, "CAVEAT_PORT"),
    ("settings file", ["doctor"], {"CAVEAT_CONFIG": "broken.toml"}, "The settings file does not read"),
    ("host", ["serve", "--host", "example.org"], {}, "does not listen on example.org"),
]


@pytest.mark.parametrize(("words", "environment", "message"), [pytest.param(*each[1:], id=each[0]) for each in ERRORS])
def test_an_error_is_a_message_and_a_hint(caveat: Shell, words: list[str], environment: dict[str, str], message: str):
    """Message, then how to mend it, on standard error, with status 1; never a stack trace."""
    caveat.write("broken.toml", "home = [")
    refused(caveat(*words, **environment), message)


def test_a_fault_of_the_machine_is_told_in_a_process_too(caveat: Shell):
    """A data folder that cannot be made ends the process with a message, a hint and status 1."""
    refused(caveat.process("library", "list", CAVEAT_HOME="/dev/null"), "/dev/null")


def test_an_error_is_json_where_json_is_asked_for(caveat: Shell):
    """With `--json` the error is one JSON object on standard output, and the status is 1 all the same."""
    done = caveat("ingest", "--json", "nowhere.txt")
    assert done.returncode == 1
    assert set(json.loads(done.stdout)["error"]) == {"code", "message", "hint"}


def test_a_taken_port_is_told(caveat: Shell):
    """A port that another program holds is named, with what to do about it."""
    import socket  # noqa: PLC0415 (only here)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused(caveat("serve", "--port", str(taken.getsockname()[1])), "cannot listen on 127.0.0.1")


def test_one_process_owns_a_data_folder(caveat: Shell):
    """A second process is told who holds the folder and what to do; after the first has stopped, it goes on."""
    first = caveat.start("serve", "--port", "0")
    try:
        assert first.stdout is not None
        told = first.stdout.readline()
        assert re.match(r"Caveat at http://127\.0\.0\.1:[1-9]\d+ ", told)
        refused(caveat("library", "list"), f"in use by process {first.pid}")
        assert "FAILED library" in caveat("doctor").stdout
    finally:
        first.send_signal(signal.SIGINT)
        _, err = first.communicate(timeout=60)
    assert (first.returncode, err) == (0, "")
    assert caveat("library", "list").returncode == 0


@pytest.mark.parametrize("words", [["library", "list", "--json"], ["library", "export"], ["library", "list"]])
def test_a_reader_that_goes_away_is_no_error(caveat: Shell, words: list[str]):
    """A closed pipe ends the command without a word on standard error."""
    record = json.dumps({"title": "Long", "text": "Words of a long text. " * 5000})
    caveat("ingest", "-", given=record.encode())
    process = caveat.start(*words)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) in {0, 1}
    process.stderr.close()
    assert process.stdin is not None
    process.stdin.close()


def test_an_interrupt_keeps_what_was_reported(caveat: Shell):
    """Ctrl-C ends an ingest with status 130 and one line; what was reported as added is in the library, whole."""
    records = (json.dumps({"_id": n, "text": f"Rule {n} says that codes are mandatory. " * 40}) for n in range(20_000))
    path = caveat.write("many.jsonl", "\n".join(records))
    process = caveat.start("ingest", "--json", str(path))
    assert process.stdout is not None
    reported = [json.loads(process.stdout.readline())]
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert process.stdin is not None
    out, err = process.stdout.read(), process.stderr.read()
    assert process.wait(timeout=60) == 130
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    assert err == "caveat: stopped; what was reported as done is kept.\n"
    reported += [json.loads(line) for line in out.splitlines()]
    held = {
        each["id"] for each in json.loads(caveat("library", "list", "--json", "--limit", "100000").stdout)["documents"]
    }
    assert 0 < len(held) < 20_000
    assert {each["id"] for each in reported} <= held
