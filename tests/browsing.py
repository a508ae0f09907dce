"""A browser for tests of the page: Debian's Chromium, watched for errors, strays and sideways scrolling."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant.api.serving import create_app
from assistant.settings import Settings
from evals.serving import serving
from vectorstore.store import Store

REQUIRED = os.environ.get("PAGE_TESTS") == "required"
"""Where it is set, the tests of the page fail without a browser instead of being skipped."""
if REQUIRED:
    import playwright.sync_api as playwright
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
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
DOCUMENTS = Path(__file__).parent.parent / "evals" / "library" / "documents"
WORDS: dict[str, dict[str, str]] = {}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOCALES = {"en": "en-US", "zh": "zh-CN"}
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)  # on a machine with other work
needs_browser = pytest.mark.skipif(not CHROMIUM.exists() and not REQUIRED, reason=f"no browser: {CHROMIUM} is absent")


@contextmanager
def launched() -> Iterator[playwright.Browser]:
    """The browser."""
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: playwright.Browser,
    origin: str,
    *,
    path: str = "/",
    expected: tuple[str, ...] = (),
    script: str = "",
    **options: Any,
) -> Iterator[playwright.Page]:
    """A page at 1280 px; at the end no error but the expected ones stood in its console, and no request had left its origin."""
    with browser.new_context(base_url=origin, **({"viewport": WIDE} | options)) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        errors: list[str] = []
        strays: list[str] = []
        page.on("console", lambda told: errors.append(told.text) if told.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda sent: None if _at_home(sent.url, origin) else strays.append(sent.url))
        if script:
            page.add_init_script(script)
        page.goto(path)
        if not path.startswith("/docs"):
            listens(page)
        yield page
        unforeseen = [error for error in errors if not any(part in error for part in expected)]
        assert not unforeseen, unforeseen
        assert not strays, strays


def listens(page: playwright.Page) -> None:
    """Waits until the page listens: its words are fetched, so it may do so a moment after it has loaded."""
    expect(page.locator("#theme")).to_have_attribute("aria-label", re.compile("."))


def said(language: str, key: str) -> str:
    """The interface's words for a key, read from the page's own dictionary."""
    if language not in WORDS:
        source = (Path(__file__).parent.parent / "assistant" / "web" / f"{language}.js").read_text(encoding="utf-8")
        found = re.findall(r'(?:"([^"\n]+)"|\b([a-z]\w*)): ("(?:[^"\\]|\\.)*")', source[source.index("words: {") :])
        WORDS[language] = {quoted or bare: json.loads(text) for quoted, bare, text in found}
    return WORDS[language][key]


def show(page: playwright.Page, made: dict[str, Any]) -> None:
    """Opens a conversation that was made by hand."""
    page.route("**/v1/conversations/crafted", lambda route: route.fulfill(json=made))
    page.goto("/?c=crafted&t=t1")
    expect(page.locator("#claim-1")).to_be_visible()


def _at_home(url: str, origin: str) -> bool:
    return url.startswith((f"{origin}/", f"blob:{origin}/"))


def ask(page: playwright.Page, question: str) -> None:
    """Asks, and waits until the answer is whole."""
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    ended(page)
    expect(page.locator("#question-title")).to_have_text(question)


def ended(page: playwright.Page) -> None:
    """Waits until an answer is whole."""
    expect(page.locator("#answer:not([aria-busy])")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".stages")).to_have_count(0, timeout=PATIENCE)


def kept(page: playwright.Page) -> dict[str, Any]:
    """The answer that the address names, as the server keeps it."""
    named = page.evaluate("new URLSearchParams(location.search).get('c')")
    return dict(page.request.get(f"/v1/conversations/{named}").json()["turns"][-1]["answer"])


def sideways(page: playwright.Page) -> int:
    """Pixels that the page is wider than its window."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))


@contextmanager
def served(store: Store) -> Iterator[str]:
    """The address of a server over a library, without a model."""
    with serving(create_app(store, Settings(home=store.home))) as origin:
        yield origin
