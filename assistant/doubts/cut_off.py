"""Statements that break off: an open end where the sentence has to go on, or a mark that it goes on elsewhere."""

from __future__ import annotations

import re

from assistant.doubts import begins, lexicon
from assistant.doubts.ends import AUXILIARIES, FINITE, ITS_COMMA, greets, waits_in_chinese, waits_in_english
from assistant.doubts.finding import Finding
from assistant.doubts.words import BLANK, HAN, Words, language_of, lower

TERMINAL = ".!?。！？"
CLOSERS = "\"'”’»)]）】》」』*_"
ITEM = re.compile(
    r"([ \t]*)(?:[•·▪◦*–-]|\(?[0-9]{1,3}[.)、]|\(?[a-zA-Z][.)]|\(?[ivx]+[.)]|"
    r"[（(]?[一二三四五六七八九十]{1,3}[）)、.])[ \t]*"
)
ELLIPSIS = re.compile(r"(?:…|(?<!\.)\.\.\.)$")
ADDRESS = re.compile(
    r"(?:://|\w/|\w\.\w|@)\S*$|://\S+\s?;\s\S{0,12}$"
)  # shortened for show it ends in an ellipsis, and breaks nothing off
LAST_WORDS = re.compile(r"(?:\S+\s+)?\S+\s*$")
NEXT_QUOTE = re.compile(rf"[{TERMINAL}][\"”’]?\s[“‘]$")
COLUMNS = re.compile(r"(?<=\S) {4,}(?=\S)")
FEWEST_IN_A_COLUMN = 3  # words
FIGURE = re.compile(
    r"(?:[\u3400-\u9fff][^，。\n]{0,12}\d[.．]|(?:[a-z] |[\u3400-\u9fff])[$£€]?\d{1,3},\d{1,2})$"
)  # "增长5.", "reached 1,2"
SPEECH_BEGINS = re.compile(r'(?:[,:]\s|\bthat\s)"(?=\S)')
SIGNATURE = re.compile(r"\d{4}|@|https?:|www\.|tel|©|年|月|日|all rights reserved", re.IGNORECASE)


MARK = 60  # characters in which a line says that the text goes on elsewhere


def find(words: Words) -> Finding | None:
    """Where the statement breaks off, with its last words as evidence."""
    text = _without_trailing_notes(words)
    if not text.strip() or not words.languages:
        return None
    return (
        _continued(words)
        or _mark_after(words, text)
        or _across_columns(words)
        or _open_end(words, text)
        or _list_that_does_not_follow(words, text)
        or _before_an_unread_page(words, text)
        or _end_of_paragraph(words, text)
        or begins.find(words)
    )


def _continued(words: Words) -> Finding | None:
    low = lower(words.whole)
    for language in words.languages:
        mark = lexicon.pattern("endings", language, "continued").search(low)
        if mark is not None and (language == "zh" or _stands_alone(words.whole, mark)):
            quoted = words.quote(mark.start(), mark.end()).strip("()（）[]")
            span = words.span(mark.start(), mark.end())
            reason = f'The source goes on elsewhere ("{quoted}"); what follows is not in the library.'
            if language == "zh":
                reason = f"原文在别处继续（“{quoted}”），后文不在资料库中。"
            return Finding(kind="cut_off", reason=reason, evidence=(span,), words=span)
    return None


def _mark_after(words: Words, text: str) -> Finding | None:
    """A sentence without an end before a line that says that it goes on elsewhere or that the rest is lost."""
    behind = words.document.text[words.start + len(words.whole) :]
    line = behind.lstrip().split("\n", 1)[0][:MARK]
    if text[-1] in TERMINAL + CLOSERS or not line:
        return None
    marks = [lexicon.pattern("endings", language, "continued") for language in words.languages]
    if any(mark.match(lower(line.lstrip("—–- "))) for mark in marks):
        return _broken(words, text)
    onward = [lexicon.pattern("endings", language, "onward") for language in words.languages]
    told = any(mark.match(lower(line.strip())) for mark in onward)
    return _broken(words, text) if told and _is_told(words, text) else None


def _is_told(words: Words, text: str) -> bool:
    """Whether the words are a sentence and no list item, heading or byline."""
    if _indent(words) is not None or words.statement.lead_in is not None or SIGNATURE.search(text):
        return False
    if HAN.search(text):
        return len(text) >= 2 * ITS_COMMA and "，" in text
    return len(text.split()) >= ITS_COMMA and FINITE.search(lower(text)) is not None


def _across_columns(words: Words) -> Finding | None:
    """Where two columns were read as one: a wide gap, and what stands before it waits for more."""
    for gap in COLUMNS.finditer(words.whole):
        left = words.whole[: gap.start()].rpartition("\n")[2]
        if (
            len(left.split()) > FEWEST_IN_A_COLUMN
            and FINITE.search(lower(left))
            and waits_in_english(left, listed=False)
        ):
            return _broken(words, words.whole[: gap.start()])
    return None


def _stands_alone(whole: str, mark: re.Match[str]) -> bool:
    """Whether the mark is a note to the reader, not a part of a sentence such as "work continued on the page"."""
    before, after = whole[: mark.start()].rstrip(), whole[mark.end() :].lstrip()
    if mark.group()[0] in "([":
        return lexicon.pattern("endings", "en", "label").match(lower(whole)) is None
    opened = not before or before[-1] in "([.!?…" or whole[mark.start()].isupper()
    return opened and (not after or after[0] in ")].")


def _open_end(words: Words, text: str) -> Finding | None:
    if FIGURE.search(text) is not None and not _goes_on(words):
        return _broken(words, text)
    if text[-1] in TERMINAL and not text.endswith(("...", "..")) and not _shortened(words, text):
        return None
    if NEXT_QUOTE.search(text) is not None and _goes_on(words):
        return None
    if _leads_in(words) or not (_needs_more(words, text) or _unclosed(words, text)):
        return None
    return _broken(words, text)


def _shortened(words: Words, text: str) -> bool:
    """Whether the last full stop belongs to a short form that wants a name after it, and nothing follows."""
    if words.document.text[words.start + len(words.whole) :].split("\n\n", 1)[0].strip():
        return False
    tail = " ".join(lower(text).split()[-2:])
    return lexicon.pattern("endings", "en", "abbreviation").fullmatch(tail) is not None


def _needs_more(words: Words, text: str) -> bool:
    last = text[-1]
    if _shortened(words, text):
        return True
    listed = _indent(words) is not None or words.statement.lead_in is not None
    if ELLIPSIS.search(text):
        long_enough = len(text) > (8 if HAN.search(text) else 24)
        return long_enough and not text.startswith(("…", "...")) and ADDRESS.search(text) is None
    if last in ",，":
        return not (listed or greets(text) or _goes_on(words))
    if last in "-–—":
        return len(text) > 24 and not _goes_on(words)
    if HAN.match(last):
        return waits_in_chinese(text, listed=listed)
    return last in "、([{（【“‘《「" or (last not in CLOSERS + ":：;；" and waits_in_english(text, listed=listed))


def _unclosed(words: Words, text: str) -> bool:
    """Whether a bracket stays open to the end of the paragraph."""
    for opening, closing in ("()", "（）", "“”", "《》", "「」"):
        if text.count(opening) > text.count(closing) and not ITEM.match(text):
            ahead = words.document.text[words.start + len(words.whole) :].split("\n\n", 1)[0]
            return closing not in ahead and text.rstrip(CLOSERS)[-1:] not in TERMINAL
    if text.count('"') == 1 and (quoted := SPEECH_BEGINS.search(text)) is not None:
        return not _goes_on(words) and len(text[quoted.end() :].split()) > 1
    return False


def _list_that_does_not_follow(words: Words, text: str) -> Finding | None:
    """The document ends where it announces a list: "The following documents are required:"."""
    if text[-1] not in ":：" or words.document.text[words.start + len(words.whole) :].strip():
        return None
    language = language_of(text)
    announced = lexicon.pattern("endings", language, "listing").search(lower(text))
    if announced is None or (language == "en" and len(text.split()) < ITS_COMMA):
        return None
    return _broken(words, text)


def _before_an_unread_page(words: Words, text: str) -> Finding | None:
    """The last words of a page have no full stop, and the reader of the file says that the next page held no text."""
    document = words.document
    if not document.warnings or text[-1] in TERMINAL + CLOSERS + ":：;；" or words.statement.lead_in is not None:
        return None
    page = next((each for each in document.pages if each.span.holds(words.statement.span)), None)
    if page is None or not page.label.isdecimal() or document.text[words.statement.span.end : page.span.end].strip():
        return None
    following = str(int(page.label) + 1)
    if not any(warning.startswith(f"page {following} holds no text") for warning in document.warnings):
        return None
    broken = _broken(words, text)
    reason = f"The source goes on to page {following}, which held no text that could be read."
    if HAN.match(text[-1]):
        reason = f"原文续至第{following}页，而该页未能读出文字。"
    return Finding(kind="cut_off", reason=reason, evidence=broken.evidence, words=broken.words)


def _end_of_paragraph(words: Words, text: str) -> Finding | None:
    """The last sentence of a paragraph has no full stop where the one before it has; or the last paragraph, where it is a sentence."""
    whole = words.document.text
    if _goes_on(words) or text[-1] in TERMINAL + CLOSERS + ":：;；":
        return None
    if _indent(words) is not None or words.statement.lead_in is not None or SIGNATURE.search(text):
        return None
    ahead = whole[: words.start].rstrip()
    alone = "\n\n" in whole[len(ahead) : words.start]
    if not ahead or ahead[-1] not in TERMINAL or (alone and whole[words.start + len(words.whole) :].strip()):
        return None
    if HAN.search(text):
        whole_sentence = len(text) >= (14 if alone else 10) and ("，" in text or not alone)
    else:
        told = (AUXILIARIES if alone else FINITE).search(lower(text))
        whole_sentence = len(text.split()) >= (2 * ITS_COMMA if alone else ITS_COMMA) and told is not None
    return _broken(words, text) if whole_sentence else None


def _broken(words: Words, text: str) -> Finding:
    last = LAST_WORDS.search(text) if not HAN.match(text[-1]) else re.search(r"\S{1,8}$", text)
    start = last.start() if last else 0
    span = words.span(start, len(text))
    reason = f'The source breaks off after "{words.quote(start, len(text))}"; what follows is not in the library.'
    if HAN.match(text[-1]):
        reason = f"原文在“{words.quote(start, len(text))}”之后中断，后文不在资料库中。"
    return Finding(kind="cut_off", reason=reason, evidence=(span,), words=span)


def _without_trailing_notes(words: Words) -> str:
    """The words as written, up to the last that is not a note."""
    end = len(words.spoken.rstrip().rstrip(BLANK).rstrip())
    return words.whole[:end] if end and not words.whole.rstrip().endswith((")", "）", "]")) else words.whole.rstrip()


def _indent(words: Words) -> int | None:
    """How far the statement is indented as a list item; None where it is none."""
    text = words.document.text
    line = text[text.rfind("\n", 0, words.start) + 1 : words.start]
    item = ITEM.match(line) or ITEM.match(words.whole)
    return len(line) - len(line.lstrip()) if item else None


def _leads_in(words: Words) -> bool:
    """Whether a deeper list follows, which the statement leads into."""
    ahead = words.document.text[words.start + len(words.whole) :].lstrip(" \t").lstrip("\n")
    item = ITEM.match(ahead)
    own = _indent(words)
    return item is not None and len(item[1]) > (-1 if own is None else own)


def _goes_on(words: Words) -> bool:
    """Whether more text of the same paragraph follows."""
    ahead = words.document.text[words.start + len(words.whole) :]
    return bool(ahead.split("\n\n", 1)[0].strip())
