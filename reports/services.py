"""The fill: a period's figures are counted from the rows that prove them. The acts on reports, editions and documents stand in files of their own."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from communes.rules import Level
from communes.standards import COUNTED
from ledger import services as ledger
from ledger.models import Job
from plan2018.models import Period
from plan2018.rules import Combine, Source
from reports import rules, selectors
from reports.models import Metric, Rollup
from scoring.rules import SUPPORT_DAYS, State

FILL_TASK = "reports.fill"


def ask_fill(period: Period, *, actor: User | None = None) -> Job:
    """Ask for a fill of the period: a job for a worker."""
    return ledger.ask(task=FILL_TASK, key=period.code, actor=actor)


def fill(period: Period) -> Rollup:
    """Replace the figures of a period, in one transaction, by a fixed number of statements whatever the number of communes.

    From small groups to large: each commune's standing and each district's counts from the assessments, each commune's figures from what it reported and
    from the registers as they were on the period's last day, then districts, provinces, targets. Nothing is read but grouped rows; filling twice, or four at once, gives the same rows. A newer change counts for the next fill: the
    ledger entries are counted before anything else is read.
    """
    with transaction.atomic():
        ledger.lock(f"fill:{period.code}")
        entries, digest_of_entries = selectors.ledger_position(period)
        parameters = _parameters(period)
        with connection.cursor() as cursor:
            for statement in _STATEMENTS:
                cursor.execute(statement, parameters)
        Metric.objects.bulk_create(_targets(period))
        rollup, _created = Rollup.objects.update_or_create(
            period=period, defaults={"filled_at": timezone.now(), "entries": entries, "digest": digest_of_entries}
        )
    return rollup


def _parameters(period: Period) -> dict[str, Any]:
    year = period.plan.year
    return {
        "period": period.pk,
        "plan": period.plan_id,
        "year": year if period.kind == Period.YEAR else None,
        "due": period.due_on,
        "first": period.starts_on,
        "day": period.ends_on,
        **{f"q{quarter}": date(year, 3 * quarter - 2, 1) for quarter in (2, 3, 4)},
        "rules_due": selectors.due_on(period, "working_rules.issued") or period.ends_on,
    }


def _targets(period: Period) -> Iterable[Metric]:
    """The targets that have a figure, for each province, with the verdict of the plan's own rule. No figure, no row."""
    targets = selectors.targets_of(period)
    for province, figures in selectors.province_figures(period).items():
        for target in targets:
            figure = figures.get(selectors.key_of(target, period))
            verdict = figure and selectors.judged(target, figure)
            if figure and verdict:
                yield Metric(
                    period=period,
                    unit_id=province,
                    indicator=f"{rules.TARGET}{target.code}",
                    numerator=figure.numerator,
                    denominator=figure.denominator,
                    value=verdict.actual,
                    low=figure.low,
                    high=figure.high,
                    met=verdict.met,
                    parts=figure.parts,
                )


def _one(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _count(condition: str) -> str:
    return f"SUM({_one(condition)})"


def _unpivot(columns: Iterable[str], parts: str, only: str = "1 = 1") -> str:
    """SELECTs that turn the columns of `counted` into rows (indicator, numerator, denominator, value in percent), `parts` being a column too."""
    return "\nUNION ALL ".join(
        f'SELECT %(period)s, unit_id, \'{name}\', "{name}", expected, ROUND(100.0 * "{name}" / expected, 4), CAST(NULL AS numeric), CAST(NULL AS numeric), {parts} FROM counted WHERE {only}'
        for name in columns
    )


def _on(row: str) -> str:
    """The condition that a dated row holds on the last day of the period."""
    return f"{row}.since <= %(day)s AND ({row}.until IS NULL OR {row}.until > %(day)s)"


def _share(table: str, row: str, conditions: Mapping[str, str]) -> str:
    """SELECTs (unit, indicator, numerator, denominator, lowest) over a dated register: a row for each commune that the register knows."""
    return "\nUNION ALL ".join(
        f"SELECT {row}.unit_id, '{name}', {_count(condition)}, COUNT(*), CAST(NULL AS numeric) FROM {table} {row} WHERE {_on(row)} GROUP BY {row}.unit_id"
        for name, condition in conditions.items()
    )


def _of_roster(columns: Mapping[str, str], only: str = "") -> str:
    """SELECTs that turn columns of `roster` (indicator -> column) into rows."""
    return "\nUNION ALL ".join(
        f"SELECT roster.unit_id, '{name}', \"{column}\", officials, CAST(NULL AS numeric) FROM roster {only}" for name, column in columns.items()
    )


_INTO_METRIC = "INSERT INTO reports_metric (period_id, unit_id, indicator, numerator, denominator, value, low, high, parts)"

_OFFICIALS = f"""
    SELECT o.unit_id, COUNT(*) AS officials, {", ".join(f'{_count(condition)} AS "{name}"' for name, condition in rules.OFFICIALS.items())}
    FROM communes_official o
    WHERE o.kind IN ({", ".join(f"'{kind}'" for kind in sorted(COUNTED))}) AND {_on("o")}
    GROUP BY o.unit_id
"""

_PILOTS = f"JOIN communes_profile p ON p.unit_id = roster.unit_id WHERE p.ntm_pilot AND {_on('p')}"

_COUNTED_IN_COMMUNES = f"""
    SELECT o.unit_id, i.code AS indicator, o.numerator, o.denominator, CAST(NULL AS numeric) AS lowest
    FROM plan2018_observation o JOIN plan2018_indicator i ON i.id = o.indicator_id
    WHERE o.period_id = %(period)s AND NOT EXISTS (
        SELECT 1 FROM reports_figure f JOIN reports_report r ON r.id = f.report_id
        WHERE f.unit_id = o.unit_id AND f.indicator_id = o.indicator_id AND r.period_id = %(period)s
            AND r.kind = '{rules.ReportKind.PERIOD}' AND r.state = '{rules.ReportState.ACCEPTED}'
    )
    UNION ALL SELECT accepted.unit_id, i.code, accepted.numerator, accepted.denominator, CAST(NULL AS numeric)
        FROM accepted JOIN plan2018_indicator i ON i.id = accepted.indicator_id WHERE i.source = '{Source.COMMUNE_REPORT}'
    UNION ALL {_of_roster({name: name for name in rules.OFFICIALS})}
    UNION ALL {_of_roster(rules.OFFICIALS_OF_PILOTS, _PILOTS)}
    UNION ALL {_share("communes_office", "f", rules.OFFICES)}
    UNION ALL {_share("communes_profile", "p", rules.FEEDBACK)}
    UNION ALL SELECT w.unit_id, 'working_rules.issued', {_count("w.issued_on <= %(rules_due)s")}, COUNT(*), CAST(NULL AS numeric)
        FROM plan2018_workingrules w WHERE w.outstanding AND w.withdrawn_at IS NULL GROUP BY w.unit_id
    UNION ALL SELECT commune.unit_id, 'dialogue', CASE WHEN held.unit_id IS NULL THEN 0 ELSE 1 END, 1, CAST(NULL AS numeric)
        FROM commune LEFT JOIN held ON held.unit_id = commune.unit_id
        WHERE commune.province_id IN (SELECT province_id FROM commune JOIN held ON held.unit_id = commune.unit_id)
    UNION ALL SELECT unit_id, 'support.days', {_count(f"days >= {SUPPORT_DAYS}")}, COUNT(*), MIN(days) FROM quarterly GROUP BY unit_id
"""
"""(unit, indicator, numerator, denominator, lowest) of every commune and indicator that has a record: what communes reported, registers, own records."""

_STATEMENTS = [
    "DELETE FROM reports_standing WHERE period_id = %(period)s",
    "DELETE FROM reports_metric WHERE period_id = %(period)s",
    # Each commune's place among the communes of its province, by the share of its scale: what does not apply to a commune makes its scale shorter.
    f"""
    INSERT INTO reports_standing (period_id, unit_id, rank, total, max_total, grade, clean_strong)
    SELECT a.period_id, a.unit_id, RANK() OVER (PARTITION BY COALESCE(parent.parent_id, parent.id) ORDER BY ROUND(1.0 * a.total / a.max_points, 10) DESC),
        a.total, a.max_points, a.grade, t.id IS NOT NULL
    FROM scoring_assessment a
    JOIN communes_unit u ON u.id = a.unit_id
    JOIN communes_unit parent ON parent.id = u.parent_id
    LEFT JOIN scoring_title t ON t.unit_id = a.unit_id AND t.year = %(year)s
    WHERE a.period_id = %(period)s AND a.state = '{State.APPROVED}'
    """,
    # Each district's counts of communes, out of all that owe a form.
    f"""
    WITH counted AS (
        SELECT u.parent_id AS unit_id, COUNT(*) AS expected, COUNT(a.total) AS approved,
            SUM(COUNT(a.total)) OVER (PARTITION BY COALESCE(d.parent_id, d.id)) AS approved_in_province, SUM(a.total) AS total,
            SUM(CASE WHEN a.total IS NOT NULL THEN a.max_points END) AS max_total, MIN(a.total) AS low, MAX(a.total) AS high,
            {", ".join(f'{_count(condition)} AS "{name}"' for name, condition in {**rules.COMMUNE_COUNTS, **rules.GRADE_COUNTS, **rules.TITLE_COUNTS}.items())}
        FROM scoring_assessment a
        JOIN communes_unit u ON u.id = a.unit_id
        JOIN communes_unit d ON d.id = u.parent_id
        LEFT JOIN scoring_title t ON t.unit_id = a.unit_id AND t.year = %(year)s
        WHERE a.period_id = %(period)s
        GROUP BY u.parent_id, d.parent_id, d.id
    )
    {_INTO_METRIC}
    {_unpivot(rules.COMMUNE_COUNTS, "expected")}
    UNION ALL {_unpivot(rules.GRADE_COUNTS, "approved", "approved_in_province > 0")}
    UNION ALL {_unpivot(rules.TITLE_COUNTS, "approved", "approved_in_province > 0 AND %(year)s IS NOT NULL")}
    UNION ALL SELECT %(period)s, unit_id, '{rules.SCORE}', total, max_total, ROUND(100.0 * total / max_total, 4), low, high, approved FROM counted WHERE approved > 0
    """,
    # Each district's criteria: sum, count, mean, lowest, highest of the final points.
    f"""
    {_INTO_METRIC}
    SELECT %(period)s, grouped.unit_id, '{rules.CRITERION}' || c.code, points, communes, ROUND(1.0 * points / communes, 4), low, high, communes
    FROM (
        SELECT u.parent_id AS unit_id, answer.criterion_id, SUM(answer.final_points) AS points, COUNT(answer.final_points) AS communes,
            MIN(answer.final_points) AS low, MAX(answer.final_points) AS high
        FROM scoring_assessment a
        JOIN communes_unit u ON u.id = a.unit_id
        JOIN scoring_answer answer ON answer.assessment_id = a.id
        WHERE a.period_id = %(period)s AND a.state = '{State.APPROVED}'
        GROUP BY u.parent_id, answer.criterion_id
        HAVING COUNT(answer.final_points) > 0
    ) grouped
    JOIN scoring_criterion c ON c.id = grouped.criterion_id
    """,
    # Each district's own report.
    f"""
    WITH counted AS (
        SELECT d.id AS unit_id, 1 AS expected, {", ".join(f'{_count(condition)} AS "{name}"' for name, condition in rules.REPORT_COUNTS.items())}
        FROM communes_unit d
        LEFT JOIN reports_report r ON r.unit_id = d.id AND r.period_id = %(period)s AND r.kind = '{rules.ReportKind.PERIOD}'
        WHERE d.level = '{Level.DISTRICT}' AND d.id IN (
            SELECT u.parent_id FROM scoring_assessment a JOIN communes_unit u ON u.id = a.unit_id WHERE a.period_id = %(period)s
        )
        GROUP BY d.id
    )
    {_INTO_METRIC}
    {_unpivot(rules.REPORT_COUNTS, '"report.filed"')}
    """,
    # Each district's reports for the periods of the plan that were due before this one: targets that the year's board still shows.
    f"""
    {_INTO_METRIC}
    SELECT %(period)s, d.id, 'report.on_time.' || e.kind, {_one("r.filed_at IS NOT NULL AND NOT r.late")}, 1, 100 * {_one("r.filed_at IS NOT NULL AND NOT r.late")},
        CAST(NULL AS numeric), CAST(NULL AS numeric), {_one("r.filed_at IS NOT NULL")}
    FROM communes_unit d
    JOIN plan2018_period e ON e.plan_id = %(plan)s AND e.due_on < %(due)s
    LEFT JOIN reports_report r ON r.unit_id = d.id AND r.period_id = e.id AND r.kind = '{rules.ReportKind.PERIOD}'
    WHERE d.level = '{Level.DISTRICT}' AND d.id IN (
        SELECT u.parent_id FROM scoring_assessment a JOIN communes_unit u ON u.id = a.unit_id WHERE a.period_id = %(period)s
    )
    """,
    # Each commune that owes a form: what it has for the plan's indicators.
    f"""
    WITH commune AS (
        SELECT u.id AS unit_id, COALESCE(parent.parent_id, parent.id) AS province_id
        FROM scoring_assessment a JOIN communes_unit u ON u.id = a.unit_id JOIN communes_unit parent ON parent.id = u.parent_id
        WHERE a.period_id = %(period)s
    ), accepted AS (
        SELECT f.unit_id, f.indicator_id, f.numerator, f.denominator
        FROM reports_figure f JOIN reports_report r ON r.id = f.report_id
        WHERE r.period_id = %(period)s AND r.kind = '{rules.ReportKind.PERIOD}' AND r.state = '{rules.ReportState.ACCEPTED}'
    ), roster AS ({_OFFICIALS}
    ), held AS (
        SELECT DISTINCT unit_id FROM plan2018_dialogue WHERE withdrawn_at IS NULL AND held_on BETWEEN %(first)s AND %(day)s
    ), quarterly AS (
        SELECT unit_id, SUM(days) AS days FROM scoring_support
        WHERE mode = 'down' AND withdrawn_at IS NULL AND starts_on BETWEEN %(first)s AND %(day)s
        GROUP BY unit_id, CASE WHEN starts_on < %(q2)s THEN 1 WHEN starts_on < %(q3)s THEN 2 WHEN starts_on < %(q4)s THEN 3 ELSE 4 END
    ), found AS ({_COUNTED_IN_COMMUNES}
    )
    {_INTO_METRIC}
    SELECT %(period)s, found.unit_id, found.indicator, numerator, denominator,
        CASE WHEN i.combine = '{Combine.LOWEST}' THEN lowest ELSE ROUND(100.0 * numerator / denominator, 4) END,
        CASE WHEN i.combine = '{Combine.LOWEST}' THEN lowest ELSE ROUND(100.0 * numerator / denominator, 2) END,
        CASE WHEN i.combine = '{Combine.LOWEST}' THEN lowest ELSE ROUND(100.0 * numerator / denominator, 2) END, 1
    FROM found
    JOIN commune ON commune.unit_id = found.unit_id
    JOIN plan2018_indicator i ON i.plan_id = %(plan)s AND i.code = found.indicator
    """,
    # Each district as the sum (or the lowest) of its communes.
    f"""
    {_INTO_METRIC}
    SELECT m.period_id, u.parent_id, m.indicator, SUM(m.numerator), SUM(m.denominator),
        CASE WHEN MAX(i.combine) = '{Combine.LOWEST}' THEN MIN(m.low) ELSE ROUND(100.0 * SUM(m.numerator) / SUM(m.denominator), 4) END,
        MIN(m.low), MAX(m.high), COUNT(*)
    FROM reports_metric m
    JOIN communes_unit u ON u.id = m.unit_id
    JOIN plan2018_indicator i ON i.plan_id = %(plan)s AND i.code = m.indicator
    WHERE m.period_id = %(period)s AND u.level = '{Level.COMMUNE}'
    GROUP BY m.period_id, u.parent_id, m.indicator
    """,
    # Each province as the sum of its districts.
    f"""
    {_INTO_METRIC}
    SELECT m.period_id, d.parent_id, m.indicator, SUM(m.numerator), SUM(m.denominator),
        CASE WHEN MAX(i.combine) = '{Combine.LOWEST}' THEN MIN(m.low)
        ELSE ROUND(CASE WHEN m.indicator LIKE '{rules.CRITERION}%%' THEN 1.0 ELSE 100.0 END * SUM(m.numerator) / SUM(m.denominator), 4) END,
        MIN(m.low), MAX(m.high), SUM(m.parts)
    FROM reports_metric m
    JOIN communes_unit d ON d.id = m.unit_id
    LEFT JOIN plan2018_indicator i ON i.plan_id = %(plan)s AND i.code = m.indicator
    WHERE m.period_id = %(period)s AND d.level = '{Level.DISTRICT}'
    GROUP BY m.period_id, d.parent_id, m.indicator
    """,
]
