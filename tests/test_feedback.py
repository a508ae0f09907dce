"""What readers made of flags: kept with the answer, taken back, gone with it, and a case for the evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.api.serving import create_app
from assistant.conversation import Review
from assistant.reviewing import case_of
from assistant.settings import Settings
from evals.case import Case
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

NOTICE = "# Ferry order\n\nAccording to multiple reports, every ferry must carry a bell from Monday on.\n"
QUESTION = "What must every ferry carry?"


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    with Store(home, HashingEmbedder()) as store:
        app = create_app(store, Settings(home=home))
        with TestClient(app, base_url="http://127.0.0.1") as client:
            client.post("/v1/documents", files={"file": ("ferry.md", NOTICE.encode())})
            yield client


def flagged(client: TestClient) -> dict[str, str]:
    """A flag of an answer, as a judgement names it."""
    answer = client.post("/v1/answers", json={"question": QUESTION}).json()
    [claim] = answer["claims"]
    return {"answer_id": answer["id"], "claim_id": claim["id"], "doubt_id": claim["doubts"][0]["id"]}


def test_a_judgement_is_kept_and_replaced(client: TestClient):
    """It is listed with its answer; a second judgement of the same flag takes the place of the first."""
    flag = flagged(client)
    assert client.post("/v1/feedback", json=flag | {"decision": "confirm", "reason": "right"}).status_code == 201
    client.post("/v1/feedback", json=flag | {"decision": "dismiss", "reason": "other", "note": "It is named above."})
    [kept] = client.get("/v1/feedback", params={"answer_id": flag["answer_id"]}).json()["feedback"]
    assert (kept["decision"], kept["reason"], kept["note"]) == ("dismiss", "other", "It is named above.")
    assert client.get("/v1/feedback", params={"answer_id": "another"}).json() == {"feedback": []}
    assert client.delete(f"/v1/feedback/{kept['id']}").status_code == 204
    assert client.delete(f"/v1/feedback/{kept['id']}").status_code == 404
    assert client.get("/v1/feedback").json() == {"feedback": []}


def test_a_judgement_is_of_something(client: TestClient):
    """An answer, a claim or a doubt that is not there cannot be judged."""
    flag = flagged(client) | {"decision": "confirm", "reason": "right"}
    assert client.post("/v1/feedback", json=flag | {"answer_id": "none"}).status_code == 404
    assert client.post("/v1/feedback", json=flag | {"claim_id": "none"}).status_code == 404
    assert client.post("/v1/feedback", json=flag | {"doubt_id": "none"}).status_code == 404
    assert client.post("/v1/feedback", json=flag | {"decision": "perhaps"}).status_code == 422
    assert client.post("/v1/feedback", json=flag | {"reason": " "}).status_code == 422


def test_a_judgement_goes_with_its_answer(client: TestClient):
    """When the conversation is deleted, what was written about its answers is gone too."""
    flag = flagged(client)
    client.post("/v1/feedback", json=flag | {"decision": "confirm", "reason": "right"})
    [held] = client.get("/v1/conversations").json()["conversations"]
    client.delete(f"/v1/conversations/{held['id']}")
    assert client.get("/v1/feedback").json() == {"feedback": []}


@pytest.mark.parametrize(("decision", "kinds"), [("confirm", ["vague_source"]), ("dismiss", [])])
def test_a_judgement_becomes_a_case(client: TestClient, decision: str, kinds: list[str]):
    """A confirmed flag must be raised again on the words it is about, a dismissed one must not; other kinds count neither way."""
    flag = flagged(client)
    client.post("/v1/feedback", json=flag | {"decision": decision, "reason": "right"})
    case = Case.model_validate_json(client.get("/v1/feedback/cases").text)
    [claim] = case.expect.claims
    assert case.question == QUESTION
    assert (claim.document, [doubt.kind for doubt in claim.doubts]) == ("ferry.md", kinds)
    assert claim.words in NOTICE
    assert "vague_source" not in claim.unsure


@pytest.mark.parametrize(
    ("decision", "verdict"), [("confirm", ("not_found", "contradicted")), ("dismiss", ("supported",))]
)
def test_a_flag_about_the_writing_becomes_a_text_to_check(decision: str, verdict: tuple[str, ...]):
    """A claim that a model wrote is to be checked against the words that it cited."""
    cited = {"document_id": "d", "title": "Order", "span": {"start": 0, "end": 4}, "quote": "They may.", "locator": ""}
    doubt = {"id": "c1-d1", "kind": "overstated", "reason": "", "evidence": [], "span": None}
    answer = {"question": "?", "claims": [{"id": "c1", "text": "They must.", "citations": [cited], "doubts": [doubt]}]}
    review = Review(
        id="r", answer_id="a", claim_id="c1", doubt_id="c1-d1", decision=decision, reason="right", note=None, decided=""
    )  # type: ignore[arg-type]
    case = Case.model_validate(case_of(review, answer, lambda _: None))
    assert case.check is not None
    assert (case.check.text, case.check.sources[0].text, case.expect.verdict) == ("They must.", "They may.", verdict)


@pytest.mark.parametrize(
    ("decision", "verdict"), [("confirm", ("unchecked",)), ("dismiss", ("supported", "contradicted", "not_found"))]
)
def test_that_it_could_not_be_checked_is_no_verdict_on_a_claim(decision: str, verdict: tuple[str, ...]):
    """Confirmed it has to stay unchecked, dismissed any verdict will do."""
    doubt = {"id": "c1-d1", "kind": "unchecked", "reason": "", "evidence": [], "span": None}
    answer = {"question": "?", "claims": [{"id": "c1", "text": "They must.", "citations": [], "doubts": [doubt]}]}
    review = Review(
        id="r", answer_id="a", claim_id="c1", doubt_id="c1-d1", decision=decision, reason="right", note=None, decided=""
    )  # type: ignore[arg-type]
    assert case_of(review, answer, lambda _: None)["expect"]["verdict"] == list(verdict)  # type: ignore[index]


def test_no_case_without_its_document():
    """Where the document has left the library there is nothing to ask about."""
    cited = {"document_id": "d", "title": "", "span": {"start": 0, "end": 4}, "quote": "They may.", "locator": ""}
    doubt = {"id": "c1-d1", "kind": "hedged", "reason": "", "evidence": [], "span": None}
    answer = {"question": "?", "claims": [{"id": "c1", "text": "They may.", "citations": [cited], "doubts": [doubt]}]}
    review = Review(
        id="r",
        answer_id="a",
        claim_id="c1",
        doubt_id="c1-d1",
        decision="confirm",
        reason="right",
        note=None,
        decided="",
    )
    assert case_of(review, answer, lambda _: None) is None
