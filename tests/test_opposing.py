"""Statements of documents about one matter that cannot both be true: what is counted, weighed, kept and told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from assistant import wiring
from assistant.answer import Claim, cite
from assistant.checking.measuring import figures
from assistant.disagreements import Disagreements, in_the_background
from assistant.doubts.contrasts import contrasts, other_place
from assistant.doubts.from_library import FromLibrary
from assistant.doubts.matters import Matter, Reading, may_be_one_matter, tells
from assistant.doubts.opposing import Opposed, Opposing
from assistant.doubts.opposing import line as weights
from assistant.doubts.stated import standing_alone
from assistant.related import Related
from assistant.settings import Settings
from evals import disagreements, heads
from ingest.document import Metadata, Span
from tests.shelved import FILLING, put
from vectorstore.embedding import HashingEmbedder
from vectorstore.library import LibraryError
from vectorstore.store import Store

NOTICE = (
    "临渡县民政局关于老年助餐服务的通告\n\n临民发〔2024〕7号\n\n截至2024年3月底，全县共建成老年助餐点64个。\n\n"
    "就餐老人须持社会保障卡办理就餐登记。\n\n临渡县民政局\n2024年4月2日"
)
PAPER = (
    "临渡日报　2024年4月5日\n\n家门口的食堂\n\n县民政局最新通告显示，到3月底全县共建成老年助餐点58个。\n\n"
    "就餐老人无需持社会保障卡办理就餐登记，来了就能吃。"
)
ENGLISH = [
    "Skarra Fisheries Authority\nNotice 4/2024\n12 May 2024\n\nThe closure affects 14 licensed vessels holding a dredge permit for the Sound.",
    "THE SKARRA HERALD\nSaturday 18 May 2024\n\nThe closure affects 12 licensed vessels holding a dredge permit, the notice says.",
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("home"), HashingEmbedder()) as store:
        put(store, *FILLING, NOTICE, PAPER)
        yield store


def reading(text: str, *, by: str = "A", day: date | None = None) -> Reading:
    return Reading(standing_alone(text, Metadata(outlet=by, issued=day), by).document)


def compared(one: str, other: str):
    matter = Matter(mine := reading(one), theirs := reading(other, by="B"))
    return matter.compared(mine.told[0], theirs.told[0])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("the budget is 4.7 million", "the budget is 4.68 million", True),
        ("about 240,000 cubic metres", "238,500 cubic metres", True),
        ("48713元", "4.9万元", True),
        ("14 vessels", "12 vessels", False),
        ("7.4 per cent", "7.6 per cent", False),
    ],
)
def test_a_number_rounded_to_its_last_digit_is_the_same(one: str, other: str, *, same: bool) -> None:
    """Half of what the last digit counts is no difference."""
    assert tells(figures(one)[0], figures(other)[0]) is same


def test_figures_rival_where_neither_document_tells_the_others() -> None:
    """Two counts of one thing rival; a figure that the other document has too, or of another day, does not."""
    both = compared("The closure affects 14 vessels.", "The closure affects 12 vessels.")
    assert both is not None
    assert [each.text for each in both.figures or ()] == ["14 vessels", "12 vessels"]
    later = compared("On 2 May 2024, 14 vessels were closed out.", "On 9 May 2024, 12 vessels were closed out.")
    assert later is not None
    assert later.figures is None
    rows = Matter(
        mine := reading("Yellow stays seven days at home. Red stays fourteen days at home."),
        theirs := reading("Red stays fourteen days at home. Yellow stays seven days at home.", by="B"),
    )
    assert rows.compared(mine.told[0], theirs.told[0]) is None


def test_what_is_about_other_things_is_not_compared() -> None:
    """No shared word, other languages, and documents of other numbers."""
    assert compared("The closure affects 14 vessels.", "Pensions rise in autumn.") is None
    assert compared("The closure affects 14 vessels.", "禁渔涉及14艘船。") is None
    assert (
        compared("Notice MDI [2020] 6 ceases to apply in March.", "Notice MDI [2020] 14 took effect in March.") is None
    )


@pytest.mark.parametrize(
    ("one", "other", "tongue", "groups"),
    [
        ("the average wait", "the median wait", "en", 1.0),
        ("the target", "the number", "en", 0.5),
        ("the wait", "the waiting time", "en", 0.0),
        ("城镇居民人均收入", "农村居民人均收入", "zh", 1.5),
        ("累计检测", "检测", "zh", 0.5),
    ],
)
def test_words_that_tell_one_figure_from_another(one: str, other: str, tongue: str, groups: float) -> None:
    """Other senses of a group count whole, words that one text has alone a half."""
    assert contrasts(one, other, "zh" if tongue == "zh" else "en") == groups


def test_other_places_of_one_kind() -> None:
    """Two gauges are two places; 全县 is none."""
    assert other_place("岚江水文站水位26米", "柳坪水文站水位41米")
    assert not other_place("全县转移群众", "柳坪县转移群众")


def test_documents_about_one_matter_are_of_two_publishers_and_one_time() -> None:
    """A publisher's own series is no second source; half a year apart is another matter; unknown days are not held against them."""
    a, b = reading("x", by="A", day=date(2024, 5, 1)), reading("x", by="B", day=date(2024, 5, 9))
    assert may_be_one_matter(a.document, b.document)
    assert may_be_one_matter(a.document, reading("x", by="C").document)
    assert not may_be_one_matter(a.document, reading("y", by="A", day=date(2024, 5, 9)).document)
    assert not may_be_one_matter(a.document, reading("x", by="D", day=date(2025, 5, 9)).document)


def test_opposed_statements_are_listed_and_told_in_answers(shelf: Store) -> None:
    """A report that words a notice anew is compared with it: figures and duties, with both statements to the character."""
    found = Disagreements(shelf)
    found.examine()
    listed = found.listed()
    assert {each.how for each in listed} == {"figure", "duty"}
    for each in listed:
        for side in (each.one, each.other):
            held = shelf.library.document(side.document_id)
            assert held is not None
            assert held.quote(side.span) == side.quote
    paper = next(each for each in map(shelf.library.document, shelf.library.ids()) if each and "家门口" in each.title)
    span = next(each.span for each in paper.statements if "58个" in paper.quote(each.span))
    text = paper.quote(span)
    claim = Claim(
        id="c1", text=text, span=Span(start=0, end=len(text)), verdict="supported", citations=(cite(paper, span),)
    )
    [told] = FromLibrary(shelf).doubted([claim])
    [doubt] = [each for each in told.doubts if each.kind == "disputed"]
    assert "“58”" in doubt.reason
    assert "“64”" in doubt.reason
    [beside] = Related(shelf).to(paper, span).statements
    assert [each.how for each in beside.disagreeing] == ["figure"]


def test_without_a_reader_english_is_left_to_the_rules_and_examined_anew_with_one(shelf: Store) -> None:
    """What documents were compared by is kept with them."""
    one, other = put(shelf, *ENGLISH)
    try:
        words = Disagreements(shelf)
        words.examine()
        assert words.unexamined() == 0
        assert Opposing().between(Reading(one), Reading(other)) == []
        assert Disagreements(shelf, wiring.opposing(wiring.embedder(Settings()), Settings())).unexamined() > 0
        assert Opposing().rules != wiring.opposing(wiring.embedder(Settings()), Settings()).rules
    finally:
        shelf.remove(one.id)
        shelf.remove(other.id)


def test_english_is_read_by_the_trained_reader() -> None:
    """Both ways, with the meaning of both beside it."""
    weighing = wiring.opposing(wiring.embedder(Settings()), Settings())
    sentence = "The closure of the beds affects {} licensed vessels that hold a dredge permit for the Sound."
    one = reading(sentence.format(14), by="A", day=date(2024, 5, 12))
    [found] = weighing.between(one, reading(sentence.format(9), by="B", day=date(2024, 5, 13)))
    assert found.features["contradicts_less"] > 0
    assert weighing.between(one, reading(sentence.format(14), by="B", day=date(2024, 5, 13))) == []


def test_several_questions_are_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of meanings for one question is not taken away while another is asked."""
    told: list[list[Opposed]] = []
    one, other = (
        (reading(f"The closure affects {n} vessels."), reading(f"The closure affects {n + 1} vessels.", by="B"))
        for n in (3, 7)
    )

    class Meanwhile:
        def probabilities(self, pairs):
            if not told:
                told.append([])
                told.append(weighing.weighed(*other))
            return np.tile(np.array([[0.1, 0.8, 0.1]], np.float32), (len(pairs), 1))

        def understands(self, text: str) -> bool:
            return True

    monkeypatch.setattr("assistant.doubts.opposing.KEPT", 0)
    weighing = Opposing(Meanwhile(), HashingEmbedder())
    assert weighing.weighed(*one)
    assert told[1]


def test_documents_are_compared_in_the_background(tmp_path: Path) -> None:
    """What comes is examined without being asked for."""
    with Store(tmp_path / "home", HashingEmbedder()) as store:
        put(store, *FILLING, NOTICE, PAPER)
        found = Disagreements(store)
        with in_the_background(store, Opposing(), wait=0.01):
            ends = monotonic() + 60
            while found.unexamined() and monotonic() < ends:
                sleep(0.05)
        assert found.unexamined() == 0
        assert found.listed()


def test_a_set_of_libraries_is_measured(tmp_path: Path) -> None:
    """Planted pairs that are listed count as found, whatever else is listed as invented; and heads against their labels."""
    sentences = (
        "截至2024年3月底，全县共建成老年助餐点64个。",
        "县民政局最新通告显示，到3月底全县共建成老年助餐点58个。",
    )
    pair = {"left": ["a.txt", sentences[0]], "right": ["b.txt", sentences[1]], "kind": "count", "why": ""}
    documents = [{"name": "a.txt", "text": NOTICE}, {"name": "b.txt", "text": PAPER}]
    line = {"id": "x", "language": "zh", "documents": documents, "disagree": [pair], "quiet": []}
    told = disagreements.figures(disagreements.measure(line))
    assert (told["planted"], told["found"], told["kinds"]) == (1, 1, {"count": [1, 1]})
    assert told["invented"] == 1  # the duty, which the line leaves out
    assert (
        disagreements.figures(disagreements.measure(disagreements.together([line, line | {"id": "y"}])))["planted"] == 2
    )
    path, labels = tmp_path / "set.jsonl", tmp_path / "about.jsonl"
    path.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    label = {"id": "x", "alternatives": [], "kinds": ["notice", "report"]}
    rows = [
        label | {"name": "a.txt", "issued": "2024-04-02", "source": "临渡县民政局"},
        label | {"name": "b.txt", "issued": "2024-04-05", "source": "别家日报"},
    ]
    labels.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in rows), encoding="utf-8")
    assert heads.figures(heads.measure(labels, [path])) == {"day": (2, 0, 2), "source": (1, 1, 2), "kind": (2, 0, 2)}
    [(_, held)] = disagreements.libraries([path])
    [likeliest, *_] = sorted(Opposing().weighed(*map(Reading, held.values())), key=lambda each: -each.likely)
    assert set(weights("zh").weights) <= likeliest.features.keys()


def test_a_pair_that_was_not_kept_is_found_when_documents_are_compared_again(tmp_path: Path) -> None:
    """What fails half-way loses nothing: a document counts as compared once its pairs are kept."""

    class Failing(Opposing):
        failed = False

        def between(self, one: Reading, other: Reading) -> list[Opposed]:
            found = super().between(one, other)
            if found and not self.failed:
                self.failed = True
                raise LibraryError("The library is busy.", "Try again.")
            return found

    with Store(tmp_path / "home", HashingEmbedder()) as store:
        put(store, *FILLING, NOTICE, PAPER)
        found = Disagreements(store, opposing := Failing())
        found.examine()
        assert opposing.failed
        assert found.unexamined() > 0
        found.examine()
        assert found.unexamined() == 0
        assert "figure" in {each.how for each in found.listed()}
