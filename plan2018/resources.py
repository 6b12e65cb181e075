"""The plan as files: the plan itself, its periods, indicators, targets and duties."""

from pathlib import Path
from typing import Any

from django.db import models
from import_export.fields import Field

from communes.resources import ReferenceResource, RowWidget, WordWidget
from plan2018.models import Duty, Indicator, Period, Plan, Target

DATA = Path(__file__).parent / "data"


class PlanResource(ReferenceResource):
    """A plan a year."""

    path = DATA / "plans.csv"

    class Meta:
        model = Plan
        fields = ("year", "number", "title", "issued_on", "issuer", "provenance")
        import_id_fields = ("year",)


class PeriodResource(ReferenceResource):
    """The reporting periods and when they are due."""

    path = DATA / "periods.csv"
    plan = Field("plan", "plan", RowWidget(Plan, "year"))

    class Meta:
        model = Period
        fields = ("code", "plan", "kind", "name", "starts_on", "ends_on", "due_on", "due_comparison", "section")
        import_id_fields = ("code",)


YES_NO = {"1": True, "0": False}


class IndicatorWidget(RowWidget):
    """An indicator of the row's plan."""

    def get_queryset(self, value: str, row: Any, *args: Any, **kwargs: Any) -> models.QuerySet[Indicator]:
        return Indicator.objects.filter(plan__year=row["plan"])


class IndicatorResource(ReferenceResource):
    """What exactly is counted for the targets."""

    path = DATA / "indicators.csv"
    plan = Field("plan", "plan", RowWidget(Plan, "year"))
    everyone = Field("everyone", "everyone", WordWidget(YES_NO))
    declared = Field("declared", "declared", WordWidget(YES_NO))

    class Meta:
        model = Indicator
        fields = (
            *("plan", "code", "position", "name", "source", "answer", "combine", "everyone", "declared"),
            *("question", "numerator_label", "denominator_label", "definition", "population", "provenance"),
        )
        import_id_fields = ("plan", "code")


class TargetResource(ReferenceResource):
    """The measurable targets."""

    path = DATA / "targets.csv"
    plan = Field("plan", "plan", RowWidget(Plan, "year"))
    indicator = Field("indicator", "indicator", IndicatorWidget(Indicator, "code"))

    class Meta:
        model = Target
        fields = (
            *("plan", "code", "clause", "name", "name_en", "operator", "value", "unit", "population"),
            *("level", "source", "due", "contradiction", "note", "indicator", "term"),
        )
        import_id_fields = ("plan", "code")


class DutyResource(ReferenceResource):
    """Who has to do what."""

    path = DATA / "duties.csv"
    plan = Field("plan", "plan", RowWidget(Plan, "year"))
    due_assumed = Field("due_assumed", "due_assumed", WordWidget(YES_NO))

    class Meta:
        model = Duty
        fields = (
            *("plan", "code", "clause", "actor", "text", "due", "evidence", "contradiction"),
            *("levels", "frequency", "opens_on", "due_on", "due_assumed", "condition", "proof"),
        )
        import_id_fields = ("plan", "code")


RESOURCES = (PlanResource, PeriodResource, IndicatorResource, TargetResource, DutyResource)
"""In the order in which they are loaded."""
