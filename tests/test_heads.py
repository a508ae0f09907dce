"""Who speaks in a document and when it came out, by the form of its head and foot."""

from __future__ import annotations

import pytest

from ingest import heads
from ingest.document import Reading
from ingest.heads import Head
from ingest.metadata import find, title_of
from ingest.reading import html, markdown

PROSE = "\n\nBoats must look elsewhere this summer, the order says. It holds until autumn.\n\nNothing else changes."

PAPERS = [
    (
        "THE SKARRA HERALD\nSaturday 13 May 2023\n\nDredgers kept off",
        "THE SKARRA HERALD",
        "13 May 2023",
        "Dredgers kept off",
    ),
    (
        "Orrin Valley Gazette, 1 February 2024\n\nSchool to close",
        "Orrin Valley Gazette",
        "1 February 2024",
        "School to close",
    ),
    (
        "THE VELMARK OBSERVER, Business\n7 July 2023\n\nExports hold up",
        "THE VELMARK OBSERVER",
        "7 July 2023",
        "Exports hold up",
    ),
    (
        "Sandhaven Echo – Saturday supplement, 17 May 2025\n\nDeeper water",
        "Sandhaven Echo",
        "17 May 2025",
        "Deeper water",
    ),
    ("MPA 15 July 2025 / Harrin\n\nLAWNS GO DRY", "MPA", "15 July 2025", "LAWNS GO DRY"),
    ("RENNICK, 23 April 2025 (Inland News)\n\nMeasles spreads", "Inland News", "23 April 2025", "Measles spreads"),
    ("HADD PRESS SERVICE\nHadd, 22 November 2023", "HADD PRESS SERVICE", "22 November 2023", None),
    ("(CPA) Quill Haven, Sept 17\n\nCustoms hold container", "CPA", None, "Customs hold container"),
    ("云泽晚报　2024年6月29日　A5版 民生\n\n防腐剂超标", "云泽晚报", "2024年6月29日", "防腐剂超标"),
    ("《景川早报》2025年5月17日\n\n规则出炉", "景川早报", "2025年5月17日", "规则出炉"),
    ("东江财经 2026-03-13 09:42　记者 何思远\n\n补贴重启", "东江财经", "2026-03-13", None),
    (
        "安居参考（行业通讯）\n2025年3月5日\n\n使用率回升\n\n本刊讯 使用热度回暖。",
        "安居参考",
        "2025年3月5日",
        "使用率回升",
    ),
    (
        "QUILLHAVEN MAIL\nBusiness\nWednesday 22 January 2025\n\nPrices go up",
        "QUILLHAVEN MAIL",
        "22 January 2025",
        "Prices go up",
    ),
    (
        "NORTHERN PRESS AGENCY\nDATELINE: ALNWICH, 5 March 2024\nSLUG: MEASLES\n\nBoards struggle",
        "NORTHERN PRESS AGENCY",
        "5 March 2024",
        "Boards struggle",
    ),
    ("岷南都市报　10月24日\n\n电价调整", "岷南都市报", None, "电价调整"),
]


@pytest.mark.parametrize(("head", "outlet", "issued", "title"), PAPERS)
def test_a_masthead_names_the_paper_its_day_and_the_headline(
    head: str, outlet: str, issued: str | None, title: str | None
) -> None:
    """In capitals or not, with a section, a page, a place or a weekday beside it; a day without its year is none."""
    found = heads.read(head + PROSE)
    assert (found.outlet, found.issuer, found.issued) == (outlet, None, issued)
    assert title is None or found.title == title


def test_what_stands_behind_the_heading_in_a_page_title_names_the_paper() -> None:
    """Of a page whose title is its heading and a name; a ministry's name there names no paper."""
    page = "<html><head><title>{} - {}</title></head><body><h1>{}</h1><p>Firms must hold more.</p></body></html>"
    for name, outlet in (("Payments Ledger", "Payments Ledger"), ("Ministry of Ports", None)):
        read = html.read(page.format("Fifteen per cent", name, "Fifteen per cent").encode())
        assert find(read, "a.html").outlet == outlet
    assert title_of(html.read(page.format("补贴重启", "东江财经", "补贴重启").encode()), "a.html") == "补贴重启"


BODIES = [
    (
        "Area 31 Harvesters' Association\nStatement to members, 17 March 2025",
        "Area 31 Harvesters' Association",
        None,
        "17 March 2025",
    ),
    (
        "Skarra Fisheries Authority\nOrder No. 7 of 2023: scallop\nMade at Skarra, 12 May 2023",
        "Skarra Fisheries Authority",
        "Order No. 7 of 2023",
        "12 May 2023",
    ),
    (
        "REPUBLIC OF MARENDA\nMinistry of Water\nDeclaration of Drought No. 2/2025\n14 July 2025",
        "Ministry of Water",
        "Declaration of Drought No. 2/2025",
        "14 July 2025",
    ),
    (
        "Orrin County, Board of Education\nDecision ED/2024/031 of 26 January 2024",
        "Orrin County, Board of Education",
        "Decision ED/2024/031",
        "26 January 2024",
    ),
    (
        "ENERGY REGULATION OFFICE\nDecision 212/2024\n9 December 2024\nFire of 2 December 2024",
        "ENERGY REGULATION OFFICE",
        "Decision 212/2024",
        "9 December 2024",
    ),
    ("Lastowe School Board\nMinutes, 24 April 2025 (extract)", "Lastowe School Board", None, "24 April 2025"),
    (
        "Commissioners of Dunmarrow: minutes of the meeting of 28 May 2024 (extract)",
        "Commissioners of Dunmarrow",
        None,
        "28 May 2024",
    ),
    (
        "Health Services Inspectorate\nVisit of 4 to 6 March 2025; report dated 22 April 2025",
        "Health Services Inspectorate",
        None,
        "22 April 2025",
    ),
    ("BRANDT & OYELARAN MARINE\nPress information, 4 June 2024", "BRANDT & OYELARAN MARINE", None, "4 June 2024"),
    (
        "Town of Porto Selene\nBy-law No. 88 on the visitor levy – passed 5 December 2024",
        "Town of Porto Selene",
        "By-law No. 88",
        "5 December 2024",
    ),
    ("沅清县防汛抗旱指挥部办公室\n汛情通报（第9期）\n2024年7月3日", "沅清县防汛抗旱指挥部办公室", None, "2024年7月3日"),
    ("陶阳市2023年统计公报（摘要）\n陶阳市统计局　2024年3月29日", "陶阳市统计局", None, "2024年3月29日"),
    (
        "临澜市交通运输局 临澜市财政局\n关于调整优惠政策的公告\n2024年第6号",
        "临澜市交通运输局 临澜市财政局",
        "2024年第6号",
        None,
    ),
    ("丰泉宏泰化工有限公司声明", "丰泉宏泰化工有限公司", None, None),
    ("青峦省发展和改革委员会关于天枢云计算数据中心项目的审查意见", "青峦省发展和改革委员会", None, None),
]


@pytest.mark.parametrize(("head", "issuer", "number", "issued"), BODIES)
def test_a_letterhead_names_the_body_its_number_and_day(
    head: str, issuer: str, number: str | None, issued: str | None
) -> None:
    """On a line of its own, in front of a heading, or as a firm over a word for its statement."""
    found = heads.read(head + PROSE)
    assert (found.issuer, found.outlet, found.number, found.issued) == (issuer, None, number, issued)


def test_a_signature_names_the_firm_and_the_day() -> None:
    """A Chinese document closes with who speaks and when."""
    text = "关于面包抽检不合格的情况说明\n\n各位消费者：\n\n我公司深表歉意。\n\n云泽市禾丰食品有限公司\n2024年6月30日"
    found = heads.read(text)
    assert (found.issuer, found.issued) == ("云泽市禾丰食品有限公司", "2024年6月30日")


@pytest.mark.parametrize(
    "head",
    [
        "Train held in Garrow Tunnel, 6 February 2024",
        "Municipal election of Sunday 12 October 2025",
        "ELECTION OF 12 OCTOBER 2025",
        "Findings on the policing of the march of 18 May 2024",
        "Week 16 (14 to 20 April 2025)",
        "关于2024年5月11日批次面包抽检不合格的说明",
        "自2024年10月1日起施行",
    ],
)
def test_the_day_of_an_event_is_no_day_of_issue(head: str) -> None:
    """What happened, or comes into force, on a day in a heading tells nothing of the document."""
    assert heads.read(f"A heading\n\n{head}{PROSE}").issued is None


def test_prose_tells_nothing_of_itself() -> None:
    """Neither an opening sentence nor a later line names who speaks."""
    assert heads.read("On 3 May 2024 the Ministry of Health closed two wards.") == Head()
    assert heads.read("") == Head()
    later = heads.read("What the ministry said" + PROSE + "\n\nMinistry of Health\n\nIt was cold.")
    assert (later.issuer, later.outlet, later.issued) == (None, None, None)


def test_an_agency_without_a_name_is_a_report() -> None:
    """A dateline makes a report of what follows, also where no year is told."""
    text = "沅清7月5日电　记者5日从应急管理局获悉，防汛形势趋于平稳。"
    assert find(Reading(text=text), "wire.txt").kind == "report"
    assert find(Reading(text=text, hints={"kind": "notice"}), "wire.txt").kind == "notice"
    assert find(Reading(text="INSPECTORATE OF MINES - EASTERN DIVISION" + PROSE), "x.txt").kind == "other"


def test_the_lines_of_a_head_in_markdown_stay_lines() -> None:
    """Where a document opens, lines that each begin as a name does are no paragraph; wrapped prose and titles are joined."""
    head = "**RAIL SAFETY BOARD**\nPreliminary Note 3/2024\nTrain held in Garrow Tunnel, 6 February 2024"
    reading = markdown.read((head + PROSE).encode())
    assert reading.text.startswith(head.replace("*", ""))
    assert find(reading, "note.md").issued is None
    order = "澜阳市疫情防控指挥部通告\n（2022年第31号）\n\n乘坐轨道交通须持绿码，各单位遵照执行。"
    assert title_of(Reading(text=order), "x.txt") == "澜阳市疫情防控指挥部通告"
    wrapped = markdown.read(b"Circular on the Management of\nFree School Meals\n\nIt holds.")
    assert wrapped.text.startswith("Circular on the Management of Free School Meals")
    assert title_of(
        markdown.read(f"# Skarra Fisheries Authority\n\n**Closure Order: scallop**{PROSE}".encode()), "x.md"
    ) == ("Closure Order: scallop")
