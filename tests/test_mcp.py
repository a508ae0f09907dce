"""`caveat mcp` asked by the SDK's own client: over standard input and output, over HTTP, and in the place of a server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from assistant import cli
from assistant.api.serving import create_app
from assistant.mcp.reach import There
from assistant.mcp.serving import server
from assistant.settings import Settings
from evals.serving import serving
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

QUESTION = "Is the health code reliable?"
KEY = "a long random text"
CAVEAT = [sys.executable, "-m", "assistant.cli"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample library, owned by nobody."""
    documents = Path(__file__).parent.parent / "evals" / "library" / "documents"
    home = tmp_path_factory.mktemp("mcp") / "data"
    with Store(home, HashingEmbedder()) as store:
        list(store.ingest(gather([str(documents)])))
    return home


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"CAVEAT_HOME": str(home), "CAVEAT_EMBEDDER": "hashing", "CAVEAT_CONFIG": os.devnull} | more


@asynccontextmanager
async def on_stdio(home: Path, log: Path, *options: str) -> AsyncIterator[Client]:
    """A client of a `caveat mcp` of its own."""
    started = StdioServerParameters(command=CAVEAT[0], args=[*CAVEAT[1:], "mcp", *options], env=environment(home))
    with log.open("w") as errors:
        async with Client(stdio_client(started, errlog=errors)) as client:
            yield client


@contextmanager
def running(home: Path, *command: str, **more: str) -> Iterator[str]:
    """The address that a `caveat mcp --http` or `caveat serve` prints when it listens."""
    with subprocess.Popen(
        [*CAVEAT, *command, "--port", "0"],
        env=os.environ | environment(home, **more),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield next(word for word in process.stdout.readline().split() if word.startswith("http://"))
        finally:
            process.terminate()


async def given(client: Client, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
    """A tool's text and value."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.content[0].text, result.structured_content


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """The message of a tool's error."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(result.content[0].text)


async def asked_for_everything(client: Client) -> None:
    """What every way to reach the tools must give."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"search", "ask", "check", "read_document"}
    assert all(tool.output_schema and tool.description for tool in tools.values())

    text, answer = await given(client, "ask", question=QUESTION)
    claim, *_ = answer["claims"]
    assert text.startswith(f"{claim['text']} [1] (Doubts: ")
    assert {doubt["kind"] for doubt in claim["doubts"]} == {"disputed", "questioned", "self_reported", "attributed"}
    assert "**Sources**" in text

    [cited] = claim["citations"]
    where = {"start": cited["span"]["start"], "end": cited["span"]["end"]}
    text, read = await given(client, "read_document", document_id=cited["document_id"], **where)
    assert read["text"] == cited["quote"] == text.rpartition("\n\n")[2]
    assert read["next_start"] == where["end"] < read["characters"]

    text, found = await given(client, "search", query="health code", limit=2, filters={"kind": "notice"})
    assert len(found["passages"]) == 2
    assert all(each["metadata"]["kind"] == "notice" for each in found["passages"])
    assert all(each["document_id"] in text and each["text"] in text for each in found["passages"])

    draft = "What is new? Platforms must remove listings of wild animals within 48 hours of finding them."
    text, checked = await given(client, "check", text=draft)
    [wrong] = checked["claims"]
    assert wrong["verdict"] == "contradicted"
    assert all(told in text for told in ("1 claim: 1 contradicted.", wrong["text"], wrong["doubts"][0]["reason"]))
    sources = [{"title": "A note", "text": draft.replace("48", "24")}]
    _, checked = await given(client, "check", text=draft, sources=sources)
    assert [each["document_id"] for each in checked["claims"][0]["citations"]] == ["source-1"]
    assert "text" in await refused(client, "check", text=" ")

    told = await refused(client, "read_document", document_id="nothing")
    assert "No document nothing is in the library." in told
    told = await refused(client, "read_document", document_id=cited["document_id"], start=10**6)
    assert f"It has {read['characters']} characters" in told
    assert "limit" in await refused(client, "search", query="x", limit=0)
    assert "filters.knd" in await refused(client, "search", query="x", filters={"knd": "notice"})

    resource = await client.read_resource(f"caveat://documents/{cited['document_id']}")
    assert resource.contents[0].text[where["start"] : where["end"]] == cited["quote"]
    with pytest.raises(MCPError, match="No document nothing"):
        await client.read_resource("caveat://documents/nothing")


async def conversed(client: Client) -> None:
    """Answers are kept, and a follow-up leans on the one it names."""
    text, first = await given(client, "ask", question=QUESTION)
    assert text.endswith(f"conversation_id: {first['conversation_id']}")
    _, second = await given(client, "ask", question="Who says so?", conversation_id=first["conversation_id"])
    assert second["standalone"] == f"Who says so? ({QUESTION})"
    assert second["conversation_id"] == first["conversation_id"]
    told = await refused(client, "ask", question="Who says so?", conversation_id="nothing")
    assert "No conversation nothing" in told
    assert "Ask without one" in told


async def test_every_tool_over_standard_input_and_output(home: Path, tmp_path: Path) -> None:
    """Text and value say the same, errors say how to mend them, and how far an answer is is told meanwhile."""
    steps: list[str] = []

    async def heard(_: float, __: float | None, words: str | None) -> None:
        steps.append(str(words))

    async with on_stdio(home, tmp_path / "log") as client:
        await asked_for_everything(client)
        await conversed(client)
        await client.call_tool("ask", {"question": QUESTION}, progress_callback=heard)
        _, refusal = await given(client, "ask", question="What did the ministry say about semiconductor exports?")
    assert steps[:2] == ["Searching 16 documents", "Reading 10 passages"]
    assert (refusal["standing"], refusal["claims"]) == ("refusal", [])
    assert refusal["nearest"]
    assert (tmp_path / "log").read_text() == ""


def test_nothing_but_the_protocol_is_written_to_standard_output(home: Path) -> None:
    """Every line is a message; the end of the input ends the process, well and soon."""
    first = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": first},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "ask", "arguments": {"question": QUESTION}},
        },
    ]
    with subprocess.Popen(
        [*CAVEAT, "mcp"], env=os.environ | environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(f"{json.dumps(message)}\n" for message in messages))
        process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert process.stdout.read() == ""
        assert process.wait(20) == 0
    assert [message["id"] for message in told] == [1, 2]
    assert told[1]["result"]["structuredContent"]["claims"]


def test_an_interrupt_ends_it_while_it_waits_for_input(home: Path) -> None:
    """Ctrl-C in a terminal, where nobody speaks the protocol."""
    command = [*CAVEAT, "mcp"]
    with subprocess.Popen(
        command, env=os.environ | environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == -signal.SIGINT


async def test_every_tool_over_http(home: Path) -> None:
    """Streamable HTTP on loopback; calls by another name or from another site's page are turned away."""
    with running(home, "mcp", "--http") as url:
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/v1/mcp")
        async with Client(url) as client:
            await asked_for_everything(client)
            await conversed(client)
        async with httpx2.AsyncClient() as stranger:
            assert (await stranger.post(url, json={}, headers={"host": "evil.example"})).status_code == 421
            assert (await stranger.post(url, json={}, headers={"sec-fetch-site": "cross-site"})).status_code == 403


async def test_with_a_key_every_call_must_bear_it(home: Path) -> None:
    """Without it there is a 401 and no tool."""
    with running(home, "mcp", "--http", CAVEAT_API_KEY=KEY) as url:
        async with httpx2.AsyncClient() as stranger:
            assert (await stranger.post(url, json={})).status_code == 401
        keyed = httpx2.AsyncClient(headers={"authorization": f"Bearer {KEY}"})
        async with keyed, Client(streamable_http_client(url, http_client=keyed)) as client:
            assert (await given(client, "ask", question=QUESTION))[1]["claims"]


def test_beyond_loopback_it_is_not_served_without_a_key(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused before anything listens, with what to do."""
    for name, value in environment(home).items():
        monkeypatch.setenv(name, value)
    status = cli.main(["mcp", "--http", "--host", "0.0.0.0"])  # noqa: S104 (that it is refused is the point)
    out, err = capsys.readouterr()
    assert (status, out) == (1, "")
    assert "does not listen on 0.0.0.0 without a key" in err
    assert "CAVEAT_API_KEY" in err


async def test_a_running_server_is_asked_in_the_place_of_a_data_folder(home: Path, tmp_path: Path) -> None:
    """The folder is the server's, and its answers are kept among the server's conversations."""
    with running(home, "serve") as url:
        before = httpx2.get(f"{url}/v1/conversations").json()["total"]
        async with on_stdio(tmp_path / "none", tmp_path / "log", "--url", url) as client:
            await asked_for_everything(client)
            await conversed(client)
        assert httpx2.get(f"{url}/v1/conversations").json()["total"] == before + 2
    assert not (tmp_path / "none").exists()


async def test_a_server_that_is_not_there_or_asks_for_a_key_is_told(home: Path) -> None:
    """As a tool's error that names the address or the setting."""
    reach = There("http://127.0.0.1:9")
    async with Client(server(reach)) as client:
        assert "No Caveat answers at http://127.0.0.1:9" in await refused(client, "ask", question=QUESTION)
    await reach.close()
    settings = Settings(home=home, embedder="hashing", api_key=KEY)
    with Store(home, HashingEmbedder()) as store, serving(create_app(store, settings)) as url:
        for key, told in (("", "CAVEAT_API_KEY"), (KEY, "")):
            reach = There(url, key)
            async with Client(server(reach)) as client:
                if told:
                    assert told in await refused(client, "search", query="health")
                else:
                    assert (await given(client, "search", query="health"))[1]["passages"]
            await reach.close()


def test_a_data_folder_that_is_in_use_is_not_opened(home: Path) -> None:
    """The message names what to do; nothing goes to standard output."""
    with Store(home, HashingEmbedder()):
        ended = subprocess.run(
            [*CAVEAT, "mcp"], env=os.environ | environment(home), capture_output=True, text=True, check=False
        )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "is in use by process" in ended.stderr
