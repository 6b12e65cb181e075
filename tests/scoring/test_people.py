"""Criteria belong to people, and people act for people: what is assigned, who enters, who acts for whom, what the audit says of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import services as accounts
from accounts.models import Delegation
from accounts.rules import Role, acting_role, may_stand_in
from accounts.selectors import Hat, hat
from ledger.models import Entry
from ledger.services import record
from scoring import people, rules, selectors, services
from scoring.models import Responsibility
from scoring.people import Post
from scoring.rules import Stage, State
from scoring.services import Change, NotYours, OwnWork, WrongState
from tests.factories import DocumentFactory, OfficialFactory, bring_to, client_of, fill_in, make_forms, make_user

ENTRY, SIGNATORY, APPRAISER, OFFICER, LEADER = (
    Role.COMMUNE_ENTRY,
    Role.COMMUNE_SIGNATORY,
    Role.DISTRICT_APPRAISER,
    Role.PROVINCE_OFFICER,
    Role.LEADER,
)
SINCE = date(2018, 1, 1)


# Rules.


@pytest.mark.parametrize(
    ("role", "account", "allowed"),
    [
        (ENTRY, None, True),
        (ENTRY, 7, True),
        (ENTRY, 8, False),
        (SIGNATORY, 8, True),
    ],
)
def test_who_enters_a_criterion(role, account, allowed):
    assert rules.may_enter(role, account, 7) is allowed


@pytest.mark.parametrize(
    ("own", "delegated", "acts_as"),
    [
        (ENTRY, None, ENTRY),
        (ENTRY, SIGNATORY, SIGNATORY),
        (LEADER, APPRAISER, APPRAISER),
        (LEADER, Role.PROVINCE_ADMIN, Role.PROVINCE_ADMIN),
        (OFFICER, Role.PROVINCE_ADMIN, OFFICER),
        (ENTRY, LEADER, ENTRY),
    ],
)
def test_the_role_in_which_somebody_acts(own, delegated, acts_as):
    assert acting_role(own, delegated) == acts_as


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_software_acts_for_nobody_and_nobody_acts_for_who_only_reads(deputy, principal):
    allowed = may_stand_in(deputy, principal)

    assert allowed == (deputy != Role.API_CLIENT and principal in {SIGNATORY, APPRAISER, OFFICER, Role.PROVINCE_ADMIN})


@pytest.mark.parametrize(
    ("stage", "writers", "own"),
    [
        (Stage.SELF, (1, None), True),
        (Stage.SELF, (2, 1), True),
        (Stage.SELF, (2, None), False),
        (Stage.SELF, (None, None), False),
        (Stage.FINAL, (1, None), False),
    ],
)
def test_own_work_is_what_one_wrote_or_what_was_written_for_one(stage, writers, own):
    assert rules.is_own_work(stage, writers, [Stage.SELF, Stage.APPRAISED], {1}) is own


# Criteria belong to people.


@pytest.fixture
def form(place, criteria_set, year):
    return make_forms(year)["03124"]


@pytest.fixture
def signatory(place):
    return make_user(SIGNATORY, place.commune)


@pytest.fixture
def entry(place):
    return make_user(ENTRY, place.commune)


@pytest.fixture
def official(place):
    return OfficialFactory(unit=place.commune, full_name="Lò Văn Pâng", title="finance")


@pytest.fixture
def criteria(criteria_set):
    return {criterion.code: criterion for criterion in criteria_set.criteria.filter(kind="criterion")}


def assign(unit, posts, actor, since=SINCE):
    return people.assign(unit=unit, since=since, posts=posts, seen=selectors.mark(selectors.assigned(unit)), actor=actor)


def enter(form, actor, code="CC01", points=15):
    answer = form.answers.get(criterion__code=code)
    return services.save_points(assessment=form, stage=Stage.SELF, changes=[Change(code, Decimal(points), "", answer.version)], actor=actor)


@pytest.mark.django_db
def test_an_assigned_criterion_is_entered_by_its_account_and_the_signatory_alone(place, form, signatory, entry, official, criteria):
    other = make_user(ENTRY, place.commune)
    assign(place.commune, {criteria["CC01"]: Post(official.person, entry.pk)}, signatory)

    with pytest.raises(NotYours):
        enter(form, other)
    enter(form, entry)
    enter(form, signatory, points=16)
    enter(form, other, "CC02")  # nobody's

    assert [str(answer.self_points) for answer in form.answers.order_by("criterion__position")] == ["16.00", "15.00", "None"]


@pytest.mark.django_db
def test_an_official_without_an_account_leaves_the_criterion_to_all_who_enter(place, form, signatory, entry, official, criteria):
    assign(place.commune, {criteria["CC01"]: Post(official.person)}, signatory)

    assert enter(form, entry) == []


@pytest.mark.django_db
def test_nothing_is_saved_when_one_of_the_criteria_is_anothers(place, form, signatory, entry, official, criteria):
    assign(place.commune, {criteria["CC02"]: Post(official.person, entry.pk)}, signatory)
    changes = [Change(code, Decimal(15), "", 0) for code in ("CC01", "CC02")]

    with pytest.raises(NotYours):
        services.save_points(assessment=form, stage=Stage.SELF, changes=changes, actor=make_user(ENTRY, place.commune))

    assert not form.answers.exclude(self_points=None).exists()


@pytest.mark.django_db
def test_an_assignment_that_begins_later_reserves_nothing_yet(place, form, signatory, entry, official, criteria):
    assign(place.commune, {criteria["CC01"]: Post(official.person, signatory.pk)}, signatory, since=timezone.localdate() + timedelta(days=1))

    assert enter(form, entry) == []


@pytest.mark.django_db
def test_a_hand_over_closes_the_row_and_keeps_it(place, form, signatory, entry, official, criteria):
    heir = OfficialFactory(unit=place.commune)
    assign(place.commune, {criteria["CC01"]: Post(official.person)}, signatory)
    assign(place.commune, {criteria["CC01"]: Post(heir.person, entry.pk)}, signatory, since=date(2018, 7, 1))

    rows = Responsibility.objects.order_by("since").values_list("person", "since", "until")
    assert list(rows) == [(official.person, SINCE, date(2018, 7, 1)), (heir.person, date(2018, 7, 1), None)]
    assert selectors.holders(place.commune, date(2018, 6, 30))[criteria["CC01"].pk].official == official
    assert selectors.holders(place.commune, date(2018, 7, 1))[criteria["CC01"].pk].official == heir


@pytest.mark.django_db
def test_the_ledger_knows_keys_and_no_names(place, form, signatory, official, criteria):
    assign(place.commune, {criteria["CC01"]: Post(official.person)}, signatory)

    [entry] = Entry.objects.filter(act="assign")
    assert entry.data == {"since": "2018-01-01", "criteria": {"CC01": [[None, None], [str(official.person), None]]}}


@pytest.mark.django_db
def test_the_same_assignment_again_leaves_no_trace(place, form, signatory, official, criteria):
    posts = {criteria["CC01"]: Post(official.person), criteria["CC02"]: Post(None)}

    assert [assign(place.commune, posts, signatory), assign(place.commune, posts, signatory)] == [1, 0]
    assert Entry.objects.filter(act="assign").count() == 1


@pytest.mark.django_db
def test_a_change_of_what_one_did_not_see_or_before_what_holds_is_refused(place, form, signatory, official, criteria):
    assign(place.commune, {criteria["CC01"]: Post(official.person)}, signatory, since=date(2018, 7, 1))
    nobody = {criteria["CC01"]: Post(None)}

    with pytest.raises(people.Changed):
        people.assign(unit=place.commune, since=date(2018, 8, 1), posts=nobody, seen="", actor=signatory)
    with pytest.raises(people.Backdated):
        assign(place.commune, nobody, signatory, since=date(2018, 6, 30))

    assert Responsibility.objects.get().until is None


@pytest.mark.django_db
def test_the_form_names_who_is_responsible_and_locks_what_is_anothers(place, form, signatory, entry, official, criteria):
    assign(place.commune, {criteria["CC01"]: Post(official.person, entry.pk)}, signatory)
    address = reverse("assessment", args=["2018-Y", "03124"])

    own, other = (client_of(user).get(address).content.decode() for user in (entry, make_user(ENTRY, place.commune)))

    assert "Đồng chí <b>Lò Văn Pâng</b> phụ trách từ ngày 01/01/2018" in own
    assert ('name="CC01-points"' in own, 'name="CC01-points"' in other, 'name="CC02-points"' in other) == (True, False, True)


@pytest.mark.django_db
def test_points_sent_for_anothers_criterion_are_refused_in_words(place, form, signatory, entry, official, criteria):
    assign(place.commune, {criteria["CC01"]: Post(official.person, entry.pk)}, signatory)

    answer = client_of(make_user(ENTRY, place.commune)).post(reverse("assessment", args=["2018-Y", "03124"]), {"CC01-points": "15"})

    assert answer.status_code == 403
    assert "tiêu thức I.1 do đồng chí khác phụ trách" in answer.content.decode()


# Acting officers.


def delegate(principal, deputy, starts_on=None, ends_on=None, actor=None):
    today = timezone.localdate()
    days = {"starts_on": starts_on or today, "ends_on": ends_on or today}
    return accounts.delegate(principal=principal, deputy=deputy, **days, document=DocumentFactory(), actor=actor or principal)


@pytest.mark.django_db
def test_an_acting_signatory_submits_and_the_timeline_says_for_whom(place, form, signatory, entry):
    signatory.last_name, signatory.first_name = "Quàng Thị", "Mai"
    signatory.save()
    fill_in(form, Stage.SELF, 15)
    delegate(signatory, entry)

    services.submit(assessment=form, version=form.version, actor=entry)

    [step] = selectors.history(form, selectors.form(form))
    assert (step.last.actor, step.last.data["for"], step.principal) == (entry, signatory.pk, signatory)
    page = client_of(entry).get(reverse("assessment", args=["2018-Y", "03124"])).content.decode()
    assert "(thay Quàng Thị Mai)" in page


DAY = timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "last", "acts"), [(0, 0, True), (-9, 0, True), (0, 9, True), (-9, -1, False), (1, 9, False)])
def test_a_delegation_holds_from_its_first_day_to_its_last(place, form, signatory, entry, first, last, acts):
    fill_in(form, Stage.SELF, 15)
    today = timezone.localdate()
    delegate(signatory, entry, today + first * DAY, today + last * DAY)

    if acts:
        services.submit(assessment=form, version=form.version, actor=entry)
    else:
        with pytest.raises(WrongState):
            services.submit(assessment=form, version=form.version, actor=entry)


@pytest.mark.django_db
def test_a_delegation_that_was_ended_gives_nothing(place, form, signatory, entry):
    fill_in(form, Stage.SELF, 15)
    made = delegate(signatory, entry)

    assert [accounts.end_delegation(delegation=made, actor=signatory), accounts.end_delegation(delegation=made, actor=signatory)] == [True, False]
    with pytest.raises(WrongState):
        services.submit(assessment=form, version=form.version, actor=entry)


@pytest.mark.django_db
def test_a_deputy_who_moved_to_another_unit_acts_no_more(place, form, signatory, entry):
    delegate(signatory, entry)
    entry.unit = place.sibling
    entry.save()

    assert hat(entry) == Hat(ENTRY, None)


@pytest.mark.django_db
def test_a_deputy_acts_for_who_appraises_only_with_a_second_factor(place, settings):
    settings.MFA_REQUIRED = True
    appraiser = make_user(APPRAISER, place.district)
    bare, armed = make_user(LEADER, place.district), make_user(LEADER, place.district, second_factor=True)
    delegate(appraiser, bare)
    delegate(make_user(APPRAISER, place.district), armed)

    assert [hat(user).role for user in (bare, armed)] == [LEADER, APPRAISER]


@pytest.mark.django_db
def test_nobody_appraises_what_they_entered_by_delegation_either(place, form):
    bring_to(form, State.SUBMITTED, 15)
    appraiser, deputy = make_user(APPRAISER, place.district), make_user(LEADER, place.district, second_factor=True)
    delegate(appraiser, deputy)
    fill_in(form, Stage.APPRAISED, 15)
    wrote = {"act": "enter", "kind": "assessment", "key": form.key, "data": {"stage": "self", "criterion": "CC01"}}

    for writer in (deputy, appraiser):  # both were at the commune once
        with pytest.raises(OwnWork):
            _with_entry(wrote | {"actor": writer}, lambda: services.appraise(assessment=form, version=form.version, actor=deputy))

    services.appraise(assessment=form, version=form.version, actor=deputy)
    form.refresh_from_db()
    assert form.state == State.APPRAISED


def _with_entry(entry, act):
    """Do an act in a world where the ledger has one more entry; nothing of it lasts when the act is refused."""
    with transaction.atomic():
        record(**entry)
        act()


@pytest.mark.django_db
def test_what_was_entered_for_somebody_is_their_own_work(place, form):
    bring_to(form, State.SUBMITTED, 15)
    appraiser = make_user(APPRAISER, place.district)
    fill_in(form, Stage.APPRAISED, 15)
    entry = {"act": "enter", "kind": "assessment", "key": form.key, "actor": make_user(LEADER, place.district)}

    with pytest.raises(OwnWork):
        _with_entry(
            entry | {"data": {"stage": "self", "criterion": "CC01", "for": appraiser.pk}},
            lambda: services.appraise(assessment=form, version=form.version, actor=appraiser),
        )


@pytest.mark.django_db
def test_only_people_of_one_unit_stand_in_for_each_other(place, signatory, entry):
    for deputy in (make_user(ENTRY, place.sibling), make_user(Role.API_CLIENT, place.commune), signatory):
        with pytest.raises(accounts.Unfit):
            delegate(signatory, deputy)
    with pytest.raises(accounts.Unfit):
        delegate(entry, signatory)

    assert not Delegation.objects.exists()


@pytest.mark.django_db
def test_one_person_acts_for_one_on_a_day(place, signatory, entry):
    today = timezone.localdate()
    delegate(signatory, entry, today, today + 5 * DAY)

    with pytest.raises(accounts.Overlap):
        delegate(signatory, make_user(ENTRY, place.commune), today + 5 * DAY, today + 9 * DAY)

    delegate(signatory, make_user(ENTRY, place.commune), today + 6 * DAY, today + 9 * DAY)
    assert Delegation.objects.count() == 2
