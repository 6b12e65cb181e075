"""Kinds of criteria and caps: what they add up to, and what a class says of itself."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import rules
from scoring.rules import Cap, CapKind, Grade, Missing, Points, Rounding, Scoring, Stage, Threshold

THRESHOLDS = [
    Threshold(Grade.GOOD, Decimal(85)),
    Threshold(Grade.FAIR, Decimal(65)),
    Threshold(Grade.AVERAGE, Decimal(45)),
    Threshold(Grade.WEAK, Decimal(0)),
]
ORDER = list(Grade)


def form(*points: str, **more: str | None) -> list[Points]:
    """Criteria C1, C2 ... of 20 points each; `bonus` and `penalty` of up to 10."""
    sheet = [Points(f"C{place}", Decimal(20), Decimal(value)) for place, value in enumerate(points, start=1)]
    kinds = {"bonus": Scoring.BONUS, "penalty": Scoring.PENALTY}
    return sheet + [Points(name, Decimal(10), value and Decimal(value), scoring=kinds[name]) for name, value in more.items()]


def excluded(code: str, note: str = "") -> Points:
    return Points(code, Decimal(20), excluded=frozenset({Stage.SELF}), self_note=note)


@pytest.mark.parametrize(
    ("sheet", "total", "scale"),
    [
        (form("15", "15"), "30", "40"),
        (form("15", "15", bonus="5"), "35", "40"),
        (form("20", "18", bonus="5"), "40", "40"),  # a bonus fills the scale and never exceeds it
        (form("15", "15", penalty="5"), "25", "40"),
        (form("3", "0", penalty="10"), "0", "40"),  # a penalty takes no more than there is
        (form("15", bonus=None, penalty=None), "15", "20"),
        ([*form("15"), excluded("C9")], "15", "20"),  # what does not apply is out of the scale
    ],
)
def test_bonuses_fill_the_scale_penalties_take_from_what_was_earned(sheet, total, scale):
    assert (rules.total(sheet, Stage.SELF), rules.scale(sheet, Stage.SELF)) == (Decimal(total), Decimal(scale))


@pytest.mark.parametrize(
    ("numerator", "denominator", "full", "rounding", "places", "points"),
    [
        ("45", "60", "100", Rounding.HALF_UP, 2, "15.00"),
        ("60", "60", "100", Rounding.HALF_UP, 2, "20.00"),
        ("57", "60", "95", Rounding.HALF_UP, 2, "20.00"),  # 95 % is enough for all
        ("70", "60", "100", Rounding.HALF_UP, 2, "20.00"),  # more than all is all
        ("1", "3", "100", Rounding.HALF_UP, 2, "6.67"),
        ("1", "3", "100", Rounding.DOWN, 2, "6.66"),
        ("1", "3", "100", Rounding.HALF_UP, 0, "7"),
        ("0", "60", "100", Rounding.HALF_UP, 1, "0.0"),
    ],
)
def test_a_ratio_earns_points_in_proportion_rounded_as_its_set_states(numerator, denominator, full, rounding, places, points):
    given_ = {"full_pct": Decimal(full), "rounding": rounding, "places": places}
    assert str(rules.ratio_points(Decimal(numerator), Decimal(denominator), Decimal(20), **given_)) == points


@pytest.mark.parametrize(("numerator", "denominator"), [("1", "0"), ("-1", "3"), ("1", "-3"), ("NaN", "1"), ("0", "0")])
def test_a_ratio_of_nothing_has_no_points(numerator, denominator):
    with pytest.raises(ValueError, match="no ratio"):
        rules.ratio_points(Decimal(numerator), Decimal(denominator), Decimal(20))


BELOW = Cap(CapKind.CRITERION_BELOW, Grade.FAIR, Decimal(10), "C1", "I.1")
ZERO = Cap(CapKind.CRITERION_ZERO, Grade.WEAK, None, "C1", "I.1")
ANY = Cap(CapKind.ANY_BELOW_PCT, Grade.AVERAGE, Decimal(50))
PENALTIES = Cap(CapKind.PENALTIES_AT_LEAST, Grade.FAIR, Decimal(5))


@pytest.mark.parametrize(
    ("cap", "sheet", "holds"),
    [
        (BELOW, form("9.99", "20"), True),
        (BELOW, form("10", "9"), False),
        (BELOW, [Points("C1", Decimal(20))], False),  # not entered yet
        (BELOW, [excluded("C1"), *form("20")[1:]], False),  # does not apply
        (ZERO, form("0", "20"), True),
        (ZERO, form("0.01", "0"), False),
        (ANY, form("20", "9.99"), True),
        (ANY, form("10", "10"), False),
        (ANY, form("10", bonus="0", penalty="0"), False),  # a bonus or penalty of nothing is no failure
        (PENALTIES, form("20", penalty="5"), True),
        (PENALTIES, form("20", penalty="4.99"), False),
        (PENALTIES, form("20"), False),
    ],
)
def test_each_kind_of_cap_has_its_condition(cap, sheet, holds):
    assert cap.holds(sheet, Stage.SELF) is holds


def test_a_cap_lowers_the_class_and_says_so():
    result = rules.tally(form("9", "20", "20", "20", "20"), Stage.SELF, THRESHOLDS, [BELOW, ZERO]).result
    assert (result.total, result.without_caps, result.grade, result.binding) == (89, Grade.GOOD, Grade.FAIR, [BELOW])
    assert result.points_to_next is None  # no points bring more
    assert [reason["rule"] for reason in result.reasons()] == ["threshold", "cap"]
    assert result.reasons()[0]["grade"] == Grade.GOOD
    assert result.reasons()[1] == {"rule": "cap", "kind": "criterion_below", "grade": "fair", "value": "10", "criterion": "C1", "number": "I.1"}


def test_a_cap_above_the_class_changes_nothing():
    result = rules.tally(form("9", "10"), Stage.SELF, THRESHOLDS, [BELOW]).result
    assert (result.grade, result.binding, result.caps) == (Grade.AVERAGE, [], (BELOW,))
    assert [reason["rule"] for reason in result.reasons()] == ["threshold"]
    assert result.points_to_next == Decimal(7)  # up to fair, where the cap begins to hold


def test_the_lowest_of_several_caps_decides():
    result = rules.tally(form("0", "20", "20", "20", "20", "20", "20"), Stage.SELF, THRESHOLDS, [BELOW, ZERO, ANY]).result
    assert (result.without_caps, result.grade) == (Grade.GOOD, Grade.WEAK)


@pytest.mark.parametrize(
    ("sheet", "caps", "one_more", "lifts"),
    [
        (form("15", "18.5"), [], Grade.GOOD, [("C1", Grade.GOOD), ("C2", Grade.GOOD)]),
        (form("15", "17"), [], Grade.FAIR, []),
        (form("20", "13.5", penalty="1"), [], Grade.FAIR, []),
        (form("20", "13.5", penalty="0.5"), [], Grade.GOOD, [("C2", Grade.GOOD)]),  # C1 is full; half a point less of the penalty is not enough ...
        (form("20", "14", penalty="1"), [], Grade.GOOD, [("C2", Grade.GOOD), ("penalty", Grade.GOOD)]),  # ... one point is
        (form("9.5", "20", "20", "20", "20"), [BELOW], Grade.FAIR, [("C1", Grade.GOOD)]),  # only there does a point take the cap away
    ],
)
def test_a_class_tells_what_one_point_more_would_change(sheet, caps, one_more, lifts):
    result = rules.tally(sheet, Stage.SELF, THRESHOLDS, caps).result
    assert result.one_more == one_more
    assert rules.lifts(sheet, Stage.SELF, THRESHOLDS, caps) == lifts


def test_what_does_not_apply_needs_its_reason_of_the_commune_and_of_who_sees_it_otherwise():
    alone = form("15")
    assert rules.missing([*alone, excluded("C9")], Stage.SELF) == [Missing("C9", Missing.REASON)]
    assert rules.missing([*alone, excluded("C9", "Không có chợ.")], Stage.SELF) == []
    both = Points("C1", Decimal(20), excluded=frozenset({Stage.SELF, Stage.APPRAISED}))
    assert not rules.needs_reason(both, Stage.APPRAISED)
    assert rules.needs_reason(Points("C1", Decimal(20), appraised_points=Decimal(3), excluded=frozenset({Stage.SELF})), Stage.APPRAISED)


def test_a_form_in_which_nothing_applies_is_not_complete():
    assert rules.missing([excluded("C1", "Không có."), excluded("C2", "Không có.")], Stage.SELF) == [
        Missing("C1", Missing.POINTS),
        Missing("C2", Missing.POINTS),
    ]
    assert rules.classify(THRESHOLDS, Decimal(0), Decimal(0)).grade == Grade.WEAK


def test_the_digest_tells_what_does_not_apply_from_what_is_empty():
    assert rules.points_digest([excluded("C1")]) != rules.points_digest([Points("C1", Decimal(20))])


points_of_20 = st.decimals(0, 20, places=2)
criterion = st.builds(
    lambda code, value, scoring, out: Points(
        code, Decimal(20), None if out else value, scoring=scoring, excluded=frozenset({Stage.SELF} if out else ())
    ),
    st.sampled_from(["C1", "C2", "C3"]),
    st.none() | points_of_20,
    st.sampled_from(list(Scoring)),
    st.booleans(),
)
sheets = st.lists(criterion, max_size=12)
cap = st.builds(Cap, st.sampled_from(list(CapKind)), st.sampled_from(ORDER), st.decimals(1, 100, places=1), st.sampled_from(["C1", "C2", "C3"]))
several = st.lists(cap, max_size=4)


@given(sheets, several)
def test_a_total_never_leaves_the_scale_and_every_form_has_a_class(sheet, caps):
    result = rules.tally(sheet, Stage.SELF, THRESHOLDS, caps).result
    assert 0 <= result.total <= result.max_total
    assert result.grade in ORDER


@given(sheets, several)
def test_no_cap_ever_raises_a_class(sheet, caps):
    capped, free = (rules.tally(sheet, Stage.SELF, THRESHOLDS, known).result for known in (caps, []))
    assert capped.without_caps == free.grade
    assert ORDER.index(capped.grade) >= ORDER.index(free.grade)
    assert not rules.is_worse(free.grade, capped.grade)


@given(sheets.filter(bool), several, st.data())
def test_more_points_never_lower_a_class_and_a_higher_penalty_never_raises_it(sheet, caps, data):
    place = data.draw(st.sampled_from(range(len(sheet))))
    low = sheet[place]
    if low.self_points is None:
        return
    more = rules.replace(low, self_points=data.draw(st.decimals(low.self_points, 20, places=2)))
    before = rules.tally(sheet, Stage.SELF, THRESHOLDS, caps).result
    after = rules.tally([*sheet[:place], more, *sheet[place + 1 :]], Stage.SELF, THRESHOLDS, caps).result
    worse, better = (before, after) if low.scoring != Scoring.PENALTY else (after, before)
    assert worse.total <= better.total
    assert not rules.is_worse(better.grade, worse.grade)


@given(st.decimals(0, 1000, places=2), st.decimals("0.01", 1000, places=2), st.decimals(1, 100, places=2), st.sampled_from(list(Rounding)))
def test_points_of_a_ratio_stay_within_the_maximum(numerator, denominator, full, rounding):
    for places in (0, 1, 2):
        points = rules.ratio_points(numerator, denominator, Decimal("12.50"), full_pct=full, rounding=rounding, places=places)
        assert 0 <= points <= Decimal("12.50")
