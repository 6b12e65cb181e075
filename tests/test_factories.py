"""The stage stands: what other tests build on is what it says it is."""

import pytest

from accounts.rules import SECOND_FACTOR_ROLES
from scoring.rules import Grade, State
from tests.factories import bring_to, make_user


def test_the_small_province_has_every_relation(place):
    assert [unit.parent for unit in place.communes] == [place.district, place.district, place.other_district, place.other_district]
    assert (place.commune.kind, place.commune.name, place.district.kind, place.district.name) == ("phuong", "Noong Bua", "thanh_pho", "Điện Biên Phủ")


def test_the_cast_has_second_factors_where_needed(cast):
    has = {user.role: user.authenticator_set.exists() for user in (cast.entry, cast.signatory, cast.appraiser, cast.officer, cast.admin, cast.leader)}

    assert {role for role, yes in has.items() if yes} == SECOND_FACTOR_ROLES


def test_two_people_may_have_the_same_role(place, cast):
    assert make_user(cast.officer.role, place.province).username != cast.officer.username


@pytest.mark.parametrize("state", State)
def test_a_form_can_be_brought_to_every_state(forms, state):
    assert bring_to(forms["03124"], state, 17).state == state


def test_the_acts_of_real_people_give_a_class(forms):
    assert bring_to(forms["03124"], State.APPROVED, 17).grade == Grade.GOOD
    assert bring_to(forms["03127"], State.APPROVED, 12, 13, 13.5).grade == Grade.AVERAGE
