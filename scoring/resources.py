"""Criteria sets as files: the decisions, their criteria and their thresholds."""

from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from import_export.fields import Field

from communes.resources import ReferenceResource, RowWidget, WordWidget
from scoring.models import CriteriaSet, Criterion, Threshold

DATA = Path(__file__).parent / "data"


class CriteriaSetResource(ReferenceResource):
    """The decisions."""

    path = DATA / "sets.csv"
    verified = Field("verified", "verified", WordWidget({"true": True, "false": False}))

    class Meta:
        model = CriteriaSet
        fields = ("code", "decision", "title", "valid_from", "valid_to", "verified", "provenance", "explain_days")
        import_id_fields = ("code",)


class GroupWidget(RowWidget):
    """The criterion of the same set that has this code."""

    def get_queryset(self, value: str, row: Any, *args: Any, **kwargs: Any) -> QuerySet[Criterion]:
        return Criterion.objects.filter(criteria_set__code=row["criteria_set"])


class CriterionResource(ReferenceResource):
    """Groups and component criteria with their guidance, each group above its components."""

    path = DATA / "criteria.csv"
    criteria_set = Field("criteria_set", "criteria_set", RowWidget(CriteriaSet, "code"))
    group = Field("group", "group", GroupWidget(Criterion, "code"))

    class Meta:
        model = Criterion
        fields = (
            *("criteria_set", "code", "group", "kind", "number", "title", "max_points", "position"),
            *("plan_section", "responsible_title", "provenance", "guidance"),
        )
        import_id_fields = ("criteria_set", "code")


class ThresholdResource(ReferenceResource):
    """The classes and what they take."""

    path = DATA / "thresholds.csv"
    criteria_set = Field("criteria_set", "criteria_set", RowWidget(CriteriaSet, "code"))

    class Meta:
        model = Threshold
        fields = ("criteria_set", "grade", "label", "lower_pct", "provenance", "note")
        import_id_fields = ("criteria_set", "grade")


RESOURCES = (CriteriaSetResource, CriterionResource, ThresholdResource)
"""In the order in which they are loaded."""
