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
    rf"(?:根据|(?<![数证根依票凭论占单收字])据|按照)(?P<who>[^{STOPS}]{{2,28}}?)(?:[0-9０-９]{{1,4}}[年月日][^{STOPS}]{{0,8}})?"
    rf"(?:的|援引[^{STOPS}]{{2,14}}的?)?(?P<verb>报道|消息|介绍|透露|通报|统计|披露|称|数据|调查|报告|研究|估计|预测|说法|分析|测算)"
    rf"(?:显示|称|表明|指出|认为)?(?=[{STOPS}]|$)"
)
SHOWN = re.compile(
    rf"(?P<who>[^{STOPS}]{{2,24}}?)(?:的|最新|近期|去年|今年|本次|此次|一次|抽样|公布的|发布的|一项|一份|年度|调查|[0-9]{{4}}年){{0,6}}(?P<verb>数据|报告|研究|调查|统计|民调|问卷|评估|监测|审计)(?:结果)?(?:显示|表明|发现|指出|认为|称)"
)
WIRE = re.compile(
    r"\s*(?P<who>[\u4e00-\u9fff]{1,6}社)[\u4e00-\u9fff]{0,8}(?:[0-9]{1,2}月)?[0-9]{1,2}日(?:专)?电[，：\s]?"
)
BELIEVES = re.compile(rf"(?:在|依)(?P<who>[^{STOPS}]{{1,14}})(?P<verb>看来|之见)(?=[，,])")
WHEN = (
    r"(?:(?:于|在)?[0-9０-９一二三四五六七八九十]{1,4}[年月日][0-9０-９月日年晚上午下间]*|"
    r"今天|昨天|日前|近日|此前|当天|当日|周[一二三四五六日]|[早晚]间)"
)
OBJECTS = re.compile(
    r"(?:感谢|欢迎|同意|支持|祝贺|慰问|哀悼|反对|不满|满意|关切|理解|敬意|愿意|赞同|赞赏|肯定|衷心|诚挚|热烈|"
    r"为|号|谓|呼|重|职|赞|得上|之|明|法|服|道理|话|情况[，。]|表彰|异议)"
)
NOT_SAID = re.compile(
    r"(?:于|以|可|用|据|不|未|应当?|须|必须|请|如实|要|需|如需|所|被|可以|为|的话|"
    r"照|难|再|[数图表][据]|经|未经|获|得到|得以|有待|待|尚|尚未|无法|未能|并未|没有|拒绝|予以|加以|进行|后被|便于)$"
)
SUBJECT_NOISE = re.compile(r"^(?:但是|但|而|同时|此外|另外|对此|不过|其中|并|并且|且|随后|另据|因此|还|也)+")
TAIL_NOISE = re.compile(
    rf"(?:{WHEN}|普遍|常|总是|总|一直|往往|经常|私下|纷纷|曾经|一致|大多|均已|则|还|也|曾|均|都|又|再次|再|日前|明确|公开|进一步|多次|在[^，。]{{2,20}}(?:中|上|时|后)|对[^，。]{{2,12}}|向[^，。]{{2,12}}|接受[^，。]{{2,14}}采访时|援引[^，。]{{2,14}}|发布[^，。]{{0,8}}|发表[^，。]{{0,8}}|发文)+$"
)
CASE = re.compile(r"[^。；]{0,60}的[，、；：。]?(?:应当|可以|有权|不得|由|依法|$)")
SILENT = re.compile(r"(?:不愿|不便|拒绝|不想|未)(?:透露|公开)$")  # "不愿透露姓名的工人": one who speaks
NAMED = re.compile(r"(?:名|简|俗|通|统|全|尊|并|职)$")
TOLD = re.compile(r"(?:小|学|传|来|据|的话)$")
NO_VOICE = re.compile(
    r"《|》|自行|自主|自身|自报|自愿|本人|内部|抽样|规定|办法|要求|需要|实际|^(?:初步|不完全|最新|有关|相关|现有|目前|上述|公开|以上|已有|历史)$"
)
PAPER = re.compile(r"《[^《》]{2,20}》")
UNFIT = re.compile(
    r"(?:的|了|将|被|把|和|与|在|对|向|为|是)$|应当|必须|不得|可以|需要|要求|如果|将会|[了着过]|"
    r"^(?:初步|综合|根据|据|按照|对于|如|若|经|当|以|凡)"
)
UNNAMED = re.compile(
    r"不愿|匿名|未具名|不具名|不便|未透露|知情|消息人士|业内人士|(?:接近|熟悉|了解)[^，。]{1,16}人士|^(?:一位|一名|有关|相关|内部)[^，。]{0,6}人士$"
)


def speeches(words: Words) -> Iterator[Speech]:
    """Every attribution of the statement's main claim."""
    if "据" in words.spoken or "按照" in words.spoken:
        yield from _according(words)
    wire = WIRE.match(words.spoken)
    if wire is not None:
        yield _speech(words, wire.span(), wire.span("who"), "电")
    if any(sign in words.spoken for sign in ("显示", "表明", "发现", "指出", "看来", "之见")):
        for pattern in (SHOWN, BELIEVES):
            yield from filter(None, (_shown(words, match) for match in pattern.finditer(words.spoken)))
    yield from filter(None, (_by(words, match) for match in _said().finditer(words.spoken)))


def _according(words: Words) -> Iterator[Speech]:
    for match in ACCORDING.finditer(words.spoken):
        opening = match.group()[: 2 if match.group()[0] in "根按" else 1]
        paper = PAPER.match(match["who"]) if match["verb"] in {"报道", "消息", "披露"} else None
        if paper is not None:
            start = match.start("who")
            yield _speech(words, match.span(), (start + 1, start + paper.end() - 1), opening)
        elif not NO_VOICE.search(match["who"]):
            yield _speech(words, match.span(), match.span("who"), opening)


def _shown(words: Words, match: re.Match[str]) -> Speech | None:
    """Whose data or study shows it, and in whose view it is so."""
    noise = SUBJECT_NOISE.match(match["who"])
    who = match["who"][noise.end() if noise else 0 :]
    if len(who) < 2 or NO_VOICE.search(who) or UNFIT.search(who) or who.endswith(("据", "有")):
        return None
    return _speech(words, match.span(), (match.end("who") - len(who), match.end("who")), match["verb"])


@cache
def _said() -> re.Pattern[str]:
    forms = sorted(verbs("zh"), key=len, reverse=True)
    return re.compile(
        rf"(?P<who>[^{STOPS}]{{1,36}}?)(?P<verb>{'|'.join(forms)})(?P<then>[，：:,“\"]|(?=[^{STOPS}]{{4}})|(?<=[说称道])(?=[。！？]|$))"
    )


def _by(words: Words, match: re.Match[str]) -> Speech | None:
    """The speaker stands before the verb, at the start of a clause."""
    text = words.spoken
    verb_start, verb_end = match.span("verb")
    if text[match.start() - 1 : match.start()] == "、" or not _says(text, match):
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


def _says(text: str, match: re.Match[str]) -> bool:
    """Whether the verb is one of saying here: not 简称, 小说, 表示感谢, nor what a rule supposes (认为……的，可以)."""
    before, verb, end = match["who"], match["verb"], match.end("verb")
    if (NOT_SAID.search(before) and "援引" not in before) or OBJECTS.match(text, end):
        return False
    if (verb == "称" and NAMED.search(before)) or (verb == "说" and TOLD.search(before)):
        return False
    closes = not text[end:].strip() or text[end] in "。！？"
    if verb in listed("grammar", "zh", "opening") and not match["then"] and not closes:
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
    if _full("own").fullmatch(who) or (issuer and (who in issuer or issuer in who)):
        return "own"
    return "vague" if _full("vague").fullmatch(who) or UNNAMED.search(who) else "named"


@cache
def _full(name: str) -> re.Pattern[str]:
    return re.compile(choice("speakers", "zh", name) if name == "vague" else f"(?:{choice('speakers', 'zh', name)})+")
