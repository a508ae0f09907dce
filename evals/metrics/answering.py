"""The answer: is every quotation exact, does it carry its claim, is what was asked for said, is what cannot be answered refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from evals.carrying import carries, says
from evals.case import Case, Narrowed
from evals.kept import Json
from evals.scoring import Metric, Score, balanced_accuracy, ratio

_CONTRIBUTES = 0.5


def ended(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001 (one shape for all)
    """Whether a case ended in an error: counts errors, cases."""
    error = result.get("error")
    if error and error["code"] == "not_offered":
        return None
    return Score(counts=(float(bool(error)), 1.0), reason=error["message"] if error else "no error")


def exact(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001
    """Law 1: each quotation, of claims and of doubts, is its document's text at its span: counts exact, all."""
    wrong, total = [], 0
    for citation in _cited(result):
        total += 1
        text, span = documents.get(citation["document_id"], {}).get("text"), citation["span"]
        if text is None:
            wrong.append(f"no document {citation['document_id']}")
        elif text[span["start"] : span["end"]] != citation["quote"] or not citation["quote"]:
            wrong.append(
                f"characters {span['start']}–{span['end']} are “{text[span['start'] : span['end']][:60]}”, not “{citation['quote'][:60]}”"
            )
    if not total:
        return None
    return Score(
        counts=(float(total - len(wrong)), float(total)), reason="; ".join(wrong) or f"all {total} quotations exact"
    )


def carried(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001
    """Citation recall: claims called supported that their cited texts carry: counts carried, all."""
    claims = [claim for claim in _claims(result) if claim["verdict"] == "supported"]
    if not claims:
        return None
    judged = [carries(_together(claim), claim["text"]) for claim in claims]
    lost = [
        f"“{claim['text'][:60]}”: {each.reason}" for claim, each in zip(claims, judged, strict=True) if not each.holds
    ]
    return Score(
        counts=(float(len(claims) - len(lost)), float(len(claims))),
        reason="; ".join(lost) or f"all {len(claims)} claims carried",
    )


def needed(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001
    """Citation precision: citations that carry their claim or a part of it: counts those, all."""
    idle, total = [], 0
    for claim in _claims(result):
        for citation in claim["citations"]:
            total += 1
            if not carries(citation["quote"], claim["text"]).holds and not _shares(citation["quote"], claim["text"]):
                idle.append(f"“{citation['quote'][:60]}” carries nothing of “{claim['text'][:60]}”")
    if not total:
        return None
    return Score(
        counts=(float(total - len(idle)), float(total)),
        reason="; ".join(idle) or f"all {total} citations carry something",
    )


def pointed(case: Case, result: Json, documents: Mapping[str, Json], *, follow_ups: bool = False) -> Score | None:  # noqa: ARG001
    """Answer points that one claim of the answer says: counts found, all."""
    points = case.expect.points
    if not points or "answer" not in result or (follow_ups and not case.history):
        return None
    claims = [claim["text"] for claim in _claims(result)]
    lost = []
    for point in points:
        judged = [says(claim, point) for claim in claims]
        if not any(each.holds for each in judged):
            lost.append(f"“{point[0]}” is not said" + ("" if claims else ": the answer was refused"))
    return Score(
        counts=(float(len(points) - len(lost)), float(len(points))),
        reason="; ".join(lost) or f"all {len(points)} points said",
    )


def quoted(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:  # noqa: ARG001
    """Expected words that stand in a quotation of the answer: counts found, all."""
    wanted = case.expect.quotations
    if not wanted or "answer" not in result:
        return None
    held = [_flat(citation["quote"]) for claim in _claims(result) for citation in claim["citations"]]
    lost = [f"“{each.words}”" for each in wanted if not any(_flat(each.words) in quote for quote in held)]
    return Score(
        counts=(float(len(wanted) - len(lost)), float(len(wanted))),
        reason=f"not quoted: {'; '.join(lost)}" if lost else f"all {len(wanted)} quoted",
    )


def refused(case: Case, result: Json, documents: Mapping[str, Json], *, follow_ups: bool = False) -> Score | None:  # noqa: ARG001
    """Counts answered of those to be answered, those, refused of those to be refused, those; and the right ones, all."""
    expected, answer = case.expect.refuse, result.get("answer")
    if expected is None or answer is None or (follow_ups and not case.history):
        return None
    right = float(answer["refused"] == expected)
    counts = (0.0, 0.0, right, 1.0) if expected else (right, 1.0, 0.0, 0.0)
    done = "refused" if answer["refused"] else "answered"
    return Score(counts=(*counts, right, 1.0), reason=f"{done}, {'rightly' if right else 'wrongly'}")


def filtered(case: Case, result: Json, documents: Mapping[str, Json]) -> Score | None:
    """Whether an answer's claims rest on documents alone that its filters admit: counts those documents, all cited."""
    if case.filters == Narrowed() or "answer" not in result:
        return None
    cited = sorted({citation["document_id"] for claim in _claims(result) for citation in claim["citations"]})
    held = {each: documents.get(each, {"name": each, "metadata": None}) for each in cited}
    wrong = [held[each]["name"] for each in cited if not _admitted(case.filters, held[each])]
    if not cited:
        return None
    told = f"not admitted: {', '.join(wrong)}" if wrong else f"all {len(cited)} cited documents admitted"
    return Score(counts=(float(len(cited) - len(wrong)), float(len(cited))), reason=told)


def _admitted(filters: Narrowed, document: Json) -> bool:
    """The filters of the contract over a document's metadata, written apart from the program's own."""
    held = document["metadata"]
    if held is None:
        return False
    issued = held["issued"] or ""
    return (
        (not filters.issuer or _flat(held["issuer"] or "") in {_flat(each) for each in filters.issuer})
        and all(
            not wanted or held[name] in wanted for name, wanted in (("kind", filters.kind), ("status", filters.status))
        )
        and (not filters.language or held["language"] in filters.language)
        and (not filters.documents or document["name"] in filters.documents)
        and (filters.issued_from is None or issued >= filters.issued_from.isoformat())
        and (filters.issued_to is None or (issued != "" and issued <= filters.issued_to.isoformat()))
        and (filters.as_of is None or issued <= filters.as_of.isoformat())
    )


def _claims(result: Json) -> list[Json]:
    return list((result.get("answer") or {}).get("claims", ()))


def _cited(result: Json) -> Iterator[Json]:
    for claim in _claims(result):
        yield from claim["citations"]
        for doubt in claim["doubts"]:
            yield from doubt["evidence"]


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def _together(claim: Json) -> str:
    return "\n".join(citation["quote"] for citation in claim["citations"])


def _shares(quote: str, claim: str) -> bool:
    """Whether most words of a quotation stand in the claim, as those of a lead-in do."""
    own, other = quote.casefold().split(), set(claim.casefold().split())
    return bool(own) and sum(word in other for word in own) >= _CONTRIBUTES * len(own)


_points_later, _refused_later = partial(pointed, follow_ups=True), partial(refused, follow_ups=True)
METRICS = (
    Metric(name="errors", about="cases that ended in an error", judge=ended, combine=ratio(0, 1), better="lower", strict=True),
    Metric(name="citation_exact", about="quotations that are the source's text to the character", judge=exact, combine=ratio(0, 1), strict=True),
    Metric(name="citation_recall", about="supported claims that the cited text carries", judge=carried, combine=ratio(0, 1), strict=True),
    Metric(name="citation_precision", about="citations that carry their claim or a part of it", judge=needed, combine=ratio(0, 1), strict=True),
    Metric(name="points", about="answer points said", judge=pointed, combine=ratio(0, 1), strict=True),
    Metric(name="quotations", about="expected words quoted", judge=quoted, combine=ratio(0, 1), strict=True),
    Metric(name="filters_held", about="cited documents that the filters admit", judge=filtered, combine=ratio(0, 1), strict=True),
    Metric(name="refusals", about="balanced accuracy of answering and refusing", judge=refused, combine=balanced_accuracy),
    Metric(name="refusals_right", about="cases rightly answered or refused", judge=refused, combine=ratio(4, 5), strict=True),
    Metric(name="answered", about="answered, of those to be answered", judge=refused, combine=ratio(0, 1)),
    Metric(name="refused", about="refused, of those to be refused", judge=refused, combine=ratio(2, 3)),
    Metric(name="follow_up_points", about="answer points said to questions with a history", judge=_points_later, combine=ratio(0, 1)),
    Metric(name="follow_up_refusals", about="refusals of questions with a history", judge=_refused_later, combine=balanced_accuracy),
)  # fmt: skip
