"""Plans with their periods, targets and duties, to look at: they change by files of reference data."""

from django.contrib import admin

from ledger.admin import ReadOnlyAdmin, ReadOnlyInline
from plan2018.models import Duty, Period, Plan, Target


class PeriodInline(ReadOnlyInline):
    model = Period
    fields = ["code", "name", "starts_on", "ends_on", "due_comparison", "due_on", "section"]


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ["year", "number", "issued_on", "title"]
    inlines = [PeriodInline]


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    list_display = ["code", "clause", "name", "operator", "value", "unit", "due"]
    list_filter = ["plan"]
    search_fields = ["code", "name", "clause"]


@admin.register(Duty)
class DutyAdmin(ReadOnlyAdmin):
    list_display = ["code", "clause", "actor", "text", "due"]
    list_filter = ["plan"]
    search_fields = ["code", "text", "actor"]
