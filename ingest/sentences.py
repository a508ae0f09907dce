"""Statements: the sentences and list items of a text, each with its lead-in and the notes that touch it.

The text is read top-down: lines become blocks (paragraphs and list items with their level), blocks become sentences
(boundaries from sentencex, which counts code points), and notes of editors and analysts are tied to what they stand in:
a bracket to its sentence, a note under a paragraph to that paragraph, a note under a list to that list.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import sentencex

from ingest.document import Label, Span, Statement

_LEXICON = Path(__file__).parent / "lexicon"
_BULLET = re.compile(
    r"[ \t\u3000]*(?:[•·‣▪◦●○■□◆*–—-][ \t]+|[•●■◆▪][ \t]*"
    r"|\(?\d{1,3}[.)][ \t]+|\d{1,2}(?:\.\d{1,2}){1,3}[ \t]+(?=[A-Z\u4e00-\u9fff])|\(?[a-z][.)][ \t]+|\([ivx]{1,5}\)[ \t]+"
    r"|[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|\d{1,3}、)"
)
_HAN_NUMBER = re.compile(r"[一二三四五六七八九十]{1,3}")
_KEYED = re.compile(r"[^\W\d_][^:：\n.。]{0,40}[:：][ \t]*\S.{0,120}$")
_ENDED = re.compile(r"[.!?。！？…;；][\"'”’」』)）\]】]*$")
_SPACE = re.compile(r"\s")  # sentencex fails on a wide space between an initial and its full stop
_MISSED = re.compile(  # sentencex takes the month for an abbreviation, and a Chinese stop before a figure for none
    r"\bMay\.\s+(?=[A-Z])|(?<!\d)[。！？][”’」』）】]*(?=\d)"
)
_LONGEST_QUOTED, _SENTENCES_QUOTED = 320, 2  # characters of a statement with a quotation, ends of sentences within it
_QUOTE, _QUOTE_ENDS = re.compile(r"[\"“”]"), re.compile(r"[\"”]+\s*")
_OPENERS, _CLOSERS = "([（【〔", ")]）】〕"
_LONGEST_REJOINED = 800
_HEADING_LENGTH, _CLAUSES_LENGTH, _HEADING_WORDS = 80, 30, 12
_WHOLE_BEFORE = re.compile(r"[。！？；][^。！？；”’」』）)]*[\u4e00-\u9fff]")
_FEWEST_HEADLINES = 3
_HEADLINE = re.compile(r"(?=(?:\S+\s){2})[A-Z][A-Za-z0-9 ,:;'’“”$€£%&()/–—-]{10,78}[A-Za-z0-9)”’%]")


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph (level -1) or a list item (level 0 and up), by its own words without the bullet, which is `marker`."""

    span: Span
    level: int = -1
    marker: str = ""

    @property
    def start(self) -> int:
        """Where the block begins, its marker included."""
        return self.span.start - len(self.marker)


def statements(text: str, sections: Sequence[Label] = ()) -> tuple[Statement, ...]:
    """The statements of a text in order; headings and lead-ins are none, but a lead-in is named by its items."""
    blocks = list(_blocks(text))
    headings = {section.span.start for section in sections}
    found: list[Statement] = []
    at_blocks: list[tuple[int, _Block]] = []
    lead_ins: dict[int, Span] = {}
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        if block.start in headings or _is_heading(text, blocks, number):
            lead_ins.clear()
            continue
        if block.level < 0 and _note().match(text, block.span.start, block.span.end):
            found = _note_below(found, at_blocks, block.span)
            if text[block.span.start] not in _OPENERS:
                at_blocks.append((number, block))
                found.append(Statement(span=block.span))
            continue
        sentences = list(_sentences(text, block.span))
        if following is not None and following.level > block.level and sentences and _is_open(text, sentences[-1]):
            lead_ins[block.level] = sentences.pop()
        elif block.level < 0:
            lead_ins.clear()
        else:
            lead_ins.pop(block.level, None)
        lead_in = lead_ins.get(_parent_level(blocks, number)) if block.level >= 0 else None
        for position, sentence in enumerate(sentences):
            at_blocks.append((number, block))
            found.append(Statement(span=sentence, lead_in=lead_in if position == 0 else None))
    return tuple(_with_notes(text, found))


def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of a text without lists, such as a chat model's, line by line.

    >>> [span.start for span in sentences("Fees are waived. They fell by 3.5% to No. 5.")]
    [0, 17]
    """
    found = (_sentences(text, Span(start=start, end=end)) for start, end in _lines(text) if text[start:end].strip())
    return tuple(span for each in found for span in each)


def _blocks(text: str) -> Iterator[_Block]:
    indents: list[int] = []
    start, end, level, marker = -1, -1, -1, ""
    headlines = frozenset(_headlines(text))
    for line_start, line_end in _lines(text):
        line = text[line_start:line_end]
        content = line.strip()
        bullet = _BULLET.match(line)
        if bullet is not None and not line[bullet.end() :].strip():
            bullet = None
        listed = level < 0 and line_start in headlines
        if start >= 0 and (not content or bullet or listed or _breaks_before(text, start, end, line, level)):
            yield _Block(_trimmed(text, start, end), level, marker)
            start = -1
        if not content:
            continue
        if bullet:
            indent = len(line) - len(line.lstrip())
            while indents and indents[-1] > indent:
                indents.pop()
            if not indents or indents[-1] < indent:
                indents.append(indent)
            start, end, level, marker = line_start + bullet.end(), line_end, len(indents) - 1, bullet.group().lstrip()
        elif start < 0:
            start, end, level, marker = line_start, line_end, -1, ""
            indents.clear()
        else:
            end = line_end
    if start >= 0:
        yield _Block(_trimmed(text, start, end), level, marker)


def _headlines(text: str) -> Iterator[int]:
    """Where the lines of a list of headlines begin: short lines of Latin letters, each with a capital and none with a full stop."""
    run: list[int] = []
    for start, end in (*_lines(text), (len(text), len(text))):
        line = text[start:end]
        if _HEADLINE.fullmatch(line):
            run.append(start)
            continue
        if len(run) >= _FEWEST_HEADLINES:
            yield from run
        run = []


def _breaks_before(text: str, start: int, end: int, line: str, level: int) -> bool:
    """Whether a line that follows another without a blank one begins a block of its own."""
    before = text[text.rfind("\n", 0, end) + 1 : end].strip() if "\n" in text[start:end] else text[start:end].strip()
    starts_anew = not line.strip()[0].islower()
    if level < 0 and starts_anew and _ENDED.search(before) and (_note().match(text, start, end) or _note().match(line)):
        return True
    if level >= 0:
        return line[0] not in " \t\u3000" and (starts_anew or bool(_ENDED.search(before)))
    if _KEYED.match(before) and len(before) <= 120 and not _ENDED.search(before):
        return starts_anew
    return starts_anew and not _ENDED.search(before) and len(before) < 60 and len(before) < 0.7 * len(line.strip())


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _sentences(text: str, block: Span) -> Iterator[Span]:
    """The sentences of a block; boundaries inside brackets, after abbreviations and before lower case are joined."""
    words = text[block.start : block.end].replace("\n", " ")
    ends = {boundary["end_index"] for boundary in sentencex.get_sentence_boundaries("en", _SPACE.sub(" ", words))}
    ends |= {match.end() for match in _MISSED.finditer(words)}
    ends |= set(_ends_in_long_quotations(words, sorted(ends)))
    ends |= set(_note_ends(words))
    start = 0
    for end in sorted(ends):
        piece, rest = words[start:end], words[end:]
        if rest.strip() and _joins(piece, rest.lstrip()):
            continue
        if piece.strip():
            yield _trimmed(text, block.start + start, block.start + end)
        start = end
    if words[start:].strip():
        yield _trimmed(text, block.start + start, block.end)


def _ends_in_long_quotations(words: str, ends: list[int]) -> Iterator[int]:
    """Where sentences end inside a quotation that is too long to be one statement, or that only seems to be one."""
    start = 0
    for end in (*ends, len(words)):
        if end - start > _LONGEST_QUOTED and _QUOTE.search(words, start, end):
            bare = _QUOTE.sub(" ", words[start:end])
            inner = [start + each["end_index"] for each in sentencex.get_sentence_boundaries("en", bare)][:-1]
            for each in inner if len(inner) >= _SENTENCES_QUOTED else ():
                behind = _QUOTE_ENDS.match(words, each)
                yield behind.end() if behind else each
        start = end


def _note_ends(words: str) -> Iterator[int]:
    """Where a note that follows a whole sentence begins and ends: it is no part of the sentence after it."""
    for match in _bracketed().finditer(words):
        note = _bracket(words, match.start(), len(words))
        if note is not None and _ENDED.search(words[: note.start].rstrip()):
            yield from (note.start, note.end)


def _joins(piece: str, rest: str) -> bool:
    if rest[0] in _CLOSERS or rest[0].islower():
        return True
    if rest[0].isdigit():
        last = re.search(r"([A-Za-z]+)\.\s*$", piece)
        return bool(last) and last[1].lower() in _words()["abbreviations"]  # type: ignore[index]
    unclosed = sum(piece.count(mark) for mark in _OPENERS) - sum(piece.count(mark) for mark in _CLOSERS)
    return unclosed > 0 and len(piece) < _LONGEST_REJOINED and any(mark in rest for mark in _CLOSERS)


def _is_open(text: str, sentence: Span) -> bool:
    """Whether a sentence waits for the list under it to complete it."""
    words = text[sentence.start : sentence.end].rstrip()
    if words.endswith((":", "：", "—", "–")):
        return True
    return _last_word(words) in _words()["open_endings"]


def _last_word(words: str) -> str:
    last = re.search(r"([A-Za-z]+)$", words)
    return last[1].lower() if last is not None else ""


def _is_heading(text: str, blocks: Sequence[_Block], number: int) -> bool:
    """A short line without a full stop that something follows: alone, or numbered ("2. Measures") over what is not its list."""
    block = blocks[number]
    following = blocks[number + 1] if number + 1 < len(blocks) else None
    words = text[block.span.start : block.span.end]
    longest = _CLAUSES_LENGTH if "，" in words else _HEADING_LENGTH
    short = len(words) <= longest and len(words.split()) <= _HEADING_WORDS and "\n" not in words
    short = short and _WHOLE_BEFORE.search(words) is None
    if following is None or not short or _ENDED.search(words) or _is_open(text, block.span):
        return False
    if _KEYED.match(words) or words[0].islower() or _last_word(words) in _words()["never_last"]:
        return False
    if block.level >= 0:
        figure = block.marker.strip(" \t.)(（）、")
        if block.level > 0 or not (figure.isdigit() or _HAN_NUMBER.fullmatch(figure)):
            return False
        in_a_list = number > 0 and blocks[number - 1].level >= 0
        return re.match(rf"{figure}\.\d", following.marker) is not None or (following.level < 0 and not in_a_list)
    return text[block.span.end : following.start].count("\n") >= 2


def _parent_level(blocks: Sequence[_Block], number: int) -> int:
    level = blocks[number].level
    for block in reversed(blocks[:number]):
        if block.level < level:
            return block.level
    return -1


def _note_below(found: list[Statement], at_blocks: list[tuple[int, _Block]], note: Span) -> list[Statement]:
    """Ties a note that stands as a paragraph to the paragraph above it, or to the whole list above it."""
    if not found:
        return [*found]
    last_number, last_block = at_blocks[-1]
    touched = len(found) - 1
    while touched > 0:
        number, block = at_blocks[touched - 1]
        same_list = last_block.level >= 0 and block.level >= 0
        if number != last_number and not same_list:
            break
        touched -= 1
    return [
        *found[:touched],
        *(replace(statement, notes=(*statement.notes, note)) for statement in found[touched:]),
    ]


def _with_notes(text: str, found: Sequence[Statement]) -> Iterator[Statement]:
    """Ties bracketed notes to the statement they stand in; a sentence that is only a note goes to the one before it."""
    pending: Statement | None = None
    for statement in found:
        inner = tuple(
            span
            for match in _bracketed().finditer(text, statement.span.start, statement.span.end)
            if (span := _bracket(text, match.start(), statement.span.end))
        )
        if inner and inner[0] == statement.span and pending is not None:
            pending = replace(pending, notes=(*pending.notes, *inner))
            continue
        if pending is not None:
            yield pending
        pending = replace(statement, notes=(*inner, *statement.notes))
    if pending is not None:
        yield pending


def _bracket(text: str, start: int, end: int) -> Span | None:
    depth = 0
    for position in range(start, end):
        if text[position] in _OPENERS:
            depth += 1
        elif text[position] in _CLOSERS:
            depth -= 1
            if depth == 0:
                return Span(start=start, end=position + 1)
    return None


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start=start, end=end)


@cache
def _words() -> dict[str, frozenset[str]]:
    with (_LEXICON / "sentences.toml").open("rb") as file:
        return {name: frozenset(words) for name, words in tomllib.load(file).items()}


@cache
def _labels() -> str:
    with (_LEXICON / "notes.toml").open("rb") as file:
        return "|".join(tomllib.load(file)["labels"])


@cache
def _note() -> re.Pattern[str]:
    return re.compile(rf"(?:{_labels()})\s*[:：—–]|[(\[（【〔]\s*(?:{_labels()})\s*[:：—–][^\n]*[)\]）】〕]\s*$")


@cache
def _bracketed() -> re.Pattern[str]:
    return re.compile(rf"[(\[（【〔]\s*(?:{_labels()})\s*[:：—–]")
