"""What is counted for a period, and which figure proves which target. Source: Plan 495/KH-UBND, sections II.2 and IV.2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

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

TARGET_INDICATORS: dict[str, tuple[str, str]] = {
    "TG01": (TITLE, ""),
    "TG02": ("grade.good", ""),
    "TG03": ("grade.fair", ""),
    "TG04": ("grade.average", ""),
    "TG05": ("grade.weak", ""),
    "TG39": ("report.on_time", "half"),
    "TG40": ("report.on_time", "year"),
}
"""Target -> the indicator that proves it, and the kind of period whose figure it is (empty: the period asked for). TG06-TG38 have no record yet."""


class Figure(NamedTuple):
    """A figure of a unit as it is stored: what its columns mean is said at the model `Metric`."""

    numerator: Decimal
    denominator: Decimal
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    met: bool | None = None


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
