"""What a case expects, thing by thing and in words, each judged alone by the judge of its metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evals.case import Case, Expected, ExpectedClaim, Stretch, Words
from evals.kept import Json
from evals.metrics import answering, checking, doubting, finding
from evals.scoring import Judge

DOUBTS: dict[str, str] = {
    "questioned": "Questioned", "self_reported": "Self-reported", "hedged": "Hedged", "attributed": "Attributed",
    "vague_source": "Vague source", "cut_off": "Text cut off", "single_voice": "Single voice", "disputed": "Disputed",
    "outdated": "Outdated", "unsupported": "Unsupported", "misquoted": "Misquoted", "overstated": "Overstated",
    "unchecked": "Not checked",
}  # fmt: skip
VERDICT_WORDS: dict[str, str] = {
    "supported": "supported", "contradicted": "contradicted", "not_found": "not found", "unchecked": "not checked",
}  # fmt: skip
_Right = Callable[[tuple[float, ...]], bool]
_JUDGED: dict[str, tuple[str, Judge, _Right]] = {
    "refuse": ("To be refused", answering.refused, lambda counts: counts[4] == counts[5]),
    "points": ("Answer points", answering.pointed, lambda counts: counts[0] == counts[1]),
    "quotations": ("Words to quote", answering.quoted, lambda counts: counts[0] == counts[1]),
    "passages": ("Passages", finding.ranked, lambda counts: counts[-1] > 0),
    "documents": ("Documents", finding.ranked, lambda counts: counts[-1] > 0),
    "absent": ("Doubts that must not be said", doubting.unwanted, lambda counts: not counts[0]),
    "verdict": ("Verdict", checking.sided, lambda counts: counts[5] == counts[6]),
    "hedged": ("Hedged or vaguely sourced", checking.hedged, lambda counts: not counts[1] + counts[2]),
    "unsupported": ("Not carried by the sources", checking.stretched, lambda counts: not counts[1] + counts[2]),
    "checkable": ("A claim at all", checking.claiming, lambda counts: bool(counts[0] + counts[2])),
}
_PLAIN = {"points": "said", "quotations": "quoted"}
_ONE_BY_ONE = {"points", "quotations", "passages", "documents", "absent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One thing that a case expects; `held` is None where it is not judged, and `told` says in words what became of it."""

    text: str
    told: str
    held: bool | None
    where: str = ""
    parts: tuple[Wanted, ...] = ()


def word(name: str) -> str:
    """The word for a kind of doubt or a verdict; other names stand for themselves."""
    words = {**VERDICT_WORDS, **DOUBTS}
    return words.get(name, name)


def expectations(case: Case, result: Json, documents: Mapping[str, Json]) -> dict[str, list[Wanted]]:
    """What a case expects, by sort; each thing is judged alone, by the judge of its metric."""
    found: dict[str, list[Wanted]] = {}
    for field, (sort, judge, right) in _JUDGED.items():
        value = getattr(case.expect, field)
        if value is None or (value == () and field != "unsupported"):
            continue
        for each in value if field in _ONE_BY_ONE else (value,):
            score = judge(_alone(case, **{field: (each,) if field in _ONE_BY_ONE else each}), result, documents)
            held = right(score.counts) if score else None
            told = _told(field, score.reason, held=bool(held)) if score else "not judged"
            text, where = _in_words(case, each)
            wanted = Wanted(text=text, where=where, told=told, held=held)
            found.setdefault(sort, []).append(wanted)
    if case.expect.claims:
        found["Labelled statements"] = [_label(case, result, documents, label) for label in case.expect.claims]
    return found


def _told(field: str, reason: str, *, held: bool) -> str:
    """What became of one expectation, shorter than its metric says it of several."""
    if field in _PLAIN:
        return _PLAIN[field] if held else f"not {_PLAIN[field]}"
    if field == "verdict":
        given = reason.partition(",")[0]
        return f"given: {VERDICT_WORDS.get(given, given)}"
    return reason.removeprefix("1 expected, ")


def _in_words(case: Case, value: object) -> tuple[str, str]:
    """An expectation for people, and the document that it names."""
    match value:
        case bool():
            return ("yes" if value else "no"), ""
        case Words():
            return f"“{value.words}”", value.document
        case Stretch():
            return f"“{case.check.text[value.start : value.end] if case.check else ''}”", ""
        case tuple():
            joint = ", " if value and isinstance(value[0], Stretch) else " or "
            return joint.join(_in_words(case, each)[0] for each in value) or "nothing", ""
    return word(str(value)), ""


def _label(case: Case, result: Json, documents: Mapping[str, Json], label: ExpectedClaim) -> Wanted:
    """A labelled statement with the doubts on it: found, missed, false alarm."""
    alone, parts = _alone(case, claims=(label,)), []
    reached = doubting.reached(alone, result, documents)
    held = bool(reached and reached.counts[0])
    for kind in doubting.KINDS:
        words = "; ".join(f"“{doubt.words}”" for doubt in label.doubts if doubt.kind == kind and doubt.words)
        score = doubting.doubted(alone, result, documents, kinds=(kind,))
        hit, alarm, _ = score.counts if score else (0, 0, 0)
        if any(doubt.kind == kind for doubt in label.doubts):
            told = "found" if hit else "missed" if held else "expected, not judged"
            parts.append(Wanted(text=word(kind), told=told, held=bool(hit) if held else None, where=words))
        elif alarm:
            parts.append(Wanted(text=word(kind), told="false alarm", held=False))
        elif kind in label.unsure:
            parts.append(Wanted(text=word(kind), told="unsure, counts neither way", held=None))
    told = "in the answer" if held else "not in the answer, so its doubts are not judged" if reached else "not judged"
    if held and not label.doubts:
        told += ", and wrongly doubted" if any(part.held is False for part in parts) else ", and rightly quiet"
    return Wanted(
        text=f"“{label.words}”", where=label.document, told=told, held=held if reached else None, parts=tuple(parts)
    )


def _alone(case: Case, **expected: object) -> Case:
    """A case that expects one thing only."""
    return case.model_copy(update={"expect": Expected.model_validate(expected)})
