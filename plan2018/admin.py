"""Plans with their periods, indicators, targets and duties. Those of reference files are to look at; a copied plan is edited here until it is right."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from ledger.admin import ReadOnlyAdmin, ReadOnlyInline
from plan2018 import plans
from plan2018.models import Apology, Complaints, Dialogue, Difficulty, Duty, Indicator, Period, Plan, Target, WorkingRules


class RevisionForm(forms.ModelForm):
    """A row of a plan, with what its columns alone would allow and no plan can mean."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name, value in (cleaned or {}).items():
            setattr(self.instance, name, value)
        if not self.errors:
            try:
                plans.make_sense(self.instance)
            except ValidationError as error:
                self.add_error(None, ValidationError(error.messages))
        return cleaned


class RevisableAdmin(ReadOnlyAdmin):
    """A row of a plan: changed where the plan is a copy that awaits editing, by the act that checks it and leaves its entry."""

    form = RevisionForm
    readonly_fields = ["plan", "code"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        plan = obj if isinstance(obj, Plan) else getattr(obj, "plan", None)
        return plan is not None and plan.editable and bool(request.user.is_staff)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        plans.revise(row=obj, actor=request.user)  # type: ignore[arg-type]


class PeriodInline(ReadOnlyInline):
    model = Period
    fields = ["code", "name", "starts_on", "ends_on", "due_comparison", "due_on", "section"]


@admin.register(Plan)
class PlanAdmin(RevisableAdmin):
    list_display = ["year", "number", "issued_on", "title", "editable"]
    readonly_fields = ["year", "editable"]
    inlines = [PeriodInline]


@admin.register(Period)
class PeriodAdmin(RevisableAdmin):
    list_filter = ["plan"]
    list_display = ["code", "name", "starts_on", "ends_on", "due_comparison", "due_on"]
    readonly_fields = ["plan", "code", "kind"]


@admin.register(Indicator)
class IndicatorAdmin(RevisableAdmin):
    list_filter = ["plan"]
    list_display = ["code", "name", "source", "answer", "population"]
    search_fields = ["code", "name"]


@admin.register(Target)
class TargetAdmin(RevisableAdmin):
    list_filter = ["plan"]
    list_display = ["code", "clause", "name", "operator", "value", "unit", "due"]
    search_fields = ["code", "name", "clause"]
    readonly_fields = ["plan", "code", "indicator"]


@admin.register(Duty)
class DutyAdmin(RevisableAdmin):
    list_filter = ["plan"]
    list_display = ["code", "clause", "actor", "text", "due"]
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
