"""Statements that are only as said: by a named voice (`attributed`), or by nobody in particular (`vague_source`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.doubts import lexicon, speech_chinese, speech_english
from assistant.doubts.finding import Finding
from assistant.doubts.speech import Speech
from assistant.doubts.words import Words, clipped, matches, orders, read
from ingest.document import Span

VAGUE_CLASSES = ("sources", "hearsay", "passive")
NAMED_WITHIN = re.compile(r"\b(?:at|from|of|in|with|by)\s+(?:the\s+)?[A-Z]")
INNER_NAME = re.compile(r"[^.] [A-Z][a-z]")
OWNER = re.compile(r"(?:\b(?:the|its|their|his|her|our|bank|fed|desk|ministry|university|company)|'s|’s)$")
WHITE = re.compile(r"\s+")
LATIN_WORD = re.compile(r"[a-z]+")
LEGAL = re.compile(r"\b(?:deemed|shall|must|for (?:the )?purposes? of)\b")
COUNTED = re.compile(
    r"(?:some|many|several|most|almost all|nearly all|a few|few|one|another|all|both|a couple|a number|two|"
    r"three|others?)"
    r"(?:\s+(?:of\s+(?:them|these|those)|others?|also))?\b"
)
AUXILIARIES = frozenset({"also", "have", "has", "had", "now", "still", "would", "even", "often"})
COUNTING = frozenset({"neutral", "distancing", "endorsing"})
GROUPS = re.compile(
    r"\b(?:participants|members|respondents|officials|staff|analysts|economists|experts|contacts|policymakers|dealers)\b"
)


def find(words: Words, lead: Words | None) -> tuple[Finding | None, Finding | None]:
    """The vague source and the named voice of a statement, looked for in its lead-in where it has none itself."""
    said = tuple(speeches(words))
    vague, attributed = _vague(words, said), _attributed(words, said)
    if lead is not None and vague is None and attributed is None:
        said = tuple(speeches(lead))
        return _vague(lead, said), _attributed(lead, said)
    return vague, attributed


def speeches(words: Words) -> Iterator[Speech]:
    """Every attribution of the statement's main claim, in either language."""
    for language in words.languages:
        yield from (speech_english if language == "en" else speech_chinese).speeches(words)


def by_an_organisation(words: Words) -> tuple[Speech, int] | None:
    """Where an organisation that is no authority speaks of itself, and where its "it had" ends."""
    for speech in speeches(words):
        if speech.voice == "named" and speech.stance in COUNTING and not _official(words, speech):
            own_affair = lexicon.pattern("interest", speech.language, "own_affair")
            gap = WHITE.match(words.spoken, speech.end)
            follows = own_affair.match(words.spoken, gap.end() if gap else speech.end)
            if follows is not None:
                return speech, follows.end()
    return None


def _official(words: Words, speech: Speech) -> bool:
    """Whether the speaker is an authority, whose figures are official."""
    who = words.spoken[speech.speaker_start : speech.speaker_end]
    if speech.language == "zh":
        return who.endswith(tuple(lexicon.words("speakers", "zh", "official")))
    return not lexicon.words("speakers", "en", "official").isdisjoint(LATIN_WORD.findall(who))


def _attributed(words: Words, said: tuple[Speech, ...]) -> Finding | None:
    for speech in said:
        named = speech.voice == "named" or (speech.voice == "vague" and _group_before(words, speech))
        if speech.voice == "pronoun":
            antecedent = _antecedent(words)
            return None if antecedent is None else _by_antecedent(words, speech, antecedent)
        if named:
            return _finding(words, speech)
    return None


def _finding(words: Words, speech: Speech) -> Finding:
    span = words.span(speech.start, speech.end)
    speaker = _inside_a_sentence(words, words.quote(speech.speaker_start, speech.speaker_end))
    group = _group_before(words, speech) if speech.voice == "vague" else None
    cited = "" if speech.cited is None else f", citing {words.quote(*speech.cited)}"
    reason = _reason(speech, f"{speaker} ({group}, as named before)" if group else f"{speaker}{cited}")
    return Finding(kind="attributed", reason=reason, evidence=(span,), words=span)


def _inside_a_sentence(words: Words, speaker: str) -> str:
    """A speaker's name as it stands inside a sentence: "Participants" at its start is no name, "Alibaba" is one."""
    first = speaker.split(" ", 1)[0]
    plain = first.lower() in lexicon.words("grammar", "en", "determiner") or f" {first.lower()} " in words.document.text
    return first.lower() + speaker[len(first) :] if plain and first[1:].islower() else speaker


def _reason(speech: Speech, speaker: str) -> str:
    if speech.language == "zh":
        how = {"distancing": "用词与之保持距离，", "endorsing": "用词予以认可，"}.get(speech.stance, "")
        return f"仅据{speaker}（“{speech.verb}”），{how}原文并未以自己的口吻陈述。"
    if " " in speech.verb and speech.stance == "neutral" and not speech.verb.startswith("pointed"):
        return f"Only according to {speaker}; the source does not say it in its own voice."
    if speech.stance == "distancing":
        return f"Only as {speech.verb} by {speaker}, a word that keeps its distance; the source does not vouch for it."
    if speech.stance == "endorsing":
        return f"Only as {speech.verb} by {speaker}, whom the source believes; it does not say it in its own voice."
    verb = {"told": "said", "wrote": "written"}.get(speech.verb, speech.verb)
    return f"Only as {verb} by {speaker}; the source does not say it in its own voice."


def _vague(words: Words, said: tuple[Speech, ...]) -> Finding | None:
    for speech in said:
        if speech.voice == "vague" and not _group_before(words, speech):
            return _unnamed(words, speech.start, speech.end, words.quote(speech.speaker_start, speech.speaker_end))
    for language in words.languages:
        for name in VAGUE_CLASSES:
            if name not in lexicon.classes("vague", language):
                continue
            for cue in matches(words.bare, "vague", language, name):
                if _stands(words, cue, name, said):
                    return _unnamed(words, cue.start(), cue.end(), words.quote(cue.start(), cue.end()))
    return None


def _stands(words: Words, cue: re.Match[str], name: str, said: tuple[Speech, ...]) -> bool:
    """Whether a vague phrase names nobody: no name goes with it, and it is no definition in a rule."""
    if LEGAL.search(words.spoken) or orders(words):
        return False
    if name == "sources" and (_named_near(words, cue) or _group(words, cue.start(), cue.end())):
        return False
    if name == "passive" and re.match(r"\s*by\s+(?:the\s+)?[A-Z]", words.whole[cue.end() : cue.end() + 12]):
        return False
    return not any(speech.voice == "named" and speech.start < cue.end() and cue.start() < speech.end for speech in said)


def _named_near(words: Words, cue: re.Match[str]) -> bool:
    """Whether a name goes with the unnamed: "analysts at Goldman Sachs", "the ministry's experts"."""
    after, inside = words.whole[cue.end() : cue.end() + 40].lstrip(), words.whole[cue.start() + 1 : cue.end()]
    before = words.spoken[: cue.start()].rstrip()
    return bool(NAMED_WITHIN.match(after) or INNER_NAME.search(inside) or OWNER.search(before))


def _unnamed(words: Words, start: int, end: int, quoted: str) -> Finding:
    span = words.span(start, end)
    if words.languages[0] == "zh":
        reason = f"消息来源不明：“{clipped(quoted, 80)}”没有说明是谁说的，无从核对。"
    else:
        reason = f'It names no source that could be checked: "{clipped(quoted, 80)}".'
    return Finding(kind="vague_source", reason=reason, evidence=(span,), words=span)


def _group_before(words: Words, speech: Speech) -> str | None:
    """The group that a bare "some" or "a few" belongs to, where the lines before have just named it."""
    return _group(words, speech.speaker_start, speech.speaker_end) if speech.language == "en" else None


def _group(words: Words, start: int, end: int) -> str | None:
    text = words.spoken[start:end].strip()
    bare = COUNTED.match(text)
    if bare is None or not set(text[bare.end() :].split()) <= lexicon.verbs("en").keys() | AUXILIARIES:
        return None
    earlier = words.document.text[max(0, words.start - 400) : words.start + start].rpartition("\n\n")[2]
    found = GROUPS.findall(earlier.lower())
    return found[-1] if found else None


def _antecedent(words: Words) -> tuple[Words, Speech] | None:
    """Who spoke in the two statements before, for "he added that ..."."""
    statements = words.document.statements
    earlier = [statement for statement in statements if statement.span.end <= words.start][-2:] if statements else []
    for before in (read(words.document, statement) for statement in reversed(earlier)):
        speech = next((found for found in speeches(before) if found.voice == "named"), None)
        if speech is not None:
            return before, speech
    return None


def _by_antecedent(words: Words, speech: Speech, antecedent: tuple[Words, Speech]) -> Finding:
    before, named = antecedent
    who = before.quote(named.speaker_start, named.speaker_end)
    pronoun = words.quote(speech.speaker_start, speech.speaker_end)
    span = words.span(speech.start, speech.end)
    earlier: Span = before.span(named.start, named.end)
    return Finding(
        kind="attributed", reason=_reason(speech, f'{who} ("{pronoun}")'), evidence=(span, earlier), words=span
    )
