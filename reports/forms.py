"""What people type on the pages of reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.forms import DayField, check_file
from communes.models import Unit
from plan2018.forms import UNREAD, clean_words, shorten
from plan2018.models import Indicator
from plan2018.rules import Answer, NotWhole, parse_decimal
from reports import papers, rules, word
from reports.board import NEAR_GRADE
from reports.models import Edition, Report
from reports.reported import FigureSheet
from reports.sentences import figure, figure_words
from reports.whatif import Change
from scoring.rules import Grade, Threshold
from scoring.sentences import GRADE_WORDS

MAX_WORDS = 20_000
"""The longest narrative section, in characters: some eight pages."""
MAX_DIFFICULTIES = 60
SPARE_ROWS = 3
"""Empty rows for difficulties under those that are there."""


def _scan(upload: UploadedFile) -> None:
    """Raise ValidationError unless the file is a PDF, by size, name and content."""
    check_file(upload)
    if not (upload.name or "").lower().endswith(".pdf"):
        raise ValidationError(_("Bản quét phải là tệp PDF. Quét lại hoặc lưu thành PDF rồi gửi."))


class FilingForm(forms.Form):
    """The document with which a district reports: its number, its day, its scan; and why figures are missing (`missing`: how many)."""

    use_required_attribute = False

    number = forms.CharField(
        label=gettext_lazy("Số, ký hiệu văn bản"),
        max_length=40,
        help_text=gettext_lazy("Ví dụ: 05/BC-UBND"),
        error_messages={
            "required": gettext_lazy("Gõ số, ký hiệu của văn bản, ví dụ 05/BC-UBND."),
            "max_length": gettext_lazy("Số, ký hiệu dài %(show_value)d ký tự, nhiều nhất %(limit_value)d. Xem lại chỗ thừa."),
        },
    )
    dated = forms.DateField(
        label=gettext_lazy("Ngày văn bản"),
        help_text=gettext_lazy("Ngày/tháng/năm, ví dụ: 18/6/2018"),
        error_messages={
            "required": gettext_lazy("Gõ ngày ghi trên văn bản, ví dụ 18/6/2018."),
            "invalid": gettext_lazy("Không đọc được ngày này. Gõ ngày/tháng/năm, ví dụ 18/6/2018."),
        },
    )

    scan = forms.FileField(
        label=gettext_lazy("Bản ký, đóng dấu (quét PDF)"),
        required=False,
        help_text=gettext_lazy("Không bắt buộc; PDF không quá 10 MB"),
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
        validators=[_scan],
        error_messages={
            "empty": gettext_lazy("Tệp này rỗng. Chọn lại tệp."),
            "invalid": gettext_lazy("Chưa nhận được tệp. Chọn lại tệp rồi gửi."),
            "max_length": gettext_lazy("Tên tệp quá dài. Đặt tên ngắn hơn rồi gửi lại."),
        },
    )
    explanation = forms.CharField(
        label=gettext_lazy("Giải thích vì sao còn thiếu số liệu"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Nói rõ thiếu do đâu, khi nào có"),
        error_messages={
            "required": gettext_lazy("Báo cáo còn ô chưa có số liệu. Giải thích vì sao, hoặc nhập cho đủ rồi gửi."),
            "max_length": gettext_lazy("Đoạn này dài %(show_value)d ký tự, nhiều nhất %(limit_value)d."),
        },
    )

    def __init__(self, report: Report, missing: int, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial={"number": report.number, "dated": report.dated, "explanation": report.explanation})
        self.period = report.period
        if missing:
            self.fields["explanation"].required = True
        else:
            del self.fields["explanation"]

    def clean_dated(self) -> date:
        dated: date = self.cleaned_data["dated"]
        if dated > timezone.localdate():
            raise ValidationError(_("Ngày văn bản ở sau hôm nay. Xem lại ngày, tháng, năm."))
        if dated < self.period.starts_on:
            raise ValidationError(_("Ngày văn bản ở trước khi kỳ báo cáo bắt đầu. Xem lại năm."))
        return dated


class PublishForm(forms.Form):
    """Whether an edition is final, and why although something is missing."""

    final = forms.BooleanField(label=gettext_lazy("Chốt chính thức"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Ghi chú"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Bắt buộc khi chốt chính thức mà còn thiếu số liệu."),
        error_messages={"max_length": gettext_lazy("Ghi chú dài %(show_value)d ký tự, nhiều nhất %(limit_value)d.")},
    )


class ExtensionForm(forms.Form):
    """More time for a district: to the end of which day, and why."""

    use_required_attribute = False

    until = DayField(label=gettext_lazy("Gia hạn đến hết ngày"), help_text=gettext_lazy("Ngày/tháng/năm"))
    reason = forms.CharField(
        label=gettext_lazy("Lý do gia hạn"),
        max_length=300,
        error_messages={
            "required": gettext_lazy("Ghi lý do gia hạn."),
            "max_length": gettext_lazy("Lý do dài %(show_value)d ký tự, nhiều nhất %(limit_value)d."),
        },
    )

    def __init__(self, last_day: date, data: Any = None) -> None:
        super().__init__(data)
        self.last_day = last_day
        self.fields["until"].error_messages["required"] = _("Gõ ngày cuối của thời gian gia hạn.")

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.last_day:
            raise ValidationError(_("Ngày gia hạn phải sau hạn của kế hoạch."))
        if until > self.last_day + timedelta(days=366):
            raise ValidationError(_("Gia hạn quá một năm, chắc là gõ nhầm. Xem lại năm."))
        return until


class WordsForm(forms.Form):
    """The narrative sections of a report and the version that the page showed. The difficulties are read beside it, by `read_difficulties`."""

    use_required_attribute = False

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, report: Report, data: Any = None) -> None:
        super().__init__(data, initial={"version": report.version, **{f"section-{key}": words for key, words in report.narrative.items()}})
        for key, title in rules.SECTIONS.items():
            self.fields[f"section-{key}"] = forms.CharField(
                label=title,
                required=False,
                max_length=MAX_WORDS,
                widget=forms.Textarea(attrs={"rows": 6}),
                error_messages={"max_length": _("Phần này dài %(show_value)d ký tự, nhiều nhất %(limit_value)d.")},
            )
        self.difficulties = read_difficulties(data) if data is not None else list(report.difficulties)
        self.shown = str(report.version) if data is None else data.get("version", "")

    def over(self, now: Report) -> "WordsForm":
        """What was typed, ready to be saved over what others saved meanwhile."""
        again = WordsForm(now, self.data)
        again.shown = str(now.version)
        return again

    @property
    def sections(self) -> list[Any]:
        """The fields of the sections, in the plan's order."""
        return [self[f"section-{key}"] for key in rules.SECTIONS]

    @property
    def rows(self) -> list[dict[str, str]]:
        """The difficulties, with a few empty rows to write on."""
        return self.difficulties + [{"clause": "", "text": "", "proposal": ""} for _spare in range(SPARE_ROWS)]

    @property
    def narrative(self) -> dict[str, str]:
        """The sections that have words."""
        found = {key: clean_words(self.cleaned_data[f"section-{key}"]) for key in rules.SECTIONS}
        return {key: words for key, words in found.items() if words}

    def clean(self) -> dict[str, Any]:
        if len(self.difficulties) > MAX_DIFFICULTIES:
            self.add_error(None, _("Ghi nhiều nhất %d vướng mắc. Gộp những việc giống nhau.") % MAX_DIFFICULTIES)
        if any(not row["text"] for row in self.difficulties):
            self.add_error(None, _("Có dòng đề nghị hoặc điều khoản mà chưa nói vướng mắc gì. Ghi cột vướng mắc, hoặc xóa cả dòng."))
        if any(len(words) > limit for row in self.difficulties for words, limit in zip(row.values(), (60, 2000, 2000), strict=True)):
            self.add_error(None, _("Điều khoản dài nhất 60 ký tự; vướng mắc và đề nghị dài nhất 2.000 ký tự mỗi ô."))
        return self.cleaned_data


def read_difficulties(data: Any) -> list[dict[str, str]]:
    """The rows of difficulties that have anything in them: clause, text, proposal. Columns of unequal length, which no page sends, are cut."""
    columns = [[clean_words(words) for words in data.getlist(name)] for name in ("clause", "text", "proposal")]
    return [dict(zip(("clause", "text", "proposal"), row, strict=True)) for row in zip(*columns, strict=False) if any(row)]


class ReturnForm(forms.Form):
    """Why the province gives a report back, and the version that it read. The remarks to single figures are read beside it."""

    use_required_attribute = False

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Lý do trả lại"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Nói huyện cần sửa gì; nhận xét từng số liệu thì ghi ở bảng trên"),
        error_messages={
            "required": gettext_lazy("Ghi lý do trả lại, để huyện biết cần sửa gì."),
            "max_length": gettext_lazy("Lý do dài %(show_value)d ký tự, nhiều nhất %(limit_value)d."),
        },
    )


@dataclass
class Cell:
    """A figure of a commune in the grid: what stands there, what was typed, what is wrong with that.

    `seen` is what the page showed: "own:12/15" (the district's figure), "known:12/15" (what the commune reported), or nothing. A cell whose typed text
    differs from it was touched; the others are left alone, even if somebody else changed them meanwhile.
    """

    unit: Unit
    indicator: Indicator
    sheet: FigureSheet
    remarks: Sequence[str] = ()
    typed: str | None = None
    posted: str = ""
    error: str = ""
    conflict: bool = False

    @property
    def prefix(self) -> str:
        """The name of the cell in the page."""
        return cell_name(self.unit.code, self.indicator.code)

    @property
    def answer(self) -> Answer:
        return rules.asked_as(self.indicator.source, self.indicator.answer, everyone=self.indicator.everyone)

    @property
    def yes_no(self) -> bool:
        return self.answer == Answer.YES_NO

    @property
    def own(self) -> Any:
        """The district's own figure, if there is one."""
        return self.sheet.own.get((self.unit.pk, self.indicator.pk))

    @property
    def stored(self) -> str:
        """What stands here, as people write it."""
        return figure_words(self.sheet.figure(self.unit, self.indicator), yes_no=self.yes_no)

    @property
    def known(self) -> str:
        """What the commune or the register says."""
        return figure_words(self.sheet.known(self.unit, self.indicator), yes_no=self.yes_no)

    @property
    def gap(self) -> int:
        """Whether the district's figure is a larger (1) or smaller (-1) share than what is known."""
        return rules.differs(self.sheet.figure(self.unit, self.indicator), self.sheet.known(self.unit, self.indicator)) if self.own else 0

    @property
    def shown(self) -> str:
        """The text in the field: what was typed where it was not taken, else what stands here."""
        return self.typed if self.typed is not None and (self.error or self.conflict) else self.stored

    @property
    def token(self) -> str:
        """What the page shows now, for `seen`; after an error what it showed before, so that the next save is checked against that."""
        if self.error:
            return self.posted
        return f"{'own' if self.own else 'known'}:{self.stored}" if self.stored else ""

    @property
    def touched(self) -> bool:
        """Whether a person typed something else than what the page showed."""
        before = self.posted.partition(":")[2]
        if self.typed is None or self.typed == before:
            return False
        try:  # "c" is what "Có" says: a field keeps its text when its value is saved
            return not before or rules.read_figure(self.typed, self.answer) != rules.read_figure(before, self.answer)
        except ValueError:
            return True

    def value(self) -> rules.FigureValue | None:
        """The figure that was typed; raises ValidationError that says what is wrong with it."""
        text = self.typed or ""
        try:
            value = rules.read_figure(text, self.answer)
        except NotWhole as error:
            raise ValidationError(str(UNREAD[error.why]) % {"typed": shorten(text)}) from error
        except rules.NotAFigure as error:
            raise ValidationError(
                _("“%s” không đọc được. Gõ Có hoặc Không (c, k).") % shorten(text)
                if self.yes_no
                else _("“%s” không đọc được. Gõ bao nhiêu trên bao nhiêu, ví dụ 12/15; số trước không lớn hơn số sau.") % shorten(text)
            ) from error
        if value is None and self.posted.startswith("known:"):
            raise ValidationError(_("Số này do xã báo cáo nên không xóa ở đây được. Muốn khác thì gõ số của huyện."))
        return value

    def seen(self) -> rules.FigureValue | None:
        """The district's own figure that the page showed."""
        kind, _colon, text = self.posted.partition(":")
        try:
            return rules.read_figure(text, self.answer) if kind == "own" else None
        except ValueError:  # no page sends this; it then agrees with nothing
            return (-1, -1)


def cell_name(unit: str, indicator: str) -> str:
    """How the grid calls the figure of an indicator (code) in a commune (code)."""
    return f"{unit}-{indicator.replace('.', '-')}"


def read_cells(sheet: FigureSheet, data: Mapping[str, str] | None = None) -> list[tuple[Unit, list[Cell]]]:
    """The grid, a row for each commune: with what was typed into it, where a page was sent."""
    remarks: dict[str, list[str]] = {}
    for unit, indicator, words in sheet.report.remarks:
        remarks.setdefault(cell_name(unit, indicator), []).append(words)
    rows = []
    for unit in sheet.communes:
        cells = [Cell(unit, indicator, sheet) for indicator in sheet.indicators]
        for cell in cells:
            cell.remarks = remarks.get(cell.prefix, ())
            if data is not None and (typed := data.get(f"{cell.prefix}-value")) is not None:
                cell.typed, cell.posted = clean_words(typed), data.get(f"{cell.prefix}-seen", "")
        rows.append((unit, cells))
    return rows


def read_remarks(sheet: FigureSheet, data: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What the province remarked to single figures: commune, indicator, words (at most 500 characters each)."""
    places = [(unit.code, indicator.code) for unit in sheet.communes for indicator in sheet.indicators]
    typed = [(unit, indicator, clean_words(data.get(f"{cell_name(unit, indicator)}-remark", ""))[:500]) for unit, indicator in places]
    return [remark for remark in typed if remark[2]]


class PaperForm(forms.Form):
    """Which document is to be written, from which figures, and what stands around them."""

    use_required_attribute = False

    kind = forms.ChoiceField(label=gettext_lazy("Loại văn bản"))
    format = forms.ChoiceField(label=gettext_lazy("Định dạng"))
    edition = forms.ModelChoiceField(
        Edition.objects.none(),
        label=gettext_lazy("Ấn bản số liệu"),
        error_messages={"required": gettext_lazy("Chọn ấn bản số liệu."), "invalid_choice": gettext_lazy("Không có ấn bản này.")},
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=gettext_lazy("Đơn vị"),
        to_field_name="code",
        error_messages={"invalid_choice": gettext_lazy("Không có đơn vị này.")},
    )
    number = forms.CharField(label=gettext_lazy("Số"), max_length=20, required=False, help_text=gettext_lazy("Chỉ ghi số; để trống thì chừa chỗ"))
    place = forms.CharField(label=gettext_lazy("Địa danh"), max_length=60, required=False, help_text=gettext_lazy("Trống: tên đơn vị"))
    day = DayField(label=gettext_lazy("Ngày văn bản"), required=False, help_text=gettext_lazy("Ngày/tháng/năm; để trống thì chừa chỗ"))
    power = forms.ChoiceField(label=gettext_lazy("Quyền hạn ký"), required=False, choices=word.POWERS.items)
    post = forms.CharField(label=gettext_lazy("Chức vụ người ký"), max_length=80, required=False, help_text=gettext_lazy("Trống: theo quyền hạn ký"))
    name = forms.CharField(label=gettext_lazy("Họ tên người ký"), max_length=80, required=False)
    recipients = forms.CharField(
        label=gettext_lazy("Nơi nhận"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Mỗi nơi một dòng; trống: danh sách thường dùng"),
    )

    def __init__(self, kinds: Sequence[str], editions: Any, units: Any, *, pdf: bool, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [(kind, papers.KINDS[kind].name) for kind in kinds]  # type: ignore[attr-defined]
        formats = {"docx": "Word", "xlsx": "Excel", **({"pdf": "PDF"} if pdf else {})}
        self.fields["format"].choices = list(formats.items())  # type: ignore[attr-defined]
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]
        self.fields["edition"].label_from_instance = self._edition  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        for name in ("edition", "unit"):
            self.fields[name].empty_label = None  # type: ignore[attr-defined]

    @staticmethod
    def _edition(edition: Edition) -> str:
        words = {"period": edition.period.name, "n": edition.number, "kind": _("chính thức") if edition.final else _("tạm tính")}
        return _("%(period)s, lần %(n)d (%(kind)s)") % words

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        kind, unit = papers.KINDS.get(found.get("kind", "")), found.get("unit")
        if kind and found.get("format") and found["format"] not in kind.formats:
            self.add_error(
                "format", _("Loại này chỉ có dạng %s.") % ", ".join({"docx": "Word", "xlsx": "Excel", "pdf": "PDF"}[one] for one in kind.formats)
            )
        if kind and unit and unit.level not in kind.levels:
            self.add_error(
                "unit", _("Loại này viết cho huyện: chọn một huyện.") if unit.level == "province" else _("Loại này viết cho toàn tỉnh: chọn tỉnh.")
            )
        if kind and unit and found.get("edition") and unit.code not in {place["code"] for place in found["edition"].content["units"]}:
            self.add_error("unit", _("Ấn bản số liệu này không có đơn vị đã chọn."))
        return found

    def details(self) -> dict[str, Any]:
        """What stands around the figures, as JSON."""
        found = {name: self.cleaned_data[name] for name in ("number", "place", "power", "post", "name")}
        day, lines = self.cleaned_data["day"], [line.strip() for line in self.cleaned_data["recipients"].splitlines() if line.strip()]
        return {**found, "day": day.isoformat() if day else None, "recipients": lines[:20]}


class TemplateForm(forms.Form):
    """A template of a document."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("Tệp .docx"),
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        error_messages={
            "required": gettext_lazy("Chọn tệp mẫu."),
            "empty": gettext_lazy("Tệp rỗng."),
            "missing": gettext_lazy("Chọn tệp mẫu."),
            "invalid": gettext_lazy("Chọn tệp mẫu."),
        },
    )


class NumberField(forms.Field):
    """A number as people here type it, "85", "+0,5" or "−1", from `low` to `high`, with at most two decimals."""

    def __init__(self, *, low: Decimal | int, high: Decimal | int, **given: Any) -> None:
        super().__init__(**given)
        self.low, self.high = Decimal(low), Decimal(high)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").strip().removeprefix("+").replace("\N{MINUS SIGN}", "-")
        if not text:
            return None
        words = {"typed": shorten(text), "low": figure(self.low).replace("-", "\N{MINUS SIGN}"), "high": figure(self.high)}
        try:
            number = parse_decimal(text)
        except ValueError as error:
            raise ValidationError(_("Không đọc được “%(typed)s”. Gõ một số từ %(low)s đến %(high)s, ví dụ 1 hoặc 0,5.") % words) from error
        if not self.low <= number <= self.high:
            raise ValidationError(_("“%(typed)s” ngoài khoảng. Gõ một số từ %(low)s đến %(high)s.") % words)
        return number


class WhatIfForm(forms.Form):
    """What is supposed of all communes: whose points are the beginning, from which percentage each class begins, how many points are near the next."""

    use_required_attribute = False

    basis = forms.ChoiceField(
        label=gettext_lazy("Tính từ điểm nào"),
        help_text=gettext_lazy("Đang đứng: kết quả duyệt; chưa có thì điểm thẩm định; chưa có thì tự chấm"),
        error_messages={"invalid_choice": gettext_lazy("Chọn một trong các cách tính.")},
    )
    near = NumberField(label=gettext_lazy("Gần hạng trên: còn thiếu nhiều nhất (điểm)"), low=0, high=999)

    def __init__(self, thresholds: Sequence[Threshold], bases: Mapping[Any, Any], data: Mapping[str, Any]) -> None:
        shown = {str(threshold.grade): figure(threshold.lower_pct) for threshold in thresholds if threshold.lower_pct}
        super().__init__({"basis": next(iter(bases)), "near": figure(NEAR_GRADE), **shown, **data})
        self.thresholds, self.grades = thresholds, [Grade(grade) for grade in shown]
        self.fields["basis"].choices = [(str(key), words) for key, words in bases.items()]  # type: ignore[attr-defined]
        self.fields["near"].error_messages["required"] = _("Gõ số điểm, ví dụ 4.")
        for grade in self.grades:
            label = _("Hạng %(grade)s từ (%%)") % {"grade": GRADE_WORDS[grade]}
            required = _("Gõ tỷ lệ phần trăm, ví dụ %s.") % shown[grade]
            self.fields[grade] = NumberField(label=label, low=Decimal("0.01"), high=100, error_messages={"required": required})

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for better, worse in pairwise(self.grades):
            if better in found and worse in found and found[better] <= found[worse]:
                words = {"better": GRADE_WORDS[better], "worse": GRADE_WORDS[worse]}
                self.add_error(better, _("Ngưỡng hạng %(better)s phải cao hơn ngưỡng hạng %(worse)s.") % words)
        return found

    @property
    def percentages(self) -> list[forms.BoundField]:
        """The fields of the classes, best first."""
        return [self[grade] for grade in self.grades]

    @property
    def asked(self) -> list[Threshold]:
        """The thresholds as they are supposed; the lowest class begins at nothing."""
        return [Threshold(one.grade, self.cleaned_data.get(one.grade, one.lower_pct)) for one in self.thresholds]


class ChangeForm(forms.Form):
    """One supposition about points. Without points it supposes nothing."""

    use_required_attribute = False

    unit = forms.ChoiceField(
        label=gettext_lazy("Đơn vị"), required=False, error_messages={"invalid_choice": gettext_lazy("Không có đơn vị này ở đây. Chọn lại.")}
    )
    criterion = forms.ChoiceField(
        label=gettext_lazy("Tiêu thức"), required=False, error_messages={"invalid_choice": gettext_lazy("Không có tiêu thức này. Chọn lại.")}
    )
    exact = forms.ChoiceField(
        label=gettext_lazy("Cách đổi"),
        required=False,
        choices=[("", gettext_lazy("thêm, bớt")), ("1", gettext_lazy("đặt bằng"))],
        error_messages={"invalid_choice": gettext_lazy("Chọn thêm, bớt hoặc đặt bằng.")},
    )
    points = NumberField(label=gettext_lazy("Số điểm"), low=-999, high=999, required=False, help_text=gettext_lazy("Ví dụ −1 hoặc 0,5"))

    def __init__(self, units: Sequence[Any], criteria: Sequence[tuple[str, str]], prefix: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix=prefix)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["criterion"].choices = criteria  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("exact") and (found.get("points") or 0) < 0:
            self.add_error("points", _("Đặt bằng thì gõ số điểm từ 0 trở lên."))
        return found

    @property
    def change(self) -> Change | None:
        """The supposition, if there is one."""
        given = self.cleaned_data
        return None if given.get("points") is None else Change(given["unit"], given["criterion"], given["points"], exact=bool(given["exact"]))


MAX_CHANGES = 12
"""So many suppositions about points fit on one page."""


def change_forms(units: Sequence[Any], criteria: Sequence[tuple[str, str]], data: Mapping[str, str]) -> list[ChangeForm]:
    """The suppositions that an address tells of, and an empty form for one more: at least two, at most MAX_CHANGES."""
    given = [n for n in range(MAX_CHANGES) if data.get(f"c{n}-points")]
    free = [n for n in range(MAX_CHANGES) if n not in given][: max(1, 2 - len(given))]
    return [*(ChangeForm(units, criteria, f"c{n}", data) for n in given), *(ChangeForm(units, criteria, f"c{n}") for n in free)]


class SampleForm(forms.Form):
    """How many communes to propose for inspection, and the words from which chance begins: the same words give the same sample."""

    use_required_attribute = False

    number = forms.IntegerField(
        label=gettext_lazy("Số xã kiểm tra"),
        error_messages={
            "required": gettext_lazy("Gõ số xã, ví dụ 13."),
            "invalid": gettext_lazy("Số xã là một số nguyên, ví dụ 13."),
            "min_value": gettext_lazy("Ít nhất %(limit_value)s: mỗi huyện một xã."),
            "max_value": gettext_lazy("Nhiều nhất %(limit_value)s: chỉ có bấy nhiêu xã."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    seed = forms.CharField(
        label=gettext_lazy("Chuỗi rút thăm"),
        max_length=40,
        help_text=gettext_lazy("Cùng chuỗi, cùng số liệu thì ra cùng danh sách; đổi chuỗi là rút lại"),
        error_messages={
            "required": gettext_lazy("Gõ một chuỗi bất kỳ, ví dụ 2018-Y."),
            "max_length": gettext_lazy("Chuỗi dài quá 40 ký tự. Gõ ngắn hơn."),
        },
    )

    def __init__(self, data: Mapping[str, Any], *, number: int, low: int, high: int, seed: str) -> None:
        super().__init__({"number": number, "seed": seed, **data})
        for limit in (MinValueValidator(low), MaxValueValidator(high)):
            self.fields["number"].validators.append(limit)


class TrailForm(forms.Form):
    """What is looked for in the audit. All of it may be empty; an act, a kind or a criterion that nobody knows finds nothing."""

    use_required_attribute = False

    since = DayField(label=gettext_lazy("Từ ngày"), required=False)
    until = DayField(label=gettext_lazy("Đến hết ngày"), required=False)
    person = forms.CharField(label=gettext_lazy("Người làm"), required=False, max_length=100)
    act = forms.CharField(label=gettext_lazy("Việc"), required=False, max_length=32)
    kind = forms.CharField(label=gettext_lazy("Loại"), required=False, max_length=32)
    unit = forms.CharField(label=gettext_lazy("Mã đơn vị"), required=False, max_length=8)
    criterion = forms.CharField(label=gettext_lazy("Tiêu thức"), required=False, max_length=8)
    q = forms.CharField(label=gettext_lazy("Chữ trong lý do, giải thích"), required=False, max_length=100)

    def clean(self) -> dict[str, Any]:
        """Add `begin` and `end`, the moments between which entries are looked for (the last one exclusive)."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", _("Ngày cuối trước ngày đầu. Đổi lại hai ngày."))
        try:
            found["begin"] = since and timezone.make_aware(datetime.combine(since, time()))
            found["end"] = until and timezone.make_aware(datetime.combine(until + timedelta(days=1), time()))
            found["begin"], found["end"] = (moment and moment.astimezone(UTC) for moment in (found["begin"], found["end"]))
        except OverflowError:
            raise ValidationError(_("Ngày này quá xa, chắc là gõ nhầm năm. Xem lại năm.")) from None
        return found
