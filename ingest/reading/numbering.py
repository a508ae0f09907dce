"""What Word's styles and numbering say of a paragraph: heading, title, or list item with its number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE = "〇一二三四五六七八九"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a paragraph's style makes of it; `heading` is 1 to 9, or 0 for none."""

    heading: int = 0
    title: bool = False
    number: _Element | None = None


class Styles:
    """The styles of a file, each with what it inherits."""

    def __init__(self, root: _Element | None) -> None:
        found = root.iterchildren(f"{W}style") if root is not None else ()
        self._styles = {style.get(f"{W}styleId") or "": style for style in found}

    def of(self, paragraph: _Element) -> Style:
        """The style of a paragraph, its own outline level included."""
        name = _value(paragraph, f"{W}pPr/{W}pStyle")
        chain: list[_Element] = []
        while name in self._styles and self._styles[name] not in chain:
            chain.append(self._styles[name])
            name = _value(chain[-1], f"{W}basedOn")
        names = [_value(style, f"{W}name").lower() for style in chain]
        levels = [_value(element, f"{W}pPr/{W}outlineLvl") for element in [paragraph, *chain]]
        outline = next((int(level) + 1 for level in levels if level.isdecimal()), 0)
        numbered = next((int(said[1]) for name in names if (said := re.fullmatch(r"heading ([1-9])", name))), 0)
        number = next((found for style in chain if (found := style.find(f"{W}pPr/{W}numPr")) is not None), None)
        heading = numbered or (outline if outline <= 9 else 0)
        return Style(heading=heading, title=names[:1] == ["title"], number=number)


class Numbering:
    """The lists of a file and how far each has counted."""

    def __init__(self, root: _Element | None) -> None:
        self._levels: dict[str, dict[int, _Element]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if root is None:
            return
        abstract = {each.get(f"{W}abstractNumId") or "": each for each in root.iterchildren(f"{W}abstractNum")}
        for number in root.iterchildren(f"{W}num"):
            base = abstract.get(_value(number, f"{W}abstractNumId"))
            levels = base.iterchildren(f"{W}lvl") if base is not None else ()
            found = {int(level.get(f"{W}ilvl") or 0): level for level in levels}
            self._levels[number.get(f"{W}numId") or ""] = found

    def mark(self, paragraph: _Element, style: Style) -> tuple[str, int]:
        """The bullet or number that stands before a paragraph, and how deep it is nested; ("", 0) for neither."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        stated = [found for found in (own, style.number) if found is not None]
        identity = next((said for each in stated if (said := _value(each, f"{W}numId"))), "0")
        depth = next((int(said) for each in stated if (said := _value(each, f"{W}ilvl")).isdecimal()), 0)
        if identity not in self._levels:
            return ("•", depth) if identity != "0" and own is not None else ("", 0)
        levels = self._levels[identity]
        if depth not in levels or _value(levels[depth], f"{W}numFmt") in ("bullet", "none"):
            return "•", depth
        counts = self._counts.setdefault(identity, {})
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        counts[depth] = counts[depth] + 1 if depth in counts else _start(levels[depth])
        return self._shown(levels, counts, depth) or "•", depth

    def _shown(self, levels: dict[int, _Element], counts: dict[int, int], depth: int) -> str:
        """The number as Word prints it, such as "2.1." or "第三条"."""

        def figure(place: re.Match[str]) -> str:
            level = int(place[1]) - 1
            if level not in levels:
                return ""
            return _figure(counts.get(level, _start(levels[level])), _value(levels[level], f"{W}numFmt"))

        return re.sub(r"%([1-9])", figure, _value(levels[depth], f"{W}lvlText")).strip()


def _start(level: _Element) -> int:
    start = _value(level, f"{W}start")
    return int(start) if start.isdecimal() else 1


def _figure(number: int, form: str) -> str:
    """A number in one of the forms that Word knows."""
    letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number < 200 else str(number)
    match form:
        case "lowerLetter":
            return letter
        case "upperLetter":
            return letter.upper()
        case "lowerRoman":
            return _roman(number)
        case "upperRoman":
            return _roman(number).upper()
        case "chineseCounting" | "chineseCountingThousand" | "japaneseCounting" | "ideographDigital" if (
            0 < number < 100
        ):
            return _chinese(number)
        case _:
            return str(number)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    shown = ""
    for value, letters in _ROMAN:
        shown += letters * (number // value)
        number %= value
    return shown


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    front = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE[tens]}十"
    return front + (_CHINESE[ones] if ones else "")


def _value(element: _Element, path: str) -> str:
    """The `w:val` of what lies at a path, or ""."""
    found = element.find(path)
    return (found.get(f"{W}val") or "") if found is not None else ""
