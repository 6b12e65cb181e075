"""Reads of the figures. Pages, documents and the API ask here and show the same rows."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from communes.models import Unit
from communes.rules import Level, fold
from ledger.models import Entry
from ledger.rules import digest
from plan2018 import rules as plan_rules
from plan2018.models import Period, Target
from reports import rules
from reports.models import Metric, Report, Rollup, Standing
from scoring.models import Assessment, Threshold
from scoring.rules import Grade, State


def ledger_position(period: Period) -> tuple[int, str]:
    """How many ledger entries speak of the periods of this plan, and the digest that names the last of them: the inputs of a fill.

    All periods of the plan, because the year's board also shows whether the half-year reports came in time.
    """
    codes = list(period.plan.periods.values_list("code", flat=True))
    position = Entry.objects.filter(topic__in=codes).aggregate(count=Count("pk"), last=Max("pk"))
    last = Entry.objects.filter(pk=position["last"]).values_list("hash", flat=True).first()
    return position["count"], digest([period.code, position["count"], last])


def stale_periods() -> list[Period]:
    """Periods whose ledger entries have moved on since their last fill, or that were never filled."""
    filled = dict(Rollup.objects.values_list("period_id", "entries"))
    counts = dict(
        Entry.objects.exclude(topic="").values_list("topic").annotate(count=Count("pk")).values_list("topic", "count"),
    )
    periods = list(Period.objects.select_related("plan"))
    of_plan: dict[int, int] = {}
    for period in periods:
        of_plan[period.plan_id] = of_plan.get(period.plan_id, 0) + counts.get(period.code, 0)
    return [period for period in periods if of_plan[period.plan_id] and filled.get(period.pk) != of_plan[period.plan_id]]


def province_figures(period: Period) -> dict[tuple[int, str], tuple[Decimal, Decimal]]:
    """(province, indicator) -> (numerator, denominator) for the indicators that prove targets."""
    wanted = {indicator for indicator, _kind in rules.TARGET_INDICATORS.values()}
    rows = Metric.objects.filter(period=period, unit__level=Level.PROVINCE, indicator__in=wanted)
    return {
        (unit, indicator): (numerator, denominator)
        for unit, indicator, numerator, denominator in rows.values_list("unit_id", "indicator", "numerator", "denominator")
    }


def earlier_reports_on_time(period: Period) -> dict[tuple[int, str], int]:
    """(province, kind of period) -> districts whose report for an earlier period of the plan came in time."""
    rows = Report.objects.filter(period__plan=period.plan_id, period__due_on__lt=period.due_on, late=False)
    counted = rows.values_list("unit__parent_id", "period__kind").annotate(count=Count("pk"))
    return {(province, kind): count for province, kind, count in counted}


def ranking(period: Period, scope: Unit | None, *, district: str = "", grade: str = "", words: str = "") -> "QuerySet[Standing, Any]":
    """The ranking of a period as plain rows, by rank and then by name in Vietnamese order; ranks are those of the whole province.

    `scope` narrows to what a user sees (None: everything); `district` is a code, `words` part of a name with or without diacritics.
    """
    rows = Standing.objects.filter(period=period)
    if scope is not None and scope.level == Level.PROVINCE:
        rows = rows.filter(Q(unit__parent__parent=scope.pk) | Q(unit__parent=scope.pk))
    elif scope is not None:
        rows = rows.filter(Q(unit=scope.pk) | Q(unit__parent=scope.pk))
    if district:
        rows = rows.filter(unit__parent__code=district)
    if grade:
        rows = rows.filter(grade=grade)
    if words:
        rows = rows.filter(unit__search_key__contains=fold(words))
    return rows.order_by("rank", "unit__sort_key").values(
        "rank",
        "total",
        "max_total",
        "grade",
        "clean_strong",
        unit_code=F("unit__code"),
        unit_name=F("unit__full_name"),
        district_code=F("unit__parent__code"),
        district_name=F("unit__parent__full_name"),
    )


def grade_labels(period: Period) -> dict[str, str]:
    """Class -> its Vietnamese name in the criteria set of the period."""
    return dict(Threshold.objects.filter(criteria_set__assessments__period=period).values_list("grade", "label").distinct())


def figures(period: Period, unit: Unit) -> dict[str, Metric]:
    """The figures of a district or province by indicator."""
    return {metric.indicator: metric for metric in Metric.objects.filter(period=period, unit=unit)}


def figures_below(period: Period, unit: Unit) -> dict[int, dict[str, Metric]]:
    """The figures of the units right below a province: unit id -> indicator -> figure."""
    below: dict[int, dict[str, Metric]] = {}
    for metric in Metric.objects.filter(period=period, unit__parent=unit):
        below.setdefault(metric.unit_id, {})[metric.indicator] = metric
    return below


def rollup_rows(period: Period, unit: Unit) -> list[dict[str, Any]]:
    """All figures of a unit as plain rows. A commune's are read from its own form: what one row says already is not stored twice."""
    if unit.level == Level.COMMUNE:
        return _commune_rows(period, unit)
    rows = Metric.objects.filter(period=period, unit=unit).order_by("indicator")
    return [dict(row) for row in rows.values("indicator", "numerator", "denominator", "value", "low", "high", "met")]


def _commune_rows(period: Period, unit: Unit) -> list[dict[str, Any]]:
    assessment = Assessment.objects.filter(period=period, unit=unit).first()
    if assessment is None:
        return []
    submitted = assessment.first_submitted_at is not None
    counts = {
        "submitted": submitted,
        "on_time": submitted and not assessment.late,
        "late": submitted and bool(assessment.late),
        "missing": not submitted,
        **{f"state.{state}": assessment.state == state for state in State},
    }
    rows = []
    standing = Standing.objects.filter(period=period, unit=unit).first()
    if standing:
        counts |= {f"grade.{grade}": standing.grade == grade for grade in Grade}
        counts[rules.TITLE] = standing.clean_strong
        answers = assessment.answers.values_list("criterion__code", "final_points")
        rows = [_row(f"{rules.CRITERION}{code}", points, Decimal(1), points, points) for code, points in answers if points is not None]
        share = 100 * standing.total / standing.max_total
        rows.append(_row(rules.SCORE, standing.total, standing.max_total, share, standing.total))
    rows += [_row(name, Decimal(held), Decimal(1), Decimal(100 * held), None) for name, held in counts.items()]
    return sorted(rows, key=lambda row: row["indicator"])


def _row(indicator: str, numerator: Decimal, denominator: Decimal, value: Decimal, extreme: Decimal | None) -> dict[str, Any]:
    value = value.quantize(Decimal("0.0001"))
    return {"indicator": indicator, "numerator": numerator, "denominator": denominator, "value": value, "low": extreme, "high": extreme, "met": None}


def targets(period: Period, unit: Unit) -> list[dict[str, Any]]:
    """All targets of the plan with what is known of them for a unit.

    The plan sets its numbers for the province: for a district the count shows, the verdict does not (None).
    """
    known = figures(period, unit) if unit.level != Level.COMMUNE else {}
    rows = []
    for target in Target.objects.filter(plan=period.plan_id):
        figure = known.get(f"{rules.TARGET}{target.code}")
        if figure is None and unit.level == Level.DISTRICT:
            indicator, kind = rules.TARGET_INDICATORS.get(target.code, ("", ""))
            figure = known.get(indicator) if not kind or kind == period.kind else None
        rows.append(
            {
                "code": target.code,
                "clause": target.clause,
                "name": target.name,
                "operator": target.operator,
                "value": target.value,
                "unit": target.unit,
                "numerator": figure.numerator if figure else None,
                "denominator": figure.denominator if figure else None,
                "actual": figure.numerator if figure else None,
                "met": figure.met if figure else None,
                "gap": plan_rules.gap(target.operator, target.value, figure.numerator) if figure and figure.met is not None else None,
                "source": target.source,
                "population": target.population,
                "due": target.due,
                "contradiction": target.contradiction,
                "note": target.note,
            }
        )
    return rows
