"""What follows from points and classes for people and units: sections III.4 and III.7 of Plan 495/KH-UBND. Rules, where `rules.py` grew too long.

Plain Python, no query, no clock. The numbers RL01 to RL11 and RL20 are those of our list of the plan's rules; what the plan leaves open is said beside it.
RL09 and RL10 (staff reduction, replacement) follow from a person's rating or offence, which the portal does not know; RL15 to RL18 are `communes.standards`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum

from scoring.rules import Grade


class Rating(IntEnum):
    """An official's grade of a year under the law on cadres and civil servants: the higher the number, the better."""

    FAILED = 1
    LIMITED = 2
    GOOD = 3
    EXCELLENT = 4


SCALE = Decimal(20)
"""The maximum of a criterion to which 17, 13 and 9 belong. The plan names none; criteria of another maximum are scaled to it (our reading)."""

CEILINGS: tuple[tuple[Decimal, Rating], ...] = (
    (Decimal(17), Rating.EXCELLENT),
    (Decimal(13), Rating.GOOD),
    (Decimal(9), Rating.LIMITED),
)
"""Points of 20, inclusive -> the best grade that is still possible (RL01 to RL03). Below the last the grade is fixed (RL04)."""

RENAMED_ON = date(2020, 7, 1)
"""From this day the third grade has a shorter name (Law 52/2019/QH14)."""


@dataclass(frozen=True)
class Ceiling:
    """The best grade that points leave to an official. `fixed`: no ceiling but the grade itself, which the plan sets below 9 points."""

    rating: Rating
    fixed: bool


def ceiling(points: Decimal, maximum: Decimal) -> Ceiling:
    """What the final points of one criterion leave to the official responsible for it (III.4 gạch 3, RL01 to RL04), compared exactly, without rounding.

    A ceiling is never reached by itself: whoever rates the official may rate lower. Raises ValueError for points outside 0..maximum or no maximum.
    """
    if not (maximum > 0 and 0 <= points <= maximum):
        raise ValueError(f"{points} of {maximum}")
    for least, rating in CEILINGS:
        if points * SCALE >= least * maximum:
            return Ceiling(rating, fixed=False)
    return Ceiling(Rating.FAILED, fixed=True)


def lowest(ceilings: Iterable[Ceiling]) -> Ceiling | None:
    """The ceiling of somebody with several criteria: the lowest (RL20: the plan does not say, this is the department's to decide); None without any."""
    return min(ceilings, key=lambda one: one.rating, default=None)


LED_BY_CLASS = frozenset({"council_chair", "council_vice", "committee_chair", "committee_vice"})
"""Titles whose holders are rated by the class of their government, as an important ground (RL05). The plan gives no table, so none is applied."""


# Criticised and reminded (III.4 gạch 6).


class Censure(StrEnum):
    """What a commune's government was told about a year's result. The plan does not say which class earns which: the province enters it."""

    CRITICISED = "criticised"
    REMINDED = "reminded"


class Measure(StrEnum):
    """What the district then owes. The values mark the duties that are made of it: they must not change."""

    TRANSFER = "a"
    REVIEW = "b"
    REVIEW_BOTH = "c"


@dataclass(frozen=True, order=True)
class Owed:
    """A measure that a district owes for the result of a commune in a year."""

    year: int
    measure: Measure


def twice_running(criticised: Collection[int], year: int) -> bool:
    """Whether a commune was criticised for this year and for the one before."""
    return year in criticised and year - 1 in criticised


def owed(criticised: Collection[int], reminded: Collection[int]) -> list[Owed]:
    """What a district owes for a commune that was criticised, reminded for the results of these years; in order.

    Criticised: report to the Party committee on moving the chair of the People's Committee, send somebody to replace them (RL06). Reminded: consider the
    leaders' accountability (RL07). Criticised two years running: consider that of the chairs of council and committee, on top of the other (RL08).
    """
    found = [Owed(year, Measure.TRANSFER) for year in set(criticised)]
    found += [Owed(year, Measure.REVIEW) for year in set(reminded)]
    found += [Owed(year, Measure.REVIEW_BOTH) for year in set(criticised) if twice_running(criticised, year)]
    return sorted(found)


def due_on(year: int) -> date:
    """The last day on time for what is owed for the result of a year. The plan says only "after the result": we track it to the end of the next year."""
    return date(year + 1, 12, 31)


# Awards (III.7).

NO_AWARD = frozenset({Grade.AVERAGE, Grade.WEAK})
"""Classes whose units and people are not proposed for awards (RL11)."""


class Standing(StrEnum):
    """What a class means for an award."""

    CLEAR = "clear"
    BARRED = "barred"
    OPEN = "open"


def award(grade: Grade | None) -> Standing:
    """Whether a commune of this class, and its people, may be proposed for an award (RL11). Without an approved class nobody can say."""
    if grade is None:
        return Standing.OPEN
    return Standing.BARRED if grade in NO_AWARD else Standing.CLEAR
