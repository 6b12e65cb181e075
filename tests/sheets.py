"""Workbooks as people send them, made in the test that sends them."""

import io
import zipfile
from datetime import date
from random import Random

from openpyxl import Workbook

from communes import registers, services
from communes.models import Upload
from communes.sheets import Draft

ROSTER = [column.column_name for column in registers.RosterResource().columns]
OFFICES = [column.column_name for column in registers.OfficesResource().columns]
PROFILES = [column.column_name for column in registers.ProfilesResource().columns]

PERSON = {
    "Mã xã": "03124",
    "Tên xã": "Phường Noong Bua",
    "Họ và tên": "Lò Văn An",
    "Ngày sinh": "12/05/1975",
    "Chức danh": "Chủ tịch UBND",
    "Trình độ văn hóa": "THPT",
    "Trình độ chuyên môn": "Đại học",
    "Lý luận chính trị": "Trung cấp",
    "Ngày tuyển dụng, bầu, bổ nhiệm": "01/07/2016",
}
OFFICE = {
    "Mã xã": "03124",
    "Trụ sở": "Kiên cố",
    "Diện tích làm việc (m²)": 420.5,
    "Diện tích theo định mức (m²)": "500",
    "Máy tính nối Internet": 12,
    "Máy in": 5,
    "Máy photo": 1,
    "Điện thoại liên hệ": "0215 3812 345",
}
PROFILE = {
    "Mã xã": "03124",
    "Xã điểm nông thôn mới": "Có",
    "Địa bàn xung yếu": "Không",
    "Xã biên giới": "x",
    "Số thôn, bản, tổ dân phố": 12,
    "Số thôn, bản có trưởng thôn": 12,
    "Số chức danh kiêm nhiệm ở thôn, bản": 3,
    "Có hòm thư góp ý": "có",
    "Số điện thoại nhận phản ánh": "0215 3812 346",
    "Lịch tiếp công dân": "Thứ năm hằng tuần",
}
SINCE = date(2018, 12, 31)


def person(**cells: object) -> dict[str, object]:
    """A good row of the roster with these cells changed: Ngày_sinh="..." stands for the header "Ngày sinh"."""
    return PERSON | {key.replace("_", " "): value for key, value in cells.items()}


def book(rows: list[dict[str, object]], headers: list[str] = ROSTER, *, touch=None, title: str = "Danh sách") -> bytes:
    """A workbook of one sheet: a title, the head in row 3, then the rows. `touch` may change the sheet before it is saved."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = title
    sheet.append(["DANH SÁCH KÈM THEO"])
    sheet.append([])
    sheet.append(headers)
    for row in rows:
        sheet.append([row.get(header) for header in headers])
    if touch:
        touch(sheet)
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    """The bytes of a workbook."""
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def send(content: bytes, unit, actor, *, register: str = "roster", since: date = SINCE, name: str = "bieu.xlsx") -> Upload:
    """Receive and check a file as the pages and the worker do."""
    upload = services.receive(register=register, unit=unit, since=since, name=name, content=content, actor=actor)
    services.check(upload=upload, draft=read(upload))
    return upload


def read(upload: Upload) -> Draft:
    """What the worker reads of an upload."""
    return registers.draft(upload, registers.read_sheets(upload), date(2019, 1, 15))


def confirm(upload: Upload, actor) -> bool:
    """Take an upload as the worker does."""
    return services.take(upload=upload, draft=read(upload), actor=actor)


def flaws(upload: Upload) -> list[tuple[str, str, str]]:
    """What was found wrong: (cell, header, why)."""
    return [(f"{flaw[2]}{flaw[1]}", flaw[3], flaw[5]) for flaw in upload.findings["flaws"]]


def damaged(content: bytes, chance: Random) -> bytes:
    """The package with some bytes of one of its parts changed, packed again, so that the damage gets past the check sums."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        victim = chance.choice([name for name in old.namelist() if name.startswith(("xl/worksheets/sheet", "xl/shared", "xl/workbook", "xl/styles"))])
        for name in old.namelist():
            part = bytearray(old.read(name))
            for _flip in range(chance.randrange(1, 6) if name == victim else 0):
                part[chance.randrange(len(part))] = chance.choice(b'0123456789ABCDEFacrtvx<>"')
            new.writestr(name, bytes(part))
    return file.getvalue()
