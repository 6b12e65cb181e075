"""Criteria sets with their criteria and thresholds, to look at: another version is another set, loaded from files of reference data."""

from django.contrib import admin

from ledger.admin import ReadOnlyAdmin, ReadOnlyInline
from scoring.models import CriteriaSet, Criterion, Threshold


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
