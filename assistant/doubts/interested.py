"""Statements that rest on figures given by the party they are about, or given before they are final."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.doubts import lexicon
from assistant.doubts.finding import Finding
from assistant.doubts.lexicon import Language
from assistant.doubts.scope import scope
from assistant.doubts.speech import Speech
from assistant.doubts.words import Words, matches, next_remark, orders

CLASSES = ("self", "unaudited", "preliminary")
GAP = re.compile(r"\s*,?\s+")
LATIN_WORD = re.compile(r"[a-z]+")
COUNTING = frozenset({"neutral", "distancing", "endorsing"})
LEAVE = re.compile(r"\b(?:may|can)\b|可以?(?![能靠信见观])|允许|鼓励|自愿")
OURSELVES = re.compile(r"\b(?:we|our|us)\b|我们|我[司院校厂店行馆局会社]|本[公院校厂店行馆集]|公司|集团|平台")
NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|half|doubled|tripled|million|billion|record)\b|[一二两三四五六七八九十百千万亿]{2}"
)


def find(words: Words, said: Sequence[Speech]) -> Finding | None:
    """The words that show whose figures these are, here or in the next sentence, unless such figures are ordered."""
    cue = _cue(words)
    if cue is not None:
        return _finding(words, cue, words)
    remark = next_remark(words) if NUMBER.search(words.spoken) else None
    cue = None if remark is None else _cue(remark)
    if remark is not None and cue is not None:
        return _finding(remark, cue, words)
    return _of_itself(words, said) or _praise(words)


def _praise(words: Words) -> Finding | None:
    """What a company, a school or a club says to its own credit in a text that it issues itself."""
    about = words.document.metadata
    if about.kind == "notice" or about.outlet or not about.issuer or orders(words):
        return None
    for language in words.languages:
        cue = next(matches(words.bare, "interest", language, "praise"), None)
        if cue is not None and (cue.start() == 0 or _speaks_of_itself(words, about.issuer)):
            span = words.span(cue.start(), cue.end())
            reason = f"{about.issuer} says so of itself; nobody else is said to have checked it."
            if language == "zh":
                reason = f"这是{about.issuer}对自身的评价，原文没有提到其他人核实过。"
            return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)
    return None


def _speaks_of_itself(words: Words, issuer: str) -> bool:
    """Whether the issuer of a text stands in a statement, by "we" or by a word of its name."""
    names = [
        each for each in re.findall(r"[a-z]{4,}|[\u4e00-\u9fff]{2,}", issuer.lower()) if each not in {"the", "and"}
    ]
    return OURSELVES.search(words.spoken) is not None or any(each[:12] in words.spoken for each in names)


def _cue(words: Words) -> tuple[Language, re.Match[str]] | None:
    for language in words.languages:
        for cue in matches(words.spoken, "interest", language, *CLASSES):
            if not (orders(words) or (words.document.metadata.kind == "notice" and LEAVE.search(words.context))):
                return language, cue
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


def _of_itself(words: Words, said: Sequence[Speech]) -> Finding | None:
    """A company that speaks of itself, with a number."""
    found = _by_an_organisation(words, said)
    if found is None:
        return None
    speech, end = found
    span = words.span(min(speech.start, end), max(speech.end, end))
    speaker = words.quote(speech.speaker_start, speech.speaker_end)
    reason = f"These are figures of {speaker} about itself; nobody else is said to have checked them."
    if speech.language == "zh":
        reason = f"这是{speaker}关于自身的数据，原文没有提到其他人核实过。"
    return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)


def _by_an_organisation(words: Words, said: Sequence[Speech]) -> tuple[Speech, int] | None:
    """Where an organisation that is no authority gives a figure of its own, and where its "it had" ends."""
    if NUMBER.search(words.spoken) is None:
        return None
    for speech in said:
        if speech.voice == "named" and speech.stance in COUNTING and not _official(words, speech):
            own_affair = lexicon.pattern("interest", speech.language, "own_affair")
            gap = GAP.match(words.spoken, speech.end)
            follows = own_affair.match(words.spoken, gap.end() if gap else speech.end)
            if follows is not None and NUMBER.search(words.spoken, follows.end()):
                return speech, follows.end()
            if _of_its_own(words, speech, said):
                return speech, speech.end
    return None


def _of_its_own(words: Words, speech: Speech, said: Sequence[Speech]) -> bool:
    """Whether what a company says names the company or its own affairs, with a number."""
    content = " ".join(words.spoken[start:end] for start, end in scope(words, speech, said))
    if NUMBER.search(content) is None:
        return False
    who = words.spoken[speech.speaker_start : speech.speaker_end]
    if speech.language == "zh":
        affairs = (who, *lexicon.words("interest", "zh", "affairs"))
        company = who.endswith(tuple(lexicon.words("interest", "zh", "company")))
        return company and any(each in content for each in affairs)
    if lexicon.words("interest", "en", "outlet").intersection(LATIN_WORD.findall(who)):
        return False
    name = words.whole[speech.speaker_start : speech.speaker_end].split()[0]
    if name[0].isupper() and len(name) > 3 and name.lower() not in lexicon.words("grammar", "en", "determiner"):
        return re.search(rf"\b{re.escape(name.lower())}\b|\b(?:its|our)\b", content) is not None
    company = not lexicon.words("interest", "en", "company").isdisjoint(LATIN_WORD.findall(who))
    return company and speech.cited is None


def _official(words: Words, speech: Speech) -> bool:
    """Whether the speaker is an authority, whose figures are official."""
    who = words.spoken[speech.speaker_start : speech.speaker_end]
    if speech.language == "zh":
        return who.endswith(tuple(lexicon.words("speakers", "zh", "official")))
    return not lexicon.words("speakers", "en", "official").isdisjoint(LATIN_WORD.findall(who))
