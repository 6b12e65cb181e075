"""What becomes of a duty: how often it falls due, who owes, does and checks it, when it is late, when to remind. Rules, where `rules.py` grew too long.

Plain Python, no query, no clock. Source: Plan 495/KH-UBND of 5 March 2018; what the plan leaves open is said beside it.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from accounts.rules import COMMUNE_ROLES, PROVINCE_ROLES, Role
from communes.rules import Level
from plan2018.rules import DutyState, Frequency

URBAN_KINDS = frozenset({"phuong", "thi_tran"})
"""Kinds of communes that are wards or townships."""


class DutyAct(StrEnum):
    """What people do to an obligation; `HAPPEN` makes one of a duty that is due when something happens, `TAKE_BACK` ends one; `PROVE` is done by a record."""

    HAPPEN = "happen"
    TAKE_BACK = "take_back"
    REPORT = "report"
    PROVE = "prove"
    CHECK = "check"
    HAND_BACK = "hand_back"


MOVES: dict[tuple[DutyState, DutyAct], DutyState] = {
    (DutyState.OPEN, DutyAct.REPORT): DutyState.DONE,
    (DutyState.RETURNED, DutyAct.REPORT): DutyState.DONE,
    (DutyState.DONE, DutyAct.CHECK): DutyState.CHECKED,
    (DutyState.DONE, DutyAct.HAND_BACK): DutyState.RETURNED,
}
"""(state, act) -> the state that follows. What a record proves moves as REPORT does."""

DOERS: dict[Level, frozenset[Role]] = {
    Level.COMMUNE: COMMUNE_ROLES,
    Level.DISTRICT: frozenset({Role.DISTRICT_APPRAISER}),
    Level.PROVINCE: PROVINCE_ROLES,
}
"""Level of the unit that owes -> who reports it done."""

CHECKERS: dict[Level, frozenset[Role]] = {
    Level.COMMUNE: frozenset({Role.DISTRICT_APPRAISER}),
    Level.DISTRICT: PROVINCE_ROLES,
    Level.PROVINCE: PROVINCE_ROLES,
}
"""Level of the unit that owes -> who checks: the level above; at the province another officer, since nobody checks what they did."""

_WHO = {DutyAct.REPORT: DOERS, DutyAct.HAPPEN: DOERS, DutyAct.CHECK: CHECKERS, DutyAct.HAND_BACK: CHECKERS}


def may(act: DutyAct, level: Level, role: Role) -> bool:
    """Whether somebody of this role does this act to an obligation of a unit of this level. Scope is not looked at here."""
    return role in _WHO[act][level]


def acts(state: DutyState, level: Level, role: Role) -> list[DutyAct]:
    """What somebody of this role can do now, in the order of the table."""
    return [act for (where, act) in MOVES if where == state and may(act, level, role)]


@dataclass(frozen=True)
class Term:
    """A reporting period, as far as a duty needs it: its code and the last day on which its report is on time."""

    code: str
    last_day: date


@dataclass(frozen=True)
class Occurrence:
    """One time that a duty falls due: "2018", "2018-03", "2018-Q1", a period's code. `due_on` is the last day on time; None: no day, never overdue."""

    key: str
    opens_on: date | None = None
    due_on: date | None = None


def occurrences(
    frequency: Frequency, *, year: int, signed_on: date, terms: Iterable[Term] = (), opens_on: date | None = None, due_on: date | None = None
) -> list[Occurrence]:
    """How often a duty of the plan of a year falls due, in order.

    Monthly and quarterly duties end with the year and begin with the month in which the plan was signed, or the quarter that then ran: nobody owes
    what was due before there was a plan. Once each reporting period: with the report. When something happens: nothing until then.
    """
    match frequency:
        case Frequency.ONCE:
            return [Occurrence(str(year), opens_on, due_on)]
        case Frequency.PERIOD:
            return [Occurrence(term.code, None, term.last_day) for term in terms]
        case Frequency.MONTHLY:
            spans = [(f"{year}-{month:02}", month, month) for month in range(1, 13)]
        case Frequency.QUARTERLY:
            spans = [(f"{year}-Q{quarter}", 3 * quarter - 2, 3 * quarter) for quarter in range(1, 5)]
        case Frequency.EVENT:
            return []
    found = [Occurrence(key, date(year, first, 1), month_end(year, last)) for key, first, last in spans]
    return [one for one in found if one.due_on and one.due_on >= signed_on]


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def event(number: int) -> str:
    """The name of the n-th time that something happened in a unit: "e1"."""
    return f"e{number}"


def levels_of(levels: str) -> list[Level]:
    """The levels that owe a duty, of "district,commune". Raises ValueError for an unknown one."""
    return [Level(level) for level in levels.split(",")]


@dataclass(frozen=True)
class Owing:
    """A unit, as far as it matters for who owes what. `outstanding`: its working rules were not yet reviewed when the plan was signed."""

    level: Level
    kind: str
    outstanding: bool = False
    weak: bool = False


def owes(levels: str, condition: str, unit: Owing) -> bool:
    """Whether a unit owes a duty of these levels and this condition. Raises KeyError for an unknown condition.

    A condition speaks of communes and is met by what is known: nobody is held to it on a mere absence of records.
    """
    if unit.level not in levels_of(levels):
        return False
    if not condition:
        return True
    return {"outstanding_rules": unit.outstanding, "urban": unit.kind in URBAN_KINDS, "weak": unit.weak}[condition]


def is_late(done_on: date, due_on: date | None) -> bool | None:
    """Whether something was done too late; None where the plan names no day. Decided when it is done, and stays."""
    return None if due_on is None else done_on > due_on


REMINDERS = (-15, -7, -3, -1, 0, 1, 7, 14, 28)
"""Days from the last day on time (negative: before it) on which those who owe something are reminded."""


def due_days(today: date) -> list[date]:
    """The last days on time of which people are reminded today."""
    return [today - timedelta(days=days) for days in REMINDERS]


class Status(StrEnum):
    """How an obligation stands on a day: what pages count and colour."""

    ON_TIME = "on_time"
    LATE = "late"
    WAITING = "waiting"
    OVERDUE = "overdue"


def status(state: DutyState, *, late: bool | None, due_on: date | None, today: date) -> Status:
    """How an obligation stands: done on time (also where the plan names no day), done late, waiting, or overdue."""
    if state in (DutyState.DONE, DutyState.CHECKED):
        return Status.LATE if late else Status.ON_TIME
    return Status.OVERDUE if due_on and due_on < today else Status.WAITING


SOON = timedelta(days=7)
"""Due within this time is due soon."""


def nearest(day: date, due_days: Iterable[date]) -> date:
    """The due day to which something that was done on a day belongs: the one next to it, the earlier of two. Raises ValueError without any."""
    return min(due_days, key=lambda due: (abs(due - day), due))
