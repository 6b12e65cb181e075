"""What the decision says: every threshold, every cell of the workflow table, and properties that hold for any points."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import Role
from scoring import rules
from scoring.rules import Act, Grade, Missing, Points, Stage, State, Threshold

THRESHOLDS = [
    Threshold(Grade.GOOD, Decimal(85)),
    Threshold(Grade.FAIR, Decimal(65)),
    Threshold(Grade.AVERAGE, Decimal(45)),
    Threshold(Grade.WEAK, Decimal(0)),
]
MAX = Decimal(240)
ENTRY, SIGNATORY, APPRAISER, OFFICER, ADMIN = (
    Role.COMMUNE_ENTRY,
    Role.COMMUNE_SIGNATORY,
    Role.DISTRICT_APPRAISER,
    Role.PROVINCE_OFFICER,
    Role.PROVINCE_ADMIN,
)

some_points = st.decimals(0, 20, places=2)
maybe_points = st.none() | some_points


@st.composite
def forms(draw):
    texts, files = st.sampled_from(["", " ", "vì thiếu hồ sơ"]), st.integers(0, 2)
    points = [maybe_points | st.just(Decimal(20)), maybe_points, maybe_points, texts, texts]
    return [
        Points(f"CC{n:02}", Decimal(20), *[draw(value) for value in points], self_note=draw(texts), evidence=draw(files))
        for n in range(1, draw(st.integers(1, 12)) + 1)
    ]


@pytest.mark.parametrize(
    ("total", "grade", "percent", "to_next"),
    [
        ("0", Grade.WEAK, "0.00", "108.00"),
        ("107.99", Grade.WEAK, "44.99", "0.01"),
        ("108", Grade.AVERAGE, "45.00", "48"),
        ("108.01", Grade.AVERAGE, "45.00", "47.99"),
        ("155.99", Grade.AVERAGE, "64.99", "0.01"),
        ("156", Grade.FAIR, "65.00", "48"),
        ("156.01", Grade.FAIR, "65.00", "47.99"),
        ("203.99", Grade.FAIR, "84.99", "0.01"),
        ("204", Grade.GOOD, "85.00", None),
        ("204.01", Grade.GOOD, "85.00", None),
        ("240", Grade.GOOD, "100.00", None),
    ],
)
def test_a_class_begins_exactly_at_its_threshold(total, grade, percent, to_next):
    result = rules.classify(THRESHOLDS, Decimal(total), MAX)

    assert (result.grade, result.percent) == (grade, Decimal(percent))
    assert result.points_to_next == (None if to_next is None else Decimal(to_next))


@pytest.mark.parametrize("total", ["-0.01", "240.01", "NaN", "Infinity"])
def test_a_total_outside_the_scale_has_no_class(total):
    with pytest.raises(ValueError, match="outside"):
        rules.classify(THRESHOLDS, Decimal(total), MAX)


def test_thresholds_that_leave_a_gap_at_the_bottom_are_refused():
    with pytest.raises(ValueError, match="no threshold"):
        rules.classify(THRESHOLDS[:3], Decimal(10), MAX)


def test_reasons_name_the_threshold_reached_and_the_one_above():
    assert rules.classify(THRESHOLDS, Decimal("203.99"), MAX).reasons() == [
        {
            "rule": "threshold",
            "grade": "fair",
            "total": "203.99",
            "max_total": "240",
            "percent": "84.99",
            "lower_pct": "65",
            "lower_points": "156",
            "below_pct": "85",
        }
    ]


@given(st.decimals(0, 240, places=2), st.decimals(0, 240, places=2))
def test_more_points_never_give_a_lower_class(one, other):
    order = list(Grade)
    low, high = sorted([one, other])

    assert order.index(rules.classify(THRESHOLDS, high, MAX).grade) <= order.index(rules.classify(THRESHOLDS, low, MAX).grade)


@given(st.decimals(0, 240, places=2))
def test_the_percentage_shown_agrees_with_the_class(total):
    result = rules.classify(THRESHOLDS, total, MAX)

    assert result.percent >= result.reached.lower_pct
    assert result.next is None or result.percent < result.next.lower_pct


@given(st.decimals(0, 240, places=2))
def test_every_total_lies_in_the_band_of_its_class(total):
    bands = rules.bands(THRESHOLDS, MAX)
    [band] = [band for band in bands if band.lower_points <= total and (total * 100 < band.upper_pct * MAX or band is bands[-1])]

    assert band.grade == rules.classify(THRESHOLDS, total, MAX).grade
    assert band.lower_pct < band.middle_pct < band.upper_pct


@given(forms(), st.sampled_from(Stage))
def test_a_tally_adds_up(form, stage):
    tally = rules.tally(form, stage, THRESHOLDS)

    values = [points.at(stage) for points in form]
    assert tally.result.total == sum(value for value in values if value is not None)
    assert (tally.entered, tally.count) == (sum(value is not None for value in values), len(form))
    assert tally.unscored_max == 20 * tally.unscored
    assert tally.result.max_total == 20 * len(form)


@given(forms(), st.sampled_from(Stage))
def test_a_form_is_complete_when_every_point_is_there_every_change_has_its_reason_and_full_points_their_proof(form, stage):
    lacking = {missing.criterion: missing.what for missing in rules.missing(form, stage)}

    before = {Stage.APPRAISED: Stage.SELF, Stage.FINAL: Stage.APPRAISED}.get(stage)
    for points in form:
        if points.at(stage) is None:
            expected = Missing.POINTS
        elif before and points.at(stage) != points.at(before) and not points.reason_at(stage).strip():
            expected = Missing.REASON
        elif stage == Stage.SELF and points.self_points == 20 and not points.evidence and not points.self_note.strip():
            expected = Missing.EVIDENCE
        else:
            expected = None
        assert lacking.get(points.criterion) == expected


@pytest.mark.parametrize(
    ("state", "role", "stage", "acts"),
    [
        (State.DRAFT, ENTRY, Stage.SELF, []),
        (State.DRAFT, SIGNATORY, Stage.SELF, [Act.SUBMIT]),
        (State.DRAFT, APPRAISER, None, []),
        (State.DRAFT, OFFICER, None, []),
        (State.SUBMITTED, ENTRY, None, []),
        (State.SUBMITTED, SIGNATORY, None, []),
        (State.SUBMITTED, APPRAISER, Stage.APPRAISED, [Act.APPRAISE, Act.RETURN]),
        (State.SUBMITTED, OFFICER, None, []),
        (State.RETURNED, ENTRY, Stage.SELF, []),
        (State.RETURNED, SIGNATORY, Stage.SELF, [Act.SUBMIT]),
        (State.RETURNED, APPRAISER, None, []),
        (State.RETURNED, OFFICER, None, []),
        (State.APPRAISED, ENTRY, None, []),
        (State.APPRAISED, SIGNATORY, None, []),
        (State.APPRAISED, APPRAISER, None, []),
        (State.APPRAISED, OFFICER, Stage.FINAL, [Act.RETURN, Act.APPROVE]),
        (State.APPRAISED, ADMIN, Stage.FINAL, [Act.RETURN, Act.APPROVE]),
        (State.APPROVED, ENTRY, None, []),
        (State.APPROVED, SIGNATORY, None, []),
        (State.APPROVED, APPRAISER, None, []),
        (State.APPROVED, OFFICER, None, [Act.REOPEN]),
        (State.APPROVED, ADMIN, None, [Act.REOPEN]),
        *((state, role, None, []) for state in State for role in (Role.LEADER, Role.API_CLIENT)),
    ],
)
def test_who_may_write_and_move_what_where(state, role, stage, acts):
    assert (rules.stage_for(state, role), rules.acts_for(state, role)) == (stage, acts)


@pytest.mark.parametrize(
    ("state", "reached", "finished"),
    [
        (State.DRAFT, [Stage.SELF], []),
        (State.RETURNED, [Stage.SELF], []),
        (State.SUBMITTED, [Stage.SELF, Stage.APPRAISED], [Stage.SELF]),
        (State.APPRAISED, list(Stage), [Stage.SELF, Stage.APPRAISED]),
        (State.APPROVED, list(Stage), list(Stage)),
    ],
)
def test_how_far_a_form_has_come(state, reached, finished):
    assert [stage for stage in Stage if rules.has_reached(state, stage)] == reached
    assert [stage for stage in Stage if rules.is_finished(state, stage)] == finished


@pytest.mark.parametrize("state", State)
def test_only_a_returned_form_opens_by_remark(state):
    assert rules.is_open(state, "Bổ sung quyết toán")
    assert rules.is_open(state, "") == (state != State.RETURNED)


@pytest.mark.parametrize(
    ("value", "places", "rounded"), [("0.005", 2, "0.01"), ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("84.994999", 2, "84.99"), ("84.995", 2, "85.00")]
)
def test_rounding_is_half_up(value, places, rounded):
    assert rules.round_half_up(Decimal(value), places) == Decimal(rounded)
