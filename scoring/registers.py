"""The small registers that bear on criteria and results, for the pages of plan2018/records.py: support of weak communes, inspections, censures."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import PROVINCE_ROLES
from communes.forms import DayField
from communes.models import UnitQuerySet
from plan2018.findings import DONE, LATE, OPEN
from plan2018.models import Period
from plan2018.registers import ABOVE, NO_NAMES, Column, Line, RecordForm, Register, Tag, Words
from scoring import findings, people, selectors
from scoring.models import Assessment, Censure, Inspection, Support
from scoring.rules import Grade, State, quarter_of, same_quarter, working_days


class _CriteriaForm(RecordForm):
    """A line that bears on criteria: those of the set in force on the last day of the period, read once for the choice and for what is ticked."""

    def prepare(self) -> None:
        self.components = list(selectors.components_for(self.period, self.instance))
        field = forms.ModelMultipleChoiceField(
            selectors.components_for(self.period, self.instance),
            required=False,
            label=capfirst(self._meta.model._meta.get_field("criteria").verbose_name),
            widget=forms.CheckboxSelectMultiple,
        )
        field.choices = [(criterion.pk, str(criterion)) for criterion in self.components]
        self.fields["criteria"] = field
        self.initial.setdefault("criteria", [criterion.pk for criterion in self.components if criterion.chosen])
        self.order_fields([*(name for name in self.fields if name not in ("document", "note")), "document", "note"])

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, and the criteria that were ticked."""
        return super().values | {"criteria": list(self.cleaned_data["criteria"])}


def _points(line: Any, period: Period, form: Any) -> list[Any]:
    """The criteria that a line of support worked on, with their points of half a year and of the year."""
    components = form.components if form else selectors.components_for(period, line)
    return [criterion for criterion in components if criterion.chosen]


class SupportForm(_CriteriaForm):
    class Meta:
        model = Support
        fields = ["mode", "staff", "starts_on", "ends_on", "days", "result", "document", "note"]
        field_classes = {"starts_on": DayField, "ends_on": DayField, "staff": Line, "result": Words}
        widgets = {"mode": forms.RadioSelect}
        help_texts = {
            "staff": gettext_lazy("Chức danh và cơ quan, ví dụ Chuyên viên Phòng Nội vụ. Không ghi họ tên"),
            "ends_on": gettext_lazy("Trong cùng một quý; sang quý sau thì ghi dòng khác"),
            "days": gettext_lazy("Không kể thứ bảy, chủ nhật"),
            "result": gettext_lazy("Đã giúp việc gì, kết quả ra sao"),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.not_in_future("starts_on", "ends_on")
        self.not_before_plan("starts_on")
        self.not_before("ends_on", "starts_on", _("Ngày kết thúc trước ngày bắt đầu (%s)."))
        first, last, days = data.get("starts_on"), data.get("ends_on"), data.get("days")
        if first and last and first <= last:
            if not same_quarter(first, last):
                self.add_error("ends_on", _("Dòng này kéo sang quý khác. Ghi mỗi quý một dòng, vì mức 15 ngày tính theo quý."))
            elif days and days > working_days(first, last):
                self.add_error("days", _("Từ ngày bắt đầu đến ngày kết thúc chỉ có %d ngày làm việc.") % working_days(first, last))
        if days == 0:
            self.add_error("days", _("Số ngày phải từ 1 trở lên."))
        return data


class InspectionForm(_CriteriaForm):
    class Meta:
        model = Inspection
        fields = ["inspected_on", "agency", "finding", "remedy_by", "remedied_on", "document", "note"]
        field_classes = {"inspected_on": DayField, "remedy_by": DayField, "remedied_on": DayField, "agency": Line, "finding": Words}
        help_texts = {
            "agency": gettext_lazy("Ví dụ Thanh tra huyện, Sở Nội vụ"),
            "finding": NO_NAMES,
            "remedy_by": gettext_lazy("Để trống nếu kết luận không định hạn"),
            "remedied_on": gettext_lazy("Để trống nếu chưa khắc phục"),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.not_in_future("inspected_on", "remedied_on")
        self.not_before_plan("inspected_on")
        self.not_before("remedy_by", "inspected_on", _("Hạn khắc phục trước ngày kiểm tra (%s)."))
        self.not_before("remedied_on", "inspected_on", _("Không thể khắc phục trước ngày kiểm tra (%s)."))
        return data


FIRST_YEAR = 2011
"""The first year that was scored by Decision 34/2011."""


class CensureForm(RecordForm):
    class Meta:
        model = Censure
        fields = ["kind", "year", "document", "note"]
        widgets = {"kind": forms.RadioSelect}
        help_texts = {"year": gettext_lazy("Năm có kết quả bị phê bình, nhắc nhở; việc của huyện tính vào năm sau")}

    def prepare(self) -> None:
        self.fields["document"].required = True
        self.initial.setdefault("year", self.period.plan.year - 1)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if not FIRST_YEAR <= year <= timezone.localdate().year:
            raise forms.ValidationError(_("Ghi một năm từ %(first)d đến nay, ví dụ 2017.") % {"first": FIRST_YEAR})
        return year


def _with_weak(communes: UnitQuerySet, period: Period) -> UnitQuerySet:
    """Add whether a commune was classed average or weak in any period of the plan so far."""
    classed = Assessment.objects.filter(unit=OuterRef("pk"), period__plan=period.plan_id, state=State.APPROVED, grade__in=[Grade.AVERAGE, Grade.WEAK])
    return communes.annotate(weak=Exists(classed))


def _numbers(line: Any) -> str | None:
    return ", ".join(criterion.number for criterion in line.criteria.all()) or None


def _quarter(line: Any) -> str:
    return f"{findings.QUARTERS[quarter_of(line.starts_on)]}/{line.starts_on.year}"


def _remedy_tag(line: Any) -> Tag:
    return {
        DONE: Tag("is-ok", _("Đã khắc phục")),
        OPEN: Tag("is-draft", _("Đang khắc phục")),
        LATE: Tag("is-late", _("Quá hạn")),
    }[findings.finding_state(line, timezone.localdate())]


REGISTERS: tuple[Register, ...] = (
    Register(
        slug="support",
        model=Support,
        form=SupportForm,
        name=gettext_lazy("Cầm tay chỉ việc"),
        one=gettext_lazy("đợt cầm tay chỉ việc"),
        clause="III.4 gạch 6",
        about=gettext_lazy("Công chức huyện về xã yếu, hoặc công chức xã lên phòng huyện, từ 15 ngày mỗi quý, giúp tiêu thức nào."),
        columns=(
            Column(gettext_lazy("Quý"), _quarter),
            Column(gettext_lazy("Hình thức"), lambda line: line.get_mode_display().capitalize()),
            Column(gettext_lazy("Ai"), lambda line: line.staff),
            Column(gettext_lazy("Từ ngày"), lambda line: line.starts_on),
            Column(gettext_lazy("Đến ngày"), lambda line: line.ends_on),
            Column(gettext_lazy("Số ngày"), lambda line: line.days),
            Column(gettext_lazy("Tiêu thức"), _numbers),
            Column(gettext_lazy("Kết quả"), lambda line: line.result or None, wide=True),
        ),
        finding=findings.support,
        day="starts_on",
        order=("-starts_on",),
        keepers=ABOVE,
        prefetch=("criteria",),
        annotate=_with_weak,
        aside=_points,
        aside_template="scoring/_support_points.html",
    ),
    Register(
        slug="inspections",
        model=Inspection,
        form=InspectionForm,
        name=gettext_lazy("Thanh tra, kiểm tra"),
        one=gettext_lazy("kết luận kiểm tra"),
        clause="III.8 gạch 1-2",
        about=gettext_lazy("Kết luận thanh tra, kiểm tra, tiêu thức liên quan và việc khắc phục."),
        columns=(
            Column(gettext_lazy("Ngày kiểm tra"), lambda line: line.inspected_on),
            Column(gettext_lazy("Cơ quan"), lambda line: line.agency),
            Column(gettext_lazy("Kết luận"), lambda line: line.finding, wide=True),
            Column(gettext_lazy("Tiêu thức"), _numbers),
            Column(gettext_lazy("Khắc phục trước"), lambda line: line.remedy_by),
            Column(gettext_lazy("Khắc phục ngày"), lambda line: line.remedied_on),
            Column(gettext_lazy("Tình trạng"), _remedy_tag),
        ),
        finding=findings.inspections,
        day="inspected_on",
        order=("-inspected_on",),
        keepers=ABOVE,
        prefetch=("criteria",),
    ),
    Register(
        slug="censures",
        model=Censure,
        form=CensureForm,
        name=gettext_lazy("Phê bình, nhắc nhở"),
        one=gettext_lazy("phê bình, nhắc nhở"),
        clause="III.4 gạch 6",
        about=gettext_lazy("Tỉnh phê bình, nhắc nhở chính quyền xã về kết quả một năm; từ đó huyện phải xem xét điều động, kiểm điểm trách nhiệm."),
        columns=(
            Column(gettext_lazy("Hình thức"), lambda line: line.get_kind_display().capitalize()),
            Column(gettext_lazy("Kết quả năm"), lambda line: str(line.year)),
            Column(gettext_lazy("Theo"), lambda line: line.document and str(line.document), wide=True),
        ),
        finding=findings.censures,
        day="",
        order=("-year", "kind"),
        keepers=PROVINCE_ROLES,
        save=people.save_censure,
        withdraw=people.withdraw_censure,
    ),
)
"""The registers of this room."""
