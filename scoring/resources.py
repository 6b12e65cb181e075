"""Criteria sets as files: the decisions, their criteria and their thresholds."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from import_export.fields import Field

from communes.resources import ReferenceResource, RowWidget, WordWidget
from scoring.models import CriteriaSet, Criterion, Threshold
from scoring.selectors import is_used

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


class PartResource(ReferenceResource):
    """Rows of a set: a file that would change a set in use is refused, as another version is another set."""

    def validate_instance(self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        stored = type(instance).objects.filter(pk=instance.pk).first()
        changed = stored is None or any(field.get_value(instance) != field.get_value(stored) for field in self.get_import_fields())
        if changed and is_used(instance.criteria_set):
            raise ValidationError({"criteria_set": f"the set {instance.criteria_set.code!r} is in use and does not change."})


class CriterionResource(PartResource):
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


class ThresholdResource(PartResource):
    """The classes and what they take."""

    path = DATA / "thresholds.csv"
    criteria_set = Field("criteria_set", "criteria_set", RowWidget(CriteriaSet, "code"))

    class Meta:
        model = Threshold
        fields = ("criteria_set", "grade", "label", "lower_pct", "provenance", "note")
        import_id_fields = ("criteria_set", "grade")


RESOURCES = (CriteriaSetResource, CriterionResource, ThresholdResource)
"""In the order in which they are loaded."""
