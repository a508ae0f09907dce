"""Answers and passages as JSON and as text for a terminal. Field names are those of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from assistant import labels
from assistant.answer import Answer, Citation, Claim
from vectorstore.library import Held
from vectorstore.retrieval import Passage
from vectorstore.rows import metadata_json


def as_json(value: Any) -> Any:
    """A value as what `json.dumps` takes: dataclasses by field, dates as 2020-02-24, passages flat."""
    if isinstance(value, Passage):
        return passage_json(value)
    if isinstance(value, Answer):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)} | {
            "standing": value.standing
        }
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Path) else value


def passage_json(passage: Passage) -> dict[str, Any]:
    """A passage as the search API gives it; `start` and `end` are code points of the document's text."""
    return {
        "document_id": passage.document.id,
        "chunk_id": passage.chunk.id,
        "title": passage.document.title,
        "text": passage.text,
        "start": passage.chunk.span.start,
        "end": passage.chunk.span.end,
        "section": passage.chunk.section,
        "score": passage.score,
        "found_by": passage.found_by,
        "copies": list(passage.copies),
        "metadata": metadata_json(passage.document.metadata),
    }


def held_json(held: Held) -> dict[str, Any]:
    """A listed document; where it came from is told by its name, never by a path of the machine."""
    return {
        "id": held.id,
        "title": held.title,
        "source": source_name(held.source),
        "media_type": held.media_type,
        "characters": held.characters,
        "added": held.added,
        "metadata": held.metadata,
        "warnings": list(held.warnings),
    }


def source_name(uri: str) -> str:
    """A source's name for people, without the folders above it.

    >>> source_name("file:///home/ann/a%20notice.md"), source_name("upload:notice.md"), source_name("api:#7")
    ('a notice.md', 'notice.md', 'api:#7')
    """
    scheme, _, path = uri.partition(":")
    if scheme != "file":
        return path if scheme == "upload" else uri
    head, _, key = path.partition("#")
    return unquote(head.rsplit("/", 1)[-1]) + (f"#{key}" if key else "")


def answer_lines(answer: Answer) -> Iterator[tuple[str, str]]:
    """An answer for a terminal, as (style, line); styles are question, plain, claim, source, doubt, quiet, and the verdicts."""
    yield "question", answer.question
    if answer.standalone not in {"", answer.question}:
        yield "quiet", f"Searched for: {answer.standalone}"
    yield "plain", ""
    if answer.refused:
        yield "plain", answer.text
        yield from (("quiet", line) for line in answer.missing)
        if answer.nearest:
            yield "plain", ""
            yield "quiet", "Nearest passages, none of which is an answer:"
            for passage in answer.nearest:
                yield "source", f"  {passage.document.title}: “{_shortened(passage.text)}”"
    else:
        yield "quiet", f"{tally(answer.claims)}. {labels.EN.made[answer.mode]}" if answer.claims else answer.text
        yield from (("plain", f"  {number}. {choice}") for number, choice in enumerate(answer.choices, start=1))
        for number, claim in enumerate(answer.claims, start=1):
            yield "plain", ""
            yield from claim_lines(number, claim)
        yield from (("quiet", line) for line in ("", *answer.missing) if answer.missing)
    yield from (("quiet", notice) for notice in answer.notices)


def tally(claims: Sequence[Claim]) -> str:
    """Counts, never a score: `3 claims: 1 supported, 2 supported, with doubts`."""
    return labels.EN.tally(labels.EN.state(claim.verdict, doubted=bool(claim.doubts)) for claim in claims)


def voices_line(claim: Claim) -> str:
    """Who says what a claim says, where that is more than its own source."""
    return labels.EN.voices([(voice.name, voice.copies) for voice in claim.voices])


def claim_lines(number: int, claim: Claim, *, quoting: bool = False) -> Iterator[tuple[str, str]]:
    """A claim with its verdict, where it is none of the good ones, its sources and its doubts; `quoting`, the sources' words too."""
    yield "claim", f"{number}. {claim.text}"
    if claim.verdict in labels.EN.verdicts:
        yield claim.verdict, f"   {labels.SIGNS[claim.verdict]} {labels.EN.verdicts[claim.verdict]}"
    yield from _source_lines(number, claim, quoting=quoting)
    if voices := voices_line(claim):
        yield "quiet", f"   {voices}"
    for doubt in claim.doubts:
        yield "doubt", f"   ? {labels.EN.doubt(doubt.kind)}: {doubt.reason}"


def _source_lines(number: int, claim: Claim, *, quoting: bool) -> Iterator[tuple[str, str]]:
    """A line for each document that is cited, and for each quote of it."""
    cited: dict[str, list[Citation]] = {}
    for each in claim.citations:
        cited.setdefault(each.document_id, []).append(each)
    for citations in cited.values():
        last = citations[-1]
        where = f", {last.locator}" if last.locator else ""
        spans = " and ".join(f"{each.span.start}–{each.span.end}" for each in citations)
        yield "source", f"   [{number}] {last.title}{where}, characters {spans}"
        if quoting:
            yield from (("source", f"       “{_shortened(each.quote)}”") for each in citations)


def _shortened(text: str, length: int = 140) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: max(flat.rfind(" ", 0, length), length // 2)] + " …"
