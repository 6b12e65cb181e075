"""What pages, messages and the audit say about forms: their time limits, and what people did to them. Pure: plain values in, words out."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.sentences import write_day
from scoring.deadlines import Limit, last_day
from scoring.rules import Act

ACTS = {
    Act.SUBMIT: gettext_lazy("gửi phiếu lên huyện"),
    Act.APPRAISE: gettext_lazy("thẩm định phiếu"),
    Act.APPROVE: gettext_lazy("duyệt kết quả"),
}
"""The acts that have a deadline, in the middle of a sentence."""


OWED = {
    Act.SUBMIT: gettext_lazy("chấm điểm, chờ xã gửi lên huyện"),
    Act.APPRAISE: gettext_lazy("chấm điểm, chờ huyện thẩm định"),
    Act.APPROVE: gettext_lazy("chấm điểm, chờ tỉnh duyệt"),
}
"""What a reminder says of a form, after the word "Phiếu"."""


def until(moment: datetime) -> str:
    """The last time before a moment: "hết ngày 19/6/2018"; within a day "17:00 ngày 19/6/2018"."""
    local = timezone.localtime(moment)
    if (local.hour, local.minute) == (0, 0):
        return _("hết ngày %s") % write_day(last_day(moment, timezone.get_current_timezone()))
    return _("%(time)s ngày %(day)s") % {"time": f"{local:%H:%M}", "day": write_day(local.date())}


def locked(limit: Limit) -> str:
    """Which rule locks an act, and who can open it."""
    words = _("Hạn %(act)s là %(until)s") % {"act": ACTS[limit.act], "until": until(limit.due_at)}
    if limit.ends_at > limit.due_at:
        words += _(", đã gia hạn đến %s") % until(limit.ends_at)
    return _("%s; tỉnh đã đặt kỳ này khóa khi quá hạn. Chỉ tỉnh mở được, bằng cách gia hạn cho phiếu này và ghi lý do.") % words
