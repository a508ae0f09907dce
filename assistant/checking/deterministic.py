"""The first verifier: rules and word lists, no model but the embedder; what it cannot tell, it says it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer import DoubtKind, Verdict
from assistant.answering.scoring import Rarity
from assistant.checking import (
    denied,
    figures,
    frequency,
    names,
    parts,
    permission,
    polarity,
    quotations,
    strength,
    weighing,
)
from assistant.checking.reading import HAN
from assistant.checking.remarks import Remark, listing, say
from assistant.checking.support import Carrying, Line, Wanted, beside, choose, lines, missing, wanted
from assistant.checking.verifier import Fault, Judgement
from assistant.checking.wording import limits, stems
from vectorstore.embedding import Embedder
from vectorstore.retrieval import Passage
from vectorstore.terms import terms

NAMED = 3  # words that are told as missing


class Deterministic:
    """Judges a claim by words, figures, names, quotations and strength; the same for the same evidence.

    `embedder` is asked only where words leave open whether a claim is carried; `rarity` weighs the words.
    """

    def __init__(self, embedder: Embedder | None = None, rarity: Callable[[], Rarity] | None = None) -> None:
        self._embedder = embedder
        self._rarity = rarity

    def verify(self, claim: str, cited: Sequence[Passage], others: Sequence[Passage], question: str = "") -> Judgement:
        """The judgement of a claim by what it cites, or by all of the evidence where it cites nothing."""
        asked = self.wanted(claim, question)
        if not (asked.terms or asked.figures):
            return _unchecked(say(claim, "empty"))
        candidates = lines(cited or others)
        readable = [
            line for line in candidates if line.language == asked.language or _understands(self._embedder, claim, line)
        ]
        found = choose(asked, readable, self._embedder, strictly=not cited)
        if not cited and asked.language == "zh":  # a language that the embedder does not know
            found = replace(found, carried=weighing.carried(asked, found.lines))
        if not found.carried and len(readable) < len(candidates):
            return self._across(asked, [line for line in candidates if line not in readable], question)
        if not found.carried:
            return self._unsupported(asked, candidates, others) if cited else _uncited(asked, candidates, found)
        if cited:
            return _checked(asked, found, readable, question)
        return _checked(asked, found, beside(found.lines, readable), question, known=readable)

    def wanted(self, claim: str, question: str = "") -> Wanted:
        """A claim as it is looked for."""
        return wanted(claim, self._rarity() if self._rarity is not None else None, question)

    def resting(
        self,
        asked: Wanted,
        chosen: Sequence[Line],
        readable: Sequence[Line],
        question: str,
        *,
        named: bool = True,
        known: Sequence[Line] = (),
    ) -> Judgement:
        """The judgement of a claim that rests on some statements, as another reader says; without `named`, names aside.

        `known` is what was found about a claim that cites nothing.
        """
        carrying = Carrying(lines=tuple(chosen), carried=True)
        return _checked(asked, carrying, readable, question, named=named, known=known)

    def _across(self, claim: Wanted, foreign: Sequence[Line], question: str) -> Judgement:
        """A claim in another language than its evidence: figures and Latin names are compared, its sense is not."""
        told = [line for line in foreign if any(f.same(each) for f, _ in claim.figures for _, each in line.figures)]
        support = tuple(line.support for line in told[:3])
        remarks, _ = figures.check(claim, foreign, (), question)
        remarks += names.foreign(claim, foreign, question)
        if remarks:
            return Judgement(verdict="not_found", support=support, faults=(_fault("misquoted", remarks[0]),))
        fault = Fault(kind="unchecked", reason=say(claim.claim, "tongue"))
        return Judgement(verdict="unchecked", support=support, faults=(fault,))

    def _unsupported(self, claim: Wanted, candidates: Sequence[Line], others: Sequence[Passage]) -> Judgement:
        """Nothing cited carries the claim; the reason names what is not there, and who says it if anybody does."""
        elsewhere = lines(others)
        carrying = choose(claim, elsewhere, self._embedder, strictly=True) if elsewhere else Carrying()
        if carrying.carried:
            line = carrying.lines[0]
            return _not_found(say(claim.claim, "other", source=_place(line)), [line])
        absent = _absent(claim, candidates)
        return _not_found(say(claim.claim, "words" if absent else "nothing", said=absent))


def _checked(
    claim: Wanted,
    found: Carrying,
    readable: Sequence[Line],
    question: str,
    *,
    named: bool = True,
    known: Sequence[Line] = (),
) -> Judgement:
    """A claim that is carried, with what it has changed or made more of."""
    chosen = list(found.lines)
    rest = [line for line in readable if line not in chosen]
    misquoted: list[Remark] = []
    remarks, added = figures.check(claim, chosen, rest, question, apart=bool(known))
    misquoted.extend(remarks)
    chosen.extend(line for line in added if line not in chosen)
    remarks, added = names.check(claim, chosen, rest, question, known) if named else ([], [])
    misquoted.extend(remarks)
    chosen.extend(line for line in added if line not in chosen)
    misquoted.extend(frequency.check(claim, chosen, rest))
    remarks, added = quotations.check(claim.claim, [*chosen, *rest], question)
    misquoted.extend(remarks)
    chosen.extend(line for line in added if line not in chosen)
    found_wrong: tuple[tuple[DoubtKind, list[Remark]], ...] = (
        ("misquoted", _worst(misquoted)),
        ("unsupported", _opposed(claim, chosen) or parts.check(claim, chosen, readable)),
        ("overstated", strength.check(claim, chosen)),
    )
    faults = tuple(_fault(kind, found[0]) for kind, found in found_wrong if found)
    contradicts = any(remark.contradicts for _, found in found_wrong for remark in found)
    verdict: Verdict = "contradicted" if contradicts else "not_found" if faults else "supported"
    return Judgement(verdict=verdict, support=tuple(line.support for line in chosen), faults=faults)


def _uncited(claim: Wanted, candidates: Sequence[Line], found: Carrying) -> Judgement:
    """Nothing carries a claim that cites nothing; the reason names what is not there, and shows what comes nearest."""
    absent = _absent(claim, candidates)
    reason = say(claim.claim, "uncited_words" if absent else "uncited", said=absent)
    if found.share < limits().subject:
        return _not_found(reason)
    nearest = found.lines[0]
    shown = say(claim.claim, "nearest", source=nearest.document.quote(nearest.span))
    told = _not_found(reason + ("" if claim.language == "zh" else " ") + shown, [nearest])
    return replace(told, nearest=tuple(line.support for line in found.lines))


def _not_found(reason: str, shown: Sequence[Line] = ()) -> Judgement:
    evidence = tuple((line.document, line.span) for line in shown)
    return Judgement(verdict="not_found", faults=(Fault(kind="unsupported", reason=reason, evidence=evidence),))


def _absent(claim: Wanted, candidates: Sequence[Line]) -> str:
    return listing(claim.claim, _surfaces(claim.claim, missing(claim, candidates)))


def _opposed(claim: Wanted, chosen: Sequence[Line]) -> list[Remark]:
    return polarity.check(claim, chosen) or permission.check(claim, chosen) or denied.check(claim, chosen)


def _worst(remarks: Sequence[Remark]) -> list[Remark]:
    return sorted(remarks, key=lambda remark: not remark.contradicts)


def _fault(kind: DoubtKind, remark: Remark) -> Fault:
    return Fault(kind=kind, reason=remark.reason, words=remark.words, evidence=remark.evidence)


def _unchecked(reason: str) -> Judgement:
    return Judgement(verdict="unchecked", faults=(Fault(kind="unchecked", reason=reason),))


def _understands(embedder: Embedder | None, claim: str, line: Line) -> bool:
    return embedder is not None and embedder.understands(claim) and embedder.understands(line.text)


def _surfaces(claim: str, absent: Sequence[str]) -> tuple[str, ...]:
    """The claim's own words for some terms, those that tell most first."""
    telling_most = [term for term in absent if term not in stems("wording", "light")] or list(absent)
    found = {term: term for term in telling_most if HAN.match(term) and term in claim}
    for match in re.finditer(r"[^\W_]+(?:['’-][^\W_]+)*", claim):
        for term in terms(match[0]) if match[0].isascii() else ():
            found.setdefault(term, match[0])
    return tuple(dict.fromkeys(found[term] for term in telling_most if term in found))[:NAMED]


def _place(line: Line) -> str:
    section = next(
        (each.label for each in line.document.sections if each.span.start <= line.span.start < each.span.end), ""
    )
    section = section.removeprefix(line.document.title).removeprefix(" › ")
    return f"{line.document.title}, {section}" if section else line.document.title
