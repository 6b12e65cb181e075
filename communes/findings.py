"""What the page of a file says: how the check went, what must be mended, what would change. Pure: the stored findings in, words and shares out."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from communes.sheets import CAUSES, Flaw

WIDTH = 100.0
"""The picture of the cells, in percent."""

LEAST = 0.9
"""A share that is there is seen: at least so wide."""


def answer(state: str, found: Mapping[str, Any]) -> str | SafeString:
    """What the reader asks first: is anything wrong, and what happens if I confirm."""
    if found.get("refused"):
        return format_html(_("Chưa ghi gì vào sổ. <b>Tệp này không nhận được</b>: {why}"), why=CAUSES[found["refused"]][0])
    what = {key: found[key] for key in ("flaw_count", "warning_count", "new", "changed", "ended", "unchanged", "rows")}
    if state == "taken":
        return format_html(
            _("Đã ghi: <b>{new} hàng mới</b>, <b>{changed} hàng thay đổi</b>, {ended} người thôi giữ chức; {unchanged} hàng giữ nguyên."), **what
        )
    if state == "dropped":
        return _("Tệp này đã thôi: có tệp khác gửi sau cho cùng sổ, cùng ngày. Không ghi gì từ tệp này.")
    if found["flaw_count"]:
        right, total = cells(found)
        return format_html(
            _("Chưa ghi gì vào sổ. Tệp có <b>{flaw_count} lỗi</b> phải sửa trong Excel; <b>{right} trong {total} ô</b> đã đúng."),
            right=right,
            total=total,
            **what,
        )
    if not (found["new"] or found["changed"] or found["ended"]):
        return format_html(_("Chưa ghi gì vào sổ. Tệp không có lỗi và <b>giống hệt số liệu đang có</b> ({unchanged} hàng)."), **what)
    return format_html(
        _("Chưa ghi gì vào sổ. Tệp không có lỗi; xác nhận thì <b>{new} hàng mới</b>, <b>{changed} hàng thay đổi</b>, {ended} người thôi giữ chức."),
        **what,
    )


def cells(found: Mapping[str, Any]) -> tuple[int, int]:
    """How many cells are right, of how many."""
    total = sum(sheet[1] for sheet in found["sheets"])
    return max(total - sum(sheet[2] + sheet[3] for sheet in found["sheets"]), 0), total


def shares(found: Mapping[str, Any]) -> dict[str, float]:
    """Where the doubtful and the wrong part of the bar begin and how wide they are, in percent."""
    right, total = cells(found)
    doubtful, wrong = (sum(sheet[place] for sheet in found["sheets"]) for place in (2, 3))
    widths = [max(WIDTH * part / total, LEAST) if part and total else 0.0 for part in (doubtful, wrong)]
    first = WIDTH - sum(widths)
    return {"right": first, "doubtful": widths[0], "wrong": widths[1], "wrong_from": first + widths[0], "right_cells": right, "all_cells": total}


def sheets(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sheets with their cells: all, right, doubtful, wrong."""
    return [
        {"name": name, "all": count, "right": max(count - doubtful - wrong, 0), "doubtful": doubtful, "wrong": wrong}
        for name, count, doubtful, wrong in found["sheets"]
    ]


def places(kept: list[list[Any]]) -> list[dict[str, Any]]:
    """Flaws for a table: the cell as people find it ("D9"), or the row, or the whole sheet."""
    flaws = [Flaw(*flaw) for flaw in kept]
    return [{**flaw._asdict(), "cell": _cell(flaw)} for flaw in flaws]


def _cell(flaw: Flaw) -> str:
    if not flaw.row:
        return _("Cả trang")
    return _("Ô %s") % f"{flaw.column}{flaw.row}" if flaw.column else _("Hàng %d") % flaw.row


def page(state: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that the page shows of a checked file."""
    said: dict[str, Any] = {"answer": answer(state, found)}
    if found.get("refused"):
        return said | {"refused": CAUSES[found["refused"]]}
    return said | {
        "found": found,
        "bar": shares(found),
        "sheets": sheets(found),
        "flaws": places(found["flaws"]),
        "warnings": places(found["warnings"]),
        "lock": lock(state, found),
        "changing": found["new"] + found["changed"] + found["ended"],
    }


def lock(state: str, found: Mapping[str, Any]) -> str:
    """Why the file cannot be confirmed; empty when it can."""
    if found["flaw_count"]:
        return _("Còn %d lỗi: hoặc ghi cả tệp, hoặc không ghi hàng nào.") % found["flaw_count"]
    if state == "ready" and not (found["new"] or found["changed"] or found["ended"]):
        return _("Không có gì thay đổi để ghi.")
    return ""
