"""Files of evidence as they are sent, with what is said of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.forms import DayField, day_of_document
from communes.rules import clean_name
from scoring.models import EvidenceFile

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
