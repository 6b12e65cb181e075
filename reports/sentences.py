"""What the ranking and a unit's figures say: the answer at the head of a page and the findings that head its parts.

Pure: plain values in, words out, one variant for each situation and a neutral one to fall back on. Answers may hold <b>; names are escaped.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.rules import Grade, State, round_half_up
from scoring.sentences import GRADE_WORDS

Row = dict[str, Any]

STATE_WORDS = {
    State.DRAFT: gettext_lazy("đang nhập"),
    State.SUBMITTED: gettext_lazy("đã gửi"),
    State.RETURNED: gettext_lazy("bị trả lại"),
    State.APPRAISED: gettext_lazy("đã thẩm định"),
    State.APPROVED: gettext_lazy("đã duyệt"),
}


def figure(value: Decimal | int) -> str:
    """Write a number inside a sentence, without idle zeros: 1.234,5."""
    return number_format(round_half_up(Decimal(value)).normalize(), force_grouping=True)


def inside(name: str) -> str:
    """Write a unit's name in the middle of a sentence: xã Mường Phăng."""
    return name[:1].lower() + name[1:]


def figure_words(value: tuple[int, int] | None, *, yes_no: bool) -> str:
    """Write a district's figure as people type it: "Có", "Không", "12/15"; nothing for no data."""
    if value is None:
        return ""
    return (_("Có") if value[0] else _("Không")) if yes_no else f"{value[0]}/{value[1]}"


def ranking_answer(rows: Sequence[Row], ranked: int) -> str:
    """Say who leads a list, who has climbed most since the period before, and how many results are approved.

    `rows` as `selectors.league` gives them, `ranked` communes have a rank in the whole province.
    """
    if not rows:
        return _("Không có đơn vị nào khớp với điều đã chọn.")
    placed = [row for row in rows if row["rank"] is not None]
    if not placed and len(rows) == 1:
        return _no_place(rows[0])
    if not placed:
        return format_html(_("Chưa kết quả nào được duyệt: <b>{count} đơn vị</b> chưa có thứ hạng."), count=figure(len(rows)))
    if len(rows) == 1:
        return _place(placed[0], ranked)
    sentences = [format_html("{}{}.", _lead(placed, ranked), _climb(placed)), _approved(len(placed), len(rows) - len(placed))]
    return format_html("{} {}", *sentences)


def _no_place(row: Row) -> SafeString:
    where = _("đã duyệt, đang chờ tổng hợp") if row["state"] == State.APPROVED else STATE_WORDS[row["state"]]
    return format_html(_("<b>{unit}</b> chưa có thứ hạng: phiếu {where}."), unit=row["unit_name"], where=where)


def _place(row: Row, ranked: int) -> SafeString:
    return format_html(
        _("<b>{unit}</b> đứng thứ <b>{rank}</b> trong {ranked} đơn vị của tỉnh đã duyệt: <b>{total} điểm</b>, hạng <b>{grade}</b>."),
        unit=row["unit_name"],
        rank=rank(row),
        ranked=figure(ranked),
        total=figure(row["total"]),
        grade=GRADE_WORDS[row["grade"]],
    )


def _lead(placed: Sequence[Row], ranked: int) -> SafeString:
    best = placed[0]
    leaders = [row for row in placed if row["rank"] == best["rank"]]
    words = {"unit": inside(best["unit_name"]), "total": figure(best["total"]), "count": len(leaders), "rank": rank(best), "ranked": figure(ranked)}
    if best["rank"] > 1:
        return format_html(
            _("Đứng cao nhất là <b>{unit}</b>, thứ <b>{rank}</b> trong {ranked} đơn vị của tỉnh đã duyệt, <b>{total}</b> điểm"), **words
        )
    if len(leaders) == 1:
        return format_html(_("Dẫn đầu là <b>{unit}</b> với <b>{total}</b> điểm"), **words)
    if len(leaders) == 2:
        return format_html(
            _("Cùng dẫn đầu là <b>{unit}</b> và <b>{other}</b> với <b>{total}</b> điểm"), other=inside(leaders[1]["unit_name"]), **words
        )
    return format_html(_("<b>{count} đơn vị</b> cùng dẫn đầu với <b>{total}</b> điểm"), **words)


def _climb(placed: Sequence[Row]) -> str:
    climbed = [row for row in placed if (climb(row) or 0) > 0]
    if not climbed:
        return ""
    best = max(climbed, key=lambda row: climb(row) or 0)
    return format_html(_("; tiến nhiều nhất là <b>{unit}</b>, lên <b>{places} bậc</b>"), unit=inside(best["unit_name"]), places=climb(best))


def _approved(approved: int, others: int) -> str:
    if not others:
        return format_html(_("Cả {approved} kết quả đã duyệt."), approved=figure(approved))
    return format_html(_("{approved} kết quả đã duyệt, {others} chưa."), approved=figure(approved), others=figure(others))


def rank(row: Row) -> str:
    """Write a rank; a shared one gets "="; none is empty."""
    return "" if row["rank"] is None else f"{row['rank']}{'=' if row['tied'] else ''}"


def climb(row: Row) -> int | None:
    """Count the places won (positive) or lost since the period before; None where there is nothing to compare."""
    return None if row["rank"] is None or row["rank_before"] is None else row["rank_before"] - row["rank"]


def ties(rows: Sequence[Row]) -> str:
    """Say how many share their rank; empty when nobody does."""
    ranks = Counter(row["rank"] for row in rows if row["tied"])
    groups = Counter({rank: count for rank, count in ranks.items() if count > 1})
    if not groups:
        return ""
    return _("%(units)s đơn vị ở %(groups)s nhóm bằng điểm.") % {"units": figure(groups.total()), "groups": figure(len(groups))}


def bound(grade: Grade, points: Decimal) -> str:
    """Name the line from which a class begins."""
    return _("từ %(points)s: %(grade)s") % {"points": figure(points), "grade": GRADE_WORDS[grade]}


def spread(rows: Sequence[Row]) -> str:
    """Head the distribution of totals: where most units lie."""
    grades = Counter(row["grade"] for row in rows if row["rank"] is not None)
    total = grades.total()
    if total < 4:
        return _("Tổng điểm của %(count)s đơn vị") % {"count": total}
    grade, count = grades.most_common(1)[0]
    if 2 * count > total:
        return {
            Grade.GOOD: _("Phần lớn đơn vị vượt vạch tốt"),
            Grade.FAIR: _("Phần lớn đơn vị nằm giữa hai vạch khá và tốt"),
            Grade.AVERAGE: _("Phần lớn đơn vị nằm giữa hai vạch trung bình và khá"),
            Grade.WEAK: _("Phần lớn đơn vị nằm dưới vạch trung bình"),
        }[grade]
    return _("Hạng %(grade)s đông nhất: %(count)s trong %(total)s đơn vị") % {"grade": GRADE_WORDS[grade], "count": count, "total": total}


def spread_in_full(rows: Sequence[Row]) -> str:
    """Say the distribution to who cannot see it: how many of each class."""
    grades = Counter(row["grade"] for row in rows if row["rank"] is not None)
    counts = [f"{grades[grade]} {GRADE_WORDS[grade]}" for grade in Grade if grades[grade]]
    return _("Mỗi chấm là một đơn vị: %(counts)s. Danh sách đủ ở bảng dưới.") % {"counts": ", ".join(counts)}


# Units


WHOSE = {
    State.APPROVED: gettext_lazy("Kết quả"),
    State.APPRAISED: gettext_lazy("Huyện chấm"),
    State.SUBMITTED: gettext_lazy("Tự chấm"),
    State.RETURNED: gettext_lazy("Tự chấm"),
    State.DRAFT: gettext_lazy("Tự chấm"),
}
"""Whose points `points` picks, by the state of the form."""


def points(row: Row) -> Decimal | None:
    """Pick the points of a criterion that count in the state of its form: the result, what the district gave, or what the commune gave itself."""
    stage = {State.APPROVED: "final", State.APPRAISED: "appraised"}.get(row["state"], "self")
    value: Decimal | None = row[f"{stage}_points"]
    return value


def weakest(rows: Sequence[Row], own: str, other: str) -> Row | None:
    """Find the criterion in which `own` lies furthest below `other`; None where it lies below nowhere."""
    known = [row for row in rows if row[own] is not None and row[other] is not None and row[own] < row[other]]
    return min(known, key=lambda row: row[own] - row[other], default=None)


def commune_answer(rows: Sequence[Row], ranked: int) -> str:
    """Say how a commune stands in a period: its class, points and place, or where its form is; and what holds it back."""
    if not rows:
        return _("Không có phiếu chấm điểm của kỳ này.")
    form, entered = rows[0], [row["points"] for row in rows if row["points"] is not None]
    words = {"total": figure(sum(entered, Decimal(0))), "entered": len(entered), "count": len(rows)}
    if form["state"] == State.APPROVED:
        return _result(form, ranked, weakest(rows, "points", "district_mean"))
    return format_html(
        {
            State.DRAFT: _("Phiếu <b>đang nhập</b>: {entered} trong {count} tiêu thức có điểm, cộng <b>{total} điểm</b>."),
            State.SUBMITTED: _("Xã tự chấm <b>{total} điểm</b>; phiếu đang chờ huyện thẩm định."),
            State.RETURNED: _("Phiếu <b>bị trả lại</b>: xã sửa những tiêu thức có ý kiến rồi gửi lại."),
            State.APPRAISED: _("Huyện thẩm định <b>{total} điểm</b>; phiếu đang chờ tỉnh duyệt."),
        }[form["state"]],
        **words,
    )


def _result(form: Row, ranked: int, low: Row | None) -> SafeString:
    place = (
        _("đang chờ tổng hợp thứ hạng")
        if form["rank"] is None
        else format_html(_("thứ <b>{rank}</b> trong {ranked} đơn vị của tỉnh đã duyệt"), rank=rank(form), ranked=figure(ranked))
    )
    result = format_html(
        _("{period} xếp hạng <b>{grade}</b>: <b>{total} điểm</b>, {place}."),
        period=form["period_name"],
        grade=GRADE_WORDS[form["grade"]],
        total=figure(form["total"]),
        place=place,
    )
    if low is None:
        return result
    return format_html(_("{result} Thấp hơn bình quân huyện nhiều nhất ở {criterion}."), result=result, criterion=inside(low["title"]))


def year_heading(forms: Sequence[Row]) -> str:
    """Head the periods of a year: how the last one compares with the one before."""
    totals = [form["total"] for form in forms if form["total"] is not None]
    if len(totals) < 2:
        return _("Kết quả các kỳ trong năm")
    change = totals[-1] - totals[-2]
    if not change:
        return _("Cả năm bằng điểm 6 tháng")
    return (_("Cả năm cao hơn 6 tháng %(points)s điểm") if change > 0 else _("Cả năm thấp hơn 6 tháng %(points)s điểm")) % {
        "points": figure(abs(change))
    }


def criteria_heading(rows: Sequence[Row], own: str, other: str, others: str) -> str:
    """Head the comparison of a unit's criteria with those of the unit above (`others`: its level in a word)."""
    if not any(row[own] is not None for row in rows):
        return _("Chưa có điểm tiêu thức để so")
    if not any(row[other] is not None for row in rows):
        return _("Điểm từng tiêu thức; %(others)s chưa có kết quả để so") % {"others": others}
    low = weakest(rows, own, other)
    if low is None:
        return _("Không tiêu thức nào thấp hơn bình quân %(others)s") % {"others": others}
    return _("Thấp hơn %(others)s nhiều nhất: %(number)s %(title)s") % {"others": others, "number": low["number"], "title": inside(low["title"])}


def district_answer(rows: Sequence[Row]) -> str:
    """Say how the communes of a district stand: how many are approved, in which classes, who was late and who is missing."""
    if not rows:
        return _("Không có phiếu nào của kỳ này.")
    grades = Counter(row["grade"] for row in rows if row["rank"] is not None)
    if grades:
        parts = format_html_join(", ", "<b>{}</b> {}", ((grades[grade], GRADE_WORDS[grade]) for grade in Grade if grades[grade]))
        result = format_html(_("<b>{approved} trong {count} đơn vị</b> đã duyệt: {parts}."), approved=grades.total(), count=len(rows), parts=parts)
    else:
        result = format_html(_("Chưa đơn vị nào trong <b>{count}</b> có kết quả đã duyệt."), count=len(rows))
    return format_html("{} {}", result, _timeliness(rows))


def _timeliness(rows: Sequence[Row]) -> str:
    late, missing = sum(row["late"] is True for row in rows), sum(row["late"] is None for row in rows)
    if late and missing:
        return format_html(_("<b>{late}</b> gửi trễ, <b>{missing}</b> chưa gửi."), late=late, missing=missing)
    if late:
        return format_html(_("Đã gửi đủ, <b>{late}</b> gửi trễ."), late=late)
    if missing:
        return format_html(_("<b>{missing}</b> chưa gửi, số còn lại đúng hạn."), missing=missing)
    return _("Tất cả gửi đúng hạn.")


def classes_heading(rows: Sequence[Row]) -> str:
    """Head the classes of a district's communes."""
    grades = Counter(row["grade"] for row in rows if row["rank"] is not None)
    if not grades:
        return _("Chưa có đơn vị nào được xếp loại")
    low = grades[Grade.AVERAGE] + grades[Grade.WEAK]
    if low:
        return _("%(low)s trong %(all)s đơn vị xếp loại trung bình hoặc yếu") % {"low": low, "all": grades.total()}
    return _("Không đơn vị nào xếp loại trung bình hoặc yếu")


def report_heading(report: Row | None) -> str:
    """Head a district's own report for a period."""
    if report is None:
        return _("Huyện chưa gửi báo cáo")
    return _("Báo cáo của huyện gửi trễ hạn") if report["late"] else _("Báo cáo của huyện gửi đúng hạn")
