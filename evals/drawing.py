"""Parts of a drawing: letters, boxes, lines and axes as inline SVG.

A drawing is WIDTH units wide, so that its letters can be read on a phone; its colours are the classes of the page around it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH = 340.0
_LOG_FROM = 20.0
HATCH = Markup(
    '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="2.2" height="5" class="hatching"/></pattern>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing, its title, and a sentence that says how to read it."""

    title: str
    told: str
    svg: Markup


def scale(low: float, high: float) -> tuple[Callable[[float], float], bool]:
    """Where a time stands on the axis, and whether the axis is logarithmic."""
    if high / low > _LOG_FROM:
        return (lambda value: WIDTH * math.log(max(value, low) / low) / math.log(high / low)), True
    return (lambda value: WIDTH * value / high), False


def ticks(low: float, high: float, *, logs: bool) -> list[float]:
    """Powers of ten, or about five round steps.

    >>> ticks(0.3, 120, logs=True), ticks(-7, 12, logs=False)
    ([1.0, 10.0, 100.0], [-5.0, 0.0, 5.0, 10.0])
    """
    if logs:
        return [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    low = min(low, 0.0)
    rough = 10.0 ** math.floor(math.log10((high - low) / 4))
    step = next(rough * by for by in (1, 2, 5, 10) if (high - low) / (rough * by) <= 5)
    return [round(step * number, 9) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def ms(milliseconds: float) -> str:
    """A time for people: 0.4 ms, 38 ms, 1.2 s."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.3g} s"
    return f"{milliseconds:.2g} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"


def plot(title: str, told: str, height: float, parts: Iterable[Markup], said: Sequence[str]) -> Plot:
    """A whole drawing; who cannot see it hears its title and what is `said`."""
    drawn = Markup('<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}"><title>{}</title>{}</svg>').format(
        WIDTH, height, f"{title}. {'; '.join(said)}.", title, Markup().join(parts)
    )
    return Plot(title=title, told=told, svg=drawn)


def text(left: float, base: float, words: str, look: str = "") -> Markup:
    """Letters on a base line."""
    return Markup('<text x="{:.1f}" y="{:.1f}" class="{}">{}</text>').format(left, base, look, words)


def rect(corner: tuple[float, float], size: tuple[float, float], look: str, shade: float = 1.0) -> Markup:
    """A box, filled by so much."""
    return Markup(
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="{}" fill-opacity="{:.2f}"/>'
    ).format(*corner, *size, look, shade)


def line(start: tuple[float, float], end: tuple[float, float], look: str) -> Markup:
    """A straight line."""
    return Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="{}"/>').format(*start, *end, look)


def dot(middle: tuple[float, float], look: str) -> Markup:
    """A dot."""
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4" class="dot {}"/>').format(*middle, look)
