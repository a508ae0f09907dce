"""Near-copies found among documents: 60 planted ones in the sample library and the FOMC minutes.

    python -m evals.voices --data ../shared/data/demo_fomc

Copies are made from a seed: verbatim (another outlet, another date), trimmed (paragraphs left out), lightly paraphrased (words
replaced by others that say the same, sentences opened otherwise) and with a translated title. All go into one library, and the
families that it finds are compared with those that were planted, pair by pair.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from ingest.pipeline import Ingested, ingest
from ingest.sources import Source, from_record, gather
from vectorstore.copying import families
from vectorstore.embedding import HashingEmbedder
from vectorstore.store import Store

SAMPLE = Path(__file__).parent / "library" / "documents"
WAYS = ("verbatim", "trimmed", "paraphrased", "translated title")
PLANTED, OUTLETS = (
    60,
    ("Copperfield Post", "Saltmarsh Herald", "Ridgeway Times", "Orchard Gazette", "枫桥晚报", "石湾时报"),
)
KNOWN = ("harbour-ledger-health-code.md", "tidewater-courier-health-code.txt")
"""The copy that the sample library holds itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A document as it is copied: `origin` names what it is a copy of, or itself."""

    origin: str
    title: str
    body: str
    way: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Pairs of documents of one family, as planted and as found."""

    planted: frozenset[frozenset[str]]
    told: frozenset[frozenset[str]]

    @property
    def precision(self) -> float:
        """Of the pairs told, those that were planted."""
        return len(self.planted & self.told) / (len(self.told) or 1)

    @property
    def recall(self) -> float:
        """Of the pairs planted, those that are told."""
        return len(self.planted & self.told) / (len(self.planted) or 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def main() -> None:
    """Plants the copies, finds them, prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/demo_fomc"), help="the folder of the minutes")
    parser.add_argument("--seed", type=int, default=20200224)
    parser.add_argument("--verbose", action="store_true", help="name the pairs that were missed or merged")
    given = parser.parse_args()
    texts = [*originals([SAMPLE, *sorted(given.data.glob("20*"))])]
    copies = planted(texts, random.Random(given.seed))  # noqa: S311 (made-up copies)
    with tempfile.TemporaryDirectory(prefix="caveat-voices-") as home:
        found, ways = measured(Path(home), [*texts, *copies])
    merged = sum(len({origin_of(each) for each in pair}) > 1 for pair in found.told - found.planted)
    print(f"{len(texts)} documents, {len(copies)} planted copies, seed {given.seed}")
    print(f"pairwise precision {found.precision:.3f}, recall {found.recall:.3f}, F1 {found.f1:.3f}")
    print(f"pairs of different documents told as one: {merged}")
    for way in WAYS:
        told, all_of = ways[way]
        print(f"{way}: {told} of {all_of} copies laid to their original")
    if given.verbose:
        for pair in sorted(map(sorted, found.planted ^ found.told)):
            print("missed" if frozenset(pair) in found.planted else "wrong ", *pair, sep="  ")


def originals(folders: Iterable[Path]) -> Iterator[Text]:
    """The documents of some folders, as the readers see them."""
    for each in ingest(gather(map(str, folders)), lambda texts: [len(text) // 5 for text in texts]):
        if isinstance(each, Ingested):
            name = each.document.source.rsplit("/", 1)[-1]
            yield Text(origin=name, title=each.document.title, body=each.document.text)


def planted(texts: Sequence[Text], rng: random.Random) -> list[Text]:
    """The copies, as many of each way."""
    words = tomllib.loads((Path(__file__).parent / "voices.toml").read_text(encoding="utf-8"))
    chosen = rng.sample(list(texts), min(len(texts), PLANTED // 2))
    made = []
    for number in range(PLANTED):
        text, way = chosen[number % len(chosen)], WAYS[(number + number // len(chosen)) % len(WAYS)]
        made.append(_copy(text, way, number, words, rng))
    return made


def measured(home: Path, texts: Sequence[Text]) -> tuple[Found, dict[str, tuple[int, int]]]:
    """The families that a library of these texts finds, beside those that were planted; by way, copies laid to their original."""
    names = [f"{text.origin}|{text.way}|{number}" for number, text in enumerate(texts)]
    with Store(home, HashingEmbedder()) as store:
        outcomes = list(store.ingest(map(_source, names, texts)))
        ids = {outcome.id: name for outcome, name in zip(outcomes, names, strict=True)}
        roots = families(store.library.copied(store.library.ids()))
    root = {name: roots.get(document_id or "", document_id or name) for document_id, name in ids.items()}
    pairs = {frozenset(pair) for pair in combinations(names, 2)}
    found = Found(
        planted=frozenset(pair for pair in pairs if len({origin_of(each) for each in pair}) == 1),
        told=frozenset(pair for pair in pairs if len({root[each] for each in pair}) == 1),
    )
    ways = {}
    for way in WAYS:
        copies = [name for name in names if name.split("|")[1] == way]
        laid = sum(
            any(root[name] == root[other] for other in names if other.startswith(f"{name.split('|')[0]}||"))
            for name in copies
        )
        ways[way] = (laid, len(copies))
    return found, ways


def origin_of(name: str) -> str:
    """What a document is a copy of; the reprint of the sample library is one of what it reprints."""
    origin = name.split("|", maxsplit=1)[0]
    return KNOWN[0] if origin == KNOWN[1] else origin


def _source(name: str, text: Text) -> Source:
    return from_record({"_id": name, "title": text.title, "text": text.body}, "voices")


def _copy(text: Text, way: str, number: int, words: dict[str, dict[str, str]], rng: random.Random) -> Text:
    """A copy under another outlet and date."""
    head = f"Outlet: {rng.choice(OUTLETS)}\nPublished: {rng.randint(1, 28)} April 2020\n\n"
    title, body = f"{text.title} ({number})", text.body
    if way == "trimmed":
        body = _trimmed(body, rng)
    elif way == "paraphrased":
        body = _paraphrased(body, words, rng)
    elif way == "translated title":
        title = rng.choice(list(words["titles"].values()))
    return Text(origin=text.origin, title=title, body=head + body, way=way)


def _trimmed(body: str, rng: random.Random) -> str:
    """About half of the paragraphs, in order: the beginning rather than the end, as editors cut."""
    paragraphs = [each for each in body.split("\n\n") if each.strip()]
    kept = [each for place, each in enumerate(paragraphs) if rng.random() < 0.85 - 0.6 * place / len(paragraphs)]
    return "\n\n".join(kept or paragraphs[:1])


def _paraphrased(body: str, words: dict[str, dict[str, str]], rng: random.Random) -> str:
    """Words replaced by others that say the same, some sentences opened otherwise, a word left out here and there."""
    chinese = len(re.findall("[\u4e00-\u9fff]", body)) > len(body) // 4
    table = words["chinese" if chinese else "english"]
    choice = "|".join(sorted(map(re.escape, table), key=len, reverse=True))
    pattern = re.compile(choice if chinese else rf"\b(?:{choice})\b")
    body = pattern.sub(lambda found: table[found[0]] if rng.random() < 0.8 else found[0], body)
    openings = words["openings"]["chinese" if chinese else "english"].split("|")
    mark = "。" if chinese else ". "

    def opened(sentence: str) -> str:
        return rng.choice(openings) + sentence if sentence[:1].isalpha() and rng.random() < 0.15 else sentence

    body = mark.join(opened(each) for each in body.split(mark))
    if chinese:
        return body
    return re.sub(
        r"(?<=\w) (?:also|very|now|then|still|already|generally|somewhat|further|recent|the)(?= \w)",
        lambda found: "" if rng.random() < 0.25 else found[0],
        body,
    )


if __name__ == "__main__":
    main()
