"""Lists of this room as tables of plain values, head first; `communes.tables` writes them as files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.sentences import write_day
from plan2018.board import Item
from plan2018.duties import Status
from plan2018.rules import DutyState

DUTY_WORDS = {
    DutyState.OPEN: gettext_lazy("Chưa làm"),
    DutyState.DONE: gettext_lazy("Đã báo"),
    DutyState.RETURNED: gettext_lazy("Trả lại"),
    DutyState.CHECKED: gettext_lazy("Đã kiểm tra"),
}
"""How an obligation stands, as pages tag it; whether it is late is a column of its own."""


def obligation_rows(items: Iterable[Item], today: date) -> Iterator[list[Any]]:
    """Obligations as a table, head first, in their order."""
    yield [
        _("Mã"),
        _("Việc"),
        _("Điều khoản"),
        _("Đơn vị"),
        _("Thuộc"),
        _("Lần"),
        _("Chậm nhất"),
        _("Trạng thái"),
        _("Trễ hạn"),
        _("Ngày làm xong"),
        _("Nội dung phải làm"),
    ]
    for item in items:
        yield [
            item.code,
            item.text,
            item.clause,
            item.unit,
            item.district,
            item.time,
            item.due_on and write_day(item.due_on),
            DUTY_WORDS[DutyState(item.state)],
            _("Có") if item.status(today) in (Status.LATE, Status.OVERDUE) else None,
            item.done_on and write_day(item.done_on),
            item.told or None,
        ]


def duty_rows(matrix: Mapping[str, Any]) -> Iterator[list[Any]]:
    """One duty across units as a table, head first: a row for each unit, a column for each time (`board.matrix`)."""
    yield [_("Đơn vị"), _("Thuộc"), *(time["words"] for time in matrix["times"])]
    for row in matrix["rows"]:
        yield [row["unit"], row["district"], *(_how(cell) for cell in row["cells"])]


def _how(cell: Mapping[str, Any] | None) -> str | None:
    if cell is None:
        return None
    words = str(DUTY_WORDS[DutyState(cell["item"].state)])
    return _("%s, trễ hạn") % words if cell["status"] in (Status.LATE, Status.OVERDUE) else words


def observation_rows(coverage: Any) -> Iterator[list[Any]]:
    """What communes report (`selectors.Coverage`) as a table, head first: a row for each commune, two columns for each indicator, empty without report."""
    asked: Sequence[Any] = [one.indicator for one in coverage.indicators]
    heads = (heading for one in asked for heading in (_("%s (tử số)") % one.name, _("%s (mẫu số)") % one.name))
    yield [_("Đơn vị"), _("Thuộc"), *heads]
    for unit in coverage.communes:
        cells = (cell for one in asked for cell in coverage.known.get((unit.pk, one.pk), (None, None)))
        yield [unit.full_name, unit.parent.full_name, *cells]
