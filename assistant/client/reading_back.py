"""The contract's JSON read back into the values that it was made of; the inverse of `rendering.as_json`.

    answer_value(json.loads(json.dumps(as_json(answer))))      # a Told: an Answer whose passages are FoundPassages

What a newer server adds is left out; an event of a kind that is not known here is None. A JSON that lacks what it must hold
raises KeyError, TypeError or ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any, cast

from assistant.answer import Citation, Claim, Doubt, Voice
from assistant.client.told import (
    Elsewhere,
    FoundPassage,
    ListedConversation,
    ListedDocument,
    Sent,
    Told,
    ToldConversation,
    ToldTurn,
)
from assistant.drafts import CheckedDraft, Left
from assistant.events import Claimed, Delta, Done, Event, Failed, Passages, Searching
from ingest.document import Chunk, Label, Metadata, Relation, Span
from vectorstore.filters import Filters

Json = Mapping[str, Any]


def answer_value(told: Json) -> Told:
    """An answer out of its JSON."""
    return Told(
        id=told["id"],
        question=told["question"],
        text=told["text"],
        claims=tuple(claim_value(each) for each in told["claims"]),
        passages=tuple(passage_value(each) for each in told["passages"]),
        refused=told["refused"],
        missing=tuple(told["missing"]),
        nearest=tuple(passage_value(each) for each in told["nearest"]),
        mode=told["mode"],
        notices=tuple(told["notices"]),
        usage=dict(told["usage"]),
        versions=dict(told["versions"]),
        standalone=told.get("standalone", ""),
        choices=tuple(told.get("choices", ())),
        conversation_id=told.get("conversation_id"),
        turn_id=told.get("turn_id"),
    )


def claim_value(told: Json) -> Claim:
    """A claim out of its JSON."""
    return Claim(
        id=told["id"],
        text=told["text"],
        span=span_value(told["span"]),
        verdict=told["verdict"],
        citations=tuple(_citation(each) for each in told["citations"]),
        doubts=tuple(_doubt(each) for each in told["doubts"]),
        voices=tuple(_voice(each) for each in told.get("voices", ())),
    )


def checked_value(told: Json, text: str) -> CheckedDraft:
    """A checked draft out of its JSON, which does not bear the draft's text."""
    return CheckedDraft(
        title="",
        text=text,
        claims=tuple(claim_value(each) for each in told["claims"]),
        left=tuple(Left(text=each["text"], span=span_value(each["span"]), why=each["why"]) for each in told["left"]),
        notices=tuple(told["notices"]),
    )


def passage_value(told: Json) -> FoundPassage:
    """A passage out of its JSON."""
    document_id = str(told["document_id"])
    about = metadata_value(told["metadata"])
    return FoundPassage(
        chunk=Chunk(
            id=told["chunk_id"],
            document_id=document_id,
            span=span_value(told),
            statements=(0, 0),
            tokens=0,
            section=told["section"],
        ),
        document=Elsewhere(id=document_id, title=told["title"], text="", source="", media_type="", metadata=about),
        score=told["score"],
        found_by=told["found_by"],
        copies=tuple(told.get("copies", ())),
        words=told["text"],
    )


def event_value(told: Json) -> Event | None:  # noqa: PLR0911 (one for each kind)
    """An event out of its JSON, which bears its kind in `type`; None for a kind that is not known here."""
    match told["type"]:
        case "searching":
            return Searching(
                question=told["question"],
                terms=tuple(told["terms"]),
                filters=filters_value(told["filters"]),
                documents=told["documents"],
            )
        case "passages":
            passages = tuple(passage_value(each) for each in told["passages"])
            return Passages(passages=passages, notices=tuple(told["notices"]), seconds=told["seconds"])
        case "delta":
            return Delta(claim_id=told["claim_id"], text=told["text"], restart=told.get("restart", False))
        case "claim":
            return Claimed(claim=claim_value(told))
        case "done":
            return Done(answer=answer_value(told), seconds=dict(told.get("seconds", {})))
        case "error":
            return Failed(code=told["code"], message=told["message"], hint=told.get("hint", ""))
    return None


def conversation_value(told: Json) -> ToldConversation:
    """A conversation out of its JSON."""
    turns = tuple(
        ToldTurn(**known(each, ToldTurn) | {"answer": answer_value(each["answer"]) if each["answer"] else None})
        for each in told["turns"]
    )
    return ToldConversation(**known(told, ToldConversation) | {"turns": turns})


def listed_value(told: Json) -> ListedConversation:
    """A conversation of the list out of its JSON."""
    return ListedConversation(**known(told, ListedConversation))


def document_value(told: Json) -> ListedDocument:
    """A listed document out of its JSON."""
    labels = {name: tuple(label_value(each) for each in told.get(name, ())) for name in ("sections", "pages")}
    return ListedDocument(**known(told, ListedDocument) | labels | {"metadata": metadata_value(told["metadata"])})


def sent_value(told: Json) -> Sent:
    """What became of a document, out of its JSON."""
    return Sent(**known(told, Sent))


def metadata_value(told: Json) -> Metadata:
    """Metadata out of its JSON."""
    held = known(told, Metadata)
    for name in ("issued", "effective", "expires"):
        held[name] = date.fromisoformat(held[name]) if held.get(name) else None
    held["relations"] = tuple(Relation(**known(each, Relation)) for each in held.get("relations", ()))
    return Metadata(**held)


def filters_value(told: Json) -> Filters:
    """Filters out of their JSON."""
    held = known(told, Filters)
    for name, value in held.items():
        held[name] = date.fromisoformat(value) if isinstance(value, str) else value
    return Filters(**held)


def label_value(told: Json) -> Label:
    """A page or section out of its JSON."""
    return Label(span=span_value(told), label=told["label"])


def span_value(told: Json) -> Span:
    """A span out of a JSON with `start` and `end`."""
    return Span(start=told["start"], end=told["end"])


def known(told: Json, value: type) -> dict[str, Any]:
    """The fields that a value has, of those that were sent; lists as tuples."""
    names = {field.name for field in fields(cast("Any", value))}
    return {name: tuple(each) if isinstance(each, list) else each for name, each in told.items() if name in names}


def _citation(told: Json) -> Citation:
    return Citation(**known(told, Citation) | {"span": span_value(told["span"])})


def _voice(told: Json) -> Voice:
    return Voice(**known(told, Voice))


def _doubt(told: Json) -> Doubt:
    evidence = tuple(_citation(each) for each in told["evidence"])
    return Doubt(
        id=told["id"],
        kind=told["kind"],
        reason=told["reason"],
        evidence=evidence,
        span=span_value(told["span"]) if told.get("span") else None,
    )
