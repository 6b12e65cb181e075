"""What lists and units say, by tables of cases: one row for each situation."""

from decimal import Decimal

import pytest

from reports import sentences

ONE = {
    "unit_name": "Xã Hẹ Muông",
    "district_name": "Huyện Điện Biên",
    "rank": 1,
    "tied": False,
    "rank_before": None,
    "total": Decimal("227.50"),
    "max_total": Decimal(240),
    "grade": "good",
    "state": "approved",
    "late": False,
}
WAITING = ONE | {"unit_name": "Xã Sín Thầu", "rank": None, "tied": None, "total": None, "grade": None, "state": "submitted"}


def at(rank, name="Xã Pom Lót", **more):
    return ONE | {"rank": rank, "unit_name": name} | more


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "Không có đơn vị nào khớp với điều đã chọn."),
        ([ONE], "<b>Xã Hẹ Muông</b> đứng thứ <b>1</b> trong 118 đơn vị của tỉnh đã duyệt: <b>227,5 điểm</b>, hạng <b>tốt</b>."),
        ([WAITING], "<b>Xã Sín Thầu</b> chưa có thứ hạng: phiếu đã gửi."),
        ([WAITING | {"state": "approved"}], "<b>Xã Sín Thầu</b> chưa có thứ hạng: phiếu đã duyệt, đang chờ tổng hợp."),
        ([WAITING, WAITING], "Chưa kết quả nào được duyệt: <b>2 đơn vị</b> chưa có thứ hạng."),
        ([ONE, at(2)], "Dẫn đầu là <b>xã Hẹ Muông</b> với <b>227,5</b> điểm. Cả 2 kết quả đã duyệt."),
        ([ONE, at(2), WAITING], "Dẫn đầu là <b>xã Hẹ Muông</b> với <b>227,5</b> điểm. 2 kết quả đã duyệt, 1 chưa."),
        (
            [ONE, at(2, rank_before=1), at(3, "Xã Nà Sáy", rank_before=9)],
            "Dẫn đầu là <b>xã Hẹ Muông</b> với <b>227,5</b> điểm; tiến nhiều nhất là <b>xã Nà Sáy</b>, lên <b>6 bậc</b>. Cả 3 kết quả đã duyệt.",
        ),
        ([ONE, at(1)], "Cùng dẫn đầu là <b>xã Hẹ Muông</b> và <b>xã Pom Lót</b> với <b>227,5</b> điểm. Cả 2 kết quả đã duyệt."),
        ([ONE, at(1), at(1)], "<b>3 đơn vị</b> cùng dẫn đầu với <b>227,5</b> điểm. Cả 3 kết quả đã duyệt."),
        (
            [at(7, tied=True), at(9)],
            "Đứng cao nhất là <b>xã Pom Lót</b>, thứ <b>7=</b> trong 118 đơn vị của tỉnh đã duyệt, <b>227,5</b> điểm. Cả 2 kết quả đã duyệt.",
        ),
        (
            [at(1, "Xã <script>"), at(2)],
            "Dẫn đầu là <b>xã &lt;script&gt;</b> với <b>227,5</b> điểm. Cả 2 kết quả đã duyệt.",
        ),
    ],
)
def test_a_ranking_says_who_leads_and_how_many_are_approved(rows, expected):
    assert sentences.ranking_answer(rows, 118) == expected


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ("gf", "Tổng điểm của 2 đơn vị"),
        ("gggf", "Phần lớn đơn vị vượt vạch tốt"),
        ("gfff", "Phần lớn đơn vị nằm giữa hai vạch khá và tốt"),
        ("aaaf", "Phần lớn đơn vị nằm giữa hai vạch trung bình và khá"),
        ("wwwf", "Phần lớn đơn vị nằm dưới vạch trung bình"),
        ("ffaw", "Hạng khá đông nhất: 2 trong 4 đơn vị"),
    ],
)
def test_a_distribution_is_headed_by_what_most_are(grades, expected):
    words = {"g": "good", "f": "fair", "a": "average", "w": "weak"}

    assert sentences.spread([at(1, grade=words[letter]) for letter in grades]) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ""),
        ([at(1), at(2)], ""),
        ([at(1, tied=True), at(1, tied=True), at(3)], "2 đơn vị ở 1 nhóm bằng điểm."),
        ([at(1, tied=True), at(1, tied=True), at(3, tied=True), at(3, tied=True), at(3, tied=True)], "5 đơn vị ở 2 nhóm bằng điểm."),
        ([at(5, tied=True)], ""),
    ],
)
def test_ties_are_counted_where_both_sides_are_shown(rows, expected):
    assert sentences.ties(rows) == expected


CRITERION = {
    "state": "approved",
    "period_name": "Năm 2018",
    "number": "V.1",
    "title": "Trụ sở và trang thiết bị",
    "max_points": Decimal(20),
    "points": Decimal(14),
    "district_mean": Decimal("15.5"),
    "province_mean": Decimal(13),
    "rank": 25,
    "tied": True,
    "total": Decimal(208),
    "max_total": Decimal(240),
    "grade": "good",
}


def criterion(**more):
    return CRITERION | more


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "Không có phiếu chấm điểm của kỳ này."),
        (
            [criterion()],
            (
                "Năm 2018 xếp hạng <b>tốt</b>: <b>208 điểm</b>, thứ <b>25=</b> trong 118 đơn vị của tỉnh đã duyệt. "
                "Thấp hơn bình quân huyện nhiều nhất ở trụ sở và trang thiết bị."
            ),
        ),
        (
            [criterion(points=Decimal(16))],
            "Năm 2018 xếp hạng <b>tốt</b>: <b>208 điểm</b>, thứ <b>25=</b> trong 118 đơn vị của tỉnh đã duyệt.",
        ),
        ([criterion(rank=None, district_mean=None)], "Năm 2018 xếp hạng <b>tốt</b>: <b>208 điểm</b>, đang chờ tổng hợp thứ hạng."),
        (
            [criterion(state="draft"), criterion(state="draft", points=None)],
            "Phiếu <b>đang nhập</b>: 1 trong 2 tiêu thức có điểm, cộng <b>14 điểm</b>.",
        ),
        ([criterion(state="submitted")], "Xã tự chấm <b>14 điểm</b>; phiếu đang chờ huyện thẩm định."),
        ([criterion(state="returned")], "Phiếu <b>bị trả lại</b>: xã sửa những tiêu thức có ý kiến rồi gửi lại."),
        ([criterion(state="appraised")], "Huyện thẩm định <b>14 điểm</b>; phiếu đang chờ tỉnh duyệt."),
    ],
)
def test_a_commune_says_where_it_stands(rows, expected):
    assert sentences.commune_answer(rows, 118) == expected


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([], "Kết quả các kỳ trong năm"),
        ([200, None], "Kết quả các kỳ trong năm"),
        ([200, 203.5], "Cả năm cao hơn 6 tháng 3,5 điểm"),
        ([203, 200], "Cả năm thấp hơn 6 tháng 3 điểm"),
        ([200, 200], "Cả năm bằng điểm 6 tháng"),
    ],
)
def test_a_year_is_compared_with_its_first_half(totals, expected):
    assert sentences.year_heading([{"total": None if total is None else Decimal(str(total))} for total in totals]) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "Chưa có điểm tiêu thức để so"),
        ([criterion(points=None)], "Chưa có điểm tiêu thức để so"),
        ([criterion(district_mean=None)], "Điểm từng tiêu thức; huyện chưa có kết quả để so"),
        ([criterion(points=Decimal("15.5"))], "Không tiêu thức nào thấp hơn bình quân huyện"),
        (
            [criterion(number="I.1", title="Hoạt động của HĐND", points=Decimal(15)), criterion()],
            "Thấp hơn huyện nhiều nhất: V.1 trụ sở và trang thiết bị",
        ),
    ],
)
def test_the_criterion_furthest_below_the_others_is_named(rows, expected):
    assert sentences.criteria_heading(rows, "points", "district_mean", "huyện") == expected


@pytest.mark.parametrize(
    ("rows", "answer", "classes"),
    [
        ([], "Không có phiếu nào của kỳ này.", "Chưa có đơn vị nào được xếp loại"),
        (
            [WAITING, WAITING | {"late": None}],
            "Chưa đơn vị nào trong <b>2</b> có kết quả đã duyệt. <b>1</b> chưa gửi, số còn lại đúng hạn.",
            "Chưa có đơn vị nào được xếp loại",
        ),
        (
            [ONE, at(2, grade="fair", late=True), at(3, grade="fair")],
            "<b>3 trong 3 đơn vị</b> đã duyệt: <b>1</b> tốt, <b>2</b> khá. Đã gửi đủ, <b>1</b> gửi trễ.",
            "Không đơn vị nào xếp loại trung bình hoặc yếu",
        ),
        (
            [ONE, at(2, grade="weak", late=True), WAITING | {"late": None}],
            "<b>2 trong 3 đơn vị</b> đã duyệt: <b>1</b> tốt, <b>1</b> yếu. <b>1</b> gửi trễ, <b>1</b> chưa gửi.",
            "1 trong 2 đơn vị xếp loại trung bình hoặc yếu",
        ),
        ([ONE], "<b>1 trong 1 đơn vị</b> đã duyệt: <b>1</b> tốt. Tất cả gửi đúng hạn.", "Không đơn vị nào xếp loại trung bình hoặc yếu"),
    ],
)
def test_a_district_says_how_its_communes_stand(rows, answer, classes):
    assert (sentences.district_answer(rows), sentences.classes_heading(rows)) == (answer, classes)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (None, "Huyện chưa gửi báo cáo"),
        ({"late": True}, "Báo cáo của huyện gửi trễ hạn"),
        ({"late": False}, "Báo cáo của huyện gửi đúng hạn"),
    ],
)
def test_a_districts_report_is_headed_by_how_it_came(report, expected):
    assert sentences.report_heading(report) == expected
