"""Acts of the top floor: a district files its report; a period's figures are filled."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from communes.models import Unit
from communes.rules import Level
from ledger import services as ledger
from ledger.models import Job
from plan2018 import rules as plan_rules
from plan2018.models import Period
from reports import rules, selectors
from reports.models import Metric, Report, Rollup
from scoring.rules import State

FILL_TASK = "reports.fill"


class AlreadyFiled(Exception):
    """The district has filed this report before; the first filing stands."""


def file_report(*, period: Period, unit: Unit, number: str, dated: date, actor: User) -> Report:
    """A district files its report for a period. Late is decided now and stays. Raises AlreadyFiled on a second filing."""
    now = timezone.now()
    with transaction.atomic():
        report, created = Report.objects.get_or_create(
            period=period,
            unit=unit,
            defaults={"number": number, "dated": dated, "filed_at": now, "filed_by": actor, "late": period.is_late(now)},
        )
        if not created:
            raise AlreadyFiled
        ledger.record(
            act="file",
            kind="report",
            key=f"{period.code}/{unit.code}",
            topic=period.code,
            actor=actor,
            after="late" if report.late else "on_time",
            data={"number": number, "dated": dated.isoformat()},
        )
    return report


def ask_fill(period: Period, *, actor: User | None = None) -> Job:
    """Ask for a fill of the period: a job for a worker."""
    return ledger.ask(task=FILL_TASK, key=period.code, actor=actor)


def fill(period: Period) -> Rollup:
    """Replace the figures of a period, in one transaction, by a fixed number of statements whatever the number of communes.

    From small groups to large: each commune's standing and each district's counts from the assessments, then provinces as sums of their districts,
    then targets. Nothing is read but grouped rows; filling twice, or four at once, gives the same rows. A newer change counts for the next fill: the
    ledger entries are counted before anything else is read.
    """
    with transaction.atomic():
        ledger.lock(f"fill:{period.code}")
        entries, digest_of_entries = selectors.ledger_position(period)
        parameters = {"period": period.pk, "year": period.plan.year if period.kind == Period.YEAR else None}
        with connection.cursor() as cursor:
            for statement in _STATEMENTS:
                cursor.execute(statement, parameters)
        Metric.objects.bulk_create(_targets(period))
        rollup, _created = Rollup.objects.update_or_create(
            period=period, defaults={"filled_at": timezone.now(), "entries": entries, "digest": digest_of_entries}
        )
    return rollup


def _targets(period: Period) -> Iterable[Metric]:
    """The targets that have a record, for each province, with the verdict of the plan's own rule. No figure, no row."""
    targets = {target.code: target for target in period.plan.targets.filter(code__in=rules.TARGET_INDICATORS)}
    figures = selectors.province_figures(period)
    earlier = selectors.earlier_reports_on_time(period)
    kinds = {kind for _province, kind in earlier}
    for (province, indicator), (numerator, denominator) in figures.items():
        for code, target in targets.items():
            wanted, kind = rules.TARGET_INDICATORS[code]
            if indicator != wanted or (kind and kind != period.kind and kind not in kinds):
                continue
            actual = Decimal(earlier.get((province, kind), 0)) if kind and kind != period.kind else numerator
            yield Metric(
                period=period,
                unit_id=province,
                indicator=f"{rules.TARGET}{code}",
                numerator=actual,
                denominator=denominator,
                value=actual,
                met=plan_rules.met(target.operator, target.value, actual),
            )


def _count(condition: str) -> str:
    return f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)"


def _unpivot(columns: Iterable[str], only: str = "1 = 1") -> str:
    """SELECTs that turn the columns of `counted` into rows (indicator, numerator, denominator, value in percent)."""
    return "\nUNION ALL ".join(
        f'SELECT %(period)s, unit_id, \'{name}\', "{name}", expected, ROUND(100.0 * "{name}" / expected, 4), CAST(NULL AS numeric), CAST(NULL AS numeric) FROM counted WHERE {only}'
        for name in columns
    )


_INTO_METRIC = "INSERT INTO reports_metric (period_id, unit_id, indicator, numerator, denominator, value, low, high)"

_STATEMENTS = [
    "DELETE FROM reports_standing WHERE period_id = %(period)s",
    "DELETE FROM reports_metric WHERE period_id = %(period)s",
    # Each commune's place among the communes of its province.
    f"""
    INSERT INTO reports_standing (period_id, unit_id, rank, total, max_total, grade, clean_strong)
    SELECT a.period_id, a.unit_id, RANK() OVER (PARTITION BY COALESCE(parent.parent_id, parent.id) ORDER BY a.total DESC),
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
    {_unpivot(rules.COMMUNE_COUNTS)}
    UNION ALL {_unpivot(rules.GRADE_COUNTS, "approved_in_province > 0")}
    UNION ALL {_unpivot(rules.TITLE_COUNTS, "approved_in_province > 0 AND %(year)s IS NOT NULL")}
    UNION ALL SELECT %(period)s, unit_id, '{rules.SCORE}', total, max_total, ROUND(100.0 * total / max_total, 4), low, high FROM counted WHERE approved > 0
    """,
    # Each district's criteria: sum, count, mean, lowest, highest of the final points.
    f"""
    {_INTO_METRIC}
    SELECT %(period)s, grouped.unit_id, '{rules.CRITERION}' || c.code, points, communes, ROUND(1.0 * points / communes, 4), low, high
    FROM (
        SELECT u.parent_id AS unit_id, answer.criterion_id, SUM(answer.final_points) AS points, COUNT(*) AS communes,
            MIN(answer.final_points) AS low, MAX(answer.final_points) AS high
        FROM scoring_assessment a
        JOIN communes_unit u ON u.id = a.unit_id
        JOIN scoring_answer answer ON answer.assessment_id = a.id
        WHERE a.period_id = %(period)s AND a.state = '{State.APPROVED}'
        GROUP BY u.parent_id, answer.criterion_id
    ) grouped
    JOIN scoring_criterion c ON c.id = grouped.criterion_id
    """,
    # Each district's own report.
    f"""
    WITH counted AS (
        SELECT d.id AS unit_id, 1 AS expected, {", ".join(f'{_count(condition)} AS "{name}"' for name, condition in rules.REPORT_COUNTS.items())}
        FROM communes_unit d
        LEFT JOIN reports_report r ON r.unit_id = d.id AND r.period_id = %(period)s
        WHERE d.level = '{Level.DISTRICT}' AND d.id IN (
            SELECT u.parent_id FROM scoring_assessment a JOIN communes_unit u ON u.id = a.unit_id WHERE a.period_id = %(period)s
        )
        GROUP BY d.id
    )
    {_INTO_METRIC}
    {_unpivot(rules.REPORT_COUNTS)}
    """,
    # Each province as the sum of its districts.
    f"""
    {_INTO_METRIC}
    SELECT m.period_id, d.parent_id, m.indicator, SUM(m.numerator), SUM(m.denominator),
        ROUND(CASE WHEN m.indicator LIKE '{rules.CRITERION}%%' THEN 1.0 ELSE 100.0 END * SUM(m.numerator) / SUM(m.denominator), 4), MIN(m.low), MAX(m.high)
    FROM reports_metric m
    JOIN communes_unit d ON d.id = m.unit_id
    WHERE m.period_id = %(period)s AND d.level = '{Level.DISTRICT}'
    GROUP BY m.period_id, d.parent_id, m.indicator
    """,
]
