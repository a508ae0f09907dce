"""Statements that rest on figures given by the party they are about, or given before they are final."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.doubts import caveats, lexicon, of_itself
from assistant.doubts.finding import Finding
from assistant.doubts.lexicon import Language
from assistant.doubts.speech import Speech
from assistant.doubts.words import BLANK, Words, clipped, lower, next_remark, orders
from ingest.document import Span

CLASSES: dict[Language, tuple[str, ...]] = {
    "en": ("self", "own", "unaudited", "preliminary", "early"),
    "zh": ("self", "unaudited", "preliminary"),
}
BRACKET = re.compile(r"[(（\[【]\s*([^()（）\[\]【】]{2,60}?)\s*[)）\]】]")
GROUND = re.compile(r"\b(?:by|on|from|to|with|in|using|against|according to)\s+(?:the\s+)?(?:[a-z'’]+\s+)?$")
SHOWN = re.compile(
    r"\s+(?:of [a-z ]{2,24} )?(?:shows?|showed|suggests?|suggested|puts?|gives?|gave|found|finds|says?|said|points?|indicates?)\b"
)
LEAVE = re.compile(r"\b(?:may|can)\b|可以?(?![能靠信见观])|允许|鼓励|自愿")
TO_COME = re.compile(
    r"\b(?:would|will|shall|should|must|may|might|could|expects?|expected|forecast|dividend|if|employs?|founded|followed)\b|将|拟|计划|应当|必须|预计|股利|分红"
)
REPLACED = re.compile(
    r"(?:\b(?:than|(?:revised|changed|corrected|differ\w*|up|down) from|misreport\w*|falsif\w*|replac\w+|supersed\w+|instead of|in place of)\s+"
    r"(?:the\s+|an?\s+|its\s+|their\s+|that\s+)?|[比较]上?[年月期]?)$"
)
OBSERVED = re.compile(r"\b(?:analysts|observers|economists|forecasters|experts)\s+(?:put|see|give|reckon)\b")
OTHER_MATTER = re.compile(r"\s*the (?:[a-z]+ )?(?:figures?|numbers?|estimates?|data|counts?) (?:for|of|on)\b")
DIFFERED = re.compile(
    r"[^.;]{0,30}\b(?:have|has|had)\s+(?:usually\s+|since\s+)?(?:differed|been\s+(?:replaced|superseded))\b"
)
FILED = re.compile(r"\b(?:may|can)\s+be\s+(?:filed|submitted|lodged|published|sent|presented)\b")
RESULTS = re.compile(r"\b(?:results|findings|analysis)\b")
NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|half|doubled|tripled|million|billion|record)\b|[一二两三四五六七八九十百千万亿]{2}|[一二两三四五六七八九半](?:成|倍|分之|个百分点)"
)


def find(words: Words, said: Sequence[Speech]) -> Finding | None:
    """The words that show whose figures these are, here or in the next sentence, unless such figures are ordered."""
    cue = _cue(words)
    if cue is not None and not _is_only_a_remark(words, cue[1]):
        return _finding(words, cue, words)
    remark = next_remark(words) if NUMBER.search(words.spoken) else None
    if remark is not None and OTHER_MATTER.match(remark.spoken) and _counted(remark):
        remark = None
    cue = None if remark is None else _cue(remark)
    if remark is not None and cue is not None:
        return _finding(remark, cue, words)
    return _in_brackets(words) or of_itself.find(words, said) or _said_elsewhere(words, said)


def _is_only_a_remark(words: Words, cue: re.Match[str]) -> bool:
    """Whether a statement tells how far figures of other statements go, and gives none before that."""
    if len(words.document.statements) == 1:
        return False
    for language in words.languages:
        remark = lexicon.pattern("interest", language, "remark").match(words.spoken)
        if remark is not None and of_itself.measure(words.spoken[: cue.start()], language) is None:
            return True
    return not _counted(words) and caveats.is_one(words.document, words.statement)


def _said_elsewhere(words: Words, said: Sequence[Speech]) -> Finding | None:
    """A number of which a footnote, or a sentence on all figures of the document, says that it is not final or whose it is."""
    counted = _counted(words)
    if orders(words) or caveats.checked(words.spoken) or not (counted or _outcome(words)):
        return None
    for language in words.languages:
        for foot in caveats.footnotes(words.document, words.statement.span):
            note = lower(words.document.quote(foot))
            bare = note.lstrip(" *†‡[]()〔〕0123456789").rstrip(" .。")
            told = lexicon.pattern("interest", language, *CLASSES[language]).search(note)
            if told or lexicon.pattern("interest", language, "bracket").fullmatch(bare):
                return _by_a_passage(words, foot, language)
        others = any(speech.voice != "own" for speech in said) or OBSERVED.search(words.spoken)
        if not others and TO_COME.search(words.spoken) is None:
            for passage in caveats.over_all(words.document, words.statement):
                if counted or RESULTS.search(lower(words.document.quote(passage))):
                    return _by_a_passage(words, passage, language)
    return None


def _outcome(words: Words) -> bool:
    """Whether a statement tells what research found, without a number."""
    return "en" in words.languages and lexicon.pattern("interest", "en", "outcome").search(words.spoken) is not None


def _counted(words: Words) -> bool:
    """Whether a statement has a number that measures or counts something, in figures or in words."""
    return any(
        of_itself.measure(words.spoken, language) is not None
        or lexicon.pattern("interest", language, "counted").search(words.spoken) is not None
        for language in words.languages
    )


def _by_a_passage(words: Words, passage: Span, language: Language) -> Finding:
    quoted = clipped(words.document.quote(passage).rstrip(".。"), 120)
    reason = f'The document says of this figure elsewhere: "{quoted}".'
    if language == "zh":
        reason = f"原文在别处对该数据另有说明：“{quoted}”。"
    return Finding(kind="self_reported", reason=reason, evidence=(passage,), words=passage)


def _cue(words: Words) -> tuple[Language, re.Match[str]] | None:
    for language in words.languages:
        pattern, cue = lexicon.pattern("interest", language, *CLASSES[language]), None
        while (cue := pattern.search(words.spoken, 0 if cue is None else cue.start() + 1)) is not None:
            ordered = orders(words) or (words.document.metadata.kind == "notice" and LEAVE.search(words.context))
            if not ordered and _counts(words, cue):
                return language, cue
    return None


def _counts(words: Words, cue: re.Match[str]) -> bool:
    """Whether a party's own survey or data is what a figure rests on; that it has them tells nothing."""
    if cue.lastgroup != "self" and (
        REPLACED.search(words.spoken[: cue.start()]) or DIFFERED.match(words.spoken, cue.end())
    ):
        return False
    if FILED.search(words.spoken) and of_itself.measure(words.spoken, "en") is None:
        return False
    if cue.lastgroup not in {"own", "early"}:
        return True
    shown = SHOWN.match(words.spoken, cue.end()) or GROUND.search(words.spoken[: cue.start()])
    rest = words.spoken[: cue.start()] + BLANK + words.spoken[cue.end() :]
    return shown is not None or of_itself.measure(rest, "en") is not None


def _in_brackets(words: Words) -> Finding | None:
    """A number with a bracket behind it that says whose it is or that it is not final: "3.1m (unaudited)"."""
    if orders(words):
        return None
    for bracket in BRACKET.finditer(words.whole):
        for language in words.languages:
            told = lexicon.pattern("interest", language, "bracket").fullmatch(lower(bracket[1]))
            if told is not None and NUMBER.search(words.spoken[: bracket.start()]):
                span, quoted = words.span(bracket.start(1), bracket.end(1)), words.quote(*bracket.span(1))
                reason = f'The source says in brackets how far the figure goes: "{quoted}".'
                if language == "zh":
                    reason = f"原文在括号中对该数据作了说明：“{quoted}”。"
                return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)
    return None


def _finding(where: Words, found: tuple[Language, re.Match[str]], words: Words) -> Finding:
    language, cue = found
    span = where.span(cue.start(), cue.end())
    says, quoted = lexicon.says("interest", language, cue.lastgroup or "self"), where.quote(cue.start(), cue.end())
    reason = (
        f'It rests on figures that are {says}: "{quoted}".' if language == "en" else f"所依据的数据{says}：“{quoted}”。"
    )
    if where is not words:
        reason = (
            f'The next sentence tells that the figure is {says}: "{quoted}".'
            if language == "en"
            else f"下一句说明该数据{says}：“{quoted}”。"
        )
    return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)
