"""The words of a statement as the families read them: lower case, asides blanked, every offset kept."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.doubts import lexicon
from assistant.doubts.lexicon import Language
from ingest.document import Document, Span, Statement

BLANK = "\x1f"
BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]|【[^【】]*】")
TITLES = re.compile(
    r"《[^》]*》|“[^”.!?。！？；]{1,90}[?!？！]?”|‘[^’.!?]{1,90}[?!]?’(?!\w)|\"[^\".!?]{1,90}[?!]?\"|「[^」。]*」"
)
ASIDES = re.compile(r",\s+(?:who|which|whose|where|whom)\b[^,.;:]{2,160},(?!\s+(?:and|or)\b)")
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2}")
ASKED = re.compile(r"\bshould\b|\b(?:is|are) to\b|^\s*(?:where|if|when|in case)\b|应(?!急|用|对|届|付|变|邀|征|运)")
REMARK = re.compile(
    r"\s*(?:but |however, |yet )?(?:(?:the|this|that|these|those|its|their|his|her|both|neither) (?:[a-z]+ )?(?:figures?|numbers?|claims?|"
    r"reports?|accounts?|statements?|estimates?|counts?|story|dates?|rumou?rs?|allegations?|information|data|results?|assertions?|totals?|percentages?|share|tally|version)\b|"
    r"(?:this|that|it|none of (?:this|these|it)) (?:has|have|had|could|cannot|can|was|is|remains)\b|"
    r"(?:nobody|no one|no [a-z]+ [a-z]+|neither|the \w+) (?:has|have|had|could)\b"
    r"[^.]{0,40}\b(?:this|that|the|these) (?:figures?|numbers?|claims?|data|counts?)|"
    r"(?:但|然而|不过|，)*(?:该|这一|这个|此|上述|这些|有关|前述|这)(?:数字|数据|说法|消息|报道|指控|传闻|统计|比例|结果|传言|估计|信息|声明))"
)
ONE_LINE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A statement's (or its lead-in's) words.

    `whole` is the text as written; in `spoken` it is lower case with notes and brackets blanked, in `bare` with
    quoted titles and enclosed relative clauses blanked too. All three are as long as the span they stand for.
    """

    document: Document
    statement: Statement
    start: int
    whole: str
    spoken: str
    bare: str
    context: str
    languages: tuple[Language, ...] = field(default=())

    def span(self, start: int, end: int) -> Span:
        """The characters of the document behind two offsets."""
        return Span(start=self.start + start, end=self.start + end)

    def quote(self, start: int, end: int) -> str:
        """The words as written, on one line."""
        return on_one_line(self.whole[start:end])


def read(document: Document, statement: Statement, *, of: Span | None = None) -> Words:
    """The words of a statement, or of another span of it such as its lead-in."""
    span = of or statement.span
    whole = document.text[span.start : span.end]
    low = lower(whole)
    spoken = BRACKETS.sub(blanked, low) if "(" in low or "（" in low or "[" in low or "【" in low else low
    for note in statement.notes:
        if note.meets(span):
            start, end = max(note.start, span.start) - span.start, min(note.end, span.end) - span.start
            spoken = spoken[:start] + BLANK * (end - start) + spoken[end:]
    lead = lower(document.quote(statement.lead_in)) if statement.lead_in is not None else ""
    signs: tuple[tuple[Language, re.Pattern[str]], ...] = (("zh", HAN), ("en", LATIN))
    languages = tuple(language for language, sign in signs if sign.search(whole))
    return Words(
        document=document,
        statement=statement,
        start=span.start,
        whole=whole,
        spoken=spoken,
        bare=ASIDES.sub(blanked, TITLES.sub(blanked, spoken)),
        context=f"{lead} {spoken}",
        languages=languages,
    )


def language_of(text: str) -> Language:
    """The language whose word lists a text is read with: Chinese where it has a Chinese character."""
    return "zh" if HAN.search(text) else "en"


def place_of(document: Document, statement: Statement) -> int:
    """Where a statement stands among those of its document."""
    return bisect_left(document.statements, statement.span.start, key=lambda each: each.span.start)


def matches(words: str, file: str, language: Language, *names: str) -> Iterator[re.Match[str]]:
    """Where the words of some classes of a lexicon stand."""
    return lexicon.pattern(file, language, *names).finditer(words)


def next_remark(words: Words) -> Words | None:
    """The next statement of the paragraph where it is about what this one says: "That figure has not been checked."."""
    statements = words.document.statements
    after = bisect_right(statements, words.statement.span.start, key=lambda each: each.span.start)
    if after >= len(statements) or words.statement.lead_in is not None:
        return None
    following = statements[after]
    gap = words.document.text[words.statement.span.end : following.span.start]
    if gap.strip() or "\n\n" in gap:
        return None
    remark = read(words.document, following)
    return remark if REMARK.match(remark.spoken) else None


def orders(words: Words) -> bool:
    """Whether the statement lays down a duty, so that its words are about what ought to be and not about what is."""
    if words.document.metadata.kind == "notice" and ASKED.search(words.context):
        return True
    return any(lexicon.pattern("doubting", language, "duty").search(words.context) for language in words.languages)


def lower(text: str) -> str:
    """The text in lower case, character for character."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def blanked(match: re.Match[str]) -> str:
    """As many blanks as there were characters."""
    return BLANK * len(match.group())


def on_one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return ONE_LINE.sub(" ", text).strip()


def clipped(text: str, longest: int = 160) -> str:
    """The text on one line, cut at a word where it is long."""
    line = on_one_line(text)
    if len(line) <= longest:
        return line
    return line[:longest].rsplit(" ", 1)[0] + " …"
