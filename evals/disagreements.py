"""What small libraries disagree with themselves about: python -m evals.disagreements [SET] [--language zh] [--json].

A line of a set is a library of two to four documents about one matter, with every pair of statements of two of them that
cannot both be true, and pairs that only look so. Measured is what `caveat library disagreements` lists of it: which planted
pairs it finds, and what else it tells. Nothing is embedded.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import wiring
from assistant.disagreements import Disagreement, Disagreements
from assistant.doubts.opposing import Comparer
from assistant.settings import Settings
from evals.case import BadSet
from ingest.document import Document, Span
from ingest.sources import gather
from vectorstore.embedding import Embedder, HashingEmbedder
from vectorstore.store import Store

SET = Path(__file__).parent / "sets" / "libraries" / "report" / "ordinary.jsonl"
Side = tuple[str, Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A planted pair (`kind` is what it is about) or one that is listed and was not planted (`kind` is empty, or `quiet`)."""

    library: str
    language: str
    kind: str
    planted: bool
    found: bool
    words: tuple[str, str]
    reason: str = ""


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.disagreements", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("set", nargs="?", type=Path, default=SET, help="the libraries, a JSON line each")
    parser.add_argument("--language", choices=("en", "zh"), help="those in one language alone")
    parser.add_argument("--together", action="store_true", help="all libraries as one, as they would lie in one's own")
    parser.add_argument("--show", action="store_true", help="tell each pair that is missed or invented")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    lines = [json.loads(line) for line in given.set.read_text(encoding="utf-8").splitlines()]
    embedder = wiring.embedder(Settings())
    opposing = wiring.opposing(embedder, Settings())
    chosen = [line for line in lines if given.language in {None, line["language"]}]
    measured = [together(chosen)] if given.together else chosen
    told = [each for line in measured for each in measure(line, embedder, opposing)]
    if given.json:
        print(json.dumps(figures(told), ensure_ascii=False))
    else:
        print("\n".join(_printed(told, show=given.show)))
    return 0


def libraries(sets: Sequence[Path]) -> Iterator[tuple[dict[str, Any], dict[str, Document]]]:
    """The libraries of some sets, each with its documents by name."""
    for path in sets:
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            with library(line) as (_, held):
                yield line, held


@contextmanager
def library(line: Mapping[str, Any], embedder: Embedder | None = None) -> Iterator[tuple[Store, dict[str, Document]]]:
    """A store with the documents of a library, by name."""
    with tempfile.TemporaryDirectory() as home, Store(Path(home) / "library", embedder or HashingEmbedder()) as store:
        folder = Path(home) / "documents"
        folder.mkdir()
        for each in line["documents"]:
            (folder / each["name"]).write_text(each["text"], encoding="utf-8")
        list(store.ingest(gather([str(folder)])))
        documents = [each for each in map(store.library.document, store.library.ids()) if each is not None]
        yield store, {each.source.rpartition("/")[2]: each for each in documents}


def together(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All libraries as one: what belongs to one matter has to be found among all documents."""

    def named(pair: Mapping[str, Any], library: str) -> dict[str, Any]:
        return {**pair, **{side: [f"{library}_{pair[side][0]}", pair[side][1]] for side in ("left", "right")}}

    return {
        "id": "together",
        "language": "",
        "documents": [{**each, "name": f"{line['id']}_{each['name']}"} for line in lines for each in line["documents"]],
        **{kind: [named(pair, line["id"]) for line in lines for pair in line[kind]] for kind in ("disagree", "quiet")},
    }


def measure(line: Mapping[str, Any], embedder: Embedder | None = None, opposing: Comparer | None = None) -> list[Told]:
    """The planted pairs of one library and whatever else is listed; a BadSet where a document lacks a quotation."""
    with library(line, embedder) as (store, held):
        disagreements = Disagreements(store, opposing)
        disagreements.examine()
        listed = disagreements.listed()
    planted = [sides(line["id"], held, pair) for pair in line["disagree"]]
    quiet = [sides(line["id"], held, pair) for pair in line["quiet"]]
    about = {"library": line["id"], "language": line["language"]}
    found = [
        Told(
            **about,
            kind=pair["kind"],
            planted=True,
            found=any(_is(each, both) for each in listed),
            words=(pair["left"][1], pair["right"][1]),
        )
        for pair, both in zip(line["disagree"], planted, strict=True)
    ]
    invented = [
        Told(
            **about,
            kind="quiet" if any(_is(each, both) for both in quiet) else "",
            planted=False,
            found=True,
            words=(each.one.quote, each.other.quote),
            reason=each.reason,
        )
        for each in listed
        if not any(_is(each, both) for both in planted)
    ]
    return found + invented


def figures(told: Sequence[Told]) -> dict[str, Any]:
    """Found of planted, all and by kind, and how many were invented."""
    planted = [each for each in told if each.planted]
    kinds = Counter(each.kind for each in planted)
    found = Counter(each.kind for each in planted if each.found)
    return {
        "planted": len(planted),
        "found": sum(found.values()),
        "invented": sum(not each.planted for each in told),
        "kinds": {kind: [found[kind], count] for kind, count in sorted(kinds.items())},
    }


def sides(library: str, held: Mapping[str, Document], pair: Mapping[str, Any]) -> tuple[Side, Side]:
    """Where the two quotations of a pair stand."""
    found = []
    for name, words in (pair["left"], pair["right"]):
        document = held.get(name)
        span = _where(document.text, words) if document is not None else None
        if document is None or span is None:
            raise BadSet(f"{library}: {name} holds no “{words}”.", "Quote the document as it is read.")
        found.append((document.id, span))
    return found[0], found[1]


def _where(text: str, words: str) -> Span | None:
    """Where words stand in a text, whatever spaces and marks of Markdown are between them."""
    kept = [(place, letter) for place, letter in enumerate(text) if letter.isalnum()]
    wanted = "".join(filter(str.isalnum, words))
    start = "".join(letter for _, letter in kept).find(wanted)
    return Span(start=kept[start][0], end=kept[start + len(wanted) - 1][0] + 1) if wanted and start >= 0 else None


def _is(listed: Disagreement, pair: tuple[Side, Side]) -> bool:
    """Whether a listed disagreement, or one that it stands for, is about the two statements of a pair."""
    ones, others = (
        [(each.document_id, each.span) for each in (side, *listed.reprints)] for side in (listed.one, listed.other)
    )
    return any(touched((one, other), pair) for one in ones for other in others)


def touched(told: tuple[Side, Side], pair: tuple[Side, Side]) -> bool:
    """Whether two places in documents touch those of a pair, either way round."""
    return any(_touches(told[0], one) and _touches(told[1], other) for one, other in (pair, pair[::-1]))


def _touches(one: Side, other: Side) -> bool:
    return one[0] == other[0] and one[1].start < other[1].end and other[1].start < one[1].end


def _printed(told: Sequence[Told], *, show: bool) -> Iterator[str]:
    """The figures, for people."""
    summed = figures(told)
    yield f"found: {summed['found']} of {summed['planted']} planted; invented: {summed['invented']}"
    yield "by kind: " + ", ".join(f"{kind} {found}/{count}" for kind, (found, count) in summed["kinds"].items())
    for each in told if show else ():
        if each.planted != each.found or not each.planted:
            head = "missed" if each.planted else "invented"
            yield (
                f"{head} {each.library} {each.kind}\n  {each.words[0]}\n  {each.words[1]}"
                + f"\n  {each.reason}" * bool(each.reason)
            )


if __name__ == "__main__":
    sys.exit(main())
