"""Claims that say more than their source: a hedge or an attribution is lost, a duty is raised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.checking.aligned import following
from assistant.checking.duty import raised
from assistant.checking.reading import Language, language, match, telling
from assistant.checking.remarks import Remark, say
from assistant.checking.softening import Softener, scope, softeners
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import pattern, stems
from assistant.doubts import hedging
from assistant.doubts.lexicon import verbs
from assistant.doubts.lexicon import words as grammar
from assistant.doubts.words import Words, read
from ingest.document import Document, Span

DOUBLED = 8  # characters between two hedges that are one: "may possibly", "would likely"
TAKEN = 0.5  # the share of a hedged clause's own words that a claim must have to have taken it over
NO_MONTH = re.compile(r"(?<=\w )May\b|\bMay(?= (?:\d|is when))")


def check(claim: Wanted, chosen: Sequence[Line]) -> list[Remark]:
    """What a claim makes more of than the statements it rests on, at most one remark of each sort."""
    return [*_lost(claim, chosen), *raised(claim, chosen)] or list(_affirmed(claim, chosen))


def _affirmed(claim: Wanted, chosen: Sequence[Line]) -> Iterator[Remark]:
    """A word that makes certain, where the statement that a claim follows word by word has a weaker one, or none."""
    tongue: Language = "zh" if claim.language == "zh" else "en"
    certain = pattern("strength", "affirms", tongue)
    for line in chosen:
        found = following(claim.claim, line.document.quote(line.span), claim.language)
        for change in found.changes if found is not None and not certain.search(line.text.lower()) else ():
            if not change.own:
                continue
            words = Span(start=change.own[0].start, end=change.own[-1].end)
            if certain.search(claim.claim[words.start : words.end].lower()):
                at = line.span.start
                shown = (
                    Span(start=at + change.other[0].start, end=at + change.other[-1].end) if change.other else line.span
                )
                reason = say(claim.claim, "affirmed", source=line.document.quote(shown))
                yield Remark(reason=reason, words=words, evidence=((line.document, shown),))
                return


def _lost(claim: Wanted, chosen: Sequence[Line]) -> Iterator[Remark]:
    told: set[str] = set()
    for line in chosen:
        words = read(line.document, line.support.statement)
        verbatim = " ".join(line.document.quote(line.span).split()) in " ".join(claim.claim.split())
        for softener in softeners(line, words):
            if verbatim and not any(span.meets(softener.span) for span in line.spans):
                continue  # quoted to the letter: a voice of the sentence before is told as a doubt of it
            name = "hedge" if softener.kind == "hedged" else "attribution"
            if name in told or not _took_over(claim, softener, chosen) or _kept(claim.claim, softener, words):
                continue
            told.add(name)
            yield Remark(
                reason=say(claim.claim, name, source=line.document.quote(softener.span)),
                evidence=((line.document, softener.span),),
            )


def _took_over(claim: Wanted, softener: Softener, chosen: Sequence[Line]) -> bool:
    """Whether a claim has the words that a hedge or a voice lies on, and not only others of the statement.

    Of a clause with a hedge, most of the words that are its own must be taken over; under a voice stand whole sentences, so
    there most of the claim's words must come from them.
    """
    document = softener.line.document
    inside = telling(_without(document, softener.scope, softener.span))
    outside = telling(" ".join(_rest(document, softener.line.span, softener.scope)))
    others = frozenset[str]().union(*(telling(line.text) for line in chosen if line is not softener.line))
    own = frozenset(term for term in inside if not _in(term, outside)) or inside
    if not own:
        return False
    mine = telling(claim.claim)
    held = [term for term in own if _in(term, mine)]
    if held and all(term in others for term in held) and outside - others:
        return False
    most = len(held) >= TAKEN * len(own)
    return most or (softener.kind != "hedged" and sum(_in(term, own) for term in mine) >= TAKEN * len(mine))


def _in(term: str, terms: frozenset[str] | set[str]) -> bool:
    return match(term, frozenset(terms)) > 0


def _without(document: Document, scope: Span, words: Span) -> str:
    if not scope.holds(words):
        return document.quote(scope)
    return f"{document.text[scope.start : words.start]} {document.text[words.end : scope.end]}"


def _rest(document: Document, whole: Span, scope: Span) -> tuple[str, str]:
    return document.text[whole.start : max(whole.start, scope.start)], document.text[
        min(scope.end, whole.end) : whole.end
    ]


def _kept(claim: str, softener: Softener, words: Words) -> bool:
    """Whether a claim has a hedge, or for an attribution a voice, of its own: one that is no other word of the source."""
    tongue: Language = "zh" if language(claim) == "zh" else "en"
    cue = words.document.quote(softener.span).lower()
    enough = 1 if " " in cue or softener.kind != "hedged" else words.whole.lower().count(cue)
    if claim.lower().count(cue) >= enough:
        return True
    mine = _softening(claim, softener.kind, tongue)
    start, end = softener.span.start - words.start, softener.span.end - words.start
    cues = [(cue.start, cue.end) for cue in _others(words, softener)]
    if any(words.whole[a:b].lower() in claim.lower() for a, b in cues):
        return True
    together = [(a, b) for a, b in cues if abs(a - end) <= DOUBLED or abs(start - b) <= DOUBLED]
    if softener.kind != "hedged" and mine and _names_the_speaker(claim, cue):
        return True
    others = Counter(
        form
        for form, a, b in _softening(words.whole, softener.kind, tongue)
        if not any(a < last and first < b for first, last in [(start, end), *together])
        and not (softener.kind == "hedged" and _left_out(claim, words, a, b))
    )
    return bool(Counter(form for form, _, _ in mine) - others)


def _names_the_speaker(claim: str, speech: str) -> bool:
    """Whether a claim has the speaker of an attribution: "participants", "Xinhua"."""
    return any(_in(term, telling(claim)) for term in telling(speech) if term not in _verbs_of_saying())


def _left_out(claim: str, words: Words, start: int, end: int) -> bool:
    """Whether a claim has nothing of the clause that a word of the source stands in."""
    clause = scope(words, start, end, whole=False)
    inside = telling(words.document.quote(clause))
    mine = telling(claim)
    return bool(inside) and sum(_in(term, mine) for term in inside) < TAKEN * len(inside)


def _others(words: Words, softener: Softener) -> Iterator[hedging.Cue]:
    """The other hedges of the same clause, readings of evidence ("indicators suggested") left out."""
    for cue in hedging.cues(words) if softener.kind == "hedged" else ():
        place = words.span(cue.start, cue.end)
        if softener.scope.holds(place) and place != softener.span and cue.name != "evidential":
            yield cue


def _softening(text: str, kind: str, tongue: Language) -> list[tuple[str, int, int]]:
    """The words of a text that hedge, or that attribute, with their places."""
    low = NO_MONTH.sub("   ", text).lower() if tongue == "en" else text
    names = {"hedged": ("softened",), "attributed": ("attributed",), "vague_source": ("attributed", "hearsay")}[kind]
    found = [m for name in names for m in pattern("strength", name, tongue).finditer(low)]
    if kind != "hedged" and tongue == "en":
        found += _said_by_somebody().finditer(low)
    return list({(m[0], *m.span()) for m in found})


@cache
def _verbs_of_saying() -> frozenset[str]:
    return frozenset(term for form in verbs("en") for term in telling(form.replace(r"\s+", " "))) | stems(
        "wording", "frame"
    )


@cache
def _said_by_somebody() -> re.Pattern[str]:
    nouns_too = grammar("grammar", "en", "ambiguous")
    forms = (rf"{form}(?=\s+that\b)" if form in nouns_too else form.replace(" ", r"\s+") for form in verbs("en"))
    return re.compile(rf"\b(?:{'|'.join(sorted(forms, key=len, reverse=True))})\b")
