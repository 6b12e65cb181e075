"""An acting officer does what the office does with districts' reports, from the first day to the last, and the audit says for whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Delegation
from accounts.rules import Role
from ledger.models import Entry, Notice
from reports.models import Report
from reports.rules import ReportState
from tests.conftest import Cast
from tests.factories import client_of, make_delegation, make_user

pytestmark = pytest.mark.django_db

PAGE = "/reports/2018-Y/094/"
TYPED = {"number": "05/BC-UBND", "dated": "18/6/2018"}
ACTS = (PAGE, f"{PAGE}review/", f"{PAGE}extend/", "/rollups/2018-Y/")


def acting_for(unit, role: Role | None = None) -> Delegation:
    """A leader who acts for somebody of the unit from today on, with what signing in for who appraises or approves takes."""
    return make_delegation(unit, make_user(Role.LEADER, unit, second_factor=True), role=role)


def statuses(user) -> list[int]:
    """What filing, judging, extending and asking for a fill answer to somebody: 403, or anything else."""
    client = client_of(user)
    return [client.post(address, {}).status_code for address in ACTS]


@pytest.mark.parametrize(
    ("unit", "role", "allowed"),
    [
        ("district", Role.DISTRICT_APPRAISER, [True, False, False, False]),
        ("province", Role.PROVINCE_OFFICER, [False, True, True, True]),
        ("province", Role.PROVINCE_ADMIN, [False, True, True, True]),
    ],
)
def test_a_leader_who_acts_for_somebody_has_the_doors_of_that_role_and_no_others(place, cast: Cast, year, unit, role, allowed):
    acting = acting_for(getattr(place, unit), role)
    assert [status != 403 for status in statuses(acting.deputy)] == allowed

    Delegation.objects.filter(pk=acting.pk).update(ended_at=timezone.now())
    assert statuses(acting.deputy) == [403] * 4


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)])
def test_before_the_first_day_and_after_the_last_nobody_acts(place, cast: Cast, year, days):
    acting = acting_for(place.district)
    today = timezone.localdate()
    Delegation.objects.filter(pk=acting.pk).update(starts_on=today + timedelta(days[0]), ends_on=today + timedelta(days[1]))

    assert statuses(acting.deputy) == [403] * 4


def test_a_district_leader_files_and_a_province_leader_accepts_each_for_another(place, cast: Cast, year):
    district, province = acting_for(place.district), acting_for(place.province)

    filed = client_of(district.deputy).post(PAGE, TYPED, follow=True)
    report = Report.objects.get()
    accepted = client_of(province.deputy).post(f"{PAGE}review/", {"act": "accept", "version": report.version}, follow=True)

    report.refresh_from_db()
    assert "Đã ghi nhận báo cáo" in filed.content.decode()
    assert "Đã chấp nhận báo cáo." in accepted.content.decode()
    assert (report.state, report.filed_by) == (ReportState.ACCEPTED, district.deputy)
    told = Entry.objects.filter(subject_kind="report").order_by("pk")
    assert [(entry.actor, entry.data["for"]) for entry in told] == [
        (district.deputy, district.principal.pk),
        (province.deputy, province.principal.pk),
    ]
    assert f"{province.deputy} (thay {province.principal})" in client_of(cast.officer).get("/audit/").content.decode()
    assert f"{district.deputy} (thay {district.principal})" in b"".join(client_of(cast.officer).get("/audit/csv/")).decode()
    assert {notice.person for notice in Notice.objects.filter(subject__contains="đã gửi")} >= {province.deputy, province.principal}


def test_who_acts_for_a_commune_gets_nothing_of_the_report_of_its_district(place, cast: Cast, year):
    acting = acting_for(place.commune)

    assert set(statuses(acting.deputy)) <= {403, 404}


def test_nobody_administers_for_somebody_else(place, cast: Cast, year):
    acting = acting_for(place.province, role=Role.PROVINCE_ADMIN)

    assert client_of(acting.deputy).get("/admin/").status_code == 403
    assert "Tài khoản, vai trò" not in client_of(acting.deputy).get("/audit/").content.decode()
