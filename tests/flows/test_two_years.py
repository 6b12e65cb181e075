"""Two years running by HTTP alone: people, time and consequences of 2018 and 2019 stand beside each other, each with its own criteria."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

import plan2018.resources
from accounts.rules import Role
from communes.models import Document, Official
from plan2018.models import Obligation, Period
from scoring.models import Assessment
from scoring.rules import Grade, State
from tests.factories import DocumentFactory, OfficialFactory, bring_to, client_of, make_forms, make_user
from tests.flows.test_another_set import refilled
from tests.reader import Visitor

pytestmark = pytest.mark.django_db

POINTS = {
    2018: {"CC01-points": "17,5", "CC02-points": "5", "CC03-points": "5"},
    2019: {"A1-points": "12,0", "A2-numerator": "30", "A2-denominator": "60", "B1-points": "8", "B2-points": "2", "C1-points": "0", "C2-points": "0"},
}
"""What the commune gives itself: 27,5 of 60, and by the other decision 12 + 5,3 + 8 + 2 = 27,3 of 50. Both are average."""


def form_page(year: int) -> str:
    return f"/assessments/{year}-Y/03124/"


def of_year(year: int) -> Assessment:
    return Assessment.objects.select_related("criteria_set").get(period__code=f"{year}-Y", unit__code="03124")


def assign(signatory: Visitor, year: int, criterion: str, official: Official, account: int) -> None:
    """The signatory gives a criterion to an official and the account that enters it, from the first day of the year."""
    signatory.open(f"/responsibilities/{year}-Y/03124/")
    assert "Đã phân công lại 1 tiêu thức." in signatory.send(
        "Lưu phân công", since=f"01/01/{year}", **{f"{criterion}-person": str(official.person), f"{criterion}-account": str(account)}
    )


def lock(province: Visitor, year: int, *, locks: bool = True) -> None:
    """The province locks, or opens again, what is sent after the deadline of a year."""
    said = {"act": "submit", "submit-day": f"19/01/{year + 1}", "submit-reason": "Chốt số liệu", **({"submit-locks": "on"} if locks else {})}
    answer = province.client.post(f"/deadlines/{year}-Y/", said, follow=True)
    assert "Đã đổi hạn gửi phiếu lên huyện." in answer.content.decode()


def judged(district: Visitor, province: Visitor, year: int) -> None:
    """District and province take the points as they are."""
    district.open(form_page(year))
    district.send("Chép")
    assert "Đã thẩm định xong" in district.send("Thẩm định xong")
    province.open(form_page(year))
    province.send("Chép")
    assert "Đã duyệt kết quả." in province.send("Duyệt kết quả")


def criticise(province: Visitor, commune: int, year: int, document: Document) -> None:
    """The province enters that the commune was criticised for the result of a year."""
    province.open("/records/censures/11/new/")
    province.send("Ghi vào sổ", unit=str(commune), kind="criticised", year=str(year), document=str(document.pk))


def awards(province: Visitor, year: int) -> dict[str, str]:
    """What the list of nominees of the two communes is answered in a year: commune -> answer and why."""
    province.open(f"/award-check/{year}-Y/")
    province.send("Kiểm tra", text="Lò Văn Pâng\t03124\nQuàng Thị Xuân\t03127")
    text = province.page.text
    first, second = text.index("1 Lò Văn Pâng"), text.index("2 Quàng Thị Xuân")
    return {"03124": text[first:second], "03127": text[second : text.index("Tải trả lời")]}


def test_two_years_of_one_commune(place, criteria_set):
    for resource in plan2018.resources.RESOURCES:
        resource().load()
    bring_to(make_forms(Period.objects.get(code="2018-Y"))["03127"], State.APPROVED, 19)  # the good one beside it
    users = {
        "signatory": make_user(Role.COMMUNE_SIGNATORY, place.commune),
        "clerk": make_user(Role.COMMUNE_ENTRY, place.commune),
        "colleague": make_user(Role.COMMUNE_ENTRY, place.commune),
        "stranger": make_user(Role.COMMUNE_SIGNATORY, place.stranger),
        "district": make_user(Role.DISTRICT_APPRAISER, place.district),
        "elsewhere": make_user(Role.DISTRICT_APPRAISER, place.other_district),
        "province": make_user(Role.PROVINCE_OFFICER, place.province),
    }
    at = {name: Visitor(client_of(user)) for name, user in users.items()}
    pang = OfficialFactory(unit=place.commune, full_name="Lò Văn Pâng", title="finance")
    xuan = OfficialFactory(unit=place.commune, full_name="Quàng Thị Xuân", title="office_statistics")
    decision = DocumentFactory(kind=Document.DECISION, number="88/QĐ-UBND", title="Phê bình chính quyền xã")

    # 2018. One criterion is Pâng's, entered by the clerk's account alone; the rest is everybody's.
    assign(at["signatory"], 2018, "CC01", pang, users["clerk"].pk)
    assert "Xã đã phân công tiêu thức này cho người khác nhập" in at["colleague"].open(form_page(2018))
    assert at["colleague"].client.post(form_page(2018), {"CC01-points": "20"}).status_code == 403
    at["clerk"].open(form_page(2018))
    at["clerk"].send("Lưu tất cả", **POINTS[2018])

    # Overdue and locked; more time for this form alone, and late stays late.
    lock(at["province"], 2018)
    at["signatory"].open(form_page(2018))
    assert "tỉnh đã đặt kỳ này khóa khi quá hạn" in at["signatory"].send("Gửi lên huyện", expect=409)
    at["province"].open(form_page(2018))
    until = f"{timezone.localdate() + timedelta(days=7):%d/%m/%Y}"
    assert "Đã gia hạn" in at["province"].send("Gia hạn", **{"extension-day": until, "extension-reason": "Mất điện sau bão"})
    assert "Mất điện sau bão" in at["signatory"].open(form_page(2018))
    assert "Đã gửi phiếu lên huyện" in at["signatory"].send("Gửi lên huyện")
    assert "khóa khi quá hạn" in at["stranger"].open("/assessments/2018-Y/03148/")
    judged(at["district"], at["province"], 2018)
    before = Assessment.objects.values().get(pk=of_year(2018).pk)
    assert (of_year(2018).grade, of_year(2018).late) == (Grade.AVERAGE, True)

    # 2019 has a plan of its own and criteria of another decision.
    exported = client_of(users["province"]).get("/criteria/qd-34-2011/workbook/").content
    page = at["province"].client.post("/criteria-import/", {"file": SimpleUploadedFile("bo-2019.xlsx", refilled(exported))})
    at["province"]._read(page, "/criteria-import/")
    assert "Đã ghi bộ tiêu thức" in at["province"].send("Xác nhận và ghi")
    call_command("new_plan", "2019", source=2018, number="512/KH-UBND", stdout=StringIO())

    # Another person and another account are responsible; neither carries over, nor does the time that was given.
    assign(at["signatory"], 2019, "A1", xuan, users["colleague"].pk)
    assert at["clerk"].client.post(form_page(2019), {"A1-points": "20,0"}).status_code == 403
    lock(at["province"], 2019)
    text = at["colleague"].open(form_page(2019))
    assert "Mất điện sau bão" not in text
    at["colleague"].send("Lưu tất cả", **POINTS[2019])
    at["signatory"].open(form_page(2019))
    assert "tỉnh đã đặt kỳ này khóa khi quá hạn" in at["signatory"].send("Gửi lên huyện", expect=409)
    lock(at["province"], 2019, locks=False)
    assert "khóa khi quá hạn" not in at["signatory"].open(form_page(2019))
    at["signatory"].send("Gửi lên huyện")
    judged(at["district"], at["province"], 2019)
    assert (of_year(2019).grade, of_year(2019).late, str(of_year(2019).total)) == (Grade.AVERAGE, True, "27.30")

    # Criticised for both: the second year adds the review of both chairs, each with the end of the year after its result.
    criticise(at["province"], place.commune.pk, 2018, decision)
    assert "hai năm liền" not in at["province"].open("/records/censures/11/?period=2019-Y")
    criticise(at["province"], place.commune.pk, 2019, decision)
    assert "1 xã bị phê bình hai năm liền" in " ".join(at["province"].open("/records/censures/11/?period=2019-Y").split())
    owed = {one.occurrence: (one.unit, one.due_on) for one in Obligation.objects.filter(duty__code="TK36", occurrence__startswith="03124-")}
    assert owed == {
        "03124-18a": (place.district, date(2019, 12, 31)),
        "03124-19a": (place.district, date(2020, 12, 31)),
        "03124-19c": (place.district, date(2020, 12, 31)),
    }
    text = at["district"].open("/duties/?year=2019")
    assert "bị phê bình hai năm liền, 2018 và 2019: xem xét kiểm điểm trách nhiệm cả Chủ tịch HĐND và Chủ tịch UBND" in text
    assert "Phường Noong Bua" not in at["elsewhere"].open("/duties/?year=2019")
    first = Obligation.objects.get(occurrence="03124-18a")
    at["district"].open(f"/duties/{first.pk}/")
    assert "Đúng hạn" in at["district"].send("Báo đã làm", done_on="20/12/2019", note="Đã báo cáo cấp ủy, tăng cường cán bộ thay thế.")

    # What final points leave to officials is each year's own.
    of_2018, of_2019 = (at["district"].open(f"/consequences/{year}-Y/03124/") for year in (2018, 2019))
    assert "Lò Văn Pâng Tài chính - kế toán I.1 Tiêu thức thành phần 1: 17,5 / 20 Hoàn thành xuất sắc nhiệm vụ" in of_2018
    assert "Quàng Thị Xuân Văn phòng - thống kê I.1 Một cửa: 12,0 / 20 Hoàn thành nhiệm vụ nhưng còn hạn chế về năng lực" in of_2019
    assert "Một cửa" not in of_2018
    assert "Tiêu thức thành phần 1" not in of_2019
    assert "Phê bình về kết quả năm 2018" in of_2018
    assert "Phê bình về kết quả năm 2019" in of_2019

    # Awards ask the class of their own year.
    in_2018, in_2019 = awards(at["province"], 2018), awards(at["province"], 2019)
    for answer, plan in ((in_2018["03124"], "Kế hoạch 495/KH-UBND"), (in_2019["03124"], "Kế hoạch 512/KH-UBND")):
        assert "Không khen thưởng" in answer
        assert "xếp hạng trung bình" in answer
        assert plan in answer
    assert "Không vướng" in in_2018["03127"]
    assert "Chưa có hạng" in in_2019["03127"]

    # Both years read with their own criteria; nothing of 2018 moved; the ledger is as it was written.
    text = at["signatory"].open(form_page(2018))
    assert "Tiêu thức thành phần 1" in text
    assert "Một cửa" not in text
    assert "Một cửa" in at["signatory"].open(form_page(2019))
    assert (of_year(2018).criteria_set.code, of_year(2019).criteria_set.code) == ("qd-34-2011", "qd-17-2019")
    assert Assessment.objects.values().get(pk=of_year(2018).pk) == before
    call_command("verify_audit", stdout=StringIO())
