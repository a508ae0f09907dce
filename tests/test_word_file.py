"""An answer as a Word file: footnotes, comments and appendix, read back part by part."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import labels
from assistant.exporting import answer_markdown
from assistant.footnotes import Footnotes
from assistant.word_file import answer_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACE = re.compile(r"\s+")


def cited(document: str, start: int, quote: str, locator: str = "") -> dict[str, Any]:
    title = {"a": "Health code reaches 200 cities", "b": "The count by province", "n": "Notice on codes"}[document]
    span = {"start": start, "end": start + len(quote)}
    return {"document_id": document, "title": title, "span": span, "quote": quote, "locator": locator}


ONE, OTHER = cited("a", 10, "200 cities\nused the code"), cited("b", 40, "in use in 151 cities", "p. 2")
ORDER = cited("n", 7, "Platforms are encouraged to waive fees.", "p. 1, Article 5")
ABOUT = {
    "a": {"outlet": "Harbour Ledger", "issued": "2020-03-03"},
    "b": {"outlet": "Northgate Wire", "issued": "2020-03-03"},
    "n": {"issuer": "Ministry of Digital Industry", "number": "MDI IT [2020] 14", "issued": "2020-02-24"},
}
PLACE_OF_ORDER = "Notice on codes, Ministry of Digital Industry, MDI IT [2020] 14, 24 February 2020, p. 1, Article 5"
DISPUTE = {
    "id": "c1-d1",
    "kind": "disputed",
    "reason": "Harbour Ledger says “200 cities”, Northgate Wire says “151 cities”.",
    "evidence": [ONE, OTHER],
    "span": {"start": 12, "end": 22},
}
HEDGE = {"id": "c1-d2", "kind": "hedged", "reason": "It says “about”.", "evidence": [ONE], "span": None}
STRONGER = {
    "id": "c2-d1",
    "kind": "overstated",
    "reason": "The notice says “encouraged”.",
    "evidence": [ORDER],
    "span": {"start": 10, "end": 14},
}
CLAIMS = [
    {
        "id": "c1",
        "text": "The code is 200 cities 𝔘 wide.",
        "span": {"start": 0, "end": 30},
        "verdict": "supported",
        "citations": [ONE],
        "doubts": [DISPUTE, HEDGE],
        "voices": [
            {"name": "Harbour Ledger", "documents": ["a"], "copies": 2},
            {"name": "Civic Data Review", "documents": ["c"], "copies": 0},
        ],
    },
    {
        "id": "c2",
        "text": "Platforms must waive fees.",
        "span": {"start": 31, "end": 57},
        "verdict": "contradicted",
        "citations": [ORDER, ONE],
        "doubts": [STRONGER],
        "voices": [],
    },
    {
        "id": "c3",
        "text": "Nothing was looked up.",
        "span": {"start": 58, "end": 80},
        "verdict": "unchecked",
        "citations": [],
        "doubts": [],
        "voices": [],
    },
]
ANSWER: dict[str, Any] = {
    "id": "x1",
    "question": "How many cities?",
    "standalone": "How many cities?",
    "text": "…",
    "claims": CLAIMS,
    "passages": [{"document_id": "a", "metadata": ABOUT["a"]}],
    "nearest": [],
    "refused": False,
    "missing": ["No passage mentions “schools”."],
    "mode": "written",
    "notices": ["A notice."],
    "versions": {"rules": "7"},
    "usage": {},
    "choices": [],
}
REFUSAL = ANSWER | {
    "claims": [],
    "refused": True,
    "text": "The library does not answer this. Searched 51 passages of 16 documents.",
    "nearest": [
        {"document_id": "n", "title": "Notice on codes", "text": "Codes are recognised.", "start": 3, "end": 24}
        | {"metadata": ABOUT["n"]}
    ],
}


class Word:
    """A Word file taken apart: its parts as XML, and what Word would show."""

    def __init__(self, content: bytes) -> None:
        self.files = zipfile.ZipFile(io.BytesIO(content))
        self.document = docx.Document(io.BytesIO(content))
        self.body = self.xml("word/document.xml")
        self.paragraphs = [paragraph.text for paragraph in self.document.paragraphs]

    def xml(self, name: str) -> Any:
        return parse_xml(self.files.read(name))

    def notes(self) -> dict[str, str]:
        """The footnotes by id."""
        if "word/footnotes.xml" not in self.files.namelist():
            return {}
        found = self.xml("word/footnotes.xml").findall(f"{W}footnote")
        return {each.get(f"{W}id", ""): text(each) for each in found if not each.get(f"{W}type")}

    def anchored(self) -> list[tuple[str, str]]:
        """For each comment the words that it spans, and what it says."""
        told = {str(each.comment_id): each.text for each in self.document.comments}
        found = []
        for number, words in told.items():
            inside, spanned = False, ""
            for element in self.body.iter():
                if element.tag in {f"{W}commentRangeStart", f"{W}commentRangeEnd"} and element.get(f"{W}id") == number:
                    inside = element.tag.endswith("Start")
                elif inside and element.tag == f"{W}t":
                    spanned += element.text or ""
                elif inside and element.tag == f"{W}br":
                    spanned += "\n"
            found.append((spanned, words))
        return found

    def section(self, title: str) -> list[str]:
        """The paragraphs under a heading."""
        after = self.paragraphs[self.paragraphs.index(title) + 1 :]
        names = [each.style.name.startswith("Heading") for each in self.document.paragraphs]
        heads = names[len(names) - len(after) :]
        return after[: heads.index(True)] if True in heads else after


def text(element: Any) -> str:
    return "".join(each.text or "" for each in element.iter(f"{W}t")).strip()


@pytest.fixture(scope="module")
def word() -> Word:
    return Word(answer_docx(ANSWER, ABOUT))


def test_footnotes_stand_as_the_standard_asks(word: Word):
    """The part has its content type and its relationship, both separators without a mark of their own, which the settings name
    before `compat`; each note has a mark in the text, once, in order; and both styles exist."""
    types = word.xml("[Content_Types].xml")
    kinds = {each.get("PartName"): each.get("ContentType") for each in types}
    assert kinds["/word/footnotes.xml"] == (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    )
    related = {each.get("Type"): each.get("Target") for each in word.xml("word/_rels/document.xml.rels")}
    assert related[f"{OFFICE}/footnotes"] == "footnotes.xml"
    assert related[f"{OFFICE}/comments"] == "comments.xml"
    notes = word.xml("word/footnotes.xml").findall(f"{W}footnote")
    assert [(each.get(f"{W}id"), each.get(f"{W}type")) for each in notes[:2]] == [
        ("-1", "separator"),
        ("0", "continuationSeparator"),
    ]
    assert [len(list(each.iter(f"{W}footnoteRef"))) for each in notes] == [0, 0, *[1] * (len(notes) - 2)]
    settings_of = word.xml("word/settings.xml")
    names = [each.tag.removeprefix(W) for each in settings_of]
    assert names.index("footnotePr") == names.index("compat") - 1
    assert [each.get(f"{W}id") for each in settings_of.find(f"{W}footnotePr")] == ["-1", "0"]
    marks = [each.get(f"{W}id") for each in word.body.iter(f"{W}footnoteReference")]
    assert marks == [each.get(f"{W}id") for each in notes[2:]] == ["1", "2", "3"]
    styles = {each.get(f"{W}styleId") for each in word.xml("word/styles.xml").findall(f"{W}style")}
    for name in ("word/document.xml", "word/footnotes.xml"):
        used = {each.get(f"{W}val") for tag in ("pStyle", "rStyle") for each in word.xml(name).iter(f"{W}{tag}")}
        assert used - {"CommentReference"} <= styles  # python-docx marks comments by it; Word knows it by itself
        assert used & {"FootnoteReference", "footnotereference"}


def test_a_footnote_says_where_the_words_stand(word: Word):
    """Title, issuer, number, date, page and clause, characters, and under which number the quotation stands at the end."""
    assert list(word.notes().values()) == [
        "Health code reaches 200 cities, Harbour Ledger, 3 March 2020, characters 10–34. Quotation [1].",
        f"{PLACE_OF_ORDER}, characters 7–46. Quotation [3].",
        "Health code reaches 200 cities, Harbour Ledger, 3 March 2020, characters 10–34. Quotation [1].",
    ]


def test_a_mark_stands_behind_the_claim_that_it_is_of(word: Word):
    """The paragraph of a claim holds its words, then its marks, then its state in words."""
    for claim, marks in zip(CLAIMS, (["1"], ["2", "3"], []), strict=True):
        [paragraph] = [each for each in word.body.iter(f"{W}p") if claim["text"] in text(each)][:1]
        assert [each.get(f"{W}id") for each in paragraph.iter(f"{W}footnoteReference")] == marks
    assert "1. The code is 200 cities 𝔘 wide. supported, with doubts" in word.paragraphs
    assert "2. Platforms must waive fees. contradicted" in word.paragraphs
    assert "3. Nothing was looked up. not checked" in word.paragraphs


def test_a_doubt_is_a_comment_at_the_words_that_are_in_doubt(word: Word):
    """It spans those words, or the claim where none are named; it gives the reason and quotes both sides with issuer and date."""
    disputed, hedged, overstated, unchecked = word.anchored()
    assert disputed[0] == "200 cities"
    assert disputed[1].startswith("Disputed: Harbour Ledger says “200 cities”, Northgate Wire says “151 cities”.")
    assert (
        "[1] “200 cities\nused the code” – Health code reaches 200 cities, Harbour Ledger, 3 March 2020" in disputed[1]
    )
    assert "[2] “in use in 151 cities” – The count by province, Northgate Wire, 3 March 2020, p. 2" in disputed[1]
    assert hedged == (
        CLAIMS[0]["text"],
        "Hedged: It says “about”.\n" + disputed[1].split("\n", 1)[1].rsplit("\n", 1)[0],
    )
    assert (overstated[0], overstated[1].split("\n")[0]) == ("must", "Overstated: The notice says “encouraged”.")
    assert unchecked == (CLAIMS[2]["text"], "Could not be checked.")
    assert {each.author for each in word.document.comments} == {"Caveat"}


def test_the_appendix_holds_every_quotation_once(word: Word):
    """By number, those of claims and those of doubts, to the character and with its lines; the last section of the file."""
    quotations = word.section("Quotations")
    labels = [each for each in quotations if re.match(r"\[\d+\] ", each)]
    assert [each[:4] for each in labels] == ["[1] ", "[2] ", "[3] "]
    assert [each for each in quotations if each not in labels] == [each["quote"] for each in (ONE, OTHER, ORDER)]
    assert quotations[-1] == word.paragraphs[-1]


def test_what_is_not_supported_is_listed(word: Word):
    """Contradicted and unchecked claims, and what the library does not say; voices stand with their claim."""
    assert word.section("Not found, contradicted or not checked") == [
        "2. Platforms must waive fees. (contradicted)",
        "3. Nothing was looked up. (not checked)",
    ]
    assert word.section("What is missing") == ANSWER["missing"]
    at = word.paragraphs.index("1. The code is 200 cities 𝔘 wide. supported, with doubts")
    assert word.paragraphs[at + 1] == "2 independent voices: Harbour Ledger (2 copies); Civic Data Review"


def test_it_says_what_markdown_says(word: Word):
    """Every word of the one form stands in the other: claims, states, voices, reasons, quotes and where they stand."""
    marked = SPACE.sub(" ", re.sub(r"\\(.)", r"\1", answer_markdown(ANSWER, ABOUT)))
    told = " ".join([*word.paragraphs, *word.notes().values(), *(each.text for each in word.document.comments)])
    shown = SPACE.sub(" ", told)
    parts = [claim["text"] for claim in CLAIMS] + [doubt["reason"] for claim in CLAIMS for doubt in claim["doubts"]]
    parts += [each["quote"] for each in (ONE, OTHER, ORDER)]
    parts += [
        "2 independent voices: Harbour Ledger (2 copies); Civic Data Review",
        "2. Platforms must waive fees. (contr",
    ]
    parts += [
        "MDI IT [2020] 14, 24 February 2020, p. 1, Article 5",
        "rules: 7",
        "A notice.",
        "No passage mentions “schools”.",
    ]
    for part in parts:
        assert SPACE.sub(" ", part) in marked
        assert SPACE.sub(" ", part) in shown


def test_a_refusal_has_its_details_and_no_empty_parts():
    """What was searched, what is missing, what came near and where; without citations there are no footnotes and no appendix."""
    word = Word(answer_docx(REFUSAL))
    assert REFUSAL["text"] in word.paragraphs
    assert word.section("What is missing") == REFUSAL["missing"]
    assert word.section("Nearest passages, none of which is an answer") == [
        "Notice on codes, Ministry of Digital Industry, MDI IT [2020] 14, 24 February 2020, characters 3–24",
        "Codes are recognised.",
    ]
    assert "Quotations" not in word.paragraphs
    assert "word/footnotes.xml" not in word.files.namelist()


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_any_words_and_spans_make_a_file_that_opens(words: str, start: int, end: int):
    """Whatever a claim, a title or a quote holds, and wherever a doubt points: the file opens, and no word is lost."""
    answer = copy.deepcopy(ANSWER)
    claim = answer["claims"][0]
    claim["text"], claim["doubts"][0]["span"] = words, {"start": start, "end": end}
    claim["citations"] = [cited("a", 0, "x") | {"title": words, "quote": words}]
    word = Word(answer_docx(answer, ABOUT))
    visible = [each for each in words if each.isprintable()]
    shown = f"{''.join(word.paragraphs)}{''.join(word.notes().values())}"
    assert [each for each in visible if each not in shown] == []
    assert len(list(word.document.comments)) == 4


def test_footnotes_go_into_any_document(tmp_path: Path):
    """The second note of a document is the second; saved and opened again, both are there."""
    document = docx.Document()
    notes = Footnotes(document)
    for number in (1, 2):
        notes.add(document.add_paragraph(f"Words {number}."), f"Note {number}.")
    document.save(str(tmp_path / "notes.docx"))
    again = docx.Document(str(tmp_path / "notes.docx"))
    again.save(str(tmp_path / "again.docx"))
    assert list(Word((tmp_path / "again.docx").read_bytes()).notes().values()) == ["Note 1.", "Note 2."]


@pytest.mark.parametrize("answer", [ANSWER, REFUSAL])
def test_who_asks_in_chinese_gets_chinese_words_around_the_sources(answer: dict[str, Any]):
    """Every word of Caveat's own is in the language of the question; the words of documents stay as they are."""
    asked = answer | {"question": "有多少城市使用健康码？", "standalone": "有多少城市使用健康码？"}
    word = Word(answer_docx(asked, ABOUT))
    told = "\n".join([*word.paragraphs, *word.notes().values(), *(said for _, said in word.anchored())])
    for text in (told, answer_markdown(asked, ABOUT)):
        ours = [
            *labels.EN.verdicts.values(),
            *labels.EN.doubts.values(),
            *labels.EN.states.values(),
            *labels.EN.made.values(),
        ]
        ours += [
            "claims:",
            "characters",
            "Quotation",
            "voices",
            "What is missing",
            "Notices",
            "What made",
            "Nearest",
            "March",
        ]
        assert not [each for each in ours if each in text], text
        assert labels.of(asked["question"]).words["made_by"] in text
    assert ("2020年3月3日" in told) is bool(answer["claims"])


def test_both_languages_have_a_word_for_everything():
    chinese = labels.of("有多少城市？")
    for name in ("made", "verdicts", "states", "doubts", "unanswered", "words"):
        one, other = getattr(labels.EN, name), getattr(chinese, name)
        assert one.keys() == other.keys()
        assert all(re.findall(r"\$[a-z]+", one[key]) == re.findall(r"\$[a-z]+", other[key]) for key in one)
        assert name == "words" or len(set(other.values())) == len(other)
