"""Lists of this room as tables of plain values, head first; `communes.tables` writes them as files."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from scoring import rules


def grid_rows(grid: Any) -> Iterator[list[Any]]:
    """A district's communes x criteria (`forms.Grid`) as a table, head first: the points of its stage beside those of the stage before, as on its page."""
    final = grid.stage == rules.Stage.FINAL
    before, own = (_("huyện"), _("kết quả")) if final else (_("tự chấm"), _("huyện"))
    heads = (f"{criterion.number} ({whose})" for criterion in grid.criteria for whose in (before, own))
    yield [_("Đơn vị"), _("Trạng thái"), *heads, _("Tổng %s") % before, _("Tổng %s") % own, _("Chênh"), _("Hạng")]
    stages = [f"{stage}_points" for stage in (rules.STAGE_BEFORE[grid.stage], grid.stage)]
    for row in grid.rows:
        points: list[Any] = [None] * (2 * len(grid.criteria) + 4)
        if row.reached:
            points = [getattr(cell.answer, stage) for cell in row.cells for stage in stages]
            points += [row.before.result.total, row.own.result.total if row.own.entered else None]
            points += [row.gap, row.label] if row.decided else [None, None]
        yield [row.form.unit.full_name, row.form.get_state_display(), *points]
