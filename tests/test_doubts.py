"""Doubts from the source: loud where an analyst would pause, quiet where none would."""

import re

import pytest
from doubted import document, doubts, part

from assistant.doubts import Finding, find, softening
from ingest.document import Document, Span, Statement

SEED = """Authorities are to

  • facilitate e-commerce, reorganise supply chains and mobilise resources supply
    • logistical companies like SF Express and online grocery platforms like Alibaba’s Hema expanded their services, reported 21st Century Business Herald, noting they are much better at arranging deliveries than government departments and SOEs
    • Hubei epidemic prevention and control headquarters set up an emergency supply chain management platform with
  • reinforce epidemic control and work resumption efforts with digital tools
    • Alibaba Alipay and Tencent WeChat ‘health code’ systems, which help administrators, officials and enterprises track individual health based on self-reported data, are being rolled out nationwide following State Council and National Development and Reform Commission endorsement, reported Xinhua (CP note: the accuracy of these systems is in doubt)
    • Alibaba and Tencent mobile and remote work applications support these efforts, argues 21st Century Business Herald, adding that local authorities interested in smart cities should learn from them
    • e-commerce platforms banned wildlife sales
  • promote the use of IT applications among enterprises and industries
    • different platforms’ remote and collaborative work applications received a boost since the outbreak, according to multiple reports
  • conduct epidemic-related scientific research by joining hands with medical institutions

Local authorities, says the notice, should prioritise the resumption of logistics, transportation and other firms that service internet-based producers, and strengthen their synergy with industrial e-commerce firms."""  # noqa: E501


def seed(beginning: str) -> dict[str, Finding]:
    line = next(line for line in SEED.splitlines() if line.lstrip(" •").startswith(beginning))
    span = part(SEED, line.lstrip(" •"))
    notes = tuple(
        Span(start=span.start + note.start(), end=span.start + note.end())
        for note in re.finditer(r"\(CP note[^)]*\)", SEED[span.start : span.end])
    )
    lead = part(SEED, "Authorities are to") if "•" in line else None
    return {doubt.kind: doubt for doubt in find(document(SEED), Statement(span=span, notes=notes, lead_in=lead))}


def test_the_health_codes_of_the_seed_are_questioned_by_the_note_self_reported_and_only_xinhua_s():
    found = seed("Alibaba Alipay")
    assert list(found) == ["questioned", "self_reported", "attributed"]
    [note] = found["questioned"].evidence
    assert SEED[note.start : note.end] == "CP note: the accuracy of these systems is in doubt"
    assert found["questioned"].reason == 'A note in the source (CP) says: "the accuracy of these systems is in doubt".'
    assert "Xinhua" in found["attributed"].reason


def test_an_attribution_of_the_seed_names_the_newspaper_to_the_character():
    found = seed("Alibaba and Tencent mobile")
    assert list(found) == ["attributed"]
    assert found["attributed"].reason == (
        "Only as argued by 21st Century Business Herald; the source does not say it in its own voice."
    )
    words = found["attributed"].words
    assert words is not None
    assert SEED[words.start : words.end] == "argues 21st Century Business Herald"


def test_the_broken_sentence_of_the_seed_is_said_to_break_off():
    found = seed("Hubei")
    assert list(found) == ["cut_off"]
    assert found["cut_off"].reason == (
        'The source breaks off after "platform with"; what follows is not in the library.'
    )


@pytest.mark.parametrize(
    ("beginning", "kinds"),
    [
        ("logistical companies", ["attributed"]),
        ("different platforms", ["vague_source"]),
        ("e-commerce platforms banned", []),
        ("facilitate", []),
        ("reinforce", []),
        ("promote", []),
        ("conduct", []),
        ("Local authorities", []),
        ("Authorities are to", []),
    ],
)
def test_the_other_statements_of_the_seed_have_the_doubts_an_analyst_gives_them(beginning: str, kinds: list[str]):
    assert list(seed(beginning)) == kinds


LOUD = [
    ("attributed", "Banshan argues", "Banshan argues that its tool should become the standard."),
    ("attributed", "据《启明财讯》报道", "据《启明财讯》报道，夜间线路已增至38条。"),
    ("attributed", "said a dispatcher in Shitan", "The bridge is closed, said a dispatcher in Shitan."),
    ("questioned", "unconfirmed", "The dam failed in March (Ed. note: this is unconfirmed)."),
    ("questioned", "disputed", "The figure of 4,000 deaths is disputed."),
    ("questioned", "could not be independently confirmed", "The account could not be independently confirmed."),
    ("questioned", "has not been verified", "The claim has not been verified."),
    ("questioned", "cast doubt on", "Two audits cast doubt on the reported output."),
    ("questioned", "unverified reports", "There were unverified reports of closures in Wuhan."),
    ("questioned", "raised questions about", "The audit raised questions about the accuracy of the data."),
    ("questioned", "存疑", "全省已建成5000座充电站（编者注：该数字存疑）。"),
    ("questioned", "有待核实", "该事故造成三人受伤的说法有待核实。"),
    ("questioned", "未经证实", "这一未经证实的消息在网上流传。"),
    ("questioned", "辟谣", "对于封城的说法，官方已经辟谣。"),
    ("questioned", "质疑", "这一数据的准确性受到学者质疑。"),
    ("self_reported", "self-reported", "Coverage reached 80 percent on the basis of self-reported data."),
    ("self_reported", "Unaudited", "Unaudited accounts show a profit of 3m."),
    ("self_reported", "preliminary estimates", "Output rose 3% in May on preliminary estimates."),
    ("self_reported", "had shipped", "The company said it had shipped 3m handsets."),
    ("self_reported", "its revenue", "Alibaba said its revenue grew by 20 percent."),
    ("self_reported", "own figures", "The factory runs at 90% on its own figures."),
    ("self_reported", "自主申报", "登记人数为3.2万人，数据由居民自主申报。"),
    ("self_reported", "自行填报", "系统依据企业自行填报的信息生成健康码。"),
    ("self_reported", "初步统计", "初步统计，上半年出口增长5%。"),
    ("self_reported", "未经审计", "公司未经审计的净利润为3亿元。"),
    ("attributed", "the ministry said", "Exports rose in May, the ministry said."),
    ("attributed", "reported Xinhua", "Deliveries doubled in a week, reported Xinhua."),
    ("attributed", "According to the World Bank", "According to the World Bank, growth slowed to 2%."),
    ("attributed", "Caixin reported", "Caixin reported that the factory had closed."),
    ("attributed", "The ministry confirmed", "The ministry confirmed that two plants were shut."),
    ("attributed", "The company claimed", "The company claimed that its tests were flawless."),
    ("attributed", "Participants noted", "Participants noted that inflation remained elevated."),
    ("attributed", "Several participants", "Several participants observed that credit was tight."),
    ("attributed", "Li Wei", "Li Wei, a spokesman for the ministry, said that the road was open."),
    ("attributed", "said Li Wei", "“The road is open,” said Li Wei, a spokesman."),
    ("attributed", "A study by Stanford", "A study by Stanford found that the app missed half of the cases."),
    ("attributed", "Reuters, citing two ministries, said", "Reuters, citing two ministries, said the plant was shut."),
    ("attributed", "The company says", "The platform, The company says, is safe."),
    ("attributed", "the minister told", "On Monday the minister told reporters that the port was open."),
    ("attributed", "据新华社报道", "据新华社报道，健康码已在全国推广。"),
    ("attributed", "工信部表示", "工信部表示，复工率已达九成。"),
    ("attributed", "国家统计局", "根据国家统计局数据，五月出口增长。"),
    ("attributed", "该公司声称", "该公司声称，测试没有任何问题。"),
    ("attributed", "李伟认为", "李伟认为，这一政策效果明显。"),
    ("attributed", "李伟说", "“道路已经开通”，李伟说：“欢迎大家。”"),
    ("attributed", "商务部新闻发言人高峰", "商务部新闻发言人高峰12日表示，外贸保持稳定。"),
    ("vague_source", "multiple reports", "Use of the apps grew, according to multiple reports."),
    ("vague_source", "Some say", "Some say the system is unfair."),
    ("vague_source", "Industry insiders", "Industry insiders said that the ban was lifted."),
    ("vague_source", "widely believed", "It is widely believed that the plant leaks."),
    ("hedged", "reportedly", "The minister reportedly resigned."),
    ("vague_source", "Critics", "Critics argue that the rule is too broad."),
    ("vague_source", "Sources", "Sources said the deal was off."),
    ("vague_source", "Many experts", "Many experts believe that prices have peaked."),
    ("vague_source", "Studies have shown", "Studies have shown that masks help."),
    ("vague_source", "有消息称", "有消息称，工厂已经停产。"),
    ("vague_source", "业内人士", "业内人士表示，价格已经见顶。"),
    ("hedged", "据悉", "据悉，该平台已经上线。"),
    ("vague_source", "专家", "专家认为，经济已经企稳。"),
    ("hedged", "may", "The bank may cut rates in June."),
    ("hedged", "might", "The plant might close."),
    ("hedged", "could", "Shortages could slow growth."),
    ("hedged", "appears to", "Demand appears to have peaked."),
    ("hedged", "is expected to", "The line is expected to open in May."),
    ("hedged", "plans to", "The city plans to build ten hospitals."),
    ("hedged", "probably", "The outbreak probably began in autumn."),
    ("hedged", "unclear", "It is unclear whether the rule applies to banks."),
    ("hedged", "data suggest", "Incoming data suggest that growth has slowed."),
    ("hedged", "subject to approval", "The merger will close in May, subject to approval."),
    ("hedged", "If", "If demand recovers, output would rise by 3%."),
    ("hedged", "may", "The new rule may have led to closures."),
    ("hedged", "可能", "央行可能下调利率。"),
    ("hedged", "或将", "油价或将上涨。"),
    ("hedged", "拟", "公司拟投资三亿元建厂。"),
    ("hedged", "计划", "该市计划投资十亿元改造管网。"),
    ("hedged", "预计", "预计全年产量达到三百万台。"),
    ("hedged", "有望", "新线路有望年底开通。"),
    ("hedged", "似乎", "需求似乎已经见顶。"),
    ("cut_off", "as well as the", "The plan covers schools, hospitals as well as the"),
    ("cut_off", "...", "The ministry set up a platform for all the provinces ..."),
    ("cut_off", "continued on page 4", "The ministry closed two plants (continued on page 4)"),
    ("cut_off", "以及", "工信部设立了应急供应链平台，以及"),
    ("cut_off", "下转", "各地要做好复工复产工作（下转第4版）"),
    ("hedged", "may", "Some firms may keep one day of remote work a week."),
    ("hedged", "may", "The ministry may extend the scheme until June."),
    ("hedged", "may", "Flights may be delayed by the storm."),
    ("hedged", "may not", "The company may not meet its target this year."),
    ("hedged", "is expected in", "A decision is expected in July."),
    ("hedged", "believed", "The plant is believed to have leaked for weeks."),
    ("hedged", "an estimated", "The repairs will cost an estimated 40m yuan."),
    ("hedged", "Nobody can say", "Nobody can say whether the mill will reopen."),
    ("hedged", "力争", "该项目力争2025年底前建成投产。"),
    ("hedged", "一旦", "一旦谈判破裂，港口将关闭。"),
    ("hedged", "尚难预料", "能否按期完工尚难预料。"),
    ("attributed", "named", "Traders at the Linqiao wholesale hall named the reopened roads as the reason."),
    ("attributed", "told", "Li Wei told Harbour Ledger that the road was closed."),
    ("attributed", "Caixin", "As Caixin reported, two plants were closed."),
    ("attributed", "quoted", "The minister is quoted as saying that the port is safe."),
    ("attributed", "view", "The regulator's view is that the fee breaks the rules."),
    ("attributed", "puts", "The statistics office puts growth at 2.1 percent."),
    ("attributed", "inspectors", "The plant was described by inspectors as unsafe."),
    ("attributed", "国家统计局", "国家统计局数据显示，五月出口增长3%。"),
    ("attributed", "李伟", "在李伟看来，这项政策过于严格。"),
    ("vague_source", "unnamed official", "An unnamed official said the plant was closed."),
    ("vague_source", "people familiar", "The deal is off, according to people familiar with the matter."),
    ("vague_source", "talk of", "There is talk of a second tunnel."),
    ("vague_source", "不愿具名", "一位不愿具名的官员表示，工厂已经停产。"),
    ("questioned", "No outside body has tested", "No outside body has tested the code."),
    ("questioned", "no evidence", "There is no evidence that the code works."),
    ("questioned", "with caution", "The number should be treated with caution."),
    ("questioned", "Correction", "Correction: an earlier version of this report gave the wrong date."),
    ("questioned", "withdrew the article", "The newspaper withdrew the article on 3 May."),
    ("questioned", "not representative", "The sample is not representative."),
    ("questioned", "更正：", "更正：昨日报道中的日期应为3月4日。"),
    ("questioned", "没有证据", "目前没有证据表明该系统有效。"),
    ("questioned", "相互矛盾", "双方公布的数字相互矛盾。"),
    ("self_reported", "what its holder declares", "It knows what its holder declares."),
    ("self_reported", "the company's own", "Sales were 3.1 million, and the figures are the company's own."),
    ("self_reported", "by the hotels themselves", "The ratings were submitted by the hotels themselves."),
    ("self_reported", "Banshan said", "Banshan Meet had 12 million daily users, Banshan said."),
    ("self_reported", "sample", "Half the homes were damp, by an estimate based on a sample of 300 households."),
    ("self_reported", "自行填写", "用户自行填写体温和症状。"),
    ("self_reported", "问卷", "这一比例来自对120名居民的问卷调查。"),
    ("cut_off", "[page 2 missing]", "The text of the notice ends here: [page 2 missing]"),
    ("cut_off", "staffed by", "From March the desk at the checkpoint will be staffed by"),
    ("cut_off", "其中包括", "平台已与三十家企业签约，其中包括"),
    ("cut_off", "[page torn]", "The widow moved with her sons to [page torn] and the race was filled in."),
    ("cut_off", "and in", "Further detail is given in an annex, which is published separately, and in"),
    ("cut_off", "点击阅读全文", "谈到下一步，公司将把重点放在……（点击阅读全文）"),
    ("cut_off", "为", "银行应当延长还款期限，延长的期限为"),
    ("questioned", "unverified", "The tram company has bought forty cars (unverified)."),
    ("questioned", "denied", "The mayor has resigned (the mayor has denied this)."),
    ("questioned", "believed", "A tunnel has been agreed, if the Beacon's headline is to be believed."),
    ("questioned", "一说五口", "村里有三口古井（一说五口）。"),
    ("questioned", "尚无定论", "成因尚无定论。"),
    ("self_reported", "filled in for itself", "Sales rose, according to returns that each workshop filled in for itself."),
    ("self_reported", "measure ourselves", "Output, which we measure ourselves, rose by 7 per cent."),
    ("self_reported", "reckoning", "Attendance was 40,000 by the organisers' reckoning."),
    ("self_reported", "preliminary benchmark revision", "The preliminary benchmark revision lowered the count."),
    ("self_reported", "自填", "近视率为41%，视力数据由家长自填。"),
    ("self_reported", "内部统计", "根据公司内部统计，满意度达到98%。"),
    ("hedged", "Should", "Should energy prices stay where they are, one shop in ten will close."),
    ("hedged", "unlikely", "A truce is unlikely before the spring."),
    ("hedged", "looked to be", "Investment looked to be contracting further."),
    ("hedged", "初步判断", "初步判断，火灾由电线短路引起。"),
    ("vague_source", "thought to", "The tower is thought to stand on the footings of a chapel."),
    ("vague_source", "open secret", "It is an open secret that the mayor paid."),
    ("vague_source", "insiders hint", "The minister will resign, insiders hint."),
    ("vague_source", "接近", "据一位接近管委会的人士透露，方案已定。"),
    ("vague_source", "坊间盛传", "坊间盛传老桥要拆。"),
    ("attributed", "Ministry:", "Ministry: diesel prices to fall within weeks"),
    ("attributed", "aid workers estimate", "Up to 4,000 people left the valley, aid workers estimate."),
    ("attributed", "says union", "Rye will run short, says union"),
    ("attributed", "shopkeeper", "“Nobody warned us,” a shopkeeper complained."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "words", "text"), LOUD)
def test_a_doubt_that_the_source_gives_is_found_at_its_words(kind: str, words: str, text: str):
    found = {doubt.kind: doubt for doubt in doubts(text)}
    assert kind in found
    span = found[kind].words
    assert span is not None
    assert span.meets(part(text, words))


QUIET = [
    "Three families lived on the rock, and their children could row before they could read.",
    "Visitors might pay two pence in those days for a turn of the stair.",
    "An extension could be granted to a vessel under repair, on application to the duty officer.",
    "The museum, possibly the oldest in the county, opened in 1820.",
    "A member reported the first of them to the police in May 2019.",
    "Police found no trace of the boy.",
    "The provisional licence expires in June.",
    "The hall has its own app.",
    "If a permit is lost, tell the office.",
    "会议强调，要坚决防止数字造假。",
    "经核对，账面结余无误。",
    "自行车产量增长3%。",
    "Rates rose, partially unwinding the sharp decline observed in early March due to the stress.",
    "Operators may apply for an exemption.",
    "Operators may not resell the data.",
    "The licence may be revoked by the bureau.",
    "Applicants may appeal within 30 days.",
    "Participants, who may attend by video, agreed to cut rates.",
    "The notice took effect in May 2020.",
    "On 3 May the plant closed.",
    "There is no doubt that the road is open.",
    "The road is without doubt the longest in the province.",
    "Prices rose 3%, as expected.",
    "Prices rose by more than expected.",
    "The ministry published ‘What may come next’ in June.",
    "Local authorities should prioritise logistics firms.",
    "Enterprises must file the form as soon as possible.",
    "About 300 firms resumed work.",
    "Roughly 40 percent of the plants are open.",
    "Companies which reported losses last year must file again.",
    "The company reported losses of 3m in 2019.",
    "The court reported a backlog.",
    "Local authorities, says the notice, should prioritise logistics.",
    "The notice says that firms must register.",
    "According to the notice, firms must register by June.",
    "According to the regulation, firms must register by June.",
    "Fees are set according to the size of the firm.",
    "Goods are sorted according to their weight.",
    "Applicants must state that they have no debts.",
    "The bureau shall report to the council each year.",
    "The committee agreed to raise the fee to 3%.",
    "The dispute was settled in court.",
    "Disputed land shall be surveyed first.",
    "When in doubt, consult the bureau.",
    "The ministry was renamed (Ed. note: the ministry was renamed in 2018).",
    "The port reopened (note: the old name is Dairen).",
    "Firms shall not submit unaudited accounts.",
    "Residents must submit self-declared information each week.",
    "The platform covers hospitals, schools and shops.",
    "The measures take effect on 1 July 2020.",
    "E-commerce platforms banned wildlife sales.",
    "The United States and Canada signed the treaty.",
    "The annual report was published in June.",
    "These claims were settled in 2019.",
    "The firm claims depots in 30 cities.",
    "Some firms closed.",
    "Many of the plants are in Hubei.",
    "The centre could not accept more patients.",
    "The army used all its might.",
    "He appeared in court on Monday.",
    "If necessary, the bureau extends the term.",
    "If an operator fails to file, it shall be fined.",
    "Unless otherwise stated, prices are in yuan.",
    "Doctors treated 300 people.",
    "The law applies to all states.",
    "The city built a five-year plan for water.",
    "Sources of the river were mapped in 1950.",
    "The scheme is called ‘Might and Right’.",
    "经营者可以申请豁免。",
    "当事人可以在三十日内申请复议。",
    "毫无疑问，这条路是全省最长的。",
    "各地要尽可能减少审批环节。",
    "五年计划已经发布。",
    "各部门要制定工作计划。",
    "通知要求，各地加强疫情防控。",
    "本办法规定，企业应当如实申报。",
    "《办法》明确，企业应当登记。",
    "根据《传染病防治法》，各地应当及时报告。",
    "按照国务院要求，各地已经复工。",
    "虚拟平台已经上线。",
    "模拟演练已经完成。",
    "以下简称平台。",
    "双方发生争议的，由法院处理。",
    "严禁编造、传播谣言。",
    "可能影响公共安全的，应当立即报告。",
    "企业应当自主申报。",
    "拟从事经营活动的，应当依法登记。",
    "各地对医务人员表示感谢。",
    "申请人认为决定违法的，可以申请复议。",
    "工信部发布了通知。",
    "约三百家企业已经复工。",
    "电商平台禁止销售野生动物。",
    "会议说明了三项措施。",
    "Dogs may travel on the lower deck.",
    "Anyone may read the files.",
    "It is open from nine to five, and visitors may come without an appointment.",
    "Tickets may be bought at the gate.",
    "Nothing may be thrown into the basin.",
    "Firms may use the database free of charge.",
    "The hall could hold 300 people.",
    "From Monday residents could register online.",
    "The seemingly endless queue was gone by noon.",
    "A talk entitled “Could Trade Recover?” was cancelled.",
    "Notice MDI IT [2020] 14 says that operators should publish the rule.",
    "The sign says “No entry”.",
    "The report names three firms.",
    "The museum expects visitors to leave their bags at the door.",
    "It has never been disputed that the road is public.",
    "Nobody doubts that the dam is safe.",
    "He was denied entry.",
    "The court found the driver guilty.",
    "The correct answer is printed on the back.",
    "The preliminary round was played in June.",
    "A known path leads to the mill.",
    "乘客可以携带宠物。",
    "事故责任没有争议。",
    "本条例由省人民代表大会通过。",
    "初步审查由省局负责。",
]  # fmt: skip


@pytest.mark.parametrize("text", QUIET)
def test_a_plain_fact_an_order_or_a_permission_is_left_in_peace(text: str):
    assert [(doubt.kind, doubt.reason) for doubt in doubts(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Eligible operators may, with the consent of the bureau, merge.",
        "The Committee expects that firms register in June.",
        "MIIT says that all firms must register.",
        "The measures aim to build 300 stations by 2025.",
        "Units may organise training for their staff.",
    ],
)
def test_an_issuer_in_its_own_notice_is_the_authority_itself(text: str):
    issuer = "MIIT" if "MIIT" in text else "The Committee"
    assert [doubt for doubt in doubts(text, kind="notice", issuer=issuer) if doubt.kind == "attributed"] == []


@pytest.mark.parametrize(
    "text",
    [
        "The licence may be suspended for up to six months.",
        "Applicants should state whether they expect to hire staff.",
        "The form may be completed online or on paper.",
        "Where a figure is disputed, the bureau decides.",
        "Data must be self-declared by the holder.",
        "主管部门认为必要的，可以要求企业补充材料。",
        "平台应当对商家自行填报的信息进行审核。",
    ],
)
def test_a_rule_that_speaks_of_doubtful_things_is_not_in_doubt(text: str):
    assert doubts(text, kind="notice", issuer="Ministry of Ferries") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The app has 3m users. The figure is the company's own.", "self_reported"),
        ("The dam failed in March. That claim could not be independently confirmed.", "questioned"),
        ("全省有三万户受影响。该数字尚未得到官方证实。", "questioned"),
    ],
)
def test_the_next_sentence_may_say_that_a_figure_is_in_doubt(text: str, kind: str):
    """It touches the sentence right before it, and none of another paragraph."""
    for joint, kinds in ((" ", [kind]), ("\n\n", [])):
        first, second = re.split(r"(?<=[.。])\s*(?=The figure|That|该)", text)
        whole = joint.join((first, second))
        spans = [part(whole, first), part(whole, second)]
        statements = tuple(Statement(span=span) for span in spans)
        read = Document(id="d", title="", text=whole, source="d", media_type="text/plain", statements=statements)
        assert [doubt.kind for doubt in find(read, statements[0])] == kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Residents told the council that the well was dry.", "attributed"),
        ("Two drivers said that the brakes had failed.", "attributed"),
        ("Some residents told the council that the well was dry.", "vague_source"),
        ("Traders said that the price would hold.", "vague_source"),
    ],
)
def test_those_concerned_speak_for_themselves_unless_only_some_of_them_do(text: str, kind: str):
    """A group that is known by its part in the matter can be asked; a crowd of no part in it cannot."""
    assert {doubt.kind for doubt in doubts(text)} & {"attributed", "vague_source"} == {kind}


def test_weasel_words_make_a_sentence_vague_without_a_doubt():
    """ "Some" is no reason to pause; whether a sentence is hedged or vague at all is another question."""
    text = "Some scholars and many critics met; it is one of the most famous halls."
    whole = document(text)
    statement = Statement(span=Span(start=0, end=len(text)))
    assert find(whole, statement) == ()
    assert [whole.quote(span) for span in softening(whole, statement)][:2] == ["Some", "many"]
    assert softening(document("The hall opened in 1950."), Statement(span=Span(start=0, end=24))) == ()
