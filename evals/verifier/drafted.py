"""Pairs out of sentences of drafts (`evals/sets/libraries/checked`), each beside what the program would read it with.

A sound sentence is carried by what words alone take for its evidence, with the statement it was written from. A wrong one is
carried by nothing: what it turns contradicts it, the rest near it does not carry it, one way or the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assistant import wiring
from assistant.checking.deterministic import Deterministic
from assistant.checking.prose import promising, told_of
from assistant.checking.support import Line, Wanted, choose, lines
from assistant.settings import Settings
from evals.both_sides import SETS
from evals.checked import PASSAGES, stores
from evals.remembering import Remembering
from evals.verifier.pairs import CONTRADICTS, NEITHER, NOT_SUPPORTS, SUPPORTS, Pair
from vectorstore.store import Store

FAR = 2  # groups of statements beside the evidence that a wrong sentence is read with
LABELS = {"contradicted": CONTRADICTS, "overstated": NOT_SUPPORTS, "not_found": NEITHER}


def from_drafts(sentences: Path, language: str = "en") -> Iterator[Pair]:
    """The pairs of all sentences of a set in one language."""
    embedder = Remembering()
    for line, wanted, store in stores(sentences, SETS, embedder):
        if line["language"] == language:
            rules = Deterministic(embedder, wiring.assistant(store, Settings()).rarity)
            for each in wanted:
                yield from _pairs(each, rules.wanted(each["text"]), store)


def _pairs(sentence: Mapping[str, str], asked: Wanted, store: Store) -> Iterator[Pair]:
    passages = store.retriever.search(sentence["text"], limit=PASSAGES).passages
    known = [line for line in lines(passages) if line.language == asked.language]
    own = [line for line in known if sentence["quote"] and sentence["quote"] in line.document.quote(line.span)][:1]
    own = own or [line for line in known if sentence["quote"] and line.document.quote(line.span) in sentence["quote"]]
    chosen = list(choose(asked, known, None, strictly=True).lines)
    if sentence["verdict"] == "supported":
        together = [*own, *(line for line in chosen if line not in own and _one_document(line, own or chosen))]
        yield from _read(sentence["text"], together, known, SUPPORTS)
        return
    if own:
        yield from _read(sentence["text"], own, known, LABELS[sentence["verdict"]])
    far = [group for group in (chosen, *promising(asked, known)) if group != own and not set(own) & set(group)]
    label = NEITHER if sentence["verdict"] == "not_found" else NOT_SUPPORTS
    for group in [each for n, each in enumerate(far) if each not in far[:n]][:FAR]:
        yield from _read(sentence["text"], group, known, label)


def _one_document(line: Line, others: Sequence[Line]) -> bool:
    return bool(others) and line.document.id == others[0].document.id


def _read(text: str, group: Sequence[Line], known: Sequence[Line], label: int) -> Iterator[Pair]:
    """A claim with some statements by themselves, and with what stands around them."""
    for evidence in dict.fromkeys(told_of(group, known)) if group else ():
        yield Pair(claim=text, evidence=evidence, label=label, source="drafts")
