"""Who says it, in English: "X said that", "…, reported X", "…, X said.", "according to X", "X, citing Y, said"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, islice

from assistant.doubts import phrases, speakers
from assistant.doubts.lexicon import verbs
from assistant.doubts.lexicon import words as listed
from assistant.doubts.objects import DETERMINED, REACH, THAT, says_something
from assistant.doubts.speakers import STOP, agents, head_of, speech_of
from assistant.doubts.speech import Speech
from assistant.doubts.words import BLANK, Words

AUXILIARY = re.compile(
    r"(?:(?:^|\s+)(?:has|have|had|also|for\s+(?:some|a\s+long)\s+time|for\s+(?:years|months|weeks|decades)|in\s+(?:private|public)|then|later|"
    r"recently|repeatedly|again|further|however|generally|broadly|always|now|"
    r"even|still|instead|thus|therefore|once|first|already|often|long|again|both|each|all|(?!(?:family|assembly|ally|italy|july|monopoly|supply|"
    r"reply|bully|daily|weekly|monthly|quarterly)\b)[a-z]+ly|"
    r"(?:continued?|continues|went\s+on|tended|appeared|seemed|came|began)\s+to)|"
    r",\s*(?:however|too|meanwhile|moreover|in\s+turn|though|therefore|on\s+balance|on\s+net|for\s+(?:example|instance|their\s+part))\s*,)+$"
)
NEGATED = re.compile(r"\s+(?:(?:did|do|does)\s+not|no\s+longer)$")
JOINED = re.compile(r"(?:^|[\s,])(?:and|but|or)$")
CLAUSE_START = re.compile(r"[;:!?\n]\s*|(?<=[a-z)\d]{2})\.\s+")
UNSAID = re.compile(
    rf"(?:^|[\s{STOP}])(?:to|not|never|should|must|shall|may|can|could|would|might|will|who|which|that|is|are|was|were|be|"
    r"been|being|did|does|do|as|and|or|but|cannot|please|without|by|of|for|the|a|an|this|these|those|than|in|on)$|n['’]t$"
)
SUPPOSED = re.compile(r"(?:^|[\s,;])(?:since|if|when|unless|until|once|after|before|whether|where)\s+$")
SUBORDINATE = re.compile(r"(?:^|[\s,;])(?:although|though|while|whereas|because|as|even as)\s+$")
WHO = re.compile(rf"\s+(?P<who>(?:[^{STOP}.!?]|(?<=\b\w)\.|(?<=\b(?:mr|dr|ms|st))\.|(?<=\bmrs)\.|\.(?=\w)){{2,90}})")
LATER = re.compile(
    r"\s+(?:on|last|late|early|earlier|this|yesterday|today|in\s+(?:a|an|its|his|her|their|the|january|february|march|"
    r"april|may|june|july|august|september|october|november|december|\d{4}))\b.*$"
)

ASKING = frozenset(
    {"tell", "inform", "notify", "advise", "report", "remind", "mention", "note", "state", "post", "recall"}
)
ANIMATE = re.compile(
    r"(?:keeper|maker|worker|owner|holder|driver|leader|dealer|man|woman|men|women|ists?|ians?|eers?|monger|smith|wright)$"
)
BARE = 3  # words of a speaker without an article: ", says union", ", say aid workers"
PREDICATE = re.compile(
    r"(?<=\s)(?:is|are|was|were|has|have|had|will|would|also|continued|generally|broadly|further|[a-z]{3,}ed|"
    r"saw|said|thought|felt|held|found|began|disputes|denies|rejects|contests|accepts|calls|wants|plans|says|claims|insists|argues|notes|puts|"
    r"warns|disagrees|differs|demurs|responds|replies|objects|criticises|questions|welcomes|backs|wrote|told|spoke|hit|drew|took|made|gave|went|"
    r"left|kept|set|cut|lost|won|rose|fell|became|sent|sold|led|stood|paid|bought|brought)\b"
)
ADJECTIVE = re.compile(
    r"\b(?:an?|no|any|each|every)\s+(?:[a-z-]+\s+)?[a-z]+(?:able|ible|al|ic|ive|ous|ful|ary|est|ial)$"
)
PARTICIPLES = (
    r"saying|arguing|claiming|insisting|warning|complaining|alleging|stating|explaining|contending|noting|adding|maintaining|"
    r"predicting|pointing\s+out|asserting|replying|conceding|admitting|boasting|protesting|objecting"
)
SAYING = re.compile(
    rf",\s+(?P<verb>{PARTICIPLES}|calling(?=\s+(?:the|it|this|them|that|his|her|their|its)\b))(?=\s*[,:]?\s*[“\"]|\s+(?!(?:so|nothing|goodbye|"
    rf"to)\b)\S)"
)
PARTICIPLE_OF = {
    "arguing": "argued",
    "claiming": "claimed",
    "alleging": "alleged",
    "insisting": "insisted",
    "warning": "warned",
    "predicting": "predicted",
}
TO_SAY = re.compile(
    r"\b(?:wrote|written|writes|called|rang|phoned|e-?mailed|spoke|took\s+to\s+\w+)\s+(?:[\w’'-]+\s+){0,8}?to\s+"
    r"(?P<verb>say|tell|warn|complain|explain|inform|report)\s+(?:[\w’'-]+\s+){0,4}?that\b"
)
MOST = 5  # participles and purposes read in a statement
GERUND = re.compile(r"(?:[a-z]+ly\s+)?[a-z]+ing\b")  # "unwinding the decline observed in March": nobody speaks


def speeches(words: Words) -> Iterator[Speech]:
    """Every attribution of the statement's main claim, in the order of the text."""
    for verb in _verbs().finditer(words.spoken):
        if words.whole[verb.start()].isupper() and words.spoken[: verb.start()].strip():
            continue
        told = " ".join(verb.group().split())
        speech = _after(words, verb, told)
        if speech is None or _stands_before(words, verb, speech):
            speech = _before(words, verb, told) or speech
        if speech is not None:
            yield speech
    adding: re.Match[str]
    for adding in islice(chain(SAYING.finditer(words.spoken), TO_SAY.finditer(words.spoken)), MOST):
        place = _clause_subject(words, words.spoken[: adding.start()])
        if place is not None and _is_somebody(words, place):
            who = (place.start, place.end)
            yield speech_of(words, (adding.start("verb"), adding.end()), who, PARTICIPLE_OF.get(adding["verb"], "said"))
    yield from phrases.speeches(words)


@cache
def _verbs() -> re.Pattern[str]:
    forms = sorted((form.replace(" ", r"\s+") for form in verbs("en")), key=len, reverse=True)
    return re.compile(rf"(?<![-–])\b(?:{'|'.join(forms)})\b(?![-–’'])")


def _after(words: Words, verb: re.Match[str], told: str) -> Speech | None:
    """The speaker stands after the verb: ", reported Xinhua", ", says the notice, ..."."""
    text, stance = words.spoken, verbs("en")[told][0]
    before = text[: verb.start()].rstrip()
    if not before or before[-1] not in f',”"’—–{BLANK}' or (stance in {"holding", "showing"} and told != "finds"):
        return None
    if told in listed("grammar", "en", "ascribing") or told in ASKING:
        return None
    found = WHO.match(text, verb.end())
    if found is None:
        return None
    start, end = found.span("who")
    later = LATER.search(text[start:end])
    end = start + len(text[start : start + later.start() if later else end].rstrip())
    return speech_of(words, (verb.start(), end), (start, end), told) if _names(words, start, end, told) else None


def _stands_before(words: Words, verb: re.Match[str], after: Speech) -> bool:
    """Whether the subject with what is said of it stands before the verb: "Halden, the largest operator, says its campus ran at"."""
    if head_of(words.spoken[after.speaker_start : after.speaker_end]) in agents():
        return False
    opening = max((found.end() for found in CLAUSE_START.finditer(words.spoken, 0, verb.start())), default=0)
    before = words.spoken[opening : verb.start()]
    return "," in before and not (PREDICATE.search(before) or speakers.FINITE.search(before))


def _names(words: Words, start: int, end: int, told: str) -> bool:
    """Whether these words after a verb of saying are somebody, and not something reported ("a loss of 3m")."""
    who, written = words.spoken[start:end].split(), words.whole[start:end].split()
    if not who or len(who) > 12 or speakers.FINITE.search(words.spoken[start:end]):
        return False
    if (written[0][0].isupper() or written[0][0].isdigit()) and any(word[0].isupper() for word in written):
        return True
    if who[0] in agents() and any(word[0].isupper() for word in written):
        return True
    determined = (who[0] in listed("grammar", "en", "determiner") and who[0] != "that") or who[0] in {
        "state",
        "government",
    }
    if told in {"said", "says", "say", "warns", "warn", "finds"} and who[-1] in agents() and len(who) <= BARE:
        return True
    return determined and (told in {"said", "says"} or head_of(words.spoken[start:end]) in agents())


def _before(words: Words, verb: re.Match[str], told: str) -> Speech | None:
    """The speaker stands before the verb, and what is said follows or went before."""
    text, stance = words.spoken, verbs("en")[told][0]
    far = max(0, verb.start() - REACH)
    before = text[:far] + _without_auxiliaries(words, far, verb.start())
    if stance == "holding":
        before = before[:-20] + NEGATED.sub("", before[-20:])
    shared = JOINED.search(before[-5:]) is not None
    if not before or (not shared and UNSAID.search(before[-REACH:])):
        return None
    place = _shared_subject(words, before) if shared else speakers.subject(text, before, words.whole)
    if (
        place is None
        or _is_noun(text[place.start : place.end], told)
        or not says_something(words, place, verb.end(), told)
    ):
        return None
    ahead = text[max(0, place.start - REACH) : place.start]
    if SUPPOSED.search(ahead) or not _can_say(words, place, told, verb.end()):
        return None
    if words.whole[place.start].islower() and GERUND.match(text, place.start):
        return None
    who, aside = (place.start, place.end), SUBORDINATE.search(ahead) is not None
    start = verb.start() if shared else place.start
    return speech_of(words, (start, verb.end()), who, told, cited=place.cited, aside=aside)


def _is_noun(who: str, told: str) -> bool:
    """Whether the verb's form is a noun here: "an honourable mention", "the attribute value"."""
    if told not in listed("grammar", "en", "noun_too"):
        return False
    head = head_of(who)
    plural = (
        head.endswith(("s", "men"))
        or head in listed("grammar", "en", "plural")
        or head in listed("grammar", "en", "quantifier")
    )
    return (told in listed("grammar", "en", "base") and not plural) or ADJECTIVE.search(who) is not None


def _without_auxiliaries(words: Words, start: int, end: int) -> str:
    """What stands before a verb without "has also" and "repeatedly"; a capital tells a name: "Eastern Freight Weekly has"."""
    spoken = words.spoken[start:end].rstrip()
    cased = "".join(low if low == BLANK else letter for low, letter in zip(spoken, words.whole[start:], strict=False))
    found = AUXILIARY.search(cased)
    return spoken[: found.start()].rstrip() if found else spoken


def _is_somebody(words: Words, place: speakers.Place) -> bool:
    who = words.spoken[place.start : place.end]
    named = any(word[0].isupper() for word in words.whole[max(place.start, 1) : place.end].split())
    return head_of(who) in agents() | listed("grammar", "en", "pronoun") or (
        named and head_of(who) not in listed("speakers", "en", "mute")
    )


def _shared_subject(words: Words, before: str) -> speakers.Place | None:
    """The subject of the clause whose second verb follows: "Participants saw gains in May and noted that ..."."""
    place = _clause_subject(words, before)
    return place if place is not None and head_of(words.spoken[place.start : place.end]) in agents() else None


def _clause_subject(words: Words, before: str) -> speakers.Place | None:
    """The subject of the clause that these words end."""
    text = words.spoken
    opening = max((found.end() for found in CLAUSE_START.finditer(before)), default=0)
    first = next((m for m in PREDICATE.finditer(text, opening, len(before))), None)
    if first is None:
        return None
    return speakers.subject(text, _without_auxiliaries(words, 0, first.start()) or " ", words.whole)


def _can_say(words: Words, place: speakers.Place, told: str, verb_end: int) -> bool:
    """Whether the subject can hold or argue anything: data "suggest" too, but nobody speaks."""
    stance = verbs("en")[told][0]
    if told in listed("grammar", "en", "ascribing"):
        written = words.whole[place.start : place.end].split()
        head = head_of(words.spoken[place.start : place.end])
        return head in agents() or head in {"he", "she", "they"} or any(w[0].isupper() for w in written[1:])
    if stance not in {"showing", "arguing", "holding"} and told not in listed("grammar", "en", "ambiguous"):
        return True
    head = head_of(words.spoken[place.start : place.end])
    if stance == "showing":
        return head in listed("grammar", "en", "shows")
    if head in listed("speakers", "en", "mute"):
        return False
    written = words.whole[place.start : place.end].split()
    mental = told in listed("grammar", "en", "mental") and DETERMINED.match(words.spoken, verb_end) is not None
    clause = mental or THAT.match(words.spoken, verb_end) is not None
    if clause and told not in listed("grammar", "en", "inanimate"):
        return True
    alone = len(written) == 1 and (
        stance == "arguing"
        or told in listed("grammar", "en", "mental")
        or (told.endswith("s") and not head.endswith("s"))
    )
    named = any(word[0].isupper() for word in written[1:]) or ((place.start > 0 or alone) and written[0][0].isupper())
    standing = listed("grammar", "en", "pronoun") | listed("grammar", "en", "quantifier") | {"them", "these", "those"}
    speaking = stance == "arguing" and ANIMATE.search(head) is not None
    return named or speaking or head in agents() or head in standing
