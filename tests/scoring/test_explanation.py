"""The explanation round: where the district lowered a point, the commune may answer until a day, and the province waits for it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ledger.models import Entry, Notice
from scoring import rules, services
from scoring.models import Answer, Assessment
from scoring.rules import Act, Stage, State
from scoring.services import ExplainedBefore, Explaining
from tests.factories import bring_to, client_of, fill_in
from tests.reader import Visitor


@pytest.fixture
def form(forms, criteria_set):
    """A submitted form of a set that gives five working days."""
    criteria_set.explain_days = 5
    criteria_set.save()
    return bring_to(forms["03124"], State.SUBMITTED, 17)


def lower(form: Assessment, cast) -> Assessment:
    """The district takes two points away at the second criterion."""
    fill_in(form, Stage.APPRAISED, 17, 15, 17)
    form.answers.filter(appraised_points=15).update(appraised_reason="Thiếu biên bản")
    form.refresh_from_db()
    services.appraise(assessment=form, version=form.version, actor=cast.appraiser)
    fill_in(form, Stage.FINAL, 17, 15, 17)
    return Assessment.objects.select_related("criteria_set", "period", "unit").get(pk=form.pk)


def approve(form: Assessment, cast) -> None:
    form = Assessment.objects.select_related("criteria_set", "period", "unit").get(pk=form.pk)
    services.approve(assessment=form, version=form.version, actor=cast.officer)


@pytest.mark.parametrize(
    ("day", "days", "last"),
    [
        (date(2019, 1, 21), 5, date(2019, 1, 28)),  # a Monday: over the weekend
        (date(2019, 1, 25), 1, date(2019, 1, 28)),  # a Friday
        (date(2019, 1, 26), 1, date(2019, 1, 28)),  # a Saturday
        (date(2019, 1, 21), 0, date(2019, 1, 21)),
    ],
)
def test_a_round_lasts_so_many_working_days(day, days, last):
    assert rules.explain_until(day, days) == last


@given(st.dates(date(2018, 1, 1), date(2030, 1, 1)), st.integers(1, 30))
def test_a_round_has_as_many_working_days_as_it_says(day, days):
    assert rules.working_days(day + timedelta(days=1), rules.explain_until(day, days)) == days


@pytest.mark.parametrize(
    ("state", "until", "explained", "open_"),
    [
        (State.APPRAISED, 0, False, True),
        (State.APPRAISED, 1, False, True),
        (State.APPRAISED, -1, False, False),
        (State.APPRAISED, 1, True, False),
        (State.APPRAISED, None, False, False),
        (State.SUBMITTED, 1, False, False),
        (State.APPROVED, 1, False, False),
    ],
)
def test_a_round_is_open_until_its_last_day_or_the_last_word(state, until, explained, open_):
    today = date(2019, 2, 1)

    assert (
        rules.is_explaining(state, until and today + timedelta(days=until) if until != 0 else today, timezone.now() if explained else None, today)
        == open_
    )


def test_no_point_lowered_no_round(form, cast):
    fill_in(form, Stage.APPRAISED, 17)
    form.refresh_from_db()
    services.appraise(assessment=form, version=form.version, actor=cast.appraiser)

    assert form.explain_by is None
    assert Notice.objects.count() == 0


def test_the_commune_is_told_and_the_province_waits_for_its_answer(form, cast):
    form = lower(form, cast)
    assert form.explain_by == rules.explain_until(timezone.localdate(), 5)
    assert {notice.person for notice in Notice.objects.filter(key__startswith="explain/")} >= {cast.entry, cast.signatory}
    with pytest.raises(Explaining):
        approve(form, cast)

    services.explain(assessment=form, words={"CC02": "Biên bản gửi kèm công văn 12."}, done=False, actor=cast.entry)
    with pytest.raises(Explaining):
        approve(form, cast)
    services.explain(assessment=form, words={}, done=True, actor=cast.signatory)
    approve(form, cast)

    form.refresh_from_db()
    assert form.state == State.APPROVED
    told = Entry.objects.about("assessment", form.key).filter(act=Act.EXPLAIN)
    assert [entry.data for entry in told] == [{"criterion": "CC02", "from_words": "", "words": "Biên bản gửi kèm công văn 12."}, {"done": True}]


def test_after_the_last_day_the_province_decides_and_the_commune_is_too_late(form, cast):
    form = lower(form, cast)
    Assessment.objects.filter(pk=form.pk).update(explain_by=timezone.localdate() - timedelta(days=1))

    with pytest.raises(ExplainedBefore):
        services.explain(assessment=form, words={"CC02": "Muộn."}, done=False, actor=cast.entry)
    approve(form, cast)

    assert not Answer.objects.exclude(explanation="").exists()


def test_only_lowered_points_are_explained_and_nothing_after_the_last_word(form, cast):
    form = lower(form, cast)
    with pytest.raises(ValueError, match="CC01"):
        services.explain(assessment=form, words={"CC02": "Có.", "CC01": "Không hạ."}, done=False, actor=cast.entry)
    assert not Answer.objects.exclude(explanation="").exists()

    services.explain(assessment=form, words={}, done=True, actor=cast.signatory)
    with pytest.raises(ExplainedBefore):
        services.explain(assessment=form, words={"CC02": "Thêm."}, done=False, actor=cast.entry)


def test_a_form_that_goes_back_to_the_commune_has_no_round(form, cast):
    form = lower(form, cast)
    services.return_(assessment=form, version=form.version, remarks={"CC02": "Bổ sung"}, reason="Thiếu", actor=cast.officer)

    assert (form.explain_by, form.explained_at) == (None, None)


def test_the_round_on_the_pages(form, cast):
    lower(form, cast)
    commune, province = Visitor(client_of(cast.signatory)), Visitor(client_of(cast.officer))
    address = "/assessments/2018-Y/03124/"
    assert "Giải trình 1 tiêu thức bị chấm thấp hơn" in commune.open(address)
    province.open(address)
    assert "xã còn được giải trình đến hết ngày" in province.send("Duyệt kết quả", expect=409)

    assert "Đã gửi giải trình lên tỉnh." in commune.send("Gửi giải trình lên tỉnh", **{"explain-CC02": "Biên bản gửi kèm công văn 12."})
    text = province.open(address)
    assert "Xã giải trình: Biên bản gửi kèm công văn 12." in text
    assert "Đã duyệt kết quả." in province.send("Duyệt kết quả")


def test_an_answer_left_alone_is_left_alone_and_one_that_others_changed_is_asked_about(form, cast):
    lower(form, cast)
    mine, theirs = Visitor(client_of(cast.entry)), Visitor(client_of(cast.signatory))
    address = "/assessments/2018-Y/03124/"
    mine.open(address)
    theirs.open(address)
    theirs.send("Lưu giải trình", **{"explain-CC02": "Biên bản số 12."})

    mine.send("Lưu giải trình")  # nothing typed: an empty field of an older page takes nothing away
    assert Answer.objects.get(explanation="Biên bản số 12.").criterion.code == "CC02"
    theirs.send("Lưu giải trình", **{"explain-CC02": "Biên bản số 13."})
    text = mine.send("Lưu giải trình", expect=409, **{"explain-CC02": "Biên bản số 14."})

    assert "Lời của họ: “Biên bản số 13.”" in text
    assert "Biên bản số 14." in text
    assert "Đã lưu giải trình." in mine.send("Lưu giải trình")
    assert Answer.objects.get(criterion__code="CC02", assessment=form).explanation == "Biên bản số 14."


def test_an_answer_is_saved_alone_as_it_is_left(form, cast):
    lower(form, cast)
    client, address = client_of(cast.entry), "/assessments/2018-Y/03124/explain/"

    saved = client.post(address, {"explain-CC02": "Biên bản số 12."}, headers={"HX-Request": "true"})
    assert (saved.status_code, "Đã lưu giải trình" in saved.content.decode()) == (200, True)
    assert "<html" not in saved.content.decode()
    wrong = client.post(address, {"explain-CC02": "a" * 4001}, headers={"HX-Request": "true"})
    assert (wrong.status_code, "4001 ký tự" in wrong.content.decode()) == (422, True)
    Assessment.objects.filter(pk=form.pk).update(explained_at=timezone.now())
    late = client.post(address, {"explain-CC02": "Thêm."}, headers={"HX-Request": "true"})
    assert (late.status_code, 'id="explain-CC02-news"' in late.content.decode()) == (409, True)
    assert Answer.objects.get(criterion__code="CC02", assessment=form).explanation == "Biên bản số 12."


def test_the_way_to_the_files_keeps_what_was_typed(form, cast):
    lower(form, cast)
    commune = Visitor(client_of(cast.entry))
    commune.open("/assessments/2018-Y/03124/")

    assert "Minh chứng tiêu thức I.2" in commune.send("Thêm tệp minh chứng", **{"explain-CC02": "Biên bản gửi kèm công văn 12."})
    assert "Biên bản gửi kèm công văn 12." in commune.open("/assessments/2018-Y/03124/")
