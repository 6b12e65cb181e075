"""Another decision is an import, not a release: a second set of criteria is loaded for 2019 by a page, and each year keeps its own."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from accounts.rules import Role
from communes.models import Unit
from plan2018.models import Period, Plan
from scoring import selectors, services
from scoring.models import Assessment, CriteriaSet
from scoring.rules import Grade, State
from tests.factories import bring_to, client_of, make_forms, make_user
from tests.reader import Visitor

pytestmark = pytest.mark.django_db

SET_2019 = {
    "Bộ tiêu thức": [
        ["qd-17-2019", "Quyết định 17/2019/QĐ-UBND", "Tiêu chí mới", date(2019, 1, 1), None, "Có", "Phụ lục Quyết định 17/2019", None, 1]
    ],
    "Tiêu thức": [
        # code, group, number, title, scoring, max, full, may not apply, section, responsible, guidance, source
        ["GA", None, "I", "Cải cách hành chính", None, 30, None, None, None, None, None, "documented"],
        ["A1", "GA", "I.1", "Một cửa", "Chọn mức", 20, None, None, None, "Chủ tịch UBND", "Theo kết quả kiểm tra", "documented"],
        ["A2", "GA", "I.2", "Hồ sơ đúng hạn", "Tính theo tỷ lệ", 10, 95, None, None, None, None, "documented"],
        ["GB", None, "II", "Kinh tế, xã hội", None, 20, None, None, None, None, None, "documented"],
        ["B1", "GB", "II.1", "Thu ngân sách", "Chấm điểm", 15, None, None, None, None, None, "documented"],
        ["B2", "GB", "II.2", "Quản lý chợ", None, 5, None, "Có", None, None, None, "documented"],
        ["GC", None, "III", "Thưởng, trừ", None, 5, None, None, None, None, None, "documented"],
        ["C1", "GC", "III.1", "Sáng kiến", "Điểm thưởng", 3, None, None, None, None, None, "documented"],
        ["C2", "GC", "III.2", "Vi phạm kỷ luật", "Điểm trừ", 10, None, None, None, None, None, "documented"],
    ],
    "Mức điểm": [["A1", 20, "Mọi thủ tục làm tại một cửa"], ["A1", 12, "Còn thủ tục làm ngoài"], ["A1", 0, "Chưa có một cửa"]],
    "Xếp loại": [
        ["Tốt", "Tốt", 90, "documented", None],
        ["Khá", "Khá", "70%", "documented", None],
        ["Trung bình", "Trung bình", 50, "documented", None],
        ["Yếu", "Yếu", 0, "documented", None],
    ],
    "Giới hạn": [
        ["Khá", "Tổng điểm trừ từ", None, 2, "documented"],
        ["Yếu", "Một tiêu thức 0 điểm", "A1", None, "documented"],
    ],
}


@pytest.fixture
def year_2019(year):
    plan = Plan.objects.create(year=2019, number="512/KH-UBND", issued_on=date(2019, 3, 1), title="Kế hoạch năm 2019")
    return Period.objects.create(
        plan=plan,
        code="2019-Y",
        kind=Period.YEAR,
        name="Năm 2019",
        starts_on=date(2019, 1, 1),
        ends_on=date(2019, 12, 31),
        due_on=date(2020, 1, 20),
        section="IV.2",
    )


def refilled(content: bytes) -> bytes:
    """The workbook of the set in force, as somebody fills it in with another decision."""
    book = load_workbook(io.BytesIO(content))
    for name, rows in SET_2019.items():
        sheet = book[name]
        sheet.delete_rows(2, sheet.max_row)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_second_set_is_imported_scored_by_and_stands_beside_the_first(place, year, year_2019):
    forms = make_forms(year)
    approved = bring_to(forms["03124"], State.APPROVED, 17, 17, 17)
    before = Assessment.objects.values().get(pk=approved.pk)

    # The province starts from the set in force and sends another back; the preview writes nothing.
    officer = client_of(make_user(Role.PROVINCE_OFFICER, Unit.objects.get(code="11")))
    exported = officer.get("/criteria/qd-34-2011/workbook/").content
    province = Visitor(officer)
    page = officer.post("/criteria-import/", {"file": SimpleUploadedFile("bo-2019.xlsx", refilled(exported))})
    assert page.status_code == 200
    said = page.content.decode()
    assert "Bộ mới <b>qd-17-2019</b>" in said
    assert "Hồ sơ đúng hạn" in said  # added
    assert "Tiêu thức thành phần 3" in said  # removed
    assert not CriteriaSet.objects.filter(code="qd-17-2019").exists()
    province._read(page, "/criteria-import/")
    assert "Đã ghi bộ tiêu thức" in province.send("Xác nhận và ghi")

    # The period of 2019 opens with it, that of 2018 keeps its own.
    services.open_period(year_2019)
    form = Assessment.objects.select_related("period", "unit", "criteria_set").get(period=year_2019, unit__code="03124")
    assert (form.criteria_set.code, form.max_points) == ("qd-17-2019", 50)

    # The commune chooses a level, tells a ratio, ticks what does not apply, counts a bonus and a penalty.
    signatory = Visitor(client_of(make_user(Role.COMMUNE_SIGNATORY, form.unit)))
    address = "/assessments/2019-Y/03124/"
    text = signatory.open(address)
    assert "Mọi thủ tục làm tại một cửa" in text
    typed = {"A1-points": "20,0", "A2-numerator": "57", "A2-denominator": "60", "B1-points": "14", "B2-na": "1", "C1-points": "3"}
    typed |= {
        "A1-words": "Mọi thủ tục đều làm ở bộ phận một cửa.",
        "A2-words": "Sổ một cửa: 57 trong 60 hồ sơ.",
        "C1-words": "Ba sáng kiến.",
    }  # full points are explained
    assert "Gõ đủ hai số" in signatory.send("Lưu tất cả", expect=422, **typed | {"A2-denominator": ""})
    assert "Chấm tiêu thức III.2" in signatory.send("Gửi lên huyện", expect=422, **typed)
    assert "Ghi vì sao II.2 không áp dụng" in signatory.send("Gửi lên huyện", expect=422, **{"C2-points": "2"})
    assert "Đã gửi phiếu" in signatory.send("Gửi lên huyện", **{"B2-words": "Xã không có chợ."})
    self_points = {answer.criterion.code: (answer.self_points, answer.self_na) for answer in selectors.form(form)}
    assert self_points == {
        "A1": (20, False),
        "A2": (10, False),  # 57 of 60 is 95 %: all
        "B1": (14, False),
        "B2": (None, True),
        "C1": (3, False),
        "C2": (2, False),
    }
    form.refresh_from_db()
    assert selectors.tally_of(form, selectors.form(form), "self").result.total == Decimal(45)  # 44 + 3 - 2, on a scale of 45

    # The district agrees, but with the level: it is lower, and says why.
    district = Visitor(client_of(make_user(Role.DISTRICT_APPRAISER, form.unit.parent)))
    assert "xã báo 57/60" in district.open(address)
    district.send("Chép")
    assert "Ghi một trong các mức" in district.send("Lưu điểm", expect=422, **{"A1-points": "15"})
    district.send("Thẩm định xong", **{"A1-points": "20,0"})
    province.open(address)
    province.send("Chép")
    assert "tổng điểm trừ từ 2 trở lên" in province.page.text  # the cap is told before the approval
    assert "Thêm 1 điểm ở III.2 (bớt 1 điểm trừ) thì lên tốt" in province.page.text
    assert "chưa đối chiếu" not in province.page.text  # this set is checked, though that of 2018 is not
    province.send("Duyệt kết quả")

    # 45 of 45 would be good; two points of penalty hold the class at fair, and the stored reasons say so.
    form.refresh_from_db()
    assert (form.state, form.total, form.max_points, form.grade) == (State.APPROVED, 45, 45, Grade.FAIR)
    assert [(reason["rule"], reason["grade"]) for reason in form.reasons] == [("threshold", "good"), ("cap", "fair")]
    assert "Không quá hạng khá nếu tổng điểm trừ từ 2 trở lên" in province.open(address)

    # Both years read with their own set; nothing of 2018 moved.
    assert "Một cửa" in province.page.text
    old = province.open("/assessments/2018-Y/03124/")
    assert "Tiêu thức thành phần 1" in old
    assert "Một cửa" not in old
    assert Assessment.objects.values().get(pk=approved.pk) == before
    assert "Quyết định 34/2011" in province.open("/criteria/qd-34-2011/")
    assert "Điểm trừ" in province.open("/criteria/qd-17-2019/")

    # Used once, a set is never changed again.
    again = officer.post("/criteria-import/", {"file": SimpleUploadedFile("bo.xlsx", officer.get("/criteria/qd-17-2019/workbook/").content)})
    assert again.status_code == 409
    assert "không sửa nữa" in again.content.decode()
