"""Runs: kept as they go, taken up where they stopped, the same bytes every time, and clear about what went wrong."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api import evaluations
from assistant.api.serving import create_app
from assistant.settings import Settings
from evals import judging
from evals.__main__ import main
from evals.case import BadSet, Case, Checked, Expected, Words
from evals.formats import open_set
from evals.in_process import InProcess
from evals.kept import RunError, load
from evals.run import Plan, run
from evals.server import Server
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

ROOT = Path(__file__).parent.parent
CASES = open_set("sample").cases[:24]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("run"), HashingEmbedder()) as store:
        list(store.ingest(open_set("sample").sources or ()))
        yield store


@pytest.fixture
def subject(store: Store) -> InProcess:
    return InProcess(Settings(home=store.home, embedder="hashing"), store)


class Ended(NamedTuple):
    """What a command ended with, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def evals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """`python -m evals` in the test's folder and in this process: one of its own takes seconds to load the program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAVEAT_EMBEDDER", "hashing")

    def told(*command: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["evals", *command])
        capsys.readouterr()
        return Ended(main(), *capsys.readouterr())

    return told


def process(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "CAVEAT_EMBEDDER": "hashing"}
    return subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False, env=env)


def plan(runs: Path, *cases: Case, **more: Any) -> Plan:
    return Plan(name="sample", cases=cases or CASES, runs=runs, **more)


@pytest.fixture(scope="module")
def finished(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole run, to be read alone."""
    return run(
        plan(tmp_path_factory.mktemp("finished")), InProcess(Settings(home=store.home, embedder="hashing"), store)
    )[0]


class Stopping:
    """A progress that breaks off once so many cases are done."""

    def __init__(self, after: int) -> None:
        self.after = after

    def __call__(self, done: int, total: int) -> None:
        if done >= self.after:
            raise KeyboardInterrupt


class Served:
    """The program behind HTTP on loopback, which can go away and come back on the same port."""

    def __init__(self, store: Store) -> None:
        self._app = create_app(store, Settings(home=store.home, embedder="hashing"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(self._app, port=self.port, log_level="critical", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture
def served(store: Store) -> Iterator[Served]:
    server = Served(store)
    server.start()
    yield server
    server.stop()


def test_the_same_input_gives_the_same_bytes(subject: InProcess, tmp_path: Path):
    """Two runs differ in their timings alone, however many cases are asked at once."""
    one, kept = run(plan(tmp_path / "one", workers=1), subject)
    assert load(one) == kept
    many, _ = run(plan(tmp_path / "many", workers=4), subject)
    for name in ("run.json", "cases.jsonl", "results.jsonl", "documents.jsonl"):
        assert (one / name).read_bytes() == (many / name).read_bytes()
    assert not list(one.glob("part*"))


def test_an_interrupted_run_goes_on_where_it_stopped(
    subject: InProcess, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What was answered before is not asked again, and the end is the same as without the break."""
    with pytest.raises(KeyboardInterrupt):
        run(plan(tmp_path), subject, Stopping(10))
    [part] = tmp_path.glob("*/part.jsonl")
    kept = len(part.read_text().splitlines()) - 1
    assert 10 <= kept < len(CASES)
    with part.open("a") as file:
        file.write('{"id": "torn')
    asked: list[str] = []
    sound = InProcess.answer
    monkeypatch.setattr(
        InProcess, "answer", lambda self, case, names: (asked.append(case.id), sound(self, case, names))[1]
    )
    _, resumed = run(plan(tmp_path), subject)
    assert len(asked) == len(CASES) - kept
    assert resumed.results == load(finished).results


def test_a_finished_run_is_not_made_twice(subject: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The same set on the same program is read from disk; `again` asks anew."""
    folder, first = run(plan(tmp_path), subject)
    monkeypatch.setattr(InProcess, "answer", lambda *_: pytest.fail("asked again"))
    assert run(plan(tmp_path), subject)[1].results == first.results
    monkeypatch.undo()
    assert run(plan(tmp_path, again=True), subject)[0] == folder


def test_a_server_is_measured_as_the_process_is(finished: Path, served: Served, tmp_path: Path):
    """Over HTTP the same answers, documents and fingerprint; and the server's own steps among the timings."""
    near = load(finished)
    with Server(served.url) as server:
        _, far = run(plan(tmp_path), server)
    assert far.results == near.results
    assert far.documents == near.documents
    assert far.fingerprint == near.fingerprint
    assert {"search", "quote", "total"} <= set(far.timings[CASES[0].id]["seconds"])


def test_a_server_that_goes_away_loses_nothing(
    served: Served, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The run ends with a clear error, and the same command goes on when the server is back."""
    monkeypatch.setattr("evals.server._PATIENCE", (0.01,))

    def leaving(done: int, _total: int) -> None:
        if done >= 12:  # several may be done at once
            served.stop()

    with Server(served.url) as server:
        with pytest.raises(RunError, match="does not answer") as told:
            run(plan(tmp_path), server, leaving)
        assert "goes on where it stopped" in told.value.hint
        [part] = tmp_path.glob("*/part.jsonl")
        kept = part.read_text().splitlines()[1:]
        assert len(kept) >= 12
        served.start()
        _, resumed = run(plan(tmp_path), server)
    assert resumed.results == load(finished).results


def test_a_server_checks_as_this_process_does(served: Served, subject: InProcess, tmp_path: Path):
    """A text is judged against the same library with the same verdict."""
    case = Case(id="a", check=Checked(text="Platforms must waive all fees."), expect=Expected(verdict=("not_found",)))
    with Server(served.url) as server:
        _, over_http = run(plan(tmp_path, case), server)
    _, here = run(plan(tmp_path / "here", case), subject)
    verdicts = [[each["verdict"] for each in kept.results["a"]["check"]["claims"]] for kept in (over_http, here)]
    assert verdicts[0] == verdicts[1]
    assert len(verdicts[0]) == 1


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        (Expected(documents=("nowhere.md",)), "case 1 .a. names 'nowhere.md', which the library does not hold"),
        (
            Expected(quotations=(Words(document="mdi-2020-14-notice.md", words="after 31 days"),)),
            "does not hold the words 'after 31 days'",
        ),
    ],
)
def test_a_case_that_names_what_is_not_there_is_told_before_anything_is_asked(
    expect: Expected, said: str, subject: InProcess, tmp_path: Path
):
    """An unknown document, or words that a document lacks, is an error of the set, with the case."""
    with pytest.raises(BadSet, match=said):
        run(plan(tmp_path, Case(id="a", question="What?", expect=expect)), subject)


def test_a_crash_on_one_case_is_its_result(subject: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The others are measured, and the error says what happened."""
    sound = InProcess.answer

    def answer(self: InProcess, case: Case, names: Any) -> Any:
        return 1 / 0 if case.id == CASES[3].id else sound(self, case, names)

    monkeypatch.setattr(InProcess, "answer", answer)
    _, kept = run(plan(tmp_path), subject)
    failed = {key: value["error"] for key, value in kept.results.items() if "error" in value}
    assert failed == {CASES[3].id: {"code": "crash", "message": "ZeroDivisionError: division by zero"}}


FULL = """
import resource, sys
from pathlib import Path
from evals.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop()), resource.RLIM_INFINITY))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.exit(main())
"""


def test_a_full_disk_loses_nothing(evals: Callable[..., Ended], tmp_path: Path):
    """A file that cannot grow ends the run with a clear error; with room again the same command goes on."""
    (tmp_path / "set.jsonl").write_text(
        "".join(
            json.dumps({"id": f"c{n}", "check": {"text": f"Rates may fall in {n}."}, "expect": {"hedged": True}}) + "\n"
            for n in range(400)
        )
    )
    command = ["run", "set.jsonl", "--runs", "runs", "--json"]
    full = process(tmp_path, "-c", FULL, *command, "30000")
    assert full.returncode == 2
    assert "cannot be written" in full.stderr
    assert "Make room" in full.stderr
    assert "Traceback" not in full.stderr
    [part] = tmp_path.glob("runs/*/part.jsonl")
    held = len(part.read_text().splitlines()) - 2
    assert held > 20
    again = evals(*command)
    assert again.code == 0, again.err
    assert json.loads(again.out)["metrics"]["hedge_recall"]["value"] == 1.0


def test_commands_tell_errors_without_a_trace(
    evals: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A bad set, an unknown name, a folder that is no run: one line, a hint, exit code 2."""
    monkeypatch.setattr("evals.server._PATIENCE", (0.01,))
    (tmp_path / "bad.jsonl").write_text('{"id": "a", "question": "x?"}\n{"id": "b", "qestion": "y?"}\n')
    for command, said in (
        (["run", "bad.jsonl"], "line 2: "),
        (["run", "nonsense"], "no set 'nonsense'"),
        (["run", "beir"], "needs --data"),
        (["compare", ".", "."], "holds no finished run"),
        (["run", "sample", "--url", "http://127.0.0.1:9"], "does not answer"),
    ):
        done = evals(*command)
        assert done.code == 2, done.err
        assert said in done.err
        assert "Traceback" not in done.err


def test_a_gate_that_fails_ends_with_1_and_two_runs_are_compared(evals: Callable[..., Ended], tmp_path: Path):
    """Exit code 1 and JUnit where a gate fails; the page is given the same figures; the comparison tells differences and flips;
    a report is one file."""
    for name, hedged in (("a", True), ("b", False)):
        (tmp_path / name).mkdir()
        lines = (
            {"id": f"c{n}", "check": {"text": f"Rates may fall in {n}."}, "expect": {"hedged": hedged}}
            for n in range(9)
        )
        (tmp_path / name / "set.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    (tmp_path / "gates.toml").write_text(
        '[[gate]]\nname = "hedges are found"\nmetric = "hedge_precision"\nat_least = 0.9\n'
    )

    gated = ["--gate", "--gates", "gates.toml", "--junit", "gates.xml", "--json"]
    good, bad = evals("run", "a/set.jsonl", *gated), evals("run", "b/set.jsonl", *gated)
    assert (good.code, bad.code) == (0, 1)
    assert "FAILED  hedges are found" in bad.err
    assert 'failures="1"' in (tmp_path / "gates.xml").read_text()
    runs = [json.loads(each.out)["run"] for each in (good, bad)]
    app = FastAPI()
    app.include_router(evaluations.routes(str(tmp_path / "eval-runs")))
    shown = {each["id"]: each for each in TestClient(app).get("/v1/evaluations").json()["runs"]}
    assert [shown[Path(each).name]["gates"][0]["passed"] for each in runs] == [True, False]
    for each in (good, bad):
        figures = json.loads(each.out)
        [hedges] = [f for f in shown[Path(figures["run"]).name]["figures"] if f["name"] == "hedge_precision"]
        assert (hedges["value"], hedges["cases"]) == tuple(figures["metrics"]["hedge_precision"].values())
    same = evals("compare", runs[0], runs[0], "--json")
    assert {each["verdict"] for each in json.loads(same.out)["metrics"].values()} == {"same"}
    other = evals("compare", *runs)
    assert other.code == 2
    assert "share no case" in other.err
    assert evals("report", runs[0], "--out", "page.html").code == 0
    assert "Rates may fall in 3." in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("run.json", "[]"),
        ("run.json", '{"format": 1}'),
        ("cases.jsonl", '{"id": "other", "question": "Who?"}\n'),
        ("results.jsonl", '{"id": "x", "answer": {}}\n'),
        ("results.jsonl", "5\n"),
        ("documents.jsonl", "\udcff"),
        ("timings.jsonl", "7\n"),
    ],
)
def test_a_spoilt_run_is_told_not_shown(file: str, content: str, finished: Path, tmp_path: Path):
    """What is no run any more is an error with a remedy, never a page of half of it."""
    folder = shutil.copytree(finished, tmp_path / "run")
    assert load(folder)
    (folder / file).write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(RunError) as told:
        load(folder)
    assert "--again" in told.value.hint


@pytest.mark.parametrize("spoilt", [b"5\n", b'{"id": "x"}\n', b"\xff\xfe\n", b"[]\n"])
def test_a_spoilt_line_of_an_unfinished_run_is_asked_again(spoilt: bytes, subject: InProcess, tmp_path: Path):
    """It blocks nothing: the rest is kept, the run goes on."""
    with pytest.raises(KeyboardInterrupt):
        run(plan(tmp_path), subject, Stopping(10))
    [part] = tmp_path.glob("*/part.jsonl")
    part.write_bytes(part.read_bytes() + spoilt)
    assert len(run(plan(tmp_path), subject)[1].results) == len(CASES)


def test_a_gate_over_nothing_is_no_pass(evals: Callable[..., Ended], tmp_path: Path):
    """Where no case could be asked, or a file cannot be written, the exit code is 2."""
    (tmp_path / "set.jsonl").write_text('{"id": "a", "question": "Who?"}\n')
    for command, said in (
        (["run", "set.jsonl", "--subject", "words", "--gate"], "Nothing was measured"),
        (["run", "set.jsonl", "--renew", "--limit", "1"], "A baseline is of a whole set"),
    ):
        done = evals(*command)
        assert done.code == 2, done.err
        assert said in done.err
    (tmp_path / "file").write_text("")
    documents = str(ROOT / "evals" / "library" / "documents")
    unwritten = process(tmp_path, "-m", "evals", "run", "set.jsonl", "--data", documents, "--runs", "file")
    assert unwritten.returncode == 2, unwritten.stderr
    assert "file" in unwritten.stderr
    assert "Traceback" not in unwritten.stderr


class Judge(BaseHTTPRequestHandler):
    """A chat model in OpenAI's shape that says yes, no, or babbles, in turn; and once breaks off."""

    said = ("yes", "No.", "I think that depends", None)
    asked: list[dict[str, Any]] = []  # noqa: RUF012 (a test's own)

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        word = self.said[len(self.asked) % len(self.said)]
        self.asked.append(sent)
        if word is None:
            self.send_response(500)
            self.end_headers()
            return
        message = {"role": "assistant", "content": word}
        told = {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def test_a_judge_is_advisory_and_marked_so(subject: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A chat model's opinions are kept beside the run with its name; what it babbles is no opinion."""
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setattr("evals.judging._PATIENCE", 0)
    folder, kept = run(plan(tmp_path), subject)
    kept = kept.only([key for key, value in kept.results.items() if value["answer"]["claims"]][:2])
    with HTTPServer(("127.0.0.1", 0), Judge) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        counts = judging.judge(folder, kept, "openai:m", f"http://127.0.0.1:{server.server_port}/v1")
        server.shutdown()
    assert counts["claims"] == counts["yes"] + counts["no"] + counts["unclear"] + counts["failed"] > 2
    assert min(counts["yes"], counts["no"], counts["failed"]) > 0
    lines = [json.loads(line) for line in (folder / "judgements.jsonl").read_text().splitlines()]
    assert {line["model"] for line in lines} == {"openai:m"}
    assert "Advisory" in judging.told(counts)
    assert load(folder).results == kept_results(folder)


def kept_results(folder: Path) -> dict[str, Any]:
    """The results as they lie on disk: a judge changes none."""
    return {record.pop("id"): record for record in map(json.loads, (folder / "results.jsonl").read_text().splitlines())}
