"""Two periods beside each other, target by target: pure, because the page belongs to no single period and so to none of the other files."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports import goals
from reports.sentences import Row, figure


def compare(now: Sequence[Row], before: Sequence[Row], level: str) -> dict[str, Any]:
    """Pair the targets of two periods (rows of `selectors.targets`): by code where the indicator is the same, else by indicator, else alone."""
    left = {row["code"]: row for row in before}
    rows = []
    for row in now:
        twin = left.get(row["code"])
        if twin is None or twin["indicator"] != row["indicator"]:
            twin = next((other for other in left.values() if row["indicator"] and other["indicator"] == row["indicator"]), None)
        if twin:
            del left[twin["code"]]
        rows.append(_pair(row, twin, level))
    rows += [_pair(None, row, level) for row in left.values()]
    return {"rows": rows, "answer": _answer(rows), "compared": sum(row["change"] is not None for row in rows)}


def _pair(now: Row | None, before: Row | None, level: str) -> dict[str, Any]:
    one = now or before or {}
    share = goals.is_share(one)
    known = [row for row in (now, before) if row and row["actual"] is not None]
    same_unit = bool(now and before and now["unit"] == before["unit"])
    change = now["actual"] - before["actual"] if now and before and same_unit and len(known) == 2 else None
    scale = Decimal(100) if share else max([row["actual"] for row in known] + [row["value"] for row in (now, before) if row] + [Decimal(1)])
    return {
        "code": one["code"],
        "name": one["name"],
        "indicator": one["indicator"],
        "now": now and now | {"goal": goals.goal(now), "figure": goals.actual(now, level)},
        "before": before and before | {"goal": goals.goal(before), "figure": goals.actual(before, level)},
        "asks_otherwise": bool(now and before and (now["operator"], now["value"]) != (before["operator"], before["value"])),
        "change": change,
        "words": _change(change, one, share=share),
        "scale": scale,
    }


def _change(change: Decimal | None, target: Row, *, share: bool) -> str:
    """How far a figure has moved: "+1,25 điểm phần trăm", "−3 đơn vị"; empty where it cannot be told."""
    if change is None:
        return ""
    if not change:
        return _("không đổi")
    sign = "+" if change > 0 else "\N{MINUS SIGN}"
    return sign + (_("%s điểm phần trăm") % figure(abs(change)) if share else goals.counted(abs(change), target))


def _answer(rows: Sequence[dict[str, Any]]) -> SafeString | str:
    judged = [row for row in rows if row["now"] and row["before"] and None not in (row["now"]["met"], row["before"]["met"])]
    if not judged:
        return _("Chưa so được chỉ tiêu nào: ít nhất một kỳ chưa có số liệu.")
    gained = sum(row["now"]["met"] and not row["before"]["met"] for row in judged)
    lost = sum(row["before"]["met"] and not row["now"]["met"] for row in judged)
    words = _("So được <b>{count} trong {all}</b> chỉ tiêu: <b>{gained}</b> chuyển thành đạt, <b>{lost}</b> không còn đạt, {same} giữ nguyên.")
    return format_html(words, count=len(judged), all=len(rows), gained=gained, lost=lost, same=len(judged) - gained - lost)
