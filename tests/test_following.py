"""Following: an index that did not survive is noticed, replaced, and rebuilt; meanwhile questions are answered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.following import Follower
from vectorstore.library import LibraryError
from vectorstore.store import Store

QUERY = "How many cities use the health code?"


def pointer(home: Path, name: str) -> dict[str, object]:
    return json.loads((home / "indexes" / f"{name}.json").read_text())


def left_unclean(home: Path, name: str) -> Path:
    """Marks an index as one whose process died; its folder."""
    held = pointer(home, name)
    (home / "indexes" / f"{name}.json").write_text(json.dumps(held | {"clean": False}))
    return home / "indexes" / f"{name}-{held['generation']}"


@pytest.fixture
def prepared(home: Path, sample_library: Path) -> Path:
    """A data folder with the sample library, closed cleanly."""
    with Store(home, HashingEmbedder()) as store:
        list(store.ingest(gather([str(sample_library)])))
    assert pointer(home, "chroma")["clean"] is True
    return home


def best(store: Store) -> list[str]:
    return [passage.chunk.id for passage in store.retriever.search(QUERY).passages]


def test_an_index_that_survived_is_kept(prepared: Path):
    """After an unclean stop a sound index passes its probe and no new generation is made."""
    for name in ("chroma", "words"):
        left_unclean(prepared, name)
    with Store(prepared, HashingEmbedder()) as store:
        assert best(store)
    assert (pointer(prepared, "chroma")["generation"], pointer(prepared, "words")["generation"]) == (1, 1)


@pytest.mark.parametrize("name", ["chroma", "words"])
@pytest.mark.parametrize("damage", ["garbage", "emptied", "truncated"])
def test_a_spoiled_index_is_rebuilt(prepared: Path, name: str, damage: str):
    """After an unclean stop a spoiled index is replaced by a new generation; answers come all the while, and are the same."""
    with Store(prepared, HashingEmbedder()) as store:
        before = best(store)
    folder = left_unclean(prepared, name)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if damage == "garbage":
            path.write_bytes(b"\xff" * path.stat().st_size)
        elif damage == "truncated":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    if damage == "emptied":
        shutil.rmtree(folder)
        folder.mkdir()
    with Store(prepared, HashingEmbedder()) as store:
        assert store.retriever.search(QUERY).passages
        follower: Follower = getattr(store, "meaning" if name == "chroma" else "words")
        follower.rebuild()
        assert best(store) == before
        assert follower.notice == ""
    assert int(str(pointer(prepared, name)["generation"])) > 1
    assert pointer(prepared, name)["clean"] is True


def test_a_stand_in_says_so(prepared: Path, monkeypatch: pytest.MonkeyPatch):
    """While an index is rebuilt, what answers in its place is said with the answer."""
    left_unclean(prepared, "chroma")
    monkeypatch.setattr(Follower, "_passes_probe", lambda *_: False)
    monkeypatch.setattr(Follower, "rebuild", lambda self, **_: setattr(self, "notice", "rebuilding"))
    with Store(prepared, HashingEmbedder()) as store:
        found = store.retriever.search(QUERY)
        assert "rebuilding" in found.notices
        assert any(passage.found_by != "words" for passage in found.passages)


def test_an_index_left_behind_catches_up(prepared: Path):
    """What was kept after the index's last change is in it when the store is opened again, and what was removed is not."""
    with Store(prepared, HashingEmbedder()) as store:
        gone = best(store)[0].rpartition("-")[0]
        store.library.remove(gone)
    with Store(prepared, HashingEmbedder()) as store:
        assert gone not in {each.rpartition("-")[0] for each in best(store)}
        assert store.meaning.describe().endswith("in step with the library")


def test_a_rebuild_that_fails_is_said_and_can_be_repeated(prepared: Path, monkeypatch: pytest.MonkeyPatch):
    """It is an error for who asked for it; answers go on with the old index, and say so until a rebuild succeeds."""
    with Store(prepared, HashingEmbedder()) as store:
        before = best(store)
        opener = store.words._opener
        monkeypatch.setattr(store.words, "_opener", lambda _: 1 / 0)
        with pytest.raises(LibraryError, match="could not be rebuilt"):
            store.rebuild()
        found = store.retriever.search(QUERY)
        assert [passage.chunk.id for passage in found.passages] == before
        assert any("words" in notice for notice in found.notices)
        monkeypatch.setattr(store.words, "_opener", opener)
        store.rebuild()
        assert store.retriever.search(QUERY).notices == ()
