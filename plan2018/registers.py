"""The small registers as a table: what each asks for, shows, adds up to, and who keeps it. One set of pages serves all: plan2018/records.py.

A room above adds its own registers to the table that it hands to the addresses; nothing here knows of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import COMMUNE_ROLES, PROVINCE_ROLES, Role
from communes.forms import DayField, DocumentField
from communes.models import Unit, UnitQuerySet
from communes.rules import Level, clean_name
from communes.sentences import write_day
from plan2018 import findings, keeping
from plan2018.findings import DONE, OPEN, PART, Finding, Question
from plan2018.forms import clean_words
from plan2018.models import Apology, Complaints, Dialogue, Difficulty, Duty, Period, Record, WorkingRules

MAX_WORDS = 4000
"""Longest text of a line, in characters: two printed pages."""

KEEPERS = frozenset({*COMMUNE_ROLES, Role.DISTRICT_APPRAISER, *PROVINCE_ROLES})
ABOVE = frozenset({Role.DISTRICT_APPRAISER, *PROVINCE_ROLES})
RAISERS = frozenset({*COMMUNE_ROLES, Role.DISTRICT_APPRAISER})
"""Who keeps what a commune has; what is done to a commune from above; and who raises difficulties, each for its own unit."""


class Words(forms.CharField):
    """Words of several lines, cleaned. No `maxlength` in the browser: it would cut a pasted text without a word."""

    widget = forms.Textarea(attrs={"rows": 3})
    default_validators = [
        MaxLengthValidator(MAX_WORDS, gettext_lazy("Đoạn này dài %(show_value)d ký tự, nhiều nhất %(limit_value)d. Viết gọn lại rồi lưu."))
    ]

    def to_python(self, value: object) -> str:
        return clean_words(str(value)) if value not in self.empty_values else ""


class Line(forms.CharField):
    """Words of one line, cleaned."""

    def to_python(self, value: object) -> str:
        return clean_name(str(value)) if value not in self.empty_values else ""


NO_NAMES = gettext_lazy("Không ghi họ tên người dân, cán bộ")


class RecordForm(forms.ModelForm):
    """A line of a register. `place` is the unit of the line, or the unit above it whose communes may be chosen for a new line; `first` is the plan's first day.

    Nothing here asks the database whether a line is the second of its kind: the service does, and the database itself.
    """

    Meta: Any

    use_required_attribute = False
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        place: Unit,
        period: Period,
        data: Mapping[str, Any] | None = None,
        *,
        instance: Any = None,
        initial: Mapping[str, Any] | None = None,
        communes: "QuerySet[Unit, Any] | None" = None,
    ) -> None:
        super().__init__(data, instance=instance, initial={"version": instance.version if instance else 0, **(initial or {})})
        self.place, self.period = place, period
        self.fields["document"] = DocumentField(place, label=_("Văn bản chứng minh"))
        if "note" in self.fields:
            self.fields["note"] = Words(label=_("Ghi chú"), required=False)
        if communes is not None:
            chosen = forms.ModelChoiceField(communes, label=_("Xã"), empty_label=_("– chọn xã –"))
            chosen.error_messages["required"] = _("Chọn xã.")
            self.fields = {"unit": chosen, **self.fields}
        self.prepare()
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3  # a model's field brings a widget of ten

    def prepare(self) -> None:
        """Fit the fields to the period; for registers that need it."""

    @property
    def first(self) -> date:
        """The first day of the year of the plan."""
        return date(self.period.plan.year, 1, 1)

    def not_in_future(self, *names: str) -> None:
        """Add an error to each of these days that has not come."""
        for name in names:
            found = self.cleaned_data.get(name)
            if found and found > timezone.localdate():
                self.add_error(name, _("Ngày này chưa đến. Xem lại ngày, tháng, năm."))

    def not_before_plan(self, *names: str) -> None:
        """Add an error to each of these days that lies before the year of the plan."""
        for name in names:
            found = self.cleaned_data.get(name)
            if found and found < self.first:
                self.add_error(name, _("Ngày này trước khi năm %d bắt đầu. Xem lại ngày, tháng, năm.") % self.first.year)

    def not_before(self, later: str, earlier: str, words: str) -> None:
        """Add an error to the later day when it lies before the earlier one; `words` take the earlier day."""
        first, last = self.cleaned_data.get(earlier), self.cleaned_data.get(later)
        if first and last and last < first:
            self.add_error(later, words % write_day(first))

    def validate_unique(self) -> None:
        """Left to the service and the database."""

    def validate_constraints(self) -> None:
        """Left to the database; what people can get wrong is checked here in words."""

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as `keeping.save_record` takes it."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class WorkingRulesForm(RecordForm):
    class Meta:
        model = WorkingRules
        fields = ["term", "outstanding", "issued_on", "document", "note"]
        field_classes = {"issued_on": DayField, "term": Line}
        labels = {"outstanding": gettext_lazy("Khi kế hoạch ban hành, xã chưa rà soát quy chế")}
        help_texts = {"term": gettext_lazy("Ví dụ 2016-2021"), "issued_on": gettext_lazy("Để trống nếu chưa ban hành")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.not_in_future("issued_on")
        term = str(data.get("term") or "")
        years = term.split("-")
        if term and not (len(years) == 2 and all(len(year) == 4 and year.isdecimal() for year in years) and years[0] < years[1]):
            self.add_error("term", _("Ghi nhiệm kỳ bằng hai năm, ví dụ 2016-2021."))
        issued = data.get("issued_on")
        if issued and data.get("outstanding"):
            self.not_before_plan("issued_on")
        return data


class DialogueForm(RecordForm):
    class Meta:
        model = Dialogue
        fields = ["held_on", "attendees", "opinions", "answered", "summed_up_on", "document", "note"]
        field_classes = {"held_on": DayField, "summed_up_on": DayField}
        help_texts = {
            "held_on": gettext_lazy("Kế hoạch định tháng 12"),
            "answered": gettext_lazy("Trả lời tại hội nghị hoặc bằng văn bản sau đó"),
            "summed_up_on": gettext_lazy("Kế hoạch định tháng 02 năm sau; để trống nếu chưa báo cáo"),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.not_in_future("held_on", "summed_up_on")
        self.not_before_plan("held_on")
        self.not_before("summed_up_on", "held_on", _("Báo cáo tổng hợp không thể trước hội nghị ngày %s."))
        opinions, answered = data.get("opinions"), data.get("answered")
        if opinions is not None and answered is not None and answered > opinions:
            self.add_error("answered", _("Số ý kiến đã trả lời lớn hơn số ý kiến (%d).") % opinions)
        return data


class ApologyForm(RecordForm):
    class Meta:
        model = Apology
        fields = ["happened_on", "fault", "subject", "days_late", "letter_on", "visited_on", "document", "note"]
        field_classes = {"happened_on": DayField, "letter_on": DayField, "visited_on": DayField, "subject": Line}
        help_texts = {
            "subject": gettext_lazy("Việc gì, thuộc lĩnh vực nào. Không ghi họ tên người dân, cán bộ"),
            "days_late": gettext_lazy("Nếu là giải quyết chậm"),
            "letter_on": gettext_lazy("Để trống nếu chưa gửi"),
            "visited_on": gettext_lazy("Lãnh đạo UBND cùng đến nhà; để trống nếu chưa đến"),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.not_in_future("happened_on", "letter_on", "visited_on")
        self.not_before_plan("happened_on")
        self.not_before("letter_on", "happened_on", _("Thư xin lỗi không thể trước ngày xảy ra (%s)."))
        self.not_before("visited_on", "happened_on", _("Không thể đến xin lỗi trước ngày xảy ra (%s)."))
        if data.get("fault") == Apology.LATE and not data.get("days_late") and "days_late" not in self.errors:
            self.add_error("days_late", _("Ghi số ngày chậm."))
        if data.get("days_late") and data.get("fault") not in (None, Apology.LATE):
            self.add_error("days_late", _("Chỉ ghi số ngày chậm khi sai phạm là giải quyết chậm."))
        return data


class ComplaintsForm(RecordForm):
    class Meta:
        model = Complaints
        fields = ["period", "kind", "carried_over", "received", "settled", "document", "note"]
        help_texts = {"settled": gettext_lazy("Không quá số chuyển sang cộng số nhận; còn lại là số tồn")}

    def prepare(self) -> None:
        field = cast("forms.ModelChoiceField", self.fields["period"])
        field.queryset = Period.objects.filter(plan=self.period.plan_id)
        field.choices = [(period.pk, str(period)) for period in field.queryset]
        self.initial.setdefault("period", self.period.pk)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        parts = [data.get(name) for name in ("carried_over", "received", "settled")]
        if None not in parts:
            carried, received, settled = parts
            if settled > carried + received:  # type: ignore[operator]
                self.add_error("settled", _("Đã giải quyết nhiều hơn số chuyển sang cộng số nhận (%d đơn).") % (carried + received))  # type: ignore[operator]
        return data


class DifficultyForm(RecordForm):
    class Meta:
        model = Difficulty
        fields = ["raised_on", "clause", "text", "document"]
        field_classes = {"raised_on": DayField, "clause": Line, "text": Words}
        help_texts = {"clause": gettext_lazy("Ví dụ III.5 gạch 2 hoặc TG30; để trống nếu không rõ"), "text": NO_NAMES}

    def prepare(self) -> None:
        self.initial.setdefault("raised_on", timezone.localdate())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.not_in_future("raised_on")
        self.not_before_plan("raised_on")
        return data


class AnswerForm(forms.Form):
    """The answer to a difficulty."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = Words(
        label=gettext_lazy("Trả lời"),
        help_text=gettext_lazy("Nơi nêu vướng mắc và cấp dưới liên quan đều đọc được"),
        error_messages={"required": gettext_lazy("Chưa ghi câu trả lời.")},
    )


class PassOnForm(forms.Form):
    """Why a difficulty goes to the level above."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = Words(
        label=gettext_lazy("Ý kiến khi chuyển"),
        help_text=gettext_lazy("Vì sao cấp này không trả lời được"),
        error_messages={"required": gettext_lazy("Chưa ghi ý kiến. Ghi rõ vì sao phải chuyển lên cấp trên.")},
    )


class WithdrawForm(forms.Form):
    """Why a line is withdrawn."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = Words(
        label=gettext_lazy("Lý do rút"),
        help_text=gettext_lazy("Dòng đã rút vẫn còn để xem, nhưng không tính vào số liệu nào"),
        error_messages={"required": gettext_lazy("Chưa ghi lý do. Ghi rõ vì sao dòng này sai.")},
    )


@dataclass(frozen=True)
class Tag:
    """A state as word, shape and colour: `style` is the class in the style sheet."""

    style: str
    words: Any

    def __str__(self) -> str:
        return str(self.words)


@dataclass(frozen=True)
class Column:
    """A column of a register's table and of its file. `read` gives a day, a count, words, a Tag, or None."""

    label: Any
    read: Callable[[Any], Any]
    wide: bool = False


@dataclass(frozen=True)
class Register:
    """A small register: its rows, what is asked and shown, the plan's clause, who keeps it and of whom, and what it adds up to.

    `day` is the field by which a line belongs to a period ("period": the period itself; empty: to all). `own`: each unit keeps only its own lines.
    `annotate` adds to the communes what `finding` needs; `aside` reads what stands beside one line (with its form, if there is one), shown by the template `aside_template`.
    `save`, `withdraw`: the services that write its lines, for a room above in which more follows from a line.
    """

    slug: str
    model: type[Record]
    form: type[RecordForm]
    name: Any
    one: Any
    clause: str
    about: Any
    columns: tuple[Column, ...]
    finding: Callable[[Question], Finding]
    day: str
    order: tuple[str, ...]
    keepers: frozenset[Role] = KEEPERS
    levels: frozenset[Level] = frozenset({Level.COMMUNE})
    own: bool = False
    prefetch: tuple[str, ...] = ()
    annotate: Callable[[UnitQuerySet, Period], UnitQuerySet] = lambda communes, _period: communes
    aside: Callable[[Any, Period, Any], Any] = lambda _line, _period, _form: None
    aside_template: str = ""
    save: Callable[..., Any] = keeping.save_record
    withdraw: Callable[..., None] = keeping.withdraw_record


def find(registers: Sequence[Register], slug: str) -> Register | None:
    """The register of this slug."""
    return next((register for register in registers if register.slug == slug), None)


def _with_due(communes: UnitQuerySet, period: Period) -> UnitQuerySet:
    """Add the last day on time for working rules, as the plan's duty says it."""
    due = Duty.objects.filter(plan=period.plan_id, proof="working_rules").order_by("code").values("due_on")[:1]
    return communes.annotate(due_on=Subquery(due))


APOLOGY_TAGS = {
    DONE: Tag("is-ok", gettext_lazy("Đã xin lỗi xong")),
    PART: Tag("is-draft", gettext_lazy("Mới gửi thư")),
    OPEN: Tag("is-warn", gettext_lazy("Chưa xin lỗi")),
}


def _answer_tag(line: Any) -> Tag:
    return Tag("is-ok", _("Đã trả lời")) if line.answered_on else Tag("is-ask", _("Chờ %s") % _short(line.routed_to))


def _short(unit: Unit) -> str:
    return _("Sở Nội vụ") if unit.level == Level.PROVINCE else unit.full_name


REGISTERS: tuple[Register, ...] = (
    Register(
        slug="working-rules",
        model=WorkingRules,
        form=WorkingRulesForm,
        name=gettext_lazy("Quy chế làm việc"),
        one=gettext_lazy("quy chế làm việc"),
        clause="III.1.b gạch 2",
        about=gettext_lazy("Quy chế làm việc của UBND xã theo nhiệm kỳ; xã chưa làm phải ban hành trong tháng 3."),
        columns=(
            Column(gettext_lazy("Nhiệm kỳ"), lambda line: line.term),
            Column(gettext_lazy("Ngày ban hành"), lambda line: line.issued_on),
            Column(
                gettext_lazy("Khi kế hoạch ban hành"),
                lambda line: Tag("is-warn", _("Chưa rà soát")) if line.outstanding else Tag("is-ok", _("Đã có")),
            ),
        ),
        finding=findings.working_rules,
        day="",
        order=("-issued_on",),
        annotate=_with_due,
    ),
    Register(
        slug="dialogues",
        model=Dialogue,
        form=DialogueForm,
        name=gettext_lazy("Hội nghị đối thoại"),
        one=gettext_lazy("hội nghị đối thoại"),
        clause="III.8 gạch 4",
        about=gettext_lazy("Hội nghị trao đổi, đối thoại với nhân dân tháng 12, tổng hợp báo cáo tháng 02 năm sau."),
        columns=(
            Column(gettext_lazy("Ngày tổ chức"), lambda line: line.held_on),
            Column(gettext_lazy("Người dự"), lambda line: line.attendees),
            Column(gettext_lazy("Ý kiến"), lambda line: line.opinions),
            Column(gettext_lazy("Đã trả lời"), lambda line: line.answered),
            Column(gettext_lazy("Báo cáo tổng hợp"), lambda line: line.summed_up_on),
        ),
        finding=findings.dialogues,
        day="held_on",
        order=("-held_on",),
    ),
    Register(
        slug="apologies",
        model=Apology,
        form=ApologyForm,
        name=gettext_lazy("Xin lỗi nhân dân"),
        one=gettext_lazy("vụ việc phải xin lỗi"),
        clause="III.9 gạch 3",
        about=gettext_lazy("Vụ việc giải quyết sai, chậm hoặc sách nhiễu: thư xin lỗi, lãnh đạo UBND cùng đến nhà xin lỗi."),
        columns=(
            Column(gettext_lazy("Ngày xảy ra"), lambda line: line.happened_on),
            Column(gettext_lazy("Việc gì"), lambda line: line.subject, wide=True),
            Column(gettext_lazy("Sai phạm"), lambda line: line.get_fault_display()),
            Column(gettext_lazy("Chậm (ngày)"), lambda line: line.days_late),
            Column(gettext_lazy("Thư xin lỗi"), lambda line: line.letter_on),
            Column(gettext_lazy("Đến nhà"), lambda line: line.visited_on),
            Column(gettext_lazy("Tình trạng"), lambda line: APOLOGY_TAGS[findings.apology_state(line)]),
        ),
        finding=findings.apologies,
        day="happened_on",
        order=("-happened_on",),
    ),
    Register(
        slug="complaints",
        model=Complaints,
        form=ComplaintsForm,
        name=gettext_lazy("Khiếu nại, tố cáo, kiến nghị"),
        one=gettext_lazy("số đơn của kỳ"),
        clause="III.8 gạch 3",
        about=gettext_lazy("Số đơn nhận, đã giải quyết và còn tồn của mỗi kỳ, theo loại đơn."),
        columns=(
            Column(gettext_lazy("Loại đơn"), lambda line: line.get_kind_display().capitalize()),
            Column(gettext_lazy("Chuyển sang"), lambda line: line.carried_over),
            Column(gettext_lazy("Nhận trong kỳ"), lambda line: line.received),
            Column(gettext_lazy("Đã giải quyết"), lambda line: line.settled),
            Column(gettext_lazy("Còn tồn"), lambda line: line.pending),
        ),
        finding=findings.complaints,
        day="period",
        order=("kind",),
    ),
    Register(
        slug="difficulties",
        model=Difficulty,
        form=DifficultyForm,
        name=gettext_lazy("Vướng mắc"),
        one=gettext_lazy("vướng mắc"),
        clause="IV đoạn cuối",
        about=gettext_lazy("Xã nêu thì huyện trả lời; huyện nêu, hoặc huyện chuyển lên, thì Sở Nội vụ trả lời."),
        columns=(
            Column(gettext_lazy("Ngày nêu"), lambda line: line.raised_on),
            Column(gettext_lazy("Điều khoản"), lambda line: line.clause or None),
            Column(gettext_lazy("Vướng mắc"), lambda line: line.text, wide=True),
            Column(gettext_lazy("Tình trạng"), _answer_tag),
            Column(gettext_lazy("Ngày trả lời"), lambda line: line.answered_on),
            Column(gettext_lazy("Trả lời"), lambda line: line.answer or None, wide=True),
        ),
        finding=findings.difficulties,
        day="raised_on",
        order=("-raised_on",),
        keepers=RAISERS,
        levels=frozenset({Level.COMMUNE, Level.DISTRICT}),
        own=True,
    ),
)
"""The registers of this room, in the order of the plan's clauses."""
