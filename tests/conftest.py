"""What tests share: a data folder, a store without a model, the sample library."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder, SentenceEmbedder
from vectorstore.store import Store

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# The trained readers are read in their own tests, by the gates and where nothing may leave the machine; loaded in every server and
# program of the other tests they take minutes.
os.environ.setdefault("CAVEAT_ANSWERS", "words")
os.environ.setdefault("CAVEAT_DOUBTS", "rules")
# A job that a shell started in the background ignores Ctrl-C, and so would the programs that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Files that take minutes begin first, so that no worker is left alone with one of them at the end.
LONGEST = (
    "test_gates",
    "test_run",
    "test_page_views",
    "test_writing",
    "test_page_chat",
    "test_injections",
    "test_page_access",
    "test_page_payloads",
    "test_page_beside",
    "test_contract",
    "test_mcp",
)
settings.register_profile("tests", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


@pytest.hookimpl(optionalhook=True)  # also where tests run without xdist
def pytest_xdist_auto_num_workers() -> int:
    """Half as many more as cores, four at most: tests wait for servers and browsers a third of the time."""
    return min(4, (os.cpu_count() or 1) * 3 // 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files in front, each whole; the others in the order that they came in."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder of its own."""
    return tmp_path / "caveat-data"


@pytest.fixture
def hashing_store(home: Path) -> Iterator[Store]:
    """An open, empty store whose embedder needs no model."""
    with Store(home, HashingEmbedder()) as store:
        yield store


@pytest.fixture(scope="session")
def sample_library() -> Path:
    """The folder of sample documents."""
    return Path(__file__).parent.parent / "evals" / "library" / "documents"


@pytest.fixture(scope="session")
def embedded_library(tmp_path_factory: pytest.TempPathFactory, sample_library: Path) -> Path:
    """A data folder with the sample library as the shipped embedder read it, closed cleanly: to be copied, not opened."""
    home = tmp_path_factory.mktemp("embedded") / "data"
    with Store(home, SentenceEmbedder()) as store:
        assert {outcome.status for outcome in store.ingest(gather([str(sample_library)]))} == {"added"}
    return home


@pytest.fixture(scope="module")
def sample_store(tmp_path_factory: pytest.TempPathFactory, embedded_library: Path) -> Iterator[Store]:
    """The sample library behind the shipped embedder, a module's own."""
    home = shutil.copytree(embedded_library, tmp_path_factory.mktemp("sample") / "data")
    with Store(home, SentenceEmbedder()) as store:
        yield store


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    from browsing import launched  # noqa: PLC0415 (skips where playwright is not installed)

    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def origin(sample_store: Store) -> Iterator[str]:
    """The address of a server over the sample library, without a model."""
    from browsing import served  # noqa: PLC0415

    with served(sample_store) as origin:
        yield origin


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    """Each language of the interface."""
    return str(request.param)


@pytest.fixture
def page(browser: Any, origin: str, language: str) -> Iterator[Any]:
    """The page in each language."""
    from browsing import LOCALES, opened  # noqa: PLC0415

    with opened(browser, origin, locale=LOCALES[language], permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page


@pytest.fixture
def english(browser: Any, origin: str) -> Iterator[Any]:
    """The page in English, for what does not depend on the language."""
    from browsing import opened  # noqa: PLC0415

    with opened(browser, origin, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page
