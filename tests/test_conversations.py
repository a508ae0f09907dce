"""Conversations over HTTP and as files: reopened as they were shown, and nothing in them comes alive."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_archive import answer as made

from assistant import exporting
from assistant.answer import Answer
from assistant.api.conversations import ConversationListOut, ConversationOut, routes
from assistant.api.problems import MEDIA_TYPE, install
from assistant.archive import Archive
from assistant.chain import Assistant
from assistant.rendering import as_json
from assistant.word_file import answer_docx
from ingest.sources import from_json_lines, gather
from vectorstore.store import Store

HOSTILE = (
    "The levy on marzipan is 40 percent [1] ![pixel](http://evil.example/p.png) [here](javascript:alert(1)) "
    "<img src=x onerror=alert(1)> <https://evil.example> https://evil.example/x www.evil.example &lt;b&gt; `code` **bold** "
    "| a | b | $x$ [^1] # 1. - \\"
)
QUESTION = "How many cities use the health code?"
MARKS = st.text(st.sampled_from("ab1. \n\t-+*_`[]()<>!#&;:/\\|~$=@^{}'\"费\u2028"), max_size=40)
PARSERS = [
    MarkdownIt("commonmark"),  # with raw HTML let through
    MarkdownIt("gfm-like", {"linkify": False, "html": True}),
]


@pytest.fixture
def archive(home: Path) -> Iterator[Archive]:
    home.mkdir(parents=True, exist_ok=True)
    with Archive(f"sqlite:///{home / 'conversations.db'}") as archive:
        yield archive


@pytest.fixture
def client(archive: Archive, hashing_store: Store) -> Iterator[TestClient]:
    app = FastAPI()
    install(app)
    app.include_router(routes(archive, hashing_store))
    with TestClient(app) as client:
        yield client


def add(store: Store, title: str, text: str) -> str:
    record = json.dumps({"_id": title, "title": title, "text": text}).encode()
    [outcome] = store.ingest(from_json_lines(record, "test:"))
    assert outcome.id
    return outcome.id


def ask(store: Store, archive: Archive, question: str, conversation_id: str | None = None) -> tuple[str, Answer]:
    """Asks and keeps the answer; the conversation's id and the answer."""
    begun = archive.begin(conversation_id, question)
    answer = Assistant(store).answer(question)
    assert archive.finish(begun.turn_id, answer, [{"event": "done"}], "done")
    return begun.conversation_id, answer


def shown_as(answer: Answer) -> Any:
    return json.loads(json.dumps(as_json(answer)))


def refused(reply: Any, status: int, code: str) -> bool:
    told = reply.json()
    return (reply.status_code, reply.headers["content-type"], told["code"], bool(told["hint"])) == (
        status,
        MEDIA_TYPE,
        code,
        True,
    )


def tokens(text: str, parser: MarkdownIt = PARSERS[1]) -> list[Any]:
    return [inner for token in parser.parse(text) for inner in (token, *(token.children or ()))]


def plain(text: str, parser: MarkdownIt = PARSERS[1]) -> str:
    """What a reader of some Markdown sees, a line for each paragraph."""
    inline = [token for token in parser.parse(text) if token.type == "inline"]
    return "\n".join("".join(inner.content for inner in token.children) for token in inline)


def strong(text: str, parser: MarkdownIt = PARSERS[1]) -> list[str]:
    """The parts that are bold."""
    bold, found = False, []
    for token in tokens(text, parser):
        if token.type == "strong_open":
            bold = True
            found.append("")
        elif token.type == "strong_close":
            bold = False
        elif bold:
            found[-1] += token.content
    return found


# ---------- routes ----------


def test_a_conversation_reopens_to_the_byte_as_it_was_shown(
    client: TestClient, archive: Archive, hashing_store: Store, sample_library: Path
):
    """Answer, refusal, stopped and failed turns come back in order; the answers' JSON is what was shown, unchanged."""
    list(hashing_store.ingest(gather([str(sample_library)])))
    home, first = ask(hashing_store, archive, QUESTION)
    _, second = ask(hashing_store, archive, "What did the ministry say about semiconductor exports?", home)
    for state in ("stopped", "failed"):
        archive.finish(archive.begin(home, "And?").turn_id, None, [], state)
    shown = client.get(f"/v1/conversations/{home}").json()
    assert first.claims
    assert second.refused
    assert [json.dumps(turn["answer"]) for turn in shown["turns"]] == [
        *(json.dumps(as_json(answer)) for answer in (first, second)),
        "null",
        "null",
    ]
    assert [turn["state"] for turn in shown["turns"]] == ["done", "done", "stopped", "failed"]
    assert (shown["gone"], shown["changed_since"]) == ([], [])
    assert json.dumps(client.get(f"/v1/answers/{first.id}").json()) == json.dumps(as_json(first))
    ConversationOut.model_validate(shown)


def test_what_left_the_library_is_told_and_the_answer_stays_as_it_was(
    client: TestClient, archive: Archive, hashing_store: Store
):
    """A cited document that was removed, or replaced, is named; the answer that cites it is not touched."""
    gone = add(hashing_store, "Sugar rule", "The levy on marzipan is 40 percent.")
    home, answer = ask(hashing_store, archive, "What is the levy on marzipan?")
    assert {each.document_id for claim in answer.claims for each in claim.citations} == {gone}
    assert client.get(f"/v1/conversations/{home}").json()["gone"] == []
    add(hashing_store, "Sugar rule", "The levy on marzipan is 90 percent.")
    shown = client.get(f"/v1/conversations/{home}").json()
    assert shown["gone"] == [gone]
    assert ["“Sugar rule” is no longer in the library" in fact for fact in shown["changed_since"]] == [True]
    assert shown["turns"][0]["answer"] == shown_as(answer)
    [listed] = client.get("/v1/conversations").json()["conversations"]
    assert listed["gone"] == [gone]
    assert listed["changed_since"] == ["1 cited document is no longer in the library."]


def test_the_list_turns_its_pages(client: TestClient, archive: Archive):
    """Newest first, by limit and cursor, with counts and the last answer's tally; `q` narrows it."""
    ids = []
    for question in ("Once?", "Twice?", "More?"):
        begun = archive.begin(None, question)
        archive.finish(begun.turn_id, made(), [], "done")
        ids.append(begun.conversation_id)
    first = client.get("/v1/conversations?limit=2").json()
    rest = client.get("/v1/conversations", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    ConversationListOut.model_validate(first)
    assert [listed["id"] for listed in first["conversations"] + rest["conversations"]] == ids[::-1]
    assert (first["total"], rest["total"], rest["next_cursor"]) == (3, 3, None)
    assert {(each["turns"], each["state"], each["tally"]["standing"]) for each in first["conversations"]} == {
        (1, "done", "caveat")
    }
    assert [each["id"] for each in client.get("/v1/conversations?q=TWICE").json()["conversations"]] == [ids[1]]
    assert client.get("/v1/conversations?q=nougat").json() == {"conversations": [], "next_cursor": None, "total": 0}


def test_a_conversation_is_renamed_and_deleted(client: TestClient, archive: Archive, hashing_store: Store):
    """A new title is kept; a deleted conversation is gone with its answers, and deleting it again is not found."""
    home, answer = ask(hashing_store, archive, QUESTION)
    assert client.patch(f"/v1/conversations/{home}", json={"title": " Health \n codes "}).json() == {
        "id": home,
        "title": "Health codes",
    }
    assert client.get(f"/v1/conversations/{home}").json()["title"] == "Health codes"
    assert client.get(f"/v1/answers/{answer.id}").status_code == 200
    assert client.delete(f"/v1/conversations/{home}").status_code == 204
    for path in (
        f"/v1/conversations/{home}",
        f"/v1/answers/{answer.id}",
        f"/v1/answers/{answer.id}/export?format=docx",
    ):
        assert refused(client.get(path), 404, "not_found")
    assert refused(client.delete(f"/v1/conversations/{home}"), 404, "not_found")


def test_what_is_asked_for_wrongly_is_a_problem_with_a_hint(client: TestClient, archive: Archive):
    """Unknown ids are 404; values out of bounds and foreign cursors are 422."""
    home = archive.begin(None, "What?").conversation_id
    for path in (
        "/v1/conversations/nope",
        "/v1/conversations/%00/export",
        "/v1/answers/nope",
        "/v1/answers/%F0/export",
    ):
        assert refused(client.get(path), 404, "not_found"), path
    for path in ("?limit=0", "?limit=201", f"?q={'x' * 201}", f"/{home}/export?format=docx", f"/{home}/export?format="):
        assert refused(client.get(f"/v1/conversations{path}"), 422, "invalid"), path
    for body in (
        {},
        {"title": ""},
        {"title": " \n"},
        {"title": "x" * 201},
        {"title": 5},
        {"title": "x", "id": "y"},
        [],
    ):
        assert refused(client.patch(f"/v1/conversations/{home}", json=body), 422, "invalid"), body
    for cursor in ("-1", "x", "٣", "1" * 19):
        assert refused(client.get("/v1/conversations", params={"cursor": cursor}), 422, "invalid"), cursor
    assert refused(client.patch("/v1/conversations/nope", json={"title": "x"}), 404, "not_found")


# ---------- files ----------


def test_an_exported_answer_holds_all_that_was_shown(
    client: TestClient, archive: Archive, hashing_store: Store, sample_library: Path
):
    """Question, claims with numbered citations, quotes, doubts, what is missing, notices and versions, in each format."""
    list(hashing_store.ingest(gather([str(sample_library)])))
    _, answer = ask(hashing_store, archive, "How reliable is the health code?")
    assert any(claim.doubts for claim in answer.claims)
    files = {each: client.get(f"/v1/answers/{answer.id}/export?format={each}") for each in ("md", "docx", "json")}
    for each, file in files.items():
        assert file.headers["content-disposition"] == f'attachment; filename="answer-{answer.id}.{each}"'
    assert files["json"].json() == shown_as(answer)
    word = docx.Document(io.BytesIO(files["docx"].content))
    body = "\n".join(paragraph.text for paragraph in word.paragraphs)
    for text, beside in ((plain(files["md"].text), ""), (body, "\n".join(comment.text for comment in word.comments))):
        flat = " ".join(f"{text} {beside}".split())
        doubts = [doubt for claim in answer.claims for doubt in claim.doubts]
        cited = [each for claim in answer.claims for each in claim.citations]
        cited += [each for doubt in doubts for each in doubt.evidence]
        told = [answer.question, *answer.missing, *answer.notices, *(claim.text for claim in answer.claims)]
        told += [
            part for each in cited for part in (each.quote, each.title, f"characters {each.span.start}–{each.span.end}")
        ]
        told += [doubt.reason for doubt in doubts] + [f"{name}: {value}" for name, value in answer.versions.items()]
        assert [each for each in told if " ".join(each.split()) not in flat] == []
        numbers = re.findall(r"^\[(\d+)\] ", text, re.MULTILINE)
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
        assert len(numbers) == len({(each.document_id, each.span) for each in cited})


def test_a_claim_that_was_not_checked_never_looks_supported(archive: Archive, hashing_store: Store):
    """The verdict stands behind every claim, in words."""
    add(hashing_store, "Sugar rule", "The levy on marzipan is 40 percent.")
    _, answer = ask(hashing_store, archive, "What is the levy on marzipan?")
    stored = shown_as(answer)
    for verdict, word in (
        ("unchecked", "not checked"),
        ("not_found", "not found as stated"),
        ("contradicted", "contradicted"),
    ):
        stored["claims"][0]["verdict"] = verdict
        told = exporting.answer_markdown(stored)
        assert f"{word}**" in told
        assert f"1 {word}" in told
        assert "supported" not in told


def test_a_refusal_says_what_came_nearest(client: TestClient, archive: Archive, hashing_store: Store):
    """Its text, what is missing, and the passages that are no answer."""
    add(hashing_store, "Sugar rule", "The levy on marzipan is 40 percent.")
    _, answer = ask(hashing_store, archive, "Who sells helicopters in Tirana?")
    assert answer.refused
    told = plain(client.get(f"/v1/answers/{answer.id}/export").text)
    assert all(each in told for each in (answer.text, *answer.missing, "none of which is an answer", "marzipan"))


def test_a_conversation_is_exported_with_every_question(client: TestClient, archive: Archive, hashing_store: Store):
    """Each question in order, those without an answer too, and what changed since; as JSON, what reopening gives."""
    document_id = add(hashing_store, "Sugar rule", "The levy on marzipan is 40 percent.")
    home, _ = ask(hashing_store, archive, "What is the levy on marzipan?")
    archive.finish(archive.begin(home, "And [on](x) nougat?").turn_id, None, [], "stopped")
    hashing_store.remove(document_id)
    told = plain(client.get(f"/v1/conversations/{home}/export").text)
    parts = [
        "What is the levy on marzipan?",
        "40 percent",
        "And [on](x) nougat?",
        "stopped",
        "What changed since",
        "Sugar rule",
    ]
    places = [told.rindex(part) for part in parts]
    assert places == sorted(places)
    opened = client.get(f"/v1/conversations/{home}").json()
    assert client.get(f"/v1/conversations/{home}/export?format=json").json() == opened


def test_words_of_a_document_come_alive_in_no_file(client: TestClient, archive: Archive):
    """No link, image, HTML, code or citation comes of hostile words, wherever they stand; they read as they are."""
    answer = made(
        text=HOSTILE, title=HOSTILE, question=HOSTILE, standalone=f"{HOSTILE} ?", missing=(HOSTILE,), notices=(HOSTILE,)
    )
    begun = archive.begin(None, HOSTILE)
    archive.finish(begun.turn_id, answer, [], "done")
    archive.rename(begun.conversation_id, HOSTILE)
    alive = {
        "link_open",
        "image",
        "html_inline",
        "html_block",
        "code_inline",
        "code_block",
        "fence",
        "table_open",
        "s_open",
    }
    ours = re.compile(r"1\.|\[1\] supported, with doubts|\[2\]|Hedged:|Searched as:")
    for path in (f"/v1/answers/{answer.id}/export", f"/v1/conversations/{begun.conversation_id}/export?format=md"):
        text = client.get(path).text
        shown = 12 if "conversations" in path else 9  # there, its title and the two documents that are gone too
        for parser in PARSERS:
            assert alive & {token.type for token in tokens(text, parser)} == set()
            assert plain(text, parser).count(HOSTILE) == shown
            assert [each for each in strong(text, parser) if not ours.fullmatch(each)] == []
        assert not re.search(r"https?:|www\.|://", text)
    word = zipfile.ZipFile(io.BytesIO(client.get(f"/v1/answers/{answer.id}/export?format=docx").content))
    assert b"<w:hyperlink" not in word.read("word/document.xml")
    assert b"evil.example" not in b"".join(word.read(name) for name in word.namelist() if name.endswith(".rels"))


@given(MARKS)
@example("- a")
@example("12. a")
@example("1) a")
@example("---")
@example("a &lt; ![b](c) <d> ~~e~~ www.f.example")
def test_escaped_words_are_one_paragraph_that_reads_as_they_do(text: str):
    """Whatever signs stand in it, at the start of a paragraph, a quote, a heading or a list's item."""
    flat = " ".join(text.split())
    for parser in PARSERS:
        for before in ("", "> ", "# ", "- ", "**x** "):
            parsed = parser.parse(f"{before}{exporting.escaped(text)}")
            inline = [token for token in parsed if token.type == "inline"]
            if flat:
                assert [plain(f"{before}{exporting.escaped(text)}", parser)] == ["x " * (before == "**x** ") + flat]
                assert {child.type for token in inline for child in token.children} <= {
                    *("text", "text_special", "strong_open", "strong_close")
                }


@given(st.text(max_size=30))
def test_any_words_fit_into_a_word_file(text: str):
    """Characters that XML cannot hold are shown as a sign; all others stand in the file."""
    answer = {"id": "a", "question": text, "text": text, "claims": [], "missing": [text], "nearest": [], "notices": []}
    answer |= {"mode": "quoted", "versions": {}, "usage": {}}
    read = docx.Document(io.BytesIO(answer_docx(answer)))
    visible = [each for each in text if each.isprintable()]
    assert [each for each in visible if each not in read.paragraphs[0].text] == []
