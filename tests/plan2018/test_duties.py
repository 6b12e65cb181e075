"""When a duty falls due, who owes, does and checks it, when it is late and when somebody is reminded: as the plan says, without a clock."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import Role
from communes.rules import Level
from plan2018 import duties, sentences
from plan2018.duties import DutyAct, Owing, Status, Term
from plan2018.rules import DutyState, Frequency

SIGNED = date(2018, 3, 5)
TERMS = [Term("2018-H1", date(2018, 6, 19)), Term("2018-Y", date(2019, 1, 19))]
DAYS = st.dates(date(2017, 1, 1), date(2020, 12, 31))


def times(frequency, **days):
    return {one.key: (one.opens_on, one.due_on) for one in duties.occurrences(frequency, year=2018, signed_on=SIGNED, terms=TERMS, **days)}


def test_once_is_the_plan_year_with_the_days_of_the_duty():
    assert times(Frequency.ONCE, opens_on=date(2018, 12, 1), due_on=date(2018, 12, 31)) == {"2018": (date(2018, 12, 1), date(2018, 12, 31))}
    assert times(Frequency.ONCE) == {"2018": (None, None)}


def test_monthly_begins_with_the_month_in_which_the_plan_was_signed():
    found = times(Frequency.MONTHLY)

    assert list(found) == [f"2018-{month:02}" for month in range(3, 13)]
    assert found["2018-03"] == (date(2018, 3, 1), date(2018, 3, 31))
    assert found["2018-12"] == (date(2018, 12, 1), date(2018, 12, 31))


def test_quarterly_leaves_out_what_was_due_before_there_was_a_plan():
    assert list(times(Frequency.QUARTERLY)) == ["2018-Q1", "2018-Q2", "2018-Q3", "2018-Q4"]
    later = duties.occurrences(Frequency.QUARTERLY, year=2018, signed_on=date(2018, 4, 1))
    assert [one.key for one in later] == ["2018-Q2", "2018-Q3", "2018-Q4"]


def test_each_period_is_due_with_its_report():
    assert times(Frequency.PERIOD) == {"2018-H1": (None, date(2018, 6, 19)), "2018-Y": (None, date(2019, 1, 19))}


def test_nothing_is_owed_until_something_happens():
    assert times(Frequency.EVENT) == {}
    assert [duties.event(n) for n in (1, 2, 11)] == ["e1", "e2", "e11"]


@given(st.integers(2011, 2100), st.integers(-400, 400), st.sampled_from([Frequency.MONTHLY, Frequency.QUARTERLY]))
def test_a_recurring_duty_covers_the_rest_of_its_year_without_gaps(year, offset, frequency):
    signed = date(year, 1, 1) + timedelta(days=offset)

    found = duties.occurrences(frequency, year=year, signed_on=signed)

    assert all(one.opens_on <= one.due_on and one.due_on >= signed for one in found)
    assert all(late.opens_on == early.due_on + timedelta(days=1) for early, late in itertools.pairwise(found))
    assert bool(found) == (signed.year <= year)
    assert not found or found[-1].due_on == date(year, 12, 31)


@pytest.mark.parametrize(
    ("levels", "condition", "unit", "owes"),
    [
        ("commune", "", Owing(Level.COMMUNE, "xa"), True),
        ("commune", "", Owing(Level.DISTRICT, "huyen"), False),
        ("district,commune", "", Owing(Level.DISTRICT, "huyen"), True),
        ("province,district", "", Owing(Level.COMMUNE, "xa"), False),
        ("commune", "urban", Owing(Level.COMMUNE, "xa"), False),
        ("commune", "urban", Owing(Level.COMMUNE, "thi_tran"), True),
        ("commune", "urban", Owing(Level.COMMUNE, "phuong"), True),
        ("commune", "outstanding_rules", Owing(Level.COMMUNE, "xa"), False),
        ("commune", "outstanding_rules", Owing(Level.COMMUNE, "xa", outstanding=True), True),
        ("commune", "weak", Owing(Level.COMMUNE, "xa", outstanding=True), False),
        ("commune", "weak", Owing(Level.COMMUNE, "xa", weak=True), True),
    ],
)
def test_who_owes_a_duty(levels, condition, unit, owes):
    assert duties.owes(levels, condition, unit) is owes


@pytest.mark.parametrize(
    ("state", "act", "after"),
    [
        (DutyState.OPEN, DutyAct.REPORT, DutyState.DONE),
        (DutyState.RETURNED, DutyAct.REPORT, DutyState.DONE),
        (DutyState.DONE, DutyAct.CHECK, DutyState.CHECKED),
        (DutyState.DONE, DutyAct.HAND_BACK, DutyState.RETURNED),
    ],
)
def test_the_moves_of_an_obligation(state, act, after):
    assert duties.MOVES[state, act] == after


def test_there_are_no_other_moves():
    assert len(duties.MOVES) == 4


@pytest.mark.parametrize(
    ("level", "doers", "checkers"),
    [
        (Level.COMMUNE, {Role.COMMUNE_ENTRY, Role.COMMUNE_SIGNATORY}, {Role.DISTRICT_APPRAISER}),
        (Level.DISTRICT, {Role.DISTRICT_APPRAISER}, {Role.PROVINCE_OFFICER, Role.PROVINCE_ADMIN}),
        (Level.PROVINCE, {Role.PROVINCE_OFFICER, Role.PROVINCE_ADMIN}, {Role.PROVINCE_OFFICER, Role.PROVINCE_ADMIN}),
    ],
)
def test_the_level_above_checks_what_a_unit_reports(level, doers, checkers):
    for role in Role:
        assert duties.may(DutyAct.REPORT, level, role) == (role in doers)
        assert duties.may(DutyAct.CHECK, level, role) == duties.may(DutyAct.HAND_BACK, level, role) == (role in checkers)
        assert duties.acts(DutyState.OPEN, level, role) == ([DutyAct.REPORT] if role in doers else [])
        assert duties.acts(DutyState.DONE, level, role) == ([DutyAct.CHECK, DutyAct.HAND_BACK] if role in checkers else [])
        assert duties.acts(DutyState.CHECKED, level, role) == []


@pytest.mark.parametrize(("done", "due", "late"), [(31, 31, False), (30, 31, False), (31, 30, True), (31, None, None)])
def test_the_day_itself_is_on_time(done, due, late):
    assert duties.is_late(date(2018, 3, done), due and date(2018, 3, due)) is late


@pytest.mark.parametrize(
    ("state", "late", "due", "status"),
    [
        (DutyState.OPEN, None, date(2018, 6, 1), Status.WAITING),
        (DutyState.OPEN, None, date(2018, 5, 31), Status.OVERDUE),
        (DutyState.RETURNED, True, date(2018, 5, 31), Status.OVERDUE),
        (DutyState.OPEN, None, None, Status.WAITING),
        (DutyState.DONE, False, date(2018, 5, 31), Status.ON_TIME),
        (DutyState.DONE, True, date(2018, 5, 31), Status.LATE),
        (DutyState.CHECKED, None, None, Status.ON_TIME),
    ],
)
def test_how_an_obligation_stands_on_the_first_of_june(state, late, due, status):
    assert duties.status(state, late=late, due_on=due, today=date(2018, 6, 1)) == status


@given(DAYS)
def test_people_are_reminded_nine_times_of_one_day(due):
    reminded = [offset for offset in range(-40, 40) if due in duties.due_days(due + timedelta(days=offset))]

    assert reminded == [-15, -7, -3, -1, 0, 1, 7, 14, 28]


@given(DAYS, st.sets(DAYS, min_size=1))
def test_a_day_belongs_to_the_due_day_next_to_it(day, due_days):
    chosen = duties.nearest(day, due_days)

    assert all(abs(chosen - day) < abs(due - day) or (abs(chosen - day) == abs(due - day) and chosen <= due) for due in due_days)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("2018", "năm 2018"),
        ("2018-03", "tháng 3/2018"),
        ("2018-12", "tháng 12/2018"),
        ("2018-Q3", "quý III/2018"),
        ("2018-H1", "6 tháng đầu năm 2018"),
        ("2018-Y", "kỳ báo cáo năm 2018"),
        ("e2", "lần 2"),
        ("other", "other"),
    ],
)
def test_which_time_it_is_is_said_in_words(key, words):
    assert sentences.occurrence(key) == words


@pytest.mark.parametrize(
    ("overdue", "soon", "waiting", "words"),
    [
        (3, 5, 9, "<b>3 việc quá hạn</b>, 5 việc đến hạn trong 7 ngày; sớm nhất: A &amp; B (hạn 31/3/2018, quá 2 ngày)."),
        (3, 0, 0, "<b>3 việc quá hạn</b>, không việc nào đến hạn trong 7 ngày; sớm nhất: A &amp; B (hạn 31/3/2018, quá 2 ngày)."),
        (0, 1, 1, "<b>1 việc đến hạn trong 7 ngày</b>, không việc nào quá hạn; sớm nhất: A &amp; B (hạn 31/3/2018, quá 2 ngày)."),
        (0, 0, 4, "Không việc nào quá hạn; còn <b>4 việc chưa làm</b>; sớm nhất: A &amp; B (hạn 31/3/2018, quá 2 ngày)."),
        (0, 0, 0, "<b>Không còn việc nào phải làm.</b>"),
    ],
)
def test_the_answer_says_what_is_overdue_and_what_comes_first(overdue, soon, waiting, words):
    assert sentences.answer(overdue, soon, waiting, ("A & B", date(2018, 3, 31)), date(2018, 4, 2)) == words


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "Chưa giao việc cho đơn vị nào"),
        ([("Xã A", 0)], "Không đơn vị nào có việc quá hạn"),
        ([("Xã A", 2), ("Xã B", 0)], "Chỉ xã A có việc quá hạn: 2"),
        ([("Xã A", 2), ("Xã B", 3), ("Xã C", 0)], "2 trên 3 đơn vị có việc quá hạn, nhiều nhất là xã B: 3"),
        ([("Xã A", 1375), ("Xã B", 3)], "2 trên 2 đơn vị có việc quá hạn, nhiều nhất là xã A: 1.375"),
        ([("Xã A", 2), ("Xã B", 2)], "2 trên 2 đơn vị có việc quá hạn"),
    ],
)
def test_the_heading_of_the_units_is_a_finding(rows, words):
    assert sentences.units_finding(rows) == words


def test_days_beyond_a_thousand_are_grouped():
    assert sentences.when(date(2018, 3, 31), date(2026, 11, 26)) == "hạn 31/3/2018, quá 3.162 ngày"


def test_the_numbers_of_districts_leave_out_what_is_none_and_come_in_alphabetical_order():
    day = date(2018, 6, 1)
    owed = [
        sentences.Owed("TK11", "Gặp dân", "2018-05", due_on, unit, Level.COMMUNE, district)
        for due_on, unit, district in (
            (date(2018, 5, 31), "Xã A", "Huyện Tuần Giáo"),
            (date(2018, 6, 8), "Xã A", "Huyện Tuần Giáo"),
            (date(2018, 5, 31), "Xã B", "Huyện Điện Biên"),
        )
    ]

    assert sentences.by_district(owed, day).splitlines()[1:] == [
        "- Huyện Điện Biên: 1 việc quá hạn ở 1 xã",
        "- Huyện Tuần Giáo: 1 việc quá hạn, 1 việc sắp đến hạn ở 1 xã",
    ]
