"""The value that both languages hand to attribution: who says it, how, and over which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.doubts.lexicon import Language

Voice = Literal["named", "vague", "own", "pronoun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Words that attribute, in offsets of the statement: all of them (`start`, `end`) and the speaker's.

    `verb` is what a reader is told ("said", "according to", "声称"), `stance` the writer's stance in choosing it;
    `cited` is the further voice of a chain ("Xinhua, citing the ministry, said"); `scope` is what is said, in one or
    two stretches; `aside` tells that it stands in a subordinate clause ("although some noted that ...").
    """

    start: int
    end: int
    speaker_start: int
    speaker_end: int
    verb: str
    stance: str
    voice: Voice
    language: Language
    cited: tuple[int, int] | None = None
    scope: tuple[tuple[int, int], ...] = ()
    aside: bool = False
