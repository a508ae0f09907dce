"""What readers made of flags, as cases of a question set: what they confirmed must be flagged again, what they dismissed not.

A flag about the source or the library becomes a question with the statement that it is about; a flag about the writing a text
to be checked against the words that the claim cited. Other kinds of doubt on the same statement count neither way.
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.conversation import Json, Review

WRITING = frozenset({"unsupported", "misquoted", "overstated", "unchecked"})


def case_of(review: Review, answer: Json, named: Callable[[str], str | None]) -> Json | None:
    """The case for a review of an answer; `named` gives the file name of a document by its id, None where it is gone.

    None where no case can be made: the flag is gone from the answer, or its document from the library.
    """
    claim = next((each for each in answer["claims"] if each["id"] == review.claim_id), None)
    doubt = next((each for each in claim["doubts"] if each["id"] == review.doubt_id), None) if claim else None
    if claim is None or doubt is None:
        return None
    kind = doubt["kind"]
    told = {"id": f"review-{review.id[:12]}", "tags": ["review", review.decision, kind]}
    told["note"] = ": ".join(part for part in (review.reason, review.note) if part)
    if kind in WRITING:
        return told | _checked(review, claim, kind)
    document = named(claim["citations"][0]["document_id"]) if claim["citations"] else None
    if document is None:
        return None
    statement = {"document": document, "words": claim["citations"][0]["quote"]}
    others = sorted({each["kind"] for each in claim["doubts"]} - {kind})
    if review.decision == "confirm":
        statement |= {"doubts": [{"kind": kind} | _words(doubt, named, document)]}
    question = answer.get("standalone") or answer["question"]
    return told | {"question": question, "expect": {"claims": [statement | {"unsure": others}]}}


def _checked(review: Review, claim: Json, kind: str) -> Json:
    """A claim to be checked against its own quotes; that it could not be checked is no verdict on what it says."""
    sources = [{"title": each["title"], "text": each["quote"]} for each in claim["citations"]]
    confirmed = review.decision == "confirm"
    if kind == "unchecked":
        right = ["unchecked"] if confirmed else ["supported", "contradicted", "not_found"]
    else:
        right = ["not_found", "contradicted"] if confirmed else ["supported"]
    return {"check": {"text": claim["text"], "sources": sources}, "expect": {"verdict": right}}


def _words(doubt: Json, named: Callable[[str], str | None], document: str) -> Json:
    """The words that a doubt rests on, with their document where it is another one."""
    if not doubt["evidence"]:
        return {}
    first = doubt["evidence"][0]
    other = named(first["document_id"])
    if other is None:
        return {}
    return {"words": first["quote"]} | ({} if other == document else {"document": other})
