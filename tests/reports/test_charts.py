"""Where marks lie, at the edges."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import charts


def dots(*totals):
    return charts.dots([Decimal(str(total)) for total in totals], lambda total: total, {Decimal(156): "khá", Decimal(204): "tốt"})


def test_each_value_is_a_dot_in_its_column_and_equals_are_stacked():
    plot = dots(160, 160.5, 200)

    first, second, third = plot.dots
    assert (first.x, first.of, second.of) == (second.x, Decimal(160), Decimal("160.5"))
    assert float(first.y) > float(second.y)
    assert float(third.x) > float(first.x)


@pytest.mark.parametrize("totals", [(0,), (240,), (156,), (204,), tuple([200] * 130), tuple(range(0, 241, 2))])
def test_all_dots_and_lines_lie_within_the_frame(totals):
    plot = dots(*totals)

    assert len(plot.dots) == len(totals)
    assert all(0 <= float(mark.x) <= charts.WIDTH for mark in [*plot.dots, *plot.lines, *plot.ticks])
    assert all(0 < float(mark.y) < float(plot.base) for mark in plot.dots)


def test_dots_lie_on_the_right_side_of_a_line():
    plot = dots(203.99, 204)

    line = float(plot.lines[1].x)
    below, above = (float(dot.x) for dot in plot.dots)
    assert below < line < above


def test_a_number_line_holds_its_goals_and_the_figure():
    axis = charts.axis({Decimal("91.5"): "III.4", Decimal(92): "II.2"}, Decimal("91.75"))

    assert [mark.of for mark in axis.ticks] == [Decimal(91), Decimal("91.5"), Decimal(92), Decimal("92.5"), Decimal(93)]
    assert [(mark.x, mark.of) for mark in axis.goals] == [("200", "III.4"), ("360", "II.2")]
    assert axis.at.x == "280"


def test_a_bar_is_stacked_without_gaps_and_without_empty_pieces():
    pieces = charts.stack({"good": 1, "fair": 0, "weak": 3})

    assert [(piece.of, piece.count, piece.x, piece.width) for piece in pieces] == [("good", 1, "0%", "25%"), ("weak", 3, "25%", "75%")]


def test_nothing_makes_an_empty_bar():
    assert charts.stack({"good": 0}) == []


def test_totals_run_from_left_to_right_and_more_is_higher():
    course = charts.course([("6 tháng", Decimal(190)), ("Năm", Decimal(208))], {Decimal(204): "từ 204: tốt"})

    first, second = course.points
    assert (first.x, second.x) == ("180", "540")
    assert float(second.y) < float(course.bounds[0].y) < float(first.y)


def test_a_number_line_leaves_room_for_words_where_the_figure_is_far_away():
    axis = charts.axis({Decimal("91.5"): "III.4", Decimal(92): "II.2"}, Decimal(100))

    assert (axis.ticks[0].of, axis.ticks[-1].of) == (Decimal(88), Decimal(100))
    assert not axis.free
    assert charts.axis({Decimal("91.5"): "III.4", Decimal(92): "II.2"}, Decimal("91.75")).free


@pytest.mark.parametrize(
    ("before", "now", "goal", "heights"),
    [(90, 95, None, ("24", "4", "")), (90, 95, 100, ("24", "14", "4")), (5, 1, 0, ("4", "20", "24")), (7, 7, 7, ("14", "14", "14"))],
)
def test_a_spark_runs_from_the_half_year_to_now_beside_its_goal(before, now, goal, heights):
    spark = charts.spark(Decimal(before), Decimal(now), None if goal is None else Decimal(goal))

    assert (spark.before.y, spark.now.y, spark.goal) == heights
    assert spark.line == f"4 {heights[0]} 92 {heights[1]}"


@given(st.lists(st.decimals(0, 100, places=2), min_size=1))
def test_a_common_scale_holds_all_values_and_never_goes_below_zero(values):
    low, high = charts.span(values)

    assert 0 <= low <= min(values)
    assert max(values) <= high
    assert low < high
    assert low == low.to_integral_value()
