"""Pages of the registers, as each role sees them; what is typed wrong comes back with words and leaves nothing."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.rules import Role
from communes.models import Document, Office, Official, Profile
from communes.standards import Education, Qualification, Theory
from plan2018.models import Observation
from tests.factories import DocumentFactory, OfficeFactory, OfficialFactory, ProfileFactory, client_of, make_indicator, make_user
from tests.reader import Page, Visitor

HUB, ROSTER, NEW, OFFICE, PROFILE = (f"/registers/03124/{rest}" for rest in ("", "officials/", "officials/new/", "office/", "profile/"))
TYPED = {
    "full_name": "Lò Văn Hợp",
    "born_on": "05/3/1975",
    "title": "justice",
    "concurrent_title": "",
    "education": "3",
    "qualification": "1",
    "theory": "0",
    "appointed_on": "01/6/2011",
    "retires_on": "",
    "missing_until": "",
    "since": "01/6/2018",
}
ROOMS = {
    "construction": "solid",
    "floor_area": "350,5",
    "norm_area": "1.234",
    "internet_computers": "12",
    "printers": "3",
    "copiers": "1",
    "telephone": "0215 3825 000",
    "since": "01/6/2018",
}
PLACE = {"villages": "12", "village_heads": "11", "concurrent_posts": "3", "suggestion_box": "on", "since": "01/6/2018"}


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def text(user, address, expect=200) -> str:
    response = client_of(user).get(address)
    assert response.status_code == expect
    return Page(response.content.decode(), address).text


def send(user, address, typed, expect):
    response = client_of(user).post(address, typed)
    assert response.status_code == expect, Page(response.content.decode(), address).text
    return Page(response.content.decode(), address).text


def people_of(place) -> None:
    """Three in the first commune: one fine, one whose debt is overdue, one who must study."""
    OfficialFactory(unit=place.commune, full_name="Cà Thị An")
    OfficialFactory(unit=place.commune, full_name="Lò Văn Bình", title="finance", qualification=Qualification.ELEMENTARY)
    OfficialFactory(unit=place.commune, full_name="Vừ A Dế", theory=Theory.NONE, retires_on=date(2030, 1, 1))


# What is seen


def test_a_commune_sees_what_its_registers_say_and_what_is_missing(place, cast, year):
    people_of(place)
    OfficeFactory(unit=place.commune, floor_area=Decimal("300.5"))

    seen = text(cast.entry, HUB)

    assert "Đến ngày 31/12/2018, 1 trong 3 cán bộ, công chức đạt chuẩn. Chưa nhập: đặc điểm xã ." in seen
    assert "2 cán bộ, công chức chưa đạt chuẩn" in seen
    assert "Trụ sở kiên cố, còn thiếu 49,5 m² so với định mức" in seen
    assert "Thêm người" in seen


def test_an_empty_commune_is_told_where_to_begin(place, cast, year):
    assert "Chưa có số liệu nào đến ngày 31/12/2018. Bắt đầu từ danh sách cán bộ, công chức ." in text(cast.entry, HUB)


def test_a_district_sees_who_owes_what(place, cast, year):
    people_of(place)
    OfficeFactory(unit=place.commune)
    ProfileFactory(unit=place.commune)
    OfficeFactory(unit=place.sibling)

    seen = text(cast.appraiser, "/registers/094/")

    assert "1 trong 2 xã đã nhập đủ ba sổ; thiếu nhiều nhất là danh sách cán bộ, công chức : 1 xã." in seen
    assert "Nợ nhiều nhất: Phường Him Lam" in seen
    assert "Danh sách cán bộ, công chức và đặc điểm xã" in seen
    assert "Sông Đà" not in seen


def test_where_nobody_owes_anything_the_table_points_at_the_standards(place, cast, year):
    people_of(place)
    OfficialFactory(unit=place.sibling)
    for commune in (place.commune, place.sibling):
        OfficeFactory(unit=commune)
        ProfileFactory(unit=commune)

    seen = text(cast.appraiser, "/registers/094/")

    assert "cả 2 xã đã nhập đủ ba sổ" in seen
    assert "Đạt chuẩn thấp nhất: Phường Noong Bua, 1 trong 3 người" in seen


def test_the_province_sees_districts_added_up(place, cast, year):
    people_of(place)
    OfficeFactory(unit=place.commune)
    ProfileFactory(unit=place.commune)

    seen = text(cast.officer, "/registers/11/")

    assert "1 trong 4 xã đã nhập đủ ba sổ" in seen
    assert "Thành phố Điện Biên Phủ 1/2 3 1/3 1/2 1/2 1/2 0" in seen


@pytest.mark.parametrize("who", ["leader", "api_client"])
def test_who_may_not_read_people_sees_counts_and_no_names(place, cast, year, who):
    people_of(place)
    user = getattr(cast, who)

    for address in (HUB, "/registers/094/", "/registers/11/"):
        seen = text(user, address)
        assert not any(name in seen for name in ("Cà Thị An", "Lò Văn Bình", "Vừ A Dế"))
        assert "Mở danh sách" not in seen
    for address in (ROSTER, "/registers/094/officials/", f"{ROSTER}{Official.objects.first().person}/"):
        text(user, address, expect=403)


def test_the_list_begins_with_whom_one_must_deal_with(place, cast, year):
    people_of(place)

    seen = text(cast.entry, ROSTER)

    assert "Đến ngày 31/12/2018 có 3 người , 1 đạt chuẩn. 1 nợ tiêu chuẩn quá hạn, 1 phải cử đi học." in seen
    assert seen.index("Lò Văn Bình : trình độ chuyên môn") < seen.index("Vừ A Dế : lý luận chính trị") < seen.index("Cà Thị An")
    assert seen.rindex("Cà Thị An") < seen.rindex("Lò Văn Bình") < seen.rindex("Vừ A Dế")


def test_another_day_shows_another_list(place, cast, year):
    OfficialFactory(unit=place.commune, full_name="Cà Thị An", since=date(2018, 1, 1), until=date(2018, 6, 1))
    OfficialFactory(unit=place.commune, full_name="Vừ A Dế", since=date(2018, 6, 1))

    assert "Cà Thị An" in text(cast.entry, f"{ROSTER}?on=31/5/2018")
    assert "Vừ A Dế" not in text(cast.entry, f"{ROSTER}?on=2018-05-31")
    assert "Cà Thị An" not in text(cast.entry, f"{ROSTER}?on=01/6/2018")


@pytest.mark.parametrize("day", ["31/2/2018", "mai", "01/01/1990"])
def test_a_day_that_cannot_be_is_answered_in_words(place, cast, year, day):
    for address in (HUB, ROSTER):
        assert "ngày" in text(cast.entry, f"{address}?on={day}", expect=422)


@pytest.mark.parametrize("day", ["31/12/9999", "01/01/0001"])
def test_the_ends_of_the_calendar_are_days_too(place, cast, year, day):
    people_of(place)

    for address in (HUB, ROSTER, "/registers/094/", "/registers/11/officials/"):
        assert client_of(cast.officer).get(f"{address}?on={day}").status_code in {200, 422}


def test_district_and_province_have_no_row_of_their_own(place, cast, year):
    for rest in ("office/", "profile/", "officials/new/"):
        text(cast.officer, f"/registers/094/{rest}", expect=404)


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("entry", HUB),
        ("entry", ROSTER),
        ("entry", NEW),
        ("entry", OFFICE),
        ("entry", PROFILE),
        ("entry", "/documents/"),
        ("entry", "/documents/?q=ke+hoach"),
        ("entry", "/documents/new/"),
        ("entry", "/documents/{document}/"),
        ("appraiser", "/registers/094/"),
        ("appraiser", "/registers/094/officials/"),
        ("officer", "/registers/11/"),
        ("officer", "/registers/11/officials/"),
    ],
)
def test_a_page_asks_few_questions_however_many_rows_there_are(place, cast, year, who, address):
    client = client_of(getattr(cast, who))
    address = address.format(document=DocumentFactory().pk)

    def questions() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    few = questions()
    for commune in place.communes:
        OfficialFactory.create_batch(12, unit=commune)
        OfficialFactory.create_batch(3, unit=commune, until=date(2018, 3, 1))
        OfficeFactory(unit=commune, since=date(2018, 1, 1), until=date(2018, 2, 1))
        OfficeFactory(unit=commune, since=date(2018, 2, 1))
        ProfileFactory(unit=commune)
        DocumentFactory.create_batch(5, unit=commune)

    assert questions() == few <= 8


# What is entered


def test_an_official_is_entered_and_found_in_the_list(place, cast, year):
    send(cast.entry, NEW, TYPED, 302)

    row = Official.objects.get()
    assert (row.full_name, row.born_on, row.since, row.recorded_by) == ("Lò Văn Hợp", date(1975, 3, 5), date(2018, 6, 1), cast.entry)
    assert (row.missing, row.missing_until) == ("qualification", date(2016, 6, 1))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"full_name": "Hợp"}, "Họ và tên có ít nhất hai chữ"),
        ({"full_name": "Lò Văn 3"}, "không có số"),
        ({"full_name": "=cmd|' /C calc'!A0 x"}, "không có số"),
        ({"full_name": ""}, "Gõ họ và tên"),
        ({"born_on": "31/2/1975"}, "Không đọc được ngày này"),
        ({"born_on": "05/3/2010"}, "dưới 16 hoặc trên 80 tuổi"),
        ({"born_on": "31/12/9999"}, "dưới 16 hoặc trên 80 tuổi"),
        ({"born_on": "01/01/0001"}, "dưới 16 hoặc trên 80 tuổi"),
        ({"appointed_on": "31/12/9999"}, "ở sau ngày tính số liệu"),
        ({"born_on": ""}, "Gõ ngày/tháng/năm, ví dụ 05/3/1975"),
        ({"title": "king"}, "Chức danh"),
        ({"title": "land_rural"}, "Phường không có chức danh này"),
        ({"concurrent_title": "justice"}, "Trùng với chức danh chính"),
        ({"education": "9"}, "Trình độ văn hóa"),
        ({"education": ""}, "Chọn trình độ văn hóa"),
        ({"appointed_on": "01/7/2018"}, "ở sau ngày tính số liệu"),
        ({"appointed_on": "01/01/1980"}, "khi dưới 18 tuổi"),
        ({"retires_on": "01/01/2000"}, "nghỉ hưu khi dưới 40"),
        ({"since": "01/01/2003"}, "trước khi đơn vị có hiệu lực"),
        ({"since": "01/01/2199"}, "ở sau hôm nay"),
        ({"since": ""}, "Gõ ngày/tháng/năm"),
        ({"declared_gaps": ["flying"]}, "tiêu chuẩn tuyển dụng"),
        ({"seen": "x"}, "Chưa lưu"),
    ],
)
def test_what_is_typed_wrong_comes_back_with_words_and_leaves_nothing(place, cast, year, typed, words):
    assert words in send(cast.entry, NEW, TYPED | typed, 422)

    assert Official.objects.count() == 0


def test_an_empty_form_is_answered_and_not_saved(place, cast, year):
    for address in (NEW, OFFICE, PROFILE, "/documents/new/"):
        assert "Chưa lưu" in send(cast.entry, address, {}, 422)


def test_a_person_who_is_there_is_named_and_not_entered_again(place, cast, year):
    send(cast.entry, NEW, TYPED, 302)

    words = send(cast.entry, NEW, TYPED | {"full_name": "lò văn  hợp", "title": "culture"}, 422)

    assert "Người này đã có trong danh sách của đơn vị: Lò Văn Hợp, sinh 05/3/1975, Tư pháp - hộ tịch." in words
    assert Official.objects.count() == 1


def test_a_person_who_still_serves_elsewhere_is_pointed_out(place, cast, year):
    for commune in (place.sibling, place.stranger):
        OfficialFactory(unit=commune, full_name="Lò Văn Hợp", born_on=date(1975, 3, 5))

    answer = client_of(cast.appraiser).post(NEW, TYPED, follow=True).content.decode()

    assert "Danh sách của phường Him Lam và một đơn vị ngoài phạm vi của anh, chị cũng có người cùng họ tên, ngày sinh." in answer
    assert "Sông Đà" not in answer


def test_whoever_typed_on_an_old_page_sees_both_values(place, cast, year):
    send(cast.entry, NEW, TYPED, 302)
    first = Official.objects.get()
    address = reverse("official", args=["03124", first.person])
    send(cast.appraiser, address, TYPED | {"seen": first.pk, "qualification": "2"}, 302)

    words = send(cast.entry, address, TYPED | {"seen": first.pk, "qualification": "4"}, 409)

    assert "Trình độ chuyên môn Trung cấp Đại học" in words
    assert Official.objects.get(until=None).qualification == Qualification.INTERMEDIATE


def test_a_change_is_not_dated_before_what_is_in_force(place, cast, year):
    send(cast.entry, NEW, TYPED, 302)
    row = Official.objects.get()

    words = send(cast.entry, reverse("official", args=["03124", row.person]), TYPED | {"seen": row.pk, "theory": "1", "since": "31/5/2018"}, 422)

    assert "Số liệu đang có tính từ ngày 01/6/2018; không ghi lùi" in words


def test_a_person_of_another_commune_is_not_found_here(place, cast, year):
    other = OfficialFactory(unit=place.sibling)

    text(cast.appraiser, reverse("official", args=["03124", other.person]), expect=404)


def test_what_was_worked_out_is_not_taken_for_typed(place, cast, year):
    """A civil servant's day follows the day of recruitment, also when that is put right."""
    send(cast.entry, NEW, TYPED, 302)
    row = Official.objects.get()
    visitor = Visitor(client_of(cast.entry))
    visitor.open(reverse("official", args=["03124", row.person]))

    visitor.send("Lưu", appointed_on="01/6/2014", since="01/6/2018")

    assert Official.objects.get(until=None).missing_until == date(2019, 6, 1)


def test_office_is_entered_with_areas_as_people_write_them(place, cast, year):
    send(cast.entry, OFFICE, ROOMS, 302)

    row = Office.objects.get()
    assert (row.floor_area, row.norm_area, row.copiers) == (Decimal("350.5"), Decimal(1234), 1)
    assert "Trụ sở kiên cố , 350,5 m²: chưa đủ định mức 1.234 m²." in text(cast.leader, OFFICE)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"floor_area": "1,234"}, "Không đọc được “1,234”"),
        ({"floor_area": "-5"}, "Không đọc được “-5”"),
        ({"floor_area": "99.999"}, "Lớn hơn 20.000 m²"),
        ({"norm_area": "1"}, "Định mức trong khoảng"),
        ({"construction": "none"}, "diện tích là 0"),
        ({"floor_area": "0"}, "Có trụ sở thì diện tích lớn hơn 0"),
        ({"printers": "-1"}, "Không thể nhỏ hơn 0"),
        ({"printers": "3,5"}, "Gõ một số nguyên"),
        ({"printers": "501"}, "Lớn hơn 500"),
        ({"telephone": "<b>gọi</b>"}, "Không đọc được số điện thoại"),
    ],
)
def test_an_office_that_cannot_be_is_refused(place, cast, year, typed, words):
    assert words in send(cast.entry, OFFICE, ROOMS | typed, 422)

    assert Office.objects.count() == 0


def test_a_commune_has_no_more_heads_than_villages(place, cast, year):
    assert "nhiều hơn số thôn, bản" in send(cast.entry, PROFILE, PLACE | {"village_heads": "13"}, 422)
    send(cast.entry, PROFILE, PLACE, 302)

    assert Profile.objects.get().village_heads == 11
    assert "1 trong 12 thôn, bản chưa có trưởng" in text(cast.entry, HUB)


def test_two_who_enter_the_office_at_once_do_not_overwrite_each_other(place, cast, year):
    send(cast.entry, OFFICE, ROOMS, 302)

    words = send(cast.signatory, OFFICE, ROOMS | {"printers": "9"}, 409)

    assert "3 9" in words
    assert Office.objects.get().printers == 3


# Documents

FACTS = {"kind": "plan", "number": "12/KH-UBND", "issued_on": "21/3/2018", "issuer": "UBND phường", "title": "Kế hoạch giao ban", "cited_in": ""}


def a_file(name="ke hoach.pdf", content=b"%PDF-1.4 plan %%EOF") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def test_a_document_is_recorded_read_by_those_above_and_not_next_door(place, cast, year):
    send(cast.entry, "/documents/new/", FACTS | {"upload": a_file()}, 302)

    document = Document.objects.get()
    page, file = reverse("document", args=[document.pk]), reverse("document-file", args=[document.pk])
    assert document.unit == place.commune
    for user in (cast.entry, cast.appraiser, cast.officer, cast.leader):
        assert document.file_digest in text(user, page)
        assert "chưa kiểm tra" in text(user, page)
    for user in (cast.neighbour, cast.stranger, cast.api_client):
        assert client_of(user).get(page).status_code == client_of(user).get(file).status_code == 404
        assert "12/KH-UBND" not in text(user, "/documents/")


def test_a_file_is_handed_out_to_keep_and_never_to_show(place, cast, year):
    send(cast.entry, "/documents/new/", FACTS | {"upload": a_file("kế hoạch.pdf")}, 302)

    response = client_of(cast.appraiser).get(reverse("document-file", args=[Document.objects.get().pk]))

    assert b"".join(response.streaming_content) == b"%PDF-1.4 plan %%EOF"
    response.close()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "sandbox" in response["Content-Security-Policy"]
    assert (response["X-Content-Type-Options"], response["Content-Type"]) == ("nosniff", "application/octet-stream")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (a_file("a.pdf", b"<html><script>"), "không phải là PDF"),
        (a_file("a.exe", b"MZ"), "không phải là PDF"),
        (a_file("a.docx", b"PK\x03\x04"), "bị hỏng"),
        (a_file("a.pdf", b""), "Tệp này rỗng"),
        (a_file("a.pdf", b"%PDF-" + b"x" * 10 * 1024 * 1024), "lớn hơn 10 MB"),
        (a_file(f"{'a' * 300}.svg", b"<svg/>"), "không phải là PDF"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_nothing_is_kept(place, cast, year, file, words, tmp_path):
    file.seek(0)

    assert words in send(cast.entry, "/documents/new/", FACTS | {"upload": file}, 422)

    assert Document.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_document_gets_its_file_later_and_keeps_it(place, cast, year):
    document = DocumentFactory(unit=place.commune)
    address = reverse("document", args=[document.pk])

    assert "Chưa chọn tệp" in send(cast.entry, address, {}, 422)
    assert "không phải là PDF" in send(cast.entry, address, {"upload": a_file(content=b"MZ")}, 422)
    send(cast.appraiser, address, {"upload": a_file()}, 302)
    first = Document.objects.get().file_digest
    send(cast.entry, address, {"upload": a_file(content=b"%PDF-1.7 other %%EOF")}, 302)

    assert Document.objects.get().file_digest == first
    assert "đã có trong danh mục, ở văn bản" in send(
        cast.entry, reverse("document", args=[DocumentFactory(unit=place.commune).pk]), {"upload": a_file()}, 422
    )


def test_what_is_for_everybody_gets_its_file_from_the_province(place, cast, year):
    address = reverse("document", args=[DocumentFactory().pk])

    for user in (cast.entry, cast.appraiser, cast.leader, cast.api_client):
        assert "Thêm tệp" not in text(user, address)
        send(user, address, {"upload": a_file()}, 403)
    send(cast.officer, address, {"upload": a_file()}, 302)

    assert Document.objects.get().file_name == "ke hoach.pdf"


def test_a_document_tells_where_it_is_used(place, cast, year):
    document = DocumentFactory(unit=place.commune)
    indicator = make_indicator(year.plan, "renewal")
    for commune in place.communes:
        Observation.objects.create(
            indicator=indicator,
            period=year,
            unit=commune,
            numerator=1,
            denominator=1,
            as_of=year.ends_on,
            document=document,
            recorded_at=timezone.now(),
        )

    assert "Số liệu xã báo cáo 4" in text(cast.officer, reverse("document", args=[document.pk]))
    assert "Chưa nơi nào dẫn tới văn bản này" in text(cast.officer, reverse("document", args=[DocumentFactory().pk]))


def test_the_same_file_again_leads_to_the_document_that_has_it(place, cast, year):
    send(cast.entry, "/documents/new/", FACTS | {"upload": a_file()}, 302)
    visitor = Visitor(client_of(cast.entry))

    response = visitor.client.post("/documents/new/", FACTS | {"number": "13/KH-UBND", "upload": a_file()}, follow=True)

    assert response.redirect_chain == [(reverse("document", args=[Document.objects.get().pk]), 302)]
    assert "Tệp này đã có trong danh mục, ở văn bản 12/KH-UBND" in response.content.decode()


def test_a_number_that_is_there_is_not_recorded_again(place, cast, year):
    send(cast.entry, "/documents/new/", FACTS, 302)

    assert "Đã có văn bản này trong danh mục: “Kế hoạch giao ban”" in send(cast.entry, "/documents/new/", FACTS, 422)


def test_whoever_needed_a_document_comes_back_with_it(place, cast, year):
    response = client_of(cast.entry).post("/documents/new/?unit=03124&next=/registers/03124/%3Fon%3D2018-06-01", FACTS)

    assert response.url == f"/registers/03124/?on=2018-06-01&document={Document.objects.get().pk}"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""])
def test_nobody_is_led_out_of_the_portal(place, cast, year, address):
    response = client_of(cast.entry).post("/documents/new/", FACTS, query_params={"next": address})

    assert response.url == reverse("document", args=[Document.objects.get().pk])


def test_a_document_is_recorded_for_those_below_and_for_nobody_else(place, cast, year):
    assert client_of(cast.appraiser).get("/documents/new/?unit=03127").status_code == 200
    assert client_of(cast.appraiser).get("/documents/new/?unit=03148").status_code == 404
    assert client_of(cast.entry).get("/documents/new/?unit=094").status_code == 404


def test_the_province_records_for_everybody_and_communes_do_not(place, cast, year):
    send(cast.officer, "/documents/new/", FACTS | {"for_all": "on"}, 302)
    send(cast.entry, "/documents/new/", FACTS | {"number": "14/KH-UBND", "for_all": "on"}, 302)

    assert dict(Document.objects.values_list("number", "unit__code")) == {"12/KH-UBND": None, "14/KH-UBND": "03124"}


def test_documents_are_found_without_diacritics_and_by_kind(place, cast, year):
    DocumentFactory(title="Đối thoại với nhân dân", kind=Document.MINUTES)
    DocumentFactory(title="Cải tạo trụ sở", number="99/QĐ-UBND", kind=Document.DECISION)

    assert "Cải tạo trụ sở" not in text(cast.entry, "/documents/?q=doi+thoai")
    assert "Đối thoại" in text(cast.entry, "/documents/?q=ĐỐI+thoai")
    assert "Cải tạo trụ sở" in text(cast.entry, "/documents/?kind=decision&q=99/qd")
    assert "Không có văn bản nào khớp" in text(cast.entry, "/documents/?kind=%00x&q=%00")


def test_documents_are_fetched_as_a_file_narrowed_as_the_page_is(place, cast, year, django_assert_max_num_queries):
    DocumentFactory.create_batch(60, unit=place.commune, kind=Document.MINUTES, title="=1+1")
    DocumentFactory(unit=place.commune, number="99/QĐ-UBND", kind=Document.DECISION)
    DocumentFactory(unit=place.sibling, kind=Document.MINUTES, number="1/BB-HL")

    client = client_of(cast.entry)

    with django_assert_max_num_queries(8):
        answer = client.get("/documents/export/?kind=minutes")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert answer["Content-Type"].startswith("text/csv")
    assert 'href="/documents/export/?kind=minutes&amp;"' in client.get("/documents/?kind=minutes").content.decode()
    assert lines[0].startswith("Số, ký hiệu;Loại văn bản;Ngày ban hành")
    assert len(lines) == 61
    assert all("'=1+1" in line and place.commune.full_name in line for line in lines[1:])
    assert "1/BB-HL" not in "".join(lines)


def test_a_document_says_who_recorded_it_also_without_a_file(place, cast, year):
    send(cast.entry, "/documents/new/", FACTS, 302)

    page = text(cast.leader, reverse("document", args=[Document.objects.get().pk]))
    assert "Ghi vào cổng" in page
    assert str(cast.entry) in page


def test_many_documents_come_in_pages(place, cast, year):
    DocumentFactory.create_batch(60, unit=place.commune)

    assert "1/2 Sau" in text(cast.entry, "/documents/")
    assert "Trước 2/2" in text(cast.entry, "/documents/?page=2")
    assert "2/2" in text(cast.entry, "/documents/?page=999")


# A year of one person


def test_a_clerk_enters_an_official_mends_a_level_and_the_register_of_the_day_before_still_says_the_old_one(place, cast, year):
    clerk = Visitor(client_of(cast.entry))
    clerk.open(NEW)
    assert "Đã lưu Lò Văn Hợp." in clerk.send("Lưu", **TYPED | {"since": "01/02/2018"})
    assert "Tư pháp - hộ tịch Công chức THPT Sơ cấp" in clerk.page.text
    person = reverse("official", args=["03124", Official.objects.get().person])

    assert "còn thiếu trình độ chuyên môn , đã quá hạn 01/6/2016" in clerk.open(person)
    clerk.send("Lưu", qualification="4", since="01/9/2018")

    assert "Tư pháp - hộ tịch Công chức THPT Sơ cấp" in clerk.open(f"{ROSTER}?on=31/8/2018")
    assert "Tư pháp - hộ tịch Công chức THPT Đại học" in clerk.open(f"{ROSTER}?on=01/9/2018")
    history = clerk.open(person)
    assert "Tư pháp - hộ tịch, đạt chuẩn" in history
    assert "Từ 01/9/2018 đến nay" in history
    assert "Trình độ chuyên môn: Sơ cấp → Đại học" in history
    assert "Từ 01/02/2018 đến trước 01/9/2018" in history

    clerk.send("Ghi thôi giữ chức", **{"end-on": "01/12/2018"})
    assert "Danh sách đến ngày 31/12/2018 còn trống" in clerk.page.text
    assert "Đã thôi giữ chức từ ngày 01/12/2018" in clerk.open(person)
    assert "có 1 người" in clerk.open(f"{ROSTER}?on=30/11/2018")


def test_ending_asks_for_a_day_that_can_be(place, cast, year):
    row = OfficialFactory(unit=place.commune)
    address = reverse("official-end", args=["03124", row.person])

    assert "Không đọc được ngày này" in send(cast.entry, address, {"end-on": "x", "end-seen": row.pk}, 422)
    assert "không ghi thôi trước ngày đó" in send(cast.entry, address, {"end-on": "31/12/2017", "end-seen": row.pk}, 422)
    send(cast.entry, address, {"end-on": "01/6/2018", "end-seen": row.pk + 1}, 409)
    send(cast.entry, address, {"end-on": "01/6/2018", "end-seen": row.pk}, 302)
    send(cast.entry, address, {"end-on": "01/6/2018", "end-seen": row.pk}, 302)
    assert Official.objects.get().until == date(2018, 6, 1)
    # a page opened before the end brings nobody back
    send(cast.entry, reverse("official", args=["03124", row.person]), TYPED | {"since": "01/01/2018"}, 409)
    assert Official.objects.count() == 1


def test_the_administration_shows_registers_without_names_in_lists(place, cast, year):
    OfficialFactory(unit=place.commune, full_name="Cà Thị An", education=Education.LOWER_SECONDARY)
    client = client_of(cast.admin)

    for model in ("official", "office", "profile", "document"):
        response = client.get(reverse(f"admin:communes_{model}_changelist"))
        assert response.status_code == 200
        assert "Cà Thị An" not in response.content.decode()


def test_a_leader_of_a_commune_reads_and_is_offered_nothing_to_write(place, year):
    leader = make_user(Role.LEADER, place.commune)
    OfficeFactory(unit=place.commune)

    assert "Lưu" not in text(leader, OFFICE)
    assert "Thêm văn bản" not in text(leader, "/documents/")
    send(leader, OFFICE, ROOMS, 403)
