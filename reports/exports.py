"""Lists of this room as tables of plain values, head first; `communes.tables` writes them as files."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.rules import Level
from plan2018.rules import VIETNAM
from reports import board as boards
from reports import goals, sentences
from reports.quality import Commune, Group
from reports.rules import TITLE
from reports.whatif import Outcome
from scoring.rules import State, round_half_up
from scoring.sentences import GRADE_WORDS

FILED = {
    boards.Mark.ON_TIME: gettext_lazy("Đúng hạn"),
    boards.Mark.LATE: gettext_lazy("Trễ hạn"),
    boards.Mark.OVERDUE: gettext_lazy("Chưa gửi, quá hạn"),
    boards.Mark.OPEN: gettext_lazy("Chưa gửi"),
}
"""How a district's report stands -> the words of a table."""


def ranking_rows(rows: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    """The ranking as a table, head first, with the columns of its page and of a district's. A shared rank is told by its equals, so it stays a number."""
    yield [
        _("Thứ hạng"),
        _("Đơn vị"),
        _("Huyện, thị xã, thành phố"),
        _("Tổng điểm"),
        _("Thang điểm"),
        _("Hạng"),
        _("Danh hiệu"),
        _("So với kỳ trước (bậc)"),
        _("Gửi phiếu"),
        _("Trạng thái"),
    ]
    for row in rows:
        yield [
            row["rank"],
            row["unit_name"],
            row["district_name"],
            row["total"],
            row["max_total"],
            GRADE_WORDS.get(row["grade"]),
            _("Trong sạch, vững mạnh") if row["clean_strong"] else None,
            sentences.climb(row),
            _("Chưa gửi") if row["late"] is None else _("Trễ hạn") if row["late"] else _("Đúng hạn"),
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
        yield [
            row["code"],
            row["name"],
            row["clause"],
            goals.goal_in_words(row),
            unit,
            period,
            row["numerator"],
            row["denominator"],
            _figure(row, "actual"),
            round_half_up(row["share"], 4) if row["share"] is not None and row["actual"] is not None else None,
            row["needed"],
            row["gap"],
            goals.noun(row),
            goals.RESULTS[row["result"]] if row["result"] else _("Ngoài phạm vi") if row["outside"] else _("Không xét ở cấp này"),
            row["firm"] or None,
            row["parts"],
            row["expected"],
            row["owing"],
            _figure(row, "before"),
            _("Có") if row["declared"] else None,
            row["contradiction"] or None,
        ]


def _figure(row: dict[str, Any], name: str) -> Any:
    """A figure of a target, a share with four decimals; None without data."""
    return row[name] if row[name] is None or not goals.is_share(row) else round_half_up(row[name], 4)


def part_rows(page: dict[str, Any], unit: str, period: str) -> Iterator[list[Any]]:
    """One target as a table, head first: the unit itself, then those next below it as on their page (`pages.target`)."""
    target = page["target"]
    yield [
        _("Mã"),
        _("Chỉ tiêu"),
        _("Mức đề ra"),
        _("Kỳ"),
        _("Đơn vị"),
        _("Tử số"),
        _("Mẫu số"),
        _("Thực hiện"),
        _("Khoảng cách"),
        _("Tính bằng"),
        _("Kết quả"),
        _("Đã có số liệu"),
        _("Phải có"),
        _("Còn thiếu số liệu"),
    ]
    for row in (target | {"full_name": unit}, *page["below"]):
        yield [
            target["code"],
            target["name"],
            goals.goal_in_words(target),
            period,
            row["full_name"],
            row["numerator"],
            row["denominator"],
            _figure(row, "actual"),
            row["gap"],
            goals.noun(target),
            goals.RESULTS[row["result"]] if row["result"] else _("Không xét ở cấp này"),
            row["parts"],
            row["expected"],
            row["owing"],
        ]


def compared_rows(rows: Iterable[dict[str, Any]], unit: str, now: str, before: str) -> Iterator[list[Any]]:
    """Two periods beside each other as a table, head first: rows of `years.compare`."""
    columns = (_("Mức đề ra, %s"), _("Thực hiện, %s"), _("Kết quả, %s"))
    yield [_("Mã"), _("Chỉ tiêu"), _("Đơn vị"), *(words % period for period in (now, before) for words in columns), _("Thay đổi")]
    for row in rows:
        cells: list[Any] = []
        for side in (row["now"], row["before"]):
            cells += [goals.goal_in_words(side), _figure(side, "actual"), goals.RESULTS[goals.KEYS[side["met"]]]] if side else [None, None, None]
        yield [row["code"], row["name"], unit, *cells, None if row["change"] is None else round_half_up(row["change"], 4)]


def criterion_rows(rows: Iterable[dict[str, Any]], unit: str, period: str, level: str) -> Iterator[list[Any]]:
    """The criteria of a commune or district as a table, head first: its points (a district: their mean) beside the means above it."""
    commune = level == Level.COMMUNE
    own = [_("Điểm tự chấm"), _("Điểm thẩm định"), _("Điểm cuối")] if commune else []
    yield [_("Số"), _("Tiêu thức"), _("Điểm tối đa"), _("Đơn vị"), _("Kỳ"), *own, _("Bình quân huyện"), _("Bình quân tỉnh")]
    for row in rows:
        points = [row[name] for name in ("self_points", "appraised_points", "final_points")] if commune else []
        means = (row[name] if row[name] is None else round_half_up(row[name], 2) for name in ("district_mean", "province_mean"))
        yield [row["number"], row["title"], row["max_points"], unit, period, *points, *means]


def board_rows(said: dict[str, Any]) -> Iterator[list[Any]]:
    """The province's board as one table, head first: what it says of each district (`board.read`), the province last."""
    board, course, heat = said["board"], said["course"], said["heat"]
    grades = [f"grade.{grade}" for grade in GRADE_WORDS]
    yield [
        *(_("Đơn vị"), _("Số phiếu"), _("Đã duyệt"), _("Đã thẩm định"), _("Ở huyện, xã"), _("Gửi phiếu trễ")),
        *(_("Xếp loại %s") % words for words in GRADE_WORDS.values()),
        _("Trong sạch, vững mạnh"),
        *(heading for term in course.terms for heading in (boards.sentence(boards.report_words(term)), _("Ngày gửi"))),
        *(_("Bình quân %(number)s %(title)s") % {"number": one.number, "title": one.title} for one in heat.criteria),
    ]
    figures = [district.figures for district in board.districts]
    means = [cells for _name, _code, cells in heat.rows]
    wholes = (course.whole, board.figures, heat.whole)
    for row, known, cells in (*zip(course.rows, figures, means, strict=True), wholes):
        marks = [value for mark in row.marks for value in (FILED[mark.kind], mark.filed_at and f"{mark.filed_at.astimezone(VIETNAM):%d/%m/%Y}")]
        yield [
            *(row.name or _("Toàn tỉnh"), row.expected, row.approved, row.appraised, row.below, row.late),
            *(known[name].numerator if name in known else None for name in (*grades, TITLE)),
            *(marks or [None] * (2 * len(course.terms))),
            *(cell.mean for cell in cells),
        ]


def report_rows(lines: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    """The districts' reports of a period as a table, head first: lines of `pages.reports`. Days are behind the deadline, negative before it."""
    yield [_("Huyện"), _("Trạng thái"), _("So với hạn"), _("Số ngày so với hạn"), _("Gửi lúc"), _("Văn bản"), _("Ngày văn bản"), _("Gia hạn đến hết")]
    for line in lines:
        report = line["report"]
        yield [
            report.unit.full_name,
            line["state"][1],
            FILED[line["kind"]],
            line["days"],
            report.filed_at and f"{report.filed_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}",
            report.number or None,
            *(day and f"{day:%d/%m/%Y}" for day in (report.dated, report.extended_to)),
        ]


def difference_rows(rows: Iterable[dict[str, Any]], one: str, other: str) -> Iterator[list[Any]]:
    """What differs between two editions as a table, head first: rows of `editions.differences`, so many of so many on each side."""
    columns = (_("Tử số, %s"), _("Mẫu số, %s"))
    yield [_("Đơn vị"), _("Chỉ số"), *(words % edition for edition in (one, other) for words in columns)]
    for row in rows:
        values = (Decimal(value) if value is not None else None for side in (row["before"], row["after"]) for value in side or (None, None))
        yield [row["unit"], row["name"], *values]


def estimate_rows(rows: Iterable[dict[str, Any]], half: str, year: str) -> Iterator[list[Any]]:
    """What communes estimated at half-year beside what the year brought, head first: rows of `selectors.estimates`."""
    parts = [_("Tử số, %s"), _("Mẫu số, %s"), _("Tỷ lệ (%%), %s")]
    yield [_("Mã"), _("Đơn vị"), _("Huyện"), *(part % period for period in (half, year) for part in parts), _("Chênh lệch (điểm %)")]
    for row in rows:
        before, after = (row[name] or (None, None, None) for name in ("half", "year"))
        off = None if before[2] is None or after[2] is None else round_half_up(after[2] - before[2], 4)
        yield [row["code"], row["unit"], row["district"], *before, *after, off]


def sheet_rows(sheet: Any) -> Iterator[list[Any]]:
    """The figures of a district's report (a `reported.FigureSheet`), head first: a row a commune and indicator, with the cell it came from."""
    yield [
        _("Mã"),
        _("Đơn vị"),
        _("Mã chỉ số"),
        _("Chỉ số"),
        _("Tử số"),
        _("Mẫu số"),
        _("Huyện ghi"),
        _("Ô của tệp"),
        _("Xã hoặc sổ"),
        _("Mẫu số của xã hoặc sổ"),
    ]
    for unit in sheet.communes:
        for indicator in sheet.indicators:
            own, known = sheet.own.get((unit.pk, indicator.pk)), sheet.known(unit, indicator)
            figure = sheet.figure(unit, indicator) or (None, None)
            yield [
                unit.code,
                unit.full_name,
                indicator.code,
                indicator.name,
                *figure,
                "x" if own else None,
                own.cell if own else None,
                *(known or (None, None)),
            ]


def caveats(*, illustrative: bool, unchecked: bool) -> Iterator[list[str]]:
    """The lines under a table that say what its figures are worth, where something is to be said."""
    if illustrative:
        yield [_("Số liệu minh họa.")]
    if unchecked:
        yield [_("Tiêu thức và ngưỡng xếp loại là mẫu, chưa đối chiếu với phụ lục Quyết định 34/2011.")]


def _two(value: Decimal | None) -> Decimal | None:
    return None if value is None else round_half_up(value, 2)


def quality_of_districts(groups: Iterable[Group]) -> Iterator[list[Any]]:
    """How far the points of each district can be relied on, as a table, head first: the columns of its page."""
    yield [
        *(_("Đơn vị"), _("Số xã"), _("Đã duyệt"), _("Chênh tự chấm và kết quả, bình quân (điểm)")),
        *(_("Điểm huyện đã đổi"), _("Điểm huyện đã thẩm định"), _("Tỷ lệ đổi (%)"), _("Xã không bị hạ điểm nào"), _("Xã đã thẩm định")),
        *(_("Độ lệch chuẩn của kết quả"), _("Thấp nhất"), _("Cao nhất"), _("Nhảy vọt"), _("So được với kỳ trước")),
        *(_("Tối đa không có minh chứng, giải thích"), _("Tối đa trái với sổ")),
    ]
    for one in groups:
        yield [
            *(one.name, len(one.communes), len(one.totals), _two(one.gap)),
            *(one.changed, one.judged, _two(one.share_changed), one.untouched, one.seen),
            *(_two(one.spread), one.lowest, one.highest, one.jumping, one.compared),
            *(one.unproven, one.contradicted),
        ]


def quality_of_communes(communes: Iterable[Commune]) -> Iterator[list[Any]]:
    """The same of each commune, head first."""
    yield [
        *(_("Đơn vị"), _("Huyện, thị xã, thành phố"), _("Trạng thái"), _("Tự chấm"), _("Kết quả"), _("Chênh (điểm)")),
        *(_("Điểm huyện đã đổi"), _("Điểm huyện đã hạ"), _("Số tiêu thức"), _("Thay đổi so với kỳ trước (điểm %)")),
        *(_("Tối đa không có minh chứng, giải thích"), _("Tối đa trái với sổ"), _("Địa bàn xung yếu")),
    ]
    for one in communes:
        yield [
            *(one.name, one.district_name, sentences.STATE_WORDS[State(one.state)], one.self_total if one.sent else None, one.total, one.gap),
            *(*((one.changed, one.lowered) if one.seen else (None, None)), one.answers, _two(one.jump)),
            *(*((one.unproven, one.contradicted) if one.sent else (None, None)), _("Có") if one.key_area else None),
        ]


def sample_rows(rows: Iterable[dict[str, Any]], seed: str) -> Iterator[list[Any]]:
    """The communes proposed for inspection as a table, head first: rows of `soundness.picks`; each line says how it was drawn, so that it can be drawn again."""
    yield [_("Đơn vị"), _("Huyện, thị xã, thành phố"), _("Trọng số"), _("Lý do"), _("Chuỗi rút thăm")]
    for row in rows:
        one = row["pick"].commune
        yield [one.name, one.district_name, _two(row["weight"]), "; ".join(row["reasons"]), seed]


def supposed_rows(outcomes: Iterable[Outcome]) -> Iterator[list[Any]]:
    """Communes with their points and class as they stand and as supposed, as a table, head first."""
    yield [
        *(_("Đơn vị"), _("Huyện, thị xã, thành phố"), _("Điểm nay"), _("Hạng nay"), _("Điểm giả định"), _("Hạng giả định")),
        *(_("Đổi hạng"), _("Còn thiếu để lên hạng")),
    ]
    for one in outcomes:
        moved = (_("Lên") if one.rises else _("Xuống")) if one.moves else None
        now, then = one.now, one.then
        words = (GRADE_WORDS[now.grade], GRADE_WORDS[then.grade])
        yield [one.form.name, one.form.district_name, now.total, words[0], then.total, words[1], moved, then.points_to_next]
