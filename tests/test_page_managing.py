"""What is fetched first, and the views of those who look after the library, the server and its quality, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import (
    DOCUMENTS,
    LOCALES,
    NARROW,
    ask,
    expect,
    needs_browser,
    opened,
    playwright,
    said,
    sideways,
)

from assistant.api.serving import create_app
from assistant.keys import Keys
from assistant.settings import Settings
from evals.serving import serving
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

pytestmark = needs_browser
LIMIT = 120_000
QUESTION = "How reliable is the health code?"
FETCHED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .map(({ name, decodedBodySize }) => [new URL(name).pathname, decodedBodySize]).filter(([path]) => path === "/" || path.startsWith("/static/"))"""
SLOW = 60_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample library."""
    with Store(tmp_path_factory.mktemp("managing") / "data", HashingEmbedder()) as store:
        list(store.ingest(gather([str(DOCUMENTS)])))
        yield store


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs of one set, one without figures, and one that does not read."""
    folder = tmp_path_factory.mktemp("runs")
    for name, points in (
        ("sample-base", 0.5),
        ("sample-new", 0.625),
        ("sample-bare", None),
        ("sample-<b>torn", None),
    ):
        (folder / name).mkdir()
        about = {"set": "sample", "subject": "in process", "cases": 8, "fingerprint": {"model": "none", "library": "a"}}
        (folder / name / "run.json").write_text("{" if "torn" in name else json.dumps(about), encoding="utf-8")
        if points is not None:
            figure = {"name": "points", "about": "answer points said", "value": points, "cases": 8}
            figure |= {"better": "higher", "unit": "share", "main": True}
            gate = {"name": "no case ends in an error", "passed": name == "sample-new", "told": "1 of 8 <i>cases</i>"}
            told = {"format": 1, "metrics": [figure], "gates": [gate]}
            (folder / name / "figures.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def origin(store: Store, runs: Path) -> Iterator[str]:
    """The address of a server without keys that knows of the runs."""
    with serving(create_app(store, Settings(home=store.home, embedder="hashing", runs=str(runs)))) as origin:
        yield origin


@pytest.fixture
def page(browser: playwright.Browser, origin: str, language: str) -> Iterator[playwright.Page]:
    with opened(browser, origin, locale=LOCALES[language]) as page:
        yield page


@pytest.fixture
def keyed(store: Store) -> Iterator[tuple[str, str]]:
    """The address of a server with an operator's key, and that key."""
    keys = Keys(store.home)
    _, secret = keys.add("Desk <b>one</b>", "operate")
    try:
        with serving(create_app(store, Settings(home=store.home, embedder="hashing", model_key="sk-secret"))) as origin:
            yield origin, secret
    finally:
        for each in keys.listed():
            keys.revoke(each.id)


# ---------- what is fetched first ----------


def test_the_first_view_is_small(page: playwright.Page, language: str):
    """HTML, CSS and JavaScript that the browser fetches before anybody does anything are under 120 KB uncompressed; one language
    alone is among them, and no view but the one for asking."""
    expect(page.locator("#library-state .facts")).to_be_visible()
    page.wait_for_load_state("networkidle")
    fetched = dict(page.evaluate(FETCHED))
    assert {"/", "/static/style.css", "/static/app.js", f"/static/{language}.js"} <= fetched.keys()
    assert all(fetched.values()), fetched
    assert f"/static/{'en' if language == 'zh' else 'zh'}.js" not in fetched
    later = {
        "library",
        "disagreements",
        "check",
        "conversations",
        "evaluation",
        "operator",
        "source",
        "answer",
        "asking",
    }
    assert not {f"/static/{name}.js" for name in later} & fetched.keys()
    assert sum(fetched.values()) < LIMIT, fetched


def test_parts_that_do_not_come_are_asked_for_again(browser: playwright.Browser, origin: str):
    """Where the server is away when a view or a first question wants its parts, the page says so, keeps the question, and goes on."""
    with opened(browser, origin, expected=("ERR_FAILED",)) as page:
        page.route("**/static/library.js", lambda route: route.abort())
        page.get_by_role("link", name="Library", exact=True).click()
        expect(page.locator("#library-view .callout.bad")).to_contain_text("The server is not answering.")
        page.unroute("**/static/library.js")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("#library-view tbody tr").first).to_be_visible()
        page.goto("/")
        page.route("**/static/claims.js", lambda route: route.abort())
        page.locator("#question").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator("#banner .callout.bad")).to_contain_text("Your question is kept.")
        expect(page.locator("#question")).to_have_value(QUESTION)
        page.unroute("**/static/claims.js")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("#claim-1")).to_be_visible()
        expect(page.locator("#banner")).to_be_empty()


# ---------- disagreements ----------


def test_the_library_shows_where_it_disagrees(page: playwright.Page, language: str, origin: str):
    """Each pair of the API side by side: who, when, the quote word for word with the words that differ marked; figures on a line;
    each quote opens its source at exactly its characters."""
    page.get_by_role("link", name=said(language, "view.library"), exact=True).click()
    page.locator(".subnav").get_by_role("link", name=said(language, "view.disagreements")).click()
    items = page.locator(".disputes > li")
    expect(items.first).to_be_visible(timeout=SLOW)
    told = page.request.get(f"{origin}/v1/disagreements").json()
    expect(items).to_have_count(len(told["disagreements"]))
    about = {each["id"]: each["metadata"] for each in told["documents"]}
    for item, each in zip(items.all(), told["disagreements"], strict=True):
        expect(item.locator("h2")).to_have_text(each["reason"])
        for side, name in zip(item.locator(".side").all(), ("one", "other"), strict=True):
            cited, words = each[name], each[f"{name}_words"]
            shown = side.locator("blockquote").evaluate(
                "node => { const copy = node.cloneNode(true); copy.querySelector('.cite').remove(); return copy.textContent; }"
            )
            assert shown.strip() == cited["quote"].strip()
            start = cited["span"]["start"]
            expect(side.locator("mark")).to_have_text(cited["quote"][words["start"] - start : words["end"] - start])
            data = about[cited["document_id"]]
            expect(side.locator("h3")).to_contain_text(data["outlet"] or data["issuer"])
    assert {each["how"] for each in told["disagreements"]} == {"figure", "duty"}
    figures = sum(each["how"] == "figure" for each in told["disagreements"])
    expect(page.locator(".line-of-numbers")).to_have_count(figures)
    line = page.locator(".line-of-numbers").first
    expect(line.locator("b")).to_have_text(["151", "200"])
    expect(line).to_contain_text("49")
    for place in (".who button", ".cite"):
        page.locator(f".side {place}").nth(1).click()
        expect(page.locator("#source .hit")).to_have_text(told["disagreements"][0]["other"]["quote"])
        page.keyboard.press("Escape")
        expect(page.locator("#source")).to_be_hidden()
    page.reload()
    expect(items.first).to_be_visible(timeout=SLOW)
    expect(page.locator(".nav [aria-current=page]")).to_have_text(said(language, "view.library"))


def test_disagreements_that_are_not_there_yet(browser: playwright.Browser, origin: str):
    """While documents are still to be compared the page goes on asking; none found is said; an error can be tried again."""
    empty: dict[str, Any] = {"disagreements": [], "documents": []}
    waiting = iter([3, 0])
    with opened(browser, origin, expected=("503",)) as page:
        page.route("**/v1/disagreements", lambda route: route.fulfill(json=empty | {"unexamined": next(waiting)}))
        page.goto("/?view=disagreements")
        expect(page.locator("#disagreements-view")).to_contain_text("No disagreement was found.")
        expect(page.locator("#disagreements-view")).to_contain_text("Every document was compared")
        assert next(waiting, None) is None
        page.unroute("**/v1/disagreements")
        problem = {
            "title": "Not available",
            "status": 503,
            "code": "library",
            "detail": "The disk is full.",
            "hint": "",
        }
        page.route("**/v1/disagreements", lambda route: route.fulfill(status=503, json=problem))
        page.reload()
        expect(page.locator("#disagreements-view .callout.bad")).to_contain_text("The disk is full.")
        page.unroute("**/v1/disagreements")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".disputes > li").first).to_be_visible(timeout=SLOW)


def test_many_disagreements_are_shown_by_and_by(browser: playwright.Browser, origin: str):
    """Twenty at first, the others when they are asked for."""
    with opened(browser, origin) as page:
        told = page.request.get(f"{origin}/v1/disagreements").json()
        [first, *_] = told["disagreements"]
        page.route("**/v1/disagreements", lambda route: route.fulfill(json=told | {"disagreements": [first] * 45}))
        page.goto("/?view=disagreements")
        expect(page.locator(".disputes > li")).to_have_count(20)
        page.get_by_role("button", name="Show more").click()
        expect(page.locator(".disputes > li")).to_have_count(40)
        page.get_by_role("button", name="Show more").click()
        expect(page.locator(".disputes > li")).to_have_count(45)
        expect(page.get_by_role("button", name="Show more")).to_be_hidden()


# ---------- evaluation ----------


def test_two_runs_stand_side_by_side(page: playwright.Page, language: str):
    """Every run is listed with its gates; two are compared, better and worse said in words; what does not read is named."""
    page.get_by_role("link", name=said(language, "view.evaluation")).click()
    rows = page.locator(".runs tbody tr")
    expect(rows).to_have_count(3)
    expect(page.locator("#evaluation-view .callout").first).to_contain_text("sample-<b>torn")
    expect(rows.filter(has_text="sample-bare")).to_contain_text(said(language, "run.unmeasured"))
    expect(rows.filter(has_text="sample-bare").get_by_role("radio").first).to_be_disabled()
    page.get_by_role("radio", name=said(language, "run.new").replace("{run}", "sample-new")).check()
    page.get_by_role("radio", name=said(language, "run.base").replace("{run}", "sample-base")).check()
    row = page.locator(".figures tbody tr")
    expect(row).to_contain_text("0.625")
    expect(row).to_contain_text("0.500")
    expect(row.locator(".better")).to_contain_text("+0.125")
    expect(row.locator(".better")).to_contain_text(said(language, "better"))
    page.get_by_role("radio", name=said(language, "run.base").replace("{run}", "sample-new")).check()
    page.get_by_role("radio", name=said(language, "run.new").replace("{run}", "sample-base")).check()
    expect(row.locator(".worse")).to_contain_text(said(language, "worse"))
    expect(page.locator(".figures-view .callout.bad")).to_contain_text("1 of 8 <i>cases</i>")


def test_without_runs_it_says_how_to_make_one(browser: playwright.Browser, store: Store):
    """A server that is told of no folder says how a run is made and shown."""
    with (
        serving(create_app(store, Settings(home=store.home, embedder="hashing"))) as origin,
        opened(browser, origin, path="/?view=evaluation") as page,
    ):
        expect(page.locator("#evaluation-view .commands")).to_contain_text("CAVEAT_RUNS=eval-runs", timeout=SLOW)
        expect(page.locator("#evaluation-view .commands")).to_contain_text("python -m evals run sample")


# ---------- the operator ----------


def test_without_keys_the_operator_sees_what_works(page: playwright.Page, language: str):
    """On a machine without keys: the checks, every setting, and how the first key is made; no form that could make one."""
    page.get_by_role("link", name=said(language, "view.operator")).click()
    view = page.locator("#operator-view")
    expect(view.locator(".checks li")).to_have_count(7, timeout=SLOW)
    expect(view).to_contain_text(said(language, "checks.fine"))
    expect(view.locator(".settings tbody tr")).to_have_count(len(Settings.model_fields))
    expect(view.locator(".settings")).to_contain_text("CAVEAT_HOME")
    expect(view).to_contain_text("caveat keys add NAME --scope operate")
    expect(view.locator("form")).to_have_count(0)


def test_keys_are_made_shown_once_and_revoked(browser: playwright.Browser, keyed: tuple[str, str], language: str):
    """With an operator's key: a new one is shown once and works; it is gone after a reload; revoking asks first, and shuts it out."""
    origin, secret = keyed
    with opened(browser, origin, path="/?view=operator", locale=LOCALES[language], expected=("401",)) as page:
        page.get_by_label(said(language, "key"), exact=True).fill(secret)
        page.keyboard.press("Enter")
        table = page.locator(".keys-table")
        expect(table).to_contain_text("Desk <b>one</b>", timeout=SLOW)
        page.locator("#key-name").fill("Bot")
        page.locator("#key-scope").select_option("edit")
        page.locator("#key-scope").press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#key-made")).to_be_focused()
        made = page.locator("#key-made").input_value()
        assert page.request.get("/v1/documents", headers={"authorization": f"Bearer {made}"}).status == 200
        assert "sk-secret" not in page.content()
        page.reload()
        row = table.locator("tbody tr").filter(has_text="Bot")
        expect(row).to_contain_text(said(language, "scope.is.edit"))
        assert made not in page.content()
        row.get_by_role("button").click()
        expect(page.locator("#confirm")).to_contain_text("Bot")
        page.locator("#confirm .danger").click()
        expect(row).to_have_count(0)
        assert page.request.get("/v1/documents", headers={"authorization": f"Bearer {made}"}).status == 401


def test_a_key_that_does_not_reach_so_far_is_told(browser: playwright.Browser, keyed: tuple[str, str], store: Store):
    """Who has a key for asking sees no settings, is told why, and may give another key; asking works with it."""
    origin, secret = keyed
    _, mine = Keys(store.home).add("Analyst", "ask")
    with opened(
        browser,
        origin,
        expected=("401", "403"),
        script=f"sessionStorage.getItem('caveat.key') || sessionStorage.setItem('caveat.key', '{mine}')",
    ) as page:
        ask(page, QUESTION)
        page.get_by_role("link", name="Keys and settings").click()
        expect(page.locator("#operator-view .callout.bad")).to_contain_text("does not reach so far")
        expect(page.locator("#operator-view .settings")).to_have_count(0)
        page.get_by_role("button", name="Use another key").click()
        page.get_by_label("Key", exact=True).fill(secret)
        page.keyboard.press("Enter")
        expect(page.locator("#operator-view .settings")).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize("view", ["disagreements", "evaluation", "operator"])
def test_a_narrow_screen_scrolls_one_way(browser: playwright.Browser, origin: str, view: str):
    """At 390 px none of these views is wider than the window."""
    with opened(browser, origin, path=f"/?view={view}", viewport=NARROW) as page:
        expect(
            page.locator(
                {"disagreements": ".disputes > li", "evaluation": ".figures", "operator": ".checks li"}[view]
            ).first
        ).to_be_visible(timeout=SLOW)
        assert sideways(page) <= 0
