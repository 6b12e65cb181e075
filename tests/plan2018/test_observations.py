"""What communes report for the plan's indicators: who may, what is read and refused, nothing lost, who owes what. By HTTP, as a browser sends it."""

import html
import uuid
from contextlib import suppress
from datetime import date

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import Role
from communes.models import Document, Official
from communes.standards import Kind
from ledger.models import Entry
from plan2018 import services
from plan2018.forms import WholeField
from plan2018.models import Indicator, Observation, Period
from plan2018.rules import MAX_COUNT, NotWhole, Unread, parse_whole
from tests import kept
from tests.factories import UnitFactory, client_of, make_user
from tests.reader import Page, Visitor

PAGE = "/observations/2018-Y/03124/"


@pytest.fixture
def plan(place):
    """The plan of 2018 as it is."""
    kept.load_plan()
    return Period.objects.get(code="2018-Y")


def make_officials(unit, count, since=date(2018, 1, 1), kind=Kind.CADRE):
    """So many people on the roster of a commune."""
    Official.objects.bulk_create(
        Official(
            unit=unit,
            since=since,
            recorded_at=timezone.now(),
            person=uuid.uuid4(),
            full_name=f"Lò Văn {kind} {number}",
            name_key=f"lò văn {kind} {number}",
            sort_key=f"{number}",
            born_on=date(1980, 1, 1),
            title={Kind.CADRE: "committee_chair", Kind.CIVIL_SERVANT: "finance", Kind.PART_TIME: "part_time"}[kind],
            kind=kind,
            education=3,
            qualification=3,
            theory=1,
            meets_standards=True,
        )
        for number in range(count)
    )


def report(unit, code, numerator, denominator, period="2018-Y", actor=None, **fields):
    asked = Period.objects.get(code=period)
    return services.save_observation(
        period=asked,
        unit=unit,
        indicator=Indicator.objects.get(plan=asked.plan_id, code=code),
        numerator=numerator,
        denominator=denominator,
        actor=actor,
        **{"as_of": asked.ends_on, "version": None, **fields},
    )


def stored(code, unit="03124", period="2018-Y"):
    return Observation.objects.filter(indicator__code=code, unit__code=unit, period__code=period).values_list("numerator", "denominator").first()


def text(response):
    return html.unescape(response.content.decode())


def fields(response):
    """What a browser would send from the form of the page."""
    return next(form.fields for form in Page(response.content.decode(), PAGE).forms if any(name.endswith("-seen") for name in form.fields))


def send(client, page=PAGE, **typed):
    """Open the page, type over it, press the button."""
    return client.post(page, fields(client.get(page)) | typed)


# Numbers as people type them.


@given(st.integers(0, MAX_COUNT))
def test_a_count_is_read_plain_and_grouped_by_dots(number):
    assert parse_whole(f" {number} ") == parse_whole(f"{number:,}".replace(",", ".")) == number


@given(st.text(max_size=12))
def test_any_other_text_is_refused_with_a_reason_never_guessed(text):
    with suppress(NotWhole):
        assert 0 <= parse_whole(text) <= MAX_COUNT


@given(st.integers(0, 100), st.integers(0, 99), st.sampled_from(",."), st.sampled_from(["", "%", " %"]))
def test_a_percentage_is_no_count(whole, part, separator, sign):
    with pytest.raises(NotWhole) as caught:
        parse_whole(f"{whole}{separator}{part:02}{sign}")

    assert caught.value.why == Unread.SHARE


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1,234", Unread.DOUBTFUL),
        ("91,5%", Unread.SHARE),
        ("91.5", Unread.SHARE),
        ("0.915", Unread.SHARE),
        ("0,125", Unread.SHARE),
        ("100%", Unread.SHARE),
        ("1.23.456", Unread.NO_NUMBER),
        ("-5", Unread.NO_NUMBER),
        ("1e3", Unread.NO_NUMBER),
        ("٢١", Unread.NO_NUMBER),
        ("hai mươi", Unread.NO_NUMBER),
        ("9" * 30, Unread.TOO_LARGE),
    ],
)
def test_what_is_no_count_is_told_apart(typed, why):
    with pytest.raises(NotWhole) as caught:
        parse_whole(typed)

    assert caught.value.why == why


def test_every_reason_has_its_words():
    for typed in ("1,234", "91,5%", "x", "9" * 30):
        with pytest.raises(Exception, match=typed[:4]):
            WholeField().clean(typed)


# The services.


def test_a_report_is_written_once_with_its_entry(plan, place, cast):
    report(place.commune, "procedures.posted", 148, 150, actor=cast.entry, evidence="Bảng niêm yết")

    [entry] = Entry.objects.about("observation", "2018-Y/03124/procedures.posted")
    assert (entry.act, entry.topic, entry.before, entry.after, entry.actor) == ("report", "2018-Y", "", "148/150", cast.entry)
    assert entry.data["from"] is None
    assert entry.data["to"] == {"numerator": 148, "denominator": 150, "as_of": "2018-12-31", "document": None, "evidence": True}


@pytest.mark.parametrize(("numerator", "denominator"), [(3, 2), (-1, 2), (0, 0)])
def test_more_than_the_whole_is_no_report(plan, place, numerator, denominator):
    with pytest.raises(ValueError, match="/"):
        report(place.commune, "procedures.posted", numerator, denominator)

    assert not Entry.objects.filter(subject_kind="observation").exists()


def test_what_communes_do_not_report_is_refused(plan, place):
    with pytest.raises(ValueError, match=r"office\.solid"):
        report(place.commune, "office.solid", 1, 1)


def test_whoever_saw_an_older_version_is_told(plan, place):
    first = report(place.commune, "renewal", 1, 1)
    report(place.commune, "renewal", 0, 1, version=first.version)

    for act in (
        lambda: report(place.commune, "renewal", 1, 1),
        lambda: report(place.commune, "renewal", 1, 1, version=first.version),
        lambda: services.clear_observation(period=plan, unit=place.commune, indicator=first.indicator, version=first.version, actor=None),
    ):
        with pytest.raises(services.Stale):
            act()

    assert stored("renewal") == (0, 1)
    assert Entry.objects.filter(subject_kind="observation").count() == 2


def test_a_version_never_comes_again_after_taking_back(plan, place):
    first = report(place.commune, "renewal", 1, 1)
    services.clear_observation(period=plan, unit=place.commune, indicator=first.indicator, version=first.version, actor=None)
    second = report(place.commune, "renewal", 0, 1)

    assert second.version > first.version
    with pytest.raises(services.Stale):
        report(place.commune, "renewal", 1, 1, version=first.version)


def test_saving_the_same_again_leaves_no_trace(plan, place):
    first = report(place.commune, "renewal", 1, 1)

    report(place.commune, "renewal", 1, 1, version=first.version)

    assert Entry.objects.filter(subject_kind="observation").count() == 1


# The page of a commune.


@pytest.mark.parametrize("who", ["entry", "signatory", "appraiser", "officer", "admin", "leader"])
def test_everybody_in_the_area_reads_and_only_the_commune_writes(plan, cast, who):
    page = text(client_of(getattr(cast, who)).get(PAGE))

    assert "16 chỉ số xã báo cáo" in page
    assert ("Lưu tất cả" in page) == (who in ("entry", "signatory"))
    assert ("cấp trên chỉ xem" in page) == (who not in ("entry", "signatory"))
    assert client_of(getattr(cast, who)).post(PAGE).status_code == (302 if who in ("entry", "signatory") else 403)


@pytest.mark.parametrize(("who", "status"), [("neighbour", 404), ("stranger", 404), ("api_client", 403)])
def test_others_do_not(plan, cast, who, status):
    assert client_of(getattr(cast, who)).get(PAGE).status_code == status


@pytest.mark.parametrize("url", ["/observations/2018-Y/99999/", "/observations/2019-Y/03124/", "/observations/2018-Y/03124/nothing/"])
def test_what_is_unknown_does_not_exist(plan, cast, url):
    client = client_of(cast.entry)

    assert (client.post(url) if url.endswith("nothing/") else client.get(url)).status_code == 404


def test_every_question_stands_there_by_field_of_work_with_its_targets(plan, cast):
    page = text(client_of(cast.entry).get(PAGE))

    order = [
        "Tổ chức, quy chế, kỷ luật",
        'id="working_rules-kept"',
        'id="renewal"',
        "Cải cách hành chính",
        'id="procedures-posted"',
        'id="edocuments"',
    ]
    order += ["Dân chủ, dân vận, đối thoại", 'id="mobilisation"', "Đội ngũ cán bộ, công chức", 'id="officials-mobilising"']
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "TG06 (mục II.2 gạch 2: = 100%), TG24 (mục III.1.b gạch 2: = 100%)" in page
    assert "TG21 (mục II.2 gạch 7: > 99,5%)" in page
    assert page.count("Khai báo, không tính") == 2
    assert "Chưa báo cáo chỉ số nào trong <b>16</b>" in page


def test_what_is_typed_anywhere_is_saved_at_once(plan, cast):
    typed = {
        "working_rules-kept-answer": "yes",
        "renewal-answer": "no",
        "procedures-posted-numerator": "1.234",
        "procedures-posted-denominator": "1240",
    }

    response = send(client_of(cast.entry), **typed, **{"procedures-posted-evidence": " Bảng  niêm yết\u200b "})

    assert response.status_code == 302
    assert (stored("working_rules.kept"), stored("renewal"), stored("procedures.posted")) == ((1, 1), (0, 1), (1234, 1240))
    assert Observation.objects.count() == 3
    row = Observation.objects.get(indicator__code="procedures.posted")
    assert (row.evidence, row.as_of, row.recorded_by) == ("Bảng niêm yết", date(2018, 12, 31), cast.entry)


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [
        ("21", "20", "21 lớn hơn tổng số 20"),
        ("91,5%", "100", "“91,5%” là tỷ lệ hoặc số lẻ. Ở đây ghi số đếm"),
        ("0.915", "100", "“0.915” là tỷ lệ hoặc số lẻ"),
        ("1,234", "2000", "có thể đọc hai cách"),
        ("abc", "20", "không phải là số đếm"),
        ("0", "0", "Tổng số phải từ 1"),
        ("20", "", "Còn thiếu: phải niêm yết."),
        ("", "20", "Còn thiếu: đã niêm yết đúng."),
        ("9" * 5000, "20", "quá lớn"),
        ("1\x00", "20", "không phải là số đếm"),
    ],
)
def test_what_cannot_be_is_shown_again_and_the_rest_is_saved(plan, cast, numerator, denominator, words):
    typed = {"procedures-posted-numerator": numerator, "procedures-posted-denominator": denominator, "renewal-answer": "yes"}

    response = send(client_of(cast.entry), **typed)

    assert response.status_code == 422
    assert words in text(response)
    assert "Đã lưu 1 chỉ số khác." in text(response)
    again = fields(response)
    assert again["procedures-posted-numerator"].replace("\ufffd", "\x00") == numerator
    assert again["procedures-posted-denominator"] == denominator
    assert (stored("procedures.posted"), stored("renewal")) == (None, (1, 1))


@pytest.mark.parametrize(
    ("day", "words"), [("01/01/2019", "trong kỳ"), ("31/12/2017", "trong kỳ"), ("32/1/2018", "Không đọc được"), ("", "đến ngày nào")]
)
def test_a_figure_has_a_day_in_its_period(plan, cast, day, words):
    response = send(client_of(cast.entry), **{"renewal-answer": "yes", "renewal-as_of": day})

    assert response.status_code == 422
    assert words in text(response)
    assert stored("renewal") is None


def test_evidence_without_an_answer_is_kept_and_asked_about(plan, cast):
    response = send(client_of(cast.entry), **{"renewal-evidence": "Quyết định 12/QĐ-UBND"})

    assert response.status_code == 422
    assert "có minh chứng mà chưa trả lời" in text(response)
    assert fields(response)["renewal-evidence"] == "Quyết định 12/QĐ-UBND"


def test_an_answer_nobody_offered_is_refused(plan, cast):
    assert send(client_of(cast.entry), **{"renewal-answer": "maybe"}).status_code == 422


def test_clearing_an_answer_is_no_data_again_and_the_ledger_knows(plan, place, cast):
    report(place.commune, "renewal", 1, 1)
    report(place.commune, "procedures.posted", 10, 20)

    response = send(client_of(cast.entry), **{"renewal-answer": "none", "procedures-posted-numerator": ""})

    assert response.status_code == 302
    assert not Observation.objects.exists()
    last = Entry.objects.about("observation", "2018-Y/03124/procedures.posted").last()
    assert (last.act, last.before, last.after, last.topic, last.actor) == ("clear", "10/20", "", "2018-Y", cast.entry)


def test_a_document_of_the_commune_may_vouch_for_a_figure(plan, place, cast):
    own = Document.objects.create(unit=place.commune, kind="decision", number="12/QĐ-UBND", issuer="UBND", title="Quy chế")
    theirs = Document.objects.create(unit=place.stranger, kind="decision", number="99/QĐ-UBND", issuer="UBND", title="Quy chế")
    client = client_of(cast.entry)

    refused = send(client, **{"renewal-answer": "yes", "renewal-document": str(theirs.pk)})
    saved = send(client, **{"renewal-answer": "yes", "renewal-document": str(own.pk)})

    assert (refused.status_code, saved.status_code) == (422, 302)
    assert "99/QĐ-UBND" not in text(client.get(PAGE))
    assert Observation.objects.get().document == own


def test_the_whole_of_people_is_proposed_from_the_roster_and_a_difference_is_told(plan, place, cast):
    make_officials(place.commune, 18)
    make_officials(place.commune, 3, kind=Kind.CIVIL_SERVANT)
    make_officials(place.commune, 5, kind=Kind.PART_TIME)
    make_officials(place.sibling, 7)
    client = client_of(cast.entry)
    sheet = fields(client.get(PAGE))

    assert (sheet["officials-conduct-denominator"], sheet["procedures-posted-denominator"]) == ("21", "")
    send(client, **{"officials-conduct-numerator": "20", "officials-hours-numerator": "19", "officials-hours-denominator": "19"})
    page = text(client.get(PAGE))
    assert (stored("officials.conduct"), stored("officials.hours"), stored("officials.study")) == ((20, 21), (19, 19), None)
    assert page.count("Sổ cán bộ, công chức có 21 người vào ngày 31/12/2018, ở đây ghi 19.") == 1
    assert "ghi 19, sổ có 21" in page


def test_what_was_reported_before_stands_beside(plan, place, cast):
    report(place.commune, "procedures.posted", 90, 120, "2018-H1")

    assert "6 tháng đầu năm 2018: <b>90/120</b>" in text(client_of(cast.entry).get(PAGE))
    assert "6 tháng đầu năm 2018: <b>90/120</b>" not in text(client_of(cast.entry).get("/observations/2018-H1/03124/"))


# Two people, and saving as one goes.


def leave(client, code, page=None, **typed):
    """Leave a field: what HTMX sends of one indicator."""
    prefix = code.replace(".", "-")
    known = {name: value for name, value in (page or fields(client.get(PAGE))).items() if name.startswith(f"{prefix}-")}
    return client.post(f"{PAGE}{code}/", known | {f"{prefix}-{name}": value for name, value in typed.items()}, headers={"HX-Request": "true"})


def test_an_indicator_is_saved_alone_and_the_page_follows(plan, cast):
    response = leave(client_of(cast.entry), "renewal", answer="yes")

    assert response.status_code == 200
    assert stored("renewal") == (1, 1)
    assert "Đã lưu" in text(response)
    assert "Đã báo cáo <b>1 trong 16</b>" in text(response)
    assert 'id="renewal-seen"' in text(response)


def test_a_row_half_filled_in_waits_without_an_error(plan, cast):
    response = leave(client_of(cast.entry), "procedures.posted", numerator="20")

    assert response.status_code == 200
    assert "Chưa lưu, còn thiếu" in text(response)
    assert "Còn thiếu: phải niêm yết." in text(response)
    assert stored("procedures.posted") is None


def test_two_people_at_one_indicator_both_see_both_values(plan, cast):
    client, other = client_of(cast.entry), client_of(cast.signatory)
    page = fields(client.get(PAGE))
    leave(other, "procedures.posted", numerator="10", denominator="20")

    response = leave(client, "procedures.posted", page, numerator="15", denominator="20")

    assert response.status_code == 409
    assert str(cast.signatory) in text(response)
    assert "<b>10/20</b>" in text(response)
    assert "<b>15/20</b>" in text(response)
    assert stored("procedures.posted") == (10, 20)


def test_saving_the_whole_page_after_a_conflict_keeps_what_was_typed_and_then_wins(plan, cast):
    client = client_of(cast.entry)
    page = fields(client.get(PAGE))
    leave(client_of(cast.signatory), "renewal", answer="no")

    conflict = client.post(PAGE, page | {"renewal-answer": "yes", "edocuments-answer": "yes"})
    again = client.post(PAGE, fields(conflict))

    assert (conflict.status_code, again.status_code) == (409, 302)
    assert fields(conflict)["renewal-answer"] == "yes"
    assert (stored("renewal"), stored("edocuments")) == ((1, 1), (1, 1))


def test_what_somebody_else_saved_is_not_undone_by_a_page_that_did_not_touch_it(plan, cast):
    client = client_of(cast.entry)
    page = fields(client.get(PAGE))
    leave(client_of(cast.signatory), "renewal", answer="no")

    assert client.post(PAGE, page | {"edocuments-answer": "yes"}).status_code == 302

    assert (stored("renewal"), stored("edocuments")) == ((0, 1), (1, 1))


def test_typing_what_somebody_else_has_saved_is_no_conflict(plan, cast):
    client = client_of(cast.entry)
    page = fields(client.get(PAGE))
    leave(client_of(cast.signatory), "renewal", answer="no")

    assert client.post(PAGE, page | {"renewal-answer": "no"}).status_code == 302


# Those above.


def test_a_district_sees_who_owes_what(plan, place, cast):
    for indicator in Indicator.objects.exclude(answer=""):
        report(place.sibling, indicator.code, 1, 1)
    report(place.commune, "renewal", 1, 1)

    page = text(client_of(cast.appraiser).get("/observations/2018-Y/094/"))

    assert "Đã có <b>17 trong 32</b> số liệu; <b>1 trong 2</b> xã báo cáo đủ" in page
    assert "1 trong 2 xã còn thiếu; ít nhất là Phường Noong Bua, 1 trong 16 chỉ số" in page
    assert "Thực hiện tốt quy chế làm việc của HĐND và UBND; Thực hiện tốt quy chế phối hợp" in page
    assert "Phường Sông Đà" not in page


def test_the_province_sees_its_districts(plan, place, cast):
    page = text(client_of(cast.officer).get("/observations/2018-Y/11/"))

    assert "Chưa xã nào trong <b>4</b> xã báo cáo" in page
    assert "/observations/2018-Y/095/" in page


def test_when_all_is_there_both_say_so(plan, place, cast):
    for unit in place.communes:
        for indicator in Indicator.objects.exclude(answer=""):
            report(unit, indicator.code, 1, 1)

    assert "Cả <b>4</b> xã đã báo cáo đủ <b>16</b> chỉ số." in text(client_of(cast.leader).get("/observations/2018-Y/11/"))
    assert "Đã báo cáo đủ <b>16</b> chỉ số." in text(client_of(cast.entry).get(PAGE))


@pytest.mark.parametrize("code", ["03124", "094", "11"])
@pytest.mark.parametrize("communes", [0, 20])
def test_a_page_takes_eight_queries_whatever_its_rows(plan, place, code, communes, django_assert_max_num_queries):
    for number in range(communes):
        unit = UnitFactory(code=f"9{number:04}", level="commune", full_name=f"Xã Số {number}", parent=place.district)
        report(unit, "renewal", 1, 1)
    Document.objects.create(unit=place.commune, kind="decision", number="12/QĐ-UBND", issuer="UBND", title="Quy chế")
    report(place.commune, "renewal", 1, 1)
    client = client_of(make_user(Role.PROVINCE_OFFICER, place.province))

    with django_assert_max_num_queries(8):
        client.get(f"/observations/2018-Y/{code}/")


def test_a_clerk_enters_all_of_a_period_with_a_browser_without_scripts(plan, place, cast):
    make_officials(place.commune, 21)
    visitor = Visitor(client_of(cast.entry))
    visitor.open(PAGE)
    typed = {}
    for indicator in Indicator.objects.exclude(answer=""):
        prefix = indicator.code.replace(".", "-")
        typed |= {f"{prefix}-answer": "yes"} if indicator.answer == "yes_no" else {f"{prefix}-numerator": "20"}

    refused = visitor.send("Lưu tất cả", expect=422, **typed)  # two shares have no whole yet: the roster does not know them
    done = visitor.send("Lưu tất cả", **{"procedures-posted-denominator": "20", "procedures-on_time-denominator": "1.020"})

    assert "Chưa lưu được 2 chỉ số" in refused
    assert "Đã lưu 14 chỉ số khác." in refused
    assert "Đã báo cáo đủ 16 chỉ số." in done
    assert Observation.objects.filter(unit=place.commune, period=plan).count() == 16
    assert stored("procedures.on_time") == (20, 1020)
