"""Statements that break off: an open end where the sentence has to go on, or a mark that it goes on elsewhere."""

from __future__ import annotations

import re

from assistant.doubts import begins, lexicon
from assistant.doubts.finding import Finding
from assistant.doubts.words import BLANK, HAN, Words, lower

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
LAST_WORD = re.compile(r"(?:([a-z’'-]+)\s+)?([a-z’'-]+)$")
TITLED = re.compile(
    r"(?:\b(?:from|to|by|with|of|and)\s(?:Professor|Captain|Councillor|Judge|Sir|Dr|Mr|Mrs|Ms)|,\s(?:Mr|Mrs|Ms|Dr))$"
)
COMPLEMENT = re.compile(r"(?:ed|heard|said|found|says|say|show|shows|told|thought|holds?|held|knew|feared) $")
RELATIVE = re.compile(r"\b(?:which|whom|what|who|where|that)\b")
NEXT_QUOTE = re.compile(rf"[{TERMINAL}][\"”’]?\s[“‘]$")
COLUMNS = re.compile(r"(?<=\S) {4,}(?=\S)")
FEWEST_IN_A_COLUMN = 3  # words
FIGURE = re.compile(
    r"(?:[\u3400-\u9fff][^，。\n]{0,12}\d[.．]|(?:[a-z] |[\u3400-\u9fff])[$£€]?\d{1,3},\d{1,2})$"
)  # "增长5.", "reached 1,2"
AUXILIARIES = re.compile(
    r"\b(?:(?:is|are|was|were|has|have|had|will|would|shall|should|must|may|can|could|do|does|did)\b\s*)+"
)
SUBJECT_ALONE = re.compile(
    r"(?:although|because|if|when|while|since|unless|once|whereas|after|before) [^,]{8,120}, "
    r"(?:the|its|their|a|an|his|her|these|those|some|many|most|several) [a-z-]+$"
)  # "although the dam was safe, the inspectors"
SPEECH_BEGINS = re.compile(r'(?:[,:]\s|\bthat\s)"(?=\S)')
SIGNATURE = re.compile(r"\d{4}|@|https?:|www\.|tel|©|年|月|日|all rights reserved", re.IGNORECASE)
FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|shall|should|must|may|can|could|[a-z]{3,}ed)\b")


CLOSED = re.compile(rf"{lexicon.choice('endings', 'zh', 'closed')}$")
WAITING, ALONE = (re.compile(rf"{lexicon.choice('endings', 'zh', name)}$") for name in ("waiting", "alone"))
ASSERTED = re.compile(r"[是有挺会够蛮最如]")  # "这是他写的": such a sentence may end in 的
MARK = 60  # characters in which a line says that the text goes on elsewhere
ITS_COMMA = 5  # words, or twice as many Chinese characters, before a comma that no sentence ends in


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
        if len(left.split()) > FEWEST_IN_A_COLUMN and FINITE.search(lower(left)) and _english_end(left, listed=False):
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
        return not (listed or _greets(text) or _goes_on(words))
    if last in "-–—":
        return len(text) > 24 and not _goes_on(words)
    if HAN.match(last):
        return _chinese_end(text, listed=listed)
    return last in "、([{（【“‘《「" or (last not in CLOSERS + ":：;；" and _english_end(text, listed=listed))


def _greets(text: str) -> bool:
    """Whether a line that ends in a comma is a letter's, a title's or an address's, or too short to tell."""
    if HAN.search(text):
        return len(text) < 2 * ITS_COMMA or lexicon.pattern("endings", "zh", "greeting").match(text) is not None
    if lexicon.pattern("endings", "en", "greeting").match(lower(text)) is not None or len(text.split()) < ITS_COMMA:
        return True
    return len(text) < 40 and FINITE.search(lower(text)) is None and "who" not in text and "which" not in text


def _english_end(text: str, *, listed: bool) -> bool:
    if TITLED.search(text) is not None and len(text.split()) > 3:
        return True
    tail = LAST_WORD.search(lower(text))
    if tail is None or len(text.split()) < 4:
        return False
    before, word = tail[1] or "", tail[2]
    if text[tail.start(2)].isupper() or re.search(r"[\d./@_-]$", text[: tail.start(2)]):
        return False
    if listed and word in {"and", "or"} and re.search(r"[,;]\s*$", text[: tail.start(2)]):
        return False
    return _waits(lower(text), before, word) or _without_its_verb(lower(text), word)


def _without_its_verb(low: str, word: str) -> bool:
    """Whether a clause of some length ends in its subject or in a verb that only helps: "and that he", "patients who cannot"."""
    if len(low.split()) <= ITS_COMMA or lexicon.pattern("endings", "en", "stranding").fullmatch(low) is not None:
        return False
    if SUBJECT_ALONE.match(low):
        return True
    if word == "who":
        return low.endswith(", who")
    if word in lexicon.words("endings", "en", "subject"):
        return re.search(rf"\b(?:than|as|is|was|but|like) {word}$", low) is None
    return any(low.endswith(mark.group()) for mark in lexicon.pattern("endings", "en", "helping").finditer(low)) and (
        re.search(r"\b(?:others|whether|or not|some)\b", low) is None
    )


def _waits(low: str, before: str, word: str) -> bool:
    """Whether the last word of an English text wants more after it: "as well as the", "and in"; not "the form it applies to"."""
    if lexicon.pattern("endings", "en", "stranding").fullmatch(low) is not None and len(low.split()) < 2 * ITS_COMMA:
        return False
    if before in {"and", "or", "but"} and word in lexicon.words("endings", "en", "loose"):
        return True
    if word in lexicon.words("endings", "en", "open") or f"{before} {word}" in lexicon.words("endings", "en", "open"):
        return not (word in {"with", "of", "from", "at"} and _relative(low))
    if word not in lexicon.words("endings", "en", "loose"):
        return False
    stranded = before in lexicon.words("endings", "en", "particle_verbs") or (before.endswith("ed") and word != "by")
    return not stranded and not _relative(low)


def _relative(low: str) -> bool:
    """Whether a relative clause reaches to the end, so that its last preposition is whole: "the office that it is sent to"."""
    found = [each for each in RELATIVE.finditer(low) if not COMPLEMENT.search(low[: each.start()]) or each[0] != "that"]
    return bool(found) and len(AUXILIARIES.findall(low[found[-1].end() :])) < 2


def _chinese_end(text: str, *, listed: bool) -> bool:
    if ALONE.search(text) is not None and len(text) >= ITS_COMMA:
        return True
    if len(text) < 6 or (listed and text.endswith(("的", "和", "与", "并", "及")) and len(text) < 12):
        return False
    if CLOSED.search(text) is None and (
        WAITING.search(text) is not None or text.endswith(tuple(lexicon.words("endings", "zh", "open")))
    ):
        return True
    if text.endswith("的") and not listed and len(text) > 2 * ITS_COMMA and ASSERTED.search(text) is None:
        return True
    return not listed and "，" in text and text.endswith(tuple(lexicon.words("endings", "zh", "place")))


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
    language: lexicon.Language = "zh" if HAN.search(text) else "en"
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
