"""The archive: what was finished is kept to the byte, what was deleted is gone, and a running turn is never half an answer."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from test_servers import POSTGRES, free_port, run

from assistant.answer import Answer, Citation, Claim, Doubt
from assistant.archive import Archive, NotFound
from assistant.conversation import Turn
from assistant.rendering import as_json
from ingest.document import Span
from vectorstore.library import LibraryError

EVENTS = [{"event": "searching", "terms": ["费", "\x00"]}, {"event": "claim", "score": 0.1 + 0.2}, {"event": "done"}]
AWKWARD = 'He said "非常 \u2028 100%_", \x00\x1b[0m \U0001f600 \\n'
ROOT = Path(__file__).parent.parent
DIES = """
import os, signal, sys
sys.path[:0] = [{root!r}, {tests!r}]
from test_archive import EVENTS, answer
from assistant.archive import Archive
archive = Archive({url!r})
begun = archive.begin(None, "one")
archive.finish(begun.turn_id, answer("a1"), EVENTS, "done", ["d1:0"])
left = archive.begin(begun.conversation_id, "two")
last = archive.begin(begun.conversation_id, "three")
print(begun.conversation_id, flush=True)
archive.finish(last.turn_id, answer("a3"), EVENTS, "done")
os.kill(os.getpid(), signal.SIGKILL)
"""


def answer(identity: str = "a1", text: str = AWKWARD, title: str = "Notice", **more: Any) -> Answer:
    """An answer of one claim with a doubt, which cites d1 and, for the doubt, d2."""
    first, second = (
        Citation(document_id=each, title=f"{title} {each}", span=Span(start=3, end=3 + len(text)), quote=text)
        for each in ("d1", "d2")
    )
    doubt = Doubt(id="c1-d1", kind="hedged", reason="It may be.", evidence=(second,), span=Span(start=0, end=2))
    claim = Claim(
        id="c1",
        text=text,
        span=Span(start=0, end=len(text)),
        verdict="supported",
        citations=(first,),
        doubts=(doubt,),
    )
    fields = {"question": "What is said?", "text": text, "claims": (claim,), "passages": (), "refused": False}
    told = {"versions": {"code": "0f"}, "usage": {"seconds": 1 / 3}, "standalone": "What is said of 费?"}
    return Answer(id=identity, **(fields | told | more))


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server for all tests of this file; as root it runs as the user postgres."""
    if POSTGRES is None:
        pytest.skip("PostgreSQL's server is not installed")
    folder = Path("/tmp") / f"caveat-archive-{os.getpid()}"  # noqa: S108 (a socket's path must be short)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    port = free_port()
    run([*as_user, POSTGRES / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres"], folder)
    control = [*as_user, POSTGRES / "pg_ctl", "-D", folder / "data", "-w"]
    run([*control, "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1", "start"], folder)
    yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    run([*control, "-m", "immediate", "stop"], folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'conversations.db'}"
    server, name = request.getfixturevalue("postgres_server"), f"archive_{os.urandom(6).hex()}"
    engine = sql.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return f"{server}/{name}"


@pytest.fixture
def archive(url: str) -> Iterator[Archive]:
    with Archive(url) as archive:
        yield archive


def asked(archive: Archive, question: str = "What?", kept: Answer | None = None) -> str:
    """A new conversation with one finished turn."""
    begun = archive.begin(None, question)
    assert archive.finish(begun.turn_id, kept or answer(), EVENTS, "done", ["d1:0"])
    return begun.conversation_id


def test_what_was_shown_reopens_to_the_byte(url: str):
    """The answer's JSON and every event come back as they were given, from a new process's archive too."""
    shown = json.dumps(as_json(answer()))
    with Archive(url) as archive:
        conversation_id = asked(archive)
        [turn] = archive.conversation(conversation_id).turns
    with Archive(url) as archive:
        assert archive.conversation(conversation_id).turns == (turn,)
        assert (json.dumps(turn.answer), turn.state) == (shown, "done")
        assert json.dumps(archive.answer("a1")) == shown
        assert archive.events(turn.id) == ("done", EVENTS)


def test_what_was_finished_outlives_a_kill_and_what_was_not_is_stopped(url: str):
    """SIGKILL right after `finish` returned: it is there, whole; the turn that was running is stopped and has no answer."""
    code = DIES.format(root=str(ROOT), tests=str(ROOT / "tests"), url=url)
    died = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    with Archive(url) as archive:
        conversation = archive.conversation(died.stdout.strip())
        assert [turn.state for turn in conversation.turns] == ["done", "stopped", "done"]
        assert [turn.answer for turn in conversation.turns] == [as_json(answer("a1")), None, as_json(answer("a3"))]
        assert archive.events(conversation.turns[1].id) == ("stopped", [])
        assert [turn.question for turn in archive.turns(conversation.id)] == ["one", "three"]


def test_a_follow_up_knows_the_questions_that_were_answered(archive: Archive):
    """`turns` gives finished ones in order, with what was meant, asked back and cited; not the running, stopped or failed."""
    first = archive.begin(None, "What of fees?")
    archive.finish(first.turn_id, answer(text="Waived.", choices=("A?", "B?")), EVENTS, "done", ["d1:0", "d2:4"])
    for state in ("stopped", "failed"):
        archive.finish(archive.begin(first.conversation_id, "And?").turn_id, None, EVENTS[:1], state)
    archive.begin(first.conversation_id, "Still?")
    assert archive.turns(first.conversation_id) == (
        Turn(
            question="What of fees?",
            standalone="What is said of 费?",
            answer="Waived.",
            choices=("A?", "B?"),
            cited=("d1:0", "d2:4"),
        ),
    )


def test_an_unknown_conversation_is_not_found(archive: Archive):
    """Nothing is begun in a conversation that is not there, whatever its name holds."""
    for name in ("nope", "", "\x00", "'; --", "x" * 5000):
        with pytest.raises(NotFound):
            archive.begin(name, "What?")
        assert archive.conversation(name) is None
        assert archive.answer(name) is None
        assert archive.events(name) is None
        assert archive.turns(name) == ()
        assert archive.rename(name, "x") is None
        assert not archive.delete(name)
    assert archive.page().total == 0


def test_a_turn_is_finished_once(archive: Archive):
    """The first word counts: what comes later is not written."""
    begun = archive.begin(None, "What?")
    assert archive.finish(begun.turn_id, None, [], "stopped")
    assert not archive.finish(begun.turn_id, answer(), EVENTS, "done")
    assert archive.answer("a1") is None
    assert archive.events(begun.turn_id) == ("stopped", [])


def test_the_latest_answer_of_an_id_is_given(archive: Archive):
    """The same question to the same library has one id; deleting its last asking brings the earlier one to light."""
    asked(archive, kept=answer(notices=("first",)))
    later = asked(archive, kept=answer(notices=("second",)))
    assert archive.answer("a1")["notices"] == ["second"]
    archive.delete(later)
    assert archive.answer("a1")["notices"] == ["first"]


def test_deletion_takes_everything(url: str, tmp_path: Path):
    """Conversation, turns, answer and events are gone; in SQLite no word of them is left on the disk."""
    with Archive(url) as archive:
        stays, goes = (
            asked(archive, "What stays?"),
            asked(archive, "Zuckerrohr?", answer("a2", text="Zuckerrohr " * 900)),
        )
        turn = archive.conversation(goes).turns[0].id
        assert archive.delete(goes)
        assert not archive.delete(goes)
        assert (archive.conversation(goes), archive.answer("a2"), archive.events(turn)) == (None, None, None)
        assert [listed.id for listed in archive.page().conversations] == [stays]
        assert b"uckerrohr" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_a_conversation_deleted_while_it_is_answered_stays_deleted(archive: Archive):
    """`finish` says that nothing was kept, and nothing comes back to life."""
    begun = archive.begin(None, "What?")
    archive.delete(begun.conversation_id)
    assert not archive.finish(begun.turn_id, answer(), EVENTS, "done")
    assert archive.conversation(begun.conversation_id) is None
    assert archive.answer("a1") is None
    assert archive.page().total == 0


def test_asking_and_deleting_at_once_leave_no_turn_without_a_conversation(archive: Archive):
    """Each `begin` either comes before the deletion and is taken with it, or finds no conversation."""
    for _ in range(15):
        home, begun = archive.begin(None, "What?").conversation_id, []
        start = threading.Barrier(4)

        def ask(home: str = home, begun: list[str] = begun, start: threading.Barrier = start) -> None:
            start.wait()
            for _ in range(5):
                try:
                    begun.append(archive.begin(home, "And?").turn_id)
                except NotFound:
                    return
                archive.finish(begun[-1], answer(), EVENTS, "done")

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        start.wait()
        assert archive.delete(home)
        for thread in threads:
            thread.join()
        assert [archive.events(turn) for turn in begun] == [None] * len(begun)
        assert archive.answer("a1") is None


def test_fifty_conversations_at_once(url: str):
    """Fifty threads over two archives of one database: no call fails, and every answer is kept in its own conversation."""

    def talk(archive: Archive, number: int) -> str:
        begun = archive.begin(None, f"Question {number}")
        for part in range(3):
            said = answer(f"a{number}-{part}", text=f"{number} and {part}")
            assert archive.finish(begun.turn_id, said, EVENTS * 20, "done")
            archive.page(5, words=f"{number} and")
            begun = archive.begin(begun.conversation_id, f"And {part}?")
        return begun.conversation_id

    with Archive(url) as one, Archive(url) as other, ThreadPoolExecutor(50) as threads:
        talks = {number: threads.submit(talk, (one, other)[number % 2], number) for number in range(50)}
        ids = {number: future.result() for number, future in talks.items()}
        assert one.page().total == 50
        for number, conversation_id in ids.items():
            assert [turn.answer for turn in other.turns(conversation_id)] == [f"{number} and {n}" for n in range(3)]


def test_the_list_is_newest_first_and_its_pages_meet(archive: Archive):
    """Pages follow each other without gap or repetition; asking again brings a conversation to the front."""
    ids = [asked(archive, f"Question {number}") for number in range(7)]
    archive.begin(ids[2], "Again?")
    seen, cursor = [], None
    while True:
        page = archive.page(3, cursor)
        assert page.total == 7
        seen += page.conversations
        if (cursor := page.next_cursor) is None:
            break
    assert [listed.id for listed in seen] == [ids[number] for number in (2, 6, 5, 4, 3, 1, 0)]
    assert (seen[0].turns, seen[0].state, seen[0].tally["standing"]) == (2, "running", "caveat")
    assert seen[1].sources == ("d1", "d2")
    assert seen[1].tally["claims"] == seen[1].tally["supported_with_doubts"] == 1


def test_conversations_are_found_by_words_of_titles_questions_and_answers(archive: Archive):
    """Every word must stand somewhere, in any case; signs that SQL knows are only signs."""
    fees = asked(archive, "What of FEES in Ödland?", answer(text="Платформы waive 100% of them."))
    asked(archive, "费用?", answer(text="100 of them"))
    archive.rename(fees, "Plat\x00forms")
    for words in ("fees", "ödland waive", "платформы", "plat fees", "100%"):
        assert [listed.id for listed in archive.page(words=words).conversations] == [fees], words
    assert archive.page(words="of").total == 2
    assert archive.page(words="费用").total == 1
    assert archive.page(words="fees nowhere").total == archive.page(words="w_ive").total == 0


def test_a_title_is_the_question_shortened(archive: Archive):
    """At a word where there is one, and never longer than 100 characters; a new one keeps its words."""
    ids = [asked(archive, question) for question in ("  A \n short one ", "word " * 60, "费" * 200)]
    titles = [archive.conversation(each).title for each in ids]
    assert titles == ["A short one", ("word " * 20).strip() + "…", "费" * 99 + "…"]
    assert archive.rename(ids[0], " Another\ttitle ") == "Another title" == archive.conversation(ids[0]).title


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_living_process_keeps_its_running_turns(url: str):
    """Where processes share a database, opening stops only the turns of those that have died."""
    with Archive(url) as living, Archive(url) as other:
        begun, left = living.begin(None, "What?"), other.begin(None, "Left?")
        other.close()
        with Archive(url) as late:
            assert late.events(begun.turn_id) == ("running", [])
            assert late.events(left.turn_id) == ("stopped", [])
        assert living.finish(begun.turn_id, answer(), EVENTS, "done")


def test_a_database_that_does_not_fit_is_an_error_with_a_hint(url: str, tmp_path: Path):
    """Tables of another version, or no database at all: said once, at the start."""
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE turns (id TEXT)")
    engine.dispose()
    for wrong in (url, f"sqlite:///{tmp_path}/nowhere/x.db", "nonsense:"):
        with pytest.raises(LibraryError) as error:
            Archive(wrong)
        assert error.value.hint
