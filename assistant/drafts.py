"""Checking a draft: each sentence is left in peace or becomes a claim with verdict, citations and doubts.

    checker = wiring.checker(settings, store)
    for each in checker.check(draft_of("Fees are waived until June.")):     # Claims and Lefts, as they are settled
        print(each.text, getattr(each, "verdict", ""))

A draft is checked against the library, or against sources that are given with it and are kept nowhere. Spans of claims count
in the draft's text, citations in that of their source; a given source is cited as `source-1`, `source-2` … in the order given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answer import Claim
from assistant.asked import asked
from assistant.checking.reading import language
from assistant.checking.verifier import Judgement, Verifier
from assistant.checkworthy import Idle, idle
from assistant.claiming import claimed, unstrayed, without_instructions
from assistant.doubts import Doubter, by_rules
from assistant.doubts.from_library import FromLibrary
from assistant.given import GivenSources
from assistant.in_order import in_order
from ingest.document import Document, Span, Statement
from ingest.errors import BadInput
from ingest.pipeline import Refused, Unchanged, ingest
from ingest.sentences import statements
from ingest.sources import Source
from vectorstore.embedding import Embedder
from vectorstore.filters import Filters
from vectorstore.retrieval import Found, Passage

EMPTY = "The library is empty: nothing could support any claim."
_AT_ONCE = 3  # sentences that are worked at: each is read on every core, and much else of it on one
_LETTER = re.compile(r"[^\W_]")
_SHORTEST_NAME, _LONG_TITLE = 3, 8  # characters; a shorter title may be an ordinary word


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A sentence of a draft that claims nothing, and why; `span` is where it stands in the draft's text."""

    text: str
    span: Span
    why: Idle


Checked = Claim | Left


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDraft:
    """A draft that was checked to its end, both parts in the order of the text."""

    title: str
    text: str
    claims: tuple[Claim, ...]
    left: tuple[Left, ...] = ()
    notices: tuple[str, ...] = ()


class Searched(Protocol):
    """Where passages for a claim are found: the library's Retriever, or sources that were given."""

    def search(self, text: str, *, limit: int = 10, filters: Filters | None = None) -> Found:
        """The best passages for a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What a draft is checked against where no sources are given: where passages are found, and what raises doubts."""

    searched: Searched
    doubting: FromLibrary


class Checker:
    """Checks drafts with a verifier against a library, which raises its own doubts; without one only against given sources."""

    def __init__(
        self,
        verifier: Verifier,
        embedder: Embedder,
        library: Library | None = None,
        *,
        passages: int = 20,
        doubter: Doubter = by_rules,
    ) -> None:
        self._verifier = verifier
        self._embedder = embedder
        self._library = library
        self._passages = passages
        self._doubter = doubter

    def check(
        self, draft: Document, sources: Sequence[Source] = (), filters: Filters | None = None
    ) -> Iterator[Checked]:
        """The sentences of a draft in order, each as soon as it is settled; BadInput where a source cannot be read."""
        if not sources and self._library is None:
            raise BadInput("There is nothing to check against.", "Name sources, or open a library.")
        library = None if sources else self._library
        against = GivenSources(sources, self._embedder) if library is None else library.searched

        def settled(numbered: tuple[int, Statement | Left]) -> Checked:
            number, piece = numbered
            if isinstance(piece, Left):
                return piece
            passages = against.search(draft.read(piece), limit=self._passages, filters=filters).passages
            claim = self._claim(f"c{number}", draft, piece, passages)
            return _doubted(claim, library, filters) if library is not None else claim

        yield from in_order(settled, _numbered(pieces(draft)), _AT_ONCE)

    def _claim(self, number: str, draft: Document, statement: Statement, passages: Sequence[Passage]) -> Claim:
        words, text = draft.read(statement), draft.quote(statement.span)
        judgement = self._judged(words, passages)
        judgement = unstrayed(without_instructions(judgement, words))
        lead = len(words) - len(text)
        return claimed(number, text, statement.span.start, judgement, lead=lead, doubter=self._doubter)

    def _judged(self, words: str, passages: Sequence[Passage]) -> Judgement:
        """By passages in the claim's own language; by others only where those do not carry it and these share its values."""
        own = [each for each in passages if language(each.text) == language(words)]
        foreign = [each for each in passages if each not in own]
        if not own:
            return self._compared(words, passages)
        judgement = self._compared(words, own)
        if foreign and judgement.verdict == "not_found" and not judgement.support:
            across = self._compared(words, foreign)
            return across if across.support else judgement
        return judgement

    def _compared(self, words: str, passages: Sequence[Passage]) -> Judgement:
        """By what the sentence names as its source, where that was found; then by all that was found."""
        named = [each for each in passages if names(words, each.document)]
        if 0 < len(named) < len(passages):
            judgement = self._verifier.verify(words, named, [each for each in passages if each not in named])
            if judgement.support:
                return judgement
        return self._by_one_document(words, passages)

    def _by_one_document(self, words: str, passages: Sequence[Passage]) -> Judgement:
        """The judgement by everything; a claim that several documents carry rests on one alone where one is enough."""
        judgement = self._verifier.verify(words, (), passages)
        documents = dict.fromkeys(each.document.id for each in judgement.support)
        if judgement.verdict == "supported" and len(documents) > 1:
            for document in documents:
                alone = self._verifier.verify(words, (), [each for each in passages if each.document.id == document])
                if alone.verdict == "supported":
                    return alone
        return judgement


def _numbered(read: Iterable[Statement | Left]) -> Iterator[tuple[int, Statement | Left]]:
    """What is read with how many claims there are up to it."""
    number = 0
    for piece in read:
        number += isinstance(piece, Statement)
        yield number, piece


def _doubted(claim: Claim, library: Library, filters: Filters | None) -> Claim:
    """A claim with what the rest of the library raises about it, at the time that it speaks of itself, or the filters name."""
    time = asked(claim.text, filters.as_of if filters is not None else None)
    [doubted] = library.doubting.at(time).doubted([claim])
    return doubted


def draft_of(text: str, title: str = "") -> Document:
    """A draft that came as plain text, word for word as it came."""
    return Document(id="", title=title, text=text, source="", media_type="text/plain", statements=statements(text))


def only(read: Iterable[Source], name: str) -> Source:
    """The one text that a file is; BadInput where it holds records."""
    found = list(read)
    if len(found) != 1 or found[0].record is not None:
        raise BadInput(f"{name} is no draft.", "A draft is one text: txt, Markdown, HTML, PDF or DOCX.")
    return found[0]


def read_draft(source: Source) -> Document:
    """A draft that came as a file: what its reader makes of it; UnreadableFile where that is nothing."""
    [read] = ingest([source], lambda texts: [1 for _ in texts])  # a sentence is not cut, however long it is
    if isinstance(read, Refused):
        raise read.error
    if isinstance(read, Unchanged):  # nothing is known here, so nothing can be unchanged
        raise BadInput(f"{source.name} could not be read.", "Try again.")
    return read.document


def collected(draft: Document, checked: Iterable[Checked], notices: tuple[str, ...] = ()) -> CheckedDraft:
    """The whole of a checked draft."""
    both = list(checked)
    return CheckedDraft(
        title=draft.title,
        text=draft.text,
        claims=tuple(each for each in both if isinstance(each, Claim)),
        left=tuple(each for each in both if isinstance(each, Left)),
        notices=notices,
    )


def pieces(draft: Document) -> Iterator[Statement | Left]:
    """The statements of a draft that claim something, and what is left in peace, in order; no letter is passed over."""
    at, lead_ins = 0, {each.lead_in for each in draft.statements if each.lead_in is not None}
    notes = {note for each in draft.statements for note in each.notes}
    for statement in draft.statements:
        yield from _between(draft, Span(start=at, end=statement.span.start), lead_ins, notes)
        why = idle(draft.quote(statement.span))
        yield Left(text=draft.quote(statement.span), span=statement.span, why=why) if why else statement
        at = max(at, statement.span.end)
    yield from _between(draft, Span(start=at, end=len(draft.text)), lead_ins, notes)


def _between(draft: Document, gap: Span, lead_ins: set[Span], notes: set[Span]) -> Iterator[Left]:
    """What stands between two statements: headings, lead-ins and notes, line by line."""
    for line in re.finditer(r"[^\n]+", draft.text[gap.start : gap.end]):
        text = line[0].strip()
        if not _LETTER.search(text):
            continue
        start = gap.start + line.start() + line[0].index(text[0])
        span = Span(start=start, end=start + len(text))
        why: Idle = idle(text) or "heading"
        if any(span.meets(each) for each in lead_ins):
            why = "lead_in"
        elif any(span.meets(each) for each in notes):
            why = "note"
        yield Left(text=text, span=span, why=why)


def names(words: str, document: Document) -> bool:
    """Whether a sentence names a document by its number, title, outlet or issuer."""
    about = document.metadata
    low = words.casefold()
    called = (about.number, about.outlet, about.issuer, document.title if len(document.title) >= _LONG_TITLE else None)
    return any(each and len(each) >= _SHORTEST_NAME and each.casefold() in low for each in called)
