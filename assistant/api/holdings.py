"""`/v1/library`: what the library holds, counted by what a question can be narrowed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.api.problems import RESPONSES
from vectorstore.store import Store

_ALL = 2**31 - 1


class CountOut(BaseModel):
    """A value with the number of documents that have it; "" are those that do not state one."""

    value: str
    count: int


class HoldingsOut(BaseModel):
    """The library in figures; dates are ISO, None where no document has one."""

    documents: int
    passages: int
    issuers: list[CountOut]
    kinds: list[CountOut]
    statuses: list[CountOut]
    languages: list[CountOut]
    issued_from: str | None
    issued_to: str | None
    changed: str | None


def routes(store: Store) -> APIRouter:
    """The route over a store."""
    router = APIRouter(prefix="/v1", tags=["documents"], responses={503: RESPONSES[503]})

    @router.get("/library", response_model=HoldingsOut)
    def holdings() -> Any:
        """What there is to ask about: issuers, kinds, statuses and languages with their counts, and the span of dates."""
        held = store.library.page(limit=_ALL)
        issued = sorted(each.metadata["issued"] for each in held if each.metadata.get("issued"))

        def counted(name: str) -> list[dict[str, Any]]:
            return _counted(str(each.metadata.get(name) or "") for each in held)

        return {
            "documents": len(held),
            "passages": store.library.counts()[1],
            "issuers": counted("issuer"),
            "kinds": counted("kind"),
            "statuses": counted("status"),
            "languages": counted("language"),
            "issued_from": issued[0] if issued else None,
            "issued_to": issued[-1] if issued else None,
            "changed": max((each.added for each in held), default=None),
        }

    return router


def _counted(values: Iterable[str]) -> list[dict[str, Any]]:
    """Values with their counts, the most frequent first."""
    return [
        {"value": value, "count": count}
        for value, count in sorted(Counter(values).items(), key=lambda x: (-x[1], x[0]))
    ]
