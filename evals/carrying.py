"""Does a text say a point, does a cited text carry a claim: by words, numbers and dates, without a model.

A yardstick that errs on the side of what can be seen: it knows no synonyms, and is meant for points that are written as
short phrases with alternatives. How well it judges is itself measured: `python -m evals run pairs --subject words`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.checking.values import Value, folded, values
from vectorstore.terms import query_terms, terms

CARRIED = 0.6
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|without|cannot|\w+n['’]t)\b"
    r"|不(?!晚于|早于|少于|多于|超过|低于|高于|得超过|得少于|得低于|仅|但|同)|没有|未|无(?!论)|并非",
    re.IGNORECASE,
)
_NEAR = 24
_NEAR_HAN = 6
_COUNTER = re.compile(r"[日天个家条辆人次元年月号名项倍时周]")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A judgement and its reason."""

    holds: bool
    reason: str


def says(text: str, alternatives: tuple[str, ...]) -> Judged:
    """Whether a text holds one of some phrases: all its words, its numbers and dates by value, and no negation of its own.

    >>> says("Records must be deleted after 30 days.", ("delete records", "thirty days")).holds
    True
    >>> says("Records need not be deleted.", ("records deleted",)).reason
    'negated: “not”'
    """
    reason = ""
    for phrase in alternatives:
        judged = _says(text, phrase)
        if judged.holds:
            return judged
        reason = reason or judged.reason
    return Judged(holds=False, reason=reason)


def carries(evidence: str, claim: str) -> Judged:
    """Whether a cited text carries a claim: its words by at least CARRIED, and each of its numbers and dates.

    >>> carries("In all, 151 cities used the code.", "The code was used in 200 cities.").reason
    'not in the cited text: 200'
    """
    if _word_for_word(claim, evidence):
        return Judged(holds=True, reason="word for word")
    told, held = values(claim), values(evidence)
    absent = [value.text for value in told if not any(value.same(each) for each in held)]
    if absent:
        return Judged(holds=False, reason=f"not in the cited text: {', '.join(absent)}")
    rest = _without(folded(claim), told)
    wanted = _content(rest) if rest.strip() else frozenset()
    found = wanted & frozenset(terms(evidence))
    share = len(found) / len(wanted) if wanted else 1.0
    if share < CARRIED:
        lost = ", ".join(sorted(wanted - found)[:6])
        return Judged(holds=False, reason=f"{share:.0%} of its words are in the cited text; not {lost}")
    return Judged(holds=True, reason=f"{share:.0%} of its words are in the cited text")


def _says(text: str, phrase: str) -> Judged:
    told, held = values(phrase), values(text)
    for value in told:
        if not any(value.same(each) for each in held):
            return Judged(holds=False, reason=f"no {value.text!r}")
    rest = _without(folded(phrase), told)
    wanted = _content(rest) if rest.strip() else frozenset()
    lost = wanted - frozenset(terms(text))
    if lost and not (_HAN.search(phrase) and _squeezed(phrase) in _squeezed(text)):
        return Judged(holds=False, reason=f"no {', '.join(sorted(lost))}")
    if not _NEGATION.search(phrase) and (negation := _negated(text, wanted)):
        return Judged(holds=False, reason=f"negated: “{negation}”")
    return Judged(holds=True, reason=f"says “{phrase}”")


def _negated(text: str, wanted: frozenset[str]) -> str:
    """The negation that stands shortly before a wanted word, in the same clause."""
    lowered = folded(text)
    latin = [match.start() for match in re.finditer(r"\w+", lowered) if frozenset(terms(match[0])) & wanted]
    han = [match.start() for term in wanted if _HAN.match(term) for match in re.finditer(re.escape(term), lowered)]
    for match in _NEGATION.finditer(lowered):
        in_han = bool(_HAN.match(match[0]))
        near, places = (_NEAR_HAN, han) if in_han else (_NEAR, latin)
        after = [place for place in places if 0 <= place - match.end() <= near]
        if after and not re.search(r"[.;:。；：，,]" if in_han else r"[.;:]", lowered[match.end() : min(after)]):
            return match[0]
    return ""


def _word_for_word(claim: str, evidence: str) -> bool:
    """Whether a claim stands in a text as it is, and not as a part of longer words or numbers."""
    part, whole = _squeezed(claim), _squeezed(evidence)
    place = whole.find(part)
    while place >= 0:
        end = place + len(part)
        if not (_joined(whole[place - 1 : place], part[:1]) or _joined(part[-1:], whole[end : end + 1])):
            return True
        place = whole.find(part, place + 1)
    return False


def _joined(left: str, right: str) -> bool:
    """Whether two characters would be read as one word or number."""
    return left.isalnum() and right.isalnum() and not _HAN.match(left) and not _HAN.match(right)


@lru_cache(maxsize=20_000)
def _content(text: str) -> frozenset[str]:
    return frozenset(query_terms(text))


def _without(text: str, held: tuple[Value, ...]) -> str:
    """A folded text without its values, nor the Chinese counters behind them."""
    for start, end in sorted({(value.start, value.end) for value in held}, reverse=True):
        counter = _COUNTER.match(text, end)
        text = text[:start] + " " + text[counter.end() if counter else end :]
    return text


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()
