"""What the pages of duties show: a unit's work in the order in which it falls due, who of many is behind, one duty across units. Pure: no query, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.rules import Level
from plan2018 import duties, sentences
from plan2018.duties import Status
from plan2018.rules import DutyState


@dataclass(frozen=True)
class Item:
    """An obligation as lists show it. `unit`, `code_of_unit`, `district`: whose it is; `done_by` who reported it (by id)."""

    pk: int
    version: int
    duty: int
    code: str
    text: str
    clause: str
    occurrence: str
    opens_on: date | None
    due_on: date | None
    due_assumed: bool
    state: str
    late: bool | None
    done_on: date | None
    done_by: int | None
    code_of_unit: str
    unit: str
    level: str
    district: str | None
    note: str = ""

    @property
    def told(self) -> str:
        """What was said when it arose, as long as nobody has reported it done: then the note is the result."""
        return self.note if self.state == DutyState.OPEN else ""

    def status(self, today: date) -> Status:
        return duties.status(DutyState(self.state), late=self.late, due_on=self.due_on, today=today)

    @property
    def finished(self) -> bool:
        return self.state in (DutyState.DONE, DutyState.CHECKED)

    @property
    def time(self) -> str:
        """Which time it is, in words."""
        return sentences.occurrence(self.occurrence)


TODO, OVERDUE, SOON, RETURNED, TO_CHECK, CHECKED, ALL = "", "overdue", "soon", "returned", "done", "checked", "all"

STATES: dict[str, str | Promise] = {
    TODO: gettext_lazy("Chưa xong"),
    OVERDUE: gettext_lazy("Quá hạn"),
    SOON: gettext_lazy("Đến hạn trong 7 ngày"),
    RETURNED: gettext_lazy("Bị trả lại"),
    TO_CHECK: gettext_lazy("Đã báo, chờ kiểm tra"),
    CHECKED: gettext_lazy("Đã kiểm tra"),
    ALL: gettext_lazy("Tất cả"),
}
"""What a list can be narrowed to -> its name."""


def fits(item: Item, state: str, today: date) -> bool:
    """Whether an item belongs to what a list is narrowed to; an unknown word fits nothing."""
    match state:
        case "":
            return not item.finished
        case "overdue":
            return item.status(today) == Status.OVERDUE
        case "soon":
            return not item.finished and item.due_on is not None and today <= item.due_on <= today + duties.SOON
        case "all":
            return True
        case _:
            return item.state == state


def standing(items: Sequence[Item], today: date) -> dict[str, Any]:
    """How a unit stands: how many are overdue, due soon, not done, to be checked, and the answer sentence."""
    counts = {state: sum(fits(item, state, today) for item in items) for state in (OVERDUE, SOON, TODO, TO_CHECK)}
    dated = [(f"{item.code} {item.text}", item.due_on) for item in in_order(items) if not item.finished and item.due_on]
    return {
        "overdue": counts[OVERDUE],
        "soon": counts[SOON],
        "todo": counts[TODO],
        "to_check": counts[TO_CHECK],
        "answer": sentences.answer(counts[OVERDUE], counts[SOON], counts[TODO], dated[0] if dated else None, today),
    }


def in_order(items: Iterable[Item]) -> list[Item]:
    """By the last day on time, those without a day last."""
    return sorted(items, key=lambda item: (item.due_on or date.max, item.code, item.occurrence, item.unit))


def months(items: Iterable[Item], today: date) -> list[dict[str, Any]]:
    """Items under the headings of a list: what is overdue, then month by month, then what has no day."""

    def heading(item: Item) -> str:
        if item.status(today) == Status.OVERDUE:
            return _("Quá hạn")
        if item.due_on is None:
            return _("Kế hoạch không ghi hạn")
        return _("Đến hạn trong tháng %(month)d/%(year)d") % {"month": item.due_on.month, "year": item.due_on.year}

    ordered = sorted(in_order(items), key=lambda item: item.status(today) != Status.OVERDUE)
    return [{"words": words, "rows": [(item, item.status(today)) for item in group]} for words, group in groupby(ordered, key=heading)]


@dataclass(frozen=True)
class Tally:
    """How the obligations of a unit (a district: with its communes) stand, counted."""

    code: str
    unit: str
    on_time: int
    late: int
    waiting: int
    overdue: int
    to_check: int

    @property
    def total(self) -> int:
        return self.on_time + self.late + self.waiting + self.overdue

    @property
    def bar(self) -> list[dict[str, Any]]:
        """The pieces of a bar, in percent of the unit's own total."""
        pieces, at = [], 0.0
        for style, count in (("on_time", self.on_time), ("late", self.late), ("waiting", self.waiting), ("overdue", self.overdue)):
            width = 100 * count / self.total if self.total else 0.0
            if count:
                pieces.append({"style": style, "x": f"{at:.4g}%", "width": f"{width:.4g}%", "count": count})
            at += width
        return pieces


def units(tallies: Sequence[Tally]) -> dict[str, Any]:
    """The units below in the order of who is furthest behind, under a finding."""
    ordered = sorted(tallies, key=lambda row: -row.overdue)
    return {"tallies": ordered, "finding": sentences.units_finding([(row.unit, row.overdue) for row in ordered])}


def matrix(items: Sequence[Item], today: date) -> dict[str, Any]:
    """One duty across units: a row for each unit, a column for each time, with how many have done it."""
    times = sorted({item.occurrence: item.due_on for item in items}.items(), key=lambda one: (one[1] or date.max, len(one[0]), one[0]))
    rows: dict[tuple[str, str, str | None], dict[str, Item]] = {}
    for item in items:
        rows.setdefault((item.code_of_unit, item.unit, item.district), {})[item.occurrence] = item
    return {
        "times": [
            {
                "key": key,
                "words": sentences.occurrence(key),
                "due_on": due_on,
                "done": sum(item.finished for item in items if item.occurrence == key),
                "count": sum(item.occurrence == key for item in items),
            }
            for key, due_on in times
        ],
        "rows": [
            {"code": code, "unit": unit, "district": district, "cells": [_cell(of_unit.get(key), today) for key, _due in times]}
            for (code, unit, district), of_unit in rows.items()
        ],
        "done": sum(item.finished for item in items),
        "late": sum(item.status(today) == Status.LATE for item in items),
        "overdue": sum(item.status(today) == Status.OVERDUE for item in items),
        "count": len(items),
    }


def _cell(item: Item | None, today: date) -> dict[str, Any] | None:
    return {"item": item, "status": item.status(today)} if item else None


LEVELS: Mapping[str, str | Promise] = {
    Level.DISTRICT: gettext_lazy("Các huyện"),
    Level.COMMUNE: gettext_lazy("Các xã"),
}
"""Levels of units below -> what a list of their work is called."""


def levels_below(level: str) -> dict[str, str | Promise]:
    """The levels below a unit of this level."""
    below = {Level.PROVINCE: (Level.DISTRICT, Level.COMMUNE), Level.DISTRICT: (Level.COMMUNE,), Level.COMMUNE: ()}[Level(level)]
    return {one.value: LEVELS[one] for one in below}
