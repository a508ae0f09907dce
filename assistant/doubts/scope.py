"""Which words of a statement lie under an attribution: what follows "said that", what went before ", said X", or both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.doubts.objects import WHEN
from assistant.doubts.speech import Speech
from assistant.doubts.words import BLANK, Words

Stretch = tuple[int, int]

THAT = re.compile(rf"(?:{WHEN})?(?:\s*,[^,;:.]{{2,45}},)?\s+(?:of\s+)?(?:the\s+)?that\b[\s,:“\"]*")
QUOTED = re.compile(rf"(?:{WHEN})?\s*[,:]?\s*[\"“‘:]\s*[\"“‘]?")
VIEW = re.compile(
    r"\s+(?:(?:the|their|a|some|no|its|his|her)\s+)?(?:[a-z]+\s+)?(?:view|opinion|belief|concern|judgment|expectation|hope|possibility|confidence|fear|doubt|worr(?:y|ie)|point|idea)s?\s+that\s+"
)
CLOSED = re.compile(
    rf"\s*(?:$|[.!?;){BLANK}”\"])|\s+(?:on|in|at|late|last|this|yesterday|today|earlier)\b[^,;:]{{0,40}}(?:$|[.!?,;])"
)
INSERTED = re.compile(r"\s*,\s*(?=\S)")
ADDING = re.compile(
    r"\s*,?\s*(?:adding|noting|saying|warning|arguing|explaining|stressing|pointing\s+out)\s+(?:that\s+)?"
)
CITING = re.compile(r"\s*,\s*(?:citing|quoting|who|which|a|an|the)\b")
OTHER = re.compile(
    r"(?:[,;][”\"’]?\s*(?:and|but|while|whereas|although|though|yet|as)?|\s(?:while|whereas|although|though))\s+$"
)
SENTENCE = re.compile(r"(?<=[a-z)”\"’0-9%]{2})[.!?][”\"’]?\s+(?=[A-Z“])|\n\n")
JOINT = re.compile(r"^(?:and|but|or|so|yet|while|although|though|whereas|because|that)\s+", re.IGNORECASE)
ZH_FOLLOWS = re.compile(r"(?:[0-9]{1,2}日)?[，：:,\s]*[“\"「]?")
ZH_CLOSED = re.compile(r"\s*(?:$|[。！？；”」])")
EDGES = ' \t\n,.;:!?，。；：！？、“”"‘「」' + BLANK


def scope(words: Words, speech: Speech, said: Sequence[Speech]) -> tuple[Stretch, ...]:
    """What is said, in one or two stretches of the statement; `said` are all its attributions."""
    found = _chinese(words, speech, said) if speech.language == "zh" else _english(words, speech, said)
    return tuple(stretch for each in found if (stretch := _trimmed(words, each)) is not None)


def _english(words: Words, speech: Speech, said: Sequence[Speech]) -> Iterator[Stretch]:
    text, after = words.spoken, speech.end
    first, end = _sentence(words, speech)
    end = min(end, _next_voice(words, speech, said, end))
    begin = speech.start
    opening = any(
        other.end <= speech.start and other is not speech and other.speaker_start == speech.speaker_start
        for other in said
    )
    lead = (first, begin)
    if speech.speaker_start > speech.start:
        yield from _after_the_words(words, speech, first, end)
        return
    content = VIEW.match(text, after, end) or THAT.match(text, after, end) or QUOTED.match(text, after, end)
    if content is not None:
        if _comma_before(text, speech.speaker_start, first) and _quote_before(words, lead):
            yield lead
        yield content.end(), end
        return
    if not opening and _closes(text, speech, first, end):
        yield lead
        rest = INSERTED.match(text, after, end)
        if rest is not None and CITING.match(text, after, end) is None:
            adding = ADDING.match(text, after, end)
            yield (adding or rest).end(), end
        return
    yield after, end


def _after_the_words(words: Words, speech: Speech, first: int, end: int) -> Iterator[Stretch]:
    """Of ", reported Xinhua", "according to X" and ", says the notice, ...": what stands before, and what goes on."""
    text, before = words.spoken, words.spoken[first : speech.start]
    inserted = INSERTED.match(text, speech.end, end)
    if len(before.strip(EDGES).split()) >= 2 or (before.strip(EDGES) and inserted is None):
        yield first, speech.start
        adding = ADDING.match(text, speech.end, end)
        if adding is not None:
            yield adding.end(), end
        elif inserted is not None and CITING.match(text, speech.end, end) is None and before.rstrip().endswith(","):
            yield inserted.end(), end
        return
    yield (inserted.end() if inserted else speech.end), end


def _closes(text: str, speech: Speech, first: int, end: int) -> bool:
    """Whether the words of saying close or interrupt what is said: "Exports rose, the ministry said."."""
    if not _comma_before(text, speech.speaker_start, first):
        return False
    inserted = INSERTED.match(text, speech.end, end)
    return CLOSED.match(text, speech.end) is not None or inserted is not None


def _comma_before(text: str, start: int, first: int) -> bool:
    before = text[first:start].rstrip()
    return bool(before) and before[-1] in ',”"’—–'


def _quote_before(words: Words, lead: Stretch) -> bool:
    return any(mark in words.whole[slice(*lead)] for mark in '“”"')


def _next_voice(words: Words, speech: Speech, said: Sequence[Speech], end: int) -> int:
    """Where another speaker's clause begins that is not part of what is said."""
    for other in sorted(said, key=lambda each: each.start):
        if other.start <= speech.end or other.start >= end or other.speaker_start == speech.speaker_start:
            continue
        joint = OTHER.search(words.spoken[speech.end : other.start])
        if joint is not None:
            return speech.end + joint.start()
        if words.spoken[other.start :].startswith(("according to", "as reported")):
            return other.start
    return end


def _sentence(words: Words, speech: Speech) -> Stretch:
    """The sentence of the statement that the attribution stands in; a statement is now and then several."""
    breaks = [found.span() for found in SENTENCE.finditer(words.whole)]
    first = max((stop for _, stop in breaks if stop <= speech.start), default=0)
    last = min((start for start, _ in breaks if start >= speech.end), default=len(words.whole))
    if speech.aside or JOINT.match(words.spoken[first:]):
        joint = JOINT.match(words.spoken[first:])
        first += joint.end() if joint else 0
    return first, last


def _chinese(words: Words, speech: Speech, said: Sequence[Speech]) -> Iterator[Stretch]:
    text = words.spoken
    end = len(words.whole)
    for other in said:
        if (
            other.start > speech.end
            and other.language == "zh"
            and text[other.start - 1] in "，；。"
            and other.speaker_start != speech.speaker_start
        ):
            end = min(end, other.start)
    quoted_before = words.whole[: speech.start].rstrip("，, ").endswith(("”", "」"))
    closed = ZH_CLOSED.match(text, speech.end) is not None
    if (quoted_before or closed) and speech.start > 0:
        yield 0, speech.start
        if closed:
            return
    follows = ZH_FOLLOWS.match(text, speech.end)
    yield (follows.end() if follows else speech.end), end


def _trimmed(words: Words, stretch: Stretch) -> Stretch | None:
    """Without bullets, joints, marks at the edges and a note at the end."""
    start, end = stretch
    text = words.spoken[start:end]
    start += len(text) - len(text.lstrip(EDGES + "•·▪◦*–—-"))
    text = words.spoken[start:end].rstrip(EDGES)
    return (start, start + len(text)) if text else None
