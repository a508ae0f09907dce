"""Hostile words everywhere that words can come from: nothing runs, nothing leaves the origin, and they are shown as words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import ended, expect, needs_browser, opened, playwright
from crafted import Json, cited, claim, conversation, passage

from assistant.api.serving import create_app
from assistant.settings import Settings
from evals.model import Scripted, scripted
from evals.serving import serving
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

pytestmark = needs_browser
_SET = Path(__file__).parent.parent / "evals" / "payloads.jsonl"
PAYLOADS = [json.loads(line)["payload"] for line in _SET.read_text(encoding="utf-8").splitlines()]
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
_ALIVE = """() => [window.pwned, window.violations.length, document.querySelectorAll(
  "main :is(img, script, iframe, object, embed, style, base, meta, video, audio, form:not(#ask, .draft, .review-form), [onerror], [onload])").length,
  [...document.querySelectorAll("a[href]")].filter((a) => a.origin !== location.origin).length]"""
_TOGETHER = 16
_BARE = {"copies": [], "copied": 0, "statements": [], "unread": 0, "complete": True}
NOTHING = [None, 0, 0, 0]


@pytest.fixture(scope="module")
def model() -> Iterator[Scripted]:
    with scripted("obeys") as model:
        yield model


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, model: Scripted) -> Iterator[str]:
    """A server over a library of hostile documents, with a model that writes whatever it is told."""
    home = tmp_path_factory.mktemp("payloads") / "data"
    settings = Settings(home=home, model="scripted", model_url=model.url)
    with Store(home, HashingEmbedder()) as store, serving(create_app(store, settings)) as origin:
        yield origin


@pytest.fixture(scope="module")
def page(browser: playwright.Browser, origin: str) -> Iterator[playwright.Page]:
    """One page for all; its console stays clean and nothing leaves the origin."""
    with opened(browser, origin, script=_WATCH) as page:
        records = [
            json.dumps(
                {
                    "_id": str(number),
                    "title": f"Quokka {number} {each}",
                    "text": f"Quokka permit {number} says {each} to wardens.",
                }
            )
            for number, each in enumerate(PAYLOADS)
        ]
        sent = page.request.post(
            "/v1/documents", data="\n".join(records), headers={"content-type": "application/x-ndjson"}
        )
        assert {each["status"] for each in sent.json()["documents"]} == {"added"}
        yield page


def seen(text: str) -> str:
    """A text as it is compared: white space and what no database keeps do not count."""
    return re.sub(r"[\s\x00\ufffd]+", "", text)


def test_the_set_is_large_enough():
    """At least 80 payloads of all the kinds that are known to work somewhere."""
    assert len(PAYLOADS) >= 80
    assert len(set(PAYLOADS)) == len(PAYLOADS)


def test_titles_and_texts_are_words(page: playwright.Page):
    """In the list every title is shown as it is; every document opens, and its text is the stored one; what stands beside it is
    the server's for some."""
    page.goto("/?view=library")
    for shown in (*range(50, len(PAYLOADS), 50), len(PAYLOADS)):
        expect(page.locator("tbody tr")).to_have_count(shown)
        if shown < len(PAYLOADS):
            page.get_by_role("button", name="Show more").click()
    titles = [seen(title) for title in page.locator("tbody .t > .linkish").all_text_contents()]
    wanted = {seen(f"Quokka {number} {each}") for number, each in enumerate(PAYLOADS)}
    assert len(wanted - set(titles)) <= 2, wanted - set(titles)  # a title loses what nobody sees
    page.route("**/related?*", lambda route: route.fulfill(json=_BARE))
    for at, (title, button) in enumerate(zip(titles, page.locator("tbody .t > .linkish").all(), strict=True)):
        if at == len(titles) - _TOGETHER:
            page.unroute("**/related?*")
        button.evaluate("node => node.click()")
        [number] = re.findall(r"^Quokka(\d+)", title)
        expect(page.locator("#source .src-text")).to_contain_text(f"Quokka permit {number} says")
    expect(page.locator(".beside:not([aria-busy])")).to_be_visible()
    assert page.evaluate(_ALIVE) == NOTHING
    page.keyboard.press("Escape")
    assert page.evaluate(_ALIVE) == NOTHING


def test_file_names_are_words(page: playwright.Page):
    """A file is named like every payload that a name can hold; its line shows the name, refused or added."""
    names = [f"{each.replace('/', '_')[:150]}.exe" for each in PAYLOADS if "\x00" not in each]
    page.goto("/?view=library")
    files = [{"name": name, "mimeType": "application/octet-stream", "buffer": b"MZ\x00\x01"} for name in names]
    page.locator("#library-view input[type=file]").set_input_files(files)
    expect(page.locator(".uploads .refused")).to_have_count(len(names), timeout=60_000)
    assert page.evaluate(_ALIVE) == NOTHING


def test_questions_and_what_a_model_writes_are_words(page: playwright.Page, model: Scripted):
    """The payloads are asked, and written by the model as its answer, over documents that hold them; the question stands there
    as it is."""
    for at in range(0, len(PAYLOADS), _TOGETHER):
        together = " and ".join(PAYLOADS[at : at + _TOGETHER]).replace("\x00", "")
        question = f"Which quokka permit says {together}"
        model.order = together
        page.goto("/")
        page.locator("#question").fill(question)
        page.locator("#ask button[type=submit]").click()
        ended(page)
        shown = page.locator("#question-title").text_content() or ""
        assert seen(shown) == seen(question)
        assert page.evaluate(_ALIVE) == NOTHING, together


def beside(quote: Json) -> Json:
    """What stands beside a quote, each payload in every field of every list."""
    others = [
        quote | {"title": each, "locator": each, "quote": each, "voice": "Somebody", "copied": True, "reason": each}
        for each in PAYLOADS
    ]
    others = [
        other | {"metadata": {"outlet": each, "number": each}} for other, each in zip(others, PAYLOADS, strict=True)
    ]
    voices = [{"name": "Somebody", "documents": [], "copies": 1}]
    lists = {"voices": voices, "agreeing": others, "disagreeing": others, "undecided": others}
    statement = quote | lists | {"lapsed": {"reason": PAYLOADS[0], "evidence": others}}
    copies = [{"document_id": "none", "title": each, "metadata": {"outlet": each}} for each in PAYLOADS]
    return {"copies": copies, "copied": len(copies), "statements": [statement], "unread": 0, "complete": True}


def test_every_word_of_an_answer_is_a_word(page: playwright.Page, origin: str):
    """Claims, quotes, titles, reasons, voices, notices and gaps that are payloads are shown as they are: read, as a ledger,
    side by side, and as findings of a draft."""
    listed = page.request.get("/v1/documents?limit=1").json()["documents"][0]
    source = passage(origin, listed["source"])
    quote = cited(source, "Quokka permit")
    claims = []
    for each in PAYLOADS:
        hostile = quote | {"title": each, "locator": each}
        doubt = {
            "kind": "disputed",
            "reason": each,
            "evidence": [hostile, hostile | {"quote": each, "document_id": "none"}],
        }
        claims.append(claim(each, [hostile], [doubt], voices=[{"name": each, "documents": [], "copies": 1}]))
    made = conversation(claims, [source], PAYLOADS[0])
    made["turns"][0]["answer"] |= {"notices": PAYLOADS, "missing": PAYLOADS}
    made["gone"] = ["none"]
    page.route("**/v1/conversations/crafted", lambda route: route.fulfill(json=made))
    page.route("**/v1/checks", lambda route: route.fulfill(json={"claims": claims, "notices": PAYLOADS, "left": []}))
    page.goto("/?c=crafted&t=t1")
    expect(page.locator(".note[id]")).to_have_count(len(PAYLOADS))
    reasons = [seen(text) for text in page.locator(".note-body").all_text_contents()]
    assert all(any(seen(each) in reason for reason in reasons) for each in PAYLOADS)
    assert page.evaluate(_ALIVE) == NOTHING
    page.locator("[data-compare]").first.click()
    assert page.evaluate(_ALIVE) == NOTHING
    page.route("**/related?*", lambda route: route.fulfill(json=beside(quote)))
    page.locator(".compare [data-cite]").first.click()
    expect(page.locator(".beside .others li")).to_have_count(4 * len(PAYLOADS))
    assert page.evaluate(_ALIVE) == NOTHING
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.locator(".ledger tbody tr")).to_have_count(len(PAYLOADS))
    assert page.evaluate(_ALIVE) == NOTHING
    page.goto("/?view=check")
    page.locator("#draft").fill("A draft.")
    page.locator("#check-view .primary").click()
    expect(page.locator(".finds .find")).to_have_count(len(PAYLOADS))
    assert page.evaluate(_ALIVE) == NOTHING
