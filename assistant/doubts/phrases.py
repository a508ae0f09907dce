"""Attributions told by a phrase: "according to X", "as X reported", "in X's view", "X's view is that", "X was quoted as saying"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.doubts import speakers
from assistant.doubts.lexicon import words as listed
from assistant.doubts.speakers import STOP, agents, head_of, speech_of
from assistant.doubts.speech import Speech
from assistant.doubts.words import Words

ACCORDING = re.compile(
    r"\b(?P<verb>according to|in the (?:view|opinion|words) of|as (?:reported|stated|noted|described|cited|quoted|"
    r"claimed) (?:by|in)|(?:was|were|is|are|been) (?:quoted|cited|reported|described|alleged|claimed|told|informed|assured|advised|warned) by)\s+"
    rf"(?P<who>(?:[^{STOP}.]|\.(?=\w)|(?<=\b\w)\.|(?<=\b(?:mr|dr|ms|st))\.){{2,110}})"
)
BEYOND = re.compile(
    r"\s+(?:and\s+(?:is|are|was|were|has|have|will)|is|are|was|were|has|have|had|will|would|which|who|that|"
    r"as well as|as)\b|\s+(?:released|published|issued|compiled|cited|seen|obtained|conducted|dated|posted|on\s+\w+day)\b"
)
BY_SOMEBODY = re.compile(r"\bby\b|['’]s\b")  # "according to an estimate by the operator"
LEGAL = re.compile(
    r"§|\b(?:code|act|articles?|sections?|rules?|regulations?|statute|law|order|directive|decree)\s+(?:no\.?\s*)?\d"
)
AS_SAID = re.compile(
    rf"\bas\s+(?P<who>(?!(?:it|he|she|they|is|was|previously|just|already|we|i|you)\b)[^{STOP}.]{{2,60}}?)\s+(?:has\s+|have\s+|had\s+|also\s+|recently\s+)?"
    r"(?P<verb>reported|reports|noted|notes|said|says|pointed\s+out|explained|stated|observed|warned|argued|put\s+it)(?=\s*[,.]|$)"
)
VIEW_IS = re.compile(
    rf"(?P<who>[^{STOP}.]{{2,60}}?)['’]s?\s+(?P<verb>view|position|opinion|argument|belief|assessment|contention|verdict)\s+(?:is|was)\s+that\b"
)
QUOTED_AS = re.compile(
    rf"(?P<who>[^{STOP}.]{{2,80}}?)\s+(?:is|was|were|are|has\s+been|have\s+been)\s+(?:widely\s+)?(?P<verb>quoted|reported|cited)\s+as\s+(?:saying|telling|stating)\b(?:\s+that\b)?"
)
HEADLINE = re.compile(r"(?P<who>[A-Z][\w’'.&-]*(?:\s+[\w’'.&-]+){0,4}):(?=\s+(?:\S+\s+){2}\S)")
CONVINCED = re.compile(
    r"(?<!\bit)(?<!\bthere)(?<!\bwe)(?<!\bi)\s+(?:(?:is|are|was|were|remains?|remained|seems?)\s+(?:(?:also|still|quite|less|more)\s+)?"
    r"(?P<verb>convinced|sure|certain|confident|adamant|hopeful|worried|sceptical|skeptical|optimistic)|has\s+no\s+doubt(?:\s+at\s+all)?)\s+that\b"
)
IN_VIEW = re.compile(
    rf"\b(?P<verb>in)\s+(?P<who>[^{STOP}.]{{2,60}}?)(?:['’]s?)\s+(?:view|opinion|judgment|words|assessment|estimation)\s*,"
)


def speeches(words: Words) -> Iterator[Speech]:
    """The attributions of the statement that a phrase tells."""
    text = words.spoken
    if (headline := _headline(words)) is not None:
        yield headline
    if any(sign in text for sign in ("according", " by", " of", "as ")):
        yield from filter(None, (_according(words, match) for match in ACCORDING.finditer(text)))
    if "as " in text:
        for match in AS_SAID.finditer(text):
            yield speech_of(words, match.span(), match.span("who"), " ".join(match["verb"].split()))
    for pattern, signs in ((QUOTED_AS, (" as saying", " as telling", " as stating")), (CONVINCED, (" that",))):
        if any(sign in text for sign in signs):
            yield from filter(None, (_with_subject(words, match) for match in pattern.finditer(text)))
    if "'" in text or "’" in text:
        yield from filter(None, (_with_subject(words, match) for match in VIEW_IS.finditer(text)))
        for match in IN_VIEW.finditer(text):
            if head_of(match["who"]) not in listed("grammar", "en", "determiner") | {"my", "our"}:
                yield speech_of(words, (match.start(), match.end() - 1), match.span("who"), "in the view of")


def _headline(words: Words) -> Speech | None:
    """The speaker before the colon of a headline: "Ministry: diesel prices to fall"."""
    found = HEADLINE.match(words.whole)
    if found is None or words.document.metadata.kind == "notice" or words.whole.rstrip()[-1:] in set(".!?:;"):
        return None
    who = words.spoken[found.start("who") : found.end("who")]
    named = head_of(who) in agents() or head_of(who) in listed("speakers", "en", "official")
    if not named or head_of(who) in listed("speakers", "en", "own"):
        return None
    return speech_of(words, (found.start("who"), found.end()), found.span("who"), "said")


def _with_subject(words: Words, match: re.Match[str]) -> Speech | None:
    end = match.end("who") if "who" in match.re.groupindex else match.start()
    place = speakers.subject(words.spoken, words.spoken[:end], words.whole) if end else None
    if place is None:
        return None
    return speech_of(words, (place.start, match.end()), (place.start, place.end), match["verb"] or "no doubt")


def _according(words: Words, match: re.Match[str]) -> Speech | None:
    start, who = match.start("who"), match["who"].rstrip()
    beyond = BEYOND.search(who)
    who = who[: beyond.start()] if beyond else who
    head, first = head_of(who), who.split()[0] if who.split() else ""
    measured = head in listed("speakers", "en", "measure") and BY_SOMEBODY.search(who) is None
    if measured or first in listed("grammar", "en", "no_voice") | {""}:
        return None
    written = words.whole[start : start + len(who)]
    if LEGAL.search(who):
        return None
    if written == who and first not in listed("grammar", "en", "determiner") and head not in agents():
        return None
    return speech_of(
        words, (match.start(), start + len(who)), (start, start + len(who)), " ".join(match["verb"].split())
    )
