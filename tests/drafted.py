"""A draft, its notice and ways to check it, shared by the tests of drafts."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx

from assistant.answer import Verdict
from assistant.checking.deterministic import Deterministic
from assistant.checking.verifier import Fault, Judgement, Support
from assistant.drafts import CheckedDraft, Checker, collected, draft_of
from ingest.sources import Source, from_record
from vectorstore.embedding import HashingEmbedder
from vectorstore.retrieval import Passage

NOTICE = "Platforms must remove listings of wild animals within 24 hours. Authorities should encourage platforms to waive fees."
VOICE = "Harbour Ledger reported that deliveries may rise to 3 million."
DRAFT = """# On the notice

Dear colleagues,

What does it ask for? Platforms must remove listings of wild animals within 48 hours. They were praised abroad for it.

It also says that:

- Authorities should encourage platforms to waive fees;
- Platforms must waive fees.

Kind regards
"""


def source(text: str, title: str = "", number: int = 1) -> Source:
    """A source by its text."""
    return from_record({"_id": str(number), "title": title, "text": text}, "given:")


def checker() -> Checker:
    """A checker of rules."""
    embedder = HashingEmbedder()
    return Checker(Deterministic(embedder), embedder)


def check(text: str, *sources: Source) -> CheckedDraft:
    """A draft checked against sources, the notice where none is given."""
    draft = draft_of(text)
    return collected(draft, checker().check(draft, sources or [source(NOTICE, "The notice")]))


class Says:
    """A verifier that says one thing of everything, resting it on the first statement it is shown."""

    def __init__(self, verdict: Verdict, *faults: Fault) -> None:
        self.verdict, self.faults = verdict, faults

    def verify(self, claim: str, cited: Sequence[Passage], others: Sequence[Passage], question: str = "") -> Judgement:
        [first, *_] = [*cited, *others]
        support = (Support(document=first.document, position=first.chunk.statements[0]),)
        return Judgement(verdict=self.verdict, support=support, faults=self.faults)


def word(*paragraphs: Sequence[str]) -> bytes:
    """A Word file of paragraphs, each of some runs, every second one bold."""
    document, file = docx.Document(), io.BytesIO()
    for runs in paragraphs:
        paragraph = document.add_paragraph()
        for number, text in enumerate(runs):
            paragraph.add_run(text).bold = number % 2 == 1
    document.save(file)
    return file.getvalue()


def marked(content: bytes) -> list[tuple[str, str]]:
    """The words that each comment spans, and what it says."""
    document = docx.Document(io.BytesIO(content))
    found = []
    for comment in document.comments:
        inside, text = False, ""
        for element in document.element.body.iter():
            name = str(element.tag).rpartition("}")[2]
            if name in {"commentRangeStart", "commentRangeEnd"} and element.get(docx.oxml.ns.qn("w:id")) == str(
                comment.comment_id
            ):
                inside = name == "commentRangeStart"
            elif inside and name == "t":
                text += element.text or ""
        found.append((text, comment.text))
    return found
