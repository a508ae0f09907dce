"""Numbers, dates and document numbers that a claim has and its sources have not, or have for something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from assistant.checking.measuring import figures
from assistant.checking.quantities import COUNTABLE, Figure
from assistant.checking.reading import HAN, held, telling
from assistant.checking.reckoned import works_out
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted, about
from assistant.checking.wording import limits, pattern
from ingest.document import Document, Span

ROUNDED = Fraction(1, 20)
YEARS = (1900, 2100)
OPPOSITE = {"less": "more", "more": "less", "opens": "closes", "closes": "opens"}
UNTIL = re.compile(r"\s*(?:[–—-]{1,2}|to|and|until|till|through|[至到])\s*")
LENGTHS_OF_TIME = frozenset({"time", "months"})
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
    claim: Wanted, chosen: Sequence[Line], rest: Sequence[Line], question: str, *, apart: bool = False
) -> tuple[list[Remark], list[Line]]:
    """What is wrong with a claim's figures, and the further statements that some of them stand in.

    `chosen` are the statements that the claim rests on, `rest` the others of what it cites; `apart` where it cites nothing, and
    what stands elsewhere in the document is not missing.
    """
    here, there = _standing(claim.claim, chosen), _standing(claim.claim, rest)
    own = figures(claim.claim)
    remarks: list[Remark] = []
    added: list[Line] = []
    for figure in own:
        if figure.apart:
            continue
        alike = [each for each in here if _of_a_kind(figure, each.figure)]
        same = [each for each in alike if each.line.tells(each.figure, figure)]
        orphans = [each for each in alike if not any(each.line.tells(each.figure, mine) for mine in own)]
        if same:
            remarks.extend(_turned(claim.claim, figure, same, orphans))
            continue
        rival, found = _rival(figure, orphans), _elsewhere(claim, figure, there)
        if any(figure.same(each) for line in chosen for each in figures(line.front)):
            days = [each for each in orphans if {each.figure.kind, figure.kind} <= {"date", "month"}]
            issue = _of_issue(claim.claim, figure)
            if not days or (issue and not (rival and rival.figure.around & issue)):
                continue
            rival = rival or days[0]
        if found is not None and (rival is None or _likeness(figure, found.figure) > _likeness(figure, rival.figure)):
            added.append(found.line)
        elif not _forgiven(figure, rival, here, [*chosen, *(rest if apart else ())], question) and not works_out(
            claim.claim, figure, chosen
        ):
            remarks.append(_remark(claim.claim, figure, rival, orphans))
    return remarks, added


def _standing(claim: str, lines: Sequence[Line]) -> list[Standing]:
    """The figures of some statements; of a table, those of the rows that the claim names, where it names any."""
    return [
        Standing(line, span, figure)
        for line in lines
        for span, figure in line.figures
        if "|" not in line.text or _row_is_meant(claim, line, span)
    ]


def _row_is_meant(claim: str, line: Line, span: Span) -> bool:
    text, named = line.document.text, telling(claim)
    rows = [row for each in line.spans for row in line.document.quote(each).split("\n") if "|" in row]
    meant = [row for row in rows if telling(row.split("|")[0]) and telling(row.split("|")[0]) <= named]
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    here = text[start : end if end >= 0 else len(text)]
    return not meant or any(row.strip() in here for row in meant) or here.strip() == rows[0].strip()


def _of_a_kind(one: Figure, other: Figure) -> bool:
    if one.kind != other.kind:
        return {one.kind, other.kind} in (
            {"date", "month"},
            {"date", "number"},
            {"clock", "number"},
            {"era", "date"},
            {"era", "number"},
        )
    if one.kind != "number":
        return True
    if _is_a_year(one) != _is_a_year(other) and (_counts_few(one) or _counts_few(other)):
        return False
    families = {one.family, other.family}
    return len(families) == 1 or ("" in families and families.isdisjoint(LENGTHS_OF_TIME))


def _is_a_day(figure: Figure) -> bool:
    """Whether a date tells its day, not the year or month alone."""
    return figure.kind == "date" and not figure.day.endswith("*")


def _is_a_year(figure: Figure) -> bool:
    return not figure.nouns and figure.years.isdecimal() and 1000 <= int(figure.years) <= YEARS[1]


def _counts_few(figure: Figure) -> bool:
    return figure.in_words or bool(figure.family) or (figure.amount is not None and figure.amount < 1000)


def _rival(figure: Figure, orphans: Sequence[Standing]) -> Standing | None:
    """The figure that the source has where the claim has this one: of the same unit or noun, or among the same words."""
    nearest = sorted(orphans, key=lambda each: -_likeness(figure, each.figure))
    return nearest[0] if nearest and _likeness(figure, nearest[0].figure) > 0 else None


def _likeness(one: Figure, other: Figure) -> int:
    """How many terms next to two figures agree; units and nouns count double."""
    if one.kind != other.kind and not (_of_years(one, other) or {one.kind, other.kind} == {"date", "month"}):
        return 0
    if one.kind == "rank" and not set(one.nouns[:1]) & set(other.nouns):
        return 0
    alike = len(one.around & other.around)
    if one.kind == "number":
        unit = bool(one.family and one.family == other.family)
        return 2 * unit + 2 * bool(set(one.nouns) & set(other.nouns)) + alike
    if one.kind in {"clock", "weekday", "month", "season", "document", "clause"} and one.kind == other.kind:
        return 1 + alike
    return alike + (bool(alike) and one.side == other.side != "")


def _of_years(one: Figure, other: Figure) -> bool:
    """Whether one is a period of years and the other tells a year."""
    first = [each.years.split("-")[0] for each in (one, other)]
    return "era" in {one.kind, other.kind} and all(len(year) == len("1999") and year.isdecimal() for year in first)


def _turned(claim: str, figure: Figure, same: Sequence[Standing], orphans: Sequence[Standing]) -> Iterator[Remark]:
    """The right figure with its limit turned round, or for something that the source gives another figure for."""
    if any("|" in each.line.text for each in same):
        return
    if all(OPPOSITE.get(figure.side) == each.figure.side for each in same):
        yield Remark(
            reason=say(claim, "side", said=_wider(claim, figure.start, figure.end), source=_shown(same[0])),
            words=Span(start=figure.start, end=figure.end),
            evidence=same[0].evidence,
            contradicts=True,
        )
        return
    best = max(_likeness(figure, each.figure) for each in same)
    coarse = _is_a_day(figure) and not any(_is_a_day(each.figure) for each in same)
    near = max(len(figure.around & each.figure.around) for each in same)
    for rival in orphans:
        if HAN.search(claim) and not _said_closer(claim, rival, same):
            continue
        more = _likeness(figure, rival.figure) - best
        one_thing = set(figure.nouns[:1]) & set(rival.figure.nouns) or figure.family
        closer = figure.kind not in {"number", "era"} and near == 0 and figure.around & rival.figure.around
        another = coarse and _is_a_day(rival.figure)
        if (one_thing and more >= CLEARLY) or ((closer or another) and more > 0):
            yield _remark(claim, figure, rival, ())
            return


def _said_closer(claim: str, rival: Standing, same: Sequence[Standing]) -> bool:
    """Whether the clause of another figure shares more of the claim's words than that of the figure itself."""
    mine = telling(claim)
    return len(mine & telling(_clause(rival))) > max(len(mine & telling(_clause(each))) for each in same)


def _clause(standing: Standing) -> str:
    text, start, end = standing.line.document.text, standing.span.start, standing.span.end
    return re.split(r"[，。；\n]", text[:start])[-1] + re.split(r"[，。；\n]", text[end:])[0]


def _shown(standing: Standing) -> str:
    return _wider(standing.line.document.text, standing.span.start, standing.span.end)


def _wider(text: str, start: int, end: int) -> str:
    """Some characters with the words of their limit: "less than ten seconds", "6月30日前"."""
    before, after = text[max(start - 14, 0) : start].rpartition("\n")[2], text[end : end + 2]
    if not after.isascii():
        return text[start:end] + re.split(r"[，。；,\s]", after)[0]
    return " ".join([*before.split(" ")[1:-1], text[start:end]]) if before.endswith(" ") else text[start:end]


def _elsewhere(claim: Wanted, figure: Figure, there: Sequence[Standing]) -> Standing | None:
    """Where else in what is cited the figure stands, in a statement about the same."""
    found = [each for each in there if each.line.tells(each.figure, figure)]
    best = max(
        found, key=lambda each: about(claim, each.line) + 0.1 * len(figure.around & each.figure.around), default=None
    )
    if best is None:
        return None
    return best if figure.around & best.figure.around or about(claim, best.line) >= limits().subject else None


def _of_issue(claim: str, figure: Figure) -> frozenset[str]:
    """The terms next to a date that speak of when the source came out or comes into force."""
    near = claim[max(0, figure.start - 40) : figure.end + 16].lower()
    found = [match[0] for tongue in ("en", "zh") for match in pattern("figures", "issue", tongue).finditer(near)]
    return frozenset(term for word in found for term in held(word))


def rounds(figure: Figure, source: Figure) -> bool:
    """Whether a value that is given as about, over or under is the source's, rounded."""
    number, told = figure.amount, source.amount
    if (
        number is None
        or told is None
        or figure.family != source.family
        or (not figure.family and YEARS[0] <= number <= YEARS[1])
    ):
        return False
    side_holds = (figure.side != "more" or told >= number) and (figure.side != "less" or told <= number)
    return side_holds and abs(told - number) <= ROUNDED * abs(told)


def bounds(figure: Figure, source: Figure) -> bool:
    """Whether a claim's "more than" or "less than" holds of a value that the source gives without such a bound."""
    number, told = figure.amount, source.amount
    if figure.side not in {"less", "more"} or source.side or number is None or told is None:
        return False
    one_thing = figure.family == source.family and (figure.family or set(figure.nouns) & set(source.nouns))
    return bool(one_thing) and (told >= number if figure.side == "more" else told <= number)


def bounded(a: Figure, b: Figure) -> bool:
    """Whether one is a bound that the other keeps, or the two are the ends of a period."""
    if a.amount is None or b.amount is None:
        return True
    if OPPOSITE.get(a.side) == b.side != "":
        return True
    one = (a.side == "more" and b.amount >= a.amount) or (a.side == "less" and b.amount <= a.amount)
    return one or (b.side == "more" and a.amount >= b.amount) or (b.side == "less" and a.amount <= b.amount)


def _lasted(figure: Figure, here: Sequence[Standing]) -> bool:
    """Whether so many years lie between two years of the source: "four years" of "from 1991 to 1995"."""
    if figure.family != "months" or figure.amount is None:
        return False
    told = [each for each in here if each.figure.years.isdecimal() and len(each.figure.years) == len("1999")]
    for first, last in pairwise(told):
        between = first.line.document.text[first.span.end : last.span.start]
        years = int(last.figure.years) - int(first.figure.years)
        if years > 0 and figure.amount in {12 * years, 12 * (years + 1)} and UNTIL.fullmatch(between):
            return True
    return False


def _forgiven(
    figure: Figure, rival: Standing | None, here: Sequence[Standing], known: Sequence[Line], question: str
) -> bool:
    """A count that sums up a list, a value that is rounded and says so, a bound that holds, a figure of the question or of a name."""
    if any((figure.about and rounds(figure, each.figure)) or bounds(figure, each.figure) for each in here):
        return True
    if (figure.named and rival is None) or _lasted(figure, here):
        return True
    if rival is None and any(_as_written(figure, line) for line in known):
        return True
    if figure.kind in {"rank", "season", "clause"} and rival is None:
        return True
    small = figure.amount is not None and not figure.family and figure.amount <= COUNTABLE
    single = figure.value is not None and figure.value.number == 1 and figure.text.lower().startswith(("one ", "一"))
    if rival is None and (small or single):
        return True
    return rival is None and any(figure.same(each) for each in figures(question))


def _as_written(figure: Figure, line: Line) -> bool:
    """Whether a statement has the very characters, with a digit in them, whatever they were read as there: 公示30日, 共30日."""
    written = r"(?<![\d.])" + re.escape(figure.text)
    if "|" in line.text or not any(map(str.isdigit, figure.text)):  # of a table the row that is meant has been compared
        return False
    return re.search(written, line.text) is not None


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
