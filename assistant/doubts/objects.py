"""What an English verb of saying takes: a clause, a quotation, a view told by a noun, or a hearer and then a clause."""

from __future__ import annotations

import re

from assistant.doubts.lexicon import verbs
from assistant.doubts.lexicon import words as listed
from assistant.doubts.speakers import FINITE, Place, agents, head_of
from assistant.doubts.words import BLANK, Words

WHEN = (
    r"(?:\s+(?:(?:on|in|late|early|earlier|this (?:week|month|year|morning)|last|yesterday|today|recently|again|"
    r"also|further|during|at|via|through|under|before|after|without)\b(?!\s+that\b)[^,;:.]{0,45}?|"
    r"to\s+(?!(?:the\s+fact|be)\b)(?:(?:the|its|his|her|their|a|an|all)\s+)?[\w’'-]+(?=\s+that\b)|"
    r"(?:to\s+)?(?:reporters|journalists|investors|"
    r"lawmakers|state media|reuters|xinhua|cnn|[a-z]+ news)[^,;:.]{0,20}?))?"
)
NOT_A_SUBJECT = r"(?!\s+(?:is|are|was|were|has|have|will|would|could|can)\b)"
THAT = re.compile(
    rf"(?:\s+(?:only|merely|simply|flatly|again|instead))?{WHEN}(?:\s*,[^,;:.]{{2,45}},)?\s+that\b{NOT_A_SUBJECT}"
)
QUOTED = re.compile(rf"{WHEN}\s*[,:]?\s*(?:[\"“‘]|:)")
VIEW = re.compile(
    r"\s+(?:(?:the|their|a|some|no|its|his|her|this)\s+)?(?:[a-z]+\s+)?(?:view|opinion|belief|concern|judgment|expectation|hope|possibility|"
    r"confidence|fear|"
    r"doubt|worr(?:y|ie)|question|point|idea)s?\s+(?:that|about|as\s+to|over|whether|regarding)\b"
)
CLAUSE = re.compile(
    r"\s+(?:it|they|he|she|there|this|these|those|its|their|we|"
    r"(?:(?:the|a|an|its|their|his|her|some|most|many|all|no|such)\s+)?[\w'’-]+(?:\s+(?!(?:and|or|but)\s+[a-z]+ed\b)[\w'’-]+){0,7}?)"
    r"\s+(?:is|are|was|were|will|would|had|has|have|could|may|might|should|must|can|did|does|do|[a-z]{3,}ed|"
    r"rose|fell|grew|became|went|came|made|lost|won|began|left|sold|said)\b"
)
AUX_CLAUSE = re.compile(
    r"\s+(?:it|they|he|she|there|this|these|those|we|(?:(?:the|a|an|its|their|his|her|some|most|many|all|no|such|new|more)\s+)?"
    r"(?!(?:that|which|who|to|of|on|in|for|by)\b)[\w'’-]+(?:\s+(?!(?:that|which|who|to)\b)[\w'’-]+){0,7}?)"
    r"\s+(?:is|are|was|were|will|would|had|has|have|could|might|may|should|must|cannot|did)\b|"
    r"\s+(?:(?:it|they|he|she|there)\s+|(?:the|a|an|its|their|his|her|no|most|some|all)\s+(?:(?!(?:that|which|who|to|"
    r"and)\b)[\w’'-]+\s+){1,4}?)(?:rose|fell|grew|became|went|came|began|took|gave|broke|ran|sank)\b"
)
TOLD_SOMEBODY = re.compile(
    r"\s+(?!to\b)(?:[\w’'-]+\s+){1,4}?(?:that\b|(?:it|they|he|she|we|there)\s+(?!to\b)\w|"
    r"(?:the|a|an|this|its|their|no|all|most|some)\s+(?:[\w’'-]+\s+){0,6}?"
    r"(?:is|are|was|were|will|would|had|has|have|could|must|should|did|does|[a-z]{3,}ed|rose|fell|grew|went|came|made|lost|won|began|left|sold)\b)"
)
AS_OBJECT = re.compile(r"\s+(?!to\b|for\b)[^,.;]{2,80}?\s+(?:as|for|to|on)\s+\S")
DESCRIBED = re.compile(r"\s+(?!to\b|for\b)[^,.;]{2,80}?\s+as\s+\S")
SAYING = re.compile(r"\s+[^.;]{2,80}?\s+as\s+(?:saying|telling|stating|calling)\b")
RANKED = re.compile(
    r"\s+[^,.;]{2,60}?\s+(?:first|second|third|fourth|fifth|\d+(?:st|nd|rd|th)|top|last|among|ahead|above|below|as|in\s+the)\b"
)
ACCUSED = re.compile(r"\s+[^,.;]{2,80}?\s+of\s+\S")
CALLED = re.compile(
    r"\s+(?:[\w’'-]+\s+){1,5}?[\"“](?=\w)|"
    r"\s+(?:the|this|it|them|these|that|its|their|his|her)\b(?:\s+[\w’'-]+){0,4}?\s+(?:an?\s+\w+|too\s+\w+|[“\"]|\w+(?:able|ible|ful|less|ous|"
    r"ive|al|safe|fair|ary|ent|ant|ed|ing))\b"
)
NOUN_PHRASE = re.compile(
    r"\s+(?!(?:on|to|in|at|by|for|from|with|of|as|so|and|or|but|that|whether|how|its|his)\b|(?:a|the)\s+(?:range|variety|"
    r"number)\s+of\s+views\b)[a-z$0-9][\w’'$%-]*\s+[^\s]|\s+(?:on\s+)?(?:how|whether)\b"
)
PUT_AT = re.compile(
    r"\s+[^,.;]{2,60}?\s+down\s+to\s|"
    r"\s+[^,.;]{2,60}?\s+at\s+(?:about\s+|around\s+|some\s+|over\s+|nearly\s+|more\s+than\s+|only\s+)?(?:[$€£]?\d|half|one|two|three|"
    r"a\s+(?:third|quarter|fifth|tenth|sixth|half|hundred|thousand|million))"
)
REJECTING = ("reject", "disput", "contest", "refut", "den", "dismiss", "rebut")
REJECTED = re.compile(
    r"\s+(?:(?:the|any|all|such|those|these|this|that|his|her|its|their|both)\s+)?(?:[a-z’'-]+\s+){0,2}?"
    r"(?:suggestions?|claims?|reports?|allegations?|charges?|accusations?|rumou?rs?|idea|notion|estimates?|figures?|findings?|"
    r"account|version|conclusions?|view|criticisms?|assertions?|complaints?|numbers?)\b"
)
DENYING = ("denied", "denies", "deny", "admit", "recall")
DOING = re.compile(r"\s+(?:ever\s+)?(?:having|being|(?!boarding|standing|planning)[a-z]{3,}ing)\b")
WONDERING = ("wonder", "question", "doubt")
WHETHER = re.compile(r"\s+(?:whether|if|why|how|the|any|such)\s+\S")
FOR_OR_AGAINST = re.compile(r"\s+(?:for|against)\s+\S")
DETERMINED = re.compile(
    r"\s+(?!(?:its|his|her|their)\s+way\b)(?:the|a|an|it|they|he|she|we|this|that|these|its|their|his|her|most|many|some|no|all|prices|rates)\s+\S"
)
INFINITIVE = re.compile(r"\s+(?!to\b)[^,.;:]{2,70}?\s+(?:to\s+[a-z]+|as)\b")
NO_CLAUSE = re.compile(r"\s+(?:to|so|nothing|no|for|with|by|in|as)\b")
TO_BE = re.compile(r"\s+to\s+(?:be|have)\b")
TOLD = re.compile(r"(?:\s+[\w’'-]+){1,5}?\s*[.,]?$|(?:\s+[\w’'-]+){1,5}?[.,]")
CLOSED = re.compile(
    rf"\s*(?:$|[.!?,;){BLANK}]|\s(?:on|in|at|late|last|this|yesterday|today|earlier|citing|noting|adding|who)\b)"
)
INSERTED = re.compile(r"\s*,\s*[a-z]")
OF_SOMETHING = re.compile(r"\s+(?:of|about|against)\s+\S")
REPORTED_TO = re.compile(
    r"\s+[^,.;:]{2,60}?\s+to\s+(?:the\s+)?(?:police|authorities|coastguard|council|court|insurer|inspector|office|owner|watch)\b(?!\s+that)"
)
ASCRIBED = {
    "call": CALLED,
    "put": PUT_AT,
    "blame": DETERMINED,
    "describe": DESCRIBED,
    "quote": SAYING,
    "accuse": ACCUSED,
    "rank": RANKED,
    "": AS_OBJECT,
}  # what follows a verb that puts a judgement on its object; the others take "as", "for", "to" or "on"
FORECAST = re.compile(
    r"\s+(?!(?:of|for|is|are|were|was|in|on|at|by|to|from|and|or|that|have|had|has|will|made|based|show|suggest|put|point|indicate|vary|range|"
    r"rose|fell|remain|cost|as|with|under|would|may|could)\b)[\w$€£¥]"
)
REPORTED = frozenset({"report", "reported", "describe", "described"})
CONSIDERED = re.compile(
    r"\s+(?:the|its|their|his|her|this|that|it|them|such)\b(?:\s+[\w’'-]+){0,4}?\s+(?:to\s+be|(?:less|more|too|very|far|an?)\s+\w+|"
    r"\w+(?:able|ible|ous|ful)|(?:un)?(?:safe|fair|likely|necessary|wise)|wrong|right|essential|closed|settled|urgent)\b"
)
EVIDENCE = re.compile(
    r"\s+(?:(?:no|little|some|clear|strong|any|further|several|serious)\s+)*(?:evidence|signs?|proof|links?|fault|basis|grounds?|indication|"
    r"support|failings?|shortcomings)\b"
)
FOLLOWED = (
    (DENYING, DOING),
    (WONDERING, WHETHER),
    (("warn", "complain"), OF_SOMETHING),
)  # verbs with what shows that they are said, beside a clause
REACH = 200  # characters looked back from a verb of saying, so that the cost grows with the length only


def says_something(words: Words, place: Place, end: int, told: str) -> bool:
    """Whether the verb has a clause or a quotation as its object, or closes a clause; "reported losses" has neither."""
    text = words.spoken
    if REPORTED_TO.match(text, end):
        return False
    if told.startswith(REJECTING) and REJECTED.match(text, end):
        return True
    if told.startswith("describ") and head_of(text[place.start : place.end]) in listed("speakers", "en", "crowd"):
        return NOUN_PHRASE.match(text, end) is not None
    if told in listed("grammar", "en", "ascribing"):
        return next(form for verb, form in ASCRIBED.items() if told.startswith(verb)).match(text, end) is not None
    return _opens_a_clause(text, end, told) or _tells(text, place, end, told)


def _opens_a_clause(text: str, end: int, told: str) -> bool:
    """Whether "that", a quotation, a hearer or "of" follows, which leave no doubt that something is said."""
    stance = verbs("en")[told][0]
    if THAT.match(text, end) or VIEW.match(text, end) or (stance != "holding" and QUOTED.match(text, end)):
        return True
    if told in listed("grammar", "en", "addressed") and TOLD_SOMEBODY.match(text, end):
        return True
    if stance == "distancing" and TO_BE.match(text, end):
        return True
    if told.endswith((" of", " against")):
        return text[end : end + 1] == " "
    return any(told.startswith(verb) and form.match(text, end) for verb, form in FOLLOWED)


def _tells(text: str, place: Place, end: int, told: str) -> bool:
    """Whether the object is a view by who holds it, or a clause."""
    head = head_of(text[place.start : place.end])
    if head in listed("speakers", "en", "meeting") and told in listed("grammar", "en", "discursive"):
        return NOUN_PHRASE.match(text, end) is not None
    finders = listed("grammar", "en", "shows") if told.startswith("f") and told[1] in "oi" else agents()
    if head in finders and told in listed("grammar", "en", "finding") and DETERMINED.match(text, end):
        return True
    if _estimates(text, head, end, told):
        return True
    closing = (
        head in agents() and text[: place.start].rstrip(' "”').endswith(",") and CLOSED.match(text, end) is not None
    )
    if closing and told in listed("grammar", "en", "closing"):
        return True
    return (closing or told not in listed("grammar", "en", "ambiguous")) and _has_clause(text, place, end, told)


def _estimates(text: str, head: str, end: int, told: str) -> bool:
    """Whether a forecast, a finding or a clause without "that" follows a form that is a noun as often."""
    if told in listed("grammar", "en", "forecasting") and FORECAST.match(text, end):
        return True
    if told in {"found", "finds"} and head in agents() and EVIDENCE.match(text, end):
        return True
    if told.startswith(("consider", "regard")):
        return (CONSIDERED if told.startswith("consider") else DESCRIBED).match(text, end) is not None
    if told in REPORTED and head in listed("speakers", "en", "crowd") - {"patients", "members"}:
        return NOUN_PHRASE.match(text, end) is not None
    return (
        told in listed("grammar", "en", "claiming")
        and DETERMINED.match(text, end) is not None
        and AUX_CLAUSE.match(text, end) is not None
    )


def _has_clause(text: str, place: Place, end: int, told: str) -> bool:
    stance, before = verbs("en")[told][0], text[: place.end]
    closes = INSERTED if stance == "holding" else CLOSED
    heard = told in listed("grammar", "en", "addressed") and TOLD.match(text, end) is not None
    if "," in before and (heard or (told != "told" and closes.match(text, end))):
        tail = re.split(r"[,”\"]", before[-REACH:])[-1].strip()
        return 0 < len(tail.split()) <= 10 and not FINITE.search(tail)
    if told.startswith("argu") and FOR_OR_AGAINST.match(text, end):
        return True
    if NO_CLAUSE.match(text, end):
        return stance == "distancing" and TO_BE.match(text, end) is not None
    return _has_object(text, end, told, stance)


def _has_object(text: str, end: int, told: str, stance: str) -> bool:
    """Whether a clause without "that" follows, or for a view or forecast "inflation to decline", "growth of 5%"."""
    if stance == "holding" and (told.startswith(("expect", "predict", "anticipat")) or INFINITIVE.match(text, end)):
        return True
    if told in listed("grammar", "en", "mental") and DETERMINED.match(text, end):
        return True
    bare = told in listed("grammar", "en", "clausal") or stance in {"distancing", "holding"}
    return (CLAUSE if bare else AUX_CLAUSE).match(text, end) is not None
