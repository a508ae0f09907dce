"""The report: one page that fetches nothing, shows words as text, quotes exactly, and finds a case by what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from evals.case import Case, Expected
from evals.commands import BASELINES
from evals.comparison import compared
from evals.kept import Kept, load
from evals.metrics import METRICS
from evals.report import LISTED, page
from evals.scoring import measure

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e"


@pytest.fixture(scope="module")
def kept() -> Kept:
    return load(BASELINES / "sample")


def changed(kept: Kept, case_id: str, **fields: Any) -> Kept:
    """A run in which one answer is another."""
    answer = kept.results[case_id]["answer"] | fields
    return replace(kept, results={**kept.results, case_id: {"answer": answer}})


def answered(kept: Kept) -> str:
    """A case that is answered and fails nothing, and has a doubt."""
    return next(
        case.id
        for case in kept.cases
        if not measure(kept.only([case.id]), METRICS).failures(case.id)
        and any(claim["doubts"] for claim in kept.results[case.id]["answer"]["claims"])
    )


def test_the_page_fetches_nothing(kept: Kept):
    """No address, no source, no import: the page is one file, and its policy allows no other."""
    told = page(kept, gates=[("a gate", False, "why"), ("another", None, "no case")])
    tree = html.document_fromstring(told)
    assert not tree.xpath("//link | //img | //iframe | //object | //embed | //script[@src] | //form[@action]")
    assert all(link.get("href").startswith("#") for link in tree.xpath("//a[@href]"))
    assert not re.search(r"@import|url\((?!#)", "".join(tree.xpath("//style/text()")))
    [policy] = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy
    assert "failed" in tree.text_content()
    assert "not applicable" in tree.text_content()


def test_every_case_stands_on_the_page_with_what_fails_in_words(kept: Kept):
    """A case's question, each failing metric and its reason can be read."""
    measured = measure(kept, METRICS)
    tree = html.document_fromstring(page(kept))
    shown = tree.xpath("//details[contains(@class, 'case')]")
    assert len(shown) == len(kept.cases)
    for case, element in list(zip(kept.cases, shown, strict=True))[::20]:
        text = " ".join(element.text_content().split())
        assert " ".join(str(case.question).split()) in text
        for name, reason in measured.failures(case.id).items():
            assert name in text
            assert " ".join(reason.split()) in text


def test_a_mark_holds_exactly_the_words_that_are_quoted(kept: Kept):
    """What is highlighted is the quotation, to the character, and nothing else."""
    case_id = answered(kept)
    quotes = [
        citation["quote"] for claim in kept.results[case_id]["answer"]["claims"] for citation in claim["citations"]
    ]
    marks = [mark.text_content() for mark in html.document_fromstring(page(kept.only([case_id]))).xpath("//mark")]
    assert set(quotes) <= set(marks)


def test_a_quotation_that_is_not_exact_is_said_to_be_none(kept: Kept):
    """A shifted citation is told beside it, with what stands there instead."""
    case_id = answered(kept)
    claims = kept.results[case_id]["answer"]["claims"]
    first = claims[0]["citations"][0]
    late = {**first, "span": {"start": first["span"]["start"] + 1, "end": first["span"]["end"] + 1}}
    wrong = changed(kept, case_id, claims=[{**claims[0], "citations": [late]}, *claims[1:]]).only([case_id])
    assert "Not exact" in page(wrong)


def test_words_of_documents_and_answers_are_text(kept: Kept):
    """A script in a question, a claim, a document or a name is shown, never run."""
    case_id = answered(kept)
    claims = kept.results[case_id]["answer"]["claims"]
    evil = changed(kept, case_id, claims=[{**claims[0], "text": EVIL}]).only([case_id])
    evil = replace(
        evil,
        cases=tuple(case.model_copy(update={"question": EVIL, "tags": (EVIL,)}) for case in evil.cases),
        documents={
            key: each | {"name": EVIL, "text": each["text"].replace("the", EVIL)}
            for key, each in kept.documents.items()
        },
    )
    told = page(evil)
    tree = html.document_fromstring(told)
    assert len(tree.xpath("//script")) == 1
    assert not tree.xpath("//img")
    assert EVIL.rstrip("\u202e") in tree.text_content()


def test_what_is_undefined_is_null(kept: Kept):
    """A figure without a case to stand on is no number."""
    case = Case(id="a", question="Who?", history=(), expect=Expected(refuse=True))
    one = kept.results[answered(kept)]
    told = page(replace(kept, cases=(case,), results={"a": one}, timings={}))
    assert re.search(r"refusals</th>\s*<td[^>]*><b>null", told)


def test_a_flipped_case_shows_both_answers(kept: Kept):
    """What the base said and what the new run says stand in one case."""
    case_id = answered(kept)
    said = kept.results[case_id]["answer"]["claims"][0]["text"]
    refused = changed(kept, case_id, refused=True, claims=[], text="The library does not answer this.")
    found = compared(kept, refused)
    tree = html.document_fromstring(page(refused, comparison=found))
    [case] = tree.xpath("//details[@data-flipped]")
    text = " ".join(case.text_content().split())
    assert " ".join(said.split()) in text
    assert "Refused" in text


def test_a_long_run_says_what_it_leaves_out(kept: Kept):
    """Beyond so many cases only failing ones are listed, and the page says so."""
    claim = {"id": "c1", "text": "x", "span": {"start": 0, "end": 1}, "verdict": "unchecked"}
    result = {"check": {"claims": [claim | {"citations": [], "doubts": []}]}}
    cases = tuple(
        Case.model_validate({"id": f"c{n}", "check": {"text": "x"}, "expect": {"hedged": n % 2 == 0}})
        for n in range(2 * LISTED + 10)
    )
    told = page(replace(kept, cases=cases, results={case.id: result for case in cases}, timings={}))
    tree = html.document_fromstring(told)
    assert len(tree.xpath("//details[contains(@class, 'case')]")) == LISTED
    assert str(2 * LISTED + 10) in tree.text_content()


@pytest.fixture
def browser_page(kept: Kept, tmp_path: Path) -> Iterator[Any]:
    """The page in a real browser; what its console says fails the test."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is absent")
    (tmp_path / "report.html").write_text(page(kept), encoding="utf-8")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        opened = browser.new_page(viewport={"width": 390, "height": 800})
        said: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.goto((tmp_path / "report.html").as_uri())
        yield opened
        browser.close()
        assert said == []


def test_filters_find_cases_and_count_them(kept: Kept, browser_page: Any):
    """By words, tag, failing metric and failure; the count says how many are shown, on a phone too."""
    measured = measure(kept, METRICS)
    shown = browser_page.locator("details.case:visible")
    assert shown.count() == len(kept.cases)
    assert browser_page.evaluate("document.documentElement.scrollWidth") == 390
    browser_page.get_by_label("only failures").check()
    failing = [case for case in kept.cases if measured.failures(case.id)]
    assert shown.count() == len(failing)
    browser_page.get_by_label("Failing metric").select_option(value="points")
    assert shown.count() == sum("points" in measured.failures(case.id) for case in failing)
    browser_page.get_by_label("Tag").select_option(value="zh")
    wanted = sum("points" in measured.failures(case.id) and "zh" in case.tags for case in failing)
    assert shown.count() == wanted
    assert f"{wanted} of {len(kept.cases)}" in browser_page.locator("#count").inner_text()
    browser_page.get_by_role("button", name="Clear").click()
    browser_page.get_by_role("searchbox", name="Words").fill("thermal cameras")
    assert shown.count() >= 1
    assert shown.count() < 10
