"""Every figure of the model card: on lines that were not trained on, on measured sets, on minimal changes, and its pace."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from assistant.answer import Verdict
from assistant.checking import Deterministic, Verifier
from assistant.checking.prose import PairReader
from assistant.checking.trained import Together, Trained
from evals.case import Case, Checked
from evals.foreign import pairs as read_pairs
from evals.given import passages
from evals.verifier.calibrating import calibration_error
from evals.verifier.pairs import NEITHER, Pair, from_lines, minimal_changes
from vectorstore.embedding import Embedder, SentenceEmbedder

CLASSES: tuple[Verdict, ...] = ("supported", "contradicted", "not_found")
SEED = 11
PACED = 400
Figures = dict[str, float]


def verifiers(reader: PairReader, embedder: Embedder) -> dict[str, Verifier]:
    """The rules alone, the reader alone, and both, as the program checks what it has not written."""
    rules = Deterministic(embedder)
    return {"rules": rules, "trained": Trained(reader), "both": Together(rules, reader, doubting=True)}


def on_lines(reader: PairReader, lines: Sequence[Pair], part: str) -> Iterator[tuple[str, Figures]]:
    """By source: three-way accuracy where the line tells three classes, supported or not elsewhere; calibration over all."""
    chosen = [each for each in lines if each.part == part]
    told = reader.probabilities([(each.claim, each.evidence) for each in chosen])
    for source in sorted({each.source for each in chosen}):
        rows = [n for n, each in enumerate(chosen) if each.source == source]
        three = [n for n in rows if chosen[n].label <= NEITHER]
        sided = [(told[n].argmax() == 0) == (chosen[n].label == 0) for n in rows]
        figures = {"pairs": float(len(rows)), "supported_or_not": float(np.mean(sided))}
        if len(three) == len(rows) and any(chosen[n].label == NEITHER for n in rows):
            figures["three_way"] = float(np.mean([told[n].argmax() == chosen[n].label for n in rows]))
        yield source, figures
    labels = [each.label for each in chosen]
    yield "all", {"pairs": float(len(chosen)), "calibration_error": calibration_error(told, labels)}


def on_set(verifier: Verifier, cases: Sequence[Case]) -> Figures:
    """Supported or not, per class and macro-F1, on claims whose right verdict is known."""
    asked = [(each.check, each.expect.verdict[0]) for each in cases if each.check and len(each.expect.verdict) == 1]
    with ThreadPoolExecutor(2) as threads:
        given = list(threads.map(lambda each: _verdict(verifier, each[0]), asked))
    wanted = [each for _, each in asked]
    cells = Counter(zip(wanted, given, strict=True))
    figures = {"claims": float(len(asked))}
    sides = [(a == "supported") == (b == "supported") and b != "unchecked" for a, b in zip(wanted, given, strict=True)]
    figures["supported_or_not"] = float(np.mean(sides))
    scores = {}
    for each in CLASSES:
        if each in wanted:
            hit, said = cells[each, each], sum(n for (_, b), n in cells.items() if b == each)
            scores[each] = 2 * hit / ((said + wanted.count(each)) or 1)
    figures |= {f"f1_{name}": score for name, score in scores.items()}
    return figures | {"macro_f1": float(np.mean(list(scores.values())))}


def on_changes(verifier: Verifier, folder: Path) -> Figures:
    """Of sentences with one thing altered, those not supported, by kind; of the same untouched and reworded, those supported."""
    rows = minimal_changes(folder, SEED)

    def verdicts(claims: Sequence[str]) -> list[str]:
        with ThreadPoolExecutor(2) as threads:
            return list(
                threads.map(
                    lambda both: verifier.verify(both[0], passages([("", both[1][2])]), ()).verdict,
                    zip(claims, rows, strict=True),
                )
            )

    changed = [each != "supported" for each in verdicts([row[1] for row in rows])]
    figures = {"altered": float(np.mean(changed))}
    for kind in sorted({row[0] for row in rows}):
        figures[f"altered_{kind}"] = float(np.mean([c for c, row in zip(changed, rows, strict=True) if row[0] == kind]))
    reworded = [row for row in rows if row[3] != row[2]]
    figures["untouched"] = float(np.mean([each == "supported" for each in verdicts([row[2] for row in rows])]))
    told = verdicts([row[3] for row in rows])
    figures["reworded"] = float(
        np.mean([t == "supported" for t, row in zip(told, rows, strict=True) if row[3] != row[2]])
    )
    return figures | {"pairs": float(len(rows)), "reworded_pairs": float(len(reworded))}


def pace(reader: PairReader, embedder: Embedder, lines: Sequence[Pair]) -> Figures:
    """Pairs in a second of processor time, and the time that reading takes beside bare encoding of the same words."""
    pairs = [(each.claim, each.evidence) for each in lines if each.part == "report"][:PACED]
    reader.probabilities(pairs[:4])
    embedder.embed(["warm"])
    reading = _seconds(lambda: reader.probabilities(pairs))
    encoding = _seconds(lambda: embedder.embed([f"{claim} {evidence}" for claim, evidence in pairs]))
    return {"pairs_per_cpu_second": len(pairs) / reading, "times_bare_encoding": reading / encoding}


def every(
    data: Path, reader: PairReader, only: str = "", limit: int | None = None
) -> Iterator[tuple[str, Mapping[str, float]]]:
    """All figures, by what they are of; with a limit, of so many claims of each set, always the same."""
    embedder = SentenceEmbedder()
    lines = from_lines(data / "train_pairs" / "core_pairs.jsonl")
    for source, figures in on_lines(reader, lines, "report"):
        yield f"lines {source}", figures
    yield "pace", pace(reader, embedder, lines)
    chosen = {name: each for name, each in verifiers(reader, embedder).items() if only in {"", name}}
    for name, verifier in chosen.items():
        yield f"minimal changes, {name}", on_changes(verifier, data / "demo_fomc")
        yield f"fm2_dev, {name}", on_set(verifier, _drawn(read_pairs(data / "fm2_dev")[0], limit))
        yield f"factcheck_bench, {name}", on_set(verifier, _drawn(read_pairs(data / "factcheck_bench")[0], limit))


def _drawn(cases: Sequence[Case], limit: int | None) -> Sequence[Case]:
    known = [each for each in cases if len(each.expect.verdict) == 1]
    return sorted(known, key=lambda each: hashlib.sha256(each.id.encode()).digest())[:limit]


def _seconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def _verdict(verifier: Verifier, given: Checked) -> Verdict:
    return verifier.verify(given.text, passages([(each.title, each.text) for each in given.sources]), ()).verdict
