"""How far the half-year's estimates were off: pure, because the page belongs to two periods and so to none of the other files."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from communes.rules import Level
from reports.sentences import figure

Row = dict[str, Any]


def compare(rows: Sequence[Row], indicator: str) -> dict[str, Any]:
    """Rows of `selectors.estimates` with the difference in points of a percentage; communes by how far they were off, sums apart."""
    told = [_told(row) for row in rows]
    communes = [row for row in told if row["level"] == Level.COMMUNE]
    known = [row for row in communes if row["off"] is not None]
    known.sort(key=lambda row: (-abs(row["off"]), row["unit"]))
    return {
        "sums": [row for row in told if row["level"] != Level.COMMUNE],
        "communes": known,
        "alone": [row for row in communes if row["off"] is None],
        "answer": _answer(known, len(communes), indicator),
    }


def _told(row: Row) -> Row:
    half, year = row["half"], row["year"]
    off = year[2] - half[2] if half and year else None
    span = sorted((half[2], year[2])) if half and year else None
    return {**row, "off": off, "from": span and span[0], "wide": span and span[1] - span[0]}


def _answer(known: Sequence[Row], communes: int, indicator: str) -> SafeString | str:
    if not known:
        return _("Chưa xã nào có số ở cả hai kỳ cho chỉ số “%s”.") % indicator
    exact = sum(not row["off"] for row in known)
    mean = sum((abs(row["off"]) for row in known), Decimal(0)) / len(known)
    words = _("<b>{exact} trong {known} xã</b> có số cả năm đúng bằng ước 6 tháng; lệch bình quân {mean} điểm phần trăm{furthest}.")
    first = known[0]
    furthest = _(", xa nhất là %(unit)s (%(off)s)") % {"unit": first["unit"], "off": signed(first["off"])} if first["off"] else ""
    return format_html(words, exact=exact, known=len(known), mean=figure(mean.quantize(Decimal("0.01"))), furthest=furthest)


def signed(value: Decimal) -> str:
    """A difference with its sign, in points of a percentage."""
    return ("+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else "") + figure(abs(value).quantize(Decimal("0.01")))
