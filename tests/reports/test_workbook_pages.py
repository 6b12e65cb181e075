"""The pages of a district's workbook: fetch, fill, send, read what was found, confirm; all of it is taken or nothing."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from communes.models import Upload
from ledger.models import Entry
from plan2018.models import Observation
from reports import filings, intake
from reports.models import Figure, Report, ReportVersion
from reports.sheets import FIGURES, WORDS
from reports.tasks import _read
from reports.workbook import workbook
from tests.factories import client_of, make_indicator, make_period
from tests.reader import Page
from tests.sheets import saved

pytestmark = pytest.mark.django_db(transaction=True)

BASE = "/reports/2018-Y/094/"


@pytest.fixture
def plan(year, place):
    """Two questions and one figure of a register."""
    make_indicator(year.plan, "procedures.posted", name="Niêm yết", answer="ratio", numerator_label="Đã niêm yết", denominator_label="Phải niêm yết")
    make_indicator(year.plan, "renewal", name="Đổi mới", answer="yes_no")
    make_indicator(year.plan, "office.solid", name="Kiên cố")
    return year


def filled(client, touch=lambda _book: None) -> bytes:
    """The workbook as it is fetched, filled in by an officer."""
    book = load_workbook(io.BytesIO(client.get(f"{BASE}workbook/").content))
    for row in (6, 7):
        for column, value in zip("CDE", (20, 22, "Có"), strict=True):
            if not book[FIGURES][f"{column}{row}"].value:
                book[FIGURES][f"{column}{row}"] = value
    for row in range(4, 8):
        book[WORDS][f"C{row}"] = "Đã làm."
    touch(book)
    return saved(book)


def send(client, content: bytes, follow: bool = True):
    return client.post(f"{BASE}upload/", {"file": SimpleUploadedFile("bao-cao.xlsx", content)}, follow=follow)


def take(client, upload: Upload, **typed: str):
    return client.post(f"{BASE}upload/{upload.pk}/take/", typed, follow=True)


def text(response) -> str:
    return Page(response.content.decode(), response.request["PATH_INFO"]).text


def figures() -> dict[tuple[str, str], tuple[int, int, str]]:
    rows = Figure.objects.values_list("unit__code", "indicator__code", "numerator", "denominator", "cell")
    return {(unit, code): (n, d, cell) for unit, code, n, d, cell in rows}


@pytest.mark.embedded
def test_a_workbook_goes_from_the_page_into_the_report_and_back_without_a_change(plan, cast):
    client = client_of(cast.appraiser)
    checked = send(client, filled(client))
    before = figures()
    taken = take(client, Upload.objects.get())
    again = send(client, client.get(f"{BASE}workbook/").content)

    assert "Tệp không có lỗi; ghi thì 8 chỗ của báo cáo khác đi." in text(checked)
    assert before == {}
    assert "Đã ghi 4 số liệu vào báo cáo" in text(taken)
    assert figures()["03127", "procedures.posted"] == (20, 22, "Số liệu!C6")
    assert Report.objects.get().narrative["I"] == "Đã làm."
    assert ReportVersion.objects.get().source == Upload.objects.earliest("uploaded_at")
    assert "giống hệt báo cáo đang có" in text(again)
    assert Entry.objects.filter(act="upload").count() == 1


@pytest.mark.embedded
def test_with_a_single_wrong_cell_nothing_is_saved_and_the_file_comes_back_marked(plan, cast):
    client = client_of(cast.appraiser)
    page = send(client, filled(client, lambda book: book[FIGURES].__setitem__("C7", 23)))
    upload = Upload.objects.get()
    refused = take(client, upload, explanation="Vẫn ghi")
    marked = load_workbook(io.BytesIO(client.get(f"{BASE}upload/{upload.pk}/marked/").content))

    assert "1 lỗi" in text(page)
    assert "Ô C7" in text(page)
    assert "Lớn hơn “Phải niêm yết” (ô D7: 22)." in text(page)
    assert refused.status_code == 409
    assert (Figure.objects.count(), ReportVersion.objects.count(), Report.objects.count()) == (0, 0, 0)
    assert "Lớn hơn" in marked[FIGURES]["C7"].comment.text


@pytest.mark.embedded
def test_a_doubt_needs_a_word_of_explanation_which_the_report_keeps(plan, cast, place):
    given = {"period": plan, "unit": place.commune, "as_of": plan.ends_on, "recorded_at": "2018-12-31T00:00Z"}
    indicator = make_indicator(plan.plan, "procedures.posted")
    Observation.objects.create(indicator=indicator, numerator=22, denominator=22, **given)
    client = client_of(cast.appraiser)
    send(client, filled(client, lambda book: book[FIGURES].__setitem__("C7", 21)))
    upload = Upload.objects.get()
    silent = take(client, upload, explanation="  ")
    there = Figure.objects.count()
    told = take(client, upload, explanation="Huyện kiểm tra lại.")

    assert "Xã tự báo cáo 22/22." in text(silent)
    assert (silent.status_code, there) == (422, 0)
    assert told.status_code == 200
    assert Report.objects.get().explanation == "Huyện kiểm tra lại."
    assert figures()["03124", "procedures.posted"][:2] == (21, 22)


@pytest.mark.embedded
def test_each_doubtful_place_can_be_explained_by_itself_and_what_was_typed_stays(plan, cast, place):
    given = {"period": plan, "as_of": plan.ends_on, "recorded_at": "2018-12-31T00:00Z"}
    indicator = make_indicator(plan.plan, "procedures.posted")
    for unit in (place.commune, place.sibling):
        Observation.objects.create(indicator=indicator, unit=unit, numerator=22, denominator=22, **given)
    client = client_of(cast.appraiser)
    send(client, filled(client, lambda book: [book[FIGURES].__setitem__(f"C{row}", 21) for row in (6, 7)]))
    upload = Upload.objects.get()
    half = take(client, upload, **{"why-1": "Một hồ sơ niêm yết chậm."})
    taken = take(client, upload, **{"why-0": "Xã ghi nhầm.", "why-1": "Một hồ sơ niêm yết chậm."})

    assert half.status_code == 422
    assert ">Một hồ sơ niêm yết chậm.</textarea>" in half.content.decode()
    assert taken.status_code == 200
    assert Report.objects.get().explanation == "Số liệu, ô C6: Xã ghi nhầm.\nSố liệu, ô C7: Một hồ sơ niêm yết chậm."


@pytest.mark.embedded
def test_the_same_file_twice_and_a_second_click_have_one_effect(plan, cast):
    client = client_of(cast.appraiser)
    content = filled(client)
    send(client, content)
    send(client, content)
    upload = Upload.objects.get()
    take(client, upload)
    take(client, upload)

    assert ReportVersion.objects.count() == 1
    assert Figure.objects.count() == 4


@pytest.mark.embedded
def test_what_changed_since_the_check_is_shown_again_before_anything_is_written(plan, cast, place):
    client = client_of(cast.appraiser)
    send(client, filled(client))
    report = filings.start(period=plan, unit=place.district)
    indicator = make_indicator(plan.plan, "procedures.posted")
    filings.save_figures(report=report, changes=[filings.Change(place.commune, indicator, (1, 2), None)], actor=cast.appraiser)
    page = take(client, Upload.objects.get())

    assert "Chưa ghi gì: báo cáo đã đổi từ lúc bạn xem." in text(page)
    assert figures() == {("03124", "procedures.posted"): (1, 2, "")}


@pytest.mark.embedded
def test_a_filed_report_takes_no_workbook(plan, cast, place):
    client = client_of(cast.appraiser)
    content = filled(client)
    send(client, content)
    filings.file_report(period=plan, unit=place.district, number="05/BC-UBND", dated=plan.ends_on, actor=cast.appraiser)

    assert take(client, Upload.objects.get()).status_code == 409
    assert send(client, content).status_code == 409
    assert Figure.objects.count() == 0


@pytest.mark.embedded
def test_a_report_filed_while_the_worker_had_the_file_is_left_alone(plan, cast, place):
    client = client_of(cast.appraiser)
    send(client, filled(client))
    upload = Upload.objects.get()
    filings.file_report(period=plan, unit=place.district, number="05/BC-UBND", dated=plan.ends_on, actor=cast.appraiser)
    _upload, found = _read(type("Job", (), {"key": str(upload.pk)}))

    assert not intake.take(upload=upload, found=found, actor=cast.appraiser)
    assert Figure.objects.count() == 0
    assert "Báo cáo đã gửi nên tệp này không ghi." in text(client.get(f"{BASE}upload/{upload.pk}/"))


@pytest.mark.embedded
@pytest.mark.parametrize("content", [b"%PDF-1.7", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"a;b\n1;2\n", bytes(range(256))])
def test_a_file_of_another_kind_is_answered_politely(plan, cast, content):
    page = send(client_of(cast.appraiser), content)

    assert page.status_code == 200
    assert "Tệp này không nhận được" in text(page)


@pytest.mark.embedded
def test_another_districts_or_periods_file_is_named(plan, cast, place):
    client = client_of(cast.appraiser)
    make_period("2018-H1")
    form, known, _places = intake.material(plan, place.other_district)
    from_there = workbook(form, known)
    page = send(client, from_there)
    other = send(client, client.get("/reports/2018-H1/094/workbook/").content)

    assert "Đây là mẫu của đơn vị khác. (Thị xã Mường Lay)" in text(page)
    assert "Đây là mẫu của kỳ báo cáo khác." in text(other)


def test_the_address_of_another_reports_or_registers_file_does_not_exist(plan, cast, place):
    client = client_of(cast.appraiser)
    upload = intake.receive(period=plan, unit=place.district, name="a.xlsx", content=b"x", actor=cast.appraiser)

    assert client.get(f"/reports/2018-H1/094/upload/{upload.pk}/").status_code == 404
    assert client.get(f"/uploads/{upload.pk}/").status_code == 404
    assert client_of(cast.stranger).get(f"{BASE}upload/{upload.pk}/").status_code == 404


@pytest.mark.embedded
def test_the_pages_of_a_workbook_cost_the_same_however_much_is_wrong(plan, cast, django_assert_max_num_queries):
    client = client_of(cast.appraiser)
    content = filled(client, lambda book: [book[FIGURES].__setitem__(f"{column}{row}", "sai") for row in (6, 7) for column in "CDE"])
    send(client, content)
    upload = Upload.objects.get()
    assert upload.findings["flaw_count"] >= 4

    for address in (f"{BASE}upload/", f"{BASE}upload/{upload.pk}/"):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200
