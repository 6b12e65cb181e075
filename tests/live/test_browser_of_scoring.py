"""People, deadlines, evidence, explanations and what follows from scores, at a real browser: one server and one illustrative year for all walks.

Every walk has communes, or a year, of its own. What a commune uses is walked on a phone; complaints of the browser fail a walk.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.rules import Role
from communes.models import Official, Unit
from communes.sentences import write_day
from ledger.models import Entry
from scoring.models import Answer, Assessment, CriteriaSet, Threshold
from scoring.rules import Grade, Stage, State
from tests.factories import PDF, client_of, fill_in, make_user
from tests.live.conftest import DESK, PHONE, Desk, chromium, fits, serve

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTRY, SIGNATORY, DISTRICT, PROVINCE = Role.COMMUNE_ENTRY, Role.COMMUNE_SIGNATORY, Role.DISTRICT_APPRAISER, Role.PROVINCE_OFFICER

Sit = Callable[..., Desk]


@pytest.fixture(scope="module")
def portal(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Browser, str]]:
    """A browser and a portal with the illustrative year 2018 and the blank forms of 2019, emptied after the last walk instead of after each."""
    with django_db_blocker.unblock():
        try:
            call_command("load_reference", verbosity=0, stdout=io.StringIO())
            call_command("load_demo", force=True, verbosity=0, stdout=io.StringIO())
            call_command("new_plan", "2019", source=2018, verbosity=0, stdout=io.StringIO())
            with serve(REDIS_URL="") as address, chromium() as browser, pytest.MonkeyPatch.context() as patch:
                # Of the class: beside Playwright's event loop Django has connections of its own.
                patch.setattr(type(connection.ops), "sql_flush", lambda *_args, **_options: [])
                yield browser, address
        finally:
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


@pytest.fixture
def sit(portal: tuple[Browser, str]) -> Iterator[Sit]:
    """Let somebody sit down: of this role, at this unit, on this screen. Nobody's browser may have complained in the end."""
    desks: list[Desk] = []

    def somebody(role: Role, code: str, screen: dict[str, int] = DESK) -> Desk:
        desks.append(Desk(*portal, role, code, screen))
        return desks[-1]

    yield somebody
    for desk in desks:
        desk.page.context.close()
    assert [words for desk in desks for words in desk.complaints] == []


def look(desk: Desk, address: str) -> Page:
    """Open a page; nothing of it lies beside the screen."""
    assert (answer := desk.page.goto(address))
    assert answer.status == 200, address
    fits(desk.page)
    return desk.page


def press(page: Page | Locator, words: str) -> None:
    page.get_by_role("button", name=words).click()


def said(page: Page, words: str) -> None:
    """The page says so in its answer, notes or tables, and still fits the screen."""
    expect(page.locator("main")).to_contain_text(words)
    fits(page)


def answered(role: Role, code: str, address: str) -> int:
    """The status with which somebody of this role at this unit is answered; without a browser, which would complain of a refusal."""
    answer = client_of(make_user(role, Unit.objects.get(code=code))).get(address)
    answer.close()
    return answer.status_code


def reach(page: Page, wanted: Locator, most: int = 80) -> None:
    """Come to an element by the Tab key alone."""
    for _step in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"not reached by {most} times Tab: {wanted}")


def unfolded(page: Page, code: str) -> Locator:
    """A criterion of the commune's form, open."""
    block = page.locator(f"#{code}")
    if block.get_attribute("open") is None:
        block.locator("summary").first.click()
    return block


def form_of(code: str, period: str = "2019-Y") -> Assessment:
    return Assessment.objects.select_related("unit__parent", "period").get(period__code=period, unit__code=code)


def write(day: date) -> str:
    return f"{day:%d/%m/%Y}"


# Criteria belong to people, people act for people.


def test_a_criterion_belongs_to_its_official_and_an_acting_signatory_sends_the_form(sit: Sit) -> None:
    signatory, clerk, deputy = sit(SIGNATORY, "03301", PHONE), sit(ENTRY, "03301", PHONE), sit(ENTRY, "03301", PHONE)
    form = "/assessments/2019-Y/03301/"
    official = Official.objects.filter(unit__code="03301", until=None, title="finance").first()
    assert official

    # The signatory gives the first criterion to an official and the account that enters for them, without a mouse.
    page = look(signatory, "/responsibilities/2019-Y/03301/")
    person, account = page.get_by_label("Người phụ trách I.1", exact=True), page.get_by_label("Tài khoản nhập I.1", exact=True)
    page.get_by_label("Thay đổi tính từ ngày").focus()
    reach(page, person)
    person.select_option(str(official.person))
    reach(page, account, 1)
    account.select_option(str(clerk.user.pk))
    page.get_by_role("button", name="Lưu phân công").press("Enter")
    said(page, "Đã phân công lại 1 tiêu thức.")
    said(page, "Đã phân công 1 trong 12 tiêu thức.")
    signatory.keep("responsibilities-360")

    # That account enters it; the other is told whose it is, and enters the rest.
    block = unfolded(look(clerk, form), "CC01")
    expect(block).to_contain_text(f"Đồng chí {official.full_name} phụ trách từ ngày 01/01/2019.")
    block.locator("#CC01-points").fill("17,5")
    block.locator("#CC01-points").press("Tab")
    expect(clerk.page.locator("#CC01-state")).to_contain_text("Đã lưu")
    block = unfolded(look(deputy, form), "CC01")
    expect(block).to_contain_text("Xã đã phân công tiêu thức này cho người khác nhập.")
    expect(block.locator("#CC01-points")).to_have_count(0)
    unfolded(deputy.page, "CC02").locator("#CC02-points").fill("15")
    deputy.page.locator("#CC02-points").press("Tab")
    expect(deputy.page.locator("#CC02-state")).to_contain_text("Đã lưu")
    expect(deputy.page.get_by_role("button", name="Gửi lên huyện")).to_have_attribute("aria-disabled", "true")
    answers = {answer.criterion.code: answer.self_points for answer in form_of("03301").answers.select_related("criterion")}
    assert (answers["CC01"], answers["CC02"], answers["CC03"]) == (17.5, 15, None)

    # Away for a week, the signatory lets a colleague act, by a document recorded on the way.
    page = look(signatory, "/delegations/03301/")
    said(page, "Hôm nay không ai làm thay ai.")
    page.get_by_role("link", name="Thêm văn bản mới vào danh mục").click()
    page.get_by_label("Loại").select_option(index=1)
    page.get_by_label("Số, ký hiệu").fill("07/QĐ-UBND")
    page.get_by_label("Ngày ban hành").fill("2/1/2019")
    page.get_by_label("Cơ quan ban hành").fill("UBND xã Búng Lao")
    page.get_by_label("Trích yếu").fill("Ủy quyền ký phiếu chấm điểm")
    press(page, "Lưu văn bản")
    expect(page).to_have_url(re.compile("/delegations/03301/"))
    page.get_by_label("Thay đồng chí").select_option(str(signatory.user.pk))
    page.get_by_label("Người làm thay").select_option(str(deputy.user.pk))
    page.get_by_label("Đến hết ngày").fill(write(timezone.localdate() + timedelta(days=7)))
    page.get_by_label("Văn bản ủy quyền").select_option(index=1)
    press(page, "Ghi ủy quyền")
    said(page, "Đã ghi ủy quyền.")
    said(page, f"{deputy.user} đang làm thay {signatory.user}")

    # The deputy sends; the form and the audit say for whom.
    fill_in(form_of("03301"), Stage.SELF, 17)
    page = look(deputy, form)
    press(page, "Gửi lên huyện")
    said(page, "Đã gửi phiếu lên huyện.")
    said(page, f"(thay {signatory.user})")
    page = look(sit(DISTRICT, "102"), "/audit/?unit=03301&act=submit")
    expect(page.locator("main tbody tr").first).to_contain_text(f"{deputy.user} (thay {signatory.user})")


# Time.


def test_a_locked_form_says_which_rule_locks_it_and_more_time_opens_it_but_late_stays_late(sit: Sit) -> None:
    form, times = "/assessments/2019-H1/03262/", "/deadlines/2019-H1/"
    fill_in(form_of("03262", "2019-H1"), Stage.SELF, 17)
    commune, province = sit(SIGNATORY, "03262", PHONE), sit(PROVINCE, "11")
    said(look(commune, form), "Quá hạn từ hết ngày 19/6/2019")
    said(commune.page, "Vẫn gửi được; phiếu ghi là trễ.")

    # The province locks what is overdue, and says why.
    page = look(province, times)
    part = page.locator("#submit")
    part.get_by_text("Đổi hạn gửi phiếu lên huyện").click()
    part.get_by_label("Khóa khi quá hạn").check()
    press(part, "Đổi hạn")
    expect(page.locator("#submit")).to_contain_text("Chưa ghi lý do.")
    province.complaints.clear()  # the browser mentions the 422
    page.locator("#submit").get_by_label("Lý do").fill("Chốt số liệu để tổng hợp")
    press(page.locator("#submit"), "Đổi hạn")
    said(page, "Đã đổi hạn gửi phiếu lên huyện.")
    expect(page.locator("#submit")).to_contain_text("Khóa khi quá hạn")

    page = look(commune, form)
    said(page, "Hạn gửi phiếu lên huyện là hết ngày 19/6/2019; tỉnh đã đặt kỳ này khóa khi quá hạn.")
    expect(page.locator("#answer")).to_contain_text("Đã khóa vì quá hạn.")
    said(page, "Chỉ tỉnh mở được, bằng cách gia hạn cho phiếu này và ghi lý do.")
    expect(page.get_by_role("button", name="Gửi lên huyện")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#bar-lock")).to_contain_text("Đã khóa vì quá hạn; tỉnh gia hạn mới mở.")
    commune.keep("locked-360")

    # More time for this form alone, with a reason and an end.
    page, until = look(province, form), timezone.localdate() + timedelta(days=7)
    page.locator("#gia-han summary").click()
    page.get_by_label("Đến hết ngày").fill(write(until))
    page.get_by_label("Lý do", exact=True).fill("Mất điện cả tuần sau bão")
    press(page, "Gia hạn")
    said(page, f"Đã gia hạn đến hết ngày {write_day(until)}.")

    page = look(commune, form)
    said(page, "“Mất điện cả tuần sau bão”")
    said(page, "Gia hạn không xóa trễ hạn.")
    send = page.get_by_role("button", name="Gửi lên huyện")
    expect(send).not_to_have_attribute("aria-disabled", "true")
    page.locator("#CC12 summary").first.focus()
    reach(page, send)
    page.keyboard.press("Enter")
    said(page, "Đã gửi phiếu lên huyện.")
    said(page, "Trễ hạn: hạn cuối là hết ngày 19/6/2019")
    said(look(commune, times), "1 lần gia hạn")
    said(look(sit(SIGNATORY, "03268", PHONE), times), "Chưa gia hạn cho phiếu nào")
    assert (form_of("03262", "2019-H1").late, form_of("03262", "2019-H1").state) == (True, State.SUBMITTED)


# Evidence.


def test_files_of_evidence_are_sent_together_used_again_by_link_and_closed_to_others(sit: Sit, tmp_path: Path) -> None:
    clerk = sit(ENTRY, "03127", PHONE)
    files = [tmp_path / "bien-ban.pdf", tmp_path / "nghi-quyet.pdf"]
    for number, file in enumerate(files):
        file.write_bytes(PDF + b"%%%d\n" % number)

    page = look(clerk, "/assessments/2019-Y/03127/criteria/CC01/evidence/")
    page.get_by_label("Ngày của văn bản").fill("1/6/2019")
    page.get_by_label("Các tệp").set_input_files(files)
    press(page, "Gửi tệp")
    expect(page.locator("#sending li")).to_have_count(2)
    for row in page.locator("#sending li").all():
        expect(row).to_contain_text("Đã nhận")
        expect(row.locator("progress")).to_have_js_property("value", 1)
    said(page, "Đang có 2 tệp minh chứng")
    clerk.keep("evidence-360")

    # The same file at another criterion, and in another period, without sending it again.
    for period, criterion in (("2019-Y", "CC02"), ("2019-H1", "CC01")):
        page = look(clerk, f"/assessments/{period}/03127/criteria/{criterion}/evidence/")
        tick = page.get_by_label("bien-ban")
        tick.focus()
        page.keyboard.press("Space")
        expect(tick).to_be_checked()
        page.get_by_role("button", name="Dùng các tệp đã đánh dấu").press("Enter")
        said(page, "Đang có 1 tệp minh chứng")
    link = page.locator("#dang-co").get_by_role("link", name="bien-ban").get_attribute("href")
    assert link
    assert clerk.page.request.get(link).body() == files[0].read_bytes()
    said(look(clerk, "/assessments/2019-Y/03127/"), "Minh chứng: 2 tệp")

    for role, code, status in ((DISTRICT, "094", 200), (PROVINCE, "11", 200), (SIGNATORY, "03130", 404), (DISTRICT, "095", 404)):
        assert answered(role, code, link) == status, (role, code)
    clerk.page.context.clear_cookies()
    assert clerk.page.request.get(link, max_redirects=0).status == 302  # to the page for signing in


# Returned, answered, decided.


def test_a_form_returned_at_one_criterion_and_a_lowered_point_answered_with_a_file(sit: Sit, tmp_path: Path) -> None:
    form, file = "/assessments/2019-Y/03256/", tmp_path / "bien-ban-ky-hop.pdf"
    file.write_bytes(PDF)
    fill_in(form_of("03256"), Stage.SELF, 17.5)
    commune, district, province = sit(SIGNATORY, "03256", PHONE), sit(DISTRICT, "102"), sit(PROVINCE, "11")
    press(look(commune, form), "Gửi lên huyện")
    said(commune.page, "Đã gửi phiếu lên huyện.")

    # One criterion goes back with its remark; the commune opens it and nothing else.
    page = look(district, form)
    page.get_by_text("Chọn tiêu thức và ghi ý kiến").click()
    page.get_by_label("II.1 Tài chính, ngân sách").check()
    page.get_by_label("Ý kiến về II.1").fill("Thiếu quyết toán quý IV")
    page.get_by_label("Ý kiến gửi xã").fill("Bổ sung hồ sơ")
    press(page, "Trả lại thị trấn Mường Ảng")
    said(page, "Đã trả phiếu lại cho xã.")
    page = look(commune, form)
    said(page, "Chỉ những tiêu thức có ý kiến được mở lại; phần còn lại giữ khóa.")
    expect(page.locator("[name$=-points]")).to_have_count(1)
    block = unfolded(page, "CC03")
    expect(block).to_contain_text("Thiếu quyết toán quý IV")
    block.locator("#CC03-points").fill("16")
    block.locator("#CC03-words").fill("Đã bổ sung quyết toán quý IV.")
    block.locator("#CC03-words").press("Tab")
    expect(page.locator("#CC03-state")).to_contain_text("Đã lưu")
    press(page, "Gửi lại lên huyện")
    said(page, "Đã gửi phiếu lên huyện.")

    page = look(district, form)
    press(page, "Chép điểm tự chấm vào ô trống")
    expect(page.locator("#CC12-points")).to_have_value("17,5")
    page.locator("#CC01-points").fill("15")
    page.locator("#CC01-words").fill("Thiếu biên bản kỳ họp tháng 7.")
    page.locator("#CC01-words").press("Tab")
    expect(page.locator("#CC01-state")).to_contain_text("Đã lưu")
    press(page, "Thẩm định xong")
    said(page, "Đã thẩm định xong, phiếu chuyển lên tỉnh.")

    # The commune answers with a file; the way to the files keeps the words.
    page = look(commune, form)
    said(page, "Giải trình 1 tiêu thức bị chấm thấp hơn")
    page.get_by_label("Giải trình về I.1").fill("Biên bản kỳ họp tháng 7 gửi kèm.")
    press(page, "Thêm tệp minh chứng")
    page.get_by_label("Ngày của văn bản").fill("15/7/2019")
    page.get_by_label("Các tệp").set_input_files(file)
    press(page, "Gửi tệp")
    expect(page.locator("#sending li")).to_contain_text("Đã nhận")
    fits(page)
    page.get_by_role("link", name="Về phiếu chấm điểm").click()
    said(page, "1 tệp minh chứng, thêm tệp")
    expect(page.get_by_label("Giải trình về I.1")).to_have_value("Biên bản kỳ họp tháng 7 gửi kèm.")
    press(page, "Gửi giải trình lên tỉnh")
    said(page, "Đã gửi giải trình lên tỉnh.")

    # The province reads both, and says why where it differs from both.
    page = look(province, form)
    said(page, "Xã giải trình: Biên bản kỳ họp tháng 7 gửi kèm.")
    page.locator("#CC01-evidence summary").click()
    expect(page.locator("#CC01-evidence").get_by_role("link", name="bien-ban-ky-hop")).to_be_visible()
    press(page, "Chép điểm huyện chấm vào ô trống")
    expect(page.locator("#CC12-points")).to_have_value("17,5")
    page.locator("#CC01-points").fill("16,5")
    page.locator("#CC01-points").press("Tab")
    expect(page.get_by_role("button", name="Duyệt kết quả")).to_have_attribute("aria-disabled", "true")
    page.locator("#CC01-words").fill("Có biên bản nhưng nộp chậm.")
    page.locator("#CC01-words").press("Tab")
    expect(page.get_by_role("button", name="Duyệt kết quả")).to_have_attribute("aria-disabled", "false")
    press(page, "Duyệt kết quả")
    said(page, "Đã duyệt kết quả.")
    page = look(commune, form)
    said(page, "Tỉnh: Có biên bản nhưng nộp chậm.")
    said(page, "Trả lại II.1: “Bổ sung hồ sơ”")
    assert (form_of("03256").returns, str(form_of("03256").total)) == (1, "207.50")


# What follows.


def test_a_commune_criticised_two_years_running_obliges_its_district(sit: Sit) -> None:
    province, district = sit(PROVINCE, "11"), sit(DISTRICT, "094")
    for year in ("2016", "2017"):
        page = look(province, "/records/censures/11/?period=2018-Y")
        page.get_by_role("link", name="Thêm phê bình, nhắc nhở").click()
        page.get_by_label("Xã", exact=True).select_option(label="Phường Noong Bua")
        page.get_by_label("phê bình").check()
        page.get_by_label("năm").fill(year)
        page.get_by_label("Văn bản chứng minh").select_option(index=1)
        press(page, "Ghi vào sổ")
        expect(page.locator(".notes")).to_be_visible()
    page = look(province, "/records/censures/11/?period=2018-Y")
    said(page, "Kết quả năm 2017: 1 xã bị phê bình, 0 xã bị nhắc nhở; 1 xã bị phê bình hai năm liền.")

    page = look(district, "/duties/?year=2018&unit=094")
    owed = page.locator("tbody tr", has_text="TK36").filter(has_text="Noong Bua")
    expect(owed).to_have_count(3)
    owed.filter(has_text="hai năm liền").get_by_role("link").first.click()
    said(page, "Phường Noong Bua bị phê bình hai năm liền, 2016 và 2017: xem xét kiểm điểm trách nhiệm cả Chủ tịch HĐND và Chủ tịch UBND")
    said(page, "31/12/2018")
    page.get_by_label("Ngày làm xong").fill("20/12/2018")
    expect(page.get_by_label("Kết quả")).to_have_value("")
    page.get_by_label("Kết quả").fill("Đã kiểm điểm, rút kinh nghiệm; báo cáo cấp ủy.")
    press(page, "Báo đã làm")
    said(page, "Đã kiểm điểm, rút kinh nghiệm; báo cáo cấp ủy.")
    said(page, "Đúng hạn")
    assert answered(DISTRICT, "095", urlsplit(page.url).path) == 404


def test_a_pasted_list_of_nominees_is_answered_by_who_is_barred_and_why(sit: Sit) -> None:
    approved = Assessment.objects.filter(period__code="2018-Y", state=State.APPROVED).select_related("unit").order_by("unit__code")
    average, good = approved.filter(grade=Grade.AVERAGE)[0], approved.filter(grade=Grade.GOOD)[0]
    before = Entry.objects.count()
    page = look(sit(PROVINCE, "11"), "/award-check/2018-Y/")
    page.get_by_label("Danh sách chép từ Excel").fill(
        f"Họ và tên\tĐơn vị\nLò Văn Pâng\t{average.unit.full_name}\nQuàng Thị Xuân\t{good.unit.code}\nVàng A Chứ\tXã Búng Lao\nCà Văn Ọi\tXã Không Có"
    )
    page.get_by_label("Danh sách chép từ Excel").press("Tab")
    reach(page, page.get_by_role("button", name="Kiểm tra"))
    page.keyboard.press("Enter")

    said(page, "Trong 4 hàng, 1 hàng không được khen thưởng, 2 hàng cần xem lại.")
    rows = page.locator("main tbody tr")
    for row, answer, why in (
        (0, "Không khen thưởng", "xếp hạng trung bình"),
        (1, "Không vướng", "xếp hạng tốt"),
        (2, "Chưa có hạng", "chưa được tỉnh duyệt"),
        (3, "Không tìm thấy xã", "Không Có"),
    ):
        expect(rows.nth(row)).to_contain_text(answer)
        expect(rows.nth(row)).to_contain_text(why)
    expect(rows.nth(0)).to_contain_text("mục III.7, Kế hoạch 495/KH-UBND")
    with page.expect_download() as download:
        press(page, "Tải trả lời (CSV)")
    file = download.value.path().read_text(encoding="utf-8-sig")
    assert [line[4] for line in list(csv.reader(io.StringIO(file), delimiter=";"))[1:]] == [
        "Không khen thưởng",
        "Không vướng",
        "Chưa có hạng",
        "Không tìm thấy xã",
    ]
    assert Entry.objects.count() == before
    assert answered(SIGNATORY, "03139", "/award-check/2018-Y/") == 403


def test_final_points_leave_officials_a_ceiling_on_a_list_that_prints_and_few_may_read(sit: Sit) -> None:
    signatory, district = sit(SIGNATORY, "03148", PHONE), sit(DISTRICT, "095")
    page = look(signatory, "/responsibilities/2018-Y/03148/")
    people = {title: Official.objects.filter(unit__code="03148", until=None, title=title).first() for title in ("finance", "justice", "police_chief")}
    for number, title in (("II.5", "finance"), ("II.4", "justice"), ("V.1", "justice"), ("VI.1", "police_chief")):
        official = people[title]
        assert official
        page.get_by_label(f"Người phụ trách {number}", exact=True).select_option(str(official.person))
    press(page, "Lưu phân công")
    said(page, "Đã phân công lại 4 tiêu thức.")

    # 17 of 20; 18,5 and 13, of which the lower counts; 12,5.
    address = "/consequences/2018-Y/03148/"
    page = look(district, address)
    for title, ceiling in (
        ("finance", "Hoàn thành xuất sắc nhiệm vụ"),
        ("justice", "Hoàn thành tốt nhiệm vụ"),
        ("police_chief", "còn hạn chế về năng lực"),
    ):
        official = people[title]
        assert official
        row = page.locator("main tbody tr").filter(has_text=official.full_name)
        expect(row.locator("td").last).to_contain_text(ceiling)
    said(page, "Căn cứ mục III.4, Kế hoạch 495/KH-UBND.")
    district.keep("ceilings-1440")
    page.emulate_media(media="print")
    expect(page.get_by_text("Người lập biểu")).to_be_visible()
    expect(page.locator("nav").first).to_be_hidden()
    expect(page.locator("main tbody tr").first).to_be_visible()
    look(signatory, address)

    for role, code, status in (
        (ENTRY, "03148", 403),
        (Role.LEADER, "11", 403),
        (SIGNATORY, "03151", 404),
        (DISTRICT, "094", 404),
        (PROVINCE, "11", 200),
    ):
        assert answered(role, code, address) == status, (role, code)


# Suppositions, quality, audit.


def test_other_thresholds_and_points_show_what_would_follow_and_are_saved_nowhere(sit: Sit) -> None:
    def stored() -> list[Any]:
        tables = (
            Assessment.objects.values_list("pk", "total", "grade", "version"),
            Answer.objects.values_list("pk", "final_points"),
            Threshold.objects.values_list(),
        )
        return [sorted(table) for table in tables] + [Entry.objects.count()]

    before = stored()
    province = sit(PROVINCE, "11")
    page = look(province, "/what-if/2018-Y/")
    rows = {
        name: page.locator("section[aria-labelledby=h-hang] tbody tr").nth(place)
        for place, name in enumerate(("title", "good", "fair", "average", "weak"))
    }
    for name, target in (("title", "TG01"), ("good", "TG02"), ("fair", "TG03"), ("average", "TG04"), ("weak", "TG05")):
        expect(rows[name]).to_contain_text(target)
    good = int(rows["good"].locator("td[data-l=Nay]").inner_text().split()[0])
    expect(page.locator("#h-doi")).to_have_text("Không đơn vị nào đổi hạng")

    # A lower threshold, by the keyboard: more are good, fewer fair.
    page.get_by_label("Hạng tốt từ (%)").fill("80")
    page.get_by_label("Hạng tốt từ (%)").press("Enter")
    expect(page).to_have_url(re.compile("good=80"))
    expect(page.locator("#h-doi")).to_contain_text("đơn vị đổi hạng")
    then = int(rows["good"].locator("td[data-l='Giả định']").inner_text().split()[0])
    assert then > good
    expect(rows["good"].locator("td[data-l=Chênh]")).to_have_text(f"+{then - good}")
    province.keep("what-if-1440")

    # Points of a district too; then everything is taken back.
    change = page.locator("fieldset", has_text="Đổi điểm 1")
    change.get_by_label("Đơn vị").select_option("094")
    change.get_by_label("Số điểm").fill("−20")
    press(page, "Xem kết quả")
    expect(page).to_have_url(re.compile("c0-points="))
    assert int(rows["weak"].locator("td[data-l='Giả định']").inner_text().split()[0]) >= 9
    said(page, "Phường Him Lam")
    page.get_by_role("link", name="Bỏ mọi giả định").click()
    expect(page.locator("#h-doi")).to_have_text("Không đơn vị nào đổi hạng")
    assert stored() == before
    assert answered(SIGNATORY, "03127", "/what-if/2018-Y/") == 403


def test_the_quality_of_figures_opens_down_to_answers_and_proposes_a_sample_with_reasons(sit: Sit) -> None:
    province = sit(PROVINCE, "11")
    page = look(province, "/quality/2018-Y/")
    districts = page.locator("section[aria-labelledby=h-huyen] tbody tr")
    expect(districts).to_have_count(10)
    expect(page.locator("tfoot")).to_contain_text("Điện Biên")
    province.keep("quality-1440")
    districts.filter(has_text="Nậm Pồ").get_by_role("link", name="Nậm Pồ").click()
    expect(page.locator("h1")).to_contain_text("Nậm Pồ")
    expect(page.locator("section[aria-labelledby=h-xa] tbody tr").first.locator("td[data-l=Chênh] a")).to_be_visible()
    page.locator("section[aria-labelledby=h-xa] tbody tr").first.locator("td[data-l=Chênh] a").click()
    expect(page).to_have_url(re.compile("kind=gap"))
    fits(page)

    page = look(province, "/quality/2018-Y/")
    page.get_by_role("link", name="Đề xuất danh sách kiểm tra").click()
    picks = page.locator("section[aria-labelledby=h-rut] tbody tr")
    page.get_by_label("Số xã kiểm tra").fill("15")
    page.get_by_label("Chuỗi rút thăm").fill("thanh tra 2018")
    page.get_by_label("Chuỗi rút thăm").press("Enter")
    said(page, "Đề xuất kiểm tra 15 xã, rút theo trọng số từ chuỗi “thanh tra 2018”")
    expect(picks).to_have_count(15)
    drawn = picks.locator("th a").all_inner_texts()
    assert all(words.strip() for words in picks.locator("td[data-l='Lý do']").all_inner_texts())
    assert len(set(picks.locator("th small").all_inner_texts())) == 10  # every district
    page.reload()
    assert picks.locator("th a").all_inner_texts() == drawn
    assert answered(SIGNATORY, "03127", "/quality/2018-Y/") == 403
    assert answered(DISTRICT, "094", "/quality/2018-Y/sample/") == 404


def test_the_audit_is_searched_in_words_and_shows_each_its_own_area(sit: Sit) -> None:
    commune, district = sit(SIGNATORY, "03139", PHONE), sit(DISTRICT, "094")
    page = look(district, "/audit/")
    page.get_by_label("Việc").select_option("approve")
    page.get_by_label("Loại").select_option("assessment")
    page.get_by_label("Mã đơn vị").fill("03139")
    page.get_by_label("Mã đơn vị").press("Enter")
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(2)  # the half-year and the year
    expect(rows.first).to_contain_text("Duyệt kết quả: 225 điểm, hạng tốt")
    rows.first.get_by_role("link", name="Phiếu chấm điểm").click()
    expect(page.locator("h1")).to_contain_text("phường Nam Thanh")

    # Fifty at a time, in order; a search that finds nothing says how to go on.
    page = look(district, "/audit/")
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="Cũ hơn").click()
    expect(page.locator("#h-ds")).to_contain_text("trở về trước")
    page.get_by_label("Người làm").fill("không ai như thế")
    press(page, "Tìm")
    said(page, "Không có dòng nào khớp với điều đã chọn.")
    page.get_by_role("link", name="Bỏ lọc").click()
    expect(rows).to_have_count(50)

    # A commune reads its own, and of others not even that there is something.
    page = look(commune, "/audit/?kind=assessment")
    assert {words.split(",")[0] for words in page.locator("td[data-l=Về] small").all_inner_texts()} == {"Phường Nam Thanh"}
    assert (answered(SIGNATORY, "03139", "/audit/?unit=03136"), answered(DISTRICT, "094", "/audit/?unit=095")) == (404, 404)
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải mọi dòng đã tìm thấy").click()
    file = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")), delimiter=";"))
    assert {line[6] for line in file[1:]} == {"Phường Nam Thanh"}


# Criteria.


def test_a_set_of_criteria_is_fetched_changed_in_a_workbook_and_taken_after_its_differences_were_shown(sit: Sit) -> None:
    admin = sit(Role.PROVINCE_ADMIN, "11")
    page = look(admin, "/criteria/")
    page.get_by_role("link", name="Nhập bộ tiêu thức từ Excel").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Quyết định 34/2011/QĐ-UBND").click()
    book = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    book["Bộ tiêu thức"]["A2"], book["Bộ tiêu thức"]["B2"], book["Bộ tiêu thức"]["D2"] = "qd-9-2021", "Quyết định 9/2021/QĐ-UBND", date(2021, 1, 1)
    classes = book["Xếp loại"]
    threshold = next(row for row in classes.iter_rows(min_row=2) if row[0].value == "Tốt")[2]
    threshold.value = "tám mươi"
    file = io.BytesIO()
    book.save(file)

    def send(content: bytes) -> None:
        page.locator("input[type=file]").set_input_files({"name": "bo.xlsx", "mimeType": "application/octet-stream", "buffer": content})
        press(page, "Kiểm tra thử")

    send(file.getvalue())
    said(page, "Tệp có 1 lỗi phải sửa trong Excel.")
    said(page, "tám mươi")
    admin.complaints.clear()  # the browser mentions the 422
    threshold.value = 90
    book.save(file := io.BytesIO())
    send(file.getvalue())
    said(page, "Bộ mới qd-9-2021: khác 4 chỗ với bộ theo quyết định 34/2011/QĐ-UBND.")
    expect(page.locator("section[aria-labelledby=h-khac] tr", has_text="90")).to_have_count(1)
    assert not CriteriaSet.objects.filter(code="qd-9-2021").exists()
    press(page, "Xác nhận và ghi")
    said(page, "Đã ghi bộ tiêu thức")
    assert CriteriaSet.objects.get(code="qd-9-2021").thresholds.get(grade=Grade.GOOD).lower_pct == 90
    assert CriteriaSet.objects.get(code="qd-34-2011").thresholds.get(grade=Grade.GOOD).lower_pct == 85
    assert answered(DISTRICT, "094", "/criteria-import/") == 403
