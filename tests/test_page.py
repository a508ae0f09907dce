"""The page in a real browser, over the sample library, the real embedder and a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browsing import expect, listens, needs_browser, playwright

pytestmark = needs_browser
QUESTION = "How reliable is the health code?"
SEVERAL = "What must local authorities do?"
UNANSWERED = "What did the ministry say about semiconductor exports?"


@pytest.fixture
def page(browser: playwright.Browser, origin: str) -> Iterator[playwright.Page]:
    """A page at 1280 px; at the end, no error stood in its console and no request had left its origin."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, base_url=origin) as context:
        page = context.new_page()
        errors, strays = [], []
        page.on(
            "console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(f"{origin}/") else strays.append(request.url))
        page.goto("/")
        listens(page)
        yield page
        assert errors == []
        assert strays == []


def ask(page: playwright.Page, question: str) -> None:
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    expect(page.locator("#question-title")).to_have_text(question)
    expect(page.locator("#answer:not([aria-busy])")).to_be_visible()
    expect(page.locator(".stages")).to_have_count(0)


def sideways(page: playwright.Page) -> int:
    """Pixels that the page is wider than its window."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))


def answered(page: playwright.Page) -> dict:
    """The API's answer to the question that the page asks next, as it is kept."""
    ask(page, QUESTION)
    named = page.evaluate("new URLSearchParams(location.search).get('c')")
    return dict(page.request.get(f"/v1/conversations/{named}").json()["turns"][-1]["answer"])


_WORDS = """(node) => {
  const copy = node.cloneNode(true);
  copy.querySelectorAll(".refs, .verdict").forEach((part) => part.remove());
  return copy.textContent;
}"""


def test_an_answer_shows_every_claim_and_every_doubt(page: playwright.Page):
    """Each claim of the API's answer stands on the page word for word, with its numerals, and a note for each doubt that
    says its reason; the tally counts them."""
    answer = answered(page)
    claims = answer["claims"]
    doubts = [doubt for claim in claims for doubt in claim["doubts"]]
    assert claims
    assert doubts
    expect(page.locator(".claim")).to_have_count(len(claims))
    expect(page.locator(".note:not(.voices)")).to_have_count(len(doubts))
    expect(page.locator(".tally-words")).to_contain_text(f"{len(claims)} claim")
    for number, claim in enumerate(claims, start=1):
        shown = page.locator(f"#claim-{number}").evaluate(_WORDS)
        assert shown == claim["text"]
    reasons = page.locator(".note-body").all_text_contents()
    assert all(any(doubt["reason"] in text for text in reasons) for doubt in doubts)


def test_every_citation_highlights_exactly_its_quote(page: playwright.Page):
    """Law 1 in the browser: each numeral opens the source, where the highlighted characters are the quote."""
    answer = answered(page)
    quotes: list[str] = []
    for claim in answer["claims"]:
        for cited in (claim["citations"], *(doubt["evidence"] for doubt in claim["doubts"])):
            quotes += [c["quote"] for c in cited if c["quote"] not in quotes]
    assert len(quotes) >= 3
    seen = []
    for number in range(1, len(quotes) + 1):
        page.locator(f'[data-cite="{number}"]').first.click()
        hit = page.locator("#source .hit")
        expect(page.locator("#source .proof")).to_contain_text("equal the quote, to the character")
        expect(page.locator("#source .src-bar b")).to_have_text(str(number))
        seen.append("".join(hit.all_text_contents()))
        expect(hit.first).to_be_in_viewport()
    assert set(seen) == set(quotes)
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()


def test_a_refusal_shows_the_nearest_passages(page: playwright.Page):
    """A refusal says so, makes no claim, names what is missing, and its nearest passages open at their place."""
    ask(page, UNANSWERED)
    expect(page.locator(".verdict-line")).to_contain_text("does not answer this")
    expect(page.locator(".claim")).to_have_count(0)
    expect(page.locator("#answer")).to_contain_text("semiconductor")
    near = page.locator(".near li")
    assert 1 <= near.count() <= 3
    near.first.locator("button").click()
    expect(page.locator("#source .hit").first).to_be_in_viewport()
    expect(page.locator("#source")).to_contain_text("to the character")


def test_a_file_is_added_asked_about_and_deleted(page: playwright.Page):
    """A file from the library view can be asked about at once; after its delete the question is refused."""
    question = "How many lanterns must each lighthouse keeper polish?"
    page.get_by_role("link", name="Library", exact=True).click()
    expect(page.locator("#library-view h1")).to_have_text("Library")
    page.locator("#library-view input[type=file]").set_input_files(
        [
            {
                "name": "lighthouse.md",
                "mimeType": "text/markdown",
                "buffer": "# Lighthouse 𝔘 order\n\nEach lighthouse keeper must polish forty lanterns.\n".encode(),
            },
            {"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x00\x01"},
        ]
    )
    expect(page.locator(".uploads .added")).to_contain_text("Added")
    expect(page.locator(".uploads .refused")).to_contain_text("Not added")
    row = page.get_by_role("row").filter(has_text="Lighthouse 𝔘 order")
    expect(row).to_have_count(1)
    page.get_by_placeholder("Words of a title").fill("lighthouse")
    expect(page.locator("#library-view .meta").first).to_have_text("1 document with “lighthouse”.")
    page.get_by_role("link", name="Ask", exact=True).click()
    ask(page, question)
    expect(page.locator("#claim-1")).to_contain_text("Each lighthouse keeper must polish forty lanterns.")
    page.locator('[data-cite="1"]').first.click()
    expect(page.locator("#source .hit")).to_have_text("Each lighthouse keeper must polish forty lanterns.")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Library", exact=True).click()
    row.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    page.goto("/")  # who leaves within the time for taking it back has not taken it back
    page.wait_for_function("async () => !(await (await fetch('/v1/documents?q=lighthouse')).json()).total")
    ask(page, question + " ")
    expect(page.locator(".verdict-line")).to_be_visible()


def test_markup_in_a_document_is_text(page: playwright.Page):
    """A document cannot run anything on the page: its markup is shown as characters, in the list, the answer and the source."""
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    record = {"title": f"Quokka {evil}", "text": f"Quokka permits are granted by wardens {evil} on Mondays."}
    [made] = page.request.post("/v1/documents", data=record).json()["documents"]
    try:
        ask(page, "Who grants quokka permits?")
        expect(page.locator("#claim-1")).to_contain_text(evil)
        page.locator('[data-cite="1"]').first.click()
        expect(page.locator("#source .hit").first).to_contain_text("onerror")
        page.goto("/?view=library")
        expect(page.get_by_role("row").filter(has_text="Quokka <img")).to_have_count(1)
        assert "owned" not in page.title()
        assert page.locator("main img, main script").count() == 0
    finally:
        assert page.request.delete(f"/v1/documents/{made['id']}").status == 204


def test_the_keyboard_is_enough(page: playwright.Page):
    """/ goes to the box, Enter asks, j and k step through claims, Enter opens a citation, ] steps, Esc closes and gives the
    focus back."""
    page.locator("body").press("/")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(SEVERAL)
    page.keyboard.press("Enter")
    expect(page.locator("#claim-2")).to_be_visible()
    expect(page.locator("#question-title")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#claim-1")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#claim-2")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("#claim-1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#source .src-bar b")).to_have_text("1")
    page.keyboard.press("]")
    expect(page.locator("#source .src-bar b")).to_have_text("2")
    page.keyboard.press("[")
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    expect(page.locator('[data-cite="1"]').first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("j?")
    expect(page.locator("#question")).to_have_value("j?")


def test_the_address_is_the_question(page: playwright.Page):
    """The address asks the question again, and going back shows what was there."""
    ask(page, QUESTION)
    ask(page, UNANSWERED)
    page.go_back()
    expect(page.locator("#question-title")).to_have_text(QUESTION)
    expect(page.locator("#claim-1")).to_be_visible()
    page.reload()
    expect(page.locator("#claim-1")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_scrolls_one_way(page: playwright.Page, scheme: str):
    """At 390 px nothing is wider than the window: home, answer, open source, refusal, library."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    assert sideways(page) <= 0
    ask(page, QUESTION)
    assert sideways(page) <= 0
    page.locator('[data-cite="1"]').first.click()
    expect(page.locator("#source .hit").first).to_be_in_viewport()
    assert sideways(page) <= 0
    page.get_by_role("button", name="Close the source").click()
    ask(page, UNANSWERED)
    assert sideways(page) <= 0
    page.get_by_role("link", name="Library", exact=True).click()
    expect(page.get_by_role("row").nth(3)).to_be_visible()
    assert sideways(page) <= 0


_CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const under = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return rgb("white");
  };
  const poor = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), node = walker.currentNode.parentElement;
    if (!text || !node.checkVisibility({ visibilityProperty: true }) || node.closest(".sr, script, noscript, .skip")) continue;
    const [one, other] = [light(rgb(getComputedStyle(node).color)), light(under(node))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${node.className} ${text.slice(0, 40)}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(page: playwright.Page, scheme: str):
    """Contrast of at least 4.5 to 1 (WCAG 2.2 AA) for every visible text, in the light and the dark scheme."""
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate(_CONTRAST) == []
    ask(page, QUESTION)
    page.locator('[data-cite="1"]').first.click()
    expect(page.locator("#source .hit").first).to_be_visible()
    assert page.evaluate(_CONTRAST) == []
    page.goto("/?view=library")
    expect(page.get_by_role("row").nth(3)).to_be_visible()
    assert page.evaluate(_CONTRAST) == []


def test_the_documentation_of_the_api_works_here(page: playwright.Page):
    """/docs shows every route with parts of this origin alone, under its policy."""
    page.goto("/docs")
    expect(page.locator(".opblock")).not_to_have_count(0, timeout=30_000)
    assert re.search(r"/v1/answers", page.locator("#docs").inner_text())
