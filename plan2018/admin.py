"""Plans with their periods, targets and duties, to look at: they change by files of reference data."""

from django.contrib import admin

from ledger.admin import ReadOnlyAdmin, ReadOnlyInline
from plan2018.models import Apology, Complaints, Dialogue, Difficulty, Duty, Period, Plan, Target, WorkingRules


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


class RecordAdmin(ReadOnlyAdmin):
    """Lines of a small register: people keep them on its pages, so that each change has its entry."""

    list_select_related = ["unit", "recorded_by"]
    search_fields = ["unit__code", "unit__full_name"]


@admin.register(WorkingRules)
class WorkingRulesAdmin(RecordAdmin):
    list_display = ["unit", "term", "outstanding", "issued_on", "recorded_at", "withdrawn_at"]
    list_filter = ["outstanding"]


@admin.register(Dialogue)
class DialogueAdmin(RecordAdmin):
    list_display = ["unit", "held_on", "attendees", "opinions", "answered", "summed_up_on", "withdrawn_at"]


@admin.register(Apology)
class ApologyAdmin(RecordAdmin):
    list_display = ["unit", "happened_on", "fault", "subject", "letter_on", "visited_on", "withdrawn_at"]
    list_filter = ["fault"]


@admin.register(Complaints)
class ComplaintsAdmin(RecordAdmin):
    list_display = ["unit", "period", "kind", "carried_over", "received", "settled", "withdrawn_at"]
    list_filter = ["period", "kind"]
    list_select_related = ["unit", "period"]


@admin.register(Difficulty)
class DifficultyAdmin(RecordAdmin):
    list_display = ["unit", "raised_on", "clause", "text", "routed_to", "answered_on", "withdrawn_at"]
    list_select_related = ["unit", "routed_to"]
