"""What is counted for a period. Source: Plan 495/KH-UBND, sections II.2, III.4 and IV.2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from accounts.rules import PROVINCE_ROLES, Role
from communes.rules import fold
from communes.standards import Qualification, Theory
from ledger.rules import digest
from plan2018.rules import Answer, Source, parse_whole
from scoring.rules import Grade, State, Threshold


class ReportKind(StrEnum):
    """What a district reports on: a period (section IV.2), or its dialogue conferences (section III.8)."""

    PERIOD = "period"
    DIALOGUE = "dialogue"


class ReportState(StrEnum):
    """Where a district's report stands."""

    DRAFT = "draft"
    FILED = "filed"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class ReportAct(StrEnum):
    """What a person does to a report as a whole."""

    FILE = "file"
    RETURN = "return"
    ACCEPT = "accept"


class ReportMove(NamedTuple):
    """A row of the reports' workflow: the state it leads to, who may do it."""

    to: ReportState
    roles: frozenset[Role]
    needs_reason: bool = False


REPORT_MOVES: dict[tuple[ReportState, ReportAct], ReportMove] = {
    (ReportState.DRAFT, ReportAct.FILE): ReportMove(ReportState.FILED, frozenset({Role.DISTRICT_APPRAISER})),
    (ReportState.RETURNED, ReportAct.FILE): ReportMove(ReportState.FILED, frozenset({Role.DISTRICT_APPRAISER})),
    (ReportState.FILED, ReportAct.RETURN): ReportMove(ReportState.RETURNED, PROVINCE_ROLES, needs_reason=True),
    (ReportState.FILED, ReportAct.ACCEPT): ReportMove(ReportState.ACCEPTED, PROVINCE_ROLES),
    (ReportState.ACCEPTED, ReportAct.RETURN): ReportMove(ReportState.RETURNED, PROVINCE_ROLES, needs_reason=True),
}

REPORT_OPEN = frozenset({ReportState.DRAFT, ReportState.RETURNED})
"""States in which the district may change its figures and words."""

SECTIONS = {
    "I": "I. Tình hình chung và công tác chỉ đạo",
    "II": "II. Kết quả thực hiện mục tiêu, chỉ tiêu",
    "III": "III. Kết quả thực hiện nhiệm vụ, giải pháp",
    "IV": "IV. Tổ chức thực hiện, phương hướng kỳ sau",
}
"""The narrative sections of a district's report: they follow sections I to IV of the plan."""


def report_acts(state: ReportState, role: Role) -> list[ReportAct]:
    """What this role may do to a report in this state."""
    return [act for (where, act), move in REPORT_MOVES.items() if where == state and role in move.roles]


def last_moment(due: datetime, extended_to: date | None) -> datetime:
    """The first moment that is too late to be accepted as extended: the end of the extension's last day, or the due moment itself."""
    return due if extended_to is None else max(due, datetime.combine(extended_to + timedelta(days=1), time(), due.tzinfo))


Content = Mapping[str, Sequence[Any]]
"""Figures of a version: "commune/indicator" -> (numerator, denominator, cell)."""


def figures_digest(figures: Content) -> str:
    """The digest of a report's figures, whatever their order or the cells they stood in."""
    return digest({key: [int(values[0]), int(values[1])] for key, values in figures.items()})


def changes(before: Content, after: Content) -> list[tuple[str, tuple[int, int] | None, tuple[int, int] | None]]:
    """What differs between two versions, figure by figure: (key, before, after), None for no data; in the order of the keys."""
    pairs = [{key: (int(values[0]), int(values[1])) for key, values in figures.items()} for figures in (before, after)]
    keys = sorted(pairs[0].keys() | pairs[1].keys())
    return [(key, pairs[0].get(key), pairs[1].get(key)) for key in keys if pairs[0].get(key) != pairs[1].get(key)]


FigureValue = tuple[int, int]
"""So many of so many; yes is 1/1, no is 0/1."""

COUNTED_AS = {Source.ROSTER: Answer.RATIO, Source.OFFICES: Answer.YES_NO, Source.PROFILE: Answer.YES_NO}
"""How a district's report tells what a register proves: it is held against the register and feeds no figure."""


class NotAFigure(ValueError):
    """What was typed is no figure of this kind: neither yes nor no, no "part/whole", more than the whole."""


YES, NO = frozenset({"co", "c", "x", "1", "1/1"}), frozenset({"khong", "k", "0", "0/1"})
"""What people type for yes and no, without diacritics."""


def asked_as(source: str, answer: str, *, everyone: bool = True) -> Answer:
    """How a district's report tells an indicator of a commune; NONE for what it does not tell."""
    return Answer(answer) or (COUNTED_AS.get(Source(source), Answer.NONE) if everyone else Answer.NONE)


def read_figure(text: str, answer: Answer) -> FigureValue | None:
    """Read a figure as typed or pasted into one cell: "12/15" ("12 / 15", "1.200/1.500"), or yes or no ("Có", "k", "1"); nothing is None.

    Raises NotAFigure, and NotWhole for a part that is no count.
    """
    plain = text.strip()
    if not plain:
        return None
    if answer == Answer.YES_NO:
        word = fold(plain).replace(" ", "")
        if word not in YES | NO:
            raise NotAFigure(text)
        return (int(word in YES), 1)
    part, slash, whole = plain.partition("/")
    value = parse_whole(part), parse_whole(whole) if slash else 0
    if not 0 <= value[0] <= value[1] or value[1] < 1:
        raise NotAFigure(text)
    return value


def differs(value: FigureValue | None, known: FigureValue | None) -> int:
    """How a figure stands to what is known: 1 a larger share, -1 a smaller one, 0 the same, or nothing to compare."""
    if value is None or known is None:
        return 0
    gap = value[0] * known[1] - known[0] * value[1]
    return (gap > 0) - (gap < 0)


SCORE = "score"
TITLE = "title"
CRITERION = "criterion."
TARGET = "target."

COMMUNE_COUNTS: dict[str, str] = {
    "submitted": "a.first_submitted_at IS NOT NULL",
    "on_time": "a.first_submitted_at IS NOT NULL AND NOT a.late",
    "late": "a.first_submitted_at IS NOT NULL AND a.late",
    "missing": "a.first_submitted_at IS NULL",
    **{f"state.{state}": f"a.state = '{state}'" for state in State},
}
"""Communes counted for every district, out of all that owe a form: indicator -> condition on the assessment `a`."""

GRADE_COUNTS: dict[str, str] = {f"grade.{grade}": f"a.grade = '{grade}'" for grade in Grade}
"""Counted, out of all communes, once the province has approved one (before that there is no data): indicator -> condition on the assessment `a`."""

TITLE_COUNTS: dict[str, str] = {TITLE: "t.id IS NOT NULL"}
"""Counted likewise, for a year only (a half-year has no title): indicator -> condition on the title `t`."""

REPORT_COUNTS: dict[str, str] = {
    "report.filed": "r.filed_at IS NOT NULL",
    "report.on_time": "r.filed_at IS NOT NULL AND NOT r.late",
    "report.late": "r.filed_at IS NOT NULL AND r.late",
    "report.missing": "r.filed_at IS NULL",
}
"""District reports: indicator -> condition on the report `r` of a district."""

OFFICIALS: dict[str, str] = {
    "roster.qualified": f"o.qualification >= {Qualification.INTERMEDIATE}",
    "roster.theory": f"o.theory >= {Theory.ELEMENTARY}",
    "roster.standards": "o.meets_standards",
}
"""Cadres and civil servants counted in each commune, out of all of them: indicator -> condition on the official `o`. Sections II.2 gạch 7, III.4."""

OFFICIALS_OF_PILOTS = {"roster.standards_pilot": "roster.standards"}
"""The same, in new-countryside pilot communes alone: indicator -> the one that it repeats."""

OFFICES: dict[str, str] = {
    "office.solid": "f.construction = 'solid'",
    "office.area": "f.floor_area >= f.norm_area",
    "office.internet_computers": "f.internet_computers > 0",
    "office.printers": "f.printers > 0",
    "office.copiers": "f.copiers > 0",
    "office.telephone": "f.telephone <> ''",
}
"""What holds of a commune's office or does not: indicator -> condition on the office `f`. Section II.2 gạch 8."""

FEEDBACK = {"feedback": "p.suggestion_box AND p.feedback_telephone <> ''"}
"""The same of a commune's profile `p`. Section III.2 gạch 2."""


class Figure(NamedTuple):
    """A figure of a unit as it is stored: what its columns mean is said at the model `Metric`."""

    numerator: Decimal
    denominator: Decimal
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    met: bool | None = None
    parts: int = 1


@dataclass(frozen=True)
class Term:
    """A period as a board speaks of it."""

    code: str
    name: str
    kind: str
    last_day: date
    """The last day on which a district's report is on time."""


@dataclass(frozen=True)
class Criterion:
    """A column of the comparison of districts."""

    code: str
    number: str
    title: str
    max_points: Decimal


@dataclass(frozen=True)
class Commune:
    """A commune on the board: its form as it stands now, its result as of the last fill."""

    code: str
    name: str
    full_name: str
    district: str
    """Code of the district."""
    outline: str = ""
    state: State | None = None
    waiting_since: datetime | None = None
    """When the district appraised it, while it waits for the province."""
    grade: Grade | None = None
    total: Decimal | None = None
    max_total: Decimal | None = None
    self_total: Decimal | None = None
    lowest: str = ""
    """Code of the criterion with the fewest final points; the first of several."""
    lowest_points: Decimal | None = None


@dataclass(frozen=True)
class Filing:
    """When a district filed its report for a period; None while it has not."""

    filed_at: datetime | None = None
    late: bool | None = None


@dataclass(frozen=True)
class District:
    """A district on the board: its figures as of the last fill, and its own reports as they stand now, by code of the period."""

    code: str
    name: str
    full_name: str
    figures: Mapping[str, Figure]
    filings: Mapping[str, Filing]
    outline: str = ""


@dataclass(frozen=True)
class Board:
    """Everything that the province's board of a period shows, as plain values. Units are in Vietnamese alphabetical order."""

    term: Term
    earlier: Term | None
    """The period of the same plan that is due before this one, whose reports are shown beside."""
    others: Sequence[Term]
    filled_at: datetime | None
    behind: int
    """Ledger entries since the last fill."""
    figures: Mapping[str, Figure]
    """The figures of the province."""
    districts: Sequence[District]
    communes: Sequence[Commune]
    targets: Sequence[dict[str, Any]]
    """Rows of `selectors.targets`."""
    thresholds: Sequence[Threshold]
    criteria: Sequence[Criterion]
