"""Which statements elsewhere in the library speak of what a claim speaks of.

The word index finds chunks that hold the claim's rarest terms; their statements are compared with the claim by the codes
that the library keeps of them (`vectorstore.prints`), read from the library at that moment, so that what was removed is
never found. Nothing is embedded. Across languages figures and Latin names alone can tell; such a find says so in `by`.

    elsewhere = Elsewhere(store)
    [stated] = elsewhere.stated([claim])
    [alike] = elsewhere.alike([stated])          # best first
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from assistant.answer import Claim, DoubtKind
from assistant.checking.reading import HAN
from assistant.checking.wording import stems
from assistant.doubts import questioned
from assistant.doubts.telling import MONTHS
from ingest.document import Document, Metadata, Span, Statement
from vectorstore.filters import Filters
from vectorstore.index import Hit
from vectorstore.library import LibraryError
from vectorstore.print_rows import Excerpt, Printed
from vectorstore.prints import Run, code
from vectorstore.store import Store
from vectorstore.terms import function_words, query_terms, terms
from vectorstore.words import WordIndex

_MONTH = re.compile(r"(\d{1,2})月")
Tie = Literal["words", "figures", "doubt"]
_MOST_CITED = 6  # statements of a citation that are taken for what a claim rests on


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A statement in its document."""

    document: Document
    position: int

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        return self.document.statements[self.position]

    @property
    def text(self) -> str:
        """Its own characters."""
        return self.document.quote(self.statement.span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A statement elsewhere that speaks of what a claim speaks of.

    `share` is the part of the claim's words that it holds, `back` the part of its words that the claim holds, `numbers` the
    part of the claim's numbers in digits that it holds (1 where there are none), all between 0 and 1. `by` figures: it is
    in another language, and only its figures and Latin names could be compared; `by` doubt: it shares little more than a
    subject with the claim. `questions` says that words of doubt stand in it, `noted` that notes touch it. `text` are its own characters, `title` and
    `about` its document's; `place` reads the document, which costs more than all of these.
    """

    document_id: str
    position: int
    text: str
    title: str
    about: Metadata
    share: float
    back: float
    numbers: float = 1.0
    by: Tie = "words"
    questions: bool = False
    noted: bool = False
    read: Callable[[str], Document] = field(compare=False, repr=False)

    @property
    def place(self) -> Place:
        """The statement in its document, read now; a LibraryError where it was taken away since it was found."""
        return Place(document=self.read(self.document_id), position=self.position)

    @property
    def alone(self) -> Place:
        """The statement in a document that holds nothing else, which need not be read; `position` is 0 in it."""
        document = Document(
            id=self.document_id,
            title=self.title,
            text=self.text,
            source="",
            media_type="",
            metadata=self.about,
            statements=(Statement(span=Span(start=0, end=len(self.text))),),
        )
        return Place(document=document, position=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A claim with the statements that it rests on, which are in the library; none where it rests on nothing."""

    claim: Claim
    places: tuple[Place, ...]

    @property
    def chinese(self) -> bool:
        """Whether reasons are told in Chinese."""
        return HAN.search(self.claim.text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A doubt that the library raises about a claim.

    `reason` is one sentence to act on; `evidence` are the words that show it; `words` are characters of the claim's text.
    """

    kind: DoubtKind
    reason: str
    evidence: tuple[tuple[Document, Span], ...]
    words: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers of `elsewhere.toml`; what each does is said there."""

    asked: int
    chunks: int
    foreign: int
    score: float
    share: float
    back: float
    shared: int
    kept: int
    least: float
    most: float
    light: float
    digits: int
    figures: int
    doubting: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is looked for: the claim's codes with their weights, its rarest terms, those of its figures and Latin words."""

    weights: Mapping[int, float]
    weight: float
    numbers: frozenset[int]
    rarest: Mapping[str, float]
    across: Mapping[str, int]
    chinese: bool
    own: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Found:
    """A statement of a chunk, not compared yet."""

    chunk_id: str
    document_id: str
    position: int
    run: Run


@dataclass(frozen=True, slots=True)
class _Near:
    """A statement that was found, not read yet."""

    chunk_id: str
    document_id: str
    position: int
    run: Run
    share: float
    back: float
    numbers: float = 1.0
    by: Tie = "words"


class Elsewhere:
    """Finds such statements in a store; while its word index is being rebuilt it finds none."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._languages: tuple[int, tuple[bool, bool]] = (-1, (False, False))

    @property
    def ready(self) -> bool:
        """Whether there is a word index to find anything in."""
        return isinstance(self._store.words.index, WordIndex)

    def stated(self, claims: Sequence[Claim]) -> list[Stated]:
        """Claims with the statements behind their citations."""
        ids = {citation.document_id for claim in claims for citation in claim.citations}
        held = {document.id: document for document in self._store.library.documents(list(ids))}
        return [Stated(claim=claim, places=tuple(_places(claim, held))) for claim in claims]

    def alike(self, stated: Sequence[Stated]) -> list[tuple[Alike, ...]]:
        """For each claim what speaks of the same, best first; never a statement that it rests on itself."""
        index = self._store.words.index
        if not isinstance(index, WordIndex):
            return [() for _ in stated]
        wanted = [_wanted(each, index) for each in stated]
        others = self._other_languages()
        hits: list[dict[Tie, list[Hit]]] = [
            {
                "words": _hits(each, index),
                "figures": _foreign_hits(each, index, others),
                "doubt": _doubting_hits(said, each, index),
            }
            for said, each in zip(stated, wanted, strict=True)
        ]
        ids = {hit.chunk_id for each in hits for found in each.values() for hit in found}
        printed = self._store.library.prints(list(ids))
        return self._read([_best(want, each, printed) for want, each in zip(wanted, hits, strict=True)])

    def _read(self, found: Sequence[Sequence[_Near]]) -> list[tuple[Alike, ...]]:
        """What was found, in the words of the library at this moment."""
        excerpts = self._store.library.excerpts(list({each.chunk_id for part in found for each in part}))
        return [
            tuple(self._told(each, excerpts[each.chunk_id]) for each in part if each.chunk_id in excerpts)
            for part in found
        ]

    def _told(self, near: _Near, excerpt: Excerpt) -> Alike:
        return Alike(
            document_id=near.document_id,
            position=near.position,
            text=excerpt.text[near.run.start - excerpt.start : near.run.end - excerpt.start],
            title=excerpt.title,
            about=excerpt.about,
            share=near.share,
            back=near.back,
            numbers=near.numbers,
            by=near.by,
            questions=not _doubt_codes().isdisjoint(near.run.codes),
            noted=near.run.noted,
            read=self._document,
        )

    def _document(self, document_id: str) -> Document:
        document = self._store.library.document(document_id)
        if document is None:
            raise LibraryError(f"Document {document_id} was taken away a moment ago.", "Ask again.")
        return document

    def _other_languages(self) -> tuple[bool, bool]:
        """Whether there are documents in Chinese, and documents in other languages; asked again after a change."""
        change = self._store.library.last_change()
        if self._languages[0] != change:
            counts = self._store.library.counts
            chinese, every = counts(Filters(language=("zh",)))[0], counts()[0]
            self._languages = (change, (chinese > 0, every > chinese))
        return self._languages[1]


@cache
def limits() -> Limits:
    """The limits as shipped."""
    return Limits(**tomllib.loads((Path(__file__).parent / "elsewhere.toml").read_text(encoding="utf-8")))


def _places(claim: Claim, held: Mapping[str, Document]) -> Iterator[Place]:
    seen = set()
    for citation in claim.citations:
        document = held.get(citation.document_id)
        if document is None:
            continue
        first = bisect_left(document.statements, citation.span.start, key=lambda each: each.span.start)
        for position in range(first, min(first + _MOST_CITED, len(document.statements))):
            if not citation.span.holds(document.statements[position].span):
                break
            if (document.id, position) not in seen:
                seen.add((document.id, position))
                yield Place(document=document, position=position)


def _best(wanted: _Wanted, hits: Mapping[Tie, Sequence[Hit]], printed: Mapping[str, Printed]) -> list[_Near]:
    """The statements of some chunks that speak of what is wanted, each once, best first."""
    found: dict[tuple[str, int], _Near] = {}
    for tie, compare in _COMPARED.items():
        for each in (each for hit in hits[tie] for each in _statements(hit.chunk_id, printed.get(hit.chunk_id))):
            place = (each.document_id, each.position)
            if place not in wanted.own and place not in found and (near := compare(wanted, each)) is not None:
                found[place] = near
    order = list(_COMPARED)
    kept = sorted(
        found.values(),
        key=lambda near: (order.index(near.by), -near.share - near.back, near.document_id, near.position),
    )
    return [near for tie in order for near in [each for each in kept if each.by == tie][: limits().kept]]


def _statements(chunk_id: str, printed: Printed | None) -> Iterator[_Found]:
    if printed is not None:
        for position, run in enumerate(printed.statements, start=printed.first):
            yield _Found(chunk_id, printed.document_id, position, run)


def _near(found: _Found, share: float, back: float, numbers: float = 1.0, by: Tie = "words") -> _Near:
    return _Near(found.chunk_id, found.document_id, found.position, found.run, share, round(back, 4), numbers, by)


def _wanted(stated: Stated, index: WordIndex) -> _Wanted:
    found, bound = query_terms(_without_notes(stated)), limits()
    rarity, little = index.rarity(found), stems("wording", "light")
    weights = {
        code(term): min(max(rare / 2, bound.least), bound.most) * (bound.light if term in little else 1.0)
        for term, rare in rarity.items()
    }
    rarest = dict(sorted(rarity.items(), key=lambda each: (-each[1], each[0]))[: bound.asked])
    across = frozenset(term for term in found if term[0].isdigit() or (stated.chinese and term.isascii()))
    across |= frozenset(_months(stated))
    own = frozenset((place.document.id, place.position) for place in stated.places)
    numbers = frozenset(code(term) for term in found if term[0].isdigit())
    coded = {term: code(term) for term in across}
    return _Wanted(weights, sum(weights.values()), numbers, rarest, coded, stated.chinese, own)


def _months(stated: Stated) -> Iterator[str]:
    """The months of a claim's dates as the other language writes them: `3` for March, `march` for 3月."""
    if stated.chinese:
        named = {int(each) for each in _MONTH.findall(stated.claim.text)}
        yield from (term for each in named if 1 <= each <= len(MONTHS) for term in terms(MONTHS[each - 1]))
    else:
        yield from (str(number) for number, each in enumerate(MONTHS, start=1) if each in stated.claim.text)


def _without_notes(stated: Stated) -> str:
    """The claim's words without the editor's notes in them, which speak of the claim and not of its subject."""
    text = stated.claim.text
    for place in stated.places:
        for note in place.statement.notes:
            text = text.replace(place.document.quote(note), " ")
    return text


def _hits(wanted: _Wanted, index: WordIndex) -> list[Hit]:
    """The chunks that hold enough of a claim's rarest terms."""
    least = limits().score * sum(wanted.rarest.values())
    found = index.holding(list(wanted.rarest), Filters(), limits().chunks)
    return [hit for hit in found if hit.score >= least]


def _doubting_hits(stated: Stated, wanted: _Wanted, index: WordIndex) -> list[Hit]:
    """The chunks with words of doubt about a claim's subject, where the claim speaks of how far something can be relied on."""
    if not questioned.speaks_of_reliability(stated.claim.text):
        return []
    return index.holding(list(wanted.rarest), Filters(), limits().doubting["chunks"], among=_doubt_terms())


def _foreign_hits(wanted: _Wanted, index: WordIndex, languages: tuple[bool, bool]) -> list[Hit]:
    """The chunks in another language that share a claim's figures, where the library holds such documents."""
    if not _tells(wanted.across.keys()) or not languages[1 if wanted.chinese else 0]:
        return []
    filters = Filters(language=("en", "und")) if wanted.chinese else Filters(language=("zh",))
    return index.holding(sorted(wanted.across), filters, limits().foreign)


def _compared(wanted: _Wanted, found: _Found) -> _Near | None:
    held = set(found.run.codes)
    shared = held & wanted.weights.keys()
    if len(shared) < min(limits().shared, len(wanted.weights)):
        return None
    share, back = _share(wanted, shared), len(shared) / max(len(held - _function_words()), len(shared), 1)
    if share < limits().share and back < limits().back:
        return None
    numbers = len(held & wanted.numbers) / len(wanted.numbers) if wanted.numbers else 1.0
    return _near(found, share, back, round(numbers, 4))


def _tied(wanted: _Wanted, found: _Found) -> _Near | None:
    """A statement in another language, where the figures and Latin names that it shares tell enough."""
    held = set(found.run.codes)
    shared = frozenset(term for term, number in wanted.across.items() if number in held)
    if not shared or not _tells(shared):
        return None
    return _near(found, round(len(shared) / len(wanted.across), 4), 0.0, by="figures")


def _doubting(wanted: _Wanted, found: _Found) -> _Near | None:
    """A statement with words of doubt in it that shares a subject with the claim."""
    held = set(found.run.codes)
    if held.isdisjoint(_doubt_codes()):
        return None
    shared = held & wanted.weights.keys()
    if len(shared) < limits().doubting["shared"]:
        return None
    return _near(found, _share(wanted, shared), len(shared) / len(held), by="doubt")


def _share(wanted: _Wanted, shared: AbstractSet[int]) -> float:
    """The part of the claim's words, weighed, that some codes are."""
    return round(sum(wanted.weights[each] for each in shared) / (wanted.weight or 1.0), 4)


_COMPARED: Mapping[Tie, Callable[[_Wanted, _Found], _Near | None]] = {
    "words": _compared,
    "figures": _tied,
    "doubt": _doubting,
}


def _tells(shared: AbstractSet[str]) -> bool:
    """Whether some figures and Latin words can tell what two texts in different languages speak of."""
    numbers = [term for term in shared if term[0].isdigit()]
    long = [each for each in numbers if sum(map(str.isdigit, each)) >= limits().digits and not _year(each)]
    return bool(long) or len([each for each in shared if not _year(each)]) >= limits().figures


def _year(term: str) -> bool:
    return len(term) == 4 and term[:2] in {"19", "20"}


@cache
def _doubt_terms() -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for word in limits().doubting["words"] for term in terms(word)))


@cache
def _doubt_codes() -> frozenset[int]:
    return frozenset(map(code, _doubt_terms()))


@cache
def _function_words() -> frozenset[int]:
    """The codes of words that tell nothing, which a query leaves out."""
    return frozenset(map(code, function_words()))
