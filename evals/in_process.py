"""The program in this process, under measurement: its own parts on a library of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from assistant import doubts, wiring
from assistant.citing import split
from assistant.conversation import Turn
from assistant.drafts import Left, collected, draft_of, pieces
from assistant.evidence import Evidence
from assistant.followup import standalone
from assistant.rendering import as_json
from assistant.settings import Settings
from assistant.stages import Stages
from assistant.versions import versions
from assistant.writing import Written, added, judged
from evals.case import Case, Checked, Reply, Shown
from evals.kept import Json, RunError
from evals.subject import Told, by_name, filters_of
from ingest.document import Document, Span, Statement
from ingest.pipeline import Ingested, Refused, ingest
from ingest.sources import from_file, from_record
from vectorstore.embedding import HashingEmbedder
from vectorstore.retrieval import Passage
from vectorstore.rows import metadata_json
from vectorstore.store import Store


class InProcess:
    """The program in this process, over a store that is open; without one it can check and read, not answer."""

    name = "in process"

    def __init__(self, settings: Settings, store: Store | None = None) -> None:
        self._settings = settings
        self._store = store
        self._assistant = wiring.assistant(store, settings) if store else None
        self._verifier = (
            wiring.verifier(store.embedder, self._assistant.rarity, settings)
            if store and self._assistant
            else wiring.verifier(wiring.embedder(settings), None, settings)
        )
        self._checker = wiring.checker(settings, store)

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """The versions that `/readyz` tells too; without a library, of code alone."""
        if self._store is None:
            from assistant.versions import caveat_version, code_hash  # noqa: PLC0415 (only where it is used)

            return {"caveat": caveat_version(), "code": code_hash(), "library": "none"}
        return versions(self._store, self._settings)

    def documents(self) -> Mapping[str, str]:
        """Ids of the library's documents by their names."""
        if self._store is None:
            return {}
        held = (self._store.library.held(each) for each in self._store.library.ids())
        return by_name([(each.source, each.id) for each in held if each is not None])

    def document(self, document_id: str) -> Json:
        """Title, text and metadata of a document."""
        found = self._store.library.document(document_id) if self._store else None
        if found is None:
            raise RunError(f"Document {document_id} is not in the library.", "It was removed while the run went on.")
        return {"title": found.title, "text": found.text, "metadata": as_json(metadata_json(found.metadata))}

    def answer(self, case: Case, documents: Mapping[str, str]) -> Told:
        """Asked of the chain, by the same call as the API's."""
        if self._assistant is None:
            raise RunError("There is no library to answer from.", "Name one with --library.")
        stages, began = Stages(), time.perf_counter()
        turns = tuple(Turn(question=each.question, answer=each.answer) for each in case.history)
        answer = self._assistant.answer(str(case.question), filters_of(case, documents), stages, _meant(turns))
        total = time.perf_counter() - began
        return Told(result={"answer": as_json(answer)}, seconds={**stages.seconds, "total": total})

    def check(self, given: Checked) -> Told:
        """The claims of a text with their verdicts against its sources, or the open library; else its own words' doubts."""
        began = time.perf_counter()
        draft = draft_of(given.text)
        if not given.sources and self._store is None:
            return Told(result={"check": _alone(draft)}, seconds={"total": time.perf_counter() - began})
        sources = [
            from_record({"_id": str(number), "title": each.title, "text": each.text}, "given:")
            for number, each in enumerate(given.sources, start=1)
        ]
        checked = collected(draft, self._checker.check(draft, sources))
        told = {"claims": as_json(checked.claims), "left": as_json(checked.left)}
        return Told(result={"check": told}, seconds={"total": time.perf_counter() - began})

    def settle(self, given: Reply, documents: Mapping[str, str]) -> Told:
        """Split, tied to its evidence and checked as the writer does it, on the passages that hold the evidence's words."""
        if self._store is None:
            raise RunError("There is no library to settle from.", "Name one with --library.")
        began, written = time.perf_counter(), Written()
        shown = [_passage(self._store, documents[each.document], each) for each in given.evidence]
        evidence = [Evidence(key=f"s{n}", passage=each) for n, each in enumerate(shown, start=1)]
        for sentence in split(given.text, len(evidence)):
            added(written, sentence, judged(sentence, evidence, self._verifier, given.question), evidence)
        claims = as_json(written.claims)
        return Told(result={"settled": {"claims": claims}}, seconds={"total": time.perf_counter() - began})

    def read(self, path: Path) -> Told:
        """Each document or refusal that the file ends as."""
        began, ends = time.perf_counter(), []
        for each in ingest(from_file(path), HashingEmbedder().measure):
            if isinstance(each, Ingested):
                document = each.document
                spans = [statement.span for statement in document.statements]
                whole = all(span.end <= len(document.text) and document.quote(span).strip() for span in spans)
                ends.append({"status": "added", "statements": len(spans), "exact": whole})
            elif isinstance(each, Refused):
                ends.append({"status": "refused", "code": each.error.code, "reason": each.error.message})
        return Told(result={"read": {"ends": ends}}, seconds={"total": time.perf_counter() - began})


def _alone(draft: Document) -> Json:
    """A text with nothing to check it against: which of its sentences claim anything, and the doubts that their words raise."""
    told: dict[str, list[Json]] = {"claims": [], "left": []}
    for each in pieces(draft):
        span = each.span
        statement = each if isinstance(each, Statement) else Statement(span=span)
        found = doubts.find(draft, statement)
        own = {
            "text": draft.quote(span),
            "span": as_json(span),
            "doubts": [{"kind": one.kind, "reason": one.reason, "span": as_json(one.words)} for one in found],
            "softening": as_json(doubts.softening(draft, statement)),
        }
        if isinstance(each, Left):
            told["left"].append(own | {"why": each.why})
        else:
            number = f"c{len(told['claims']) + 1}"
            told["claims"].append({"id": number, "verdict": "unchecked", "citations": []} | own)
    return told


def _meant(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """Turns of which each is made whole from those before it, as they were when they were asked."""
    found: list[Turn] = []
    for turn in turns:
        found.append(replace(turn, standalone=standalone(turn.question, found)))
    return tuple(found)


def _passage(store: Store, document_id: str, given: Shown) -> Passage:
    """A passage that a reply was written from; where the program cuts its words apart, the program's passages in one."""
    form = _spaced(given.words) + (f".*?{_spaced(given.until)}" if given.until else "")
    for document, held in store.library.chunks_of([document_id]):
        if place := re.search(form, document.text, re.DOTALL):
            chunks = [chunk for chunk, _ in held if _meet(chunk.span, place)]
            first, last = chunks[0].statements[0], chunks[-1].statements[1]
            if given.until:
                first, last = _covered(document, place)
            span = Span(start=document.statements[first].span.start, end=document.statements[last].span.end)
            whole = replace(chunks[0], span=span, statements=(first, last))
            return Passage(chunk=whole, document=document, score=1.0, found_by="both")
    raise RunError(
        f"{document_id} does not hold {given.words!r}.", "Mend the case: its words must stand in that document."
    )


def _spaced(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))


def _covered(document: Document, place: re.Match[str]) -> tuple[int, int]:
    """The first and last statement that some words touch."""
    touched = [number for number, each in enumerate(document.statements) if _meet(each.span, place)]
    return touched[0], touched[-1]


def _meet(span: Span, place: re.Match[str]) -> bool:
    return span.start < place.end() and place.start() < span.end
