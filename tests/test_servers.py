"""The store over real servers on loopback: PostgreSQL for the library, Chroma's own server for the vectors."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

QUERY = "How many cities use the health code?"
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(command: list[str | Path], folder: Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)


def _copies(store: Store) -> set[tuple[frozenset[str], float]]:
    pairs = store.library.copied(store.library.ids())
    return {(frozenset((each.document_id, each.other_id)), each.share) for each in pairs}


def best(store: Store) -> list[str]:
    return [passage.document.title for passage in store.retriever.search(QUERY).passages]


@pytest.fixture
def expected(tmp_path: Path, sample_library: Path) -> list[str]:
    """What the embedded store finds."""
    with Store(tmp_path / "embedded", HashingEmbedder()) as store:
        list(store.ingest(gather([str(sample_library)])))
        return best(store)


@pytest.fixture
def chroma_url(tmp_path: Path) -> Iterator[str]:
    """A Chroma server of our own."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("chroma")),
        "run",
        "--path",
        str(tmp_path / "chroma"),
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own; as root it runs as the user postgres."""
    if POSTGRES is None:
        pytest.skip("PostgreSQL's server is not installed")
    folder = Path("/tmp") / f"caveat-postgres-{os.getpid()}"  # noqa: S108 (a socket's path must be short)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    port = free_port()
    run([*as_user, POSTGRES / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres"], folder)
    control = [*as_user, POSTGRES / "pg_ctl", "-D", folder / "data", "-w"]
    run([*control, "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1", "start"], folder)
    yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    run([*control, "-m", "immediate", "stop"], folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_the_library_lives_in_postgresql_as_in_sqlite(
    tmp_path: Path, sample_library: Path, expected: list[str], postgres_url: str
):
    """Added, unchanged, removed and found, the same over both; and which documents are copies of which."""
    with Store(tmp_path / "other", HashingEmbedder()) as store:
        list(store.ingest(gather([str(sample_library)])))
        copied = _copies(store)
        assert copied
    with Store(tmp_path / "home", HashingEmbedder(), library_url=postgres_url) as store:
        assert {outcome.status for outcome in store.ingest(gather([str(sample_library)]))} == {"added"}
        assert {outcome.status for outcome in store.ingest(gather([str(sample_library)]))} == {"unchanged"}
        assert best(store) == expected
        assert _copies(store) == copied
        chunk_ids = [passage.chunk.id for passage in store.retriever.search(QUERY).passages]
        assert set(store.library.prints(chunk_ids)) == set(chunk_ids)
        assert store.library.publishers(3)
        for gone in store.library.ids()[1:]:
            assert store.remove(gone)
        assert _copies(store) == set()
        [gone] = store.library.ids()
        assert store.remove(gone)
        assert gone not in store.library.ids()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Chroma's HTTP client leaves a socket open
def test_vectors_live_on_a_chroma_server_as_in_a_folder(
    tmp_path: Path, sample_library: Path, expected: list[str], chroma_url: str
):
    """Two libraries share a server without mixing, and a store that is opened again finds its own."""
    for name in ("one", "two"):
        with Store(tmp_path / name, HashingEmbedder(), chroma_url=chroma_url) as store:
            list(store.ingest(gather([str(sample_library)])))
            assert best(store) == expected
    with Store(tmp_path / "one", HashingEmbedder(), chroma_url=chroma_url) as store:
        assert best(store) == expected
        store.rebuild()
        assert best(store) == expected
    gc.collect()
