"""Documents put into a store, and reports of nothing in particular, without which every word of a small library is rare."""

from __future__ import annotations

import json

from ingest.document import Document
from ingest.sources import from_json_lines
from vectorstore.store import Store

FILLING = tuple(
    f"Report {n}\n\nOutlet: Paper {n}\nPublished: {n} March 2020\n\n{text}"
    for n, text in enumerate(
        ("The harbour office has bought a crane.", "诊所周三起延长开放时间。", "渡轮票价自六月起不变。"), start=1
    )
)


def put(store: Store, *texts: str) -> list[Document]:
    """The documents that some texts became, in order."""
    lines = [json.dumps({"_id": text, "text": text}, ensure_ascii=False) for text in texts]
    outcomes = list(store.ingest(from_json_lines("\n".join(lines).encode(), "test:")))
    store.follow()
    return [document for each in outcomes if each.id and (document := store.library.document(each.id))]
