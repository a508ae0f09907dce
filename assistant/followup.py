"""Follow-ups without a model: a question that leans on the conversation is made whole, one that stands alone is left as it is.

What is missing is taken from the last question in full: its year or place gives way to another ("and in 2021?"), or its subject
is put where a pronoun stood, or in brackets behind ("the deadline? (waiver of platform fees)"). The words by which all of this
is told are in `followup.toml`, in English and Chinese.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from assistant.conversation import Turn
from vectorstore.terms import query_terms, terms

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][\w'’./&-]*[\w]|[A-Za-z0-9]")
_NAME = re.compile(r"(?:[A-Z][\w'’-]*|[a-z]+[A-Z]\w*)(?:\s+(?:(?:of|for|and|the|on)\s+){0,2}[A-Z0-9][\w'’-]*)*")
TAIL = re.compile(r"\s*[(（](?P<topic>[^()（）]*)[)）]\s*$")


def standalone(question: str, turns: Sequence[Turn]) -> str:
    """The question made whole from the turns before it; as it is, where nothing has to be put in.

    >>> standalone("and in 2021?", [Turn(question="What did Hubei export in 2020?")])
    'What did Hubei export in 2021?'
    """
    if not question.strip() or not turns:
        return question
    if picked := _picked(question, turns[-1].choices):
        return picked
    before = next((turn for turn in reversed(turns) if not _one_of("courtesy", turn.meant)), None)
    if before is None or not before.meant.strip():
        return question
    asked = _without_courtesy(question)
    for rule in (_again, _swapped, _counted, _carried):
        if whole := rule(asked, before):
            return whole
    return question


def _picked(question: str, choices: Sequence[str]) -> str:
    """The choice that a reply takes: by yes, by its number, or by words that only it holds."""
    if not choices:
        return ""
    if _one_of("assent", question):
        return choices[0]
    if match := _pattern("pick").match(question.strip()):
        place = _data()["nth"][match["nth"].casefold()]
        return choices[place] if place < len(choices) else ""
    said = set(telling(question)) - _stems("choosing")
    fitting = [choice for choice in choices if said and said <= set(terms(choice))]
    return fitting[0] if len(fitting) == 1 else ""


def _again(asked: str, before: Turn) -> str:
    """The last question again, for a yes, a no and "tell me more"; behind a bare "why?"."""
    if any(_one_of(kind, asked) for kind in ("assent", "dissent", "more")):
        return before.meant
    return bracketed(asked, before.meant) if _one_of("bare", asked) else ""


def _swapped(asked: str, before: Turn) -> str:
    """The last question with another year, place or name."""
    match = next(
        (found for name in ("about", "alone", "chinese_about") if (found := _pattern(name).match(asked))), None
    )
    said = (match["said"] if match else asked).strip(" ?？.。!！")
    word = (match.groupdict().get("in") or "") if match else ""
    for kind in ("period", "chinese_period", "month", "chinese_month", "place"):
        if _pattern(kind).fullmatch(f"{word} {said}".strip() if kind == "period" else said):
            return _replaced(before.meant, said, word, _pattern(kind))
    held = names(before.meant)
    if match and len(held) == 1 and _NAME.fullmatch(said) and not _pattern("place").search(held[0]):
        return before.meant.replace(held[0], said)
    clause = len(said.split()) > 5 or _pattern("clause").match(said)
    return bracketed(asked, _subject(before.meant)) if match and not clause else ""


def _replaced(meant: str, said: str, word: str, kind: re.Pattern[str]) -> str:
    """A question with its one period or place replaced, or with one put in where it has none."""
    found = list(kind.finditer(meant))
    if len({match[0] for match in found}) == 1:
        old = found[0][0]
        return meant.replace(old, f"{word or _preposition(old)} {said}".strip() if kind is _pattern("period") else said)
    if _HAN.search(meant):
        return f"在{said}，{meant}"
    end = len(meant.rstrip(" ?.!"))
    return f"{meant[:end]} {word or 'in'} {said}{meant[end:].strip() or '?'}"


def _counted(asked: str, before: Turn) -> str:
    """A question on "the second one" with the words of that line of the last answer."""
    match = _pattern("nth_inside").search(asked)
    lines = [line for line in before.answer.splitlines() if line.strip()]
    if match is None or len(lines) < 2 or names(asked):
        return ""
    place = _data()["nth"][(match["nth"] or f"第{match['zh']}").casefold()]
    return bracketed(asked, _shortened(lines[place], "claim")) if place < len(lines) else ""


def _carried(asked: str, before: Turn) -> str:
    """A question that leans on the last one, with its subject for the pronoun or in brackets."""
    if not leans(asked):
        return ""
    name, pronoun = _name(before.meant), _dangling(asked) or _pattern("pronoun_chinese").search(asked)
    if name and pronoun:
        owned = pronoun[0].casefold() in {"its", "their", "his"}
        return asked[: pronoun.start()] + name + ("'s" if owned else "") + asked[pronoun.end() :]
    return bracketed(asked, _subject(before.meant))


def leans(asked: str) -> bool:
    """Whether a question says too little, or points at something outside it."""
    meaning = _meaning(asked)
    pointer = _pattern("pointing").search(meaning)
    if (
        _dangling(asked)
        or (pointer and _early(meaning, pointer, "pointed"))
        or _pattern("chinese_pointing").search(asked)
    ):
        return True
    subject = telling(_pattern("chinese_aspects").sub(" ", asked))
    own = {term for term in subject if not term[0].isdigit()} - _stems("aspects")
    if not own or names(asked):
        return not own
    if _pattern("forward").match(asked):
        return True
    return _pattern("class").search(asked) is not None and len(own - _stems("classes")) <= _number("own")


def _dangling(text: str) -> re.Match[str] | None:
    """The first pronoun with nothing before it that it could stand for."""
    meaning = _meaning(text)
    match = _pattern("pronoun").search(meaning)
    return match if match and _early(meaning, match, "before") else None


def _meaning(text: str) -> str:
    """A text with blanks for its pronouns that stand for nothing."""
    return _pattern("empty").sub(lambda match: " " * len(match[0]), text)


def _early(text: str, match: re.Match[str], most: str) -> bool:
    before = text[: match.start()]
    return len(telling(before)) < _number(most) and not names(before)


def _name(meant: str) -> str:
    """The one name, or the X of "what is X", that a question is about and says little else of: what a pronoun may give way to."""
    held, match = names(meant), _pattern("defined").match(meant.strip())
    if len(held) != 1:
        return match["said"] if match and not held else ""
    name = re.escape(held[0])
    part = re.search(rf"\b(?:the|an?) {name} [a-z]|\b(?:in|at|from|to|near|by) (?:the )?{name}", meant)
    beside = set(telling(meant)) - set(telling(held[0])) - _stems("aspects")
    return "" if part or _pattern("place").fullmatch(held[0]) or len(beside) > _number("beside") else held[0]


def names(text: str) -> list[str]:
    """Names by their capitals or their marks, each once."""
    found = [match[0] for match in re.finditer("《[^》]+》", text)]
    for match in _NAME.finditer(text):
        start, words = text[: match.start()].rstrip(), re.sub(r"['’]s?$", "", match[0]).split()
        while words and not telling(words[0]):
            words = words[1:]
        opens = not start or start[-1] in ".?!:"
        if words and not (opens and len(words) == len(match[0].split()) == 1 and not words[0].isupper()):
            found.append(" ".join(words))
    dates = _pattern("period"), _pattern("month")
    return [name for name in dict.fromkeys(found) if not any(each.fullmatch(name) for each in dates)]


def _subject(meant: str) -> str:
    """The words of a question that are carried over: what it carried itself, and its own where they name something."""
    match = TAIL.search(meant)
    if match is None:
        return _shortened(meant, "topic")
    own = meant[: match.start()]
    if not set(telling(own)) - _stems("aspects"):
        return match["topic"]
    return _shortened(f"{own.rstrip(' ?？')}, {match['topic']}", "topic")


def _shortened(text: str, most: str) -> str:
    """A text up to so many telling words."""
    if _HAN.search(text):
        return text[: 3 * _number(most)]
    words = text.split()
    for count in range(1, len(words) + 1):
        if len(telling(" ".join(words[:count]))) > _number(most):
            return " ".join(words[: count - 1])
    return text


def bracketed(asked: str, inside: str) -> str:
    """A question with what it is about behind it."""
    inside = inside.translate(str.maketrans("()（）", "    ")).strip()
    return f"{asked}（{inside}）" if _HAN.search(asked) else f"{asked} ({inside})"


def _without_courtesy(question: str) -> str:
    """A question without the thanks and yeses that it opens with."""
    rest = question.strip()
    while match := re.match(r"[^,.!?，。！？]+[,.!，。！]+\s*(?=\S)", rest):
        if not _one_of("courtesy", match[0]):
            break
        rest = rest[match.end() :]
    return rest


def _one_of(kind: str, text: str) -> bool:
    said = " ".join(re.findall(r"[\w'’]+", text.casefold()))
    return said.replace("’", "'") in _data()["words"][kind]


def telling(text: str) -> list[str]:
    """The terms of a text without its frame; none where it is all frame."""
    anchor = "0"  # query_terms gives the frame back where nothing else is there
    return [term for term in query_terms(f"{text} {anchor}") if term != anchor]


def _preposition(period: str) -> str:
    first = period.split(" ", 1)[0]
    return first if first.isalpha() and first.islower() else ""


@cache
def _stems(kind: str) -> frozenset[str]:
    return frozenset(terms(" ".join(_data()["words"][kind])))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A pattern of the lexicon, or one made of its words."""
    given = _data()["patterns"][name]
    text = "|".join(given) if isinstance(given, list) else given
    return re.compile(re.sub(r"(?<!\(\?P)<(\w+)>", lambda match: _alternatives()[match[1]], text), re.IGNORECASE)


@cache
def _alternatives() -> dict[str, str]:
    words = {**_data()["words"], **_data()["places"]}
    return {kind: "|".join(map(re.escape, sorted(held, key=len, reverse=True))) for kind, held in words.items()}


def _number(name: str) -> int:
    return int(_data()["numbers"][name])


@cache
def _data() -> dict[str, Any]:
    with (Path(__file__).parent / "followup.toml").open("rb") as file:
        return tomllib.load(file)
