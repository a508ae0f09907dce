"""The OpenAPI document against the running server: whatever fits it is served, whatever does not is refused, and nothing crashes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

DOCUMENTS = Path(__file__).parent.parent / "evals" / "library" / "documents"
EXPECTED = {
    "/v1/answers": "post",
    "/v1/answers/{answer_id}": "get",
    "/v1/answers/{answer_id}/export": "get",
    "/v1/chat": "post",
    "/v1/chat/completions": "post",
    "/v1/checks": "post",
    "/v1/conversations": "get",
    "/v1/conversations/{conversation_id}": "patch",
    "/v1/disagreements": "get",
    "/v1/documents": "post",
    "/v1/documents/{document_id}/text": "get",
    "/v1/documents/{document_id}/original": "get",
    "/v1/documents/{document_id}/related": "get",
    "/v1/evaluations": "get",
    "/v1/models": "get",
    "/v1/operator/checks": "post",
    "/v1/operator/keys": "post",
    "/v1/operator/keys/{key_id}": "delete",
    "/v1/operator/settings": "get",
    "/v1/search": "post",
    "/healthz": "get",
    "/readyz": "get",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`caveat serve` over some of the sample library."""
    home = tmp_path_factory.mktemp("home")
    env = os.environ | {"CAVEAT_HOME": str(home / "data"), "CAVEAT_EMBEDDER": "hashing"}
    caveat = [sys.executable, "-m", "assistant.cli"]
    some = [str(each) for each in sorted(DOCUMENTS.glob("*.md"))]
    subprocess.run([*caveat, "ingest", "--quiet", *some], env=env, check=True, capture_output=True)
    with subprocess.Popen([*caveat, "serve", "--port", "0"], env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2]
        while httpx.get(f"{url}/readyz").status_code != 200:
            time.sleep(0.05)
        yield url
        process.terminate()


def test_the_routes_of_the_contract_are_described(server: str):
    """Every route of the contract that is served stands in the OpenAPI document."""
    paths = httpx.get(f"{server}/openapi.json").json()["paths"]
    assert {path for path, method in EXPECTED.items() if method not in paths.get(path, {})} == set()


def test_schemathesis_finds_nothing(server: str, tmp_path: Path):
    """Examples, boundary values, random requests and sequences of calls: no 5xx, and nothing that the schema denies."""
    command = [
        str(shutil.which("schemathesis", path=str(Path(sys.executable).parent))),
        *("--config-file", str(Path(__file__).parent / "schemathesis.toml")),
        *("run", f"{server}/openapi.json", "--phases=examples,coverage,fuzzing,stateful"),
        *("--seed=20200224", "--workers=1", "--request-timeout=20"),
    ]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
