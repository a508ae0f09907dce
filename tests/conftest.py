"""What tests share: a data folder, a store without a model, the sample library."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# A job that a shell started in the background ignores Ctrl-C, and so would the programs that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("tests", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


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
