"""Persons, bodies, places and papers that a claim names and its sources do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.checking.naming import Name, endings, known_to, names, stands
from assistant.checking.reading import HAN, telling
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted, about
from assistant.checking.wording import limits
from ingest.document import Span

AFTER_A_NAME = re.compile(
    r"(?:['’]s\b|\s+and\s+[A-Z]|\s+(?:is|are|was|were|has|have|had|will|would|must|should|may|can|did|does|says?|said|[a-z]{2,}(?:ed|es|s))\b)"
)
PLURAL = re.compile(r"(?:s|ing|ly|ed|tion|ment|ness|ity|ance|ence|age|al|ive|ous)$")
KINDS = ("places", "bodies", "papers")
CLEARLY = 2  # terms that another name must share more to be the one that is meant
REACH = 7  # words around a name that tell what is said of it


def check(
    claim: Wanted, chosen: Sequence[Line], rest: Sequence[Line], question: str, known: Sequence[Line] = ()
) -> tuple[list[Remark], list[Line]]:
    """Names that the chosen statements lack, and the further statements that hold some of them.

    `known` is what else was found about the claim: who or what is named there is not missing, only not named again.
    """
    remarks: list[Remark] = []
    added: list[Line] = []
    heads = "\n".join(line.front for line in chosen)
    first = chosen[0].text if chosen else ""
    for name in names(claim.claim):
        if any(stands(each, text) for each in (name, name.shorter) if each for text in (first, heads)):
            continue
        rival, here = _rival(name, claim, chosen), _best(name, claim, chosen[1:])
        if not name.sure and not _surely(name, claim, [*chosen, *rest], rival):
            continue
        if here is not None and (rival is None or rival.shared < here.shared + CLEARLY):
            continue
        found = here or _elsewhere(name, claim, chosen, rest)
        if found is not None and (rival is None or found.shared > rival.shared):
            added.append(found.line)
        elif rival is not None or (name.sure and not stands(name, question) and not _named_nearby(name, chosen, known)):
            remarks.append(_remark(claim.claim, name, rival, chosen))
    return remarks, added


def _named_nearby(name: Name, chosen: Sequence[Line], known: Sequence[Line]) -> bool:
    """Whether the head of the first statement, or a document about the claim, names what is "the Board", 我局, 全市 in the statement itself."""
    if not known:
        return any(known_to(name, line.front) for line in chosen[:1])
    documents = {line.document.id: line for line in (*chosen[:1], *known)}
    return any(known_to(name, f"{line.front}\n{line.document.text}") for line in documents.values())


def foreign(claim: Wanted, lines: Sequence[Line], question: str) -> list[Remark]:
    """Latin names of a claim that evidence in another language, itself in Latin letters, does not have."""
    text = "\n".join(part for line in lines for part in (line.text, line.front))
    own = [name for name in names(claim.claim) if claim.language == "zh" and not HAN.search(name.text)]
    return [
        _remark(claim.claim, name, None, lines) for name in own if not stands(name, text) and not stands(name, question)
    ]


def _surely(name: Name, claim: Wanted, lines: Sequence[Line], rival: _Seen | None) -> bool:
    """Whether a lone word that opens a sentence is a name.

    It is where the evidence writes it large inside a sentence, where it acts alone, or where the source has a name among
    all the same words; it is not where the evidence writes it small, or where it looks like an ordinary noun.
    """
    texts = [*(line.text for line in lines), *(line.front for line in lines)]
    if any(re.search(rf"\b{re.escape(name.parts[0])}\b", text) for text in texts):
        return False
    if any(re.search(rf"[a-z,]\s{re.escape(name.text)}\b", text) for text in texts):
        return True
    acts = AFTER_A_NAME.match(claim.claim, name.end) is not None or (rival is not None and rival.shared >= 2 * CLEARLY)
    return acts and not PLURAL.search(name.parts[0])


def _remark(claim: str, name: Name, rival: _Seen | None, chosen: Sequence[Line]) -> Remark:
    words = Span(start=name.start, end=name.end)
    if rival is None:
        shown = tuple((line.document, line.span) for line in chosen[:1])
        return Remark(reason=say(claim, "name_absent", said=name.text), words=words, evidence=shown)
    return Remark(
        reason=say(claim, "name_changed", said=name.text, source=rival.line.document.quote(rival.span)),
        words=words,
        evidence=((rival.line.document, rival.span),),
        contradicts=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A name of the evidence, and how many terms around it stand around a name of the claim too."""

    line: Line
    span: Span
    shared: int


def _rival(name: Name, claim: Wanted, chosen: Sequence[Line]) -> _Seen | None:
    """The name that the source has among the same words, and that the claim has nowhere."""
    mine = _around(claim.claim, name.start, name.end)
    seen = [
        _Seen(
            line=line, span=Span(start=span.start + other.start, end=span.start + other.end), shared=len(mine & around)
        )
        for line in chosen
        for span in line.spans
        for other in names(line.document.quote(span))
        if _replaceable(other, name, line.document.quote(span), claim.claim)
        and (around := _around(line.document.quote(span), other.start, other.end)) & mine
    ]
    return max(seen, key=lambda each: each.shared, default=None)


def _replaceable(other: Name, name: Name, text: str, claim: str) -> bool:
    """Whether a name of the source is surely one, in the same writing, and missing from the claim."""
    if (
        stands(other, claim)
        or _another_kind(other, name)
        or bool(HAN.search(other.text)) != bool(HAN.search(name.text))
    ):
        return False
    return other.sure or not (PLURAL.search(other.parts[0]) or not AFTER_A_NAME.match(text, other.end))


def _another_kind(one: Name, other: Name) -> bool:
    """Whether two Chinese names are of two kinds by their endings: a place does not stand where a body or a paper does."""
    kinds = [next((kind for kind in KINDS if each.text[-1] in endings(kind)), "") for each in (one, other)]
    return bool(HAN.search(one.text) and HAN.search(other.text)) and kinds[0] != kinds[1]


def _around(text: str, start: int, end: int) -> frozenset[str]:
    if HAN.search(text[start:end]):
        return telling(text[max(0, start - 8) : start]) | telling(text[end : end + 8])
    before, after = text[max(0, start - 80) : start].split()[-REACH:], text[end : end + 80].split()[:REACH]
    return telling(" ".join((*before, *after)))


def _elsewhere(name: Name, claim: Wanted, chosen: Sequence[Line], rest: Sequence[Line]) -> _Seen | None:
    """Another statement that names it and is about the same: shortly before a chosen one, or with words of the claim."""
    close = [
        line
        for line in rest
        if about(claim, line) >= limits().subject
        or any(line.document.id == each.document.id and 0 < each.position - line.position <= 3 for each in chosen)
    ]
    return _best(name, claim, close)


def _best(name: Name, claim: Wanted, lines: Sequence[Line]) -> _Seen | None:
    """The statement that names it among most of the same words."""
    mine = _around(claim.claim, name.start, name.end)
    found = []
    for line in lines:
        if stands(name, line.text):
            seen = [_around(line.text, each.start, each.end) for each in names(line.text) if stands(name, each.text)]
            shared = max((len(mine & around) for around in seen), default=0)
            found.append(_Seen(line=line, span=line.span, shared=shared))
    return max(found, key=lambda each: each.shared, default=None)
