"""Reads of points and of what registers say beside them, grouped by the database: a fixed number of statements whatever the number of communes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, Max, Q, Subquery, When

from communes.models import Unit
from plan2018.models import Period, Target
from reports import rules
from reports.whatif import Basis, Form
from scoring.models import Assessment, Criterion, Threshold
from scoring.rules import REACHED, Grade, Stage
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

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


def scale(period: Period) -> tuple[list[ThresholdRule], list[Component]]:
    """The classes, best first, and the criteria in the order of the form by which a period is scored, in one query: each class beside each criterion."""
    used = Assessment.objects.filter(period=period).values("criteria_set")[:1]
    rows = Threshold.objects.filter(criteria_set=Subquery(used), criteria_set__criteria__kind=Criterion.COMPONENT)
    rows = rows.order_by("-lower_pct", "criteria_set__criteria__position")
    columns = [f"criteria_set__criteria__{name}" for name in ("pk", "code", "number", "title", "max_points", "plan_section")]
    thresholds: dict[str, ThresholdRule] = {}
    components: dict[int, Component] = {}
    for grade, lower_pct, *component in rows.values_list("grade", "lower_pct", *columns):
        thresholds[grade] = ThresholdRule(Grade(grade), lower_pct)
        components[component[0]] = Component(*component)
    return list(thresholds.values()), list(components.values())


def standing(prefix: str, state: str) -> Case:
    """The points of an answer that stand for its form: those of the stage that its state has reached."""
    return Case(
        *(When(**{state: one}, then=F(f"{prefix}{stage}_points")) for one, stage in REACHED.items()),
        output_field=DecimalField(max_digits=5, decimal_places=2),
    )


def forms(period: Period, scope: Unit, basis: Basis, components: Sequence[Component]) -> list[Form]:
    """The points of every commune under a unit, by district and name: one grouped query, a row a commune and a column a criterion."""
    points: Any = standing("answers__", "state") if basis == Basis.REACHED else F(f"answers__{Stage(basis)}_points")
    columns = {f"points_{one.pk}": Max(points, filter=Q(answers__criterion=one.pk)) for one in components}
    rows = Assessment.objects.under(scope).filter(period=period).annotate(honoured=title_exists(), **columns)
    rows = rows.order_by("unit__parent__sort_key", "unit__sort_key", "unit__code")
    names = ("unit__code", "unit__full_name", "unit__parent__code", "unit__parent__full_name")
    codes = [one.code for one in components]
    return [
        Form(code, name, district, district_name, dict(zip(codes, values, strict=True)), honoured)
        for code, name, district, district_name, honoured, *values in rows.values_list(*names, "honoured", *columns)
    ]


def class_targets(period: Period) -> list[dict[str, Any]]:
    """What the plan asks of the title and of each class: the targets on them as plain rows, in the order of their codes."""
    indicators = [rules.TITLE, *(f"grade.{grade}" for grade in Grade)]
    rows = Target.objects.filter(plan=period.plan_id, indicator__code__in=indicators).order_by("code")
    found = rows.values("code", "clause", "name", "operator", "value", "unit", "population", "indicator__code")
    return [{**row, "indicator": row["indicator__code"], "record": "", "declared": False} for row in found]
