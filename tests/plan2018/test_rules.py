"""When something is late, whether a target is met and by how much, and which typed numbers are read."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan2018.rules import BEFORE, UNTIL, VIETNAM, due_moment, edge, gap, is_late, last_day, met, parse_decimal

DUE = date(2018, 6, 20)


@pytest.mark.parametrize(
    ("comparison", "moment", "late"),
    [
        (BEFORE, datetime(2018, 6, 19, 23, 59, 59, 999_999, VIETNAM), False),
        (BEFORE, datetime(2018, 6, 20, 0, 0, 0, 0, VIETNAM), True),
        (BEFORE, datetime(2018, 6, 19, 16, 59, 59, tzinfo=UTC), False),
        (BEFORE, datetime(2018, 6, 19, 17, 0, 0, tzinfo=UTC), True),
        (UNTIL, datetime(2018, 6, 20, 23, 59, 59, 999_999, VIETNAM), False),
        (UNTIL, datetime(2018, 6, 21, 0, 0, 0, 0, VIETNAM), True),
    ],
)
def test_before_a_day_ends_with_the_evening_before_it(comparison: str, moment: datetime, late: bool) -> None:
    assert is_late(moment, DUE, comparison) is late


def test_what_people_write_down_is_the_last_day() -> None:
    assert last_day(DUE, BEFORE) == date(2018, 6, 19)
    assert last_day(DUE, UNTIL) == DUE


def test_an_unknown_comparison_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown comparison"):
        due_moment(DUE, ">")


@pytest.mark.parametrize(
    ("operator", "value", "actual", "is_met", "distance"),
    [
        (">=", 63, 62, False, -1),
        (">=", 63, 63, True, 0),
        (">", 75, 75, False, -1),
        (">", 75, 76, True, 0),
        (">", 75, 71, False, -5),
        ("<", 30, 30, False, -1),
        ("<", 30, 29, True, 0),
        ("<=", 30, 30, True, 0),
        ("=", 0, 0, True, 0),
        ("=", 0, 1, False, -1),
        ("=", 10, 8, False, -2),
    ],
)
def test_a_target_is_met_or_so_many_units_away(operator: str, value: int, actual: int, is_met: bool, distance: int) -> None:
    assert met(operator, Decimal(value), Decimal(actual)) is is_met
    assert gap(operator, Decimal(value), Decimal(actual)) == distance


@given(st.sampled_from([">=", ">", "<", "<=", "="]), st.integers(0, 200), st.integers(0, 200))
def test_a_target_is_met_exactly_when_nothing_is_missing(operator: str, value: int, actual: int) -> None:
    assert met(operator, Decimal(value), Decimal(actual)) is (gap(operator, Decimal(value), Decimal(actual)) >= 0)


@given(st.sampled_from([">=", ">", "<", "<="]), st.decimals(0, 200, places=2))
def test_the_edge_is_the_last_whole_number_that_meets_a_target(operator: str, value: Decimal) -> None:
    last, step = edge(operator, value), 1 if operator.startswith("<") else -1

    assert met(operator, value, last)
    assert not met(operator, value, last + step)


def test_no_actual_is_no_data() -> None:
    assert met(">=", Decimal(63), None) is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("8,5", "8.5"),
        ("8.5", "8.5"),
        (" 8,50 ", "8.5"),
        ("8,50\u00a0", "8.5"),
        ("８，５", "8.5"),
        ("0", "0"),
        ("20", "20"),
        ("-1", "-1"),
        ("007", "7"),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, read: str) -> None:
    assert parse_decimal(typed) == Decimal(read)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "8,5,5", "1.234,5", "1.000", "8,125", "20.005", "1e2", "NaN", "Infinity", "+5", "--5", "8 5", "abc", "٨", "1/2", ",5", "5,", "8,5\x00"],
)
def test_anything_else_is_refused_and_never_zero(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is what was typed
        parse_decimal(typed)


@given(st.decimals(min_value=-999, max_value=999, places=2, allow_nan=False))
def test_what_is_written_with_a_comma_is_read_again(number: Decimal) -> None:
    assert parse_decimal(f"{number:f}".replace(".", ",")) == number
