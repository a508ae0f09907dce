from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import first_date
from ingest.designations import own_keys, target_keys
from ingest.document import Metadata, Reading, Relation
from ingest.metadata import find, title_of
from ingest.reading import markdown

NOTICE = """Notice on epidemic control with digital tools

Issuer: Ministry of Digital Industry
Number: MDI IT [2020] 14
Issued: 24 February 2020
Effective: 1 March 2020
Status: In force

1. This notice is for local authorities, and it is in force in all of the provinces.

2. It supersedes notice MDI IT [2020] 6 of 31 January 2020. Notice No. 7 of 2019 is hereby repealed.
"""

CHINESE = """工业和信息化部办公厅关于运用新一代信息技术支撑服务疫情防控和复工复产工作的通知

工信厅信软〔2020〕8号

各省、自治区、直辖市工业和信息化主管部门：

本通知自2020年3月1日起施行。《关于旧事项的通知》（工信厅信软〔2019〕2号）同时废止。

工业和信息化部办公厅
2020年2月18日
"""


def found(text: str, name: str = "file.txt", **hints: str) -> Metadata:
    return find(Reading(text=text, hints=hints), name)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("24 February 2020", date(2020, 2, 24)),
        ("24th of Feb. 2020", date(2020, 2, 24)),
        ("February 24, 2020", date(2020, 2, 24)),
        ("March 21–22, 2023", date(2023, 3, 22)),
        ("January 31–February 1, 2023", date(2023, 2, 1)),
        ("2020-02-24", date(2020, 2, 24)),
        ("2020年2月24日", date(2020, 2, 24)),
        ("二〇二〇年二月二十四日", date(2020, 2, 24)),
        ("20200224", date(2020, 2, 24)),
        ("31 February 2020", None),
        ("1202002241", None),
        ("no date", None),
    ],
)
def test_dates_are_read_in_each_form(written: str, day: date | None) -> None:
    """A date is the same day in each form that notices use; what the calendar lacks is no date."""
    assert first_date(f"on {written} it") == day


@given(st.text(alphabet="0123456789-/年月日 MarchFeby十二〇", max_size=40))
def test_no_text_breaks_the_dates(text: str) -> None:
    """Any text holds a date or none."""
    assert first_date(text) is None or first_date(text) is not None


def test_a_header_states_a_notice() -> None:
    """Labelled lines at the top state issuer, number, dates and status; a sentence states what is superseded."""
    assert found(NOTICE) == Metadata(
        issuer="Ministry of Digital Industry",
        number="MDI IT [2020] 14",
        kind="notice",
        issued=date(2020, 2, 24),
        effective=date(2020, 3, 1),
        status="in_force",
        relations=(
            Relation(kind="supersedes", target="MDI IT [2020] 6"),
            Relation(kind="repeals", target="Notice No. 7 of 2019"),
        ),
        language="en",
    )


def test_a_chinese_notice_states_itself_by_form() -> None:
    """Heading, number line, closing clause and signature of a Chinese notice are statements."""
    assert found(CHINESE) == Metadata(
        issuer="工业和信息化部",
        number="工信厅信软〔2020〕8号",
        kind="notice",
        issued=date(2020, 2, 18),
        effective=date(2020, 3, 1),
        relations=(Relation(kind="repeals", target="《关于旧事项的通知》（工信厅信软〔2019〕2号）"),),
        language="zh",
    )


HEAD = "Notice on mackerel\n\nIssuer: Marine Authority\nNumber: MFA 14/2023\nIssued: 21 November 2023\n\n"


def test_one_letter_in_a_number_and_a_title_in_brackets_behind_it() -> None:
    """ "Notice P-8/2023 (Liquidity buffer)" is one document, which answers to the number."""
    sentence = (
        "Notice P-8/2023 (Liquidity buffer of institutions) is superseded by this notice and ceases to have effect."
    )
    assert found(HEAD + sentence).relations[0] == Relation(kind="supersedes", target="Notice P-8/2023")
    about = found(
        "Office of Merrow\n\nNotice P-8/2023\nLiquidity buffer\n\nIssued: 6 November 2023\n\nFirms must hold more."
    )
    assert set(own_keys("Liquidity buffer", about)) & set(target_keys("Notice P-8/2023"))


def test_a_table_of_two_columns_is_a_head() -> None:
    """Labels need no colon where a table parts them from their values."""
    about = found(
        "Notice on buffers\n\nIssued | 10 February 2025\nEffective | 1 April 2025\nSupersedes | Notice P-8/2023\n\nMore."
    )
    assert (about.issued, about.effective) == (date(2025, 2, 10), date(2025, 4, 1))
    assert about.relations == (Relation(kind="supersedes", target="Notice P-8/2023"),)


def test_a_chinese_announcement_states_when_it_holds_and_what_it_adjusts() -> None:
    """通告 as 通知 does; 作如下调整 amends."""
    head = "关于伏季休渔的通告\n\n南农渔通〔2026〕2号\n\n"
    about = found(head + "本通告自2026年5月1日起施行，有效期至2026年8月16日。")
    assert (about.effective, about.expires) == (date(2026, 5, 1), date(2026, 8, 16))
    told = found(head + "经研究，决定对《实施细则》（澜商规〔2026〕3号）作如下调整：")
    assert told.relations == (Relation(kind="amends", target="《实施细则》（澜商规〔2026〕3号）"),)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("This Notice repeals Notice MFA 9/2022.", "repeals"),
        ("Notice MFA 9/2022 is hereby revoked.", "repeals"),
        ("Notice MFA 9/2022 ceases to have effect on 1 May 2024.", "repeals"),
        ("In the light of the stock, Notice MFA 9/2022 is amended as follows.", "amends"),
        ("This Notice amends Notice MFA 9/2022.", "amends"),
        ('In Article 1 of Notice MFA 9/2022, "5 tonnes" is replaced by "6 tonnes".', "amends"),
        ("This Notice supersedes Notice MFA 9/2022.", "supersedes"),
        ("Notice MFA 9/2022 is replaced by this Notice.", "supersedes"),
    ],
)
def test_a_number_before_its_year_names_a_document(sentence: str, kind: str) -> None:
    """Numbers such as 9/2022, 2019/947 and 12 of 2021 are read in what a document says of another."""
    assert found(HEAD + sentence).relations == (Relation(kind=kind, target="Notice MFA 9/2022"),)
    assert (
        found(HEAD + "This Notice repeals Regulation (EU) 2019/947.").relations[0].target == "Regulation (EU) 2019/947"
    )
    assert found(HEAD + "This Notice repeals Circular 12 of 2021.").relations[0].target == "Circular 12 of 2021"


@pytest.mark.parametrize(
    ("sentence", "expires"),
    [
        ("This Notice enters into force on 1 January 2024 and expires on 31 December 2024.", date(2024, 12, 31)),
        ("本通知自2024年10月1日起施行，有效期5年。", date(2029, 9, 30)),
        ("本办法自2024年2月29日起施行，有效期为三年。", date(2027, 2, 28)),
        ("本通知自2024年10月1日起施行，有效期0年。", None),
        ("This Notice enters into force on 1 January 2024. The permit expires on 31 December 2024.", None),
    ],
)
def test_how_long_a_document_holds(sentence: str, expires: date | None) -> None:
    """It says so together with its entry into force, as a day or in years from that day."""
    assert found(HEAD + sentence).expires == expires


def test_the_head_of_a_chinese_notice_in_markdown_keeps_its_lines() -> None:
    """Issuer, number and day on lines of their own are one paragraph to Markdown, and are no sentence; prose is joined as before."""
    head = "# 关于补贴的通知\n\n松溪市民政局\n松民发〔2024〕22号\n2024年9月25日\n\n补贴自十月起\n发放。"
    reading = markdown.read(head.encode())
    assert reading.text.endswith("松溪市民政局\n松民发〔2024〕22号\n2024年9月25日\n\n补贴自十月起发放。")
    about = find(reading, "notice.md")
    assert (about.issuer, about.number, about.issued) == ("松溪市民政局", "松民发〔2024〕22号", date(2024, 9, 25))
    assert markdown.read(head.replace("局\n", "局  \n").encode()).text == reading.text
    wrapped = "It was signed on\n19 March 2024\nin Osk, and stands."
    assert markdown.read(wrapped.encode()).text == wrapped.replace("\n", " ")


def test_a_report_about_a_notice_is_a_report() -> None:
    """An outlet line makes a report; the number, dates and doings of the notice it tells of are not its own."""
    report = found(
        "Codes spread\n\nOutlet: Harbour Ledger\nPublished: 3 March 2020\n\n"
        "The ministry issued notice MDI IT [2020] 14. "
        "“This notice supersedes Notice No. 6”, it says. This notice takes effect on 1 March 2020."
    )
    assert (report.kind, report.outlet, report.issued) == ("report", "Harbour Ledger", date(2020, 3, 3))
    assert (report.issuer, report.number, report.effective, report.relations) == (None, None, None, ())


@pytest.mark.parametrize(
    ("text", "outlet", "issued", "title"),
    [
        ("The Tolland Post\nSaturday, 11 May 2024\n\nFree lunches\n\nPupils eat.", "The Tolland Post", date(2024, 5, 11), "Free lunches"),
        ("Data centres grow\n\nThe Grid Journal, 19 March 2024\n\nThey grew.", "The Grid Journal", date(2024, 3, 19), "Data centres grow"),
        ("Tidewater Press Agency\n22 November 2023\n\nCatch cut\n\nIt fell.", "Tidewater Press Agency", date(2023, 11, 22), "Catch cut"),
        ("临川晚报\n2024年12月3日\n新版目录落地\n\n目录已执行。", "临川晚报", date(2024, 12, 3), "新版目录落地"),
        ("松溪日报 2024年10月9日\n\n补贴提标\n\n已经实施。", "松溪日报", date(2024, 10, 9), "补贴提标"),
        ("目录落地\n来源：临川晚报\n\n目录已执行。", "临川晚报", None, "目录落地"),
        ("Official Gazette\n19 March 2024\n\nNotice on dues\n\nDues rise.", None, date(2024, 3, 19), "Official Gazette"),
        ("Letters\n\nHe wrote to the Tolland Post on 19 March 2024.", None, None, "Letters"),
    ],
)  # fmt: skip
def test_a_masthead_names_the_paper_and_its_day(text: str, outlet: str | None, issued: date | None, title: str) -> None:
    """A paper's name with its day among the first lines makes a report; the headline below it is the title."""
    about = found(text)
    assert (about.outlet, about.issued) == (outlet, issued)
    assert about.kind == ("report" if outlet else "other")
    assert title_of(Reading(text=text), "x.txt") == title
    assert title_of(Reading(text=text, title=text.split("\n", maxsplit=1)[0]), "x.txt") == title


def test_nothing_is_guessed() -> None:
    """A text that names a ministry, a notice and a date in its prose states none of them of itself."""
    prose = "In May 2020 the MIIT (Ministry of IT) issued ‘Notice on facilitating work’, No. 8, and it is law."
    assert found(prose) == Metadata(language="en")


def test_minutes_name_their_committee_and_day() -> None:
    """Minutes are issued by their committee, on the day in the file's name, else on the last day of the meeting."""
    text = (
        "Minutes of the Federal Open Market Committee March 21–22, 2023 A joint meeting of the Committee was held. " * 3
    )
    assert found(text).issuer == "Federal Open Market Committee"
    assert found(text).issued == date(2023, 3, 22)
    assert found(text, "MeetingDate=2023-03-21_UploadedOn=20230412.txt").issued == date(2023, 4, 12)
    assert found(text).kind == "other"
    assert title_of(Reading(text=text), "x.txt") == "Minutes of the Federal Open Market Committee March 21–22, 2023"


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Status: Draft for comment", "draft"),
        ("Status: repealed", "repealed"),
        ("Status: no longer in force", "repealed"),
        ("Status: not yet in force", "unknown"),
        ("状态：现行有效", "in_force"),
        ("状态：试行", "trial"),
        ("Status: whatever", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_status_line_is_understood(line: str, status: str) -> None:
    """A status is one of five that a line states, and unknown for any other words."""
    assert found(f"A heading\n\n{line}\n\nThe text.").status == status


def test_a_heading_states_trial() -> None:
    """A notice whose heading says 试行 is on trial."""
    assert (
        found("数字部关于健康码的管理办法（试行）\n\n发文机关：数字部\n文号：数〔2020〕1号\n\n正文。").status == "trial"
    )


def test_hints_of_the_file_count() -> None:
    """What a page's head states counts where its text states nothing; the text comes first."""
    assert found("Words.", publisher="Xinhua", date="2020-03-04").kind == "report"
    assert found("Words.", publisher="Xinhua", date="2020-03-04").issued == date(2020, 3, 4)
    assert found("Issued: 2020-03-03\n\nWords.", date="2020-03-04").issued == date(2020, 3, 3)


def test_labels_below_the_first_sentence_are_not_the_documents() -> None:
    """A digest that lists notices under labels further down does not become one of them."""
    text = "Digest\n\nThe week in notices.\n\nIssuer: Ministry\nNumber: 12\n"
    assert (found(text).issuer, found(text).number) == (None, None)


@pytest.mark.parametrize(
    ("reading", "title"),
    [
        (Reading(text="First line\n\nMore.", title="Stated"), "Stated"),
        (Reading(text="Lead\nTitle: The title\n\nMore."), "The title"),
        (Reading(text="\nFirst line\n\nMore."), "First line"),
        (Reading(text="A sentence of many words that goes on " + "and on " * 30), None),
        (Reading(text=""), "my notice 2020"),
    ],
)
def test_a_title_is_always_found(reading: Reading, title: str | None) -> None:
    """A title is what is stated, else the short first line, else its opening words cut between words, else the name."""
    got = title_of(reading, "folder/my-notice_2020.txt")
    if title is not None:
        assert got == title
    else:
        assert len(got) <= 80
        assert got.endswith(("on…", "and…"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The notice is in force and it applies to all of the provinces.", "en"),
        ("本通知适用于各地主管部门和互联网平台。", "zh"),
        ("これは日本語の文章です。とても短いです。", "und"),
        ("Le texte est écrit en français, sans autre mention.", "und"),
        ("12 345", "und"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    """Chinese and English are told by their characters and words; for others only what the file states counts."""
    assert found(text).language == language
    assert found("Le texte est écrit en français.", language="fr-FR").language == "fr"


def test_a_letterhead_names_the_authority():
    """An authority in capitals on a line of its own, with the number of its notice, or with words that order in its own name."""
    notice = found(
        "REPUBLIC OF TAVERRA\nMINISTRY OF WATER AND RURAL WORKS\nPublic Notice No. 41 of 2024\n\n"
        "Limits on the Lower Ossel\n\n1. No person shall fish.\n"
    )
    assert (notice.kind, notice.issuer, notice.number) == (
        "notice",
        "MINISTRY OF WATER AND RURAL WORKS",
        "Public Notice No. 41 of 2024",
    )
    order = found(
        "SECURITIES COMMISSION OF KELMARE\n\nIn the matter of Oslo Brokers\n\n1. The Commission hereby imposes a penalty of 400 crowns.\n"
    )
    assert (order.kind, order.issuer) == ("notice", "SECURITIES COMMISSION OF KELMARE")
    paper = found("OFFICE FOR POSTAL SERVICES\n\nThe future of Saturday post\n\n1. We ask for views by 3 May.\n")
    assert (paper.kind, paper.issuer) == ("other", "OFFICE FOR POSTAL SERVICES")
    chinese = found("云汀市临江区人民政府\n关于实施夜间限行的通告\n\n一、限行时间为每日22时至次日6时。\n")
    assert (chinese.kind, chinese.issuer) == ("notice", "云汀市临江区人民政府")
