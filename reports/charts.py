"""Where the marks of a chart lie. Plain numbers in, coordinates as text out: what a browser measures is never written the Vietnamese way."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WIDTH = 720
"""Width of every plot's frame, in its own units."""

STEPS = tuple(Decimal(step).scaleb(power) for power in range(-1, 4) for step in (1, 2, 4, 5))
"""Widths that people count in."""


@dataclass(frozen=True)
class Mark:
    """A mark in a plot, and the row, value or words that it stands for."""

    x: str
    y: str
    of: Any


@dataclass(frozen=True)
class Dots:
    """A dot plot: one dot for each value, stacked where values are near each other, between lines of meaning and ticks of the axis."""

    step: Decimal
    base: str
    foot: str
    height: str
    radius: str
    dots: list[Mark]
    lines: list[Mark]
    ticks: list[Mark]


def dots(rows: Sequence[Any], value: Callable[[Any], Decimal], lines: Mapping[Decimal, str]) -> Dots:
    """Lay out a dot for each row at its value, lowest first; `lines` are values to mark within the frame, with their words. Needs a row."""
    values = [value(row) for row in rows]
    low, high = min([*values, *lines]), max([*values, *lines])
    step = _nice((high - low) / 34)
    start = (low // step - 1) * step
    columns = int((high - start) // step) + 2
    stacks: dict[int, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=value):
        stacks[int((value(row) - start) // step)].append(row)
    tallest = max(map(len, stacks.values()))
    pitch_x = WIDTH / columns
    pitch_y = min(18.0, 14 * 18 / tallest)
    base = 42 + pitch_y * max(tallest, 8)

    def x(at: Decimal) -> str:
        return f"{float((at - start) / step) * pitch_x:.4g}"

    tick = _nice((high - low) / 7)
    first = int(start // tick) + 1
    return Dots(
        step=step,
        base=f"{base:.4g}",
        foot=f"{base + 8:.4g}",
        height=f"{base + 32:.4g}",
        radius=f"{min(8.0, pitch_x * 0.42, pitch_y * 0.46):.3g}",
        dots=[
            Mark(f"{(column + 0.5) * pitch_x:.4g}", f"{base - pitch_y * (place + 0.55):.4g}", row)
            for column, stack in stacks.items()
            for place, row in enumerate(stack)
        ],
        lines=[Mark(x(line), "20", words) for line, words in sorted(lines.items())],
        ticks=[Mark(x(tick * number), f"{base + 26:.4g}", tick * number) for number in range(first, int((start + columns * step) // tick) + 1)],
    )


@dataclass(frozen=True)
class Axis:
    """A number line: goals in words, the figure if there is one, and ticks."""

    goals: list[Mark]
    at: Mark | None
    ticks: list[Mark]
    free: bool = False
    """Whether the figure lies between two goals, where its own number has room."""


def axis(goals: Mapping[Decimal, str], at: Decimal | None) -> Axis:
    """Lay out goals, and where things stand, on a number line with air on each side: at least half a unit, a third of what lies between; none above 100."""
    values = [*goals, *([] if at is None else [at])]
    air = max(Decimal("0.5"), (max(values) - min(values)) / 3)
    low, high = math.floor(min(values) - air), math.ceil(max(values) + air)
    high = min(high, 100) if max(values) <= 100 else high
    step = Decimal(high - low) / 4

    def x(value: Decimal) -> str:
        return f"{40 + 640 * float((value - low) / (high - low)):.4g}"

    return Axis(
        goals=[Mark(x(goal), "66", words) for goal, words in sorted(goals.items())],
        at=None if at is None else Mark(x(at), "66", at),
        ticks=[Mark(x(low + step * number), "128", low + step * number) for number in range(5)],
        free=at is not None and any(goal < at for goal in goals) and any(goal > at for goal in goals),
    )


@dataclass(frozen=True)
class Course:
    """Totals one after the other, joined by a line, between the lines of classes."""

    line: str
    points: list[Mark]
    bounds: list[Mark]


def course(totals: Sequence[tuple[str, Decimal]], bounds: Mapping[Decimal, str]) -> Course:
    """Lay out totals (words, value) from left to right in a frame 240 high, with lines at the bounds. Needs at least one total."""
    values = [*(value for _words, value in totals), *bounds]
    low, high = min(values) - 10, max(values) + 10
    step = WIDTH / len(totals)

    def y(value: Decimal) -> str:
        return f"{40 + 150 * float((high - value) / (high - low)):.4g}"

    points = [Mark(f"{step * (place + 0.5):.4g}", y(value), (words, value)) for place, (words, value) in enumerate(totals)]
    return Course(
        line=" ".join(f"{point.x} {point.y}" for point in points),
        points=points,
        bounds=[Mark("0", y(value), words) for value, words in sorted(bounds.items())],
    )


def share(value: Decimal, low: Decimal, high: Decimal) -> str:
    """Say where a value lies between the ends of a bar, as an SVG percentage."""
    return f"{100 * float((value - low) / (high - low)):.4g}%"


@dataclass(frozen=True)
class Piece:
    """A piece of a stacked bar: what it stands for, its count, and where it begins and how long it is, as SVG percentages."""

    of: str
    count: int
    x: str
    width: str


def stack(counts: Mapping[str, int]) -> list[Piece]:
    """Lay out counts side by side in one bar; what counts nothing is left out."""
    whole = sum(counts.values())
    pieces, before = [], 0
    for of, count in counts.items():
        if count:
            pieces.append(Piece(of, count, f"{100 * before / whole:.4g}%", f"{100 * count / whole:.4g}%"))
        before += count
    return pieces


def _nice(width: Decimal) -> Decimal:
    return next((step for step in sorted(STEPS) if step >= width), max(STEPS))


@dataclass(frozen=True)
class Spark:
    """A figure before and now, joined by a line in a frame of 96 x 28, and the height of what the target asks for."""

    line: str
    before: Mark
    now: Mark
    goal: str
    """Empty where nothing is asked of the figure."""


def spark(before: Decimal, now: Decimal, goal: Decimal | None) -> Spark:
    """Lay out how a figure moved, beside its goal if it has one: higher is more."""
    ends = [before, now, *([] if goal is None else [goal])]
    low, high = min(ends), max(ends)

    def y(value: Decimal) -> str:
        return f"{24 - 20 * float((value - low) / (high - low)) if high > low else 14:.3g}"

    marks = Mark("4", y(before), before), Mark("92", y(now), now)
    return Spark(" ".join(f"{mark.x} {mark.y}" for mark in marks), *marks, "" if goal is None else y(goal))


def span(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Find round ends of a common scale for these values, in steps of 1, 5, 10 or 50: with air below, never below zero. Needs a value."""
    low, high = min(values), max(values)
    step = next((step for step in map(Decimal, (1, 5, 10)) if (high - low) <= 10 * step), Decimal(50))
    start = max(Decimal(0), (low // step - (low % step == 0)) * step)
    return start, max(math.ceil(high / step) * step, start + step)
