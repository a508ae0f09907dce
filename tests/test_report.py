"""The page of a run: whole, escaped, exact, in words, and with filters that work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from evals.case import Case
from evals.commands import BASELINES
from evals.comparison import compared
from evals.expectations import expectations
from evals.kept import Kept, load
from evals.metrics import METRICS
from evals.report import AROUND, LISTED, _failures, page, showable, surroundings
from evals.scoring import measure

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EVIL = "<script>alert('1')</script> \"&amp;\" </details></style>\u202e"
TEXT = "A notice.\n\nHealth codes may be kept for 30 days. Records are deleted.\n\nNothing more."
METADATA = {
    "issuer": "Ministry",
    "kind": "notice",
    "status": "in_force",
    "language": "en",
    "issued": None,
    "effective": None,
    "expires": None,
}
SAID = "Health codes may be kept for 30 days."


def cited(text: str, words: str) -> dict[str, Any]:
    """A citation of the first place of some words."""
    start = text.index(words)
    span = {"start": start, "end": start + len(words)}
    return {"document_id": "d1", "title": "Notice", "locator": "p. 1", "quote": words, "span": span}


def answered(citation: dict[str, Any], *kinds: str) -> dict[str, Any]:
    """An answer of one claim, with doubts of some kinds."""
    doubts = [
        {"id": kind, "kind": kind, "reason": f"It is {kind}.", "evidence": [citation], "span": None} for kind in kinds
    ]
    claim = {"id": "c1", "text": citation["quote"], "verdict": "supported", "citations": [citation], "doubts": doubts}
    passage = {
        "document_id": "d1",
        "chunk_id": "d1-0",
        "start": 0,
        "end": 9,
        "score": 1.0,
        "found_by": "both",
        "copies": [],
    }
    return {
        "answer": {
            "refused": False,
            "claims": [claim | {"span": {"start": 0, "end": len(citation["quote"])}}],
            "passages": [passage],
            "missing": [],
            "nearest": [],
            "mode": "quoted",
        }
    }


REFUSED: dict[str, Any] = {
    "answer": {
        "refused": True,
        "claims": [],
        "passages": [],
        "missing": ["No passage mentions “codes”."],
        "nearest": [],
        "mode": "quoted",
    }
}


def asking(case_id: str, **more: Any) -> Case:
    """A question about the notice, all of whose expectations the notice meets."""
    expect = {
        "refuse": False,
        "points": [["kept for 30 days"]],
        "claims": [{"document": "notice.md", "words": SAID, "doubts": [{"kind": "hedged", "words": "may"}]}],
    }
    return Case.model_validate({"id": case_id, "question": f"How long? {case_id}", "expect": expect, **more})


def run(results: dict[Case, dict[str, Any]], text: str = TEXT, **about: Any) -> Kept:
    """A finished run over one document."""
    head = {"set": "small", "cases": len(results), "digest": "0", "subject": "in process", "notes": ["A note."]}
    return Kept(
        about=head | {"fingerprint": {"library": "1", "code": "2"}} | about,
        cases=tuple(results),
        results={case.id: result for case, result in results.items()},
        documents={"d1": {"name": "notice.md", "title": "Notice", "text": text, "metadata": METADATA}},
        timings={
            case.id: {"seconds": {"search": 0.01 * n, "total": 0.1 * n}} for n, case in enumerate(results, start=1)
        },
    )


@pytest.fixture
def mixed() -> Kept:
    """A run with a case of every sort: right, doubt missed, refused wrongly, in error, checked, read."""
    sources = [{"title": "Given", "text": "Snow fell."}]
    checked = Case.model_validate(
        {
            "id": "check",
            "check": {"text": "It rained.", "sources": sources},
            "expect": {"verdict": ["contradicted"]},
            "tags": ["zh"],
        }
    )
    claim = {"id": "c1", "text": "It rained.", "span": {"start": 0, "end": 10}, "verdict": "supported", "citations": []}
    ends = [
        {"status": "refused", "code": "encrypted", "reason": "It is locked."},
        {"status": "added", "statements": 3, "exact": True},
    ]
    return run(
        {
            asking("right", tags=["en"], note="An easy one."): answered(cited(TEXT, SAID), "hedged"),
            asking("missed", tags=["en"], history=[{"question": "And before?"}]): answered(
                cited(TEXT, SAID), "attributed"
            ),
            asking("refused", filters={"issuer": ["Ministry"]}): REFUSED,
            asking("crashed"): {"error": {"code": "crash", "message": "ValueError: boom"}},
            checked: {
                "check": {
                    "claims": [claim | {"doubts": [{"kind": "overstated", "reason": "Too strong.", "span": None}]}]
                }
            },
            Case(id="file", read="letter.pdf"): {"read": {"ends": ends}},
        }
    )


def parsed(text: str) -> html.HtmlElement:
    """The page as a tree; what is not well-formed HTML fails, unknown HTML 5 names apart."""
    parser = html.HTMLParser(encoding="utf-8")
    tree = html.document_fromstring(text.encode(), parser=parser)
    assert [each.message for each in parser.error_log if each.type_name != "HTML_UNKNOWN_TAG"] == []
    return tree


def case_text(tree: html.HtmlElement, case_id: str) -> str:
    """All words of a case, white space as one space."""
    return " ".join(tree.get_element_by_id(f"case-{case_id}").text_content().split())


def test_nothing_is_fetched(mixed: Kept):
    """A page is well-formed, names no address, and its policy lets nothing be loaded."""
    text = page(mixed, comparison=compared(mixed, mixed), gates=[("errors", True, "none")])
    tree = parsed(text)
    assert not re.search(r"https?://|@import|url\((?!#)", text)
    assert tree.xpath("//@src | //@srcset | //@poster | //link | //iframe | //object | //img") == []
    assert {each[0] for each in tree.xpath("//@href")} == {"#"}
    assert "default-src 'none'" in tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]


def test_links_within_the_page_lead_somewhere(mixed: Kept):
    """Each link names one element of the page, and no two elements have one name."""
    tree = parsed(page(mixed, gates=[("errors", True, "none")]))
    names = tree.xpath("//@id")
    assert len(names) == len(set(names))
    assert {each[1:] for each in tree.xpath("//@href")} <= set(names)


def test_words_of_documents_are_never_markup():
    """Markup in a document, question, note, tag, id, reason or gate is shown as the characters it is."""
    text = f"Before {EVIL} after."
    case = asking(EVIL, question=EVIL, note=EVIL, tags=[EVIL], history=[{"question": EVIL, "answer": EVIL}])
    result = answered(cited(text, EVIL), "hedged")
    result["answer"]["claims"][0]["doubts"][0]["reason"] = EVIL
    wrong = {"error": {"code": "crash", "message": EVIL}}
    kept = run({case: result, asking("other"): wrong}, text, notes=[EVIL], subject=EVIL)
    tree = parsed(page(kept, gates=[(EVIL, None, EVIL)]))
    assert len(tree.xpath("//script")) == 1
    assert "alert" not in tree.xpath("//script")[0].text
    assert tree.xpath("//mark")[0].text_content() == EVIL
    assert tree.xpath("//details[@class='case']/@data-tags")[0].count("script") == 2
    assert tree.text_content().count(EVIL) > 8


def test_undefined_figures_are_null():
    """A figure without anything to count is null, in the summary and among kinds; metrics without a case have no row."""
    case = Case.model_validate({"id": "a", "question": "q", "expect": {"refuse": True}})
    tree = parsed(page(run({case: REFUSED})))
    rows = {row[0].text: row[1].text_content() for row in tree.xpath("//table[@class='summary'][1]/tbody/tr")}
    assert rows["refusals"] == "null"
    assert rows["refused"] == "1.000"
    assert rows["answered"] == "null"
    assert "points" not in rows
    assert tree.xpath("//table[@class='kinds']") == []


def test_doubts_have_a_table_of_their_own(mixed: Kept):
    """Each kind is a row with how many were expected and its three figures, and stands in no other table."""
    tree = parsed(page(mixed))
    rows = {
        row[0].text: [cell.text_content().strip() for cell in row[1:]]
        for row in tree.xpath("//table[@class='kinds']/tbody/tr")
    }
    assert rows == {"Hedged": ["2", "1.000", "0.500", "0.667"], "Attributed": ["0", "0.000", "null", "0.000"]}
    assert "hedged_f1" not in {row[0].text for row in tree.xpath("//table[@class='summary']/tbody/tr")}


@given(st.text(), st.text(min_size=1), st.text())
def test_the_mark_holds_the_quote(before: str, words: str, after: str):
    """In any language and with any characters, what is marked is the quote to the character; a sign stands for what no page can hold."""
    text = before + words + after
    span = {"start": len(before), "end": len(before) + len(words)}
    citation = cited("x", "x") | {"quote": words, "span": span}
    tree = html.document_fromstring(page(run({asking("a"): answered(citation)}, text)).encode())
    assert tree.xpath("//mark")[0].text_content() == showable(words).replace("&#13;", "\r")
    assert tree.xpath("//*[@class='amiss']") == []


def test_the_text_around_a_quote_is_cut_with_dots():
    """Up to AROUND characters stand on either side, whole words, with dots where there was more."""
    text = "start " * 100 + "QUOTE" + " end" * 100
    quoted = surroundings(cited(text, "QUOTE"), {"d1": {"name": "n", "text": text}})
    assert quoted.before.startswith("… start ")
    assert quoted.after.endswith(" end …")
    assert AROUND - 10 < len(quoted.before) <= AROUND + 2
    near = surroundings(cited("a QUOTE b", "QUOTE"), {"d1": {"name": "n", "text": "a QUOTE b"}})
    assert (near.before, near.quote, near.after) == ("a ", "QUOTE", " b")


def test_a_quote_that_is_not_exact_says_so():
    """Where the document says something else, or is not kept, the citation says it."""
    citation = cited(TEXT, SAID) | {"quote": "Health codes are kept."}
    tree = parsed(page(run({asking("a"): answered(citation)})))
    assert f"Not exact: at this place the document says “{SAID}”" in case_text(tree, "a")
    tree = parsed(page(run({asking("a"): answered(citation | {"document_id": "gone"})})))
    assert "The text of its document is not kept." in case_text(tree, "a")


def test_every_sort_of_case_is_told_in_words(mixed: Kept):
    """What was asked, what came of it, and what was expected stands there for questions, checks, files and errors."""
    tree = parsed(page(mixed))
    told = {case.id: case_text(tree, case.id) for case in mixed.cases}
    assert "✓ passes" in told["right"]
    assert "Hedged: found “may”" in told["right"]
    assert "An easy one." in told["right"]
    assert "Hedged: missed" in told["missed"]
    assert "Attributed: false alarm" in told["missed"]
    assert "And before?" in told["missed"]
    assert "Refused. No passage mentions “codes”." in told["refused"]
    assert "no refused, wrongly" in told["refused"]
    assert "only issuerMinistry" in told["refused"]
    assert "Ended in an error (crash): ValueError: boom" in told["crashed"]
    assert "✓ supported" in told["check"]
    assert "Overstated: Too strong." in told["check"]
    assert "contradicted given: supported" in told["check"]
    assert "Snow fell." in told["check"]
    assert "Refused (encrypted): It is locked." in told["file"]
    assert "Read: 3 statements, each exactly where it stands." in told["file"]


def test_every_case_of_a_real_run_stands_there_with_what_fails():
    """A case's question, each failing metric and its reason can be read on the page of the sample set's baseline."""
    kept = load(BASELINES / "sample")
    measured, tree = measure(kept, METRICS), parsed(page(kept))
    shown = tree.xpath("//details[@class='case']")
    for case, element in zip(kept.cases, shown, strict=True):
        told = " ".join(element.text_content().split())
        assert " ".join(str(case.question).split()) in told
        for name, reason in measured.failures(case.id).items():
            assert f"{name}: {' '.join(reason.split())}" in told


def test_expectations_agree_with_their_metrics(mixed: Kept):
    """A case whose every expectation is met fails nothing, and one that fails has an expectation that is not met."""
    measured = measure(mixed, METRICS)
    for case in mixed.cases:
        wanted = expectations(case, mixed.results[case.id], mixed.documents)
        held = [each.held for some in wanted.values() for one in some for each in (one, *one.parts)]
        failed = set(measured.failures(case.id)) - {"errors", "files_handled"}
        assert bool(failed) == (False in held), case.id


def test_failures_told_at_once_are_those_told_one_by_one(mixed: Kept):
    """The cases counted as failing a metric are those whose own failures name it."""
    measured = measure(mixed, METRICS)
    at_once = _failures(measured)
    for case in mixed.cases:
        assert set(measured.failures(case.id)) == {name for name, ids in at_once.items() if case.id in ids}


def test_gates_are_told_in_words():
    """A gate passes, fails or does not apply, in words beside its sign."""
    gates = [("one", True, "fine"), ("two", False, "0.1, at least 0.2"), ("three", None, "no such case")]
    tree = parsed(page(run({asking("a"): REFUSED}), gates=gates))
    rows = tree.xpath("//section[@aria-labelledby='gates']//tbody/tr")
    assert [[" ".join(cell.text_content().split()) for cell in row] for row in rows] == [
        ["one", "✓ passed", "fine"],
        ["two", "✗ failed", "0.1, at least 0.2"],
        ["three", "– not applicable", "no such case"],
    ]


def test_a_flip_shows_both_answers(mixed: Kept):
    """With a base, what changed stands in words with its interval, and a flipped case shows both results."""
    base = run(
        {
            case: answered(cited(TEXT, SAID), "hedged") if case.asks == "answer" else mixed.results[case.id]
            for case in mixed.cases
        }
    )
    tree = parsed(page(mixed, comparison=compared(base, mixed)))
    assert "3 cases broke and 0 cases were fixed" in tree.text_content()
    told = case_text(tree, "refused")
    assert "✗ broken points" in told
    sides = {
        name: tree.xpath(f"//*[@id='case-refused']//section[@aria-label='{name}']")[0]
        for name in ("Base result", "Result")
    }
    assert SAID in sides["Base result"].text_content()
    assert "Refused." in sides["Result"].text_content()
    assert "broken" not in case_text(tree, "right")
    rows = {row[0].text: row.text_content() for row in tree.xpath("//table[@class='summary compared'][1]/tbody/tr")}
    assert "? unclear" in rows["points"] or "✗ worse" in rows["points"]
    assert "−0.3" in rows["points"]
    assert "= same" in rows["verdict_right"]
    assert "What changed" in [each.text for each in tree.xpath("//figure/h3")]


def test_plots_are_told_to_who_cannot_see_them(mixed: Kept):
    """Each plot has a name and its numbers in words, and a plot without data is left out."""
    tree = parsed(page(mixed))
    told = dict(zip((each.text for each in tree.xpath("//figure/h3")), tree.xpath("//svg/@aria-label"), strict=True))
    assert list(told) == [
        "Answer points found",
        "Answering and refusing",
        "Verdicts",
        "Doubts by kind",
        "Latency by step",
    ]
    assert told["Answering and refusing"] == "Answering and refusing. to answer: 2 answered, 1 refused."
    assert "contradicted: 1 supported, 0 contradicted" in told["Verdicts"]
    assert (
        "Hedged: 1 found, 1 missed, 0 false alarms; Attributed: 0 found, 0 missed, 1 false alarm"
        in told["Doubts by kind"]
    )
    assert "total: p50 350 ms, p95" in told["Latency by step"]
    assert parsed(page(run({Case(id="a", question="q"): REFUSED}))).xpath("//figure/h3/text()") == ["Latency by step"]


def test_a_long_run_lists_what_fails():
    """A run of more than LISTED cases lists failing ones alone, LISTED at most, and says how many it leaves out."""
    good, bad = answered(cited(TEXT, SAID), "hedged"), REFUSED
    tree = parsed(page(run({asking(str(n)): bad if n < 3 else good for n in range(LISTED + 1)})))
    assert len(tree.xpath("//details[@class='case']")) == 3
    assert f"This run has {LISTED + 1} cases, so only those that fail are listed: 3 of 3." in tree.text_content()
    tree = parsed(page(run({asking(str(n)): bad for n in range(LISTED + 5)})))
    assert len(tree.xpath("//details[@class='case']")) == LISTED
    assert "5 cases are left out" in tree.text_content()


@pytest.fixture
def browser() -> Iterator[Any]:
    """A browser, where there is one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is absent")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_filters_work(browser: Any, mixed: Kept, tmp_path: Path, scheme: str):
    """Words, tag, metric, failures and flips narrow the list and its count; a phone scrolls one way; nothing is asked of the net."""
    base = run(
        {
            case: answered(cited(TEXT, SAID), "hedged") if case.asks == "answer" else mixed.results[case.id]
            for case in mixed.cases
        }
    )
    file = tmp_path / "report.html"
    file.write_text(page(mixed, comparison=compared(base, mixed)), encoding="utf-8")
    with browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme) as context:
        tab = context.new_page()
        errors: list[str] = []
        asked: list[str] = []
        tab.on("console", lambda message: errors.append(message.text))
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(file.as_uri())

        def shown() -> list[str]:
            ids = tab.locator("details.case:visible").evaluate_all("all => all.map(each => each.id.slice(5))")
            assert tab.locator("#count").inner_text() == f"{len(ids)} of 6 cases shown"
            return list(ids)

        assert len(shown()) == 6
        tab.get_by_label("only failures").check()
        assert shown() == ["missed", "refused", "crashed", "check"]
        tab.get_by_label("only flipped").check()
        assert shown() == ["missed", "refused", "crashed"]
        tab.get_by_role("button", name="Clear").click()
        tab.get_by_label("Tag").select_option("en")
        assert shown() == ["right", "missed"]
        tab.get_by_label("Words").fill("BEFORE and")
        assert shown() == ["missed"]
        tab.get_by_label("Words").fill("nowhere")
        assert shown() == []
        assert tab.get_by_text("No case fits.").is_visible()
        tab.get_by_role("button", name="failing doubts_recall").click()
        assert shown() == ["missed"]
        tab.get_by_role("button", name="Clear").click()
        tab.get_by_role("button", name="Open all").click()
        assert tab.locator("mark:visible").count() > 2
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        tab.goto(f"{file.as_uri()}#case-check")
        tab.reload()
        assert tab.locator("#case-check[open]").is_visible()
        assert errors == []
        assert {url.partition("#")[0] for url in asked} == {file.as_uri()}
