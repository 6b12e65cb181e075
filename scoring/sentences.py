"""What pages, messages and the audit say about forms: their time limits, and what people did to them. Pure: plain values in, words out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.sentences import figure, write_day
from scoring.deadlines import EXTEND, Limit, last_day
from scoring.rules import NOT_APPLICABLE, Act, Grade, Stage, State

ACTS = {
    Act.SUBMIT: gettext_lazy("gửi phiếu lên huyện"),
    Act.APPRAISE: gettext_lazy("thẩm định phiếu"),
    Act.APPROVE: gettext_lazy("duyệt kết quả"),
}
"""The acts that have a deadline, in the middle of a sentence."""


GRADE_WORDS = {
    Grade.GOOD: gettext_lazy("tốt"),
    Grade.FAIR: gettext_lazy("khá"),
    Grade.AVERAGE: gettext_lazy("trung bình"),
    Grade.WEAK: gettext_lazy("yếu"),
}

WAITING = {
    Act.SUBMIT: gettext_lazy("chờ xã gửi lên huyện"),
    Act.APPRAISE: gettext_lazy("chờ huyện thẩm định"),
    Act.APPROVE: gettext_lazy("chờ tỉnh duyệt"),
}
"""For whom a form waits, after how many forms it is."""

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


STAGES = {
    Stage.SELF: gettext_lazy("Xã nhập điểm"),
    Stage.APPRAISED: gettext_lazy("Huyện chấm"),
    Stage.FINAL: gettext_lazy("Tỉnh ghi kết quả"),
}
"""Who enters points."""


def of_entry(act: str, before: str, reason: str, data: Mapping[str, Any], numbers: str = "") -> str:  # noqa: C901 - one branch an act
    """What somebody did to a form, from its ledger entry; `numbers` are those of the criteria concerned. Empty for an act that is not known here."""
    match act:
        case Act.ENTER:
            said = {"who": STAGES[Stage(data["stage"])], "criterion": numbers, "from": _points(data["from"]), "to": _points(data["to"])}
            words = _("%(who)s %(criterion)s: %(from)s → %(to)s") % said
            words += f", “{Truncator(data['words']).chars(300)}”" if data.get("words") else ""
        case Act.SUBMIT:
            words = _("Gửi lại phiếu") if before == State.RETURNED else _("Gửi phiếu tự chấm")
        case Act.APPRAISE:
            words = _("Thẩm định xong")
        case Act.RETURN:
            words = _("Trả lại %(numbers)s: “%(reason)s”") % {"numbers": numbers, "reason": reason}
        case Act.APPROVE:
            words = _("Duyệt kết quả: %(total)s điểm, hạng %(grade)s") % {"total": _points(data["total"]), "grade": GRADE_WORDS[data["grade"]]}
        case Act.REOPEN:
            words = _("Mở lại kết quả: “%s”") % reason
        case Act.ATTACH:
            words = _("Thêm minh chứng ở %s") % numbers
        case Act.REPLACE:
            words = _("Thay một tệp minh chứng bằng bản mới ở %s") % numbers
        case Act.DETACH:
            words = _("Gỡ minh chứng ở %s") % numbers
        case Act.EXPLAIN:
            words = _("Gửi giải trình lên tỉnh") if data.get("done") else _("Giải trình %s") % numbers
            words += f": “{Truncator(data['words']).chars(300)}”" if data.get("words") else ""
        case what if what == EXTEND:
            given = {"act": ACTS[Act(data["act"])], "until": until(datetime.fromisoformat(data["to"])), "reason": reason}
            words = _("Gia hạn %(act)s đến %(until)s: “%(reason)s”") % given
        case _unknown:
            words = ""
    return words


def _points(text: str) -> str:
    """Points as the ledger keeps them, for a sentence."""
    return str(_("không áp dụng")) if text == NOT_APPLICABLE else figure(Decimal(text)) if text else "–"


def lowered(period: str, numbers: Sequence[str], until: date) -> tuple[str, str]:
    """Subject and text for the people of a commune where the district lowered points: at which criteria, and until when they may answer."""
    said = {"n": len(numbers), "numbers": ", ".join(numbers), "day": write_day(until), "period": period}
    return (
        _("Huyện chấm thấp hơn ở %(n)d tiêu thức; giải trình đến hết ngày %(day)s") % said,
        _(
            "%(period)s: huyện chấm thấp hơn điểm xã tự chấm ở các tiêu thức %(numbers)s. "
            "Xã giải trình được đến hết ngày %(day)s, trên trang của phiếu; quá ngày ấy tỉnh duyệt theo hồ sơ đang có."
        )
        % said,
    )
