"""Sets by name: ours with their libraries, and public ones by their format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evals import foreign
from evals.case import BadSet, Case, read_set
from evals.subject import document_name, named_source
from ingest.errors import BadInput
from ingest.sources import Source

SETS = Path(__file__).parent / "sets"
OWN = {
    "sample": Path(__file__).parent / "library" / "documents",
    "seed": Path("../shared/data/seed"),
    "fomc": Path("../shared/data/demo_fomc"),
    "replies": Path(__file__).parent / "library" / "documents",
    "fomc_replies": Path("../shared/data/demo_fomc"),
}
FORMATS: dict[str, Callable[[Path], foreign.Read]] = {
    "mtrag": foreign.mtrag,
    "mtrag_un": foreign.mtrag,
    "beir": foreign.beir,
    "pairs": foreign.pairs,
    "factcheck_bench": foreign.pairs,
    "fm2_dev": foreign.pairs,
    "train_pairs": foreign.pairs,
    "spans": foreign.spans,
    "hedges": foreign.hedges,
    "wikiweasel_train": foreign.hedges,
    "files": foreign.files,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Cases with the documents of their library; `sources` is None where no library is needed."""

    name: str
    cases: tuple[Case, ...]
    sources: tuple[Source, ...] | None = None

    def document_names(self) -> set[str]:
        """The names that cases call the library's documents by."""
        return {document_name(source.uri) for source in self.sources or ()}


def open_set(name: str, data: Path | None = None) -> Set:
    """A set by its name, or by the path of a JSON lines file of cases; `data` is where its documents or its public files lie."""
    if name in FORMATS:
        return _foreign(name, data)
    path = Path(name) if name.endswith(".jsonl") else SETS / f"{name.removeprefix('demo_')}.jsonl"
    if not path.exists():
        known = ", ".join(sorted([*OWN, *FORMATS]))
        raise BadInput(f"There is no set {name!r}.", f"Use one of {known}, or the path of a .jsonl file of cases.")
    own = OWN.get(path.stem) if path.parent == SETS else None
    if path.stem in {*OWN, *FORMATS} and path.resolve().parent != SETS:
        raise BadInput(
            f"{path.stem} is the name of a set of ours.", "Give the file another name: baselines are kept by it."
        )
    return Set(name=path.stem, cases=read_set(path), sources=_library(data or own))


def _foreign(name: str, data: Path | None) -> Set:
    if data is None:
        raise BadInput(f"{name} needs --data.", f"Say where it lies: --data ../shared/data/{name}")
    if not data.exists():
        raise BadInput(f"{data} does not exist.", "Give the folder or file that holds the set.")
    cases, sources = FORMATS[name](data)
    if not cases:
        raise BadSet(f"{data} holds no case.", "docs/evals.md describes the public formats.")
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise BadSet(f"{data} holds two cases of the id {case.id!r}.", "Results are kept by id: give each its own.")
        seen.add(case.id)
    return Set(name=name, cases=tuple(cases), sources=None if sources is None else tuple(sources))


def _library(root: Path | None) -> tuple[Source, ...] | None:
    if root is None:
        return None
    if not root.exists():
        raise BadInput(f"{root} does not exist.", "Say with --data where the set's documents lie.")
    below = [root] if root.is_file() else sorted(root.rglob("*"))
    return tuple(named_source(each, root) for each in below if each.is_file() and not each.name.startswith("."))
