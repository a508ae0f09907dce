"""Drafts as files and over the ways in: Word and Markdown, the command line, the API and its clients."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from drafted import DRAFT, NOTICE, check, checker, marked, source, word
from fastapi.testclient import TestClient

from assistant import wiring
from assistant.answer import Citation, Claim, Doubt
from assistant.api.checks import CheckIn, begun
from assistant.api.serving import create_app
from assistant.checking.deterministic import Deterministic
from assistant.checking.verifier import Judgement
from assistant.cli import main
from assistant.client import AsyncClient, Client, Refused
from assistant.commenting import commented
from assistant.drafts import CheckedDraft, collected, read_draft
from assistant.exporting import draft_markdown
from assistant.mcp.reach import There
from assistant.rendering import as_json
from assistant.settings import Settings
from evals.serving import serving
from ingest.document import Span
from ingest.reading import DOCX
from ingest.sources import Source, from_record
from vectorstore.store import Store

# ---------- Word and Markdown ----------


def test_a_word_file_comes_back_with_comments_at_the_doubtful_places():
    """A comment spans just the doubtful sentence, says the verdict, the reason and the source's words; all else stays."""
    original = word(
        ["On the notice."],
        [
            "Authorities should encourage platforms to waive fees. Platforms ",
            "must",
            " remove listings of wild animals within 48 hours. More follows.",
        ],
    )
    draft = read_draft(Source(uri="x", name="draft.docx", content=original))
    checked = collected(draft, checker().check(draft, [source(NOTICE, "The notice")]))
    content = commented(checked, original)
    comments = dict(marked(content))
    wrong = comments["Platforms must remove listings of wild animals within 48 hours."]
    assert wrong.startswith("Contradicted by its source.")
    assert "24 hours" in wrong
    assert "The notice, characters 0–63" in wrong
    assert "Authorities should encourage platforms to waive fees." not in comments
    after, before = (docx.Document(io.BytesIO(each)) for each in (content, original))
    assert [each.text for each in after.paragraphs] == [each.text for each in before.paragraphs]
    assert [run.text for run in after.paragraphs[1].runs if run.bold] == ["must"]


def test_a_claim_that_is_not_found_in_the_word_file_is_told_all_the_same():
    """Words that the file does not hold as they were read are told at its beginning, by themselves."""
    claim = Claim(id="c1", text="Nowhere to be seen.", span=Span(start=0, end=19), verdict="not_found", citations=())
    checked = CheckedDraft(title="", text="", claims=(claim,))
    [(spanned, said)] = marked(commented(checked, word(["Another text."])))
    assert (spanned, said.split("\n")[0]) == ("Another text.", "Of “Nowhere to be seen.”:")


def test_words_in_a_link_and_before_a_break_are_spanned():
    """A claim that runs into a link, or over a line break, has its comment on all of it."""
    document, file = docx.Document(), io.BytesIO()
    paragraph = document.add_paragraph("First. The fee ")
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraph._p.append(parse_xml(f"<w:hyperlink {space}><w:r><w:t>rises to</w:t></w:r></w:hyperlink>"))
    paragraph.add_run(" 20\nyuan now. Last.")
    document.save(file)
    claim = Claim(
        id="c1", text="The fee rises to 20 yuan now.", span=Span(start=7, end=36), verdict="unchecked", citations=()
    )
    [(spanned, said)] = marked(commented(CheckedDraft(title="", text="", claims=(claim,)), file.getvalue()))
    assert spanned == "The fee rises to 20yuan now."
    assert said == "Could not be checked."


def test_a_sentence_that_stands_twice_has_a_comment_each_time():
    """Comments stand where their own sentence stands, not twice on the first of two that are alike."""
    again = "Platforms must waive fees."
    original = word([f"{again} {again}"], [again])
    draft = read_draft(Source(uri="x", name="draft.docx", content=original))
    content = commented(collected(draft, checker().check(draft, [source(NOTICE)])), original)
    assert [words for words, _ in marked(content)] == [again] * 3
    runs = [[run.text for run in each.runs if run.text] for each in docx.Document(io.BytesIO(content)).paragraphs]
    assert runs == [[again, " ", again], [again]]


def test_a_plain_draft_becomes_a_word_file():
    """A draft that was no Word file becomes one, its lines as paragraphs, with the same comments."""
    assert ("Platforms must waive fees.", "overstated") in [
        (words, said.split("\n")[1].split(":")[0].lower()) for words, said in marked(commented(check(DRAFT)))
    ]


def test_what_no_xml_can_hold_is_shown_as_a_sign():
    """A control character in a draft or a quote spoils no Word file."""
    citation = Citation(document_id="d", title="T\x01", span=Span(start=0, end=2), quote="a\x02")
    doubt = Doubt(id="d", kind="misquoted", reason="Bad \x03.", evidence=(citation,))
    claim = Claim(
        id="c1", text="A \x04 b.", span=Span(start=0, end=6), verdict="contradicted", citations=(), doubts=(doubt,)
    )
    [(_, said)] = marked(commented(CheckedDraft(title="", text="A \x04 b.", claims=(claim,))))
    assert "Bad \ufffd." in said


def test_markdown_has_the_draft_in_order_with_states_and_sources():
    """Every sentence stands where it stood, claims with state, quotes and reasons; nothing of it is markup."""
    text = draft_markdown(as_json(check(DRAFT + "\n\nIt is [here](http://x.example) that 3 firms closed.")))
    places = [
        text.index(words)
        for words in ("Dear colleagues", "48 hours", "praised abroad", "It also says that", "Kind regards")
    ]
    assert places == sorted(places)
    assert "**\\[1\\] contradicted**" in text
    assert "- **Misquoted:**" in text
    assert "\\[here\\](" in text
    assert "[here](" not in text.replace("\\[here\\](", "")


# ---------- the command line ----------


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a draft and its source."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAVEAT_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("CAVEAT_EMBEDDER", "hashing")
    (tmp_path / "draft.md").write_text(DRAFT, encoding="utf-8")
    (tmp_path / "notice.txt").write_text(NOTICE, encoding="utf-8")
    return tmp_path


def test_the_command_checks_against_given_files(at_home: Path, capsys: pytest.CaptureFixture[str]):
    """Sentences are printed in order with verdicts; files are written once and nothing that is there is overwritten."""
    command = ["check", "draft.md", "--source", "notice.txt", "--docx", "out.docx", "--markdown", "out.md"]
    assert main(command) == 0
    told = capsys.readouterr().out
    signs = ("✗ Contradicted by its source.", "∅ Not found as stated.", "✓ Supported.", "(a question)")
    assert [sign in told for sign in signs] == [True] * len(signs)
    assert "4 claims: 1 contradicted, 2 not found as stated, 1 supported." in told
    assert len(marked((at_home / "out.docx").read_bytes())) == 3
    assert (at_home / "out.md").read_text(encoding="utf-8").startswith("# Checked:")
    assert not (at_home / "data").exists()
    assert main(command) == 1
    assert "is there already" in capsys.readouterr().err
    for outputs, said in (
        (["--docx", "nowhere/x.docx"], "is no folder"),
        (["--docx", "a.x", "--markdown", "a.x"], "one name"),
    ):
        assert main([*command[:2], *outputs]) == 1
        assert said in capsys.readouterr().err
    assert not (at_home / "a.x").exists()


@pytest.mark.usefixtures("at_home")
def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]):
    """`--json` prints one object: claims as in answers, what was left in peace, notices."""
    assert main(["check", "draft.md", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {claim["verdict"] for claim in told["claims"]} == {"not_found"}
    assert told["notices"] == ["The library is empty: nothing could support any claim."]
    assert {each["why"] for each in told["left"]} >= {"question", "greeting"}


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize(
    "wrong",
    [
        ["nothing.md"],
        ["."],
        ["draft.md", "--source", "nothing.txt"],
        ["draft.md", "--source", "notice.txt", "--kind", "notice"],
    ],
)
def test_what_cannot_be_checked_is_told(wrong: list[str], capsys: pytest.CaptureFixture[str]):
    """A draft or source that is not there, and filters beside sources, are errors with a hint."""
    assert main(["check", *wrong]) == 1
    assert len(capsys.readouterr().err.splitlines()) >= 2


# ---------- the API and its clients ----------


@pytest.fixture
def client(hashing_store: Store) -> Iterator[TestClient]:
    list(hashing_store.ingest([from_record({"title": "The notice", "text": NOTICE}, "api:")]))
    app = create_app(hashing_store, Settings(home=hashing_store.home, embedder="hashing"))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def events(reply: Any) -> list[dict[str, Any]]:
    frames = [frame for frame in reply.text.split("\n\n") if frame.startswith(("id:", "event:", "data:"))]
    return [json.loads(line[6:]) for frame in frames for line in frame.splitlines() if line.startswith("data: ")]


def test_the_api_checks_against_the_library_or_given_sources(client: TestClient):
    """Without sources the library is asked, and a citation is of its document; with sources nothing of it is."""
    own = client.post("/v1/checks", json={"text": DRAFT}).json()
    assert [claim["verdict"] for claim in own["claims"]] == ["contradicted", "not_found", "supported", "not_found"]
    assert own["counts"] == {
        "claims": 4, "supported": 1, "supported_with_doubts": 0, "contradicted": 1, "not_found": 2, "unchecked": 0
    }  # fmt: skip
    for claim in own["claims"]:
        for cited in claim["citations"]:
            text = client.get(f"/v1/documents/{cited['document_id']}/text").text
            assert text[cited["span"]["start"] : cited["span"]["end"]] == cited["quote"]
    other = {"text": DRAFT, "sources": [{"title": "Weather", "text": "It rained in Linqiao all day."}]}
    told = client.post("/v1/checks", json=other).json()
    assert {claim["verdict"] for claim in told["claims"]} == {"not_found"}
    assert client.get("/v1/documents").json()["total"] == 1


def test_events_are_the_same_claims_and_end_with_done(client: TestClient):
    """With `Accept: text/event-stream` each claim comes as an event, numbered, and `done` bears what JSON would."""
    asked, accept = {"text": DRAFT}, {"accept": "text/event-stream"}
    reply = client.post("/v1/checks", json=asked, headers=accept)
    assert reply.headers["content-type"].startswith("text/event-stream")
    *claims, last = events(reply)
    whole = client.post("/v1/checks", json=asked).json()
    assert [each["type"] for each in claims] == ["claim"] * 4
    assert [each["event"] for each in (*claims, last)] == [1, 2, 3, 4, 5]
    assert last["type"] == "done"
    assert {name: last[name] for name in whole} == whole
    assert [{name: each[name] for name in whole["claims"][0]} for each in claims] == whole["claims"]


def test_a_word_file_is_read_checked_and_handed_back_over_http(client: TestClient):
    """Its text comes as the command line reads it; what was found in that text comes back as comments in the same file."""
    original = word(["On the notice."], ["Platforms ", "must", " remove listings of wild animals within 48 hours."])
    read = client.post("/v1/drafts", files={"file": ("draft.docx", original)}).json()
    assert read["text"] == read_draft(Source(uri="x", name="draft.docx", content=original)).text
    assert read["warnings"] == []
    told = client.post("/v1/checks", json={"text": read["text"]}).json() | {
        "text": read["text"],
        "title": read["title"],
    }
    reply = client.post(
        "/v1/drafts/word",
        files={"checked": ("checked.json", json.dumps(told)), "file": ("draft.docx", original)},
    )
    assert reply.headers["content-type"] == DOCX
    comments = dict(marked(reply.content))
    assert "24 hours" in comments["Platforms must remove listings of wild animals within 48 hours."]
    plain = client.post("/v1/drafts/word", data={"checked": json.dumps(told)})
    assert dict(marked(plain.content)) == comments
    assert client.get("/v1/documents").json()["total"] == 1


@pytest.mark.parametrize(
    ("path", "form", "status", "code"),
    [
        ("/v1/drafts", {"files": {"other": ("a.txt", b"A.")}}, 400, "bad_input"),
        ("/v1/drafts", {"files": {"file": ("a.docx", b"PK\x03\x04")}}, 400, "broken"),
        ("/v1/drafts", {"files": {"file": ("a.jsonl", b"{}")}}, 400, "bad_input"),
        ("/v1/drafts", {"json": {"text": "A."}}, 415, "unsupported_type"),
        ("/v1/drafts/word", {"data": {"checked": "{}"}}, 400, "bad_input"),
        ("/v1/drafts/word", {"data": {"checked": '{"title": "", "text": "", "claims": 3}'}}, 400, "bad_input"),
        (
            "/v1/drafts/word",
            {"data": {"checked": '{"title": "", "text": "", "claims": []}'}, "files": {"file": ("a.docx", b"PK")}},
            400,
            "broken",
        ),
    ],
)
def test_a_draft_file_that_cannot_be_used_is_a_problem(
    client: TestClient, path: str, form: dict[str, Any], status: int, code: str
):
    reply = client.post(path, **form)
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert reply.json()["hint"]


async def test_leaving_off_ends_the_work(hashing_store: Store, monkeypatch: pytest.MonkeyPatch):
    """A reader who goes away ends the check with the sentence that is being checked."""
    list(hashing_store.ingest([from_record({"text": NOTICE}, "api:")]))
    verify, calls = Deterministic.verify, []

    def counted(self: Deterministic, *given: Any) -> Judgement:
        calls.append(given)
        return verify(self, *given)

    monkeypatch.setattr(Deterministic, "verify", counted)
    made = wiring.checker(Settings(home=hashing_store.home, embedder="hashing"), hashing_store)
    asked = CheckIn(text=" ".join(f"Claim number {n} is made here." for n in range(30)))
    settled = (await begun(hashing_store, lambda: made, asked)).settled()
    assert (await anext(settled)).text == "Claim number 0 is made here."
    await anext(settled)
    await settled.aclose()  # type: ignore[attr-defined]
    assert len(calls) < 10


def test_a_check_that_fails_on_its_way_ends_with_an_error_event(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    """What goes wrong after the first sentence is an `error` event, a problem document with no inner words."""
    asked = {"text": "One claim is made here. Another claim is made there."}
    verify = Deterministic.verify

    def fails(self: Deterministic, claim: str, *given: Any) -> Judgement:
        if "Another" in claim:
            raise RuntimeError("a secret")
        return verify(self, claim, *given)

    monkeypatch.setattr(Deterministic, "verify", fails)
    first, last = events(client.post("/v1/checks", json=asked, headers={"accept": "text/event-stream"}))
    assert (first["type"], last["type"], last["status"]) == ("claim", "error", 500)
    assert "secret" not in json.dumps(last)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"text": " "}, 422),
        ({"text": "A."} | {"sources": [{"title": "x"}]}, 422),
        ({"text": "A."} | {"more": 1}, 422),
        ({"text": "A claim."} | {"sources": [{"text": "\x00"}]}, 400),
    ],
)
def test_a_check_that_cannot_be_made_is_a_problem(client: TestClient, asked: Any, status: int):
    """Bodies that do not fit, and sources that hold nothing, are problem documents, as events too."""
    for accept in ("application/json", "text/event-stream"):
        reply = client.post("/v1/checks", json=asked, headers={"accept": accept})
        assert reply.status_code == status
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["hint"]


def test_a_reply_is_what_the_openapi_document_says(client: TestClient):
    """A checked draft validates against the schema that is published for it."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 (only here)

    document = client.get("/openapi.json").json()
    told = client.post("/v1/checks", json={"text": DRAFT}).json()
    Draft202012Validator(document | {"$ref": "#/components/schemas/CheckedOut"}).validate(told)
    described = document["paths"]["/v1/checks"]["post"]["responses"]["200"]["content"]
    assert set(described) == {"application/json", "text/event-stream"}


def test_the_clients_give_the_programs_own_values(hashing_store: Store):
    """What `check` of both clients and of the tools gives is what a Checker gives."""
    app = create_app(hashing_store, Settings(home=hashing_store.home, embedder="hashing", checker="rules"))
    own = check(DRAFT)

    async def awaited(url: str) -> tuple[CheckedDraft, Any]:
        async def say(_: str) -> None:
            """Nobody listens."""

        async with AsyncClient(url) as client:
            checked = await client.check(DRAFT, [("The notice", NOTICE)])
        reach = There(url)
        asked = CheckIn.model_validate({"text": DRAFT, "sources": [{"title": "The notice", "text": NOTICE}]})
        tool = await reach.check(asked, say)
        await reach.close()
        return checked, tool

    with serving(app) as url, Client(url) as caveat:
        told = caveat.check(DRAFT, [("The notice", NOTICE)])
        with pytest.raises(Refused):
            caveat.check(" ")
        again, tool = asyncio.run(awaited(url))
    assert told.claims == again.claims == own.claims
    assert told.left == own.left
    assert tool["claims"] == as_json(own.claims)
