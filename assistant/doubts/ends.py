"""Whether words end where a sentence has to go on: in a preposition, a helping verb, a subject without its verb, 和 or 进一步."""

from __future__ import annotations

import re

from assistant.doubts import lexicon
from assistant.doubts.words import HAN, lower

LAST_WORD = re.compile(r"(?:([a-z’'-]+)\s+)?([a-z’'-]+)$")
TITLED = re.compile(
    r"(?:\b(?:from|to|by|with|of|and)\s(?:Professor|Captain|Councillor|Judge|Sir|Dr|Mr|Mrs|Ms)|,\s(?:Mr|Mrs|Ms|Dr))$"
)
COMPLEMENT = re.compile(r"(?:ed|heard|said|found|says|say|show|shows|told|thought|holds?|held|knew|feared) $")
RELATIVE = re.compile(r"\b(?:which|whom|what|who|where|that)\b")
AUXILIARIES = re.compile(
    r"\b(?:(?:is|are|was|were|has|have|had|will|would|shall|should|must|may|can|could|do|does|did)\b\s*)+"
)
SUBJECT_ALONE = re.compile(
    r"(?:although|because|if|when|while|since|unless|once|whereas|after|before) [^,]{8,120}, "
    r"(?:the|its|their|a|an|his|her|these|those|some|many|most|several) [a-z-]+$"
)  # "although the dam was safe, the inspectors"
FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|shall|should|must|may|can|could|[a-z]{3,}ed)\b")
CLOSED = re.compile(rf"{lexicon.choice('endings', 'zh', 'closed')}$")
WAITING, ALONE = (re.compile(rf"{lexicon.choice('endings', 'zh', name)}$") for name in ("waiting", "alone"))
ASSERTED = re.compile(r"[是有挺会够蛮最如]")  # "这是他写的": such a sentence may end in 的
ITS_COMMA = 5  # words, or twice as many Chinese characters, before a comma that no sentence ends in


def greets(text: str) -> bool:
    """Whether a line that ends in a comma is a letter's, a title's or an address's, or too short to tell."""
    if HAN.search(text):
        return len(text) < 2 * ITS_COMMA or lexicon.pattern("endings", "zh", "greeting").match(text) is not None
    if lexicon.pattern("endings", "en", "greeting").match(lower(text)) is not None or len(text.split()) < ITS_COMMA:
        return True
    return len(text) < 40 and FINITE.search(lower(text)) is None and "who" not in text and "which" not in text


def waits_in_english(text: str, *, listed: bool) -> bool:
    """Whether an English text ends in a word that wants more; an item of a list may end in "and"."""
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


def waits_in_chinese(text: str, *, listed: bool) -> bool:
    """Whether a Chinese text ends in a word that no sentence ends in."""
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
