"""Verifiers with a trained reader: by itself, and behind the rules, which decide over figures, dates, names and quotations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answering.scoring import Rarity
from assistant.checking import weighing
from assistant.checking.deterministic import Deterministic
from assistant.checking.prose import PairReader, Reading, promising, readings
from assistant.checking.reading import language, words
from assistant.checking.remarks import say
from assistant.checking.support import Line, Wanted, about, beside, choose, lines, wanted
from assistant.checking.verifier import Fault, Judgement
from assistant.checking.wording import limits
from ingest.errors import CaveatError
from vectorstore.retrieval import Passage

WHOLE = 0.95  # the share of a claim that the statement must hold which it takes over


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
        found = nearest(asked, known, self._reader)
        if found.contradicts >= limits().alone_contradicts and found.contradicts > found.supports:
            return _contradicted(asked, found)
        if found.supports >= limits().alone_supports:
            return Judgement(verdict="supported", support=tuple(line.support for line in found.lines))
        return _unsupported(asked, found)


class Together:
    """The rules and a reader: figures, dates and quotations are the rules' to judge, the sense is the reader's.

    Where the rules say that a claim could not be checked, that a figure, date or quotation is another, or that more is made of the
    source, that stands. Of the rest the reader says whether what the rules rest on carries it, or anything near it does; a claim
    that the reader alone finds support for is still held against the rules, on the statements it names.

    `doubting` is for claims that somebody wrote without this evidence before them, any of which may be wrong: there the reader may
    doubt what the rules find supported, and a name that the rules miss ("she", "the film") is the reader's to judge too. A sentence
    written from its evidence is seldom wrong in its sense, seldomer than the reader is: there what the rules find stands.
    `drafts` reads what must be found in a whole library; where there is none, the reader does.
    """

    def __init__(
        self, rules: Deterministic, reader: PairReader, *, doubting: bool = False, drafts: PairReader | None = None
    ) -> None:
        self._rules = rules
        self._reader = reader
        self._doubting = doubting
        self._drafts = drafts or reader

    def verify(self, claim: str, cited: Sequence[Passage], others: Sequence[Passage], question: str = "") -> Judgement:
        """The judgement of a claim by what it cites, or by all of the evidence where it cites nothing."""
        told = self._rules.verify(claim, cited, others, question)
        if told.verdict == "unchecked":
            return told
        reader = self._drafts if self._doubting and not cited else self._reader
        known = _readable(reader, claim, lines(cited or others))
        if not known or (told.verdict == "supported" and not self._doubting):
            return told
        try:
            return self._read(self._rules.wanted(claim, question), told, known, question, apart=not cited)
        except CaveatError:  # a chat model that is away or talks at large: what it was to settle is not settled
            fault = Fault(kind="unchecked", reason=say(claim, "unjudged"))
            return Judgement(verdict="unchecked", support=told.support, faults=(*told.faults, fault))

    def _read(self, asked: Wanted, told: Judgement, known: Sequence[Line], question: str, *, apart: bool) -> Judgement:
        """What the reader makes of a claim beside what the rules say of it; `apart` where it must rest on one document."""
        kinds = {fault.kind for fault in told.faults}
        support = [line for line in known if line.support in told.support]
        if "misquoted" in kinds and self._reader.understands(asked.claim):
            return self._named(asked, told, support, beside(support, known) if apart else known, question)
        if kinds & {"misquoted", "overstated"} or told.verdict == "contradicted":
            return told
        if apart and self._doubting:
            return self._weighed(asked, told, support, known, question)
        if told.verdict == "supported":
            return self._carried(asked, told, support, known)
        return self._found(asked, told, known, question, apart=apart)

    def _weighed(
        self, asked: Wanted, told: Judgement, support: Sequence[Line], known: Sequence[Line], question: str
    ) -> Judgement:
        """A claim that was not written from this library: what reads best, weighed with how closely the words agree."""
        if any(_quotes(asked, line) or _takes_over(asked, line) for line in support):
            return told
        read = readings(asked, [support], known, self._drafts)[0] if support else None
        if read is None or not weighing.carried(asked, read.lines, read):
            read = nearest(asked, known, self._drafts, support, apart=True)
        if not weighing.carried(asked, read.lines, read):
            if read.contradicts >= limits().prose_contradicts:
                return _contradicted(asked, read)
            return _unsupported(asked, read) if told.verdict == "supported" else told
        if told.verdict == "supported":
            return told
        rest = beside(read.lines, known)
        return self._rules.resting(asked, read.lines, rest, question, named=asked.language != "en", known=known)

    def _carried(self, asked: Wanted, told: Judgement, support: Sequence[Line], known: Sequence[Line]) -> Judgement:
        """What the rules find supported, unless neither that nor anything near it reads as if it were."""
        if not support or any(_quotes(asked, line) for line in support):
            return told
        (read,) = readings(asked, [support], known, self._reader)
        if read.supports >= limits().prose_doubts:
            return told
        others = [group for group in promising(asked, known) if group != support]
        if any(each.supports >= limits().prose_doubts for each in readings(asked, others, known, self._reader)):
            return told
        return (_contradicted if read.contradicts >= limits().prose_contradicts else _unsupported)(asked, read)

    def _named(
        self, asked: Wanted, told: Judgement, support: Sequence[Line], known: Sequence[Line], question: str
    ) -> Judgement:
        """A name that the rules miss or take for another may stand for the same, where nothing else is wrong: "the film"."""
        otherwise = self._rules.resting(asked, support, known, question, named=False) if support else told
        if otherwise.verdict != "supported":
            return told
        (read,) = readings(asked, [support], known, self._reader)
        enough = limits().prose_supports if self._doubting else limits().prose_named
        return otherwise if read.supports >= enough else told

    def _found(self, asked: Wanted, told: Judgement, known: Sequence[Line], question: str, *, apart: bool) -> Judgement:
        """What the rules find no support for, where the reader finds it in statements about the same."""
        groups = promising(asked, known)
        if not groups and not self._doubting:
            return told
        read = (
            nearest(asked, known, self._reader)
            if self._doubting
            else _strongest(readings(asked, groups, known, self._reader))
        )
        if read.supports >= limits().prose_supports:
            rest = beside(read.lines, known) if apart else known
            return self._rules.resting(asked, read.lines, rest, question, named=not self._doubting)
        if read.contradicts >= limits().prose_contradicts:
            return _contradicted(asked, read)
        return told


def _readable(reader: PairReader, claim: str, candidates: Sequence[Line]) -> list[Line]:
    """The statements in the claim's language, where the reader knows it."""
    if not reader.understands(claim):
        return []
    return [line for line in candidates if line.language == language(claim) and reader.understands(line.text)]


def _quotes(asked: Wanted, line: Line) -> bool:
    return " ".join(asked.claim.split()) in " ".join(line.text.split())


def _takes_over(asked: Wanted, line: Line) -> bool:
    """Whether a claim is a statement word for word, whatever leads it in or ends it."""
    claim, text = (" ".join(word.text for word in words(each)) for each in (asked.claim, line.text))
    return text in claim and about(asked, line) >= WHOLE


def nearest(
    asked: Wanted, known: Sequence[Line], reader: PairReader, support: Sequence[Line] = (), *, apart: bool = False
) -> Reading:
    """Of what may carry a claim, the statements that read as if they did; `apart` where it must rest on one document."""
    carrying = choose(asked, known, None, strictly=apart)
    groups = [list(each) for each in (support, carrying.lines) if each]
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
