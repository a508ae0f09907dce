"""Answers made by hand, for what the sample library gives no example of: a dispute, voices, each verdict, many claims."""

from __future__ import annotations

from typing import Any

import httpx

Json = dict[str, Any]


def passage(origin: str, name: str) -> Json:
    """A document of the sample library by its file name, with its text."""
    listed = httpx.get(f"{origin}/v1/documents?limit=100", trust_env=False).json()["documents"]
    held = next(each for each in listed if each["source"] == name)
    return held | {"text": httpx.get(f"{origin}/v1/documents/{held['id']}/text", trust_env=False).text}


def cited(document: Json, words: str) -> Json:
    """A citation of words of a document."""
    start = document["text"].index(words)
    span = {"start": start, "end": start + len(words)}
    return {"document_id": document["id"], "title": document["title"], "span": span, "quote": words, "locator": "p. 1"}


def conversation(claims: list[Json], documents: list[Json], question: str = "How many cities?") -> Json:
    """A conversation of one question, whose answer is made of claims."""
    texts, at = [], 0
    for number, claim in enumerate(claims, start=1):
        claim |= {"id": f"c{number}", "span": {"start": at, "end": at + len(claim["text"])}}
        for place, doubt in enumerate(claim["doubts"], start=1):
            doubt |= {"id": f"c{number}-d{place}", "span": doubt.get("span")}
        texts.append(claim["text"])
        at += len(claim["text"]) + 1
    passages = [
        {
            "document_id": each["id"],
            "chunk_id": each["id"],
            "title": each["title"],
            "text": each["text"][:200],
            "start": 0,
        }
        | {"end": 200, "section": "", "score": 1.0, "found_by": "both", "copies": [], "metadata": each["metadata"]}
        for each in documents
    ]
    answer = {"id": "crafted", "question": question, "text": " ".join(texts), "claims": claims, "passages": passages}
    answer |= {"refused": False, "missing": [], "nearest": [], "mode": "written", "notices": [], "usage": {}}
    answer |= {"versions": {}, "standalone": question, "choices": [], "standing": "caveat"}
    turn = {"id": "t1", "question": question, "state": "done", "asked": "2026-11-24T10:00:00+00:00", "ended": None}
    return {
        "id": "crafted",
        "title": question,
        "created": turn["asked"],
        "turns": [turn | {"answer": answer}],
        "gone": [],
        "changed_since": [],
    }


def claim(text: str, citations: list[Json], doubts: list[Json] | None = None, **more: Any) -> Json:
    """A claim without its place; `conversation` gives it one."""
    return {"text": text, "verdict": "supported", "citations": citations, "doubts": doubts or []} | more


def disputed(origin: str) -> Json:
    """An answer with two sources that disagree, and independent voices."""
    one, other = passage(origin, "harbour-ledger-health-code.md"), passage(origin, "qingqiao-daily-zh.txt")
    first, second = cited(one, "200 cities used the health code"), cited(other, other["text"][60:100])
    doubt = {
        "kind": "disputed",
        "reason": "Harbour Ledger says 200 cities; another source says otherwise.",
        "evidence": [first, second],
    }
    voices = [
        {"name": "Harbour Ledger", "documents": [{"id": one["id"], "title": one["title"]}], "copies": 2},
        {"name": "Qingqiao Daily", "documents": [{"id": other["id"], "title": other["title"]}], "copies": 0},
    ]
    return conversation(
        [claim("The health code was used in 200 cities.", [first], [doubt], voices=voices)], [one, other]
    )
