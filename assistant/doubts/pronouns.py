"""Whom a pronoun stands for that says something: who is named before it in its sentence, or who spoke in the two statements before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.doubts import lexicon
from assistant.doubts.speech import Speech
from assistant.doubts.words import Words, read
from ingest.document import Span
from vectorstore.terms import function_words, terms

PERSONS = frozenset({"he", "she"})
OBJECT = {"he": "him", "she": "her", "they": "them"}
"""What a pronoun becomes behind "by"."""
_NAME = r"[A-Z][\w’'-]*\.?(?:\s+(?:(?:de|van|von|der|al|bin|la)\s+)?[A-Z][\w’'-]*\.?){1,4}"
_DOES = r"(?:[a-z]+ed|is|was|has|had|will|would|could|did|does|said|says|thought|told|wrote|left|went|took|came|made|gave)\b"
_OPENING = re.compile(
    rf"(?:^|[.;!?]\s+|\n)(?:(?:[Bb]ut|[Hh]owever|[Mm]eanwhile),?\s+)?(?P<who>{_NAME})(?=,|\s+(?:also\s+)?{_DOES})"
)
_NAMES = re.compile(_NAME)


@dataclass(frozen=True, slots=True)
class Antecedent:
    """Who it is, and the words that say so in the document."""

    name: str
    said: Span


def antecedent(words: Words, speech: Speech, speeches: Callable[[Words], Sequence[Speech]]) -> Antecedent | None:
    """Whom a pronoun stands for: who speaks or opens its sentence, or who spoke before, for "he added that ..."."""
    return (
        _speaking_ahead(words, speech, speeches) or _in_the_sentence(words, speech) or _speaking_before(words, speeches)
    )


def _speaking_ahead(words: Words, speech: Speech, speeches: Callable[[Words], Sequence[Speech]]) -> Antecedent | None:
    """Who spoke ahead in the sentence: "Although participants expected a rise, they noted"."""
    ahead = [each for each in speeches(words) if each.voice == "named" and each.end <= speech.speaker_start]
    if not ahead:
        return None
    nearest = max(ahead, key=lambda each: each.end)
    start, end = nearest.speaker_start, nearest.speaker_end
    return Antecedent(words.quote(start, end), words.span(nearest.start, nearest.end))


def _in_the_sentence(words: Words, speech: Speech) -> Antecedent | None:
    """The person who is the subject, where no other is named on the way: "President George dissented because she believed"."""
    if words.spoken[speech.speaker_start : speech.speaker_end] not in PERSONS:
        return None
    before = words.whole[: speech.speaker_start]
    opening = max(_OPENING.finditer(before), key=lambda found: found.start(), default=None)
    if opening is None or set(terms(opening["who"].split()[0])) <= function_words():
        return None
    start, end = opening.span("who")
    if _NAMES.search(before, end):
        return None
    return Antecedent(words.quote(start, end), words.span(start, end))


def _speaking_before(words: Words, speeches: Callable[[Words], Sequence[Speech]]) -> Antecedent | None:
    """Who spoke in the two statements before."""
    statements = words.document.statements
    earlier = [statement for statement in statements if statement.span.end <= words.start][-2:] if statements else []
    for before in (read(words.document, statement) for statement in reversed(earlier)):
        named = next((found for found in speeches(before) if found.voice == "named"), None)
        if named is not None:
            return Antecedent(before.quote(named.speaker_start, named.speaker_end), before.span(named.start, named.end))
    return None


def stands_for_somebody(words: Words, speech: Speech) -> bool:
    """Whether a pronoun without a speaker before it stands for somebody: "he believed"; "it said" of no notice."""
    if words.spoken[speech.speaker_start : speech.speaker_end] in {"he", "she", "they", "他", "她", "他们"}:
        return True
    statements = [each for each in words.document.statements if each.span.end <= words.start]
    if not statements or speech.stance == "showing":
        return False
    opening = set(words.document.quote(statements[-1].span).lower().split()[:8])
    return opening.isdisjoint(lexicon.words("speakers", "en", "own"))
