"""The independent voices behind a claim: who says the same, near-copies and quotations of one speaker counted once.

What a statement says is its speaker's where it names one ("reported Xinhua"), the notice's where it tells what a notice
says, else that of its document's outlet or issuer. Documents that are near-copies speak with one voice, and so do two
statements that stand in a passage that one document took over from the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from assistant.answer import Voice
from assistant.checking.duty import duties
from assistant.checking.measuring import DOCUMENT, figures
from assistant.checking.quantities import Figure
from assistant.checking.reading import HAN, KEPT_IN_MEMORY, held, match, subject
from assistant.checking.wording import pattern, stems
from assistant.doubts import at_a_glance, attribution, telling
from assistant.doubts.stated import Alike, Place, Stated, limits, standing_alone
from assistant.doubts.words import Words, language_of, read
from ingest.document import Document, Kind, Metadata, Statement
from vectorstore.copying import Copied, families
from vectorstore.library import Library
from vectorstore.prints import code

COUNTED = frozenset({"number", "date", "clock"})
EXACT = 3  # digits of a number that tells by itself
HALF, FEWER, WORDS_ALONE = 0.5, 0.4, 0.75  # of the claim's words that a statement must hold, by how many figures agree
ENOUGH_BACK = 0.3
LITTLE, LITTLE_WORDS, LITTLE_NUMBERS = 0.3, 0.5, 0.8  # what shares less, of words or of numbers in digits, is not read
_DIGITS = re.compile(r"\d")
_BRACKETS = re.compile(r"\s*[(（\[【][^()（）\[\]【】]*[)）\]】]\s*")
_FRAME = re.compile(r"^(?:the|a|an)\s+|['’]s?$|[《》“”\"]")
_TELLS_OF_A_NOTICE = re.compile(
    r"(?:^|\b(?:under|by|as|in|per|to|with|from)\s+)(?:the\s+|a\s+)?(?:(?:notice|rule|order|circular|regulation|decree|directive)\s+)?$"
)
_KIND_OF_NOTICE = re.compile(r"^(?:Notice|Rule|Order|Circular|Regulation|Decree|Directive)\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who says something: by name, or by the number of the notice whose words they are."""

    told: str
    key: str
    number: Figure | None = None

    def same(self, other: Speaker) -> bool:
        """Whether two are one: the same notice, or the same name, one of them perhaps shorter."""
        if self.number is not None and other.number is not None and self.number.same(other.number):
            return True
        short, long = sorted((self.key, other.key), key=len)
        telling_enough = " " in short or (len(short) >= 4 and not short.isascii())
        return bool(short) and (short == long or (telling_enough and f" {short} " in f" {long} "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A statement by which a voice is heard; `document` may hold it alone, `place` is where it stands in the whole one."""

    document: Document
    statement: Statement
    position: int
    place: Callable[[], Place] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The voices of a claim, its own first, with the statements of each; `undecided` are those that may say the same."""

    voices: tuple[Voice, ...]
    said: tuple[tuple[Said, ...], ...]
    undecided: tuple[Alike, ...] = ()

    @property
    def perhaps(self) -> bool:
        """Whether others could be saying the same."""
        return bool(self.undecided)


class Copying:
    """Which documents, and which passages of them, are one text; asked of the library where two are compared."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._families: Mapping[str, str] = {}
        self._pairs: Mapping[tuple[str, str], Copied] = {}

    def among(self, said: Iterable[Said | Place]) -> Self:
        """Reads what the documents of some statements share."""
        ids = {each.document.id for each in said}
        pairs = self._library.copied(list(ids)) if len(ids) > 1 else ()
        self._families = families(pairs)
        self._pairs = {(pair.document_id, pair.other_id): pair for pair in pairs}
        return self

    def one_text(self, one: Said | Place, other: Said | Place) -> bool:
        """Whether two statements stand in near-copies, or in a passage that their documents share."""
        ids = (one.document.id, other.document.id)
        if ids[0] == ids[1] or (ids[0] in self._families and self._families[ids[0]] == self._families.get(ids[1])):
            return True
        first, second = (one, other) if ids in self._pairs else (other, one)
        pair = self._pairs.get((first.document.id, second.document.id))
        return pair is not None and any(
            a <= first.position <= b and c <= second.position <= d for a, b, c, d in pair.stretches
        )


def heard(asked: Sequence[tuple[Stated, Sequence[Alike]]], copying: Copying) -> list[Heard]:
    """For each claim, with the statements elsewhere that speak of the same, who says what it says."""
    found = [_agreeing(stated, alike) for stated, alike in asked]
    copying.among(each for said, _ in found for each in said)
    return [
        _heard(said, undecided, copying, chinese=stated.chinese)
        for (stated, _), (said, undecided) in zip(asked, found, strict=True)
    ]


def _agreeing(stated: Stated, alike: Sequence[Alike]) -> tuple[list[Said], list[Alike]]:
    """A claim's own statements and those that say the same, and those that may."""
    own = {place.document.id for place in stated.places}
    others = [each for each in alike if each.by != "doubt" and each.document_id not in own]
    agreeing = [(each, agrees(stated, each)) for each in others]
    said = [*map(_own, stated.places), *(_alone(each) for each, agreed in agreeing if agreed)]
    return said, [each for each, agreed in agreeing if agreed is None]


def _heard(said: Sequence[Said], undecided: Sequence[Alike], copying: Copying, *, chinese: bool) -> Heard:
    groups = _gathered([(each, speaker(each.document, each.statement)) for each in said], copying)
    return Heard(
        voices=tuple(_voice(group, copying, chinese=chinese) for group in groups),
        said=tuple(tuple(each for each, _ in group) for group in groups),
        undecided=tuple(undecided),
    )


def _own(place: Place) -> Said:
    return Said(document=place.document, statement=place.statement, position=place.position, place=lambda: place)


def _alone(alike: Alike) -> Said:
    """A statement elsewhere in a document that holds nothing else, so that the whole one need not be read."""
    alone = alike.alone
    return Said(document=alone.document, statement=alone.statement, position=alike.position, place=lambda: alike.place)


def agrees(stated: Stated, alike: Alike) -> bool | None:
    """Whether a statement says what the claim says; None where the two languages leave it open."""
    claim, other = stated.claim.text, alike.text
    foreign = alike.by == "figures" or (HAN.search(other) is not None) != stated.chinese
    if not foreign and not _promises(claim, alike):
        return False
    front = f"{alike.title} {alike.about.outlet or ''}" if _DIGITS.search(claim) else ""
    wanted = [each for each in figures(claim) if each.kind in COUNTED and each.name != "part"]
    wanted = [each for each in wanted if not each.may_be_reckoned]
    least = WORDS_ALONE if not wanted else FEWER if len(wanted) > 1 else HALF
    if not foreign and not ((wanted or alike.back >= ENOUGH_BACK) and _holds(alike, claim, front, least)):
        return False
    told = figures(other) if wanted else ()
    if not all(any(each.same(one) for one in told) for each in wanted):
        return False
    if foreign:
        return True if len(wanted) > 1 and any(_exact(each) for each in wanted) else None
    return not _opposed(claim, other)


def _promises(claim: str, alike: Alike) -> bool:
    """Whether a statement shares so much with a claim that it is worth reading."""
    if _DIGITS.search(claim):
        return alike.share >= LITTLE and alike.numbers >= LITTLE_NUMBERS
    return alike.share >= LITTLE_WORDS


def _opposed(one: str, other: str) -> bool:
    """Whether one says no where the other does not, or binds where the other advises."""
    language = language_of(one)
    negation = pattern("polarity", "negation", language)
    if (negation.search(one.lower()) is None) != (negation.search(other.lower()) is None):
        return True
    levels = [max((duty.level for duty in duties(text)), default=None) for text in (one, other)]
    return None not in levels and levels[0] != levels[1]


def speaker(document: Document, statement: Statement) -> Speaker:
    """Whose words a statement is."""
    about = document.metadata
    number = next((each for each in figures(about.number or "") if each.kind == "document"), None)
    if about.kind == "notice":
        return Speaker(
            told=_with_article(telling.name(document, chinese=False)), key=key(about.issuer or ""), number=number
        )
    words = read(document, statement)
    for figure in figures(words.whole) if DOCUMENT.search(words.whole) else ():
        if figure.kind == "document" and _TELLS_OF_A_NOTICE.search(words.spoken[: figure.start]):
            return Speaker(told=f"the notice {_KIND_OF_NOTICE.sub('', figure.text)}", key="", number=figure)
    alone = not statement.notes and statement.lead_in is None
    who = _named_alone(words.whole, about.kind, about.issuer, about.outlet) if alone else _named(words)
    if who:
        return Speaker(told=re.sub(r"^The\b", "the", who), key=key(who))
    publisher = telling.name(document, chinese=False)
    return Speaker(told=publisher, key=key(publisher), number=number)


def _named(words: Words) -> str:
    """The first speaker that a statement names; empty where it names none."""
    for speech in attribution.speeches(words):
        who = words.quote(*(speech.cited or (speech.speaker_start, speech.speaker_end)))
        if speech.voice == "named" and _names_somebody(who):
            return who
    return ""


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _named_alone(text: str, kind: Kind, issuer: str | None, outlet: str | None) -> str:
    """The same of a statement without notes, which says it wherever it stands."""
    place = standing_alone(text, Metadata(kind=kind, issuer=issuer, outlet=outlet))
    return _named(read(place.document, place.statement))


def _with_article(name: str) -> str:
    return re.sub(r"^(?:[Tt]he )?", "the ", name, count=1)


def _names_somebody(who: str) -> bool:
    return not who[0].isdigit() and not who.endswith(("'s", "’s"))


def _gathered(said: Iterable[tuple[Said, Speaker]], copying: Copying) -> list[list[tuple[Said, Speaker]]]:
    groups: list[list[tuple[Said, Speaker]]] = []
    for place, who in said:
        one = [
            group
            for group in groups
            if any(who.same(other) or copying.one_text(place, there) for there, other in group)
        ]
        merged = [each for group in one for each in group] + [(place, who)]
        at = groups.index(one[0]) if one else len(groups)
        groups = [group for group in groups if group not in one]
        groups.insert(at, merged)
    return groups


def _voice(group: Sequence[tuple[Said, Speaker]], copying: Copying, *, chinese: bool) -> Voice:
    """The group under the name of the one who said it first: a notice, else who speaks for himself, else the oldest."""

    def order(said: tuple[Said, Speaker]) -> tuple[bool, bool, str]:
        place, who = said
        about = place.document.metadata
        itself = who.key == key(telling.name(place.document, chinese=False))
        return about.kind != "notice", not itself, str(about.issued or "9999")

    place, who = min(group, key=order)
    documents = tuple(dict.fromkeys(each.document.id for each in (place, *(place for place, _ in group))))
    named = (
        telling.name(place.document, chinese=True) if chinese and place.document.metadata.kind == "notice" else who.told
    )
    first = key(telling.name(place.document, chinese=False))
    repeating = {
        other.document.id
        for other, _ in group
        if key(telling.name(other.document, chinese=False)) != first or copying.one_text(other, place)
    }
    return Voice(name=named, documents=documents, copies=len(repeating - {place.document.id}))


def _holds(alike: Alike, claim: str, front: str, least: float) -> bool:
    """Whether a statement, under the front of its document, holds enough of a claim's words; read only where its codes do not tell."""
    weights, coded = _weights(claim)
    needed = least * sum(weights.values())
    if not weights or sum(weights[term] for term, number in coded.items() if number in alike.codes) >= needed:
        return bool(weights)
    text = f"{alike.text} {front}"
    if sum(weight for term, weight in weights.items() if at_a_glance.may_hold(term, text)) < needed:
        return False
    own = held(alike.text) | held(front)
    return sum(weight * match(term, own) for term, weight in weights.items()) >= needed


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _weights(claim: str) -> tuple[Mapping[str, float], Mapping[str, int]]:
    """What each of a claim's words weighs, without its figures, and the code of each."""
    light = stems("wording", "light")
    weights = {term: limits().light if term in light else 1.0 for term in subject(claim)}
    return weights, {term: code(term) for term in weights}


def _exact(figure: Figure) -> bool:
    """A number that tells by itself: three digits or more."""
    return figure.kind == "number" and sum(map(str.isdigit, figure.text)) >= EXACT


def key(name: str) -> str:
    """A name as it is compared.

    >>> key("the Harbour Ledger"), key("数字产业部（样本）")
    ('harbour ledger', '数字产业部')
    """
    bare = _BRACKETS.sub(" ", name).strip().casefold()
    return " ".join(_FRAME.sub("", bare).split())
