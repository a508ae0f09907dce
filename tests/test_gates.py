"""Gates: each of a dozen faults, planted in the program one at a time, is caught by the gate that is named for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from assistant import chain, quoted
from assistant.answer import Citation
from assistant.doubts import Finding
from assistant.doubts.reading import Reader
from assistant.quoting import Selection
from assistant.settings import Settings
from evals.case import Case, digest
from evals.commands import BASELINES
from evals.comparison import compared
from evals.formats import open_set
from evals.gates import EVERY_CASE, judge, junit, read_gates
from evals.in_process import InProcess
from evals.kept import Kept, line, load
from evals.metrics import METRICS
from evals.remembering import Remembering
from evals.run import Plan, run
from evals.scoring import measure
from ingest.document import Document, Span, Statement
from ingest.errors import BadInput
from vectorstore.retrieval import Retriever
from vectorstore.store import Store
from vectorstore.token_marking import Marked, Marker

FEW = 24


def remembered(marked: Callable[..., list[Marked]]) -> Callable[..., list[Marked]]:
    """The reader of doubts as shipped, which reads nothing twice: a dozen runs ask the same."""
    known: dict[Any, Marked] = {}

    def told(marker: Marker, read: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[Marked]:
        keys = [(tuple(own), tuple(around)) for own, around in read]
        fresh = [n for n, key in enumerate(keys) if key not in known]
        known.update(zip([keys[n] for n in fresh], marked(marker, [read[n] for n in fresh]), strict=True))
        return [known[key] for key in keys]

    return told


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    home = tmp_path_factory.mktemp("gates")
    with pytest.MonkeyPatch.context() as patch, Store(home, Remembering()) as store:
        patch.setattr(Marker, "marked", remembered(Marker.marked))
        list(store.ingest(open_set("sample").sources or ()))
        yield InProcess(Settings(home=home, precision="float32", doubts="trained"), store)


@pytest.fixture(scope="module")
def sound(subject: InProcess, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return asked(subject, tmp_path_factory.mktemp("sound"))


def asked(subject: InProcess, runs: Path, cases: tuple[Case, ...] | None = None) -> Kept:
    return run(Plan(name="sample", cases=cases or open_set("sample").cases, runs=runs), subject)[1]


def speaking_of(words: str, sound: Kept) -> Kept:
    """The first cases that say some words, in themselves or in what they are told."""
    told = {case.id: line({"case": case.model_dump(mode="json"), **sound.results[case.id]}) for case in sound.cases}
    return sound.only([key for key, each in told.items() if words in each][:FEW])


def failed(kept: Kept, base: Kept) -> set[str]:
    """The names of the gates that fail against a baseline."""
    told = judge(read_gates(), kept, measure(kept, METRICS), compared(base, kept))
    return {each.gate.name for each in told if each.passed is False}


# The faults: each takes the monkeypatch and plants one thing that is wrong.


def citation_shifted(patch: pytest.MonkeyPatch) -> None:
    """In one document, spans end up one character late."""
    sound = quoted.cite

    def cite(document: Document, span: Span) -> Citation:
        cited = sound(document, span)
        late = Span(start=span.start + 1, end=span.end + 1)
        return replace(cited, span=late) if "kestrel" in document.source else cited

    patch.setattr(quoted, "cite", cite)


def _finding(patch: pytest.MonkeyPatch, changed: Callable[[Document, Statement, tuple[Finding, ...]], Any]) -> None:
    sound = Reader.__call__

    def find(reader: Reader, read: Sequence[tuple[Document, Statement]]) -> list[tuple[Finding, ...]]:
        return [changed(*one, found) for one, found in zip(read, sound(reader, read), strict=True)]

    patch.setattr(Reader, "__call__", find)


def doubt_dropped(patch: pytest.MonkeyPatch) -> None:
    """Sentences that break off are no longer told."""
    _finding(patch, lambda _document, _statement, found: tuple(each for each in found if each.kind != "cut_off"))


def doubt_added(patch: pytest.MonkeyPatch) -> None:
    """One duty of the notice in force is called hedged."""

    def changed(document: Document, statement: Statement, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        quiet = "report head counts online once a week" in document.quote(statement.span)
        span = statement.span
        more = (Finding(kind="hedged", reason="It is hedged.", evidence=(span,), words=span),) if quiet else ()
        return (*found, *more)

    _finding(patch, changed)


def evidence_elsewhere(patch: pytest.MonkeyPatch) -> None:
    """The evidence of questioned statements is the document's first line."""

    def changed(document: Document, _statement: Statement, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        first = document.statements[0].span
        return tuple(replace(each, evidence=(first,)) if each.kind == "questioned" else each for each in found)

    _finding(patch, changed)


def crash_on_chinese(patch: pytest.MonkeyPatch) -> None:
    """A family of doubts fails on one word."""

    def changed(document: Document, statement: Statement, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return found[99:] if "编者注" not in document.quote(statement.span) else (found[99],)

    _finding(patch, changed)


def wrong_number(patch: pytest.MonkeyPatch) -> None:
    """A claim says another number than its quotation."""
    sound = quoted.rendered

    def rendered(document: Document, statement: Statement) -> tuple[str, tuple[Span, ...]]:
        words, spans = sound(document, statement)
        return words.replace("30 days", "31 days"), spans

    patch.setattr(quoted, "rendered", rendered)


def idle_citation(patch: pytest.MonkeyPatch) -> None:
    """Claims from one document cite something that has nothing to do with them besides."""
    sound = quoted.rendered

    def rendered(document: Document, statement: Statement) -> tuple[str, tuple[Span, ...]]:
        words, spans = sound(document, statement)
        idle = next(each.span for each in document.statements if not each.span.meets(statement.span))
        return words, (*spans, idle) if "northgate" in document.source else spans

    patch.setattr(quoted, "rendered", rendered)


def _selecting(patch: pytest.MonkeyPatch, changed: Callable[[str, Selection], Selection]) -> None:
    sound = chain.select
    patch.setattr(chain, "select", lambda question, *rest, **more: changed(question, sound(question, *rest, **more)))


def false_refusal(patch: pytest.MonkeyPatch) -> None:
    """Questions about location records are refused."""
    _selecting(patch, lambda question, found: replace(found, quotes=()) if "location records" in question else found)


def claim_lost(patch: pytest.MonkeyPatch) -> None:
    """An answer keeps its first claim alone."""
    _selecting(patch, lambda _question, found: replace(found, quotes=found.quotes[:1]))


def ranking_reversed(patch: pytest.MonkeyPatch) -> None:
    """The worst passages come first."""
    sound = Retriever._fused
    patch.setattr(Retriever, "_fused", lambda self, *given: sound(self, *given)[::-1])


def filters_ignored(patch: pytest.MonkeyPatch) -> None:
    """The search looks at every document."""
    sound = Retriever.search
    patch.setattr(
        Retriever,
        "search",
        lambda self, text, *, limit=10, filters=None: sound(self, text, limit=limit),  # noqa: ARG005,
    )


def words_unsearched(patch: pytest.MonkeyPatch) -> None:
    """The word index gives nothing, so that Chinese is not found."""
    sound = Retriever._fused
    patch.setattr(
        Retriever, "_fused", lambda self, query, meaning, _words, timely: sound(self, query, meaning, [], timely)
    )


FAULTS = {
    citation_shifted: ("every quotation is exact", "Kestrel"),
    wrong_number: ("every supported claim is carried by what it cites", "30 days"),
    idle_citation: ("no citation is idle", "Northgate"),
    doubt_dropped: ("no expected doubt is lost", "cut_off"),
    doubt_added: ("no new false alarm on a quiet statement", "report head counts online once a week"),
    evidence_elsewhere: ("doubts show the words they rest on", "questioned"),
    crash_on_chinese: ("no case ends in an error", "编者注"),
    false_refusal: ("no new wrong refusal and no new wrong answer", "location records"),
    claim_lost: ("no answer point is lost", ""),
    ranking_reversed: ("ranking is no worse", ""),
    filters_ignored: ("filters hold", "filter-"),
    words_unsearched: ("retrieval finds no less", "zh-"),
}
"""The faults, each with the gate that is named for it and words of the cases that can show it."""


@pytest.mark.parametrize(
    ("fault", "gate", "words"),
    [pytest.param(fault, *told, id=fault.__name__) for fault, told in FAULTS.items()],
)
def test_a_planted_fault_is_caught_by_its_gate(
    fault: Callable[[pytest.MonkeyPatch], None],
    gate: str,
    words: str,
    subject: InProcess,
    sound: Kept,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
):
    """A fault in the program, however small, fails the gate that is named for it."""
    few = speaking_of(words, sound)
    assert gate not in failed(few, few)
    fault(monkeypatch)
    assert gate in failed(asked(subject, tmp_path, few.cases), few)


def test_the_program_as_it_is_passes_every_gate(subject: InProcess, sound: Kept, tmp_path: Path):
    """The same program asked again gives the same results, and fails no gate."""
    again = asked(subject, tmp_path)
    assert again.results == sound.results
    assert failed(again, sound) == set()


def test_the_baseline_is_of_the_set_and_library_that_are_shipped(sound: Kept):
    """A baseline of other cases or documents would gate nothing."""
    baseline = load(BASELINES / "sample")
    assert baseline.about["digest"] == digest(open_set("sample").cases)
    assert baseline.fingerprint["library"] == sound.fingerprint["library"]
    assert baseline.fingerprint["embedder"] == sound.fingerprint["embedder"]


def test_rules_about_a_baseline_are_skipped_aloud_without_one(sound: Kept, tmp_path: Path):
    """Without a baseline, bounds are judged and the rest is skipped, in JUnit too."""
    told = judge(read_gates(), sound, measure(sound, METRICS), None)
    assert {each.told for each in told if each.passed is None and each.gate.metric == "points"} == {
        "the set has no baseline"
    }
    junit(tmp_path / "gates.xml", sound, told)
    suite = ET.parse(tmp_path / "gates.xml").getroot()  # noqa: S314 (our own file)
    assert (suite.get("failures"), suite.get("skipped")) == ("0", str(sum(each.passed is None for each in told)))
    assert len(suite.findall("testcase")) == len(told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[gate]]\nname = "a"\nmetric = "nonsense"\nat_least = 1', "no metric 'nonsense'"),
        ('[[gate]]\nname = "a"\nmetric = "points"', "exactly one"),
        ('[[gate]]\nname = "a"\nmetric = "points"\nat_least = 1\nat_most = 2', "exactly one"),
        ('[[gate]]\nname = "a"\nmetric = "points"\nat_leats = 1', "a"),
        ("", "no gate"),
        ("[[gate", "cannot be read"),
        ('[[gate]]\nname = "a"\nmetric = "points"\nat_least = 1\n' * 2, "two gates"),
    ],
)
def test_gates_that_gate_nothing_are_refused(text: str, said: str, tmp_path: Path):
    """A misspelt rule or metric is an error, never a gate that always passes."""
    (tmp_path / "gates.toml").write_text(text)
    with pytest.raises(BadInput, match=said):
        read_gates(tmp_path / "gates.toml")


def test_a_broken_baseline_is_told(tmp_path: Path):
    """A baseline that lost its results is an error with a hint, not a pass."""
    shutil.copytree(BASELINES / "sample", tmp_path / "sample")
    lines = (tmp_path / "sample" / "results.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "sample" / "results.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(Exception, match="lacks the results of 1 cases"):
        load(tmp_path / "sample")


def test_a_case_that_was_taken_out_or_expects_less_fails(sound: Kept):
    """Editing the set is no way past a gate; a tag or a note changes nothing that is asked."""
    first, second, *others = sound.cases
    tagged = replace(sound, cases=(first.model_copy(update={"tags": ("new",), "note": "new"}), second, *others))
    assert failed(tagged, sound) == set()
    less = next(case for case in sound.cases if case.expect.points)
    softened = less.model_copy(update={"expect": less.expect.model_copy(update={"points": ()})})
    for cases in ((second, *others), tuple(softened if case is less else case for case in sound.cases)):
        results = {case.id: sound.results[case.id] for case in cases}
        assert failed(replace(sound, cases=cases, results=results), sound) == {EVERY_CASE}


def test_a_figure_that_is_gone_fails_its_bound(sound: Kept):
    """Where everything is refused there is no quotation to be exact: that is no pass."""
    refused = {
        key: {"answer": value["answer"] | {"claims": [], "refused": True}} for key, value in sound.results.items()
    }
    assert "every quotation is exact" in failed(replace(sound, results=refused), sound)
