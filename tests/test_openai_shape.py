"""`/v1/chat/completions` asked by OpenAI's own client and LangChain's, over the sample library and a real server."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from langchain_openai import ChatOpenAI
from markdown_it import MarkdownIt

from assistant.answer import Answer, Citation, Claim
from assistant.api import leaving
from assistant.api.chat_text import WITHDRAWN, chat_text, escaped, remembered
from assistant.api.openai import routes
from assistant.api.serving import create_app
from assistant.events import Claimed, Delta, Done, Event, Failed
from assistant.settings import Settings
from evals.serving import serving
from ingest.document import Span
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

QUESTION = "How reliable is the health code?"
REFUSED = "What did the ministry say about semiconductor exports?"
QUESTIONS = [QUESTION, REFUSED, "Who set up an emergency supply platform?", "What must local authorities do?", "健康码"]
HOSTILE = (
    "The waiver is described at [this page](http://x.example/a?b=c) and www.y.example, "
    "<img src=x onerror=alert(1)> **bold** [1] `code` ![pixel](https://z.example/p.png) and $5 or $6 &lt;b&gt;."
)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the sample library."""
    documents = Path(__file__).parent.parent / "evals" / "library" / "documents"
    home = tmp_path_factory.mktemp("openai") / "data"
    with Store(home, HashingEmbedder()) as store:
        list(store.ingest(gather([str(documents)])))
        with serving(create_app(store, Settings(home=home, embedder="hashing"))) as origin:
            yield origin


@pytest.fixture
def client(origin: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{origin}/v1", api_key="none", max_retries=0) as client:
        yield client


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


def ask(client: openai.OpenAI, *messages: Any, **more: Any) -> Any:
    return client.chat.completions.create(model="caveat", messages=list(messages), **more)


def streamed(client: openai.OpenAI, *messages: Any, **more: Any) -> tuple[str, list[Any]]:
    chunks = list(ask(client, *messages, stream=True, **more))
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices), chunks


def test_an_answer_comes_as_text_with_markers_doubts_and_sources_and_whole_in_a_field_of_its_own(
    client: openai.OpenAI, origin: str
) -> None:
    """What the client shows says what /v1/answers says, and `caveat` is that answer."""
    completion = ask(client, user(QUESTION))
    [choice], answer = completion.choices, completion.model_extra["caveat"]
    first = answer["claims"][0]
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert choice.message.content == chat_text(answer)
    assert choice.message.content.startswith(f"{first['text']} [1] (Doubts: ")
    assert all(doubt["reason"] in choice.message.content for doubt in first["doubts"])
    assert f"**Sources**\n\n- [1] {first['citations'][0]['title']}, " in choice.message.content
    assert "2020-03-06" in choice.message.content
    assert completion.usage.model_dump(exclude_none=True) == {
        "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "estimated": False
    }  # fmt: skip
    same = httpx.post(f"{origin}/v1/answers", json={"question": QUESTION}).json()
    kept = {"conversation_id", "turn_id"}
    assert {k: v for k, v in answer.items() if k not in kept} == {k: v for k, v in same.items() if k not in kept}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stream_adds_up_to_the_text_that_is_given_at_once(client: openai.OpenAI, question: str) -> None:
    """Role first, a chunk for each claim, then the rest; the last but the usage bears the finish and the whole answer."""
    text, chunks = streamed(client, user(question), stream_options={"include_usage": True})
    whole = ask(client, user(question))
    assert text == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 2) + ["stop"]
    assert chunks[-2].model_extra["caveat"] == whole.model_extra["caveat"]
    assert (chunks[-1].choices, chunks[-1].usage.total_tokens) == ([], 0)
    claims = whole.model_extra["caveat"]["claims"]
    assert len(chunks) == 4 + len(claims)
    assert len({chunk.id for chunk in chunks}) == 1


def test_langchain_s_chat_model_asks_streams_and_follows_up(origin: str) -> None:
    """`ChatOpenAI` with nothing but a base_url: invoke, stream, and a conversation whose follow-up leans on it."""
    model = ChatOpenAI(base_url=f"{origin}/v1", api_key="none", model="caveat", max_retries=0)
    answer = model.invoke(QUESTION)
    assert str(answer.content).startswith("the health code, ")
    assert "".join(str(chunk.content) for chunk in model.stream(QUESTION)) == answer.content
    followed = model.invoke([("user", QUESTION), answer, ("user", "Who says so?")])
    assert "health code" in str(followed.content)
    assert "health code" not in str(model.invoke("Who says so?").content)


def test_what_was_said_before_makes_a_follow_up_whole(client: openai.OpenAI) -> None:
    """Earlier messages are turns; each earlier follow-up is made whole from those before it."""
    said = ask(client, user(QUESTION)).choices[0].message.content
    before = [user(QUESTION), {"role": "assistant", "content": said}]
    assert (
        ask(client, *before, user("Who says so?")).model_extra["caveat"]["standalone"] == f"Who says so? ({QUESTION})"
    )
    before += [user("Who says so?"), {"role": "assistant", "content": "Nobody."}]
    assert "health code" in ask(client, *before, user("And why?")).model_extra["caveat"]["standalone"]
    assert ask(client, user(QUESTION)).model_extra["caveat"]["standalone"] == QUESTION


def test_text_parts_are_read_and_what_caveat_has_no_use_for_is_ignored(client: openai.OpenAI) -> None:
    """System and developer messages, tools and sampling change nothing in an answer."""
    plain = ask(client, user(QUESTION)).choices[0].message.content
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    orders = [{"role": "system", "content": "Say nothing but yes."}, {"role": "developer", "content": "Say no."}]
    parts = [{"type": "text", "text": QUESTION}]
    more = {"temperature": 1.5, "n": 1, "tools": [tool], "seed": 3, "extra_body": {"unheard_of": True}}
    assert ask(client, *orders, user(parts), **more).choices[0].message.content == plain


def test_filters_are_an_extra_field(client: openai.OpenAI) -> None:
    """Only documents that pass are asked; a filter that does not read is told."""
    found = ask(client, user(QUESTION), extra_body={"filters": {"kind": "notice"}}).model_extra["caveat"]
    assert {passage["metadata"]["kind"] for passage in found["passages"]} == {"notice"}
    with pytest.raises(openai.BadRequestError, match=r"filters\.knd: Extra inputs"):
        ask(client, user(QUESTION), extra_body={"filters": {"knd": "notice"}})


@pytest.mark.parametrize(
    ("messages", "more", "told"),
    [
        ([user([{"type": "image_url", "image_url": {"url": "data:,"}}])], {}, "image_url; Caveat reads text only"),
        ([{"role": "system", "content": "x"}], {}, "No message is a user's"),
        ([user("  ")], {}, "The question is empty"),
        ([user("why " * 1000)], {"stream": True}, "2000 are read"),
        ([user(QUESTION)], {"n": 2}, "2 answers are asked for"),
        ([], {}, "messages: List should have"),
    ],
)
def test_what_cannot_be_answered_is_a_400_whose_message_the_client_shows(
    client: openai.OpenAI, messages: Sequence[Any], more: dict[str, Any], told: str
) -> None:
    """Errors are problem documents that bear OpenAI's `error` besides."""
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, *messages, **more)
    assert told in caught.value.body["message"]
    problem = caught.value.response.json()
    assert (problem["status"], problem["code"]) == (400, "bad_input")
    assert problem["hint"]
    assert caught.value.body["message"] == f"{problem['detail']} {problem['hint']}"
    assert problem["request_id"] == caught.value.response.headers["x-request-id"]


def test_the_one_model_is_listed(client: openai.OpenAI) -> None:
    """Chat pages ask for models first; any name is answered to."""
    assert [model.id for model in client.models.list()] == ["caveat"]
    assert client.chat.completions.create(model="gpt-x", messages=[user(QUESTION)]).model == "gpt-x"


# Answers that a library does not give: a stand-in for the assistant tells its events.


def claim(text: str, number: int = 1) -> Claim:
    cited = Citation(document_id="d", title="T", span=Span(start=number, end=number + 9), quote=text)
    return Claim(id=f"c{number}", text=text, span=Span(start=0, end=len(text)), verdict="supported", citations=(cited,))


def answered(*claims: Claim, **more: Any) -> Done:
    told = {"id": "a", "question": "q", "text": "", "passages": (), "refused": not claims, "claims": claims}
    return Done(answer=Answer(**told | more))


class Told:
    """An assistant that tells some events, and then waits until it is left."""

    def __init__(self, *events: Event, waits: bool = False) -> None:
        self.events = events
        self.waits = waits
        self.begun, self.left = threading.Event(), threading.Event()

    async def stream(self, _: Any) -> AsyncIterator[Event]:
        self.begun.set()
        try:
            for event in self.events:
                yield event
            while self.waits:
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            self.left.set()
            raise


@contextmanager
def told(assistant: Told) -> Iterator[openai.OpenAI]:
    app = FastAPI()
    app.include_router(routes(lambda: assistant))  # type: ignore[arg-type, return-value]
    with (
        serving(app) as origin,
        openai.OpenAI(base_url=f"{origin}/v1", api_key="none", max_retries=0, timeout=20) as client,
    ):
        yield client


def test_claims_that_are_withdrawn_are_said_to_be() -> None:
    """A model that fails midway: what was shown is disowned aloud, and the text behind that is the answer's."""
    quoted = answered(claim("Quoted."), notices=("The model broke off.",))
    restart = Delta(claim_id="", text="", restart=True)
    with told(Told(Claimed(claim=claim("Written.")), restart, Claimed(claim=claim("Quoted.")), quoted)) as client:
        text, _ = streamed(client, user("q"))
        whole = ask(client, user("q")).choices[0].message.content
    assert text == f"Written. [1]{WITHDRAWN}{whole}"
    assert "**Note:** The model broke off." in whole
    assert remembered(text) == remembered(whole) == ("Quoted.", ())
    with told(Told(Delta(claim_id="c1", text="Writ"), restart, Claimed(claim=claim("Quoted.")), quoted)) as client:
        assert streamed(client, user("q"))[0] == whole


def test_an_answer_that_differs_from_its_claims_is_given_whole() -> None:
    """The finished answer alone counts: claims that it does not have are withdrawn."""
    with told(Told(Claimed(claim=claim("One.")), answered(claim("Two.")))) as client:
        text, chunks = streamed(client, user("q"))
    assert text.startswith(f"One. [1]{WITHDRAWN}Two. [1]")
    assert chunks[-1].model_extra["caveat"]["claims"][0]["text"] == "Two."


def test_usage_counts_the_model_s_tokens_as_whole_numbers() -> None:
    """And says where they are estimated."""
    usage = {"prompt_tokens": 812.0, "completion_tokens": 40.0, "total_tokens": 852.0, "estimated": 1.0}
    with told(Told(answered(claim("Written."), usage=usage, mode="written"))) as client:
        completion = ask(client, user("q"))
    given = completion.usage.model_dump(exclude_none=True)
    assert given == {"prompt_tokens": 812, "completion_tokens": 40, "total_tokens": 852, "estimated": True}
    assert all(type(given[name]) is int for name in ("prompt_tokens", "completion_tokens", "total_tokens"))


def test_a_failure_is_an_error_of_the_client_in_and_before_the_stream() -> None:
    """The client raises what went wrong, with the hint."""
    failed = Failed(code="library", message="The library is away.", hint="Start it.")
    with told(Told(Claimed(claim=claim("One.")), failed)) as client:
        with pytest.raises(openai.APIError, match=r"The library is away\. Start it\.") as caught:
            streamed(client, user("q"))
        assert caught.value.code == "library"
    app = FastAPI()
    app.include_router(routes(lambda: Told(failed)))  # type: ignore[arg-type, return-value]
    with serving(app) as origin:
        reply = httpx.post(f"{origin}/v1/chat/completions", json={"messages": [user("q")]})
    assert (reply.status_code, reply.json()["error"]["type"]) == (503, "server_error")


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_goes_away_stops_the_work_within_a_second(*, stream: bool) -> None:
    """Whether anything was being sent or not."""
    assistant = Told(waits=True)
    app = FastAPI()
    app.include_router(routes(lambda: assistant))  # type: ignore[arg-type, return-value]
    body = {"messages": [user("q")], "stream": stream}
    with serving(app) as origin:
        with httpx.Client(base_url=origin, timeout=0.5) as client, pytest.raises(httpx.ReadTimeout):
            client.post("/v1/chat/completions", json=body)
        assert assistant.begun.is_set()
        went = time.monotonic()
        assert assistant.left.wait(5)
        assert time.monotonic() - went < 1


def test_a_comment_tells_that_the_line_is_not_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments come where nothing else does; clients skip them."""
    monkeypatch.setattr(leaving, "HEARTBEAT", 0.05)
    app = FastAPI()
    app.include_router(routes(lambda: Told(waits=True)))  # type: ignore[arg-type, return-value]
    with serving(app) as origin, httpx.Client() as client:
        body = {"messages": [user("q")], "stream": True}
        with client.stream("POST", f"{origin}/v1/chat/completions", json=body) as reply:
            assert reply.headers["content-type"].startswith("text/event-stream")
            lines = reply.iter_lines()
            assert json.loads(next(lines).removeprefix("data: "))["choices"][0]["delta"]["role"] == "assistant"
            assert [next(lines) for _ in range(4)] == ["", ": still here", "", ": still here"]


# Words stay words.

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ALIVE = st.sampled_from(
    ["http://x.y/z", "www.a.cn", "a@b.co", "x.com/p", "[a](b)", "![a](b)", "<b>", "<!--", "</p>", "&amp;", "[1]", "[s2]",
     "【3】", "]: ", "`", "``", "\\", "\\[", "*", "**", "_", "~~", "$", "# ", "> ", "- ", "1. ", "+ ", "| ", "---", "===",
     "javascript:x", "\n", " ", ".", ")", "(", "word", "健康", "5"]
)  # fmt: skip


def shown(markdown: str) -> tuple[set[str], str]:
    """The kinds of things that a chat page would make of a text, and what a reader would see."""
    tokens = [each for token in MARKDOWN.parse(markdown) for each in ([token, *(token.children or [])])]
    inline = [each for each in tokens if each.type in {"text", "code_inline", "text_special"}]
    return {token.type for token in tokens}, "".join(each.content for each in inline)


@given(st.lists(ALIVE | st.text(max_size=6), max_size=12).map("".join))
def test_escaped_words_are_shown_as_they_are_and_do_nothing(words: str) -> None:
    """For any text, a page shows exactly its words on one line, and nothing but text and code."""
    flat = " ".join(words.replace("\0", "").split())
    kinds, seen = shown(escaped(flat))
    assert seen == flat
    assert not flat or remembered(f"{escaped(flat)} [1] (Doubt: Hm.)")[0] == flat
    assert kinds <= {"paragraph_open", "inline", "text", "text_special", "code_inline", "paragraph_close"}


@given(st.lists(ALIVE, max_size=12).map("".join))
def test_addresses_and_markers_of_documents_stand_in_backticks(words: str) -> None:
    """What a page would find in bare text, an address or our kind of marker, is not found outside of code."""
    tokens = [each for token in MARKDOWN.parse(escaped(words)) for each in token.children or []]
    bare = "\n".join(each.content for each in tokens if each.type in {"text", "text_special"})
    address = r"http://|(?<![a-z0-9])www\.[a-z]|a@b|(?<![a-z0-9])x\.com(?![a-z0-9-])"
    assert not re.search(address + r"|\[s?\d\]|【3】|<[b!/]", bare)


def test_a_hostile_document_does_nothing_in_a_chat_page() -> None:
    """Links, images, tags and markers that a document bears come out as words, in the claim and among the sources."""
    with told(Told(answered(claim(HOSTILE), notices=(HOSTILE,), missing=(HOSTILE,)))) as client:
        text = ask(client, user("q")).choices[0].message.content
    kinds, seen = shown(text)
    assert not kinds & {"link_open", "image", "html_inline", "html_block", "s_open"}
    assert seen.count(HOSTILE) == 4
    assert text.count("`http://x.example/a?b=c`") == 4
    assert text.count("[1]") == 4 + 2
    assert text.count("`[1]`") == 4
    assert remembered(text)[0] == HOSTILE


def test_an_earlier_reply_is_remembered_without_its_apparatus() -> None:
    """A line for each claim, and the choices that were given."""
    answer = {"claims": [], "choices": ["What is *x*?", "Who?"], "text": "Which one?", "mode": "quoted"}
    text = chat_text(answer | {"missing": [], "notices": ["n"], "nearest": [], "passages": []})
    assert remembered(text) == ("Which one?", ("What is *x*?", "Who?"))
    assert remembered("Somebody else's reply.\n\nIn two parts.") == ("Somebody else's reply.\nIn two parts.", ())


def test_a_wrong_key_is_an_authentication_error_of_the_client(tmp_path: Path):
    """OpenAI's client names the error as its own, with our words."""
    with (
        Store(tmp_path / "data", HashingEmbedder()) as store,
        serving(create_app(store, Settings(home=store.home, embedder="hashing", api_key="right"))) as origin,
        openai.OpenAI(base_url=f"{origin}/v1", api_key="wrong", max_retries=0) as client,
    ):
        with pytest.raises(openai.AuthenticationError, match="asks for a key") as raised:
            client.models.list()
        assert raised.value.code == "unauthorized"
        assert openai.OpenAI(base_url=f"{origin}/v1", api_key="right").models.list().data
