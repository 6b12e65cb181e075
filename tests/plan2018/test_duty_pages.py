"""The pages of duties: what is due next, who is behind, and the life of one obligation, for each level, without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ledger.models import Entry
from plan2018 import services
from plan2018.models import Obligation
from plan2018.rules import DutyState, Frequency
from tests.factories import UnitFactory, client_of, make_duty, make_obligation
from tests.reader import Visitor

TODAY = timezone.localdate()


def days(number):
    return TODAY + timedelta(days=number)


def written(day):
    return f"{day:%d/%m/%Y}"


def visit(user, address):
    visitor = Visitor(client_of(user))
    return visitor, visitor.open(address)


def done(obligation, actor, day=None):
    services.report_done(obligation=obligation, done_on=day or TODAY, note="Biên bản", document=None, actor=actor, version=obligation.version)
    return obligation


def test_a_commune_reads_what_is_overdue_what_comes_and_what_comes_first(place, cast):
    make_obligation(place.commune, code="TK03", text="Ban hành kế hoạch", due_on=days(-3))
    make_obligation(place.commune, code="TK11", occurrence="2018-05", due_on=days(5))
    make_obligation(place.commune, code="TK04", due_on=days(60))
    make_obligation(place.commune, code="TK18", due_on=None)

    _visitor, text = visit(cast.entry, "/duties/")

    assert "1 việc quá hạn , 1 việc đến hạn trong 7 ngày; sớm nhất: TK03 Ban hành kế hoạch (hạn" in text
    assert text.index("Quá hạn 1 việc") < text.index(f"Đến hạn trong tháng {days(5).month}/{days(5).year}") < text.index("Kế hoạch không ghi hạn")
    assert "tháng 5/2018" in text
    assert "Xếp theo số việc quá hạn" not in text


def test_a_day_that_the_plan_does_not_name_is_marked(place, cast):
    obligation = make_obligation(place.commune, due_assumed=True, contradiction="Nêu hai lần", due_on=days(5))

    assert "hạn do Sở hiểu" in visit(cast.entry, "/duties/")[1]
    text = visit(cast.entry, f"/duties/{obligation.pk}/")[1]
    assert "hạn do Sở hiểu, kế hoạch không ghi" in text
    assert "Nêu hai lần" in text


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"TK03", "TK11"}),
        ("state=overdue", {"TK03"}),
        ("state=soon", {"TK11"}),
        ("state=done", {"TK04"}),
        ("state=all", {"TK03", "TK04", "TK11"}),
        ("state=nothing", set()),
        ("duty=TK11", {"TK11"}),
        ("q=ban+hanh", {"TK03"}),
        ("q=%00khong", set()),
        ("level=province", set()),
    ],
)
def test_the_list_is_narrowed_by_state_duty_and_words(place, cast, query, codes):
    make_obligation(place.commune, code="TK03", text="Ban hành kế hoạch", due_on=days(-3))
    make_obligation(place.commune, code="TK11", due_on=days(5))
    done(make_obligation(place.commune, code="TK04", due_on=days(5)), cast.signatory)

    response = client_of(cast.entry).get(f"/duties/?{query}")

    listed = {item.code for month in response.context["months"] for item, _how in month["rows"]}
    assert (response.status_code, listed) == (200, codes)


def test_those_above_see_who_is_furthest_behind_and_open_it(place, cast):
    make_obligation(place.commune, due_on=days(-3))
    make_obligation(place.sibling, due_on=days(3))
    done(make_obligation(place.stranger, due_on=days(-10)), cast.stranger)
    make_obligation(place.other_district, code="TK61", due_on=days(-1))

    district = client_of(cast.appraiser).get("/duties/").context["tallies"]
    province = client_of(cast.officer).get("/duties/").context["tallies"]

    assert [(row.code, row.on_time, row.late, row.waiting, row.overdue) for row in district] == [("03124", 0, 0, 0, 1), ("03127", 0, 0, 1, 0)]
    assert [(row.code, row.on_time, row.late, row.waiting, row.overdue) for row in province] == [("094", 0, 0, 1, 1), ("095", 0, 1, 0, 1)]
    text = visit(cast.officer, "/duties/?unit=095&level=commune&state=done")[1]
    assert "Phường Sông Đà" in text
    assert "Phường Noong Bua" not in text


def test_a_unit_outside_ones_area_does_not_exist(place, cast):
    obligation = make_obligation(place.stranger)

    assert client_of(cast.appraiser).get("/duties/?unit=095").status_code == 404
    assert client_of(cast.appraiser).get(f"/duties/{obligation.pk}/").status_code == 404
    assert client_of(cast.appraiser).get("/duties/999999/").status_code == 404
    assert client_of(cast.entry).get("/duties/?year=1999").status_code == 404


def test_a_commune_reports_a_district_hands_back_and_checks(place, cast):
    obligation = make_obligation(place.commune, due_on=days(-3))
    address = f"/duties/{obligation.pk}/"

    commune, text = visit(cast.entry, address)
    assert "Đã quá hạn" in text
    text = commune.send("Báo đã làm", done_on=written(days(-4)), note="Quyết định số 12")
    assert "Đã ghi nhận việc đã làm." in text
    assert "Đúng hạn" in text

    district, _text = visit(cast.appraiser, address)
    text = district.send("Trả lại đơn vị", expect=422, remark=" ")
    assert "Chưa ghi ý kiến" in text
    text = district.send("Trả lại đơn vị", remark="Thiếu chữ ký")
    assert "Đã trả lại đơn vị." in text

    commune.open(address)
    text = commune.send("Báo đã làm", done_on=written(TODAY), note="Đã ký")
    assert "Trễ hạn" in text

    district.open(address)
    text = district.send("Kiểm tra xong")
    assert "Đã kiểm tra" in text
    assert text.index("Kiểm tra xong") < text.index("Báo lại") < text.index("“Thiếu chữ ký”") < text.index("“Quyết định số 12”")
    obligation.refresh_from_db()
    assert (obligation.state, obligation.late) == (DutyState.CHECKED, True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"done_on": "", "note": "x"}, "Gõ ngày"),
        ({"done_on": "31/2/2018", "note": "x"}, "Không đọc được ngày này"),
        ({"done_on": written(days(1)), "note": "x"}, "Ngày này ở sau hôm nay"),
        ({"done_on": written(days(-40)), "note": "x"}, "Việc này làm từ ngày"),
        ({"done_on": written(TODAY), "note": " "}, "Chưa có minh chứng"),
        ({"done_on": written(TODAY), "note": "x" * 2001}, "nhiều nhất 2000"),
        ({"done_on": written(TODAY), "document": "999"}, "Không có văn bản này"),
    ],
)
def test_bad_input_is_answered_in_words_and_kept(place, cast, typed, words):
    obligation = make_obligation(place.commune, opens_on=days(-30), due_on=days(3))
    visitor, _text = visit(cast.entry, f"/duties/{obligation.pk}/")

    text = visitor.send("Báo đã làm", expect=422, **typed)

    assert words in text
    obligation.refresh_from_db()
    assert obligation.state == DutyState.OPEN
    assert not Entry.objects.filter(subject_kind="obligation").exists()


def test_whoever_was_slower_is_told_and_keeps_what_they_typed(place, cast):
    obligation = make_obligation(place.commune)
    visitor, _text = visit(cast.entry, f"/duties/{obligation.pk}/")
    done(Obligation.objects.get(pk=obligation.pk), cast.signatory)

    text = visitor.send("Báo đã làm", expect=409, done_on=written(TODAY), note="Của tôi")

    assert "đã báo xong, đang chờ kiểm tra" in text
    obligation.refresh_from_db()
    assert obligation.note == "Biên bản"


def test_nobody_is_offered_to_check_their_own_report(place, cast):
    obligation = done(make_obligation(place.province), cast.officer)
    address = f"/duties/{obligation.pk}/"

    assert "người khác cùng cơ quan kiểm tra" in visit(cast.officer, address)[1]
    response = client_of(cast.officer).post(f"{address}check/", {"version": obligation.version})
    assert response.status_code == 403
    assert "do chính mình hoặc người mình thay đã báo" in response.content.decode()
    assert "Đã kiểm tra" in visit(cast.admin, address)[0].send("Kiểm tra xong")


def test_a_district_checks_several_at_once_after_seeing_what_stands_in_the_way(place, cast):
    first, second = (
        done(make_obligation(unit, due_on=days(3)), actor) for unit, actor in ((place.commune, cast.entry), (place.sibling, cast.neighbour))
    )
    third = make_obligation(place.commune, code="TK11", due_on=days(3))
    foreign = done(make_obligation(place.stranger), cast.stranger)
    client = client_of(cast.appraiser)
    chosen = [f"{one.pk}:{one.version}" for one in (first, second, third, foreign)]

    preview = client.post("/duties/check/", {"chosen": chosen})
    assert (preview.status_code, {one.pk for one in preview.context["ready"]}) == (200, {first.pk, second.pk})
    assert [(one.pk, why) for one, why in preview.context["blocked"]] == [(third.pk, "Chưa làm được. Việc này đang mở, chưa báo xong.")]
    assert not Obligation.objects.filter(state=DutyState.CHECKED).exists()

    services.hand_back(obligation=second, remark="Xem lại", actor=cast.appraiser, version=second.version)
    response = client.post("/duties/check/", {"chosen": chosen[:2], "sure": "1"})

    assert (response.status_code, [one.pk for one, _why in response.context["blocked"]]) == (409, [second.pk])
    assert list(Obligation.objects.filter(state=DutyState.CHECKED)) == [first]
    assert client.post("/duties/check/", {"chosen": ["x", ":", "-1:1"]}).status_code == 422


def test_the_list_offers_to_check_what_communes_have_reported(place, cast):
    done(make_obligation(place.commune, due_on=days(3), pk=1475), cast.entry)
    visitor, text = visit(cast.appraiser, "/duties/?level=commune&state=done")

    assert "Kiểm tra xong các việc đã chọn" in text
    chosen = Obligation.objects.get()
    assert "1 việc sẽ ghi" in visitor.send("Kiểm tra xong các việc đã chọn", chosen=f"{chosen.pk}:{chosen.version}")
    assert "Đã kiểm tra xong 1 việc." in visitor.send("Ghi 1 việc đã kiểm tra")


def test_what_a_unit_was_told_to_do_stands_in_its_list_and_is_no_result(place, cast):
    told = "Phường Noong Bua bị nhắc nhở: xem xét kiểm điểm trách nhiệm"
    obligation = make_obligation(place.commune, occurrence="03124-17b", due_on=days(5), note=told)

    assert told in visit(cast.entry, "/duties/")[1]
    visitor, text = visit(cast.entry, f"/duties/{obligation.pk}/")
    assert told in text
    assert "Chưa có minh chứng" in visitor.send("Báo đã làm", expect=422, done_on=written(TODAY))
    visitor.send("Báo đã làm", done_on=written(TODAY), note="Đã kiểm điểm")
    obligation.refresh_from_db()
    assert (obligation.state, obligation.note) == (DutyState.DONE, "Đã kiểm điểm")
    assert told not in visit(cast.entry, "/duties/?state=all")[1]


def test_what_happens_is_written_down_on_the_page_of_its_duty(place, cast):
    make_duty("TK58", frequency=Frequency.EVENT, text="Xin lỗi nhân dân")

    visitor, text = visit(cast.entry, "/duties/")
    assert "1 nhiệm vụ chỉ làm khi phát sinh" in text
    visitor.open("/duties/2018/TK58/")
    assert "Chưa ghi việc gì" in visitor.send("Ghi việc phát sinh", expect=422, day=written(TODAY))
    assert "Ngày hẹn ở trước" in visitor.send("Ghi việc phát sinh", expect=422, day=written(TODAY), note="x", due_on=written(days(-1)))
    text = visitor.send("Ghi việc phát sinh", day=written(days(-2)), note="Trả hồ sơ chậm", due_on=written(days(3)))

    assert "Đã ghi việc phát sinh." in text
    assert "“Trả hồ sơ chậm”" in text
    assert "đơn vị tự hẹn" in text
    assert Obligation.objects.get().occurrence == "e1"
    assert client_of(cast.officer).post("/duties/2018/TK58/", {}).status_code == 403
    assert client_of(cast.entry).get("/duties/2018/TK99/").status_code == 404


def test_one_duty_across_units_and_times(place, cast):
    for unit in (place.commune, place.sibling, place.stranger):
        for month in ("2018-04", "2018-03"):
            make_obligation(unit, code="TK11", occurrence=month, due_on=days(-3) if month == "2018-03" else days(3))
    done(Obligation.objects.get(unit=place.commune, occurrence="2018-03"), cast.entry)

    matrix = client_of(cast.appraiser).get("/duties/2018/TK11/").context["matrix"]

    assert [(time["words"], time["done"], time["count"]) for time in matrix["times"]] == [("tháng 3/2018", 1, 2), ("tháng 4/2018", 0, 2)]
    assert [(row["unit"], [cell["status"] for cell in row["cells"]]) for row in matrix["rows"]] == [
        ("Phường Him Lam", ["overdue", "waiting"]),
        ("Phường Noong Bua", ["late", "waiting"]),
    ]


@pytest.mark.parametrize("communes", [4, 24])
@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("entry", "/duties/"),
        ("appraiser", "/duties/"),
        ("officer", "/duties/"),
        ("officer", "/duties/?unit=094&level=commune&state=all"),
        ("officer", "/duties/2018/TK11/"),
        ("entry", "/duties/{pk}/"),
    ],
)
def test_a_page_takes_at_most_eight_queries_whatever_its_rows(place, cast, communes, who, address, django_assert_max_num_queries):
    units = [
        *place.communes,
        *(UnitFactory(code=f"9{n:04}", level="commune", full_name=f"Xã Số {n}", parent=place.districts[n % 2]) for n in range(communes - 4)),
    ]
    for unit in units:
        for month in range(3, 8):
            make_obligation(unit, code="TK11", occurrence=f"2018-{month:02}", due_on=days(month - 5))
    client = client_of(getattr(cast, who))
    address = address.format(pk=Obligation.objects.filter(unit=place.commune).first().pk)
    client.get(address)

    with django_assert_max_num_queries(8):
        assert client.get(address).status_code == 200


def test_a_long_list_is_shown_a_page_at_a_time(place, cast):
    for number in range(10, 99):
        for unit in (place.commune, place.sibling):
            make_obligation(unit, code=f"TK{number}", due_on=days(number))
    client = client_of(cast.appraiser)

    first, second = (client.get(f"/duties/?level=commune&page={page}") for page in (1, 2))

    assert (first.context["shown"], first.context["after"], second.context["shown"], second.context["after"]) == (100, 2, 78, 0)
    assert client.get("/duties/?level=commune&page=x").context["shown"] == 100
