"""The store: what it was told is kept, once, and every index is a copy that can be made again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources import Source, from_json_lines, from_upload, gather
from vectorstore.embedding import HashingEmbedder, Progress
from vectorstore.library import LibraryError
from vectorstore.store import Outcome, Store
from vectorstore.vector_rows import Vector


class Counting(HashingEmbedder):
    """Counts the texts that are embedded."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded = 0

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vector:
        self.embedded += len(texts)
        return super().embed(texts, progress)


def records(*texts: str, prefix: str = "") -> Iterable[Source]:
    lines = [json.dumps({"_id": f"{prefix}{n}", "title": f"Title {n}", "text": text}) for n, text in enumerate(texts)]
    return from_json_lines("\n".join(lines).encode(), "test:")


def statuses(outcomes: Iterable[Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def found(store: Store, query: str) -> set[str]:
    return {passage.document.id for passage in store.retriever.search(query).passages}


def test_the_same_bytes_again_embed_and_write_nothing(home: Path, sample_library: Path):
    """Law 4."""
    embedder = Counting()
    with Store(home, embedder) as store:
        assert set(statuses(store.ingest(gather([str(sample_library)])))) == {"added"}
        before = (embedder.embedded, store.library.last_change(), store.library.fingerprint())
        originals = {path: path.stat().st_mtime_ns for path in (home / "originals").iterdir()}
        assert set(statuses(store.ingest(gather([str(sample_library)])))) == {"unchanged"}
        assert (embedder.embedded, store.library.last_change(), store.library.fingerprint()) == before
        assert {path: path.stat().st_mtime_ns for path in (home / "originals").iterdir()} == originals


def test_equal_text_is_embedded_once(home: Path):
    """A new version of a document embeds only the passages that changed."""
    embedder = Counting()
    with Store(home, embedder) as store:
        long = "\n\n".join(f"Article {n} of the rule tells what firms must do in case {n}. " * 12 for n in range(6))
        list(store.ingest(records(long)))
        first = embedder.embedded
        [outcome] = store.ingest(records(long + "\n\nOne more line is added at the end."))
        assert outcome.status == "replaced"
        assert 0 < embedder.embedded - first < first


def test_a_new_version_takes_the_old_ones_place(hashing_store: Store):
    """A document from the same source replaces; the old words are found no more."""
    [old] = hashing_store.ingest(records("The quota for marzipan is 40 tonnes."))
    [new] = hashing_store.ingest(records("The quota for marzipan is 90 tonnes."))
    assert (old.status, new.status) == ("added", "replaced")
    assert not hashing_store.library.holds(old.id or "")
    assert found(hashing_store, "marzipan quota") == {new.id}
    assert hashing_store.library.counts()[0] == 1


def test_what_is_removed_is_found_nowhere(hashing_store: Store, home: Path):
    """A removed document leaves the library, both indexes, the vectors and the originals; what others share stays."""
    one, two = hashing_store.ingest(records("Barley is taxed at 4 percent.", "Barley is taxed at 4 percent."))
    assert one.id
    assert two.id
    assert hashing_store.remove(one.id)
    assert found(hashing_store, "barley tax") == {two.id}
    assert hashing_store.library.document(one.id) is None
    assert hashing_store.library.original(two.id)
    assert hashing_store.remove(two.id)
    assert found(hashing_store, "barley tax") == set()
    assert not list((home / "originals").iterdir())
    assert not hashing_store.remove(two.id)


def test_an_answer_never_shows_what_an_index_still_holds_but_the_library_does_not(hashing_store: Store):
    """Law 3: every hit is read again from the library."""
    [outcome] = hashing_store.ingest(records("Turnips are exempt from the levy."))
    assert found(hashing_store, "turnips levy")
    hashing_store.library.remove(outcome.id or "")
    assert hashing_store.words.index is not None
    assert found(hashing_store, "turnips levy") == set()


class Refusing(HashingEmbedder):
    """Embeds questions and nothing longer."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vector:
        assert len(texts) == 1, "embedded again"
        return super().embed(texts, progress)


@pytest.mark.parametrize("lost", ["everything", "chroma", "words"])
def test_indexes_can_be_thrown_away(home: Path, sample_library: Path, lost: str):
    """Law 5: a lost index is made again from the library, the same, and nothing is embedded for it."""
    import shutil  # noqa: PLC0415

    query = "How many cities use the health code?"
    with Store(home, HashingEmbedder()) as store:
        list(store.ingest(gather([str(sample_library)])))
        before = [(p.chunk.id, p.score) for p in store.retriever.search(query).passages]
    for path in list((home / "indexes").iterdir()):
        if lost == "everything" or path.name.startswith(lost):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with Store(home, Refusing()) as store:
        assert [(p.chunk.id, p.score) for p in store.retriever.search(query).passages] == before
        store.rebuild()
        assert [(p.chunk.id, p.score) for p in store.retriever.search(query).passages] == before


def test_one_process_owns_a_data_folder(home: Path):
    """The second gets a message that says who has it and what to do."""
    with Store(home, HashingEmbedder()), pytest.raises(LibraryError, match="in use by process") as raised:
        Store(home, HashingEmbedder())
    assert "CAVEAT_HOME" in raised.value.hint
    Store(home, HashingEmbedder()).close()


def test_vectors_of_two_embedders_are_never_mixed(home: Path):
    """Another embedder is refused; embedding again gives every passage a vector of the new one."""
    with Store(home, HashingEmbedder(64)) as store:
        list(store.ingest(records("Barley is taxed.", "Rye is not.")))
    with pytest.raises(LibraryError, match="hashing@1/64"):
        Store(home, HashingEmbedder(32))
    with Store(home, HashingEmbedder(32), adopt=True) as store:
        assert store.embed_again() == 2
    with Store(home, HashingEmbedder(32)) as store:
        assert store.library.every_vector()[1].shape == (2, 32)
        assert len(found(store, "Is barley taxed?")) == 2


class Stopping(HashingEmbedder):
    """Embeds one batch and then stops, as a killed process would."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vector:
        if getattr(self, "stopped", False):
            raise KeyboardInterrupt
        self.stopped = True
        return super().embed(texts, progress)


def test_embedding_again_that_was_stopped_must_be_finished(home: Path):
    """A library with vectors of two embedders opens with neither, and says how to mend it."""
    with Store(home, HashingEmbedder(64)) as store:
        list(store.ingest(records("Barley is taxed.", "Rye is not.")))
    with Store(home, Stopping(32), adopt=True) as store, pytest.raises(KeyboardInterrupt):
        store.embed_again()
    for dimension in (64, 32):
        with pytest.raises(LibraryError, match="unfinished") as raised:
            Store(home, HashingEmbedder(dimension))
        assert "rebuild --embed" in raised.value.hint
    with Store(home, HashingEmbedder(32), adopt=True) as store:
        store.embed_again()
    with Store(home, HashingEmbedder(32)) as store:
        assert store.library.every_vector()[1].shape == (2, 32)


def test_a_refused_file_does_not_stop_the_others(hashing_store: Store):
    """Bad input gets a typed refusal with a hint, and nothing else is lost."""
    sources = [
        *from_upload("a.txt", b"Firms must report."),
        *from_upload("b.pdf", b"%PDF-1.4 broken"),
        *from_json_lines(b"{", "x:"),
    ]
    outcomes = list(hashing_store.ingest(sources))
    assert statuses(outcomes) == ["added", "refused", "refused"]
    assert all(outcome.reason and outcome.hint and outcome.code for outcome in outcomes[1:])


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(["put", "take"]), st.text("abc 。健康码", max_size=30)),
        max_size=12,
    )
)
def test_the_store_is_a_mapping_from_sources_to_documents(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, str]]
):
    """Any run of puts and takes leaves what a dictionary would hold, in the library and in the change log's followers."""
    model: dict[int, tuple[str, str]] = {}
    with Store(tmp_path_factory.mktemp("home"), HashingEmbedder()) as store:
        for key, step, words in steps:
            text = f"Statement {key} says {words}."
            if step == "put":
                line = json.dumps({"_id": str(key), "title": "t", "text": text}).encode()
                [outcome] = store.ingest(from_json_lines(line, "model:"))
                model[key] = (outcome.id or "", text)
            elif key in model:
                assert store.remove(model.pop(key)[0])
        assert {held: store.library.document(held).text for held in store.library.ids()} == dict(model.values())  # type: ignore[union-attr]
        ids, matrix = store.library.every_vector()
        assert len(ids) == len(matrix)
        assert found(store, "statement says") <= {held for held, _ in model.values()}
        for held, text in model.values():
            assert held in found(store, text) or len(model) > 10


def test_vectors_have_unit_length(hashing_store: Store):
    """Cosine is a product of stored vectors."""
    list(hashing_store.ingest(records("Barley is taxed.", "健康码已推广。")))
    _, matrix = hashing_store.library.every_vector()
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1, atol=1e-5)
