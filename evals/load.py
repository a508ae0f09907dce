"""Many conversations at once, on loopback, with the scripted model: what Caveat adds to calling the model directly.

    python -m evals.load [--streams 50] [--rounds 3] [--disconnects 500]

Prints one JSON line for each figure: seconds from asking to the first event, the first words and the end, through Caveat and
directly, for as many streams at once (p50, p95); what is left over after disconnects; what SIGTERM does under open streams.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from httpx_sse import aconnect_sse

from assistant.evidence import gathered, messages
from assistant.tokens import Counter
from evals.formats import open_set
from evals.model import Scripted, scripted
from ingest.sources import gather
from vectorstore.embedding import SentenceEmbedder
from vectorstore.store import Store

DOCUMENTS = Path(__file__).parent / "library" / "documents"
_WAIT = httpx.Timeout(60.0)
Json = dict[str, Any]


class Server:
    """A running `caveat serve` over the sample library, by its address and process."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.process = process

    def held(self) -> dict[str, int]:
        """Its threads and open files, and the answers that it is making."""
        own = Path(f"/proc/{self.process.pid}")
        threads = next(line for line in (own / "status").read_text().splitlines() if line.startswith("Threads"))
        return {"threads": int(threads.split()[1]), "files": len(list((own / "fd").iterdir()))}


@contextmanager
def served(home: Path, model: str, embedder: str = "") -> Iterator[Server]:
    """`caveat serve` on a free port, writing with a model."""
    env = os.environ | {"CAVEAT_HOME": str(home), "CAVEAT_MODEL": "scripted", "CAVEAT_MODEL_URL": model}
    env |= {"CAVEAT_EMBEDDER": embedder} if embedder else {}
    command = [sys.executable, "-m", "assistant.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 (a pipe was asked for)
            url = process.stdout.readline().split()[2]
            while httpx.get(f"{url}/readyz", timeout=60).status_code != 200:
                time.sleep(0.1)
            yield Server(url, process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


async def through_caveat(client: httpx.AsyncClient, url: str, question: str) -> dict[str, float]:
    """Seconds to the first event, the first words and the last event of one streamed answer."""
    began, seen = time.perf_counter(), dict[str, float]()
    async with aconnect_sse(client, "POST", f"{url}/v1/chat", json={"question": question}) as events:
        async for event in events.aiter_sse():
            now = time.perf_counter() - began
            seen.setdefault("first event", now)
            if event.event in {"delta", "claim"}:
                seen.setdefault("first words", now)
            if event.event in {"done", "error"}:
                seen["end"] = now
                seen["written"] = float(json.loads(event.data).get("mode") == "written")
    return seen


async def directly(client: httpx.AsyncClient, url: str, body: Json) -> dict[str, float]:
    """The same of one call of the model itself."""
    began, seen = time.perf_counter(), dict[str, float]()
    async with aconnect_sse(client, "POST", f"{url}/chat/completions", json=body) as events:
        async for event in events.aiter_sse():
            now = time.perf_counter() - began
            seen.setdefault("first event", now)
            if event.data != "[DONE]" and (json.loads(event.data)["choices"] or [{}])[0].get("delta", {}).get(
                "content"
            ):
                seen.setdefault("first words", now)
            seen["end"] = now
    return seen


async def at_once(calls: Sequence[Any]) -> dict[str, list[float]]:
    """The seconds of some calls made at the same time, by name."""
    found: dict[str, list[float]] = {}
    for seen in await asyncio.gather(*calls):
        for name, value in seen.items():
            found.setdefault(name, []).append(value)
    return found


def bodies(store: Store, questions: Sequence[str]) -> list[Json]:
    """What Caveat sends to the model for some questions."""
    found = []
    for question in questions:
        given = gathered(store.retriever.search(question).passages, tuple, 6000, Counter())
        sent = messages(question, given)
        said = [{"role": "system", "content": sent.system}, {"role": "user", "content": sent.human}]
        found.append({"model": "scripted", "stream": True, "messages": said})
    return found


async def added(server: Server, model: Scripted, asked: Sequence[str], sent: Sequence[Json], rounds: int) -> None:
    """Prints the times of both ways and their difference."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)  # a server may close an idle one
    async with httpx.AsyncClient(timeout=_WAIT, limits=limits) as client:
        ways: dict[str, dict[str, list[float]]] = {"directly": {}, "through Caveat": {}}
        for _ in range(rounds):
            for way, calls in (
                ("directly", [directly(client, model.url, body) for body in sent]),
                ("through Caveat", [through_caveat(client, server.url, question) for question in asked]),
            ):
                for name, values in (await at_once(calls)).items():
                    ways[way].setdefault(name, []).extend(values)
    told(f"{len(asked)} at once, written answers", sum(ways["through Caveat"].pop("written", [])), rounds * len(asked))
    for name in ("first event", "first words", "end"):
        for share in (50, 95):
            both = [float(np.percentile(ways[way][name], share)) for way in ("directly", "through Caveat")]
            line = {"figure": f"{name}, p{share}", "directly_s": round(both[0], 3), "caveat_s": round(both[1], 3)}
            print(json.dumps(line | {"added_s": round(both[1] - both[0], 3)}), flush=True)


async def disconnects(server: Server, model: Scripted, asked: Sequence[str], count: int, together: int = 50) -> None:
    """Readers that go away at random moments; prints what is left over when all have gone."""
    rng = random.Random(20200224)  # noqa: S311 (moments)
    before = server.held()

    async def leaves(client: httpx.AsyncClient) -> None:
        asking = asyncio.create_task(through_caveat(client, server.url, rng.choice(asked)))
        await asyncio.sleep(rng.uniform(0.02, 1.2))
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    for _ in range(0, count, together):
        async with httpx.AsyncClient(timeout=_WAIT) as client:
            await asyncio.gather(*(leaves(client) for _ in range(min(together, count))))
    gone = time.monotonic()
    while model.open and time.monotonic() - gone < 10:
        await asyncio.sleep(0.05)
    told("disconnects: seconds until the last model call stopped", round(time.monotonic() - gone, 2), count)
    await asyncio.sleep(1.5)
    told("disconnects: model calls left open", model.open, count)
    after = server.held()
    for name, value in after.items():
        told(f"disconnects: {name} before and after", value, before[name])


async def stopped(server: Server, asked: Sequence[str]) -> None:
    """SIGTERM under open streams: how each ends, and how long the server takes."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)  # a server may close an idle one

    async def last_event(client: httpx.AsyncClient, question: str) -> str:
        last = "none"
        try:
            async with aconnect_sse(client, "POST", f"{server.url}/v1/chat", json={"question": question}) as events:
                async for event in events.aiter_sse():
                    last = event.event
        except httpx.HTTPError as error:
            return f"{last}, then {type(error).__name__}"
        return last

    async with httpx.AsyncClient(timeout=_WAIT, limits=limits) as client:
        reading = [asyncio.create_task(last_event(client, question)) for question in asked]
        await asyncio.sleep(2.0)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        ends = await asyncio.gather(*reading)
        await asyncio.to_thread(server.process.wait, 30)
    told("SIGTERM: seconds to exit", round(time.monotonic() - began, 2), len(asked))
    told("SIGTERM: exit code", server.process.returncode, 0)
    for end in sorted(set(ends)):
        told(f"SIGTERM: streams that ended in {end}", ends.count(end), len(ends))


def told(figure: str, value: float, of: float) -> None:
    """Prints a figure."""
    print(json.dumps({"figure": figure, "value": value, "of": of}), flush=True)


def main() -> None:
    """Measures all three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=50, help="conversations at once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--disconnects", type=int, default=500)
    parser.add_argument("--first", type=float, default=0.3, help="seconds to the model's first token")
    parser.add_argument("--each", type=float, default=0.015, help="seconds between its tokens")
    given = parser.parse_args()
    questions = [
        str(case.question) for case in open_set("sample").cases if case.expect.refuse is False and not case.history
    ]
    asked = [questions[n % len(questions)] for n in range(given.streams)]
    with tempfile.TemporaryDirectory(prefix="caveat-load-") as folder:
        with Store(Path(folder), SentenceEmbedder()) as store:
            list(store.ingest(gather([str(DOCUMENTS)])))
            sent = bodies(store, asked)
        with scripted(first=given.first, each=given.each) as model, served(Path(folder), model.url) as server:
            asyncio.run(added(server, model, asked, sent, given.rounds))
            asyncio.run(disconnects(server, model, asked, given.disconnects))
            model.each = 0.2
            asyncio.run(stopped(server, asked))


if __name__ == "__main__":
    main()
