"""What the page of a file says: how the check went, what must be mended, what would change. Pure: the stored findings in, words and shares out."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from communes.reading import AMBER, RED
from communes.sheets import CAUSES, Flaw

WIDTH = 100.0
"""The picture of the cells, in percent."""

LEAST = 0.9
"""A share that is there is seen: at least so wide."""


def answer(state: str, found: Mapping[str, Any]) -> str | SafeString:
    """What the reader asks first: is anything wrong, and what happens if I confirm."""
    if found.get("refused"):
        return format_html(_("Chưa ghi gì vào sổ. <b>Tệp này không nhận được</b>: {why}"), why=CAUSES[found["refused"]][0])
    if state == "dropped":
        return _("Tệp này đã thôi: có tệp khác gửi sau cho cùng sổ, cùng ngày. Không ghi gì từ tệp này.")
    if state == "taken":
        return format_html(_("Đã ghi: {what}; {same} hàng giữ nguyên."), what=_changes(found), same=found["unchanged"])
    if found["flaw_count"]:
        right, total = cells(found)
        words = _("Chưa ghi gì vào sổ. Tệp có <b>{flaws} lỗi</b> phải sửa trong Excel; <b>{right} trong {total} ô</b> đã đúng.")
        return format_html(words, flaws=found["flaw_count"], right=right, total=total)
    if not changing(found):
        return format_html(_("Chưa ghi gì vào sổ. Tệp không có lỗi và <b>giống hệt số liệu đang có</b> ({same} hàng)."), same=found["unchanged"])
    return format_html(_("Chưa ghi gì vào sổ. Tệp không có lỗi; xác nhận thì ghi {what}."), what=_changes(found))


def changing(found: Mapping[str, Any]) -> int:
    """How many rows of the register would change."""
    return int(found["new"] + found["changed"] + found["ended"])


def _changes(found: Mapping[str, Any]) -> SafeString:
    """What changes, in words: "5 hàng mới, 2 hàng thay đổi"."""
    words = {"new": _("{n} hàng mới"), "changed": _("{n} hàng thay đổi"), "ended": _("{n} người thôi giữ chức")}
    said = [(said.format(n=found[name]),) for name, said in words.items() if found[name]]
    return format_html_join(", ", "<b>{}</b>", said or [(_("không có gì khác"),)])


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


def notes(found: Mapping[str, Any], doubtful: bool = False) -> list[tuple[str, int, str, str, str]]:
    """What is marked in the file itself: every flaw, and where asked everything doubtful."""
    kept = [(flaw, RED) for flaw in found.get("flaws", ())] + [(flaw, AMBER) for flaw in found.get("warnings", ()) if doubtful]
    return [(sheet, row, column, f"{why} {mend}", colour) for (sheet, row, column, _header, _value, why, mend), colour in kept]


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
        "changing": changing(found),
    }


def lock(state: str, found: Mapping[str, Any]) -> str:
    """Why the file cannot be confirmed; empty when it can."""
    if found["flaw_count"]:
        return _("Còn %d lỗi: hoặc ghi cả tệp, hoặc không ghi hàng nào.") % found["flaw_count"]
    if state == "ready" and not changing(found):
        return _("Không có gì thay đổi để ghi.")
    return ""
