"""Statements that the source softens: modals, impressions, indirect evidence, forecasts, intentions and conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.doubts import lexicon
from assistant.doubts.finding import Finding
from assistant.doubts.lexicon import Language
from assistant.doubts.modality import asked, possible, rules, subject
from assistant.doubts.words import BLANK, Words, clipped, matches, orders

FILE = "hedges"
LONGEST_HEADLINE = 90  # characters
QUIET = "not_a_hedge"
MODIFIED = re.compile(r"\b(?:and|or|the|of|than|with|as|previously|lower|higher|their|its|an?)\s+$")
HANGING = frozenset(
    {"if", "unless", "provided that", "provided", "as long as", "depending on", "assuming", "assuming that"}
)
APPOSITION = re.compile(r"\s+[a-z][^,.;:]{2,63},\s*[a-z]+")
FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|may|might|can|could|did|does|[a-z]{3,}ed)\b")
ATTRIBUTIVE = re.compile(r"\b(?:the|a|an|this|that|these|those|its|their|his|her|most|more)\s+$")
UNREAL = re.compile(
    r"\b(?:would(?! like)|could|might|will|'ll|(?:is|are) (?:likely|expected|(?:set|due) (?:to|for|in))|"
    r"(?:starts|begins|opens|resumes) (?:in|on|at|next))\b"
)
PROCEDURE = re.compile(
    r"\s+(?:(?:the|an?|any|no|your|this|that|such)\s+)?(?:[a-z]+\s+){0,2}?"
    + lexicon.choice("modality", "en", "procedure")
    + r"\s+(?:is|are|has|have|does|do|fails?|lacks?|contains?|was|were|wish|wishes|cannot)\b"
)
ARGUED = re.compile(r"\b(?:argu|insist|urg|demand|recommend|propos|call|stating|agreed|plead)[a-z]*\b")
OPENS = frozenset(".!?:;“”\"'‘’—–-•(\n*")
PERMITTED = re.compile(r"\b(?:may|can|shall|must)\s+(?:also\s+|not\s+)?$")  # "any member may propose a motion"
BIDS = re.compile(
    r"expects? (?:the |its |all |their )?"
    + lexicon.choice("modality", "en", "allowed")
    + " to "
    + lexicon.choice("modality", "en", "bidden")
    + r"\b"
)
IMPRESSION = re.compile(r"(?:seem|appear)(?:s|ed)?\s+(?!to|that|as|likely|unlikely)[a-z]+$")
ZH_EITHER = re.compile(r"[^，。；]{0,2}的|[^，。；]{0,10}者")  # "取消或延期的比赛": one of two, no guess
ZH_RULED = re.compile(
    r"可以?(?:在|向|于|依法|依照|申请|提起|要求|请求|拨打|联系|咨询|凭|持|到|通过|自行|选择|委托)|"
    r"应(?!对)|须|请(?!求)|视为|不予|不得|责令|自动|一律|概不|无效"
)
RELATIVE = re.compile(r"\b(?:who|which|that|whose|what|whatever|wherever)\s+(?:[a-z]+ly\s+|also\s+)?$")
SAYING = re.compile(
    r"\b(?:sa(?:y|ys|id)|not(?:e|ed)|found|showed|believed?|thought|fear(?:ed|s)?|warn(?:ed|s)?|judged|it)\s+(?:[a-z]+ly\s+)?that\s+$"
)
CLAUSE_END = re.compile(rf"[,.;:!?，。；：！？{BLANK}\n]")
ZH_OF = re.compile(r"[^，。；]{0,40}的(?:[，、；：]|$)")


ASKS = re.compile(r"[?？][\s\"”’)）]*$")
DECIDED = re.compile(
    r"\b(?:said|says|told|announced|promised|ordered|decided|agreed|confirmed|ruled|voted|where|if|so that|who|which)\b"
)
OF_THE_READER = re.compile(r"\s+(?:you|your|yours)\b")  # "if you pay by card": the case that an instruction is for
HEADLINE = re.compile(r"(?:[A-Z][^:\n]{1,39}:\s+)?(?:[\w$€£’'-]+\s+){1,6}(?P<to>to\s+[a-z]+)(?!\S)")
SETTLED = re.compile(
    r"\b(?:is|are|was|were|has|have|had|how|ready|due|guide|[a-z]{3,}ed|agrees?|wins?|fails?|used|back|according|thanks)\s+to\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A word that softens: its place in the statement, its language and its class in the lexicon."""

    start: int
    end: int
    language: Language
    name: str


def find(words: Words, lead: Words | None) -> Finding | None:
    """The first hedge of the statement's main claim, else of the line that it completes; a question claims nothing."""
    if ASKS.search(words.whole):
        return None
    for part in (words, lead):
        if part is not None:
            for cue in cues(part):
                return _finding(part, cue)
    ahead = HEADLINE.match(words.whole) if _is_headline(words) else None
    if ahead is None:
        return None
    return _finding(words, Cue(start=ahead.start("to"), end=ahead.end("to"), language="en", name="intention"))


def cues(words: Words, *, raised: bool = True) -> Iterator[Cue]:
    """The hedges of the main claim; with `raised=False` those of the weak classes, which raise no doubt."""
    for language in words.languages:
        names = tuple(
            name
            for name in lexicon.classes(FILE, language, raised=raised)
            if raised or lexicon.weak(FILE, language, name)
        )
        quiet: list[tuple[int, int]] | None = None
        for match in matches(words.bare, FILE, language, *names):
            if quiet is None:
                quiet = [found.span() for found in matches(words.bare, FILE, language, QUIET)]
            cue = Cue(start=match.start(), end=match.end(), language=language, name=match.lastgroup or names[0])
            if any(start < cue.end and cue.start < end for start, end in quiet):
                continue
            if not raised or (_english(words, cue) if language == "en" else _chinese(words, cue)):
                yield cue


def _is_headline(words: Words) -> bool:
    """Whether the statement is a headline of a report, in which "to fall" tells what is to come."""
    text = words.whole.strip()
    return (
        words.document.metadata.kind == "report"
        and words.statement.lead_in is None
        and len(text) <= LONGEST_HEADLINE
        and text[:1].isupper()
        and text[-1] not in ".!?:;,"
        and SETTLED.search(text) is None
    )


def _english(words: Words, cue: Cue) -> bool:
    """Whether an English cue hedges the claim: each class has its own look-alikes."""
    if cue.name == "conditional":
        return _condition(words, cue)
    before = words.bare[max(0, cue.start - 80) : cue.start]
    if _named(words, cue) or (cue.name == "intention" and PERMITTED.search(before)):
        return False
    if RELATIVE.search(before) and not SAYING.search(before):
        return before.rstrip().endswith(", which") and cue.name != "intention"
    if cue.name == "modal":
        return possible(words, cue.start, cue.end)
    if cue.name in {"proposal", "foreseen", "intention", "epistemic", "adverb"} and orders(words):
        return False
    return _foreseen(words, cue) if cue.name in {"proposal", "foreseen"} else not _of_a_part(words, cue, before)


def _named(words: Words, cue: Cue) -> bool:
    """Whether a capital in the middle of a sentence makes the cue a name: "Councillor May Likely", "her novel, Perhaps Tomorrow"."""
    if cue.name in {"modal", "conditional"} or not words.whole[cue.start].isupper():
        return False
    before = words.whole[: cue.start].rstrip(" ")
    long = [word for word in words.whole.split() if len(word) > 3]
    return bool(before) and before[-1] not in OPENS and 2 * sum(word[0].isupper() for word in long) < 1 + len(long)


def _foreseen(words: Words, cue: Cue) -> bool:
    """Whether "would" and "should" tell what is to come: not what was decided, nor "visitors should arrive by nine"."""
    if cue.name == "proposal":
        return DECIDED.search(words.bare[: cue.start]) is None
    head, _, _ = subject(words, cue.start)
    return bool(head) and not asked(head) and ARGUED.search(words.bare[: cue.start]) is None


def _of_a_part(words: Words, cue: Cue, before: str) -> bool:
    """Whether a cue softens a part of a phrase alone, or is none: "the seemingly endless queue", "the expected rise"."""
    if cue.name in {"adverb", "evidential"} and before.rstrip().endswith(",") and APPOSITION.match(words.bare, cue.end):
        return FINITE.search(before) is None
    if words.document.metadata.kind == "notice" and cue.name == "adverb" and FINITE.search(before) is None:
        return True
    said = words.bare[cue.start : cue.end]
    if cue.name in {"adverb", "evidential"} and ATTRIBUTIVE.search(before):
        return len(said.split()) == 1 or said.endswith(("likely", "probable"))
    if cue.name == "epistemic":
        return IMPRESSION.match(said) is not None and words.whole[cue.end + 1 : cue.end + 2].isupper()
    return cue.name == "intention" and not _intends(words, cue, before)


def _intends(words: Words, cue: Cue, before: str) -> bool:
    """Whether somebody expects or aims: not "the expected rise to 3%", nor the aim of a rule."""
    cue_text = words.bare[cue.start : cue.end]
    if cue_text.startswith("aim"):
        return words.document.metadata.kind != "notice"
    if cue_text.startswith("expect") and BIDS.match(cue_text):
        return False
    if "expected" in cue_text and _asks(words, cue, before, cue_text):
        return False
    return not (
        cue_text.startswith(("expected", "anticipated", "projected", "predicted", "proposed"))
        and MODIFIED.search(before)
    )


def _asks(words: Words, cue: Cue, before: str, cue_text: str) -> bool:
    """Whether something is expected of somebody: "applicants are expected to bring proof", "payment is expected within"."""
    last = (before.split()[-1:] or [""])[0]
    following = (words.bare[cue.end : cue.end + 40].split()[:1] or [""])[0]
    of_people = lexicon.pattern("modality", "en", "allowed").fullmatch(last) is not None
    if words.document.metadata.kind == "notice":
        return "within" in cue_text or of_people
    bidden = lexicon.pattern("modality", "en", "bidden").fullmatch(following) is not None
    return (of_people and bidden) or ("within" in cue_text and asked(last))


def _condition(words: Words, cue: Cue) -> bool:
    """Whether the main claim hangs on a condition: an unreal or future one, not the case that a rule is about."""
    if words.document.metadata.kind == "notice":
        return False
    on = words.bare[cue.start : cue.end]
    if on not in HANGING and not on.startswith("in the event"):
        return not orders(words)
    if rules(words) or PROCEDURE.match(words.bare, cue.end):
        return False
    if re.search(
        r"\b(?:whether|ask(?:ed)?|wonder(?:ed)?|know|see|check|test|determine|even|as|only|question(?:ed)?)\s+$",
        words.bare[max(0, cue.start - 40) : cue.start],
    ):
        return False
    if OF_THE_READER.match(words.bare, cue.end):
        return False
    clause = CLAUSE_END.search(words.bare, cue.end)
    rest = words.bare[max(0, cue.start - 300) : cue.start]
    rest += words.bare[clause.start() : clause.start() + 300] if clause else ""
    return UNREAL.search(rest) is not None and not orders(words)


def _chinese(words: Words, cue: Cue) -> bool:
    """Whether a Chinese cue hedges the claim, and does not describe the case of a rule ("可能影响……的，应当")."""
    describes = ZH_OF.match(words.bare, cue.end) is not None
    if cue.name == "conditional" and _of_a_rule(words, cue):
        return False
    if words.bare[cue.start] == "或" and (describes or ZH_EITHER.match(words.bare, cue.end)):
        return False
    return not (orders(words) and (describes or cue.name != "modal" or words.document.metadata.kind == "notice"))


def _of_a_rule(words: Words, cue: Cue) -> bool:
    """Whether a Chinese condition is the case of a rule: "如不服，可以提起上诉"."""
    sentence = words.bare[cue.end :].split("。")[0]
    return ZH_RULED.search(sentence.partition("，")[2]) is not None


def _finding(words: Words, cue: Cue) -> Finding:
    end = CLAUSE_END.search(words.bare, cue.end)
    about = clipped(words.whole[cue.end : end.start() if end else len(words.whole)], 60)
    quoted, says = words.quote(cue.start, cue.end), lexicon.says(FILE, cue.language, cue.name)
    if cue.language == "zh":
        reason = f"原文留有余地：“{quoted}”{f'（“{about}”）' if about else ''}{says}。"
    else:
        reason = f'The source hedges: "{quoted}"{f" (of “{about}”)" if about else ""} makes it {says}.'
    span = words.span(cue.start, cue.end)
    return Finding(kind="hedged", reason=reason, evidence=(span,), words=span)
