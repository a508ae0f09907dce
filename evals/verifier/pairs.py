"""The pairs: lines of `train_pairs`, and pairs made of public-domain sentences; what is kept for calibrating and for reporting."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from evals.verifier.altering import (
    KINDS,
    altered,
    another,
    dated,
    name_swapped,
    names_in,
    quoted_from,
    reworded,
    titled,
)
from ingest.sentences import statements

SUPPORTS, CONTRADICTS, NEITHER, NOT_SUPPORTS = 0, 1, 2, 3  # the last is of two classes: contradicts or neither
LABELS = {"entailment": SUPPORTS, "contradiction": CONTRADICTS, "neutral": NEITHER, "not_entailment": NOT_SUPPORTS}
_SECOND_HAND = {"duty": NOT_SUPPORTS, "hedge": NOT_SUPPORTS, "attribution": NOT_SUPPORTS}
TESTED = ("number", "date", "name", "negation", "duty", "hedge")
_WIKIPEDIA = {"fever_dev", "fever_symmetric", "fm2_test"}
_SELDOM = (("number", "hedge"), ("hedge", "number"), ("duty", "date"), ("date", "duty"), ("name", "number"))
_SYMMETRIC = {
    "mnli_dev",
    "snli_dev",
    "cad_nli",
}  # where two sentences that contradict each other do so either way round
_ASKING = {"qnli_dev"}  # the question stands where other lines have their evidence: it is read as the claim
HELD_BACK = 4  # every so many-th document of the minutes is for the test alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A claim with its evidence; `part` is train, calibrate or report."""

    claim: str
    evidence: str
    label: int
    source: str
    part: str = "train"


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """The sentences of one meeting's minutes, with the day of its end; None where the minutes do not open with it."""

    sentences: tuple[str, ...]
    day: date | None


def from_lines(file: Path) -> list[Pair]:
    """The lines of `train_pairs`: of every hundred premises five calibrate, and eight are reported on.

    Where the line tells whether a sentence answers a question, an answer supports the question.
    """
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        claim, evidence = _plain(record["hypothesis"]), _plain(record["premise"])
        if record["source"] in _ASKING:
            claim, evidence = evidence, claim
        hundredth = int(hashlib.sha256(record["premise"].encode()).hexdigest()[:8], 16) % 100
        found.append(
            Pair(
                claim=claim,
                evidence=evidence,
                label=LABELS[record["label"]],
                source=record["source"],
                part="calibrate" if hundredth < 5 else "report" if hundredth < 13 else "train",
            )
        )
    return found


def altered_lines(pairs: Sequence[Pair], share: float, seed: int) -> Iterator[Pair]:
    """Claims about Wikipedia that are supported, with one thing altered, and sentences of their evidence, as they are or altered."""
    draw = random.Random(seed)  # noqa: S311 (drawing sentences, no secret)
    chosen = [each for each in pairs if each.source in _WIKIPEDIA and each.part == "train"]
    pool = names_in([each.evidence for each in chosen])
    kinds = ["number", "date", "name", "name", "negation", "opposite"]
    for each in chosen:
        if draw.random() < share and each.label == SUPPORTS:
            yield from _changed(draw, each.claim, each.evidence, kinds, pool)
        if draw.random() < share / 2:
            sentences = [s for s in re.split(r"(?<=[.!?]) +(?=[A-Z])", each.evidence) if 6 <= len(s.split()) <= 40]
            if sentences:
                own = draw.choice(sentences)
                other = reworded(draw, own, everyday=True) if draw.random() < 0.6 else own
                yield Pair(claim=other or own, evidence=each.evidence, label=SUPPORTS, source="made_wikipedia")
                yield from _changed(draw, other or own, each.evidence, kinds, pool)


def mirrored(pairs: Sequence[Pair], share: float, seed: int) -> Iterator[Pair]:
    """Of the contradictions a share, the other way round."""
    draw = random.Random(seed)  # noqa: S311
    for each in pairs:
        wanted = each.part == "train" and each.label == CONTRADICTS and each.source in _SYMMETRIC
        if wanted and draw.random() < share:
            yield replace(each, claim=each.evidence, evidence=each.claim, source="made_mirrored")


def _changed(
    draw: random.Random, claim: str, evidence: str, kinds: Sequence[str], pool: Sequence[str]
) -> Iterator[Pair]:
    for kind in draw.sample(list(kinds), len(kinds)):
        new = name_swapped(draw, claim, pool) if kind == "name" else altered(kind, draw, claim)
        if new is not None and new != claim:
            label = _SECOND_HAND.get(kind, CONTRADICTS)
            yield Pair(claim=new, evidence=evidence, label=label, source=f"made_{kind}")
            return


def minutes(folder: Path, *, held_back: bool) -> list[Minutes]:
    """The minutes: those held back, or the others."""
    files = sorted(folder.rglob("*.txt"), key=lambda each: each.name)
    files = [each for each in files if each.name.startswith("Meeting")]
    chosen = [each for n, each in enumerate(files) if (n % HELD_BACK == 0) == held_back]
    return [Minutes(sentences=tuple(_sentences(each)), day=_day(each)) for each in chosen]


def _sentences(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8-sig")
    found = [text[each.span.start : each.span.end].strip() for each in statements(text)]
    return [each for each in found if 8 <= len(each.split()) <= 60 and each[0].isupper() and each.endswith(".")]


def _day(file: Path) -> date | None:
    found = re.match(r"MeetingDate=(?:[\d-]{10}-)?(\d{4}-\d{2}-\d{2})", file.name)
    return date.fromisoformat(found[1]) if found else None


def headed(pairs: Sequence[Pair], share: float, seed: int) -> Iterator[Pair]:
    """The pairs, a share of those about Wikipedia with a heading before their evidence."""
    draw = random.Random(seed)  # noqa: S311
    for each in pairs:
        wanted = each.part == "train" and (each.source in _WIKIPEDIA or each.source.startswith("made_"))
        yield replace(each, evidence=f"{titled(draw)}. {each.evidence}") if wanted and draw.random() < share else each


def from_minutes(documents: Sequence[Minutes], share: float, seed: int) -> Iterator[Pair]:
    """Of a share of the sentences: untouched or reworded and supported, altered in one thing, and another sentence that says neither.

    Half of them are read under a heading that tells the day, and some claims name that day, or another, or the minutes.
    """
    draw = random.Random(seed)  # noqa: S311
    pool = names_in([each for document in documents for each in document.sentences])
    seen: set[str] = set()
    for document in documents:
        for n, sentence in enumerate(document.sentences):
            if sentence in seen or draw.random() > share:
                continue
            seen.add(sentence)
            around = draw.choice(((0, 0), (0, 0), (1, 0), (0, 1), (1, 1)))
            evidence = " ".join(document.sentences[max(0, n - around[0]) : n + 1 + around[1]])
            made = _made(draw, sentence, evidence, pool)
            if draw.random() < 0.25:
                far = document.sentences[(n + draw.randint(3, 12)) % len(document.sentences)]
                made.append(Pair(claim=far, evidence=evidence, label=NEITHER, source="made_other"))
            yield from (_placed(draw, each, document.day) for each in made)


def _made(draw: random.Random, sentence: str, evidence: str, pool: Sequence[str]) -> list[Pair]:
    other = reworded(draw, sentence, everyday=True) if draw.random() < 0.6 else None
    base = sentence if draw.random() < 0.6 else reworded(draw, sentence, everyday=True) or sentence
    return [
        Pair(claim=other or sentence, evidence=evidence, label=SUPPORTS, source="made_same"),
        *_changed(draw, base, evidence, list(KINDS), pool),
        *_changed(draw, base, evidence, draw.choice(_SELDOM), pool),
    ]


def _placed(draw: random.Random, pair: Pair, day: date | None) -> Pair:
    """A pair whose evidence may stand under a heading, and whose claim may say when or where that was said."""
    if day is not None and draw.random() < 0.5:
        pair = replace(pair, evidence=f"{titled(draw, day)}. {pair.evidence}")
        if draw.random() < 0.5:
            right = draw.random() < 0.75
            claim = dated(draw, pair.claim, day if right else another(draw, day))
            return replace(pair, claim=claim, label=pair.label if right else NOT_SUPPORTS)
    if draw.random() < 0.15:
        return replace(pair, claim=quoted_from(draw, pair.claim))
    return pair


def minimal_changes(folder: Path, seed: int, each_kind: int = 100) -> list[tuple[str, str, str, str]]:
    """The test: kind, altered sentence, sentence, the sentence reworded; of documents and sentences that training has not seen."""
    draw = random.Random(seed)  # noqa: S311
    trained = {each for document in minutes(folder, held_back=False) for each in document.sentences}
    documents = minutes(folder, held_back=True)
    pool = names_in([each for document in documents for each in document.sentences])
    sentences = sorted({each for document in documents for each in document.sentences} - trained)
    draw.shuffle(sentences)
    found: list[tuple[str, str, str, str]] = []
    for kind in TESTED:
        many = 0
        for sentence in [each for each in sentences if each not in {row[2] for row in found}]:
            new = name_swapped(draw, sentence, pool) if kind == "name" else altered(kind, draw, sentence)
            if new is not None and new != sentence and many < each_kind:
                many += 1
                found.append((kind, new, sentence, reworded(draw, sentence) or sentence))
    return found


def _plain(text: str) -> str:
    """Without the spaces and brackets that a treebank's tokenizer left."""
    for mark, plain in (("-LRB-", "("), ("-RRB-", ")"), ("-LSB-", "["), ("-RSB-", "]"), ("``", '"'), ("''", '"')):
        text = text.replace(mark, plain)
    text = re.sub(r"\s+([.,;:!?)\]%]|'s\b|n't\b)", r"\1", text)
    return re.sub(r"([(\[])\s+", r"\1", text).strip()
