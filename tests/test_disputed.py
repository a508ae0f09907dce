"""Disputed: another passage says otherwise of the same thing at the same time; different things and times are quiet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.answer import Claim, Doubt, cite
from assistant.api.serving import create_app
from assistant.asked import asked
from assistant.cli import main
from assistant.disagreements import Disagreements
from assistant.doubts.from_library import FromLibrary
from assistant.doubts.said import said
from assistant.doubts.stated import standing_alone
from assistant.settings import Settings
from ingest.document import Document, Metadata, Span
from ingest.sources import gather
from tests.shelved import put
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

FILLING = tuple(
    f"Report {n}\n\nOutlet: Paper {n}\nPublished: {n} March 2020\n\n{text}"
    for n, text in enumerate(
        (
            "The harbour office has bought two thermal cameras for the ferry.",
            "Diesel in Linqiao cost 6.20 yuan a litre on Friday.",
            "A patient may ask for a second doctor at the clinic.",
            "飞雁速运夜间线路的一半通往县城。",
            "业内人士表示，部分小货运公司的现金只够维持两个月。",
            "指挥中心在云埠市设立了第二个仓库。",
        ),
        start=1,
    )
)


def report(text: str, *, outlet: str = "Harbour Ledger", day: str = "3 March 2020") -> str:
    return f"News of {outlet} on {day}\n\nOutlet: {outlet}\nPublished: {day}\n\n{text}"


def chinese(text: str, *, outlet: str = "青桥日报", day: str = "2020年3月3日") -> str:
    return f"{outlet}{day}的报道\n\n媒体：{outlet}\n发布日期：{day}\n\n{text}"


def notice(text: str) -> str:
    return f"Notice on platforms\n\nIssuer: Ministry of Trade\nNumber: MT [2020] 14\nIssued: 24 February 2020\n\n{text}"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with documents that have nothing to do with the matter, so that words weigh as they do in a library."""
    with Store(tmp_path_factory.mktemp("home"), HashingEmbedder()) as store:
        put(store, *FILLING)
        yield store


def disputes(store: Store, one: str, other: str, question: str = "") -> tuple[Doubt | None, Doubt | None]:
    """What is said of the last statement of each of two documents, with both in the library and nothing else of the matter."""
    documents = put(store, one, other)
    try:
        return tuple(_dispute(store, each, question) for each in documents)  # type: ignore[return-value]
    finally:
        for each in documents:
            store.remove(each.id)


def _dispute(store: Store, document: Document, question: str) -> Doubt | None:
    span = document.statements[-1].span
    text = document.quote(span)
    claim = Claim(
        id="c1", text=text, span=Span(start=0, end=len(text)), verdict="supported", citations=(cite(document, span),)
    )
    [told] = FromLibrary(store).at(asked(question)).doubted([claim])
    found = [each for each in told.doubts if each.kind == "disputed"]
    for evidence in (each for doubt in found for each in doubt.evidence):
        held = store.library.document(evidence.document_id)
        assert held is not None
        assert held.quote(evidence.span) == evidence.quote
    return found[0] if found else None


DISAGREE = {
    "another count at the same day": (
        report("As of 29 February 2020, 200 cities used the health code."),
        report("As of 29 February 2020, the health code was in use in 151 cities.", outlet="Northgate Wire"),
    ),
    "another count in Chinese": (
        chinese("截至2020年2月29日，全国共有200个城市使用健康码。"),
        chinese("截至2020年2月29日，全国共有151个城市使用健康码。", outlet="启明财讯"),
    ),
    "another amount, neither dated, of the same week": (
        report("The command centre paid 40 million yuan for the emergency warehouse in Yunbu."),
        report(
            "The command centre paid 55 million yuan for the emergency warehouse in Yunbu.", outlet="Northgate Wire"
        ),
    ),
    "a denial": (
        report("Qinglu has published the rule by which the colour of the code is given."),
        report("Qinglu has not published the rule by which the colour of the code is given.", outlet="Northgate Wire"),
    ),
    "a denial in Chinese": (
        chinese("青路公司已经公布健康码颜色的判定规则。"),
        chinese("青路公司没有公布健康码颜色的判定规则。", outlet="启明财讯"),
    ),
}


@pytest.mark.parametrize("pair", DISAGREE.values(), ids=DISAGREE)
def test_two_reports_that_disagree_are_both_disputed(shelf: Store, pair: tuple[str, str]):
    """Symmetric: each is disputed by the other, with both statements as evidence and no winner."""
    one, other = disputes(shelf, *pair)
    assert one is not None
    assert other is not None
    assert [each.quote for each in one.evidence] == [each.quote for each in reversed(other.evidence)]


def test_the_reason_names_both_sources_with_their_days_and_words(shelf: Store):
    """Who says what, side by side, in the language of the claim."""
    one, _ = disputes(shelf, *DISAGREE["another count at the same day"])
    assert one is not None
    assert one.reason == (
        "Harbour Ledger (3 March 2020) says “200 cities”, Northgate Wire (3 March 2020) says “151 cities”."
    )
    one, _ = disputes(shelf, *DISAGREE["another count in Chinese"])
    assert one is not None
    assert one.reason.startswith("青桥日报（2020年3月3日）的说法是“200个城市")


QUIET = {
    "another day": (
        report("As of 29 February 2020, 200 cities used the health code."),
        report("As of 20 February 2020, 151 cities used the health code.", outlet="Northgate Wire"),
    ),
    "another day in Chinese": (
        chinese("截至2020年2月29日，全国共有200个城市使用健康码。"),
        chinese("截至2020年2月20日，全国共有151个城市使用健康码。", outlet="启明财讯"),
    ),
    "another month": (
        report("In January 2020 the platform listed 900 suppliers of masks."),
        report("In February 2020 the platform listed 1,340 suppliers of masks.", outlet="Northgate Wire"),
    ),
    "one of the two undated": (
        report("As of 29 February 2020, 200 cities used the health code."),
        report("The health code was in use in 151 cities.", outlet="Northgate Wire"),
    ),
    "undated, months apart": (
        report("The health code is in use in 200 cities of the country."),
        report("The health code is in use in 151 cities of the country.", outlet="Northgate Wire", day="3 June 2020"),
    ),
    "another place": (
        report("On 2 March 2020 the checkpoint in Linqiao counted 1,900 people."),
        report("On 2 March 2020 the checkpoint in Baigang counted 700 people.", outlet="Northgate Wire"),
    ),
    "another thing counted": (
        report("On 28 February 2020 the platform listed 1,340 suppliers."),
        report("On 28 February 2020 the platform listed 210 buyers.", outlet="Northgate Wire"),
    ),
    "the same, rounded": (
        report("On 28 February 2020 the platform listed about 1,300 suppliers."),
        report("On 28 February 2020 the platform listed 1,340 suppliers.", outlet="Northgate Wire"),
    ),
    "a bound that holds": (
        report("On 28 February 2020 the platform listed more than 1,300 suppliers."),
        report("On 28 February 2020 the platform listed 1,340 suppliers.", outlet="Northgate Wire"),
    ),
    "expectations": (
        report("The bank expected on 1 March 2020 that prices would rise 3 percent in 2020."),
        report("The bank expected on 1 March 2020 that prices would rise 2 percent in 2020.", outlet="N Wire", day="9 March 2020"),
    ),
    "one publisher at two times": (
        report("The Committee decided to raise the target range for the rate to 2 percent.", day="1 March 2020"),
        report("The Committee decided to raise the target range for the rate to 3 percent.", day="9 March 2020"),
    ),
    "no denial of the same": (
        report("Qinglu has published the rule by which the colour of the code is given."),
        report("Banshan has not published the rule by which the colour of the code is given.", outlet="Northgate Wire"),
    ),
    "other figures beside the same one": (
        report("From 2 to 6 March 2020 the estates counted 120 residents in 6 houses."),
        report("From 2 to 6 March 2020 the estates counted 120 residents in 6 houses and 9 guards.", outlet="N Wire"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("pair", QUIET.values(), ids=QUIET)
def test_different_things_and_times_are_no_conflict(shelf: Store, pair: tuple[str, str]):
    """Two true statements about different dates, places, things or bounds do not dispute one another."""
    assert disputes(shelf, *pair) == (None, None)


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (
            "Local authorities should encourage platforms to waive fees for small sellers until 30 June 2020.",
            "Platforms must waive fees for small sellers until 30 June 2020 under notice MT [2020] 14.",
        ),
        (
            "Platforms must remove listings of wild animals within 24 hours of finding them.",
            "Platforms are encouraged to remove listings of wild animals.",
        ),
        (
            "Platforms must remove listings of wild animals within 24 hours of finding them.",
            "Platforms must remove listings of wild animals within 48 hours of finding them.",
        ),
    ],
)
def test_a_report_that_tells_an_order_otherwise_is_disputed_and_the_notice_is_not(shelf: Store, order: str, told: str):
    """A notice is the authority on what it orders: duty hardened, softened, or with another figure."""
    ruling, reporting = disputes(shelf, notice(order), report(told))
    assert ruling is None
    assert reporting is not None
    assert reporting.evidence[1].quote == order


def test_a_report_that_tells_an_order_as_it_is_stays_quiet(shelf: Store):
    """Agreement with the notice settles it, whatever another report makes of the order."""
    order = "Platforms must remove listings of wild animals within 24 hours of finding them."
    other, *_ = put(shelf, report("Platforms must remove listings of wild animals within 48 hours of finding them."))
    try:
        assert disputes(shelf, notice(order), report(order, outlet="Northgate Wire")) == (None, None)
    finally:
        shelf.remove(other.id)


def test_what_is_superseded_disputes_nothing(shelf: Store):
    """An old rule and the one in its place are not in conflict, nor is a report on the new rule with the old."""
    old = "Notice on records\n\nIssuer: Ministry of Trade\nNumber: MT [2020] 6\nIssued: 31 January 2020\n\n{}"
    new = "Operators of a health code must delete location records after 30 days."
    first, second = put(
        shelf,
        old.format(new.replace("30", "60")),
        notice(f"This notice supersedes notice MT [2020] 6.\n\n{new}"),
    )
    try:
        assert _dispute(shelf, first, "") is None
        assert _dispute(shelf, second, "") is None
        [told] = put(shelf, report(new))
        assert _dispute(shelf, told, "") is None
        shelf.remove(told.id)
    finally:
        shelf.remove(first.id)
        shelf.remove(second.id)


def test_a_dispute_goes_with_the_document(shelf: Store):
    """What was removed disputes nothing from then on."""
    one, other = put(shelf, *DISAGREE["another count at the same day"])
    assert _dispute(shelf, one, "") is not None
    shelf.remove(other.id)
    assert _dispute(shelf, one, "") is None
    shelf.remove(one.id)


@pytest.mark.parametrize("pair", [*DISAGREE.values()][:3], ids=[*DISAGREE][:3])
def test_the_library_lists_what_it_disagrees_with_itself_about(shelf: Store, pair: tuple[str, str]):
    """Each pair once, with both statements to the character, whichever came first; examined once; gone with either."""
    found = Disagreements(shelf)
    found.examine()
    assert found.listed() == []
    one, other = put(shelf, *pair)
    try:
        assert found.unexamined() == 2
        assert found.examine() == 2
        assert found.examine() == 0
        [listed] = found.listed()
        sides = {listed.one.document_id: listed.one, listed.other.document_id: listed.other}
        for document in (one, other):
            citation = sides[document.id]
            assert document.quote(citation.span) == citation.quote
            assert citation.quote == document.quote(document.statements[-1].span)
        shelf.remove(other.id)
        assert found.listed() == []
        [other] = put(shelf, pair[1])
        assert found.listed() == []
        assert found.examine() == 1
        assert len(found.listed()) == 1
    finally:
        shelf.remove(one.id)
        shelf.remove(other.id)


def test_reprints_are_no_disagreements_of_their_own(shelf: Store):
    """Two papers that took a report over say no more than it does; one that counted for itself disagrees for itself."""
    story = (
        "{} The square of colours is shown at stations, at office doors and at the gates of housing estates along the river. "
        "Guards at the ferry pier said that they look at it twice a day and write the time down in a ruled book."
    )
    counted, other = (
        "On 29 February 2020, 200 cities used the health code.",
        "On 29 February 2020, 151 cities used the health code.",
    )
    one = report(story.format(counted))
    copy = report(story.format(counted), outlet="Fen Herald", day="4 March 2020")
    apart = report(other, outlet="Northgate Wire")
    own = report("On 29 February 2020, 180 cities used the health code.", outlet="Marsh Courier")
    documents = put(shelf, one, copy, apart, own)
    try:
        found = Disagreements(shelf)
        found.examine()
        listed = found.listed()
        told = sorted(
            (*sorted((each.one.quote[21:24], each.other.quote[21:24])), len(each.reprints)) for each in listed
        )
        assert told == [("151", "180", 0), ("151", "200", 1), ("180", "200", 1)]
        assert {each.document_id for found in listed for each in found.reprints} == {documents[1].id}
    finally:
        for each in documents:
            shelf.remove(each.id)


def test_a_notice_that_comes_after_the_report_is_compared_too(shelf: Store):
    """The order in which documents come in does not matter: a report that hardens an order is listed."""
    order = "Local authorities should encourage platforms to waive fees for small sellers until 30 June 2020."
    told = "Platforms must waive fees for small sellers until 30 June 2020 under notice MT [2020] 14."
    found = Disagreements(shelf)
    [reporting] = put(shelf, report(told))
    found.examine()
    [ruling] = put(shelf, notice(order))
    try:
        found.examine()
        assert [each.how for each in found.listed()] == ["duty"]
    finally:
        shelf.remove(reporting.id)
        shelf.remove(ruling.id)


def test_disagreements_on_the_command_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """`caveat library disagreements` shows who says what and both quotes; with --json the same as objects."""
    monkeypatch.setenv("CAVEAT_HOME", str(home))
    files = []
    for number, text in enumerate((*FILLING, *DISAGREE["another count at the same day"])):
        files.append(home.parent / f"{number}.txt")
        files[-1].write_text(text, encoding="utf-8")
    assert main(["ingest", "--quiet", *map(str, files)]) == 0
    capsys.readouterr()
    assert main(["library", "disagreements"]) == 0
    shown = capsys.readouterr().out
    assert "Harbour Ledger (3 March 2020) says “200 cities”, Northgate Wire (3 March 2020) says “151 cities”." in shown
    assert "“As of 29 February 2020, the health code was in use in 151 cities.”" in shown
    assert "1 disagreement among 8 documents." in shown
    assert main(["library", "disagreements", "--json"]) == 0
    [listed] = json.loads(capsys.readouterr().out)["disagreements"]
    assert {listed["one"]["title"], listed["other"]["title"]} == {
        "News of Harbour Ledger on 3 March 2020", "News of Northgate Wire on 3 March 2020",
    }  # fmt: skip


def test_disagreements_over_http(hashing_store: Store, sample_library: Path):
    """`GET /v1/disagreements` goes on with what was not examined, and gives both sides as citations."""
    list(hashing_store.ingest(gather([str(sample_library)])))
    with TestClient(
        create_app(hashing_store, Settings(home=hashing_store.home, embedder="hashing")), base_url="http://127.0.0.1"
    ) as client:
        left = len(hashing_store.library.ids())
        while (told := client.get("/v1/disagreements").json())["unexamined"]:
            assert told["unexamined"] < left
            left = told["unexamined"]
        assert {each["how"] for each in told["disagreements"]} == {"figure", "duty"}
        for citation in (each[side] for each in told["disagreements"] for side in ("one", "other")):
            text = client.get(f"/v1/documents/{citation['document_id']}/text").content.decode()
            assert text[citation["span"]["start"] : citation["span"]["end"]] == citation["quote"]
        for each in told["disagreements"]:
            for side in ("one", "other"):
                start, end = each[f"{side}_words"].values()
                assert each[side]["span"]["start"] <= start < end <= each[side]["span"]["end"]
        cited = {each[side]["document_id"] for each in told["disagreements"] for side in ("one", "other")}
        assert {each["id"] for each in told["documents"]} == cited


def test_a_bare_day_is_the_last_one_named_or_the_last_before_the_issue():
    """23日 behind 7月1日 is of July; alone it is the last 23rd before the document came out."""
    about = Metadata(issued=date(2024, 7, 5))
    told = said(standing_alone("7月1日20时至2日20时，记者5日从指挥部获悉。", about)).days
    assert [each.day for each in told] == ["2024-7-1", "2024-7-2", "2024-7-5"]
    assert [each.day for each in said(standing_alone("23日14时，水位上涨。", about)).days] == ["2024-6-23"]
