"""Which documents of a library do not hold at the time asked about; every look-up is by key, and made once for an answer."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.asked import Asked
from assistant.doubts.standing import Lapse, lapse
from ingest.designations import namings
from ingest.document import Document, Relation
from vectorstore.library import Library


class Standings:
    """The standing of documents at the time that one question is about."""

    def __init__(self, library: Library, asked: Asked) -> None:
        self.asked = asked
        self._library = library
        self._lapses: dict[str, Lapse | None] = {}
        self._named: dict[str, tuple[str, ...]] = {}
        self._newer: dict[str, tuple[Document, ...]] = {}

    def know(self, documents: Iterable[Document]) -> None:
        """Looks up the standing of some documents together; of reports there is nothing to look up."""
        unknown = {each.id: each for each in documents if each.id not in self._lapses}
        ruling = [each.id for each in unknown.values() if each.metadata.kind != "report"]
        related = self._library.relating(ruling) if ruling else []
        others = {each.id: each for each in self._documents({each.by for each in related})}
        told: dict[str, list[tuple[Document, Relation]]] = {}
        for each in related:
            by = others.get(each.by)
            if by is not None and each.ordinal < len(by.metadata.relations):
                told.setdefault(each.of, []).append((by, by.metadata.relations[each.ordinal]))
        for document_id, document in unknown.items():
            self._lapses[document_id] = lapse(document, told.get(document_id, ()), self.asked)

    def know_versions(self, documents: Iterable[Document]) -> None:
        """Looks up together the newer versions of those documents that hold; reports have none."""
        wanted = {each.id for each in documents if each.metadata.kind != "report" and self.lapse(each) is None}
        unknown = sorted(wanted - self._newer.keys())
        later = self._library.versions(unknown) if unknown else {}
        held = {each.id: each for each in self._documents({each for ids in later.values() for each in ids})}
        for document_id in unknown:
            found = [held[each] for each in later.get(document_id, ()) if each in held]
            self._newer[document_id] = tuple(each for each in found if self._had_come_out(each))

    def lapse(self, document: Document) -> Lapse | None:
        """Why a document does not hold; None where it does."""
        if document.id not in self._lapses:
            self.know([document])
        return self._lapses[document.id]

    def named(self, text: str) -> tuple[Document, ...]:
        """The documents of the library that a text names, each by the fullest of its keys that one answers to."""
        wanted = [naming.keys for naming in namings(text)]
        unknown = [key for keys in wanted for key in keys if key not in self._named]
        if unknown:
            self._named |= dict.fromkeys(unknown, ()) | self._library.named(unknown)
        ids = [next((self._named[key] for key in keys if self._named[key]), ()) for keys in wanted]
        found = self._documents({each for part in ids for each in part})
        self.know(found)
        return tuple(found)

    def newer(self, document: Document) -> tuple[Document, ...]:
        """Documents of the same issuer with the same number or title that had come out later by the time asked about."""
        if document.id not in self._newer:
            self.know_versions([document])
        return self._newer.get(document.id, ())

    def _had_come_out(self, document: Document) -> bool:
        return document.metadata.issued is not None and document.metadata.issued <= self.asked.last

    def _documents(self, ids: Iterable[str]) -> list[Document]:
        wanted = list(ids)
        return sorted(self._library.documents(wanted), key=lambda each: each.id) if wanted else []
