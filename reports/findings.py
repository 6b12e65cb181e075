"""What the page of a district's workbook says. Pure: the stored findings in, words and shares out."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from communes.findings import cells, places, shares, sheets
from reports.sheets import CAUSES


def answer(state: str, found: Mapping[str, Any]) -> str | SafeString:
    """What the reader asks first: is anything wrong, and what happens if I confirm."""
    if found.get("refused"):
        words = _("Chưa ghi gì. <b>Tệp này không nhận được</b>: {why}")
        return format_html(words, why=cause(found)[0])
    if state == "taken":
        return format_html(
            _("Đã ghi <b>{n} số liệu</b> vào báo cáo, trong đó {changed} chỗ khác trước."), n=found["figures"], changed=found["change_count"]
        )
    if state == "dropped":
        return (
            _("Báo cáo đã gửi nên tệp này không ghi.") if found.get("closed") else _("Tệp này đã thôi: có tệp khác gửi sau. Không ghi gì từ tệp này.")
        )
    right, total = cells(found)
    said = {"flaws": found["flaw_count"], "doubts": found["warning_count"], "right": right, "total": total, "changes": found["change_count"]}
    if found["flaw_count"] and found["warning_count"]:
        words = _(
            "Chưa ghi gì. Tệp có <b>{flaws} lỗi</b> phải sửa trong Excel và <b>{doubts} chỗ</b> cần giải thích; <b>{right} trong {total} ô</b> đã đúng."
        )
    elif found["flaw_count"]:
        words = _("Chưa ghi gì. Tệp có <b>{flaws} lỗi</b> phải sửa trong Excel; <b>{right} trong {total} ô</b> đã đúng.")
    elif not changing(found):
        words = _("Chưa ghi gì. Tệp không có lỗi và <b>giống hệt báo cáo đang có</b>.")
    elif found["warning_count"]:
        words = _("Chưa ghi gì. Tệp không có lỗi, còn <b>{doubts} chỗ</b> cần giải thích; ghi thì <b>{changes} chỗ</b> của báo cáo khác đi.")
    else:
        words = _("Chưa ghi gì. Tệp không có lỗi; ghi thì <b>{changes} chỗ</b> của báo cáo khác đi.")
    return format_html(words, **said)


def cause(found: Mapping[str, Any]) -> tuple[str, str]:
    """Why a whole file is refused, and what to do."""
    why, mend = CAUSES[found["refused"]]
    return (f"{why} ({found['about']})" if found.get("about") else str(why)), str(mend)


def changing(found: Mapping[str, Any]) -> int:
    """How much the report would take over: what differs, and what it does not hold yet."""
    return int(found["change_count"] + found["fresh"])


def explanation(found: Mapping[str, Any], words: Mapping[int, str], rest: str) -> str:
    """What a district says of the doubtful places: of each by its cell (`words`, by its place in the list), then of the `rest`; empty when one is left out."""
    listed = found.get("warnings", ())
    if not rest and (len(listed) < found.get("warning_count", 0) or any(not words.get(place) for place in range(len(listed)))):
        return ""
    lines = [
        _("%(sheet)s, ô %(cell)s: %(words)s") % {"sheet": sheet, "cell": f"{column}{row or ''}", "words": words[place]}
        for place, (sheet, row, column, *_rest) in enumerate(listed)
        if words.get(place)
    ]
    return "\n".join([*lines, *([rest] if rest else [])])


def page(state: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that the page shows of a checked file."""
    said: dict[str, Any] = {"answer": answer(state, found), "found": found}
    if found.get("refused"):
        return said | {"refused": cause(found)}
    return said | {
        "bar": shares(found),
        "sheets": sheets(found),
        "flaws": places(found["flaws"]),
        "warnings": places(found["warnings"]),
        "changes": found["changes"],
        "lock": lock(state, found),
    }


def lock(state: str, found: Mapping[str, Any]) -> str:
    """Why the file cannot be confirmed; empty when it can."""
    if found["flaw_count"]:
        return _("Còn %d lỗi: hoặc ghi cả tệp, hoặc không ghi ô nào.") % found["flaw_count"]
    if state == "ready" and not changing(found):
        return _("Không có gì thay đổi để ghi.")
    return ""
