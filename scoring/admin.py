"""Criteria sets with their criteria and thresholds, to look at: another version is another set, loaded from files of reference data."""

from django.contrib import admin

from ledger.admin import ReadOnlyAdmin, ReadOnlyInline
from plan2018.admin import RecordAdmin
from scoring.models import CriteriaSet, Criterion, Inspection, Support, Threshold


class CriterionInline(ReadOnlyInline):
    model = Criterion
    fields = ["number", "code", "kind", "title", "max_points", "responsible_title", "provenance"]


class ThresholdInline(ReadOnlyInline):
    model = Threshold
    fields = ["grade", "label", "lower_pct", "provenance", "note"]


@admin.register(CriteriaSet)
class CriteriaSetAdmin(ReadOnlyAdmin):
    list_display = ["code", "decision", "valid_from", "valid_to", "verified", "provenance"]
    inlines = [CriterionInline, ThresholdInline]


@admin.register(Support)
class SupportAdmin(RecordAdmin):
    list_display = ["unit", "mode", "staff", "starts_on", "ends_on", "days", "withdrawn_at"]
    list_filter = ["mode"]


@admin.register(Inspection)
class InspectionAdmin(RecordAdmin):
    list_display = ["unit", "inspected_on", "agency", "remedy_by", "remedied_on", "withdrawn_at"]
