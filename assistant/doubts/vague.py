"""Statements whose source nobody could ask: "some say", "according to multiple reports", 有消息称."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.doubts import lexicon
from assistant.doubts.finding import Finding
from assistant.doubts.speakers import voice
from assistant.doubts.speech import Speech
from assistant.doubts.words import Words, clipped, matches, orders

CLASSES = ("sources", "hearsay", "passive")
NAMED_WITHIN = re.compile(r"\b(?:at|from|of|in|with|by)\s+(?:the\s+)?[A-Z]")
INNER_NAME = re.compile(r"[^.] [A-Z][a-z]")
OWNER = re.compile(r"(?:\b(?:the|its|their|his|her|our|bank|fed|desk|ministry|university|company)|'s|’s)$")
LEGAL = re.compile(r"\b(?:deemed|shall|must|for (?:the )?purposes? of)\b")
BY_NAME = re.compile(r"\s*by\s+(?:the\s+)?[A-Z]")
COUNTED = re.compile(
    r"(?:some|many|several|most|almost all|nearly all|a few|few|one|another|all|both|a couple|a number|two|"
    r"three|others?)"
    r"(?:\s+(?:of\s+(?:them|these|those|others)|others?|also))?\b"
)
TAG = re.compile(r"\s*[【\[〔](网传|传闻|传言|流言|网络流传|Rumou?r|RUMOU?R)[】\]〕]")
AUXILIARIES = frozenset({"also", "have", "has", "had", "now", "still", "would", "even", "often"})
GROUPS = re.compile(
    r"\b(?:participants|members|respondents|officials|staff|analysts|economists|experts|contacts|policymakers|dealers|firms|businesses|banks|"
    r"companies|households|investors|residents|drivers|workers)\b"
)


def find(words: Words, said: Sequence[Speech]) -> Finding | None:
    """The first voice that names nobody, else the first phrase that claims support without naming it."""
    for speech in said:
        if speech.voice == "vague" and not group_before(words, speech):
            return _unnamed(words, speech.start, speech.end, words.quote(speech.speaker_start, speech.speaker_end))
    cited = (each.cited for each in said if each.cited is not None and each.language == "en")
    unnamed = next((span for span in cited if voice(words, *span) == "vague"), None)
    if unnamed is not None:
        return _unnamed(words, *unnamed, words.quote(*unnamed))
    tag = TAG.match(words.whole)
    if tag is not None:
        return _unnamed(words, *tag.span(1), tag[1])
    return _phrase(words, said)


def _phrase(words: Words, said: Sequence[Speech]) -> Finding | None:
    """The first phrase of the word lists that claims support without naming it."""
    for language in words.languages:
        for name in CLASSES:
            if name not in lexicon.classes("vague", language):
                continue
            for cue in matches(words.bare, "vague", language, name):
                if _stands(words, cue, name, said):
                    return _unnamed(words, cue.start(), cue.end(), words.quote(cue.start(), cue.end()))
    return None


def group_before(words: Words, speech: Speech) -> str | None:
    """The group that a bare "some" or "a few" belongs to, where the lines before have just named it."""
    return _group(words, speech.speaker_start, speech.speaker_end) if speech.language == "en" else None


def _stands(words: Words, cue: re.Match[str], name: str, said: Sequence[Speech]) -> bool:
    """Whether a vague phrase names nobody: no name goes with it, and it is no definition in a rule."""
    if name == "sources":
        ruled = LEGAL.search(words.spoken[: cue.start()]) or (
            words.document.metadata.kind == "notice" and orders(words)
        )
    else:
        ruled = LEGAL.search(words.spoken) or orders(words)
    if ruled:
        return False
    if name == "sources" and (_named_near(words, cue) or _group(words, cue.start(), cue.end())):
        return False
    if name == "passive" and BY_NAME.match(words.whole[cue.end() : cue.end() + 12]):
        return False
    return not any(speech.voice == "named" and speech.start < cue.end() and cue.start() < speech.end for speech in said)


def _named_near(words: Words, cue: re.Match[str]) -> bool:
    """Whether a name goes with the unnamed: "analysts at Goldman Sachs", "the ministry's experts"."""
    after, inside = words.whole[cue.end() : cue.end() + 40].lstrip(), words.whole[cue.start() + 1 : cue.end()]
    before = words.spoken[: cue.start()].rstrip()
    return bool(NAMED_WITHIN.match(after) or INNER_NAME.search(inside) or OWNER.search(before))


def _group(words: Words, start: int, end: int) -> str | None:
    text = words.spoken[start:end].strip()
    bare = COUNTED.match(text)
    if bare is None or not set(text[bare.end() :].split()) <= lexicon.verbs("en").keys() | AUXILIARIES:
        return None
    earlier = words.document.text[max(0, words.start - 400) : words.start + start].rpartition("\n\n")[2]
    found = GROUPS.findall(earlier.lower())
    return found[-1] if found else None


def _unnamed(words: Words, start: int, end: int, quoted: str) -> Finding:
    span = words.span(start, end)
    if words.languages[0] == "zh":
        reason = f"消息来源不明：“{clipped(quoted, 80)}”没有说明是谁说的，无从核对。"
    else:
        reason = f'It names no source that could be checked: "{clipped(quoted, 80)}".'
    return Finding(kind="vague_source", reason=reason, evidence=(span,), words=span)
