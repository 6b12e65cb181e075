"""What the province types about time: deadlines of a period, more time for a form."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.forms import DayField
from plan2018.models import Period
from scoring import deadlines
from scoring.deadlines import Limit
from scoring.forms import WordsField


class MomentForm(forms.Form):
    """Until when, and why: a day, with an hour where it is not the whole day. `moment` is the first moment that is too late."""

    use_required_attribute = False

    day = DayField(label=gettext_lazy("Đến hết ngày"), help_text=gettext_lazy("Ngày/tháng/năm, ví dụ 20/1/2019"))
    hour = forms.TimeField(
        label=gettext_lazy("Nếu trong ngày thì đến giờ"),
        required=False,
        input_formats=["%H:%M"],
        help_text=gettext_lazy("Để trống là hết ngày; ví dụ 17:00"),
        error_messages={"invalid": gettext_lazy("Không đọc được giờ này. Gõ giờ:phút, ví dụ 17:00, hoặc để trống.")},
        widget=forms.TimeInput(attrs={"autocomplete": "off"}, format="%H:%M"),
    )
    reason = WordsField(
        label=gettext_lazy("Lý do"),
        help_text=gettext_lazy("Bắt buộc; ghi vào nhật ký, các cấp đều đọc được"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Chưa ghi lý do. Ghi lý do rồi bấm lại.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, moment: datetime | None = None, prefix: str, **initial: Any) -> None:
        super().__init__(data, prefix=prefix, initial={**_typed_moment(moment), **initial})

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not 2000 <= day.year < 2100:
            raise ValidationError(_("Năm %d chắc là gõ nhầm. Xem lại năm.") % day.year)
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "day" in found:
            hour = found.get("hour")
            day = found["day"] if hour else found["day"] + timedelta(days=1)
            found["moment"] = timezone.make_aware(datetime.combine(day, hour or time()))
        return found


def _typed_moment(moment: datetime | None) -> dict[str, Any]:
    """A first late moment as the form shows it."""
    if moment is None:
        return {}
    local = timezone.localtime(moment)
    midnight = (local.hour, local.minute) == (0, 0)
    return {
        "day": deadlines.last_day(moment, local.tzinfo) if midnight and local.tzinfo else local.date(),
        "hour": None if midnight else local.time(),
    }


class DeadlineForm(MomentForm):
    """The deadline of one act of a period."""

    locks = forms.BooleanField(label=gettext_lazy("Khóa khi quá hạn (không khóa: vẫn làm được, ghi là trễ)"), required=False)

    def __init__(self, period: Period, limit: Limit, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, moment=limit.due_at, prefix=limit.act, locks=limit.locks)
        self.period, self.limit = period, limit

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.period.starts_on <= day <= self.period.ends_on + timedelta(days=366):
            raise ValidationError(_("Hạn phải từ khi kỳ bắt đầu đến một năm sau khi kỳ kết thúc. Xem lại năm."))
        return day


class ExtensionForm(MomentForm):
    """More time for the act that a form waits for."""

    def __init__(self, limit: Limit, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="extension")
        self.limit = limit

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        now = timezone.now()
        if "moment" in found and found["moment"] <= max(self.limit.due_at, now):
            self.add_error("day", _("Thời điểm này không sau hạn, hoặc đã qua. Gõ một ngày sau hạn và sau hôm nay."))
        elif "moment" in found and found["moment"] > now + timedelta(days=366):
            self.add_error("day", _("Gia hạn quá một năm, chắc là gõ nhầm. Xem lại năm."))
        return found
