"""A district files its report: once, with number and day, on time or late for ever."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from ledger.models import Entry
from plan2018.models import Period
from reports.models import Report
from tests.conftest import Cast
from tests.factories import client_of

pytestmark = pytest.mark.django_db

PAGE = "/reports/2018-Y/094/"
TYPED = {"number": "05/BC-UBND", "dated": "18/6/2018"}


def in_time(period: Period) -> None:
    """Make the period one that is still open today."""
    period.due_on = timezone.localdate() + timedelta(days=5)
    period.save()


@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        ("appraiser", 200, 302),
        ("officer", 200, 403),
        ("admin", 200, 403),
        ("leader", 200, 403),
        ("signatory", 404, 404),
        ("entry", 404, 404),
        ("stranger", 404, 404),
    ],
)
def test_the_district_files_and_the_province_reads(cast: Cast, year: Period, who: str, read: int, write: int):
    browser = client_of(getattr(cast, who))

    assert browser.get(PAGE).status_code == read
    assert browser.post(PAGE, TYPED).status_code == write
    assert Report.objects.count() == (write == 302)


@pytest.mark.parametrize("page", ["/reports/2018-Y/095/", "/reports/2018-Y/11/", "/reports/2018-Y/999/", "/reports/2030-Y/094/"])
def test_a_district_files_for_nobody_else(cast: Cast, year: Period, page: str):
    browser = client_of(cast.appraiser)

    assert (browser.get(page).status_code, browser.post(page, TYPED).status_code) == (404, 404)


def test_a_commune_has_no_report(cast: Cast, year: Period):
    assert client_of(cast.officer).get("/reports/2018-Y/03124/").status_code == 404


def test_what_was_typed_is_filed_with_its_entry(cast: Cast, year: Period):
    in_time(year)

    response = client_of(cast.appraiser).post(PAGE, TYPED, follow=True)

    report = Report.objects.get()
    assert (report.unit.code, report.number, report.dated, report.late, report.filed_by) == (
        "094",
        "05/BC-UBND",
        date(2018, 6, 18),
        False,
        cast.appraiser,
    )
    assert Entry.objects.get(subject_kind="report").after == "on_time"
    assert "Đã ghi nhận báo cáo, đúng hạn." in response.content.decode()
    assert "05/BC-UBND" in response.content.decode()
    assert "<form" not in response.content.decode().partition("<main")[2]


def test_late_is_said_before_and_after(cast: Cast, year: Period):
    browser = client_of(cast.appraiser)

    before, after = browser.get(PAGE).content.decode(), browser.post(PAGE, TYPED, follow=True).content.decode()

    assert "Đã quá hạn: gửi bây giờ sẽ ghi là trễ hạn" in before
    assert "Đã ghi nhận báo cáo, trễ hạn." in after
    assert Report.objects.get().late is True


def test_the_last_day_is_said_as_people_write_it(cast: Cast, half: Period):
    page = client_of(cast.appraiser).get("/reports/2018-H1/094/").content.decode()

    assert "trước ngày 20/6/2018, tức là chậm nhất 23:59 ngày 19/6/2018" in page


def test_the_first_filing_stands(cast: Cast, year: Period):
    browser = client_of(cast.appraiser)
    browser.post(PAGE, TYPED)

    again = browser.post(PAGE, {"number": "06/BC-UBND", "dated": "19/6/2018"}, follow=True)
    nonsense = browser.post(PAGE, {}, follow=True)

    for response in (again, nonsense):
        assert "Báo cáo này đã gửi trước đó và chưa bị trả lại, nên lần này không ghi." in response.content.decode()
    assert Report.objects.get().number == "05/BC-UBND"
    assert Entry.objects.filter(subject_kind="report").count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": "", "dated": "18/6/2018"}, "Gõ số, ký hiệu của văn bản"),
        ({"number": "05/BC-UBND", "dated": ""}, "Gõ ngày ghi trên văn bản"),
        ({"number": "05/BC-UBND", "dated": "31/6/2018"}, "Không đọc được ngày này"),
        ({"number": "05/BC-UBND", "dated": "hôm qua"}, "Không đọc được ngày này"),
        ({"number": "05/BC-UBND", "dated": "18/6/2017"}, "Ngày văn bản ở trước khi kỳ báo cáo bắt đầu"),
        ({"number": "05/BC-UBND", "dated": "18/6/2999"}, "Ngày văn bản ở sau hôm nay"),
        ({"number": "x" * 41, "dated": "18/6/2018"}, "dài 41 ký tự, nhiều nhất 40"),
    ],
)
def test_bad_input_is_answered_in_words_and_kept(cast: Cast, year: Period, typed: dict, words: str):
    response = client_of(cast.appraiser).post(PAGE, typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    for value in typed.values():
        assert f'value="{value}"' in page or not value
    assert not Report.objects.exists()
