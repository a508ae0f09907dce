"""Cases: a question with what a good answer holds, or a text with the verdict it deserves; one JSON object a line.

A set is a file of such lines. What is wrong with it is told with the line: an unknown field, two cases of one id, words that
their document does not hold. A case asks a question (`question`, `history`, `filters`), has a text checked (`check`), has a
file read (`read`), or has a chat model's reply tied to its evidence (`reply`); `expect` says what is looked for, and whatever
it leaves out is not measured.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.answer import DoubtKind, Verdict
from ingest.document import Kind, Status
from ingest.errors import CaveatError

Text = Annotated[str, Field(min_length=1)]
Said = Annotated[str, Field(pattern=r"\S")]


class BadSet(CaveatError):
    """A question set that cannot be used as it is; the message names the line."""

    code = "bad_set"


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class Turn(_Closed):
    """An earlier question of the conversation, and what was answered where it is known."""

    question: Text
    answer: str = ""


class Narrowed(_Closed):
    """The filters of the contract; documents are named as the library's files are."""

    issuer: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    status: tuple[Status, ...] = ()
    language: tuple[str, ...] = ()
    issued_from: date | None = None
    issued_to: date | None = None
    documents: tuple[str, ...] = ()
    as_of: date | None = None


class Words(_Closed):
    """Exact words of a document: one run of its text, runs of white space counting as one space."""

    document: Text
    words: Said


class ExpectedDoubt(_Closed):
    """A doubt that a claim deserves, and the words that it rests on; in the claim's document, or another that is named."""

    kind: DoubtKind
    words: str = ""
    document: str = ""


class ExpectedClaim(Words):
    """A statement that the answer should hold, with all the doubts it deserves; `unsure` kinds count neither way.

    No doubts means that the statement is quiet: nothing should be flagged on it.
    """

    doubts: tuple[ExpectedDoubt, ...] = ()
    unsure: tuple[DoubtKind, ...] = ()

    @model_validator(mode="after")
    def _sure_or_unsure(self) -> ExpectedClaim:
        both = {doubt.kind for doubt in self.doubts} & set(self.unsure)
        if both:
            raise ValueError(f"{', '.join(sorted(both))} cannot be both expected and unsure")
        return self


class Given(_Closed):
    """A source that comes with a text to be checked."""

    title: str = ""
    text: Text


class Checked(_Closed):
    """A text to be checked, against given sources, else against the library that is open, else by its own words."""

    text: Text
    sources: tuple[Given, ...] = ()


class Shown(Words):
    """A passage: from `words` to the next `until`, by whole statements; without `until` the program's own that holds them."""

    until: str = ""


class Reply(_Closed):
    """What a chat model wrote on a question, with its markers, and the passages it was given, [s1] first."""

    question: Text
    evidence: Annotated[tuple[Shown, ...], Field(min_length=1)]
    text: Text


class Sentence(_Closed):
    """A sentence of a reply, without its markers, and what was planted in it; `doubts` are the kinds that are right then.

    No fault means that the sentence is untouched: its evidence carries it, and no doubt about the writing is right.
    """

    words: Said
    fault: Literal[
        "", "hedge", "attribution", "number", "date", "name", "wrong_marker", "unknown_marker", "added", "duty"
    ] = ""
    doubts: tuple[DoubtKind, ...] = ()

    @model_validator(mode="after")
    def _both_or_neither(self) -> Sentence:
        if bool(self.fault) != bool(self.doubts):
            raise ValueError("a planted fault needs the doubts that are right, and only such a sentence has them")
        return self


class Stretch(_Closed):
    """Characters of the checked text, end exclusive."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Stretch:
        if self.start >= self.end:
            raise ValueError("a stretch ends before it starts")
        return self


class Expected(_Closed):
    """What a good result holds; what is left out is not measured.

    `points`: each a list of alternatives, one of which a claim of the answer must carry. `absent`: kinds of doubt that no
    claim of the answer may have. `verdict`: the verdicts that are right, several where the set does not tell them apart.
    `sentences`: those of a reply, all of them, in order. `hedged`: whether the checked sentence is hedged or vaguely sourced.
    `unsupported`: the stretches of the checked text that its sources do not carry. `checkable`: whether the checked sentence
    claims anything at all.
    """

    documents: tuple[str, ...] = ()
    passages: tuple[Words, ...] = ()
    points: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...] = ()
    quotations: tuple[Words, ...] = ()
    claims: tuple[ExpectedClaim, ...] = ()
    absent: tuple[DoubtKind, ...] = ()
    refuse: bool | None = None
    verdict: tuple[Verdict, ...] = ()
    hedged: bool | None = None
    unsupported: tuple[Stretch, ...] | None = None
    checkable: bool | None = None
    sentences: tuple[Sentence, ...] = ()


class Case(_Closed):
    """One line of a set."""

    id: Text
    question: str | None = None
    history: tuple[Turn, ...] = ()
    filters: Narrowed = Narrowed()
    check: Checked | None = None
    read: str | None = None
    reply: Reply | None = None
    expect: Expected = Expected()
    tags: tuple[str, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _one_thing(self) -> Case:
        if [each is not None for each in (self.question, self.check, self.read, self.reply)].count(True) != 1:
            raise ValueError("a case has exactly one of question, check, read and reply")
        if self.reply and not self.expect.sentences:
            raise ValueError("a reply needs expect.sentences")
        if self.question is not None and not self.question.strip():
            raise ValueError("the question is empty")
        if self.check and any(each.end > len(self.check.text) for each in self.expect.unsupported or ()):
            raise ValueError("expect.unsupported reaches beyond the checked text")
        if self.expect.refuse and (self.expect.points or self.expect.quotations or self.expect.claims):
            raise ValueError("an answer that must be refused can hold no points, quotations or claims")
        return self

    @property
    def asks(self) -> Literal["answer", "check", "read", "settle"]:
        """What is asked of the program."""
        if self.question is not None:
            return "answer"
        return "check" if self.check is not None else "read" if self.read is not None else "settle"

    @property
    def quiet(self) -> bool:
        """Whether claims are labelled and none of them deserves a doubt."""
        return bool(self.expect.claims) and not any(claim.doubts for claim in self.expect.claims)

    def named(self) -> tuple[Words | str, ...]:
        """Every document that the case names, with the words it should hold where some are given."""
        expect = self.expect
        given = self.reply.evidence if self.reply else ()
        own: list[Words | str] = [
            *given,
            *expect.documents,
            *self.filters.documents,
            *expect.passages,
            *expect.quotations,
        ]
        for claim in expect.claims:
            own.append(claim)
            for doubt in claim.doubts:
                document = doubt.document or claim.document
                own.append(Words(document=document, words=doubt.words) if doubt.words.strip() else document)
        return tuple(own)


def read_set(path: Path) -> tuple[Case, ...]:
    """The cases of a JSON lines file; a BadSet names each line that does not fit, up to ten of them."""
    try:
        lines = path.read_text(encoding="utf-8-sig", errors="surrogatepass").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSet(f"{path} cannot be read: {error}.", "A set is a UTF-8 file, one JSON object a line.") from error
    cases: dict[str, tuple[int, Case]] = {}
    wrong: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = Case.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the line"
            wrong.append(f"line {number}: {where}: {first['msg']}")
            continue
        if case.id in cases:
            wrong.append(f"line {number}: the id {case.id!r} stands in line {cases[case.id][0]} already")
        cases[case.id] = (number, case)
    _tell(path, wrong)
    if not cases:
        raise BadSet(f"{path} holds no case.", "Write one JSON object a line.")
    return tuple(case for _, case in cases.values())


def check_words(cases: Iterable[Case], texts: Mapping[str, str], name: str | Path) -> None:
    """Raises a BadSet where a case names a document that the library lacks, or words that a document does not hold.

    `texts` maps the names of documents to their texts.
    """
    flat = {document: _flat(text) for document, text in texts.items()}
    wrong = []
    for number, case in enumerate(cases, start=1):
        for each in case.named():
            document = each if isinstance(each, str) else each.document
            if document not in flat:
                wrong.append(f"case {number} ({case.id}): the library has no document {document!r}")
            elif not isinstance(each, str) and _flat(each.words) not in flat[document]:
                wrong.append(f"case {number} ({case.id}): {document} does not hold the words {each.words!r}")
    _tell(name, wrong)


def digest(cases: Iterable[Case]) -> str:
    """A hash over a set's cases, so that runs of different sets are not taken for one another."""
    told = [case.model_dump(mode="json", exclude_defaults=True) for case in cases]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _tell(name: str | Path, wrong: list[str]) -> None:
    if wrong:
        shown = "\n  ".join(wrong[:10])
        more = f"\n  and {len(wrong) - 10} more" if len(wrong) > 10 else ""
        raise BadSet(f"{name}:\n  {shown}{more}", "docs/evals.md describes the fields.")


def _flat(text: str) -> str:
    return " ".join(text.split())
