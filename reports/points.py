"""Reads of points and of what registers say beside them, grouped by the database: a fixed number of statements whatever the number of communes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)

from communes.models import Profile, Unit
from plan2018.models import Apology, Complaints, Period, Target
from reports import quality, rules
from reports.models import Metric
from reports.whatif import Basis, Form
from scoring.models import Answer, Assessment, Criterion, Evidence, Inspection, Threshold
from scoring.models import Cap as CapRow
from scoring.rules import REACHED, Cap, Grade, Points, Scoring, Stage, State
from scoring.rules import Threshold as ThresholdRule
from scoring.selectors import title_exists


@dataclass(frozen=True)
class Component:
    """A criterion that is scored: its maximum, and the sections of the plan that it rests on."""

    pk: int
    code: str
    number: str
    title: str
    max_points: Decimal
    plan_section: str
    scoring: str

    def blank(self) -> Points:
        """The criterion as the rules take it, without points."""
        return Points(self.code, self.max_points, scoring=Scoring(self.scoring))

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


def scale(period: Period) -> tuple[list[ThresholdRule], list[Component]]:
    """The classes, best first, and the criteria in the order of the form by which a period is scored, in one query: each class beside each criterion."""
    used = Assessment.objects.filter(period=period).values("criteria_set")[:1]
    rows = Threshold.objects.filter(criteria_set=Subquery(used), criteria_set__criteria__kind=Criterion.COMPONENT)
    rows = rows.order_by("-lower_pct", "criteria_set__criteria__position")
    columns = [f"criteria_set__criteria__{name}" for name in ("pk", "code", "number", "title", "max_points", "plan_section", "scoring")]
    thresholds: dict[str, ThresholdRule] = {}
    components: dict[int, Component] = {}
    for grade, lower_pct, *component in rows.values_list("grade", "lower_pct", *columns):
        thresholds[grade] = ThresholdRule(Grade(grade), lower_pct)
        components[component[0]] = Component(*component)
    return list(thresholds.values()), list(components.values())


def caps(period: Period) -> list[Cap]:
    """What holds a class down in the set by which a period is scored: one query."""
    used = Assessment.objects.filter(period=period).values("criteria_set")[:1]
    return [cap.rule() for cap in CapRow.objects.filter(criteria_set=Subquery(used)).select_related("criterion")]


def standing(prefix: str, state: str) -> Case:
    """The points of an answer that stand for its form: those of the stage that its state has reached."""
    return Case(
        *(When(**{state: one}, then=F(f"{prefix}{stage}_points")) for one, stage in REACHED.items()),
        output_field=DecimalField(max_digits=5, decimal_places=2),
    )


LEFT_OUT = Decimal(-1)
"""Stands in the grouped query where a criterion does not apply: no points are below nothing, so one column a criterion is enough."""


def _told(basis: Basis) -> Case:
    """The points that a basis means, or that the criterion does not apply, of the answers of a form."""
    of = {state: stage if basis == Basis.REACHED else Stage(basis) for state, stage in REACHED.items()}
    cases = [When(state=state, **{f"answers__{stage}_na": True}, then=LEFT_OUT) for state, stage in of.items()]
    cases += [When(state=state, then=F(f"answers__{stage}_points")) for state, stage in of.items()]
    return Case(*cases, output_field=DecimalField(max_digits=5, decimal_places=2))


def forms(period: Period, scope: Unit, basis: Basis, components: Sequence[Component]) -> list[Form]:
    """The points of every commune under a unit, by district and name: one grouped query, a row a commune and a column a criterion."""
    columns = {f"points_{one.pk}": Max(_told(basis), filter=Q(answers__criterion=one.pk)) for one in components}
    rows = Assessment.objects.under(scope).filter(period=period).annotate(honoured=title_exists(), **columns)
    rows = rows.order_by("unit__parent__sort_key", "unit__sort_key", "unit__code")
    names = ("unit__code", "unit__full_name", "unit__parent__code", "unit__parent__full_name")
    codes = [one.code for one in components]
    found = []
    for code, name, district, district_name, honoured, *values in rows.values_list(*names, "honoured", *columns):
        points = {criterion: None if value == LEFT_OUT else value for criterion, value in zip(codes, values, strict=True)}
        excluded = frozenset(criterion for criterion, value in zip(codes, values, strict=True) if value == LEFT_OUT)
        found.append(Form(code, name, district, district_name, points, honoured, excluded))
    return found


def class_targets(period: Period) -> list[dict[str, Any]]:
    """What the plan asks of the title and of each class: the targets on them as plain rows, in the order of their codes."""
    indicators = [rules.TITLE, *(f"grade.{grade}" for grade in Grade)]
    rows = Target.objects.filter(plan=period.plan_id, indicator__code__in=indicators).order_by("code")
    found = rows.values("code", "clause", "name", "operator", "value", "unit", "population", "indicator__code")
    return [{**row, "indicator": row["indicator__code"], "record": "", "declared": False} for row in found]


# How far the points can be relied on


def without_evidence(answer: str = "") -> Q:
    """The one place that says which full points have nothing to show for themselves: the maximum, and neither a file nor a word beside it.

    `answer` is the way to the answer ("answers__" from a form).
    """
    shown = Evidence.objects.filter(answer=OuterRef(f"{answer}pk"), removed_at=None)
    return Q(**{f"{answer}self_points": F(f"{answer}max_points"), f"{answer}self_note": ""}) & ~Q(Exists(shown))


def kinds(answer: str = "", form: str = "assessment__") -> dict[str, Q]:
    """What is counted of answers and shown when a count is opened: kind -> condition. `answer` and `form` are the ways to the answer and its form."""
    own, appraised, final = (F(f"{answer}{stage}_points") for stage in Stage)
    seen, approved = Q(**{f"{form}state__in": quality.SEEN}), Q(**{f"{form}state": State.APPROVED})
    return {
        "gap": approved & ~Q(**{f"{answer}self_points": final}),
        "changed": seen & ~Q(**{f"{answer}self_points": appraised}),
        "lowered": seen & Q(**{f"{answer}appraised_points__lt": own}),
        "unproven": Q(**{f"{form}state__in": quality.SENT}) & without_evidence(answer),
    }


def earlier(period: Period, others: Iterable[Period]) -> Period | None:
    """The period with which results are compared: the same part of the year before; where there is none, the one that ended last before this."""
    past = [one for one in others if one.ends_on < period.ends_on]
    same = [one for one in past if one.kind == period.kind and one.plan.year == period.plan.year - 1]
    return max(same or past, key=lambda one: one.ends_on, default=None)


def communes(period: Period, scope: Unit, before: Period | None) -> list[quality.Commune]:
    """What the points of every commune under a unit say about themselves, by district and name: one grouped query; contradictions apart."""
    past = Assessment.objects.filter(period=before.pk if before else None, unit=OuterRef("unit"), state=State.APPROVED)
    counted = {name: Count("answers", filter=condition) for name, condition in kinds("answers__", "").items() if name != "gap"}
    rows = Assessment.objects.under(scope).filter(period=period)
    rows = rows.annotate(
        answered=Count("answers"),
        own=Sum("answers__self_points"),
        before=Subquery(past.values("total")[:1]),
        before_max=Subquery(past.values("max_points")[:1]),
        key_area=Exists(Profile.objects.on(period.ends_on).filter(unit=OuterRef("unit"), key_area=True)),
        **counted,
    ).order_by("unit__parent__sort_key", "unit__sort_key", "unit__code")
    names = ("unit__code", "unit__full_name", "unit__parent__code", "unit__parent__full_name")
    columns = ("state", "max_points", "answered", "own", "total", "changed", "lowered", "unproven", "before", "before_max", "key_area")
    return [quality.Commune(*row) for row in rows.values_list(*names, *columns)]


def contradictions(period: Period, scope: Unit) -> list[quality.Contradiction]:
    """The full points that stand and that a register contradicts, under a unit: five statements."""
    return quality.contradictions(_maxima(period, scope), _facts(period, scope), quality.checks())


def _maxima(period: Period, scope: Unit) -> list[quality.Maximum]:
    rows = _answers(period, scope).filter(assessment__state__in=quality.SENT).annotate(standing=standing("", "assessment__state"))
    columns = ("assessment__unit__code", *(f"criterion__{name}" for name in ("code", "number", "title")), "standing", "criterion__plan_section")
    return [
        quality.Maximum(unit, code, number, title, value, quality.sections_of(section))
        for unit, code, number, title, value, section in rows.filter(standing=F("max_points")).values_list(*columns)
    ]


def _facts(period: Period, scope: Unit) -> dict[tuple[str, str, str], tuple[Decimal, Decimal]]:
    """What registers say of each commune: figures of the last fill, and small registers as they stand now."""
    asked = {check.fact for check in quality.checks()}
    facts: dict[tuple[str, str, str], tuple[Decimal, Decimal]] = {}
    stored = Metric.objects.filter(period=period, indicator__in=asked, unit__in=Unit.objects.under(scope).communes().values("pk"))
    for unit, indicator, numerator, denominator in stored.values_list("unit__code", "indicator", "numerator", "denominator"):
        facts[unit, indicator, ""] = (numerator, denominator)
    pending = F("carried_over") + F("received") - F("settled")
    complaints = Complaints.objects.under(scope).filter(withdrawn_at=None, period=period)
    for unit, count in complaints.order_by().values_list("unit__code").annotate(count=Sum(pending)):
        facts[unit, "complaints.pending", ""] = (Decimal(count), Decimal(0))
    owed = Apology.objects.under(scope).filter(withdrawn_at=None, happened_on__range=(period.starts_on, period.ends_on))
    owed = owed.filter(letter_on=None, visited_on=None)
    for unit, count in owed.order_by().values_list("unit__code").annotate(count=Count("pk")):
        facts[unit, "apologies.owed", ""] = (Decimal(count), Decimal(0))
    findings = Inspection.objects.under(scope).filter(withdrawn_at=None, inspected_on__range=(period.starts_on, period.ends_on), remedied_on=None)
    for unit, criterion, count in findings.order_by().values_list("unit__code", "criteria__code").annotate(count=Count("pk")):
        facts[unit, "inspections.open", criterion or ""] = (Decimal(count), Decimal(0))
    return facts


def _answers(period: Period, scope: Unit) -> "QuerySet[Answer]":
    inside = Q(assessment__unit=scope.pk) | Q(assessment__unit__parent=scope.pk) | Q(assessment__unit__parent__parent=scope.pk)
    ordered = ("assessment__unit__parent__sort_key", "assessment__unit__sort_key", "assessment__unit__code", "criterion__position")
    return Answer.objects.filter(inside, assessment__period=period).order_by(*ordered)


def answers(period: Period, scope: Unit, before: Period | None) -> "QuerySet[Answer, Any]":
    """The answers under a unit as plain rows, each with the kinds it belongs to (`is_changed` ...) and the approved points of the earlier period."""
    past = Answer.objects.filter(
        assessment__period=before.pk if before else None,
        assessment__unit=OuterRef("assessment__unit"),
        assessment__state=State.APPROVED,
        criterion__code=OuterRef("criterion__code"),
    )
    rows: Any = _answers(period, scope).annotate(
        before=Subquery(past.values("final_points")[:1]),
        before_max=Subquery(past.values("max_points")[:1]),
        **{f"is_{name}": ExpressionWrapper(condition, BooleanField()) for name, condition in kinds().items()},
    )
    named = {
        "unit_code": F("assessment__unit__code"),
        "unit_name": F("assessment__unit__full_name"),
        "district_name": F("assessment__unit__parent__full_name"),
        "state": F("assessment__state"),
        "code": F("criterion__code"),
        "number": F("criterion__number"),
        "title": F("criterion__title"),
    }
    points = [f"{stage}_points" for stage in Stage]
    words = ("self_note", "appraised_reason", "final_reason")
    found: QuerySet[Answer, Any] = rows.values("max_points", *points, *words, "before", "before_max", *(f"is_{name}" for name in kinds()), **named)
    return found
