"""What the page of a checked workbook says. Pure: the stored findings and what they would change now in, words and shares out; see communes/findings.py."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from communes.findings import cells, notes, places, shares
from communes.findings import sheets as parts
from communes.sheets import Flaw
from scoring.sheets import CAUSES, FORM, Step, say, seen


def page(state: str, found: Mapping[str, Any], steps: Sequence[Step] | None) -> dict[str, Any]:
    """Everything that the page shows of a checked file, against the form as it is now; `steps` is None where the file cannot be taken (any longer).

    What is to be decided is asked only of a file without flaws.
    """
    if found.get("refused"):
        why, mend = cause(found)
        words = format_html(_("Chưa ghi gì. <b>Tệp này không nhận được</b>: {why}"), why=why)
        return {"answer": words, "found": found, "refused": (why, mend)}
    waiting, steps = steps is not None, steps or ()
    found = with_locked(found, steps)
    clashes = [step for step in steps if step.clash] if not found["flaw_count"] else []
    return {
        "answer": answer(state, found, steps, waiting=waiting),
        "waiting": waiting,
        "found": found,
        "bar": shares(found),
        "sheets": parts(found),
        "flaws": places(found["flaws"]),
        "warnings": places(found["warnings"]),
        "changes": [step for step in steps if not step.locked and step not in clashes],
        "clashes": clashes,
        "seen": seen(steps),
        "lock": lock(state, found, steps),
    }


def cause(found: Mapping[str, Any]) -> tuple[str, str]:
    """Why a whole file is refused, and what to do."""
    why, mend = CAUSES[found["refused"]]
    return (f"{why} ({found['about']})" if found.get("about") else str(why)), str(mend)


def with_locked(found: Mapping[str, Any], steps: Sequence[Step]) -> dict[str, Any]:
    """The findings with what was changed in criteria that may not be changed now: in a returned form those without a remark."""
    flaws = [_locked(step) for step in steps if step.locked]
    [[name, count, doubtful, wrong]] = found["sheets"]
    return {
        **found,
        "flaws": [*found["flaws"], *flaws],
        "flaw_count": found["flaw_count"] + len(flaws),
        "sheets": [[name, count, doubtful, wrong + len(flaws)]],
    }


def _locked(step: Step) -> Flaw:
    [(cell, what, _now, then), *_rest] = step.lines()
    why = _("Tiêu thức %s đang khóa: phiếu bị trả lại thì chỉ sửa được tiêu thức có ý kiến; điểm tính theo tỷ lệ, không áp dụng thì ghi trên trang.")
    mend = _("Trả lại như trên trang (%s điểm), hoặc đề nghị huyện trả lại thêm tiêu thức này.") % say(step.row.points)
    why %= step.row.number
    return Flaw(FORM, step.said.row, cell[0], what, then[:60], why, mend)


def answer(state: str, found: Mapping[str, Any], steps: Sequence[Step], *, waiting: bool) -> str | SafeString:
    """What the reader asks first: is anything wrong, and what happens if I confirm."""
    if state == "taken":
        return format_html(_("Đã ghi <b>{n} tiêu thức</b> từ tệp vào phiếu."), n=len(found["taken"]))
    if state == "dropped":
        return _("Tệp này đã thôi: có tệp khác gửi sau. Không ghi gì từ tệp này.")
    if not waiting:
        return _("Chưa ghi gì từ tệp này: phiếu đang khóa.")
    right, total = cells(found)
    clashes = sum(step.clash for step in steps)
    said = {"flaws": found["flaw_count"], "right": right, "total": total, "changes": len(steps), "clashes": clashes}
    if found["flaw_count"]:
        words = _("Chưa ghi gì. Tệp có <b>{flaws} lỗi</b> phải sửa trong Excel; <b>{right} trong {total} ô</b> đã đúng.")
    elif not steps:
        words = _("Chưa ghi gì. Tệp không có lỗi và <b>không khác phiếu đang có</b>.")
    elif clashes:
        words = _("Chưa ghi gì. Tệp không có lỗi; <b>{clashes} trong {changes} tiêu thức</b> khác đi đã được sửa trên trang, phải chọn giữ bên nào.")
    else:
        words = _("Chưa ghi gì. Tệp không có lỗi; ghi thì <b>{changes} tiêu thức</b> của phiếu khác đi.")
    return format_html(words, **said)


def lock(state: str, found: Mapping[str, Any], steps: Sequence[Step]) -> str:
    """Why the file cannot be confirmed; empty when it can."""
    if found["flaw_count"]:
        return _("Còn %d lỗi: hoặc ghi cả tệp, hoặc không ghi ô nào.") % found["flaw_count"]
    return _("Không có gì thay đổi để ghi.") if state == "ready" and not steps else ""


def marks(found: Mapping[str, Any], steps: Sequence[Step]) -> list[tuple[str, int, str, str, str]]:
    """What is marked in the file itself."""
    return notes(found if found.get("refused") else with_locked(found, steps), doubtful=True)
