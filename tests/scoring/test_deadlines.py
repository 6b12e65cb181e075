"""Deadlines of forms: late to the second, locked only where the province says so, opened by an extension that undoes nothing, and told in time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ledger.models import Entry, Notice
from plan2018.rules import VIETNAM
from scoring import deadlines, selectors, sentences, services, terms
from scoring.deadlines import Limit
from scoring.models import Extension
from scoring.rules import Act, Stage, State
from scoring.services import Locked
from scoring.tasks import remind
from tests.factories import bring_to, client_of, fill_in

PAGE = "/assessments/2018-Y/03124/"
DUE = datetime(2019, 1, 20, tzinfo=VIETNAM)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


# the rule


@pytest.mark.parametrize(
    ("moment", "late", "locked"),
    [
        (DUE - SECOND, False, False),
        (DUE, True, True),
        (DUE + SECOND, True, True),
    ],
)
def test_the_moment_itself_is_late_and_the_second_before_is_not(moment, late, locked):
    assert Limit(Act.SUBMIT, DUE, locks=True).is_late(moment) is late
    assert Limit(Act.SUBMIT, DUE, locks=True).is_locked(moment) is locked
    assert Limit(Act.SUBMIT, DUE, locks=False).is_locked(moment) is False


@pytest.mark.parametrize(
    ("moment", "late", "locked"),
    [
        (DUE + DAY - SECOND, True, False),
        (DUE + DAY, True, True),
        (DUE + DAY + SECOND, True, True),
    ],
)
def test_an_extension_opens_until_its_own_moment_and_leaves_late_late(moment, late, locked):
    limit = Limit(Act.SUBMIT, DUE, locks=True, extended_to=DUE + DAY)

    assert (limit.is_late(moment), limit.is_locked(moment)) == (late, locked)


def test_a_form_that_was_returned_is_not_locked():
    assert not Limit(Act.SUBMIT, DUE, locks=True).is_locked(DUE + DAY, returns=1)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-400, 400), st.booleans())
def test_no_extension_makes_a_late_act_timely_or_takes_time_away(moment, days, locks):
    plain, extended = Limit(Act.SUBMIT, DUE, locks), Limit(Act.SUBMIT, DUE, locks, DUE + timedelta(days=days))

    assert extended.is_late(moment) == plain.is_late(moment)
    assert not extended.is_locked(moment) or plain.is_locked(moment)


@pytest.mark.parametrize(
    ("today", "told"),
    [(date(2019, 1, 19) + timedelta(days=days), days in (-15, -7, -3, -1, 1, 7, 14)) for days in range(-16, 16)],
)
def test_people_are_reminded_on_seven_days(today, told):
    assert deadlines.is_reminded(today, DUE, VIETNAM) is told


def test_a_time_limit_in_words():
    assert sentences.until(DUE) == "hết ngày 19/01/2019"
    assert sentences.until(DUE + timedelta(hours=17)) == "17:00 ngày 20/01/2019"


# what the province sets


def test_without_a_word_of_the_province_each_act_is_due_when_the_plan_says_and_nothing_locks(year):
    assert selectors.limits(year) == {act: Limit(act, year.due_moment) for act in (Act.SUBMIT, Act.APPRAISE, Act.APPROVE)}


def set_deadline(period, cast, **other):
    given = {"act": Act.SUBMIT, "due_at": timezone.now() - DAY, "locks": True, "reason": "Theo công văn 12", "actor": cast.officer}
    return terms.set_deadline(period=period, **given | other)


def test_a_changed_deadline_leaves_an_entry_with_its_reason_and_the_same_again_none(year, cast):
    due_at = timezone.now() + DAY

    assert set_deadline(year, cast, due_at=due_at)
    assert not set_deadline(year, cast, due_at=due_at)

    [entry] = Entry.objects.about("deadline", "2018-Y/submit")
    assert (entry.actor, entry.reason, entry.data) == (cast.officer, "Theo công văn 12", {"locks": [False, True]})
    assert (entry.before, entry.after) == (year.due_moment.isoformat(), due_at.isoformat())
    assert selectors.limits(year)[Act.SUBMIT] == Limit(Act.SUBMIT, due_at, locks=True)


def test_a_deadline_is_not_changed_without_a_reason(year, cast):
    with pytest.raises(ValueError, match="no reason"):
        set_deadline(year, cast, reason=" ")


# what a lock refuses


def submit(form, cast):
    form.refresh_from_db()
    fill_in(form, Stage.SELF, 17)
    services.submit(assessment=form, version=form.version, actor=cast.signatory)
    return form


def test_a_form_is_late_by_the_deadline_that_the_province_has_set(year, cast, forms):
    set_deadline(year, cast, due_at=timezone.now() + DAY)

    assert submit(forms["03124"], cast).late is False


def test_a_locked_act_is_refused_and_nothing_is_changed(year, cast, forms):
    set_deadline(year, cast)

    with pytest.raises(Locked):
        submit(forms["03124"], cast)

    forms["03124"].refresh_from_db()
    assert (forms["03124"].state, forms["03124"].first_submitted_at) == (State.DRAFT, None)
    assert not Entry.objects.about("assessment", "2018-Y/03124").exists()


@pytest.mark.parametrize(("act", "state", "who"), [(Act.APPRAISE, State.SUBMITTED, "appraiser"), (Act.APPROVE, State.APPRAISED, "admin")])
def test_the_district_and_the_province_are_locked_out_alike(year, cast, forms, act, state, who):
    form = bring_to(forms["03124"], state, 17)
    fill_in(form, {Act.APPRAISE: Stage.APPRAISED, Act.APPROVE: Stage.FINAL}[act], 17)
    set_deadline(year, cast, act=act)

    with pytest.raises(Locked):
        getattr(services, act)(assessment=form, version=form.version, actor=getattr(cast, who))

    form.refresh_from_db()
    assert form.state == state


def extend(form, cast, **other):
    return terms.extend(assessment=form, **{"until": timezone.now() + DAY, "reason": "Lũ quét", "actor": cast.officer} | other)


def test_an_extension_opens_the_form_and_it_is_late_all_the_same(year, cast, forms):
    set_deadline(year, cast)
    extend(forms["03124"], cast)

    assert submit(forms["03124"], cast).late is True


def test_an_extension_is_for_one_form(year, cast, forms, place):
    set_deadline(year, cast)
    extend(forms["03127"], cast)

    with pytest.raises(Locked):
        submit(forms["03124"], cast)


def test_an_extension_is_granted_anew_and_the_ledger_keeps_both(year, cast, forms):
    first = extend(forms["03124"], cast).until
    second = extend(forms["03124"], cast, until=timezone.now() + 2 * DAY, reason="Lũ chưa rút").until

    assert Extension.objects.get().until == second
    entries = Entry.objects.about("assessment", "2018-Y/03124")
    assert [(entry.act, entry.reason, entry.data["from"], entry.data["to"]) for entry in entries] == [
        ("extend", "Lũ quét", None, first.isoformat()),
        ("extend", "Lũ chưa rút", first.isoformat(), second.isoformat()),
    ]


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"until": datetime(2019, 1, 10, tzinfo=UTC)}, {"until": datetime(2020, 1, 10, tzinfo=UTC)}])
def test_an_extension_has_a_reason_and_ends_after_the_deadline_and_in_the_future(year, cast, forms, wrong):
    with pytest.raises(ValueError):  # noqa: PT011
        extend(forms["03124"], cast, **wrong)

    assert not Extension.objects.exists()


def test_a_form_that_waits_for_nothing_is_not_extended(year, cast, forms):
    with pytest.raises(ValueError, match="approved"):
        extend(bring_to(forms["03124"], State.APPROVED, 17), cast)


# pages


def text(response):
    return response.content.decode()


def test_a_locked_page_says_which_rule_locks_it_and_who_opens_it(year, cast, forms):
    set_deadline(year, cast, due_at=DUE)
    fill_in(forms["03124"], Stage.SELF, 17)
    client = client_of(cast.signatory)
    said = "Hạn gửi phiếu lên huyện là hết ngày 19/01/2019; tỉnh đã đặt kỳ này khóa khi quá hạn. Chỉ tỉnh mở được, bằng cách gia hạn"

    assert said in text(client.get(PAGE))
    response = client.post(reverse("act", args=["2018-Y", "03124", "submit"]), {"version": forms["03124"].version})

    assert response.status_code == 409
    assert "Chưa làm: đã quá hạn và bị khóa" in text(response)
    assert said in text(response)


def test_a_page_that_is_not_locked_does_not_say_so(year, cast, forms):
    assert "Đã khóa vì quá hạn" not in text(client_of(cast.signatory).get(PAGE))


def test_the_province_extends_beside_the_form_and_the_commune_reads_it(year, cast, forms):
    set_deadline(year, cast)
    day = timezone.localdate() + 3 * DAY

    response = client_of(cast.officer).post(
        f"{PAGE}extension/", {"extension-day": f"{day:%d/%m/%Y}", "extension-hour": "17:00", "extension-reason": "Lũ quét"}
    )

    assert response.status_code == 302
    assert timezone.localtime(Extension.objects.get().until).replace(tzinfo=None) == datetime(day.year, day.month, day.day, 17)  # noqa: DTZ001
    page = text(client_of(cast.signatory).get(PAGE))
    assert "Được gia hạn gửi phiếu lên huyện đến 17:00 ngày" in page
    assert "Lũ quét" in page
    assert "Đã khóa vì quá hạn" not in page
    assert "Gia hạn cho phiếu này" not in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"extension-day": "1/1/2020"}, "Thời điểm này không sau hạn"),
        ({"extension-day": "mai"}, "extension-day"),
        ({"extension-day": "1/1/2099"}, "Gia hạn quá một năm"),
        ({"extension-hour": "25:61"}, "Không đọc được giờ này"),
        ({"extension-reason": " "}, "Chưa ghi lý do"),
        ({"extension-day": "31/12/9999"}, "Năm 9999 chắc là gõ nhầm"),
    ],
)
def test_what_makes_no_extension_is_said_and_nothing_is_given(year, cast, forms, typed, said):
    day = timezone.localdate() + DAY
    sent = {"extension-day": f"{day:%d/%m/%Y}", "extension-hour": "", "extension-reason": "Lũ quét"} | typed

    response = client_of(cast.officer).post(f"{PAGE}extension/", sent)

    assert response.status_code == 422
    assert said in text(response)
    assert not Extension.objects.exists()


def test_the_province_changes_a_deadline_on_its_page(year, cast, forms):
    client = client_of(cast.officer)
    sent = {"act": "submit", "submit-day": "31/1/2019", "submit-hour": "", "submit-locks": "on", "submit-reason": "Theo công văn 12"}

    assert client.post("/deadlines/2018-Y/", sent).status_code == 302

    assert selectors.limits(year)[Act.SUBMIT] == Limit(Act.SUBMIT, datetime(2019, 2, 1, tzinfo=VIETNAM), locks=True)
    page = text(client.get("/deadlines/2018-Y/"))
    assert "Đã đổi hạn gửi phiếu lên huyện." in page
    assert "Hạn gửi phiếu lên huyện <b>hết ngày 31/01/2019</b>, thẩm định phiếu <b>hết ngày 19/01/2019</b>" in page
    assert "4 phiếu chờ xã gửi lên huyện, đã quá hạn" in page
    assert "Không phiếu nào chờ tỉnh duyệt" in page


@pytest.mark.parametrize(
    "typed", [{"submit-day": ""}, {"submit-day": "31/1/1018"}, {"submit-day": "31/12/9999"}, {"submit-reason": ""}, {"act": "return"}]
)
def test_what_makes_no_deadline_changes_nothing(year, cast, forms, typed):
    sent = {"act": "submit", "submit-day": "31/1/2019", "submit-hour": "", "submit-reason": "Theo công văn 12"} | typed

    response = client_of(cast.officer).post("/deadlines/2018-Y/", sent)

    assert response.status_code == (302 if "act" in typed else 422)
    assert selectors.limits(year)[Act.SUBMIT] == Limit(Act.SUBMIT, year.due_moment)


def test_the_page_of_deadlines_lists_the_extensions_in_a_fixed_number_of_queries(year, cast, forms, django_assert_num_queries):
    for form in forms.values():
        extend(form, cast)
    client = client_of(cast.officer)
    client.get("/deadlines/2018-Y/")

    with django_assert_num_queries(7):
        page = text(client.get("/deadlines/2018-Y/"))

    assert "4 lần gia hạn" in page


def test_others_read_the_deadlines_and_the_extensions_of_their_area_and_change_nothing(year, cast, forms):
    extend(forms["03124"], cast)
    extend(forms["03148"], cast, reason="Sạt lở")

    page = text(client_of(cast.signatory).get("/deadlines/2018-Y/"))

    assert "Lũ quét" in page
    assert "Sạt lở" not in page
    assert "Đổi hạn" not in page


# reminders


@pytest.fixture
def due_in_a_week(year, cast, forms):
    """Forms are due at the end of the seventh day from today."""
    end = timezone.make_aware(datetime.combine(timezone.localdate() + 8 * DAY, datetime.min.time()))
    year.plan.year = timezone.localdate().year
    year.plan.save()
    for act in deadlines.TIMED:
        set_deadline(year, cast, act=act, due_at=end, locks=False)
    return end


def told(user):
    return list(Notice.objects.filter(person=user).values_list("subject", "body"))


def test_a_commune_is_told_of_its_form_once_a_day_the_district_and_the_province_get_one_digest(due_in_a_week, cast, forms, place):
    remind()
    remind()

    [(subject, body)] = told(cast.signatory)
    assert subject == "Nhiệm vụ theo kế hoạch: 1 việc sắp đến hạn"
    assert "- Phiếu chấm điểm, chờ xã gửi lên huyện (kỳ báo cáo năm 2018)" in body
    assert "còn 7 ngày" in body
    assert len(told(cast.entry)) == 1
    [(_subject, digest)] = told(cast.appraiser)
    assert "2 đơn vị chưa làm (Phường Him Lam, Phường Noong Bua)" in digest
    [(_subject, province)] = told(cast.officer)
    assert "- Thành phố Điện Biên Phủ: 2 việc sắp đến hạn ở 2 xã" in province
    assert told(cast.leader) == told(cast.api_client) == []


def test_whoever_has_sent_is_not_reminded_and_the_district_owes_the_appraisal(due_in_a_week, cast, forms):
    bring_to(forms["03124"], State.SUBMITTED, 17)
    bring_to(forms["03127"], State.SUBMITTED, 17)
    remind()

    assert told(cast.signatory) == []
    [(subject, body)] = told(cast.appraiser)
    assert subject == "Nhiệm vụ theo kế hoạch: 1 việc sắp đến hạn"
    assert "chờ huyện thẩm định" in body


def test_the_reminder_follows_an_extension(due_in_a_week, cast, forms):
    extend(forms["03124"], cast, until=due_in_a_week + DAY)

    remind()
    assert told(cast.signatory) == []

    terms.remind(timezone.localdate() + DAY)
    assert len(told(cast.signatory)) == 1


def test_what_is_overdue_is_told_as_overdue(year, cast, forms):
    assert terms.remind(date(2019, 1, 20)) > 0
    [(subject, body)] = told(cast.signatory)

    assert subject == "Nhiệm vụ theo kế hoạch: 1 việc quá hạn"
    assert "quá 1 ngày" in body


def test_a_day_on_which_nothing_is_due_says_nothing(year, cast, forms):
    assert terms.remind(date(2019, 1, 21)) == 0
    assert not Notice.objects.exists()
