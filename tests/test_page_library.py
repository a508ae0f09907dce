"""The library on the page, in both languages: filters, counts, deletions and uploads, in a real browser."""

from __future__ import annotations

import re

from browsing import LOCALES, expect, needs_browser, opened, playwright, said

pytestmark = needs_browser


def test_the_library_is_filtered_and_sorted(page: playwright.Page, language: str):
    """Kind and date narrow the list, a column head sorts it and says so, and filters that leave nothing can be cleared."""
    page.goto("/?view=library")
    expect(page.locator("tbody tr")).to_have_count(16)
    page.locator("#library-kind").select_option("notice")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.locator('[data-sort="issued"]').click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    expect(page.locator("tbody tr").first).to_contain_text("2020")
    page.locator('[data-sort="issued"]').click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    page.locator("#library-issued_to").fill("2001-01-01")
    expect(page.locator("#library-view")).to_contain_text(said(language, "no.match"))
    page.locator("#library-view").get_by_role("button", name=said(language, "scope.clear")).click()
    expect(page.locator("tbody tr")).to_have_count(16)


def test_filters_stay_when_the_library_changes(english: playwright.Page):
    """What the list is narrowed to is kept when a file is added or a document goes, also where nothing fits it any more."""
    page = english
    page.clock.install()
    page.goto("/?view=library")
    rows = page.locator("tbody tr")
    page.locator("#library-kind").select_option("notice")
    page.locator("#library-issued_from").fill("2020-01-02")
    expect(rows).to_have_count(4)
    order = b"# Order on bells\n\nIssuer: Bell Office (sample)\nIssued: 4 May 2021\nKind: notice\n\nEvery ferry must carry a bell.\n"
    page.locator("#library-view input[type=file]").set_input_files(
        [{"name": "bells.md", "mimeType": "text/markdown", "buffer": order}]
    )
    expect(page.locator(".uploads .added")).to_be_visible()
    issuer = page.locator("#library-issuer")
    expect(issuer.locator("option").filter(has_text="Bell Office")).to_have_count(1)
    expect(page.locator("#library-kind")).to_have_value("notice")
    expect(page.locator("#library-issued_from")).to_have_value("2020-01-02")
    expect(rows).to_have_count(5)
    issuer.select_option("Bell Office (sample)")
    expect(rows).to_have_count(1)
    rows.get_by_role("button", name="Delete").click()
    expect(page.locator(".undos li")).to_have_count(1)
    page.clock.fast_forward(9_000)
    expect(page.locator(".undos li")).to_have_count(0)
    expect(issuer.locator("option").filter(has_text="Bell Office (sample) (1)")).to_have_count(0)
    expect(issuer).to_have_value("Bell Office (sample)")
    expect(page.locator("#library-view")).to_contain_text("No document matches.")
    page.locator("#library-view").get_by_role("button", name="Clear filters").click()
    expect(rows).to_have_count(16)


def test_the_count_leaves_out_only_what_is_listed(page: playwright.Page, language: str):
    """A document that is being deleted is left out of a count that it is part of, and of no other."""
    page.goto("/?view=library")
    total = page.locator("#library-view .page-head .meta").first

    def counted(key: str, number: int) -> str:
        forms = said(language, "document").split("|")
        return said(language, key).replace("{documents}", forms[-1].replace("#", str(number)))

    expect(total).to_have_text(counted("library.all", 16))
    row = page.get_by_role("row").filter(has_text="Health code reaches 200 cities")
    row.get_by_role("button", name=said(language, "delete")).click()
    expect(total).to_have_text(counted("library.all", 15))
    page.locator("#library-kind").select_option("notice")
    expect(total).to_have_text(counted("library.fitting", 4))
    held = page.request.get("/v1/documents?kind=report").json()["total"]
    page.locator("#library-kind").select_option("report")
    expect(total).to_have_text(counted("library.fitting", held - 1))
    page.locator(".undos button").click()
    expect(total).to_have_text(counted("library.fitting", held))


def test_a_deletion_can_be_taken_back(page: playwright.Page, language: str):
    """A deleted document leaves the list at once and comes back with Undo; nothing was deleted meanwhile."""
    page.goto("/?view=library")
    row = page.get_by_role("row").filter(has_text="Health code reaches 200 cities")
    row.get_by_role("button", name=said(language, "delete")).click()
    expect(row).to_have_count(0)
    expect(page.locator(".undos button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_have_count(1)
    assert page.request.get("/v1/documents").json()["total"] == 16


def test_refused_files_say_why_and_what_to_do(page: playwright.Page, language: str):
    """Each file has its own line: a refusal has a code, a reason and a remedy; a file that is held already says so."""
    page.goto("/?view=library")
    bell = {
        "name": "bell.md",
        "mimeType": "text/markdown",
        "buffer": b"# Bell order\n\nEvery ferry must carry a bell.\n",
    }
    tool = {"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x00\x01" * 400}
    page.locator("#library-view input[type=file]").set_input_files([tool, bell, bell])
    lines = page.locator(".uploads li")
    expect(lines.nth(0).locator("code")).to_have_text(re.compile(r"^[a-z_]+$"))
    expect(lines.nth(0)).to_contain_text(said(language, "outcome.refused"))
    expect(lines.nth(0).locator(".fix")).not_to_be_empty()
    expect(lines.nth(1)).to_contain_text(said(language, "outcome.added"))
    expect(lines.nth(2)).to_contain_text(said(language, "outcome.unchanged"))
    lines.nth(0).get_by_role("button").click()
    expect(lines).to_have_count(2)
    [made] = page.request.get("/v1/documents?q=bell").json()["documents"]
    page.request.delete(f"/v1/documents/{made['id']}")


def test_a_file_is_dropped(english: playwright.Page):
    """A file that is dropped on the library is added; the way with the keyboard is the file input behind the same label."""
    page = english
    page.goto("/?view=library")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.evaluate(
        """() => {
          const dropped = new DataTransfer();
          dropped.items.add(new File(["# Dropped order\\n\\nEvery ferry must carry a bell."], "dropped.md", { type: "text/markdown" }));
          const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: dropped });
          document.querySelector("#library-view .drop").dispatchEvent(drop);
        }"""
    )
    expect(page.locator(".uploads .added")).to_contain_text("Added")
    [made] = page.request.get("/v1/documents?q=dropped").json()["documents"]
    page.request.delete(f"/v1/documents/{made['id']}")


def test_an_upload_that_is_too_large_is_explained(browser: playwright.Browser, origin: str, language: str):
    """Where the server takes no file of that size, the line says so and what to do, in the reader's language."""
    problem = {
        "title": "Too large",
        "status": 413,
        "code": "too_large",
        "detail": "more than 9 bytes",
        "hint": "",
        "request_id": "r",
    }
    with opened(browser, origin, path="/?view=library", locale=LOCALES[language], expected=("413",)) as page:
        page.route(
            "**/v1/documents",
            lambda route: (
                route.fulfill(status=413, json=problem) if route.request.method == "POST" else route.continue_()
            ),
        )
        page.locator("#library-view input[type=file]").set_input_files(
            [{"name": "big.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}]
        )
        expect(page.locator(".uploads .refused")).to_contain_text(said(language, "error.too_large"))
        expect(page.locator(".uploads .refused code")).to_have_text("too_large")
