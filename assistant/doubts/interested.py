"""Statements that rest on figures given by the party they are about, or given before they are final."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.doubts import lexicon
from assistant.doubts.finding import Finding
from assistant.doubts.speech import Speech
from assistant.doubts.words import Words, matches, orders

CLASSES = ("self", "unaudited", "preliminary")
GAP = re.compile(r"\s*,?\s+")
LATIN_WORD = re.compile(r"[a-z]+")
COUNTING = frozenset({"neutral", "distancing", "endorsing"})
NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|half|doubled|tripled|million|billion|record)\b|[一二两三四五六七八九十百千万亿]{2}"
)


def find(words: Words, said: Sequence[Speech]) -> Finding | None:
    """The words that show whose figures these are, unless the statement orders such figures to be given."""
    for language in words.languages:
        for cue in matches(words.spoken, "interest", language, *CLASSES):
            if orders(words):
                break
            span = words.span(cue.start(), cue.end())
            says = lexicon.says("interest", language, cue.lastgroup or "self")
            quoted = words.quote(cue.start(), cue.end())
            reason = (
                f'It rests on figures that are {says}: "{quoted}".'
                if language == "en"
                else f"所依据的数据{says}：“{quoted}”。"
            )
            return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)
    return _of_itself(words, said)


def _of_itself(words: Words, said: Sequence[Speech]) -> Finding | None:
    """A company that speaks of itself, with a number."""
    found = _by_an_organisation(words, said)
    if found is None or NUMBER.search(words.spoken, found[1]) is None:
        return None
    speech, end = found
    span = words.span(speech.start, end)
    speaker = words.quote(speech.speaker_start, speech.speaker_end)
    reason = f"These are figures of {speaker} about itself; nobody else is said to have checked them."
    if speech.language == "zh":
        reason = f"这是{speaker}关于自身的数据，原文没有提到其他人核实过。"
    return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)


def _by_an_organisation(words: Words, said: Sequence[Speech]) -> tuple[Speech, int] | None:
    """Where an organisation that is no authority speaks of itself, and where its "it had" ends."""
    for speech in said:
        if speech.voice == "named" and speech.stance in COUNTING and not _official(words, speech):
            own_affair = lexicon.pattern("interest", speech.language, "own_affair")
            gap = GAP.match(words.spoken, speech.end)
            follows = own_affair.match(words.spoken, gap.end() if gap else speech.end)
            if follows is not None:
                return speech, follows.end()
    return None


def _official(words: Words, speech: Speech) -> bool:
    """Whether the speaker is an authority, whose figures are official."""
    who = words.spoken[speech.speaker_start : speech.speaker_end]
    if speech.language == "zh":
        return who.endswith(tuple(lexicon.words("speakers", "zh", "official")))
    return not lexicon.words("speakers", "en", "official").isdisjoint(LATIN_WORD.findall(who))
