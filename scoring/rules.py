"""What the decision says: the workflow of an assessment, its points, and its class.

Sources: Plan 495/KH-UBND sections III.4, IV; Decision 34/2011/QĐ-UBND articles 1-2. The decision's annex (criteria, thresholds) is not public in
full: criteria and thresholds are rows with a provenance mark, handed in here as plain values.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from accounts.rules import COMMUNE_ROLES, PROVINCE_ROLES, Role
from ledger.rules import digest


class State(StrEnum):
    """Where an assessment stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPRAISED = "appraised"
    APPROVED = "approved"


class Act(StrEnum):
    """What a person does to an assessment."""

    ENTER = "enter"
    SUBMIT = "submit"
    APPRAISE = "appraise"
    RETURN = "return"
    APPROVE = "approve"
    REOPEN = "reopen"
    ATTACH = "attach"
    REPLACE = "replace"
    DETACH = "detach"


class Stage(StrEnum):
    """Whose points: self, appraised, final. They stay side by side for ever."""

    SELF = "self"
    APPRAISED = "appraised"
    FINAL = "final"


class Grade(StrEnum):
    """Class of a commune government, best first."""

    GOOD = "good"
    FAIR = "fair"
    AVERAGE = "average"
    WEAK = "weak"


@dataclass(frozen=True)
class Move:
    """A row of the workflow table: the state it leads to and who may do it."""

    to: State
    roles: frozenset[Role]
    needs_reason: bool = False


MOVES: dict[tuple[State, Act], Move] = {
    (State.DRAFT, Act.SUBMIT): Move(State.SUBMITTED, frozenset({Role.COMMUNE_SIGNATORY})),
    (State.RETURNED, Act.SUBMIT): Move(State.SUBMITTED, frozenset({Role.COMMUNE_SIGNATORY})),
    (State.SUBMITTED, Act.APPRAISE): Move(State.APPRAISED, frozenset({Role.DISTRICT_APPRAISER})),
    (State.SUBMITTED, Act.RETURN): Move(State.RETURNED, frozenset({Role.DISTRICT_APPRAISER}), needs_reason=True),
    (State.APPRAISED, Act.RETURN): Move(State.RETURNED, PROVINCE_ROLES, needs_reason=True),
    (State.APPRAISED, Act.APPROVE): Move(State.APPROVED, PROVINCE_ROLES),
    (State.APPROVED, Act.REOPEN): Move(State.APPRAISED, PROVINCE_ROLES, needs_reason=True),
}

ENTRY: dict[tuple[State, Stage], frozenset[Role]] = {
    (State.DRAFT, Stage.SELF): COMMUNE_ROLES,
    (State.RETURNED, Stage.SELF): COMMUNE_ROLES,
    (State.SUBMITTED, Stage.APPRAISED): frozenset({Role.DISTRICT_APPRAISER}),
    (State.APPRAISED, Stage.FINAL): PROVINCE_ROLES,
}
"""Who may write whose points in which state."""

STAGE_BEFORE: dict[Stage, Stage | None] = {Stage.SELF: None, Stage.APPRAISED: Stage.SELF, Stage.FINAL: Stage.APPRAISED}
"""Whoever changes a point from the stage before gives a reason."""

REACHED: dict[State, Stage] = {
    State.DRAFT: Stage.SELF,
    State.SUBMITTED: Stage.SELF,
    State.RETURNED: Stage.SELF,
    State.APPRAISED: Stage.APPRAISED,
    State.APPROVED: Stage.FINAL,
}
"""The points that stand for a form in each state: those of the last finished stage, or the first."""

STAGE_OF_ACT: dict[Act, Stage] = {Act.SUBMIT: Stage.SELF, Act.APPRAISE: Stage.APPRAISED, Act.APPROVE: Stage.FINAL}
"""The points that must be complete before the act."""


def stage_for(state: State, role: Role) -> Stage | None:
    """The points that this role may write in this state; None when the form is locked for it."""
    return next((stage for (where, stage), roles in ENTRY.items() if where == state and role in roles), None)


def is_finished(state: State, stage: Stage) -> bool:
    """Whether the points of a stage stand for good (until somebody returns or reopens the form)."""
    order = list(Stage)
    return state not in (State.DRAFT, State.RETURNED) and order.index(REACHED[state]) >= order.index(stage)


def has_reached(state: State, stage: Stage) -> bool:
    """Whether a form has come as far as a stage: its points are finished, or may be entered now."""
    return is_finished(state, stage) or (state, stage) in ENTRY


def stage_of(role: Role) -> Stage | None:
    """The points that this role writes in some state; None for roles that only read."""
    return next((stage for (_where, stage), roles in ENTRY.items() if role in roles), None)


def acts_for(state: State, role: Role) -> list[Act]:
    """The moves that this role may make from this state, in the order of the table."""
    return [act for (where, act), move in MOVES.items() if where == state and role in move.roles]


def is_open(state: State, remark: str) -> bool:
    """Whether a criterion may be written in this state at all: in a returned form only those with a remark are open again."""
    return state != State.RETURNED or bool(remark)


def may_show(state: State, role: Role, remark: str) -> bool:
    """Whether this role may add, replace or take away the evidence of a criterion now: whoever may write its self points. Else it stays as it was sent."""
    return stage_for(state, role) == Stage.SELF and is_open(state, remark)


@dataclass(frozen=True)
class Points:
    """One criterion as the rules see it: its maximum, the three points and the words beside them, how many files of evidence the commune shows."""

    criterion: str
    maximum: Decimal
    self_points: Decimal | None = None
    appraised_points: Decimal | None = None
    final_points: Decimal | None = None
    appraised_reason: str = ""
    final_reason: str = ""
    note: str = ""
    evidence: int = 0

    def at(self, stage: Stage) -> Decimal | None:
        """The points of one stage."""
        return {Stage.SELF: self.self_points, Stage.APPRAISED: self.appraised_points, Stage.FINAL: self.final_points}[stage]

    def reason_at(self, stage: Stage) -> str:
        """The reason given at one stage; the commune gives none (it has a note)."""
        return {Stage.SELF: "", Stage.APPRAISED: self.appraised_reason, Stage.FINAL: self.final_reason}[stage]


@dataclass(frozen=True)
class Missing:
    """What stands between a form and its next move: the criterion, and whether its points, its reason or what proves full points are missing."""

    criterion: str
    what: str

    POINTS = "points"
    REASON = "reason"
    EVIDENCE = "evidence"


def is_within(points: Decimal, maximum: Decimal) -> bool:
    """Points lie in 0..maximum; NaN and infinity do not."""
    return points.is_finite() and 0 <= points <= maximum


def needs_reason(points: Points, stage: Stage) -> bool:
    """Whether a changed point still lacks its reason at this stage."""
    before = STAGE_BEFORE[stage]
    value = points.at(stage)
    return before is not None and value is not None and value != points.at(before) and not points.reason_at(stage).strip()


def needs_evidence(points: Points, stage: Stage) -> bool:
    """Whether full points still lack evidence or a written explanation. Asked of the commune alone: who appraises judges what it shows."""
    return stage == Stage.SELF and points.self_points == points.maximum and not points.evidence and not points.note.strip()


def missing(form: Iterable[Points], stage: Stage) -> list[Missing]:
    """What is missing before the stage is complete, in the order of the form; empty when the move may be made."""
    found = []
    for points in form:
        if points.at(stage) is None:
            found.append(Missing(points.criterion, Missing.POINTS))
        elif needs_reason(points, stage):
            found.append(Missing(points.criterion, Missing.REASON))
        elif needs_evidence(points, stage):
            found.append(Missing(points.criterion, Missing.EVIDENCE))
    return found


def total(form: Iterable[Points], stage: Stage) -> Decimal:
    """Sum of the points of a stage; what is not entered yet counts nothing."""
    return sum((value for points in form if (value := points.at(stage)) is not None), Decimal(0))


def as_text(points: Decimal | None) -> str:
    """Points as the ledger keeps them: with all their digits; empty where there are none."""
    return "" if points is None else str(points)


def points_digest(form: Iterable[Points]) -> str:
    """Digest of the three points of every criterion as they stand: with it a ledger entry vouches for what was sent, appraised or approved."""
    return digest({points.criterion: [as_text(points.at(stage)) for stage in Stage] for points in form})


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """The one rounding of the portal: half away from zero, as officials do it by hand."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Threshold:
    """A class and the lowest share of the maximum (in percent, inclusive) that earns it."""

    grade: Grade
    lower_pct: Decimal

    def lower_points(self, max_total: Decimal) -> Decimal:
        """The lowest total that earns the class."""
        return self.lower_pct * max_total / 100


@dataclass(frozen=True)
class Classification:
    """A class with the reasons for it: the threshold reached, and the next one with the points still missing."""

    grade: Grade
    total: Decimal
    max_total: Decimal
    reached: Threshold
    next: Threshold | None

    @property
    def percent(self) -> Decimal:
        """Share of the maximum in percent, for showing (two places, half-up). The class itself is decided on the unrounded total.

        Rounded down where half-up would show a threshold that the total does not reach: 203.99 of 240 is 84.99 %, not 85 %.
        """
        if not self.max_total:
            return Decimal(0)
        exact = 100 * self.total / self.max_total
        rounded = round_half_up(exact)
        return exact.quantize(rounded, rounding=ROUND_DOWN) if self.next and rounded >= self.next.lower_pct else rounded

    @property
    def points_to_next(self) -> Decimal | None:
        """Points missing to the next class; None in the best class."""
        return None if self.next is None else self.next.lower_points(self.max_total) - self.total

    def record(self) -> dict[str, Any]:
        """The result as the ledger entry of an approval keeps it."""
        return {"total": str(self.total), "grade": self.grade, "reasons": self.reasons()}

    def reasons(self) -> list[dict[str, str]]:
        """The reasons as plain values, to be stored with an approved result and put into words where they are shown."""
        return [
            {
                "rule": "threshold",
                "grade": self.grade,
                "total": str(self.total),
                "max_total": str(self.max_total),
                "percent": str(self.percent),
                "lower_pct": str(self.reached.lower_pct),
                "lower_points": str(self.reached.lower_points(self.max_total)),
                "below_pct": str(self.next.lower_pct) if self.next else "",
            }
        ]


def classify(thresholds: Sequence[Threshold], points: Decimal, max_total: Decimal) -> Classification:
    """The class of a total: the highest threshold that the total reaches, compared exactly (points x 100 >= percent x maximum), without rounding.

    The only place where a class is decided. Raises ValueError when the total is outside 0..maximum or no threshold is reached (the lowest must be 0).
    """
    if not is_within(points, max_total):
        raise ValueError(f"total {points} outside 0..{max_total}")
    ordered = sorted(thresholds, key=lambda threshold: threshold.lower_pct)
    reached = [threshold for threshold in ordered if points * 100 >= threshold.lower_pct * max_total]
    if not reached:
        raise ValueError("no threshold reaches down to this total")
    above = ordered[len(reached) :]
    return Classification(reached[-1].grade, points, max_total, reached[-1], above[0] if above else None)


@dataclass(frozen=True)
class Band:
    """A class as a stretch of the scale: from `lower_pct` (inclusive) up to `upper_pct` percent of the maximum; `lower_points` in points."""

    grade: Grade
    lower_pct: Decimal
    upper_pct: Decimal
    lower_points: Decimal

    @property
    def middle_pct(self) -> Decimal:
        """Where the name of the class stands."""
        return (self.lower_pct + self.upper_pct) / 2


def bands(thresholds: Iterable[Threshold], max_total: Decimal) -> list[Band]:
    """The classes side by side on the scale, lowest first."""
    ordered = sorted(thresholds, key=lambda threshold: threshold.lower_pct)
    uppers = [threshold.lower_pct for threshold in ordered[1:]] + [Decimal(100)]
    return [Band(low.grade, low.lower_pct, upper, low.lower_points(max_total)) for low, upper in zip(ordered, uppers, strict=True)]


@dataclass(frozen=True)
class Tally:
    """Where a stage of a form stands: how much is entered, the running class, and what is missing before the next move."""

    stage: Stage
    count: int
    entered: int
    result: Classification
    unscored_max: Decimal
    """Points that the criteria without points could still bring."""
    missing: list[Missing]

    @property
    def unscored(self) -> int:
        return self.count - self.entered


def tally(form: Sequence[Points], stage: Stage, thresholds: Sequence[Threshold]) -> Tally:
    """Count a stage of a form. Raises ValueError as `classify` does."""
    blank = [points for points in form if points.at(stage) is None]
    result = classify(thresholds, total(form, stage), sum((points.maximum for points in form), Decimal(0)))
    return Tally(stage, len(form), len(form) - len(blank), result, sum((points.maximum for points in blank), Decimal(0)), missing(form, stage))


# Support of weak communes (section III.4 gạch 6).

SUPPORT_DAYS = 15
"""Days a quarter that district staff work in a weak commune, at least."""


def quarter_of(day: date) -> int:
    """The quarter of the year, 1 to 4."""
    return (day.month + 2) // 3


def same_quarter(first: date, last: date) -> bool:
    """Whether both days lie in one quarter of one year."""
    return (first.year, quarter_of(first)) == (last.year, quarter_of(last))


def working_days(first: date, last: date) -> int:
    """Days from Monday to Friday between two days, both counted; 0 when the last is before the first. Holidays are not known here."""
    return sum((first + timedelta(days=n)).weekday() < 5 for n in range((last - first).days + 1))
