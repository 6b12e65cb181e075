"""What people type into the registers, turned into values or into an error beside the field."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes import parsing, selectors
from communes.content import Unfit, kind_as_named
from communes.models import Document, Office, Official, Profile, Unit
from communes.rules import MAX_FILE, MAX_SHEET, clean_name, parse_area
from communes.sentences import GAPS, unfit_file, write_day
from communes.standards import DECLARED, TITLES, Kind, debt_due, fitting, years_later

DAY_ERRORS = {
    "required": gettext_lazy("Gõ ngày/tháng/năm, ví dụ 20/6/2018."),
    "invalid": gettext_lazy("Không đọc được ngày này. Gõ ngày/tháng/năm, ví dụ 20/6/2018."),
}


class DayField(forms.DateField):
    """A day as people type it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"error_messages": DAY_ERRORS, "widget": forms.DateInput(attrs={"autocomplete": "off", "inputmode": "numeric"}), **given})


class AsOfForm(forms.Form):
    """The day as of which a page shows its register (?on=); none: the page's own."""

    on = DayField(label=gettext_lazy("Số liệu đến ngày"), required=False)


class DatedForm(forms.ModelForm):
    """A row of a register: the fields, the day from which they hold, and the row that the person who types was looking at."""

    use_required_attribute = False

    since = DayField(label=gettext_lazy("Số liệu từ ngày"))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, unit: Unit, row: Any, day: date, data: Mapping[str, Any] | None = None) -> None:
        """Draw the form from a row (None: a new one) and propose this day, or the row's own where that is later."""
        start = max(day, row.since) if row else day
        super().__init__(data, instance=row, initial={"since": start, "seen": row.pk if row else None})
        self.unit, self.row = unit, row
        for name, field in self.fields.items():
            if isinstance(field, forms.TypedChoiceField):
                choices: list[Any] = list(field.choices)  # type: ignore[arg-type]
                field.choices = [("", _("– chọn –") if field.required else _("– không –")), *choices[1:]]
            if isinstance(field, forms.DateField) and name != "since":
                field.error_messages = DAY_ERRORS | {"required": _("Chưa ghi. Gõ ngày/tháng/năm, ví dụ 05/3/1975.")}
        if row:
            words = _("Vẫn là %(day)s nếu sửa chỗ ghi sai; ngày sau đó nếu số liệu thay đổi") % {"day": write_day(row.since)}
            self.fields["since"].help_text = words

    def clean_since(self) -> date:
        return _in_force(self.unit, _not_later(self.cleaned_data["since"]))

    def _post_clean(self) -> None:
        """Values only: the row that the form was drawn from stays as it is."""

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as the services take it."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


def _in_force(unit: Unit, since: date) -> date:
    """The day, if the unit was in force on it. Raises ValidationError."""
    if since < unit.valid_from:
        raise ValidationError(_("Ngày này trước khi đơn vị có hiệu lực (%s). Xem lại ngày, tháng, năm.") % write_day(unit.valid_from))
    if unit.valid_to and since >= unit.valid_to:
        raise ValidationError(_("Ngày này sau khi đơn vị hết hiệu lực (%s). Xem lại ngày, tháng, năm.") % write_day(unit.valid_to))
    return since


OLDEST, YOUNGEST = 80, 16
"""Ages of an official that are believed, in years."""
ADULT, RETIRED = 18, 40
"""Nobody is appointed to a title before the one age or retires before the other, in years."""


class OfficialForm(DatedForm):
    """A person of the roster."""

    declared_gaps = forms.MultipleChoiceField(
        label=gettext_lazy("Công chức còn nợ tiêu chuẩn tuyển dụng nào"),
        required=False,
        choices=[(gap.value, GAPS[gap]) for gap in DECLARED],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Theo Thông tư 06/2012/TT-BNV; để trống nếu không nợ"),
    )

    class Meta:
        model = Official
        fields = [
            "full_name",
            "born_on",
            "title",
            "concurrent_title",
            "education",
            "qualification",
            "theory",
            "appointed_on",
            "retires_on",
            "declared_gaps",
            "missing_until",
        ]
        field_classes = {"born_on": DayField, "appointed_on": DayField, "retires_on": DayField, "missing_until": DayField}
        labels = {"concurrent_title": gettext_lazy("Kiêm nhiệm chức danh"), "missing_until": gettext_lazy("Phải hoàn thiện trước ngày")}
        help_texts = {
            "missing_until": gettext_lazy("Để trống thì tính 5 năm từ ngày tuyển dụng của công chức"),
            "retires_on": gettext_lazy("Để biết còn công tác trên 7 năm hay không"),
        }
        error_messages = {
            "full_name": {"required": gettext_lazy("Gõ họ và tên như trong giấy tờ.")},
            "title": {"required": gettext_lazy("Chọn chức danh.")},
            "education": {"required": gettext_lazy("Chọn trình độ văn hóa.")},
            "qualification": {"required": gettext_lazy("Chọn trình độ chuyên môn.")},
            "theory": {"required": gettext_lazy("Chọn trình độ lý luận chính trị.")},
        }
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, unit: Unit, row: Official | None, day: date, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(unit, row, day, data)
        if row:
            self.initial["declared_gaps"] = row.declared_gaps.split(",") if row.declared_gaps else []
            if row.missing_until == debt_due(Kind(row.kind), row.appointed_on):
                self.initial["missing_until"] = None  # worked out, not typed

    def clean_full_name(self) -> str:
        name = clean_name(self.cleaned_data["full_name"])
        if len(name.split()) < 2 or not all(character.isalpha() or character in " '-.’" for character in name):
            raise ValidationError(_("Họ và tên có ít nhất hai chữ, không có số. Gõ như trong giấy tờ."))
        return name

    def clean_declared_gaps(self) -> str:
        return ",".join(gap for gap in DECLARED if gap in self.cleaned_data["declared_gaps"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        born, since, appointed, retires = (data.get(name) for name in ("born_on", "since", "appointed_on", "retires_on"))
        if born and since and not years_later(born, YOUNGEST) <= since <= years_later(born, OLDEST):
            self.add_error("born_on", _("Theo ngày sinh này, người đó dưới 16 hoặc trên 80 tuổi. Xem lại năm sinh."))
        elif born and appointed and appointed < years_later(born, ADULT):
            self.add_error("appointed_on", _("Theo ngày này, người đó được tuyển dụng, bầu khi dưới 18 tuổi. Xem lại hai ngày."))
        elif born and retires and not years_later(born, RETIRED) <= retires <= years_later(born, OLDEST):
            self.add_error("retires_on", _("Theo ngày này, người đó nghỉ hưu khi dưới 40 hoặc trên 80 tuổi. Xem lại hai ngày."))
        if appointed and since and appointed > since:
            self.add_error("appointed_on", _("Ngày này ở sau ngày tính số liệu. Xem lại hai ngày."))
        self._check_titles(data.get("title") or "", data.get("concurrent_title") or "")
        return data

    def _check_titles(self, title: str, concurrent: str) -> None:
        if title and title == concurrent:
            self.add_error("concurrent_title", _("Trùng với chức danh chính. Để trống nếu không kiêm nhiệm."))
        for field, chosen in (("title", title), ("concurrent_title", concurrent)):
            right = fitting(chosen, self.unit.kind)
            if right != chosen:
                words = {"kind": self.unit.get_kind_display().capitalize(), "right": TITLES[right].label}
                self.add_error(field, _("%(kind)s không có chức danh này. Chọn “%(right)s”.") % words)


class EndForm(forms.Form):
    """From which day a person no longer holds a title here."""

    use_required_attribute = False

    on = DayField(label=gettext_lazy("Thôi giữ chức từ ngày"), help_text=gettext_lazy("Nghỉ hưu, chuyển công tác, hết nhiệm kỳ, mất"))
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, row: Official, day: date, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="end", initial={"on": max(day, row.since), "seen": row.pk})

    def clean_on(self) -> date:
        return _not_later(self.cleaned_data["on"])


class AreaField(forms.CharField):
    """Square metres as people type them."""

    def __init__(self, **given: Any) -> None:
        given = {name: given[name] for name in ("label", "help_text", "required") if name in given}
        widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"})
        super().__init__(**given, widget=widget, error_messages={"required": gettext_lazy("Gõ số mét vuông, ví dụ 350 hoặc 350,5.")})

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_area(text) if text else None
        except ValueError as error:
            raise ValidationError(_("Không đọc được “%s”. Gõ số mét vuông, ví dụ 350 hoặc 350,5.") % text[:40]) from error


COUNT_ERRORS = {
    "required": gettext_lazy("Gõ một số; không có thì gõ 0."),
    "invalid": gettext_lazy("Gõ một số nguyên, ví dụ 12."),
    "min_value": gettext_lazy("Không thể nhỏ hơn 0."),
    "max_value": gettext_lazy("Lớn hơn %(limit_value)s thì không đúng với một xã. Xem lại số đã gõ."),
}


MOST = 500
"""So many of anything are believed of a commune: equipment, villages, posts."""


class CountField(forms.IntegerField):
    """How many a commune has of something."""

    def __init__(self, **given: Any) -> None:
        given = {name: given[name] for name in ("label", "help_text", "required", "initial") if name in given}
        widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
        super().__init__(**given, min_value=0, max_value=MOST, widget=widget, error_messages=COUNT_ERRORS)


LARGEST_AREA, SMALLEST_NORM = 20000, 10
"""Square metres that are believed of a commune's office."""


class OfficeForm(DatedForm):
    """The office and equipment of a commune."""

    class Meta:
        model = Office
        fields = ["construction", "floor_area", "norm_area", "internet_computers", "printers", "copiers", "telephone"]
        field_classes = {
            "floor_area": AreaField,
            "norm_area": AreaField,
            "internet_computers": CountField,
            "printers": CountField,
            "copiers": CountField,
        }
        error_messages = {"construction": {"required": gettext_lazy("Chọn loại trụ sở.")}}

    def clean_telephone(self) -> str:
        return _telephone(self.cleaned_data["telephone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        floor, norm = data.get("floor_area"), data.get("norm_area")
        if floor is not None and floor > LARGEST_AREA:
            self.add_error("floor_area", _("Lớn hơn 20.000 m² thì không đúng với trụ sở một xã. Xem lại số đã gõ."))
        if norm is not None and not SMALLEST_NORM <= norm <= LARGEST_AREA:
            self.add_error("norm_area", _("Định mức trong khoảng 10 đến 20.000 m². Xem lại số đã gõ."))
        if data.get("construction") == Office.NONE and floor:
            self.add_error("floor_area", _("Đã chọn “Chưa có trụ sở” thì diện tích là 0. Nếu đang mượn, thuê thì chọn loại nhà đang dùng."))
        if data.get("construction") not in (None, "", Office.NONE) and floor == 0:
            self.add_error("floor_area", _("Có trụ sở thì diện tích lớn hơn 0."))
        return data


class ProfileForm(DatedForm):
    """What a commune is like."""

    class Meta:
        model = Profile
        fields = [
            "ntm_pilot",
            "key_area",
            "border",
            "villages",
            "village_heads",
            "concurrent_posts",
            "suggestion_box",
            "feedback_telephone",
            "reception_schedule",
        ]
        field_classes = {"villages": CountField, "village_heads": CountField, "concurrent_posts": CountField}
        help_texts = {"reception_schedule": gettext_lazy("Ví dụ: thứ năm hằng tuần, tại phòng tiếp công dân")}

    def clean_feedback_telephone(self) -> str:
        return _telephone(self.cleaned_data["feedback_telephone"])

    def clean_reception_schedule(self) -> str:
        return clean_name(self.cleaned_data["reception_schedule"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        villages, heads = data.get("villages"), data.get("village_heads")
        if villages is not None and heads is not None and heads > villages:
            words = _("Số thôn, bản có trưởng (%(heads)d) nhiều hơn số thôn, bản (%(villages)d). Xem lại hai số.")
            self.add_error("village_heads", words % {"heads": heads, "villages": villages})
        return data


def _telephone(text: str) -> str:
    number = clean_name(text)
    try:
        return number and parsing.telephone(number)
    except parsing.Wrong as wrong:
        raise ValidationError(str(wrong)) from None


class DocumentField(forms.ModelChoiceField):
    """A document to refer to: one of those that the unit sees, its own first. For any form that says what proves something.

        class ProofForm(forms.Form):
            def __init__(self, unit, data=None):
                super().__init__(data)
                self.fields["document"] = DocumentField(unit)

    Beside it, `{% include "communes/_document_new.html" %}` with `unit` leads to recording a new one and back, where it is chosen (`?document=`).
    """

    default_error_messages = {
        "required": gettext_lazy("Chọn một văn bản; chưa có thì thêm vào danh mục văn bản trước."),
        "invalid_choice": gettext_lazy("Không có văn bản này trong danh mục của đơn vị. Chọn văn bản khác."),
    }

    def __init__(self, unit: Unit, **given: Any) -> None:
        settings = {"label": gettext_lazy("Văn bản"), "required": False, "empty_label": gettext_lazy("– không có –"), **given}
        super().__init__(selectors.documents_of(unit), **settings)

    def label_from_instance(self, document: Document) -> str:
        """Name a document in one line: number, day, what it is about."""
        about = document.title if len(document.title) <= 70 else document.title[:69] + "…"
        day = _(" ngày %s") % write_day(document.issued_on) if document.issued_on else ""
        return f"{document.number}{day}: {about}"


def check_file(upload: UploadedFile) -> None:
    """Raise ValidationError unless the file is one that documents come as, by size, name and content."""
    try:
        kind_as_named(upload.file, upload.name or "", largest=MAX_FILE)  # type: ignore[arg-type]
    except Unfit as unfit:
        raise ValidationError(unfit_file(unfit, clean_name(upload.name or ""), MAX_FILE)) from unfit


def day_of_document(day: date) -> date:
    """The day of a document, as it may be. Raises ValidationError for one that has not come yet or lies in another century."""
    if _not_later(day).year < parsing.OLDEST:
        raise ValidationError(_("Năm %d không thể đúng. Xem lại năm; gõ đủ bốn chữ số.") % day.year)
    return day


def upload_field(*, required: bool) -> forms.FileField:
    """The file of a document."""
    return forms.FileField(
        label=gettext_lazy("Tệp"),
        required=required,
        help_text=gettext_lazy("PDF, DOCX, XLSX, JPG hoặc PNG, không quá 10 MB"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.xlsx,.jpg,.jpeg,.png"}),
        validators=[check_file],
        error_messages={
            "required": gettext_lazy("Chưa chọn tệp. Chọn tệp rồi gửi."),
            "empty": gettext_lazy("Tệp này rỗng. Chọn lại tệp."),
            "invalid": gettext_lazy("Chưa nhận được tệp. Chọn lại tệp rồi gửi."),
            "max_length": gettext_lazy("Tên tệp quá dài. Đặt tên ngắn hơn rồi gửi lại."),
        },
    )


class FileForm(forms.Form):
    """The file of a document that was recorded without one."""

    use_required_attribute = False

    upload = upload_field(required=True)


class DocumentForm(forms.ModelForm):
    """A document of a unit, with its file. A province may record it for everybody."""

    use_required_attribute = False

    upload = upload_field(required=False)

    class Meta:
        model = Document
        fields = ["kind", "number", "issued_on", "issuer", "title", "cited_in"]
        field_classes = {"issued_on": DayField}
        labels = {"cited_in": gettext_lazy("Thực hiện điều khoản")}
        help_texts = {"issued_on": gettext_lazy("Ngày/tháng/năm ghi trên văn bản"), "cited_in": gettext_lazy("Ví dụ III.1.b; để trống nếu không rõ")}
        error_messages = {
            "number": {"required": gettext_lazy("Gõ số, ký hiệu như trên văn bản, ví dụ 12/KH-UBND.")},
            "issuer": {"required": gettext_lazy("Gõ tên cơ quan ban hành, ví dụ UBND xã.")},
            "title": {"required": gettext_lazy("Gõ trích yếu: văn bản nói về việc gì.")},
            "kind": {"required": gettext_lazy("Chọn loại văn bản.")},
        }

    def __init__(self, unit: Unit, data: Mapping[str, Any] | None = None, files: Any = None, *, for_all: bool = False) -> None:
        super().__init__(data, files)
        self.unit = unit
        self.fields["issued_on"].required = True
        kinds: Any = self.fields["kind"]
        kinds.choices = [("", _("– chọn –")), *kinds.choices[1:]]
        if for_all:
            words = _("Dùng chung: mọi huyện, xã đều thấy")
            self.fields["for_all"] = forms.BooleanField(label=words, required=False)

    def clean_number(self) -> str:
        return clean_name(self.cleaned_data["number"])

    def clean_issuer(self) -> str:
        return clean_name(self.cleaned_data["issuer"])

    def clean_title(self) -> str:
        return clean_name(self.cleaned_data["title"])

    def clean_cited_in(self) -> str:
        return clean_name(self.cleaned_data["cited_in"])

    def clean_issued_on(self) -> date:
        return day_of_document(self.cleaned_data["issued_on"])

    def _post_clean(self) -> None:
        """Values only: what is there already is known to the service, which names it."""

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as `services.save_document` takes it."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def _not_later(day: date) -> date:
    if day > timezone.localdate():
        raise ValidationError(_("Ngày này ở sau hôm nay. Xem lại ngày, tháng, năm."))
    return day


class SheetForm(forms.Form):
    """A workbook that is sent."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("Tệp"),
        help_text=gettext_lazy(".xlsx hoặc .csv, không quá 5 MB"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": gettext_lazy("Chọn tệp trên máy."),
            "empty": gettext_lazy("Tệp này rỗng. Chọn lại tệp."),
            "invalid": gettext_lazy("Chưa nhận được tệp. Chọn lại tệp rồi gửi."),
            "max_length": gettext_lazy("Tên tệp quá dài. Đặt tên ngắn hơn rồi gửi lại."),
        },
    )

    def clean_file(self) -> UploadedFile:
        sent: UploadedFile = self.cleaned_data["file"]
        if (sent.size or 0) > MAX_SHEET:
            raise ValidationError(_("Tệp lớn hơn 5 MB. Chép riêng bảng số liệu vào mẫu mới; bỏ ảnh và định dạng thừa."))
        return sent


class UploadForm(SheetForm):
    """A file for a register of a unit, and the day from which its figures hold."""

    since = DayField(label=gettext_lazy("Số liệu từ ngày"), help_text=gettext_lazy("Ngày mà số liệu trong tệp bắt đầu đúng"))
    field_order = ("since", "file")

    def __init__(self, unit: Unit, day: date, data: Mapping[str, Any] | None = None, files: Any = None, *, dated: bool = True) -> None:
        super().__init__(data, files, initial={"since": day})
        self.unit = unit
        if not dated:
            del self.fields["since"]

    def clean_since(self) -> date:
        return _in_force(self.unit, _not_later(self.cleaned_data["since"]))
