"""Sets by name and by public format: read as they are meant, and never a bare error for a file that is malformed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evals.case import BadSet, check_words, digest
from evals.formats import OWN, SETS, Set, open_set
from ingest.errors import CaveatError
from ingest.pipeline import Ingested, ingest
from vectorstore.embedding import HashingEmbedder

TASK = {
    "conversation_id": "c1", "task_id": "c1<::>2", "answerability": ["ANSWERABLE"],
    "contexts": [{"document_id": "17-0", "text": "Firms must report by noon."}],
    "input": [{"speaker": "user", "text": "Who reports?"}, {"speaker": "agent", "text": "Firms."},
              {"speaker": "user", "text": " When? "}],
}  # fmt: skip
QUERY, DOCUMENT = {"_id": "q1", "text": "Who?"}, {"_id": "d1", "title": "Notice", "text": "Firms report."}
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\n"
PAIR = {"id": 7, "claim": "Firms report.", "evidence": "Firms report by noon.", "label": "SUPPORTS"}
SPAN = {"id": "s", "source": "Firms report.", "answer": "Firms report. Banks too.", "spans": [{"start": 14, "end": 24}]}
CSV = 'text,label\n"It may rain, they say.\n",1\nIt rains.,0\n,0\n'


def lines(*records: object) -> str:
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in records)


def folder(path: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def mtrag(*records: object) -> tuple[str, dict[str, str | bytes]]:
    return "mtrag", {"reference.jsonl": lines(*records)}


def beir(query: object = QUERY, document: object = DOCUMENT, qrels: str | bytes = QRELS) -> tuple[str, dict]:
    return "beir", {"queries.jsonl": lines(query), "corpus.jsonl": lines(document), "qrels.tsv": qrels}


def pairs(*records: object) -> tuple[str, dict[str, str | bytes]]:
    return "pairs", {"dev.jsonl": lines(*records)}


def spans(*records: object) -> tuple[str, dict[str, str | bytes]]:
    return "spans", {"spans.jsonl": lines(*records)}


def hedges(content: str | bytes) -> tuple[str, dict[str, str | bytes]]:
    return "hedges", {"train.csv": content}


def read(told: tuple[str, dict[str, str | bytes]], path: Path) -> Set:
    return open_set(told[0], folder(path, told[1]))


def test_mtrag_tasks_are_asked_over_all_passages_pooled(tmp_path: Path):
    """The last turn is the question, turns before it the history; a task without passages must be refused over them all."""
    hopeless = TASK | {"task_id": "u", "contexts": [], "answerability": ["UNANSWERABLE"], "input": [TASK["input"][0]]}
    partial = TASK | {"task_id": "p", "answerability": ["PARTIAL"]}
    found = read(mtrag(TASK, "", hopeless, partial), tmp_path)
    first, second, third = found.cases
    assert (first.id, first.question, first.expect.documents) == ("c1<::>2", "When?", ("17-0",))
    assert [(turn.question, turn.answer) for turn in first.history] == [("Who reports?", "Firms.")]
    assert [case.expect.refuse for case in found.cases] == [False, True, None]
    assert ("follow-up" in first.tags, "first" in second.tags, "partial" in third.tags) == (True, True, True)
    assert found.document_names() == {"17-0"}
    assert len({case.tags[0] for case in found.cases}) == 1  # one conversation is never split over build and report


@pytest.mark.parametrize("qrels", [QRELS, "q1\t0\td1\t2\nq1\t0\td2\t0\nq9\t0\td1\t1\n"])
def test_beir_queries_have_the_documents_judged_relevant(tmp_path: Path, qrels: str):
    """With a header or in TREC's four columns; grade 0 is not relevant, and a query without a judgement is left out."""
    told = beir(lines(QUERY, {"_id": "q2", "text": "Why?"}), qrels=qrels)
    found = read(told, tmp_path)
    assert [(case.id, case.expect.documents, case.expect.refuse) for case in found.cases] == [("q1", ("d1",), False)]
    assert found.document_names() == {"d1"}
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels.tsv").rename(tmp_path / "qrels" / "test.tsv")
    assert open_set("beir", tmp_path).cases == found.cases


def test_pairs_carry_the_verdicts_that_their_labels_allow(tmp_path: Path):
    """Every dialect of labels; not_entailment is either of two, a partial support is not judged."""
    told = [
        (PAIR, ("supported",)),
        ({"premise": "Firms report.", "hypothesis": "没有", "label": "contradiction"}, ("contradicted",)),
        ({"premise": "p", "hypothesis": "h", "label": "not_entailment", "source": "mnli"}, ("contradicted", "not_found")),
        ({"claim": "c", "gold_evidence": [{"text": "e"}, {"text": "f"}], "label": "REFUTES"}, ("contradicted",)),
        ({"claim": "c", "source": "e", "stance": "irrelevant"}, ("not_found",)),
        ({"claim": "c", "evidence": ["e"], "label": "partially-support"}, ()),
    ]  # fmt: skip
    found = read(pairs(*(record for record, _ in told)), tmp_path).cases
    assert [case.expect.verdict for case in found] == [verdicts for _, verdicts in told]
    assert [given.text for case in found if case.check for given in case.check.sources][3:5] == ["e", "f"]
    assert found[2].tags == ("mnli", "not_entailment")
    claims = read(
        pairs({"sentence": "Hello!", "checkworthy": "no"}, {"claim": "c", "checkworthy": "yes"}), tmp_path
    ).cases
    assert [case.expect.checkable for case in claims] == [False, True]


def test_spans_hedges_and_files(tmp_path: Path):
    """Answers with stretches, sentences with 0 or 1, and files but for their SOURCE, each as cases that need no library."""
    [answer] = read(spans(SPAN), tmp_path / "spans").cases
    assert answer.check is not None
    assert [answer.check.text[each.start : each.end] for each in answer.expect.unsupported or ()] == ["Banks too."]
    told = read(hedges(CSV), tmp_path / "hedges")
    assert [(case.check and case.check.text, case.expect.hedged) for case in told.cases] == [
        ("It may rain, they say.", True), ("It rains.", False)]  # fmt: skip
    files = read(("files", {"b/x.PDF": b"\x00", "a": "", "SOURCE.txt": ""}), tmp_path / "files")
    assert [(case.id, case.asks, case.tags) for case in files.cases] == [
        ("a", "read", ("none",)), ("b/x.PDF", "read", ("PDF",))]  # fmt: skip
    assert [each.sources for each in (told, files)] == [None, None]


LATIN = '{"id": "é", "question": "x"}\n'.encode("latin-1")
MALFORMED = [
    (mtrag("{"), 1), (mtrag(TASK, "[]"), 2), (mtrag(TASK, {}), 2), (mtrag(TASK | {"contexts": None}), 1),
    (mtrag(TASK | {"contexts": [{"document_id": 1, "text": ""}]}), 1), (mtrag(TASK | {"input": [{"text": "x"}] * 2}), 1),
    (mtrag(TASK, TASK | {"input": []}), 2),
    (mtrag(TASK, TASK | {"answerability": [1]}), 2),
    (mtrag(TASK, TASK | {"conversation_id": 5}), 2),
    (mtrag(TASK | {"input": [{"speaker": "user", "text": None}]}), 1),
    (mtrag("[" * 50_000), 1),
    (beir({"_id": "q1"}), 1), (beir("{"), 1), (beir(document="[]"), 1), (beir(qrels=QRELS + "q1 d1 1\n"), 4),
    (beir(qrels=QRELS + "q1\td1\t--1\n"), 4),
    (beir(QUERY | {"text": ""}), 1), (beir(QUERY | {"text": 5}), 1),
    (pairs(PAIR, PAIR | {"label": "maybe"}), 2), (pairs(PAIR | {"label": None}), 1), (pairs(PAIR | {"claim": 5}), 1),
    (pairs(PAIR | {"evidence": []}), 1), (pairs(PAIR | {"evidence": [5]}), 1), (pairs(PAIR, "nope"), 2), (pairs({}), 1),
    (pairs(PAIR | {"evidence": [{"words": "e"}]}), 1),
    (pairs({"checkworthy": "yes", "sentence": ""}), 1),
    (pairs({"checkworthy": [], "sentence": "x"}), 1),
    (spans(SPAN, SPAN | {"spans": [{"start": 20, "end": 99}]}), 2), (spans(SPAN | {"spans": [{"start": 9, "end": 9}]}), 1),
    (spans(SPAN | {"spans": None}), 1), (spans(SPAN | {"answer": 5}), 1), (spans({"answer": "x"}), 1),
    (spans(SPAN | {"id": ""}), 1),
    (hedges("text,label\nIt rains.,2\n"), 1), (hedges("text,label\nIt rains.,1\nIt\n"), 2), (hedges("a,b\n1,2\n"), None),
    (hedges("label,text\n1,x\n0\n"), 2),
    (hedges(f"text,label\n{'x' * 140_000},1\n"), None),
    (("mtrag", {"reference.jsonl": LATIN}), None), (("pairs", {"a.jsonl": LATIN}), None),
    (("spans", {"spans.jsonl": LATIN}), None), (beir(qrels=LATIN), None),
    (hedges("text,label\né,1\n".encode("latin-1")), None),
]  # fmt: skip


@pytest.mark.parametrize(("told", "line"), MALFORMED)
def test_a_malformed_set_is_told_with_its_line(tmp_path: Path, told: tuple, line: int | None):
    """Whatever is wrong with a foreign file is a CaveatError that says where."""
    with pytest.raises(CaveatError) as caught:
        read(told, tmp_path)
    assert line is None or re.search(rf"(line|sentence) {line}\b", caught.value.message)


@pytest.mark.parametrize("told", [mtrag(TASK, TASK), beir(lines(QUERY, QUERY)), pairs(PAIR, PAIR), spans(SPAN, SPAN),
                                  ("pairs", {"dev_1.jsonl": lines({**PAIR, "id": 1}), "dev_2.jsonl": lines(PAIR | {"id": 1})})])  # fmt: skip
def test_every_case_of_a_set_has_an_id_of_its_own(tmp_path: Path, told: tuple):
    """Results are kept by the case's id: two cases of one id are told, or told apart."""
    try:
        ids = [case.id for case in read(told, tmp_path).cases]
    except BadSet:
        return
    assert len(ids) == len(set(ids)) == 2


@pytest.mark.parametrize(
    "told", [mtrag(), beir(qrels=""), pairs(), spans(), hedges("text,label\n"), ("files", {"SOURCE": ""})]
)
def test_a_set_without_a_case_is_told(tmp_path: Path, told: tuple):
    """As for sets of our own: what measures nothing must not look like success."""
    with pytest.raises(CaveatError):
        read(told, tmp_path)


def test_what_is_not_there_is_told(tmp_path: Path):
    """No such name, no --data, no such folder, and a folder that lacks a file, each with what to do."""
    for name, data in (("nothing", None), ("beir", None), ("pairs", tmp_path / "no"), ("beir", tmp_path),
                       ("mtrag", tmp_path), ("spans", tmp_path), ("sample", tmp_path / "no"), ("hedges", tmp_path)):  # fmt: skip
        with pytest.raises(CaveatError) as caught:
            open_set(name, data)
        assert caught.value.hint


@pytest.mark.parametrize("given", ["{folder}/mine.jsonl", "mine.jsonl", "./mine.jsonl"])
def test_a_set_of_ones_own_is_opened_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str):
    """Absolute or from where one stands."""
    folder(tmp_path, {"mine.jsonl": lines({"id": "a", "question": "x"})})
    monkeypatch.chdir(tmp_path)
    found = open_set(given.format(folder=tmp_path))
    assert (found.name, [case.id for case in found.cases], found.sources) == ("mine", ["a"], None)


def test_every_file_of_sets_is_a_set_or_labels():
    """Nothing lies there that no command reads."""
    assert {each.stem for each in SETS.glob("*.jsonl")} == {
        *OWN,
        "doubts",
        "doubts_fresh",
        "doubts_official",
        "doubts_unseen",
        "doubts_wide",
        "fomc_attribution",
        "fomc_conflicts",
    }


@pytest.mark.parametrize("name", sorted(OWN))
def test_the_sets_shipped_hold_words_of_their_documents_alone(name: str):
    """Every document and every word that a shipped set expects is in its library."""
    if not OWN[name].exists():
        pytest.skip(f"{OWN[name]} is not here")
    found = open_set(name)
    measure = HashingEmbedder().measure
    read = [each for source in found.sources or () for each in ingest([source], measure)]
    documents = [each.document for each in read if isinstance(each, Ingested)]
    assert {Path(each.source).name.removeprefix("library:") for each in documents} == found.document_names()
    check_words(found.cases, {each.source.removeprefix("library:"): each.text for each in documents}, name)
    assert digest(found.cases) == digest(open_set(f"demo_{name}").cases)
