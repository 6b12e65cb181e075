"""The standards of officials (plan III.4), at each boundary; names as people are listed; files and areas as they come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communes.rules import name_key, parse_area, person_key
from communes.standards import (
    DECLARED,
    TITLES,
    Education,
    Gap,
    Kind,
    Qualification,
    Theory,
    debt_due,
    missing,
    must_study,
    overdue,
    years_later,
)

LEVELS = st.tuples(st.sampled_from(Education), st.sampled_from(Qualification), st.sampled_from(Theory))


@pytest.mark.parametrize(
    ("kind", "education", "qualification", "theory", "lacking"),
    [
        # cadres: intermediate qualification, elementary theory; nothing of general education
        (Kind.CADRE, 1, 2, 1, ()),
        (Kind.CADRE, 3, 1, 1, (Gap.QUALIFICATION,)),
        (Kind.CADRE, 3, 2, 0, (Gap.THEORY,)),
        (Kind.CADRE, 1, 0, 0, (Gap.QUALIFICATION, Gap.THEORY)),
        # civil servants: upper secondary, intermediate; nothing of theory
        (Kind.CIVIL_SERVANT, 3, 2, 0, ()),
        (Kind.CIVIL_SERVANT, 2, 2, 3, (Gap.EDUCATION,)),
        (Kind.CIVIL_SERVANT, 3, 1, 0, (Gap.QUALIFICATION,)),
        # the non-full-time: lower secondary
        (Kind.PART_TIME, 2, 0, 0, ()),
        (Kind.PART_TIME, 1, 5, 3, (Gap.EDUCATION,)),
    ],
)
def test_each_kind_has_its_standards(kind, education, qualification, theory, lacking):
    assert missing(kind, Education(education), Qualification(qualification), Theory(theory)) == lacking


@pytest.mark.parametrize("kind", Kind)
def test_entry_standards_are_owed_by_civil_servants_alone(kind):
    found = missing(kind, Education.UPPER_SECONDARY, Qualification.UNIVERSITY, Theory.ADVANCED, DECLARED)

    assert found == (DECLARED if kind == Kind.CIVIL_SERVANT else ())


@given(kind=st.sampled_from(Kind), levels=LEVELS, higher=LEVELS, declared=st.sets(st.sampled_from(DECLARED)))
def test_a_higher_level_never_adds_a_gap(kind, levels, higher, declared):
    raised = [max(pair) for pair in zip(levels, higher, strict=True)]

    assert set(missing(kind, *raised, declared)) <= set(missing(kind, *levels, declared))


@given(kind=st.sampled_from(Kind), levels=LEVELS, declared=st.lists(st.sampled_from(DECLARED)))
def test_gaps_come_once_each_in_one_order(kind, levels, declared):
    found = missing(kind, *levels, declared)

    assert list(found) == [gap for gap in Gap if gap in found]


def test_a_civil_servant_makes_up_a_debt_within_five_years_of_recruitment():
    assert debt_due(Kind.CIVIL_SERVANT, date(2013, 6, 15)) == date(2018, 6, 15)
    assert debt_due(Kind.CIVIL_SERVANT, date(2012, 2, 29)) == date(2017, 2, 28)
    assert debt_due(Kind.CIVIL_SERVANT, None) is None
    assert debt_due(Kind.CADRE, date(2013, 6, 15)) is None


@pytest.mark.parametrize(("day", "late"), [(date(2018, 6, 14), False), (date(2018, 6, 15), True), (date(2018, 6, 16), True)])
def test_a_debt_is_overdue_from_the_day_before_which_it_had_to_be_made_up(day, late):
    assert overdue([Gap.QUALIFICATION], date(2018, 6, 15), day) is late
    assert not overdue([], date(2018, 6, 15), day)
    assert not overdue([Gap.QUALIFICATION], None, day)


@pytest.mark.parametrize(("retires", "sent"), [(date(2025, 12, 30), False), (date(2025, 12, 31), False), (date(2026, 1, 1), True)])
def test_a_cadre_with_more_than_seven_years_left_must_study(retires, sent):
    day = date(2018, 12, 31)

    assert must_study(Kind.CADRE, [Gap.THEORY], retires, day) is sent
    assert not must_study(Kind.CADRE, [], retires, day)
    assert not must_study(Kind.CIVIL_SERVANT, [Gap.QUALIFICATION], retires, day)
    assert not must_study(Kind.CADRE, [Gap.THEORY], None, day)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 20))
def test_years_later_is_the_same_day_or_the_last_of_february(day, years):
    later = years_later(day, years)

    assert (later.year, later.month) == (day.year + years, day.month)
    assert day.day - later.day in {0, 1}
    assert abs((later - day) - timedelta(days=365.25 * years)) < timedelta(days=2)


def test_no_day_comes_after_the_last_one():
    assert years_later(date(9999, 12, 30), 1) == years_later(date.max, 7) == date.max


def test_every_title_belongs_to_a_kind_and_the_lists_are_those_of_the_law():
    kinds = [title.kind for title in TITLES.values()]

    assert (kinds.count(Kind.CADRE), kinds.count(Kind.CIVIL_SERVANT), kinds.count(Kind.PART_TIME)) == (11, 8, 1)


def test_people_are_listed_by_given_name_then_by_the_words_before_it():
    names = ["Lò Văn Hạ", "Cà Thị Hà", "Vừ A Dế", "Nguyễn Văn Ân", "Quàng Thị An", "Ha", "Lò Văn Hà", "Đèo Văn Đôi"]

    listed = sorted(names, key=person_key)

    assert listed == ["Quàng Thị An", "Nguyễn Văn Ân", "Vừ A Dế", "Đèo Văn Đôi", "Ha", "Cà Thị Hà", "Lò Văn Hà", "Lò Văn Hạ"]


@given(st.text(max_size=80))
def test_a_name_has_a_key_that_fits_its_column_whatever_was_typed(name):
    assert len(person_key(name)) <= 200
    assert person_key(name).isdigit()
    assert name_key(name_key(name)) == name_key(name)


def test_the_same_name_in_another_spelling_of_unicode_is_the_same_name():
    assert name_key("Lo\u0300 Va\u0306n  HỢP\u200b") == name_key("Lò Văn Hợp")


@pytest.mark.parametrize(
    ("text", "area"),
    [("350", "350"), ("350,5", "350.5"), ("350.5", "350.5"), (" 1.234,5 ", "1234.5"), ("1.234", "1234"), ("12.345.678", "12345678"), ("0", "0")],
)
def test_areas_are_read_as_people_here_write_them(text, area):
    assert parse_area(text) == Decimal(area)


@pytest.mark.parametrize("text", ["", "-3", "1,234", "1.23.4", "3e2", "NaN", "350 m2", "1,2,3", "12.34,5"])
def test_areas_that_could_mean_something_else_are_not_guessed(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_area(text)
