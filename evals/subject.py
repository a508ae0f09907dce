"""What is measured: the program in this process, or a running server. Both speak the contract's JSON.

A follow-up is asked after the turns of its history, with the answers that the case gives them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import unquote

import httpx

from assistant import doubts, wiring
from assistant.citing import split
from assistant.conversation import Turn
from assistant.drafts import Left, collected, draft_of, pieces
from assistant.evidence import Evidence
from assistant.followup import standalone
from assistant.rendering import as_json, source_name
from assistant.settings import Settings
from assistant.stages import Stages
from assistant.versions import versions
from assistant.writing import Written, added, judged
from evals.carrying import carries
from evals.case import Case, Checked, Reply, Shown
from evals.kept import Json, RunError
from ingest.document import Document, Span, Statement
from ingest.errors import BadInput, CaveatError
from ingest.pipeline import Ingested, Refused, ingest
from ingest.sources import Source, from_file, from_record
from vectorstore.embedding import HashingEmbedder
from vectorstore.filters import Filters
from vectorstore.retrieval import Passage
from vectorstore.rows import metadata_json
from vectorstore.store import Store

_ROLES = ("user", "assistant")
_PATIENCE = (0.2, 1.0, 3.0)
_PASSING = {502, 503, 504}


class NotOffered(CaveatError):
    """The program has no such ability yet."""

    code = "not_offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the program said, and how long it took by step, in seconds; `total` is what the asker waited."""

    result: Json
    seconds: Mapping[str, float] = field(default_factory=dict)


class Subject(Protocol):
    """The program under measurement."""

    @property
    def name(self) -> str:
        """What it is, for people."""

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """What will make its results."""

    def documents(self) -> Mapping[str, str]:
        """Ids of its documents by their names."""

    def document(self, document_id: str) -> Json:
        """Title, text and metadata of a document."""

    def answer(self, case: Case, documents: Mapping[str, str]) -> Told:
        """The answer to a case's question; `documents` are ids by name."""

    def check(self, given: Checked) -> Told:
        """The claims of a text with their verdicts and doubts."""

    def settle(self, given: Reply, documents: Mapping[str, str]) -> Told:
        """The claims that a chat model's reply makes; `documents` are ids by name."""

    def read(self, path: Path) -> Told:
        """What becomes of a file."""


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
        return _named([(each.source, each.id) for each in held if each is not None])

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
        answer = self._assistant.answer(str(case.question), _filters(case, documents), stages, _meant(turns))
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


class WordOverlap:
    """The yardstick of `evals.carrying` as a checker: a floor for verdicts, and a measure of the yardstick itself."""

    name = "words"
    fingerprint: Mapping[str, str] = {"library": "none", "subject": "words"}

    def documents(self) -> Mapping[str, str]:
        """It has none."""
        return {}

    def document(self, document_id: str) -> Json:
        """It has none."""
        raise NotOffered(f"There is no document {document_id}.", "")

    def answer(self, case: Case, documents: Mapping[str, str]) -> Told:  # noqa: ARG002 (one shape for all)
        """It answers nothing."""
        raise NotOffered("The yardstick answers no questions.", "")

    def check(self, given: Checked) -> Told:
        """Supported where the sources carry the text, not found elsewhere; it never says contradicted."""
        judged = carries("\n".join(each.text for each in given.sources), given.text)
        claim = {
            "id": "c1",
            "text": given.text,
            "span": {"start": 0, "end": len(given.text)},
            "verdict": "supported" if judged.holds else "not_found",
            "citations": [],
            "doubts": [],
        }
        return Told(result={"check": {"claims": [claim], "lacks": ["claims"]}})

    def settle(self, given: Reply, documents: Mapping[str, str]) -> Told:  # noqa: ARG002 (one shape for all)
        """It settles nothing."""
        raise NotOffered("The yardstick settles no replies.", "")

    def read(self, path: Path) -> Told:
        """It reads nothing."""
        raise NotOffered(f"The yardstick does not read {path.name}.", "")


class Server:
    """A running server by its URL; a key is sent as a bearer token."""

    def __init__(self, url: str, key: str = "", timeout: float = 120.0) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self.name = url
        self._client = httpx.Client(base_url=url, headers=headers, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """What `/readyz` says would make an answer."""
        told = self._call("GET", "/readyz").json().get("versions")
        if not told:
            raise RunError(
                f"{self.name} does not say what it is made of.", "It is no Caveat server, or an older one: update it."
            )
        return dict(told)

    def documents(self) -> Mapping[str, str]:
        """Ids of the server's documents by their names."""
        found: list[tuple[str, str]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self._call("GET", "/v1/documents", params={"limit": "100"} | ({"cursor": cursor} if cursor else {}))
            found += [(each["source"], each["id"]) for each in page.json()["documents"]]
            cursor = page.json()["next_cursor"]
        return _named(found)

    def document(self, document_id: str) -> Json:
        """Title, text and metadata of a document."""
        held = self._call("GET", f"/v1/documents/{document_id}").json()
        text = self._call("GET", f"/v1/documents/{document_id}/text").text
        return {"title": held["title"], "text": text, "metadata": held["metadata"]}

    def answer(self, case: Case, documents: Mapping[str, str]) -> Told:
        """POST /v1/answers; the steps are those of its `Server-Timing`. With a history, OpenAI's shape, which bears one."""
        filters = as_json(_filters(case, documents))
        began = time.perf_counter()
        if case.history:
            said = [(each.question, each.answer) for each in case.history]
            messages = [
                {"role": role, "content": text} for turn in said for role, text in zip(_ROLES, turn, strict=True)
            ]
            messages.append({"role": "user", "content": str(case.question)})
            body = {"model": "caveat", "messages": messages, "filters": filters}
            answer = self._call("POST", "/v1/chat/completions", json=body).json()["caveat"]
            return Told(result={"answer": _said(answer)}, seconds={"total": time.perf_counter() - began})
        response = self._call("POST", "/v1/answers", json={"question": case.question, "filters": filters})
        total = time.perf_counter() - began
        return Told(result={"answer": _said(response.json())}, seconds={**_stages(response), "total": total})

    def check(self, given: Checked) -> Told:
        """POST /v1/checks."""
        sources = [{"title": each.title, "text": each.text} for each in given.sources]
        began = time.perf_counter()
        response = self._call("POST", "/v1/checks", json={"text": given.text, "sources": sources})
        return Told(result={"check": response.json()}, seconds={"total": time.perf_counter() - began})

    def settle(self, given: Reply, documents: Mapping[str, str]) -> Told:  # noqa: ARG002 (one shape for all)
        """Not asked of a server, whose own model writes."""
        raise NotOffered("A server settles only what its own model writes.", "Leave --url out.")

    def read(self, path: Path) -> Told:
        """Not asked of a server, whose library would change."""
        raise NotOffered(f"{path.name} is not sent: it would change the server's library.", "Leave --url out.")

    def _call(self, method: str, path: str, **sent: Any) -> httpx.Response:
        for wait in (*_PATIENCE, None):
            try:
                response = self._client.request(method, path, **sent)
                if response.status_code not in _PASSING:
                    return _sound(response, path)
                trouble = f"status {response.status_code}"
            except httpx.TransportError as error:
                trouble = str(error) or type(error).__name__
            if wait is None:
                break
            time.sleep(wait)
        raise RunError(
            f"{self.name} does not answer: {trouble}.",
            "Start it again and give the same command: the run goes on where it stopped.",
        )


def _sound(response: httpx.Response, path: str) -> httpx.Response:
    """A response that can be used; errors are told as the server's problem document tells them."""
    status = response.status_code
    if status in {401, 403}:
        raise RunError(f"{response.url.host} refuses the key ({status}).", "Give it with --key or CAVEAT_KEY.")
    if status >= 400:
        try:
            told = response.json()
        except ValueError:
            told = {}
        message = str(told.get("detail") or told.get("title") or f"{path} answered {status}.")
        raise BadInput(message, str(told.get("hint", "")))
    return response


def _said(answer: Json) -> Json:
    """An answer without the names of where it is kept, which differ each time."""
    return {name: value for name, value in answer.items() if name not in {"conversation_id", "turn_id"}}


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


def _stages(response: httpx.Response) -> dict[str, float]:
    """`search;dur=12.3, quote;dur=4.5` in seconds."""
    found = {}
    for part in response.headers.get("server-timing", "").split(","):
        name, _, duration = part.strip().partition(";dur=")
        if duration:
            found[name] = float(duration) / 1000
    return found


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


def _filters(case: Case, documents: Mapping[str, str]) -> Filters:
    given = case.filters
    return Filters(
        issuer=given.issuer,
        kind=given.kind,
        status=given.status,
        language=given.language,
        issued_from=given.issued_from,
        issued_to=given.issued_to,
        as_of=given.as_of,
        document_ids=tuple(documents[name] for name in given.documents),
    )


def _named(held: list[tuple[str, str]]) -> dict[str, str]:
    """Ids by name: the file's name, or the `_id` that a record came with."""
    return {document_name(source): document_id for source, document_id in held}


def document_name(source: str) -> str:
    """The name that cases call a document by.

    >>> document_name("library:a%20notice.md"), document_name("mtrag:#17-0"), document_name("notice.md")
    ('a notice.md', '17-0', 'notice.md')
    """
    name = source_name(source)
    return name.partition("#")[2] or unquote(name.removeprefix("library:"))


def named_source(path: Path, root: Path) -> Source:
    """A file of a library as a source whose identity does not depend on where the library lies."""
    relative = path.relative_to(root) if path != root else Path(path.name)
    return Source(uri=f"library:{relative.name}", name=relative.name, content=path.read_bytes())
