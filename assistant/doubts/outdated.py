"""Claims that no longer hold at the time asked about, or that rest on words that something newer has taken the place of.

A document that another supersedes, amends or repeals, that has expired or does not hold yet; an older version of a document;
a report that restates the rule of such a document; a figure told for a day, where the library has a newer one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from string import Template
from tomllib import loads
from typing import Any

from assistant.checking.measuring import figures
from assistant.doubts import comparing, said, telling
from assistant.doubts.key_words import keys_of, share
from assistant.doubts.standing import Lapse, clause, cue, saying, touches
from assistant.doubts.standings import Standings
from assistant.doubts.stated import Alike, Place, Raised, Stated
from assistant.doubts.words import HAN, on_one_line
from ingest.designations import namings
from ingest.document import Document, Span


def find(stated: Stated, alike: Sequence[Alike], standings: Standings) -> Raised | None:
    """Why a claim is outdated; None where one of the statements that it rests on still holds."""
    found = []
    for place in stated.places:
        raised = _raised(stated, place, alike, standings)
        if raised is None:
            return None
        found.append(raised)
    return found[-1] if found else None


def restated(place: Place, alike: Sequence[Alike], standings: Standings) -> Lapse | None:
    """The lapsed document whose rule a statement of another one restates."""
    if cue("past", place.text) or place.document.metadata.kind == "notice":
        return None
    told = _named(place.document.read(place.statement), standings)
    lapsed = list(_lapsed(place, alike, standings))
    around = {each.id for each in (*told, *(_named(_before(place), standings) if lapsed else ()))}
    for lapse, each in lapsed:
        if each.share >= _limits()["named"] and lapse.document.id in around:
            return lapse
        if min(each.share, each.back) >= _limits()["unnamed"] and said.binds(place.text):
            return lapse
    known = [found for each in told if (found := standings.lapse(each)) is not None and not found.clauses]
    return known[0] if known and said.binds(place.document.read(place.statement)) else None


def _raised(stated: Stated, place: Place, alike: Sequence[Alike], standings: Standings) -> Raised | None:
    own = standings.lapse(place.document)
    if own is not None and _touched(own, place):
        return _told(own.how, own, stated)
    lapse = restated(place, alike, standings)
    if lapse is not None:
        return _told("restated", lapse, stated)
    return _newer_version(stated, place, standings) or _newer_figure(stated, place, alike, standings)


def _touched(lapse: Lapse, place: Place) -> bool:
    """Whether what lapsed is what a statement says: its clause or, where no clauses tell, what an amendment speaks of too."""
    by, start = lapse.by, place.statement.span.start
    if by is None or lapse.how != "amended" or (lapse.clauses and clause(place.document, start) is not None):
        return touches(lapse, place.document, start)
    keys, told = keys_of(place.text), {span for _, span in lapse.evidence}
    shared = (share(keys, by.quote(each.span)) for each in by.statements if each.span not in told)
    return max(shared, default=0) >= _limits()["pairs" if HAN.search(place.text) else "partly"]


def _lapsed(place: Place, alike: Sequence[Alike], standings: Standings) -> Iterator[tuple[Lapse, Alike]]:
    """Lapsed notices with a statement that says the same, unless a notice that holds says it as well."""
    notices = [each for each in alike if each.by == "words" and each.about.kind == "notice"]
    if all(standings.lapsed(each) is None for each in notices):
        return
    same = [each for each in notices if _says_the_same(place, each.place)]
    still = max((each.share for each in same if standings.lapsed(each) is None), default=0.0)
    for each in same:
        lapse = standings.lapsed(each)
        if lapse is None or each.share <= still:
            continue
        if _touched(lapse, each.place):
            yield lapse, each


def _says_the_same(one: Place, other: Place) -> bool:
    """Whether every figure of a statement stands in the other too."""
    theirs = figures(other.document.read(other.statement))
    own = [each for each in figures(one.text) if each.kind not in {"document", "clause"} and not each.apart]
    return all(any(each.same(their) for their in theirs) for each in own)


def _named(text: str, standings: Standings) -> tuple[Document, ...]:
    return standings.named(text) if any(True for _ in namings(text)) else ()


def _before(place: Place) -> str:
    """The statements in front of one, in its section and no further back than a few."""
    document, position = place.document, place.position
    start = place.statement.span.start
    section = next((each.span.start for each in document.sections if each.span.start <= start < each.span.end), 0)
    first = document.statements[max(0, position - int(_limits()["back"]))].span.start
    return document.text[max(section, first) : start]


def _newer_version(stated: Stated, place: Place, standings: Standings) -> Raised | None:
    """A newer version of the same document that no longer has these words."""
    document = place.document
    if document.metadata.kind == "report":
        return None
    for newer in standings.newer(document):
        theirs = {on_one_line(newer.quote(each.span)) for each in newer.statements}
        mine = [on_one_line(document.quote(each.span)) for each in document.statements]
        kept = sum(each in theirs for each in mine)
        if kept < max(int(_limits()["versions"]), _limits()["version"] * len(mine)):
            continue
        issued = newer.metadata.issued
        if on_one_line(place.text) in theirs or issued is None:
            return None
        span = saying(newer, issued, "issued") or newer.statements[0].span
        return _raised_by("version", stated, ((newer, span),), old=document, new=newer)
    return None


def _newer_figure(stated: Stated, place: Place, alike: Sequence[Alike], standings: Standings) -> Raised | None:
    """A figure told as of a day, where a statement elsewhere tells the same as of a later one."""
    if not said.tells_as_of(place.text):
        return None
    for each in alike:
        if each.by != "words" or not said.tells_as_of(each.text):
            continue
        pair = comparing.followed(place, each.alone, standings.asked)
        if pair is not None:
            (mine, theirs), other = pair, each.place
            evidence = ((other.document, other.statement.span),)
            return _raised_by(
                "figure", stated, evidence, old=place.document, new=other.document, mine=mine.text, theirs=theirs.text
            )
    return None


def _told(name: str, lapse: Lapse, stated: Stated) -> Raised:
    """A reason that names the document that lapsed, since when, and what took its place."""
    how = f"restated_{lapse.how}" if name == "restated" else name
    return _raised_by(how, stated, lapse.evidence, old=lapse.document, new=lapse.by, lapse=lapse)


def _raised_by(
    name: str,
    stated: Stated,
    evidence: tuple[tuple[Document, Span], ...],
    *,
    old: Document,
    new: Document | None = None,
    lapse: Lapse | None = None,
    **words: str,
) -> Raised:
    chinese = stated.chinese
    days = partial(telling.day, chinese=chinese)
    told: dict[str, str] = {"old": telling.name(old, chinese=chinese), **words}
    if new is not None:
        told["new"] = telling.dated(new, chinese=chinese)
    if lapse is not None and lapse.day is not None:
        name, told["day"] = f"{name}_since", days(lapse.day)
    reasons = _words()["zh" if chinese else "en"]
    reason = Template(reasons[name] if name in reasons else reasons[name.removesuffix("_since")]).substitute(told)
    return Raised(kind="outdated", reason=reason[:1].upper() + reason[1:], evidence=evidence)


def _limits() -> dict[str, float]:
    limits: dict[str, float] = _words()["limits"]
    return limits


@cache
def _words() -> dict[str, Any]:
    return loads((Path(__file__).parent / "outdated.toml").read_text(encoding="utf-8"))
