"""What a document states about itself: its issuer, number, dates, status and what it replaces. Nothing is guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any, cast

from ingest import heads
from ingest.dates import first_date, last_day
from ingest.document import Kind, Metadata, Reading, Relation, Status

_LABELLED = re.compile(
    r"[ \t#>•*-]*(?P<label>[A-Za-z\u4e00-\u9fff][\w .\u4e00-\u9fff]{0,24}?)[ \t]*[:：][ \t]*(?P<value>.*)"
)
_ROW = re.compile(r"(?P<label>[^|:：]{2,24}?)[ \t]+\|[ \t]+(?P<value>[^|]+)")  # of a table with two columns
_FILLED_BY_PROGRAMS = {"title", "language", "publisher"}
_OPENING = 2_000
_HEADER_LINES = 40
_HEADING_LINES = 6  # lines that are not empty
_LONGEST_LINE = 160
_LONGEST_TITLE = 80
_LONGEST_VALUE = 200


def find(reading: Reading, name: str) -> Metadata:
    """The metadata that the text, its file or its file's name states; what none of them states is None or "unknown"."""
    header = _header(reading)
    title = title_of(reading, name)
    opening = _matched("opening", reading.text[:_OPENING])
    head = heads.read(reading.text)
    anywhere = {} if "outlet" in header or head.outlet else _matched("anywhere", reading.text)
    issuer = header.get("issuer") or opening.get("issuer") or anywhere.get("issuer") or head.issuer
    number = header.get("number") or opening.get("number") or head.number
    outlet = header.get("outlet") or head.outlet or reading.hints.get("publisher") or reading.hints.get("site_name")
    headed = _speaks_as_an_authority(title, reading.text)
    kind = _kind(header, issuer, number, outlet, headed=headed, wired=head.wire)
    issued = _date(header.get("issued"), _dated_name(name), opening.get("issued"), head.issued, anywhere.get("issued"))
    effective = _date(header.get("effective"), anywhere.get("effective"))
    return Metadata(
        issuer=issuer,
        number=number,
        kind=kind,
        issued=issued,
        effective=effective,
        expires=_date(header.get("expires"), anywhere.get("expires")) or _valid_for(effective or issued, anywhere),
        status=_status(header.get("status", ""), title, reading.text, kind),
        relations=_relations(header, reading.text, kind),
        language=_language(reading),
        outlet=outlet,
    )


def title_of(reading: Reading, name: str) -> str:
    """The title that the file states, else its short first line, else its opening words, else the name of the file.

    A line that names no more than who speaks and when is no title where the head has another.
    """
    stated = reading.title.strip() or _header(reading).get("title", "")
    first = stated or next((line.strip() for line in reading.text.split("\n") if line.strip()), "")
    head = heads.read(reading.text)
    if head.title and heads.tells_who_or_when(first, head.outlet or head.issuer or ""):
        return head.title
    if stated or (first and len(first) <= _LONGEST_LINE):
        return first
    if first:
        return _matched("opening", reading.text[:_OPENING]).get("title") or _shortened(first)
    return re.sub(r"[\s_=-]+", " ", PurePath(name).stem).strip() or name


def _valid_for(first: date | None, stated: Mapping[str, str]) -> date | None:
    """The last day of the years that a document says it holds: 有效期5年."""
    return last_day(first, stated["years"]) if first is not None and "years" in stated else None


def _shortened(line: str) -> str:
    """The opening words of a long line, cut between words."""
    cut = line[: _LONGEST_TITLE - 1]
    if " " in cut[20:]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:，；：、") + "…"


@cache
def _lexicon() -> Mapping[str, Any]:
    return tomllib.loads(files("ingest").joinpath("lexicon/metadata.toml").read_text("utf-8"))


@cache
def _field_of_label() -> Mapping[str, str]:
    return {label: field for field, labels in _lexicon()["labels"].items() for label in labels}


@cache
def _patterns(part: str) -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    """The compiled patterns of one part of the lexicon, each with its entry."""
    return tuple((re.compile(entry["pattern"]), entry) for entry in _lexicon()[part])


def _header(reading: Reading) -> dict[str, str]:
    """What the first lines and the front matter state under a label, such as "Issuer: …" or "文号：…"."""
    fields = _field_of_label()
    stated: dict[str, str] = {}
    given = [pair for pair in reading.hints.items() if pair[0] not in _FILLED_BY_PROGRAMS]
    for label, value in [*_labelled(_header_lines(reading.text)), *given]:
        field = fields.get(label.lower().strip(), "")
        if field and _counts(field, value.strip()):
            stated.setdefault(field, value.strip())
    return stated


def _counts(field: str, value: str) -> bool:
    """Whether a value is one: short, and with a figure in it where it is to be a number."""
    if not value or len(value) > _LONGEST_VALUE:
        return False
    return field != "number" or any(character.isdecimal() for character in value)


def _header_lines(text: str) -> Iterator[str]:
    """The lines before the first sentence of the text."""
    for position, line in enumerate(text.split("\n", _HEADER_LINES)[:_HEADER_LINES]):
        prose = len(line) > _LONGEST_LINE or line.rstrip().endswith((".", "。", ";", "；"))
        if position > 0 and prose and not _LABELLED.match(line):
            return
        yield line


def _labelled(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The labels and values of lines, and of tables: in a row of two cells, or where a cell ends in a colon, the next is its value."""
    for line in lines:
        if row := _ROW.fullmatch(line.strip()):
            yield row["label"], row["value"]
        for cell in re.sub(r"([:：])[ \t]*\|", r"\1", line).split(" | "):
            if found := _LABELLED.match(cell):
                yield found["label"], found["value"]


def _matched(part: str, text: str) -> dict[str, str]:
    """What the patterns of one part of the lexicon find; of several finds the first pattern's counts."""
    found: dict[str, str] = {}
    for pattern, _ in _patterns(part):
        if match := pattern.search(text):
            for field, words in match.groupdict().items():
                if words:
                    found.setdefault(field, words.strip())
    return found


def _date(*statements: str | None) -> date | None:
    """The first date in the first statement that holds one."""
    return next((day for words in statements if words and (day := first_date(words))), None)


def _dated_name(name: str) -> str | None:
    """The date that the name of the file states under a label."""
    found = (re.search(pattern, PurePath(name).name) for pattern in _lexicon()["names"]["issued"])
    return next((match[1] for match in found if match), None)


def _speaks_as_an_authority(title: str, text: str) -> bool:
    """Whether the heading is a notice's, or the opening orders something in its own name ("in exercise of the powers conferred")."""
    headings = _lexicon()["headings"]
    lines = [line.strip() for line in text[:_OPENING].split("\n") if line.strip()][:_HEADING_LINES]
    heads = (title, *(line for line in lines if len(line) <= _LONGEST_TITLE and line[-1] not in ".。;；,，"))
    return any(re.search(headings["notice"], head) for head in heads) or bool(
        re.search(headings["formula"], text[:_OPENING])
    )


def _kind(
    header: Mapping[str, str],
    issuer: str | None,
    number: str | None,
    outlet: str | None,
    *,
    headed: bool,
    wired: bool,
) -> Kind:
    """What is stated, else: a report opens as an agency's does or has an outlet; a notice has an issuer and a number or a notice's heading."""
    stated = header.get("kind", "").lower()
    for kind, words in _lexicon()["kinds"].items():
        if stated.endswith(tuple(words)):
            return cast("Kind", kind)
    if wired:
        return "report"
    if issuer and (number or headed) and "outlet" not in header:
        return "notice"
    return "report" if outlet and outlet != issuer else "other"


def _status(stated: str, title: str, text: str, kind: Kind) -> Status:
    """The status that a line, the heading or a sentence of the document states for itself."""
    for entry in _lexicon()["statuses"]:
        if any(word in stated.lower() for word in entry["words"]):
            return cast("Status", entry["status"])
    own = [pattern for pattern in _patterns("self_status") if kind != "report" and pattern[0].search(text)]
    if own:
        return cast("Status", own[0][1]["status"])
    headed: tuple[Status, ...] = ("draft", "trial") if kind == "notice" else ()
    return next((status for status in headed if re.search(_lexicon()["headings"][status], title)), "unknown")


def _relations(header: Mapping[str, str], text: str, kind: Kind) -> tuple[Relation, ...]:
    """What the document says it does to others; a report tells of the doings of others, so only its header counts."""
    stated = [(relation, header[relation]) for relation in ("supersedes", "amends", "repeals") if relation in header]
    if kind != "report":
        for pattern, entry in _patterns("relations"):
            stated += [(entry["kind"], each) for match in pattern.finditer(text) for each in _named(match["target"])]
    return tuple(Relation(kind=cast("Any", relation), target=target) for relation, target in dict.fromkeys(stated))


def _named(target: str) -> tuple[str, ...]:
    """The numbers in a target, which name it best, else the target as it stands."""
    found = [match[0].strip() for match in re.finditer(_lexicon()["target"]["number"], target)]
    return tuple(found) if found and not target.startswith("《") else (target.strip(),)


def _language(reading: Reading) -> str:
    """zh where Chinese characters prevail, en where English words do, else what the file states, else und."""
    sample = reading.text[:20_000]
    han = len(re.findall("[\u4e00-\u9fff]", sample))
    kana = len(re.findall("[\u3040-\u30ff\uac00-\ud7af]", sample))
    words = re.findall(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+", sample.lower())
    if han > 0.6 * (han + len(words)) and kana < 0.05 * han:
        return "zh"
    english = set(_lexicon()["english"]["words"])
    if words and han + kana < len(words) and sum(word in english for word in words) > 0.12 * len(words):
        return "en"
    stated = reading.hints.get("language", "").split("-")[0].split("_")[0].lower()
    return stated if re.fullmatch("[a-z]{2,3}", stated) and stated not in ("en", "zh") else "und"
