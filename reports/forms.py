"""What people type on the pages of reports."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plan2018.models import Period


class FilingForm(forms.Form):
    """The document with which a district reports for a period: its number and its day."""

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

    def __init__(self, period: Period, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.period = period

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
