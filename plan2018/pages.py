"""What the pages of reported figures show: rows put together for tables and pictures, with what heads them. Pure: no query, no request, no clock."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from communes.rules import Level
from plan2018.sentences import GROUPS


def observations(forms: Sequence[Any]) -> dict[str, Any]:
    """A commune's indicators by field of work (`forms.ObservationForm` each): how many are reported, which are missing, what could not be saved."""
    groups: dict[str, list[Any]] = {}
    for form in forms:
        groups.setdefault(form.row.group, []).append(form)
    done = [form for form in forms if form.own]
    return {
        "forms": forms,
        "groups": [{"words": GROUPS[key], "forms": members, "done": sum(bool(form.own) for form in members)} for key, members in groups.items()],
        "count": len(forms),
        "done": len(done),
        "missing": [form for form in forms if not form.own],
        "off_roster": [form for form in done if form.off_roster],
        "unsaved": [form for form in forms if form.unsaved],
        "last": max((form.own.recorded_at for form in done), default=None),
    }


def coverage(found: Any, scope: Any) -> dict[str, Any]:
    """Who under a district or province has reported how much (`selectors.Coverage`), by district for the province, by commune, by indicator."""
    by_commune, by_indicator = _counts(found.known, 0), _counts(found.known, 1)
    each = len(found.indicators)
    communes = [
        {
            "unit": unit,
            "done": by_commune.get(unit.pk, 0),
            "whole": each,
            "missing": [one for one in found.indicators if (unit.pk, one.indicator.pk) not in found.known],
        }
        for unit in found.communes
    ]
    districts: dict[int, dict[str, Any]] = {}
    for row in communes:
        parent = row["unit"].parent
        district = districts.setdefault(parent.pk, {"unit": parent, "done": 0, "whole": 0, "communes": 0, "complete": 0})
        district["done"] += row["done"]
        district["whole"] += each
        district["communes"] += 1
        district["complete"] += row["done"] == each
    indicators = [
        {"asked": one, "done": (done := by_indicator.get(one.indicator.pk, 0)), "missing": len(communes) - done} for one in found.indicators
    ]
    complete = sum(row["done"] == each for row in communes) if each else 0
    return {
        "each": each,
        "expected": found.expected,
        "done": len(found.known),
        "communes": communes,
        "count": len(communes),
        "complete": complete,
        "silent": sum(not row["done"] for row in communes) if each else 0,
        "owing": [row for row in communes if row["missing"]],
        "districts": list(districts.values()) if scope.level == Level.PROVINCE else [],
        "indicators": indicators,
        "communes_heading": _communes_heading(communes, each),
        "indicators_heading": _indicators_heading(indicators, len(communes)),
    }


def _counts(known: Any, place: int) -> dict[int, int]:
    counts: dict[int, int] = {}
    for pair in known:
        counts[pair[place]] = counts.get(pair[place], 0) + 1
    return counts


def _communes_heading(rows: Sequence[dict[str, Any]], each: int) -> str:
    if not rows or not each:
        return _("Chưa có xã nào phải báo cáo")
    owing = [row for row in rows if row["missing"]]
    if not owing:
        return _("Cả %d xã đã báo cáo đủ") % len(rows)
    least = min(owing, key=lambda row: row["done"])
    if len(owing) == len(rows):
        words = _("Chưa xã nào báo cáo đủ; ít nhất là %(unit)s, %(done)d trong %(each)d chỉ số")
    else:
        words = _("%(owing)d trong %(count)d xã còn thiếu; ít nhất là %(unit)s, %(done)d trong %(each)d chỉ số")
    return words % {"owing": len(owing), "count": len(rows), "unit": least["unit"].full_name, "done": least["done"], "each": each}


def _indicators_heading(rows: Sequence[dict[str, Any]], communes: int) -> str:
    if not rows or not communes:
        return _("Kế hoạch này không hỏi xã chỉ số nào")
    least = min(rows, key=lambda row: row["done"])
    if least["done"] == communes:
        return _("Chỉ số nào cũng đủ %d xã") % communes
    return _("Thiếu nhiều nhất: “%(name)s”, mới có %(done)d trong %(count)d xã") % {
        "name": least["asked"].indicator.name,
        "done": least["done"],
        "count": communes,
    }
