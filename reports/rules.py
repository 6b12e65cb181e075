"""What is counted for a period. Source: Plan 495/KH-UBND, sections II.2, III.4 and IV.2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from communes.standards import Qualification, Theory
from scoring.rules import Grade, State, Threshold

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
    "report.filed": "r.id IS NOT NULL",
    "report.on_time": "r.id IS NOT NULL AND NOT r.late",
    "report.late": "r.id IS NOT NULL AND r.late",
    "report.missing": "r.id IS NULL",
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
