"""The page in a browser: its main states as pictures for docs/page.md, and how fast it is.

    python -m evals.page shots docs/page        # PNG files, desktop and phone, light and dark, English and Chinese
    python -m evals.page speed                  # first paint, longest tasks with 300 claims and with a text of 3 MB

Needs Debian's chromium and playwright; the sample library is read into a temporary folder, and a scripted model writes.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from assistant.api.serving import create_app
from assistant.settings import Settings
from evals.gates import judge, read_gates
from evals.kept import load, write
from evals.metrics import METRICS
from evals.model import Scripted, scripted
from evals.printing import keep_figures
from evals.scoring import measure
from evals.serving import serving
from ingest.sources import gather
from vectorstore.embedding import SentenceEmbedder
from vectorstore.store import Store

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
QUOTED, WRITTEN, UNANSWERED = (
    "How reliable is the health code?",
    "What must local authorities do?",
    "What did the ministry say about semiconductor exports?",
)
_DESK, _PHONE = (1280, 900), (390, 844)
_COLOURS = 160
_LONG_TASKS = (
    "new PerformanceObserver((list) => (window.tasks ??= []).push(...list.getEntries().map((each) => each.duration)))"
)
_OBSERVE = f"window.tasks = []; {_LONG_TASKS}.observe({{ type: 'longtask', buffered: true }})"
_SENT = """performance.getEntriesByType("resource").filter((each) => each.name.includes("/static/"))
  .reduce((sum, each) => sum + each.transferSize, 0)"""
Page = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A picture: its file's name, what brings the state about, the window, the scheme and the browser's language."""

    name: str
    show: Callable[[Page], None]
    size: tuple[int, int] = _DESK
    scheme: Literal["light", "dark"] = "light"
    locale: str = "en-US"


@contextmanager
def served(model: Scripted | None) -> Iterator[str]:
    """The address of a server over the sample library."""
    documents = Path(__file__).parent / "library" / "documents"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "data"
        settings = Settings(home=home, runs=str(_runs(Path(folder) / "runs")))
        if model:
            settings = settings.model_copy(update={"model": "scripted", "model_url": model.url})
        with Store(home, SentenceEmbedder()) as store:
            list(store.ingest(gather([str(documents)])))
            with serving(create_app(store, settings)) as origin:
                yield origin


def _runs(folder: Path) -> Path:
    """A folder of runs: the baseline of the sample, and the same with two thirds of its cases."""
    baseline = load(Path(__file__).parent / "baselines" / "sample")
    few = baseline.only([case.id for number, case in enumerate(baseline.cases) if number % 3])
    for name, kept in (("sample-whole", baseline), ("sample-few", few)):
        measured = measure(kept, METRICS)
        write(folder / name / "run.json", json.dumps(kept.about | {"cases": len(kept.cases)}))
        keep_figures(folder / name, measured, judge(read_gates(), kept, measured, None))
    return folder


def shots(folder: Path) -> None:
    """Every picture as a PNG of few colours."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    with scripted() as model, served(model) as origin, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for shot in _all(model):
            width, height = shot.size
            context = browser.new_context(
                base_url=origin,
                viewport={"width": width, "height": height},
                color_scheme=shot.scheme,
                locale=shot.locale,
            )
            page = context.new_page()
            page.goto("/")
            shot.show(page)
            page.wait_for_timeout(400)
            picture = (
                Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
            )
            picture.save(folder / f"{shot.name}.png", optimize=True)
            context.close()
        browser.close()
    total = sum(each.stat().st_size for each in folder.glob("*.png"))
    print(f"{len(list(folder.glob('*.png')))} pictures, {total:,} bytes")


DRAFT = (
    "By 29 February 2020, 200 cities used the health code. Platforms must remove listings of wild animals within 48 hours. "
    "The road pass is free of charge. Fees for small sellers may not be waived before 2021."
)


def _all(model: Scripted) -> list[Shot]:
    def asking(page: Page) -> None:
        model.each = 0.06
        _typed(page, WRITTEN)
        page.wait_for_selector("#claim-2")
        page.wait_for_timeout(300)
        model.each = 0.0

    def written(page: Page) -> None:
        model.script = "lost_attributions"
        _asked(page, QUOTED)
        model.script = "good"

    return [
        Shot(name="01-home-light", show=_home),
        Shot(name="02-asking-light", show=asking),
        Shot(name="03-answer-light", show=written),
        Shot(name="04-answer-dark", show=written, scheme="dark"),
        Shot(name="05-source-light", show=_source),
        Shot(name="06-page-of-a-pdf-light", show=_printed),
        Shot(name="07-ledger-dark", show=_keyed(written, "l"), scheme="dark"),
        Shot(name="08-review-light", show=_reviewing),
        Shot(name="09-refusal-dark", show=lambda page: _asked(page, UNANSWERED), scheme="dark"),
        Shot(name="10-library-light", show=_library),
        Shot(name="11-check-a-draft-light", show=_checked),
        Shot(name="12-conversations-light", show=lambda page: _view(page, "conversations")),
        Shot(
            name="13-answer-chinese-light",
            show=lambda page: _asked(page, "健康码的判定规则应当公布吗？"),
            locale="zh-CN",
        ),
        Shot(name="14-library-chinese-dark", show=_library, scheme="dark", locale="zh-CN"),
        Shot(name="15-phone-home-light", show=_home, size=_PHONE),
        Shot(name="16-phone-answer-light", show=written, size=_PHONE),
        Shot(name="17-phone-source-dark", show=_source, size=_PHONE, scheme="dark"),
        Shot(name="18-phone-ledger-light", show=_keyed(written, "l"), size=_PHONE),
        Shot(name="19-phone-library-chinese-light", show=_library, size=_PHONE, locale="zh-CN"),
        Shot(name="20-disagreements-light", show=_disagreements),
        Shot(name="21-evaluation-light", show=_evaluation),
        Shot(name="22-keys-and-settings-dark", show=_operator, scheme="dark"),
        Shot(
            name="23-phone-disagreements-chinese-dark", show=_disagreements, size=_PHONE, scheme="dark", locale="zh-CN"
        ),
        Shot(name="24-beside-light", show=_beside),
        Shot(name="25-phone-beside-dark", show=_beside, size=_PHONE, scheme="dark"),
    ]


def _typed(page: Page, question: str) -> None:
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")


def _asked(page: Page, question: str) -> None:
    _typed(page, question)
    page.wait_for_selector("#answer:not([aria-busy]) :is(.sources, .verdict-line)")


def _keyed(before: Callable[[Page], None], key: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        before(page)
        page.keyboard.press(key)

    return show


def _home(page: Page) -> None:
    page.wait_for_selector("#library-state .facts")


def _source(page: Page) -> None:
    _asked(page, QUOTED)
    page.locator('[data-cite="1"]').first.click()
    page.wait_for_selector("#source .hit")


def _beside(page: Page) -> None:
    _asked(page, "How many cities used the health code?")
    page.locator('[data-cite="1"]').first.click()
    page.wait_for_selector("#source .hit")
    fold = page.locator("#source details.beside")
    fold.locator("li").first.wait_for(state="attached", timeout=60_000)
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.click()


def _checked(page: Page) -> None:
    _view(page, "check")
    page.locator("#draft").fill(DRAFT)
    page.locator(".draft button.primary").click()
    page.wait_for_selector(".finds .find:nth-child(4)", timeout=60_000)


def _printed(page: Page) -> None:
    _asked(page, "How many residents said that their colour was wrong?")
    for numeral in page.locator(".cite").all():
        numeral.click()
        page.wait_for_selector("#source .proof")
        if page.locator(".page-fold").count():
            break
    page.locator(".page-fold summary").click()
    page.wait_for_selector(".page-fold canvas")
    page.locator(".src-scroll").evaluate("node => { node.scrollTop = 180; }")


def _reviewing(page: Page) -> None:
    _asked(page, QUOTED)
    page.locator("[data-review]").first.click()


def _library(page: Page) -> None:
    _view(page, "library")
    page.wait_for_selector("tbody tr")
    tool = {"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x00\x01" * 400}
    page.locator("#library-view input[type=file]").set_input_files([tool])
    page.wait_for_selector(".uploads .refused")


def _disagreements(page: Page) -> None:
    _view(page, "disagreements")
    page.wait_for_selector(".line-of-numbers", timeout=120_000)
    page.locator(".line-of-numbers").first.scroll_into_view_if_needed()


def _evaluation(page: Page) -> None:
    _view(page, "evaluation")
    page.wait_for_selector(".figures")


def _operator(page: Page) -> None:
    _view(page, "operator")
    page.wait_for_selector(".checks li", timeout=120_000)


def _view(page: Page, name: str) -> None:
    page.goto(f"/?view={name}")
    page.wait_for_selector(f"#{name}-view h1")


def speed() -> None:
    """First paint with a cold cache, and the longest tasks while much is shown and scrolled."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with served(None) as origin, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_context(base_url=origin).new_page()
        page.goto("/")
        page.wait_for_selector("#library-state .facts")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        sent = page.evaluate(_SENT)
        print(f"first contentful paint: {paint:.0f} ms; sent for it: {sent:,} bytes")
        for name, show in (("300 claims", _claims), ("a text of 3 MB", _long)):
            page = browser.new_context(base_url=origin, viewport={"width": 1280, "height": 900}).new_page()
            page.add_init_script(_OBSERVE)
            page.goto("/")
            show(page, origin)
            print(f"{name}: longest task {max([*page.evaluate('tasks'), 0.0]):.0f} ms (0: none over 50 ms)")
        browser.close()


def _claims(page: Page, origin: str) -> None:
    held = page.request.get(f"{origin}/v1/documents?limit=1").json()["documents"][0]
    text = page.request.get(f"{origin}/v1/documents/{held['id']}/text").text()
    quote = {
        "document_id": held["id"],
        "title": held["title"],
        "span": {"start": 0, "end": 20},
        "quote": text[:20],
        "locator": "",
    }
    claims, at = [], 0
    for number in range(300):
        words = f"Claim {number} says what a claim of ordinary length says about a notice and its measures."
        doubt = {
            "id": f"c{number}-d",
            "kind": "hedged",
            "reason": f"The source says {number} with care.",
            "evidence": [quote],
            "span": None,
        }
        span = {"start": at, "end": at + len(words)}
        claims.append(
            {
                "id": f"c{number}",
                "text": words,
                "span": span,
                "verdict": "supported",
                "citations": [quote],
                "doubts": [doubt],
            }
        )
        at += len(words) + 1
    answer: dict[str, Any] = {"id": "made", "question": "?", "claims": claims, "passages": [], "refused": False}
    answer |= {"text": " ".join(str(each["text"]) for each in claims)}
    answer |= {
        "missing": [],
        "nearest": [],
        "mode": "written",
        "notices": [],
        "usage": {},
        "versions": {},
        "standalone": "?",
        "choices": [],
    }
    turn = {
        "id": "t",
        "question": "?",
        "state": "done",
        "asked": "2026-01-01T00:00:00+00:00",
        "ended": None,
        "answer": answer,
    }
    told = {"id": "made", "title": "?", "created": turn["asked"], "turns": [turn], "gone": [], "changed_since": []}
    page.route("**/v1/conversations/made", lambda route: route.fulfill(json=told))
    page.goto("/?c=made&t=t")
    page.wait_for_selector("#claim-300")
    _scrolled(page, "window")
    page.keyboard.press("l")
    page.wait_for_selector(".ledger")
    _scrolled(page, "window")


def _long(page: Page, origin: str) -> None:
    held = page.request.get(f"{origin}/v1/documents?limit=1").json()["documents"][0]
    paragraph = "The office of the city told the guards at the gates what they were to look at, and when. " * 6 + "\n\n"
    page.route(
        f"**/v1/documents/{held['id']}/text",
        lambda route: route.fulfill(body=paragraph * (3_000_000 // len(paragraph))),
    )
    page.goto("/?view=library")
    page.locator("tbody .linkish").first.click()
    page.wait_for_selector("#source .words")
    _scrolled(page, "document.querySelector('.src-scroll')")
    page.locator(".windowed button").last.click()
    _scrolled(page, "document.querySelector('.src-scroll')")


def _scrolled(page: Page, what: str) -> None:
    for _ in range(12):
        page.evaluate(f"{what}.scrollBy(0, 1500)")
        page.wait_for_timeout(60)


def main() -> None:
    """The command line."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("what", choices=("shots", "speed"))
    given.add_argument("folder", nargs="?", default="docs/page", type=Path)
    told = given.parse_args()
    if told.what == "shots":
        shots(told.folder)
    else:
        speed()


if __name__ == "__main__":
    main()
