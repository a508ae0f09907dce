"""Which statements carry a claim: those that together hold most of its words, weighed by how much each tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import mul

from assistant.answering.scoring import Rarity
from assistant.checking.measuring import figures
from assistant.checking.naming import names
from assistant.checking.quantities import Figure
from assistant.checking.reading import HAN, Language, content, held, language, nearly
from assistant.checking.verifier import Support
from assistant.checking.wording import limits, stems
from assistant.instructions import instructs
from ingest.document import Document, Span
from vectorstore.chinese_words import rare
from vectorstore.embedding import Embedder
from vectorstore.retrieval import Passage

LEAST, MOST = 1.0, 2.5  # weights of a word: rare words count more, but one that no document has is often a paraphrase
LITTLE = 0.3  # what a word weighs that tells little
A_FIGURE = 1.0
A_HEAD = 0.5  # what a figure counts that stands in the head of the document
AT_MOST = 3
PAST, AHEAD = -11, 6  # months from a document's date within which it names a month without its year


@dataclass(frozen=True, eq=False)
class Line:
    """A statement of the evidence as it is compared: its own text, and the head of its document."""

    document: Document
    position: int
    first: int
    last: int

    @property
    def support(self) -> Support:
        """The value that is handed out."""
        return Support(document=self.document, position=self.position)

    @property
    def span(self) -> Span:
        """Its own characters."""
        return self.document.statements[self.position].span

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Its own characters, its lead-in and its notes."""
        statement = self.document.statements[self.position]
        lead = () if statement.lead_in is None else (statement.lead_in,)
        return (statement.span, *lead, *(note for note in statement.notes if not statement.span.holds(note)))

    @cached_property
    def text(self) -> str:
        """The statement read with its lead-in and its notes."""
        return "\n".join(self.document.quote(span) for span in self.spans)

    @cached_property
    def front(self) -> str:
        """What its document states about itself, and the section it stands in; what addresses a program is no statement."""
        metadata, start = self.document.metadata, self.span.start
        section = next((each.label for each in self.document.sections if each.span.start <= start < each.span.end), "")
        days = [str(day) for day in (metadata.issued, metadata.effective, metadata.expires) if day is not None]
        told = (_title(self.document), section, metadata.issuer, metadata.outlet, metadata.number, *days)
        return "\n".join(each for each in told if each and not instructs(each))

    @property
    def heading(self) -> str:
        """The title of its document with the day it came out, for a reader who sees nothing else of it."""
        title, issued = _title(self.document), self.document.metadata.issued
        told = title if issued is None or str(issued.year) in title else f"{title}, {issued}".removeprefix(", ")
        return "" if instructs(told) else told

    @cached_property
    def figures(self) -> tuple[tuple[Span, Figure], ...]:
        """The figures of the statement with their places in the document."""
        return tuple(
            (Span(start=span.start + each.start, end=span.start + each.end), each)
            for span in self.spans
            for each in figures(self.document.quote(span))
        )

    def tells(self, own: Figure, wanted: Figure) -> bool:
        """Whether one of its figures is the one wanted: a bare "March" is the March next to the day its document came out."""
        if own.kind != "month" or wanted.kind != "date":
            return wanted.same(own)
        issued = self.document.metadata.issued
        year, month, day = wanted.day.split("-")
        if issued is None or day != "*" or not (year.isdigit() and month.isdigit()) or int(month) != int(own.name) + 1:
            return False
        return PAST <= 12 * (int(year) - issued.year) + int(month) - issued.month <= AHEAD

    @property
    def language(self) -> Language:
        """The language it is written in."""
        return language(self.document.quote(self.span))


@dataclass(frozen=True)
class Wanted:
    """A claim as it is looked for: its terms with their weights, which sum to 1 with its figures'."""

    claim: str
    terms: Mapping[str, float]
    figures: tuple[tuple[Figure, float], ...]
    language: Language
    asked: frozenset[str]


@dataclass(frozen=True)
class Carrying:
    """The statements a claim rests on, best first, the share of it that they hold, and whether that is enough."""

    lines: tuple[Line, ...] = ()
    share: float = 0.0
    carried: bool = False
    nearness: float | None = field(default=None)


def _title(document: Document) -> str:
    """The title; none where it is but the opening sentences of the text, or as many words of them as there was room for."""
    title, text = document.title, document.text
    whole = any(each.span.end == len(title) for each in document.statements[:5])
    return "" if text.startswith(title.rstrip("…")) and (whole or title.endswith("…")) else title


def lines(passages: Sequence[Passage]) -> tuple[Line, ...]:
    """The statements of some passages, each once, in the order given."""
    found: dict[tuple[str, int], Line] = {}
    for passage in passages:
        first, last = passage.chunk.statements
        last = min(last, len(passage.document.statements) - 1)
        for position in range(max(first, 0), last + 1):
            key = (passage.document.id, position)
            found.setdefault(key, Line(passage.document, position, first, last))
    return tuple(found.values())


def wanted(claim: str, rarity: Rarity | None, question: str = "") -> Wanted:
    """A claim with the weights of its terms: rare ones tell more, and so do figures."""
    terms = content(claim)
    told = dict(rarity.rarity(sorted(terms))) if rarity is not None else dict.fromkeys(terms, MOST)
    told |= {term: 2 * (LEAST + (MOST - LEAST) * rare(term)) for term in terms if HAN.match(term)}
    shared = {term: len(name.parts) for name in names(claim) for part in name.parts for term in held(part)}
    light = stems("wording", "light")
    rough = {
        term: min(max(told.get(term, MOST) / 2, LEAST), MOST) * (LITTLE if term in light else 1) / shared.get(term, 1)
        for term in terms
    }
    counted = [each for each in figures(claim) if each.kind not in {"rank", "season"} and not each.may_be_reckoned]
    mean = sum(rough.values()) / len(rough) if rough else 1.0
    total = sum(rough.values()) + A_FIGURE * mean * len(counted) or 1.0
    return Wanted(
        claim=claim,
        terms={term: weight / total for term, weight in rough.items()},
        figures=tuple((each, A_FIGURE * mean / total) for each in counted),
        language=language(claim),
        asked=content(question) - terms,
    )


def choose(claim: Wanted, candidates: Sequence[Line], embedder: Embedder | None, *, strictly: bool = False) -> Carrying:
    """The one to three statements that together hold most of a claim; the embedder is asked where words leave it open.

    `strictly`, of one document: a claim that was not written from these sources is not put together out of several.
    """
    if not candidates or not (claim.terms or claim.figures):
        return Carrying()
    rows = _rows(claim, candidates)
    chosen = _gathered(claim, rows, limits().adds) if not strictly else _of_one_document(claim, rows)
    share, lines = _share(claim, chosen), tuple(row.line for row in chosen)
    enough = limits().uncited if strictly else limits().carried
    if share >= enough or share < limits().lost:
        return Carrying(lines=lines, share=share, carried=share >= enough)
    if embedder is None or not all(map(embedder.understands, (claim.claim, *(line.text for line in lines)))):
        return Carrying(lines=lines, share=share, carried=not strictly and share >= limits().words_alone)
    return _by_meaning(claim, chosen, rows, embedder, strictly=strictly)


def beside(chosen: Sequence[Line], known: Sequence[Line]) -> list[Line]:
    """Of the statements known, those of the documents that the chosen ones stand in."""
    documents = {line.document.id for line in chosen}
    return [line for line in known if line.document.id in documents]


def about(claim: Wanted, line: Line) -> float:
    """The share of a claim's words that a statement holds itself."""
    total = sum(claim.terms.values()) or 1.0
    return sum(weight * nearly(term, line.text) for term, weight in claim.terms.items()) / total


def missing(claim: Wanted, candidates: Sequence[Line]) -> tuple[str, ...]:
    """The claim's terms that no candidate holds, those that tell most first."""
    everything = "\n".join(dict.fromkeys(text for line in candidates for text in (line.text, line.front)))
    absent = [term for term in claim.terms if nearly(term, everything) == 0.0]
    return tuple(sorted(absent, key=lambda term: (-claim.terms[term], term)))


@dataclass(frozen=True, eq=False)
class _Row:
    """How well a statement holds each part of a claim, its terms first, then its figures; and how much else it holds."""

    line: Line
    held: tuple[float, ...]
    bonus: float


def _rows(claim: Wanted, candidates: Sequence[Line]) -> list[_Row]:
    own = {(line.document.id, line.position): [nearly(term, line.text) for term in claim.terms] for line in candidates}
    heads: dict[str, tuple[list[float], list[Figure]]] = {}
    rows = []
    for line in candidates:
        if line.front not in heads:
            heads[line.front] = ([nearly(term, line.front) for term in claim.terms], list(figures(line.front)))
        front, dated = heads[line.front]
        around = [own.get((line.document.id, line.position + step), ()) for step in (-2, -1, 1)]
        words = [
            max(
                held_here,
                limits().front * front[i],
                limits().near * max((near[i] for near in around if near), default=0.0),
            )
            for i, held_here in enumerate(own[line.document.id, line.position])
        ]
        told = [figure for _, figure in line.figures] if claim.figures else []
        values = [_told(figure, line, told, dated) for figure, _ in claim.figures]
        about_it = content(line.text)
        precision = sum(term in claim.terms for term in about_it) / (len(about_it) or 1)
        asked = sum(nearly(term, line.text) for term in claim.asked) / (len(claim.asked) or 1)
        alone = sum(map(mul, claim.terms.values(), own[line.document.id, line.position]))
        rows.append(_Row(line, (*words, *values), 0.2 * alone + 0.05 * precision + 0.05 * asked))
    return rows


def _told(figure: Figure, line: Line, own: Sequence[Figure], dated: Sequence[Figure]) -> float:
    """How well a statement has a figure: itself, or only in the head of its document."""
    if any(line.tells(each, figure) for each in own):
        return 1.0
    return A_HEAD if _has(figure, dated) else 0.0


def _has(figure: Figure, others: Sequence[Figure]) -> bool:
    return any(figure.same(other) for other in others)


def _share(claim: Wanted, chosen: Sequence[_Row]) -> float:
    """The share of a claim that some statements hold together."""
    weights = (*claim.terms.values(), *(weight for _, weight in claim.figures))
    parts = zip(*(row.held for row in chosen), strict=True)
    return float(sum(weight * max(part) for weight, part in zip(weights, parts, strict=True)))


def _gathered(claim: Wanted, rows: Sequence[_Row], adds: float) -> tuple[_Row, ...]:
    """The best statement, and others while they add something."""
    chosen: tuple[_Row, ...] = (max(rows, key=lambda row: _share(claim, (row,)) + row.bonus),)
    while len(chosen) < min(AT_MOST, len(rows)):
        share = _share(claim, chosen)
        rest = [row for row in rows if row not in chosen]
        row = max(rest, key=lambda row: _share(claim, (*chosen, row)) + row.bonus / 2)
        if _share(claim, (*chosen, row)) - share < adds:
            break
        chosen = (*chosen, row)
    return chosen


def _of_one_document(claim: Wanted, rows: Sequence[_Row]) -> tuple[_Row, ...]:
    """The best of what each document gives."""
    apart: dict[str, list[_Row]] = {}
    for row in rows:
        apart.setdefault(row.line.document.id, []).append(row)
    options = [_gathered(claim, each, limits().adds_apart) for each in apart.values()]
    return max(options, key=lambda option: _share(claim, option) + option[0].bonus)


def _by_meaning(
    claim: Wanted, chosen: tuple[_Row, ...], rows: Sequence[_Row], embedder: Embedder, *, strictly: bool
) -> Carrying:
    promising = sorted(rows, key=lambda row: -_share(claim, (row,)))[: limits().embedded]
    options = [chosen, *((row,) for row in promising)]
    told = [" ".join(row.line.document.read(row.line.support.statement) for row in option) for option in options]
    vectors = embedder.embed([_encodable(text) for text in (claim.claim, *told)])
    scored = [
        (limits().coverage * _share(claim, option) + limits().cosine * float(cosine), float(cosine), option)
        for option, cosine in zip(options, vectors[1:] @ vectors[0], strict=True)
    ]
    score, nearness, best = max(scored, key=lambda each: each[0])
    bias = limits().bias_uncited if strictly else limits().bias
    return Carrying(
        lines=tuple(row.line for row in best),
        share=_share(claim, best),
        carried=bias + score > 0,
        nearness=nearness,
    )


def _encodable(text: str) -> str:
    """The text without lone surrogates, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
