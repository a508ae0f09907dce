"""Documents by the first characters of their ids, as `caveat library list` prints them."""

from __future__ import annotations

from dataclasses import replace

from ingest.errors import BadInput
from vectorstore.filters import Filters
from vectorstore.library import Held, Library


def held(library: Library, start: str) -> Held:
    """The one document whose id begins so; a BadInput where there is none, or several."""
    found = [document_id for document_id in library.ids() if start and document_id.startswith(start)]
    only = library.held(found[0]) if len(found) == 1 else None
    if only is not None:
        return only
    if found:
        raise BadInput(f"{len(found)} documents have an id that begins with {start}.", "Give more of its characters.")
    raise BadInput(f"No document has the id {start}.", "`caveat library list` shows the ids.")


def whole(library: Library, filters: Filters) -> Filters:
    """Filters with the whole ids of the documents that they name."""
    return replace(filters, document_ids=tuple(held(library, each).id for each in filters.document_ids))
