"""The rules of a district's report: who may do what when, how long there is time, what two versions differ in."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import PROVINCE_ROLES, Role
from reports import rules
from reports.rules import ReportAct, ReportState

KEYS = st.sampled_from([f"{unit}/{code}" for unit in ("03127", "03130") for code in ("renewal", "procedures.posted")])
FIGURES = st.dictionaries(KEYS, st.tuples(st.integers(0, 50), st.integers(50, 60), st.sampled_from(["", "Số liệu!G12"])).map(list))
DUE = datetime(2018, 6, 20, tzinfo=UTC)


def test_a_district_files_and_the_province_answers():
    acts = {(state, role): rules.report_acts(state, role) for state in ReportState for role in Role if rules.report_acts(state, role)}

    assert acts == {
        (ReportState.DRAFT, Role.DISTRICT_APPRAISER): [ReportAct.FILE],
        (ReportState.RETURNED, Role.DISTRICT_APPRAISER): [ReportAct.FILE],
        **{(ReportState.FILED, role): [ReportAct.RETURN, ReportAct.ACCEPT] for role in PROVINCE_ROLES},
        **{(ReportState.ACCEPTED, role): [ReportAct.RETURN] for role in PROVINCE_ROLES},
    }


def test_whoever_gives_a_report_back_says_why():
    assert all(move.needs_reason == (act == ReportAct.RETURN) for (_state, act), move in rules.REPORT_MOVES.items())


@pytest.mark.parametrize(
    ("extended_to", "expected"),
    [(None, DUE), (date(2018, 6, 25), datetime(2018, 6, 26, tzinfo=UTC)), (date(2018, 6, 1), DUE)],
    ids=["never extended", "to the end of that day", "an extension takes no time away"],
)
def test_an_extension_lasts_to_the_end_of_its_day(extended_to: date | None, expected: datetime):
    assert rules.last_moment(DUE, extended_to) == expected
    assert rules.last_moment(DUE, extended_to) - DUE >= timedelta(0)


@given(FIGURES, FIGURES)
def test_changes_lead_from_one_version_to_the_other(before: dict, after: dict):
    made = {key: tuple(values[:2]) for key, values in before.items()}
    for key, old, new in rules.changes(before, after):
        assert made.pop(key, None) == old != new
        if new is not None:
            made[key] = new

    assert made == {key: tuple(values[:2]) for key, values in after.items()}


@given(FIGURES, FIGURES)
def test_the_digest_is_that_of_the_figures_and_of_nothing_else(one: dict, other: dict):
    moved = {key: [*values[:2], "elsewhere"] for key, values in reversed(one.items())}

    assert rules.figures_digest(one) == rules.figures_digest(moved)
    assert (rules.figures_digest(one) == rules.figures_digest(other)) == (not rules.changes(one, other))
