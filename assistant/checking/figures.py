"""Numbers, dates and document numbers that a claim has and its sources have not, or have for something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assistant.checking.quantities import Figure, figures
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted, about
from assistant.checking.wording import limits
from ingest.document import Document, Span

COUNTABLE = 10  # counts up to this may sum up a list
ROUNDED = Fraction(1, 20)
OPPOSITE = {"less": "more", "more": "less", "opens": "closes", "closes": "opens"}
CLEARLY = 2  # terms that one place must have more than another to be the one that a claim is about


@dataclass(frozen=True)
class Standing:
    """A figure of the evidence and where it stands."""

    line: Line
    span: Span
    figure: Figure

    @property
    def evidence(self) -> tuple[tuple[Document, Span], ...]:
        """The characters that show it."""
        return ((self.line.document, self.span),)


def check(
    claim: Wanted, chosen: Sequence[Line], rest: Sequence[Line], question: str
) -> tuple[list[Remark], list[Line]]:
    """What is wrong with a claim's figures, and the further statements that some of them stand in.

    `chosen` are the statements that the claim rests on, `rest` the others of what it cites.
    """
    here, there = _standing(chosen), _standing(rest)
    own = figures(claim.claim)
    remarks: list[Remark] = []
    added: list[Line] = []
    for figure in own:
        same = [each for each in here if figure.same(each.figure)]
        orphans = [
            each for each in here if not any(mine.same(each.figure) for mine in own) and _of_a_kind(figure, each.figure)
        ]
        if same:
            remarks.extend(_turned(claim.claim, figure, same, here, orphans))
            continue
        rival = _rival(figure, orphans)
        if rival is None:
            if any(figure.same(each) for line in chosen for each in figures(line.front)):
                continue
            found = _elsewhere(claim, figure, there)
            if found is not None:
                added.append(found.line)
                continue
        if _forgiven(figure, rival, here, question):
            continue
        remarks.append(_remark(claim.claim, figure, rival, orphans))
    return remarks, added


def _standing(lines: Sequence[Line]) -> list[Standing]:
    return [Standing(line, span, figure) for line in lines for span, figure in line.figures]


def _of_a_kind(one: Figure, other: Figure) -> bool:
    if one.kind != other.kind:
        return {one.kind, other.kind} == {"date", "month"}
    if one.kind != "number":
        return True
    return one.family == other.family or not (one.family and other.family)


def _rival(figure: Figure, orphans: Sequence[Standing]) -> Standing | None:
    """The figure that the source has where the claim has this one: of the same unit or noun, or among the same words."""
    nearest = sorted(orphans, key=lambda each: -_likeness(figure, each.figure))
    return nearest[0] if nearest and _likeness(figure, nearest[0].figure) > 0 else None


def _likeness(one: Figure, other: Figure) -> int:
    """How many terms next to two figures agree; units and nouns count double."""
    if one.kind == "rank" and not set(one.nouns[:1]) & set(other.nouns):
        return 0
    alike = len(one.around & other.around)
    if one.kind == "number":
        unit = bool(one.family and one.family == other.family)
        return 2 * unit + 2 * bool(set(one.nouns) & set(other.nouns)) + alike
    if one.kind in {"clock", "weekday", "month", "season", "document"} and one.kind == other.kind:
        return 1 + alike
    return alike + (bool(alike) and one.side == other.side != "")


def _turned(
    claim: str, figure: Figure, same: Sequence[Standing], here: Sequence[Standing], orphans: Sequence[Standing]
) -> Iterator[Remark]:
    """The right figure with its limit turned round, or for something that the source gives another figure for."""
    if all(OPPOSITE.get(figure.side) == each.figure.side for each in same):
        shown = same[0]
        if figure.side in {"less", "more"} or any(
            each.figure.side == figure.side for each in here if each.figure.kind == "date" and each not in same
        ):
            source = _with_side(shown)
            yield Remark(
                reason=say(claim, "side", said=_with_words_before(claim, figure), source=source),
                words=Span(start=figure.start, end=figure.end),
                evidence=shown.evidence,
                contradicts=True,
            )
            return
    best = max(_likeness(figure, each.figure) for each in same)
    for rival in orphans:
        shared_noun = set(figure.nouns[:1]) & set(rival.figure.nouns)
        if shared_noun and _likeness(figure, rival.figure) >= best + CLEARLY:
            yield _remark(claim, figure, rival, ())
            return


def _with_side(shown: Standing) -> str:
    start = max(shown.span.start - 14, 0)
    before = shown.line.document.text[start : shown.span.start].rpartition("\n")[2]
    return before.partition(" ")[2] + shown.figure.text if " " in before else before + shown.figure.text


def _with_words_before(claim: str, figure: Figure) -> str:
    before = claim[max(figure.start - 14, 0) : figure.start]
    return before.partition(" ")[2] + figure.text if " " in before else before + figure.text


def _elsewhere(claim: Wanted, figure: Figure, there: Sequence[Standing]) -> Standing | None:
    """Where else in what is cited the figure stands, in a statement about the same."""
    found = [each for each in there if figure.same(each.figure)]
    best = max(
        found, key=lambda each: about(claim, each.line) + 0.1 * len(figure.around & each.figure.around), default=None
    )
    if best is None:
        return None
    return best if figure.around & best.figure.around or about(claim, best.line) >= limits().subject else None


def _forgiven(figure: Figure, rival: Standing | None, here: Sequence[Standing], question: str) -> bool:
    """A count that sums up a list, a value that is rounded and says so, a figure of the question that nothing contradicts."""
    number = figure.amount
    if figure.about and number is not None:
        near = (each.figure for each in here if each.figure.family == figure.family and each.figure.amount is not None)
        if any(abs((each.amount or 0) - number) <= ROUNDED * abs(each.amount or 0) for each in near):
            return True
    if figure.kind in {"rank", "season"} and rival is None:
        return True
    if rival is None and number is not None and not figure.family and number <= COUNTABLE and number.denominator == 1:
        return True
    return rival is None and any(figure.same(each) for each in figures(question))


def _remark(claim: str, figure: Figure, rival: Standing | None, orphans: Sequence[Standing]) -> Remark:
    words = Span(start=figure.start, end=max(figure.start, min(figure.end, len(claim))))
    if rival is not None:
        return Remark(
            reason=say(claim, "changed", said=figure.text, source=rival.figure.text),
            words=words,
            evidence=rival.evidence,
            contradicts=True,
        )
    near = next((each for each in orphans), None)
    return Remark(
        reason=say(claim, "absent", said=figure.text),
        words=words,
        evidence=near.evidence if near is not None else (),
    )
