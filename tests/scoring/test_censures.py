"""Criticised and reminded: what the province enters, what two years running are, and what the district then owes."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.rules import Role
from communes.models import Document
from ledger.models import Entry
from plan2018 import keeping
from plan2018 import services as plan
from plan2018.models import Obligation
from plan2018.rules import DutyState
from scoring.consequences import Censure as Told
from scoring.models import Censure
from scoring.people import save_censure, withdraw_censure
from scoring.selectors import censured
from tests.factories import DocumentFactory, PlanFactory, client_of, make_duty, make_user

pytestmark = pytest.mark.django_db

CRITICISED, REMINDED = Told.CRITICISED, Told.REMINDED


@pytest.fixture
def officer(place):
    return make_user(Role.PROVINCE_OFFICER, place.province)


@pytest.fixture
def duty(year):
    return make_duty("TK36", levels="district", clause="III.4 gạch 6")


def censure(unit, year, actor, kind=CRITICISED):
    values = {"kind": kind, "year": year, "document": Document.objects.first() or DocumentFactory()}
    return save_censure(line=Censure(unit=unit), kind="censures", values=values, version=0, actor=actor)


def owed_by(unit):
    return {one.occurrence: one.due_on for one in Obligation.objects.filter(unit=unit)}


def test_criticism_obliges_the_district_until_the_end_of_the_next_year(place, duty, officer):
    censure(place.commune, 2017, officer)

    [one] = Obligation.objects.all()
    assert (one.unit, one.duty, one.due_on, one.state) == (place.district, duty, date(2018, 12, 31), DutyState.OPEN)
    assert "Phường Noong Bua bị phê bình về kết quả năm 2017" in one.note


def test_a_second_year_running_adds_the_review_of_both_chairs_whichever_was_entered_first(place, duty, officer):
    censure(place.commune, 2017, officer)
    censure(place.commune, 2016, officer)

    assert set(owed_by(place.district)) == {"03124-16a", "03124-17a", "03124-17c"}
    assert owed_by(place.other_district) == {}


def test_a_reminder_obliges_to_the_review_of_the_leaders_alone(place, duty, officer):
    censure(place.commune, 2017, officer, REMINDED)

    assert owed_by(place.district) == {"03124-17b": date(2018, 12, 31)}


def test_what_nobody_acted_on_is_owed_no_more_when_the_censure_is_withdrawn(place, duty, officer):
    censure(place.commune, 2016, officer)
    line = censure(place.commune, 2017, officer)

    withdraw_censure(line=line, kind="censures", reason="Nhầm xã", version=line.version, actor=officer)

    assert set(owed_by(place.district)) == {"03124-16a"}
    assert Entry.objects.filter(act="take_back").count() == 2


def test_what_the_district_has_done_stays_when_the_censure_is_withdrawn(place, duty, officer):
    line = censure(place.commune, 2017, officer)
    one = Obligation.objects.get()
    appraiser = make_user(Role.DISTRICT_APPRAISER, place.district)
    plan.report_done(obligation=one, done_on=date(2018, 5, 2), note="Đã báo cáo cấp ủy", document=None, actor=appraiser, version=one.version)

    withdraw_censure(line=line, kind="censures", reason="Nhầm xã", version=line.version, actor=officer)

    assert Obligation.objects.get().state == DutyState.DONE


def test_opening_the_plan_again_keeps_what_a_censure_obliged_to(place, duty, officer):
    censure(place.commune, 2017, officer)

    plan.open_duties(duty.plan)
    plan.open_duties(duty.plan)

    assert set(owed_by(place.district)) == {"2018", "03124-17a"}


def test_changing_the_year_moves_what_is_owed(place, duty, officer):
    line = censure(place.commune, 2016, officer)

    save_censure(line=line, kind="censures", values={"year": 2017}, version=line.version, actor=officer)

    assert set(owed_by(place.district)) == {"03124-17a"}


def test_what_is_owed_stands_in_the_plan_of_the_year_after_the_result_or_the_newest_before_it(place, duty, officer):
    later = make_duty("TK36", levels="district", plan=PlanFactory(year=2019, number="12/KH-UBND"))
    censure(place.commune, 2017, officer)
    censure(place.commune, 2018, officer)
    censure(place.commune, 2019, officer)

    owed = {(one.occurrence, one.duty) for one in Obligation.objects.all()}
    assert {("03124-17a", duty), ("03124-18a", later), ("03124-18c", later), ("03124-19a", later), ("03124-19c", later)} == owed


def test_where_the_plan_has_no_such_duty_the_censure_is_kept_all_the_same(place, year, officer):
    censure(place.commune, 2017, officer)

    assert (Censure.objects.count(), Obligation.objects.count()) == (1, 0)


def test_censures_of_all_communes_are_one_query(place, duty, officer, django_assert_num_queries):
    censure(place.commune, 2016, officer)
    censure(place.commune, 2017, officer)
    censure(place.stranger, 2017, officer, REMINDED)
    withdraw = censure(place.sibling, 2017, officer)
    withdraw_censure(line=withdraw, kind="censures", reason="Nhầm xã", version=withdraw.version, actor=officer)

    with django_assert_num_queries(1):
        found = censured([unit.pk for unit in place.communes])

    assert found == {
        place.commune.pk: {CRITICISED: {2016, 2017}, REMINDED: set()},
        place.stranger.pk: {CRITICISED: set(), REMINDED: {2017}},
    }


def test_the_province_enters_a_censure_with_its_document_and_the_district_sees_its_duty(place, duty, officer):
    document = DocumentFactory()
    sent = {"unit": place.commune.pk, "kind": CRITICISED, "year": "2017", "document": document.pk, "note": "", "version": "0"}

    answer = client_of(officer).post(reverse("record-new", args=["censures", "11"]), sent)

    assert answer.status_code == 302
    page = client_of(make_user(Role.DISTRICT_APPRAISER, place.district)).get(reverse("obligation", args=[Obligation.objects.get().pk]))
    assert "báo cáo cấp ủy xem xét điều động Chủ tịch UBND" in page.content.decode()
    assert "đơn vị 03124, kết quả năm 2017, việc a" in page.content.decode()


@pytest.mark.parametrize(
    ("changed", "said"), [({"document": ""}, "Chọn một văn bản"), ({"year": "1999"}, "Ghi một năm từ 2011"), ({"year": "x"}, "số nguyên")]
)
def test_a_censure_without_its_document_or_of_no_year_is_refused_in_words(place, duty, officer, changed, said):
    sent = {"unit": place.commune.pk, "kind": CRITICISED, "year": "2017", "document": DocumentFactory().pk, "version": "0"} | changed

    answer = client_of(officer).post(reverse("record-new", args=["censures", "11"]), sent)

    assert (answer.status_code, Censure.objects.count()) == (422, 0)
    assert said in answer.content.decode()


def test_the_same_censure_is_entered_once(place, duty, officer):
    censure(place.commune, 2017, officer)

    with pytest.raises(keeping.Duplicate):
        censure(place.commune, 2017, officer)


@pytest.mark.parametrize("role", [Role.DISTRICT_APPRAISER, Role.COMMUNE_SIGNATORY, Role.LEADER])
def test_only_the_province_enters_censures(place, year, role):
    unit = {Role.DISTRICT_APPRAISER: place.district, Role.LEADER: place.province}.get(role, place.commune)

    assert client_of(make_user(role, unit)).get(reverse("record-new", args=["censures", unit.code])).status_code == 403


def test_the_page_names_who_was_criticised_two_years_running(place, duty, officer):
    censure(place.commune, 2016, officer)
    censure(place.commune, 2017, officer)
    censure(place.stranger, 2017, officer, REMINDED)

    page = client_of(officer).get(reverse("records", args=["censures", "11"])).content.decode()

    assert "Kết quả năm 2017: <b>1 xã</b> bị phê bình, <b>1 xã</b> bị nhắc nhở; <b>1 xã</b> bị phê bình hai năm liền." in page
