"""How a figure is measured and printed."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True)
class Figure:
    """A measured figure beside its goal (at most)."""

    name: str
    value: float
    goal: float
    how: str

    @property
    def missed(self) -> bool:
        return self.value > self.goal

    def __str__(self) -> str:
        return f"{self.name}: {self.value:.2f} (goal {self.goal:g}{', MISSED' if self.missed else ''})  {self.how}"


def in_turn(*sides: Callable[[], object]) -> list[float]:
    """Median seconds of each side, run alternately for ROUNDS rounds after one warm-up."""
    samples: list[list[float]] = [[] for _side in sides]
    for round_ in range(ROUNDS + 1):
        for side, seconds in zip(sides, samples, strict=True):
            start = time.perf_counter()
            side()
            if round_:
                seconds.append(time.perf_counter() - start)
    return [statistics.median(seconds) for seconds in samples]
