"""People, deadlines, evidence, explanations and what follows from scores, at a real browser: one server and one illustrative year for all walks.

Every walk has communes, or a year, of its own. What a commune uses is walked on a phone; complaints of the browser fail a walk.
"""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.rules import Role
from communes.models import Official
from scoring.models import Assessment
from scoring.rules import Stage
from tests.factories import fill_in
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
            call_command("flush", verbosity=0, interactive=False)


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


def refused(desk: Desk, address: str) -> int:
    """The status with which this person is refused, without a page that would complain."""
    return desk.page.request.get(address, max_redirects=0).status


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
