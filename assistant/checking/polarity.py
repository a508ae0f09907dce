"""Claims that say the opposite of their source: the same words, with a negation that only one of the two has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.checking.reading import Language, language, match, telling, words
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted
from assistant.checking.wording import pattern, stems
from ingest.document import Span

NEAR = 3  # telling terms behind a negation that it denies
FAR = 60  # characters behind it in which they stand
CLAUSE = re.compile(r"[.;:,。；，：（）()]")


def check(claim: Wanted, chosen: Sequence[Line]) -> list[Remark]:
    """At most one remark: the claim affirms what its first statement denies, or denies what that affirms."""
    if not chosen or chosen[0].language != language(claim.claim):
        return []
    line, tongue = chosen[0], claim.language
    if not _says_no(claim.claim, tongue):
        for span in line.spans:
            for denial, terms in _denials(line.document.quote(span), tongue):
                if _all_in(terms, claim.claim):
                    shown = Span(start=span.start + denial.start, end=span.start + denial.end)
                    return [_remark(claim.claim, line, shown, None)]
    elif not _says_no(line.text, tongue):
        for denial, terms in _denials(claim.claim, tongue):
            if _all_in(terms, line.text):
                return [_remark(claim.claim, line, line.span, denial)]
    return []


def _remark(claim: str, line: Line, shown: Span, words: Span | None) -> Remark:
    reason = say(claim, "opposite", source=line.document.quote(line.span))
    return Remark(reason=reason, words=words, evidence=((line.document, shown),), contradicts=True)


def _denials(text: str, tongue: Language) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Each negation with the terms that it denies; none where its clause says no in another way too."""
    for found in _pattern("negation", tongue).finditer(text.lower()):
        clause = CLAUSE.split(text[found.end() : found.end() + FAR])[0]
        told = telling(clause) - stems("wording", "frame")
        terms = tuple(term for word in words(clause) for term in word.terms if term in told)[:NEAR]
        if terms and not _pattern("hidden", tongue).search(clause.lower()):
            yield Span(start=found.start(), end=found.end()), terms


def _all_in(terms: Sequence[str], text: str) -> bool:
    return all(match(term, telling(text)) > 0 for term in terms)


def _says_no(text: str, tongue: Language) -> bool:
    return any(_pattern(name, tongue).search(text.lower()) for name in ("negation", "hidden"))


def _pattern(name: str, tongue: Language) -> re.Pattern[str]:
    return pattern("polarity", name, "zh" if tongue == "zh" else "en")
