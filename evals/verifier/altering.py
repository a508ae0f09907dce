"""Sentences with one thing altered, and the same said in slightly other words: rules and word lists, drawn by a seed."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

_NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w/-]|[.,]\d)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|had|has|have|would|will|could|can|should|may|might|did|does)\b(?! not\b|n't)"
)
_NAMES = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?:(?: of(?: the)?)? [A-Z][a-z]+){1,3}")
_LEADING = re.compile(r"^((?:In|During|Over|At|On|Since|By|After|For|Among) [^,]{3,60}), ([a-z])")
_SAID = re.compile(
    r"^((?:A few|Several|Some|Many|Most|A number of|A couple of|Various)? ?[Pp]articipants|Members|The staff) "
    r"(noted|observed|commented|indicated|remarked|judged|expected|anticipated) that (.+)\.$"
)
_TAILS = (
    re.compile(r",(?: \w+ing|which|who|as|although|while|with|reflecting) [^,]{8,}(?=\.$)"),
    re.compile(r",? (?:and|but|while|although) [a-z][^,]{12,}(?=\.$)"),
)
_ASIDE = re.compile(
    r"(?:,(?: however| in particular| in general| for example| on balance| on net| as well)|\s*\([^()]{3,60}\))(?=[,\s.])"
)
_NO_VERB = re.compile(  # after these, "expected" or "supported" is no verb of its own
    r"\b(?:is|are|was|were|had|has|have|be|been|being|the|a|an|of|in|as|by|with|than|and|well|they|it) $|,\s*$"
)

Alter = Callable[[random.Random, str], str | None]


def altered(kind: str, draw: random.Random, text: str) -> str | None:
    """A sentence with one thing altered; None where it holds nothing of that kind."""
    return KINDS[kind](draw, text)


def reworded(draw: random.Random, text: str, most: int = 3, *, everyday: bool = False) -> str | None:
    """The same in slightly other words, or less of it; None where no rule fits. `everyday` words are kept from the test."""
    ways: list[Alter] = [_other_word, _other_word, _other_word, _moved, _opened, _said_last, _trimmed, _without_aside]
    if everyday:
        ways += [_everyday_word] * 4
    draw.shuffle(ways)
    found = text
    for way in ways[: draw.randint(2, most + 2)]:
        found = way(draw, found) or found
    return found if found != text else None


def titled(draw: random.Random, day: date | None = None) -> str:
    """A heading: of a meeting's minutes with their day, or of a section of an article."""
    if day is None:
        return str(draw.choice(lists()["sections"]))
    month = lists()["months"][day.month - 1]
    written = draw.choice((f"{month} {day.day - 1}-{day.day}, {day.year}", f"{day.day} {month} {day.year}", str(day)))
    return f"{draw.choice(lists()['titles'])}{draw.choice((' ', ', '))}{written}"


def another(draw: random.Random, day: date) -> date:
    """Another month, mostly of a year near by."""
    return (day + timedelta(days=draw.choice((-1, 1)) * draw.choice((40, 90, 365, 365, 400, 730)))).replace(day=15)


def dated(draw: random.Random, text: str, day: date) -> str:
    """The same with the month and year told in which it was said; a month in it gets its year where it stands alone."""
    month = lists()["months"][day.month - 1]
    alone = re.search(rf"\b[Ii]n {month}(?=[\s.,])(?!,? \d)", text)
    if alone and draw.random() < 0.7:
        return f"{text[: alone.end()]} {day.year}{text[alone.end() :]}"
    way = str(draw.choice(lists()["when"]))
    return way.format(month=month, year=day.year, text=_within(text), bare=text.rstrip("."))


def quoted_from(draw: random.Random, text: str) -> str:
    """The same with the minutes named that say so."""
    return str(draw.choice(lists()["where"]).format(text=_within(text), bare=text.rstrip(".")))


def _within(text: str) -> str:
    """A sentence as it stands after other words."""
    return text[0].lower() + text[1:] if text.split(maxsplit=1)[0] in lists()["lowered"] else text


def names_in(texts: Sequence[str]) -> tuple[str, ...]:
    """Names of two words or more that stand within the sentences."""
    return tuple(sorted({match for text in texts for match in _NAMES.findall(text)}))


def _number(draw: random.Random, text: str) -> str | None:
    dated = re.compile(rf"(?:{'|'.join(lists()['months'])}) $")
    found = (match for match in _NUMBER.finditer(text) if not _YEAR.fullmatch(match[0]))
    places = [match for match in found if not dated.search(text[: match.start()])]
    spelled = list(re.finditer(rf"\b(?:{'|'.join(lists()['spelled'])})\b", text))
    if not places and not spelled:
        return None
    if not places or (spelled and draw.random() < 0.15):
        match = draw.choice(spelled)
        return _put(text, match, draw.choice([each for each in lists()["spelled"] if each != match[0]]))
    match = draw.choice(places)
    return _put(text, match, _other_number(draw, match[0]))


def _other_number(draw: random.Random, written: str) -> str:
    plain = written.replace(",", "")
    decimals = len(plain.partition(".")[2])
    step = 10.0**-decimals
    value = float(plain)
    other = value
    while abs(other - value) < step / 2 or other < 0:
        far = draw.choice((0.1, 0.2, 0.3, 0.5, 1.0)) * max(value, 5 * step)
        other = value + draw.choice((-1, 1)) * max(step, round(far / step) * step)
    return f"{other:,.{decimals}f}" if "," in written else f"{other:.{decimals}f}"


def _date(draw: random.Random, text: str) -> str | None:
    month = "|".join(lists()["months"])
    named = re.finditer(rf"\b(?:{month})\b", text)
    months = [m for m in named if m[0] != "May" or not text[m.end() :].startswith((" be", " have"))]
    years = list(_YEAR.finditer(text))
    quarters = list(re.finditer(r"\b(?:first|second|third|fourth)(?= quarter| half)", text))
    days = list(re.finditer(rf"(?<=\b)(?:{month}) (\d\d?)\b", text))
    if not (months or years or quarters):
        return None
    match = draw.choice([*months, *years, *quarters, *days])
    if match in days:
        day = draw.choice([n for n in range(1, 29) if n != int(match[1])])
        return text[: match.start(1)] + str(day) + text[match.end(1) :]
    if match in years:
        return _put(text, match, str(int(match[0]) + draw.choice((-12, -5, -3, -2, -1, 1, 2, 3, 10))))
    pool = lists()["months"] if match in months else lists()["ordinals"]
    return _put(text, match, draw.choice([each for each in pool if each != match[0]]))


def name_swapped(draw: random.Random, text: str, pool: Sequence[str] = ()) -> str | None:
    """A place, a body or another name in another's stead; `pool` are names of the same kind of text."""
    for family in draw.sample(["places", "bodies", "pool"], 3):
        known = pool if family == "pool" else lists()[family]
        there = [match for each in known if family != "pool" for match in re.finditer(rf"\b{re.escape(each)}\b", text)]
        if family == "pool":
            there = list(_NAMES.finditer(text)) if len(pool) > 1 else []
        if there:
            match = draw.choice(there)
            others = [each for each in known if each not in text and match[0] not in each]
            return _put(text, match, draw.choice(others)) if others else None
    return None


def _negated(draw: random.Random, text: str) -> str | None:
    removed = re.search(r"\b(?:(?<=\w )not |n't\b)", text)
    if removed and draw.random() < 0.8:
        return text[: removed.start()] + text[removed.end() :]
    places = list(_AUXILIARY.finditer(text))[:3]
    verbs = re.finditer(rf"\b(?:{'|'.join(lists()['past'])})\b", text)
    past = [match for match in verbs if not _NO_VERB.search(text[: match.start()])][:3]
    if not places and not past:
        return None
    match = draw.choice([*places, *past])
    if match in past:
        return _put(text, match, f"did not {lists()['past'][match[0]]}")
    return _put(text, match, f"{match[0]} not")


def _opposite(draw: random.Random, text: str) -> str | None:
    both = [(a, b) for pair in lists()["pairs"]["opposite"] for a, b in (pair, pair[::-1])]
    return _swapped(draw, text, both)


def _swapped(draw: random.Random, text: str, rules: Sequence[Sequence[str]]) -> str | None:
    fits = [(m, new) for old, new in rules for m in re.finditer(rf"\b{re.escape(old)}" + (r"\b" if old[-1].isalnum() else ""), text)]  # fmt: skip
    if not fits:
        return None
    match, new = draw.choice(fits)
    return _put(text, match, new)


def _other_word(draw: random.Random, text: str) -> str | None:
    return _swapped(draw, text, lists()["same"]["words"])


def _everyday_word(draw: random.Random, text: str) -> str | None:
    both = [(a, b) for pair in lists()["pairs"]["everyday"] for a, b in (pair, pair[::-1])]
    return _swapped(draw, text, both + lists()["same"]["everyday"])


def _moved(draw: random.Random, text: str) -> str | None:  # noqa: ARG001 (one shape for all)
    """ "In March, prices rose." becomes "Prices rose in March." """
    match = _LEADING.match(text)
    if match is None or not text.endswith(".") or ";" in text:
        return None
    return f"{match[2].upper()}{text[match.end() : -1]} {match[1][0].lower()}{match[1][1:]}."


def _opened(draw: random.Random, text: str) -> str | None:  # noqa: ARG001
    opener = next((each for each in lists()["same"]["openers"] if text.startswith(each)), None)
    return text[len(opener)].upper() + text[len(opener) + 1 :] if opener else None


def _said_last(draw: random.Random, text: str) -> str | None:
    """ "Members noted that prices rose." becomes "Prices rose, members noted." or "It was noted by members that prices rose." """
    match = _SAID.match(text)
    if match is None:
        return None
    who = match[1][0].lower() + match[1][1:]
    if draw.random() < 0.5:
        return f"It was {match[2]} by {who} that {match[3]}."
    return f"{match[3][0].upper()}{match[3][1:]}, {who} {match[2]}."


def _trimmed(draw: random.Random, text: str) -> str | None:
    """Without its last clause, where enough is left of it."""
    fits = [m for tail in _TAILS if (m := tail.search(text)) and len(text[: m.start()].split()) >= 8]
    return text[: (match := draw.choice(fits)).start()] + text[match.end() :] if fits else None


def _without_aside(draw: random.Random, text: str) -> str | None:  # noqa: ARG001
    match = _ASIDE.search(text)
    return text[: match.start()] + text[match.end() :] if match else None


def _put(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _by(name: str) -> Alter:
    return lambda draw, text: _swapped(draw, text, lists()["swaps"][name])


@cache
def lists() -> dict[str, Any]:
    """The word lists as written."""
    return tomllib.loads(Path(__file__).with_name("altering.toml").read_text(encoding="utf-8"))


KINDS: dict[str, Alter] = {
    "number": _number,
    "date": _date,
    "name": name_swapped,
    "negation": _negated,
    "duty": _by("duty"),
    "hedge": _by("hedge"),
    "attribution": _by("attribution"),
    "opposite": _opposite,
}
