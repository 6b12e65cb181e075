"""Lists of this room as tables of plain values, head first; `communes.tables` writes them as files."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from reports import goals, sentences
from scoring.rules import round_half_up


def ranking_rows(rows: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    """The ranking as a table, head first, with the columns of the page. A shared rank is told by its equals, so the column stays a number."""
    yield [
        _("Thứ hạng"),
        _("Đơn vị"),
        _("Huyện, thị xã, thành phố"),
        _("Tổng điểm"),
        _("Thang điểm"),
        _("Hạng"),
        _("Danh hiệu"),
        _("So với kỳ trước (bậc)"),
        _("Trạng thái"),
    ]
    for row in rows:
        yield [
            row["rank"],
            row["unit_name"],
            row["district_name"],
            row["total"],
            row["max_total"],
            sentences.GRADE_WORDS.get(row["grade"]),
            _("Trong sạch, vững mạnh") if row["clean_strong"] else None,
            sentences.climb(row),
            sentences.STATE_WORDS[row["state"]],
        ]


def target_rows(rows: Iterable[dict[str, Any]], unit: str, period: str) -> Iterator[list[Any]]:
    """Targets as a table, head first: rows of `pages.targets`. Signs are words, so that no cell begins like a formula; a missing gap is negative."""
    yield [
        _("Mã"),
        _("Chỉ tiêu"),
        _("Điều khoản"),
        _("Mức đề ra"),
        _("Đơn vị"),
        _("Kỳ"),
        _("Tử số"),
        _("Mẫu số"),
        _("Thực hiện"),
        _("Tỷ lệ (%)"),
        _("Cần ít nhất hoặc nhiều nhất"),
        _("Khoảng cách"),
        _("Tính bằng"),
        _("Kết quả"),
        _("Mức độ"),
        _("Đã có số liệu"),
        _("Phải có"),
        _("Còn thiếu số liệu"),
        _("Thực hiện 6 tháng"),
        _("Khai báo, không tính"),
        _("Kế hoạch nói khác nhau"),
    ]
    for row in rows:
        share = goals.is_share(row)
        yield [
            row["code"],
            row["name"],
            row["clause"],
            goals.goal_in_words(row),
            unit,
            period,
            row["numerator"],
            row["denominator"],
            row["actual"] if row["actual"] is None or not share else round_half_up(row["actual"], 4),
            round_half_up(row["share"], 4) if row["share"] is not None and row["actual"] is not None else None,
            row["needed"],
            row["gap"],
            goals.noun(row),
            goals.RESULTS[row["result"]] if row["result"] else _("Ngoài phạm vi") if row["outside"] else _("Không xét ở cấp này"),
            row["firm"] or None,
            row["parts"],
            row["expected"],
            row["owing"],
            row["before"] if row["before"] is None or not share else round_half_up(row["before"], 4),
            _("Có") if row["declared"] else None,
            row["contradiction"] or None,
        ]


def caveats(*, illustrative: bool, unchecked: bool) -> Iterator[list[str]]:
    """The lines under a table that say what its figures are worth, where something is to be said."""
    if illustrative:
        yield [_("Số liệu minh họa.")]
    if unchecked:
        yield [_("Tiêu thức và ngưỡng xếp loại là mẫu, chưa đối chiếu với phụ lục Quyết định 34/2011.")]
