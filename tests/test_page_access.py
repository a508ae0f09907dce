"""Every state of the page as axe-core sees it, in both themes: no violation of WCAG 2.2 AA that is serious."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from browsing import DOCUMENTS, LOCALES, NARROW, WIDE, ask, expect, needs_browser, opened, playwright
from crafted import cited, claim, conversation, passage

from assistant.api.serving import create_app
from assistant.settings import Settings
from evals.serving import serving
from ingest.sources import gather
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

_FOUND = find_spec("axe_playwright_python")
pytestmark = [
    needs_browser,
    pytest.mark.skipif(_FOUND is None and not os.environ.get("PAGE_TESTS"), reason="axe-core is not installed"),
]
_RUN = """async (only) => (await axe.run(document, {runOnly: only})).violations
  .filter(({ impact }) => ["serious", "critical"].includes(impact))
  .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(" | ")}`)"""
_ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_COLOURS = ["color-contrast", "link-in-text-block"]
KINDS = ("misquoted", "disputed", "outdated", "hedged", "single_voice", "cut_off", "questioned", "unchecked")
States = Callable[[playwright.Page, str], Iterator[str]]
KEY = {
    "id": "ab12cd34",
    "name": "Bot",
    "scope": "ask",
    "created": "2026-01-02T03:04:05+00:00",
    "used": None,
    "key": "caveat_x",
}
KEYS = {"keys": [{name: value for name, value in KEY.items() if name != "key"}], "own": True}
FIGURES = [
    {"name": name, "about": "cases", "value": value, "cases": 9, "better": "higher", "unit": "share", "main": main}
    for name, value, main in (("points", 0.5, True), ("map", 0.25, True), ("success", None, False))
]
RUN = {
    "set": "sample",
    "subject": "in process",
    "cases": 9,
    "ended": "2026-01-02T03:04:05+00:00",
    "fingerprint": {"model": "none"},
    "measured": True,
    "gates": [{"name": "filters hold", "passed": False, "told": "one does not"}],
}
EVALUATIONS = {
    "configured": True,
    "unreadable": ["sample-3"],
    "runs": [
        RUN | {"id": "sample-1", "figures": FIGURES},
        RUN | {"id": "sample-2", "figures": [each | {"value": 0.375} for each in FIGURES]},
    ],
}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the sample library."""
    home = tmp_path_factory.mktemp("access") / "data"
    with Store(home, HashingEmbedder()) as store:
        list(store.ingest(gather([str(DOCUMENTS)])))
        with serving(create_app(store, Settings(home=home))) as origin:
            yield origin


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core."""
    assert _FOUND is not None
    assert _FOUND.origin is not None
    return (Path(_FOUND.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def every_kind(origin: str) -> dict[str, Any]:
    """An answer with a claim of each verdict and doubts of every family."""
    source = passage(origin, "harbour-ledger-health-code.md")
    other = passage(origin, "tidewater-courier-health-code.txt")
    quotes = [cited(each, "200 cities used the health code") for each in (source, other)]
    voices = [{"name": "Harbour Ledger", "documents": [], "copies": 1}]
    claims = [claim("It was used in 200 cities.", quotes[:1], voices=voices)]
    for number, kind in enumerate(KINDS):
        doubt = {"kind": kind, "reason": f"Reason {number}.", "evidence": quotes}
        claims.append(claim(f"The code has the doubt {kind}.", quotes[:1], [doubt]))
    claims += [
        claim(f"This is {each}.", quotes[:1]) | {"verdict": each} for each in ("contradicted", "not_found", "unchecked")
    ]
    return conversation(claims, [source, other])


def states(page: playwright.Page, origin: str) -> Iterator[str]:
    """Brings about one state after another, and names it."""
    expect(page.locator("#library-state .facts")).to_be_visible()
    page.locator("#scope summary").click()
    expect(page.locator("#scope-issuer")).to_be_visible()
    yield "home with filters"
    ask(page, "Who may polish the semiconductor exports of lighthouses?")
    yield "refusal"
    page.route("**/v1/conversations/crafted", lambda route: route.fulfill(json=every_kind(origin)))
    page.goto("/?c=crafted&t=t1")
    expect(page.locator("#claim-1")).to_be_visible()
    yield "answer"
    page.locator("[data-review]").first.click()
    yield "review form"
    page.keyboard.press("Escape")
    page.locator('[data-cite="1"]').first.click()
    expect(page.locator("#source .hit").first).to_be_visible()
    yield "source"
    expect(page.locator(".beside:not([aria-busy]) .f-conflict").first).to_be_attached()
    if not page.locator(".beside").evaluate("fold => fold.open"):
        page.locator(".beside summary").click()
    expect(page.locator(".others li").first).to_be_visible()
    yield "what stands beside the source"
    page.locator("#source .close").click()
    page.locator("[data-compare]").first.click()
    yield "disagreement"
    page.keyboard.press("l")
    yield "ledger"
    page.locator("#keys-open").click()
    yield "keys"
    page.keyboard.press("Escape")
    page.goto("/?view=library")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.locator("#library-view input[type=file]").set_input_files(
        [{"name": "a.exe", "mimeType": "a/b", "buffer": b"MZ\x00"}]
    )
    expect(page.locator(".uploads .refused")).to_be_visible()
    page.locator(".danger").first.click()
    expect(page.locator(".undos button")).to_be_visible()
    yield "library with a refused file and a deletion"
    page.locator(".undos button").click()
    claims = every_kind(origin)["turns"][0]["answer"]["claims"]
    page.route("**/v1/checks", lambda route: route.fulfill(json={"claims": claims}))
    page.goto("/?view=check")
    page.locator("#draft").fill("A draft.")
    page.locator("#check-view .primary").click()
    expect(page.locator(".finds .find").first).to_be_visible()
    yield "checked draft"
    page.goto("/?view=conversations")
    page.locator(".convs .linkish").first.click()
    yield "conversations, renaming"


def managing(page: playwright.Page, origin: str) -> Iterator[str]:
    """The same for the views of those who look after the library, the server and its quality."""
    page.goto("/?view=disagreements")
    expect(page.locator(".disputes > li").first).to_be_visible(timeout=60_000)
    yield "disagreements of the library"
    page.route("**/v1/evaluations", lambda route: route.fulfill(json=EVALUATIONS))
    page.goto("/?view=evaluation")
    expect(page.locator(".figures").first).to_be_visible()
    yield "evaluation, two runs"
    page.unroute("**/v1/evaluations")
    page.reload()
    expect(page.locator(".commands")).to_be_visible()
    yield "evaluation, none"
    page.goto("/?view=operator")
    expect(page.locator(".checks li").first).to_be_visible(timeout=60_000)
    yield "operator without keys"
    told = page.request.get(f"{origin}/v1/operator/settings").json()
    page.route("**/v1/operator/settings", lambda route: route.fulfill(json=told | {"keys_asked": True}))
    page.route("**/v1/operator/keys", lambda route: route.fulfill(json=KEY if route.request.method == "POST" else KEYS))
    page.reload()
    expect(page.locator(".checks li").first).to_be_visible(timeout=60_000)  # they come above the form and push it down
    page.locator("#key-name").fill("Bot")
    page.locator(".key-form .primary").click()
    expect(page.locator("#key-made")).to_be_visible()
    expect(page.locator(".checks li").first).to_be_visible(timeout=60_000)
    yield "a key that was made"
    page.locator(".keys-table .danger").click()
    yield "a key to be revoked"


def violations(page: playwright.Page) -> list[str]:
    """What is serious or critical in light, and what of it hangs on colours in dark."""
    found = list(page.evaluate(_RUN, _ALL))
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in page.evaluate(_RUN, _COLOURS)]
    page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("each", [states, managing])
@pytest.mark.parametrize(("language", "size"), [("en", WIDE), ("zh", NARROW)])
def test_no_state_has_a_serious_violation(
    browser: playwright.Browser, origin: str, axe: str, language: str, size: dict[str, int], each: States
):
    """axe-core finds nothing serious or critical in any state: English on a desk, Chinese on a phone, light and dark."""
    options: dict[str, Any] = {
        "color_scheme": "light",
        "locale": LOCALES[language],
        "viewport": size,
        "reduced_motion": "reduce",
    }
    with opened(browser, origin, script=axe, expected=("413",), **options) as page:
        found = {state: told for state in each(page, origin) if (told := violations(page))}
        assert found == {}
