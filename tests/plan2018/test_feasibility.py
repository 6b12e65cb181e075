"""Which targets on the classes can hold together: against every division of a small whole, and for the numbers of Plan 495."""

from decimal import Decimal
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan2018.rules import OPERATORS, Claim, claim, conflicts, rooms

PLAN = {"good": (">=", 25), "fair": (">", 75), "average": ("<", 30), "weak": ("=", 0)}
WHOLE = 130


def claims(**fixed: int) -> dict[str, Claim]:
    """The claims of section II.2 on 130 communes, so many of which are approved in a class."""
    return {grade: claim(operator, Decimal(value), WHOLE, fixed.get(grade, 0)) for grade, (operator, value) in PLAN.items()}


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (">=", "25", (25, 130)),
        (">", "75", (76, 130)),
        ("<", "30", (0, 29)),
        ("<=", "30", (0, 30)),
        ("=", "0", (0, 0)),
        (">=", "62.5", (63, 130)),
        (">", "62.5", (63, 130)),
        ("<", "62.5", (0, 62)),
        ("<=", "900", (0, 130)),
        ("=", "62.5", (63, 62)),
    ],
)
def test_a_count_target_claims_whole_communes(operator, value, expected):
    one = claim(operator, Decimal(value), WHOLE)

    assert (one.least, one.most) == expected


def test_the_plan_alone_can_just_be_met():
    assert rooms(claims(), WHOLE) == {"good": (25, 54), "fair": (76, 105), "average": (0, 29), "weak": (0, 0)}
    assert conflicts(claims(), WHOLE) == []


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [
        ({"good": 20, "fair": 50, "average": 20}, []),
        ({"good": 29, "fair": 71, "average": 26}, [("fair",)]),  # four are open: with all of them 75
        ({"weak": 1}, [("weak",)]),
        ({"average": 30}, [("average",), ("good", "fair")]),
        ({"average": 29, "weak": 1}, [("weak",), ("good", "fair")]),
        ({"good": 55}, [("fair",)]),
        ({"good": 30, "fair": 60, "average": 29}, [("fair",)]),
        ({"good": 20, "fair": 70, "average": 29}, []),
        ({"good": 20, "fair": 71, "average": 30}, [("average",), ("good", "fair")]),
    ],
)
def test_what_is_approved_already_rules_targets_out(fixed, expected):
    assert conflicts(claims(**fixed), WHOLE) == expected


@st.composite
def a_division(draw):
    """A small whole, and claims on its parts that fix no more than there is."""
    whole = draw(st.integers(0, 9))
    parts = {}
    left = whole
    for key in "abcd"[: draw(st.integers(1, 4))]:
        fixed = draw(st.integers(0, left))
        left -= fixed
        parts[key] = (draw(st.sampled_from(list(OPERATORS))), Decimal(draw(st.integers(0, 20))) / 2, fixed)
    return whole, parts


def divisions(whole, parts):
    """Every way to divide the whole that keeps what is fixed."""
    for counts in product(range(whole + 1), repeat=len(parts)):
        if sum(counts) == whole and all(count >= fixed for count, (_sign, _value, fixed) in zip(counts, parts.values(), strict=True)):
            yield dict(zip(parts, counts, strict=True))


def met(parts, division, keys):
    return all(OPERATORS[parts[key][0]](Decimal(division[key]), parts[key][1]) for key in keys)


@given(a_division())
def test_the_rooms_are_those_of_every_division_that_meets_all(case):
    whole, parts = case

    good = [division for division in divisions(whole, parts) if met(parts, division, parts)]
    found = rooms({key: claim(sign, value, whole, fixed) for key, (sign, value, fixed) in parts.items()}, whole)

    expected = {key: (min(one[key] for one in good), max(one[key] for one in good)) for key in parts} if good else None
    assert found == expected


@given(a_division())
def test_conflicts_are_the_smallest_sets_that_no_division_meets(case):
    whole, parts = case
    every = list(divisions(whole, parts))

    impossible = [
        keys for size in range(1, len(parts) + 1) for keys in combinations(parts, size) if not any(met(parts, division, keys) for division in every)
    ]
    smallest = [keys for keys in impossible if not any(set(other) < set(keys) for other in impossible)]
    found = conflicts({key: claim(sign, value, whole, fixed) for key, (sign, value, fixed) in parts.items()}, whole)

    assert found == smallest
