"""The pages of files: send, read what was found, confirm, fetch; for those who keep the register, without JavaScript."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from communes import services
from communes.models import Office, Official, Unit, Upload
from communes.services import MAX_SHEET
from ledger.models import Job
from tests.factories import client_of
from tests.reader import Page
from tests.sheets import OFFICE, OFFICES, PROFILE, PROFILES, ROSTER, book, confirm, flaws, person, send

pytestmark = pytest.mark.django_db(transaction=True)


def post(client, unit, content, *, register="roster", since="31/12/2018", name="bieu.xlsx", follow=True):
    address = reverse("upload", kwargs={"code": unit.code, "register": register})
    return client.post(address, {"since": since, "file": SimpleUploadedFile(name, content)}, follow=follow)


def text(response) -> str:
    return Page(response.content.decode(), response.request["PATH_INFO"]).text


@pytest.mark.embedded
def test_a_file_goes_from_the_form_to_the_register(place, cast):
    client = client_of(cast.entry)

    checked = post(client, place.commune, book([person(), person(Họ_và_tên="Quàng Thị Bình", Chức_danh="Kế toán")]))
    upload = Upload.objects.get()
    taken = client.post(reverse("upload-take", kwargs={"upload": upload.pk}), follow=True)

    assert "xác nhận thì ghi 2 hàng mới" in text(checked)
    assert "Đã ghi: 2 hàng mới" in text(taken)
    assert Official.objects.filter(until=None).count() == 2
    assert "Lò" not in str(list(Job.objects.values()))


@pytest.mark.embedded
def test_flaws_are_shown_by_cell_and_nothing_can_be_confirmed(place, cast):
    client = client_of(cast.entry)

    page = post(client, place.commune, book([person(Chức_danh="Chủ tịch xã hội", Ngày_sinh="12/31/1975")]))
    upload = Upload.objects.get()
    refused = client.post(reverse("upload-take", kwargs={"upload": upload.pk}))

    said = text(page)
    assert "Tệp có 2 lỗi phải sửa trong Excel" in said
    assert "Ô E4" in said
    assert "Ô D4" in said
    assert "Còn 2 lỗi: hoặc ghi cả tệp, hoặc không ghi hàng nào." in said
    assert 'aria-disabled="true"' in page.content.decode()
    assert refused.status_code == 409
    assert Official.objects.count() == 0


@pytest.mark.embedded
@pytest.mark.parametrize("content", [b"%PDF-1.7", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", bytes(range(256))])
def test_a_file_of_another_kind_is_answered_politely(place, cast, content):
    page = post(client_of(cast.entry), place.commune, content)

    assert page.status_code == 200
    assert "Tệp này không nhận được" in text(page)


def test_what_cannot_be_sent_is_said_beside_the_field(place, cast):
    client = client_of(cast.entry)

    large = post(client, place.commune, b"x" * (MAX_SHEET + 1))
    empty = post(client, place.commune, b"")
    future = post(client, place.commune, book([person()]), since="31/12/2990")
    early = post(client, place.commune, book([person()]), since="31/12/1990")
    none = client.post(reverse("upload", kwargs={"code": place.commune.code, "register": "roster"}), {})

    assert [page.status_code for page in (large, empty, future, early, none)] == [422] * 5
    assert "lớn hơn 5 MB" in text(large)
    assert "rỗng" in text(empty)
    assert "trước khi đơn vị có hiệu lực" in text(early)
    assert "Chọn tệp trên máy" in text(none)
    assert Upload.objects.count() == 0


def test_doubtful_places_must_have_been_seen(place, cast):
    Official.objects.all().delete()
    upload = send(book([person(Ngày_đến_tuổi_nghỉ_hưu="01/06/2018")]), place.commune, cast.entry)
    client = client_of(cast.entry)

    unseen = client.post(reverse("upload-take", kwargs={"upload": upload.pk}))

    assert unseen.status_code == 422
    assert "Đã xem các chỗ cần xem lại" in text(unseen)
    assert client.post(reverse("upload-take", kwargs={"upload": upload.pk}), {"seen": "1"}).status_code == 302


def test_while_the_work_goes_on_the_page_says_how_far_it_is(place, cast):

    upload = services.receive(register="roster", unit=place.commune, since=date(2018, 12, 31), name="a.xlsx", content=b"x", actor=cast.entry)
    services.ask_check(upload, actor=cast.entry)
    services.note_step(upload, 2)
    client = client_of(cast.entry)

    page = client.get(reverse("upload-check", kwargs={"upload": upload.pk}))
    fragment = client.get(reverse("upload-check", kwargs={"upload": upload.pk}), headers={"HX-Request": "true"})

    assert "Đang kiểm tra từng ô" in text(page)
    assert '<meta http-equiv="refresh"' in page.content.decode()
    assert fragment.content.decode().lstrip().startswith('<div id="job" hx-get')
    services.note_step(upload, 0)


def test_the_page_of_a_file_costs_the_same_for_one_row_and_for_many(place, cast, django_assert_max_num_queries):
    client = client_of(cast.entry)
    for rows in ([person(Chức_danh="x")], [person(Họ_và_tên=f"Lò Văn {letter}", Chức_danh="x") for letter in "ABCDEGHIK"]):
        upload = send(book(rows), place.commune, cast.entry)
        with django_assert_max_num_queries(8):
            client.get(reverse("upload-check", kwargs={"upload": upload.pk}))


def test_the_file_comes_back_with_every_flaw_marked_in_its_cell(place, cast):
    content = book([person(Chức_danh="Chủ tịch xã hội", Ngày_sinh="31/02/1975"), person()])
    upload = send(content, place.commune, cast.entry)

    answer = client_of(cast.entry).get(reverse("upload-marked", kwargs={"upload": upload.pk}))
    sheet = load_workbook(io.BytesIO(answer.content))["Danh sách"]

    commented = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert set(commented) == {"D4", "E4"}
    assert commented["D4"].startswith("Ngày không có thật.")
    assert sheet["E4"].fill.fgColor.rgb == "00F4C7C3"
    assert sheet["E4"].value == "Chủ tịch xã hội"


# The way back.


def fetch(client, unit, register="roster", on=""):
    return client.get(reverse("register-export", kwargs={"code": unit.code, "register": register}) + on)


@pytest.mark.parametrize(
    ("register", "row", "headers"), [("roster", person(), ROSTER), ("offices", OFFICE, OFFICES), ("profiles", PROFILE, PROFILES)]
)
def test_what_was_exported_is_taken_back_without_a_change(place, cast, register, row, headers):
    confirm(send(book([row], headers), place.district, cast.appraiser, register=register), cast.appraiser)
    client = client_of(cast.appraiser)

    first = fetch(client, place.district, register).content
    again = send(first, place.district, cast.appraiser, register=register)
    counts = [again.findings[name] for name in ("new", "changed", "ended", "unchanged")]

    assert flaws(again) == []
    assert counts == [0, 0, 0, 1]


def test_an_export_has_codes_as_text_dates_as_dates_and_no_formulas(place, cast):
    confirm(send(book([person()]), place.commune, cast.entry), cast.entry)
    Official.objects.update(full_name='=HYPERLINK("http://x")')
    Unit.objects.filter(pk=place.commune.pk).update(full_name="+84 phường")

    sheet = load_workbook(io.BytesIO(fetch(client_of(cast.entry), place.commune).content))["Số liệu"]

    row = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert [head.value for head in sheet[1]] == ROSTER
    assert (row["Mã xã"].value, row["Mã xã"].data_type) == ("03124", "s")
    assert (row["Họ và tên"].value, row["Họ và tên"].data_type) == ('=HYPERLINK("http://x")', "s")
    assert row["Tên xã"].data_type == "s"
    assert (row["Ngày sinh"].is_date, row["Ngày sinh"].value.date()) == (True, date(1975, 5, 12))
    assert sheet.freeze_panes == "C2"
    assert {str(choice.sqref)[0] for choice in sheet.data_validations.dataValidation} == {"E", "F", "G", "H", "I"}


def test_an_empty_register_is_a_template_with_the_communes(place, cast):
    content = fetch(client_of(cast.appraiser), place.district, "offices").content

    sheet = load_workbook(io.BytesIO(content))["Số liệu"]
    again = send(content, place.district, cast.appraiser, register="offices")

    assert [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2)] == [
        ("03127", "Phường Him Lam"),
        ("03124", "Phường Noong Bua"),
    ]
    assert (again.findings["flaw_count"], again.findings["warning_count"]) == (0, 2)
    assert Office.objects.count() == 0


def test_an_export_is_as_of_a_day(place, cast):
    confirm(send(book([person()]), place.commune, cast.entry, since=date(2018, 6, 30)), cast.entry)
    client = client_of(cast.entry)

    before, after = (load_workbook(io.BytesIO(fetch(client, place.commune, on=on).content))["Số liệu"] for on in ("?on=01/03/2018", "?on=01/07/2018"))

    assert before["C2"].value is None
    assert after["C2"].value == "Lò Văn An"
