"""What targets say, by tables of cases; and the whole units they speak of, against plain fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from plan2018.rules import OPERATORS, Stage, claim, judge
from reports import goals, pages
from reports.rules import Figure

TARGET = {
    "code": "TG03",
    "name": "Xếp loại khá",
    "operator": ">",
    "value": Decimal("75.00"),
    "unit": "communes",
    "population": "130 xã",
    "due": "2018-12-31",
    "contradiction": "",
    "indicator": "grade.fair",
    "record": "classification",
    "everyone": True,
    "declared": False,
    "numerator": Decimal(71),
    "denominator": Decimal(130),
    "actual": Decimal(71),
    "needed": Decimal(76),
    "gap": Decimal(-5),
    "met": False,
    "judged": True,
    "expected": 130,
    "parts": 130,
    "owing": 0,
    "stage": Stage.FINAL,
    "before": None,
}
NONE = {"numerator": None, "denominator": None, "actual": None, "needed": None, "gap": None, "met": None, "parts": 0, "owing": 130, "stage": ""}
UNKNOWN = TARGET | NONE
MET = TARGET | {"actual": Decimal(77), "gap": Decimal(1), "met": True}
UNJUDGED = {"needed": None, "gap": None, "met": None, "judged": False}
QUALIFIED = TARGET | {
    "code": "TG19",
    "name": "Trình độ chuyên môn trung cấp trở lên",
    "value": Decimal(92),
    "unit": "% officials",
    "population": "cán bộ, công chức xã",
    "indicator": "roster.qualified",
    "record": "official roster",
    "numerator": Decimal(2569),
    "denominator": Decimal(2800),
    "actual": Decimal("91.75"),
    "needed": Decimal(2577),
    "gap": Decimal(-8),
}
FILES = QUALIFIED | {"unit": "% procedures", "population": "hồ sơ cấp xã", "operator": "=", "value": Decimal(100), "indicator": "procedures.on_time"}
DAYS = TARGET | {
    "unit": "days per quarter",
    "operator": ">=",
    "value": Decimal(15),
    "actual": Decimal(11),
    "gap": Decimal(-4),
    "indicator": "support.days",
}
REPORTS = TARGET | {"unit": "districts", "operator": "=", "value": Decimal(10), "actual": Decimal(8), "gap": Decimal(-2), "record": "district report"}


@pytest.mark.parametrize(
    ("target", "goal", "gap"),
    [
        (TARGET, "> 75 đơn vị", "Thiếu 5 đơn vị"),
        (TARGET | {"operator": ">=", "gap": Decimal(4), "met": True}, "≥ 75 đơn vị", "Vượt 4 đơn vị"),
        (TARGET | {"gap": Decimal(0), "met": True}, "> 75 đơn vị", "Vừa đủ"),
        (TARGET | {"operator": "<", "value": Decimal(30), "gap": Decimal(3), "met": True}, "< 30 đơn vị", "Còn cách trần 3 đơn vị"),
        (TARGET | {"operator": "<", "value": Decimal(30), "gap": Decimal(-2)}, "< 30 đơn vị", "Quá 2 đơn vị"),
        (TARGET | {"operator": "=", "value": Decimal(0), "actual": Decimal(1), "gap": Decimal(-1)}, "= 0 đơn vị", "Quá 1 đơn vị"),
        (REPORTS, "= 10 huyện", "Thiếu 2 huyện"),
        (QUALIFIED, "> 92%", "Thiếu 8 người"),
        (FILES | {"gap": Decimal(-12)}, "= 100%", "Thiếu 12 hồ sơ"),
        (FILES | {"population": "thủ tục cấp xã", "gap": Decimal(-1)}, "= 100%", "Thiếu 1 thủ tục"),
        (FILES | {"gap": Decimal(0), "met": True}, "= 100%", "Đủ, không thiếu"),
        (QUALIFIED | {"unit": "% offices", "gap": Decimal(-2)}, "> 92%", "Thiếu 2 trụ sở"),
        (QUALIFIED | {"unit": "% communes", "gap": Decimal(-3)}, "> 92%", "Thiếu 3 xã"),
        (DAYS, "≥ 15 ngày mỗi quý", "Thiếu 4 ngày"),
        (UNKNOWN, "> 75 đơn vị", "Chờ kết quả xếp loại được duyệt"),
        (QUALIFIED | NONE, "> 92%", "Chờ sổ cán bộ, công chức của 130 xã"),
        (FILES | NONE | {"record": "commune report", "owing": 12}, "= 100%", "Chờ báo cáo của 12 xã"),
        (QUALIFIED | NONE | {"record": "office inventory", "owing": 0}, "> 92%", "Chờ sổ trụ sở, trang thiết bị của các xã"),
        (QUALIFIED | NONE | {"record": "commune profile"}, "> 92%", "Chờ sổ đặc điểm xã của 130 xã"),
        (QUALIFIED | NONE | {"indicator": "roster.standards_pilot"}, "> 92%", "Chưa có danh sách xã điểm"),
        (DAYS | NONE, "≥ 15 ngày mỗi quý", "Chưa xã nào được ghi ngày huyện về giúp"),
        (QUALIFIED | NONE | {"declared": True}, "> 92%", "Chỉ tiêu định tính: chưa xã nào khai"),
        (REPORTS | NONE | {"owing": 10, "due": "2019-01-20"}, "= 10 huyện", "Chờ báo cáo của 10 huyện, hạn trước 20/01/2019"),
        (UNKNOWN | {"record": "", "indicator": ""}, "> 75 đơn vị", "Chưa có số liệu"),
        (TARGET | UNJUDGED, "> 75 đơn vị", ""),
    ],
)
def test_a_target_says_what_it_asks_and_how_far_away_it_is(target, goal, gap):
    assert (goals.goal(target), goals.gap(target)) == (goal, gap)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (QUALIFIED | NONE | {"expected": 1, "owing": 1}, "Chờ sổ cán bộ, công chức"),
        (FILES | NONE | {"record": "commune report"}, "Chờ báo cáo của xã"),
        (DAYS | NONE | {"outside": True}, "Ngoài phạm vi, hoặc chưa ghi"),
        (QUALIFIED | NONE | {"declared": True}, "Chỉ tiêu định tính: xã chưa khai"),
        (REPORTS | NONE, "Việc của huyện"),
        (QUALIFIED | {"unit": "% communes", "numerator": Decimal(0), "denominator": Decimal(1), "actual": Decimal(0), "gap": Decimal(-1)}, ""),
    ],
)
def test_a_commune_is_told_what_it_owes_itself(target, expected):
    assert goals.gap(target, "commune") == expected


@pytest.mark.parametrize(
    ("target", "level", "expected"),
    [
        (TARGET, "province", "71"),
        (QUALIFIED, "province", "91,75%"),
        (QUALIFIED | {"actual": Decimal(100) / 3}, "district", "33,33%"),
        (FILES | {"actual": Decimal(6199800) / 62000}, "province", "99,997%"),
        (FILES | {"actual": Decimal(100), "met": True}, "province", "100%"),
        (DAYS, "province", "11 ngày"),
        (UNKNOWN, "province", ""),
        (TARGET | {"numerator": Decimal(1), "denominator": Decimal(1)}, "commune", "Có"),
        (TARGET | {"numerator": Decimal(0), "denominator": Decimal(1)}, "commune", "Không"),
        (QUALIFIED | {"unit": "% offices", "numerator": Decimal(1), "denominator": Decimal(1), "actual": Decimal(100)}, "commune", "Có"),
        (QUALIFIED | {"numerator": Decimal(1), "denominator": Decimal(1), "actual": Decimal(100), "met": True}, "commune", "100%"),
        (REPORTS | {"numerator": Decimal(1), "denominator": Decimal(1)}, "district", "Có"),
    ],
)
def test_a_figure_is_written_in_the_unit_of_its_target(target, level, expected):
    assert goals.actual(target, level) == expected


@pytest.mark.parametrize(
    ("changes", "level", "expected"),
    [
        ({"stage": Stage.FINAL}, "province", "Chính thức"),
        ({"stage": Stage.PROVISIONAL, "parts": 118, "owing": 12}, "province", "Tạm tính: 118/130 xã"),
        ({"stage": Stage.PROVISIONAL, "parts": 8, "expected": 10, "owing": 2, "record": "district report"}, "province", "Tạm tính: 8/10 huyện"),
        ({"stage": Stage.ESTIMATE}, "province", "Ước thực hiện"),
        ({"stage": Stage.ESTIMATE, "parts": 118, "owing": 12}, "province", "Ước thực hiện: 118/130 xã"),
        ({"stage": ""}, "province", ""),
    ],
)
def test_a_figure_says_how_firm_it_is(changes, level, expected):
    assert goals.stage(TARGET | changes, level) == expected


@pytest.mark.parametrize(
    ("target", "before", "expected"),
    [
        (TARGET, None, ""),
        (UNKNOWN, Decimal(3), ""),
        (TARGET, Decimal(65), "+6"),
        (TARGET, Decimal(73), "−2"),
        (TARGET, Decimal(71), "Không đổi"),
        (QUALIFIED, Decimal("89.9"), "+1,9 điểm %"),
        (QUALIFIED, Decimal("91.73"), "+0,02 điểm %"),
        (QUALIFIED, Decimal("91.7499"), "Gần như không đổi"),
        (DAYS, Decimal(13), "−2 ngày"),
    ],
)
def test_a_figure_says_how_it_moved_since_the_half_year(target, before, expected):
    assert goals.change(target | {"before": before}) == expected


def test_the_change_of_a_yes_or_no_is_told_in_words():
    yes = TARGET | {"numerator": Decimal(1), "denominator": Decimal(1), "actual": Decimal(1)}

    assert [goals.change(yes | {"before": Decimal(before)}, "commune") for before in (0, 1)] == ["6 tháng: không", "Như 6 tháng"]


def test_targets_that_name_each_other_say_how_they_differ():
    objective = QUALIFIED | {"contradiction": "Mâu thuẫn với III.4: >= 91,5% (TG28); xem TG20, TG99"}
    measure = QUALIFIED | {"code": "TG28", "value": Decimal("91.5"), "operator": ">="}
    known = {"TG19": objective, "TG28": measure, "TG20": QUALIFIED | {"code": "TG20", "operator": ">="}}

    assert goals.related(objective, known) == [("Khác mức với", "TG28"), ("Khác dấu với", "TG20")]
    assert goals.related(measure | {"contradiction": "Trùng TG24"}, {"TG24": measure | {"code": "TG24"}}) == [("Lặp lại ở", "TG24")]


def test_the_report_of_another_term_is_read_alike_but_repeats_nothing():
    half = TARGET | {"code": "TG39", "term": "half"}
    year = TARGET | {"code": "TG40", "term": "year", "contradiction": "như TG39"}

    assert goals.related(year, {"TG39": half, "TG40": year}) == [("Hạn hiểu như", "TG39")]


# The answer

OVER = TARGET | {"name": "Xếp loại yếu", "operator": "=", "value": Decimal(0), "actual": Decimal(1), "gap": Decimal(-1), "needed": Decimal(0)}
ONE_PERSON = QUALIFIED | {"name": "Lý luận chính trị", "gap": Decimal(-1)}
LOYALTY = QUALIFIED | {"name": "Trung thành", "declared": True, "gap": Decimal(-1)}


@pytest.mark.parametrize(
    ("targets", "level", "expected"),
    [
        ([UNKNOWN], "province", "Chưa chỉ tiêu nào có số liệu: cả <b>1 chỉ tiêu</b> đang chờ."),
        ([MET, UNKNOWN], "province", "<b>1</b> chỉ tiêu đạt, <b>0</b> chưa đạt, <b>1</b> chưa có số liệu."),
        (
            [MET, TARGET, UNKNOWN],
            "province",
            "<b>1</b> chỉ tiêu đạt, <b>1</b> chưa đạt, <b>1</b> chưa có số liệu. Gần nhất: thêm <b>5 đơn vị</b> là đạt thêm chỉ tiêu “xếp loại khá”.",
        ),
        (
            [TARGET, OVER],
            "province",
            "<b>0</b> chỉ tiêu đạt, <b>2</b> chưa đạt, <b>0</b> chưa có số liệu. Gần nhất: bớt <b>1 đơn vị</b> là đạt thêm chỉ tiêu “xếp loại yếu”.",
        ),
        (
            [OVER, LOYALTY, ONE_PERSON],
            "province",
            "<b>0</b> chỉ tiêu đạt, <b>3</b> chưa đạt, <b>0</b> chưa có số liệu. Gần nhất: thêm <b>1 người</b> là đạt thêm chỉ tiêu “lý luận chính trị”.",
        ),
        (
            [TARGET | UNJUDGED, MET, QUALIFIED],
            "district",
            (
                "<b>Huyện Nậm Pồ</b>: <b>1</b> chỉ tiêu đạt mức của tỉnh, <b>1</b> chưa đạt, <b>0</b> chưa có số liệu. "
                "Gần nhất: thêm <b>8 người</b> là đạt thêm chỉ tiêu “trình độ chuyên môn trung cấp trở lên”."
            ),
        ),
        (
            [TARGET | UNJUDGED, QUALIFIED | NONE],
            "district",
            "<b>Huyện Nậm Pồ</b> chưa có số liệu của chỉ tiêu nào trong <b>1</b> chỉ tiêu xét được ở huyện.",
        ),
        ([QUALIFIED | NONE], "commune", "<b>Huyện Nậm Pồ</b> chưa có số liệu của chỉ tiêu nào trong <b>1</b> chỉ tiêu xét được ở xã."),
    ],
)
def test_the_targets_are_summed_up_for_who_reads(targets, level, expected):
    assert goals.answer(targets, "Huyện Nậm Pồ", level) == expected


def test_names_are_escaped():
    assert "<i>" not in goals.answer([TARGET | {"name": "<i>x</i>"}], "<i>", "district")


@pytest.mark.parametrize(
    ("good", "expected"),
    [
        (TARGET | {"actual": Decimal(29)}, "Tốt và khá cộng lại: 100/130, cần trên 150"),
        (TARGET | {"actual": Decimal(29), "judged": False}, "Tốt và khá cộng lại: 100/130"),
        (UNKNOWN, "Tốt và khá cộng lại: cần trên 150"),
        (UNKNOWN | {"judged": False}, ""),
    ],
)
def test_a_rise_from_fair_to_good_is_no_loss(good, expected):
    assert goals.together(good, TARGET) == expected


@pytest.mark.parametrize(
    ("target", "level", "expected"),
    [
        (TARGET, "province", "<b>71</b> trong 130 đơn vị, mức đề ra &gt;\u00a075 đơn vị: <b>thiếu 5 đơn vị</b>."),
        (QUALIFIED, "province", "<b>91,75%</b> (2.569/2.800), mức đề ra &gt;\u00a092%: <b>thiếu 8 người</b>."),
        (DAYS, "province", "Quý ít nhất có <b>11 ngày</b>, mức đề ra ≥\u00a015 ngày mỗi quý: <b>thiếu 4 ngày</b>."),
        (UNKNOWN, "province", "<b>Tỉnh Điện Biên</b> chưa có số liệu. Chờ kết quả xếp loại được duyệt."),
        (
            TARGET | UNJUDGED | {"numerator": Decimal(8), "denominator": Decimal(15), "actual": Decimal(8)},
            "district",
            "<b>Tỉnh Điện Biên</b> góp <b>8</b> trong 15 đơn vị của mình; kế hoạch đặt mức &gt;\u00a075 đơn vị cho toàn tỉnh.",
        ),
        (TARGET | UNJUDGED | {"numerator": Decimal(1), "denominator": Decimal(1)}, "commune", "<b>Tỉnh Điện Biên</b>: <b>có</b>."),
        (TARGET | UNJUDGED | {"numerator": Decimal(0), "denominator": Decimal(1)}, "commune", "<b>Tỉnh Điện Biên</b>: <b>không</b>."),
    ],
)
def test_one_target_says_how_it_stands(target, level, expected):
    assert goals.target_answer(target, "Tỉnh Điện Biên", level) == expected


def part(name, actual, **more):
    return QUALIFIED | {"name": name, "actual": None if actual is None else Decimal(actual), "met": None if actual is None else actual > 92} | more


def yes_no(answer):
    return TARGET | {
        "unit": "% communes",
        "numerator": Decimal(answer),
        "denominator": Decimal(1),
        "actual": Decimal(100 * answer),
        "met": bool(answer),
    }


def count(name, number, of=12):
    return TARGET | UNJUDGED | {"name": name, "numerator": Decimal(number), "denominator": Decimal(of), "actual": Decimal(number)}


@pytest.mark.parametrize(
    ("parts", "target", "level", "expected"),
    [
        ([part("A", None)], QUALIFIED, "district", "Chưa huyện nào có số liệu"),
        ([part("A", 95), part("B", 93)], QUALIFIED, "district", "Cả 2 huyện đều đạt mức"),
        ([part("A", 95), part("B", None)], QUALIFIED, "district", "Cả 1 huyện có số liệu đều đạt mức"),
        ([part("A", 80), part("B", 93)], QUALIFIED, "district", "1 trong 2 huyện chưa đạt mức; thấp nhất là A, 80%"),
        ([part("A", 80), part("B", 80)], QUALIFIED, "commune", "2 trong 2 xã chưa đạt mức; thấp nhất 80%"),
        ([yes_no(0), yes_no(1)], yes_no(0), "commune", "1 trong 2 xã chưa đạt"),
        ([count("A", 3), count("B", 8)], TARGET, "district", "Nhiều nhất ở B: 8 đơn vị"),
        ([count("A", 3), count("B", 3)], TARGET, "district", "Nhiều nhất ở A, B: 3 đơn vị"),
        ([count(name, 3) for name in "ABCD"], TARGET, "district", "Nhiều nhất ở 4 huyện: 3 đơn vị"),
        ([count("A", 0)], TARGET, "district", "Không huyện nào có"),
        ([count("A", 0, 1), count("B", 1, 1)], TARGET, "commune", "1 trong 2 xã: xếp loại khá"),
    ],
)
def test_the_units_below_are_headed_by_who_is_furthest(parts, target, level, expected):
    assert goals.parts_heading(parts, target, level) == expected


# What can hold together

PLAN = {"good": (">=", 25), "fair": (">", 75), "average": ("<", 30), "weak": ("=", 0)}


def claims(**fixed):
    return {grade: claim(operator, Decimal(value), 130, fixed.get(grade, 0)) for grade, (operator, value) in PLAN.items()}


@pytest.mark.parametrize(
    ("fixed", "heading", "said"),
    [
        (
            {},
            "Các mức hạng còn cùng đạt được",
            [
                (
                    "Còn 130 đơn vị chưa duyệt: ít nhất 25 phải là tốt, ít nhất 76 phải là khá, nhiều nhất 54 là tốt, nhiều nhất 105 là khá, "
                    "nhiều nhất 29 là trung bình, không đơn vị nào được là yếu."
                )
            ],
        ),
        (
            {"good": 27, "fair": 70, "average": 21},
            "Các mức hạng còn cùng đạt được",
            ["Còn 12 đơn vị chưa duyệt: ít nhất 6 phải là khá, nhiều nhất 6 là tốt, nhiều nhất 6 là trung bình, không đơn vị nào được là yếu."],
        ),
        (
            {"good": 20, "fair": 70, "average": 20, "weak": 1},
            "Mức hạng yếu không còn đạt được; các mức khác còn cùng đạt được",
            [
                "Hạng yếu đã duyệt 1, mức cho phép nhiều nhất 0: không còn đạt được.",
                (
                    "Còn 19 đơn vị chưa duyệt để giữ các mức còn lại: ít nhất 5 phải là tốt, ít nhất 6 phải là khá, nhiều nhất 13 là tốt, "
                    "nhiều nhất 14 là khá, nhiều nhất 8 là trung bình."
                ),
            ],
        ),
        (
            {"good": 29, "fair": 71, "average": 26},
            "Mức hạng khá không còn đạt được; các mức khác còn cùng đạt được",
            [
                "Hạng khá còn cần thêm 5 mà chỉ còn 4 đơn vị chưa duyệt: không còn đạt được.",
                "Còn 4 đơn vị chưa duyệt để giữ các mức còn lại: nhiều nhất 3 là trung bình, không đơn vị nào được là yếu.",
            ],
        ),
        (
            {"good": 24, "fair": 76, "average": 27, "weak": 3},
            "Duyệt đủ 130 đơn vị: mức hạng tốt và yếu không đạt",
            ["Hạng tốt có 24, cần ít nhất 25: không đạt.", "Hạng yếu đã duyệt 3, mức cho phép nhiều nhất 0: không còn đạt được."],
        ),
        ({"good": 29, "fair": 76, "average": 25}, "Các mức hạng cùng đạt", ["Đã duyệt đủ 130 đơn vị: không đơn vị nào còn đổi hạng."]),
        (
            {"good": 20, "fair": 72, "average": 29, "weak": 1},
            "Mức hạng yếu không còn đạt được",
            [
                "Hạng yếu đã duyệt 1, mức cho phép nhiều nhất 0: không còn đạt được.",
                "Hạng tốt và khá cộng lại còn cần thêm 9 mà chỉ còn 8 đơn vị chưa duyệt: không còn cùng đạt được.",
                "Còn 8 đơn vị chưa duyệt để giữ các mức còn lại: không đơn vị nào được là trung bình.",
            ],
        ),
    ],
)
def test_what_is_still_possible_is_told_in_communes(fixed, heading, said):
    assert goals.feasible_heading(claims(**fixed), 130) == heading
    assert goals.prospects(claims(**fixed), 130) == said


def test_the_plan_alone_just_fits():
    assert goals.principle(claims(), 130) == "Theo kế hoạch vừa khít: tốt 25 + khá 76 + trung bình 29 = 130 đơn vị."
    assert goals.principle(claims(), 100) == "Ngay khi chưa duyệt đơn vị nào, các mức này đã không thể cùng đạt."
    assert goals.feasible_heading(claims(), 100) == "Các mức hạng của kế hoạch không thể cùng đạt với 100 đơn vị"


@pytest.mark.parametrize(
    ("fixed", "value", "expected"),
    [
        ({}, 63, "Danh hiệu không phải là hạng; đủ tốt và khá theo mức thì đủ chỗ cho 63 danh hiệu (trung bình, yếu không được xét, III.7)."),
        ({}, 110, "Danh hiệu không phải là hạng; cần 110, còn 130 đơn vị có thể được xét (trung bình, yếu không được xét, III.7)."),
        (
            {"average": 60, "weak": 10},
            63,
            "Danh hiệu (cần 63) không còn đạt được: 70 đơn vị trung bình, yếu không được xét (III.7), chỉ còn 60.",
        ),
    ],
)
def test_the_title_is_no_class_and_still_needs_room(fixed, value, expected):
    assert goals.titles(TARGET | {"operator": ">=", "value": Decimal(value)}, claims(**fixed), 130) == expected
    assert goals.titles(None, claims(), 130) == ""


# Against plain fractions

shares = st.tuples(st.integers(1, 5000), st.sampled_from([">=", ">", "="]), st.decimals(0, 100, places=2)).flatmap(
    lambda case: st.tuples(st.integers(0, case[0]), *map(st.just, case))
)


@given(shares)
def test_a_share_is_judged_as_the_fraction_that_it_is(case):
    numerator, denominator, operator, value = case
    fraction, goal = Fraction(100 * numerator, denominator), Fraction(value)

    found = judge("% officials", operator, value, Decimal(numerator), Decimal(denominator))

    assert found.met is {">=": fraction >= goal, ">": fraction > goal, "=": fraction == goal}[operator]
    if operator != "=":
        least = next(n for n in range(denominator + 2) if OPERATORS[operator](Fraction(100 * n, denominator), goal))
        assert (found.needed, found.gap) == (least, numerator - least)


@given(shares)
def test_a_share_is_never_rounded_across_its_target(case):
    numerator, denominator, operator, value = case
    assume(abs(Fraction(100 * numerator, denominator) - Fraction(value)) > Fraction(1, 10**8) or 100 * numerator == value * denominator)

    shown = goals.shown(Decimal(100 * numerator) / denominator, value)

    assert abs(Fraction(shown) - Fraction(100 * numerator, denominator)) <= Fraction(1, 200)
    assert OPERATORS[operator](shown, value) is OPERATORS[operator](Fraction(100 * numerator, denominator), Fraction(value))


@given(shares)
def test_the_gap_in_words_is_the_number_of_people_that_changes_the_verdict(case):
    numerator, denominator, operator, value = case
    assume(operator != "=" and value < 100)
    found = judge("% officials", operator, value, Decimal(numerator), Decimal(denominator))
    row = QUALIFIED | {"operator": operator, "value": value, "actual": found.actual, "gap": found.gap, "met": found.met}

    said = goals.gap(row)

    people = int(said.split()[1].replace(".", "")) if said.split()[0] in ("Thiếu", "Vượt") else 0
    if found.met:
        assert not judge("% officials", operator, value, Decimal(numerator - people - 1), Decimal(denominator)).met
    else:
        assert judge("% officials", operator, value, Decimal(numerator + people), Decimal(denominator)).met
        assert not judge("% officials", operator, value, Decimal(numerator + people - 1), Decimal(denominator)).met


# Pages of one target


def of_unit(code, level, parent, numerator=None, denominator=1, *, owes=True, parts=1):
    figure = None
    if numerator is not None:
        figure = Figure(Decimal(numerator), Decimal(denominator), Decimal(0), None, None, None, parts)
    return {"code": code, "level": level, "name": code, "full_name": f"Xã {code}", "parent": parent, "owes": owes, "figure": figure}


def opened(level, parts, target=QUALIFIED):
    return pages.target([target], target["code"], parts, "Huyện Nậm Pồ", level, half=False, address=lambda part: f"/to/{part['code']}")


def test_districts_are_listed_from_the_lowest_and_those_without_data_last():
    parts = [
        of_unit("A", "district", "11", 95, 100, parts=1),
        of_unit("B", "district", "11"),
        of_unit("C", "district", "11", 50, 100, parts=1),
        of_unit("a1", "commune", "A", 95, 100),
        of_unit("b1", "commune", "B"),
        of_unit("b2", "commune", "B", owes=False),
        of_unit("c1", "commune", "C", 50, 100),
        of_unit("c2", "commune", "C"),
    ]

    page = opened("province", parts)

    assert [(row["code"], row["figure"], row["room"] if row["figure"] else "", row["parts"], row["expected"]) for row in page["below"]] == [
        ("C", "50%", "Thiếu 43 người", 1, 2),
        ("A", "95%", "Vượt 2 người", 1, 1),
        ("B", "", "", 0, 1),
    ]
    assert [(district, [row["code"] for row in rows]) for district, rows in page["owing"]] == [("B", ["b1"]), ("C", ["c2"])]
    assert page["owing_heading"] == "2 xã chưa có số liệu"
    assert (page["picture"]["kind"], page["picture"]["low"], page["picture"]["high"]) == ("dots", Decimal(45), Decimal(95))


def test_the_communes_of_a_district_lead_to_the_record():
    page = opened("district", [of_unit("a1", "commune", "A", 5, 10), of_unit("a2", "commune", "A")])

    assert [(row["code"], row["address"]) for row in page["below"]] == [("a1", "/to/a1"), ("a2", "/to/a2")]
    assert [(district, [row["address"] for row in rows]) for district, rows in page["owing"]] == [("Huyện Nậm Pồ", ["/to/a2"])]


def test_where_only_some_owe_a_figure_the_others_are_not_listed():
    page = opened("district", [of_unit("a1", "commune", "A", 5, 10), of_unit("a2", "commune", "A")], QUALIFIED | {"everyone": False})

    assert [row["code"] for row in page["below"]] == ["a1"]
    assert page["owing"] == []


def test_what_concerns_other_communes_is_neither_met_nor_unknown():
    support = DAYS | NONE | {"code": "TG37", "everyone": False}

    province, district = (pages.targets([MET, support], "Huyện Nậm Pồ", level, half=False) for level in ("province", "district"))

    assert province["answer"] == "<b>1</b> chỉ tiêu đạt, <b>0</b> chưa đạt, <b>1</b> chưa có số liệu."
    assert district["answer"] == "<b>Huyện Nậm Pồ</b>: <b>1</b> chỉ tiêu đạt mức của tỉnh, <b>0</b> chưa đạt, <b>0</b> chưa có số liệu."
    rows = {row["code"]: row for group in district["groups"] for row in group["shown"]}
    assert (rows["TG37"]["outside"], rows["TG37"]["result"], rows["TG37"]["room"]) == (True, "", "Không xã nào thuộc phạm vi, hoặc chưa ghi")


def test_too_many_is_furthest_from_a_target_that_sets_a_ceiling():
    parts = [of_unit("A", "district", "11", 1, 9, parts=9), of_unit("B", "district", "11", 7, 9, parts=9)]

    page = opened("province", parts, TARGET | {"operator": "<", "value": Decimal(30)})

    assert [row["code"] for row in page["below"]] == ["B", "A"]
    assert page["picture"] == {"kind": "bars", "goal": "", "widest": 9}
    assert [(piece.of, piece.width) for piece in page["below"][0]["bar"]] == [("yes", "77.78%"), ("no", "22.22%")]


def test_communes_that_say_yes_or_no_are_squares():
    target = QUALIFIED | {"unit": "% communes", "operator": "=", "value": Decimal(100)}
    parts = [of_unit("a1", "commune", "A", 1), of_unit("a2", "commune", "A", 0), of_unit("a3", "commune", "A")]

    page = opened("district", parts, target)

    assert [(key, [row["code"] for row in rows]) for key, rows in page["picture"]["sets"]] == [("yes", ["a1"]), ("no", ["a2"]), ("none", ["a3"])]
    assert [row["code"] for row in page["below"]] == ["a2", "a1", "a3"]
