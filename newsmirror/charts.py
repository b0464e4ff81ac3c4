"""Numbers by day → SVG. Pure: the same numbers give the same bytes; no script, nothing loaded from anywhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 10, 24
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
COLOURS = ("#2f6fab", "#d9822b", "#3d9970", "#b0413e", "#7a5195", "#8c6d31", "#5aa9c9", "#c06c9e", "#8a9a5b", "#777777")
"""Told apart on white and on near-black; the tenth and all later series share the grey."""


Words = Callable[[float], str]
"""Says a number as an operator reads it, with its unit."""


@dataclass(frozen=True)
class Series:
    """One named row of numbers, one a day; None where a day has none."""

    name: str
    values: Sequence[float | None]


def colour(index: int) -> str:
    """The colour of the series with this number."""
    return COLOURS[min(index, len(COLOURS) - 1)]


def bar_chart(days: Sequence[date], series: Sequence[Series], *, title: str) -> str:
    """Stacked bars, one a day, with a scale and the name and number of each part on touching it."""
    totals = [sum(row.values[i] or 0 for row in series) for i in range(len(days))]
    top = _round_up(max(totals, default=0))
    step = INNER_WIDTH / max(len(days), 1)
    parts = []
    for i, day in enumerate(days):
        height = 0.0
        for number, row in enumerate(series):
            value = row.values[i] or 0
            if not value:
                continue
            part = value / top * INNER_HEIGHT
            height += part
            parts.append(
                f'<rect x="{LEFT + i * step + step * 0.1:.1f}" y="{TOP + INNER_HEIGHT - height:.1f}" '
                f'width="{step * 0.8:.1f}" height="{part:.1f}" fill="{colour(number)}">'
                f"<title>{day:%Y-%m-%d} {escape(row.name)}: {value:g}</title></rect>"
            )
    return _frame(days, top, parts, title, lambda value: f"{value:g}")


def line_chart(days: Sequence[date], values: Sequence[float | None], *, title: str, words: Words) -> str:
    """A line through the days that have a number; *words* says a number with its unit."""
    top = _round_up(max((value for value in values if value is not None), default=0))
    step = INNER_WIDTH / max(len(days), 1)
    points = [
        (LEFT + (i + 0.5) * step, TOP + INNER_HEIGHT * (1 - value / top), f"{days[i]:%Y-%m-%d}: {words(value)}")
        for i, value in enumerate(values)
        if value is not None
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    parts = [f'<polyline points="{path}" fill="none" stroke="{COLOURS[0]}" stroke-width="2"/>'] if points else []
    parts += [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[0]}"><title>{escape(text)}</title></circle>'
        for x, y, text in points
    ]
    return _frame(days, top, parts, title, words)


def _round_up(value: float) -> float:
    """The next number of the form 1, 2, 4, 5 or 10 times a power of ten: halves of it are short to say."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value > 0:
        power /= 10
    return next((power * factor for factor in (1, 2, 4, 5, 10) if power * factor >= value), power) if value else 1.0


def _frame(days: Sequence[date], top: float, parts: Sequence[str], title: str, words: Words) -> str:
    """The drawing with its scale: three lines across, a date at some of the days."""
    lines = []
    for share in (0, 0.5, 1):
        y = TOP + INNER_HEIGHT * (1 - share)
        lines.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" class="grid"/>')
        lines.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(words(top * share))}</text>')
    step = INNER_WIDTH / max(len(days), 1)
    for i in range(len(days) - 1, -1, -max(len(days) // 6, 1)):
        x = LEFT + (i + 0.5) * step
        lines.append(f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{days[i]:%m-%d}</text>')
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(lines)}{''.join(parts)}</svg>"
    )
