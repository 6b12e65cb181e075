"""Registers as files: every way in which a file can be wrong, said at its cell; nothing saved until everything is right."""

import contextlib
import io
import random
import unicodedata
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from communes import reading
from communes.models import Office, Official, Profile, Upload
from tests.factories import UnitFactory
from tests.sheets import OFFICE, OFFICES, PROFILE, PROFILES, ROSTER, book, flaws, person, read, saved, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def tell(place, cast):
    """What is found wrong with a roster of the district."""

    def tell(content: bytes, name: str = "bieu.xlsx") -> list[tuple[str, str, str]]:
        upload = send(content, place.district, cast.appraiser, name=name)
        assert Official.objects.count() == 0
        assert (upload.state == Upload.READY) == (upload.findings["flaw_count"] == 0 and not upload.findings["refused"])
        return flaws(upload)

    return tell


GOOD = {
    "as it should be": {},
    "a real date": {"Ngày_sinh": date(1975, 5, 12)},
    "a date with a time": {"Ngày_sinh": datetime(1975, 5, 12)},  # noqa: DTZ001 - sheets know no zones
    "another order of signs": {"Ngày_sinh": "1975-05-12"},
    "a code that lost its zero": {"Mã_xã": 3124},
    "a name without a code": {"Mã_xã": None},
    "only the code": {"Tên_xã": None},
    "decomposed letters": {"Họ_và_tên": unicodedata.normalize("NFD", "Lò Văn An"), "Chức_danh": unicodedata.normalize("NFD", "Chủ tịch UBND")},
    "a title by its alias": {"Chức_danh": "Chủ tịch Ủy ban nhân dân xã"},
    "a class for an education": {"Trình_độ_văn_hóa": "12/12"},
    "invisible characters": {"Họ_và_tên": "Lò\u00a0Văn \u200bAn"},
    "owed standards": {"Chức_danh": "Kế toán", "Tiêu_chuẩn_tuyển_dụng_còn_nợ": "Tin học, Tiếng dân tộc"},
}


@pytest.mark.parametrize("cells", GOOD.values(), ids=GOOD)
def test_what_can_mean_one_thing_only_is_accepted(tell, cells):
    assert tell(book([person(**cells)])) == []


def test_the_short_word_for_land_is_the_title_that_the_commune_has(place, cast):
    upload = send(book([person(Chức_danh="Địa chính")]), place.commune, cast.entry)

    assert flaws(upload) == []
    assert read(upload).lines[0].values[1] == "land_urban"


BAD = {
    "an unknown title": ({"Chức_danh": "Chủ tịch xã hội"}, "E4", "Chức danh", "Không có trong danh mục"),
    "the month first": ({"Ngày_sinh": "12/31/1975"}, "D4", "Ngày sinh", "Không có tháng 31"),
    "an empty cell": ({"Ngày_sinh": None}, "D4", "Ngày sinh", "Ô bắt buộc"),
    "old fonts": ({"Họ_và_tên": "Nguyeãn Vaên An"}, "C4", "Họ và tên", "phông cũ"),
    "a formula never calculated": ({"Họ_và_tên": "=A1&B1"}, "C4", "Họ và tên", "công thức"),
    "another district's commune": ({"Mã_xã": "03148", "Tên_xã": None}, "A4", "Mã xã", "thuộc Thị xã Mường Lay"),
    "another district's commune by name": ({"Mã_xã": None, "Tên_xã": "Phường Na Lay"}, "B4", "Tên xã", "thuộc Thị xã Mường Lay"),
    "a code of nobody": ({"Mã_xã": "09999"}, "A4", "Mã xã", "Không có xã mã này"),
    "code and name that disagree": ({"Tên_xã": "Him Lam"}, "B4", "Tên xã", "Phường Noong Bua, tên ghi khác"),
    "a misspelt name": ({"Mã_xã": None, "Tên_xã": "Nong Bua"}, "B4", "Tên xã", "gần nhất: Phường Noong Bua (03124)"),
    "born after the appointment": ({"Ngày_tuyển_dụng,_bầu,_bổ_nhiệm": "01/01/1970"}, "J4", "Ngày tuyển dụng, bầu, bổ nhiệm", "chưa đủ 18 tuổi"),
    "appointed in the future": ({"Ngày_tuyển_dụng,_bầu,_bổ_nhiệm": "01/01/2020"}, "J4", "Ngày tuyển dụng, bầu, bổ nhiệm", "sau ngày của số liệu"),
    "born in the future": ({"Ngày_sinh": "12/05/2025", "Ngày_tuyển_dụng,_bầu,_bổ_nhiệm": None}, "D4", "Ngày sinh", "Sinh sau"),
    "a child": ({"Ngày_sinh": "12/05/2010", "Ngày_tuyển_dụng,_bầu,_bổ_nhiệm": None}, "D4", "Ngày sinh", "8 tuổi"),
    "retired at birth": ({"Ngày_đến_tuổi_nghỉ_hưu": "12/05/1976"}, "K4", "Ngày đến tuổi nghỉ hưu", "dưới 40 hoặc trên 80 tuổi"),
    "retired beyond belief": ({"Ngày_đến_tuổi_nghỉ_hưu": "12/05/2076"}, "K4", "Ngày đến tuổi nghỉ hưu", "dưới 40 hoặc trên 80 tuổi"),
    "a title of another kind of commune": (
        {"Chức_danh": "Địa chính - nông nghiệp - xây dựng và môi trường"},
        *("E4", "Chức danh", "Phường Noong Bua không có chức danh này"),
    ),
    "the same title twice": ({"Kiêm_nhiệm": "Chủ tịch UBND"}, "F4", "Kiêm nhiệm", "trùng"),
    "an ended person that never was": ({"Thôi_giữ_chức_từ_ngày": "01/01/2019"}, "4", "", "không có trong sổ"),
    "an end to come": ({"Thôi_giữ_chức_từ_ngày": "01/01/2030"}, "N4", "Thôi giữ chức từ ngày", "sau hôm nay"),
    "an education that became a day": ({"Trình_độ_văn_hóa": date(2018, 12, 12)}, "G4", "Trình độ văn hóa", "thành ngày"),
    "a level of another list": ({"Lý_luận_chính_trị": "Đại học"}, "I4", "Lý luận chính trị", "Không có trong danh mục"),
    "a very long text": ({"Họ_và_tên": "A" * 100_000}, "C4", "Họ và tên", "quá dài"),
}


@pytest.mark.parametrize(("cells", "cell", "header", "why"), BAD.values(), ids=BAD)
def test_every_flaw_is_named_by_its_cell(tell, cells, cell, header, why):
    found = tell(book([person(**cells)]))

    assert [(at, head) for at, head, _why in found] == [(cell, header)]
    assert why in found[0][2]


def test_an_error_cell_is_named(tell):
    def touch(sheet):
        sheet["C4"].value, sheet["C4"].data_type = "#N/A", "e"

    assert [found[:2] for found in tell(book([person()], touch=touch))] == [("C4", "Họ và tên")]


def test_no_flaw_hides_another(tell):
    rows = [
        person(Chức_danh="Vua", Ngày_sinh="31/02/1975", Mã_xã="9"),
        person(),
        person(Họ_và_tên="Lò Văn Ba", Kiêm_nhiệm="Chủ tịch UBND", Lý_luận_chính_trị=None),
        person(),
    ]

    found = {cell for cell, _header, _why in tell(book(rows))}

    assert found == {"E4", "D4", "A4", "F6", "I6", "C7"}


def test_a_person_twice_is_named_by_both_rows(tell):
    found = tell(book([person(), person(Họ_và_tên="LÒ VĂN AN", Ngày_sinh="1975-05-12")]))

    assert found == [("C5", "Họ và tên", "Trùng với hàng 4: mỗi người (xã) một hàng.")]


def test_the_list_of_flaws_ends_but_their_count_is_true(place, cast):
    upload = send(book([person(Họ_và_tên=f"Lò Văn A{'n' * (n % 40)}", Ngày_sinh="x") for n in range(700)]), place.commune, cast.entry)

    assert (upload.findings["flaw_count"], len(upload.findings["flaws"])) == (700, 500)


def test_headers_may_move_be_spelt_otherwise_and_stand_lower(tell):
    headers = ["STT", "Ngày,  tháng,\nnăm sinh", "HỌ VÀ TÊN", "chuc danh", "Văn hóa", "Chuyên môn", "LLCT (sơ cấp, trung cấp)", "Tên đơn vị"]
    values = [1, "12/05/1975", "Lò Văn An", "Kế toán", "THPT", "Đại học", "Sơ cấp", "Noong Bua"]

    def touch(sheet):
        sheet.insert_rows(5)
        for column in range(1, 9):
            sheet.cell(5, column).value = f"({column})"

    numbers = dict(zip(headers, [f"({n})" for n in range(1, 9)], strict=True))
    assert tell(book([numbers, dict(zip(headers, values, strict=True))], headers)) == []


def test_missing_doubled_and_misspelt_columns_are_flaws_unknown_ones_a_warning(place, cast):
    headers = [header for header in ROSTER if header != "Chức danh"] + ["Họ và tên", "Lý luận chính tri học", "Số giày"]

    upload = send(book([person()], headers), place.commune, cast.entry)

    assert [(cell, why) for cell, _header, why in flaws(upload)] == [
        ("3", "Thiếu cột “Chức danh”."),
        ("N3", "Cột “Họ và tên” có hai lần (cột C và cột này)."),
        ("O3", "Không có cột này; gần nhất: Lý luận chính trị."),
    ]
    assert [(warning[2], warning[5]) for warning in upload.findings["warnings"]] == [("P", "Cột này không có trong mẫu nên không được đọc.")]


def test_merged_cells_are_refused_but_a_commune_merged_over_its_people_is_theirs(tell):
    rows = [person(), person(Họ_và_tên="Lò Văn Ba", Mã_xã=None, Tên_xã=None)]

    assert tell(book(rows, touch=lambda sheet: (sheet.merge_cells("A4:A5"), sheet.merge_cells("B4:B5"), sheet.merge_cells("A1:N1")))) == []
    assert [found[:2] for found in tell(book(rows, touch=lambda sheet: sheet.merge_cells("E4:F4")))] == [
        ("E4", "Chức danh"),
        ("A5", "Mã xã"),
    ]


def test_hidden_rows_are_refused_and_hidden_sheets_are_not_read(place, cast):
    def touch(sheet):
        sheet.row_dimensions[5].hidden = True
        spare = sheet.parent.create_sheet("Cũ")
        spare.sheet_state = "hidden"
        spare.append(ROSTER)

    upload = send(book([person(), person(Họ_và_tên="Lò Văn Ba")], touch=touch), place.commune, cast.entry)

    assert [(cell, why) for cell, _header, why in flaws(upload)] == [("5", "Có 1 hàng đang ẩn (hoặc bị lọc) mà có số liệu; hàng đầu là hàng này.")]
    assert [warning[0] for warning in upload.findings["warnings"]] == ["Cũ"]


def test_a_total_under_the_table_is_one_flaw(tell):
    found = tell(book([person(), {"Họ và tên": "Tổng cộng: 1 người"}]))

    assert [cell for cell, _header, _why in found] == ["5"]


def test_every_sheet_with_the_head_is_read(place, cast):
    workbook = Workbook()
    for title, name in (("Noong Bua", "Lò Văn An"), ("Him Lam", "Lò Văn Ba")):
        sheet = workbook.create_sheet(title)
        sheet.append(ROSTER)
        sheet.append([person(Mã_xã=None, Tên_xã=title, Họ_và_tên=name).get(header) for header in ROSTER])

    upload = send(saved(workbook), place.district, cast.appraiser)

    assert upload.findings["flaws"] == []
    assert (upload.findings["rows"], upload.findings["units"]) == (2, 2)


def test_a_name_without_accents_is_a_warning(place, cast):
    UnitFactory(code="03130", level="commune", full_name="Phường Thanh Trường", parent=place.district)

    upload = send(book([person(Mã_xã=None, Tên_xã="Thanh Truong")]), place.district, cast.appraiser)

    assert [(warning[2], warning[5]) for warning in upload.findings["warnings"]] == [("B", "Tên không dấu, hiểu là Phường Thanh Trường (03130).")]


def test_another_spelling_of_a_commune_is_known(place, cast):
    UnitFactory(code="03370", level="commune", full_name="Xã Pú Nhi", parent=place.district)

    assert send(book([person(Mã_xã=None, Tên_xã="Xã Pu Nhi")]), place.district, cast.appraiser).state == Upload.READY


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_any_usual_delimiter(tell, delimiter):
    row = [str(person(**{"Ngày_tuyển_dụng,_bầu,_bổ_nhiệm": None}).get(header) or "") for header in ROSTER]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in (ROSTER, row))

    assert tell(("\ufeff" + text).encode(), "bieu.csv") == []


# Files that are none, or more than they seem.


def package(entries: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook_with(name: str, content: bytes) -> bytes:
    """A good workbook with an entry added or replaced."""
    with zipfile.ZipFile(io.BytesIO(book([person()]))) as archive:
        return package({entry: archive.read(entry) for entry in archive.namelist()} | {name: content})


def far_cell() -> bytes:
    return book([person()], touch=lambda sheet: sheet.cell(1_048_576, 16_384, "x"))


def shared(text: bytes) -> bytes:
    return b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + text + b"</t></si></sst>"


XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + shared(b"&e;")
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + shared(b"&b;")
FILES = {
    "nothing": (b"", "empty"),
    "only zeros": (b"\0" * 1000, "empty"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "old"),
    "a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked"),
    "pdf": (b"%PDF-1.7\n1 0 obj", "pdf"),
    "html": (b"<html><table><tr><td>1</td></tr></table>", "html"),
    "ods": (package({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}), "ods"),
    "word": (package({"word/document.xml": b"<x/>"}), "word"),
    "a package of files": (package({"a.xlsx": b"x"}), "package"),
    "a picture": (b"\x89PNG\r\n\x1a\n0000", "picture"),
    "noise": (bytes(range(1, 256)) * 4, "encoding"),
    "old csv": ("Họ và tên;Ngày sinh".encode() + b"\xe9\xff", "encoding"),
    "one word": (b"xin chao", "binary"),
    "macros": (workbook_with("xl/vbaProject.bin", b"x"), "macro"),
    "links": (workbook_with("xl/externalLinks/externalLink1.xml", b"<x/>"), "links"),
    "an entity of a file": (workbook_with("xl/sharedStrings.xml", XXE), "dtd"),
    "laughs": (workbook_with("xl/sharedStrings.xml", LAUGHS), "dtd"),
    "a bomb of text": (workbook_with("xl/sharedStrings.xml", shared(b"x" * 60_000_000)), "heavy"),
    "a thousand entries": (workbook_with("xl/a", b"") and package({f"xl/{n}": b"" for n in range(400)} | {"xl/workbook.xml": b""}), "heavy"),
    "no workbook inside": (workbook_with("xl/workbook.xml", b"<nothing/>"), "no_sheet"),
    "sheet with broken xml": (workbook_with("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>"), "broken"),
    "another table": (book([{"Tên hàng": "x"}], ["Tên hàng", "Giá"]), "no_head"),
    "only a head": (book([]), "no_rows"),
}


@pytest.mark.parametrize(("content", "cause"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_register_is_refused_with_its_cause(place, cast, content, cause):
    upload = send(content, place.commune, cast.entry)

    assert (upload.state, upload.findings["refused"]) == (Upload.REFUSED, cause)
    assert Official.objects.count() == 0


def test_a_workbook_cut_anywhere_is_refused(place, cast):
    content = book([person()])

    for end in range(512, len(content), 1024):
        with pytest.raises(reading.Refused):
            reading.read(content[:end])


def test_a_cell_at_the_end_of_the_sheet_costs_nothing():
    sheets = reading.read(far_cell())

    assert [row for row, _cells in sheets[0].rows] == [1, 3, 4]


def test_a_reader_that_runs_out_of_memory_is_a_polite_refusal():
    many = b"".join(b'<row r="%d">%s</row>' % (row, b"<c><v>1</v></c>" * 300) for row in range(1, 4000))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + many + b"</sheetData></worksheet>"

    with pytest.raises(reading.Refused) as refused:
        reading.read(workbook_with("xl/worksheets/sheet1.xml", sheet))

    assert refused.value.cause in {"long", "heavy"}


def test_random_damage_is_a_refusal_or_a_table_never_an_error(place, cast):
    content, chance = book([person()]), random.Random(495)
    for _turn in range(25):
        damaged = bytearray(content)
        for _flip in range(chance.randrange(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with contextlib.suppress(reading.Refused):
            reading.read(bytes(damaged))


# The other two registers.


def test_offices_are_read(place, cast):
    upload = send(book([OFFICE], OFFICES), place.commune, cast.entry, register="offices")

    assert flaws(upload) == []
    assert Office.objects.count() == 0


@pytest.mark.parametrize(
    ("cells", "cell", "why"),
    [
        ({"Diện tích làm việc (m²)": "1.234"}, "D4", "hàng nghìn"),
        ({"Diện tích theo định mức (m²)": 0}, "E4", "ngoài khoảng"),
        ({"Máy in": "2,5"}, "G4", "số nguyên"),
        ({"Máy in": None}, "G4", "bắt buộc"),
        ({"Máy in": 501}, "G4", "ngoài khoảng"),
        ({"Diện tích làm việc (m²)": 20001}, "D4", "ngoài khoảng"),
        ({"Diện tích làm việc (m²)": 0}, "D4", "lớn hơn 0"),
        ({"Diện tích theo định mức (m²)": 9}, "E4", "ngoài khoảng"),
        ({"Trụ sở": "Chưa có trụ sở"}, "D4", "Chưa có trụ sở mà"),
        ({"Điện thoại liên hệ": "123456"}, "I4", "số điện thoại"),
        ({"Máy in": "91,5%"}, "G4", "phần trăm"),
        ({"Trụ sở": "lâu đài"}, "C4", "danh mục"),
        ({"Điện thoại liên hệ": "gọi anh Ba"}, "I4", "số điện thoại"),
    ],
)
def test_flaws_of_offices_are_named(place, cast, cells, cell, why):
    found = flaws(send(book([OFFICE | cells], OFFICES), place.commune, cast.entry, register="offices"))

    assert [at for at, _header, _why in found] == [cell]
    assert why in found[0][2]


def test_profiles_are_read_and_more_heads_than_villages_are_refused(place, cast):
    good = send(book([PROFILE], PROFILES), place.commune, cast.entry, register="profiles")
    bad = send(book([PROFILE | {"Số thôn, bản có trưởng thôn": 13}], PROFILES), place.commune, cast.entry, register="profiles")

    assert flaws(good) == []
    assert flaws(bad) == [("G4", "Số thôn, bản có trưởng thôn", "Lớn hơn số thôn, bản (ô F4: 12).")]
    assert Profile.objects.count() == 0


def test_a_commune_twice_is_named_by_both_rows(place, cast):
    found = flaws(send(book([OFFICE, OFFICE], OFFICES), place.commune, cast.entry, register="offices"))

    assert found == [("A5", "Mã xã", "Trùng với hàng 4: mỗi người (xã) một hàng.")]
