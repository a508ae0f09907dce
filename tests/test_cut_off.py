"""Sentences that break off, and headings, letters and lists that only look so.

The statement stands between ⟦ and ⟧.
"""

from __future__ import annotations

import pytest

from assistant.doubts import find
from evals.labelled import place, statements
from ingest.pipeline import Ingested, ingest
from ingest.sources import from_record
from vectorstore.embedding import HashingEmbedder

DOUBTED = (
    ("report", "The committee met on Monday. ⟦It recommended three measures, the first of which was to⟧"),
    ("report", "⟦The ferry office pointed to the outlook, the⟧\n\nThe meeting ended at noon."),
    ("report", "The price rose in May. ⟦Members said that the new counters at the harbour were also⟧"),
    ("report", "The price rose in May. ⟦The damage to the roof was caused, it was found, by a further⟧"),
    ("report", "The price rose in May. ⟦The council heard from the mayor that the fall came from both⟧"),
    ("report", "⟦Payments are made quarterly, beginning in the month following the⟧"),
    ("report", "⟦The tribunal found that the operator had failed to notify the inspectorate, which⟧"),
    ("report", "⟦The grant may be used for rent, wages, utilities and⟧"),
    ("report", "⟦The council voted to close the depot, but the mayor, who⟧"),
    ("report", '⟦The minister told reporters, "We will not⟧'),
    ("report", "⟦The flood reached residents of the eastern dis-⟧"),
    ("report", "⟦The duty arises under section 4 (as amended in 2014 by the⟧"),
    ("report", "⟦The following documents are required for an application:⟧"),
    ("report", "⟦The driver stated that he had seen the vehicle and that he⟧"),
    ("report", "⟦In its reply the agency called the schedule too⟧"),
    ("report", "⟦The permit was refused on the grounds that the plan did not⟧"),
    ("report", "⟦The clinic treats patients who cannot⟧"),
    ("report", "⟦The bridge was closed because of⟧"),
    ("report", "⟦The vote was 7 to 2, with Councillors Adair and⟧"),
    ("report", "⟦The board has approved the sale, and it will⟧"),
    ("report", "⟦The figures in the second column show how much⟧"),
    ("report", "⟦Staff were told to report to their⟧"),
    ("report", "⟦The tax applies to every household, except⟧"),
    ("report", "⟦Anyone who holds a licence, or has applied for one, must not⟧"),
    ("report", "⟦The price of bread has risen since⟧"),
    ("report", "⟦The lake froze early this year, and by December most of⟧"),
    ("report", "⟦The inquiry heard that the valve was opened by⟧"),
    ("report", "⟦The dam was opened in 1931 and⟧ [remainder of the page torn away]"),
    ("report", "⟦The dam was opened in 1931 and served the valley until⟧ Continued on page 9"),
    ("report", "⟦The harbour master refused the request, citing a rule that⟧\n\nWeather: dry."),
    ("report", "⟦Under the agreement, each member state is to⟧"),
    ("report", "⟦The report lists the causes as poor drainage, lack of⟧"),
    ("report", "⟦They would neither confirm nor⟧"),
    ("report", "⟦The company, which employs 300 people,⟧"),
    ("report", "⟦The hall was sold to a Mr.⟧"),
    ("report", "⟦The tower, which was⟧"),
    ("report", "⟦The judge asked whether⟧"),
    ("report", "⟦The town had hoped that the new line would bring visitors, whereas⟧"),
    ("report", "⟦The committee noted that its earlier decision, taken on 4 May, had been⟧"),
    ("report", "⟦Three of the wells were found to be dry, two were⟧"),
    ("report", "⟦According to the timetable, trains leave at 8.10, 9.10 and⟧"),
    ("report", "⟦The old quay was rebuilt with stone from⟧"),
    ("report", "⟦The guide recommends the café opposite the⟧"),
    ("report", "⟦Members asked about the cost of heating and were told that the boiler⟧"),
    ("report", "⟦The letter goes on to say that unless the roof is repaired...⟧"),
    ("report", "⟦Water was cut off for nine days…⟧"),
    ("report", "⟦各地要加强组织领导，确保⟧"),
    ("report", "⟦会议强调，要进一步⟧"),
    ("report", "⟦项目总投资约为⟧"),
    ("report", "⟦其中，第二类人员包括⟧"),
    ("report", "⟦新线已于昨日开通，市民可凭证件免费乘坐（下转第4版⟧"),
    ("report", "⟦他在会上说：“我们不会⟧"),
    ("report", "⟦据了解，该⟧"),
    ("report", "⟦近年来，随着旅游业的发展，⟧"),
    ("report", "市里发布了通知。⟦申请人需要提交以下材料：⟧"),
    ("report", "⟦当事人如不服本决定，可以⟧"),
    ("report", "⟦处罚依照《城市供水条例》第⟧"),
    ("report", "⟦水位超过警戒线后，防汛部门立即⟧"),
    ("report", "⟦村民的房屋受损，已得到⟧"),
    ("report", "⟦调查组认为，事故的直接原因是操作人员未⟧"),
    ("report", "⟦今年以来，全市共⟧"),
    ("report", "⟦该项目的资金主要来源于⟧"),
    ("report", "⟦新规施行后，企业不得⟧"),
    ("report", "⟦每户补助标准由原来的三百元提高到⟧"),
    ("report", "⟦会议听取了关于⟧"),
    ("report", "⟦公园将在五月重新开放，届时游客可以通过⟧"),
    ("report", "⟦厂长介绍说，新设备不仅⟧"),
    ("report", "⟦医院门诊量比去年同期⟧"),
    ("report", "⟦市政府决定成立由副市长任组长的⟧"),
    ("report", "⟦这座桥建于1931年，曾⟧"),
    ("report", "⟦老人说，那年冬天特别冷，河面……⟧"),
    ("report", "⟦与会人员一致认为，应当尽快⟧"),
    ("report", "⟦工程分三期进行，第一期于三月完工，第二期⟧"),
    ("report", "⟦他提出三点意见：一是加强管理；二是⟧"),
    ("report", "⟦专家组建议推迟开工，理由是地基尚⟧"),
    ("report", "⟦他们在信中写道（原件此处撕毁）⟧"),
    ("report", "⟦码头停运期间，旅客可改乘汽车，也⟧"),
    ("report", "Sales were flat. ⟦The chairman added that the firm would not be able to⟧"),
    ("report", "⟦The pilot scheme will run until the end of the year, after which the⟧"),
    ("report", "⟦Those who have paid the fee may collect the card from⟧"),
    ("report", "⟦Rates were unchanged, and several members remarked that inflation had⟧"),
    ("report", "⟦The plan has three parts: a new road, a new school and a⟧"),
    ("report", "⟦The dispute began when the landlord, without⟧"),
    ("report", '⟦"I was told," she said, "that the money had⟧'),
    ("report", "⟦The order names two streets, Mill Lane (from the bridge to the⟧"),
    ("report", "The rain fell. ⟦Applicants must show that they⟧"),
    ("report", "⟦The next steps are these:⟧"),
    ("report", "⟦The old regulations applied only to vessels over⟧"),
    ("report", "⟦The assembly heard from Professor⟧"),
    ("report", "⟦Half of the wells were dry; the other⟧"),
    ("report", "⟦Its chief executive, Ms⟧"),
    ("report", "⟦调查发现，事故发生前一天，设备已经⟧"),
    ("report", "⟦他表示，如果条件允许，公司将于明年在⟧"),
    ("report", "⟦全省共有三个城市入围，分别是⟧"),
    ("report", "⟦这项工程由于资金不足而被迫⟧"),
    ("report", "⟦会上，代表们一致同意把⟧"),
    ("report", "⟦水库的蓄水量远远低于⟧"),
    ("report", "⟦“这条路修了三年，”他说，“可是到现在还⟧"),
    ("report", "⟦申请条件如下：⟧"),
    ("report", "⟦孩子们每天要走两个小时的山路才能⟧"),
)
QUIET = (
    ("other", "⟦Services we pay for⟧\n\nThe council pays for roads."),
    ("other", "⟦The rules you live by⟧\n\nEach house has its own."),
    ("other", "⟦To the Members of the Harbour Oversight Committee,⟧\n\nI write about the quay."),
    ("other", "⟦Who this leaflet is meant for⟧\n\nIt is meant for parents."),
    ("other", "⟦Things to look out for⟧\n\nIce on the road."),
    (
        "other",
        "⟦Having regard to the proposal of the Harbour Commission,⟧\n\nHaving consulted the members,\n\nthe Council has adopted this decision.",
    ),
    (
        "other",
        "People to talk to⟧\n\nAsk at the desk.\nBring the following: \n\n- ⟦a passport or identity card, and⟧\n- two photographs.",
    ),
    ("other", "⟦The forms are the ones we rely on.⟧"),
    ("other", "⟦Annual Report of the Water Board⟧\n\nThe year was dry."),
    ("other", "⟦Minutes of the meeting held on 3 May⟧\n\nPresent: five members."),
    ("other", "⟦The office is open until noon...and closed on Sundays.⟧"),
    ("other", "⟦Where the water goes to⟧\n\nIt goes to the sea.\nYours faithfully,"),
    ("other", "⟦Anna Berg, Secretary to the Board⟧"),
    ("other", "⟦Total (excluding VAT)⟧\n\n12 pounds"),
    ("other", "⟦Applications: how, when and where⟧\n\nApply at the desk."),
    ("other", "⟦Prices are up, wages are not⟧\n\nBread costs more."),
    ("other", "⟦The work continued on the next page of the register.⟧"),
    ("other", "⟦A home of their own⟧\n\nForty families moved in."),
    ("other", "⟦Most of all⟧\n\nIt rained."),
    ("other", "⟦Council votes bridge plan down⟧\n\nThe vote was close."),
    ("other", "⟦He said he would not.⟧"),
    ("other", "⟦How the old mill came to be⟧\n\nIt was built in 1820."),
    ("other", "⟦The bridge that nobody had asked for⟧\n\nIt opened in May."),
    ("other", "⟦Mayor: harbour fees to go up after all⟧\n\nFees rise in May."),
    ("other", "⟦Table 3: arrivals by month (continued)⟧\n\nMay 12"),
    (
        "other",
        'School meals: what they are and what they are not⟧\n\nThey are hot.\nThe report quotes the letter: ⟦"We shall see."⟧',
    ),
    ("other", "⟦Contact:⟧"),
    ("other", "⟦Dear members and friends of the Old Harbour Society,⟧\n\nThe meeting is on Friday."),
    ("other", "⟦The quay (built in 1931, rebuilt in 1960) was sold⟧\n\nIt went for little."),
    ("other", "⟦关于做好春运工作的通知⟧\n\n各单位要抓好落实。"),
    ("other", "⟦桥梁的由来⟧\n\n建于1931年。"),
    ("other", "⟦联系人：王某⟧\n\n电话另告。"),
    ("other", "⟦何去何从⟧\n\n众说不一。"),
    ("other", "⟦各县（市、区）人民政府：⟧\n\n现将有关事项通知如下。"),
    ("other", "⟦新桥下月通车 市民出行更方便⟧\n\n工程已完工。"),
    ("other", "⟦特此通知⟧\n\n市交通局"),
    ("other", "⟦服务对象和内容⟧\n\n面向全市。"),
    ("other", "⟦一、总体要求⟧\n\n加强管理。"),
    ("other", "⟦谁来管，怎么管，管什么⟧\n\n会上讨论了。"),
    ("other", "⟦哪些人可以申请，去哪里申请⟧\n\n市民可以申请。"),
    ("other", "⟦老旧小区改造，居民怎么看⟧\n\n居民支持。"),
    ("other", "⟦附件：申请表⟧\n\n填写后交回。"),
    ("other", "⟦申请人：⟧"),
    ("other", "⟦食堂开放时间：早上七点至晚上八点⟧\n\n周末不开。"),
    ("other", "⟦水费上调，为何是现在⟧\n\n成本上升。"),
    ("other", "⟦他只说了一句：“知道了。”⟧"),
    ("other", "⟦退休以后，日子怎么过得更好⟧\n\n参加社团。"),
    ("other", "⟦渡口停运，旅客改走陆路⟧\n\n渡船检修。"),
    ("other", "⟦节假日期间，这些地方不能去⟧\n\n山路封闭。"),
    ("other", "⟦公交改线，你坐对了吗⟧\n\n共三条线路。"),
    ("other", "⟦面向社会公开招聘，名额不限⟧\n\n报名从速。"),
    ("other", "The list is short.\n\n⟦Bread and butter⟧\n\nBoth are sold here."),
    ("other", "⟦A day to remember⟧\n\nIt rained."),
    ("other", "⟦What we stand for⟧\n\nWe stand for clean water."),
    ("other", "- ⟦bread, milk and eggs⟧\n- a lamp"),
    ("other", "⟦Chairman of the Harbour Oversight Committee⟧\n\nA. Berg"),
    ("other", "⟦Harbour fees: why they rise and what they pay for⟧\n\nThey pay for dredging."),
    ("other", "⟦Signed at Northport, 4 May 2021,⟧\n\nA. Berg"),
    ("other", "⟦The town they left behind⟧\n\nIt is empty."),
    ("other", "⟦Q: Who do I write to⟧\n\nA: The clerk."),
    ("other", "⟦He could not.⟧ The door was shut."),
    ("other", "⟦Name of applicant:⟧"),
    ("other", "⟦Fees, fines and how to pay them⟧\n\nPay at the desk."),
    ("other", "⟦市民有话说⟧\n\n路太窄。"),
    ("other", "⟦今年冬天冷不冷⟧\n\n不冷。"),
    ("other", "⟦如何办理居住证⟧\n\n持证件到窗口。"),
    ("other", "⟦一封信引出的故事⟧\n\n信写于1931年。"),
    ("other", "⟦王老师和他的学生们⟧\n\n他们很忙。"),
    ("other", "⟦填表人：⟧"),
    ("other", "⟦报名截止到五月底⟧\n\n过期不候。"),
    ("other", "⟦尊敬的各位业主、各位来宾、各位朋友，⟧\n\n会议在周五举行。"),
    ("other", "⟦这里的山路十八弯⟧\n\n很难走。"),
    ("other", "⟦请各单位遵照执行⟧\n\n市交通局"),
    ("other", "⟦老码头今起停用，新码头同日启用⟧\n\n票价不变。"),
)


def _kinds(kind: str, text: str) -> set[str]:
    """The kinds of doubt of the marked statement, in a report or in another text."""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    paper, society = ("北港日报", "北港理事会") if chinese else ("Northport Daily", "Harbour Society")
    about = {"kind": kind, "outlet": paper} if kind == "report" else {"kind": kind, "issuer": society}
    body = text.replace("⟦", "").replace("⟧", "")
    record = {"_id": "one", "title": "记录" if chinese else "A record", "text": body, "metadata": about}
    [read] = ingest([from_record(record, "test")], HashingEmbedder().measure)
    assert isinstance(read, Ingested)
    span = place(read.document, text[text.index("⟦") + 1 : text.index("⟧")])
    assert span is not None
    return {doubt.kind for each in statements(read.document, span) for doubt in find(read.document, each)}


@pytest.mark.parametrize(("kind", "text"), DOUBTED)
def test_doubted(kind: str, text: str) -> None:
    """A sentence that waits for more, or a list that does not follow, is said to break off."""
    assert "cut_off" in _kinds(kind, text)


@pytest.mark.parametrize(("kind", "text"), QUIET)
def test_quiet(kind: str, text: str) -> None:
    """A heading, a list item, a letter's greeting or a whole sentence does not break off."""
    assert "cut_off" not in _kinds(kind, text)
