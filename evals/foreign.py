"""Public formats: BEIR, MTRAG, claims with evidence, answers with labelled spans, hedged sentences, files to be read.

Each is read where it lies, never copied into the project, and ends as cases of our own. Whatever is wrong with a file is a
BadSet that names its line.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.answer import Verdict
from evals.case import BadSet, Case, Checked, Expected, Given, Stretch, Turn
from ingest.errors import BadInput
from ingest.sources import Source, from_record

Read = tuple[list[Case], list[Source] | None]
_VERDICTS: dict[str, tuple[Verdict, ...]] = {
    "supports": ("supported",), "support": ("supported",), "supported": ("supported",), "entailment": ("supported",),
    "completely-support": ("supported",), "refutes": ("contradicted",), "refute": ("contradicted",),
    "refuted": ("contradicted",), "contradiction": ("contradicted",), "contradicted": ("contradicted",),
    "irrelevant": ("not_found",), "neutral": ("not_found",), "not enough info": ("not_found",), "nei": ("not_found",),
    "not_found": ("not_found",), "not_entailment": ("contradicted", "not_found"), "partially-support": (),
}  # fmt: skip
_UNFIT = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, csv.Error)


def mtrag(data: Path) -> Read:
    """Tasks with the passages of all of them pooled: a task's own passages would give its answer away.

    A conversation lies wholly in one half, `build` or `report`, chosen by a hash of its id, which is a tag of its cases.
    """
    cases: list[Case] = []
    pooled: dict[str, str] = {}
    file = _file(data, "reference.jsonl")
    for number, record in _records(file):
        with _line(file, number, "It is a task: {conversation_id, task_id, input, contexts, answerability}."):
            turns, kinds = record["input"], {kind.upper() for kind in record["answerability"]}
            gold = [(each["document_id"], each["text"]) for each in record["contexts"]]
            digest = hashlib.sha256(record["conversation_id"].encode()).digest()
            half = "build" if digest[0] % 2 == 0 else "report"
            refuse = {"ANSWERABLE": False, "UNANSWERABLE": True}.get(next(iter(kinds)) if len(kinds) == 1 else "")
            case = Case(
                id=record["task_id"],
                question=turns[-1]["text"].strip(),
                history=_turns(turns[:-1]),
                expect=Expected(documents=tuple(each for each, _ in gold), refuse=refuse),
                tags=(half, "first" if len(turns) == 1 else "follow-up", *sorted(kind.lower() for kind in kinds)),
            )
            pooled |= dict(gold)
            cases.append(case)
    return cases, [from_record({"_id": key, "text": text}, "mtrag:") for key, text in pooled.items()]


def _turns(turns: list[dict[str, Any]]) -> tuple[Turn, ...]:
    """Questions with the answers that followed them."""
    found: list[Turn] = []
    for turn in turns:
        if turn["speaker"] == "user":
            found.append(Turn(question=turn["text"]))
        elif found:
            found[-1] = Turn(question=found[-1].question, answer=turn["text"])
    return tuple(found)


def beir(data: Path) -> Read:
    """corpus.jsonl, queries.jsonl and qrels.tsv (or qrels/test.tsv); queries without a relevant document are left out."""
    qrels = next((each for each in (data / "qrels.tsv", data / "qrels" / "test.tsv") if each.exists()), None)
    if qrels is None:
        raise BadInput(f"{data} holds no qrels.tsv.", "A BEIR folder has corpus.jsonl, queries.jsonl and qrels.tsv.")
    gold: dict[str, list[str]] = {}
    for number, text in enumerate(_text(qrels).splitlines(), start=1):
        cells = [cell.strip() for cell in text.split("\t")]
        if number == 1 and "id" in cells[0]:
            continue
        with _line(qrels, number, "It is query, document and grade, parted by tabs."):
            if len(cells) not in {3, 4}:
                raise ValueError(f"{len(cells)} columns")
            if int(cells[-1]) > 0:
                gold.setdefault(cells[0], []).append(cells[-2])
    cases, file = [], _file(data, "queries.jsonl")
    for number, record in _records(file):
        with _line(file, number, "Each line is {_id, text}."):
            case = Case(id=str(record["_id"]), question=record["text"], expect=Expected(refuse=False))
            if key := gold.get(case.id):
                cases.append(case.model_copy(update={"expect": Expected(documents=tuple(key), refuse=False)}))
    return cases, [from_record(record, "beir:") for _, record in _records(_file(data, "corpus.jsonl"))]


def pairs(data: Path) -> Read:
    """Claims with evidence and a label; also whether a sentence claims anything, where a file tells that."""
    cases, many = [], data.is_dir()
    for file in sorted(data.glob("*.jsonl")) if many else [data]:
        for number, record in _records(file):
            if {"prompt", "sentences"} <= record.keys():
                continue  # Factcheck-Bench's answers as a whole; their claims stand in the files beside it
            with _line(file, number, f"It is {{claim, evidence, label}}; labels are {', '.join(_VERDICTS)}."):
                key = f"{file.stem}-{record.get('id', number)}" if many else str(record.get("id", number))
                cases.append(_checkworthy(key, record) if "checkworthy" in record else _pair(key, record))
    return cases, None


def _checkworthy(key: str, record: dict[str, Any]) -> Case:
    claims = {"yes": True, "factual": True}.get(record["checkworthy"], False)
    text = record["sentence"] if "sentence" in record else record["claim"]
    return Case(id=key, check=Checked(text=text), expect=Expected(checkable=claims), tags=("checkworthy",))


def _pair(key: str, record: dict[str, Any]) -> Case:
    label = str(record.get("label", record.get("stance", ""))).casefold()
    if label not in _VERDICTS:
        raise ValueError(f"the label {label!r} is not known")
    claim = next((record[name] for name in ("claim", "hypothesis", "text") if record.get(name)), None)
    names = ("evidence", "premise", "gold_evidence", "source")
    evidence = next((record[name] for name in names if record.get(name)), None)
    pieces = evidence if isinstance(evidence, list) else [evidence]
    given = tuple(Given.model_validate({"text": each["text"] if isinstance(each, dict) else each}) for each in pieces)
    tags = tuple(str(record[name]) for name in ("category", "source") if name in record and "premise" in record)
    return Case(
        id=key,
        check=Checked.model_validate({"text": claim, "sources": given}),
        expect=Expected(verdict=_VERDICTS[label]),
        tags=(*tags, label),
    )


def spans(data: Path) -> Read:
    """Answers with the stretches that their source does not carry."""
    cases, file = [], _file(data, "spans.jsonl")
    for number, record in _records(file):
        with _line(file, number, "Each line is {source, answer, spans: [{start, end}]}."):
            stretches = tuple(Stretch(start=each["start"], end=each["end"]) for each in record["spans"])
            checked = Checked(text=record["answer"], sources=(Given(text=record["source"]),))
            key = str(record.get("id", f"line-{number}"))
            cases.append(Case(id=key, check=checked, expect=Expected(unsupported=stretches)))
    return cases, None


def hedges(data: Path) -> Read:
    """Sentences with 1 where they are hedged or vaguely sourced, as columns `text` and `label`."""
    file = data if data.is_file() else next(iter(sorted(data.glob("*.csv"))), data / "train.csv")
    cases: list[Case] = []
    rows = csv.DictReader(_text(file).splitlines(keepends=True))
    wanted = "It is a CSV with `text` and `label`, 0 or 1."
    with _line(file, 1, wanted):
        if not {"text", "label"} <= set(rows.fieldnames or ()):
            raise ValueError("no columns `text` and `label`")
    number = 0
    while True:
        number += 1
        with _line(file, number, wanted, "sentence"):
            row = next(rows, None)
            if row is None:
                return cases, None
            if text := row["text"].strip():
                if row["label"] not in {"0", "1"}:
                    raise ValueError(f"the label {row['label']!r} is not 0 or 1")
                expect = Expected(hedged=row["label"] == "1")
                cases.append(Case(id=f"s{number}", check=Checked(text=text), expect=expect))


def files(data: Path) -> Read:
    """Files to be read: each must end as text or as a typed refusal."""
    found = [each for each in sorted(data.rglob("*")) if each.is_file() and not each.name.startswith("SOURCE")]
    return [
        Case(id=each.relative_to(data).as_posix(), read=str(each), tags=(each.suffix.lstrip(".") or "none",))
        for each in found
    ], None


def _file(data: Path, name: str) -> Path:
    file = data if data.is_file() else data / name
    if not file.exists():
        raise BadInput(f"{data} holds no {name}.", "Give the folder that holds it, or the file itself.")
    return file


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSet(f"{file} cannot be read: {error}.", "It is to be a UTF-8 file.") from error


def _records(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, text in enumerate(_text(file).split("\n"), start=1):
        if text.strip():
            with _line(file, number, "Each line is one JSON object."):
                record = json.loads(text)
                if not isinstance(record, dict):
                    raise TypeError("no JSON object")
            yield number, record


@contextmanager
def _line(file: Path, number: int, wanted: str, called: str = "line") -> Iterator[None]:
    """Whatever does not fit in a line is told with it."""
    try:
        yield
    except _UNFIT as error:
        told = next(iter(str(error).splitlines()), "") if isinstance(error, (ValueError, csv.Error)) else repr(error)
        raise BadSet(f"{file}, {called} {number}: {told[:200]}.", wanted) from error
