"""What sections III.4 and III.7 say of points and classes, rule by rule, as tables of cases."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communes.standards import TITLES
from scoring.consequences import LED_BY_CLASS, Ceiling, Measure, Owed, Rating, Standing, award, ceiling, due_on, lowest, owed, twice_running
from scoring.findings import days_by_quarter
from scoring.rules import SUPPORT_DAYS, Cap, CapKind, Grade, Points, Stage, Threshold, classify, quarter_of, same_quarter, tally

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


@pytest.mark.parametrize("title", sorted(TITLES))
def test_the_class_of_the_government_rates_its_leaders_and_nobody_else(title):
    # RL05: chairs and vice chairs of council and committee; not the Party, not the unions, not civil servants
    leads = {"council_chair", "council_vice", "committee_chair", "committee_vice"}

    assert (title in LED_BY_CLASS) == (title in leads)


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
        # told twice for one year is told once; order of entry changes nothing
        ([2017, 2017], [], [(2017, MOVE)]),
        ([2017, 2016], [], [(2016, MOVE), (2017, MOVE), (2017, BOTH)]),
        # two pairs with a year between
        ([2013, 2014, 2016, 2017], [], [(2013, MOVE), (2014, MOVE), (2014, BOTH), (2016, MOVE), (2017, MOVE), (2017, BOTH)]),
        # across the turn of a term and of a century all the same
        ([2020, 2021], [2021], [(2020, MOVE), (2021, MOVE), (2021, REVIEW), (2021, BOTH)]),
    ],
)
def test_censures_oblige_the_district(criticised, reminded, result):
    assert owed(criticised, reminded) == [Owed(*pair) for pair in result]


@pytest.mark.parametrize(("years", "result"), [([2016, 2017], True), ([2017], False), ([2017, 2018], False), ([2015, 2017], False), ([2016], False)])
def test_two_years_running_are_this_year_and_the_one_before(years, result):
    assert twice_running(years, 2017) is result


@pytest.mark.parametrize(("year", "last"), [(2016, date(2017, 12, 31)), (2017, date(2018, 12, 31)), (2019, date(2020, 12, 31))])
def test_what_is_owed_for_a_year_is_tracked_to_the_end_of_the_next(year, last):
    assert due_on(year) == last


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        ((2018, 1, 1), 1),
        ((2018, 3, 31), 1),
        ((2018, 4, 1), 2),
        ((2018, 6, 30), 2),
        ((2018, 7, 1), 3),
        ((2018, 9, 30), 3),
        ((2018, 10, 1), 4),
        ((2018, 12, 31), 4),
    ],
)
def test_days_in_a_commune_count_in_their_quarter(day, quarter):
    assert quarter_of(date(*day)) == quarter


@pytest.mark.parametrize(
    ("first", "last", "same"),
    [
        ((2018, 1, 1), (2018, 3, 31), True),
        ((2018, 3, 31), (2018, 4, 1), False),
        ((2018, 12, 31), (2019, 1, 1), False),
        ((2018, 2, 1), (2019, 2, 1), False),
    ],
)
def test_a_stay_is_of_one_quarter_of_one_year(first, last, same):
    assert same_quarter(date(*first), date(*last)) is same


@pytest.mark.parametrize(
    ("days", "full"),
    [
        # III.4 gạch 6: district staff 15 days or more a quarter
        ([(14, 2)], 0),
        ([(15, 2)], 1),
        ([(16, 2)], 1),
        ([(7, 1), (8, 3)], 1),  # two stays in one quarter
        ([(14, 3), (14, 4)], 0),  # the turn of the quarter adds nothing
        ([(15, 3), (15, 4)], 2),
    ],
)
def test_help_is_complete_from_fifteen_days_a_quarter(days, full):
    lines = [SimpleNamespace(unit_id=1, unit="xã", mode="down", days=count, starts_on=date(2018, month, 5)) for count, month in days]

    assert sum(count >= SUPPORT_DAYS for count in days_by_quarter(lines)["xã"].values()) == full


def test_what_people_of_the_commune_learn_at_the_district_is_not_help_in_the_commune():
    assert days_by_quarter([SimpleNamespace(unit_id=1, unit="xã", mode="up", days=20, starts_on=date(2018, 2, 5))]) == {}


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


@pytest.mark.parametrize(
    ("total", "result"),
    [
        # RL11 at the boundaries of classes: 65 % of 240 are 156 points, 45 % are 108
        ("240", Standing.CLEAR),
        ("204", Standing.CLEAR),
        ("203.99", Standing.CLEAR),
        ("156.01", Standing.CLEAR),
        ("156", Standing.CLEAR),
        ("155.99", Standing.BARRED),
        ("108", Standing.BARRED),
        ("107.99", Standing.BARRED),
        ("0", Standing.BARRED),
    ],
)
def test_awards_end_where_the_class_of_fair_ends(total, result):
    scale = [Threshold(grade, Decimal(lower)) for grade, lower in zip(Grade, (85, 65, 45, 0), strict=True)]

    assert award(classify(scale, Decimal(total), Decimal(240)).grade) == result


def test_a_cap_below_fair_bars_whatever_the_points():
    """A commune that is held down to average by a cap is barred as one that scored so."""
    scale = [Threshold(grade, Decimal(lower)) for grade, lower in zip(Grade, (85, 65, 45, 0), strict=True)]
    held = [Cap(CapKind.CRITERION_ZERO, Grade.AVERAGE, criterion="CC01")]
    form = [Points("CC01", Decimal(20), final_points=Decimal(0)), Points("CC02", Decimal(220), final_points=Decimal(220))]

    assert award(tally(form, Stage.FINAL, scale).result.grade) == Standing.CLEAR
    assert award(tally(form, Stage.FINAL, scale, held).result.grade) == Standing.BARRED
