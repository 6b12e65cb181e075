"""The pages of a commune's workbook: fetch, fill, send, read what was found, decide, confirm; all of it is taken or nothing."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from ledger.models import Entry
from scoring import services
from scoring.rules import Stage
from scoring.services import Change
from scoring.sheets import FORM, HEAD
from tests.factories import client_of
from tests.reader import Page
from tests.sheets import saved

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]

PAGE = "/assessments/2018-Y/03124/"
BASE = f"{PAGE}excel/"
FIRST = HEAD + 2
"""The row of CC01, below the header and its group."""


@pytest.fixture
def form(forms):
    return forms["03124"]


def fetched(client) -> bytes:
    return client.get(BASE).content


def filled(client, *points: object, content: bytes | None = None, **cells: object) -> bytes:
    """The workbook with points typed from CC01 on, and other cells by name."""
    book = load_workbook(io.BytesIO(content or fetched(client)))
    typed = {f"E{row}": value for row, value in enumerate(points, start=FIRST)} | cells
    for name, value in typed.items():
        book[FORM][name] = value
    return saved(book)


def send(client, content: bytes, name: str = "phieu.xlsx"):
    return client.post(f"{BASE}upload/", {"file": SimpleUploadedFile(name, content)}, follow=True)


def confirm(client, shown, **decided: str):
    """Press the button of the page that was shown, after deciding (CC01="file")."""
    address, fields = page(shown).press("Xác nhận và ghi", {f"decide-{code}": side for code, side in decided.items()})
    return client.post(address, fields, follow=True)


def page(response) -> Page:
    return Page(response.content.decode(), response.request["PATH_INFO"])


def text(response) -> str:
    return page(response).text


def points(form) -> list[Decimal | None]:
    return [answer.self_points for answer in form.answers.order_by("criterion__position")]


def save(form, code: str, value: object, words: str, actor) -> None:
    """Type on the page."""
    answer = form.answers.get(criterion__code=code)
    change = Change(code, None if value is None else Decimal(str(value)), words, answer.version)
    assert services.save_points(assessment=form, stage=Stage.SELF, changes=[change], actor=actor) == []


def entered(form) -> list[tuple[str, str, str]]:
    found = Entry.objects.about("assessment", form.key).filter(act="enter")
    return [(entry.data["criterion"], entry.data["from"], entry.data["to"]) for entry in found]


def test_a_workbook_goes_from_the_page_into_the_form_and_back_without_a_change(form, cast):
    client = client_of(cast.entry)
    checked = send(client, filled(client, 14.5, "12,5", "7.25", F6="Theo biên bản số 12"))
    before = points(form)
    taken = confirm(client, checked)
    again = send(client, fetched(client))

    assert "Tệp không có lỗi; ghi thì 3 tiêu thức của phiếu khác đi." in text(checked)
    assert before == [None, None, None]
    assert "Đã ghi 3 tiêu thức từ tệp vào phiếu." in text(taken)
    assert points(form) == [Decimal("14.50"), Decimal("12.50"), Decimal("7.25")]
    assert form.answers.get(criterion__code="CC01").self_note == "Theo biên bản số 12"
    assert entered(form) == [("CC01", "", "14.50"), ("CC02", "", "12.50"), ("CC03", "", "7.25")]
    assert "không khác phiếu đang có" in text(again)
