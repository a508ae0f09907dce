"""What somebody says of himself: a company's own figures, praise, what "we" have done; nobody else is said to have checked it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.doubts import lexicon
from assistant.doubts.finding import Finding
from assistant.doubts.lexicon import Language
from assistant.doubts.scope import scope
from assistant.doubts.speech import Speech
from assistant.doubts.words import Words, blanked, matches, orders

SPEAKERS = 8  # of a statement at most; a line with more is no sentence
GAP = re.compile(r"\s*,?\s+")
LATIN_WORD = re.compile(r"[a-z]+")
COUNTING = frozenset({"neutral", "distancing", "endorsing"})
OURSELVES = re.compile(r"\b(?:we|our|us)\b|我们|我[司院校厂店行馆局会社]|本[公院校厂店行馆集]|公司|集团|平台")
FUTURE = re.compile(
    r"\b(?:would|will|shall|should|must|may|might|could(?!\s+now)|can(?!\s+now)|plans?|expects?|if|"
    r"to(?!\s+(?:the|an?|its|their|our|his|her|about|nearly|almost|over|under|more|less|just|some|only|around|half|each|every|all|one|two|three|four|five|six|seven|eight|nine|ten)\b|"
    r"\s+[$£€¥]?\d|\s+have\b))\b|将|拟|计划|应当|必须"
)
SENTENCE = re.compile(r"[.!?;:]\s+|\n")
WHOSE_OWN = re.compile(r"\b(?:it|they|its|their|our|we|us|members)\b")
OWN_SELF = re.compile(r"\b(?:its|their|our|we|us|my|i)\b")
PERSON = re.compile(r"\b(?:he|she|his|her)$")
TITLES = frozenset({"mr", "mrs", "ms", "dr", "professor"})
OF_ITS_RESULTS = re.compile(
    r"\b(?:its|their) (?:own )?(?:[a-z]+ )?(?:results|accounts|filing|report|website|shareholders|investors)\b|"
    r"\b(?:trading update|press release|filing|stock exchange)\b"
)
ENDS = re.compile(r"[.;。；]\s")


def find(words: Words, said: Sequence[Speech]) -> Finding | None:
    """The words by which somebody puts a figure or praise of his own forward."""
    return _of_itself(words, said) or _for_its_cause(words) or _of_himself(words) or _by_us(words) or _praise(words)


def measure(text: str, language: Language) -> re.Match[str] | None:
    """The first number of a text that measures something: no day, hour or chapter."""
    if language == "en":
        text = lexicon.pattern("interest", "en", "undated").sub(blanked, text)
    return lexicon.pattern("interest", language, "measure").search(text)


def _of_itself(words: Words, said: Sequence[Speech]) -> Finding | None:
    """A company that speaks of itself, with a number."""
    found = _by_an_organisation(words, said)
    if found is None:
        return None
    speech, end = found
    span = words.span(min(speech.start, end), max(speech.end, end))
    speaker = words.quote(speech.speaker_start, speech.speaker_end)
    reason = f"These are figures of {speaker} about itself; nobody else is said to have checked them."
    if speech.language == "zh":
        reason = f"这是{speaker}关于自身的数据，原文没有提到其他人核实过。"
    return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)


def _by_an_organisation(words: Words, said: Sequence[Speech]) -> tuple[Speech, int] | None:
    """Where an organisation that is no authority gives a figure of its own, and where its "it had" ends."""
    for speech in said[:SPEAKERS]:
        counting = speech.stance in COUNTING or speech.verb in {"put", "maintained", "insisted", "maintain", "insist"}
        if speech.voice == "named" and counting and not _official(words, speech):
            if speech.language == "zh" and not _a_company(words, speech):
                continue
            own_affair = lexicon.pattern("interest", speech.language, "own_affair")
            gap = GAP.match(words.spoken, speech.end)
            follows = own_affair.match(words.spoken, gap.end() if gap else speech.end)
            if follows is not None and _is_put_forward(words.spoken[follows.end() :], speech.language):
                return speech, follows.end()
            if _of_its_own(words, speech, said):
                return speech, speech.end
    return None


def _of_its_own(words: Words, speech: Speech, said: Sequence[Speech]) -> bool:
    """Whether what a company says names the company or its own affairs, with a number."""
    content = " ".join(words.spoken[start:end] for start, end in scope(words, speech, said))
    if not _is_put_forward(content, speech.language):
        return False
    who = words.spoken[speech.speaker_start : speech.speaker_end]
    if speech.language == "zh":
        affairs = (who, *lexicon.words("interest", "zh", "affairs"))
        company = who.endswith(tuple(lexicon.words("interest", "zh", "company")))
        return company and any(each in content for each in affairs)
    named = set(LATIN_WORD.findall(who))
    if lexicon.words("interest", "en", "outlet") & named:
        return False
    if lexicon.words("interest", "en", "lobby") & named:
        return WHOSE_OWN.search(content) is not None
    return OWN_SELF.search(content) is not None or _runs_it(words, speech, content) or _by_name(words, speech, content)


def _by_name(words: Words, speech: Speech, content: str) -> bool:
    """Whether what is said is about the speaker by name, or a company's own business."""
    name = words.whole[speech.speaker_start : speech.speaker_end].split()[0]
    performs = lexicon.pattern("interest", "en", "performance").search(content) is not None
    if name[0].isupper() and len(name) > 3 and name.lower() not in lexicon.words("grammar", "en", "determiner"):
        if re.search(rf"\b{re.escape(name.lower())}\b", content):
            return True
        if not performs or OF_ITS_RESULTS.search(words.spoken, speech.speaker_end):
            return performs
    who = LATIN_WORD.findall(words.spoken[speech.speaker_start : speech.speaker_end])
    return speech.cited is None and not lexicon.words("interest", "en", "company").isdisjoint(who)


def _a_company(words: Words, speech: Speech) -> bool:
    """Whether a Chinese speaker is a company or the like."""
    who = words.spoken[speech.speaker_start : speech.speaker_end]
    return any(each in who for each in lexicon.words("interest", "zh", "company"))


def _runs_it(words: Words, speech: Speech, content: str) -> bool:
    """Whether one who runs a business tells how it does."""
    who = words.spoken[speech.speaker_start : speech.speaker_end + 60].split("\n")[0]
    runs = lexicon.pattern("interest", "en", "executive").search(who)
    return runs is not None and lexicon.pattern("interest", "en", "performance").search(content) is not None


def _official(words: Words, speech: Speech) -> bool:
    """Whether the speaker is an authority, whose figures are official."""
    who = words.spoken[speech.speaker_start : speech.speaker_end]
    if speech.language == "zh":
        company = who.endswith(tuple(lexicon.words("interest", "zh", "company")))
        return not company and who.endswith(tuple(lexicon.words("speakers", "zh", "official")))
    named = LATIN_WORD.findall(who)
    official = lexicon.words("speakers", "en", "official").intersection(named)
    if not (lexicon.words("interest", "en", "lobby") - {"council", "institute"}).isdisjoint(named):
        return False
    if lexicon.pattern("interest", "en", "executive").search(who):
        return bool(official - {"manager", "board", "central"})
    return bool(official)


def _for_its_cause(words: Words) -> Finding | None:
    """A number put forward by somebody who speaks for a cause of his own: organisers, a maker, a charity."""
    if words.document.metadata.kind == "notice" or orders(words):
        return None
    for language in words.languages:
        for cue in matches(words.spoken, "interest", language, "party"):
            said = ENDS.split(words.spoken[cue.end() :])[0]
            trade = language == "zh" and "会长" not in cue.group()
            of_others = trade and lexicon.pattern("interest", "zh", "others").search(said) is not None
            if not of_others and _is_put_forward(said, language):
                return _of_a_party(words, cue, language)
    if "en" in words.languages and measure(words.spoken, "en") is not None:
        for cue in matches(words.spoken.rstrip(), "interest", "en", "party_behind"):
            return _of_a_party(words, cue, "en")
    return None


def _of_himself(words: Words) -> Finding | None:
    """A number or praise that somebody gives of himself: "told investors it recovered 97%", "said he had lost 40 sheep"."""
    if words.document.metadata.kind == "notice" or orders(words) or "en" not in words.languages:
        return None
    for cue in matches(words.spoken, "interest", "en", "reflexive"):
        who = SENTENCE.split(words.spoken[: cue.start()])[-1][-90:]
        said = ENDS.split(words.spoken[cue.end() :])[0]
        if _may_boast(words, who, cue) and _is_put_forward(said, "en"):
            return _of_a_party(words, cue, "en")
    return None


def _may_boast(words: Words, who: str, cue: re.Match[str]) -> bool:
    """Whether what follows is the speaker's own affair: an authority's or a person's only where it is his work or his loss."""
    named = LATIN_WORD.findall(who)
    others = lexicon.words("interest", "en", "summed_up") | (lexicon.words("interest", "en", "outlet") - TITLES)
    if not named or not others.isdisjoint(named):
        return False
    official = not lexicon.words("speakers", "en", "official").isdisjoint(named)
    if not official and PERSON.search(cue.group()) is None:
        return True
    about = words.spoken[cue.end() - len(cue.group().split()[-1]) :]
    does = ("service",) if official else ("service", "deed")
    return lexicon.pattern("interest", "en", *does).match(about) is not None


def _by_us(words: Words) -> Finding | None:
    """A number of what "we" have done, in a text or a quotation of those who did it."""
    if words.document.metadata.kind == "notice" or orders(words) or "en" not in words.languages:
        return None
    cue = next(matches(words.spoken, "interest", "en", "we_did"), None)
    if cue is None or measure(words.spoken, "en") is None or "basis points" in words.spoken:
        return None
    if FUTURE.search(ENDS.split(words.spoken[: cue.start()])[-1]):
        return None
    span = words.span(cue.start(), cue.end())
    reason = f'They say so of their own work ("{words.quote(cue.start(), cue.end())}"); nobody else is said to have checked it.'
    return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)


def _is_put_forward(said: str, language: Language) -> bool:
    """Whether what a party says is a number that measures, or praise; what is still to come is told as a plan."""
    told, future = measure(said, language), FUTURE.search(said)
    if told is not None and (future is None or future.start() > told.start()):
        return True
    return lexicon.pattern("interest", language, "boast").search(said) is not None


def _of_a_party(words: Words, cue: re.Match[str], language: Language) -> Finding:
    span, quoted = words.span(cue.start(), cue.end()), words.quote(cue.start(), cue.end()).strip(" ，：")
    reason = f'The figure is put forward by those it is about ("{quoted}"); nobody else is said to have checked it.'
    if language == "zh":
        reason = f"该数字由利害相关方提出（“{quoted}”），原文没有提到其他人核实过。"
    return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)


def _praise(words: Words) -> Finding | None:
    """What a company, a school or a club says to its own credit in a text that it issues itself."""
    about = words.document.metadata
    if about.kind == "notice" or about.outlet or not about.issuer or orders(words):
        return None
    for language in words.languages:
        cue = next(matches(words.bare, "interest", language, "praise"), None)
        if cue is not None and (cue.start() == 0 or _speaks_of_itself(words, about.issuer)):
            span = words.span(cue.start(), cue.end())
            reason = f"{about.issuer} says so of itself; nobody else is said to have checked it."
            if language == "zh":
                reason = f"这是{about.issuer}对自身的评价，原文没有提到其他人核实过。"
            return Finding(kind="self_reported", reason=reason, evidence=(span,), words=span)
    return None


def _speaks_of_itself(words: Words, issuer: str) -> bool:
    """Whether the issuer of a text stands in a statement, by "we" or by a word of its name."""
    names = [
        each for each in re.findall(r"[a-z]{4,}|[\u4e00-\u9fff]{2,}", issuer.lower()) if each not in {"the", "and"}
    ]
    return OURSELVES.search(words.spoken) is not None or any(each[:12] in words.spoken for each in names)
