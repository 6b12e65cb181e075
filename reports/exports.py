"""Tables as files that Excel opens by a double click."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reports import sentences

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a text must not begin with, or a spreadsheet calculates it."""


class _Echo:
    """A file that hands back what is written to it, so that rows can be streamed."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Write rows as CSV, line by line, for Excel on a Vietnamese Windows.

    The byte order mark makes Excel read UTF-8. Decimals have the comma that this Excel reads as a number; so its list separator is the semicolon.
    """
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    text = str(value)
    return f"'{text}" if not isinstance(value, int) and text.lstrip(" ").startswith(FORMULA) else text


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


def caveats(*, illustrative: bool, unchecked: bool) -> Iterator[list[str]]:
    """The lines under a table that say what its figures are worth, where something is to be said."""
    if illustrative:
        yield [_("Số liệu minh họa.")]
    if unchecked:
        yield [_("Tiêu thức và ngưỡng xếp loại là mẫu, chưa đối chiếu với phụ lục Quyết định 34/2011.")]
