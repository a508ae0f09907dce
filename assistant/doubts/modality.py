"""Whether "may" and "could" say what is possible ("prices may rise") or what is allowed ("visitors may come without an appointment")."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.doubts import lexicon
from assistant.doubts.words import BLANK, Words, orders

FILE = "modality"
ADVERB = r"(?:\s+(?:also|still|well|only|then|now|therefore|thus|however|instead|in turn|further|later|actually|each|both|all|even|[a-z]+ly))*"
NEXT = re.compile(
    rf"{ADVERB}(?P<not>\s+not)?{ADVERB}\s+(?P<verb>[a-z]+)(?:{ADVERB}\s+(?P<then>[a-z]+(?:\s+(?:accordance|of))?))?"
)
WELL = re.compile(r"\s+(?:well|yet|soon|eventually|never)\b")
RULED = re.compile(
    r"\b(?:shall|must|any person|citizens|members? states?|upon (?:approval|application|request)|in accordance with|"
    r"pursuant to|with the (?:approval|consent|permission))\b"
)
POWER = re.compile(
    r"\bby the (?:bureau|ministry|authorit(?:y|ies)|department|commission|council|court|minister|holder)\b"
)
PARTICIPLE = re.compile(r"[a-z]+(?:ed|en|wn|ne|ght|nt|pt|ld|id|st|lt|un|ad|ut|eft|und|ung|ot|et|ed to)$")
BREAK = re.compile(
    rf"[,;:.!?，；：。{BLANK}\n]\s*|\s(?:and|but|or|that|while|although|though|because|so|if|where|when)\s+"
)
WORD = re.compile(r"[a-z][a-z'’-]*")
NOUN_END = re.compile(r"\s+(?:of|at|for|from|in|with|by|on|to|who|which|that|under|without|near)\b.*$", re.DOTALL)
NOTHING = re.compile(r"(?:^|[.;:]\s+|^\s*)(?:nothing|no\s+\w+(?:\s+\w+)?|none\s+of\s+[\w\s]{2,20})\s+$")
RELATIVE = re.compile(
    r"\s+(?:whose|who|which|"
    r"that (?:have|has|had|are|is|were|was|do|does|did|wish|want|hold|own|meet|need|use|sell|make|employ|lack|fail|carry))\b.*$",
    re.DOTALL,
)
AGENT = re.compile(
    r"[a-z]{3,}(?:icians|ists|ers|ors|ees|ants)|agents|clients|guardians|librarians|custodians|opponents|proponents"
)
LAYS_DOWN = re.compile(
    r"\b(?:shall|must|(?:is|are) (?:required|obliged|prohibited|forbidden|entitled) to|may not|(?:is|are) forfeited)\b|"
    r"应当|不得|必须|方可|责令|本(?:办法|条例|规定|细则)"
)
LENGTH = re.compile(r"[A-Za-z]+|[一-鿿]{2}")
RULES = 3  # a text of no known kind lays down rules where it has as many duties,
WORDS_A_RULE = 90  # and one of them in as many words
FORM = re.compile(r"\s+(?:take|assume)\s+(?:the|any)\s+form|\s+consist\s+of\s+(?:up to|at most|(?:no|not) more than)\b")
INSERTED = re.compile(
    r"\s+(?:at any time|from time to time|in writing|upon|by (?:order|notice|regulation|resolution|law|agreement|decree)|"
    r"on (?:request|application|payment|written)|with (?:the )?(?:consent|approval|permission|leave)|"
    r"in (?:special|exceptional|urgent|such|any|that|these) )"
)
SAYING = re.compile(r"\b(?:sa(?:y|ys|id)|believe[sd]?|think|thinks|thought|fear\w*|warn\w*|expect\w*|suggest\w*)\b")
GENERIC = frozenset({"a", "an", "any", "each", "every", "all", "no", "both", "either", "only"})
EARLIER = re.compile(
    r"\b(?:so that|where|enough|from (?:mon|tues|wednes|thurs|fri|satur|sun)day|for the first time|until|before|at the time|then|who)\b"
)


def possible(words: Words, start: int, end: int) -> bool:
    """Whether the modal at these offsets says what may be so or may happen."""
    modal, after = words.bare[start:end], words.bare[end:]
    following = NEXT.match(after)
    if following is None or words.whole[start] == "M":
        return following is not None and modal == "might"
    if modal == "could":
        return not (orders(words) or _was_able(words, start, following["verb"]) or _could_be(words, end, following))
    if modal == "might":
        return not _listed("once", words.bare)
    if WELL.match(after) or _perfect(following):
        return True
    if INSERTED.match(after) or NOTHING.search(words.bare[max(0, start - 60) : start]):
        return False
    return _may_be(words, end, following) if following["verb"] == "be" else _may_do(words, start, end, following)


def rules(words: Words) -> bool:
    """Whether the document lays down rules: a notice, or a text of no known kind that is full of duties."""
    kind = words.document.metadata.kind
    return kind == "notice" or (kind == "other" and _full_of_duties(words.document.text))


@lru_cache(maxsize=64)
def _full_of_duties(text: str) -> bool:
    duties = len(LAYS_DOWN.findall(text.lower()))
    return duties >= RULES and duties * WORDS_A_RULE >= len(LENGTH.findall(text))


def asked(head: str) -> bool:
    """Whether a noun names somebody of whom "should" asks something."""
    return any(_is(head, name) for name in ("allowed", "roles", "bodies", "powerful", "handed"))


def _kind(words: Words) -> str:
    return "notice" if rules(words) else words.document.metadata.kind


def _perfect(following: re.Match[str]) -> bool:
    """ "May have led": a guess about what was."""
    return following["verb"] == "have" and PARTICIPLE.match(following["then"] or "") is not None


def _could_be(words: Words, end: int, following: re.Match[str]) -> bool:
    """Whether "could be granted on application" is leave: a power of a notice, or what goes with a permission."""
    then, verb = (following["then"] or "").split(" ")[0], following["verb"]
    rest, notice = words.bare[end + following.end() :], words.document.metadata.kind == "notice"
    leave = _listed("leave", rest) and not _listed("ahead", rest)
    if verb != "be":
        return notice and leave and _is(verb, "permitted")
    return (_is(then, "permitted") or _is(then, "usable")) and (notice or leave)


def _may_be(words: Words, end: int, following: re.Match[str]) -> bool:
    """ "May be revoked" is a power, "may be bought" says what can be; "may be delayed" and "may be wrong" are guesses."""
    then, kind = (following["then"] or "").split(" ")[0], _kind(words)
    rest, ruled = words.bare[end + following.end() :], _ruled(words)
    if following["not"]:
        acted_on = kind == "notice" and PARTICIPLE.match(then) is not None
        return not (_is(then, "permitted") or _is(then, "usable") or acted_on or ruled)
    if (_is(then, "usable") or _listed("leave", rest)) and not _listed("ahead", rest):
        return False
    if kind != "notice" and _listed("ahead", rest):
        return True
    if kind == "notice":
        acted_on = PARTICIPLE.match(then) is not None and not _is(then, "befallen")
        return not (acted_on or _is(then, "permitted") or ruled)
    if kind == "report":
        return not ruled
    return not (_is(then, "permitted") or ruled)


def _may_do(words: Words, start: int, end: int, following: re.Match[str]) -> bool:
    """What somebody is allowed to do, or what somebody or something may happen to do."""
    verb, rest = following["verb"], words.bare[end : end + 160]
    kind = _kind(words)
    head, part, generic = subject(words, start)
    allowed = _is(head, "allowed") or _is(head, "bodies") or AGENT.fullmatch(head) is not None
    happens = _is(verb, "happening") and not (
        _is(verb, "either") and (kind == "notice" or _is(head, "allowed")) and not part
    )
    if happens or _is(verb, "undergoing"):
        return True
    if _ruled(words) or kind == "notice" or FORM.match(rest):
        return False
    if part or _listed("ahead", rest):
        return True
    if allowed and (generic or _is(head, "roles")):
        return not (_is(head, "allowed") or _is(verb, "asking") or _listed("leave", rest))
    if following["not"]:
        return not _is(verb, "permitted") or (_is(verb, "holding_true") and not (allowed or _is(head, "roles")))
    power = (_is(head, "powerful") and _is(verb, "powers")) or (_is(head, "judging") and _is(verb, "permitted"))
    return not (power or (_listed("leave", rest) and _is(verb, "permitted")))


def subject(words: Words, start: int) -> tuple[str, bool, bool]:
    """The head of the noun phrase before a modal, whether it is a part of a group, and whether it is generic."""
    before = words.bare[max(0, start - 160) : start].rstrip(" ,")
    relative = RELATIVE.search(before, max(before.rfind(mark) for mark in ",;:.") + 1)
    if relative is not None and SAYING.search(relative.group()) is None:
        before = before[: relative.start()]
    opening = max((found.end() for found in BREAK.finditer(before)), default=0)
    phrase = before[opening:].strip()
    if not phrase and words.statement.lead_in is not None:
        phrase = words.context.split(words.spoken)[0].strip(" :.…")
    found = WORD.findall(NOUN_END.sub("", phrase)) or WORD.findall(phrase)
    if not found:
        return "", False, False
    part = bool(_match("part", phrase))
    first, head = found[0], found[-1]
    plural = head.endswith("s") or head in {"people", "children", "men", "women", "staff"}
    generic = first in GENERIC or head in {"anyone", "anybody", "everyone", "nobody", "you", "one", "who", "those"}
    return head, part, generic or (plural and first not in {"the", "these", "those", "its", "their", "our"})


def _was_able(words: Words, start: int, verb: str) -> bool:
    """Whether "could" tells what somebody was able or allowed to do: "the hall could hold 300 people", "so that residents could register"."""
    head, part, _ = subject(words, start)
    before = words.bare[max(0, start - 80) : start]
    rest = words.bare[start : start + 120]
    if part or _listed("ahead", rest) or not _is(verb, "able"):
        return False
    return (
        _is(head, "allowed") or EARLIER.search(before) is not None or verb in {"hold", "seat", "accommodate", "store"}
    )


def _ruled(words: Words) -> bool:
    return RULED.search(words.context) is not None or (
        words.document.metadata.kind != "report" and POWER.search(words.context) is not None
    )


def _is(word: str, name: str) -> bool:
    return lexicon.pattern(FILE, "en", name).fullmatch(word) is not None


def _match(name: str, text: str) -> re.Match[str] | None:
    return lexicon.pattern(FILE, "en", name).match(text)


def _listed(name: str, text: str) -> bool:
    return lexicon.pattern(FILE, "en", name).search(text) is not None
