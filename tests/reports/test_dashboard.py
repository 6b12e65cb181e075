"""Where each role begins, the province's board, and the job of a fill from the click to the figures."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.rules import Role
from communes.rules import Level
from ledger.models import Job
from plan2018.models import Period
from reports import services
from reports.models import Report, Rollup
from scoring.rules import State
from tests.conftest import Cast
from tests.factories import Place, UnitFactory, bring_to, client_of, make_forms, make_target, make_user

pytestmark = pytest.mark.django_db

BOARD = "/dashboard/2018-Y/"
SQUARE = "M0 0l10 0 0 10-10 0z"


def words_of(response) -> str:
    """The page as text."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def plan(year: Period) -> Period:
    """The targets of the plan that have a record, and one that has none."""
    goals = {"TG01": (">=", 63), "TG02": (">=", 25), "TG03": (">", 75), "TG04": ("<", 30), "TG05": ("=", 0), "TG18": ("=", 100)}
    for code, (operator, value) in goals.items():
        unit = "% communes" if code == "TG18" else "communes"
        make_target(year.plan, code, operator, value, unit, name=f"Chỉ tiêu {code}")
    return year


@pytest.fixture
def filled(plan: Period, forms: dict, half: Period) -> Period:
    """One commune approved, one appraised, one submitted and one in draft; filled."""
    bring_to(forms["03124"], State.APPROVED, 17, 15, 19)
    bring_to(forms["03127"], State.APPRAISED, 17)
    bring_to(forms["03148"], State.SUBMITTED, 17)
    services.fill(plan)
    return plan


# Home


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("officer", BOARD),
        ("admin", BOARD),
        ("leader", BOARD),
        ("appraiser", "/units/094/"),
        ("signatory", "/units/03124/"),
        ("entry", "/units/03124/"),
    ],
)
def test_everyone_begins_where_their_work_is(cast: Cast, filled: Period, who: str, where: str):
    response = client_of(getattr(cast, who)).get("/")

    assert (response.status_code, response.headers["Location"]) == (302, where)


def test_the_province_begins_at_the_newest_period_with_figures(cast: Cast, half: Period, year: Period):
    make_forms(half)
    services.fill(half)
    services.fill(year)

    assert client_of(cast.officer).get("/").headers["Location"] == "/dashboard/2018-H1/"


def test_without_a_plan_there_is_nothing_to_begin_with(cast: Cast):
    assert client_of(cast.officer).get("/").status_code == 404


# Who sees the board


@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 200), ("admin", 200), ("leader", 200), ("api_client", 403), ("appraiser", 404), ("signatory", 404), ("entry", 404)],
)
def test_the_board_is_the_provinces(cast: Cast, filled: Period, who: str, status: int):
    assert client_of(getattr(cast, who)).get(BOARD).status_code == status


def test_a_leader_below_the_province_does_not_see_its_board(place: Place, filled: Period):
    assert client_of(make_user(Role.LEADER, place.district)).get(BOARD).status_code == 404


def test_an_unknown_period_does_not_exist(cast: Cast, filled: Period):
    assert client_of(cast.officer).get("/dashboard/2030-Y/").status_code == 404


def test_strangers_sign_in_first():
    assert client_of(None).get(BOARD).headers["Location"].startswith("/accounts/login/")


# What it says


def test_the_board_answers_in_one_sentence(cast: Cast, filled: Period):
    text = words_of(client_of(cast.officer).get(BOARD))

    assert "Nếu chốt hôm nay: 2 trong 5 chỉ tiêu có số liệu đạt, 3 chưa đạt, 1 chưa có số liệu; 2 huyện chưa gửi báo cáo năm, đã quá hạn ." in text
    assert "từ 1 trong 4 phiếu đã duyệt" in text
    assert "Tiêu thức và ngưỡng xếp loại là mẫu, chưa đối chiếu với phụ lục Quyết định 34/2011." in text


def test_every_figure_leads_to_its_rows(cast: Cast, filled: Period):
    page = client_of(cast.officer).get(BOARD).content.decode()

    for way in (
        "/targets/2018-Y/TG03/",
        "/rankings/2018-Y/?grade=good",
        "/rankings/2018-Y/?district=094",
        "/rankings/2018-Y/?district=094&amp;grade=good",
        "/units/094/?period=2018-Y",
        "/reports/2018-Y/095/",
        "/appraisals/2018-Y/094/",
        "/assessments/2018-Y/03127/",
    ):
        assert f'href="{way}"' in page


def test_changes_since_the_fill_are_counted(cast: Cast, filled: Period, forms: dict):
    assert "thay đổi" not in words_of(client_of(cast.officer).get(BOARD))

    bring_to(forms["03151"], State.SUBMITTED, 12)

    assert "từ đó đến nay có 1 thay đổi chưa tính" in words_of(client_of(cast.officer).get(BOARD))


def test_a_period_that_was_never_filled_says_so(cast: Cast, plan: Period, forms: dict):
    response = client_of(cast.officer).get(BOARD)

    text = words_of(response)
    assert response.status_code == 200
    assert "Chưa tổng hợp số liệu của kỳ này" in text
    assert "Chưa đơn vị nào có kết quả để tô lên bản đồ" in text
    assert "Kỳ này chưa tổng hợp lần nào." in text


def test_a_plan_without_forms_still_has_a_page(cast: Cast, year: Period):
    assert client_of(cast.officer).get(BOARD).status_code == 200


def test_a_reader_sees_no_button(cast: Cast, filled: Period):
    assert 'action="/rollups/2018-Y/"' in client_of(cast.officer).get(BOARD).content.decode()
    assert 'action="/rollups/2018-Y/"' not in client_of(cast.leader).get(BOARD).content.decode()


def test_the_map_draws_every_commune_with_words(cast: Cast, filled: Period, place: Place):
    for unit in (*place.districts, *place.communes):
        unit.outline = SQUARE
        unit.save()

    page = client_of(cast.officer).get(BOARD).content.decode()

    assert "<title>Phường Noong Bua, Điện Biên Phủ: tốt, 51 điểm</title>" in page
    assert "<title>Phường Na Lay, Mường Lay: chưa có điểm</title>" in page
    assert page.count(f'd="{SQUARE}"') == 6


def test_the_board_takes_eight_queries_whatever_the_rows(cast: Cast, filled: Period, place: Place):
    browser = client_of(cast.officer)
    browser.get(BOARD)
    with CaptureQueriesContext(connection) as few:
        browser.get(BOARD)
    for n in range(3):
        district = UnitFactory(code=f"20{n}", level=Level.DISTRICT, full_name=f"Huyện Mới {n}", parent=place.province)
        for m in range(5):
            UnitFactory(code=f"2{n}{m}00", level=Level.COMMUNE, full_name=f"Xã Mới {n}{m}", parent=district)
    for form in make_forms(filled).values():
        if form.state == State.DRAFT:
            bring_to(form, State.APPROVED, 16.5)
    services.fill(filled)

    with CaptureQueriesContext(connection) as many:
        browser.get(BOARD)

    assert len(many) == len(few) <= 8


# A fill, from the click to the figures


@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 302), ("admin", 302), ("leader", 403), ("api_client", 403), ("appraiser", 403), ("signatory", 403), ("entry", 403)],
)
def test_only_the_province_asks_for_a_fill(cast: Cast, plan: Period, who: str, status: int):
    assert client_of(getattr(cast, who)).post("/rollups/2018-Y/").status_code == status
    assert Job.objects.count() == (status == 302)


def test_looking_is_not_asking(cast: Cast, plan: Period):
    assert client_of(cast.officer).get("/rollups/2018-Y/").status_code == 405
    assert client_of(cast.officer).post("/rollups/2030-Y/").status_code == 404


def test_a_second_click_leads_to_the_same_job(cast: Cast, plan: Period):
    first = client_of(cast.officer).post("/rollups/2018-Y/")
    second = client_of(cast.admin).post("/rollups/2018-Y/")

    assert first.headers["Location"] == second.headers["Location"] == f"/jobs/{Job.objects.get().pk}/"


@pytest.mark.embedded
def test_embedded_a_fill_is_done_at_once(cast: Cast, forms: dict, django_capture_on_commit_callbacks):
    browser = client_of(cast.officer)

    with django_capture_on_commit_callbacks(execute=True):
        response = browser.post("/rollups/2018-Y/")

    page = browser.get(response.headers["Location"])

    assert Rollup.objects.filter(period__code="2018-Y").exists()
    assert "Đã xong. Đã tổng hợp năm 2018." in words_of(page)
    assert 'href="/dashboard/2018-Y/"' in page.content.decode()
    assert "hx-trigger" not in page.content.decode()


def a_job(user, **fields) -> Job:
    values = {"task": services.FILL_TASK, "key": "2018-Y", "requested_by": user, "created_at": timezone.now()} | fields
    return Job.objects.create(**values)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Đang chờ đến lượt."),
        ({"state": "running", "attempts": 1}, "Đang chạy."),
        ({"attempts": 1}, "Lần chạy trước bị lỗi, đang chờ chạy lại."),
        ({"state": "done", "message": "Đã tổng hợp năm 2018."}, "Đã xong. Đã tổng hợp năm 2018."),
        ({"state": "failed", "message": "Hãy báo quản trị hệ thống."}, "Không xong. Số liệu cũ vẫn giữ nguyên và dùng được."),
    ],
)
def test_a_job_says_in_words_how_it_goes(cast: Cast, year: Period, fields: dict, words: str):
    job = a_job(cast.officer, **fields)

    response = client_of(cast.officer).get(f"/jobs/{job.pk}/")

    page = response.content.decode()
    finished = fields.get("state") in ("done", "failed")
    assert words in words_of(response)
    assert fields.get("message", "") in page
    assert ("hx-trigger" in page) is not finished
    assert ('http-equiv="refresh"' in page) is not finished


@pytest.mark.parametrize(("age", "seconds"), [(0, 2), (30, 5), (300, 15), (3600, 60)])
def test_the_page_asks_less_and_less_often(cast: Cast, year: Period, age: int, seconds: int):
    job = a_job(cast.officer, created_at=timezone.now() - timedelta(seconds=age))

    fragment = client_of(cast.officer).get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()

    assert f'hx-trigger="load delay:{seconds}s"' in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize(
    ("who", "status"), [("officer", 200), ("admin", 200), ("leader", 200), ("api_client", 403), ("appraiser", 404), ("signatory", 404)]
)
def test_a_job_is_for_who_asked_and_for_the_province(cast: Cast, year: Period, who: str, status: int):
    job = a_job(None)

    assert client_of(getattr(cast, who)).get(f"/jobs/{job.pk}/").status_code == status


def test_who_asked_sees_the_job(cast: Cast, year: Period):
    job = a_job(cast.appraiser)

    page = client_of(cast.appraiser).get(f"/jobs/{job.pk}/")

    assert page.status_code == 200
    assert 'action="/rollups/' not in page.content.decode()


def test_an_unknown_job_does_not_exist(cast: Cast):
    assert client_of(cast.officer).get("/jobs/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_a_filed_report_shows_when_it_came(cast: Cast, filled: Period, place: Place):
    Report.objects.create(
        period=filled, unit=place.district, number="05/BC", dated=filled.due_on, filed_at=filled.due_moment, filed_by=cast.appraiser, late=True
    )

    text = words_of(client_of(cast.officer).get(BOARD))

    assert "Một huyện đã gửi báo cáo năm; Mường Lay chưa gửi, đã quá hạn" in text
    assert "Trễ 1 ngày 20/01/2019" in text
