"""The plan as files: the plan itself, its periods, targets and duties."""

from pathlib import Path

from import_export.fields import Field

from communes.resources import ReferenceResource, RowWidget
from plan2018.models import Duty, Period, Plan, Target

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


class TargetResource(ReferenceResource):
    """The measurable targets."""

    path = DATA / "targets.csv"
    plan = Field("plan", "plan", RowWidget(Plan, "year"))

    class Meta:
        model = Target
        fields = (
            *("plan", "code", "clause", "name", "name_en", "operator", "value", "unit", "population"),
            *("level", "source", "due", "contradiction", "note"),
        )
        import_id_fields = ("plan", "code")


class DutyResource(ReferenceResource):
    """Who has to do what."""

    path = DATA / "duties.csv"
    plan = Field("plan", "plan", RowWidget(Plan, "year"))

    class Meta:
        model = Duty
        fields = ("plan", "code", "clause", "actor", "text", "due", "evidence", "contradiction")
        import_id_fields = ("plan", "code")


RESOURCES = (PlanResource, PeriodResource, TargetResource, DutyResource)
"""In the order in which they are loaded."""
