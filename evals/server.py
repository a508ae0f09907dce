"""A running server under measurement, asked over HTTP in the contract's JSON."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from assistant.rendering import as_json
from evals.case import Case, Checked, Reply
from evals.kept import Json, RunError
from evals.subject import NotOffered, Told, bare, by_name, filters_of
from ingest.errors import BadInput

_ROLES = ("user", "assistant")
_PATIENCE = (0.2, 1.0, 3.0)
_PASSING = {502, 503, 504}


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
        return by_name(found)

    def document(self, document_id: str) -> Json:
        """Title, text and metadata of a document."""
        held = self._call("GET", f"/v1/documents/{document_id}").json()
        text = self._call("GET", f"/v1/documents/{document_id}/text").text
        return {"title": held["title"], "text": text, "metadata": held["metadata"]}

    def answer(self, case: Case, documents: Mapping[str, str]) -> Told:
        """POST /v1/answers; the steps are those of its `Server-Timing`. With a history, OpenAI's shape, which bears one."""
        filters = as_json(filters_of(case, documents))
        began = time.perf_counter()
        if case.history:
            said = [(each.question, each.answer) for each in case.history]
            messages = [
                {"role": role, "content": text} for turn in said for role, text in zip(_ROLES, turn, strict=True)
            ]
            messages.append({"role": "user", "content": str(case.question)})
            body = {"model": "caveat", "messages": messages, "filters": filters}
            answer = self._call("POST", "/v1/chat/completions", json=body).json()["caveat"]
            return Told(result={"answer": bare(answer)}, seconds={"total": time.perf_counter() - began})
        response = self._call("POST", "/v1/answers", json={"question": case.question, "filters": filters})
        total = time.perf_counter() - began
        return Told(result={"answer": bare(response.json())}, seconds={**_stages(response), "total": total})

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


def _stages(response: httpx.Response) -> dict[str, float]:
    """`search;dur=12.3, quote;dur=4.5` in seconds."""
    found = {}
    for part in response.headers.get("server-timing", "").split(","):
        name, _, duration = part.strip().partition(";dur=")
        if duration:
            found[name] = float(duration) / 1000
    return found
