"""What a board says, by tables of cases: met, not met, no data; due, due today, overdue."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reports import board as boards
from reports.rules import Board, Commune, Criterion, District, Figure, Filing, Term
from scoring.rules import Grade, State, Threshold

TODAY = date(2019, 1, 7)
YEAR = Term("2018-Y", "Năm 2018", "year", date(2019, 1, 19))
HALF = Term("2018-H1", "6 tháng đầu năm 2018", "half", date(2018, 6, 19))
THRESHOLDS = [
    Threshold(Grade.GOOD, Decimal(85)),
    Threshold(Grade.FAIR, Decimal(65)),
    Threshold(Grade.AVERAGE, Decimal(45)),
    Threshold(Grade.WEAK, Decimal(0)),
]
CRITERIA = [Criterion("CC01", "I.1", "Hoạt động của HĐND", Decimal(20)), Criterion("CC10", "V.1", "Trụ sở", Decimal(20))]
FILED = Filing(datetime(2019, 1, 5, 3, tzinfo=UTC), late=False)
LATE = Filing(datetime(2019, 1, 22, 3, tzinfo=UTC), late=True)


def figure(numerator: float, denominator: float = 1) -> Figure:
    return Figure(Decimal(str(numerator)), Decimal(str(denominator)), Decimal(0))


def district(name: str = "Tuần Giáo", filing: Filing | None = None, *, code: str = "", **figures: Figure) -> District:
    by_indicator = {indicator.replace("__", "."): value for indicator, value in figures.items()}
    return District(code or name, name, f"Huyện {name}", by_indicator, {"2018-Y": filing or Filing()})


def commune(name: str = "Mường Mùn", where: str = "Tuần Giáo", **fields: object) -> Commune:
    return Commune(name, name, f"Xã {name}", where, **fields)


def target(code: str, operator: str, value: int, actual: int | None, met: bool | None, gap: int | None, unit: str = "communes") -> dict[str, object]:
    numbers = {"value": Decimal(value), "actual": actual if actual is None else Decimal(actual), "gap": gap if gap is None else Decimal(gap)}
    owed = {"record": "classification", "indicator": "", "declared": False, "population": "", "owing": 0, "due": ""}
    return {"code": code, "name": code, "operator": operator, "met": met, "judged": True, "unit": unit, **owed, **numbers}


MET = target("TG02", ">=", 25, 29, True, 4)
MISSED = target("TG03", ">", 75, 71, False, -5)
NEAR = target("TG05", "=", 0, 1, False, -1)
PEOPLE = target("TG20", ">", 51, 50, False, -2, "% officials")
LOYAL = target("TG22", "=", 100, 99, False, -1, "% officials") | {"declared": True}
UNKNOWN = target("TG18", "=", 100, None, None, None, "%")


def board(**parts: object) -> Board:
    """A board of the year without anything, but for these parts."""
    empty = Board(YEAR, None, [], datetime(2019, 1, 7, 7, 30, tzinfo=UTC), 0, {}, [], [], [], THRESHOLDS, CRITERIA)
    return replace(empty, **parts)


# Words


@pytest.mark.parametrize(("number", "words"), [(0, "không"), (1, "một"), (10, "mười"), (11, "11"), (1200, "1.200")])
def test_numbers_are_words_up_to_ten(number, words):
    assert boards.count(number) == words


@pytest.mark.parametrize(("names", "words"), [(["A"], "A"), (["A", "B"], "A và B"), (["A", "B", "C"], "A, B và C")])
def test_names_stand_in_a_row(names, words):
    assert boards.listed(names) == words


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2019, 1, 7), "còn 12 ngày"),
        (date(2019, 1, 18), "còn 1 ngày"),
        (date(2019, 1, 19), "hạn cuối hôm nay"),
        (date(2019, 1, 20), "đã quá hạn"),
    ],
)
def test_a_deadline_never_invents_days(today, words):
    assert boards.deadline(YEAR.last_day, today) == words


# The answer


@pytest.mark.parametrize(
    ("targets", "figures", "expected"),
    [
        (
            [MET, MISSED, UNKNOWN],
            {},
            "Nếu chốt hôm nay: <b>1 trong 2</b> chỉ tiêu có số liệu đạt, <b>1</b> chưa đạt, <b>1</b> chưa có số liệu.",
        ),
        ([MET, MISSED], {}, "Nếu chốt hôm nay: <b>1 trong 2</b> chỉ tiêu đạt, <b>1</b> chưa đạt."),
        ([MISSED, UNKNOWN], {}, "Nếu chốt hôm nay: <b>0 trong 1</b> chỉ tiêu có số liệu đạt, <b>1</b> chưa đạt, <b>1</b> chưa có số liệu."),
        ([MET, UNKNOWN], {}, "Nếu chốt hôm nay: cả <b>1</b> chỉ tiêu có số liệu đều đạt, <b>1</b> chưa có số liệu."),
        ([MET], {}, "Nếu chốt hôm nay: cả <b>1</b> chỉ tiêu đều đạt."),
        ([UNKNOWN, UNKNOWN], {}, "Chưa chỉ tiêu nào có số liệu: cả <b>2 chỉ tiêu</b> đang chờ."),
        ([MET], {"state.approved": figure(130, 130), "submitted": figure(130, 130)}, "Kết quả đã duyệt đủ: cả <b>1</b> chỉ tiêu đều đạt."),
    ],
)
def test_the_answer_counts_the_targets(targets, figures, expected):
    defaults = {"state.approved": figure(1, 130), "submitted": figure(1, 130)}

    assert boards.answer(board(targets=targets, figures=defaults | figures), TODAY) == expected


@pytest.mark.parametrize(
    ("filings", "today", "expected"),
    [
        ([FILED, None], TODAY, "<b>1 huyện</b> chưa gửi báo cáo năm, <b>còn 12 ngày</b>"),
        ([FILED, None], date(2026, 1, 1), "<b>1 huyện</b> chưa gửi báo cáo năm, <b>đã quá hạn</b>"),
        ([None, None], date(2019, 1, 19), "<b>2 huyện</b> chưa gửi báo cáo năm, <b>hạn cuối hôm nay</b>"),
        ([FILED, LATE], TODAY, "cả <b>2 huyện</b> đã gửi báo cáo năm, <b>1</b> huyện trễ hạn"),
        ([FILED, FILED], TODAY, "cả <b>2 huyện</b> đã gửi báo cáo năm đúng hạn"),
    ],
)
def test_the_answer_counts_the_reports(filings, today, expected):
    districts = [district(str(n), filing) for n, filing in enumerate(filings)]

    assert boards.answer(board(districts=districts, filled_at=None), today) == f"Chưa tổng hợp số liệu của kỳ này; {expected}."


# Targets


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([UNKNOWN], "Chưa chỉ tiêu nào có số liệu"),
        ([MET, UNKNOWN], "Cả 1 chỉ tiêu có số liệu đều đạt"),
        ([MET], "Cả 1 chỉ tiêu đều đạt"),
        ([MET, MISSED], "Một chỉ tiêu chưa đạt"),
        ([NEAR], "Một chỉ tiêu chưa đạt, chỉ cách không quá hai đơn vị"),
        (
            [NEAR, PEOPLE, LOYAL],
            "Ba chỉ tiêu chưa đạt; hai trong số đó chỉ cách không quá hai đơn vị hoặc người",
        ),
        ([MISSED, NEAR, MET], "Hai chỉ tiêu chưa đạt; một trong số đó chỉ cách không quá hai đơn vị"),
    ],
)
def test_the_targets_head_with_what_is_missed(targets, expected):
    assert boards.targets(board(targets=targets)).finding == expected


def test_the_nearest_targets_come_first():
    said = boards.targets(board(targets=[MISSED, NEAR, MET, UNKNOWN]))
    shares = boards.targets(board(targets=[LOYAL, PEOPLE]))

    assert [row[1:] for row in shares.nearest] == [("> 51%", "50%", "Thiếu 2 người")]
    assert [row[1:] for row in said.nearest] == [("= 0 đơn vị", "1", "Quá 1 đơn vị"), ("> 75 đơn vị", "71", "Thiếu 5 đơn vị")]
    assert (said.met, said.missed, said.unknown) == ([MET], [MISSED, NEAR], [UNKNOWN])


# What waits


def test_what_waits_is_counted_from_the_forms_as_they_are_now():
    long_ago, now = datetime(2018, 12, 29, 18, tzinfo=UTC), datetime(2019, 1, 6, tzinfo=UTC)
    communes = [
        commune("A", state=State.APPRAISED, waiting_since=now),
        commune("B", state=State.APPRAISED, waiting_since=long_ago),
        commune("C", state=State.RETURNED),
        commune("D", state=State.DRAFT),
        commune("E", state=State.APPROVED),
    ]

    said = boards.waiting(board(communes=communes, districts=[district("Nậm Pồ"), district("Tủa Chùa", FILED)]), TODAY)

    assert (said.appraised, said.who, said.since, said.days) == (2, "xã B", date(2018, 12, 30), 8)
    assert (said.returned, said.unsent, said.unfiled, said.deadline) == (1, 1, ["Nậm Pồ"], "còn 12 ngày")


def test_nothing_waits_when_everything_is_approved_and_filed():
    assert not boards.waiting(board(communes=[commune(state=State.APPROVED)], districts=[district(filing=FILED)]), TODAY)


# Classes

GOALS = {"TG01": (">=", 63), "TG02": (">=", 25), "TG03": (">", 75), "TG04": ("<", 30), "TG05": ("=", 0)}


def classes(**actuals: tuple[int, bool, int]) -> Board:
    """A board with these actuals, verdicts and gaps."""
    targets = [target(code, *goal, *actuals.get(code, (None, None, None))) for code, goal in GOALS.items()]
    indicators = {"TG01": "title", "TG02": "grade.good", "TG03": "grade.fair", "TG04": "grade.average", "TG05": "grade.weak"}
    return board(targets=targets, figures={indicators[code]: figure(actual[0], 130) for code, actual in actuals.items()})


ALL_MET = {"TG01": (63, True, 0), "TG02": (29, True, 4), "TG03": (76, True, 0), "TG04": (25, True, 4), "TG05": (0, True, 0)}


@pytest.mark.parametrize(
    ("actuals", "expected"),
    [
        ({}, "Chưa đơn vị nào được duyệt nên chưa so được với mức đề ra"),
        (ALL_MET, "Danh hiệu, tốt, khá, trung bình và yếu đều trong mức đề ra"),
        (
            ALL_MET | {"TG01": (58, False, -5), "TG03": (71, False, -5)},
            "Tốt, trung bình và yếu đã trong mức; danh hiệu và khá cùng thiếu 5 đơn vị",
        ),
        (
            ALL_MET | {"TG01": (58, False, -5), "TG05": (1, False, -1)},
            "Tốt, khá và trung bình đã trong mức; danh hiệu thiếu 5 đơn vị, yếu quá 1 đơn vị",
        ),
        ({"TG02": (9, False, -16)}, "Chưa mục nào trong mức đề ra: tốt thiếu 16 đơn vị"),
    ],
)
def test_the_classes_head_with_what_the_plan_still_misses(actuals, expected):
    assert boards.classes(classes(**actuals)).finding == expected


def test_good_and_fair_are_also_told_together():
    said = boards.classes(classes(**ALL_MET | {"TG03": (71, False, -5)}))

    assert said.together == (100, 101)
    assert said.top == 90
    assert [(row.key, row.actual, row.goal, row.gap) for row in said.rows][:3] == [
        ("title", 63, "≥ 63 đơn vị", ""),
        ("good", 29, "≥ 25 đơn vị", "Vượt 4 đơn vị"),
        ("fair", 71, "> 75 đơn vị", "Thiếu 5 đơn vị"),
    ]


def test_a_class_without_data_is_not_zero():
    said = boards.classes(classes())

    assert [row.actual for row in said.rows] == [None] * 5
    assert said.together is None


# The map


@pytest.mark.parametrize(
    ("low", "expected"),
    [
        ([None, None], "Chưa đơn vị nào có kết quả để tô lên bản đồ"),
        ([0, 0], "Không đơn vị nào xếp loại trung bình hoặc yếu"),
        ([3, 0, 0, 0], "Đơn vị trung bình và yếu (3) chỉ có ở A"),
        ([9, 1, 0, 0], "9 trong 10 đơn vị trung bình và yếu nằm ở A"),
        ([3, 0, 4, 1], "7 trong 8 đơn vị trung bình và yếu nằm ở C và A"),
        ([1, 1, 1, 1], "4 đơn vị trung bình và yếu nằm ở bốn huyện"),
        ([5, 5, 5, 5, 1, 0, 0, 0], "20 trong 21 đơn vị trung bình và yếu nằm ở bốn huyện"),
    ],
)
def test_the_map_heads_with_where_the_low_classes_lie(low, expected):
    names = "ABCDEFGH"[: len(low)]
    communes = [commune(f"{name}{n}", name, grade=Grade.AVERAGE) for name, number in zip(names, low, strict=True) for n in range(number or 0)]
    communes += [commune(f"{name}-fair", name, grade=None if number is None else Grade.FAIR) for name, number in zip(names, low, strict=True)]

    assert boards.land(board(districts=[district(name) for name in names], communes=communes)).finding == expected


def test_the_table_beside_the_map_adds_up():
    communes = [commune("A", grade=Grade.GOOD, total=Decimal("205.5")), commune("B", grade=Grade.WEAK, total=Decimal(100)), commune("C")]

    said = boards.land(board(districts=[district()], communes=communes))

    assert (said.places[0].counts, said.places[0].none, said.places[0].total) == ({"good": 1, "fair": 0, "average": 0, "weak": 1}, 1, 3)
    assert said.whole.counts == said.places[0].counts
    assert [words for _commune, words in said.communes] == [
        "Xã A, Tuần Giáo: tốt, 205,5 điểm",
        "Xã B, Tuần Giáo: yếu, 100 điểm",
        "Xã C, Tuần Giáo: chưa có điểm",
    ]


@pytest.mark.parametrize(
    ("outline", "expected"),
    [("", None), ("M0 0l10 0 0 10-10 0z", (5, 5)), ("M0 0l2 0 0 2-2 0zM100 100l20 0 0 20-20 0z", (110, 110)), ("M5 5l1 0z", None)],
)
def test_a_name_stands_in_the_middle_of_the_largest_piece(outline, expected):
    assert boards.middle(outline) == expected


def test_names_on_the_map_step_aside_from_each_other():
    labels = {"Điện Biên": (400, 690), "Điện Biên Đông": (500, 695), "Tủa Chùa": (600, 300)}

    placed = boards.apart(labels)

    assert placed["Tủa Chùa"] == (600, 300)
    assert placed["Điện Biên Đông"][0] - placed["Điện Biên"][0] >= boards.LETTER * 23 // 2


# Progress

STATES = {"state__approved": figure(5, 10), "state__appraised": figure(2, 10), "state__submitted": figure(1, 10), "state__returned": figure(1, 10)}
COUNTS = STATES | {"state__draft": figure(1, 10), "submitted": figure(9, 10), "late": figure(3, 10)}


def test_progress_is_a_bar_of_all_forms():
    row = boards.course(board(districts=[district(filing=FILED, **COUNTS)]), TODAY).rows[0]

    assert (row.expected, row.approved, row.appraised, row.below, row.late) == (10, 5, 2, 3, 3)
    assert [(piece.kind, piece.start, piece.length) for piece in row.bar] == [
        ("approved", 0, 5),
        ("appraised", 5, 2),
        ("held", 7, 2),
        ("unsent", 9, 1),
    ]


def test_progress_without_figures_is_no_data():
    row = boards.course(board(districts=[district()]), TODAY).rows[0]

    assert (row.expected, row.approved, row.appraised, row.below, row.late, row.bar) == (None, None, None, None, None, [])


@pytest.mark.parametrize(
    ("filing", "today", "expected"),
    [
        (FILED, TODAY, ("on_time", "Đúng hạn")),
        (LATE, TODAY, ("late", "Trễ 3 ngày")),
        (None, TODAY, ("open", "còn 12 ngày")),
        (None, date(2019, 1, 20), ("overdue", "đã quá hạn")),
    ],
)
def test_a_report_is_on_time_late_open_or_overdue(filing, today, expected):
    mark = boards.course(board(districts=[district(filing=filing)]), today).rows[0].marks[0]

    assert (mark.kind, mark.words) == expected


@pytest.mark.parametrize(
    ("filings", "expected"),
    [
        ([], "Chưa có huyện nào trong kỳ này"),
        ([None, None], "Chưa huyện nào gửi báo cáo năm, còn 12 ngày"),
        ([FILED, None], "Một huyện đã gửi báo cáo năm; B chưa gửi, còn 12 ngày"),
        ([FILED, None, None, None, None], "Một huyện đã gửi báo cáo năm; bốn huyện chưa gửi, còn 12 ngày"),
        ([FILED, LATE], "Cả 2 huyện đã gửi báo cáo năm, một huyện trễ hạn"),
        ([FILED, FILED], "Cả 2 huyện đã gửi báo cáo năm đúng hạn"),
    ],
)
def test_progress_heads_with_who_has_not_reported(filings, expected):
    districts = [district(name, filing) for name, filing in zip("ABCDE", filings, strict=False)]

    assert boards.course(board(districts=districts), TODAY).finding == expected


def test_the_earlier_report_of_the_plan_stands_beside():
    one = replace(district(filing=FILED), filings={"2018-Y": FILED, "2018-H1": Filing(datetime(2018, 6, 20, 3, tzinfo=UTC), late=True)})

    said = boards.course(board(districts=[one], earlier=HALF), TODAY)

    assert [(mark.term.code, mark.words) for mark in said.rows[0].marks] == [("2018-Y", "Đúng hạn"), ("2018-H1", "Trễ 1 ngày")]
    assert [(term.code, filed, on_time) for term, filed, on_time in said.filed] == [("2018-Y", 1, 1), ("2018-H1", 1, 0)]


# Districts against criteria


def scores(name: str, council: float, office: float) -> District:
    return district(name, criterion__CC01=figure(council * 2, 2), criterion__CC10=figure(office * 2, 2))


@pytest.mark.parametrize(
    ("districts", "expected"),
    [
        ([district("A")], "Chưa huyện nào có kết quả để so các tiêu thức"),
        ([scores("A", 17, 12), scores("B", 16, 13), district("C")], "Trụ sở (V.1) thấp nhất hoặc đồng thấp nhất ở cả 2 huyện"),
        (
            [scores("A", 17, 12), scores("B", 16, 13), scores("C", 12, 14)],
            "Trụ sở (V.1) thấp nhất hoặc đồng thấp nhất ở 2 trong 3 huyện",
        ),
        ([scores("A", 17, 12), scores("B", 12, 15)], "Mỗi huyện yếu ở một tiêu thức khác nhau, không tiêu thức nào thấp nhất ở đa số huyện"),
    ],
)
def test_the_comparison_heads_with_the_criterion_that_lags(districts, expected):
    assert boards.heat(board(districts=districts)).finding == expected


def test_cells_have_levels_and_the_lowest_of_a_column_is_marked():
    said = boards.heat(board(districts=[scores("A", 17, 12.9), scores("B", 15, 13), district("C")]))

    cells = {name: [(cell.mean, cell.level, cell.lowest) for cell in row] for name, _code, row in said.rows}
    assert cells["A"] == [(Decimal("17.0"), 4, False), (Decimal("12.9"), 1, True)]
    assert cells["B"] == [(Decimal("15.0"), 3, True), (Decimal("13.0"), 2, False)]
    assert cells["C"] == [(None, None, False)] * 2
    assert said.empty == ["C"]
    assert said.bounds == [Decimal(17), Decimal(15), Decimal(13)]


# Own points against the result


def pair(name: str, where: str, own: float, result: float) -> Commune:
    return commune(name, where, self_total=Decimal(str(own)), total=Decimal(str(result)), max_total=Decimal(240))


@pytest.mark.parametrize(
    ("communes", "expected"),
    [
        ([], "Chưa có kết quả để so với điểm tự chấm"),
        ([pair("1", "A", 180, 180), pair("2", "B", 170, 171)], "Không huyện nào tự chấm bình quân cao hơn kết quả"),
        ([pair("1", "A", 180, 170)], "A tự chấm cao hơn kết quả bình quân 10 điểm"),
        ([pair("1", "A", 180, 178), pair("2", "B", 180, 167.5)], "B tự chấm cao hơn kết quả nhiều nhất, bình quân 12,5 điểm"),
        ([pair("1", "A", 180, 178), pair("2", "B", 180, 178)], "A và B tự chấm cao hơn kết quả nhiều nhất, bình quân 2 điểm"),
    ],
)
def test_own_points_head_with_who_is_furthest_above_the_result(communes, expected):
    assert boards.gaps(board(districts=[district("A"), district("B")], communes=communes)).finding == expected


def test_own_points_lie_on_a_common_scale():
    communes = [pair("1", "A", 190, 180), pair("2", "A", 170, 170), pair("3", "A", 0, 0), commune("4", "B")]

    said = boards.gaps(board(districts=[district("A"), district("B")], communes=communes))

    assert [(row.own, row.result, row.communes, row.lowered) for row in said.rows] == [(Decimal("120.0"), Decimal("116.7"), 3, 1)]
    assert (said.empty, said.low, said.high) == (["B"], 110, 130)
    assert said.dots == [(said.rows[0], Decimal("10.0"), Decimal("6.7"))]


# Near the next class


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([], "Chưa đơn vị nào có kết quả để so với hạng trên"),
        ([204, 199.75], "Không đơn vị nào cách hạng trên trong vòng 4 điểm"),
        ([200, 199.5, 155.5], "Hai đơn vị cách hạng trên không quá 4 điểm"),
    ],
)
def test_the_near_ones_are_counted(totals, expected):
    communes = [commune(str(n), total=Decimal(str(total)), max_total=Decimal(240)) for n, total in enumerate(totals)]

    assert boards.closest(board(communes=communes)).finding == expected


def test_the_near_ones_are_told_what_they_lack_and_where_they_are_weakest():
    near = commune("A", total=Decimal("203.5"), max_total=Decimal(240), lowest="CC10", lowest_points=Decimal(15))
    nearer = commune("B", total=Decimal("155.75"), max_total=Decimal(240))

    said = boards.closest(board(communes=[near, nearer], districts=[district()]))

    assert [(row.commune.name, row.district, row.grade, row.missing, row.weakest) for row in said.rows] == [
        ("B", "Tuần Giáo", Grade.FAIR, Decimal("0.25"), None),
        ("A", "Tuần Giáo", Grade.GOOD, Decimal("0.5"), CRITERIA[1]),
    ]


def test_a_board_without_anything_can_be_read():
    said = boards.read(board(filled_at=None), TODAY + timedelta(days=1))

    assert said["answer"] == "Chưa tổng hợp số liệu của kỳ này."
    assert said["expected"] == 0
