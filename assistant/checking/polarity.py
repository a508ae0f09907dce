"""Claims that say the opposite of their source: the same words, with a negation that only one of the two has.

Where a claim follows a statement word by word, the two are laid beside one another, and a negation that only one of them has
between the same words tells. Elsewhere only a negation tells that denies words which both have, where nothing else says no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.checking.aligned import Change, Token, following, tokens
from assistant.checking.reading import Language, content, language, match, nearly, quotations, telling, words
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import listed, pattern, stems
from ingest.document import Span

TONGUES: tuple[Language, ...] = ("en", "zh")
NEAR = 3  # telling terms behind a negation that it denies
FAR = 60  # characters behind it in which they stand
CLOSE = 0.6  # the share of a clause that a claim must hold to speak of the same
CLAUSE = re.compile(r"[.;:,。；，：（）()]")


def check(claim: Wanted, chosen: Sequence[Line]) -> list[Remark]:
    """At most one remark: the claim affirms what its first statement denies, or denies what that affirms."""
    if not chosen or chosen[0].language != language(claim.claim):
        return []
    line, tongue = chosen[0], claim.language
    followed = [found for each in chosen if (found := _followed(claim.claim, each, tongue)) is not None]
    if followed:
        return max(followed, key=lambda each: each[0])[1]
    if not says_no(claim.claim):
        for span in line.spans:
            for denial, denied in _denials(line.document.quote(span), tongue):
                if _all_in(denied, claim.claim):
                    shown = Span(start=span.start + denial.start, end=span.start + denial.end)
                    return [_remark(claim.claim, line, shown, None)]
    elif not says_no(line.text):
        for denial, denied in _denials(claim.claim, tongue):
            if _all_in(denied, line.text):
                return [_remark(claim.claim, line, line.span, denial)]
    return _opposite_word(claim.claim, line) if tongue == "zh" else []


def _opposite_word(claim: str, line: Line) -> list[Remark]:
    """A Chinese claim that has one of two opposites, where a clause that says the rest of it has the other; neither denies it."""
    text = line.document.quote(line.span)
    for a, b in (pair for both in opposites("zh") for pair in (both, both[::-1])):
        if a not in claim or b in claim or a in text:
            continue
        for clause in re.finditer(r"[^，。；：\n]+", text):
            rest = content(clause[0].replace(b, " "))
            place = clause[0].find(b)
            alike = sum(nearly(term, claim) for term in rest) >= CLOSE * len(rest) > 0
            if place >= 0 and alike and not denies(clause[0]) and not denies(claim):
                start = line.span.start + clause.start() + place
                words = Span(start=claim.index(a), end=claim.index(a) + len(a))
                return [_remark(claim, line, Span(start=start, end=start + len(b)), words)]
    return []


def _followed(claim: str, line: Line, tongue: Language) -> tuple[float, list[Remark]] | None:
    """How far a claim follows a statement word by word, with a remark where one says the opposite; None where it does not follow."""
    found = following(claim, line.document.quote(line.span), tongue)
    if found is None:
        return None
    quoted = list(quotations(claim))  # compared letter by letter elsewhere
    changes = [
        each for each in found.changes if not any(q.start <= own.start < q.end for q in quoted for own in each.own)
    ]
    mine = sum(each.negates for change in changes for each in change.own)
    theirs = sum(each.negates for change in changes for each in change.other)
    added = [each for each in changes if mine > theirs and _denies(each.own, each.other)]
    lost = [each for each in changes if theirs > mine and _denies(each.other, each.own)]
    turned = [each for each in changes if _turned(each, tongue)]
    if any(_hides(each, tongue) for each in changes if each not in (*added, *lost, *turned)):
        return found.share, []
    if (len(added) + len(lost) + len(turned)) % 2 == 0:
        return found.share, []
    own, other = (added or lost or turned)[0].own, (added or lost or turned)[0].other
    at = line.span.start
    shown = Span(start=at + other[0].start, end=at + other[-1].end) if other else line.span
    return found.share, [_remark(claim, line, shown, Span(start=own[0].start, end=own[-1].end) if own else None)]


def _hides(change: Change, tongue: Language) -> bool:
    """Whether either side of a change says no without a negation."""
    return any(
        _pattern("hidden", tongue).search(each.text.lower()) for side in (change.own, change.other) for each in side
    )


def _denies(side: Sequence[Token], others: Sequence[Token]) -> bool:
    """Whether one side of a change is a negation and the verbs that carry it, and the other no more than such verbs."""
    more = any(not each.negates and each.key not in _carriers() for each in side)
    return any(each.negates for each in side) and not more and all(each.key in _carriers() for each in others)


def _turned(change: Change, tongue: Language) -> bool:
    """Whether a change puts a word in the place of its opposite, and nothing else."""
    if tongue == "zh":
        own, other = ("".join(each.text for each in side) for side in (change.own, change.other))
        return any({own, other} == {a, b} for a, b in opposites("zh"))
    sides = [{each.key for each in side} - _carriers() for side in (change.own, change.other)]
    return all(len(side) == 1 for side in sides) and any(sides in ([{a}, {b}], [{b}, {a}]) for a, b in opposites("en"))


@cache
def opposites(tongue: Language) -> tuple[tuple[str, str], ...]:
    """Pairs of opposites: Chinese as written, English as words are compared."""
    pairs = [entry.split("/") for entry in listed("polarity", "opposites", tongue)]
    return tuple((a, b) if tongue == "zh" else (tokens(a, "en")[0].key, tokens(b, "en")[0].key) for a, b in pairs)


def keys(text: str) -> frozenset[str]:
    """The words of an English text as opposites are compared."""
    return frozenset(each.key for each in tokens(text, "en"))


@cache
def _carriers() -> frozenset[str]:
    """The words that carry a negation, as they are compared: of Chinese ones their characters."""
    written = [(word, tongue) for tongue in TONGUES for word in listed("polarity", "carriers", tongue)]
    return frozenset(each.key for word, tongue in written for each in tokens(word, tongue))


def _remark(claim: str, line: Line, shown: Span, words: Span | None) -> Remark:
    reason = say(claim, "opposite", source=line.document.quote(line.span))
    return Remark(reason=reason, words=words, evidence=((line.document, shown),), contradicts=True)


def _denials(text: str, tongue: Language) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Each negation with the terms that it denies; none where its clause says no in another way too."""
    for found in _pattern("negation", tongue).finditer(text.lower()):
        clause = CLAUSE.split(text[found.end() : found.end() + FAR])[0]
        told = telling(clause) - stems("wording", "frame")
        denied = tuple(term for word in words(clause) for term in word.terms if term in told)[:NEAR]
        if denied and not _pattern("hidden", tongue).search(clause.lower()):
            yield Span(start=found.start(), end=found.end()), denied


def _all_in(denied: Sequence[str], text: str) -> bool:
    return all(match(term, telling(text)) > 0 for term in denied)


def denies(text: str) -> bool:
    """Whether a text holds a negation; 只有 and "only" are none."""
    return _pattern("negation", language(text)).search(text.lower()) is not None


def says_no(text: str) -> bool:
    """Whether a text holds a negation, or a word that says no without one."""
    return any(_pattern(name, language(text)).search(text.lower()) for name in ("negation", "hidden"))


def _pattern(name: str, tongue: Language) -> re.Pattern[str]:
    return pattern("polarity", name, "zh" if tongue == "zh" else "en")
