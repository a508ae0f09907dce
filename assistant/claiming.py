"""A judgement as a claim: the exact words it rests on, what is wrong with it, and what its sources raise.

Claims of written answers and of checked drafts are made here, so that both look the same wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Citation, Claim, Doubt, cite
from assistant.checking.verifier import Fault, Judgement
from assistant.doubts import Doubter, by_rules
from assistant.instructions import instructs, ordering
from ingest.document import Span
from vectorstore.retrieval import Passage

_STRAYS = frozenset({"unsupported", "misquoted", "overstated"})


def claimed(
    number: str,
    text: str,
    start: int,
    judgement: Judgement,
    whole: Sequence[Passage] = (),
    *,
    lead: int = 0,
    doubter: Doubter = by_rules,
) -> Claim:
    """The claim that a text makes, standing at `start` of what it is part of.

    `whole` are passages that are cited as they are where it could not be told which statements the claim rests on. `lead` is
    how many characters were read in front of the text when it was judged; offending words there have no place in the claim.
    """
    return Claim(
        id=number,
        text=text,
        span=Span(start=start, end=start + len(text)),
        verdict=judgement.verdict,
        citations=_citations(judgement) or tuple(cite(each.document, each.chunk.span) for each in whole),
        doubts=_doubts(number, judgement, lead, doubter),
    )


def unstrayed(judgement: Judgement) -> Judgement:
    """A judgement that is never `supported` where a fault says that the claim strays from its source."""
    if judgement.verdict == "supported" and any(each.kind in _STRAYS for each in judgement.faults):
        return replace(judgement, verdict="unchecked")
    return judgement


def without_instructions(judgement: Judgement, claim: str) -> Judgement:
    """A judgement without support from words that address a program, which are nobody's statement."""
    shown = (*judgement.support, *judgement.nearest)
    ordered = [each for each in shown if ordering(each.document, each.statement)]
    if not ordered and not instructs(claim):
        return judgement
    reason = "It rests on words in the document that address a program, not a reader."
    reason = "它所依据的文字是写给程序而非读者的指令。" if chinese(claim) else reason
    fault = Fault(
        kind="unsupported", reason=reason, evidence=tuple((each.document, each.statement.span) for each in ordered)
    )
    kept = tuple(each for each in judgement.support if each not in ordered)
    faults = (fault, *(each for each in judgement.faults if each.kind != "unsupported"))
    return Judgement(verdict="not_found", support=kept, faults=faults)


def chinese(text: str) -> bool:
    """Whether a text has Chinese characters, so that what is said about it is said in Chinese."""
    return any("\u3400" <= each <= "\u9fff" for each in text)


def _citations(judgement: Judgement) -> tuple[Citation, ...]:
    spans = []
    for each in (*judgement.support, *judgement.nearest):
        statement = each.statement
        spans += [(each.document, span) for span in (statement.lead_in, statement.span) if span is not None]
    return tuple(cite(document, span) for document, span in dict.fromkeys(spans))


def _doubts(number: str, judgement: Judgement, lead: int, doubter: Doubter) -> tuple[Doubt, ...]:
    """What is wrong with the claim itself, then what its sources raise, each kind once; what only comes nearest raises nothing."""
    found = [
        (
            fault.kind,
            fault.reason,
            tuple(cite(document, span) for document, span in fault.evidence),
            _moved(fault.words, lead),
        )
        for fault in judgement.faults
    ]
    read = [(each.document, each.statement) for each in judgement.support]
    for (document, _), findings in zip(read, doubter(read), strict=True):
        for finding in findings:
            if all(finding.kind != kind for kind, _, _, _ in found):
                evidence = tuple(cite(document, span) for span in finding.evidence)
                found.append((finding.kind, finding.reason, evidence, None))
    return tuple(
        Doubt(id=f"{number}-d{n}", kind=kind, reason=reason, evidence=evidence, span=words)
        for n, (kind, reason, evidence, words) in enumerate(found, start=1)
    )


def _moved(words: Span | None, lead: int) -> Span | None:
    if words is None or words.start < lead:
        return None
    return Span(start=words.start - lead, end=words.end - lead)
