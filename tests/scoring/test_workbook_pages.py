"""The pages of a commune's workbook: fetch, fill, send, read what was found, decide, confirm; all of it is taken or nothing."""

import io
import zipfile
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from communes.models import Upload
from ledger.models import Entry, Job
from scoring import intake, services, sheets
from scoring import workbook as books
from scoring.models import Assessment
from scoring.rules import Stage, State
from scoring.services import Change
from scoring.sheets import FORM, HEAD
from tests.factories import bring_to, client_of, fill_in, make_forms
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


def zipped(content: bytes, name: str, added: bytes) -> bytes:
    """The workbook with an entry added or replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as there, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in {*there.namelist(), name}:
            archive.writestr(entry, added if entry == name else there.read(entry))
    return file.getvalue()


BOMB = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + b"x" * 60_000_000 + b"</t></si></sst>"

BAD = {
    # what is sent -> what the page says, and the cell where that is (none: about the whole file)
    "nothing": (lambda _client: b"", "Tệp này rỗng. Chọn lại tệp.", ""),
    "zeros": (lambda _client: b"\0" * 900, "Tệp trống, không có nội dung.", ""),
    "a pdf named .xlsx": (lambda _client: b"%PDF-1.7\n1 0 obj", "Đây là tệp PDF, không phải bảng tính.", ""),
    "a picture named .xlsx": (lambda _client: b"\x89PNG\r\n\x1a\n0000", "Đây là ảnh, không phải bảng tính.", ""),
    "an old .xls": (lambda _client: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "Đây là tệp Excel kiểu cũ (.xls).", ""),
    "a bomb": (lambda client: zipped(fetched(client), "xl/sharedStrings.xml", BOMB), "Tệp quá nặng khi mở ra", ""),
    "macros": (lambda client: zipped(fetched(client), "xl/vbaProject.bin", b"x"), "Tệp có macro nên không nhận.", ""),
    "half a file": (lambda client: fetched(client)[:4000], "Tệp bị hỏng hoặc tải lên chưa đủ.", ""),
    "another workbook": (lambda _client: saved(Workbook()), "Tệp không phải phiếu tự chấm tải từ cổng", ""),
    "of another commune": (lambda _client: books.workbook(other_form("03127", "2018-Y")), "Đây là phiếu của đơn vị khác. (", ""),
    "of another period": (lambda _client: books.workbook(other_form("03124", "2018-H1")), "Đây là phiếu của kỳ khác. (6 tháng đầu năm 2018)", ""),
    "words for a number": (lambda client: filled(client, "mười"), "Không phải là số điểm", "Ô E6"),
    "too many points": (lambda client: filled(client, 12, 21), "Nằm ngoài thang điểm, từ 0 đến 20.", "Ô E7"),
    "three decimals": (lambda client: filled(client, 12, 11, 1.234), "Có quá hai chữ số sau dấu phẩy.", "Ô E8"),
    "a locked cell": (lambda client: filled(client, 12, D6=25), "Ô khóa đã bị sửa; mẫu ghi “20”.", "Ô D6"),
    "another code": (lambda client: filled(client, 12, B6="CC77"), "Mã tiêu thức đã đổi; mẫu ghi CC01.", "Ô B6"),
    "too long a note": (lambda client: filled(client, 12, F6="x" * 4001), "Dài 4001 ký tự, nhiều nhất 4000.", "Ô F6"),
}


def other_form(unit: str, period: str):
    return intake.form_of(Assessment.objects.select_related("unit", "period", "criteria_set").get(unit__code=unit, period__code=period))


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_said_by_cell_or_file_and_nothing_is_saved(form, cast, half, what):
    make_forms(half)
    make, words, cell = BAD[what]
    client = client_of(cast.entry)

    response = send(client, make(client))
    upload = Upload.objects.first()
    forced = client.post(f"{BASE}upload/{upload.pk}/take/", {"seen": ""}) if upload else None

    assert words in text(response)
    assert cell in text(response)
    assert response.status_code == (200 if upload else 422)
    assert forced is None or forced.status_code == 409
    assert points(form) == [None, None, None]
    assert entered(form) == []


def test_beside_the_flaws_stands_what_the_right_cells_would_change(form, cast):
    client = client_of(cast.entry)
    content = filled(client, "mười", 12, 13)
    save(form, "CC03", 5, "", cast.signatory)

    shown = send(client, content)

    assert "Nếu ghi, 2 tiêu thức của phiếu sẽ khác đi" in text(shown)
    assert "E7 I.2 Tiêu thức thành phần 2 Điểm tự chấm – 12" in text(shown)
    assert 'type="radio"' not in shown.content.decode()


def test_a_file_that_another_one_replaced_or_a_closed_form_offers_nothing(form, cast):
    client = client_of(cast.entry)
    first = send(client, filled(client, 10))
    second = send(client, filled(client, 11))
    replaced = client.get(first.request["PATH_INFO"])
    bring_to(form, State.SUBMITTED, 17)
    closed = client.get(second.request["PATH_INFO"])

    assert "Tệp này đã thôi: có tệp khác gửi sau." in text(replaced)
    assert "Chưa ghi gì từ tệp này: phiếu đang khóa." in text(closed)
    assert not any(one.button("Xác nhận và ghi") for response in (replaced, closed) for one in page(response).forms)


def test_a_wrong_cell_comes_back_marked_with_its_reason(form, cast):
    client = client_of(cast.entry)
    send(client, filled(client, "mười", 12))

    marked = load_workbook(io.BytesIO(client.get(f"{BASE}upload/{Upload.objects.get().pk}/marked/").content))

    assert "Không phải là số điểm" in marked[FORM]["E6"].comment.text
    assert marked[FORM]["E7"].comment is None


def test_what_was_changed_on_the_page_meanwhile_has_to_be_decided_and_is_never_overwritten(form, cast):
    client = client_of(cast.entry)
    content = filled(client, 10, 11, 12)
    save(form, "CC01", 5, "Ghi trên trang", cast.signatory)
    save(form, "CC03", 12, "", cast.signatory)
    checked = send(client, content)
    silent = confirm(client, checked)
    there = points(form)
    decided = confirm(client, silent, CC01="page")

    assert "1 trong 2 tiêu thức khác đi đã được sửa trên trang, phải chọn giữ bên nào." in text(checked)
    assert str(cast.signatory) in text(checked)
    assert "Ghi trên trang" in text(checked)
    assert (silent.status_code, "còn 1 tiêu thức chưa chọn giữ bên nào" in text(silent)) == (422, True)
    assert there == [Decimal(5), None, Decimal(12)]
    assert decided.status_code == 200
    assert points(form) == [Decimal(5), Decimal(11), Decimal(12)]


def test_the_file_wins_where_a_person_says_so(form, cast):
    client = client_of(cast.entry)
    content = filled(client, 10)
    save(form, "CC01", 5, "Ghi trên trang", cast.signatory)

    confirm(client, send(client, content), CC01="file")

    assert points(form)[0] == Decimal(10)
    assert entered(form)[-1] == ("CC01", "5.00", "10.00")


def test_a_cell_that_was_not_touched_leaves_what_others_saved(form, cast):
    client = client_of(cast.entry)
    content = filled(client, 10)
    save(form, "CC02", 5, "Ghi trên trang", cast.signatory)

    confirm(client, send(client, content))

    assert points(form) == [Decimal(10), Decimal(5), None]
    assert form.answers.get(criterion__code="CC02").self_note == "Ghi trên trang"


def test_only_what_was_shown_is_taken(form, cast):
    client = client_of(cast.entry)
    shown = send(client, filled(client, 10, 11))
    save(form, "CC01", 5, "", cast.signatory)
    moved = confirm(client, shown)
    there = points(form)
    confirm(client, moved, CC01="file")

    assert moved.status_code == 409
    assert "phiếu đã đổi từ lúc bạn xem" in text(moved)
    assert there == [Decimal(5), None, None]
    assert points(form) == [Decimal(10), Decimal(11), None]


def test_two_versions_of_the_form_one_after_the_other_ask_where_they_disagree(form, cast):
    client = client_of(cast.entry)
    first = fetched(client)
    confirm(client, send(client, filled(client, 10, 11, 12, content=first)))
    second = send(client, filled(client, 10, 13, content=first))

    assert "1 trong 1 tiêu thức khác đi đã được sửa trên trang" in text(second)
    assert "CC01" not in str(page(second).forms)
    assert points(form) == [Decimal(10), Decimal(11), Decimal(12)]


def test_the_same_file_twice_and_a_second_click_have_one_effect(form, cast):
    client = client_of(cast.entry)
    content = filled(client, 10)
    shown, again = send(client, content), send(client, content)
    upload = Upload.objects.get()
    confirm(client, shown)
    second = confirm(client, again)

    assert "Đã ghi 1 tiêu thức" in text(second)
    assert Upload.objects.get() == upload
    assert entered(form) == [("CC01", "", "10.00")]


def test_in_a_returned_form_only_criteria_with_a_remark_may_change(form, cast):
    bring_to(form, State.RETURNED, 17)
    client = client_of(cast.entry)
    refused = send(client, filled(client, 16, 15))
    forced = confirm_by_hand(client, Upload.objects.get())
    there = points(form)
    confirm(client, send(client, filled(client, 16)))

    assert "Tiêu thức I.2 đang khóa" in text(refused)
    assert "Ô E7" in text(refused)
    assert forced.status_code == 409
    assert there == [Decimal(17)] * 3
    assert points(form) == [Decimal(16), Decimal(17), Decimal(17)]


def confirm_by_hand(client, upload):
    """What a person sends who knows the digest of the page, which has no button."""
    seen = sheets.seen(intake.steps(upload, Assessment.objects.get(unit=upload.unit, period__ends_on=upload.since)))
    return client.post(f"{BASE}upload/{upload.pk}/take/", {"seen": seen})


def test_a_form_that_was_sent_takes_no_file(form, cast):
    client = client_of(cast.entry)
    content = filled(client, 10)
    shown = send(client, content)
    bring_to(form, State.SUBMITTED, 17)
    late, sent = confirm(client, shown), send(client, content)

    assert (late.status_code, sent.status_code) == (409, 409)
    assert "Phiếu đã gửi lên huyện, đang chờ thẩm định." in text(late)
    assert "Phiếu đã gửi lên huyện, đang chờ thẩm định." in text(sent)
    assert points(form) == [Decimal(17)] * 3


def test_a_file_of_another_form_is_not_found_here(forms, cast, half):
    make_forms(half)
    client = client_of(cast.entry)
    send(client, filled(client, 10))
    upload = Upload.objects.get()

    assert client.get(f"/assessments/2018-H1/03124/excel/upload/{upload.pk}/").status_code == 404
    assert client_of(cast.neighbour).get(f"/assessments/2018-Y/03127/excel/upload/{upload.pk}/").status_code == 404


def test_neither_the_ledger_nor_the_jobs_keep_the_name_of_a_file(form, cast):
    client = client_of(cast.entry)
    confirm(client, send(client, filled(client, 10), name="Lò Văn An.xlsx"))

    assert "Lò Văn An" not in str([*Entry.objects.values(), *Job.objects.values()])


@pytest.mark.parametrize("who", ["entry", "appraiser", "officer", "leader"])
def test_the_paper_form_has_a_code_and_a_box_for_each_criterion_and_the_points_so_far(form, cast, who):
    fill_in(form, Stage.SELF, 17, "14.5", 0)
    client = client_of(getattr(cast, who))

    so_far, blank = text(client.get(f"{PAGE}print/")), text(client.get(f"{PAGE}print/?blank=1"))

    for words in ("Phường Noong Bua (03124)", "Năm 2018", "2018-Y/03124", "CC01", "CC02", "CC03", "CHỦ TỊCH", "Người nhập"):
        assert words in so_far
        assert words in blank
    assert "14,5" in so_far
    assert "31,5" in so_far
    assert "14,5" not in blank


def test_who_reads_fetches_a_locked_workbook(form, cast):
    book = load_workbook(io.BytesIO(client_of(cast.appraiser).get(BASE).content))

    assert book[FORM]["E6"].protection.locked


def test_the_page_of_the_form_leads_to_paper_and_excel(form, cast):
    own, above = (client_of(person).get(PAGE).content.decode() for person in (cast.entry, cast.officer))

    assert all(f'href="{address}"' in own for address in (BASE, f"{BASE}upload/", f"{PAGE}print/"))
    assert all(f'href="{address}"' in above for address in (BASE, f"{PAGE}print/"))
    assert f'href="{BASE}upload/"' not in above
