"""Obligations: opened for every unit that owes, reported, proven, checked, handed back; reminded of; each act with its entry in the ledger."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.rules import Role
from communes.models import Document, Unit
from ledger.models import Entry, Notice
from ledger.rules import chain
from plan2018 import duties, services
from plan2018.models import Duty, Obligation, Plan, WorkingRules
from plan2018.rules import DutyState, Frequency
from plan2018.services import NotYours, OwnWork, Stale, WrongState
from reports.filings import file_report
from tests import kept
from tests.factories import make_duty, make_obligation, make_period, make_user

DAY = date(2018, 3, 20)


def entries(obligation):
    return [(entry.act, entry.before, entry.after) for entry in Entry.objects.about("obligation", services.selectors.key_of(obligation))]


def report(obligation, actor, day=DAY, **typed):
    typed = {"note": "Biên bản số 5", "document": None, "version": obligation.version} | typed
    services.report_done(obligation=obligation, done_on=day, actor=actor, **typed)
    obligation.refresh_from_db()


def owed(**wanted):
    return set(Obligation.objects.filter(**wanted).values_list("unit__code", "occurrence"))


# opening


def test_every_unit_of_the_level_owes_it_and_a_second_run_adds_nothing(place, year, half):
    make_duty("TK11", frequency=Frequency.MONTHLY)
    make_duty("TK23", levels="district,commune")
    make_duty("TK58", frequency=Frequency.EVENT)

    assert services.open_duties(year.plan) == 4 * 10 + 6
    before = list(Obligation.objects.values())
    assert services.open_duties(year.plan) == 0

    assert list(Obligation.objects.values()) == before
    assert owed(duty__code="TK23") == {(code, "2018") for code in ("094", "095", "03124", "03127", "03148", "03151")}
    assert Entry.objects.filter(subject_kind="duties").count() == 1


def test_the_days_are_those_of_the_month_and_of_the_period(place, year, half):
    make_duty("TK11", frequency=Frequency.MONTHLY)
    make_duty("TK06", frequency=Frequency.PERIOD)

    services.open_duties(year.plan)

    of_commune = Obligation.objects.filter(unit=place.commune)
    assert of_commune.get(occurrence="2018-06").due_on == date(2018, 6, 30)
    assert of_commune.get(occurrence="2018-H1").due_on == date(2018, 6, 19)
    assert of_commune.get(occurrence="2018-Y").due_on == date(2019, 1, 19)


def test_a_unit_that_is_no_longer_in_force_owes_nothing(place, year):
    make_duty("TK03")
    Unit.objects.filter(pk=place.sibling.pk).update(valid_to=date(2018, 12, 31))

    services.open_duties(year.plan)

    assert owed() == {("03124", "2018"), ("03148", "2018"), ("03151", "2018")}


def test_a_condition_is_looked_at_again_and_takes_back_only_what_nobody_acted_on(place, year, cast):
    make_duty("TK10", condition="outstanding_rules", due_on=date(2018, 3, 31))
    now = timezone.now()
    rules = [WorkingRules.objects.create(unit=unit, outstanding=True, recorded_at=now) for unit in (place.commune, place.sibling)]

    services.open_duties(year.plan)
    assert owed() == {("03124", "2018"), ("03127", "2018")}
    report(Obligation.objects.get(unit=place.commune), cast.entry)
    for row in rules:
        row.outstanding = False
        row.save()
    services.open_duties(year.plan)

    assert owed() == {("03124", "2018")}


def test_nobody_owes_a_duty_of_weak_communes_until_they_are_named(place, year):
    make_duty("TK50", condition="weak")

    services.open_duties(year.plan)
    assert owed() == set()
    services.open_duties(year.plan, weak=[place.stranger.pk])
    assert owed() == {("03148", "2018")}


def test_a_day_put_right_in_the_data_is_put_right_where_nobody_has_acted(place, year, cast):
    duty = make_duty("TK10", due_on=date(2018, 3, 31))
    services.open_duties(year.plan)
    report(Obligation.objects.get(unit=place.commune), cast.entry)
    Duty.objects.filter(pk=duty.pk).update(due_on=date(2018, 4, 15))

    services.open_duties(year.plan)

    assert Obligation.objects.get(unit=place.commune).due_on == date(2018, 3, 31)
    assert Obligation.objects.get(unit=place.sibling).due_on == date(2018, 4, 15)


def test_opening_takes_the_same_few_statements_for_many_units(place, year, django_assert_max_num_queries):
    for number in range(10, 16):
        make_duty(f"TK{number}", frequency=Frequency.MONTHLY)

    with django_assert_max_num_queries(16):
        assert services.open_duties(year.plan) == 4 * 6 * 10


# the life of an obligation


def test_a_unit_reports_and_the_level_above_checks(place, cast):
    obligation = make_obligation(place.commune, due_on=date(2018, 3, 31))

    report(obligation, cast.entry)
    services.check(obligation=obligation, actor=cast.appraiser, version=obligation.version)

    obligation.refresh_from_db()
    assert (obligation.state, obligation.done_on, obligation.late, obligation.done_by) == (DutyState.CHECKED, DAY, False, cast.entry)
    assert (obligation.checked_by, obligation.version) == (cast.appraiser, 2)
    assert entries(obligation) == [("report", "open", "done"), ("check", "done", "checked")]


def test_what_was_done_after_the_last_day_is_late(place, cast):
    obligation = make_obligation(place.commune, due_on=date(2018, 3, 19))

    report(obligation, cast.entry)

    assert obligation.late is True


def test_where_the_plan_names_no_day_nothing_is_late(place, cast):
    obligation = make_obligation(place.commune, due_on=None)

    report(obligation, cast.entry)

    assert obligation.late is None


def test_what_is_handed_back_is_open_again_with_its_remark(place, cast):
    obligation = make_obligation(place.commune, due_on=date(2018, 3, 31))
    report(obligation, cast.entry)

    services.hand_back(obligation=obligation, remark=" Thiếu chữ ký ", actor=cast.appraiser, version=1)
    assert (obligation.state, obligation.remark) == (DutyState.RETURNED, "Thiếu chữ ký")
    report(obligation, cast.entry, day=date(2018, 3, 25))

    assert (obligation.state, obligation.done_on) == (DutyState.DONE, date(2018, 3, 25))
    assert entries(obligation) == [("report", "open", "done"), ("hand_back", "done", "returned"), ("report", "returned", "done")]


@pytest.mark.parametrize(("day", "note"), [(timezone.localdate() + timedelta(days=1), "xong"), (date(2018, 2, 28), "xong"), (DAY, "  ")])
def test_a_day_to_come_or_before_the_work_begins_or_no_evidence_is_refused(place, cast, day, note):
    obligation = make_obligation(place.commune, opens_on=date(2018, 3, 1), due_on=date(2018, 3, 31))

    with pytest.raises(ValueError):  # noqa: PT011 - the view says it in words beside the field
        report(obligation, cast.entry, day=day, note=note)

    obligation.refresh_from_db()
    assert (obligation.state, obligation.version, entries(obligation)) == (DutyState.OPEN, 0, [])


def test_a_document_is_evidence_without_words(place, cast):
    obligation = make_obligation(place.commune)
    document = Document.objects.create(unit=place.commune, kind="decision", number="12/QĐ-UBND", issuer="UBND", title="Quy chế")

    report(obligation, cast.entry, note="", document=document)

    assert obligation.document == document


def test_nobody_checks_what_they_reported(place, cast):
    obligation = make_obligation(place.province)
    report(obligation, cast.officer)

    with pytest.raises(OwnWork):
        services.check(obligation=obligation, actor=cast.officer, version=1)
    services.check(obligation=obligation, actor=cast.admin, version=1)

    assert obligation.state == DutyState.CHECKED


@pytest.mark.parametrize("who", ["entry", "officer", "leader", "api_client"])
def test_a_commune_is_checked_by_its_district_alone(place, cast, who):
    obligation = make_obligation(place.commune)
    report(obligation, cast.signatory)

    with pytest.raises(WrongState):
        services.check(obligation=obligation, actor=getattr(cast, who), version=1)


def test_a_version_that_moved_on_is_refused(place, cast):
    obligation = make_obligation(place.commune)
    report(obligation, cast.entry)
    services.hand_back(obligation=obligation, remark="Xem lại", actor=cast.appraiser, version=1)

    with pytest.raises(Stale):
        report(obligation, cast.entry, version=1)
    with pytest.raises(WrongState):
        services.check(obligation=obligation, actor=cast.appraiser, version=2)


# events


def test_what_happens_is_owed_from_then_on(place, year, cast):
    duty = make_duty("TK58", frequency=Frequency.EVENT)

    first = services.happened(duty=duty, unit=place.commune, day=DAY, note="Trả hồ sơ chậm", actor=cast.entry)
    second = services.happened(duty=duty, unit=place.commune, day=DAY, note="Trả hồ sơ sai", actor=cast.entry, due_on=date(2018, 4, 1))
    services.open_duties(year.plan)

    assert [(one.occurrence, one.opens_on, one.due_on, one.state) for one in (first, second)] == [
        ("e1", DAY, None, "open"),
        ("e2", DAY, date(2018, 4, 1), "open"),
    ]
    assert Obligation.objects.count() == 2
    assert entries(first) == [("happen", "", "open")]


def test_only_a_duty_that_is_due_when_something_happens_can_happen(place, year, cast):
    with pytest.raises(NotYours):
        services.happened(duty=make_duty("TK03"), unit=place.commune, day=DAY, note="x", actor=cast.entry)
    with pytest.raises(NotYours):
        services.happened(
            duty=make_duty("TK28", levels="district", frequency=Frequency.EVENT), unit=place.commune, day=DAY, note="x", actor=cast.entry
        )


@pytest.mark.parametrize(
    ("day", "note", "due"), [(timezone.localdate() + timedelta(days=1), "x", None), (DAY, " ", None), (DAY, "x", date(2018, 3, 1))]
)
def test_what_happened_has_a_day_and_words(place, year, cast, day, note, due):
    with pytest.raises(ValueError):  # noqa: PT011
        services.happened(duty=make_duty("TK58", frequency=Frequency.EVENT), unit=place.commune, day=day, note=note, actor=cast.entry, due_on=due)


# proofs


def proven(place, **days):
    return make_obligation(place.commune, code="TK54", proof="dialogue", due_on=date(2018, 12, 31), **days)


def test_a_record_shows_a_duty_done_and_its_going_opens_it_again(place, cast):
    obligation = proven(place)

    assert services.prove(proof="dialogue", unit=place.commune, days=[date(2018, 12, 20), date(2018, 12, 10)], actor=cast.entry) == 1
    obligation.refresh_from_db()
    assert (obligation.state, obligation.done_on, obligation.late) == (DutyState.DONE, date(2018, 12, 10), False)
    assert services.prove(proof="dialogue", unit=place.commune, days=[date(2018, 12, 20), date(2018, 12, 10)], actor=cast.entry) == 0

    assert services.prove(proof="dialogue", unit=place.commune, days=[date(2019, 1, 3)], actor=cast.entry) == 1
    obligation.refresh_from_db()
    assert (obligation.done_on, obligation.late) == (date(2019, 1, 3), True)

    assert services.prove(proof="dialogue", unit=place.commune, days=[], actor=cast.entry) == 1
    obligation.refresh_from_db()
    assert (obligation.state, obligation.done_on, obligation.late, obligation.done_by) == (DutyState.OPEN, None, None, None)
    assert [act for act, _before, _after in entries(obligation)] == ["prove"] * 3


def test_a_record_never_overwrites_what_a_person_reported(place, cast):
    obligation = proven(place)
    report(obligation, cast.entry, day=date(2018, 12, 12))

    assert services.prove(proof="dialogue", unit=place.commune, days=[date(2018, 12, 10)], actor=cast.entry) == 0
    assert services.prove(proof="dialogue", unit=place.commune, days=[], actor=cast.entry) == 0

    obligation.refresh_from_db()
    assert obligation.done_on == date(2018, 12, 12)


def test_a_day_proves_the_year_to_which_it_is_next(place, cast):
    this = proven(place)
    other_plan = Plan.objects.create(year=2019, number="1", title="x", issued_on=date(2019, 1, 2), issuer="x", provenance="x")
    other_duty = make_duty("TK54", plan=other_plan, proof="dialogue", due_on=date(2019, 12, 31))
    other = Obligation.objects.create(duty=other_duty, unit=place.commune, occurrence="2019", due_on=date(2019, 12, 31))

    services.prove(proof="dialogue", unit=place.commune, days=[date(2019, 1, 15)], actor=None)

    this.refresh_from_db()
    other.refresh_from_db()
    assert (this.state, this.late, other.state) == (DutyState.DONE, True, DutyState.OPEN)


def test_filing_a_report_does_the_duty_of_its_period_alone(place, year, cast):
    half = make_period("2018-H1")
    first = make_obligation(place.district, code="TK61", proof="report", due_on=half.last_day)
    second = make_obligation(place.district, code="TK62", proof="report", due_on=year.last_day)

    file_report(period=half, unit=place.district, number="45/BC-UBND", dated=DAY, actor=cast.appraiser)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.done_on, first.late, first.done_by) == (DutyState.DONE, timezone.localdate(), True, cast.appraiser)
    assert first.note == "Báo cáo số 45/BC-UBND ngày 20/03/2018"
    assert second.state == DutyState.OPEN


# the whole plan


def test_every_duty_of_the_plan_can_be_followed_to_its_end(db):
    kept.load_reference()
    plan = Plan.objects.get(year=2018)
    now = timezone.now()
    commune = (
        Unit.objects.get(code="03127", valid_to=None)
        if Unit.objects.filter(code="03127", valid_to=None).exists()
        else Unit.objects.communes().first()
    )
    ward = Unit.objects.communes().filter(kind="phuong").first()
    WorkingRules.objects.create(unit=commune, outstanding=True, recorded_at=now)
    services.open_duties(plan)
    unit_of = {"commune": commune, "district": commune.parent, "province": commune.parent.parent}
    workers = {"commune": Role.COMMUNE_ENTRY, "district": Role.DISTRICT_APPRAISER, "province": Role.PROVINCE_OFFICER}
    checkers = {"commune": Role.DISTRICT_APPRAISER, "district": Role.PROVINCE_OFFICER, "province": Role.PROVINCE_ADMIN}
    done = set()

    for duty in plan.duties.all():
        for level in duty.levels.split(","):
            unit = ward if duty.condition == "urban" else unit_of[level]
            worker = make_user(workers[level], unit)
            checker = make_user(checkers[level], unit.parent or unit)
            if duty.frequency == Frequency.EVENT:
                services.happened(duty=duty, unit=unit, day=DAY, note="Phát sinh", actor=worker)
            owed = Obligation.objects.select_related("duty__plan", "unit").filter(duty=duty, unit=unit)
            assert owed, duty.code
            for one in owed:
                report(one, worker, day=max(DAY, one.opens_on or DAY))
                services.check(obligation=one, actor=checker, version=one.version)
                done.add((duty.code, level))
            assert set(owed.values_list("state", flat=True)) == {DutyState.CHECKED}

    assert len({code for code, _level in done}) == 64
    for kind, key in Entry.objects.filter(subject_kind="obligation").values_list("subject_kind", "subject_key").distinct()[:20]:
        last = ""
        for entry in Entry.objects.about(kind, key):
            assert entry.hash == chain(last, entry.content())
            last = entry.hash


# reminders


def test_a_commune_is_reminded_of_its_own_and_a_district_and_the_province_get_one_digest(place, cast):
    due = date(2018, 3, 31)
    make_obligation(place.commune, code="TK11", occurrence="2018-03", due_on=due)
    make_obligation(place.sibling, code="TK11", occurrence="2018-03", due_on=due)
    make_obligation(place.stranger, code="TK11", occurrence="2018-03", due_on=due)
    make_obligation(place.district, code="TK37", occurrence="2018-Q1", due_on=due)

    services.remind(due - timedelta(days=7))
    services.remind(due - timedelta(days=7))

    told = {notice.person: notice for notice in Notice.objects.select_related("person")}
    assert set(told) == {cast.entry, cast.signatory, cast.neighbour, cast.stranger, cast.appraiser, cast.officer, cast.admin}
    assert told[cast.entry].subject == "Nhiệm vụ theo kế hoạch: 1 việc sắp đến hạn"
    assert told[cast.entry].body.splitlines()[2:] == ["Việc của đơn vị:", "- TK11 Nhiệm vụ TK11 (tháng 3/2018), hạn 31/3/2018, còn 7 ngày"]
    assert told[cast.appraiser].body.splitlines()[2:] == [
        "Việc của đơn vị:",
        "- TK37 Nhiệm vụ TK37 (quý I/2018), hạn 31/3/2018, còn 7 ngày",
        "",
        "Việc của các xã:",
        "- TK11 Nhiệm vụ TK11 (tháng 3/2018), hạn 31/3/2018, còn 7 ngày: 2 đơn vị chưa làm (Phường Him Lam, Phường Noong Bua)",
    ]
    assert "Thị xã Mường Lay: 1 việc sắp đến hạn ở 1 xã" in told[cast.officer].body
    assert told[cast.officer].subject == "Nhiệm vụ theo kế hoạch: 4 việc sắp đến hạn"
    assert told[cast.officer].link == "/duties/"


@pytest.mark.parametrize(
    ("days", "told"), [(-16, 0), (-15, 1), (-14, 0), (-7, 1), (-3, 1), (-1, 1), (0, 1), (1, 1), (2, 0), (7, 1), (28, 1), (29, 0)]
)
def test_people_are_reminded_on_the_days_of_the_rule(place, days, told):
    due = date(2018, 3, 31)
    make_user(Role.COMMUNE_ENTRY, place.commune)
    make_obligation(place.commune, due_on=due)

    services.remind(due + timedelta(days=days))

    assert Notice.objects.count() == told


def test_nobody_is_reminded_of_what_is_done_or_has_no_day(place, cast):
    make_obligation(place.commune, code="TK03", due_on=None)
    report(make_obligation(place.commune, code="TK04", due_on=DAY), cast.entry)

    assert services.remind(DAY) == 0


def test_reminding_the_whole_province_takes_few_statements(place, cast, django_assert_max_num_queries):
    for number in range(10, 60):
        make_obligation(place.commune, code=f"TK{number}", due_on=DAY)

    with django_assert_max_num_queries(4):
        assert services.remind(DAY) == 5
    assert all(day == DAY for day in Obligation.objects.filter(due_on__in=duties.due_days(DAY)).values_list("due_on", flat=True))
