"""Who speaks in a document and when it came out, by the form of its head and foot: mastheads, letterheads, signatures.

A head is the few short lines before the first prose, a foot the last few behind it. A line tells the day where it holds little
else than the day and a name, or where the day follows the word for the document itself ("Decision 46 of 26 January 2024"); the
day of an event in a title tells nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from ingest.dates import days_in

MOST_HEAD, MOST_FOOT = 8, 4
LONGEST, LONGEST_HAN, LONGEST_FOOT = 110, 50, 60  # characters of a line
MOST_WORDS = 10  # of a name
BESIDE, BESIDE_HAN = (
    2,
    4,
)  # words, characters beside a name or a day that make no heading of a line: a page, a section, a place
SELVES = 2  # words such as "we" and "our" that tell that a firm speaks for itself
HAN = re.compile(r"[\u4e00-\u9fff]")
BETWEEN = re.compile(r"[\s,/|·–—()\[\].:*_-]+")
CUT = re.compile(r"\s*[:/|–—(·]|\s+-\s|,\s+(?=[a-z\d])")
MARKS = " \t,.*_#《》　（）()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the form tells: the paper, or else the body or firm that speaks, its number, the words of its day, the heading.

    `wire` tells that it opens as an agency's report does, named or not.
    """

    outlet: str | None = None
    issuer: str | None = None
    number: str | None = None
    issued: str | None = None
    title: str | None = None
    wire: bool = False


def read(text: str) -> Head:
    """The head of a document; what its form does not tell is None.

    >>> read("THE SKARRA HERALD\\nSaturday 13 May 2023\\n\\nDredgers kept off\\n\\nBoats must look elsewhere.").issued
    '13 May 2023'
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    head, foot = list(_head(lines)), _foot(lines)
    outlet = next((name for place in range(len(head[:4])) if (name := _paper(head[place:], text))), None)
    issuer = None if outlet else (_chinese_body(head, foot) if HAN.search(text) else _body(head, text))
    days = [day for line in (*head, *foot) for day in _days(line)]
    return Head(
        outlet=outlet,
        issuer=issuer,
        number=next((found["number"] for line in head for found in _pattern("number").finditer(line)), None),
        issued=days[0] if days else None,
        title=next((line for line in head if not _is_no_heading(line, outlet, issuer)), None),
        wire=bool(lines) and _pattern("wire").match(lines[0]) is not None,
    )


def _head(lines: Sequence[str]) -> Iterator[str]:
    """The lines before the first prose; of prose that opens with an agency's mark, that mark."""
    for line in lines[:MOST_HEAD]:
        if opening := _pattern("dateline").match(line):
            yield opening[0]
            return
        if _is_prose(line):
            return
        yield line


def _is_prose(line: str) -> bool:
    if len(line) > (LONGEST_HAN if HAN.search(line) else LONGEST) or _pattern("prose").search(line):
        return next(_days(line), None) is None or len(line) > LONGEST
    return False


def _foot(lines: Sequence[str]) -> list[str]:
    last = lines[max(1, len(lines) - MOST_FOOT) :]
    return [line for line in last if len(line) <= LONGEST_FOOT and not _pattern("prose").search(line)]


def _days(line: str) -> Iterator[str]:
    """The days in a line that may be the day the document came out."""
    for start, end in days_in(line):
        before, after = line[:start], line[end:]
        if _pattern("of_itself").search(before) or _only_names(before, after) or _pattern("paper").match(line):
            yield line[start:end]


def _only_names(before: str, after: str) -> bool:
    """Whether beside a day stand no more than names, a weekday, a page or an hour: nothing that happened on it."""
    if HAN.search(before + after):
        return bool(_pattern("chinese_before").fullmatch(before) and _pattern("chinese_after").fullmatch(after))
    words = [each for each in BETWEEN.split(before) if each and each.lower() not in _weekdays()]
    if words and words[-1].lower() in _forms()["prepositions"]:
        return False
    rest = [*words, *(each for each in BETWEEN.split(after) if each)]
    return len(rest) <= MOST_WORDS and all(_capital(each) for each in rest) and not _pattern("event").search(before)


def _capital(word: str) -> bool:
    return not word[0].islower() or word in _forms()["joining"]


def _is_no_heading(line: str, outlet: str | None, issuer: str | None) -> bool:
    """Whether a line tells who and when, or is the one word under a masthead that names a part of the paper."""
    part = outlet is not None and line.isalpha() and line.isascii()
    return part or tells_who_or_when(line, outlet or issuer or "")


def tells_who_or_when(line: str, who: str) -> bool:
    """Whether a line of a head names no more than who speaks, a day, a number or a page: it is no heading."""
    if _pattern("no_title").search(line):
        return True
    named = bool(who) and who in line
    if named and _pattern("day_of_month").search(line):
        return True
    days = days_in(line)
    rest = line.replace(who, " ", 1) if named else line
    for start, end in reversed(days_in(rest)):
        rest = f"{rest[:start]} {rest[end:]}"
    rest = _pattern("number").sub(" ", rest)
    if _pattern("chinese_document").search(rest):
        return False
    words = [each for each in BETWEEN.split(rest) if each.strip(MARKS) and each.lower() not in _weekdays()]
    most = BESIDE if named or days else 0
    if len(HAN.findall(rest)) > (BESIDE_HAN if most else 0):
        return False
    return len(words) <= most and not _pattern("document").search(rest) and not (named and not days and ":" in line)


def _paper(lines: Sequence[str], text: str) -> str | None:
    """The paper or agency that a line names, where a day stands beside or under it."""
    for name in ("agency", "chinese_paper"):
        if found := _pattern(name).match(lines[0]):
            return next(each for each in found.groups() if each).strip(MARKS)
    dated = [next(_days(line), None) or _pattern("day_of_month").search(line) for line in lines]
    if any(dated) and (found := _pattern("paper").match(lines[0].lstrip(MARKS))):
        return found["outlet"].strip(MARKS)
    if not any(dated[:2]):
        return None
    if (
        len(lines) > 1
        and _days_alone(lines[1])
        and _name(lines[0])
        and _reports(text)
        and not _pattern("body").search(lines[0])
    ):
        return _name(lines[0])
    named = _pattern("chinese_name_and_day").match(lines[0])
    if named is None and len(lines) > 1 and _days_alone(lines[1]):
        named = _pattern("chinese_masthead").fullmatch(lines[0])
    if named is None or not _pattern("reporting").search(text) or _pattern("chinese_body").fullmatch(named["outlet"]):
        return None
    return named["outlet"]


def names_a_paper(name: str) -> bool:
    """Whether a name is a paper's or an agency's by its form.

    >>> names_a_paper("Payments Ledger"), names_a_paper("Ministry of Ports")
    (True, False)
    """
    return _pattern("paper").fullmatch(name) is not None or _pattern("chinese_paper").fullmatch(name) is not None


def _reports(text: str) -> bool:
    """Whether a text tells what others say, and neither lays down rules nor speaks for a firm."""
    told, own = (len(_pattern(name).findall(text)) for name in ("telling", "selves"))
    return told > own and told > 1 and not _pattern("rules").search(text)


def _body(head: Sequence[str], text: str) -> str | None:
    """The authority, association or firm whose name stands in the head of an English document."""
    for place, line in enumerate(head[:3]):
        name = _name(line)
        if name and _pattern("body").search(name) and not _pattern("names_document").search(name):
            following = _name(head[place + 1]) if place + 1 < len(head) else ""
            lies_within = _pattern("state").fullmatch(name) and following and _pattern("body").search(following)
            return following if lies_within else name
    if not head or not (name := _name(head[0])) or _pattern("names_document").search(name):
        return None
    under = head[1] if len(head) > 1 else ""
    for_itself = len(_pattern("selves").findall(text)) >= SELVES
    titled = head[0].strip(MARKS)[len(name) :].lstrip(MARKS)[:1] in {":", "/", "-", "–"}
    heads_it = _pattern("opens_document").match(under) is not None or (for_itself and (titled or _days_alone(under)))
    return name if heads_it and (not titled or for_itself) else None


def _days_alone(line: str) -> bool:
    return any(not line[:start].strip() for start, _ in days_in(line))


def _name(line: str) -> str:
    """The name that a line opens with; empty where its words are no name's."""
    dated = days_in(line)
    name = CUT.split(line[: dated[0][0]] if dated else line.strip(MARKS), maxsplit=1)[0].strip(MARKS)
    words = name.split()
    return name if words and len(words) <= MOST_WORDS and all(map(_capital, words)) and words[0][0].isalpha() else ""


def _chinese_body(head: Sequence[str], foot: Sequence[str]) -> str | None:
    """The body that a Chinese document names: on a line of its own, in its signature, or in front of its heading."""
    for line in head[:2]:
        named = _pattern("chinese_name_and_day").match(line)
        alone = named["outlet"] if named else line.split(" · ")[0].split("　")[0].strip(MARKS)
        if _pattern("chinese_bodies").fullmatch(alone):
            return alone
    for line, below in pairwise(foot):
        if _pattern("chinese_signature").fullmatch(line) and days_in(below):
            return line
    for line in head[:2]:
        if found := _pattern("chinese_heading").match(line):
            return found["issuer"]
    return None


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(_forms()["weekdays"])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    text: str = _forms()["patterns"][name]
    for part, choice in _forms()["parts"].items():
        text = text.replace(f"<{part}>", choice)
    return re.compile(text)


@cache
def _forms() -> Mapping[str, Any]:
    forms: Mapping[str, Any] = tomllib.loads(files("ingest").joinpath("lexicon/heads.toml").read_text("utf-8"))
    return forms
