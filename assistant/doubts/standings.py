"""Which documents of a library do not hold at the time asked about, and what is kept of their statements as opposed to others.

Every look-up is by key, and made once for an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.asked import Asked
from assistant.doubts.standing import Lapse, lapse
from assistant.doubts.stated import Alike, Place
from ingest.designations import namings
from ingest.document import Document
from vectorstore.designation_rows import Related
from vectorstore.library import Library


class Standings:
    """The standing of documents at the time that one question is about."""

    def __init__(self, library: Library, asked: Asked) -> None:
        self.asked = asked
        self._library = library
        self._related: dict[str, list[Related]] = {}
        self._lapses: dict[str, Lapse | None] = {}
        self._named: dict[str, tuple[str, ...]] = {}
        self._newer: dict[str, tuple[Document, ...]] = {}
        self._opposed: dict[str, dict[int, list[Place]]] = {}

    def know(self, documents: Iterable[Document], alike: Iterable[Alike] = ()) -> None:
        """Looks up together what is said of the standing of some documents; of reports there is nothing to look up."""
        kinds = {each.id: each.metadata.kind for each in documents} | {e.document_id: e.about.kind for e in alike}
        unknown = [each for each, kind in kinds.items() if kind != "report" and each not in self._related]
        self._related |= {each: [] for each in unknown}
        for related in self._library.relating(unknown) if unknown else ():
            self._related[related.of].append(related)

    def lapse(self, document: Document) -> Lapse | None:
        """Why a document does not hold; None where it does."""
        if document.id not in self._lapses:
            self.know([document])
            related = self._related.get(document.id, ())
            others = {each.id: each for each in self._documents({each.by for each in related})}
            told = [
                (others[each.by], others[each.by].metadata.relations[each.ordinal])
                for each in related
                if each.by in others and each.ordinal < len(others[each.by].metadata.relations)
            ]
            self._lapses[document.id] = lapse(document, told, self.asked)
        return self._lapses[document.id]

    def lapsed(self, alike: Alike) -> Lapse | None:
        """The same of the document of a statement that was found; it is read only where something speaks of an end."""
        about = alike.about
        if about.kind == "report":
            return None
        self.know([], [alike])
        ends = about.expires is not None or about.effective is not None or about.status == "repealed"
        return self.lapse(alike.place.document) if ends or self._related[alike.document_id] else None

    def know_versions(self, documents: Iterable[Document]) -> None:
        """Looks up together the newer versions of those documents that hold; reports have none."""
        wanted = {each.id for each in documents if each.metadata.kind != "report" and self.lapse(each) is None}
        unknown = sorted(wanted - self._newer.keys())
        later = self._library.versions(unknown) if unknown else {}
        held = {each.id: each for each in self._documents({each for ids in later.values() for each in ids})}
        for document_id in unknown:
            found = [held[each] for each in later.get(document_id, ()) if each in held]
            self._newer[document_id] = tuple(each for each in found if self._had_come_out(each))

    def named(self, text: str) -> tuple[Document, ...]:
        """The documents of the library that a text names, each by the fullest of its keys that one answers to."""
        wanted = [naming.keys for naming in namings(text)]
        unknown = [key for keys in wanted for key in keys if key not in self._named]
        if unknown:
            self._named |= dict.fromkeys(unknown, ()) | self._library.named(unknown)
        ids = [next((self._named[key] for key in keys if self._named[key]), ()) for keys in wanted]
        found = self._documents({each for part in ids for each in part})
        return tuple(found)

    def newer(self, document: Document) -> tuple[Document, ...]:
        """Documents of the same issuer with the same number or title that had come out later by the time asked about."""
        if document.id not in self._newer:
            self.know_versions([document])
        return self._newer.get(document.id, ())

    def know_opposed(self, documents: Iterable[Document]) -> None:
        """Looks up together the statements that cannot be true beside those of some documents, as far as they were compared."""
        unknown = sorted({each.id for each in documents} - self._opposed.keys())
        pairs = self._library.opposed(unknown) if unknown else []
        held = {
            each.id: each for each in self._documents({id_ for each in pairs for id_ in (each.one_id, each.other_id)})
        }
        found: dict[str, dict[int, list[Place]]] = {each: {} for each in unknown}
        for each in pairs:
            one, other = (each.one_id, each.one_position), (each.other_id, each.other_position)
            for (mine, at), (theirs, there) in ((one, other), (other, one)):
                if mine in found and theirs in held and there < len(held[theirs].statements):
                    found[mine].setdefault(at, []).append(Place(document=held[theirs], position=there))
        self._opposed |= found

    def oppose(self, pairs: Iterable[tuple[Place, Place]]) -> None:
        """Adds statements that were found to be opposed just now."""
        for both in pairs:
            self.know_opposed([each.document for each in both])
            for mine, theirs in (both, both[::-1]):
                known = self._opposed[mine.document.id].setdefault(mine.position, [])
                if all((each.document.id, each.position) != (theirs.document.id, theirs.position) for each in known):
                    known.append(theirs)

    def opposed(self, place: Place) -> Sequence[Place]:
        """The statements that cannot be true beside a statement; what did not hold, or had not come out, is left out."""
        self.know_opposed([place.document])
        others = self._opposed[place.document.id].get(place.position, ())
        return [each for each in others if self.lapse(each.document) is None and not self._came_later(each.document)]

    def _came_later(self, document: Document) -> bool:
        issued, as_of = document.metadata.issued, self.asked.as_of
        return as_of is not None and issued is not None and issued > as_of

    def _had_come_out(self, document: Document) -> bool:
        return document.metadata.issued is not None and document.metadata.issued <= self.asked.last

    def _documents(self, ids: Iterable[str]) -> list[Document]:
        wanted = list(ids)
        return sorted(self._library.documents(wanted), key=lambda each: each.id) if wanted else []
