"""Statements that rest on figures given by the party they are about, or given before they are final."""

from __future__ import annotations

import re

from assistant.doubts import lexicon
from assistant.doubts.attribution import by_an_organisation
from assistant.doubts.finding import Finding
from assistant.doubts.words import Words, matches, orders

CLASSES = ("self", "unaudited", "preliminary")
NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|half|doubled|tripled|million|billion|record)\b|[一二两三四五六七八九十百千万亿]{2}"
)


def find(words: Words) -> Finding | None:
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
    return _of_itself(words)


def _of_itself(words: Words) -> Finding | None:
    """A company that speaks of itself, with a number."""
    found = by_an_organisation(words)
    if found is None or NUMBER.search(words.spoken, found[1]) is None:
        return None
    speech, end = found
    span = words.span(speech.start, end)
    speaker = words.quote(speech.speaker_start, speech.speaker_end)
    reason = f"These are figures of {speaker} about itself; nobody else is said to have checked them."
    if speech.language == "zh":
        reason = f"这是{speaker}关于自身的数据，原文没有提到其他人核实过。"
    return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)
