"""Statements that the source softens: modals, impressions, indirect evidence, forecasts, intentions and conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.doubts import lexicon
from assistant.doubts.finding import Finding
from assistant.doubts.lexicon import Language
from assistant.doubts.modality import possible
from assistant.doubts.words import BLANK, Words, clipped, matches, orders

FILE = "hedges"
LONGEST_HEADLINE = 90  # characters
QUIET = "not_a_hedge"
MODIFIED = re.compile(r"\b(?:and|or|the|of|than|with|as|previously|lower|higher|their|its|an?)\s+$")
HANGING = frozenset(
    {"if", "unless", "provided that", "provided", "as long as", "depending on", "assuming", "assuming that"}
)
APPOSITION = re.compile(r"\s+(?:the|a|an|one|as|to|from|by|in|with|because|its|his|her|their)\b[^,.;:]{2,60},\s*[a-z]+")
FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|may|might|can|could|did|does|[a-z]{3,}ed)\b")
ATTRIBUTIVE = re.compile(r"\b(?:the|a|an|this|that|these|those|its|their|his|her|most|more)\s+$")
UNREAL = re.compile(r"\b(?:would|could|might|will|'ll|(?:is|are) (?:likely|expected|set|due))\b")
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
    before = words.bare[max(0, cue.start - 80) : cue.start]
    if cue.name == "conditional":
        return _condition(words, cue)
    if RELATIVE.search(before) and not SAYING.search(before):
        return before.rstrip().endswith(", which") and cue.name != "intention"
    if cue.name == "proposal":
        return DECIDED.search(words.bare[: cue.start]) is None and not orders(words)
    if cue.name == "modal":
        return possible(words, cue.start, cue.end)
    if cue.name in {"intention", "epistemic", "adverb"} and orders(words):
        return False
    return not _of_a_part(words, cue, before)


def _of_a_part(words: Words, cue: Cue, before: str) -> bool:
    """Whether a cue softens a part of a phrase alone, or is none: "the seemingly endless queue", "the expected rise"."""
    if cue.name in {"adverb", "evidential"} and before.rstrip().endswith(",") and APPOSITION.match(words.bare, cue.end):
        return FINITE.search(before) is None
    if words.document.metadata.kind == "notice" and cue.name == "adverb" and FINITE.search(before) is None:
        return True
    if cue.name in {"adverb", "evidential"} and ATTRIBUTIVE.search(before):
        return not words.bare[cue.start : cue.end].startswith("an ")
    if cue.name == "epistemic":
        return words.whole[cue.end + 1 : cue.end + 2].isupper()
    return cue.name == "intention" and not _intends(words, cue, before)


def _intends(words: Words, cue: Cue, before: str) -> bool:
    """Whether somebody expects or aims: not "the expected rise to 3%", nor the aim of a rule."""
    cue_text = words.bare[cue.start : cue.end]
    if cue_text.startswith("aim"):
        return words.document.metadata.kind != "notice"
    if words.document.metadata.kind == "notice" and "expected" in cue_text and _asks(before, cue_text):
        return False
    return not (cue_text.startswith(("expected", "anticipated", "pr")) and MODIFIED.search(before))


def _asks(before: str, cue_text: str) -> bool:
    """Whether a notice expects something of somebody: "applicants are expected to bring proof", "payment is expected within"."""
    last = before.split()[-1:] or [""]
    return "within" in cue_text or lexicon.pattern("modality", "en", "allowed").fullmatch(last[0]) is not None


def _condition(words: Words, cue: Cue) -> bool:
    """Whether the main claim hangs on a condition: an unreal or future one, not the case that a rule is about."""
    if words.document.metadata.kind == "notice":
        return False
    if words.bare[cue.start : cue.end] not in HANGING:
        return not orders(words)
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
    return not (orders(words) and (describes or cue.name != "modal" or words.document.metadata.kind == "notice"))


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
