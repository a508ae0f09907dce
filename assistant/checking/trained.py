"""Verifiers with a trained reader: by itself, and behind the rules, which decide over figures, dates, names and quotations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.checking.deterministic import Deterministic
from assistant.checking.prose import PairReader, Reading, promising, readings
from assistant.checking.reading import language
from assistant.checking.remarks import say
from assistant.checking.support import Line, Wanted, choose, lines, wanted
from assistant.checking.verifier import Fault, Judgement
from assistant.checking.wording import limits
from assistant.quoting import Rarity
from ingest.errors import CaveatError
from vectorstore.retrieval import Passage


class Trained:
    """Judges by the reader alone: what reads as contradicted, then what reads as supported; for measuring it."""

    def __init__(self, reader: PairReader, rarity: Callable[[], Rarity] | None = None) -> None:
        self._reader = reader
        self._rarity = rarity

    def verify(self, claim: str, cited: Sequence[Passage], others: Sequence[Passage], question: str = "") -> Judgement:
        """The judgement of a claim by what it cites, or by all of the evidence where it cites nothing."""
        asked = wanted(claim, self._rarity() if self._rarity is not None else None, question)
        known = _readable(self._reader, claim, lines(cited or others))
        if not known:
            reason = say(claim, "tongue" if asked.terms else "empty")
            return Judgement(verdict="unchecked", faults=(Fault(kind="unchecked", reason=reason),))
        found = _best(asked, known, self._reader)
        if found.contradicts >= limits().alone_contradicts and found.contradicts > found.supports:
            return _contradicted(asked, found)
        if found.supports >= limits().alone_supports:
            return Judgement(verdict="supported", support=tuple(line.support for line in found.lines))
        return _unsupported(asked, found)


class Together:
    """The rules first; the reader finds support where the words differ, and tells what says otherwise from what says nothing.

    What the rules find supported stands: the reader, as far as it is trained, takes true sentences for contradictions there.
    Where the rules say that a claim could not be checked, or that a figure, date or quotation is another, that stands; a
    name alone gives way where the prose reads as the same. A claim that the reader finds support for is still held
    against the rules, on the statements it names.
    """

    def __init__(self, rules: Deterministic, reader: PairReader) -> None:
        self._rules = rules
        self._reader = reader

    def verify(self, claim: str, cited: Sequence[Passage], others: Sequence[Passage], question: str = "") -> Judgement:
        """The judgement of a claim by what it cites, or by all of the evidence where it cites nothing."""
        told = self._rules.verify(claim, cited, others, question)
        if told.verdict in {"supported", "unchecked"}:
            return told
        known = _readable(self._reader, claim, lines(cited or others))
        if not known:
            return told
        try:
            return self._read(self._rules.wanted(claim, question), told, known, question)
        except CaveatError:  # a chat model that is away or talks at large: what it was to settle is not settled
            fault = Fault(kind="unchecked", reason=say(claim, "unjudged"))
            return Judgement(verdict="unchecked", support=told.support, faults=(*told.faults, fault))

    def _read(self, asked: Wanted, told: Judgement, known: Sequence[Line], question: str) -> Judgement:
        """What the reader makes of a claim that the rules find wrong or carried by nothing."""
        if any(fault.kind == "misquoted" for fault in told.faults):
            return self._named(asked, told, known, question)
        if told.verdict == "contradicted" or any(fault.kind != "unsupported" for fault in told.faults):
            return told
        return self._found(asked, told, known, question)

    def _named(self, asked: Wanted, told: Judgement, known: Sequence[Line], question: str) -> Judgement:
        """A name that the rules miss or take for another may stand for the same, where nothing else is wrong: "the film"."""
        support = [line for line in known if line.support in told.support]
        otherwise = self._rules.resting(asked, support, known, question, named=False) if support else told
        if otherwise.verdict != "supported":
            return told
        (read,) = readings(asked, [support], known, self._reader)
        return otherwise if read.supports >= limits().prose_named else told

    def _found(self, asked: Wanted, told: Judgement, known: Sequence[Line], question: str) -> Judgement:
        """What the rules find no support for, where the reader finds it in statements about the same."""
        groups = promising(asked, known)
        if not groups:
            return told
        read = _strongest(readings(asked, groups, known, self._reader))
        if read.contradicts >= limits().prose_contradicts:
            return _contradicted(asked, read)
        if read.supports >= limits().prose_supports:
            return self._rules.resting(asked, read.lines, known, question)
        return told


def _readable(reader: PairReader, claim: str, candidates: Sequence[Line]) -> list[Line]:
    """The statements in the claim's language, where the reader knows it."""
    if not reader.understands(claim):
        return []
    return [line for line in candidates if line.language == language(claim) and reader.understands(line.text)]


def _best(asked: Wanted, known: Sequence[Line], reader: PairReader) -> Reading:
    carrying = choose(asked, known, None)
    groups = [list(carrying.lines)] if carrying.lines else []
    groups += [group for group in promising(asked, known) if group not in groups]
    return _strongest(readings(asked, groups or [list(known[:1])], known, reader))


def _strongest(read: Sequence[Reading]) -> Reading:
    """The reading that supports most; a contradiction in it is seen before its support is."""
    return max(read, key=lambda each: (each.supports, each.contradicts))


def _contradicted(asked: Wanted, read: Reading) -> Judgement:
    return replace(_doubted(asked, read, "opposite"), verdict="contradicted")


def _unsupported(asked: Wanted, read: Reading) -> Judgement:
    return _doubted(asked, read, "otherwise")


def _doubted(asked: Wanted, read: Reading, reason: str) -> Judgement:
    shown = read.lines[0]
    fault = Fault(
        kind="unsupported",
        reason=say(asked.claim, reason, source=shown.document.quote(shown.span)),
        evidence=((shown.document, shown.span),),
    )
    return Judgement(verdict="not_found", support=tuple(line.support for line in read.lines), faults=(fault,))
