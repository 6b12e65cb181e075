"""Many points accepted at once: seen before it is done, and only what was seen; the table narrowed to what needs a look."""

from decimal import Decimal

import pytest
from hypothesis import given as given_
from hypothesis import strategies as st

from accounts.rules import Role
from ledger.models import Entry
from scoring import people, rules, services
from scoring.models import Answer, Criterion, Share
from scoring.rules import Stage, State
from scoring.services import Change, NotYours
from tests.factories import bring_to, client_of, fill_in, make_user
from tests.reader import Visitor

GRID = "/appraisals/2018-Y/094/"


@pytest.fixture
def district(forms, cast):
    """Two submitted forms: one shows nothing for its full points at the third criterion, one was appraised in part."""
    for code, points in (("03124", (17, 17, 20)), ("03127", (12, 13, 14))):
        form = bring_to(forms[code], State.SUBMITTED, 15)
        fill_in(form, Stage.SELF, *points)
    forms["03124"].answers.filter(self_points=20).update(self_note="")
    first = forms["03127"].answers.order_by("criterion__position").first()
    Answer.objects.filter(pk=first.pk).update(appraised_points=8, appraised_reason="Thiếu hồ sơ")
    return Visitor(client_of(cast.appraiser))


def points(form) -> list[int | None]:
    return [answer.appraised_points and int(answer.appraised_points) for answer in form.answers.order_by("criterion__position")]


def test_what_accepting_would_do_is_seen_before_anything_is_written(district, forms):
    district.open(GRID)
    text = district.send("Nhận điểm tự chấm vào ô trống")

    assert "5 ô trống của 2 đơn vị" in text
    assert "54/60" in text
    assert "35/60" in text  # 8, then 13 and 14 of its own
    assert points(forms["03124"]) == [None, None, None]


def test_points_are_accepted_where_nothing_stands_yet(district, forms):
    district.open(f"{GRID}accept/")
    district.send("Nhận 5 điểm")

    assert points(forms["03124"]) == [17, 17, 20]
    assert points(forms["03127"]) == [8, 13, 14]


def test_full_points_that_show_nothing_can_be_left_for_a_look(district, forms):
    text = district.open(f"{GRID}accept/?proven=1")
    district.send("Nhận 4 điểm")

    assert "1 ô điểm tối đa mà không có minh chứng" in text
    assert points(forms["03124"]) == [17, 17, None]


def test_a_second_click_accepts_nothing_twice(district, forms):
    district.open(f"{GRID}accept/")
    page = district.page
    district.send("Nhận 5 điểm")
    versions = list(Answer.objects.order_by("pk").values_list("version", flat=True))
    district.page = page
    district.send("Nhận 5 điểm")

    assert list(Answer.objects.order_by("pk").values_list("version", flat=True)) == versions


def test_a_form_that_changed_since_the_preview_is_shown_again(district, forms, cast):
    district.open(f"{GRID}accept/")
    appraise(forms["03124"], cast.appraiser, "CC02")
    text = district.send("Nhận 5 điểm", expect=409)

    assert "có phiếu vừa thay đổi" in text
    assert points(forms["03124"]) == [None, 15, None]
    district.send("Nhận 4 điểm")
    assert points(forms["03124"]) == [17, 15, 20]


@pytest.mark.parametrize(("only", "seen", "hidden"), [("disputed", "03127", "03124"), ("unproven", "03124", "03127"), ("far", "03127", "03124")])
def test_the_table_is_narrowed_to_what_needs_a_look(district, only, seen, hidden):
    district.open(f"{GRID}?only={only}")
    content = district.client.get(f"{GRID}?only={only}").content.decode()

    assert f'id="{seen}-CC01"' in content
    assert f'id="{hidden}-CC01"' not in content


def test_a_filter_that_nobody_knows_shows_everything(district):
    content = district.client.get(f"{GRID}?only=%00x").content.decode()

    assert all(f'id="{code}-CC01"' in content for code in ("03124", "03127"))


def test_what_accepting_would_do_costs_the_same_for_many(district, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):
        district.client.get(f"{GRID}accept/")


# Groups of criteria given to named appraisers.


@pytest.fixture
def given(forms, cast, place):
    """The first group was given to a colleague of the appraiser."""
    for form in forms.values():
        bring_to(form, State.SUBMITTED, 17)
    colleague = make_user(Role.DISTRICT_APPRAISER, place.district)
    group = Criterion.objects.get(code="CG1")
    people.share_out(period=forms["03124"].period, unit=place.district, chosen={group: [colleague]}, actor=cast.appraiser)
    return colleague


def appraise(form, actor, code="CC01"):
    change = Change(code, Decimal(15), "Thiếu hồ sơ", form.answers.get(criterion__code=code).version)
    return services.save_points(assessment=form, stage=Stage.APPRAISED, changes=[change], actor=actor)


def test_a_group_is_appraised_by_those_it_was_given_to(given, forms, cast):
    with pytest.raises(NotYours):
        appraise(forms["03124"], cast.appraiser)
    appraise(forms["03124"], given)
    appraise(forms["03151"], make_user(Role.DISTRICT_APPRAISER, forms["03151"].unit.parent))  # another district has its own ways

    assert points(forms["03124"])[0] == points(forms["03151"])[0] == 15


def accept(actor):
    visitor = Visitor(client_of(actor))
    visitor.open(f"{GRID}accept/")
    visitor.send("Nhận 6 điểm")


def test_accepting_leaves_the_groups_of_others_alone(given, forms, cast):
    accept(cast.appraiser)
    left = points(forms["03124"])
    accept(given)

    assert (left, points(forms["03124"])) == ([None] * 3, [17] * 3)


def test_groups_are_given_on_a_page_and_closed_in_the_table(forms, cast, place):
    for form in forms.values():
        bring_to(form, State.SUBMITTED, 17)
    colleague = make_user(Role.DISTRICT_APPRAISER, place.district)
    client = client_of(cast.appraiser)
    assert "Chưa giao riêng nhóm nào" in client.get(f"{GRID}shares/").content.decode()

    client.post(f"{GRID}shares/", {"CG1": [str(colleague.pk), "999999", "x"]})
    client.post(f"{GRID}shares/", {"CG1": [str(colleague.pk)]})

    assert Share.objects.get().account == colleague
    assert Entry.objects.filter(subject_kind="shares").count() == 1
    assert 'id="03124-CC01-points"' not in client.get(GRID).content.decode()
    assert 'id="03124-CC01-points"' in client_of(colleague).get(GRID).content.decode()


@given_(st.sets(st.integers(1, 5)), st.sets(st.integers(1, 5), min_size=1, max_size=2))
def test_a_group_of_nobody_is_open_to_all(named, who):
    assert rules.may_appraise(named, who) == (not named or bool(named & who))
