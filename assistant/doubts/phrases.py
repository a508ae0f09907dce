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
    r"\b(?P<verb>according to|(?:in|on|by) the (?:view|opinion|words|estimate|estimation|judgment|eyes|telling|account|reckoning|figures|"
    r"evidence) of|as (?:reported|stated|noted|described|cited|quoted|"
    r"claimed) (?:by|in)|(?:was|were|is|are|am|been) (?:quoted|cited|reported|described|alleged|claimed|told|informed|assured|advised|"
    r"warned)(?: (?:on [a-z]+day|yesterday|today|last [a-z]+|this [a-z]+|in [a-z]+))? by)\s+"
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
    rf"\bas\s+(?P<who>(?!(?:it|he|she|they|is|was|previously|just|already|we|i|you)\b)[^{STOP}.]{{2,60}}?)\s+(?:has\s+|have\s+|had\s+|also\s+|"
    rf"recently\s+)?"
    r"(?:,[^,.;]{2,40},\s+)?(?P<verb>reported|reports|noted|notes|said|says|admits|admitted|concedes|conceded|acknowledges|acknowledged|argues|"
    r"insists|claims|claimed|recalls|recalled|remarked|pointed\s+out|explained|stated|observed|warned|argued|put\s+it)(?=\s*[,.]|$)"
)
VIEW_IS = re.compile(
    rf"(?:\b(?P<it>it)\s+(?:is|was|remains|has\s+been)\s+(?:also\s+|still\s+)?)?(?P<who>[^{STOP}.]{{2,60}}?)(?:['’]s|(?<=s)['’])\s+(?:own\s+|"
    rf"main\s+)?"
    r"(?P<verb>view|position|opinion|argument|belief|assessment|contention|verdict|case|claim|evidence|testimony|account|complaint|answer|"
    r"reply|explanation|conclusion|theory|advice|warning|finding|message)(?(it)|\s+(?:is|was|has\s+been)(?:\s+(?:essentially|simply|"
    r"still))?)\s+that\b"
)
CLAIM_THAT = re.compile(
    r"(?P<who>(?:(?:the|an?|mr|mrs|ms|dr)\.?\s+(?:[\w-]+\s+){0,3}?)?[\w-]+)(?:['’]s|(?<=s)['’])\s+(?:own\s+|latest\s+|repeated\s+)?"
    r"(?P<verb>claim|assertion|allegation|suggestion|contention|insistence|warning|argument|complaint|testimony|statement|evidence|account|"
    r"finding|conclusion|prediction|explanation|admission|denial|promise)s?\s+that\b"
)
NAMED_BY = re.compile(r"\bfrom\s+[A-Z]|\bby\s")
QUOTING = re.compile(
    rf"\bquot(?:ed|es|e|ing)\s+(?P<who>[^{STOP}.]{{2,80}}?)\s+as\s+(?P<verb>saying|telling|stating|calling)\b"
)
STATING = re.compile(
    rf"\b(?:certificate|letter|note|memo|memorandum|e-?mail|report|message|affidavit|declaration|opinion|warning|assurance|"
    rf"complaint)s?\s+(?:(?:sent|written|signed)\s+)?"
    rf"(?:from|by|of)\s+(?P<who>[^{STOP}.]{{2,80}}?)\s+(?P<verb>stating|saying|confirming|alleging|claiming|warning|declaring)\s+that\b"
)
FROM = re.compile(
    r"(?P<verb>From)\s+(?P<who>[\w-]+\.(?:com|org|net|co\.uk|gov|edu|cn)|(?:[A-Z][\w’'-]+\s+){0,3}(?:News|Post|Times|Herald|Gazette|Daily|"
    r"Reuters|Wikipedia|Bloomberg)):(?=\s+\S+\s+\S)"
)
QUOTED_AS = re.compile(
    rf"(?P<who>[^{STOP}.]{{2,80}}?)\s+(?:is|was|were|are|has\s+been|have\s+been)\s+(?:widely\s+)?(?P<verb>quoted|reported|"
    rf"cited)\s+as\s+(?:saying|telling|stating)\b(?:\s+that\b)?"
)
HEADLINE = re.compile(r"(?P<who>[A-Z][\w’'.&-]*(?:\s+[\w’'.&-]+){0,4}):(?=\s+(?:\S+\s+){2}\S)")
SHOWN = re.compile(
    r"\b(?P<who>(?:data|figures|statistics|numbers|records|estimates|results)\s+(?:(?:released|published|compiled|issued|collected|"
    r"gathered)\s+by\s+(?:the\s+)?|from\s+|by\s+)"
    r"(?:[^,.;:\s]+\s+){0,7}?[^,.;:\s]+)\s+(?:also\s+)?(?P<verb>shows?|showed|suggests?|suggested|indicates?|indicated)\b"
)
CLOSING_FIGURES = re.compile(
    r",\s+(?P<who>(?:[^,.;:\s]+\s+){1,7}?(?:figures|data|statistics|records|accounts|reports?|survey|study|research|documents|papers|filings|"
    r"estimates))\s+"
    r"(?P<verb>shows?|showed|suggests?|suggested|indicates?|indicated)\s*(?:[.;]|$)"
)
SHORT = 4  # words after a colon that are no sentence
CONVINCED = re.compile(
    r"(?<!\bit)(?<!\bthere)(?<!\bwe)(?<!\bi)\s+(?:(?:is|are|was|were|remains?|remained|seems?)\s+(?:(?:also|still|quite|less|more)\s+)?"
    r"(?P<verb>of\s+the\s+(?:view|opinion|belief)|concerned|unhappy|disappointed|doubtful|anxious|alarmed|convinced|sure|certain|confident|"
    r"adamant|hopeful|worried|sceptical|skeptical|optimistic)|has\s+no\s+doubt(?:\s+at\s+all)?)\s+that\b"
)
IN_VIEW = re.compile(
    r"\b(?P<verb>in|on|by)\s+(?:(?P<whose>his|her|their)|(?P<who>(?:(?!(?:to|for|in|on|at|by|and|with|from|today|last|next)\b)[\w’'.-]+\s+){0,5}?"
    r"(?!(?:today|yesterday|year|month|week|nobody|everyone|one|it|that)\b)[\w-]+?)(?:['’]s|(?<=s)['’]))\s+(?:own\s+)?"
    r"(?:(?<!\bon\s)(?:view|opinion|judgment|judgement|words|assessment|estimation|telling|estimate|evidence|description)|"
    r"(?<!\bin\s)(?:reckoning|account|telling|count|calculations?|figures|estimates?|admission))\b(?=\s*(?:[,.)]|$)|\s+(?:the|an?|it|he|she|they|"
    r"there|this|that|these|those|its|his|her|their|no|some|all|most|many|mr|mrs|ms|dr|\d+)\b)"
)

# Each with letters that a text holds wherever it matches: most texts need not be searched for it.
POSSESSIVE, SHOWING = ("'s ", "’s ", "s' ", "s’ "), (" show", " suggest", " indicat")
WITH_SUBJECT = (
    (QUOTED_AS, (" as saying", " as telling", " as stating")),
    (CONVINCED, (" that",)),
    (VIEW_IS, POSSESSIVE),
    (CLAIM_THAT, POSSESSIVE),
)
BY_ITSELF = ((QUOTING, ("quot",)), (CLOSING_FIGURES, SHOWING), (STATING, ("ing that",)), (FROM, ("from ",)))
VIEWS = (
    "view", "opinion", "judg", "words", "assessment", "estimat", "telling", "evidence", "description", "reckoning", "account", "count",
    "calculation", "figures", "admission",
)  # fmt: skip


def speeches(words: Words) -> Iterator[Speech]:
    """The attributions of the statement that a phrase tells."""
    text = words.spoken
    if (headline := _headline(words)) is not None:
        yield headline
    if any(sign in text for sign in ("according", " by", " of", "as ")):
        yield from filter(None, (_according(words, match) for match in ACCORDING.finditer(text)))
    if "as " in text:
        yield from _as_said(words)
    for pattern, signs in WITH_SUBJECT:
        if any(map(text.__contains__, signs)):
            yield from filter(None, (_with_subject(words, match) for match in pattern.finditer(text)))
    yield from _by_itself(words)


def _as_said(words: Words) -> Iterator[Speech]:
    for match in AS_SAID.finditer(words.spoken):
        if not match["who"].endswith(" as"):
            yield speech_of(words, match.span(), match.span("who"), " ".join(match["verb"].split()))


def _by_itself(words: Words) -> Iterator[Speech]:
    """What needs no subject before it: "in X's view", "quoting X as saying", "data from X show"."""
    text = words.spoken
    if any(map(text.__contains__, VIEWS)):
        yield from _in_view(words)
    for pattern, signs in BY_ITSELF:
        if any(map(text.__contains__, signs)):
            for match in pattern.finditer(words.whole if pattern is FROM else text):
                yield speech_of(words, match.span(), match.span("who"), "said")
    if any(map(text.__contains__, SHOWING)):
        yield from filter(None, (_shown(words, match) for match in SHOWN.finditer(text)))


def _in_view(words: Words) -> Iterator[Speech]:
    """The attributions "in X's view", "by her account", "by the charity's count"."""
    for match in IN_VIEW.finditer(words.spoken):
        group = "whose" if match["whose"] else "who"
        yield speech_of(words, match.span(), match.span(group), "in the view of")


def _headline(words: Words) -> Speech | None:
    """The speaker before the colon of a headline: "Ministry: diesel prices to fall"."""
    found = HEADLINE.match(words.whole)
    if found is None or words.document.metadata.kind == "notice":
        return None
    who = words.spoken[found.start("who") : found.end("who")]
    outlet = not set(who.split()).isdisjoint(listed("speakers", "en", "outlet")) and len(who.split()) > 1
    if outlet and len(words.spoken[found.end() :].split()) > SHORT:
        return speech_of(words, (found.start("who"), found.end()), found.span("who"), "said")
    if words.whole.rstrip()[-1:] in set(".!?:;"):
        return None
    named = head_of(who) in agents() or head_of(who) in listed("speakers", "en", "official")
    if not named or head_of(who) in listed("speakers", "en", "own"):
        return None
    return speech_of(words, (found.start("who"), found.end()), found.span("who"), "said")


def _shown(words: Words, match: re.Match[str]) -> Speech | None:
    """Whose figures show it: "data from Kpler show"; nobody's where no name goes with them."""
    if NAMED_BY.search(words.whole[match.start("who") : match.end("who")]) is None:
        return None
    return speech_of(words, match.span(), match.span("who"), match["verb"])


def _with_subject(words: Words, match: re.Match[str]) -> Speech | None:
    if match.re in {VIEW_IS, CLAIM_THAT} and (match.re is CLAIM_THAT or match["it"]):
        return speech_of(words, match.span(), match.span("who"), "said")
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
