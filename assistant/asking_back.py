"""Asking back: the questions a reader can choose from where one is put that several documents would answer, each otherwise.

Two kinds of question are asked back. One names only the class of a thing ("the park") of which several were found by name. The
other has no subject of its own ("What is the deadline?"), and several documents that scored alike hold all of its words. Asking
back where an answer could be given costs the reader a turn: in doubt there is nothing to choose from.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from assistant.followup import TAIL, bracketed, leans, names, telling
from vectorstore.retrieval import Found, Passage
from vectorstore.terms import terms


def choices(question: str, found: Found) -> tuple[str, ...]:
    """Two to four questions that stand alone, each naming its candidate; none where the question can be answered as it is.

    `question` is the standalone one, with what was found for it.
    """
    if not found.passages or TAIL.search(question):
        return ()
    least = _data()["near"] * found.passages[0].score
    near = [passage for passage in found.passages if passage.score >= least]
    return _by_name(question, near) or _by_document(question, near)


def _by_name(question: str, near: Sequence[Passage]) -> tuple[str, ...]:
    """The question with each thing of its class that the titles of different documents name."""
    match = re.search(_data()["named"].replace("<classes>", "|".join(_data()["classes"])), question, re.IGNORECASE)
    if match is None:
        return ()
    member = re.compile(_data()["member"].replace("<class>", re.escape(match["class"])), re.IGNORECASE)
    held = {
        document.id: member_found[0].strip()
        for document in (passage.document for passage in near)
        if (member_found := member.search(document.title))
    }
    members = _apart(held.values())
    if _singled_out(question, match["class"], near):
        return ()
    if len(members) < _data()["fewest"]:
        kind = set(terms(match["class"]))
        return _of_each(question, [passage for passage in near if kind <= set(terms(passage.document.title))])
    said = [f"the {name}" if name.casefold().startswith(match["class"].casefold()) else name for name in members]
    return tuple(f"{question[: match.start()]}{name}{question[match.end() :]}" for name in said[: _data()["most"]])


def _singled_out(question: str, kind: str, near: Sequence[Passage]) -> bool:
    """Whether a name of the question stands in some of the titles only: then it says which is meant."""
    titles = {passage.document.title.casefold() for passage in near}
    own = [name.casefold() for name in names(question) if kind.casefold() not in name.casefold()]
    return any(0 < sum(name in title for title in titles) < len(titles) for name in own)


def _by_document(question: str, near: Sequence[Passage]) -> tuple[str, ...]:
    """The question of each document that holds all of its words, where it has no subject of its own."""
    wanted = set(telling(question))
    if not wanted or names(question) or not leans(question):
        return ()
    holding = [passage for passage in near if wanted <= set(terms(passage.text))]
    return _of_each(question, holding)


def _of_each(question: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """The question with each document that some passages stand in, where there are enough and they can be told apart."""
    labels = _labels(passages)
    few = len(labels) < _data()["fewest"]
    return () if few else tuple(bracketed(question.strip(), label) for label in labels[: _data()["most"]])


def _labels(passages: Sequence[Passage]) -> list[str]:
    """What tells documents apart: the title, else the issuer or outlet, else the date, else the section; else titles, once each."""
    first = {passage.document.id: passage for passage in reversed(passages)}
    held = [first[key] for key in dict.fromkeys(passage.document.id for passage in passages)]
    for way in (_title, _issuer, _date, _section):
        labels = [way(passage) for passage in held]
        if all(labels) and len(set(labels)) == len(labels):
            return labels
    return list(dict.fromkeys(filter(None, map(_title, held))))


def _title(passage: Passage) -> str:
    return passage.document.title[: _data()["longest"]].strip()


def _issuer(passage: Passage) -> str:
    metadata = passage.document.metadata
    return ", ".join(filter(None, (_title(passage), metadata.issuer or metadata.outlet)))


def _date(passage: Passage) -> str:
    issued = passage.document.metadata.issued
    return ", ".join(filter(None, (_title(passage), issued.isoformat() if issued else "")))


def _section(passage: Passage) -> str:
    return ", ".join(filter(None, (_title(passage), passage.chunk.section)))


def _apart(labels: Iterable[str]) -> list[str]:
    """Names that are not one name written longer or shorter."""
    kept: list[str] = []
    for label in labels:
        own = set(terms(label))
        if not any(own <= set(terms(other)) or set(terms(other)) <= own for other in kept):
            kept.append(label)
    return kept


@cache
def _data() -> dict[str, Any]:
    with (Path(__file__).parent / "asking_back.toml").open("rb") as file:
        return tomllib.load(file)
