"""The English noun phrase that speaks: where it begins, its head, and whether it names anybody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from assistant.doubts.lexicon import pattern, verbs
from assistant.doubts.lexicon import words as listed
from assistant.doubts.speech import Speech, Voice
from assistant.doubts.words import BLANK, Words

MARKS = f',;:—–“”"\n•.!?{BLANK}'
STOP = rf",;:()—–“”\"\n{BLANK}"
FINITE = re.compile(
    r"\b(?:am|is|are|was|were|has|have|had|will|would|should|shall|must|may|might|can|could|did|does|do|be|been)\b"
)
CONJUNCTION = re.compile(
    r"(?:^|\s)(?:and|but|or|while|although|though|whereas|as|because|since|if|when|that|which|whom|where|so|"
    r"than(?!\s+(?:one|two|three|a|half|\d))|whether|after|before|until|once)\s+"
)
DEFINITE = frozenset({"the", "this", "that", "these", "those", "its", "their", "his", "her", "our", "my"})
REPORTING = re.compile(
    r"\b(?:said|says|say|saying)\s+(?=(?:some|many|several|most|few|the|an?|two|three|his|her|their|its|local)\s)"
)
LEADING = re.compile(
    r"^(?:(?!(?:family|assembly|ally|italy|july|monopoly|supply|reply|bully|daily|weekly|monthly|quarterly)\b)[a-z]+ly|and|but|or|so|yet|also|"
    r"then|thus|meanwhile|moreover|however|still|overall|nevertheless|on\s+net)\s+|"
    r"^(?:in|on|at|after|during|by|for|since|from|regarding|over|with|under|among|against|following)\s+"
    r"(?:[a-z0-9'’-]+\s+){1,6}?(?=(?:the|a|an|some|several|many|most|all|participants|members)\s)"
)
OF = re.compile(
    r"\s+(?:of|at|for|from|in|near|along|across|with|by|on|to|who|which|that|whose|familiar|briefed|close|about|around|attending|representing|"
    r"said|based|seen|obtained|released|published|issued|posted|signed|written|commissioned|reviewed|polled|surveyed|interviewed|"
    r"living|working|using|speaking|writing)\b.*$",
    re.DOTALL,
)
PARTITIVE = re.compile(
    r"(?:some|many|most|several|all|a\s+(?:few|couple|number|handful|range)|(?:the|a)\s+(?:[a-z]+\s+){0,2}(?:majority|minority|number|group|"
    r"share)|few|one|both|half|two|three)\s+of\b"
)
CITING = re.compile(rf"(?:citing|quoting)\s+(?P<who>[^{STOP}.]{{2,80}})")
ABBREVIATED = re.compile(r"\b(?:mr|mrs|dr|ms|u\.s|st|et\s+al|\w)$")
AFTER_HEADING = re.compile(
    r"[A-Za-z’']\s+((?:Participants|Members|The|A|An|Several|Some|Many|Most|All|Few|Various|Respondents|Market|He|She|They|It)\s+(?=[a-z])|"
    r"(?:Participants|Members|He|She|They)$)"
)
ADJECTIVE = re.compile(r"(?:al|ic|ive|ous|ent|ant|ary|ed|ing|ful|able|less)$")
NAMING = re.compile(r"\b(?:at|for|with|from|by)\s+(?:the\s+)?[A-Z]")
CREW = re.compile(r"\b(?:aid|rescue|relief|health|social|care|emergency|ambulance)\s+(?:workers?|volunteers)\b")
CALLED = re.compile(r",\s+(?:the\s+)?(?:[A-Z][\w.’'-]*\s*){1,4}[,.]")
ORIGIN = re.compile(r"(?:ese|ish|ian|ean|can|man|aqi|eli|ench|utch)$")
MEETING = re.compile(
    r"\b(?:minutes\s+of|minutes\b.{0,40}\bmeeting|apologies\s+(?:for|were)|present:|in\s+attendance)", re.IGNORECASE
)
OPENING = 600  # characters in which a document says that it is the minutes of a meeting
OUTSET = re.compile(
    r"\b(?:plc|inc\.|today\s+(?:announces?d?|reports?|publishes)|[\"“](?:group|company|bank|board)[\"”])", re.IGNORECASE
)
OURS = re.compile(r"\b(?:we|our)\b", re.IGNORECASE)
ITSELF = re.compile(r"(?:the|our)\s+(?:board|group|company|bank|directors|management)$")
ABOUT = re.compile(r"\b(?:from|by|on|in|at|posted|signed|issued|pinned|taped|sent)\b")
POSTED = re.compile(r"\b(?:at|from|of|in|with)\s+(?:the|a|an|its|our|two|three)\s+[a-z]")
NUMBER = re.compile(
    r"^(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?)$|\+\d|\bhereby$|^(?:we|you)\s|\s(?:i|we|you|he|she|they|him|us)\s"
)
AHEAD = re.compile(
    r"(?:[Ii]n|[Aa]t|[Oo]n|[Dd]uring|[Aa]fter|[Bb]efore|[Dd]espite|[Ff]or)\s+(?:[^\W\dA-Z][\w’'-]*\s+){1,8}(?=(?:(?:[A-Z][\w.’'-]*|of|de|van|"
    r"the)\s*)+$)"
)
LONGEST = 300  # characters of a subject; beyond that it is no noun phrase
WORD = re.compile(r"[\w’'&.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the speaker stands in the statement, and the further voice that the speaker cites."""

    start: int
    end: int
    cited: tuple[int, int] | None = None


def subject(text: str, before: str, whole: str) -> Place | None:
    """The noun phrase that ends `before`, the words in front of a verb of saying; `whole` has them as written."""
    end, cited = _end(before)
    start = _start(text, end)
    start += _heading(whole[start:end])
    ahead = AHEAD.match(whole[start:end])
    start += ahead.end() if ahead else 0
    who = text[start:end]
    first = who.split()[0] if who.split() else ""
    if not first or len(who.split()) > 14 or "according to" in who or FINITE.search(OF.sub("", who)):
        return None
    if (
        who.endswith(("'s", "’s"))
        or NUMBER.search(who)
        or first in listed("grammar", "en", "unfit")
        or not set(who.split()) - listed("grammar", "en", "idle")
    ):
        return None
    return Place(start=start, end=end, cited=cited)


def _heading(who: str) -> int:
    """How much of a noun phrase is the heading before it: "Staff Economic Outlook The staff projected"."""
    found = [match.start(1) for match in AFTER_HEADING.finditer(who)]
    return found[-1] if found and len(who.split()) > 3 else 0


def _end(before: str) -> tuple[int, tuple[int, int] | None]:
    """The end of the subject, in front of an apposition (", a spokesman,") or a citation (", citing Y,")."""
    if before[-1] not in MARKS:
        return len(before), None
    inner = before.rstrip(", —–" + BLANK)
    if before[-1] != ",":
        return len(inner), None
    opening = max(inner.rfind(","), inner.rfind("—"), inner.rfind(BLANK))
    aside = inner[opening + 1 :]
    if opening < 0 or len(aside.split()) > 14:
        return 0, None
    citing = CITING.search(aside)
    cited = None if citing is None else (opening + 1 + citing.start("who"), opening + 1 + citing.end("who"))
    return len(inner[:opening].rstrip(", " + BLANK)), cited


def _start(text: str, end: int) -> int:
    far = max(0, end - LONGEST)
    stop = max(far - 1, *(text.rfind(mark, far, end) for mark in MARKS))
    while stop > far and text[stop] == "." and (text[stop + 1] not in " \n" or ABBREVIATED.search(text[far:stop])):
        stop = max(far - 1, *(text.rfind(mark, far, stop) for mark in MARKS))
    start = stop + 1
    inner = max((found.end() for found in REPORTING.finditer(text, start, end)), default=start)
    start = inner
    for joint in CONJUNCTION.finditer(text, start, end):
        ahead = text[start : joint.start()]
        if not ahead.strip() or FINITE.search(ahead) or joint.group().strip() not in {"and", "or"}:
            start = joint.end()
    while True:
        start += len(text[start:end]) - len(text[start:end].lstrip(" \t'‘•" + BLANK))
        leading = LEADING.match(text[start:end])
        if leading is None:
            return start
        start += leading.end()


def head_of(who: str) -> str:
    """The noun that carries a noun phrase: "several participants at the meeting" is about "participants"."""
    found = WORD.findall(OF.sub("", PARTITIVE.sub("", who)) or who)
    return found[-1].removesuffix("'s").removesuffix("’s") if found else ""


def voice(words: Words, start: int, end: int) -> Voice:
    """Whether the speaker is named, vague, a pronoun, or the document's own authority."""
    who = words.spoken[start:end]
    if who in listed("grammar", "en", "pronoun"):
        return "pronoun"
    if _is_own(words, start, who) or _is_issuer(words, who) or _numbered(words, start, who):
        return "own"
    if CALLED.match(words.whole[end : end + 60]):
        return "named"
    if pattern("speakers", "en", "unnamed").search(_with_apposition(words, start, end)):
        return "vague"
    return "named" if _named(words, start, end) and not _of_a_crowd(words, start, end) else "vague"


def _is_own(words: Words, start: int, who: str) -> bool:
    """Whether it is the document that speaks: its rule, its "our survey", the board of the firm whose release it is."""
    first = who.split(maxsplit=1)[0]
    if head_of(who) in listed("speakers", "en", "own"):
        return first not in {"a", "an", "another"} or ABOUT.search(who) is None
    if first in {"our", "my"}:
        return not _quoted(words.whole[:start])
    if ITSELF.match(who) is None:
        return False
    text = words.document.text
    return OUTSET.search(text[:OPENING]) is not None and OURS.search(text) is not None


def _quoted(before: str) -> bool:
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _of_a_crowd(words: Words, start: int, end: int) -> bool:
    """Whether the speaker is somebody of no name: "traders in the region", "several readers", "a manufacturer of valves"."""
    who, written = words.spoken[start:end], words.whole[start:end]
    head, first = head_of(who), who.split()[0]
    crowd = head in listed("speakers", "en", "crowd") or who.endswith("market participants")
    if not crowd or first in DEFINITE or CREW.search(who):
        return False
    if head in listed("speakers", "en", "concerned") and first not in listed("grammar", "en", "quantifier"):
        return False
    if head in listed("speakers", "en", "posted") and POSTED.search(who):
        return False
    near = OF.sub("", PARTITIVE.sub("", who)) or who
    lists = listed("grammar", "en", "determiner") | listed("grammar", "en", "quantifier")
    common = (
        lists
        | listed("speakers", "en", "generic")
        | listed("speakers", "en", "crowd")
        | listed("speakers", "en", "group")
    )
    names = [
        word for word in written[: len(near)].split() if word[0].isupper() and word.lower().strip("'’") not in common
    ]
    opens = (
        names[:1] == written.split()[:1]
        and not names[0].endswith(("'s", "’s"))
        and not re.search(rf"[\w,;] {re.escape(names[0])}\b", words.document.text)
    )
    names = [name for name in names[opens:] if ORIGIN.search(name) is None]
    if names or NAMING.search(written[len(near) :]):
        return False
    return MEETING.search(f"{words.document.title} {words.document.text[:OPENING]}") is None


def _named(words: Words, start: int, end: int) -> bool:
    """Whether a name, a post or a definite noun goes with the speaker, or a group that is known by its part."""
    who, written = words.spoken[start:end], words.whole[start:end].split()
    head, first = head_of(who), who.split()[0]
    lists = (
        listed("grammar", "en", "determiner")
        | listed("grammar", "en", "quantifier")
        | listed("speakers", "en", "vague")
        | listed("speakers", "en", "generic")
    )
    names = [word for word in written if word[0].isupper() and word.lower() not in lists]
    opens = start == 0 and names[:1] == written[:1] and ADJECTIVE.search(written[0]) is not None
    posted = head in listed("speakers", "en", "posted") and POSTED.search(who) is not None
    if posted or (len(written) > 1 and len(names) > opens):
        return True
    if head in listed("speakers", "en", "vague"):
        definite = first in {"the", "this", "that", "these", "those", "its", "their", "our", "a", "an"}
        return definite and head not in listed("grammar", "en", "quantifier")
    if first in {"one", "another"} and head not in listed("speakers", "en", "meeting"):
        return False
    counted = first in listed("grammar", "en", "quantifier") and first not in {"all", "both", "one", "another"}
    return not counted or head in listed("speakers", "en", "group")


def _numbered(words: Words, start: int, who: str) -> bool:
    """Whether the speaker is a notice by its number: "MDI IT [2020] 14 says"."""
    return who.strip().isdecimal() and words.spoken[:start].rstrip(" ").endswith(BLANK)


def _with_apposition(words: Words, start: int, end: int) -> str:
    """The speaker with what follows: "two people who asked not to be named", "an official, who declined to be named,"."""
    who = words.spoken[start:end]
    after = words.spoken[end : end + 60]
    return (
        f"{who} {after}"
        if re.match(r",?\s+(?:who|familiar|briefed|speaking|on\s+condition|with\s+knowledge)\b", after)
        else who
    )


def _is_issuer(words: Words, who: str) -> bool:
    issuer = (words.document.metadata.issuer or "").lower().split()
    said = [word for word in WORD.findall(who) if word not in {"the", "this"}]
    return bool(said) and all(word in issuer for word in said)


@cache
def agents() -> frozenset[str]:
    """Nouns for those who can speak."""
    known = ("group", "crowd", "vague", "own")
    return frozenset().union(*(listed("speakers", "en", name) for name in known))


def speech_of(
    words: Words,
    whole: tuple[int, int],
    who: tuple[int, int],
    told: str,
    *,
    cited: tuple[int, int] | None = None,
    aside: bool = False,
) -> Speech:
    """The attribution at these offsets, with its verb's stance and whether it names anybody."""
    stance, participle = verbs("en").get(told, ("neutral", told))
    return Speech(
        start=whole[0],
        end=whole[1],
        speaker_start=who[0],
        speaker_end=who[1],
        verb=participle,
        stance=stance,
        voice=voice(words, who[0], who[1]),
        language="en",
        cited=cited,
        aside=aside,
    )
