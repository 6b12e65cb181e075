"""What the decision says: the workflow of an assessment, its points, and its class.

Sources: Plan 495/KH-UBND sections III.4, IV; Decision 34/2011/QĐ-UBND articles 1-2. The decision's annex (criteria, thresholds) is not public in
full: criteria and thresholds are rows with a provenance mark, handed in here as plain values.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any
from zlib import crc32

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
    EXPLAIN = "explain"
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


class Scoring(StrEnum):
    """How a criterion is scored. Whatever the kind, its points lie in 0..maximum; a penalty is told as a positive number and taken off."""

    POINTS = "points"
    LEVEL = "level"
    RATIO = "ratio"
    BONUS = "bonus"
    PENALTY = "penalty"


SCALED = (Scoring.POINTS, Scoring.LEVEL, Scoring.RATIO)
"""Kinds whose maxima make the scale: a bonus helps to fill it and never exceeds it, a penalty takes from what was earned, never below 0."""


class Rounding(StrEnum):
    """How points that come from a ratio are rounded. Nothing else is: totals are exact sums, classes are decided on exact totals."""

    HALF_UP = "half_up"
    DOWN = "down"


class CapKind(StrEnum):
    """When a class may be no higher than ...: the whole closed set of conditions."""

    CRITERION_BELOW = "criterion_below"
    CRITERION_ZERO = "criterion_zero"
    ANY_BELOW_PCT = "any_below_pct"
    PENALTIES_AT_LEAST = "penalties_at_least"


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


NOT_APPLICABLE = "na"
"""Stands in the ledger where points would."""


@dataclass(frozen=True)
class Points:
    """One criterion as the rules see it: its maximum, how it is scored, the three points and the words beside them, how many files it shows."""

    criterion: str
    maximum: Decimal
    self_points: Decimal | None = None
    appraised_points: Decimal | None = None
    final_points: Decimal | None = None
    appraised_reason: str = ""
    final_reason: str = ""
    scoring: Scoring = Scoring.POINTS
    excluded: frozenset[Stage] = frozenset()
    """The stages that hold the criterion not applicable to this commune: no points, and its maximum is out of the scale."""
    self_note: str = ""
    evidence: int = 0

    def at(self, stage: Stage) -> Decimal | None:
        """The points of one stage."""
        return {Stage.SELF: self.self_points, Stage.APPRAISED: self.appraised_points, Stage.FINAL: self.final_points}[stage]

    def reason_at(self, stage: Stage) -> str:
        """The reason given at one stage; the commune gives none (it has a note)."""
        return {Stage.SELF: "", Stage.APPRAISED: self.appraised_reason, Stage.FINAL: self.final_reason}[stage]

    def told(self, stage: Stage) -> str:
        """What the ledger and the digest say of one stage: the points with all their digits, NOT_APPLICABLE, or nothing where nothing is entered."""
        return NOT_APPLICABLE if stage in self.excluded else as_text(self.at(stage))


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
    """Whether what was changed against the stage before, or held not applicable by the commune itself, still lacks its reason at this stage."""
    before = STAGE_BEFORE[stage]
    if before is None:
        return stage in points.excluded and not points.self_note.strip()
    return is_entered(points, stage) and not _same(points, stage, before) and not points.reason_at(stage).strip()


def _same(points: Points, stage: Stage, other: Stage) -> bool:
    return (points.at(stage), stage in points.excluded) == (points.at(other), other in points.excluded)


def is_entered(points: Points, stage: Stage) -> bool:
    """Whether a stage has said something of the criterion: points, or that it does not apply."""
    return points.at(stage) is not None or stage in points.excluded


def needs_evidence(points: Points, stage: Stage) -> bool:
    """Whether full points still lack evidence or a written explanation. Asked of the commune alone: who appraises judges what it shows."""
    return (
        stage == Stage.SELF
        and points.self_points == points.maximum
        and points.scoring != Scoring.PENALTY
        and not points.evidence
        and not points.self_note.strip()
    )


def missing(form: Iterable[Points], stage: Stage) -> list[Missing]:
    """What is missing before the stage is complete, in the order of the form; empty when the move may be made.

    A form in which nothing applies has no scale and no class: each of its criteria still misses its points.
    """
    form = list(form)
    nothing_applies = bool(form) and not scale(form, stage)
    found = []
    for points in form:
        if not is_entered(points, stage) or (nothing_applies and stage in points.excluded):
            found.append(Missing(points.criterion, Missing.POINTS))
        elif needs_reason(points, stage):
            found.append(Missing(points.criterion, Missing.REASON))
        elif needs_evidence(points, stage):
            found.append(Missing(points.criterion, Missing.EVIDENCE))
    return found


def scale(form: Iterable[Points], stage: Stage | None = None) -> Decimal:
    """The highest total that a form can earn: the maxima of its criteria without bonuses, penalties and, at a stage, what does not apply there."""
    return sum((points.maximum for points in form if points.scoring in SCALED and stage not in points.excluded), Decimal(0))


def total(form: Iterable[Points], stage: Stage) -> Decimal:
    """Points and bonuses of a stage less its penalties, never outside 0..scale; what is not entered yet counts nothing."""
    form = list(form)
    earned = sum((-value if points.scoring == Scoring.PENALTY else value for points, value in _entered(form, stage)), Decimal(0))
    return min(max(earned, Decimal(0)), scale(form, stage))


def _entered(form: Iterable[Points], stage: Stage) -> list[tuple[Points, Decimal]]:
    return [(points, value) for points in form if (value := points.at(stage)) is not None]


def lowered(form: Iterable[Points]) -> list[str]:
    """The criteria at which the district gave less than the commune gave itself, or took more off."""
    return [points.criterion for points in form if _is_lowered(points)]


def _is_lowered(points: Points) -> bool:
    own, theirs = points.self_points, points.appraised_points
    if own is None or theirs is None:
        return False
    return theirs > own if points.scoring == Scoring.PENALTY else theirs < own


def explain_until(day: date, days: int) -> date:
    """The last day of an explanation round that begins with this day: so many days from Monday to Friday later."""
    last = day
    while days:
        last += timedelta(days=1)
        days -= last.weekday() < WEEKEND
    return last


WEEKEND = 5
"""Saturday, as Python counts the days of a week."""


def is_explaining(state: State, until: date | None, explained: datetime | None, today: date) -> bool:
    """Whether the commune may still answer lowered points (giải trình), so that the province waits: until its last day, or until it says that it is done.

    Source: the plan (III.7) refers to guidance by the department, which is not public; how many days there are is a row of the criteria set.
    """
    return state == State.APPRAISED and until is not None and explained is None and today <= until


def as_text(points: Decimal | None) -> str:
    """Points as the ledger keeps them: with all their digits; empty where there are none."""
    return "" if points is None else str(points)


def points_digest(form: Iterable[Points]) -> str:
    """Digest of the three points of every criterion as they stand: with it a ledger entry vouches for what was sent, appraised or approved."""
    return digest({points.criterion: [points.told(stage) for stage in Stage] for points in form})


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """The one rounding of the portal: half away from zero, as officials do it by hand."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def ratio_points(
    numerator: Decimal,
    denominator: Decimal,
    maximum: Decimal,
    *,
    full_pct: Decimal = Decimal(100),
    rounding: Rounding = Rounding.HALF_UP,
    places: int = 2,
) -> Decimal:
    """Points of a ratio: all of them from `full_pct` percent on, below that in proportion, rounded as the set of criteria states.

    Raises ValueError unless 0 <= numerator and 0 < denominator (what has no whole does not apply and has no points).
    """
    if not (numerator.is_finite() and denominator.is_finite() and numerator >= 0 and denominator > 0):
        raise ValueError(f"{numerator}/{denominator} is no ratio")
    exact = min(maximum * 100 * numerator / (denominator * full_pct), maximum)
    if rounding == Rounding.DOWN:
        return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
    return min(round_half_up(exact, places), maximum)


@dataclass(frozen=True)
class Threshold:
    """A class and the lowest share of the maximum (in percent, inclusive) that earns it."""

    grade: Grade
    lower_pct: Decimal

    def lower_points(self, max_total: Decimal) -> Decimal:
        """The lowest total that earns the class."""
        return self.lower_pct * max_total / 100


@dataclass(frozen=True)
class Cap:
    """A class no higher than `grade` if its condition holds; a veto is one whose grade is the lowest. `criterion` is a code, `number` what people call it."""

    kind: CapKind
    grade: Grade
    value: Decimal | None = None
    criterion: str = ""
    number: str = ""

    def holds(self, form: Iterable[Points], stage: Stage) -> bool:
        """Whether the condition holds at a stage. What is not entered, or does not apply, holds nobody down."""
        entered, value = _entered(form, stage), self.value or Decimal(0)
        match self.kind:
            case CapKind.CRITERION_BELOW:
                return any(points.criterion == self.criterion and got < value for points, got in entered)
            case CapKind.CRITERION_ZERO:
                return any(points.criterion == self.criterion and got == 0 for points, got in entered)
            case CapKind.ANY_BELOW_PCT:
                return any(points.scoring in SCALED and got * 100 < value * points.maximum for points, got in entered)
            case CapKind.PENALTIES_AT_LEAST:
                return value > 0 and sum(got for points, got in entered if points.scoring == Scoring.PENALTY) >= value

    def record(self) -> dict[str, str]:
        """The cap as it is stored with an approved result."""
        value = "" if self.value is None else str(self.value)
        return {"rule": "cap", "kind": self.kind, "grade": self.grade, "value": value, "criterion": self.criterion, "number": self.number}


def is_worse(grade: Grade, than: Grade) -> bool:
    """Whether one class stands below another."""
    order = list(Grade)
    return order.index(grade) > order.index(than)


@dataclass(frozen=True)
class Classification:
    """A class with the reasons for it: the threshold reached, the next one, the caps whose conditions hold, and what one point more would bring."""

    grade: Grade
    total: Decimal
    max_total: Decimal
    reached: Threshold
    next: Threshold | None
    caps: tuple[Cap, ...]
    one_more: Grade
    """The class with one point more in all and the same caps."""

    @property
    def without_caps(self) -> Grade:
        """The class that the total alone would have."""
        return self.reached.grade

    @property
    def binding(self) -> list[Cap]:
        """The caps that lower the class."""
        return [cap for cap in self.caps if is_worse(cap.grade, self.reached.grade)]

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
        """Points missing to the next class; None in the best class, and where a cap holds the class below the next one whatever the points."""
        if self.next is None or any(is_worse(cap.grade, self.next.grade) for cap in self.caps):
            return None
        return self.next.lower_points(self.max_total) - self.total

    def record(self) -> dict[str, Any]:
        """The result as the ledger entry of an approval keeps it."""
        return {"total": str(self.total), "grade": self.grade, "reasons": self.reasons()}

    def reasons(self) -> list[dict[str, str]]:
        """The reasons as plain values, to be stored with an approved result and put into words where they are shown: the threshold, then what lowered it."""
        threshold = {
            "rule": "threshold",
            "grade": self.reached.grade,
            "total": str(self.total),
            "max_total": str(self.max_total),
            "percent": str(self.percent),
            "lower_pct": str(self.reached.lower_pct),
            "lower_points": str(self.reached.lower_points(self.max_total)),
            "below_pct": str(self.next.lower_pct) if self.next else "",
        }
        return [threshold, *(cap.record() for cap in self.binding)]


def classify(thresholds: Sequence[Threshold], points: Decimal, max_total: Decimal, caps: Iterable[Cap] = ()) -> Classification:
    """The class of a total: the highest threshold that it reaches, but no higher than any of these caps, which are those that hold (`Cap.holds`).

    Compared exactly (points x 100 >= percent x maximum), without rounding. The only place where a class is decided. Raises ValueError when the total is outside 0..maximum or no threshold is reached (the lowest must be 0).
    """
    if not is_within(points, max_total):
        raise ValueError(f"total {points} outside 0..{max_total}")
    caps = tuple(caps)
    ordered = sorted(thresholds, key=lambda threshold: threshold.lower_pct)
    place = _reached(ordered, points, max_total)
    if place < 0:
        raise ValueError("no threshold reaches down to this total")
    above = ordered[place + 1] if place + 1 < len(ordered) else None
    better = ordered[_reached(ordered, min(points + 1, max_total), max_total)]
    return Classification(_lowest(ordered[place].grade, caps), points, max_total, ordered[place], above, caps, _lowest(better.grade, caps))


def _reached(ordered: Sequence[Threshold], points: Decimal, max_total: Decimal) -> int:
    """The place of the highest threshold that a total reaches, -1 for none. Without a scale nothing is earned."""
    return sum(points * 100 >= threshold.lower_pct * max_total and bool(max_total or not threshold.lower_pct) for threshold in ordered) - 1


def _lowest(grade: Grade, caps: Iterable[Cap]) -> Grade:
    return max((grade, *(cap.grade for cap in caps)), key=list(Grade).index)


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


def tally(form: Sequence[Points], stage: Stage, thresholds: Sequence[Threshold], caps: Iterable[Cap] = ()) -> Tally:
    """Count a stage of a form, of which `caps` are all that its set knows. Raises ValueError as `classify` does."""
    blank = [points for points in form if not is_entered(points, stage)]
    holding = [cap for cap in caps if cap.holds(form, stage)]
    result = classify(thresholds, total(form, stage), scale(form, stage), holding)
    return Tally(stage, len(form), len(form) - len(blank), result, scale(blank), missing(form, stage))


def lifts(form: Sequence[Points], stage: Stage, thresholds: Sequence[Threshold], caps: Sequence[Cap]) -> list[tuple[str, Grade]]:
    """The criteria where one point more (of a penalty: one less) would change the class, with the class that it would bring.

    This tells more than `Classification.one_more`: a point at the right place can also take a cap away.
    """
    result = tally(form, stage, thresholds, caps).result
    if not result.binding and (result.next is None or result.next.lower_points(result.max_total) - result.total > 1):
        return []  # without a cap in the way a class is as far off as its points are
    now = result.grade
    found = []
    for place, points in enumerate(form):
        got = points.at(stage)
        if got is None:
            continue
        step = -1 if points.scoring == Scoring.PENALTY else 1
        one_more: dict[str, Any] = {f"{stage}_points": min(max(got + step, Decimal(0)), points.maximum)}
        moved = replace(points, **one_more)
        then = tally([*form[:place], moved, *form[place + 1 :]], stage, thresholds, caps).result.grade
        if then != now:
            found.append((points.criterion, then))
    return found


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
    return sum((first + timedelta(days=n)).weekday() < WEEKEND for n in range((last - first).days + 1))


def fingerprint(words: str) -> str:
    """What a page remembers of the words that it showed, to tell whether somebody changed them since."""
    return f"{crc32(words.encode()):x}"


MAX_WORDS = 4000
"""Longest note, reason or remark, in characters: two printed pages."""


# Who enters, who appraises.


def may_enter(role: Role, account: int | None, user: int) -> bool:
    """Whether a user enters the own points of a criterion: the signatory every one; others where it is assigned to their account, or to none."""
    return role == Role.COMMUNE_SIGNATORY or account in (None, user)


def may_appraise(named: Collection[int], people: Collection[int]) -> bool:
    """Whether one of these people (the user, and whom they act for) writes the points of a group: those it was given to; all, where it was given to nobody."""
    return not named or any(person in named for person in people)


def is_own_work(stage: Stage, writers: Collection[int | None], stages: Collection[Stage], people: Collection[int]) -> bool:
    """Whether points of one of these stages were written by, or for, one of these people: whoever acts for somebody is bound by the work of both."""
    return stage in stages and any(writer in people for writer in writers if writer is not None)
