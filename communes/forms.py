"""What people type into the registers, turned into values or into an error beside the field."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes import selectors
from communes.models import Document, Unit
from communes.rules import MAX_FILE, SIGNATURES, clean_name, file_kind

DAY_ERRORS = {
    "required": gettext_lazy("Gõ ngày/tháng/năm, ví dụ 20/6/2018."),
    "invalid": gettext_lazy("Không đọc được ngày này. Gõ ngày/tháng/năm, ví dụ 20/6/2018."),
}


def write_day(day: date) -> str:
    """A day as it is typed: 05/3/2018."""
    return f"{day:%d}/{day.month:0{2 if day.month < 3 else 1}}/{day.year}"


class DayField(forms.DateField):
    """A day as people type it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"error_messages": DAY_ERRORS, "widget": forms.DateInput(attrs={"autocomplete": "off", "inputmode": "numeric"}), **given})


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


class DocumentForm(forms.ModelForm):
    """A document of a unit, with its file. A province may record it for everybody."""

    use_required_attribute = False

    upload = forms.FileField(
        label=gettext_lazy("Tệp"),
        required=False,
        help_text=gettext_lazy("PDF, DOCX, XLSX, JPG hoặc PNG, không quá 10 MB"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.xlsx,.jpg,.jpeg,.png"}),
        error_messages={
            "empty": gettext_lazy("Tệp này rỗng. Chọn lại tệp."),
            "invalid": gettext_lazy("Chưa nhận được tệp. Chọn lại tệp rồi gửi."),
            "max_length": gettext_lazy("Tên tệp quá dài. Đặt tên ngắn hơn rồi gửi lại."),
        },
    )

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
        if for_all:
            words = _("Dùng chung: mọi huyện, xã đều thấy")
            self.fields["for_all"] = forms.BooleanField(label=words, required=False)

    def clean_number(self) -> str:
        return clean_name(self.cleaned_data["number"])

    def clean_issuer(self) -> str:
        return clean_name(self.cleaned_data["issuer"])

    def clean_title(self) -> str:
        return clean_name(self.cleaned_data["title"])

    def clean_issued_on(self) -> date:
        return _not_later(self.cleaned_data["issued_on"])

    def clean_upload(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["upload"]
        if upload:
            check_file(upload)
        return upload

    def validate_unique(self) -> None:
        """Left to the service, which names the document that is there."""

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as `services.save_document` takes it."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def check_file(upload: UploadedFile) -> None:
    """Raise ValidationError unless the file is one that documents come as, by size, name and content."""
    name = clean_name(upload.name or "")
    if (upload.size or 0) > MAX_FILE:
        raise ValidationError(_("Tệp “%s” lớn hơn 10 MB. Nén lại hoặc quét với độ phân giải thấp hơn.") % name)
    ending = name.rsplit(".", 1)[-1].lower().replace("jpeg", "jpg")
    if ending not in SIGNATURES:
        raise ValidationError(_("Không nhận loại tệp của “%s”. Chỉ nhận PDF, DOCX, XLSX, JPG, PNG.") % name)
    if file_kind(upload.file) != ending:  # type: ignore[arg-type]
        raise ValidationError(
            _("Nội dung của “%s” không phải là tệp %s, hoặc tệp hỏng, có macro, có mật khẩu. Mở tệp ra xem rồi lưu lại.") % (name, ending.upper())
        )
    upload.seek(0)


def _not_later(day: date) -> date:
    if day > timezone.localdate():
        raise ValidationError(_("Ngày này ở sau hôm nay. Xem lại ngày, tháng, năm."))
    return day
