"""What tells that a statement speaks of what a claim speaks of: the claim's rarest words, its figures, words of doubt.

Chunks are found by the word index; their statements are compared with the claim by the codes that the library keeps of them
(`vectorstore.prints`), so that nothing is read that does not come near.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from assistant.checking.wording import stems
from assistant.doubts import questioned
from assistant.doubts.stated import Stated, Tie, limits
from assistant.doubts.telling import MONTHS
from vectorstore.filters import Filters
from vectorstore.index import Hit
from vectorstore.print_rows import Printed
from vectorstore.prints import Run, code
from vectorstore.terms import function_words, query_terms, terms
from vectorstore.words import WordIndex

_MONTH = re.compile(r"(\d{1,2})月")


@dataclass(frozen=True, slots=True)
class Wanted:
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
class Near:
    """A statement that was found, not read yet."""

    chunk_id: str
    document_id: str
    position: int
    run: Run
    share: float
    back: float
    numbers: float = 1.0
    by: Tie = "words"


def best(wanted: Wanted, hits: Mapping[Tie, Sequence[Hit]], printed: Mapping[str, Printed]) -> list[Near]:
    """The statements of some chunks that speak of what is wanted, each once, best first."""
    found: dict[tuple[str, int], Near] = {}
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


def _near(found: _Found, share: float, back: float, numbers: float = 1.0, by: Tie = "words") -> Near:
    return Near(found.chunk_id, found.document_id, found.position, found.run, share, round(back, 4), numbers, by)


def wanted_of(stated: Stated, index: WordIndex) -> Wanted:
    """A claim as it is looked for."""
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
    return Wanted(weights, sum(weights.values()), numbers, rarest, coded, stated.chinese, own)


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


def word_hits(wanted: Wanted, index: WordIndex) -> list[Hit]:
    """The chunks that hold enough of a claim's rarest terms."""
    least = limits().score * sum(wanted.rarest.values())
    found = index.holding(list(wanted.rarest), Filters(), limits().chunks)
    return [hit for hit in found if hit.score >= least]


def doubting_hits(stated: Stated, wanted: Wanted, index: WordIndex) -> list[Hit]:
    """The chunks with words of doubt about a claim's subject, where the claim speaks of how far something can be relied on."""
    if not questioned.speaks_of_reliability(stated.claim.text):
        return []
    return index.holding(list(wanted.rarest), Filters(), limits().doubting["chunks"], among=_doubt_terms())


def foreign_hits(wanted: Wanted, index: WordIndex, languages: tuple[bool, bool]) -> list[Hit]:
    """The chunks in another language that share a claim's figures, where the library holds such documents."""
    if not _tells(wanted.across.keys()) or not languages[1 if wanted.chinese else 0]:
        return []
    filters = Filters(language=("en", "und")) if wanted.chinese else Filters(language=("zh",))
    return index.holding(sorted(wanted.across), filters, limits().foreign)


def _compared(wanted: Wanted, found: _Found) -> Near | None:
    held = set(found.run.codes)
    shared = held & wanted.weights.keys()
    if len(shared) < min(limits().shared, len(wanted.weights)):
        return None
    share, back = _share(wanted, shared), len(shared) / max(len(held - _function_words()), len(shared), 1)
    if share < limits().share and back < limits().back:
        return None
    numbers = len(held & wanted.numbers) / len(wanted.numbers) if wanted.numbers else 1.0
    return _near(found, share, back, round(numbers, 4))


def _tied(wanted: Wanted, found: _Found) -> Near | None:
    """A statement in another language, where the figures and Latin names that it shares tell enough."""
    held = set(found.run.codes)
    shared = frozenset(term for term, number in wanted.across.items() if number in held)
    if not shared or not _tells(shared):
        return None
    return _near(found, round(len(shared) / len(wanted.across), 4), 0.0, by="figures")


def _doubting(wanted: Wanted, found: _Found) -> Near | None:
    """A statement with words of doubt in it that shares a subject with the claim."""
    held = set(found.run.codes)
    if held.isdisjoint(doubt_codes()):
        return None
    shared = held & wanted.weights.keys()
    if len(shared) < limits().doubting["shared"]:
        return None
    return _near(found, _share(wanted, shared), len(shared) / len(held), by="doubt")


def _share(wanted: Wanted, shared: AbstractSet[int]) -> float:
    """The part of the claim's words, weighed, that some codes are."""
    return round(sum(wanted.weights[each] for each in shared) / (wanted.weight or 1.0), 4)


_COMPARED: Mapping[Tie, Callable[[Wanted, _Found], Near | None]] = {
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
def doubt_codes() -> frozenset[int]:
    """The codes of words of doubt."""
    return frozenset(map(code, _doubt_terms()))


@cache
def _function_words() -> frozenset[int]:
    """The codes of words that tell nothing, which a query leaves out."""
    return frozenset(map(code, function_words()))
