"""Law 6: without a configured model, nothing leaves the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
TELEMETRY = (
    "ANONYMIZED_TELEMETRY",
    "DO_NOT_TRACK",
    "HF_HUB_DISABLE_TELEMETRY",
    "LANGSMITH_TRACING",
    "OTEL_SDK_DISABLED",
)

# Sees every connection and look-up of the interpreter, whoever makes it, by its audit events; and tells of those that are
# not to loopback, which it refuses. Child processes are guarded too, since they start with the same sitecustomize.
GUARD = """
import ipaddress, os, sys

def is_loopback(host):
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host).split("%")[0]).is_loopback
    except ValueError:
        return False

def guard(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if address is None or isinstance(address, (str, bytes)):  # a socket of this machine's files
            return
        host = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"):
        host = arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]
    else:
        return
    if not is_loopback(host):
        with open(os.environ["GUARD_LOG"], "a") as log:
            log.write(f"{event} {host}\\n")
        raise ConnectionRefusedError(f"guarded: {event} {host}")

sys.addaudithook(guard)
"""

WORK = """
import json, sys, threading, urllib.request
from assistant import wiring
from assistant.api.serving import create_app
from assistant.settings import read_settings
from ingest.sources import gather
import uvicorn

settings = read_settings()
with wiring.open_store(settings) as store:
    outcomes = [outcome.status for outcome in store.ingest(gather(sys.argv[1:]))]
    answer = wiring.assistant(store, settings).answer("How reliable is the health code?")
    found = store.retriever.search("remote work")
    server = uvicorn.Server(uvicorn.Config(create_app(store, settings), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    def get(path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body and json.dumps(body).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request) as reply:
            return reply.read().decode()
    asked = json.loads(get("/v1/answers", {"question": "What must platforms do?"}))
    for path in ("/", "/docs", "/readyz", "/v1/documents"):
        get(path)
    json.loads(get("/v1/search", {"query": "health code"}))
    server.should_exit = True
    thread.join()
print(json.dumps({"outcomes": outcomes, "claims": len(answer.claims), "passages": len(found.passages), "asked": len(asked["passages"])}))
"""


def guarded(tmp_path: Path, program: str, *arguments: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Runs a program under the guard, with nothing set that would switch a library's network off; and what it tried."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    log = tmp_path / "tried.txt"
    dropped = ("CAVEAT_", "HF_", "TRANSFORMERS_", "CHROMA_", "LANGCHAIN_", *TELEMETRY)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    environment |= {
        "PYTHONPATH": os.pathsep.join((str(tmp_path / "guard"), str(ROOT))),
        "GUARD_LOG": str(log),
        "CAVEAT_HOME": str(tmp_path / "data"),
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=200,
        check=False,
    )
    return done, log.read_text().splitlines() if log.exists() else []


def test_nothing_leaves_the_machine(tmp_path: Path, sample_library: Path):
    """Law 6: ingest of every format, asking, searching and serving, with the real embedder and nothing set to keep the
    libraries offline, try no connection and no look-up beyond loopback."""
    done, tried = guarded(tmp_path, WORK, str(sample_library))
    assert tried == []
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert set(told["outcomes"]) == {"added"}
    assert len({path.suffix for path in sample_library.iterdir()}) >= 5
    assert told["claims"]
    assert told["passages"]
    assert told["asked"]


CALLS = {
    "connect": "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "look-up": "import socket; socket.getaddrinfo('example.org', 80)",
    "client": "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
    "child": (
        "import subprocess, sys\n"
        "call = \"import socket; socket.create_connection(('192.0.2.1', 80), 1)\"\n"
        "subprocess.run([sys.executable, '-c', call], check=True)"
    ),
    "asyncio": "import asyncio; asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
}


@pytest.mark.parametrize("program", CALLS.values(), ids=CALLS.keys())
def test_the_guard_sees_what_leaves(tmp_path: Path, program: str):
    """A planted connection, datagram or look-up, in the process or in a child of it, is recorded and refused; without
    this, an empty record would prove nothing."""
    done, tried = guarded(tmp_path, program)
    assert done.returncode != 0
    assert tried
    assert all("192.0.2.1" in line or "example.org" in line for line in tried)


def test_the_guard_lets_loopback_pass(tmp_path: Path):
    """Loopback is this machine: a server and a client on it are not recorded."""
    program = (
        "import socket\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname()).close()\n"
        "socket.getaddrinfo('localhost', 80)\n"
    )
    done, tried = guarded(tmp_path, program)
    assert (done.returncode, tried) == (0, [])
