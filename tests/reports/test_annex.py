"""The Excel annexes: every figure is the edition's, every formula gives what is stored beside it, no text becomes a formula, every page prints."""

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from plan2018.rules import judge
from reports import annex
from reports.annex import Amount, Place, Told
from tests.formulas import worth

HOSTILE = ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x";"y")', "a\x00b\x1f", "_x0041_", "<b>&amp;", "\ud800x", "x" * 40_000, "'"]
COVER = annex.Cover(number=2, final=False, made_at=datetime(2019, 1, 25, 7, 5, tzinfo=UTC), digest="3fa9c1" + "0" * 58)
INDICATORS = [("procedures.posted", "Niêm yết thủ tục", "sum"), ("renewal", "Đổi mới", "sum"), ("support.days", "Về xã giúp", "lowest")]
TARGETS = [
    ("TG01", "communes", ">=", "63", "title", "Trong sạch, vững mạnh"),
    ("TG05", "communes", "=", "0", "grade.weak", "Xếp loại yếu"),
    ("TG14", "% procedures", "=", "100", "procedures.posted", "Niêm yết"),
    ("TG19", "% officials", ">", "91.5", "renewal", "Trình độ"),
    ("TG37", "days per quarter", ">=", "15", "support.days", "Về xã giúp"),
    ("TG38", "% communes", "=", "100", "dialogue", "Đối thoại"),
]


def amounts(**figures: tuple[int, ...]) -> dict[str, Amount]:
    return {key.replace("__", "."): Amount(*map(Decimal, figure)) for key, figure in figures.items()}


def place(name: str, figures: dict[str, Amount], **known: Any) -> Place:
    actuals = {code: judged(unit, operator, value, figures.get(key))["actual"] for code, unit, operator, value, key, _name in TARGETS}
    return Place(name, known.pop("full_name", f"Xã {name}"), figures, actuals, **known)


def judged(unit: str, operator: str, value: str, figure: Amount | None) -> dict[str, Any]:
    found = figure and judge(unit, operator, Decimal(value), *figure)
    return {name: getattr(found, name, None) for name in ("actual", "gap", "met")}


def told(**changes: Any) -> Told:
    """Two districts of two communes each, one of them without any figure."""
    first = [
        place("Him Lam", amounts(procedures__posted=(9999, 10000), renewal=(1, 1), support__days=(3, 4, 12)), **result(1, "227.5", "good", True)),
        place("Noong Bua", amounts(procedures__posted=(120, 120), renewal=(0, 1), support__days=(4, 4, 15)), **result(2, "180", "fair", False)),
    ]
    second = [place("Na Lay", amounts(procedures__posted=(7, 9), renewal=(1, 1)), **result(3, "120.25", "weak", False)), place("Sông Đà", {})]
    districts = [
        place(
            "Điện Biên",
            amounts(
                procedures__posted=(10119, 10120),
                renewal=(1, 2),
                support__days=(7, 8, 12),
                title=(1, 2),
                **{f"grade__{grade}": (count, 2) for grade, count in (("good", 1), ("fair", 1), ("average", 0), ("weak", 0))},
            ),
            full_name="Huyện Điện Biên",
            communes=first,
        ),
        place(
            "Mường Lay",
            amounts(
                procedures__posted=(7, 9),
                renewal=(1, 1),
                title=(0, 1),
                **{f"grade__{grade}": (count, 1) for grade, count in (("good", 0), ("fair", 0), ("average", 0), ("weak", 1))},
            ),
            full_name="Thị xã Mường Lay",
            communes=second,
        ),
    ]
    whole = place(
        "Điện Biên",
        amounts(
            procedures__posted=(10126, 10129),
            renewal=(2, 3),
            support__days=(7, 8, 12),
            title=(1, 3),
            **{f"grade__{grade}": (count, 3) for grade, count in (("good", 1), ("fair", 1), ("average", 0), ("weak", 1))},
        ),
        full_name="Tỉnh Điện Biên",
    )
    whole = changes.get("whole", whole)
    targets = [
        {
            "code": code,
            "clause": "II.2",
            "name": name,
            "operator": operator,
            "value": Decimal(value),
            "unit": unit,
            "population": "",
            "judged": True,
            **{column: getattr(whole.figures.get(key), column, None) for column in ("numerator", "denominator")},
            **judged(unit, operator, value, whole.figures.get(key)),
        }
        for code, unit, operator, value, key, name in TARGETS
    ]
    given = {"period": "Năm 2018", "half": False, "whole": whole, "districts": districts, "targets": targets, "indicators": INDICATORS}
    return Told(**given | {"illustrative": True, "unchecked": True} | changes)


def result(rank: int, total: str, grade: str, clean_strong: bool) -> dict[str, Any]:
    return {"rank": rank, "total": Decimal(total), "max_total": Decimal(240), "grade": grade, "clean_strong": clean_strong}


def opened(content: bytes) -> tuple[Workbook, Workbook]:
    """The workbook with its formulas, and with the values stored beside them."""
    return load_workbook(BytesIO(content)), load_workbook(BytesIO(content), data_only=True)


def formulas(book: Workbook) -> Iterator[tuple[str, str]]:
    return ((sheet.title, cell.coordinate) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f")


def rows(book: Workbook, sheet: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def row_of(book: Workbook, sheet: str, column: int, value: object) -> list[Any]:
    return next(row for row in rows(book, sheet) if len(row) > column and row[column] == value)


@pytest.fixture(scope="module")
def books() -> tuple[Workbook, Workbook]:
    return opened(annex.write(told(), COVER))


def test_there_is_a_sheet_for_each_annex_and_each_district(books):
    assert books[0].sheetnames == ["I. Chỉ tiêu", "II. Xếp hạng", "III. Xếp loại", "IV. Các huyện", "V.1 Điện Biên", "V.2 Mường Lay"]


def test_the_targets_stand_with_their_figures_and_what_districts_have(books):
    values = books[1]
    near, count, days, unknown = (row_of(values, "I. Chỉ tiêu", 1, code) for code in ("TG14", "TG05", "TG37", "TG38"))

    assert near[2:9] == ["Niêm yết", "II.2", "=", 100, "%", 10126, 10129]
    assert near[9] == pytest.approx(100 * 10126 / 10129)
    assert near[10:13] == [-3, "thủ tục", "Chưa đạt"]
    assert near[13:] == pytest.approx([100 * 10119 / 10120, 100 * 7 / 9])
    assert count[4:] == ["=", 0, "đơn vị", 1, 3, 1, -1, "đơn vị", "Chưa đạt", 0, 1]
    assert days[4:] == ["≥", 15, "ngày/quý", 7, 8, 12, -3, "ngày", "Chưa đạt", 12, None]
    assert unknown[7:11] == [None] * 4
    assert unknown[12:] == ["Chưa có số liệu", None, None]


def test_a_share_is_never_rounded_onto_its_target(books):
    sheet = books[0]["I. Chỉ tiêu"]
    formats = {row[1].value: row[9].number_format for row in sheet.iter_rows() if row[1].value}

    assert formats["TG14"] == "[$-42A]#,##0.00"  # 99,97: nobody reads it as 100
    close = told(whole=place("Điện Biên", amounts(procedures__posted=(99_999, 100_000)), full_name="Tỉnh Điện Biên"), districts=[])
    [number_format] = [row[9].number_format for row in opened(annex.write(close, COVER))[0]["I. Chỉ tiêu"].iter_rows() if row[1].value == "TG14"]
    assert number_format == "[$-42A]#,##0.00####"


def test_the_ranking_has_every_commune_the_unranked_last(books):
    listed = [row for row in rows(books[1], "II. Xếp hạng") if row[2] in {"Huyện Điện Biên", "Thị xã Mường Lay"}]

    assert [row[:5] for row in listed] == [
        [1, "Xã Him Lam", "Huyện Điện Biên", 227.5, 240],
        [2, "Xã Noong Bua", "Huyện Điện Biên", 180, 240],
        [3, "Xã Na Lay", "Thị xã Mường Lay", 120.25, 240],
        [None, "Xã Sông Đà", "Thị xã Mường Lay", None, None],
    ]
    assert [row[6:8] for row in listed] == [["Tốt", "Trong sạch, vững mạnh"], ["Khá", None], ["Yếu", None], ["chưa xếp loại", None]]


def test_the_classes_add_up_to_the_province(books):
    assert row_of(books[1], "III. Xếp loại", 1, "Thị xã Mường Lay") == [2, "Thị xã Mường Lay", 2, 0, 0, 0, 1, 1, 0, 0]
    assert row_of(books[1], "III. Xếp loại", 1, "Cộng") == [None, "Cộng", 4, 1, 1, 0, 1, 1, 1, 50]
    assert row_of(books[0], "III. Xếp loại", 1, "Cộng")[2].startswith("=SUM(C")


def test_a_district_has_its_communes_and_their_totals(books):
    formula, value = (row_of(book, "V.1 Điện Biên", 1, "Cộng") for book in books)

    assert row_of(books[1], "V.1 Điện Biên", 1, "Xã Him Lam")[2:] == [227.5, "Tốt", "x", 9999, 10000, 99.99, 1, 1, 100, 3, 4, 12]
    assert value[5:] == [10119, 10120, pytest.approx(100 * 10119 / 10120), 1, 2, 50, 7, 8, 12]
    assert [text[:5] for text in formula[5:]] == ["=SUM(", "=SUM(", "=100*", "=SUM(", "=SUM(", "=100*", "=SUM(", "=SUM(", "=MIN("]
    assert row_of(books[1], "V.2 Mường Lay", 1, "Xã Sông Đà")[5:] == [None] * 9, "no data is empty, not zero"


def test_all_districts_are_read_from_their_own_sheets(books):
    formula, value = (row_of(book, "IV. Các huyện", 1, "Huyện Điện Biên") for book in books)

    assert formula[3].startswith("='V.1 Điện Biên'!F")
    assert value[2:] == [2, 10119, 10120, pytest.approx(100 * 10119 / 10120), 1, 2, 50, 7, 8, 12]
    assert row_of(books[1], "IV. Các huyện", 1, "Cộng")[2:] == [
        4,
        10126,
        10129,
        pytest.approx(100 * 10126 / 10129),
        2,
        3,
        pytest.approx(200 / 3),
        7,
        8,
        12,
    ]


def test_every_formula_gives_what_is_stored_beside_it(books):
    found = list(formulas(books[0]))

    assert len(found) > 60
    for sheet, name in found:
        assert worth(books[0], sheet, name) == pytest.approx(books[1][sheet][name].value, rel=1e-12), (sheet, name)


def test_a_total_that_does_not_add_up_is_the_figure_of_the_edition_and_no_formula():
    """An edition says what it says, also where a commune's part is not among its figures."""
    whole = told()
    other = place(
        "Mường Lay",
        whole.districts[1].figures | amounts(procedures__posted=(8, 9)),
        full_name="Thị xã Mường Lay",
        communes=whole.districts[1].communes,
    )
    books = opened(annex.write(told(districts=[whole.districts[0], other]), COVER))

    formula, value = (row_of(book, "V.2 Mường Lay", 1, "Cộng") for book in books)

    assert formula[5] == value[5] == 8
    assert formula[6].startswith("=SUM(")
    assert row_of(books[0], "IV. Các huyện", 1, "Cộng")[3] == 10126
    for sheet, name in formulas(books[0]):
        assert worth(books[0], sheet, name) == pytest.approx(books[1][sheet][name].value, rel=1e-12), (sheet, name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name):
    base = told()
    commune = Place(name, name, base.districts[0].communes[0].figures, **result(1, "200", "good", False))
    district = Place(name, name, base.districts[0].figures, communes=[commune, base.districts[0].communes[1]])
    target = dict(base.targets[0]) | {"name": name, "clause": name}

    content = annex.write(told(period=name, districts=[district, base.districts[1]], targets=[target]), COVER)

    formula, value = opened(content)
    assert row_of(value, formula.sheetnames[4], 0, 1)[1] == written(name)
    assert row_of(value, "I. Chỉ tiêu", 1, "TG01")[2:4] == [written(name)] * 2
    for sheet in formula:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or re.match(r"=(SUM|MIN|100\*|'|[A-Z]+\d+-SUM)", cell.value), cell.value
                assert cell.data_type != "s" or cell.number_format in ("@", "General")
    assert len(formula.sheetnames) == len({title.casefold() for title in formula.sheetnames}) == 6


def written(name: str) -> str:
    """A name as a workbook holds it: without characters that XML refuses, no longer than a cell, and what looks like an escape escaped (Excel reads it back)."""
    return re.sub("[\x00-\x08\x1f\ud800]", "", name)[:32_767].replace("_x0041_", "_x005F_x0041_")


@pytest.mark.parametrize(
    ("title", "taken", "name"),
    [
        ("I. Chỉ tiêu", [], "I. Chỉ tiêu"),
        ("a[b]c:d*e?f/g\\h", [], "a b c d e f g h"),
        ("'tên'", [], "tên"),
        ("", [], "Trang"),
        ("[]", ["trang"], "Trang (2)"),
        ("History", [], "History (2)"),
        ("V.1 Mường Ảng", ["v.1 mường ảng"], "V.1 Mường Ảng (2)"),
        ("x" * 40, [], "x" * 31),
        ("x" * 40, ["x" * 31], "x" * 27 + " (2)"),
    ],
)
def test_the_name_of_a_sheet_is_one_that_excel_takes(title, taken, name):
    assert annex.sheet_name(title, taken) == name


def test_every_sheet_prints_on_a4_with_its_head_on_every_page(books):
    for sheet in books[0]:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.page_setup.useFirstPageNumber
        assert sheet.print_title_rows
        assert "&P" in sheet.oddHeader.center.text
        assert sheet.oddHeader.center.font == "Times New Roman,Regular"
        assert sheet.oddFooter.left.text.startswith("Phụ lục ")
        assert sheet.freeze_panes
        if sheet.title.startswith(("IV", "V")):
            assert sheet.print_title_cols == "$A:$B"
            assert sheet.page_setup.scale == annex.SCALE
        else:
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # one page wide is what nothing means


def test_a_page_breaks_between_indicators_never_within_one():
    many = [(f"indicator.{number}", f"Chỉ số {number}", "sum") for number in range(14)]
    book = opened(annex.write(told(indicators=many), COVER))[0]

    for sheet, fixed in (("IV. Các huyện", annex.OF_PROVINCE), ("V.1 Điện Biên", annex.OF_DISTRICT)):
        breaks = [one.id for one in book[sheet].col_breaks.brk]
        assert breaks == [fixed + 12, fixed + 27]
        assert not [span for span in book[sheet].merged_cells.ranges for at in breaks if span.min_col <= at < span.max_col]


def test_the_head_has_the_shape_of_decree_30(books):
    for sheet in books[0]:
        texts = [cell.value for row in sheet.iter_rows(max_row=6) for cell in row if cell.value]
        assert texts[:4] == ["UBND TỈNH ĐIỆN BIÊN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SỞ NỘI VỤ", "Độc lập - Tự do - Hạnh phúc"]
        assert re.fullmatch(r"Phụ lục (I|II|III|IV|V\.\d+)", texts[5])
        assert texts[6] == texts[6].upper()
        assert texts[7].startswith("(Kèm theo ")
        assert {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"Times New Roman"}


def test_the_notes_say_what_the_figures_are_worth(books):
    words = "\n".join(str(cell.value) for row in books[1]["I. Chỉ tiêu"].iter_rows() for cell in row if cell.value)

    assert "Số liệu minh họa." in words
    assert "chưa đối chiếu với phụ lục Quyết định 34/2011" in words
    assert "ấn bản số liệu lần 2 (tạm tính), lập lúc 14:05 ngày 25/01/2019; mã số liệu 3fa9c1" in words
    assert "ước thực hiện" not in words
    half = opened(annex.write(told(half=True), COVER))[1]
    assert any("Số liệu 6 tháng là ước thực hiện." in str(row) for row in rows(half, "V.1 Điện Biên"))


def test_the_same_edition_gives_the_same_octets():
    assert annex.write(told(), COVER) == annex.write(told(), COVER)


def test_numbers_are_written_the_vietnamese_way(books):
    styles = {
        cell.number_format for sheet in books[0] for row in sheet.iter_rows() for cell in row if cell.data_type in "nf" and cell.value is not None
    }

    assert styles == {"0", "[$-42A]#,##0", "[$-42A]#,##0.00"}


def test_an_edition_without_districts_still_opens():
    empty = told(districts=[], whole=place("Điện Biên", {}, full_name="Tỉnh Điện Biên"), targets=[], indicators=[])

    assert opened(annex.write(empty, COVER))[0].sheetnames == ["I. Chỉ tiêu", "II. Xếp hạng", "III. Xếp loại", "IV. Các huyện"]


def test_nothing_in_the_file_leads_outside(books):
    with zipfile.ZipFile(BytesIO(annex.write(told(), COVER))) as packed:
        assert not [name for name in packed.namelist() if "external" in name.lower() or "vba" in name.lower()]
