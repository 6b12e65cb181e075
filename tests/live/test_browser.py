"""A clerk, a district officer and a province officer at a real browser, with scripts; screenshots are kept in tests/artifacts/."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.rules import Role
from ledger.models import Entry
from reports.models import Figure
from scoring.models import Answer, Assessment
from scoring.rules import Stage, State
from tests import kept
from tests.factories import fill_in
from tests.live.conftest import DESK, PHONE, Desk, fits, serve

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORM = "/assessments/2018-Y/03127/"


@pytest.fixture(scope="module")
def address(django_db_setup: None) -> Iterator[str]:
    """One portal for all walks; each finds its database empty."""
    with serve(REDIS_URL="") as started:
        yield started


def test_entry_appraisal_and_approval(browser: Browser, address: str) -> None:
    kept.load_reference()
    commune = Desk(browser, address, Role.COMMUNE_SIGNATORY, "03127", PHONE)
    page = commune.page
    page.goto(FORM)
    for number in range(1, 13):
        block = page.locator(f"#CC{number:02}")
        block.locator("summary").first.click() if block.get_attribute("open") is None else None
        block.locator("[name$=-points]").fill("17,5")
        block.locator("[name$=-points]").press("Tab")
        expect(block.get_by_text("Đã lưu")).to_be_visible()
    expect(page.locator(".submitbar")).to_contain_text("210")
    commune.keep("entry-360")
    page.get_by_role("button", name="Gửi lên huyện").click()
    expect(page.get_by_text("Đã gửi phiếu lên huyện.")).to_be_visible()

    district = Desk(browser, address, Role.DISTRICT_APPRAISER, "094", DESK)
    page = district.page
    page.goto(FORM)
    page.get_by_role("button", name="Chép").click()
    expect(page.locator("[name=CC12-points]")).to_have_value("17,5")
    page.locator("[name=CC01-points]").fill("15")
    page.locator("[name=CC01-words]").fill("Thiếu biên bản kỳ họp tháng 7.")
    page.locator("[name=CC01-words]").press("Tab")
    expect(page.locator(".submitbar")).to_contain_text("207,5")
    district.keep("appraisal-1440")
    page.get_by_role("button", name="Thẩm định xong").click()
    expect(page.get_by_text("Đã thẩm định xong, phiếu chuyển lên tỉnh.")).to_be_visible()
    page.goto("/appraisals/2018-Y/094/")
    district.keep("grid-1440")

    page = commune.page
    page.goto(FORM)
    page.get_by_label("Giải trình về I.1").fill("Biên bản kỳ họp tháng 7 gửi kèm.")
    commune.keep("explanation-360")
    page.get_by_role("button", name="Gửi giải trình lên tỉnh").click()
    expect(page.get_by_text("Đã gửi giải trình lên tỉnh.")).to_be_visible()

    province = Desk(browser, address, Role.PROVINCE_OFFICER, "11", DESK)
    page = province.page
    page.goto(FORM)
    expect(page.locator("#CC01")).to_contain_text("Xã giải trình: Biên bản kỳ họp tháng 7 gửi kèm.")
    page.get_by_role("button", name="Chép").click()
    expect(page.locator("[name=CC12-points]")).to_have_value("17,5")
    page.get_by_role("button", name="Duyệt kết quả").click()
    expect(page.get_by_text("Đã duyệt kết quả.")).to_be_visible()
    province.keep("approval-1440")
    page.goto("/dashboard/2018-Y/")
    page.get_by_role("button", name="Tổng hợp").click()
    page.goto("/rankings/2018-Y/")
    expect(page.locator("main")).to_contain_text("207,5")
    province.keep("ranking-1440")

    form = Assessment.objects.get(period__code="2018-Y", unit__code="03127")
    assert (form.state, str(form.total), form.grade) == (State.APPROVED, "207.50", "good")
    assert commune.complaints + district.complaints + province.complaints == []


def test_a_whole_form_is_filled_and_sent_by_keyboard_alone(browser: Browser, address: str) -> None:
    kept.load_reference()
    commune = Desk(browser, address, Role.COMMUNE_SIGNATORY, "03127", DESK)
    page = commune.page
    page.goto(FORM)

    def focused() -> tuple[str, str]:
        """Id and words of what has the focus."""
        return tuple(page.evaluate("[document.activeElement.id, document.activeElement.innerText?.slice(0, 40) ?? '']"))

    def tab_to(goal: str) -> None:
        """Tab on until the field or button is reached, by its id or its words."""
        for _press in range(12):
            page.keyboard.press("Tab")
            if goal in focused():
                return
        raise AssertionError(f"{goal} is not reached by Tab; the focus is at {focused()}")

    page.locator("#CC01 summary").first.focus()  # the page's menu and what stands above the form come before
    for number in range(1, 13):
        tab_to(f"CC{number:02}-points")
        page.keyboard.type("17,5")
        tab_to(f"CC{number:02}-words")
        page.keyboard.type("Đủ hồ sơ.")
    page.keyboard.press("Tab")
    expect(page.locator(".submitbar")).to_contain_text("210")
    for number in range(1, 13):
        expect(page.locator(f"#CC{number:02}-state")).to_contain_text("Đã lưu")
    tab_to("Gửi lên huyện")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã gửi phiếu lên huyện.")).to_be_visible()
    assert commune.complaints == []
    assert Assessment.objects.get(period__code="2018-Y", unit__code="03127").state == State.SUBMITTED


def test_a_lost_line_is_said_beside_the_criterion_and_nothing_typed_is_lost(browser: Browser, address: str) -> None:
    kept.load_reference()
    page = Desk(browser, address, Role.COMMUNE_ENTRY, "03127", PHONE).page
    page.goto(FORM)
    block = page.locator("#CC01")
    block.locator("summary").first.click() if block.get_attribute("open") is None else None
    page.context.set_offline(offline=True)
    block.locator("[name$=-points]").fill("14,5")
    block.locator("[name$=-points]").press("Tab")
    expect(block.locator("#CC01-state")).to_have_text("Chưa lưu được")
    expect(block.locator("[name$=-points]")).to_have_value("14,5")

    page.context.set_offline(offline=False)
    page.get_by_role("button", name="Lưu tất cả").click()
    expect(page.locator("#CC01-state")).to_contain_text("Đã lưu")


def typed(page: Page, points: str, words: str) -> None:
    """Type into the first criterion and leave it."""
    block = page.locator("#CC01")
    block.locator("summary").first.click() if block.get_attribute("open") is None else None
    block.locator("[name$=-points]").fill(points)
    block.locator("[name$=-words]").fill(words)
    block.locator("[name$=-words]").press("Tab")


def test_what_was_typed_survives_a_lost_line_and_a_closed_tab_and_is_sent_once(browser: Browser, address: str) -> None:
    kept.load_reference()
    page = Desk(browser, address, Role.COMMUNE_ENTRY, "03127", PHONE).page
    page.goto(FORM)
    page.context.set_offline(offline=True)
    typed(page, "14,5", "Biên bản tháng 6.")
    expect(page.locator("#CC01-state")).to_have_text("Chưa lưu được")
    context = page.context
    page.close()
    context.set_offline(offline=False)

    page = context.new_page()
    page.goto(FORM)
    note = page.locator(".note", has_text="cổng chưa nhận")
    expect(note).to_contain_text("14,5")
    expect(note).to_contain_text("Biên bản tháng 6.")
    note.get_by_role("button", name="Điền lại và lưu").click()
    expect(page.locator("#CC01-state")).to_contain_text("Đã lưu")
    page.reload()
    expect(page.locator("#CC01-points")).to_have_value("14,5")
    expect(page.locator(".note", has_text="cổng chưa nhận")).to_have_count(0)
    assert Entry.objects.filter(act="enter").count() == 1


def test_a_line_that_comes_back_sends_what_waits_by_itself(browser: Browser, address: str) -> None:
    kept.load_reference()
    page = Desk(browser, address, Role.COMMUNE_ENTRY, "03127", PHONE).page
    page.goto(FORM)
    page.context.set_offline(offline=True)
    typed(page, "14,5", "")
    expect(page.locator("#CC01-state")).to_have_text("Chưa lưu được")
    page.context.set_offline(offline=False)

    expect(page.locator("#CC01-state")).to_contain_text("Đã lưu")
    assert Answer.objects.get(assessment__unit__code="03127", assessment__period__code="2018-Y", criterion__code="CC01").self_points == Decimal(
        "14.50"
    )


def test_all_that_waits_for_the_line_is_sent_in_one_go(browser: Browser, address: str) -> None:
    """A weak line carries one request sooner than twelve. A criterion with an error says so; the others are saved."""
    kept.load_reference()
    page = Desk(browser, address, Role.COMMUNE_ENTRY, "03127", PHONE).page
    page.goto(FORM)
    page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
    page.context.set_offline(offline=True)
    for number in range(1, 13):
        page.locator(f"#CC{number:02}-points").fill("mười" if number == 5 else f"{number},5")
        page.locator(f"#CC{number:02}-points").press("Tab")
        expect(page.locator(f"#CC{number:02}-state")).to_have_text("Chưa lưu được")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.context.set_offline(offline=False)

    expect(page.locator("#CC12-state")).to_contain_text("Đã lưu")
    expect(page.locator("#CC05-points-error")).to_contain_text("mười")
    expect(page.locator("#bar")).to_contain_text("78,5 / 240")
    assert [url.removeprefix(address) for url in sent] == [FORM]
    saved = Answer.objects.filter(assessment__unit__code="03127", assessment__period__code="2018-Y").order_by("criterion__code")
    assert [answer.self_points for answer in saved] == [None if n == 5 else Decimal(n) + Decimal("0.5") for n in range(1, 13)]

    page.reload()
    expect(page.locator(".note", has_text="cổng chưa nhận")).to_contain_text("mười")
    expect(page.locator(".note", has_text="cổng chưa nhận").locator("li")).to_have_count(1)


def test_a_session_that_ran_out_loses_nothing(browser: Browser, address: str) -> None:
    kept.load_reference()
    desk = Desk(browser, address, Role.COMMUNE_ENTRY, "03127", PHONE)
    page = desk.page
    page.goto(FORM)
    page.context.clear_cookies(name="sessionid")
    typed(page, "14,5", "")
    expect(page.locator("#CC01-news")).to_contain_text("Phiên làm việc đã hết")
    desk.sign_in()
    page.goto(FORM)
    page.get_by_role("button", name="Điền lại và lưu").click()

    expect(page.locator("#CC01-state")).to_contain_text("Đã lưu")


def test_a_draft_never_overwrites_what_others_saved_meanwhile(browser: Browser, address: str) -> None:
    """Two browsers at one criterion: the second is shown both values and asked; other criteria are not touched."""
    kept.load_reference()
    first = Desk(browser, address, Role.COMMUNE_ENTRY, "03127", PHONE).page
    second = Desk(browser, address, Role.COMMUNE_SIGNATORY, "03127", DESK).page
    first.goto(FORM)
    second.goto(FORM)
    first.context.set_offline(offline=True)
    typed(first, "14,5", "")
    typed(second, "12", "")
    expect(second.locator("#CC01-state")).to_contain_text("Đã lưu")
    first.context.set_offline(offline=False)

    expect(first.locator("#CC01-news")).to_contain_text("lưu 12")
    expect(first.locator("#CC01-news")).to_contain_text("Số của anh, chị là 14,5")
    first.locator("#CC01").get_by_role("button", name="Lưu tiêu thức này").click()
    expect(first.locator("#CC01-state")).to_contain_text("Đã lưu")


def test_words_of_an_explanation_and_of_a_return_survive_a_closed_tab(browser: Browser, address: str) -> None:
    """An explanation is sent by itself, once; a remark waits for the button that returns the form."""
    kept.load_reference()
    form = Assessment.objects.get(period__code="2018-Y", unit__code="03127")
    fill_in(form, Stage.SELF, 17)
    fill_in(form, Stage.APPRAISED, 17, 15, *[17] * 10)
    explain_by = timezone.localdate() + timedelta(days=5)
    Assessment.objects.filter(pk=form.pk).update(state=State.APPRAISED, explain_by=explain_by, first_submitted_at=timezone.now(), late=False)
    for role, unit, typed_at, words in (
        (Role.COMMUNE_ENTRY, "03127", "Giải trình về I.2", "Biên bản tháng 7."),
        (Role.PROVINCE_OFFICER, "11", "Ý kiến gửi xã", "Bổ sung biên bản."),
    ):
        page = Desk(browser, address, role, unit, PHONE).page
        page.goto(FORM)
        page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
        page.context.set_offline(offline=True)
        page.get_by_label(typed_at).fill(words)
        page.get_by_label(typed_at).press("Tab")
        context = page.context
        page.close()
        context.set_offline(offline=False)

        page = context.new_page()
        if role == Role.COMMUNE_ENTRY:  # the round is over for a while: the words are shown, for there is no place for them
            Assessment.objects.filter(pk=form.pk).update(explained_at=timezone.now())
            page.goto(FORM)
            expect(page.locator(".note", has_text="cổng chưa nhận")).to_contain_text(words)
            expect(page.get_by_text("Những ô này nay đã khóa")).to_be_visible()
            expect(page.get_by_role("button", name="Điền lại")).to_have_count(0)
            fits(page)
            Assessment.objects.filter(pk=form.pk).update(explained_at=None)
        page.goto(FORM)
        expect(page.locator(".note", has_text="cổng chưa nhận")).to_contain_text(words)
        expect(page.get_by_text("Những ô này nay đã khóa")).to_be_hidden()
        page.get_by_role("button", name="Điền lại").click()
        expect(page.get_by_label(typed_at)).to_have_value(words)
        if role == Role.COMMUNE_ENTRY:
            expect(page.locator("#explain-CC02-news")).to_contain_text("Đã lưu")
        else:
            page.locator("[name=return-CC01]").check()
            page.get_by_role("button", name="Trả lại").click()
            expect(page.get_by_text("Đã trả phiếu lại cho xã.")).to_be_visible()
        page.goto(FORM)
        expect(page.locator(".note", has_text="cổng chưa nhận")).to_have_count(0)
    assert [entry.act for entry in Entry.objects.filter(subject_kind="assessment", act__in=("explain", "return"))] == ["explain", "return"]


def test_the_grid_answers_to_keys(browser: Browser, address: str) -> None:
    kept.load_reference()
    form = Assessment.objects.get(period__code="2018-Y", unit__code="03127")
    fill_in(form, Stage.SELF, 17)
    Assessment.objects.filter(pk=form.pk).update(state=State.SUBMITTED, first_submitted_at=timezone.now(), late=True)
    district = Desk(browser, address, Role.DISTRICT_APPRAISER, "094", DESK)
    page = district.page
    page.goto("/appraisals/2018-Y/094/")
    first, second = page.locator("[name='03127-CC01-points']"), page.locator("[name='03127-CC02-points']")

    first.press("=")
    expect(first).to_have_value("17,0")
    expect(page.locator("[id='03127-own']")).to_have_text("17,0")

    second.press_sequentially("15")
    second.press("Enter")
    expect(page.locator("[id='03127-own']")).to_have_text("32,0")
    expect(page.locator("#answer")).to_contain_text("1 ô chưa ghi lý do")
    page.locator("[id='03127-CC02-words']").fill("Thiếu biên bản.")
    page.locator("[id='03127-CC02-words']").press("Tab")
    expect(page.locator("#answer")).to_contain_text("ô nào cũng có lý do")

    first.press_sequentially("9,5")
    first.press("Escape")
    expect(first).to_have_value("17,0")
    assert district.complaints == []

    first.press_sequentially("abc")
    first.press("Tab")
    expect(page.locator("#grid-news")).to_contain_text("“abc”: Không phải là số điểm")
    expect(first).to_have_attribute("aria-invalid", "true")
    first.fill("16")
    first.press("Control+s")
    expect(page.locator(".notes")).to_contain_text("Đã lưu 1 tiêu thức")
    expect(first).to_have_value("16,0")


def test_the_figures_of_a_district_are_pasted_from_a_spreadsheet_and_survive_a_lost_line(browser: Browser, address: str) -> None:
    kept.load_reference()
    district = Desk(browser, address, Role.DISTRICT_APPRAISER, "094", DESK)
    page = district.page
    page.goto("/reports/2018-Y/094/grid/")
    inputs = page.locator(".grid tbody tr:nth-child(1) input:not([type=hidden])")
    ratio = page.locator(".grid tbody tr:nth-child(1) input[data-ratio]").nth(0)
    before = ratio.locator("xpath=preceding::input[not(@type='hidden')][1]")

    inputs.nth(0).press_sequentially("c")
    inputs.nth(0).press("Enter")
    expect(page.locator("#bar")).to_contain_text("đã lưu 1 ô")
    assert Figure.objects.count() == 1

    before.focus()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "Có\\t12\\t15\\nKhông\\t7/9\\t\\nx\\t20/10\\n");
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#bar")).to_contain_text("1 ô chưa lưu được, đã lưu 5 ô")
    expect(ratio).to_have_value("12/15")
    expect(page.locator("#grid-news")).to_contain_text("“20/10” không đọc được")
    assert Figure.objects.count() == 6
    assert all("422" in words for words in district.complaints)
    district.keep("report-grid-1440")

    page.context.set_offline(offline=True)
    ratio.fill("13/15")
    ratio.press("Tab")
    expect(page.locator("#grid-news")).to_contain_text("Chưa lưu được")
    expect(ratio).to_have_value("13/15")
    page.context.set_offline(offline=False)
    expect(page.locator("#grid-news")).not_to_contain_text("Chưa lưu được")  # the line is back: what waited goes by itself
    assert Figure.objects.filter(numerator=13, denominator=15).count() == 1

    page.locator("[aria-invalid=true]").last.fill("10/20")
    page.get_by_role("button", name="Lưu bảng").click()
    expect(page.locator(".notes")).to_contain_text("Không có gì mới để lưu.")  # the cell was saved as it was left
    assert Figure.objects.filter(numerator=10, denominator=20).count() == 1


def test_the_description_of_the_api_can_be_read_and_tried_under_the_content_policy(browser: Browser, address: str) -> None:
    kept.load_reference()
    reader = Desk(browser, address, Role.LEADER, "11", DESK)
    page = reader.page
    page.goto("/api/docs/")
    expect(page.locator(".opblock")).to_have_count(8)
    page.locator("#operations-periods-periods").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text("2018-Y")
    reader.keep("api-docs-1440")

    assert reader.complaints == []


def test_a_figure_opens_down_to_the_record_that_proves_it(browser: Browser, address: str) -> None:
    kept.load_demo()
    for screen in (DESK, PHONE):
        officer = Desk(browser, address, Role.PROVINCE_OFFICER, "11", screen)
        page = officer.page
        page.goto("/targets/2018-Y/")
        fits(page)
        officer.keep(f"targets-{screen['width']}")
        page.goto("/duties/")
        expect(page.locator(".answer")).to_contain_text("Không còn việc nào phải làm")
        fits(page)
        page.goto("/targets/2018-Y/")
        page.locator("#TG19").get_by_role("link", name="Trình độ chuyên môn").click()
        expect(page.locator(".answer")).to_contain_text("2.569/2.800")
        fits(page)
        officer.keep(f"target-{screen['width']}")
        page.locator("main").get_by_role("link", name="Nậm Pồ").first.click()
        expect(page.locator("h1")).to_contain_text("huyện Nậm Pồ")
        fits(page)
        page.locator("main tbody").get_by_role("link").first.click()
        expect(page).to_have_url(re.compile(r"/registers/\d+/officials/"))
        assert officer.complaints == []


def test_files_of_evidence_go_one_after_another_and_again_after_a_lost_line(browser: Browser, address: str, tmp_path: Path) -> None:
    kept.load_reference()
    good, wrong = tmp_path / "bien-ban.pdf", tmp_path / "anh.pdf"
    good.write_bytes(b"%PDF-1.4\n%%EOF\n")
    wrong.write_bytes(b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82")
    page = Desk(browser, address, Role.COMMUNE_ENTRY, "03127", PHONE).page
    page.goto(f"{FORM}criteria/CC01/evidence/")
    page.get_by_label("Ngày của văn bản").fill("1/6/2018")
    page.get_by_label("Các tệp").set_input_files([wrong, good])
    page.get_by_role("button", name="Gửi tệp").click()
    expect(page.locator("#sending li").first).to_contain_text("thật ra là ảnh PNG")
    expect(page.locator("#sending li").last).to_contain_text("Đã nhận")
    expect(page.locator("#answer")).to_contain_text("1 tệp")

    page.context.set_offline(offline=True)
    page.get_by_label("Các tệp").set_input_files(good)
    page.get_by_role("button", name="Gửi tệp").click()
    row = page.locator("#sending li").last
    expect(row).to_contain_text("Mất mạng")
    page.context.set_offline(offline=False)
    row.get_by_role("button", name="Gửi lại").click()
    expect(row).to_contain_text("dùng lại, không lưu lần nữa")
