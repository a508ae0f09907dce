"""The quoted answer: sentences of the library, word for word, each a claim with its citation and its doubts; or a refusal."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Claim, Doubt, cite
from assistant.answering.scoring import Quote
from assistant.doubts import Doubter, Finding, by_rules
from assistant.quoting import Selection, rendered
from ingest.document import Span


def claims(quotes: Sequence[Quote], doubter: Doubter = by_rules) -> tuple[tuple[Claim, ...], str]:
    """A claim for each quote, and the text that they make, a line for each."""
    found, text = [], ""
    doubted = doubter([(quote.document, quote.statement) for quote in quotes])
    for number, (quote, findings) in enumerate(zip(quotes, doubted, strict=True), start=1):
        words, spans = rendered(quote.document, quote.statement)
        start = len(text)
        text += words + "\n"
        found.append(
            Claim(
                id=f"c{number}",
                text=words,
                span=Span(start=start, end=start + len(words)),
                verdict="supported",
                citations=tuple(cite(quote.document, span) for span in spans),
                doubts=_doubts(f"c{number}", quote, words, findings),
            )
        )
    return tuple(found), text.rstrip("\n")


def missing(selection: Selection) -> tuple[str, ...]:
    """The words of the question that nothing found holds, as a sentence."""
    if not selection.absent:
        return ()
    named = ", ".join(f"“{word}”" for word in selection.absent)
    return (f"No passage that was found mentions {named}.",)


def refusal(documents: int, chunks: int, *, filtered: bool) -> str:
    """What a refusal says."""
    if documents == 0:
        if filtered:
            return "No document matches the filters."
        return "The library is empty. Add a notice or report to ask about it."
    return f"The library does not answer this. Searched {_several(chunks, 'passage')} of {_several(documents, 'document')}."


def which(question: str) -> str:
    """How Caveat asks back."""
    if any("\u3400" <= each <= "\u9fff" for each in question):
        return "有几份文件可以回答这个问题。您指的是哪一个？"
    return "Several documents would answer this, each otherwise. Which do you mean?"


def _doubts(claim_id: str, quote: Quote, words: str, findings: Sequence[Finding]) -> tuple[Doubt, ...]:
    """The doubts that the source raises about a statement, with their evidence cited."""
    document, statement = quote.document, quote.statement
    offset = len(words) - (statement.span.end - statement.span.start)
    found = []
    for number, finding in enumerate(findings, start=1):
        named = finding.words
        inside = named is not None and statement.span.holds(named)
        found.append(
            Doubt(
                id=f"{claim_id}-d{number}",
                kind=finding.kind,
                reason=finding.reason,
                evidence=tuple(cite(document, span) for span in finding.evidence),
                span=Span(
                    start=named.start - statement.span.start + offset, end=named.end - statement.span.start + offset
                )
                if named is not None and inside
                else None,
            )
        )
    return tuple(found)


def _several(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
