"""The ledger in words: what each entry says, of what, and the page of its subject. The sentences of forms and duties are those of their own pages."""

from collections.abc import Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from plan2018 import sentences as plan
from plan2018.registers import REGISTERS
from scoring import sentences as scoring
from scoring.registers import REGISTERS as SCORED
from scoring.rules import Act

KINDS = {
    "assessment": gettext_lazy("Phiếu chấm điểm"),
    "deadline": gettext_lazy("Hạn của kỳ"),
    "title": gettext_lazy("Danh hiệu"),
    "criteria_set": gettext_lazy("Bộ tiêu thức"),
    "responsibility": gettext_lazy("Phân công phụ trách"),
    "shares": gettext_lazy("Giao tiêu thức cho người chấm"),
    "delegation": gettext_lazy("Ủy quyền làm thay"),
    "report": gettext_lazy("Báo cáo của huyện"),
    "observation": gettext_lazy("Số liệu xã báo cáo"),
    "obligation": gettext_lazy("Nhiệm vụ"),
    "roster": gettext_lazy("Danh sách cán bộ, công chức"),
    "offices": gettext_lazy("Trụ sở, trang thiết bị"),
    "profiles": gettext_lazy("Đặc điểm xã"),
    "documents": gettext_lazy("Văn bản, tệp"),
    "working-rules": gettext_lazy("Quy chế làm việc"),
    "dialogues": gettext_lazy("Đối thoại"),
    "apologies": gettext_lazy("Xin lỗi"),
    "complaints": gettext_lazy("Khiếu nại, tố cáo"),
    "difficulties": gettext_lazy("Vướng mắc"),
    "support": gettext_lazy("Cầm tay chỉ việc"),
    "inspections": gettext_lazy("Thanh tra, kiểm tra"),
    "censures": gettext_lazy("Phê bình, nhắc nhở"),
    "edition": gettext_lazy("Số liệu công bố"),
    "paper": gettext_lazy("Văn bản do cổng soạn"),
    "template": gettext_lazy("Mẫu văn bản"),
    "period": gettext_lazy("Kỳ báo cáo"),
    "plan": gettext_lazy("Kế hoạch"),
    "target": gettext_lazy("Chỉ tiêu"),
    "indicator": gettext_lazy("Chỉ số"),
    "duty": gettext_lazy("Nhiệm vụ của kế hoạch"),
    "duties": gettext_lazy("Giao nhiệm vụ"),
    "reference": gettext_lazy("Dữ liệu tham chiếu"),
    "user": gettext_lazy("Tài khoản, vai trò"),
    "calendar": gettext_lazy("Lịch riêng"),
    "ledger": gettext_lazy("Niêm phong nhật ký"),
}
"""Kinds of subjects, in the order in which they are to choose from."""

ACTS = {
    "enter": gettext_lazy("Nhập, ghi mới"),
    "submit": gettext_lazy("Gửi phiếu"),
    "appraise": gettext_lazy("Thẩm định"),
    "return": gettext_lazy("Trả lại"),
    "approve": gettext_lazy("Duyệt"),
    "reopen": gettext_lazy("Mở lại"),
    "explain": gettext_lazy("Giải trình"),
    "extend": gettext_lazy("Gia hạn"),
    "set": gettext_lazy("Đổi hạn"),
    "grant": gettext_lazy("Ghi danh hiệu"),
    "withdraw": gettext_lazy("Rút"),
    "correct": gettext_lazy("Sửa chỗ ghi sai"),
    "change": gettext_lazy("Thay đổi"),
    "end": gettext_lazy("Kết thúc"),
    "import": gettext_lazy("Nhập từ tệp"),
    "attach": gettext_lazy("Đính tệp"),
    "replace": gettext_lazy("Thay tệp bằng bản mới"),
    "detach": gettext_lazy("Gỡ tệp"),
    "revise": gettext_lazy("Sửa bộ tiêu thức"),
    "assign": gettext_lazy("Phân công phụ trách"),
    "share": gettext_lazy("Giao người chấm"),
    "delegate": gettext_lazy("Ủy quyền"),
    "report": gettext_lazy("Báo cáo"),
    "clear": gettext_lazy("Rút số liệu"),
    "file": gettext_lazy("Gửi báo cáo"),
    "accept": gettext_lazy("Chấp nhận báo cáo"),
    "figures": gettext_lazy("Nhập số liệu báo cáo"),
    "upload": gettext_lazy("Nhập báo cáo từ tệp"),
    "words": gettext_lazy("Viết lời báo cáo"),
    "answer": gettext_lazy("Trả lời"),
    "pass_on": gettext_lazy("Chuyển lên cấp trên"),
    "check": gettext_lazy("Kiểm tra"),
    "hand_back": gettext_lazy("Trả lại nhiệm vụ"),
    "prove": gettext_lazy("Sổ ghi nhận"),
    "happen": gettext_lazy("Phát sinh"),
    "take_back": gettext_lazy("Thôi giao"),
    "open": gettext_lazy("Mở"),
    "edit": gettext_lazy("Sửa"),
    "copy": gettext_lazy("Chép từ năm trước"),
    "load": gettext_lazy("Nạp"),
    "publish": gettext_lazy("Công bố"),
    "ask": gettext_lazy("Yêu cầu soạn"),
    "write": gettext_lazy("Soạn xong"),
    "template": gettext_lazy("Đổi mẫu"),
    "default": gettext_lazy("Dùng lại mẫu gốc"),
    "create": gettext_lazy("Tạo tài khoản"),
    "reset_factor": gettext_lazy("Gỡ bảo vệ hai lớp"),
    "issue_token": gettext_lazy("Cấp khóa API"),
    "revoke_token": gettext_lazy("Thu khóa API"),
    "make": gettext_lazy("Tạo"),
    "seal": gettext_lazy("Niêm phong"),
}
"""Acts by their names, in the order in which they are to choose from."""


VALUES: dict[str, Any] = {
    "final": gettext_lazy("chính thức"),
    "provisional": gettext_lazy("tạm thời"),
    "on_time": gettext_lazy("đúng hạn"),
    "late": gettext_lazy("trễ hạn"),
    "draft": gettext_lazy("đang nhập"),
    "open": gettext_lazy("đang mở"),
    "filed": gettext_lazy("đã gửi"),
    "accepted": gettext_lazy("được chấp nhận"),
    "returned": gettext_lazy("bị trả lại"),
    "True": gettext_lazy("có"),
    "False": gettext_lazy("không"),
    **dict(User._meta.get_field("role").flatchoices),
}
"""Values that the ledger keeps as codes -> words."""

FIELDS = {
    "username": gettext_lazy("tên đăng nhập"),
    "role": gettext_lazy("vai trò"),
    "unit": gettext_lazy("đơn vị"),
    "active": gettext_lazy("được đăng nhập"),
    "superuser": gettext_lazy("toàn quyền"),
    "numerator": gettext_lazy("tử số"),
    "denominator": gettext_lazy("mẫu số"),
    "as_of": gettext_lazy("tính đến ngày"),
    "evidence": gettext_lazy("minh chứng"),
    "due_on": gettext_lazy("hạn"),
}
"""Names of what changed, where the ledger's own are not for people."""

COLUMNS: dict[str, dict[str, Any]] = {
    register.slug: {field.name: field for field in (*register.model._meta.fields, *register.model._meta.many_to_many)}
    for register in (*REGISTERS, *SCORED)
}
"""What a line of the small registers has, by the kind of its entries."""


def words(entry: Any, numbers: Mapping[str, str]) -> str:
    """What an entry says, in a sentence. `numbers` of criteria by code. An act or a kind that is not known here is told by its name."""
    said = ""
    if entry.subject_kind == "assessment":
        codes = (entry.data.get("criterion"), *entry.data.get("remarks", ()))
        said = scoring.of_entry(entry.act, entry.before, entry.reason, entry.data, ", ".join(numbers.get(code, code) for code in codes if code))
    elif entry.subject_kind == "obligation":
        said = plan.of_obligation(entry.act, entry.before, entry.reason, entry.data)
    elif entry.subject_kind == "deadline" and entry.act == "set":
        said = _deadline(entry)
    return said or _otherwise(entry)


def _deadline(entry: Any) -> str:
    """A deadline that was changed."""
    act = entry.subject_key.rpartition("/")[2]
    before, after = (parse_datetime(text) for text in (entry.before, entry.after))
    words = _("Đổi hạn %(act)s: %(before)s → %(after)s") % {
        "act": scoring.ACTS[Act(act)],
        "before": scoring.until(before) if before else "–",
        "after": scoring.until(after) if after else "–",
    }
    was, now = entry.data["locks"]
    lock = "" if was == now else _("; khóa khi quá hạn") if now else _("; không khóa nữa")
    return f"{words}{lock}: “{Truncator(entry.reason).chars(300)}”"


def _otherwise(entry: Any) -> str:
    """Any other entry: the act, from what to what, the values that changed, why."""
    words = str(ACTS.get(entry.act, entry.act))
    if entry.before or entry.after:
        words += f": {_plain(entry.before)} → {_plain(entry.after)}"
    changes = [_change(entry.subject_kind, name, *pair) for name, pair in sorted(_changes(entry.data).items())]
    if changes:
        words += f" ({'; '.join(changes[:8])}{'…' if len(changes) > 8 else ''})"
    return f"{words}, “{Truncator(entry.reason).chars(300)}”" if entry.reason else words


def _changes(data: Mapping[str, Any]) -> dict[str, Any]:
    """The values that changed, each [from, to]: acts keep them as pairs, as pairs under `changes`, or as two rows `from` and `to`."""
    before, after = data.get("from"), data.get("to")
    if isinstance(before, dict) and isinstance(after, dict):
        return {name: [before.get(name), after.get(name)] for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    pairs = data.get("changes")
    pairs = pairs if isinstance(pairs, dict) else data
    return {name: pair for name, pair in pairs.items() if isinstance(pair, list) and len(pair) == 2 and not isinstance(pair[0], list | dict)}


def _change(kind: str, name: str, before: Any, after: Any) -> str:
    """One value that changed; fields and choices of the small registers are called as on their own pages."""
    label, choices = FIELDS.get(name, name), {}
    if field := COLUMNS.get(kind, {}).get(name):
        label, choices = field.verbose_name, {str(value): words for value, words in field.flatchoices}
    return f"{label} {_plain(choices.get(str(before), before))} → {_plain(choices.get(str(after), after))}"


def _plain(value: Any) -> str:
    return "–" if value in (None, "") else str(VALUES.get(str(value)) or Truncator(str(value)).chars(60))


PAGES: dict[str, tuple[str, tuple[int, ...]]] = {
    "assessment": ("assessment", (0, 1)),
    "report": ("report", (0, 1)),
    "observation": ("observations", (0, 1)),
    "roster": ("registers", (0,)),
    "offices": ("office", (0,)),
    "profiles": ("profile", (0,)),
    "edition": ("edition", (0, 1)),
    "deadline": ("deadlines", (0,)),
    "period": ("dashboard", (0,)),
    "duty": ("duty", (0, 1)),
    "criteria_set": ("criteria-set", (0,)),
    "shares": ("shares", (0, 1)),
}
"""Kind -> the page of its subject, and the parts of its key that the address takes."""


def address(kind: str, key: str) -> str:
    """The page of a subject; empty where it has none."""
    parts = key.split("/")
    try:
        if kind in COLUMNS:
            return reverse("record" if len(parts) == 2 else "records", args=[kind, *parts])
        if kind == "obligation":
            return reverse("duty", args=parts[:2])
        if kind == "title":
            return reverse("assessment", args=[f"{parts[0]}-Y", parts[1]])
        if kind == "user":
            return reverse("admin:accounts_user_change", args=parts)
        name, takes = PAGES[kind]
        return reverse(name, args=[parts[part] for part in takes])
    except (KeyError, IndexError, NoReverseMatch):
        return ""
