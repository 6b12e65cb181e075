"""What sections III.4 and III.7 say of points and classes, rule by rule, as tables of cases."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.consequences import Ceiling, Measure, Owed, Rating, Standing, award, ceiling, due_on, lowest, owed, twice_running
from scoring.rules import Grade

EXCELLENT, GOOD, LIMITED = (Ceiling(rating, fixed=False) for rating in (Rating.EXCELLENT, Rating.GOOD, Rating.LIMITED))
FAILED = Ceiling(Rating.FAILED, fixed=True)


@pytest.mark.parametrize(
    ("points", "result"),
    [
        # RL01: 17 and more
        ("20", EXCELLENT),
        ("17.01", EXCELLENT),
        ("17", EXCELLENT),
        # RL02: from 13 to below 17
        ("16.99", GOOD),
        ("13.01", GOOD),
        ("13", GOOD),
        # RL03: from 9 to below 13
        ("12.99", LIMITED),
        ("9.01", LIMITED),
        ("9", LIMITED),
        # RL04: below 9 is a grade, not a ceiling
        ("8.99", FAILED),
        ("0", FAILED),
    ],
)
def test_points_of_twenty_leave_a_best_grade(points, result):
    assert ceiling(Decimal(points), Decimal(20)) == result


@pytest.mark.parametrize(
    ("points", "maximum", "result"),
    [
        ("8.50", "10", EXCELLENT),
        ("8.49", "10", GOOD),
        ("6.50", "10", GOOD),
        ("6.49", "10", LIMITED),
        ("4.50", "10", LIMITED),
        ("4.49", "10", FAILED),
        ("12.75", "15", EXCELLENT),
        ("12.74", "15", GOOD),
        ("9.75", "15", GOOD),
        ("9.74", "15", LIMITED),
        ("6.75", "15", LIMITED),
        ("6.74", "15", FAILED),
        # 17/20 of 7 is 5.95, 13/20 of 7.01 is 4.5565: no rounding lifts 4.55
        ("5.95", "7", EXCELLENT),
        ("4.55", "7.01", LIMITED),
        ("4.56", "7.01", GOOD),
    ],
)
def test_criteria_of_another_maximum_are_scaled_exactly(points, maximum, result):
    assert ceiling(Decimal(points), Decimal(maximum)) == result


@pytest.mark.parametrize(("points", "maximum"), [("-0.01", "20"), ("20.01", "20"), ("0", "0")])
def test_points_outside_the_scale_have_no_ceiling(points, maximum):
    with pytest.raises(ValueError, match=" of "):
        ceiling(Decimal(points), Decimal(maximum))


POINTS = st.decimals(0, 30, places=2)


@given(points=POINTS, more=POINTS, maximum=st.decimals("0.01", 30, places=2))
def test_more_points_never_lower_a_ceiling(points, more, maximum):
    less, most = sorted((min(points, maximum), min(more, maximum)))

    assert ceiling(less, maximum).rating <= ceiling(most, maximum).rating


@pytest.mark.parametrize(
    ("several", "result"),
    [
        # RL20: our reading, the lowest of all
        ([EXCELLENT], EXCELLENT),
        ([EXCELLENT, GOOD], GOOD),
        ([LIMITED, EXCELLENT, GOOD], LIMITED),
        ([EXCELLENT, FAILED], FAILED),
        ([], None),
    ],
)
def test_several_criteria_leave_the_lowest_ceiling(several, result):
    assert lowest(several) == result


MOVE, REVIEW, BOTH = Measure.TRANSFER, Measure.REVIEW, Measure.REVIEW_BOTH


@pytest.mark.parametrize(
    ("criticised", "reminded", "result"),
    [
        ([], [], []),
        # RL06: criticised once
        ([2017], [], [(2017, MOVE)]),
        # RL07: reminded, also two years running
        ([], [2017], [(2017, REVIEW)]),
        ([], [2016, 2017], [(2016, REVIEW), (2017, REVIEW)]),
        # RL08: criticised two years running, on top of RL06
        ([2016, 2017], [], [(2016, MOVE), (2017, MOVE), (2017, BOTH)]),
        ([2016, 2017, 2018], [], [(2016, MOVE), (2017, MOVE), (2017, BOTH), (2018, MOVE), (2018, BOTH)]),
        # a year between, or a reminder in one of them, is not two years running
        ([2015, 2017], [], [(2015, MOVE), (2017, MOVE)]),
        ([2017], [2016], [(2016, REVIEW), (2017, MOVE)]),
        # both in one year
        ([2017], [2017], [(2017, MOVE), (2017, REVIEW)]),
    ],
)
def test_censures_oblige_the_district(criticised, reminded, result):
    assert owed(criticised, reminded) == [Owed(*pair) for pair in result]


@pytest.mark.parametrize(("years", "result"), [([2016, 2017], True), ([2017], False), ([2017, 2018], False), ([2015, 2017], False), ([2016], False)])
def test_two_years_running_are_this_year_and_the_one_before(years, result):
    assert twice_running(years, 2017) is result


def test_what_is_owed_for_a_year_is_tracked_to_the_end_of_the_next():
    assert due_on(2017) == date(2018, 12, 31)


@pytest.mark.parametrize(
    ("grade", "result"),
    [
        # RL11: no award for average and weak
        (Grade.GOOD, Standing.CLEAR),
        (Grade.FAIR, Standing.CLEAR),
        (Grade.AVERAGE, Standing.BARRED),
        (Grade.WEAK, Standing.BARRED),
        (None, Standing.OPEN),
    ],
)
def test_average_and_weak_bar_from_awards(grade, result):
    assert award(grade) == result
