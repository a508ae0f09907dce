"""Persons, bodies, places and papers that a claim names and its sources do not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.checking.quantities import DOCUMENT, figures
from assistant.checking.quotations import quotations
from assistant.checking.reading import HAN, KEPT_IN_MEMORY, telling
from assistant.checking.remarks import Remark, say
from assistant.checking.support import Line, Wanted, about
from assistant.checking.wording import limits, listed
from ingest.document import Span

CAPITAL = r"[A-Z\u00c0-\u00de][\w&’'-]*(?:\.(?=[A-Z]))?"
RUN = re.compile(rf"(?<![\w’'-]){CAPITAL}(?:(?:\s+(?:of|for|de|&)(?:\s+the)?)?[ \u00a0]{CAPITAL})*")
START = re.compile(r"(?:^|[.!?:;]\s+|[\"“‘(\n•]\s*)$")
BOOK = re.compile(r"《([^《》]{2,40})》")
AFTER_A_NAME = re.compile(r"(?:['’]s\b|\s+(?:is|are|was|were|has|have|had|will|would|must|should|may|can|did|does|says?|said|[a-z]{2,}(?:ed|es|s))\b)")
PLURAL = re.compile(r"(?:s|ing|ly|ed|tion|ment|ness|ity|ance|ence|age|al|ive|ous)$")
REACH = 7  # words around a name that tell what is said of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name and its characters; `parts` are its words in lower case; `sure` is False for a lone word that opens a sentence."""

    text: str
    start: int
    end: int
    parts: tuple[str, ...]
    sure: bool = True

    @property
    def own(self) -> tuple[str, ...]:
        """The parts that tell it from others of its kind."""
        return tuple(part for part in self.parts if part not in _generic()) or self.parts


def check(claim: Wanted, chosen: Sequence[Line], rest: Sequence[Line], question: str) -> tuple[list[Remark], list[Line]]:
    """Names that the chosen statements lack, and the further statements that hold some of them."""
    remarks: list[Remark] = []
    added: list[Line] = []
    here = "\n".join(line.text for line in chosen)
    heads = "\n".join(line.front for line in chosen)
    for name in names(claim.claim):
        if stands(name, here) or stands(name, heads) or (not name.sure and not _surely(name, claim, [*chosen, *rest])):
            continue
        rival = _rival(name, claim, chosen)
        if rival is None:
            found = _elsewhere(name, claim, chosen, rest)
            if found is not None:
                added.append(found)
                continue
            if stands(name, question):
                continue
        if rival is None and not name.sure:
            continue
        words = Span(start=name.start, end=name.end)
        if rival is None:
            remarks.append(Remark(reason=say(claim.claim, "name_absent", said=name.text), words=words, evidence=tuple((line.document, line.span) for line in chosen[:1])))
        else:
            line, span, text = rival
            remarks.append(Remark(reason=say(claim.claim, "name_changed", said=name.text, source=text), words=words, evidence=((line.document, span),), contradicts=True))
    return remarks, added


@lru_cache(maxsize=KEPT_IN_MEMORY)
def names(text: str) -> tuple[Name, ...]:
    """The names of a text in order; months, weekdays and document numbers are none, nor is what stands in quotation marks.

    >>> [name.text for name in names("The Ministry of Digital Industry met Banshan in Linqiao on Friday.")]
    ['Ministry of Digital Industry', 'Banshan', 'Linqiao']
    """
    taken = [(span.start, span.end) for span in quotations(text)]
    taken += [match.span() for match in DOCUMENT.finditer(text)]
    taken += [(each.start, each.end) for each in figures(text) if each.kind in {"date", "month", "weekday", "season", "clock"}]
    found = (*_latin(text), *_chinese(text))
    return tuple(name for name in found if not any(start < name.end and name.start < end for start, end in taken))


def stands(name: Name, text: str) -> bool:
    """Whether a text names it: in the same words, in one of its names that holds them, or by initials."""
    low = text.lower()
    if HAN.search(name.text):
        return "".join(name.text.split()) in "".join(low.split())
    if re.search(rf"(?<!\w){re.escape(name.text.lower())}(?!\w)", low):
        return True
    others = [other for other in names(text) if not HAN.search(other.text)]
    if any(all(any(_alike(part, own) for own in other.parts) for part in name.own) for other in others):
        return True
    wanted = _initials(name)
    if any(wanted in {_initials(other), "".join(other.text.split())} and len(wanted) > 1 for other in others) or (name.text.isupper() and any(name.text in _initials(other) for other in others)):
        return True
    return len(name.own) == 1 and any(_alike(name.own[0], word) for word in re.findall(r"[^\W\d_]{4,}", low))


def _latin(text: str) -> Iterator[Name]:
    for match in RUN.finditer(text):
        start, end = match.span()
        opens = START.search(text[:start]) is not None
        words = [(word.start() + start, word[0]) for word in re.finditer(r"\S+", match[0])]
        while words and _bare(words[0][1]) in _ordinary() and not (len(words) > 1 and not opens and _bare(words[0][1]) not in {"the", "a"}):
            words, opens = words[1:], False
        while words and words[-1][1] in {"of", "for", "de", "&", "the"}:
            words = words[:-1]
        while words and words[0][1] in {"of", "for", "de", "&", "the"}:
            words = words[1:]
        if not words or (len(words) == 1 and _bare(words[0][1]) in _ordinary()):
            continue
        start, end = words[0][0], words[-1][0] + len(words[-1][1])
        written = re.sub(r"['’]s?$", "", text[start:end])
        parts = tuple(part for part in (_bare(word) for _, word in words) if part not in {"of", "for", "de", "&", "the"})
        sure = not opens or len(parts) > 1 or any(letter.isupper() for letter in written[1:])
        yield Name(text=written, start=start, end=start + len(written), parts=parts, sure=sure)


def _chinese(text: str) -> Iterator[Name]:
    if not HAN.search(text):
        return
    taken: list[tuple[int, int]] = []
    for match in BOOK.finditer(text):
        taken.append(match.span(1))
        yield Name(text=match[1], start=match.start(1), end=match.end(1), parts=(match[1],))
    for match in _suffixed().finditer(text):
        name = match["name"]
        if any(name.endswith(each) for each in listed("names", "chinese", "unlike")):
            continue
        if not any(start < match.end() and match.start() < end for start, end in taken):
            yield Name(text=name, start=match.start("name"), end=match.end("name"), parts=(name,))


@cache
def _suffixed() -> re.Pattern[str]:
    suffixes = "|".join(sorted(listed("names", "chinese", "suffixes"), key=len, reverse=True))
    return re.compile(rf"(?=(?P<name>[\u4e00-\u9fff]{{2}}(?:{suffixes}))(?![门分署告道送社会区员托级域别场民])).", re.DOTALL)


def _surely(name: Name, claim: Wanted, lines: Sequence[Line]) -> bool:
    """Whether a lone word that opens a sentence is a name: the evidence writes it large inside a sentence, or it acts alone."""
    word = re.escape(name.text)
    texts = [*(line.text for line in lines), *(line.front for line in lines)]
    if any(re.search(rf"\b{name.parts[0]}\b", text) for text in texts):
        return False
    if any(re.search(rf"[a-z,]\s{word}\b", text) for text in texts):
        return True
    return not PLURAL.search(name.parts[0]) and AFTER_A_NAME.match(claim.claim, name.end) is not None


def _rival(name: Name, claim: Wanted, chosen: Sequence[Line]) -> tuple[Line, Span, str] | None:
    """The name that the source has among the same words, and that the claim has nowhere."""
    mine = _around(claim.claim, name.start, name.end)
    best: tuple[int, Line, Span, str] | None = None
    for line in chosen:
        for span in line.spans:
            text = line.document.quote(span)
            for other in names(text):
                if stands(other, claim.claim) or (HAN.search(other.text + name.text) is None and HAN.search(other.text)):
                    continue
                if not other.sure and (PLURAL.search(other.parts[0]) or not AFTER_A_NAME.match(text, other.end)):
                    continue
                shared = len(mine & _around(text, other.start, other.end))
                if shared > (best[0] if best else 0):
                    place = Span(start=span.start + other.start, end=span.start + other.end)
                    best = (shared, line, place, other.text)
    return None if best is None else best[1:]


def _around(text: str, start: int, end: int) -> frozenset[str]:
    if HAN.search(text[start:end]):
        return telling(text[max(0, start - 8) : start]) | telling(text[end : end + 8])
    before, after = text[max(0, start - 80) : start].split()[-REACH:], text[end : end + 80].split()[:REACH]
    return telling(" ".join((*before, *after)))


def _elsewhere(name: Name, claim: Wanted, chosen: Sequence[Line], rest: Sequence[Line]) -> Line | None:
    """Another statement that names it and is about the same: near a chosen one, or with words of the claim."""
    for line in rest:
        near = any(line.document.id == each.document.id and 0 < each.position - line.position <= 3 for each in chosen)
        if (near or about(claim, line) >= limits().subject) and stands(name, line.text):
            return line
    return None


def _initials(name: Name) -> str:
    return "".join(part[0] for part in name.parts).upper()


def _alike(one: str, other: str) -> bool:
    """Chinese and China, Linqiao's and Linqiao."""
    if one == other:
        return True
    short = min(len(one), len(other))
    return short >= 4 and abs(len(one) - len(other)) <= 3 and one[: max(4, short - 1)] == other[: max(4, short - 1)]


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).strip(".,;:").lower()


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(listed("names", "ordinary"))


@cache
def _generic() -> frozenset[str]:
    return frozenset(listed("names", "generic"))
