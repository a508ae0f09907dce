"""`caveat chat`: through a pipe, on a terminal of its own, in this process and with a server."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from test_cli import CAVEAT, Shell
from test_client import KEY, QUESTION, UNANSWERED, served

from assistant.answer import Answer, Citation, Claim
from assistant.archive import Archive
from assistant.events import Claimed, Delta, Done, Event, Failed, Passages, Searching
from assistant.terminal.chatting import Chat, read_filters
from assistant.terminal.partners import Show
from assistant.terminal.showing import Screen, answer_lines, cited
from evals.model import scripted
from ingest.document import Span
from ingest.errors import BadInput
from vectorstore.filters import Filters

PLATFORM = "Who set up an emergency supply platform?"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory, sample_library: Path) -> Shell:
    """A data folder that holds the sample library."""
    shell = Shell(tmp_path_factory.mktemp("chat"))
    assert shell("ingest", "--quiet", str(sample_library)).returncode == 0
    return shell


def say(
    shell: Shell, *lines: str, arguments: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    return shell("chat", *arguments, given="".join(f"{line}\n" for line in lines).encode(), **environment)


def history(shell: Shell) -> list[Any]:
    with Archive(f"sqlite:///{shell.folder / 'data' / 'conversations.db'}") as archive:
        return list(archive.page().conversations)


# ---------- through a pipe ----------


def test_lines_go_in_and_answers_come_out(shell: Shell):
    """Each question stands before its answer; claims have their sources by number and their doubts; a refusal is an answer."""
    done = say(shell, QUESTION, "", "/sources", "/doubts", UNANSWERED)
    assert (done.returncode, done.stderr) == (0, "")
    claims, sources, doubts, refusal = (
        done.stdout.split(mark)[1] for mark in (QUESTION, "/sources\n", "/doubts\n", UNANSWERED)
    )
    assert "1. the health code, which is based on self-declared health status" in claims
    assert "   [1] Digest: digital tools and the return to work, characters 825–1040" in claims
    assert re.search(
        r'\? Self-reported: It rests on figures that are given by those it is about: "self-declared"\. \[\d\]', claims
    )
    assert re.search(
        r"\[\d\] Digest: digital tools and the return to work, characters 860–873\n    “self-declared”", sources
    )
    assert "? Questioned: " in doubts
    assert "The library does not answer this." in refusal
    assert "\x1b" not in done.stdout


def test_a_line_that_fails_is_told_and_the_next_is_done(shell: Shell):
    """Errors go to standard error with what mends them, and make the status 1."""
    lines = ("/nonsense", "/sources", "/save", "/open 999", "/filters colour=red", "x" * 2001, PLATFORM)
    done = say(shell, *lines, CAVEAT_ANSWERS="trained")
    assert done.returncode == 1
    assert "the Lanbei command centre set up" in done.stdout
    for told in (
        "/help",
        "There is no answer yet.",
        "nothing to save",
        "/history",
        "no filter colour",
        "2000 are read",
    ):
        assert told in done.stderr


def test_a_conversation_goes_on_from_one_talk_to_the_next(shell: Shell):
    """--conversation, /new, /history and /open: a question belongs to the conversation that is open."""
    say(shell, QUESTION, "/new", PLATFORM, UNANSWERED)
    newest, before, *_ = history(shell)
    assert (newest.title, newest.turns, before.title, before.turns) == (PLATFORM, 2, QUESTION, 1)
    assert say(shell, PLATFORM, arguments=("--conversation", before.id)).returncode == 0
    newest, before, *_ = history(shell)
    assert (newest.title, newest.turns) == (QUESTION, 2)
    done = say(shell, "/history", "/open 2", "/sources", QUESTION)
    assert f"  1. {QUESTION}\n" in done.stdout
    assert "The last answer cites nothing." in done.stdout.split("/sources")[1]
    newest, *_ = history(shell)
    assert (newest.id, newest.turns) == (before.id, 3)
    missing = say(shell, PLATFORM, arguments=("--conversation", "nowhere"))
    assert (missing.returncode, "nowhere" in missing.stderr) == (1, True)


def test_a_conversation_is_saved_by_the_files_name(shell: Shell):
    """Markdown and JSON hold every question; a file that is there stays as it is."""
    say(shell, QUESTION, UNANSWERED, "/save talk.md", "/save talk.json")
    assert UNANSWERED in (shell.folder / "talk.md").read_text(encoding="utf-8")
    kept = json.loads((shell.folder / "talk.json").read_text(encoding="utf-8"))
    assert [turn["answer"]["standing"] for turn in kept["turns"]] == ["caveat", "refusal"]
    again = say(shell, PLATFORM, "/save talk.md", "/save talk.exe")
    assert (again.returncode, "there already" in again.stderr, "in which form" in again.stderr) == (1, True, True)
    assert UNANSWERED in (shell.folder / "talk.md").read_text(encoding="utf-8")


def test_filters_hold_until_others_are_set(shell: Shell):
    """Filters of the command line and of /filters say which documents are asked."""
    done = say(shell, "/filters", UNANSWERED, "/filters none", UNANSWERED, arguments=("--kind", "notice"))
    assert "Asked are documents with kind=notice." in done.stdout
    assert "of 4 documents" in done.stdout.split("/filters none")[0]
    assert "of 16 documents" in done.stdout.split("/filters none")[1]


def test_quit_leaves_and_help_lists(shell: Shell):
    done = say(shell, "/help", "/quit", QUESTION)
    assert done.returncode == 0
    assert "/doubts" in done.stdout
    assert QUESTION not in done.stdout


def test_filters_are_read_from_words():
    """Each name that `caveat ask` has, dates as dates; what does not read is an error that says how to write it."""
    read = read_filters('kind=notice kind=report issuer="A b" from=2020-01-01 as-of=2020-03-01')
    assert (read.kind, read.issuer, str(read.issued_from), str(read.as_of)) == (
        ("notice", "report"),
        ("A b",),
        "2020-01-01",
        "2020-03-01",
    )
    for wrong in ("colour=red", "from=yesterday", 'issuer="open', "notice"):
        with pytest.raises(BadInput) as caught:
            read_filters(wrong)
        assert caught.value.hint


# ---------- with a server ----------


def test_a_server_answers_as_the_program_does(tmp_path: Path, sample_library: Path, shell: Shell):
    """--url: the same lines come out, the conversation is kept there, and the key is needed."""
    lines = (QUESTION, "/sources", "/doubts", UNANSWERED)
    with served(tmp_path / "data", sample_library, api_key=KEY) as origin:
        there = say(shell, *lines, arguments=("--url", origin, "--key", KEY))
        assert there.stdout == say(shell, *lines).stdout
        assert (there.returncode, there.stderr) == (0, "")
        listed = say(shell, "/history", "/open 1", arguments=("--url", origin), CAVEAT_KEY=KEY)
        assert f"  1. {QUESTION}\n" in listed.stdout
        assert "2 questions" in listed.stdout
        wrong = say(shell, QUESTION, arguments=("--url", origin, "--key", "wrong"))
        assert (wrong.returncode, wrong.stdout) == (1, "")
        assert "asks for a key" in wrong.stderr
    away = say(shell, QUESTION, arguments=("--url", origin))
    assert (away.returncode, "caveat serve" in away.stderr) == (1, True)


# ---------- what is shown ----------


class Scripted:
    """A partner that tells what it is told to."""

    def __init__(self, *events: Event) -> None:
        self.conversation_id: str | None = None
        self.events = events
        self.asked: list[str] = []

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, *_: object) -> None: ...

    def greeting(self) -> str:
        return "Here."

    def ask(self, question: str, filters: Filters, show: Show) -> None:
        self.asked.append(question)
        for event in self.events:
            show(event)

    def conversations(self) -> tuple[()]:
        return ()

    def conversation(self, conversation_id: str) -> Any:
        raise AssertionError(conversation_id)


def claim(number: int, text: str, verdict: Any = "supported") -> Claim:
    citation = Citation(document_id="d", title="Rule", span=Span(start=number, end=number + 4), quote="levy")
    return Claim(id=f"c{number}", text=text, span=Span(start=0, end=len(text)), verdict=verdict, citations=(citation,))


def answer(**given: Any) -> Answer:
    held = {"id": "a", "question": "Q?", "text": "", "claims": (), "passages": (), "refused": False}
    return Answer(**held | given)


def through(partner: Scripted, *lines: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    monkeypatch.setattr(sys, "stdout", out)
    return Chat(partner, Filters()).read_through(), out.getvalue()


def test_a_number_picks_what_caveat_asked_back(monkeypatch: pytest.MonkeyPatch):
    """Choices are numbered; a number among them is asked as that question, any other as it stands."""
    partner = Scripted(Done(answer=answer(text="Which?", choices=("The levy?", "The fee?"))))
    status, out = through(partner, "2", "How much?", "2", "3", monkeypatch=monkeypatch)
    assert (status, partner.asked) == (0, ["2", "How much?", "The fee?", "3"])
    assert "  1. The levy?\n  2. The fee?\n" in out


def test_a_failed_answer_is_told_and_counts_as_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    status, _ = through(Scripted(Failed(code="x", message="It broke.", hint="Mend it.")), "Q?", monkeypatch=monkeypatch)
    assert status == 1
    assert capsys.readouterr().err == "It broke.\nMend it.\n"


def test_words_of_documents_cannot_command_the_terminal(monkeypatch: pytest.MonkeyPatch):
    """Escape sequences and invisible characters of a text are not printed, wherever it is shown; its markup is text."""
    nasty = "a\x1b]0;owned\x07b\x9b31m\u202ec [bold]d[/bold]"
    held = claim(1, nasty)
    told = answer(claims=(held,), missing=(nasty,), notices=(nasty,), choices=(nasty,), standalone=nasty)
    _, out = through(Scripted(Done(answer=told)), "Q?", "/sources", monkeypatch=monkeypatch)
    assert not {each for each in out if each in "\x1b\x07\x9b\u202e"}
    assert "[bold]d[/bold]" in out


def test_what_is_not_supported_says_so():
    """A verdict other than supported never looks like it."""
    for verdict, told in (
        ("contradicted", "Contradicted"),
        ("not_found", "Not found"),
        ("unchecked", "Could not be checked"),
    ):
        lines = [line for _, line in answer_lines(answer(claims=(claim(1, "A."), claim(2, "B.", verdict))))]
        assert sum(told in line for line in lines) == 1


def test_the_answer_grows_and_what_is_withdrawn_goes_away():
    """Words show while they are written, a claim takes their place, a restart clears all; numbers are those of the end."""
    screen = Screen()
    screen.console = Console(file=io.StringIO(), force_terminal=True, width=40, height=12)

    def shown() -> str:
        with screen.console.capture() as captured:
            screen.console.print(screen._drawn())
        return captured.get()

    with screen.watching():
        screen.show(Searching(question="Q?", terms=(), filters=Filters(), documents=3))
        assert "Searching 3 documents" in shown()
        screen.show(Passages(passages=(), notices=(), seconds=0.1))
        screen.show(Delta(claim_id="c1", text="The le"))
        screen.show(Delta(claim_id="c1", text="vy"))
        assert "1. The levy …" in shown()
        first, second = claim(1, "The levy is 40."), claim(2, "It is due.")
        screen.show(Claimed(claim=first))
        screen.show(Claimed(claim=second))
        assert "The levy is 40." in shown()
        assert "[2] Rule" in shown()
        assert cited((first, second)) == (*first.citations, *second.citations)
        for number in range(20):
            screen.show(Claimed(claim=replace(first, text=f"Claim {number} " * 8)))
        assert shown().count("\n") <= 12
        assert "Claim 19" in shown()
        screen.show(Delta(claim_id="", text="", restart=True))
        assert "Claim" not in shown()
        assert "withdrawn" in shown()
    assert "Claim" not in shown()


# ---------- on a terminal ----------


class Terminal:
    """`caveat` on a pseudo-terminal of its own."""

    def __init__(self, shell: Shell, *arguments: str, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        self._seen, self._mark = b"", 0
        self.process = subprocess.Popen(
            [*CAVEAT, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=shell.folder,
            env=shell.environment | {"TERM": "xterm", "COLUMNS": "90", "LINES": "30"} | environment,
            start_new_session=True,
        )
        os.close(theirs)

    def type(self, line: str) -> None:
        os.write(self._ours, line.encode())

    def until(self, words: str, seconds: float = 60) -> None:
        """Reads on behind `words`."""
        ends = time.monotonic() + seconds
        while (at := self._seen.find(words.encode(), self._mark)) < 0:
            assert time.monotonic() < ends, f"no {words!r} after {self._seen[self._mark :].decode()!r}"
            if select.select([self._ours], [], [], 0.1)[0]:
                self._seen += os.read(self._ours, 65536)
        self._mark = at + len(words.encode())

    def interrupt(self) -> None:
        time.sleep(0.3)  # readline misses one that comes while it shows its prompt
        self.process.send_signal(signal.SIGINT)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@contextmanager
def terminal(shell: Shell, *arguments: str, **environment: str) -> Iterator[Terminal]:
    opened = Terminal(shell, *arguments, **environment)
    try:
        yield opened
    finally:
        opened.close()


def stopped_and_left(terminal: Terminal, model: Any) -> None:
    """Asks what the model stalls on, stops it, asks what it answers, and leaves."""
    terminal.until("/help")
    terminal.until("> ")
    terminal.type(f"{PLATFORM}\r")
    terminal.until("Answering from")
    time.sleep(0.5)
    terminal.interrupt()
    terminal.until("Stopped.", 10)
    terminal.until("> ")
    assert model.quiet(3)
    model.script = "good"
    terminal.type(f"{QUESTION}\r")
    terminal.until("Written by a language model")
    terminal.until("> ")
    terminal.interrupt()
    terminal.until("Ctrl-D leaves.", 10)
    terminal.until("> ")
    terminal.type("\x04")
    assert terminal.process.wait(20) == 0


def test_an_interrupt_stops_the_answer_and_not_the_talk(shell: Shell):
    """Ctrl-C lets go of the model and keeps that the answer was stopped; Ctrl-D leaves; lines are remembered."""
    with (
        scripted("stall") as model,
        terminal(shell, "chat", CAVEAT_MODEL_URL=model.url, CAVEAT_MODEL_BETWEEN="60") as opened,
    ):
        stopped_and_left(opened, model)
    newest, *_ = history(shell)
    with Archive(f"sqlite:///{shell.folder / 'data' / 'conversations.db'}") as archive:
        kept = archive.conversation(newest.id)
    assert kept
    assert [turn.state for turn in kept.turns] == ["stopped", "done"]
    remembered = shell.folder / "data" / "chat-history"
    assert remembered.read_text(encoding="utf-8").splitlines()[-2:] == [PLATFORM, QUESTION]
    assert remembered.stat().st_mode & 0o077 == 0


def test_an_interrupt_stops_the_answer_on_the_server(tmp_path: Path, sample_library: Path, shell: Shell):
    """Leaving an answer off stops it where it is made."""
    with (
        scripted("stall") as model,
        served(tmp_path / "data", sample_library, model_url=model.url, model_between=60.0) as origin,
        terminal(shell, "chat", "--url", origin) as opened,
    ):
        stopped_and_left(opened, model)
