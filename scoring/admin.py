"""Criteria sets with their criteria, levels, thresholds and caps: edited here until they are used, from then on to look at."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ledger.admin import ReadOnlyAdmin
from plan2018.admin import RecordAdmin
from scoring import selectors, sets, setsheets
from scoring.models import Cap, CriteriaSet, Criterion, Inspection, Level, Support, Threshold
from scoring.sets import Unfit, Used


def _editable(request: HttpRequest, criteria_set: CriteriaSet | None) -> bool:
    """Whether this set may still be edited; asked many times by one page, answered once."""
    if criteria_set is None or not request.user.is_staff:
        return False
    known: dict[int, bool] = request.__dict__.setdefault("_used_sets", {})
    if criteria_set.pk not in known:
        known[criteria_set.pk] = selectors.is_used(criteria_set)
    return not known[criteria_set.pk]


class PartInline(admin.TabularInline):
    """Rows of a set: added, changed and deleted as long as nobody used it."""

    extra = 0

    def _may(self, request: HttpRequest, obj: Any) -> bool:
        return _editable(request, obj.criteria_set if isinstance(obj, Criterion) else obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Groups and criteria of the same set alone."""
        if db_field.name in ("group", "criterion") and request.resolver_match:
            own = Criterion.objects.filter(criteria_set=request.resolver_match.kwargs.get("object_id"))
            kwargs["queryset"] = own.filter(kind=Criterion.GROUP if db_field.name == "group" else Criterion.COMPONENT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class CriterionInline(PartInline):
    model = Criterion
    show_change_link = True
    fields = [
        *("position", "number", "code", "kind", "group", "title", "scoring", "max_points", "full_pct", "may_not_apply"),
        *("plan_section", "responsible_title", "guidance", "provenance"),
    ]


class ThresholdInline(PartInline):
    model = Threshold
    fields = ["grade", "label", "lower_pct", "provenance", "note"]


class CapInline(PartInline):
    model = Cap
    fields = ["grade", "kind", "criterion", "value", "provenance"]


class LevelInline(PartInline):
    model = Level
    fields = ["points", "text"]


class SetPartAdmin(ReadOnlyAdmin):
    """A set, or a criterion of one, edited by the act that checks the whole set and leaves its entry; what makes no sense is not saved."""

    def set_of(self, obj: Any) -> CriteriaSet | None:
        """The set that an edit is about."""
        return obj

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _editable(request, self.set_of(obj))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        criteria_set = self.set_of(form.instance)
        if criteria_set:
            sets.revise(criteria_set=criteria_set, actor=request.user)  # type: ignore[arg-type]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; an edit that the set does not bear is undone as a whole, with every reason."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Used:
            messages.error(request, _("Chưa lưu: bộ này vừa có phiếu hoặc sổ dùng nên không sửa nữa."))
        except Unfit as error:
            for problem in error.problems:
                where = f"{setsheets.NAMES[problem.sheet]}, {setsheets.label(problem.sheet, problem.column)}"
                messages.error(request, f"{_('Chưa lưu.')} {where}: {problem.why} {problem.mend}")
        return redirect(request.get_full_path())


@admin.register(CriteriaSet)
class CriteriaSetAdmin(SetPartAdmin):
    list_display = ["code", "decision", "valid_from", "valid_to", "verified", "provenance"]
    readonly_fields = ["code"]
    inlines = [CriterionInline, ThresholdInline, CapInline]


@admin.register(Criterion)
class CriterionAdmin(SetPartAdmin):
    list_display = ["number", "title", "criteria_set", "scoring", "max_points"]
    list_filter = ["criteria_set"]
    list_select_related = ["criteria_set"]
    readonly_fields = ["criteria_set", "code", "kind", "group"]
    inlines = [LevelInline]

    def set_of(self, obj: Any) -> CriteriaSet | None:
        return getattr(obj, "criteria_set", None)

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:
        """Only what is scored has levels."""
        return self.inlines if isinstance(obj, Criterion) and obj.kind == Criterion.COMPONENT else []


@admin.register(Support)
class SupportAdmin(RecordAdmin):
    list_display = ["unit", "mode", "staff", "starts_on", "ends_on", "days", "withdrawn_at"]
    list_filter = ["mode"]


@admin.register(Inspection)
class InspectionAdmin(RecordAdmin):
    list_display = ["unit", "inspected_on", "agency", "remedy_by", "remedied_on", "withdrawn_at"]
