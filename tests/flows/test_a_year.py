"""A whole year by HTTP alone: from the empty form of one commune to its place in the ranking, for the half-year and the year."""

from io import StringIO

import pytest
from celery import current_app
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from accounts.rules import Role
from communes.models import Unit
from ledger.models import Entry, Job
from ledger.rules import JobState, chain
from tests import kept
from tests.factories import client_of, make_user
from tests.reader import Visitor

pytestmark = pytest.mark.django_db(transaction=True)

CRITERIA = [f"CC{n:02}" for n in range(1, 13)]


def person(role: Role, code: str) -> Visitor:
    return Visitor(client_of(make_user(role, Unit.objects.get(code=code))))


@pytest.fixture
def register() -> None:
    """The real register, plan and criteria; two blank periods."""
    kept.load_reference()


@pytest.mark.parametrize(("period", "clean_strong"), [("2018-H1", False), ("2018-Y", True)])
def test_one_commune_from_an_empty_form_to_the_ranking(register: None, period: str, clean_strong: bool) -> None:
    clerk, signatory = person(Role.COMMUNE_ENTRY, "03127"), person(Role.COMMUNE_SIGNATORY, "03127")
    district, province = person(Role.DISTRICT_APPRAISER, "094"), person(Role.PROVINCE_OFFICER, "11")
    form = f"/assessments/{period}/03127/"

    # The clerk enters eleven criteria; the signatory cannot send eleven.
    clerk.open(form)
    clerk.send("Lưu tất cả", **{f"{code}-points": "17,5" for code in CRITERIA[:11]}, **{"CC01-words": "Đủ 4 kỳ họp."})
    signatory.open(form)
    assert "Phiếu chưa đủ" in signatory.send("Gửi lên huyện", expect=422)

    # The twelfth has a mistake first, then is right, and the form goes to the district.
    assert "21" in signatory.send("Lưu tất cả", expect=422, **{"CC12-points": "21"})
    signatory.send("Lưu tất cả", **{"CC12-points": "16"})
    assert "Đã gửi phiếu lên huyện" in signatory.send("Gửi lên huyện")

    # The district sends one criterion back; the commune mends it and only it.
    district.open(form)
    district.send("Trả lại", **{"return-CC03-tick": "on", "return-CC03-remark": "Thiếu quyết toán quý IV", "return-reason": "Bổ sung hồ sơ"})
    signatory.open(form)
    signatory.send("Lưu tất cả", **{"CC03-points": "16", "CC03-words": "Đã bổ sung quyết toán quý IV."})
    signatory.send("Gửi lại lên huyện")

    # The district takes the commune's points but one, which needs a reason.
    district.open(form)
    district.send("Chép")
    assert "Phiếu chưa đủ" in district.send("Thẩm định xong", expect=422, **{"CC01-points": "15"})
    district.send("Thẩm định xong", **{"CC01-points": "15", "CC01-words": "Thiếu biên bản kỳ họp tháng 7."})

    # The province waits for what the commune says to the lowered point.
    province.open(form)
    province.send("Chép")
    assert "xã còn được giải trình" in province.send("Duyệt kết quả", expect=409)
    signatory.open(form)
    signatory.send("Gửi giải trình lên tỉnh", **{"explain-CC01": "Biên bản kỳ họp tháng 7 gửi kèm."})

    # The province decides, and for the year grants the title.
    assert "Biên bản kỳ họp tháng 7 gửi kèm." in province.open(form)
    province.send("Duyệt kết quả")
    if clean_strong:
        province.send("Ghi danh hiệu", **{"title-decision_number": "12/QĐ-UBND", "title-decided_on": "15/1/2019"})

    # The figures are filled by the button, and a client reads the ranking.
    province.open(f"/dashboard/{period}/")
    province.send("Tổng hợp")
    a_worker_comes()
    rows = reader_of("11").get(f"/api/v1/rankings/?period={period}").json()
    assert rows == [
        {
            "rank": 1,
            "unit_code": "03127",
            "unit_name": "Phường Him Lam",
            "district_code": "094",
            "district_name": "Thành phố Điện Biên Phủ",
            "total": "204.50",
            "max_total": "240.00",
            "grade": "good",
            "grade_display": "Tốt",
            "clean_strong": clean_strong,
        }
    ]
    targets = {row["code"]: row for row in reader_of("11").get(f"/api/v1/targets/?period={period}").json()}
    assert (targets["TG02"]["numerator"], targets["TG02"]["met"]) == ("1.00", False)
    assert targets["TG01"]["met"] is (False if clean_strong else None)
    assert reader_of("095").get(f"/api/v1/rankings/?period={period}").json() == []

    # The ledger tells the whole story, unbroken.
    entries = list(Entry.objects.about("assessment", f"{period}/03127"))
    assert [entry.act for entry in entries if entry.act != "enter"] == ["submit", "return", "submit", "appraise", "explain", "explain", "approve"]
    previous = ""
    for entry in entries:
        assert entry.hash == chain(previous, entry.content())
        previous = entry.hash


def a_worker_comes() -> None:
    """Do what waits in the queue, as a worker would; with embedded jobs nothing waits."""
    for job in Job.objects.filter(state=JobState.QUEUED):
        current_app.tasks[job.task](str(job.pk))


def reader_of(code: str) -> Client:
    """A client with a token for this unit, made by the command that an administrator would use."""
    out = StringIO()
    call_command("create_api_token", f"client-{code}", unit=code, stdout=out)
    token = out.getvalue().strip().splitlines()[-1]
    assert User.objects.get(username=f"api-client-{code}").role == Role.API_CLIENT
    return Client(headers={"Authorization": f"Token {token}"})
