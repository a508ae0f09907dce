"""Pages of a PDF as pictures with boxes, and what the library holds in figures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from assistant.api.serving import create_app
from assistant.settings import Settings
from ingest.drawing import draw, place
from ingest.errors import UnreadableFile
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

WIDTH, HEIGHT = 400, 300
LINES = ((60, 240, "Ferry order"), (60, 200, "The bell must ring."), (60, 160, "The bell must ring."))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """A page with the same sentence twice."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT))
    for left, bottom, text in LINES:
        canvas.drawString(left, bottom, text)
    canvas.save()
    return file.getvalue()


@pytest.fixture
def client(home: Path, pdf: bytes) -> Iterator[TestClient]:
    with (
        Store(home, HashingEmbedder()) as store,
        TestClient(create_app(store, Settings(home=home)), base_url="http://127.0.0.1") as client,
    ):
        files = [
            ("file", ("ferry.pdf", pdf)),
            ("file", ("bell.md", b"# Bell\n\nIssuer: Bell Office\n\nA bell rings.")),
        ]
        client.post("/v1/documents", files=files)
        yield client


def test_a_page_is_drawn(pdf: bytes):
    """A PNG of the page's proportions with ink where the first line stands."""
    picture = Image.open(io.BytesIO(draw(pdf, 1))).convert("L")
    assert abs(picture.width / picture.height - WIDTH / HEIGHT) < 0.01
    scale = picture.width / WIDTH
    assert picture.crop((int(60 * scale), int(50 * scale), int(120 * scale), int(64 * scale))).getextrema()[0] < 100


def test_what_is_no_pdf_is_not_drawn():
    """A damaged file harms only the child, and is told as what it is."""
    with pytest.raises(UnreadableFile):
        draw(b"%PDF-1.7 nothing", 1)


def test_words_are_boxed_where_they_stand(pdf: bytes):
    """The second of two equal sentences is the lower one; words that are not there have no box."""
    [[upper], [lower], none] = place(
        pdf, [(1, "The bell must ring.", 0), (1, "The bell must ring.", 1), (1, "The bell may", 0)]
    )
    assert none == []
    for box, (left, bottom, _) in zip((upper, lower), LINES[1:], strict=True):
        assert abs(box[0] - left / WIDTH) < 0.01
        assert box[1] < 1 - bottom / HEIGHT <= box[3]
    assert upper[3] < lower[1]


def test_words_of_any_length_are_looked_for(pdf: bytes):
    """More than a command line can hold is no trouble: it stands nowhere and has no box."""
    assert place(pdf, [(1, "数" * 50_000, 0)]) == [[]]


def test_a_span_of_the_text_has_boxes(client: TestClient):
    """The API finds the place by code points of the stored text, the second of two equal ones too."""
    [held] = client.get("/v1/documents", params={"q": "ferry"}).json()["documents"]
    text = client.get(f"/v1/documents/{held['id']}/text").text
    start = text.rindex("The bell")
    [page] = client.get(f"/v1/documents/{held['id']}/boxes", params={"start": start, "end": len(text.rstrip())}).json()[
        "pages"
    ]
    assert page["number"] == 1
    assert page["boxes"][0][1] > 0.4
    drawn = client.get(f"/v1/documents/{held['id']}/pages/1")
    assert drawn.headers["content-type"] == "image/png"
    assert client.get(f"/v1/documents/{held['id']}/pages/2").status_code == 404
    assert client.get(f"/v1/documents/{held['id']}/boxes", params={"start": 5, "end": 10**6}).status_code == 404


def test_what_is_no_pdf_has_no_pages(client: TestClient):
    """A text has no pages to draw, and one that is not there is not found."""
    [held] = client.get("/v1/documents", params={"q": "bell office"}).json()["documents"]
    assert client.get(f"/v1/documents/{held['id']}/pages/1").status_code == 404
    assert client.get("/v1/documents/none/pages/1").status_code == 404


def test_the_library_is_told_in_figures(client: TestClient):
    """Documents, and each value of what a question can be narrowed to with its count; those sum up."""
    told = client.get("/v1/library").json()
    assert told["documents"] == 2
    for name in ("issuers", "kinds", "statuses", "languages"):
        assert sum(each["count"] for each in told[name]) == 2
    assert {"value": "Bell Office", "count": 1} in told["issuers"]


def test_the_list_is_sorted(client: TestClient):
    """By title both ways, page by page; those without a value come last either way."""
    titles = [each["title"] for each in client.get("/v1/documents", params={"sort": "title"}).json()["documents"]]
    assert titles == sorted(titles, key=str.casefold)
    first = client.get("/v1/documents", params={"sort": "-title", "limit": 1}).json()
    second = client.get("/v1/documents", params={"sort": "-title", "limit": 1, "cursor": first["next_cursor"]}).json()
    assert [page["documents"][0]["title"] for page in (first, second)] == titles[::-1]
    for sort in ("issuer", "-issuer"):
        assert client.get("/v1/documents", params={"sort": sort}).json()["documents"][0]["title"] == "Bell"
