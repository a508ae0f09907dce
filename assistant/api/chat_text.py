"""An answer as the text of a chat message, and such a text as the turn of a conversation again.

Chat pages render Markdown and find links in bare words. Words of documents and models stay words here: what would set them
is escaped, and addresses, tags and markers that stand in a document are put in backticks, as code. `[1]` outside of backticks
is always ours. A text grows claim by claim, so that a stream of them is the text that is given at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.labels import EN

Json = Mapping[str, Any]

WITHDRAWN = "\n\n**Withdrawn: what stands above did not come to a good end. What follows is the library's own, word for word.**\n\n"
_CHOICES = "It may have been meant as:"
_NEAREST = "Nearest passages, none of which is an answer:"
_ENDS = ("**Sources**", "**What is missing:**", "**Note:**", _NEAREST)
_SHORTENED = 200

_IN_ADDRESS = r"[^\s<>\"“”'‘’()\[\]{}（）【】「」『』《》，。；：、！？`]"
_ADDRESS = rf"{_IN_ADDRESS}*(?<![.,;:!?])"
_ALIVE = re.compile(
    rf"[a-z][a-z0-9+.-]{{0,30}}://{_ADDRESS}"
    rf"|(?<![a-z0-9])(?:mailto|javascript|vbscript|data|file|blob|tel|sms):(?={_IN_ADDRESS}){_ADDRESS}|(?<![a-z0-9])www\.{_ADDRESS}"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|(?<![a-z0-9-])[a-z0-9-]{0,63}(?:\.[a-z0-9-]{1,63}){0,8}"
    r"\.(?:[a-z]{2}|com|org|net|edu|gov|biz|pro|web|info|name|shop|asia|aero|coop|museum|mobi|app|dev|mil|int)(?![a-z0-9]|-(?!\d))"
    rf"(?:[/?#:]{_ADDRESS})?"
    r"|[\[【]\s*\^?s?\d{1,3}(?:\s*[,，、–-]\s*s?\d{1,3})*\s*[\]】]"
    r"|<(?=[a-z/!?])[^\s>]*>?|&#?\w{1,32};|[`\\]+",
    re.IGNORECASE,
)
"""What comes alive in some chat page: addresses (bare ones too), markers, tags, entities, backticks and backslashes."""
_SETTING = re.compile(r"[*_~$]|\](?=\s*[(\[:])")
_FIRST = re.compile(r"^(?:(\d{1,9})(?=[.)](?:\s|$))|(?=[#>+=-]))")
_ESCAPED = re.compile(r"\\(?P<word>[*_~$\]#>+.)=-])|(?<!`)(?P<fence>`+)(?!`)(?P<code>.+?)(?<!`)(?P=fence)(?!`)")
_OURS = re.compile(
    rf"(?: (?:\[\d{{1,3}}\])+)?(?: \*\*(?:{'|'.join(map(re.escape, EN.verdicts.values()))})\*\*)?(?: \(Doubts?: .*\))?$"
)


class ChatText:
    """The text of an answer as it grows; `told` is all of it so far."""

    def __init__(self) -> None:
        self.told = ""
        self._sources: dict[tuple[Any, ...], Json] = {}

    def claim(self, claim: Json) -> str:
        """What a claim, the next one, adds to the text."""
        marks = self._marks(claim["citations"])
        parts = [escaped(claim["text"]), marks]
        parts += [f"**{EN.verdicts[claim['verdict']]}**"] if claim["verdict"] in EN.verdicts else []
        if claim["doubts"]:
            reasons = [self._reason(doubt, claim["citations"]) for doubt in claim["doubts"]]
            parts.append(f"({'Doubt' if len(reasons) == 1 else 'Doubts'}: {' '.join(reasons)})")
        return self._add(" ".join(part for part in parts if part))

    def rest(self, answer: Json) -> str:
        """What a whole answer adds behind the claims that were told already."""
        return "".join(self._add(part) for part in self._parts(answer))

    def _parts(self, answer: Json) -> Iterator[str]:
        known = {each["document_id"]: each for each in (*answer["nearest"], *answer["passages"])}
        if not answer["claims"]:
            yield escaped(answer["text"])
        if answer["choices"]:
            listed = "\n".join(f"{number}. {escaped(each)}" for number, each in enumerate(answer["choices"], start=1))
            yield f"{_CHOICES}\n\n{listed}"
        if answer["missing"]:
            yield f"**What is missing:** {' '.join(escaped(each) for each in answer['missing'])}"
        yield from (f"**Note:** {escaped(notice)}" for notice in answer["notices"])
        if answer["nearest"]:
            lines = [f"- {_named(each, known)} — “{escaped(_shortened(each['text']))}”" for each in answer["nearest"]]
            yield "\n".join([f"{_NEAREST}\n", *lines])
        if answer["claims"]:
            yield f"*{EN.made[answer['mode']]}*"
        if self._sources:
            numbered = enumerate(self._sources.values(), start=1)
            lines = [f"- [{number}] {_named(each, known)} — “{escaped(each['quote'])}”" for number, each in numbered]
            yield "\n".join(["**Sources**\n", *lines])

    def _marks(self, citations: Sequence[Json]) -> str:
        """The markers of some citations; each is numbered when it is first named."""
        marks = []
        for citation in citations:
            key = (citation["document_id"], citation["span"]["start"], citation["span"]["end"])
            self._sources.setdefault(key, citation)
            marks.append(f"[{list(self._sources).index(key) + 1}]")
        return "".join(dict.fromkeys(marks))

    def _reason(self, doubt: Json, cited: Sequence[Json]) -> str:
        """A doubt's reason, with markers for that evidence which does not stand in the claim's own citations."""
        elsewhere = [each for each in doubt["evidence"] if not any(_holds(own, each) for own in cited)]
        return " ".join(part for part in (escaped(doubt["reason"]), self._marks(elsewhere)) if part)

    def _add(self, part: str) -> str:
        piece = f"\n\n{part}" if self.told else part
        self.told += piece
        return piece


def chat_text(answer: Json) -> str:
    """An answer, as JSON of the contract, as one text."""
    text = ChatText()
    for claim in answer["claims"]:
        text.claim(claim)
    text.rest(answer)
    return text.told


def remembered(text: str) -> tuple[str, tuple[str, ...]]:
    """What an earlier chat text said, a line for each claim, and the choices it gave; without markers, doubts and sources."""
    said, _, listed = text.rpartition(WITHDRAWN.strip())[2].partition(_CHOICES)
    choices = re.findall(r"^\d+\. (.+)$", listed.strip().partition("\n\n")[0], re.MULTILINE)
    lines = []
    for line in (line.strip() for line in said.splitlines()):
        if line.startswith(_ENDS):
            break
        if line and line.strip("*") not in EN.made.values():
            lines.append(_plain(_OURS.sub("", line, count=1)))
    return "\n".join(lines), tuple(_plain(each) for each in choices)


def escaped(text: str) -> str:
    """Words on one line that a chat page shows as they are.

    >>> print(escaped("See [here](http://x.example/a) or <b>b.com</b>, *now* [1]"))
    See [here\\](`http://x.example/a`) or `<b>b.com</b>`, \\*now\\* `[1]`
    """
    flat, shown, code, done = " ".join(text.split()), "", "", 0
    for found in _ALIVE.finditer(flat):
        if found.start() > done and code:
            shown, code = shown + _code(code), ""
        shown += _set(flat[done : found.start()], first=done == 0)
        code, done = code + found[0], found.end()
    return shown + (_code(code) if code else "") + _set(flat[done:], first=done == 0)


def _set(words: str, *, first: bool) -> str:
    words = _SETTING.sub(lambda found: f"\\{found[0]}", words)
    return _FIRST.sub(r"\1\\", words) if first else words


def _code(words: str) -> str:
    fence = "`" * (1 + max(map(len, re.findall("`+", words)), default=0))
    room = " " if "`" in words else ""
    return f"{fence}{room}{words}{room}{fence}"


def _plain(words: str) -> str:
    """Escaped words as they were."""
    return _ESCAPED.sub(lambda found: found["word"] or (found["code"] or "").removeprefix(" ").removesuffix(" "), words)


def _named(cited: Json, known: Mapping[str, Json]) -> str:
    """A source for people: title, who issued it and when, and where in it the words stand."""
    about = known.get(cited["document_id"], {}).get("metadata", {})
    where = cited.get("locator", cited.get("section", ""))
    parts = (cited["title"], about.get("issuer") or about.get("outlet"), about.get("issued"), where)
    return ", ".join(escaped(part) for part in dict.fromkeys(parts) if part)


def _holds(own: Json, other: Json) -> bool:
    """Whether words stand within other words of the same document."""
    begins, ends = own["span"]["start"] <= other["span"]["start"], other["span"]["end"] <= own["span"]["end"]
    return bool(own["document_id"] == other["document_id"] and begins and ends)


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    if len(flat) <= _SHORTENED:
        return flat
    cut = flat.rfind(" ", _SHORTENED // 2, _SHORTENED)  # Chinese has no spaces to cut at
    return flat[: cut if cut > 0 else _SHORTENED] + " …"
