"""Whether sentences of drafts are judged as they stand in small libraries: python -m evals.checked [SET] [--given] [--show] [--json].

A line of a set is a sentence about one library of `evals/sets/libraries`, three of six carried by it and three wrong in one
way each. They were written and labelled by language models that saw the documents alone. Each is checked by itself, as
`caveat check` does, against its library, or with `--given` as with `--against`: against the library's documents as sources.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import wiring
from assistant.answer import Claim
from assistant.drafts import Checker, draft_of
from assistant.settings import Settings
from evals.both_sides import LIBRARIES, SETS
from evals.case import BadSet
from evals.disagreements import library
from evals.remembering import Remembering
from ingest.sources import Source, from_upload
from vectorstore.embedding import Embedder
from vectorstore.store import Store

SET = LIBRARIES / "checked" / "report.jsonl"
PASSAGES = 20  # that a sentence is checked against, as a Checker does


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A sentence with what it is (`expected`, a verdict, and its `kind`) and what was told: `supported` only where every claim is."""

    library: str
    language: str
    text: str
    expected: str
    kind: str
    told: str
    reasons: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether a sound sentence is supported, and a wrong one is not."""
        return (self.told == "supported") == (self.expected == "supported")


def main(arguments: list[str] | None = None) -> int:
    """Checks, measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m evals.checked", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("set", nargs="?", type=Path, default=SET, help="the sentences, a JSON line each")
    parser.add_argument("--language", choices=("en", "zh"), help="those in one language alone")
    parser.add_argument("--checker", default="", help="as CAVEAT_CHECKER: trained, rules, chat or a CrossEncoder")
    parser.add_argument("--given", action="store_true", help="against the documents as given sources")
    parser.add_argument("--show", action="store_true", help="tell each sentence that is judged wrongly")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    settings = Settings(checker=given.checker) if given.checker else Settings()
    judged = [
        each
        for each in measure(given.set, SETS, Remembering(), settings, given=given.given)
        if given.language in {None, each.language}
    ]
    summed = {tongue: figures([each for each in judged if each.language == tongue]) for tongue in ("en", "zh")}
    if given.json:
        print(json.dumps(summed, ensure_ascii=False))
        return 0
    for tongue, counted in summed.items():
        if counted["sound"][1]:
            print(_printed(tongue, counted))
    for each in judged if given.show else ():
        if not each.right:
            print(f"{each.expected}/{each.kind} told {each.told}  {each.library}  {each.text}")
            print("".join(f"    {reason}\n" for reason in each.reasons), end="")
    return 0


def measure(
    path: Path, sets: Sequence[Path], embedder: Embedder, settings: Settings, *, given: bool = False
) -> Iterator[Judged]:
    """What becomes of each sentence, library by library; `given`, where the documents are sources that come with it."""
    for line, wanted, store in stores(path, sets, embedder):
        checker = wiring.checker(settings, None if given else store)
        documents = line["documents"] if given else []
        sources = [found for each in documents for found in from_upload(each["name"], each["text"].encode())]
        for each in wanted:
            yield _judged(each, line["language"], checker, sources)


def stores(
    path: Path, sets: Sequence[Path], embedder: Embedder
) -> Iterator[tuple[Mapping[str, Any], Sequence[Mapping[str, str]], Store]]:
    """The libraries of a set, each with its sentences and filled; a BadSet where one is not there or lacks a quotation."""
    sentences: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for line in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        sentences[line["library"]].append(line)
    for line in (each for one in sets for each in map(json.loads, one.read_text(encoding="utf-8").splitlines())):
        if wanted := sentences.pop(line["id"], None):
            texts = {each["name"]: each["text"] for each in line["documents"]}
            for each in wanted:
                if each["quote"] not in texts.get(each["document"], ""):
                    raise BadSet(f"{line['id']}: no “{each['quote']}”.", "Quote the document to the character.")
            with library(line, embedder) as (store, _):
                store.follow()
                yield line, wanted, store
    if sentences:
        raise BadSet(f"There is no library {min(sentences)}.", "Name one of evals/sets/libraries.")


def _judged(sentence: Mapping[str, str], language: str, checker: Checker, sources: Sequence[Source]) -> Judged:
    claims = [each for each in checker.check(draft_of(sentence["text"]), sources) if isinstance(each, Claim)]
    worst = min(claims, key=lambda claim: claim.verdict == "supported", default=None)
    return Judged(
        library=sentence["library"],
        language=language,
        text=sentence["text"],
        expected=sentence["verdict"],
        kind=sentence["kind"],
        told=worst.verdict if worst is not None else "left",
        reasons=tuple(
            f"{doubt.kind}: {doubt.reason}"
            for claim in claims
            for doubt in claim.doubts
            if doubt.kind in {"contradicted", "unsupported", "misquoted", "overstated", "unchecked"}
        ),
    )


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Of sound and of wrong sentences, all and by kind, how many were judged right, and how many there are."""
    kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for each in judged:
        for name in (each.kind, "sound" if each.expected == "supported" else "wrong"):
            kinds[name][0] += each.right
            kinds[name][1] += 1
    sound, wrong = (kinds.pop(name, [0, 0]) for name in ("sound", "wrong"))
    return {"sound": sound, "wrong": wrong, "kinds": dict(sorted(kinds.items()))}


def _printed(tongue: str, counted: dict[str, Any]) -> str:
    (sound, all_sound), (wrong, all_wrong) = counted["sound"], counted["wrong"]
    kinds = ", ".join(f"{kind} {right} of {all_of}" for kind, (right, all_of) in counted["kinds"].items())
    return f"{tongue}: {sound} of {all_sound} sound sentences supported, {wrong} of {all_wrong} wrong ones not; {kinds}"


if __name__ == "__main__":
    raise SystemExit(main())
