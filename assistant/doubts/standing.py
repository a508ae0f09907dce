"""Whether a document is in force at the time a question is about, and the words of the library that say it is not."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.asked import Asked
from assistant.checking.measuring import figures
from assistant.checking.quantities import Figure
from assistant.checking.values import values
from assistant.doubts import lexicon
from assistant.doubts.words import HAN, language_of, lower
from ingest.document import Document, Relation, Span
from vectorstore.designation_rows import means

How = Literal["superseded", "repealed", "expired", "withdrawn", "amended", "early"]
HEADER = re.compile(r"[^.。:：\n]{1,30}[:：]")
OF_A_CLAUSE = re.compile(
    r"(?:article|section|clause|paragraph|annex|item|part)s?\s[\d.,\s]+(?:and\s[\d.]+\s)?of\s", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """Why a document does not hold at the time asked about: since when, by which other document, in which words.

    `clauses` are the numbers of its clauses that alone are touched; none where all of it is. `evidence` are the words that
    say so, with their document.
    """

    how: How
    document: Document
    day: date | None
    evidence: tuple[tuple[Document, Span], ...]
    by: Document | None = None
    clauses: frozenset[str] = frozenset()


def lapse(document: Document, related: Sequence[tuple[Document, Relation]], asked: Asked) -> Lapse | None:
    """Why a document is not in force at the time asked about; None where it is, or nothing says otherwise.

    `related` are the documents that say of this one that they supersede, amend or repeal it.
    """
    found = [each for by, relation in related if (each := _changed(document, by, relation, asked)) is not None]
    ended = [each for each in found if each.how != "amended" and not each.clauses]
    if ended:
        return min(ended, key=lambda each: each.day or date.max)
    own = _expired(document, asked) or _withdrawn(document, asked)
    if own is not None:
        return own
    return max(found, key=lambda each: each.day or date.min) if found else _early(document, asked)


def touches(lapse: Lapse, document: Document, start: int) -> bool:
    """Whether what lapsed is the clause that stands at a character of the document."""
    if not lapse.clauses:
        return True
    own = clause(document, start)
    return own is None or any(own == each or own.startswith(f"{each}.") for each in lapse.clauses)


def cue(name: str, text: str) -> bool:
    """Whether a text has one of a list of words of `lexicon/standing.toml`."""
    language = language_of(text)
    return lexicon.pattern("standing", language, name).search(lower(text)) is not None


def holding(document: Document, place: int) -> Span:
    """The statement that holds a character of a document, else its line."""
    at = bisect_right(document.statements, place, key=lambda each: each.span.start) - 1
    if at >= 0 and document.statements[at].span.end > place:
        return document.statements[at].span
    start, end = document.text.rfind("\n", 0, place) + 1, document.text.find("\n", place)
    return Span(start=start, end=end if end >= 0 else len(document.text))


def saying(document: Document, day: date, name: str) -> Span | None:
    """The statement that names a day beside one of a list of words, a sentence rather than a line of the head."""
    found = []
    for statement in document.statements:
        text = document.quote(statement.span)
        if cue(name, text) and any(each.day == f"{day.year}-{day.month}-{day.day}" for each in values(text)):
            found.append(statement.span)
    sentences = [span for span in found if not HEADER.match(document.quote(span))]
    return next(iter((*sentences, *found)), None)


def _changed(document: Document, by: Document, relation: Relation, asked: Asked) -> Lapse | None:
    """What another document did to this one, where it had done so by the time asked about."""
    if not means(relation.target, document) or _before(by, document) or not _one_register(document, by, relation):
        return None
    days = [day for day in (by.metadata.issued, by.metadata.effective) if day is not None]
    day = max(days, default=None)
    if (day is not None and day > asked.last) or (day is None and asked.told):
        return None
    span = _words(by, relation)
    how: dict[str, How] = {"supersedes": "superseded", "repeals": "repealed", "amends": "amended"}
    clauses = _clauses(by, span, relation) or (_reworded(by) if relation.kind == "amends" else frozenset())
    evidence = ((by, span),)
    return Lapse(
        how="amended" if clauses else how[relation.kind],
        document=document,
        day=day,
        evidence=evidence,
        by=by,
        clauses=clauses,
    )


def _before(by: Document, document: Document) -> bool:
    """Whether a document came out before the one that it is taken to change: then it means another."""
    one, other = by.metadata.issued, document.metadata.issued
    return one is not None and other is not None and one < other


def _one_register(document: Document, by: Document, relation: Relation) -> bool:
    """Whether a target is told by letters or by title, or else both documents come from one issuer."""
    one, other = document.metadata.issuer, by.metadata.issuer
    if one is not None and other is not None and one.casefold() == other.casefold():
        return True
    return bool(
        re.search(r"[\[〔［]\d{4}[\]〕］]|[\u4e00-\u9fff]令|\b[A-Z]{2,}\)?[ -]\d{1,5}/\d", relation.target)
    ) or (relation.target[:1] in "《“" and (one is None or other is None or bool(HAN.search(relation.target))))


def _words(by: Document, relation: Relation) -> Span:
    """The words in which a document says what it does to another: a sentence, else a line of its head, else its title."""
    places = list(_places(by.text, relation.target))
    spans = list(dict.fromkeys(holding(by, place) for place in places))
    told = [span for span in spans if cue("relation", by.quote(span))]
    sentences = [span for span in told if not HEADER.match(by.quote(span))]
    return next(iter((*sentences, *told, *spans)), holding(by, by.statements[0].span.start))


def _places(text: str, words: str) -> Iterator[int]:
    place = text.find(words)
    while place >= 0:
        yield place
        place = text.find(words, place + 1)


def _clauses(by: Document, span: Span, relation: Relation) -> frozenset[str]:
    """The clauses of the other document that the words name: "Article 3 of notice ...", 《…》第三条."""
    text = by.quote(span)
    place = text.find(relation.target)
    if place < 0:
        return frozenset()
    before = OF_A_CLAUSE.search(text[max(0, place - 60) : place + 4])
    behind = text[place + len(relation.target) :]
    if HAN.search(text):
        behind = re.split(r"[，。；]", behind)[0]
        return frozenset(each.name for each in figures(behind) if each.kind == "clause")
    return frozenset(re.findall(r"\d+(?:\.\d+)*", before[0])) if before else frozenset()


def _reworded(by: Document) -> frozenset[str]:
    """The clauses that a document words anew in other sentences: "In paragraph 4 ... is replaced", 第四条修改为."""
    texts = [text for each in by.statements if cue("anew", text := by.quote(each.span))]
    return frozenset(each.name for text in texts for each in figures(text) if _is_clause(each))


def _is_clause(figure: Figure) -> bool:
    return figure.kind == "clause" and (not HAN.search(figure.text) or figure.text.endswith("条"))


def clause(document: Document, start: int) -> str | None:
    """The number of the clause that a character stands in: at the head of its line, or of a line above it."""
    lines = document.text[: start + 12].split("\n")
    for line in reversed(lines[-40:]):
        if number := re.match(r"\s*(?:#+\s)?(?:(?:Article|Section)\s)?(\d{1,3}(?:\.\d{1,3})*)[.)]?\s", line):
            return number[1]
        if line.lstrip().startswith("第") and (named := [e for e in figures(line[:14]) if e.kind == "clause"]):
            return named[0].name
    return None


def _expired(document: Document, asked: Asked) -> Lapse | None:
    day = document.metadata.expires
    if day is None or day >= asked.last:
        return None
    span = saying(document, day, "expiry") or _dated(document, day)
    return Lapse(how="expired", document=document, day=day, evidence=((document, span),))


def _early(document: Document, asked: Asked) -> Lapse | None:
    day = document.metadata.effective
    if day is None or day <= asked.last:
        return None
    span = saying(document, day, "start") or _dated(document, day)
    return Lapse(how="early", document=document, day=day, evidence=((document, span),))


def _withdrawn(document: Document, asked: Asked) -> Lapse | None:
    """A document that says of itself that it no longer holds, without saying since when."""
    if document.metadata.status != "repealed" or asked.told:
        return None
    found = (each.span for each in document.statements if cue("withdrawn", document.quote(each.span)))
    span = next(found, holding(document, document.statements[0].span.start))
    return Lapse(how="withdrawn", document=document, day=None, evidence=((document, span),))


def _dated(document: Document, day: date) -> Span:
    """The first statement that names a day, else the first of all."""
    wanted = f"{day.year}-{day.month}-{day.day}"
    spans = (each.span for each in document.statements)
    named = (span for span in spans if any(each.day == wanted for each in values(document.quote(span))))
    return next(named, document.statements[0].span)
