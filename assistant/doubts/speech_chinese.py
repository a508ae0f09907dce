"""Who says it, in Chinese: 据新华社报道, 工信部表示, 根据……的调查, “……”，李伟说."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assistant.doubts.lexicon import choice, verbs
from assistant.doubts.lexicon import words as listed
from assistant.doubts.speech import Speech, Voice
from assistant.doubts.words import BLANK, Words

STOPS = rf"，。；：、！？“”\"\n\s（）•:,{BLANK}"
ACCORDING = re.compile(
    rf"(?:根据|依据|依照|按(?=[^{STOPS}]{{2,16}}的(?:资料|说法|口径|数据|统计|估计|解释|介绍|测算)[，,])|(?<![数证根依票凭论占单收字])据|按照)(?P<who>[^{STOPS}]{{2,28}}?)(?:[0-9０-９]{{1,4}}[年月日][^{STOPS}]{{0,8}})?"
    rf"(?:的|援引[^{STOPS}]{{2,14}}的?|出具的|发布的|公布的|提供的|作出的|今天|昨天|日前)?"
    rf"(?P<verb>报道|消息|介绍|透露|通报|统计|披露|称|数据|调查|报告|研究|估计|预测|说法|分析|测算|记载|载|监测|观测|讲述|回忆|核算|核查|推算|推测|判断|反映|陈述|供述|转述|描述|评估|公告|公布|"
    rf"文件|资料|档案|记录|账目|说明|(?<![自申上填汇呈通公])报|检测|鉴定|研判|供认|证词|证言|口述|记述|考证|自述|口径|概算|估算|抽查|普查|来电|来函|讲|说|言)"
    rf"(?:显示|称|表明|指出|认为)?(?=[{STOPS}]|$)"
)
SHOWN = re.compile(
    rf"(?P<who>[^{STOPS}]{{2,24}}?)(?:的|最新|近期|去年|今年|本次|此次|一次|抽样|公布的|发布的|一项|一份|年度|调查|[0-9]{{4}}年){{0,6}}(?P<verb>数据|报告|研究|调查|统计|民调|问卷|评估|监测|审计|纪要|文件|资料|公告|公报|记录|档案|账目|名单|财报|年报|季报|判决书|起诉书|文书|简报|白皮书|研报|图像|影像|公示|邮件|日志|统计表)(?:结果)?(?:显示|表明|发现|指出|认为|称|披露|记载|载明)"
)
WIRE = re.compile(
    r"\s*(?P<who>[\u4e00-\u9fff]{1,6}社)[\u4e00-\u9fff]{0,8}(?:[0-9]{1,2}月)?[0-9]{1,2}日(?:专)?电[，：\s]?"
)
BELIEVES = re.compile(rf"(?:在|依|照)(?P<who>[^{STOPS}]{{1,18}})(?P<verb>看来|之见|眼中|眼里|心目中|的理解中)(?=[，,])")
IN_WORDS = re.compile(
    rf"(?:用|照|套用|借用)(?P<who>[^{STOPS}]{{2,18}}?)(?:自己)?的(?P<verb>话|说法)(?:来)?[说讲]?(?=[，,:：])"
)
LEARNT = re.compile(
    rf"从(?P<who>[^{STOPS}]{{2,24}}?)(?:处|方面|那里|获取的材料中)?(?P<verb>(?:获悉|获知|得知)(?=[，,:：])|了解到)(?=[，,:：]|[^{STOPS}]{{4}})"
)
HOLDS = re.compile(
    rf"(?P<who>[^{STOPS}]{{2,20}}?)(?:的|给出的)(?:最新|初步|官方|正式|一贯){{0,2}}"
    rf"(?P<verb>数字|数据|说法|解释|看法|观点|结论|判断|意见|回应|答复|回答|理由|估计|预测|主张|态度|评价)(?:则|就|也)?是(?=[，：:“]|[^{STOPS}]{{10}})(?![^。]{{0,16}}的[。！])"
)
REPORTS = re.compile(
    rf"(?P<who>[^{STOPS}]{{2,18}}?)(?:出具|作出|作了|发表|提交|发布|提出|表示|回函|复函|回信|来信|撰文|发文|发帖|致信|去信|来电|致函|"
    rf"向|对|在|就|将|已|把|拒绝|否认|呼吁|要求|出示|晒出|拿出|展示|审议|听取|考察|走访|检查|看过|看了|查看)[^{STOPS}]{{0,28}}"
    r"[，,](?:并|但|还|又|也|却|同时|而)?(?:则|也|还)?(?P<verb>认为|称|指出|说|建议|强调|质疑|提醒|认定|证实|坦言|直言|透露|坚称|承认|警告|否认|确认)"
    rf"(?=[，：:“]|[^{STOPS}]{{4}}|[^{STOPS}]{{1,6}}“)"
)
TEAM = re.compile(
    rf"(?P<who>[^{STOPS}]{{1,22}}?(?:团队|课题组|研究组|研究人员|研究者|实验室|考古队|科考队|调查组|专家组|科学家))(?:还|又|近日|最近|最新)?"
    rf"(?P<verb>发现|证实|证明|观察到|检测到|测得|推断)(?=[，：:]|[^{STOPS}]{{4}})"
)
ISSUED = re.compile(
    rf"(?P<who>[^{STOPS}]{{2,20}}?)(?:最新|近日|日前|昨天|今天)?(?P<verb>披露|公布|发布|提供|出具|刊发|刊登|发表|编制)的[^{STOPS}]{{0,10}}"
    r"(?:显示|表明|称|指出|认为)"
)
OUTLET = re.compile(
    rf"\s*(?P<who>[^{STOPS}本]{{2,14}}(?:社|台|报|网|新闻|周刊|杂志|电视|通讯|客户端))(?:记者)?(?P<verb>消息|快讯|讯)[，：]"
)
WHEN = (
    r"(?:(?:于|在)?[0-9０-９一二三四五六七八九十]{1,4}[年月日][0-9０-９月日年晚上午下间]*|"
    r"今天|昨天|日前|近日|此前|当天|当日|周[一二三四五六日]|[早晚]间)"
)
OBJECTS = re.compile(
    r"(?:感谢|欢迎|同意|支持|祝贺|慰问|哀悼|反对|不满|满意|关切|理解|敬意|愿意|赞同|赞赏|肯定|衷心|诚挚|热烈|"
    r"为|号|谓|呼|重|职|赞|得上|之|明|法|服|道理|话|情况[，。]|表彰|异议|量|出了|了(?![^，。；“”]{1,14}[：“])|书|信心|[起到来出完清话教唱谎得不][^，。]|声|"
    r"[^，。；“”]{0,8}[：，“]{0,2}(?:不予|拒绝|不作|不便|暂不|未予|无法)(?:置评|回应|评论|答复|回复)|如下)"
)
NOT_SAID = re.compile(
    r"(?:于|以|可|用|据|不|未|应当?|须|必须|请|如实|要|需|如需|(?<![出究定务易测验理诊])所|被|予|可以|为|的话|"
    r"照|难|再|[数图表][据]|经|未经|获|得到|得以|有待|待|尚|尚未|无法|未能|并未|没有|拒绝|予以|加以|进行|后被|便于)$"
)
SUBJECT_NOISE = re.compile(r"^(?:但是|但|而|同时|此外|另外|对此|不过|其中|并|并且|且|随后|另据|因此|还|也)+")
TAIL_NOISE = re.compile(
    rf"(?:{WHEN}|普遍|一般|通常|历来|常|总是|总|一直|往往|经常|私下|纷纷|曾经|一致|大多|均已|则|还|也|曾|均|都|又|再次|再|日前|明确|公开|进一步|多次|在[^，。]{{2,20}}(?:中|上|时|后)|对(?![面岸门方手])[^，。]{{2,12}}|向[^，。]{{2,12}}|接受[^，。]{{2,14}}采访时|初步|正式|大致|粗略|事后|当场|当庭|当面|[笑哭指拿含红叹摇捧望看]着[^，。]{{0,6}}|(?:援引|引述|引用|转述)[^，。]{{2,16}}|发布[^，。]{{0,8}}|发表[^，。]{{0,8}}|发文)+$"
)
CASE = re.compile(r"[^。；]{0,60}的[，、；：。]?(?:应当|可以|有权|不得|由|依法|$)")
SILENT = re.compile(r"(?:不愿|不便|拒绝|不想|未)(?:透露|公开)$")  # "不愿透露姓名的工人": one who speaks
NAMED = re.compile(r"(?:名|简|俗|通|统|全|尊|并|职)$")
NO_WORD = re.compile(r"[传谣流发方语序寓格诺箴誓留忠宣直坦所]$")
TOLD = re.compile(r"(?:小|学|传|来|据|的话)$")
SHOWN_THEN = rf"了[^{STOPS}]{{1,12}}：|(?<=[价赞容责评述])[^{STOPS}]{{1,10}}“"  # "汇报了进展：", "评价她“"
COURT = re.compile(r"判决|裁定|裁判|判例|案例|案情")
NO_VOICE = re.compile(
    r"《|》|自行|自主|自身|自报|自愿|本人|内部|抽样|规定|办法|要求|需要|实际|^(?:评估|检测|审计|统计|监测|调查|鉴定|考核|初步|不完全|最新|有关|相关|现有|目前|上述|公开|以上|已有|历史)$"
)
TIME_ENDS = re.compile(r"(?:天|时|下|中|上|日|今|现在|目前|当时|长远|外表|表面|远处|近处)$")
PRINTED = frozenset(
    {"报道", "消息", "披露", "载", "记载", "称", "言", "记述", "考证", "报", "说", "统计", "估计", "调查", "分析"}
)
PAPER = re.compile(r"《[^《》]{2,20}》")
UNFIT = re.compile(
    r"(?:的|了|将|被|把|和|与|在|对|向|为|是)$|(?:灯|线|图例|符号|箭头|颜色|[红黄蓝绿黑白灰]色|字母|星号|阴影|柱|图)$|应当|必须|不得|可以|需要|要求|如果|将会|(?:了(?!解)|着(?![陆力])|过(?![去程渡]))(?!.*的)|"
    r"^(?:初步|综合|根据|据|按(?!摩)|依据|依照|对于|如|若|经(?![销理济办纪营贸])|当(?![事地局])|以(?!色列)|凡)"
)
UNNAMED = re.compile(
    r"不愿|匿名|未具名|不具名|不便|未透露|知情|消息人士|业内人士|(?:接近|熟悉|了解)[^，。]{1,16}人士|^(?:一位|一名|有关|相关|内部)[^，。]{0,6}人士$"
)


def speeches(words: Words) -> Iterator[Speech]:
    """Every attribution of the statement's main claim."""
    if any(sign in words.spoken for sign in "据按依"):
        yield from _according(words)
    wire = WIRE.match(words.spoken)
    if wire is not None:
        yield _speech(words, wire.span(), wire.span("who"), "电")
    outlet = OUTLET.match(words.spoken)
    if outlet is not None:
        yield _speech(words, outlet.span(), outlet.span("who"), "消息")
    if any(map(words.spoken.__contains__, listed("grammar", "zh", "telling"))):
        for pattern in (SHOWN, BELIEVES, IN_WORDS, LEARNT, HOLDS, REPORTS, TEAM, ISSUED):
            yield from filter(None, (_shown(words, match) for match in pattern.finditer(words.spoken)))
    yield from filter(None, (_by(words, match) for match in _said().finditer(words.spoken)))


def _according(words: Words) -> Iterator[Speech]:
    for match in ACCORDING.finditer(words.spoken):
        opening = match.group()[: 2 if match.group()[0] in "根按" else 1]
        paper = PAPER.match(match["who"]) if match["verb"] in PRINTED else None
        if paper is not None:
            start = match.start("who")
            yield _speech(words, match.span(), (start + 1, start + paper.end() - 1), opening)
        elif not NO_VOICE.search(match["who"]):
            yield _speech(words, match.span(), match.span("who"), opening)


def _shown(words: Words, match: re.Match[str]) -> Speech | None:
    """Whose data or study shows it, and in whose view it is so."""
    if CASE.match(words.spoken, match.end()) and match.re is REPORTS:
        return None
    noise = SUBJECT_NOISE.match(match["who"])
    who = match["who"][noise.end() if noise else 0 :]
    if who in listed("grammar", "zh", "pronoun") and match["verb"] in {"看来", "眼中", "眼里"}:
        return _speech(words, match.span(), (match.end("who") - len(who), match.end("who")), match["verb"])
    if match["verb"] in {"看来", "眼中", "眼里"} and TIME_ENDS.search(who):
        return None
    paper = PAPER.match(who) if match.re is ISSUED else None
    if paper is not None:
        begin = match.end("who") - len(who) + 1
        return _speech(words, match.span(), (begin, begin + paper.end() - 2), "报道")
    if len(who) < 2 or NO_VOICE.search(who) or UNFIT.search(who) or who.endswith(("据", "有")):
        return None
    return _speech(words, match.span(), (match.end("who") - len(who), match.end("who")), match["verb"])


@cache
def _said() -> re.Pattern[str]:
    forms = sorted(verbs("zh"), key=len, reverse=True)
    nouns = [form for form in forms if form in listed("grammar", "zh", "opening")]
    told = "|".join(form for form in forms if form not in nouns)
    return re.compile(
        rf"(?P<who>[^{STOPS}]{{1,36}}?)(?P<verb>{told}|(?:{'|'.join(nouns)})(?=[，：:,“\"。！？]|$|{SHOWN_THEN}))(?P<then>[，：:,“\"]|(?=[^{STOPS}]{{4}})|(?={SHOWN_THEN})|(?=[。！？]|$))"
    )


@cache
def _shown_then() -> re.Pattern[str]:
    return re.compile(SHOWN_THEN)


def _by(words: Words, match: re.Match[str]) -> Speech | None:
    """The speaker stands before the verb, at the start of a clause."""
    text = words.spoken
    verb_start, verb_end = match.span("verb")
    mark = words.document.text[: words.start + match.start()].rstrip()[-1:] if not match["then"] else ""
    if text[match.start() - 1 : match.start()] == "、" or not _says(text, match, mark):
        return None
    start = match.start("who")
    noise = SUBJECT_NOISE.match(text[start:verb_start])
    start += noise.end() if noise else 0
    if SILENT.search(text[:start]):
        start = max(text.rfind(mark, 0, start) for mark in "，。；：、") + 1
    who = TAIL_NOISE.sub("", text[start:verb_start])
    if len(who) < (1 if who in listed("grammar", "zh", "pronoun") else 2) or UNFIT.search(who):
        return None
    return _speech(words, (start, verb_end), (start, start + len(who)), match["verb"])


def _says(text: str, match: re.Match[str], mark: str) -> bool:
    """Whether the verb is one of saying here: not 简称, 小说, 表示感谢, nor what a rule supposes (认为……的，可以)."""
    before, verb, end = match["who"], match["verb"], match.end("verb")
    if (NOT_SAID.search(before) and "引" not in before) or OBJECTS.match(text, end):
        return False
    if (
        (verb == "称" and NAMED.search(before))
        or (verb == "说" and TOLD.search(before) and "引" not in before)
        or (verb == "言" and NO_WORD.search(before))
    ):
        return False
    closes = not text[end:].strip() or text[end] in "。！？"
    if closes and verb[-1] not in "说称道" and mark not in {"”", "」", '"'}:
        return False
    if (
        verb in listed("grammar", "zh", "opening")
        and not match["then"]
        and not closes
        and not _shown_then().match(text, end)
    ):
        return False
    return not (verb == "认为" and CASE.match(text, end))


def _speech(words: Words, whole: tuple[int, int], who: tuple[int, int], told: str) -> Speech:
    base = told if told in verbs("zh") else ""
    stance, participle = verbs("zh").get(base, ("neutral", told))
    return Speech(
        start=whole[0],
        end=whole[1],
        speaker_start=who[0],
        speaker_end=who[1],
        verb=participle if base else "据" if told not in {"看来", "之见", "电"} else told,
        stance=stance,
        voice=_voice(words, who),
        language="zh",
    )


def _voice(words: Words, place: tuple[int, int]) -> Voice:
    who = words.spoken[place[0] : place[1]]
    about = words.document.metadata
    issuer = "" if about.outlet and about.kind == "report" else about.issuer or ""
    if who in listed("grammar", "zh", "pronoun"):
        return "pronoun"
    itself = ("公司", "集团") if issuer else ()
    if who.startswith(itself) or (who in {"法院", "合议庭"} and COURT.search(words.document.title)):
        return "own"
    if _full("own").fullmatch(who) or (issuer and (who in issuer or issuer in who)):
        return "own"
    return "vague" if _full("vague").fullmatch(who) or UNNAMED.search(who) else "named"


@cache
def _full(name: str) -> re.Pattern[str]:
    return re.compile(choice("speakers", "zh", name) if name == "vague" else f"(?:{choice('speakers', 'zh', name)})+")
