"""An acting officer does for duties and small registers what the office does, from the first day to the last; the ledger says for whom, reminders come along."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Delegation
from accounts.rules import Role
from ledger.models import Entry, Notice
from plan2018 import keeping, services
from plan2018.models import Dialogue, Difficulty, Observation
from plan2018.services import OwnWork
from scoring import terms
from scoring.models import Assessment
from tests import kept
from tests.conftest import Cast
from tests.factories import Place, client_of, make_delegation, make_dialogue, make_duty, make_obligation, make_user
from tests.reader import Page

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
DAY = timedelta(days=1)
HELD = {"held_on": "05/12/2018", "attendees": "90", "opinions": "6", "answered": "5"}


def acting_for(unit, deputy=None, role: Role | None = None, *, of=None) -> Delegation:
    """A leader of the unit (of another: `of`) who acts for somebody there from today on, with what signing in for who checks takes."""
    return make_delegation(unit, deputy or make_user(Role.LEADER, of or unit, second_factor=True), role=role)


def done(obligation, actor):
    services.report_done(obligation=obligation, done_on=TODAY, note="Biên bản", document=None, actor=actor, version=obligation.version)
    return obligation


def raise_difficulty(unit, actor):
    values = {"raised_on": date(2018, 5, 4), "clause": "III.5", "text": "Chưa có kinh phí"}
    return keeping.save_record(line=Difficulty(unit=unit), kind="difficulties", values=values, version=0, actor=actor)


# Which acts.


@dataclass(frozen=True)
class Act:
    """An act: at which unit it is done, what must be there before (gives what the address and the fields are filled with), what is sent where."""

    at: str
    before: Callable[[Place, Cast], Any]
    address: str
    sent: dict[str, Any]

    def do(self, client, there) -> int:
        """Do it; the status of the answer."""
        said = {"pk": getattr(there, "pk", ""), "version": getattr(there, "version", "")}
        sent = {name: value.format(**said) for name, value in self.sent.items()}
        return client.post(self.address.format(**said), sent).status_code


VERSION = {"version": "{version}"}
ACTS = {
    "report done": Act(
        "commune",
        lambda place, _cast: make_obligation(place.commune),
        "/duties/{pk}/done/",
        VERSION | {"done_on": f"{TODAY:%d/%m/%Y}", "note": "Biên bản số 5"},
    ),
    "report a district's done": Act(
        "district",
        lambda place, _cast: make_obligation(place.district),
        "/duties/{pk}/done/",
        VERSION | {"done_on": f"{TODAY:%d/%m/%Y}", "note": "Biên bản số 5"},
    ),
    "say that it happened": Act(
        "commune",
        lambda _place, _cast: make_duty("TK64", levels="commune", frequency="event"),
        "/duties/2018/TK64/",
        {"day": f"{TODAY:%d/%m/%Y}", "note": "Lũ quét"},
    ),
    "check": Act("district", lambda place, cast: done(make_obligation(place.commune), cast.entry), "/duties/{pk}/check/", VERSION),
    "check a district's": Act("province", lambda place, cast: done(make_obligation(place.district), cast.appraiser), "/duties/{pk}/check/", VERSION),
    "check several": Act(
        "district",
        lambda place, cast: done(make_obligation(place.commune), cast.entry),
        "/duties/check/",
        {"chosen": "{pk}:{version}", "sure": "1"},
    ),
    "hand back": Act(
        "district",
        lambda place, cast: done(make_obligation(place.commune), cast.entry),
        "/duties/{pk}/return/",
        VERSION | {"remark": "Thiếu chữ ký"},
    ),
    "enter a line": Act("commune", lambda _place, _cast: None, "/records/dialogues/03124/new/", HELD | {"version": "0"}),
    "change a line": Act(
        "commune", lambda place, _cast: make_dialogue(place.commune), "/records/dialogues/03124/{pk}/", HELD | {"answered": "4"} | VERSION
    ),
    "withdraw a line": Act(
        "commune",
        lambda place, _cast: make_dialogue(place.commune),
        "/records/dialogues/03124/{pk}/withdraw/",
        {"withdraw-version": "{version}", "withdraw-reason": "Ghi nhầm"},
    ),
    "enter an inspection": Act(
        "district",
        lambda _place, _cast: None,
        "/records/inspections/03124/new/",
        {"inspected_on": "02/4/2018", "agency": "Thanh tra huyện", "finding": "Thiếu sổ", "version": "0"},
    ),
    "answer a difficulty": Act(
        "district",
        lambda place, cast: raise_difficulty(place.commune, cast.entry),
        "/records/difficulties/03124/{pk}/answer/",
        {"answer-version": "{version}", "answer-answer": "Đã bố trí"},
    ),
    "pass a difficulty on": Act(
        "district",
        lambda place, cast: raise_difficulty(place.commune, cast.entry),
        "/records/difficulties/03124/{pk}/pass-on/",
        {"pass-on-version": "{version}", "pass-on-reason": "Ngoài thẩm quyền"},
    ),
}


@pytest.fixture(params=ACTS.values(), ids=ACTS)
def act(request) -> Act:
    return request.param


def test_a_leader_who_acts_for_somebody_does_it_and_the_ledger_says_for_whom(place, cast, year, act):
    there = act.before(place, cast)
    acting = acting_for(getattr(place, act.at))
    known = Entry.objects.count()

    assert act.do(client_of(acting.deputy), there) == 302

    entries = Entry.objects.order_by("pk")[known:]
    assert entries
    assert {(entry.actor, entry.data["for"]) for entry in entries} == {(acting.deputy, acting.principal.pk)}
    assert f"{acting.deputy} (thay {acting.principal})" in client_of(cast.officer).get("/audit/").content.decode()


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)], ids=["after the last day", "before the first day"])
def test_outside_its_days_a_delegation_gives_nothing(place, cast, year, act, days):
    there = act.before(place, cast)
    acting = acting_for(getattr(place, act.at))
    Delegation.objects.filter(pk=acting.pk).update(starts_on=TODAY + days[0] * DAY, ends_on=TODAY + days[1] * DAY)
    known = Entry.objects.count()

    assert act.do(client_of(acting.deputy), there) == 403
    assert Entry.objects.count() == known


def test_a_delegation_that_was_ended_gives_nothing(place, cast, year, act):
    there = act.before(place, cast)
    acting = acting_for(getattr(place, act.at))
    Delegation.objects.filter(pk=acting.pk).update(ended_at=timezone.now())

    assert act.do(client_of(acting.deputy), there) == 403


def test_who_acts_for_somebody_of_another_unit_gets_nothing(place, cast, year, act):
    there = act.before(place, cast)
    other = {"commune": place.sibling, "district": place.other_district, "province": place.district}[act.at]
    acting = acting_for(other, of=getattr(place, act.at))  # the principal serves elsewhere

    assert act.do(client_of(acting.deputy), there) == 403


def test_a_leader_of_another_unit_who_acts_there_does_not_reach_this_one(place, cast, year, act):
    there = act.before(place, cast)
    other = {"commune": place.sibling, "district": place.other_district, "province": place.district}[act.at]
    acting = acting_for(other)
    known = Entry.objects.count()

    if act is ACTS["say that it happened"]:
        assert act.do(client_of(acting.deputy), there) == 302  # in their own unit
        assert Entry.objects.get(act="happen").unit == place.sibling
    elif act is ACTS["check several"]:
        act.do(client_of(acting.deputy), there)
        assert Entry.objects.count() == known
    else:
        assert act.do(client_of(acting.deputy), there) in (403, 404)
        assert Entry.objects.count() == known


@pytest.mark.parametrize(("holds", "status"), [(True, 302), (False, 403)])
def test_who_acts_for_a_signatory_reports_figures(place, holds, status):
    kept.load_plan()
    page, acting = "/observations/2018-Y/03124/", acting_for(place.commune)
    shown = Page(client_of(acting.principal).get(page).content.decode(), page)
    fields = next(form.fields for form in shown.forms if "renewal-seen" in form.fields)
    if not holds:
        Delegation.objects.update(ended_at=timezone.now())

    assert client_of(acting.deputy).post(page, fields | {"renewal-answer": "yes"}).status_code == status

    assert Observation.objects.count() == holds
    assert [entry.data["for"] for entry in Entry.objects.filter(subject_kind="observation")] == [acting.principal.pk] * holds
    if holds:
        services.clear_observation(
            period=(row := Observation.objects.get()).period, unit=row.unit, indicator=row.indicator, version=row.version, actor=acting.deputy
        )
        assert Entry.objects.get(act="clear").data["for"] == acting.principal.pk


def test_who_acts_for_the_province_keeps_its_register_of_censures(place, cast, year):
    acting = acting_for(place.province)
    page = "/records/censures/11/new/"

    assert client_of(acting.deputy).get(page).status_code == 200
    assert client_of(make_user(Role.LEADER, place.province)).get(page).status_code == 403
    assert client_of(acting_for(place.district).deputy).get("/records/censures/094/new/").status_code == 403


def test_who_acts_for_a_district_does_not_write_for_its_communes(place, cast):
    obligation = make_obligation(place.commune)

    assert client_of(acting_for(place.district).deputy).post(f"/duties/{obligation.pk}/done/", ACTS["report done"].sent).status_code == 403


def test_a_clerk_who_acts_for_the_signatory_gets_no_more_than_the_commune_has_and_the_ledger_says_for_whom(place, cast):
    obligation = make_obligation(place.commune)
    acting = acting_for(place.commune, cast.entry)

    done(obligation, cast.entry)

    assert Entry.objects.get(act="report").data["for"] == acting.principal.pk
    assert client_of(cast.entry).post(f"/duties/{obligation.pk}/check/", {"version": obligation.version}).status_code == 403


def test_without_a_delegation_the_ledger_names_nobody_else(place, cast):
    done(make_obligation(place.commune), cast.signatory)
    raise_difficulty(place.commune, cast.signatory)

    assert not [entry for entry in Entry.objects.all() if "for" in entry.data]


# Pages.


def test_the_pages_offer_the_acts_and_the_history_says_for_whom(place, cast, year):
    obligation = done(make_obligation(place.commune), cast.entry)
    line = make_dialogue(place.commune)
    district, commune = acting_for(place.district), acting_for(place.commune)
    at_district, at_commune = client_of(district.deputy), client_of(commune.deputy)

    assert "Kiểm tra xong" in at_district.get(f"/duties/{obligation.pk}/").content.decode()
    at_district.post(f"/duties/{obligation.pk}/check/", {"version": obligation.version})
    assert f"(thay {district.principal})" in at_district.get(f"/duties/{obligation.pk}/").content.decode()

    assert "withdraw-reason" in at_commune.get(f"/records/dialogues/03124/{line.pk}/").content.decode()
    at_commune.post(f"/records/dialogues/03124/{line.pk}/", HELD | {"answered": "4", "version": "1"})
    assert Dialogue.objects.get().answered == 4
    assert f"(thay {commune.principal})" in at_commune.get(f"/records/dialogues/03124/{line.pk}/").content.decode()


# Own work counts for both.


def test_nobody_checks_what_was_reported_by_whom_they_act_for(place, cast):
    acting = acting_for(place.province)
    obligation = done(make_obligation(place.province), acting.principal)
    client, address = client_of(acting.deputy), f"/duties/{obligation.pk}/"

    assert "người khác cùng cơ quan kiểm tra" in client.get(address).content.decode()
    assert client.post(f"{address}check/", {"version": obligation.version}).status_code == 403
    with pytest.raises(OwnWork):
        services.hand_back(obligation=obligation, remark="Thiếu", actor=acting.deputy, version=obligation.version)


def test_nobody_checks_what_was_reported_for_them(place, cast):
    acting = acting_for(place.province)
    obligation = done(make_obligation(place.province), acting.deputy)

    with pytest.raises(OwnWork):
        services.check(obligation=obligation, actor=acting.principal, version=obligation.version)
    services.check(obligation=obligation, actor=cast.officer, version=obligation.version)
    assert obligation.checked_by == cast.officer


# What is meant for somebody on leave.


def notices_of(person):
    return [(notice.subject, notice.body, notice.link) for notice in Notice.objects.filter(person=person).order_by("pk")]


@pytest.mark.parametrize("at", ["commune", "district", "province"])
def test_a_reminder_of_duties_reaches_who_acts_for_somebody(place, at):
    acting = acting_for(getattr(place, at))
    make_obligation(place.commune, code="TK11", due_on=date(2018, 3, 31))

    assert services.remind(date(2018, 3, 24)) == 2
    assert services.remind(date(2018, 3, 24)) == 2

    assert len(notices_of(acting.deputy)) == 1
    assert notices_of(acting.deputy) == notices_of(acting.principal)


def test_a_reminder_reaches_nobody_who_acted_once(place):
    acting = acting_for(place.commune)
    Delegation.objects.update(ended_at=timezone.now())
    make_obligation(place.commune, code="TK11", due_on=date(2018, 3, 31))

    assert services.remind(date(2018, 3, 24)) == 1
    assert not notices_of(acting.deputy)


def test_who_is_told_in_their_own_right_is_told_once(place, cast):
    acting_for(place.commune, cast.entry)
    make_obligation(place.commune, code="TK11", due_on=date(2018, 3, 31))

    services.remind(date(2018, 3, 24))

    assert len(notices_of(cast.entry)) == 1


def test_a_reminder_of_forms_reaches_who_acts_for_somebody(forms):
    form: Assessment = forms["03124"]
    acting = acting_for(form.unit)

    terms.remind(form.period.last_day - 7 * DAY)

    assert notices_of(acting.deputy) == notices_of(acting.principal) != []


def test_a_difficulty_and_its_answer_reach_who_acts_for_somebody(place, cast):
    district, commune = acting_for(place.district), acting_for(place.commune)
    line = raise_difficulty(place.commune, commune.principal)
    assert notices_of(district.deputy) == notices_of(district.principal) != []

    keeping.answer_difficulty(line=line, kind="difficulties", answer="Đã bố trí", version=1, actor=cast.appraiser)

    assert notices_of(commune.deputy) == notices_of(commune.principal) != []
