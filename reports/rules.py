"""What is counted for a period, and which figure proves which target. Source: Plan 495/KH-UBND, sections II.2 and IV.2."""

from scoring.rules import Grade, State

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
"""Counted where at least one commune is approved (before that there is no data): indicator -> condition on the assessment `a`."""

TITLE_COUNTS: dict[str, str] = {TITLE: "t.id IS NOT NULL"}
"""Counted where at least one commune is approved, for a year only (a half-year has no title): indicator -> condition on the title `t`."""

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
