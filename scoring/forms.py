"""What people type on the pages of an assessment, turned into values or into an error beside the field."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import Role
from communes.forms import DayField, day_of_document
from communes.rules import clean_name
from ledger.models import Entry
from plan2018.forms import clean_words, shorten
from plan2018.models import Period
from plan2018.rules import parse_decimal
from scoring import rules, selectors
from scoring.models import Answer, Assessment, Criterion, Evidence, EvidenceFile, Title
from scoring.rules import Stage, State, Tally
from scoring.services import Change

MAX_WORDS = 4000
"""Longest note, reason or remark, in characters: two printed pages."""


def write_points(points: Decimal | None) -> str:
    """Points as they are typed: 14,5; 14,25; 20,0; empty where there are none."""
    return "" if points is None else number_format(points, decimal_pos=1 if points * 10 % 1 == 0 else 2)


class WordsField(forms.CharField):
    """Words of several lines, cleaned. No `maxlength` in the browser: it would cut a pasted text without a word."""

    widget = forms.Textarea
    default_validators = [
        MaxLengthValidator(MAX_WORDS, gettext_lazy("Đoạn này dài %(show_value)d ký tự, nhiều nhất %(limit_value)d. Viết gọn lại rồi lưu."))
    ]

    def to_python(self, value: object) -> str:
        return clean_words(str(value)) if value not in self.empty_values else ""


def read_points(text: str, maximum: Decimal) -> Decimal | None:
    """Points as people type them ("8,5" or "8.5"); None for an empty field. Raises ValidationError in words: what is wrong and what to type."""
    if not text.strip():
        return None
    limits = {"typed": shorten(text), "max": write_points(maximum).removesuffix(",0")}
    try:
        points = parse_decimal(text)
    except ValueError as error:
        raise ValidationError(
            _("“%(typed)s” không phải là số điểm. Gõ một số từ 0 đến %(max)s, nhiều nhất hai chữ số sau dấu phẩy, ví dụ 8,5.") % limits
        ) from error
    if not rules.is_within(points, maximum):
        raise ValidationError(_("“%(typed)s” nằm ngoài thang điểm. Gõ một số từ 0 đến %(max)s.") % limits)
    return points


class AnswerForm(forms.Form):
    """One criterion at one stage: points, the words beside them, and what the page showed when it was loaded.

    A field that was not sent keeps its value, so a grid of points alone and a page with everything use the same form. `seen` carries the version
    and the values that the page showed: what differs from them was touched by this person, the rest is left alone even if others changed it.
    After validation `change` is what has to be saved, None if nothing; `conflict` and `rival`, the entry of whoever
    saved first, are set afterwards.
    """

    points = forms.Field(required=False)
    words = WordsField(required=False)
    seen = forms.Field(required=False)

    def __init__(
        self, answer: Answer, stage: Stage, data: Mapping[str, Any] | None = None, *, prefix: str = "", against: Stage | None = None
    ) -> None:
        super().__init__(data, prefix=prefix + answer.criterion.code)
        self.beginning = prefix
        self.against = against or rules.STAGE_BEFORE[stage]
        self.answer, self.stage, self.criterion = answer, stage, answer.criterion
        self.conflict = False
        self.rival: Entry | None = None
        self.change: Change | None = None
        self.evidence: Sequence[Evidence] = ()

    @property
    def sent(self) -> set[str]:
        """The fields that came with the request."""
        return {name for name in ("points", "words") if self.is_bound and self.add_prefix(name) in self.data}

    @property
    def token(self) -> str:
        """What the page shows now, for `seen`; after an error what it showed before, so that the next save is checked against that."""
        if self.errors and not self.conflict:
            return str(self.data.get(self.add_prefix("seen"), ""))
        return f"{self.answer.version};{write_points(self.stored_points)};{_fingerprint(self.stored_words)}"

    @property
    def shown_points(self) -> str:
        """The text of the points field: as typed where it could not be saved, else as stored."""
        return self.typed_points if "points" in self.sent and self.unsaved else write_points(self.stored_points)

    @property
    def shown_words(self) -> str:
        """The text of the words field: as typed where it could not be saved, else as stored."""
        return self.typed_words if "words" in self.sent and self.unsaved else self.stored_words

    @property
    def typed_points(self) -> str:
        return str(self.data.get(self.add_prefix("points"), ""))

    @property
    def typed_words(self) -> str:
        return str(self.data.get(self.add_prefix("words"), ""))

    @property
    def stored_points(self) -> Decimal | None:
        return self.answer.points().at(self.stage)

    @property
    def stored_words(self) -> str:
        return self.answer.self_note if self.stage == Stage.SELF else self.answer.points().reason_at(self.stage)

    @property
    def before(self) -> Decimal | None:
        """The points that those of this stage are compared with: the stage before, or `against`."""
        return self.answer.points().at(self.against) if self.against else None

    @property
    def gap(self) -> Decimal | None:
        """Points of this stage less those before; None where one is missing or there is nothing before."""
        return None if self.stored_points is None or self.before is None else self.stored_points - self.before

    @property
    def distance(self) -> Decimal:
        """How far the points are from those before; 0 where they cannot be compared."""
        return abs(self.gap or Decimal(0))

    @property
    def is_open(self) -> bool:
        """Whether this criterion may be written while the form is where it is."""
        return rules.is_open(State(self.answer.assessment.state), self.answer.remark)

    @property
    def unsaved(self) -> bool:
        """Whether something typed here is not saved."""
        return bool(self.errors or self.conflict)

    @property
    def lacks_reason(self) -> bool:
        return rules.needs_reason(self.answer.points(), self.stage)

    @property
    def lacks_evidence(self) -> bool:
        return rules.needs_evidence(self.answer.points(), self.stage)

    @property
    def problems(self) -> list[str]:
        """What to say beside the reason: what is wrong with it, else that it is still missing."""
        wrong = self.errors.get("words")
        return [str(error) for error in wrong] if wrong else [_("Chưa ghi lý do chấm khác.")] if self.lacks_reason else []

    def clean_points(self) -> Decimal | None:
        return read_points(str(self.cleaned_data["points"] or ""), self.answer.max_points) if "points" in self.sent else self.stored_points

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        words = data["words"] if "words" in self.sent else self.stored_words
        if self._touched(data) and (data["points"], words) != (self.stored_points, self.stored_words):
            version = str(data["seen"] or "").partition(";")[0]
            self.change = Change(self.criterion.code, data["points"], words, int(version) if version.isdecimal() and len(version) < 10 else -1)
        return data

    def _touched(self, data: Mapping[str, Any]) -> bool:
        """Whether what was sent differs from what the page showed; a request that does not tell what it saw counts as touched."""
        _version, *seen = str(data["seen"] or "").split(";")
        if len(seen) != 2:
            return bool(self.sent)
        now = {"points": write_points(data["points"]), "words": _fingerprint(data["words"])}
        return any(now[name] != was for name, was in zip(("points", "words"), seen, strict=True) if name in self.sent)


def _fingerprint(words: str) -> str:
    return f"{zlib.crc32(words.encode()):x}"


def read_answers(answers: Iterable[Answer], stage: Stage, data: Mapping[str, Any], *, prefix: str = "") -> list[AnswerForm]:
    """What was typed for these criteria, validated."""
    read = [AnswerForm(answer, stage, data, prefix=prefix) for answer in answers]
    for form in read:
        form.full_clean()
    return read


def show_again(
    typed: Iterable[AnswerForm], answers: Iterable[Answer], conflicts: Sequence[str] = (), rivals: Mapping[str, Entry] | None = None
) -> list[AnswerForm]:
    """The criteria after saving: what is saved as it is stored now, what is not as it was typed, with the error or with what others saved."""
    shown = []
    for form, answer in zip(typed, answers, strict=True):
        code = answer.criterion.code
        form.answer, form.conflict, form.rival = answer, code in conflicts, (rivals or {}).get(code)
        shown.append(form if form.unsaved else AnswerForm(answer, form.stage, prefix=form.beginning))
    return shown


@dataclass(frozen=True)
class GridRow:
    """One commune in the grid of its district."""

    form: Assessment
    cells: list[AnswerForm]
    before: Tally
    own: Tally
    editable: bool
    reached: bool
    """Whether the form has come as far as the stage of the grid."""

    @property
    def decided(self) -> bool:
        """Whether both stages are filled in, so that they can be compared."""
        return self.reached and self.own.entered == self.own.count == self.before.entered

    @property
    def gap(self) -> Decimal:
        return self.own.result.total - self.before.result.total


class Grid:
    """A district's communes x criteria at one stage (the district's points beside the communes' own, or the province's beside the district's)."""

    def __init__(self, forms: Sequence[Assessment], stage: Stage, role: Role, shown: Mapping[str, list[AnswerForm]] | None = None) -> None:
        self.stage = stage
        before = rules.STAGE_BEFORE[stage] or stage
        self.rows = []
        for form in forms:
            answers: list[Answer] = form.form  # type: ignore[attr-defined]  # loaded by selectors.grid
            self.rows.append(
                GridRow(
                    form,
                    (shown or {}).get(form.unit.code) or [AnswerForm(answer, stage, prefix=f"{form.unit.code}-") for answer in answers],
                    selectors.tally_of(form, answers, before),
                    selectors.tally_of(form, answers, stage),
                    rules.stage_for(State(form.state), role) == stage,
                    rules.has_reached(State(form.state), stage),
                )
            )

    @cached_property
    def criteria(self) -> list[Criterion]:
        """The columns."""
        return [cell.criterion for cell in self.rows[0].cells] if self.rows else []

    @property
    def width(self) -> int:
        """Columns behind the name of a commune: its criteria, two totals, their difference, the class."""
        return len(self.criteria) + 4

    @cached_property
    def writable(self) -> bool:
        """Whether there is anything to write."""
        return any(row.editable for row in self.rows)

    @cached_property
    def differing(self) -> list[tuple[GridRow, AnswerForm]]:
        """The cells that differ from the stage before: those without a reason first, then the largest differences."""
        cells = [(row, cell) for row in self.rows if row.reached for cell in row.cells if cell.gap]
        return sorted(cells, key=lambda pair: (not pair[1].lacks_reason, -pair[1].distance))

    @property
    def asking(self) -> bool:
        """Whether a cell that differs can still be given its reason here."""
        return any(row.editable for row, _cell in self.differing)

    @property
    def settled(self) -> list[tuple[GridRow, AnswerForm]]:
        """The differing cells that can no longer be changed here."""
        return [(row, cell) for row, cell in self.differing if not row.editable]

    @property
    def agreeing(self) -> list[AnswerForm]:
        """The cells that may still come to differ."""
        return [cell for row in self.rows if row.editable for cell in row.cells if not cell.gap]

    @property
    def widest(self) -> tuple[GridRow, AnswerForm] | None:
        """The cell that differs most."""
        return max(self.differing, key=lambda pair: pair[1].distance, default=None)

    @cached_property
    def lacking(self) -> int:
        """Cells that differ and have no reason yet."""
        return sum(cell.lacks_reason for _row, cell in self.differing)

    @cached_property
    def decided(self) -> int:
        """Communes whose stage is finished."""
        return sum(rules.is_finished(State(row.form.state), self.stage) for row in self.rows)

    @cached_property
    def reached(self) -> int:
        """Communes whose form has come this far."""
        return sum(row.reached for row in self.rows)

    @property
    def waiting(self) -> int:
        """Communes that wait for points of this stage."""
        return self.reached - self.decided

    @cached_property
    def returned(self) -> int:
        """Communes that have their form back."""
        return sum(row.form.state == State.RETURNED for row in self.rows)

    @property
    def absent(self) -> int:
        """Communes whose form has not come this far yet."""
        return len(self.rows) - self.reached - self.returned

    @cached_property
    def chart(self) -> "Chart":
        """The communes that can be compared."""
        return Chart(sorted((row for row in self.rows if row.decided), key=lambda row: -abs(row.gap)))


class Chart:
    """Two totals of each commune on one scale, the largest change first. Places are percent of the scale."""

    def __init__(self, rows: Sequence[GridRow]) -> None:
        totals = [tally.result.total for row in rows for tally in (row.before, row.own)]
        self.high = rows[0].own.result.max_total if rows else Decimal(0)
        self.low = max(min(totals, default=Decimal(0)) // 10 * 10 - 10, Decimal(0))
        """The ten below the lowest total, so that differences can be seen."""
        self.good = max((band.lower_points for band in selectors.bands_of(rows[0].form)), default=Decimal(0)) if rows else Decimal(0)
        self.rows = [(row, self.place(row.before.result.total), self.place(row.own.result.total)) for row in rows]

    @property
    def good_place(self) -> Decimal:
        """Where the best class begins."""
        return self.place(self.good)

    def place(self, total: Decimal) -> Decimal:
        return 100 * (total - self.low) / (self.high - self.low)


class ReturnForm(forms.Form):
    """Why a form goes back: a remark to the commune and the criteria that open again, each with words of its own or with the general ones.

    Part of the page's one form, so nothing is `required` in the browser: that would stop every other button.
    """

    use_required_attribute = False

    reason = WordsField(
        label=gettext_lazy("Ý kiến gửi xã"),
        help_text=gettext_lazy("Bắt buộc: còn thiếu gì, cần bổ sung gì"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Chưa ghi ý kiến. Ghi rõ còn thiếu gì để xã bổ sung.")},
    )

    def __init__(self, answers: Iterable[Answer], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="return")
        self.answers = list(answers)
        for answer in self.answers:
            code, label = answer.criterion.code, f"{answer.criterion.number} {answer.criterion.title}"
            self.fields[code] = forms.BooleanField(label=label, required=False)
            self.fields[f"{code}-remark"] = WordsField(
                label=_("Ý kiến về %s") % answer.criterion.number, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
            )

    def criteria(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each criterion's tick and its remark, in the order of the form."""
        return [(self[answer.criterion.code], self[f"{answer.criterion.code}-remark"]) for answer in self.answers]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        codes = [answer.criterion.code for answer in self.answers]
        self.remarks = {code: data.get(f"{code}-remark") or data.get("reason", "") for code in codes if data.get(code) or data.get(f"{code}-remark")}
        if not self.remarks:
            raise ValidationError(_("Chưa chọn tiêu thức nào. Chọn ít nhất một tiêu thức để mở lại cho xã."))
        return data


class ReasonForm(forms.Form):
    """Why something decided is taken back."""

    use_required_attribute = False

    reason = WordsField(
        label=gettext_lazy("Lý do"),
        help_text=gettext_lazy("Bắt buộc; xã và huyện đều đọc được"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Chưa ghi lý do. Ghi lý do rồi bấm lại.")},
    )


class TitleForm(forms.ModelForm):
    """The decision that grants the title "Trong sạch, vững mạnh"."""

    use_required_attribute = False

    class Meta:
        model = Title
        fields = ["decision_number", "decided_on"]
        labels = {"decision_number": gettext_lazy("Số quyết định"), "decided_on": gettext_lazy("Ngày quyết định")}
        help_texts = {"decision_number": gettext_lazy("Ví dụ 45/QĐ-UBND"), "decided_on": gettext_lazy("Ví dụ 20/1/2019")}
        error_messages = {
            "decision_number": {
                "required": gettext_lazy("Chưa ghi số quyết định. Ghi số như trên văn bản, ví dụ 45/QĐ-UBND."),
                "max_length": gettext_lazy("Số quyết định dài %(show_value)d ký tự, nhiều nhất %(limit_value)d. Ghi số như trên văn bản."),
            },
            "decided_on": {
                "required": gettext_lazy("Chưa ghi ngày quyết định. Gõ ngày/tháng/năm, ví dụ 20/1/2019."),
                "invalid": gettext_lazy("Không đọc được ngày này. Gõ ngày/tháng/năm, ví dụ 20/1/2019."),
            },
        }
        widgets = {"decision_number": forms.TextInput(attrs={"autocomplete": "off"}), "decided_on": forms.DateInput(attrs={"autocomplete": "off"})}

    def __init__(self, period: Period, data: Mapping[str, Any] | None = None, *, instance: Title | None = None) -> None:
        super().__init__(data, instance=instance, prefix="title")
        self.period = period

    def clean_decision_number(self) -> str:
        number = " ".join(clean_words(self.cleaned_data["decision_number"]).split())
        if not number:
            raise ValidationError(self.fields["decision_number"].error_messages["required"])
        return number

    def clean_decided_on(self) -> date:
        day: date = self.cleaned_data["decided_on"]
        if day < self.period.starts_on:
            raise ValidationError(_("Ngày này trước khi năm %d bắt đầu. Xem lại ngày trên quyết định.") % self.period.plan.year)
        if day > timezone.localdate():
            raise ValidationError(_("Ngày này chưa đến. Xem lại ngày trên quyết định."))
        return day


ENDINGS = ".pdf,.docx,.xlsx,.jpg,.jpeg,.png"
FILE_ERRORS = {
    "required": gettext_lazy("Chưa chọn tệp. Chọn tệp rồi gửi."),
    "empty": gettext_lazy("Tệp này rỗng (0 byte). Chọn lại tệp."),
    "invalid": gettext_lazy("Chưa nhận được tệp. Chọn lại tệp rồi gửi."),
    "max_length": gettext_lazy("Tên tệp quá dài. Đặt tên ngắn hơn rồi gửi lại."),
}


class FilesInput(forms.FileInput):
    """Several files in one field."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Any]:
        return list(files.getlist(name)) if files else []


class FilesField(forms.Field):
    """Several files, as they came: each is looked at by itself, so that a bad one does not keep out the others."""

    widget = FilesInput
    default_error_messages = {**FILE_ERRORS}


class EvidenceForm(forms.Form):
    """Files of evidence with the day that they stand for."""

    use_required_attribute = False

    upload: forms.Field = FilesField(label=gettext_lazy("Các tệp"), widget=FilesInput(attrs={"accept": ENDINGS}))
    stands_for = DayField(label=gettext_lazy("Ngày của văn bản"), help_text=gettext_lazy("Ngày ghi trên văn bản; với ảnh là ngày chụp"))
    title = forms.CharField(label=gettext_lazy("Nội dung"), required=False, max_length=200, help_text=gettext_lazy("Để trống thì lấy theo tên tệp"))

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None, *, prefix: str = "") -> None:
        super().__init__(data, files, prefix=prefix)
        self.fields["upload"].help_text = _(
            "PDF, Word (.docx), Excel (.xlsx), ảnh JPG hoặc PNG; mỗi tệp không quá %(size)d MB, tối đa %(count)d tệp một tiêu thức"
        ) % {
            "size": settings.EVIDENCE_FILE_BYTES // 1024 // 1024,
            "count": settings.EVIDENCE_FILES,
        }

    def clean_stands_for(self) -> date:
        return day_of_document(self.cleaned_data["stands_for"])

    def clean_title(self) -> str:
        return clean_name(self.cleaned_data["title"])


class VersionForm(EvidenceForm):
    """One file that replaces another, with its day."""

    upload = forms.FileField(label=gettext_lazy("Bản mới"), widget=forms.FileInput(attrs={"accept": ENDINGS}), error_messages=FILE_ERRORS)


class ExistingForm(forms.Form):
    """The files of the commune to be shown at one more criterion."""

    def __init__(self, files: Sequence[EvidenceFile], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.known = {str(file.pk): file for file in files}
        self.fields["file"] = forms.MultipleChoiceField(
            choices=[(key, key) for key in self.known],
            error_messages={
                "required": _("Chưa chọn tệp nào. Đánh dấu tệp cần dùng rồi bấm lại."),
                "invalid_choice": _("Có tệp không còn trong danh sách này. Chọn lại."),
            },
        )

    @property
    def chosen(self) -> list[EvidenceFile]:
        """The files themselves."""
        return [self.known[key] for key in self.cleaned_data["file"]]
