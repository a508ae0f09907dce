"""Outdated: what no longer holds at the time a question is about, told with the words that say so; quiet where it holds."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sql
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Claim, Doubt, cite
from assistant.asked import Asked, asked
from assistant.doubts.from_library import FromLibrary
from ingest.designations import namings, number_keys, own_keys, target_keys
from ingest.document import Document, Metadata, Span
from ingest.sources import Source, from_json_lines
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

TODAY = asked("", today=date(2026, 11, 28))
OLD = """Notice on head counts

Issuer: Ministry of Trade
Number: MT [2020] 6
Issued: 31 January 2020

Reopened firms must report head counts on paper every day.

Operators must delete location records after 60 days."""
NEW = """Notice on reports

Issuer: Ministry of Trade
Number: MT [2020] 14
Issued: 24 February 2020
Effective: 1 March 2020

Reopened firms must report head counts online once a week. This notice supersedes notice MT [2020] 6 of 31 January 2020."""
OLD_ZH = """关于报送在岗人数的通知

发文机关：贸易部
文号：贸信〔2020〕6号
发布日期：2020年1月31日

复工企业必须每天以纸质形式报送在岗人数。"""
NEW_ZH = """关于网上报送的通知

发文机关：贸易部
文号：贸信〔2020〕14号
发布日期：2020年2月24日

复工企业必须每周在网上报送一次在岗人数。贸信〔2020〕6号通知同时废止。"""
RULE = """Temporary rule on road passes

Issuer: Ministry of Trade
Number: MT [2020] 9
Issued: 10 February 2020

Counties must issue a road pass within two working days of the application.

This rule is valid from 12 February 2020 until 31 March 2020."""
REPORT = """At the checkpoint

Outlet: Quay Observer
Published: 20 February 2020

The rules come from notice MT [2020] 6:

- reopened firms must report head counts on paper every day
- operators must delete location records after 60 days

Dogs may travel on the lower deck."""


def keep(store: Store, *texts: str) -> list[Document]:
    lines = [json.dumps({"_id": text.split("\n")[0], "text": text}, ensure_ascii=False) for text in texts]
    ids = [outcome.id for outcome in store.ingest(from_json_lines("\n".join(lines).encode(), "test:"))]
    return [document for each in ids if each and (document := store.library.document(each))]


def claim(document: Document, words: str) -> Claim:
    start = document.text.index(words)
    span = next(s.span for s in document.statements if s.span.start <= start < s.span.end)
    text = document.quote(span)
    return Claim(
        id="c1",
        text=text,
        span=Span(start=0, end=len(text)),
        verdict="supported",
        citations=(cite(document, span),),
    )


def doubt(store: Store, document: Document, words: str, time: Asked = TODAY) -> Doubt | None:
    [told] = FromLibrary(store).at(time).doubted([claim(document, words)])
    found = [each for each in told.doubts if each.kind == "outdated"]
    for each in found:
        for evidence in each.evidence:
            held = store.library.document(evidence.document_id)
            assert held is not None
            assert held.quote(evidence.span) == evidence.quote
    return found[0] if found else None


def test_a_superseded_notice_is_told_with_what_took_its_place_and_its_words(hashing_store: Store):
    """The reason names both notices and the day; the evidence is the sentence of the newer one, to the character."""
    old, _ = keep(hashing_store, OLD, NEW)
    found = doubt(hashing_store, old, "Reopened firms must report")
    assert found is not None
    assert (
        found.reason == "Notice MT [2020] 6 was superseded on 1 March 2020 by notice MT [2020] 14 (24 February 2020)."
    )
    assert [each.quote for each in found.evidence] == ["This notice supersedes notice MT [2020] 6 of 31 January 2020."]


def test_chinese_notices_are_told_in_chinese(hashing_store: Store):
    """A repeal by number in a Chinese notice is found, and the reason is Chinese."""
    old, new = keep(hashing_store, OLD_ZH, NEW_ZH)
    found = doubt(hashing_store, old, "复工企业必须每天")
    assert found is not None
    assert found.reason == "贸信〔2020〕6号通知已于2020年2月24日被贸信〔2020〕14号通知（2020年2月24日）废止。"
    assert [each.quote for each in found.evidence] == ["贸信〔2020〕6号通知同时废止。"]
    assert doubt(hashing_store, new, "复工企业必须每周") is None


def test_the_newer_notice_is_quiet(hashing_store: Store):
    """Nothing of what took another's place is outdated, least of all the sentence that says so."""
    _, new = keep(hashing_store, OLD, NEW)
    assert doubt(hashing_store, new, "Reopened firms must report") is None
    assert doubt(hashing_store, new, "This notice supersedes") is None


@given(day=st.dates(date(2019, 1, 1), date(2030, 12, 31)))
def test_no_doubt_before_the_superseding(shelf: tuple[Store, Document, Document], day: date):
    """What a filter asks for as of a day is outdated exactly from the day on which the newer notice takes effect."""
    store, old, report = shelf
    time = asked("", as_of=day)
    for document, words in ((old, "Reopened firms"), (report, "reopened firms")):
        assert (doubt(store, document, words, time) is not None) == (day >= date(2020, 3, 1))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Document, Document]:
    store = Store(tmp_path_factory.mktemp("home"), HashingEmbedder())
    old, _, report = keep(store, OLD, NEW, REPORT)
    return store, old, report


def test_removing_the_newer_notice_takes_the_doubt_away_at_once(hashing_store: Store):
    """The library is asked at that moment: no doubt rests on a document that is gone, and it is back with the document."""
    old, new = keep(hashing_store, OLD, NEW)
    assert doubt(hashing_store, old, "Operators must delete") is not None
    hashing_store.remove(new.id)
    assert doubt(hashing_store, old, "Operators must delete") is None
    keep(hashing_store, NEW)
    assert doubt(hashing_store, old, "Operators must delete") is not None


def test_an_expired_rule_is_told_by_its_own_words(hashing_store: Store):
    """The sentence that sets the term is the evidence; within the term the rule is quiet, before it takes effect it is not."""
    [rule] = keep(hashing_store, RULE)
    found = doubt(hashing_store, rule, "Counties must issue")
    assert found is not None
    assert found.reason == "Notice MT [2020] 9 expired on 31 March 2020."
    assert [each.quote for each in found.evidence] == ["This rule is valid from 12 February 2020 until 31 March 2020."]
    assert doubt(hashing_store, rule, "Counties must issue", asked("", as_of=date(2020, 3, 31))) is None
    assert doubt(hashing_store, rule, "Counties must issue", asked("What held in April 2020?")) is not None
    assert doubt(hashing_store, rule, "Counties must issue", asked("What held in March 2020?")) is None


def test_a_notice_that_does_not_hold_yet_is_told(hashing_store: Store):
    """On a day before a notice takes effect its duties do not hold."""
    [_, new] = keep(hashing_store, OLD, NEW)
    found = doubt(hashing_store, new, "Reopened firms", asked("", as_of=date(2020, 2, 26)))
    assert found is not None
    assert found.reason == "Notice MT [2020] 14 takes effect only on 1 March 2020."


def test_a_report_that_restates_a_superseded_rule_is_told_and_its_other_words_are_not(hashing_store: Store):
    """The rule of the old notice is outdated in a report too; what else the report says is not."""
    _, _, report = keep(hashing_store, OLD, NEW, REPORT)
    found = doubt(hashing_store, report, "operators must delete")
    assert found is not None
    assert found.reason == (
        "This is a rule of notice MT [2020] 6, which was superseded on 1 March 2020 by notice MT [2020] 14 (24 February 2020)."
    )
    assert doubt(hashing_store, report, "Dogs may travel") is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Notice MT [2020] 6 was replaced by notice MT [2020] 14 in February 2020.",
        "Under the earlier notice MT [2020] 6 reopened firms had to report head counts on paper every day.",
        "Reopened firms must report head counts online once a week under notice MT [2020] 14.",
        "Notice MT [2020] 6 was issued on 31 January 2020.",
    ],
)
def test_a_report_that_tells_of_the_change_or_the_present_rule_is_quiet(hashing_store: Store, sentence: str):
    """Saying that a rule is past, or what holds now, restates nothing that lapsed."""
    *_, report = keep(
        hashing_store, OLD, NEW, f"On reports\n\nOutlet: Quay Observer\nPublished: 5 March 2020\n\n{sentence}"
    )
    assert doubt(hashing_store, report, sentence[:20]) is None


def test_only_the_amended_clause_is_told(hashing_store: Store):
    """An amendment that names a clause touches that clause alone."""
    text = "Notice on fees\n\nIssuer: Ministry of Trade\nNumber: No. 3 of 2018\nIssued: 1 March 2018\n\n{}"
    clauses = "1. Platforms must list their fees on one page.\n\n2. Platforms must answer a complaint within ten days."
    amending = (
        "Notice on complaints\n\nIssuer: Ministry of Trade\nNumber: No. 8 of 2019\nIssued: 1 June 2019\n\n"
        "Article 2 of Notice No. 3 of 2018 is amended to read: an answer is due within five days."
    )
    old, _ = keep(hashing_store, text.format(clauses), amending)
    assert doubt(hashing_store, old, "Platforms must list") is None
    found = doubt(hashing_store, old, "Platforms must answer")
    assert found is not None
    assert found.reason.startswith("Notice No. 3 of 2018 was amended on 1 June 2019 by notice No. 8 of 2019")


@pytest.mark.parametrize(
    "amending",
    [
        "Notice No. 3 of 2018 is amended as follows.\n\nPlatforms must answer a complaint within five days.",
        "Notice No. 3 of 2018 is amended.\n\nIn paragraph 2, for “ten” substitute “five”.",
    ],
)
def test_an_amendment_touches_what_it_speaks_of(hashing_store: Store, amending: str):
    """Where the sentence that amends names no clause, other sentences do, by number or by what they say."""
    head = "Notice on {}\n\nIssuer: Ministry of Trade\nNumber: No. {}\nIssued: 1 June {}\n\n"
    old, _ = keep(
        hashing_store,
        head.format("fees", "3 of 2018", 2018)
        + "1. Platforms must list their fees on one page.\n\n2. Platforms must answer a complaint within ten days.",
        head.format("complaints", "8 of 2019", 2019) + amending,
    )
    assert doubt(hashing_store, old, "Platforms must list") is None
    found = doubt(hashing_store, old, "Platforms must answer")
    assert found is not None
    assert "amended" in found.reason


def test_a_change_of_what_differs_touches_what_the_newer_one_speaks_of(hashing_store: Store):
    """与本通知不一致的，以本通知为准 outdates the clause that the newer notice words anew, and leaves the others alone."""
    old = OLD_ZH.replace("复工企业必须每天", "复工企业不得兑换现金。\n\n复工企业必须每天")
    new = NEW_ZH.replace("贸信〔2020〕6号通知同时废止。", "贸信〔2020〕6号通知与本通知不一致的，以本通知为准。")
    first, _ = keep(hashing_store, old, new)
    found = doubt(hashing_store, first, "复工企业必须每天")
    assert found is not None
    assert "修改" in found.reason
    assert [each.quote for each in found.evidence] == ["贸信〔2020〕6号通知与本通知不一致的，以本通知为准。"]
    assert doubt(hashing_store, first, "复工企业不得") is None


def test_a_number_before_its_year_tells_which_notice_was_replaced(hashing_store: Store):
    """MFA 9/2022 and MFA 14/2023 are as good as numbers in brackets."""
    old, _ = keep(
        hashing_store,
        OLD.replace("MT [2020] 6", "MT 6/2020"),
        NEW.replace("MT [2020] 6", "MT 6/2020")
        .replace("MT [2020] 14", "MT 14/2020")
        .replace("Ministry of Trade", "Trade Office"),
    )
    found = doubt(hashing_store, old, "Reopened firms must report")
    assert found is not None
    assert found.reason == "Notice MT 6/2020 was superseded on 1 March 2020 by notice MT 14/2020 (24 February 2020)."


def test_a_number_without_letters_means_a_document_of_the_same_issuer(hashing_store: Store):
    """Notice No. 7 of one ministry does not repeal Notice No. 3 of another, nor a notice the order of that number."""
    text = "{kind} on {what}\n\nIssuer: {issuer}\nNumber: {kind} No. 3 of 2018\nIssued: 1 March 2018\n\nShops must close at {what}."
    other = text.format(kind="Notice", what="noon", issuer="Ministry of Ports")
    order = text.format(kind="Order", what="night", issuer="Ministry of Trade")
    repeal = (
        "Notice on opening hours\n\nIssuer: Ministry of Trade\nNumber: Notice No. 7 of 2019\nIssued: 1 June 2019\n\n"
        "Notice No. 3 of 2018 is repealed."
    )
    first, second, _ = keep(hashing_store, other, order, repeal)
    assert doubt(hashing_store, first, "Shops must close") is None
    assert doubt(hashing_store, second, "Shops must close") is None


VERSION = """Guide to the supply database

Issuer: Ministry of Trade
Issued: {issued}

Platforms may use the database free of charge.

Buyers register with their tax number.

Orders are answered within {days} days.

Questions are answered by the trade bureau."""


def test_a_newer_version_outdates_only_the_words_that_it_dropped(hashing_store: Store):
    """Of an older version what the newer one still says is quiet; a document of the same title with other text is none."""
    minutes = "Minutes of the board\n\nIssuer: Ministry of Trade\nIssued: {}\n\nThe board met in {}. It spoke of {}."
    old, _, first, _ = keep(
        hashing_store,
        VERSION.format(issued="1 March 2019", days="ten"),
        VERSION.format(issued="1 May 2020", days="three").replace("Guide", " Guide", 1),
        minutes.format("1 March 2019", "Linqiao", "fees and roads"),
        minutes.format("1 May 2020", "Baigang", "masks and freight").replace("Minutes", " Minutes", 1),
    )
    found = doubt(hashing_store, old, "Orders are answered")
    assert found is not None
    assert "newer version of this document" in found.reason
    assert found.evidence[0].quote == "Issued: 1 May 2020"
    assert doubt(hashing_store, old, "Buyers register") is None
    assert doubt(hashing_store, old, "Orders are answered", asked("", as_of=date(2019, 6, 1))) is None
    assert doubt(hashing_store, first, "The board met") is None


COUNT = {
    "en": "The code spreads\n\nOutlet: {outlet}\nPublished: {day}\n\nAs of {day}, {count} cities used the health code.",
    "zh": "健康码进展\n\n媒体：{outlet}\n发布日期：{day}\n\n截至{day}，共有{count}个城市使用健康码。",
}


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [("en", "29 February 2020", "31 March 2020"), ("zh", "2020年2月29日", "2020年3月31日")],
)
def test_a_figure_as_of_a_day_is_outdated_by_a_newer_one_unless_that_day_is_asked_about(
    hashing_store: Store, language: str, first: str, then: str
):
    """The newer figure for the same quantity is shown; who asks about the older day gets the older figure in peace."""
    old, new, *_ = keep(
        hashing_store,
        COUNT[language].format(outlet="青桥日报", day=first, count=200),
        COUNT[language].format(outlet="启明财讯", day=then, count=310).replace("\n", " \n", 1),
        OLD,
        RULE,
        OLD_ZH,
        NEW_ZH,
    )
    words = "200 cities" if language == "en" else "200个城市"
    found = doubt(hashing_store, old, words)
    assert found is not None
    assert "310" in found.reason
    assert "310" in found.evidence[0].quote
    assert doubt(hashing_store, new, "310") is None
    assert doubt(hashing_store, old, words, asked("How many cities in February 2020?")) is None
    assert doubt(hashing_store, old, words, asked("", as_of=date(2020, 3, 10))) is None


@pytest.mark.parametrize(
    ("question", "last"),
    [
        ("What does MDI IT [2020] 6 require?", None),
        ("What did the notice of 31 January 2020 require?", None),
        ("2020年1月31日发布的通知要求什么？", None),
        ("数信〔2020〕6号通知现在还有效吗？", None),
        ("What did operators have to do on 22 February 2020?", date(2020, 2, 22)),
        ("2020年2月时企业要怎样报送？", date(2020, 2, 29)),
        ("Is Notice MFA 14/2023 still in force?", None),
        ("Does Regulation (EU) 2019/947 apply to kites?", None),
        ("Is Order No. 318/2023 in force?", None),
        ("Is Circular 12 of 2021 in force?", None),
        ("What does Decision 46 of 26 January 2024 say?", None),
        ("What does notice TS/2023/118 allow?", None),
        ("What is exempt under S.I. 2023 No. 41?", None),
        ("What was said in 2020?", date(2020, 12, 31)),
        ("What has changed since March 2020?", date(2026, 11, 28)),
        ("2020年3月以来有什么变化？", date(2026, 11, 28)),
        ("Since firms stopped reporting, what was the figure in February 2020?", date(2020, 2, 29)),
        ("封城之后，2020年2月企业必须报送什么？", date(2020, 2, 29)),
        ("What happened in the week from 3 March 2020 on to 5 March 2020?", date(2020, 3, 5)),
    ],
)
def test_the_time_of_a_question_is_not_the_date_of_a_document(question: str, last: date | None):
    """A date that names a document by its issue or its number is not the time asked about."""
    time = asked(question, today=date(2026, 11, 28))
    assert time.told == (last is not None)
    assert time.last == (last or date(2026, 11, 28))


def test_a_document_is_named_alike_however_its_number_is_written():
    """Spaces, brackets and the words around a number do not count; another year or other letters do."""
    assert number_keys("MDI IT [2020] 6") == number_keys("Notice MDI IT〔2020〕6") == ("mdiit/2020-6",)
    assert number_keys("No. 5 of 2019") == number_keys("Order No. 5 [2019]")
    assert set(number_keys("数信〔2020〕6号")) <= set(number_keys("按照数信[2020]第6号"))
    assert target_keys("Notice MFA 14/2023") == number_keys("MFA 14/2023") == ("mfa/2023-14",)
    assert target_keys("Circular 12 of 2021") == number_keys("No. 12 of 2021")
    named = "Notice MFA 9/2022, SI 2021/1094 and Decision 27/2024, not FY 2019/20 or CPI 5/2020, paid on 3/2024"
    assert [named[each.start : each.end] for each in namings(named)] == ["Notice MFA 9/2022", "SI 2021/1094"]
    assert number_keys("MDI IT [2021] 6") != number_keys("MDI IT [2020] 6") != number_keys("MDI HR [2020] 6")
    own = own_keys("贸易部关于印发《数据安全管理办法》的通知", Metadata(issuer="贸易部"))
    assert set(target_keys("《数据安全管理办法》")) <= set(own)
    text = "按照贸信〔2020〕6号和《数据安全管理办法》执行"
    assert [text[each.start : each.end] for each in namings(text)] == ["按照贸信〔2020〕6号", "《数据安全管理办法》"]


def test_a_number_of_any_length_is_read(hashing_store: Store):
    """A hostile document with thousands of digits or letters for its number is kept as any other."""
    assert number_keys("9" * 5000) == ()
    assert all(len(key) < 300 for key in number_keys(f"{'数' * 3000}〔2020〕6号"))
    text = f"Notice\n\nIssuer: Office\nNumber: X {'7' * 4400}\n\nThis notice supersedes Notice No. {'9' * 4400}. Firms must report."
    source = Source(uri="library:long.txt", name="long.txt", content=text.encode())
    assert [outcome.status for outcome in hashing_store.ingest([source])] == ["added"]


def test_look_ups_are_made_for_a_library_that_came_before_them(home: Path):
    """A library without designations gets them when it is opened."""
    with Store(home, HashingEmbedder()) as store:
        old, _ = keep(store, OLD, NEW)
    engine = sql.create_engine(f"sqlite:///{home / 'library.db'}")
    with engine.begin() as connection:
        connection.execute(sql.text("drop table designations"))
        connection.execute(sql.text("drop table relations"))
    engine.dispose()
    with Store(home, HashingEmbedder()) as store:
        assert doubt(store, old, "Reopened firms must report") is not None
