"""Who says it: each attribution with its speaker, verb, stance and the words that it covers; and the doubt that follows.

>>> from ingest.document import Document, Span, Statement
>>> text = "Exports rose in May, the ministry said."
>>> document = Document(id="a", title="", text=text, source="a.txt", media_type="text/plain")
>>> [found] = attributions(document, Statement(span=Span(start=0, end=len(text))))
>>> document.quote(found.speaker), found.verb, [document.quote(span) for span in found.scope]
('the ministry', 'said', ['Exports rose in May'])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.doubts import lexicon, pronouns, speech_chinese, speech_english, vague
from assistant.doubts.finding import Finding, source_of
from assistant.doubts.pronouns import Antecedent
from assistant.doubts.scope import scope
from assistant.doubts.speech import Speech, Voice
from assistant.doubts.words import Words, read
from ingest.document import Document, Span, Statement

OPENS, CLOSES = "“「", "”」"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """An attribution in characters of the document.

    `speaker` are the words that name who says it, `name` who that is (the name that a pronoun stands for), `verb` how a
    reader is told ("said", "according to", 声称), `stance` neutral, arguing, holding, showing, distancing or endorsing,
    `words` all words that attribute, `scope` the words that are only as said, `cited` the further voice of a chain.
    """

    speaker: Span
    name: str
    verb: str
    stance: str
    voice: Voice
    words: Span
    scope: tuple[Span, ...]
    cited: Span | None = None


def attributions(document: Document, statement: Statement) -> tuple[Attribution, ...]:
    """The attributions of a statement, its main one first; the document's own authority is none."""
    words = read(document, statement)
    said = speeches(words)
    found = [_attribution(words, speech, said) for speech in said if speech.voice != "own"]
    if not found and (spoken := quoted_over_sentences(words)) is not None:
        before, speech = spoken
        inside = Span(start=statement.span.start, end=statement.span.end)
        found = [_placed(before, speech, (inside,))]
    return tuple(found)


def speeches(words: Words) -> tuple[Speech, ...]:
    """Every attribution in either language, those of main clauses first."""
    found: list[Speech] = []
    for language in words.languages:
        found += (speech_english if language == "en" else speech_chinese).speeches(words)
    return tuple(sorted(found, key=lambda speech: speech.aside))


def find(words: Words, said: Sequence[Speech]) -> Finding | None:
    """The named voice of a statement."""
    for speech in said:
        if speech.voice == "pronoun":
            antecedent = pronouns.antecedent(words, speech, speeches)
            if antecedent is not None:
                return _by_antecedent(words, speech, antecedent)
            if not pronouns.stands_for_somebody(words, speech):
                continue
        if speech.voice in {"named", "pronoun"} or (speech.voice == "vague" and vague.group_before(words, speech)):
            return _finding(words, speech)
    spoken = quoted_over_sentences(words) if not said else None
    if spoken is None or spoken[1].voice != "named":
        return None
    before, speech = spoken
    span = before.span(speech.start, speech.end)
    reason = _reason(before, speech, before.quote(speech.speaker_start, speech.speaker_end))
    return Finding(kind="attributed", reason=reason, evidence=(span,), words=span)


def quoted_over_sentences(words: Words) -> tuple[Words, Speech] | None:
    """Who speaks where a quotation of several sentences holds the statement."""
    text = words.document.text
    begin = text.rfind("\n\n", 0, words.start) + 1
    if not any(mark in text[begin : words.start + 2] for mark in OPENS + '"'):
        return None
    before = text[begin : words.start + 1]
    opened = sum(before.count(mark) for mark in OPENS) - sum(before.count(mark) for mark in CLOSES) > 0
    if not opened and before.count('"') % 2 == 0:
        return None
    ahead = text.find("\n\n", words.start)
    paragraph = Span(start=max(0, begin), end=ahead if ahead >= 0 else len(text))
    inside = [
        each for each in words.document.statements if each.span.meets(paragraph) and each.span != words.statement.span
    ]
    for statement in sorted(inside, key=lambda each: abs(each.span.start - words.start)):
        near = read(words.document, statement)
        adjoins = 0 <= statement.span.start - words.start - len(words.whole) <= 3
        if adjoins or any(mark in near.whole for mark in OPENS + CLOSES + '"'):
            speech = next((found for found in speeches(near) if found.voice in {"named", "vague"}), None)
            if speech is not None:
                return near, speech
    return None


def _attribution(words: Words, speech: Speech, said: Sequence[Speech]) -> Attribution:
    antecedent = pronouns.antecedent(words, speech, speeches) if speech.voice == "pronoun" else None
    spans = tuple(words.span(start, end) for start, end in scope(words, speech, said))
    return _placed(words, speech, spans, antecedent.name if antecedent is not None else "")


def _placed(words: Words, speech: Speech, spans: tuple[Span, ...], name: str = "") -> Attribution:
    return Attribution(
        speaker=words.span(speech.speaker_start, speech.speaker_end),
        name=name or words.quote(speech.speaker_start, speech.speaker_end),
        verb=speech.verb,
        stance=speech.stance,
        voice=speech.voice,
        words=words.span(speech.start, speech.end),
        scope=spans,
        cited=None if speech.cited is None else words.span(*speech.cited),
    )


def _finding(words: Words, speech: Speech) -> Finding:
    span = words.span(speech.start, speech.end)
    speaker = _inside_a_sentence(words, words.quote(speech.speaker_start, speech.speaker_end))
    speaker = pronouns.OBJECT.get(speaker.lower(), speaker)
    group = vague.group_before(words, speech) if speech.voice == "vague" else None
    cited = "" if speech.cited is None else f", citing {words.quote(*speech.cited)}"
    reason = _reason(words, speech, f"{speaker} ({group}, as named before)" if group else f"{speaker}{cited}")
    return Finding(kind="attributed", reason=reason, evidence=(span,), words=span)


def _inside_a_sentence(words: Words, speaker: str) -> str:
    """A speaker's name as it stands inside a sentence: "Participants" at its start is no name, "Alibaba" is one."""
    first = speaker.split(" ", 1)[0]
    plain = first.lower() in lexicon.words("grammar", "en", "determiner") or f" {first.lower()} " in words.document.text
    return first.lower() + speaker[len(first) :] if plain and first[1:].islower() else speaker


def _reason(words: Words, speech: Speech, speaker: str) -> str:
    source = source_of(words.document, speech.language)
    if speech.language == "zh":
        how = {"distancing": "用词与之保持距离，", "endorsing": "用词予以认可，"}.get(speech.stance, "")
        return f"仅据{speaker}（“{speech.verb}”），{how}{source}并未以自己的口吻陈述。"
    own_voice = f"{source} does not say it in its own voice."
    if " " in speech.verb and speech.stance == "neutral" and not speech.verb.startswith("pointed"):
        return f"Only according to {speaker}; {own_voice}"
    if speech.stance == "distancing":
        return f"Only as {speech.verb} by {speaker}, a word that keeps its distance; {source} does not vouch for it."
    if speech.stance == "endorsing":
        return f"Only as {speech.verb} by {speaker}, whom the source believes; it does not say it in its own voice."
    verb = {"told": "said", "wrote": "written", "saw": "seen"}.get(speech.verb, speech.verb)
    return f"Only as {verb} by {speaker}; {own_voice}"


def _by_antecedent(words: Words, speech: Speech, antecedent: Antecedent) -> Finding:
    pronoun = words.quote(speech.speaker_start, speech.speaker_end)
    span = words.span(speech.start, speech.end)
    evidence = (span,) if words.span(0, len(words.whole)).holds(antecedent.said) else (span, antecedent.said)
    reason = _reason(words, speech, f'{_inside_a_sentence(words, antecedent.name)} ("{pronoun}")')
    return Finding(kind="attributed", reason=reason, evidence=evidence, words=span)
